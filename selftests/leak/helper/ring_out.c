// SPDX-License-Identifier: MIT
/* io_uring: the secret leaves, or is read, without the usual system calls. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "ring.h"

static struct ring ring;
static char token[TOKEN];

/* What each has in common: the secret, then a connection, then a ring. */
static int begin(char **arg, unsigned int flags)
{
	int fd;

	read_secret(arg[0], token);
	fd = dial(WORLD);
	ring_open(&ring, flags);
	return fd;
}

static int ring_send(char **arg)
{
	int fd = begin(arg, 0);

	ring_sqe(&ring, IORING_OP_SEND, fd, token, TOKEN);
	ring_do(&ring, "SEND");
	return DONE;
}

/* By a worker that the kernel makes for it. */
static int ring_async(char **arg)
{
	int fd = begin(arg, 0);

	ring_sqe(&ring, IORING_OP_SEND, fd, token, TOKEN)->flags = IOSQE_ASYNC;
	ring_do(&ring, "SEND");
	return DONE;
}

static int ring_sendmsg(char **arg)
{
	struct iovec v = { token, TOKEN };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	int fd = begin(arg, 0);

	ring_sqe(&ring, IORING_OP_SENDMSG, fd, &m, 1);
	ring_do(&ring, "SENDMSG");
	return DONE;
}

static int ring_send_zc(char **arg)
{
	int fd = begin(arg, 0);

	ring_sqe(&ring, IORING_OP_SEND_ZC, fd, token, TOKEN);
	ring_do(&ring, "SEND_ZC");
	return DONE;
}

