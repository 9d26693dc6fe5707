// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queue of events: whoever has one appends it here, from any context.
 *
 * One FIFO under one lock, emptied in order by one thread (log.c); so an
 * event's position is enough to wait for it: everything up to @done has
 * reached its PCR.  While hooks are being attached, events are held back
 * instead: the ARM record comes before them.
 */
#define pr_fmt(fmt) "shinrai: " fmt

#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "queue.h"

#define q shinrai_queue

/* A user may cause them, and each pins a file. */
#define OWED_MAX 4096

struct shinrai_queue shinrai_queue = {
	.lock = __SPIN_LOCK_UNLOCKED(shinrai_queue.lock),
	.fifo = LIST_HEAD_INIT(shinrai_queue.fifo),
	.held = LIST_HEAD_INIT(shinrai_queue.held),
	.held_other = LIST_HEAD_INIT(shinrai_queue.held_other),
	.owed = LIST_HEAD_INIT(shinrai_queue.owed),
	.work = __WAIT_QUEUE_HEAD_INITIALIZER(shinrai_queue.work),
	.waiters = __WAIT_QUEUE_HEAD_INITIALIZER(shinrai_queue.waiters),
	.readers = __WAIT_QUEUE_HEAD_INITIALIZER(shinrai_queue.readers),
};

/**
 * shinrai_log_lock() - take the queue's lock
 *
 * Return: for shinrai_log_unlock().
 */
unsigned long shinrai_log_lock(void) __acquires(&shinrai)
{
	unsigned long flags;

	spin_lock_irqsave(&q.lock, flags);
	return flags;
}

/**
 * shinrai_log_unlock() - release the queue's lock and wake the thread
 * @flags: from shinrai_log_lock()
 */
void shinrai_log_unlock(unsigned long flags) __releases(&shinrai)
{
	spin_unlock_irqrestore(&q.lock, flags);
	wake_up(&q.work);
}

static void enqueue(struct shinrai_pending *p)
{
	lockdep_assert_held(&q.lock);
	p->seq = ++q.seq;
	p->queued_ns = ktime_get_ns();
	q.pending++;
	q.urgent += p->urgent;
	q.bytes += p->len;
	list_add_tail(&p->node, &q.fifo);
}

static bool hold(struct shinrai_pending *p)
{
	lockdep_assert_held(&q.lock);
	if (shinrai.phase != SHINRAI_ARMING)
		return false;
	q.bytes += p->len;
	p->seq = 0;
	if (p->type == SHINRAI_EVENT_RUNNING ||
	    p->type == SHINRAI_EVENT_MODULE) {
		list_add_tail(&p->node, &q.held);
		q.nheld++;
	} else {
		list_add_tail(&p->node, &q.held_other);
	}
	return true;
}

/**
 * shinrai_log_push_locked() - append an event to the queue
 * @p: the event; owned by the queue afterwards, whatever is returned
 * @seq: out, its position, for shinrai_log_wait(); 0 while arming
 *
 * Before arm there is START and nothing else: what is true then is told when
 * the module is armed.
 *
 * Context: any, with shinrai_log_lock() held.
 * Return: 0; -ENOSPC when the log is full: the event is counted and gone;
 * -ECANCELED before arm.
 */
int shinrai_log_push_locked(struct shinrai_pending *p, u64 *seq)
{
	u64 used = shinrai_store_bytes() + q.bytes;
	u64 max = shinrai_cap_share(shinrai.log_max, p->share);

	lockdep_assert_held(&q.lock);
	*seq = 0;
	if (shinrai.phase == SHINRAI_LOADED &&
	    p->record != SHINRAI_RECORD_START) {
		kvfree(p);
		return -ECANCELED;
	}
	if (!shinrai_cap_admit(used, p->len + shinrai_store_overhead(), max)) {
		if (!q.full.said)
			q.full.due = true;
		q.full.count++;
		set_bit(SHINRAI_FLAG_OVERFLOWED, &shinrai.flags);
		kvfree(p);
		return -ENOSPC;
	}
	if (p->type == SHINRAI_EVENT_VIOLATION)
		q.violations++;
	q.events++;
	if (hold(p))
		return 0;
	enqueue(p);
	*seq = p->seq;
	return 0;
}

/**
 * shinrai_log_push() - append an event to the queue
 * @p: as for shinrai_log_push_locked()
 * @seq: the same
 *
 * Context: any.
 * Return: as shinrai_log_push_locked().
 */
