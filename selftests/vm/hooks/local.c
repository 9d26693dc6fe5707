// SPDX-License-Identifier: MIT
/* Other families: AF_UNIX, netlink, packet, vsock, crypto, XDP; and tun. */
#include <linux/if_alg.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/vm_sockets.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <arpa/inet.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "hooks.h"

static char page[PAGE];

static int sock(int family, int type, int proto)
{
	return (int)must(socket(family, type | SOCK_CLOEXEC, proto),
			 "make a socket");
}

static long op_pair(void)
{
	int fd[2];

	return COUNT(socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
}

static long op_send(void)
{
	int fd[2];

	unix_pair(fd, SOCK_STREAM);
	return COUNT(send(fd[0], "x", 1, 0));
}

static long op_recv(void)
{
	int fd[2];

	unix_pair(fd, SOCK_STREAM);
	must(send(fd[0], "x", 1, 0), "send");
	return COUNT(recv(fd[1], page, 1, 0));
}

static long op_write(void)
{
	int fd[2];

	unix_pair(fd, SOCK_STREAM);
	return COUNT(write(fd[0], "x", 1));
}

static long op_dgram_pair_send(void)
{
	int fd[2];

	unix_pair(fd, SOCK_DGRAM);
	return COUNT(send(fd[0], "x", 1, 0));
}

/* A socket bound to a name in the folder. */
static int bound(int type, struct sockaddr_un *at)
{
	int fd = sock(AF_UNIX, type, 0);

	*at = (struct sockaddr_un){ AF_UNIX, "socket" };
	unlink("socket");
	must(bind(fd, (void *)at, sizeof(*at)), "bind");
	return fd;
}

static long op_bind(void)
{
	struct sockaddr_un at = { AF_UNIX, "socket" };
	int fd = sock(AF_UNIX, SOCK_STREAM, 0);

	unlink("socket");
	return COUNT(bind(fd, (void *)&at, sizeof(at)));
}

static long op_connect(void)
{
	struct sockaddr_un at;
	int fd = sock(AF_UNIX, SOCK_STREAM, 0);

	must(listen(bound(SOCK_STREAM, &at), 1), "listen");
	return COUNT(connect(fd, (void *)&at, sizeof(at)));
}

static long op_dgram_sendto(void)
{
	struct sockaddr_un at;
	int fd = sock(AF_UNIX, SOCK_DGRAM, 0);

	bound(SOCK_DGRAM, &at);
	return COUNT(sendto(fd, "x", 1, 0, (void *)&at, sizeof(at)));
}

/* A message of one byte with a descriptor, or room for one. */
static struct msghdr *rights(int fd)
{
	static char room[CMSG_SPACE(sizeof(int))];
	static struct iovec v = { page, 1 };
	static struct msghdr m = {
		.msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof(room),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return &m;
}

static long op_rights_send(void)
{
	int fd[2], file = fresh("a");

	unix_pair(fd, SOCK_STREAM);
	return COUNT(sendmsg(fd[0], rights(file), 0));
}

static long op_rights_recv(void)
{
	int fd[2], file = fresh("a");

	unix_pair(fd, SOCK_STREAM);
	must(sendmsg(fd[0], rights(file), 0), "send");
	return COUNT(recvmsg(fd[1], rights(-1), 0));
}

static long op_netlink(void)
{
	return COUNT(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
}

static long op_netlink_send(void)
{
	struct {
		struct nlmsghdr head;
		struct rtgenmsg body;
	} m = {
		.head = { .nlmsg_len = sizeof(m),
			  .nlmsg_type = RTM_GETLINK,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
	};
	int fd = sock(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	return COUNT(send(fd, &m, sizeof(m), 0));
}

static long op_netlink_user(void)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	socklen_t len = sizeof(to);
	struct nlmsghdr m = { .nlmsg_len = sizeof(m), .nlmsg_type = 0x1000 };
	int in = sock(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK);
	int out = sock(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK);

	must(bind(in, (void *)&to, sizeof(to)), "bind");
	must(getsockname(in, (void *)&to, &len), "getsockname");
	return COUNT(sendto(out, &m, sizeof(m), 0, (void *)&to, sizeof(to)));
}

static long op_packet(void)
{
	return COUNT(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)));
}

static struct sockaddr_ll on_loopback(void)
{
	return (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)if_nametoindex("lo"),
		.sll_halen = 6,
	};
}

static long op_packet_send(void)
{
	struct sockaddr_ll to = on_loopback();
	int fd = sock(AF_PACKET, SOCK_RAW, 0);

	return COUNT(sendto(fd, page, 64, 0, (void *)&to, sizeof(to)));
}

/* The frame lies in memory that is shared with the kernel. */
static long op_packet_ring(void)
{
	struct tpacket_req ring = { PAGE, 1, 2048, 2 };
	int fd = sock(AF_PACKET, SOCK_RAW, 0);

	return COUNT(setsockopt(fd, SOL_PACKET, PACKET_TX_RING, &ring,
				sizeof(ring)));
}

static long op_xdp(void)
{
	return COUNT(socket(AF_XDP, SOCK_RAW, 0));
}

static long op_alg(void)
{
	return COUNT(socket(AF_ALG, SOCK_SEQPACKET, 0));
}

static int hash_socket(void)
{
	struct sockaddr_alg at = { .salg_family = AF_ALG,
				   .salg_type = "hash",
				   .salg_name = "sha256" };
	int fd = sock(AF_ALG, SOCK_SEQPACKET, 0);

	must(bind(fd, (void *)&at, sizeof(at)), "bind");
	return (int)must(accept(fd, NULL, NULL), "accept");
}

static long op_alg_send(void)
{
	int fd = hash_socket();

	return COUNT(send(fd, page, 8, 0));
}

static long op_alg_recv(void)
{
	int fd = hash_socket();

	must(send(fd, page, 8, 0), "send");
	return COUNT(recv(fd, page, 32, 0));
}

static long op_vsock(void)
{
	return COUNT(socket(AF_VSOCK, SOCK_STREAM, 0));
}

static struct sockaddr_vm vsock_listening(void)
{
	struct sockaddr_vm at = {
		.svm_family = AF_VSOCK,
		.svm_port = VMADDR_PORT_ANY,
		.svm_cid = VMADDR_CID_LOCAL,
	};
	socklen_t len = sizeof(at);
	int fd = sock(AF_VSOCK, SOCK_STREAM, 0);

	must(bind(fd, (void *)&at, sizeof(at)), "bind");
	must(listen(fd, 1), "listen");
	must(getsockname(fd, (void *)&at, &len), "getsockname");
	return at;
}

static long op_vsock_connect(void)
{
	struct sockaddr_vm at = vsock_listening();
	int fd = sock(AF_VSOCK, SOCK_STREAM, 0);

	return COUNT(connect(fd, (void *)&at, sizeof(at)));
}

static long op_vsock_send(void)
{
	struct sockaddr_vm at = vsock_listening();
	int fd = sock(AF_VSOCK, SOCK_STREAM, 0);

	must(connect(fd, (void *)&at, sizeof(at)), "connect");
	return COUNT(send(fd, "x", 1, 0));
}

static int tun = -1;

static long op_tun(void)
{
	struct ifreq ifr = { .ifr_name = "tun0",
			     .ifr_flags = IFF_TUN | IFF_NO_PI };

	tun = opened("/dev/net/tun", O_RDWR);
	return COUNT(ioctl(tun, TUNSETIFF, &ifr));
}

/* A packet comes in, from a network of our own making. */
static long op_tun_write(void)
{
	struct ifreq ifr = { .ifr_name = "tun0", .ifr_flags = IFF_UP };
	const char packet[20] = { 0x45 };
	int fd = sock(AF_INET, SOCK_DGRAM, 0);

	must(ioctl(fd, SIOCSIFFLAGS, &ifr), "set tun0 up");
	return COUNT(write(tun, packet, sizeof(packet)));
}

static const struct operation list[] = {
	{ "socketpair unix stream", op_pair },
	{ "unix stream send", op_send },
	{ "unix stream recv", op_recv },
	{ "unix stream write", op_write },
	{ "unix dgram pair send", op_dgram_pair_send },
	{ "unix bind", op_bind },
	{ "unix stream connect", op_connect },
	{ "unix dgram sendto", op_dgram_sendto },
	{ "SCM_RIGHTS send", op_rights_send },
	{ "SCM_RIGHTS recv", op_rights_recv },
	{ "socket AF_NETLINK", op_netlink },
	{ "netlink send", op_netlink_send },
	{ "netlink send to a process", op_netlink_user },
	{ "socket AF_PACKET", op_packet },
	{ "AF_PACKET sendto", op_packet_send },
	{ "PACKET_TX_RING", op_packet_ring },
	{ "socket AF_XDP", op_xdp },
	{ "socket AF_ALG", op_alg },
	{ "AF_ALG send", op_alg_send },
	{ "AF_ALG recv", op_alg_recv },
	{ "socket AF_VSOCK", op_vsock },
	{ "vsock connect", op_vsock_connect },
	{ "vsock send", op_vsock_send },
	{ "TUNSETIFF", op_tun },
	{ "write to a tun device", op_tun_write },
};

const struct group local_group = { list, ARRAY_SIZE(list), false };
