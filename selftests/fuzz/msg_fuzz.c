// SPDX-License-Identifier: MIT
/* links: userspace/shinraid/msg.c */
/* Messages between the processes: only those of the table are taken, and nothing of
 * the others stays, no descriptor either.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../../userspace/shinraid/msg.h"

#define PASS_MAX 3

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/* One message as whoever has taken over the other process could send it. */
static void send_raw(int to, const u8 *data, size_t len, unsigned int pass)
{
	const int fds[PASS_MAX] = { to, to, to };
	struct iovec iov = { (void *)(uintptr_t)data, len };
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(fds))];
	} ctl;
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (pass) {
		memset(&ctl, 0, sizeof(ctl));
		mh.msg_control = &ctl;
		mh.msg_controllen = CMSG_SPACE(pass * sizeof(int));
		c = CMSG_FIRSTHDR(&mh);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(pass * sizeof(int));
		memcpy(CMSG_DATA(c), fds, pass * sizeof(int));
	}
	if (sendmsg(to, &mh, MSG_NOSIGNAL) != (ssize_t)len)
		abort();
}

/* What was taken is sent on as it came. */
static void check(int fds[2], const struct msg *m, const u8 *data, size_t len)
{
	static struct msg back;

	if (msg_send(fds[1], m->type, m->cookie, &m->u, m->fd) ||
	    msg_recv(fds[0], &back) != 1)
		abort();
	if (back.type != m->type || back.len != m->len ||
	    back.cookie != m->cookie || len != 16 + m->len ||
	    (back.fd < 0) != (m->fd < 0) || memcmp(&back.u, &m->u, m->len) ||
	    memcmp(data + 16, &m->u, m->len))
		abort();
	if (back.fd >= 0)
		close(back.fd);
}

/* Return: the lowest descriptor that is free. */
static int lowest(void)
{
	int fd = dup(0);

	if (fd < 0)
		abort();
	close(fd);
	return fd;
}

/* @data: how many descriptors are passed, and the message */
int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static struct msg m;
	int fds[2], before, ret;

	if (len < 2 || len > sizeof(m) + 64)
		return 0;
	if (msg_pair(fds))
		abort();
	before = lowest();
	send_raw(fds[1], data + 1, len - 1, *data % (PASS_MAX + 1));
	ret = msg_recv(fds[0], &m);
	if (ret != 1 && ret != -EBADMSG)
		abort();
	if (ret == 1)
		check(fds, &m, data + 1, len - 1);
	if (ret == 1 && m.fd >= 0)
		close(m.fd);
	if (lowest() != before)
		abort();
	close(fds[0]);
	close(fds[1]);
	return 0;
}
