// SPDX-License-Identifier: GPL-2.0-only
/*
 * The single writer of log and PCRs: one thread takes events off the queue in
 * their order, makes records of them, appends those to the log, and extends
 * them into the TPM in the order of their numbers.
 *
 * When the TPM fails, the log goes on and the extends are made up for later,
 * still in order: the PCRs always match a prefix of the log.
 */
#include <linux/freezer.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "queue.h"

#define q shinrai_queue

#define RETRIES 5
#define RETRY_MS 20
#define DEGRADED_RETRY_MS 5000

/* The thread's own. */
static struct {
	struct task_struct *task;
	u8 *events; /* SHINRAI_MAX_RECORD bytes */
	u32 attempts;
	unsigned long retry_at; /* jiffies */
	bool moved_said;
} writer;

static int overflow_event(u64 count)
{
	struct shinrai_draft *d;
	struct shinrai_pending *p;
	u64 seq;

	d = shinrai_draft_new(SHINRAI_EVENT_OVERFLOW, GFP_KERNEL);
	if (!d)
		return -ENOMEM;
	shinrai_draft_uint(d, SHINRAI_FIELD_REASON, SHINRAI_REASON_LOG_FULL, 4);
	shinrai_draft_uint(d, SHINRAI_FIELD_COUNT, count, 8);
	p = shinrai_draft_pack(d, SHINRAI_PCR_CODE, GFP_KERNEL);
	kfree(d);
	if (!p)
		return -ENOMEM;
	p->share = SHINRAI_SHARE_MUST;
	return shinrai_log_push(p, &seq);
}

static void again(struct shinrai_note *note, u64 count)
{
	spin_lock_irq(&q.lock);
	note->due = true;
	note->count += count;
	spin_unlock_irq(&q.lock);
	schedule_timeout_idle(msecs_to_jiffies(RETRY_MS));
}

/* Nothing comes between START and ARM. */
static bool notes_due(void)
{
	lockdep_assert_held(&q.lock);
	return shinrai.phase == SHINRAI_ARMED && (q.degraded.due || q.full.due);
}

/* What was noted where no event could be made becomes one here. */
static void say_notes(void)
{
	struct shinrai_note degraded, full;
	u64 seq;

	spin_lock_irq(&q.lock);
	if (!notes_due()) {
		spin_unlock_irq(&q.lock);
		return;
	}
	degraded = q.degraded;
	full = q.full;
	q.degraded.due = false;
	q.full.due = false;
	if (full.due) {
		q.full.said = true;
		q.full.count = 0;
	}
	spin_unlock_irq(&q.lock);
	if (degraded.due &&
	    shinrai_log_state(degraded.reason, degraded.err, &seq) == -ENOMEM)
		again(&q.degraded, 0);
	if (full.due && overflow_event(full.count) == -ENOMEM)
		again(&q.full, full.count);
}

/* Nanoseconds until the thread has something to do; 0 for now. */
static u64 work_in(void)
{
	struct shinrai_batch b = {};
	struct shinrai_pending *p;
	unsigned long flags;
	unsigned long now = jiffies;
	bool notes, backlog;
	u64 wait;

	spin_lock_irqsave(&q.lock, flags);
	notes = notes_due();
	b.pending = q.pending;
	b.urgent = q.urgent;
	p = list_first_entry_or_null(&q.fifo, struct shinrai_pending, node);
	if (p) {
		b.oldest_ns = p->queued_ns;
		b.urgent |= q.flush >= p->seq;
	}
	spin_unlock_irqrestore(&q.lock, flags);
	if (notes)
		return 0;
	backlog = shinrai_pcr_extended() < shinrai_store_records();
	if (backlog && time_after_eq(now, writer.retry_at))
		return 0;
	b.now_ns = ktime_get_ns();
	wait = backlog && !shinrai_degraded() ? SHINRAI_BATCH_NEVER :
						shinrai_batch_wait(&b);
	if (backlog)
		wait = min(wait, jiffies_to_nsecs(writer.retry_at - now));
	return wait;
}

/*
 * Takes the next record's events off the queue, in their order: all of one PCR,
 * so that turns of the two do not cost an extend each.  Those of the other PCR
 * stay, and nothing behind them is done before they are.
 */
static u32 take(struct list_head *out, u64 *last_seq)
{
	struct shinrai_pending *p, *next, *first = NULL;
	u64 bytes = shinrai_store_overhead();
	unsigned long flags;
	u32 n = 0;

	spin_lock_irqsave(&q.lock, flags);
	list_for_each_entry_safe(p, next, &q.fifo, node) {
		if (!first)
			first = p;
		if (p->record != first->record ||
		    !shinrai_batch_joins(p->record, n, bytes, p->len))
			break;
		if (p->which != first->which)
			continue;
		list_move_tail(&p->node, out);
		bytes += p->len;
		q.pending--;
		q.urgent -= p->urgent;
		q.bytes -= p->len;
		n++;
	}
	p = list_first_entry_or_null(&q.fifo, struct shinrai_pending, node);
	*last_seq = p ? p->seq - 1 : q.seq;
	spin_unlock_irqrestore(&q.lock, flags);
	return n;
}

