// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each distinct flow is an event when it is first seen; repetitions are counted
 * and told together, at the latest after REPORT_S.
 *
 * A direct-mapped table under one lock: a flow that pushes another one out tells
 * of it first.
 */
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "label.h"

#define BITS 9
#define REPORT_S 10
#define TEXT 108 /* of a sink: as long as a socket's path */

/* What makes flows distinct; hashed as bytes, so it has no holes. */
struct flow_key {
	u64 labels;
	u64 generation;
	u8 owner[SHINRAI_DIGEST_SIZE];
	u8 program[SHINRAI_DIGEST_SIZE];
	struct shinrai_sink sink;
	u8 action;
	u8 verdict;
	u8 refused;
	u8 text_len;
	u8 reserved[2];
	u32 line;
	u32 uid;
	u8 text[TEXT];
	u8 end[4];
} __packed;

struct flow_entry {
	u64 hash; /* 0: empty */
	u64 count; /* not told of yet */
	u64 bytes;
	u64 wall_ns; /* of the first of those */
	struct flow_key key;
};

static struct {
	spinlock_t lock;
	struct flow_entry entry[1 << BITS];
	siphash_aligned_key_t secret;
} flows = { .lock = __SPIN_LOCK_UNLOCKED(flows.lock) };

static void report(struct work_struct *work);
static DECLARE_DELAYED_WORK(reporter, report);

static void key_sink(struct flow_key *k, const struct shinrai_access *a)
{
	k->sink.kind = a->sink_kind;
	k->sink.family = a->family;
	k->sink.proto = a->proto;
	k->sink.port[0] = (u8)(a->port >> 8);
	k->sink.port[1] = (u8)a->port;
	k->sink.vendor[0] = (u8)(a->vendor >> 8);
	k->sink.vendor[1] = (u8)a->vendor;
	k->sink.product[0] = (u8)(a->product >> 8);
	k->sink.product[1] = (u8)a->product;
	memcpy(k->sink.addr, a->addr, sizeof(k->sink.addr));
	if (!a->text)
		return;
	k->text_len = (u8)min_t(u32, a->text_len, TEXT);
	memcpy(k->text, a->text, k->text_len);
}

static void key_set(struct flow_key *k, const struct shinrai_flow_record *r)
{
	const struct shinrai_access *a = &r->flow->access;

	memset(k, 0, sizeof(*k));
	k->labels = r->flow->labels;
	k->generation = r->generation;
	memcpy(k->owner, r->owner, sizeof(k->owner));
	if (a->program)
		memcpy(k->program, a->program, sizeof(k->program));
	key_sink(k, a);
	k->action = a->action;
	k->verdict = r->verdict;
	k->refused = r->refused;
	k->line = r->line;
	k->uid = a->uid;
}

static bool is_zero(const u8 *p, size_t n)
{
	return !memchr_inv(p, 0, n);
}

static void add_fields(struct shinrai_draft *d, const struct flow_entry *e,
		       struct shinrai_label_id *ids)
{
	const struct flow_key *k = &e->key;

	shinrai_draft_uint(d, SHINRAI_FIELD_COUNT, e->count, 8);
	if (k->generation) {
		shinrai_draft_bytes(d, SHINRAI_FIELD_OWNER, k->owner,
				    sizeof(k->owner));
		shinrai_draft_uint(d, SHINRAI_FIELD_GENERATION, k->generation,
				   8);
	}
	shinrai_draft_bytes(d, SHINRAI_FIELD_LABELS, ids,
			    shinrai_label_list(k->labels, ids) * sizeof(*ids));
	shinrai_draft_uint(d, SHINRAI_FIELD_ACTION, k->action, 1);
	shinrai_draft_uint(d, SHINRAI_FIELD_VERDICT, k->verdict, 1);
	shinrai_draft_uint(d, SHINRAI_FIELD_RULE, k->line, 4);
	shinrai_draft_uint(d, SHINRAI_FIELD_BYTES, e->bytes, 8);
	shinrai_draft_uint(d, SHINRAI_FIELD_WALL_TIME, e->wall_ns, 8);
	if (!is_zero(k->program, sizeof(k->program)))
		shinrai_draft_bytes(d, SHINRAI_FIELD_PROGRAM, k->program,
				    sizeof(k->program));
	shinrai_draft_uint(d, SHINRAI_FIELD_SINK_KIND, k->sink.kind, 1);
	shinrai_draft_uint(d, SHINRAI_FIELD_REFUSED, k->refused, 1);
}

