// SPDX-License-Identifier: MIT
/* Ways to send what is in memory, by the socket calls there are. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "net.h"

#ifndef SCTP_SOCKOPT_CONNECTX
#define SCTP_SOCKOPT_CONNECTX 110
#endif

static struct sockaddr_in world4;
static struct sockaddr_in6 world6;
#define TO4 (struct sockaddr *)&world4, sizeof(world4)
#define TO6 (struct sockaddr *)&world6, sizeof(world6)

static void address(const char *host)
{
	world4 = world_in(host, PORT);
	world6.sin6_family = AF_INET6;
	world6.sin6_port = htons(PORT);
	inet_pton(AF_INET6, WORLD6, &world6.sin6_addr);
}

static int open_socket(int family, int type, int protocol)
{
	return need(socket(family, type, protocol), "socket");
}

static int open_tcp(void)
{
	int fd = open_socket(AF_INET, SOCK_STREAM, 0);

	need(connect(fd, TO4), "connect");
	return fd;
}

static int open_tcp6(void)
{
	int fd = open_socket(AF_INET6, SOCK_STREAM, 0);

	need(connect(fd, TO6), "connect");
	return fd;
}

static int open_mapped(void)
{
	int fd = open_socket(AF_INET6, SOCK_STREAM, 0);

	inet_pton(AF_INET6, "::ffff:" WORLD, &world6.sin6_addr);
	need(connect(fd, TO6), "connect");
	return fd;
}

static int open_unconnected_tcp(void)
{
	return open_socket(AF_INET, SOCK_STREAM, 0);
}

static int open_mptcp(void)
{
	int fd = open_socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);

	world4.sin_port = htons(MPTCP_PORT);
	need(connect(fd, TO4), "connect");
	return fd;
}

static int open_fastopen_connect(void)
{
	int fd = open_socket(AF_INET, SOCK_STREAM, 0), on = 1;

	need(setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on)),
	     "TCP_FASTOPEN_CONNECT");
	need(connect(fd, TO4), "connect");
	return fd;
}

static int open_udp(void)
{
	return open_socket(AF_INET, SOCK_DGRAM, 0);
}

static int open_udp6(void)
{
	return open_socket(AF_INET6, SOCK_DGRAM, 0);
}

static int open_udp_connected(void)
{
	int fd = open_udp();

	need(connect(fd, TO4), "connect");
	return fd;
}

static int open_udplite(void)
{
	return open_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);
}

static int open_multicast(void)
{
	struct ip_mreqn near = { .imr_ifindex = if_nametoindex(NEAR) };
	int fd = open_udp();

	inet_pton(AF_INET, GROUP, &world4.sin_addr);
	need(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &near, sizeof(near)),
	     "IP_MULTICAST_IF");
	return fd;
}

static int open_broadcast(void)
{
	int fd = open_udp(), on = 1;

	inet_pton(AF_INET, "10.99.0.255", &world4.sin_addr);
	need(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)),
	     "SO_BROADCAST");
	return fd;
}

static int open_ping(void)
{
	return open_socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
}

static int open_sctp_many(void)
{
	return open_socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
}

static int open_sctp(void)
{
	int fd = open_socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);

	need(connect(fd, TO4), "connect");
	return fd;
}

/* sctp_connectx(3): a setsockopt() that connects. */
static int open_sctp_connectx(void)
{
	int fd = open_socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);

	need(setsockopt(fd, IPPROTO_SCTP, SCTP_SOCKOPT_CONNECTX, &world4,
			sizeof(world4)),
	     "SCTP_SOCKOPT_CONNECTX");
	return fd;
}

static void by_write(int fd, const char *buf)
{
	put(fd, buf, TOKEN);
}

static void by_send(int fd, const char *buf)
{
	need(send(fd, buf, TOKEN, 0), "send");
}

/* On a connected socket, with its address once more. */
static void by_sendto(int fd, const char *buf)
{
	need(sendto(fd, buf, TOKEN, 0, TO4), "sendto");
}

static void by_sendto6(int fd, const char *buf)
{
	need(sendto(fd, buf, TOKEN, 0, TO6), "sendto");
}

static void by_writev(int fd, const char *buf)
{
	struct iovec v[2] = { { (void *)buf, 7 },
			      { (void *)(buf + 7), TOKEN - 7 } };

	need(writev(fd, v, 2), "writev");
}

static void by_pwritev2(int fd, const char *buf)
{
	struct iovec v = { (void *)buf, TOKEN };

	need(pwritev2(fd, &v, 1, -1, 0), "pwritev2");
}

