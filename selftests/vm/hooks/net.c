// SPDX-License-Identifier: MIT
/* Sockets of the internet: TCP, UDP, raw, MPTCP, SCTP. */
#include <arpa/inet.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "hooks.h"

static char page[PAGE];

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static int sock(int type, int proto)
{
	return (int)must(socket(AF_INET, type | SOCK_CLOEXEC, proto),
			 "make a socket");
}

/* A socket that listens on a free port of loopback; @at becomes where. */
static int listening(int type, int proto, struct sockaddr_in *at)
{
	socklen_t len = sizeof(*at);
	int fd = sock(type, proto);

	*at = loopback(0);
	must(bind(fd, (void *)at, len), "bind");
	must(listen(fd, 4), "listen");
	must(getsockname(fd, (void *)at, &len), "getsockname");
	return fd;
}

static long op_socket(void)
{
	return COUNT(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static long op_bind(void)
{
	struct sockaddr_in at = loopback(0);
	int fd = sock(SOCK_STREAM, 0);

	return COUNT(bind(fd, (void *)&at, sizeof(at)));
}

static long op_listen(void)
{
	int fd = sock(SOCK_STREAM, 0);

	return COUNT(listen(fd, 1));
}

static long connected(int type, int proto)
{
	struct sockaddr_in at;
	int fd = sock(type, proto);

	listening(type, proto, &at);
	return COUNT(connect(fd, (void *)&at, sizeof(at)));
}

static long op_connect(void)
{
	return connected(SOCK_STREAM, 0);
}

static long op_accept(void)
{
	struct sockaddr_in at;
	int fd = sock(SOCK_STREAM, 0), l = listening(SOCK_STREAM, 0, &at);

	must(connect(fd, (void *)&at, sizeof(at)), "connect");
	return COUNT(accept4(l, NULL, NULL, SOCK_CLOEXEC));
}

static long op_disconnect(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int fd[2];

	tcp_pair(fd);
	return COUNT(connect(fd[0], &none, sizeof(none)));
}

static long op_write(void)
{
	int fd[2];

	tcp_pair(fd);
	return COUNT(write(fd[0], "x", 1));
}

static long op_send(void)
{
	int fd[2];

	tcp_pair(fd);
	return COUNT(send(fd[0], "x", 1, 0));
}

static long op_sendmsg(void)
{
	struct iovec v = { page, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	int fd[2];

	tcp_pair(fd);
	return COUNT(sendmsg(fd[0], &m, 0));
}

static long op_sendmmsg(void)
{
	struct iovec v = { page, 1 };
	struct mmsghdr m[2] = {
		{ .msg_hdr = { .msg_iov = &v, .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &v, .msg_iovlen = 1 } },
	};
	int fd[2];

	tcp_pair(fd);
	return COUNT(sendmmsg(fd[0], m, 2, 0));
}

static long op_zerocopy(void)
{
	int fd[2], one = 1;

	tcp_pair(fd);
	must(setsockopt(fd[0], SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)),
	     "SO_ZEROCOPY");
	return COUNT(send(fd[0], page, sizeof(page), MSG_ZEROCOPY));
}

static long op_urgent(void)
{
	int fd[2];

	tcp_pair(fd);
	return COUNT(send(fd[0], "x", 1, MSG_OOB));
}

static void filled(int fd[2])
{
	tcp_pair(fd);
	must(send(fd[0], page, sizeof(page), 0), "send");
}

static long op_read(void)
{
	int fd[2];

	filled(fd);
	return COUNT(read(fd[1], page, 1));
}

static long op_recv(void)
{
	int fd[2];

	filled(fd);
	return COUNT(recv(fd[1], page, 1, 0));
}

static long op_peek(void)
{
	int fd[2];

	filled(fd);
	return COUNT(recv(fd[1], page, 1, MSG_PEEK));
}

/* Received pages are mapped by getsockopt(): no read, no recv. */
static long op_map_receive(void)
{
	struct tcp_zerocopy_receive z = { .length = PAGE };
	socklen_t len = sizeof(z);
	int fd[2];
	void *p;

	filled(fd);
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd[1], 0);
	must(p == MAP_FAILED ? -1 : 0, "map the socket");
	z.address = (uintptr_t)p;
	return COUNT(
		getsockopt(fd[1], IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, &z, &len));
}

static long op_map_socket(void)
{
	int fd[2];

	filled(fd);
	return COUNT(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd[1], 0) ==
				     MAP_FAILED ?
			     -1 :
			     0);
}

static long op_fastopen(void)
{
	struct sockaddr_in at;
	int fd = sock(SOCK_STREAM, 0);

	listening(SOCK_STREAM, 0, &at);
	return COUNT(sendto(fd, "x", 1, MSG_FASTOPEN, (void *)&at, sizeof(at)));
}

static long op_setsockopt(void)
{
	int fd = sock(SOCK_STREAM, 0), one = 1;

	return COUNT(
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one)));
}

static long op_getsockopt(void)
{
	int fd = sock(SOCK_STREAM, 0), one;
	socklen_t len = sizeof(one);

	return COUNT(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, &len));
}