/* Back to their places: the queue is in the order of positions. */
static void untake(struct list_head *events)
{
	struct shinrai_pending *p, *next, *at;
	unsigned long flags;

	spin_lock_irqsave(&q.lock, flags);
	at = list_first_entry(&q.fifo, struct shinrai_pending, node);
	list_for_each_entry_safe(p, next, events, node) {
		while (!list_entry_is_head(at, &q.fifo, node) &&
		       at->seq < p->seq)
			at = list_next_entry(at, node);
		list_move_tail(&p->node, &at->node);
		q.pending++;
		q.urgent += p->urgent;
		q.bytes += p->len;
	}
	spin_unlock_irqrestore(&q.lock, flags);
}

/* A CHECKPOINT says what is true when its record is made, so it is made now. */
static int fill_checkpoint(struct list_head *events)
{
	struct shinrai_pending *p, *empty;
	u8 root[SHINRAI_TREE_HASH];
	struct shinrai_draft *d;
	size_t len;
	u8 *values;

	empty = list_first_entry(events, struct shinrai_pending, node);
	if (empty->record != SHINRAI_RECORD_CHECKPOINT)
		return 0;
	values = kmalloc(SHINRAI_PCR_VALUES_SIZE, GFP_KERNEL);
	d = shinrai_draft_new(SHINRAI_EVENT_CHECKPOINT, GFP_KERNEL);
	p = NULL;
	if (values && d) {
		shinrai_store_root(root);
		len = shinrai_pcr_values(values, SHINRAI_PCR_VALUES_SIZE);
		shinrai_draft_bytes(d, SHINRAI_FIELD_PCR_VALUES, values, len);
		shinrai_draft_uint(d, SHINRAI_FIELD_RECORDS,
				   shinrai_store_records(), 8);
		shinrai_draft_bytes(d, SHINRAI_FIELD_LOG_ROOT, root,
				    sizeof(root));
		p = shinrai_draft_pack(d, SHINRAI_PCR_CODE, GFP_KERNEL);
	}
	kfree(d);
	kfree(values);
	if (!p)
		return -ENOMEM;
	p->seq = empty->seq;
	p->record = empty->record;
	p->queued_ns = empty->queued_ns;
	list_replace(&empty->node, &p->node);
	kvfree(empty);
	return 0;
}

/* A record that the TPM has yet to get. */
static void owe(const struct shinrai_rec *rec)
{
	spin_lock_irq(&q.lock);
	if (!q.owed_events)
		q.owed_ns = rec->queued_ns;
	q.owed_events += rec->events;
	spin_unlock_irq(&q.lock);
}

/* It has: what is the oldest that it has not? */
static void pay(const struct shinrai_rec *rec)
{
	struct shinrai_rec *next = shinrai_store_get(shinrai_pcr_extended());

	spin_lock_irq(&q.lock);
	q.owed_events -= rec->events;
	q.owed_ns = next ? next->queued_ns : 0;
	spin_unlock_irq(&q.lock);
	if (next)
		shinrai_store_put(next);
	if (rec->type == SHINRAI_RECORD_CHECKPOINT)
		WRITE_ONCE(q.checkpoint, shinrai_pcr_extended() - 1);
	/* Pairs with the acquire in shinrai_log_done(). */
	smp_store_release(&q.done, rec->last_seq);
	wake_up_all(&q.waiters);
	/* Where nobody waited, nobody else would tell. */
	if (shinrai_phase() == SHINRAI_ARMED &&
	    rec->last_seq > shinrai_log_armed_seq() &&
	    shinrai_log_overdue(rec->queued_ns))
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_TIMEOUT, ETIMEDOUT);
}

static int make_record(struct list_head *events, u32 n, u64 last_seq)
{
	struct shinrai_pending *p, *next;
	struct shinrai_header h = {};
	struct shinrai_tree tree;
	struct shinrai_rec *rec;
	struct shinrai_wr w;
	int ret;

	ret = fill_checkpoint(events);
	if (ret)
		return ret;
	shinrai_tree_init(&tree);
	shinrai_wr_init(&w, writer.events, SHINRAI_MAX_RECORD);
	list_for_each_entry(p, events, node) {
		shinrai_tree_add(&tree, p->leaf);
		shinrai_wr_bytes(&w, p->data, p->len);
		h.type = p->record;
		h.pcr = shinrai.pcr[p->which];
	}
	p = list_first_entry(events, struct shinrai_pending, node);
	h.version = SHINRAI_RECORD_VERSION;
	memcpy(h.boot_id, shinrai.boot_id, sizeof(h.boot_id));
	h.time_ns = ktime_get_boottime_ns();
	h.event_count = n;
	shinrai_tree_root(&tree, h.root);
	ret = shinrai_store_append(&h, &rec, p->which, writer.events, w.len);
	if (ret)
		return ret;
	rec->last_seq = last_seq;
	rec->queued_ns = p->queued_ns;
	rec->events = n;
	rec->type = h.type;
	owe(rec);
	list_for_each_entry_safe(p, next, events, node)
		kvfree(p);
	wake_up_all(&q.readers);
	return 0;
}

