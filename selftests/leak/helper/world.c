// SPDX-License-Identifier: MIT
/*
 * The other machine: it takes whatever reaches it, whole connections and single
 * frames, and appends it to one file.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <uapi/shinrai.h>

#include "leak.h"

#define SOCKETS 128

static struct pollfd polled[SOCKETS];
static bool listens[SOCKETS];
static char heard[1 << 17];

static void watch(int fd, bool is_listening)
{
	int i;

	for (i = 0; i < SOCKETS; i++) {
		if (polled[i].fd >= 0)
			continue;
		polled[i].fd = fd;
		polled[i].events = POLLIN;
		listens[i] = is_listening;
		return;
	}
	close(fd);
}

static void offer(int type, int protocol, uint16_t port)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(port) };
	int fd = need(socket(AF_INET6, type, protocol), "socket");
	int on = 1;

	need(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)),
	     "reuse");
	need(bind(fd, (struct sockaddr *)&in6, sizeof(in6)), "bind");
	if (type == SOCK_DGRAM) {
		watch(fd, false);
		return;
	}
	if (protocol == 0)
		setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN, &(int){ 16 },
			   sizeof(int));
	need(listen(fd, 64), "listen");
	watch(fd, type == SOCK_STREAM);
}

/* All that arrives at @name, as it is on the wire. */
static void sniff(const char *name)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ALL),
				  .sll_ifindex = if_nametoindex(name) };
	int fd = need(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), "sniff");

	need(bind(fd, (struct sockaddr *)&ll, sizeof(ll)), name);
	watch(fd, false);
}

static void join_group(void)
{
	struct ip_mreqn group = { .imr_ifindex = if_nametoindex("v1") };
	int fd = need(socket(AF_INET, SOCK_DGRAM, 0), "socket");

	inet_pton(AF_INET, GROUP, &group.imr_multiaddr);
	need(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group,
			sizeof(group)),
	     "group");
}

static void hear(struct pollfd *p, bool is_listening, int log)
{
	ssize_t n;

	if (is_listening) {
		watch(accept4(p->fd, NULL, NULL, SOCK_CLOEXEC), false);
		return;
	}
	n = recv(p->fd, heard, sizeof(heard), MSG_DONTWAIT);
	if (n > 0) {
		put(log, heard, n);
	} else if (!n || (errno != EAGAIN && errno != EINTR)) {
		close(p->fd);
		p->fd = -1;
	}
}

/* world FILE: for ever */
static __attribute__((noreturn)) int world(char **arg)
{
	int log = open_at(arg[0], O_WRONLY | O_CREAT | O_APPEND);
	int i;

	alarm(0);
	for (i = 0; i < SOCKETS; i++)
		polled[i].fd = -1;
	offer(SOCK_STREAM, 0, PORT);
	offer(SOCK_STREAM, IPPROTO_MPTCP, MPTCP_PORT);
	offer(SOCK_DGRAM, 0, PORT);
	offer(SOCK_DGRAM, IPPROTO_UDPLITE, PORT);
	offer(SOCK_DGRAM, 0, BARRIER_PORT);
	offer(SOCK_SEQPACKET, IPPROTO_SCTP, PORT);
	sniff("v1");
	join_group();
	put(log, "world\n", 6);
	for (;;) {
		poll(polled, SOCKETS, -1);
		for (i = 0; i < SOCKETS; i++)
			if (polled[i].fd >= 0 && polled[i].revents)
				hear(&polled[i], listens[i], log);
	}
}

/* fetch ADDRESS PORT FILE: what a server there gives to who connects */
static int fetch(char **arg)
{
	struct sockaddr_in in = world_in(arg[0], atoi(arg[1]));
	int fd = need(socket(AF_INET, SOCK_STREAM, 0), "socket");
	int log = open_at(arg[2], O_WRONLY | O_CREAT | O_APPEND);
	int tries;
	ssize_t n;

	for (tries = 0; tries < 100; tries++) {
		if (!connect(fd, (struct sockaddr *)&in, sizeof(in)))
			break;
		usleep(20 * 1000);
	}
	while ((n = read(fd, heard, sizeof(heard))) > 0)
		put(log, heard, n);
	return DONE;
}

struct sockaddr_in world_in(const char *addr, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(port) };

	inet_pton(AF_INET, addr, &in.sin_addr);
	return in;
}

/* A TCP connection; a packet that is dropped must not hold it up for long. */
int dial(const char *addr)
{
	struct sockaddr_in in = world_in(addr, PORT);
	int fd = need(socket(AF_INET, SOCK_STREAM, 0), "socket");

	need(connect(fd, (struct sockaddr *)&in, sizeof(in)), "connect");
	return fd;
}

static pid_t witness;

/* Asks the module; without it nobody is. */
static bool ask_module(pid_t pid)
{
	struct shinrai_process s = { .pid = pid };
	int fd = open("/dev/shinrai", O_RDONLY | O_CLOEXEC);
	bool yes = fd >= 0 && !ioctl(fd, SHINRAI_IOC_PROCESS, &s) && s.count;

	if (fd >= 0)
		close(fd);
	return yes;
}

static __attribute__((noreturn)) void answer(const sigset_t *set)
{
	siginfo_t info;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		if (sigwaitinfo(set, &info) == SIGUSR1)
			kill(info.si_pid,
			     ask_module(info.si_pid) ? SIGUSR1 : SIGUSR2);
}

/*
 * Who has a label may not even ask the module: that goes to a device.  So a
 * process from before there was one is asked, by a signal, and answers by one.
 */
void call_witness(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	witness = fork();
	if (witness < 0)
		broken("fork");
	if (!witness)
		answer(&set);
}

/* Whether this process has a label. */
bool is_labelled(void)
{
	struct timespec patience = { .tv_sec = 2 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	return witness > 0 && !kill(witness, SIGUSR1) &&
	       sigtimedwait(&set, NULL, &patience) == SIGUSR1;
}

/*
 * label OWNER N,... FILE: gives the file labels of the owner whose hash is in
 * OWNER; what number N has as its UUID, protect.sh knows
 */
static int cmd_label(char **arg)
{
	struct shinrai_label_file l = { .flags = SHINRAI_LABEL_ADD,
					.add.uuid = {
						[6] = 0x40, [8] = 0x80 } };
	int device = open_at("/dev/shinrai", O_RDWR);
	int id = open_at(arg[0], O_RDONLY);
	char *number;

	alarm(0); /* the first label of all attaches hooks */
	if (read(id, l.add.owner, sizeof(l.add.owner)) != sizeof(l.add.owner))
		broken(arg[0]);
	/* Who has it open to read it would get the label as well. */
	l.fd = open_at(arg[2], O_PATH);
	for (number = strtok(arg[1], ","); number; number = strtok(NULL, ",")) {
		l.add.uuid[3] = atoi(number);
		need(ioctl(device, SHINRAI_IOC_LABEL, &l), "label");
	}
	return DONE;
}

/* The last step of every way round: to the other machine, from who got it. */
int tell(const void *buf, size_t len)
{
	struct sockaddr_in in = world_in(WORLD, PORT);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	seen_or_silent(buf, len);
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&in, sizeof(in)) &&
	    write(fd, buf, len) == (ssize_t)len)
		return DONE;
	if (errno == EPERM || errno == EACCES)
		_exit(is_labelled() ? LABELLED : REFUSED);
	broken("tell");
}

const struct verb verbs_world[] = { { "world", 1, world },
				    { "fetch", 3, fetch },
				    { "label", 3, cmd_label },
				    { NULL, 0, NULL } };