/* @who and @path: of the first time; a report of repetitions has neither. */
static int tell(const struct flow_entry *e, const struct shinrai_who *who,
		const struct shinrai_path *path, bool urgent, gfp_t gfp,
		u64 *seq)
{
	u8 sink[sizeof(struct shinrai_sink) + TEXT];
	struct shinrai_label_id *ids;
	struct shinrai_pending *p = NULL;
	struct shinrai_draft *d;

	*seq = 0;
	ids = kmalloc_array(SHINRAI_MAX_LABELS, sizeof(*ids), gfp);
	d = shinrai_draft_new(SHINRAI_EVENT_FLOW, gfp);
	if (d && ids) {
		add_fields(d, e, ids);
		if (path)
			shinrai_draft_path(d, SHINRAI_FIELD_PATH, path);
		if (who)
			shinrai_draft_who(d, who, true);
		else
			shinrai_draft_uint(d, SHINRAI_FIELD_UID,
					   (u64)e->key.uid << 32 | U32_MAX, 8);
		memcpy(sink, &e->key.sink, sizeof(e->key.sink));
		memcpy(sink + sizeof(e->key.sink), e->key.text,
		       e->key.text_len);
		if (e->key.sink.kind)
			shinrai_draft_bytes(d, SHINRAI_FIELD_SINK, sink,
					    sizeof(e->key.sink) +
						    e->key.text_len);
		p = shinrai_draft_pack(d, SHINRAI_PCR_FLOW, gfp);
	}
	kfree(d);
	kfree(ids);
	if (!p) {
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, ENOMEM);
		return -ENOMEM;
	}
	p->urgent = urgent;
	return shinrai_log_push(p, seq);
}

static struct flow_entry *entry_of(u64 hash)
{
	return &flows.entry[hash >> (64 - BITS)];
}

static void once_more(struct flow_entry *e, u64 bytes, u64 wall_ns)
{
	lockdep_assert_held(&flows.lock);
	if (!e->count)
		e->wall_ns = wall_ns;
	e->count++;
	e->bytes += bytes;
}

/*
 * Return: true when @fresh is the first of its kind, and then has its place;
 * what it pushed out is in @old, with a count if there is something to tell.
 */
static bool count_flow(const struct flow_entry *fresh, struct flow_entry *old)
{
	struct flow_entry *e = entry_of(fresh->hash);
	unsigned long flags;
	bool first;

	old->count = 0;
	spin_lock_irqsave(&flows.lock, flags);
	first = e->hash != fresh->hash;
	if (first) {
		if (e->hash && e->count)
			*old = *e;
		*e = *fresh;
		e->count = 0;
		e->bytes = 0;
	} else {
		once_more(e, fresh->bytes, fresh->wall_ns);
	}
	spin_unlock_irqrestore(&flows.lock, flags);
	return first;
}

static int tell_first(const struct flow_entry *e,
		      const struct shinrai_flow_record *r, gfp_t gfp, u64 *seq)
{
	struct shinrai_path path = {};
	struct shinrai_who who;
	int ret;

	if (r->flow->packet) /* the current task is anybody */
		return tell(e, NULL, NULL, r->urgent, gfp, seq);
	shinrai_who_get(&who, gfp);
	ret = shinrai_user_admit(who.payer, gfpflags_allow_blocking(gfp));
	if (!ret) {
		if (r->flow->path)
			shinrai_path_get(&path, r->flow->path, gfp);
		ret = tell(e, &who, &path, r->urgent, gfp, seq);
		shinrai_path_put(&path);
	}
	shinrai_who_put(&who);
	return ret;
}

/**
 * shinrai_flowlog_add() - labelled data did, or was to do, something
 * @r: what
 * @gfp: as the context allows
 * @seq: out, for shinrai_log_wait(); 0 when it was only counted
 * @flow: out, what shinrai_flowlog_again() knows it by; never 0
 *
 * Context: a process; sleeps if @gfp does.
 * Return: 0; -ENOMEM; -ENOSPC; -EDQUOT; -EINTR.
 */