int shinrai_log_push(struct shinrai_pending *p, u64 *seq)
{
	unsigned long flags = shinrai_log_lock();
	int ret = shinrai_log_push_locked(p, seq);

	shinrai_log_unlock(flags);
	return ret;
}

/**
 * shinrai_log_done() - has an event reached its PCR?
 * @seq: its position
 *
 * Context: any.
 * Return: true when it has.
 */
bool shinrai_log_done(u64 seq)
{
	/* Pairs with the release in extend_backlog(). */
	return smp_load_acquire(&q.done) >= seq;
}

/**
 * shinrai_log_late() - was an event not extended when the state was degraded?
 * @seq: its position
 *
 * Code of such an event stays unknown to who enforces, also when the TPM has
 * come back and holds it.
 *
 * Context: any.
 * Return: true when it was not.
 */
bool shinrai_log_late(u64 seq)
{
	if (!shinrai_degraded())
		return false;
	smp_rmb(); /* pairs with the barrier in shinrai_log_degrade() */
	return seq > READ_ONCE(q.degraded_seq);
}

/**
 * shinrai_log_asleep() - the machine is about to sleep, or awake again
 * @asleep: which of them
 *
 * The TPM sleeps with it, and the thread; the clock stands still for the
 * deepest part of that only.  So what was queued just before is not late yet.
 *
 * Context: any.
 */
void shinrai_log_asleep(bool asleep)
{
	WRITE_ONCE(q.awake_ns, asleep ? U64_MAX : ktime_get_ns());
}

/**
 * shinrai_log_overdue() - should an event have been extended by now?
 * @queued_ns: since when it is outstanding
 *
 * Context: any.
 * Return: true when the TPM was awake for SHINRAI_WAIT_MS meanwhile.
 */
bool shinrai_log_overdue(u64 queued_ns)
{
	const u64 since = max(queued_ns, READ_ONCE(q.awake_ns));
	const u64 now = ktime_get_ns();

	return now > since && now - since > SHINRAI_LATE_NS;
}

/**
 * shinrai_log_behind() - is more outstanding than a batch may be late?
 *
 * Who does not wait looks here for the TPM's sake: after SHINRAI_WAIT_MS without
 * an extend the state is degraded, as if he had waited.
 *
 * Context: any but under the queue's lock.
 * Return: true when the caller has to wait.
 */
bool shinrai_log_behind(void)
{
	unsigned long flags = shinrai_log_lock();
	const struct shinrai_pending *p;
	u64 oldest = q.owed_ns;
	bool behind;

	behind = q.pending + q.owed_events > SHINRAI_BATCH_EVENTS;
	p = list_first_entry_or_null(&q.fifo, struct shinrai_pending, node);
	if (!oldest && p)
		oldest = p->queued_ns;
	shinrai_log_unlock(flags);
	if (oldest && shinrai_log_overdue(oldest))
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_TIMEOUT, ETIMEDOUT);
	return behind;
}

/* @left: negative when killed. */
static int waited(u64 seq, long left)
{
	if (shinrai_log_done(seq))
		return 0;
	if (left < 0)
		return -EINTR;
	if (shinrai_degraded())
		return -EIO;
	shinrai_log_degrade(SHINRAI_REASON_DEGRADED_TIMEOUT, ETIMEDOUT);
	return -ETIMEDOUT;
}

/**
 * shinrai_log_wait() - wait until an event has reached its PCR
 * @seq: its position
 * @ms: SHINRAI_WAIT_MS unless the caller knows better
 *
 * A timeout makes the state degraded; then nobody waits any more.
 *
 * Context: may sleep, can be killed.
 * Return: 0; -EIO when degraded; -ETIMEDOUT; -EINTR.
 */
int shinrai_log_wait(u64 seq, unsigned int ms)
{
	long left;

	might_sleep();
	if (shinrai_log_done(seq))
		return 0;
	left = wait_event_killable_timeout(
		q.waiters, shinrai_log_done(seq) || shinrai_degraded(),
		msecs_to_jiffies(ms));
	return waited(seq, left);
}

/**
 * shinrai_log_settle() - as shinrai_log_wait(), but cannot be killed
 * @seq: its position
 * @ms: SHINRAI_WAIT_MS
 *
 * For what has to follow on an event once it is queued.
 *
 * Context: may sleep.
 * Return: 0; -EIO when degraded; -ETIMEDOUT.
 */
int shinrai_log_settle(u64 seq, unsigned int ms)
{
	long left;

	might_sleep();
	left = wait_event_timeout(q.waiters,
				  shinrai_log_done(seq) || shinrai_degraded(),
				  msecs_to_jiffies(ms));
	return waited(seq, left);
}

