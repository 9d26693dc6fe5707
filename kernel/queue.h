/* SPDX-License-Identifier: GPL-2.0-only */
/* The queue's state, shared by its two halves: queue.c and log.c. */
#ifndef _SHINRAI_QUEUE_H
#define _SHINRAI_QUEUE_H

#include <linux/spinlock.h>
#include <linux/wait.h>

#include "core.h"

/* Something to be said by the thread, noted where no event can be made. */
struct shinrai_note {
	bool due;
	bool said;
	enum shinrai_reason reason;
	int err;
	u64 count;
};

struct shinrai_queue {
	spinlock_t lock; /* everything marked so below */
	struct list_head fifo; /* @lock */
	struct list_head held; /* @lock; RUNNING and MODULE while arming */
	struct list_head held_other; /* @lock; the rest while arming */
	struct list_head owed; /* @lock; struct shinrai_owed, while arming */
	u32 nowed; /* @lock; entries of @owed */
	u32 nheld; /* @lock; entries of @held */
	u32 pending; /* @lock; entries of @fifo */
	u32 owed_events; /* @lock; in records that are not extended */
	u64 owed_ns; /* @lock; when the oldest of those was queued */
	u32 urgent; /* @lock; of those, not to be held back */
	u64 bytes; /* @lock; in all three lists */
	u64 seq; /* @lock; last one given out */
	u64 flush; /* @lock; nothing up to here is held back */
	u64 degraded_seq; /* set once, before the state is degraded */
	u64 armed_seq; /* set once, by arming */
	u64 awake_ns; /* nothing counts as late before; ~0: the machine sleeps */
	u64 events; /* @lock; accepted */
	u64 violations; /* @lock; of those */
	struct shinrai_note degraded; /* @lock */
	struct shinrai_note full; /* @lock */
	u64 done; /* written by the thread, read with acquire */
	u64 checkpoint; /* written by the thread */
	wait_queue_head_t work; /* the thread */
	wait_queue_head_t waiters; /* for @done */
	wait_queue_head_t readers; /* for records */
};

extern struct shinrai_queue shinrai_queue;

bool shinrai_log_overdue(u64 queued_ns);

#endif
