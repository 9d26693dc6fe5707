/* SPDX-License-Identifier: MIT */
/* io_uring by its system calls: one submission at a time. */
#ifndef _RING_H
#define _RING_H

#include <linux/io_uring.h>

#include "leak.h"

#define RING_ENTRIES 8

struct ring {
	int fd;
	unsigned int flags;
	char *sq, *cq;
	struct io_uring_sqe *sqes;
	struct io_uring_params p;
	unsigned int queued;
};

void ring_open(struct ring *r, unsigned int flags);
void ring_map(struct ring *r);
struct io_uring_sqe *ring_sqe(struct ring *r, int op, int fd, const void *addr,
			      unsigned int len);
void ring_submit(struct ring *r, unsigned int wait);
int ring_result(struct ring *r);
int ring_do(struct ring *r, const char *what);
void ring_register(struct ring *r, unsigned int op, const void *arg,
		   unsigned int n, const char *what);

#endif
