// SPDX-License-Identifier: MIT
/* Messages between the processes: each type has one size, which is checked. */
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "msg.h"

struct wire {
	u32 type;
	u32 len;
	u64 cookie;
};

static const u32 sizes[] = {
	[MSG_READY] = sizeof(struct msg_ready),
	[MSG_TLS] = sizeof(struct msg_tls),
	[MSG_SELECT] = sizeof(struct shinrai_selection),
	[MSG_QUOTE] = sizeof(struct msg_quote),
	[MSG_QUOTED] = sizeof(struct msg_quoted),
	[MSG_SYNC] = 0,
	[MSG_SYNCED] = sizeof(struct msg_synced),
	[MSG_RANGE] = sizeof(struct msg_range),
	[MSG_RANGED] = sizeof(struct msg_ranged),
	[MSG_ALARM] = sizeof(struct msg_alarm),
};

/**
 * msg_pair() - connected sockets that keep message borders
 * @fds: out, both closed on exec
 *
 * Return: 0; -errno.
 */
int msg_pair(int fds[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return -errno;
	return 0;
}

/**
 * msg_send() - send one message whole
 * @fd: from msg_pair()
 * @type: enum msg_type
 * @cookie: see struct msg
 * @body: of exactly the type's size
 * @pass: descriptor to pass, or -1
 *
 * Return: 0; -EPIPE when the other side is gone; -EAGAIN; -errno.
 */
int msg_send(int fd, u32 type, u64 cookie, const void *body, int pass)
{
	struct wire head = { type, sizes[type], cookie };
	struct iovec iov[2] = { { &head, sizeof(head) },
				{ (void *)(uintptr_t)body, head.len } };
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} ctl;
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2 };
	struct cmsghdr *c;

	if (pass >= 0) {
		memset(&ctl, 0, sizeof(ctl));
		mh.msg_control = &ctl;
		mh.msg_controllen = sizeof(ctl.buf);
		c = CMSG_FIRSTHDR(&mh);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &pass, sizeof(int));
	}
	while (sendmsg(fd, &mh, MSG_NOSIGNAL) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

static int passed_fd(struct msghdr *mh)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(mh);
	int fd = -1;

	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(c), sizeof(int));
	return fd;
}

/**
 * msg_recv() - receive one message
 * @fd: from msg_pair()
 * @m: out
 *
 * Return: 1 with a message; 0 when the other side is gone; -EAGAIN; -EBADMSG
 * for what is not in the table.
 */
int msg_recv(int fd, struct msg *m)
{
	struct wire head = { 0 };
	struct iovec iov[2] = { { &head, sizeof(head) },
				{ &m->u, sizeof(m->u) } };
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} ctl;
	struct msghdr mh = { .msg_iov = iov,
			     .msg_iovlen = 2,
			     .msg_control = &ctl,
			     .msg_controllen = sizeof(ctl.buf) };
	ssize_t n;

	do {
		n = recvmsg(fd, &mh, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? 0 : -errno;
	if (!n)
		return 0;
	m->fd = passed_fd(&mh);
	if ((size_t)n < sizeof(head) || mh.msg_flags & MSG_TRUNC ||
	    head.type >= ARRAY_SIZE(sizes) || !head.type ||
	    head.len != sizes[head.type] ||
	    (size_t)n != sizeof(head) + head.len) {
		if (m->fd >= 0)
			close(m->fd);
		return -EBADMSG;
	}
	m->type = head.type;
	m->len = head.len;
	m->cookie = head.cookie;
	return 1;
}
