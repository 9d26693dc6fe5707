// SPDX-License-Identifier: MIT
/*
 * Sends the first bytes of a file to a host once, in one of the ways there are.
 *
 * usage: ways WAY FILE ADDRESS PORT      exit: enum outcome; 2 usage
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "../leak/helper/ring.h"

/* What a 32-bit program calls it. */
#define NR_IA32_WRITE 4

/* Below 4 GiB, where a 32-bit program's memory is. */
static char *token;
static int from, to;

static void by_write(void)
{
	need(write(to, token, TOKEN), "write");
}

static void by_writev(void)
{
	need(writev(to, &(struct iovec){ token, TOKEN }, 1), "writev");
}

static void by_pwritev2(void)
{
	need(pwritev2(to, &(struct iovec){ token, TOKEN }, 1, -1, 0),
	     "pwritev2");
}

static void by_send(void)
{
	need(send(to, token, TOKEN, 0), "send");
}

static void by_write32(void)
{
	long ret;

	asm volatile("int $0x80"
		     : "=a"(ret)
		     : "a"(NR_IA32_WRITE), "b"(to), "c"(token), "d"(TOKEN)
		     : "memory");
	errno = ret < 0 ? -ret : 0;
	need(ret < 0 ? -1 : 0, "write of 32 bits");
}

static void by_aio(void)
{
	struct iocb cb = { .aio_lio_opcode = IOCB_CMD_PWRITE,
			   .aio_fildes = to,
			   .aio_buf = (uintptr_t)token,
			   .aio_nbytes = TOKEN },
		    *list = &cb;
	aio_context_t ctx = 0;
	struct io_event done;

	need(syscall(SYS_io_setup, 1, &ctx), "io_setup");
	need(syscall(SYS_io_submit, ctx, 1, &list), "io_submit");
	need(syscall(SYS_io_getevents, ctx, 1, 1, &done, NULL), "io_getevents");
	errno = done.res < 0 ? -done.res : 0;
	need(done.res < 0 ? -1 : 0, "aio");
}

static void ring_write(unsigned int setup, unsigned int flags)
{
	struct ring r;

	ring_open(&r, setup);
	ring_sqe(&r, IORING_OP_WRITE, to, token, TOKEN)->flags = flags;
	ring_do(&r, "WRITE");
}

static void by_ring(void)
{
	ring_write(0, 0);
}

static void by_worker(void)
{
	ring_write(0, IOSQE_ASYNC);
}

static void by_poller(void)
{
	ring_write(IORING_SETUP_SQPOLL, 0);
}

static void by_sendfile(void)
{
	need(sendfile(to, from, &(off_t){ 0 }, TOKEN), "sendfile");
}

static int filled_pipe(void)
{
	int p[2];

	need(pipe(p), "pipe");
	need(write(p[1], token, TOKEN), "write to a pipe");
	return p[0];
}

static void by_splice(void)
{
	need(splice(filled_pipe(), NULL, to, NULL, TOKEN, 0), "splice");
}

static void ring_splice(unsigned int setup)
{
	struct io_uring_sqe *e;
	struct ring r;

	ring_open(&r, setup);
	e = ring_sqe(&r, IORING_OP_SPLICE, to, NULL, TOKEN);
	e->off = -1;
	e->splice_off_in = -1;
	e->splice_fd_in = filled_pipe();
	ring_do(&r, "SPLICE");
}

static void by_ring_splice(void)
{
	ring_splice(0);
}

static void by_poller_splice(void)
{
	ring_splice(IORING_SETUP_SQPOLL);
}

static void *fill(void *arg)
{
	static char much[16 << 20];

	(void)arg;
	need(write(to, much, sizeof(much)), "write of much");
	return NULL;
}

static bool is_full(int fd)
{
	return !need(poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1,
			  0),
		     "poll");
}

/* Nobody reads it, so that it waits: the sink serves one after the other. */
static void by_a_thread_that_waits(void)
{
	pthread_t thread;
	int i, full = 0;

	need(-pthread_create(&thread, NULL, fill, NULL), "pthread_create");
	for (i = 0; i < 300 && full < 10; i++) {
		usleep(100000);
		full = is_full(to) ? full + 1 : 0;
	}
	if (full < 10)
		broken("the socket does not fill");
}

static const struct {
	const char *name;
	void (*send)(void);
} ways[] = {
	{ "write", by_write },
	{ "writev", by_writev },
	{ "pwritev2", by_pwritev2 },
	{ "send", by_send },
	{ "write32", by_write32 },
	{ "aio", by_aio },
	{ "ring", by_ring },
	{ "worker", by_worker },
	{ "poller", by_poller },
	{ "sendfile", by_sendfile },
	{ "splice", by_splice },
	{ "ring-splice", by_ring_splice },
	{ "poller-splice", by_poller_splice },
	{ "under-way", by_a_thread_that_waits },
};

static int dial_at(const char *address, const char *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)atoi(port)) };
	int fd;

	inet_aton(address, &in.sin_addr);
	fd = need(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	need(connect(fd, (struct sockaddr *)&in, sizeof(in)), "connect");
	return fd;
}

int main(int argc, char **argv)
{
	size_t i = 0;
	bool before; /* it has the label */

	while (argc == 5 && i < sizeof(ways) / sizeof(ways[0]) &&
	       strcmp(ways[i].name, argv[1]))
		i++;
	if (argc != 5 || i == sizeof(ways) / sizeof(ways[0])) {
		fprintf(stderr, "usage: ways WAY FILE ADDRESS PORT\n");
		return 2;
	}
	before = ways[i].send == by_a_thread_that_waits;
	token = need_map(mmap(NULL, TOKEN, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0),
			 "mmap");
	/* Before it has the label, so that only what is sent is asked about. */
	if (before)
		dial_at(argv[3], argv[4]); /* keeps the sink busy */
	to = dial_at(argv[3], argv[4]);
	if (before)
		ways[i].send();
	from = open_at(argv[2], O_RDONLY);
	take(from, token);
	if (!before)
		ways[i].send();
	return DONE;
}
