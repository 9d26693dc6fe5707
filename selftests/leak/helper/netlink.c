// SPDX-License-Identifier: MIT
/* By netlink: from A to B, or to the kernel, which keeps it for B. */
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "leak.h"

static char token[TOKEN + 1];

static int port(int protocol)
{
	return need(socket(AF_NETLINK, SOCK_DGRAM, protocol), "socket");
}

/* B's, which A sends to. */
static int inbox(struct sockaddr_nl *nl)
{
	int fd = port(NETLINK_USERSOCK);

	need(bind(fd, (struct sockaddr *)nl, sizeof(*nl)), "bind");
	return fd;
}

static int outcome(int in)
{
	take(in, token);
	return tell(token, TOKEN);
}

/* From one process to another, not to the kernel. */
static int cmd_netlink(char **arg)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK, .nl_pid = getpid() };
	int in = inbox(&nl), out;
	pid_t pid = spawn();

	if (!pid) {
		read_secret(arg[0], token);
		out = port(NETLINK_USERSOCK);
		need(sendto(out, token, TOKEN, 0, (struct sockaddr *)&nl,
			    sizeof(nl)),
		     "sendto");
		_exit(DONE);
	}
	finish(pid);
	return outcome(in);
}

/* The same, but the sender says whom to before it reads: @name is none by then. */
static int connected(const char *secret, const struct sockaddr_nl *name)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK, .nl_pid = getpid() };
	int in = inbox(&nl), out;
	pid_t pid = spawn();

	if (!pid) {
		out = port(NETLINK_USERSOCK);
		need(connect(out, (struct sockaddr *)&nl, sizeof(nl)),
		     "connect");
		read_secret(secret, token);
		need((int)sendto(out, token, TOKEN, 0, (struct sockaddr *)name,
				 0),
		     "sendto");
		_exit(DONE);
	}
	finish(pid);
	return outcome(in);
}

static int netlink_early(char **arg)
{
	return connected(arg[0], NULL);
}

/* An address without a length is none either. */
static int netlink_nameless(char **arg)
{
	static const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	return connected(arg[0], &kernel);
}

/* The alias of an interface: a name that the kernel keeps. */
static int netlink_alias(char **arg)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg link;
		struct rtattr attr;
		char alias[TOKEN];
	} ask = {
		.head = { .nlmsg_len = sizeof(ask),
			  .nlmsg_type = RTM_SETLINK,
			  .nlmsg_flags = NLM_F_REQUEST },
		.link = { .ifi_index = (int)if_nametoindex("lo") },
		.attr = { .rta_len = RTA_LENGTH(TOKEN),
			  .rta_type = IFLA_IFALIAS },
	};
	int out = port(NETLINK_ROUTE);
	pid_t pid = spawn();

	if (!pid) {
		read_secret(arg[0], ask.alias);
		need((int)send(out, &ask, sizeof(ask), 0), "send");
		_exit(DONE);
	}
	finish(pid);
	take(open_at("/sys/class/net/lo/ifalias", 0), token);
	return tell(token, TOKEN);
}

/* What the kernel does not understand it sends back: to whoever looks. */
static int netlink_echo(char **arg)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg link;
		struct rtattr attr;
		char name[TOKEN]; /* longer than names are */
	} ask = {
		.head = { .nlmsg_len = sizeof(ask),
			  .nlmsg_type = RTM_GETLINK,
			  .nlmsg_flags = NLM_F_REQUEST },
		.attr = { .rta_len = RTA_LENGTH(TOKEN),
			  .rta_type = IFLA_IFNAME },
	};
	struct {
		struct nlmsghdr head;
		int error;
		char ask[sizeof(ask)];
	} echo = { .error = 0 };
	int both = port(NETLINK_ROUTE);
	pid_t pid = spawn();

	if (!pid) {
		read_secret(arg[0], ask.name);
		need((int)send(both, &ask, sizeof(ask), 0), "send");
		_exit(DONE);
	}
	finish(pid);
	need((int)recv(both, &echo, sizeof(echo), 0), "recv");
	return tell(echo.ask + sizeof(ask) - TOKEN, TOKEN);
}

const struct verb verbs_netlink[] = {
	{ "netlink", 1, cmd_netlink },
	{ "netlink-early", 1, netlink_early },
	{ "netlink-nameless", 1, netlink_nameless },
	{ "netlink-alias", 1, netlink_alias },
	{ "netlink-echo", 1, netlink_echo },
	{ NULL, 0, NULL },
};
