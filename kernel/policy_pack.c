// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Builds a policy blob in a caller's buffer: the tables, and the index over
 * them.  Pure; for user space and tests, not in the module.
 */
#include <shinrai/policy_build.h>

#include "decide.h"

#define MOST_ENTRIES (SHINRAI_POLICY_MAX / sizeof(struct shinrai_policy_entry))

/* A blob that is being written, and the same to be read. */
struct pack {
	const struct shinrai_policy_tables *t;
	struct shinrai_policy_head *head;
	struct shinrai_policy_condition *condition;
	struct shinrai_policy_shape *shape;
	struct shinrai_policy_entry *entry;
	u32 *bucket;
	struct shinrai_policy p;
};

static u64 tables_size(const struct shinrai_policy_tables *t)
{
	const struct shinrai_policy *p = NULL;

	return sizeof(*p->head) + (u64)t->labels * sizeof(*p->label) +
	       (u64)t->patterns * sizeof(*p->pattern) +
	       (u64)t->groups * sizeof(*p->group) +
	       (u64)t->digests * sizeof(*p->digest) +
	       (u64)t->sinks * sizeof(*p->sink) +
	       (u64)t->conditions * sizeof(*p->condition) +
	       (u64)t->grants * sizeof(*p->grant) +
	       (u64)t->rules * sizeof(*p->rule);
}

static bool rule_ok(const struct shinrai_policy_tables *t,
		    const struct shinrai_policy_rule *r)
{
	if (r->action >= SHINRAI_ACTIONS ||
	    (r->sink >= t->sinks && r->sink != SHINRAI_POLICY_NONE))
		return false;
	if (r->subject_kind == SHINRAI_SUBJECT_PROGRAM)
		return r->subject < t->groups;
	return r->subject_kind != SHINRAI_SUBJECT_CGROUP ||
	       r->subject < t->strings;
}

/* What has to be in range before the index can be built at all. */
static bool tables_ok(const struct shinrai_policy_tables *t)
{
	u32 i;

	if (t->strings && (t->string[0] || t->string[t->strings - 1]))
		return false;
	for (i = 0; i < t->groups; i++)
		if (t->group[i].first > t->digests ||
		    t->group[i].count > t->digests - t->group[i].first)
			return false;
	for (i = 0; i < t->sinks; i++)
		if (t->sink[i].text && t->sink[i].text >= t->strings)
			return false;
	for (i = 0; i < t->rules; i++)
		if (!rule_ok(t, &t->rule[i]))
			return false;
	return true;
}

static bool too_big(const struct shinrai_policy_tables *t)
{
	return t->labels > SHINRAI_POLICY_LABELS ||
	       t->grants > SHINRAI_POLICY_GRANTS ||
	       t->rules > SHINRAI_POLICY_RULES ||
	       t->strings > SHINRAI_POLICY_MAX ||
	       tables_size(t) > SHINRAI_POLICY_MAX;
}

static u64 count_entries(const struct shinrai_policy_tables *t)
{
	u64 n = 0;
	u32 i;

	for (i = 0; i < t->rules; i++)
		n += t->rule[i].subject_kind == SHINRAI_SUBJECT_PROGRAM ?
			     t->group[t->rule[i].subject].count :
			     1;
	return n;
}

/**
 * shinrai_policy_pack_room() - bytes that are enough for a blob
 * @t: the tables
 *
 * Return: that many; 0 when shinrai_policy_pack() would refuse at once.
 */
size_t shinrai_policy_pack_room(const struct shinrai_policy_tables *t)
{
	u64 entries;

	if (too_big(t) || !tables_ok(t))
		return 0;
	entries = count_entries(t);
	if (entries > MOST_ENTRIES)
		return 0;
	/* A shape has less than twice as many buckets as entries, and an end. */
	return tables_size(t) + t->strings + 1 +
	       SHINRAI_POLICY_SHAPES *
		       (sizeof(struct shinrai_policy_shape) + 2 * sizeof(u32)) +
	       entries *
		       (sizeof(struct shinrai_policy_entry) + 2 * sizeof(u32));
}

