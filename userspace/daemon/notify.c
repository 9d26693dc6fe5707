// SPDX-License-Identifier: MIT
/* Tells the service manager how we are; no manager is not an error. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "notify.h"

static int sock = -1;

/**
 * notify_open() - connect to $NOTIFY_SOCKET, when it is set
 *
 * Return: 0, also without one; -errno.
 */
int notify_open(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len;

	if (!path || !*path)
		return 0;
	len = strlen(path);
	if ((*path != '/' && *path != '@') || len >= sizeof(un.sun_path))
		return -EINVAL;
	memcpy(un.sun_path, path, len);
	if (*path == '@')
		un.sun_path[0] = '\0';
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return -errno;
	if (connect(sock, (struct sockaddr *)&un,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)))
		return -errno;
	return 0;
}

/**
 * notify_send() - say one state
 * @state: "READY=1", "STOPPING=1"
 */
void notify_send(const char *state)
{
	struct iovec iov = { (void *)(size_t)state, strlen(state) };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (sock >= 0 && sendmsg(sock, &mh, MSG_NOSIGNAL) < 0)
		return; /* the manager went away: its problem */
}