/**
 * shinrai_log_flush() - extend everything that is pending now
 * @ms: how long to wait at the most
 *
 * Context: may sleep, can be interrupted.
 * Return: 0; -ETIMEDOUT; -EINTR.
 */
int shinrai_log_flush(unsigned int ms)
{
	unsigned long flags = shinrai_log_lock();
	u64 seq = q.seq;
	long left;

	q.flush = seq;
	shinrai_log_unlock(flags);
	left = wait_event_interruptible_timeout(
		q.waiters, shinrai_log_done(seq), msecs_to_jiffies(ms));
	if (shinrai_log_done(seq))
		return 0;
	return left < 0 ? -EINTR : -ETIMEDOUT;
}

/**
 * shinrai_log_degrade() - never trusted again in this boot
 * @reason: SHINRAI_REASON_DEGRADED_*
 * @err: positive errno
 *
 * The first caller's reason becomes a STATE record, written by the thread.
 *
 * Context: any but under the queue's lock.
 */
void shinrai_log_degrade(enum shinrai_reason reason, int err)
{
	unsigned long flags = shinrai_log_lock();
	bool first = !shinrai_degraded();

	if (first) {
		WRITE_ONCE(q.degraded_seq, READ_ONCE(q.done));
		smp_mb__before_atomic(); /* for shinrai_log_late() */
		set_bit(SHINRAI_FLAG_DEGRADED, &shinrai.flags);
		q.degraded.reason = reason;
		q.degraded.err = err;
		q.degraded.due = true;
	}
	shinrai_log_unlock(flags);
	if (!first)
		return;
	wake_up_all(&q.waiters);
	pr_err("degraded: the TPM or memory failed (reason %d, error %d); not trusted until reboot\n",
	       reason, err);
}

/**
 * shinrai_log_state() - queue a STATE event
 * @reason: enum shinrai_reason
 * @err: positive errno, 0 for none
 * @seq: out, its position
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM; -ENOSPC.
 */
int shinrai_log_state(enum shinrai_reason reason, int err, u64 *seq)
{
	struct shinrai_draft *d;
	struct shinrai_pending *p;

	*seq = 0;
	d = shinrai_draft_new(SHINRAI_EVENT_STATE, GFP_KERNEL);
	if (!d)
		return -ENOMEM;
	shinrai_draft_uint(d, SHINRAI_FIELD_REASON, reason, 4);
	if (err)
		shinrai_draft_uint(d, SHINRAI_FIELD_ERRNO, err, 4);
	if (reason == SHINRAI_REASON_MODE)
		shinrai_draft_uint(d, SHINRAI_FIELD_MODE, SHINRAI_MODE_ENFORCE,
				   1);
	p = shinrai_draft_pack(d, SHINRAI_PCR_CODE, GFP_KERNEL);
	kfree(d);
	if (!p)
		return -ENOMEM;
	p->share = SHINRAI_SHARE_MUST;
	return shinrai_log_push(p, seq);
}

/**
 * shinrai_log_resume() - there is room in the log again
 *
 * What was dropped since the log was full is told in one more event.
 */
void shinrai_log_resume(void)
{
	unsigned long flags = shinrai_log_lock();

	q.full.due = q.full.said && q.full.count;
	q.full.said = false;
	shinrai_log_unlock(flags);
}

/**
 * shinrai_log_arming() - hold events back from now on
 *
 * Return: 0; -EALREADY when armed; -EBUSY when being armed.
 */
int shinrai_log_arming(void)
{
	unsigned long flags = shinrai_log_lock();
	int ret = 0;

	if (shinrai.phase == SHINRAI_ARMED)
		ret = -EALREADY;
	else if (shinrai.phase == SHINRAI_ARMING)
		ret = -EBUSY;
	else
		/* Pairs with the acquire in shinrai_phase(), as below. */
		smp_store_release(&shinrai.phase, SHINRAI_ARMING);
	shinrai_log_unlock(flags);
	return ret;
}

/**
 * shinrai_log_held() - RUNNING and MODULE events held back
 *
 * Return: the count.
 */
u32 shinrai_log_held(void)
{
	unsigned long flags = shinrai_log_lock();
	u32 n = q.nheld;

	shinrai_log_unlock(flags);
	return n;
}

/**
 * shinrai_log_owe() - remember code that is to be measured when arming ends
 * @o: the queue's afterwards, when 0 is returned
 *
 * Return: 0; -EAGAIN when the module is not being armed; -ENOMEM when too much
 * is owed.
 */