static long op_shutdown(void)
{
	int fd[2];

	tcp_pair(fd);
	return COUNT(shutdown(fd[0], SHUT_WR));
}

static long op_ioctl(void)
{
	int fd[2], n;

	tcp_pair(fd);
	return COUNT(ioctl(fd[0], FIONREAD, &n));
}

static long op_udp_sendto(void)
{
	struct sockaddr_in to = loopback(9);
	int fd = sock(SOCK_DGRAM, 0);

	return COUNT(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)));
}

static long op_udp_connect(void)
{
	struct sockaddr_in to = loopback(9);
	int fd = sock(SOCK_DGRAM, 0);

	return COUNT(connect(fd, (void *)&to, sizeof(to)));
}

static long op_udp_write(void)
{
	struct sockaddr_in to = loopback(9);
	int fd = sock(SOCK_DGRAM, 0);

	must(connect(fd, (void *)&to, sizeof(to)), "connect");
	return COUNT(write(fd, "x", 1));
}

static long op_raw(void)
{
	struct sockaddr_in to = loopback(0);
	int fd = sock(SOCK_RAW, 253); /* RFC 3692: for experiments */

	return COUNT(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)));
}

static long op_raw_header(void)
{
	struct sockaddr_in to = loopback(0);
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.ttl = 1,
		.protocol = 253,
		.daddr = htonl(INADDR_LOOPBACK),
	};
	int fd = sock(SOCK_RAW, IPPROTO_RAW);

	return COUNT(sendto(fd, &ip, sizeof(ip), 0, (void *)&to, sizeof(to)));
}

static long op_mptcp_connect(void)
{
	return connected(SOCK_STREAM, IPPROTO_MPTCP);
}

static long op_mptcp_send(void)
{
	struct sockaddr_in at;
	int fd = sock(SOCK_STREAM, IPPROTO_MPTCP);

	listening(SOCK_STREAM, IPPROTO_MPTCP, &at);
	must(connect(fd, (void *)&at, sizeof(at)), "connect");
	return COUNT(send(fd, "x", 1, 0));
}

static long op_sctp_connect(void)
{
	return connected(SOCK_STREAM, IPPROTO_SCTP);
}

static long op_sctp_connectx(void)
{
	struct sockaddr_in at;
	int fd = sock(SOCK_STREAM, IPPROTO_SCTP);

	listening(SOCK_STREAM, IPPROTO_SCTP, &at);
	return COUNT(setsockopt(fd, IPPROTO_SCTP, SCTP_SOCKOPT_CONNECTX, &at,
				sizeof(at)));
}

/* One to many: a send to an address is a connection of its own. */
static long op_sctp_sendto(void)
{
	struct sockaddr_in at;
	int fd = sock(SOCK_SEQPACKET, IPPROTO_SCTP);

	listening(SOCK_SEQPACKET, IPPROTO_SCTP, &at);
	return COUNT(sendto(fd, "x", 1, 0, (void *)&at, sizeof(at)));
}

static long op_sctp_send(void)
{
	struct sockaddr_in at;
	int fd = sock(SOCK_STREAM, IPPROTO_SCTP);

	listening(SOCK_STREAM, IPPROTO_SCTP, &at);
	must(connect(fd, (void *)&at, sizeof(at)), "connect");
	return COUNT(send(fd, "x", 1, 0));
}

static const struct operation list[] = {
	{ "socket AF_INET", op_socket },
	{ "bind", op_bind },
	{ "listen", op_listen },
	{ "tcp connect", op_connect },
	{ "tcp accept", op_accept },
	{ "tcp disconnect", op_disconnect },
	{ "tcp write", op_write },
	{ "tcp send", op_send },
	{ "tcp sendmsg", op_sendmsg },
	{ "tcp sendmmsg", op_sendmmsg },
	{ "tcp send MSG_ZEROCOPY", op_zerocopy },
	{ "tcp send MSG_OOB", op_urgent },
	{ "tcp read", op_read },
	{ "tcp recv", op_recv },
	{ "tcp recv MSG_PEEK", op_peek },
	{ "mmap of a tcp socket", op_map_socket },
	{ "TCP_ZEROCOPY_RECEIVE", op_map_receive },
	{ "tcp MSG_FASTOPEN sendto", op_fastopen },
	{ "setsockopt", op_setsockopt },
	{ "getsockopt", op_getsockopt },
	{ "shutdown", op_shutdown },
	{ "ioctl of a socket", op_ioctl },
	{ "udp sendto unconnected", op_udp_sendto },
	{ "udp connect", op_udp_connect },
	{ "udp write", op_udp_write },
	{ "raw ip sendto", op_raw },
	{ "raw ip sendto with a header", op_raw_header },
	{ "mptcp connect", op_mptcp_connect },
	{ "mptcp send", op_mptcp_send },
	{ "sctp connect", op_sctp_connect },
	{ "sctp CONNECTX", op_sctp_connectx },
	{ "sctp sendto unconnected", op_sctp_sendto },
	{ "sctp send", op_sctp_send },
};

const struct group net_group = { list, ARRAY_SIZE(list), false };
