// SPDX-License-Identifier: MIT
/* io_uring by its system calls, for there is no library in the machine. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "ring.h"

static void *map(struct ring *r, size_t size, off_t offset)
{
	return need_map(mmap(NULL, size, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_POPULATE, r->fd, offset),
			"mmap of a ring");
}

/* @r->fd and @r->p are known; here is another mapping of it. */
void ring_map(struct ring *r)
{
	r->sq = map(r, r->p.sq_off.array + r->p.sq_entries * sizeof(uint32_t),
		    IORING_OFF_SQ_RING);
	r->cq = map(r,
		    r->p.cq_off.cqes +
			    r->p.cq_entries * sizeof(struct io_uring_cqe),
		    IORING_OFF_CQ_RING);
	r->sqes = map(r, r->p.sq_entries * sizeof(struct io_uring_sqe),
		      IORING_OFF_SQES);
}

void ring_open(struct ring *r, unsigned int flags)
{
	memset(r, 0, sizeof(*r));
	r->p.flags = flags;
	r->flags = flags;
	r->p.sq_thread_idle = 1000;
	r->fd = need(syscall(SYS_io_uring_setup, RING_ENTRIES, &r->p),
		     "io_uring_setup");
	ring_map(r);
}

static uint32_t *sq(struct ring *r, uint32_t offset)
{
	return (uint32_t *)(r->sq + offset);
}

/* The next submission; it is one when ring_submit() says so. */
struct io_uring_sqe *ring_sqe(struct ring *r, int op, int fd, const void *addr,
			      unsigned int len)
{
	uint32_t tail = *sq(r, r->p.sq_off.tail) + r->queued;
	uint32_t i = tail & *sq(r, r->p.sq_off.ring_mask);
	struct io_uring_sqe *e = &r->sqes[i];

	memset(e, 0, sizeof(*e));
	e->opcode = op;
	e->fd = fd;
	e->addr = (uintptr_t)addr;
	e->len = len;
	sq(r, r->p.sq_off.array)[i] = i;
	r->queued++;
	return e;
}

void ring_submit(struct ring *r, unsigned int wait)
{
	unsigned int n = r->queued, flags = IORING_ENTER_GETEVENTS;
	uint32_t *tail = sq(r, r->p.sq_off.tail);

	__atomic_store_n(tail, *tail + n, __ATOMIC_RELEASE);
	r->queued = 0;
	if (r->flags & IORING_SETUP_SQPOLL)
		flags |= IORING_ENTER_SQ_WAKEUP;
	need(syscall(SYS_io_uring_enter, r->fd, n, wait, flags, NULL, 0),
	     "io_uring_enter");
}

/* Return: the next completion's, which is waited for. */
int ring_result(struct ring *r)
{
	uint32_t *head = (uint32_t *)(r->cq + r->p.cq_off.head);
	uint32_t *tail = (uint32_t *)(r->cq + r->p.cq_off.tail);
	uint32_t mask = *(uint32_t *)(r->cq + r->p.cq_off.ring_mask);
	struct io_uring_cqe *cqes = (void *)(r->cq + r->p.cq_off.cqes);
	int res;

	while (*head == __atomic_load_n(tail, __ATOMIC_ACQUIRE))
		need(syscall(SYS_io_uring_enter, r->fd, 0, 1,
			     IORING_ENTER_GETEVENTS, NULL, 0),
		     "io_uring_enter");
	res = cqes[*head & mask].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return res;
}

/* One submission from begin to end. */
int ring_do(struct ring *r, const char *what)
{
	const uint32_t mask = *sq(r, r->p.sq_off.ring_mask);
	const struct io_uring_sqe e = r->sqes[*sq(r, r->p.sq_off.tail) & mask];
	int res;

	ring_submit(r, 1);
	while ((res = ring_result(r)) == -EINTR) {
		/* As with read() and write(): to be tried again. */
		*ring_sqe(r, e.opcode, e.fd, NULL, 0) = e;
		ring_submit(r, 1);
	}
	if (res < 0) {
		errno = -res;
		fail(what);
	}
	return res;
}

void ring_register(struct ring *r, unsigned int op, const void *arg,
		   unsigned int n, const char *what)
{
	need(syscall(SYS_io_uring_register, r->fd, op, arg, n), what);
}