static void *put(u8 **at, const void *data, size_t len)
{
	void *here = *at;

	if (len)
		memcpy(here, data, len);
	*at += len;
	return here;
}

static void put_head(struct pack *k)
{
	const struct shinrai_policy_tables *t = k->t;
	struct shinrai_policy_head *h = k->head;
	size_t name = 0;

	memset(h, 0, sizeof(*h));
	memcpy(h->magic, SHINRAI_POLICY_MAGIC, sizeof(h->magic));
	h->version = SHINRAI_POLICY_VERSION;
	h->generation = t->generation;
	memcpy(h->owner, t->owner, sizeof(h->owner));
	memcpy(h->source, t->source, sizeof(h->source));
	while (t->name[name] && name < sizeof(h->name) - 1)
		name++;
	memcpy(h->name, t->name, name);
	/* Any will do; this one is the same each time. */
	memcpy(&h->seed, t->source, sizeof(h->seed));
	h->labels = t->labels;
	h->patterns = t->patterns;
	h->groups = t->groups;
	h->digests = t->digests;
	h->sinks = t->sinks;
	h->conditions = t->conditions;
	h->grants = t->grants;
	h->rules = t->rules;
	h->strings = t->strings ? t->strings : 1;
}

/* Return: where the shapes begin. */
static u8 *put_tables(struct pack *k, void *buf)
{
	const struct shinrai_policy_tables *t = k->t;
	struct shinrai_policy *p = &k->p;
	u8 *at = buf;

	p->head = k->head = (void *)at;
	put_head(k);
	at += sizeof(*k->head);
	p->label = put(&at, t->label, t->labels * sizeof(*p->label));
	p->pattern = put(&at, t->pattern, t->patterns * sizeof(*p->pattern));
	p->group = put(&at, t->group, t->groups * sizeof(*p->group));
	p->digest = put(&at, t->digest, t->digests * sizeof(*p->digest));
	p->sink = put(&at, t->sink, t->sinks * sizeof(*p->sink));
	p->condition = k->condition =
		put(&at, t->condition, t->conditions * sizeof(*p->condition));
	p->grant = put(&at, t->grant, t->grants * sizeof(*p->grant));
	p->rule = put(&at, t->rule, t->rules * sizeof(*p->rule));
	p->string = t->strings ? t->string : ""; /* moves behind the index */
	return at;
}

static void make_conditions(struct pack *k)
{
	struct shinrai_policy_condition *c = k->condition;
	u32 i, meters = 0;

	for (i = 0; i < k->head->conditions; i++, c++) {
		c->meter = SHINRAI_POLICY_NONE;
		if (c->max_bytes || c->max_uses) {
			c->meter = meters++;
			k->head->flags |= SHINRAI_POLICY_METERED;
		}
		if (shinrai_policy_timed(c))
			k->head->flags |= SHINRAI_POLICY_TIMED;
	}
	for (i = 0; i < k->head->rules; i++)
		if (k->p.rule[i].subject_kind == SHINRAI_SUBJECT_CGROUP)
			k->head->flags |= SHINRAI_POLICY_CGROUPS;
}

/* The shapes that there are, sorted; their masks count entries for now. */
static int make_shapes(struct pack *k)
{
	struct shinrai_policy_shape want;
	u32 i, at;

	for (i = 0; i < k->head->rules; i++) {
		at = shinrai_rule_place(&k->p, i);
		shinrai_rule_shape(&k->p, i, &want);
		if (at == k->head->shapes ||
		    shinrai_shape_order(&k->shape[at]) !=
			    shinrai_shape_order(&want)) {
			if (k->head->shapes == SHINRAI_POLICY_SHAPES)
				return -E2BIG;
			memmove(&k->shape[at + 1], &k->shape[at],
				(k->head->shapes - at) * sizeof(want));
			k->shape[at] = want;
			k->head->shapes++;
		}
		k->shape[at].actions |= 1 << k->p.rule[i].action;
		k->shape[at].mask += shinrai_rule_keys(&k->p, i);
	}
	return 0;
}