static void extend_failed(int err, bool moved)
{
	unsigned int ms = DEGRADED_RETRY_MS;
	u64 seq;

	if (moved && !writer.moved_said) {
		writer.moved_said = true;
		shinrai_log_state(SHINRAI_REASON_PCR_MOVED, 0, &seq);
	}
	if (++writer.attempts < RETRIES)
		ms = RETRY_MS << writer.attempts;
	else
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_TPM, -err);
	writer.retry_at = jiffies + msecs_to_jiffies(ms);
}

/* Extends the records that the TPM does not have yet, oldest first. */
static void extend_backlog(void)
{
	struct shinrai_rec *rec;
	bool moved = false;
	int err;

	while (shinrai_pcr_extended() < shinrai_store_records()) {
		rec = shinrai_store_get(shinrai_pcr_extended());
		if (!rec)
			return;
		err = shinrai_pcr_extend(rec->which, shinrai_store_header(rec),
					 &moved);
		if (!err) {
			writer.attempts = 0;
			pay(rec);
		}
		shinrai_store_put(rec);
		if (err) {
			extend_failed(err, moved);
			return;
		}
	}
}

static void step(void)
{
	LIST_HEAD(events);
	u64 last_seq;
	bool backlog;
	u32 n;

	say_notes();
	if (time_after_eq(jiffies, writer.retry_at))
		extend_backlog();
	backlog = shinrai_pcr_extended() < shinrai_store_records();
	if (backlog && !shinrai_degraded())
		return;
	n = take(&events, &last_seq);
	if (!n)
		return;
	if (make_record(&events, n, last_seq)) {
		untake(&events);
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, ENOMEM);
		schedule_timeout_idle(msecs_to_jiffies(RETRY_MS));
		return;
	}
	if (!backlog)
		extend_backlog();
}

static int extend_thread(void *unused)
{
	u64 wait;

	set_freezable(); /* the TPM sleeps when the machine does */
	while (!kthread_should_stop()) {
		wait = work_in();
		if (!wait) {
			try_to_freeze();
			step();
		} else if (wait == SHINRAI_BATCH_NEVER) {
			wait_event_freezable(q.work,
					     work_in() != SHINRAI_BATCH_NEVER ||
						     kthread_should_stop());
		} else {
			wait_event_freezable_timeout(
				q.work, !work_in() || kthread_should_stop(),
				nsecs_to_jiffies(wait) + 1);
		}
	}
	return 0;
}

/**
 * shinrai_log_checkpoint() - write a CHECKPOINT record
 *
 * Context: may sleep, can be killed.
 * Return: 0 when it is extended; -EBUSY before arm; -ENOMEM; -EIO when
 * degraded; -ETIMEDOUT; -EINTR.
 */
int shinrai_log_checkpoint(void)
{
	struct shinrai_pending *p;
	u64 seq;
	int ret;

	if (shinrai_phase() != SHINRAI_ARMED)
		return -EBUSY;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	p->type = SHINRAI_EVENT_CHECKPOINT;
	p->which = SHINRAI_PCR_CODE;
	p->record = SHINRAI_RECORD_CHECKPOINT;
	p->urgent = true;
	p->share = SHINRAI_SHARE_MUST;
	ret = shinrai_log_push(p, &seq);
	return ret ? ret : shinrai_log_wait(seq, SHINRAI_WAIT_MS);
}

/**
 * shinrai_log_trim() - free records below a checkpoint that is extended
 * @record: the lowest to keep
 *
 * Context: may sleep.
 * Return: 0; -EINVAL above the newest such checkpoint.
 */
int shinrai_log_trim(u64 record)
{
	int ret = shinrai_store_trim(record, READ_ONCE(q.checkpoint));

	if (!ret)
		shinrai_log_resume();
	return ret;
}

/**
 * shinrai_log_init() - start the writer
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM; what starting a thread may return.
 */
int shinrai_log_init(void)
{
	int ret;

	writer.retry_at = jiffies;
	writer.events = kvmalloc(SHINRAI_MAX_RECORD, GFP_KERNEL);
	if (!writer.events)
		return -ENOMEM;
	ret = shinrai_store_init();
	if (ret)
		goto events;
	writer.task = kthread_run(extend_thread, NULL, "shinrai-extend");
	if (IS_ERR(writer.task)) {
		ret = PTR_ERR(writer.task);
		goto store;
	}
	return 0;
store:
	shinrai_store_exit();
events:
	kvfree(writer.events);
	return ret;
}

/**
 * shinrai_log_exit() - stop the writer and free everything
 *
 * Nobody may push, wait or read any more.
 *
 * Context: may sleep for as long as the TPM takes.
 */
void shinrai_log_exit(void)
{
	struct shinrai_pending *p, *next;

	kthread_stop(writer.task);
	list_for_each_entry_safe(p, next, &q.fifo, node)
		kvfree(p);
	shinrai_store_exit();
	kvfree(writer.events);
}
