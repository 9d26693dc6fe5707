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

static const struct {
	u32 size;
	bool passes; /* a descriptor, now and then */
} kinds[] = {
	[MSG_READY] = { sizeof(struct msg_ready), false },
	[MSG_TLS] = { sizeof(struct msg_tls), false },
	[MSG_SELECT] = { sizeof(struct shinrai_selection), false },
	[MSG_QUOTE] = { sizeof(struct msg_quote), false },
	[MSG_QUOTED] = { sizeof(struct msg_quoted), false },
	[MSG_SYNC] = { 0, false },
	[MSG_SYNCED] = { sizeof(struct msg_synced), true },
	[MSG_RANGE] = { sizeof(struct msg_range), false },
	[MSG_RANGED] = { sizeof(struct msg_ranged), false },
	[MSG_ALARM] = { sizeof(struct msg_alarm), false },
	[MSG_PAST] = { sizeof(struct msg_past), true },
	[MSG_BOOTS] = { sizeof(struct msg_boots), true },
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
	struct wire head = { type, kinds[type].size, cookie };
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

/* Control data has room for more than one; none is left open of those. */
static int passed_fd(struct msghdr *mh)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(mh);
	int fd = -1;
	size_t n, i;

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return -1;
	n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	for (i = 0; i < n; i++) {
		memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
		if (n > 1)
			close(fd);
	}
	return n > 1 ? -EBADMSG : fd;
}

static bool is_known(const struct wire *head, size_t n, int fd)
{
	return n >= sizeof(*head) && head->type &&
	       head->type < ARRAY_SIZE(kinds) &&
	       head->len == kinds[head->type].size &&
	       n == sizeof(*head) + head->len &&
	       (fd == -1 || (fd >= 0 && kinds[head->type].passes));
}

/**
 * msg_recv() - receive one message
 * @fd: from msg_pair()
 * @m: out
 *
 * Return: 1 with a message; 0 when the other side is gone; -EAGAIN; -EBADMSG
 * for what is not in the table, of which no descriptor is left open.
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
	if (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ||
	    !is_known(&head, (size_t)n, m->fd)) {
		if (m->fd >= 0)
			close(m->fd);
		return -EBADMSG;
	}
	m->type = head.type;
	m->len = head.len;
	m->cookie = head.cookie;
	return 1;
}