static void size_shapes(struct pack *k)
{
	struct shinrai_policy_shape *s = k->shape;
	u32 i, n;

	for (i = 0; i < k->head->shapes; i++, s++) {
		k->head->entries += s->mask;
		for (n = 1; n < s->mask; n *= 2)
			;
		s->mask = n - 1;
		s->first_bucket = k->head->buckets;
		k->head->buckets += n + 1;
	}
}

/* For each key: count it in its bucket, or put it where the bucket points. */
static void each_key(struct pack *k, bool place)
{
	const struct shinrai_policy_shape *s;
	struct shinrai_policy_entry e;
	u32 i, key, keys, *bucket;
	u64 base;

	for (i = 0; i < k->head->rules; i++) {
		s = &k->shape[shinrai_rule_place(&k->p, i)];
		base = shinrai_rule_base(&k->p, i);
		keys = shinrai_rule_keys(&k->p, i);
		e.rule = i;
		for (key = 0; key < keys; key++) {
			e.hash = shinrai_rule_hash(&k->p, i, base, key);
			bucket = &k->bucket[s->first_bucket];
			bucket += e.hash & s->mask;
			if (place)
				k->entry[*bucket] = e;
			++*bucket;
		}
	}
}

/* A bucket has few entries, or many of one hash, which are sorted already. */
static void sort_bucket(struct shinrai_policy_entry *e, u32 n)
{
	struct shinrai_policy_entry moved;
	u32 i, k;

	for (i = 1; i < n; i++) {
		moved = e[i];
		for (k = i; k && shinrai_entry_before(&moved, &e[k - 1]); k--)
			e[k] = e[k - 1];
		e[k] = moved;
	}
}

static void make_buckets(struct pack *k)
{
	const u32 n = k->head->buckets;
	u32 i, here, sum = 0;

	memset(k->bucket, 0, n * sizeof(*k->bucket));
	each_key(k, false);
	for (i = 0; i < n; i++) {
		here = k->bucket[i];
		k->bucket[i] = sum;
		sum += here;
	}
	each_key(k,
		 true); /* each then points to its end: the next one's begin */
	for (i = n; i > 1; i--)
		k->bucket[i - 1] = k->bucket[i - 2];
	if (n)
		k->bucket[0] = 0;
	for (i = 0; i + 1 < n; i++)
		sort_bucket(&k->entry[k->bucket[i]],
			    k->bucket[i + 1] - k->bucket[i]);
}

/**
 * shinrai_policy_pack() - build a blob in a buffer
 * @t: the tables
 * @buf: at an address that 8 divides
 * @room: its bytes, at least shinrai_policy_pack_room()
 * @len: out, only on success: bytes used
 *
 * Return: 0 when shinrai_policy_check() accepts it; -EINVAL for tables that make
 * no policy; -E2BIG above a limit of policy.h; -ENOSPC without enough room.
 */
int shinrai_policy_pack(const struct shinrai_policy_tables *t, void *buf,
			size_t room, size_t *len)
{
	struct pack k = { .t = t };
	u8 *at;
	int err;

	if (too_big(t))
		return -E2BIG;
	if (!tables_ok(t))
		return -EINVAL;
	if (count_entries(t) > MOST_ENTRIES)
		return -E2BIG;
	if (room < shinrai_policy_pack_room(t))
		return -ENOSPC;
	at = put_tables(&k, buf);
	make_conditions(&k);
	k.p.shape = k.shape = (void *)at;
	err = make_shapes(&k);
	if (err)
		return err;
	size_shapes(&k);
	at += k.head->shapes * sizeof(*k.shape);
	k.entry = (void *)at;
	at += k.head->entries * sizeof(*k.entry);
	k.bucket = (void *)at;
	at += k.head->buckets * sizeof(*k.bucket);
	make_buckets(&k);
	put(&at, k.p.string, k.head->strings);
	k.head->size = (u32)(at - (u8 *)buf);
	err = shinrai_policy_check(&k.p, buf, k.head->size);
	if (err)
		return err == -E2BIG ? err : -EINVAL;
	*len = k.head->size;
	return 0;
}