static void by_sendmsg(int fd, const char *buf)
{
	struct iovec v = { (void *)buf, TOKEN };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

	need(sendmsg(fd, &m, 0), "sendmsg");
}

static void by_sendmmsg(int fd, const char *buf)
{
	struct iovec v = { (void *)buf, TOKEN };
	struct mmsghdr m = { .msg_hdr = { .msg_iov = &v, .msg_iovlen = 1 } };

	need(sendmmsg(fd, &m, 1, 0), "sendmmsg");
}

static void by_sendmmsg_to(int fd, const char *buf)
{
	struct iovec v = { (void *)buf, TOKEN };
	struct mmsghdr m = { .msg_hdr = { .msg_name = &world4,
					  .msg_namelen = sizeof(world4),
					  .msg_iov = &v,
					  .msg_iovlen = 1 } };

	need(sendmmsg(fd, &m, 1, 0), "sendmmsg");
}

static void by_zerocopy(int fd, const char *buf)
{
	int on = 1;

	need(setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on)),
	     "SO_ZEROCOPY");
	need(send(fd, buf, TOKEN, MSG_ZEROCOPY), "send");
	usleep(50 * 1000); /* the pages are read when they leave */
}

/* Urgent data, the last byte of each send(). */
static void by_oob(int fd, const char *buf)
{
	need(send(fd, buf, TOKEN, MSG_OOB), "send");
}

static void by_fastopen(int fd, const char *buf)
{
	need(sendto(fd, buf, TOKEN, MSG_FASTOPEN, TO4), "sendto");
}

static void by_ping(int fd, const char *buf)
{
	char packet[sizeof(struct icmphdr) + TOKEN] = { ICMP_ECHO };

	memcpy(packet + sizeof(struct icmphdr), buf, TOKEN);
	need(sendto(fd, packet, sizeof(packet), 0, TO4), "sendto");
}

const struct transport transports[] = {
	{ "tcp", open_tcp, by_write },
	{ "tcp-send", open_tcp, by_send },
	{ "tcp-sendto", open_tcp, by_sendto },
	{ "tcp-writev", open_tcp, by_writev },
	{ "tcp-pwritev2", open_tcp, by_pwritev2 },
	{ "tcp-sendmsg", open_tcp, by_sendmsg },
	{ "tcp-sendmmsg", open_tcp, by_sendmmsg },
	{ "tcp-zerocopy", open_tcp, by_zerocopy },
	{ "tcp-oob", open_tcp, by_oob },
	{ "tcp6", open_tcp6, by_write },
	{ "mapped", open_mapped, by_write },
	{ "fastopen", open_unconnected_tcp, by_fastopen },
	{ "fastopen-connect", open_fastopen_connect, by_write },
	{ "mptcp", open_mptcp, by_write },
	{ "udp", open_udp_connected, by_write },
	{ "udp-sendto", open_udp, by_sendto },
	{ "udp-sendmmsg", open_udp, by_sendmmsg_to },
	{ "udp6", open_udp6, by_sendto6 },
	{ "udplite", open_udplite, by_sendto },
	{ "multicast", open_multicast, by_sendto },
	{ "broadcast", open_broadcast, by_sendto },
	{ "ping", open_ping, by_ping },
	{ "sctp", open_sctp, by_write },
	{ "sctp-connectx", open_sctp_connectx, by_write },
	{ "sctp-sendto", open_sctp_many, by_sendto },
	{ NULL, NULL, NULL },
};

const struct transport *find_transport(const char *name)
{
	static const struct transport *const tables[] = { transports,
							  raw_transports };
	const struct transport *t;
	size_t i;

	for (i = 0; i < 2; i++)
		for (t = tables[i]; t->name; t++)
			if (!strcmp(t->name, name))
				return t;
	fprintf(stderr, "%s: no such transport\n", name);
	_exit(2);
}

/* out TRANSPORT SECRET [ADDRESS]: read it, then open a socket, then send */
static int out(char **arg)
{
	const struct transport *t = find_transport(arg[0]);
	char token[TOKEN];

	address(arg[2] ? arg[2] : WORLD);
	read_secret(arg[1], token);
	t->send(t->open(), token);
	return DONE;
}

/* out-early TRANSPORT SECRET: with a socket from before it was read */
static int out_early(char **arg)
{
	const struct transport *t = find_transport(arg[0]);
	char token[TOKEN];
	int fd;

	address(WORLD);
	fd = t->open();
	read_secret(arg[1], token);
	t->send(fd, token);
	return DONE;
}

const struct verb verbs_net[] = { { "out", 2, out },
				  { "out-early", 2, out_early },
				  { NULL, 0, NULL } };