int shinrai_log_owe(struct shinrai_owed *o)
{
	unsigned long flags = shinrai_log_lock();
	int ret = 0;

	if (shinrai.phase != SHINRAI_ARMING)
		ret = -EAGAIN;
	else if (q.nowed == OWED_MAX)
		ret = -ENOMEM;
	if (!ret) {
		list_add_tail(&o->node, &q.owed);
		q.nowed++;
	}
	shinrai_log_unlock(flags);
	return ret;
}

/**
 * shinrai_log_owed() - take what is owed off the queue
 *
 * Return: the caller's; NULL when nothing is owed.
 */
struct shinrai_owed *shinrai_log_owed(void)
{
	unsigned long flags = shinrai_log_lock();
	struct shinrai_owed *o;

	o = list_first_entry_or_null(&q.owed, struct shinrai_owed, node);
	if (o) {
		list_del(&o->node);
		q.nowed--;
	}
	shinrai_log_unlock(flags);
	return o;
}

/* Moves a held event to the queue; ARM's record takes what fits in it. */
static void release(struct shinrai_pending *p, u32 *n, u64 *bytes)
{
	lockdep_assert_held(&q.lock);
	list_del(&p->node);
	q.bytes -= p->len;
	if (*n && shinrai_batch_joins(SHINRAI_RECORD_ARM, *n, *bytes, p->len)) {
		p->record = SHINRAI_RECORD_ARM;
		*bytes += p->len;
		(*n)++;
	} else {
		*n = 0; /* those behind it go to records of their own too */
	}
	enqueue(p);
}

/**
 * shinrai_log_armed() - armed: queue ARM, and then what was held back
 * @arm: the ARM event
 * @held: the number of events that it speaks of
 * @seq: out, for shinrai_log_wait()
 *
 * Return: 0, and @arm is the queue's; -EAGAIN when more events have come.
 */
int shinrai_log_armed(struct shinrai_pending *arm, u32 held, u64 *seq)
{
	unsigned long flags = shinrai_log_lock();
	u64 bytes = shinrai_store_overhead() + arm->len;
	struct shinrai_pending *p, *next;
	u32 n = 1;

	if (q.nheld != held) {
		shinrai_log_unlock(flags);
		return -EAGAIN;
	}
	arm->record = SHINRAI_RECORD_ARM;
	enqueue(arm);
	q.events++;
	list_for_each_entry_safe(p, next, &q.held, node)
		release(p, &n, &bytes);
	q.nheld = 0;
	n = 0;
	list_for_each_entry_safe(p, next, &q.held_other, node)
		release(p, &n, &bytes);
	q.armed_seq = q.seq;
	*seq = q.seq;
	/* Whoever sees it sees @held of arm.c and @armed_seq too. */
	smp_store_release(&shinrai.phase, SHINRAI_ARMED);
	shinrai_log_unlock(flags);
	return 0;
}

/**
 * shinrai_log_disarm() - arming failed: forget what hooks saw meanwhile
 */
void shinrai_log_disarm(void)
{
	unsigned long flags = shinrai_log_lock();
	struct shinrai_pending *p, *next;

	list_splice_tail_init(&q.held, &q.held_other);
	q.nheld = 0;
	list_for_each_entry_safe(p, next, &q.held_other, node) {
		list_del(&p->node);
		q.bytes -= p->len;
		kvfree(p);
	}
	/* Said when the module is armed after all. */
	q.degraded.due = shinrai_degraded();
	memset(&q.full, 0, sizeof(q.full));
	clear_bit(SHINRAI_FLAG_OVERFLOWED, &shinrai.flags);
	/* Hooks that still fire do nothing from here on. */
	smp_store_release(&shinrai.phase, SHINRAI_LOADED);
	shinrai_log_unlock(flags);
}

/**
 * shinrai_log_stat() - counters for the administrator
 * @s: out
 *
 * Context: any but under the queue's lock.
 */
void shinrai_log_stat(struct shinrai_stat *s)
{
	unsigned long flags = shinrai_log_lock();

	s->pending = q.pending + q.owed_events + q.nheld;
	s->events = q.events;
	s->violations = q.violations;
	s->last_seq = q.seq;
	shinrai_log_unlock(flags);
}

/**
 * shinrai_log_armed_seq() - position of the last event of arm
 *
 * Return: 0 before arm.
 */
u64 shinrai_log_armed_seq(void)
{
	return READ_ONCE(q.armed_seq);
}

/**
 * shinrai_log_readers() - woken when records join the log
 *
 * Return: the wait queue.
 */
struct wait_queue_head *shinrai_log_readers(void)
{
	return &q.readers;
}