int shinrai_flowlog_add(const struct shinrai_flow_record *r, gfp_t gfp,
			u64 *seq, u64 *flow)
{
	struct flow_entry *both;
	u64 other;
	int ret = 0;

	*seq = 0;
	both = kmalloc_array(2, sizeof(*both), gfp | __GFP_NOWARN);
	if (!both)
		return -ENOMEM;
	key_set(&both[0].key, r);
	both[0].hash =
		siphash(&both[0].key, sizeof(both[0].key), &flows.secret) | 1;
	*flow = both[0].hash;
	both[0].count = 1;
	both[0].bytes = r->flow->access.bytes;
	both[0].wall_ns = ktime_get_real_ns();
	if (count_flow(&both[0], &both[1]))
		ret = tell_first(&both[0], r, gfp, seq);
	if (both[1].count)
		tell(&both[1], NULL, NULL, false, gfp, &other);
	kfree(both);
	return ret;
}

/**
 * shinrai_flowlog_again() - a flow that was told of happened once more
 * @flow: from shinrai_flowlog_add()
 * @bytes: that it moved
 *
 * Context: any.
 * Return: false when it was forgotten meanwhile, and is to be added.
 */
bool shinrai_flowlog_again(u64 flow, u64 bytes)
{
	struct flow_entry *e = entry_of(flow);
	unsigned long flags;
	bool known;

	spin_lock_irqsave(&flows.lock, flags);
	known = e->hash == flow;
	if (known)
		once_more(e, bytes, e->count ? 0 : ktime_get_real_ns());
	spin_unlock_irqrestore(&flows.lock, flags);
	return known;
}

/**
 * shinrai_flowlog_flush() - tell of what was counted until now
 *
 * Context: may sleep.
 */
void shinrai_flowlog_flush(void)
{
	struct flow_entry *e, *copy;
	u64 seq;
	u32 i;

	copy = kmalloc(sizeof(*copy), GFP_KERNEL);
	if (!copy) {
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, ENOMEM);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(flows.entry); i++) {
		e = &flows.entry[i];
		spin_lock_irq(&flows.lock);
		*copy = *e;
		e->count = 0;
		e->bytes = 0;
		spin_unlock_irq(&flows.lock);
		if (copy->hash && copy->count)
			tell(copy, NULL, NULL, false, GFP_KERNEL, &seq);
	}
	kfree(copy);
}

static void report(struct work_struct *work)
{
	shinrai_flowlog_flush();
	schedule_delayed_work(&reporter, REPORT_S * HZ);
}

/**
 * shinrai_flowlog_start() - flows can be from now on
 *
 * Context: may sleep; once.
 */
void shinrai_flowlog_start(void)
{
	get_random_bytes(&flows.secret, sizeof(flows.secret));
	schedule_delayed_work(&reporter, REPORT_S * HZ);
}

/**
 * shinrai_label_event() - tell of a label itself
 * @reason: enum shinrai_label_reason
 * @labels: live
 * @path: of what it is about
 * @gfp: as the context allows
 * @seq: out, for shinrai_log_wait()
 *
 * Context: a process.
 * Return: 0; -ENOMEM; -ENOSPC.
 */
int shinrai_label_event(enum shinrai_label_reason reason, u64 labels,
			const struct path *path, gfp_t gfp, u64 *seq)
{
	struct shinrai_label_id *ids;
	struct shinrai_pending *p = NULL;
	struct shinrai_path where;
	struct shinrai_draft *d;
	struct shinrai_who who;

	*seq = 0;
	shinrai_who_get(&who, gfp);
	shinrai_path_get(&where, path, gfp);
	ids = kmalloc_array(SHINRAI_MAX_LABELS, sizeof(*ids), gfp);
	d = shinrai_draft_new(SHINRAI_EVENT_LABEL, gfp);
	if (d && ids) {
		shinrai_draft_uint(d, SHINRAI_FIELD_REASON, reason, 4);
		shinrai_draft_bytes(d, SHINRAI_FIELD_LABELS, ids,
				    shinrai_label_list(labels, ids) *
					    sizeof(*ids));
		shinrai_draft_path(d, SHINRAI_FIELD_PATH, &where);
		shinrai_draft_who(d, &who, false);
		p = shinrai_draft_pack(d, SHINRAI_PCR_FLOW, gfp);
	}
	kfree(d);
	kfree(ids);
	shinrai_path_put(&where);
	shinrai_who_put(&who);
	if (!p) {
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, ENOMEM);
		return -ENOMEM;
	}
	return shinrai_log_push(p, seq);
}