/* No connection: the address is part of the submission. */
static int ring_sendto(char **arg)
{
	struct sockaddr_in in = world_in(WORLD, PORT);
	struct io_uring_sqe *e;
	int fd;

	read_secret(arg[0], token);
	ring_open(&ring, 0);
	fd = need(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	e = ring_sqe(&ring, IORING_OP_SEND_ZC, fd, token, TOKEN);
	e->addr2 = (uintptr_t)&in;
	e->addr_len = sizeof(in);
	ring_do(&ring, "SEND_ZC");
	return DONE;
}

static int ring_write(char **arg)
{
	int fd = begin(arg, 0);

	ring_sqe(&ring, IORING_OP_WRITE, fd, token, TOKEN);
	ring_do(&ring, "WRITE");
	return DONE;
}

/* Neither a descriptor nor an address: both were registered before. */
static int ring_fixed(char **arg)
{
	struct iovec v = { token, TOKEN };
	struct io_uring_sqe *e;
	int fd = dial(WORLD);

	ring_open(&ring, 0);
	ring_register(&ring, IORING_REGISTER_FILES, &fd, 1, "files");
	ring_register(&ring, IORING_REGISTER_BUFFERS, &v, 1, "buffers");
	close(fd);
	read_secret(arg[0], token);
	e = ring_sqe(&ring, IORING_OP_WRITE_FIXED, 0, token, TOKEN);
	e->flags = IOSQE_FIXED_FILE;
	ring_do(&ring, "WRITE_FIXED");
	return DONE;
}

/* A thread of the kernel takes submissions from memory; no call is made. */
static int ring_sqpoll(char **arg)
{
	int fd = begin(arg, IORING_SETUP_SQPOLL);

	ring_sqe(&ring, IORING_OP_SEND, fd, token, TOKEN);
	ring_do(&ring, "SEND");
	return DONE;
}

/* Opened and connected before there was anything to hide. */
static int ring_sqpoll_early(char **arg)
{
	int fd = dial(WORLD);

	ring_open(&ring, IORING_SETUP_SQPOLL);
	read_secret(arg[0], token);
	ring_sqe(&ring, IORING_OP_SEND, fd, token, TOKEN);
	ring_do(&ring, "SEND");
	return DONE;
}

/* Opened, read and sent in one chain: this thread does none of it. */
static int ring_chain(char **arg)
{
	int fd = dial(WORLD), from;

	ring_open(&ring, 0);
	ring_sqe(&ring, IORING_OP_OPENAT, AT_FDCWD, arg[0], 0);
	from = ring_do(&ring, "OPENAT");
	ring_sqe(&ring, IORING_OP_READ, from, token, TOKEN)->flags =
		IOSQE_IO_LINK;
	ring_sqe(&ring, IORING_OP_SEND, fd, token, TOKEN);
	ring_do(&ring, "READ");
	return DONE;
}

static void ring_splice_once(int from, int to, unsigned int len)
{
	struct io_uring_sqe *e =
		ring_sqe(&ring, IORING_OP_SPLICE, to, NULL, len);

	e->off = -1;
	e->splice_off_in = -1;
	e->splice_fd_in = from;
	ring_do(&ring, "SPLICE");
}

static int ring_splice(char **arg)
{
	int from, p[2], fd = dial(WORLD);

	ring_open(&ring, 0);
	from = open_at(arg[0], O_RDONLY);
	need(pipe(p), "pipe");
	ring_splice_once(from, p[1], TOKEN);
	ring_splice_once(p[0], fd, TOKEN);
	return DONE;
}

static int ring_tee(char **arg)
{
	int from, p[2], q[2], fd = dial(WORLD);
	struct io_uring_sqe *e;

	ring_open(&ring, 0);
	from = open_at(arg[0], O_RDONLY);
	need(pipe(p), "pipe");
	need(pipe(q), "pipe");
	ring_splice_once(from, p[1], TOKEN);
	e = ring_sqe(&ring, IORING_OP_TEE, q[1], NULL, TOKEN);
	e->splice_fd_in = p[0];
	ring_do(&ring, "TEE");
	ring_splice_once(q[0], fd, TOKEN);
	return DONE;
}

/* Socket and connection are the ring's as well. */
static int ring_connect(char **arg)
{
	struct sockaddr_in in = world_in(WORLD, PORT);
	int fd;

	read_secret(arg[0], token);
	ring_open(&ring, 0);
	ring_sqe(&ring, IORING_OP_SOCKET, AF_INET, NULL, 0)->off = SOCK_STREAM;
	fd = ring_do(&ring, "SOCKET");
	ring_sqe(&ring, IORING_OP_CONNECT, fd, &in, 0)->off = sizeof(in);
	ring_do(&ring, "CONNECT");
	ring_sqe(&ring, IORING_OP_SEND, fd, token, TOKEN);
	ring_do(&ring, "SEND");
	return DONE;
}

/*
 * B's ring and its registered memory; A, which has the secret, submits a read of
 * its own file into that memory.
 */
static int ring_buffers(char **arg)
{
	struct iovec v;
	int from;
	pid_t pid;

	v.iov_base = need_map(mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
			      "mmap");
	v.iov_len = 4096;
	madvise(v.iov_base, 4096, MADV_DONTFORK);
	ring_open(&ring, 0);
	ring_register(&ring, IORING_REGISTER_BUFFERS, &v, 1, "buffers");
	pid = spawn();
	if (!pid) {
		ring_map(&ring);
		from = open_at(arg[0], O_RDONLY);
		ring_sqe(&ring, IORING_OP_READ_FIXED, from, v.iov_base, TOKEN);
		ring_do(&ring, "READ_FIXED");
		_exit(DONE);
	}
	finish(pid);
	return tell(v.iov_base, TOKEN);
}

/* The memory in which the two ends of a ring meet is memory like any other. */
static int ring_memory(char **arg)
{
	pid_t pid;

	ring_open(&ring, 0);
	madvise(ring.sqes, RING_ENTRIES * sizeof(*ring.sqes), MADV_DOFORK);
	pid = spawn();
	if (!pid) {
		read_secret(arg[0], token);
		ring_map(&ring);
		memcpy(&ring.sqes[3], token, TOKEN);
		_exit(DONE);
	}
	finish(pid);
	return tell(&ring.sqes[3], TOKEN);
}

/* A sends its open file to B's ring: no descriptor is received. */
static int ring_msg_fd(char **arg)
{
	int slots[2] = { -1, -1 }, from;
	struct io_uring_sqe *e;
	struct ring own;
	pid_t pid;

	ring_open(&ring, 0);
	ring_register(&ring, IORING_REGISTER_FILES, slots, 2, "files");
	pid = spawn();
	if (!pid) {
		from = open_at(arg[0], O_RDONLY);
		ring_open(&own, 0);
		ring_register(&own, IORING_REGISTER_FILES, &from, 1, "files");
		e = ring_sqe(&own, IORING_OP_MSG_RING, ring.fd,
			     (void *)IORING_MSG_SEND_FD, 0);
		e->addr3 = 0; /* from here */
		e->file_index = 1; /* to slot 0 there, counted from 1 */
		ring_do(&own, "MSG_RING");
		_exit(DONE);
	}
	finish(pid);
	ring_result(&ring);
	ring_sqe(&ring, IORING_OP_READ, 0, token, TOKEN)->flags =
		IOSQE_FIXED_FILE;
	ring_do(&ring, "READ");
	return tell(token, TOKEN);
}

const struct verb verbs_ring[] = {
	{ "ring-send", 1, ring_send },
	{ "ring-async", 1, ring_async },
	{ "ring-sendmsg", 1, ring_sendmsg },
	{ "ring-send-zc", 1, ring_send_zc },
	{ "ring-sendto", 1, ring_sendto },
	{ "ring-write", 1, ring_write },
	{ "ring-fixed", 1, ring_fixed },
	{ "ring-sqpoll", 1, ring_sqpoll },
	{ "ring-sqpoll-early", 1, ring_sqpoll_early },
	{ "ring-chain", 1, ring_chain },
	{ "ring-splice", 1, ring_splice },
	{ "ring-tee", 1, ring_tee },
	{ "ring-connect", 1, ring_connect },
	{ "ring-buffers", 1, ring_buffers },
	{ "ring-memory", 1, ring_memory },
	{ "ring-msg-fd", 1, ring_msg_fd },
	{ NULL, 0, NULL },
};
