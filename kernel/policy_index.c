// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Where the index has a rule, and the proof that it hides none.  Pure. */
#include "decide.h"

static u32 text_len(const char *text)
{
	u32 n = 0;

	while (text[n])
		n++;
	return n;
}

static void key_of_sink(const struct shinrai_policy *p,
			const struct shinrai_policy_sink *s,
			struct shinrai_key *k)
{
	const char *text = p->string + s->text;

	k->addr[0] = shinrai_be64(s->addr);
	k->addr[1] = shinrai_be64(s->addr + 8);
	k->text = shinrai_text_hash(text, text_len(text));
	k->proto = s->proto;
	k->port = s->port_first;
	k->vendor = s->vendor;
	k->product = s->product;
}

static u8 inet_exact(const struct shinrai_policy_sink *s)
{
	return (s->proto ? SHINRAI_SHAPE_PROTO : 0) |
	       (s->port_first == s->port_last ? SHINRAI_SHAPE_PORT : 0);
}

/**
 * shinrai_rule_shape() - the shape that a rule has
 * @p: its tables; references of rule and sink are in range
 * @rule: its index
 * @shape: out: what the rule asks for; actions, first_bucket and mask are 0
 */
void shinrai_rule_shape(const struct shinrai_policy *p, u32 rule,
			struct shinrai_policy_shape *shape)
{
	const struct shinrai_policy_rule *r = &p->rule[rule];
	const struct shinrai_policy_sink *s;

	memset(shape, 0, sizeof(*shape));
	shape->label_any = r->label == SHINRAI_POLICY_ANY_LABEL;
	shape->subject_kind = r->subject_kind;
	if (r->sink == SHINRAI_POLICY_NONE)
		return;
	s = &p->sink[r->sink];
	shape->sink_kind = s->kind;
	switch (s->kind) {
	case SHINRAI_SINK_INET:
		shape->family = s->family;
		shape->prefix = s->prefix;
		shape->exact = inet_exact(s);
		break;
	case SHINRAI_SINK_MEDIA:
		shape->exact = s->exact;
		break;
	case SHINRAI_SINK_FILESYSTEM:
	case SHINRAI_SINK_LOCAL:
		shape->exact = s->text ? SHINRAI_SHAPE_TEXT : 0;
		break;
	default:
		shape->exact = s->proto ? SHINRAI_SHAPE_PROTO : 0;
	}
}

/**
 * shinrai_shape_order() - what shapes are sorted by
 * @shape: the shape
 *
 * Return: a number; equal for equal shapes.  Those of one sink follow each other.
 */
u64 shinrai_shape_order(const struct shinrai_policy_shape *shape)
{
	return (u64)shinrai_shape_sink(shape) << 16 |
	       (u64)shape->subject_kind << 8 | shape->label_any;
}

/**
 * shinrai_rule_base() - what all keys of a rule have in common
 * @p: its tables; references of rule and sink are in range, and the seed is set
 * @rule: its index
 *
 * Return: the hash of the rule's sink, for shinrai_rule_hash().
 */
u64 shinrai_rule_base(const struct shinrai_policy *p, u32 rule)
{
	const struct shinrai_policy_rule *r = &p->rule[rule];
	struct shinrai_policy_shape shape;
	struct shinrai_key k = { 0 };

	shinrai_rule_shape(p, rule, &shape);
	if (r->sink != SHINRAI_POLICY_NONE)
		key_of_sink(p, &p->sink[r->sink], &k);
	return shinrai_sink_hash(p->head->seed, &shape, &k);
}

/**
 * shinrai_rule_keys() - how many keys a rule has in the index
 * @p: its tables; the rule's group is in range
 * @rule: its index
 *
 * Return: one, but for a group as many as it has digests.
 */
u32 shinrai_rule_keys(const struct shinrai_policy *p, u32 rule)
{
	const struct shinrai_policy_rule *r = &p->rule[rule];

	return r->subject_kind == SHINRAI_SUBJECT_PROGRAM ?
		       p->group[r->subject].count :
		       1;
}

/**
 * shinrai_rule_hash() - a rule's place in the index
 * @p: its tables, as for shinrai_rule_base()
 * @rule: its index
 * @base: what that returned
 * @key: which of its keys, below shinrai_rule_keys()
 *
 * Return: the hash of that key.
 */
u32 shinrai_rule_hash(const struct shinrai_policy *p, u32 rule, u64 base,
		      u32 key)
{
	const struct shinrai_policy_rule *r = &p->rule[rule];
	const char *path;
	u64 subject = 0;

	if (r->subject_kind == SHINRAI_SUBJECT_PROGRAM) {
		key += p->group[r->subject].first;
		subject = shinrai_program_key(p->digest[key]);
	} else if (r->subject_kind == SHINRAI_SUBJECT_USER) {
		subject = r->subject;
	} else if (r->subject_kind == SHINRAI_SUBJECT_CGROUP) {
		path = p->string + r->subject;
		subject = shinrai_text_hash(path, text_len(path));
	}
	return shinrai_label_hash(shinrai_mix(base, subject), r->action,
				  r->label);
}

/**
 * shinrai_rule_place() - where a policy has the shape of a rule
 * @p: its tables; shapes ascend
 * @rule: its index
 *
 * Return: the index of the first shape that is not before the rule's.
 */
u32 shinrai_rule_place(const struct shinrai_policy *p, u32 rule)
{
	struct shinrai_policy_shape want;
	u32 low = 0, high = p->head->shapes, mid;
	u64 order;

	shinrai_rule_shape(p, rule, &want);
	order = shinrai_shape_order(&want);
	while (low < high) {
		mid = low + (high - low) / 2;
		if (shinrai_shape_order(&p->shape[mid]) < order)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/**
 * shinrai_entry_before() - the order of a bucket's entries
 * @a: an entry
 * @b: another
 *
 * Return: true when @a belongs before @b.
 */
bool shinrai_entry_before(const struct shinrai_policy_entry *a,
			  const struct shinrai_policy_entry *b)
{
	return a->hash < b->hash || (a->hash == b->hash && a->rule < b->rule);
}

/* Shapes ascend, and share out the buckets, and those the entries. */
static int check_shapes(const struct shinrai_policy *p)
{
	const struct shinrai_policy_shape *s = p->shape;
	const struct shinrai_policy_head *h = p->head;
	u64 next = 0;
	u32 i;

	for (i = 0; i < h->shapes; i++, s++) {
		if (i && shinrai_shape_order(s - 1) >= shinrai_shape_order(s))
			return -EBADMSG;
		if (s->first_bucket != next || s->mask & (s->mask + 1) ||
		    next + s->mask + 2 > h->buckets)
			return -EBADMSG;
		next += (u64)s->mask + 2;
		if (i && p->bucket[s->first_bucket] !=
				 p->bucket[s->first_bucket - 1])
			return -EBADMSG;
	}
	if (next != h->buckets)
		return -EBADMSG;
	if (!next)
		return h->entries ? -EBADMSG : 0;
	if (p->bucket[0] || p->bucket[h->buckets - 1] != h->entries)
		return -EBADMSG;
	for (i = 1; i < h->buckets; i++)
		if (p->bucket[i] < p->bucket[i - 1])
			return -EBADMSG;
	return 0;
}

/* The entries of each bucket ascend. */
static int check_entries(const struct shinrai_policy *p)
{
	u32 i, k;

	for (i = 0; i + 1 < p->head->buckets; i++)
		for (k = p->bucket[i]; k < p->bucket[i + 1]; k++)
			if (p->entry[k].rule >= p->head->rules ||
			    (k > p->bucket[i] &&
			     shinrai_entry_before(&p->entry[k],
						  &p->entry[k - 1])))
				return -EBADMSG;
	return 0;
}

/* Does the bucket that @want belongs to hold it? */
static bool entry_there(const struct shinrai_policy *p,
			const struct shinrai_policy_shape *s,
			const struct shinrai_policy_entry *want)
{
	const u32 *bucket = &p->bucket[s->first_bucket];
	u32 low = bucket[want->hash & s->mask];
	u32 high = bucket[(want->hash & s->mask) + 1], mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (shinrai_entry_before(&p->entry[mid], want))
			low = mid + 1;
		else
			high = mid;
	}
	return low < bucket[(want->hash & s->mask) + 1] &&
	       p->entry[low].hash == want->hash &&
	       p->entry[low].rule == want->rule;
}

/* The shape of a rule; NULL when the policy has none. */
static const struct shinrai_policy_shape *
shape_of(const struct shinrai_policy *p, u32 rule)
{
	const u32 i = shinrai_rule_place(p, rule);
	struct shinrai_policy_shape want;

	shinrai_rule_shape(p, rule, &want);
	if (i == p->head->shapes ||
	    shinrai_shape_order(&p->shape[i]) != shinrai_shape_order(&want))
		return NULL;
	return &p->shape[i];
}

/* Does every key of one rule lead to it? */
static bool keys_there(const struct shinrai_policy *p, u32 rule,
		       const struct shinrai_policy_shape *s)
{
	const u64 base = shinrai_rule_base(p, rule);
	const u32 keys = shinrai_rule_keys(p, rule);
	struct shinrai_policy_entry want = { .rule = rule };
	u32 i;

	for (i = 0; i < keys; i++) {
		want.hash = shinrai_rule_hash(p, rule, base, i);
		if (!entry_there(p, s, &want))
			return false;
	}
	return true;
}

/* Every rule is there, and as many entries as that needs. */
static int check_rules(const struct shinrai_policy *p)
{
	u16 actions[SHINRAI_POLICY_SHAPES] = { 0 };
	const struct shinrai_policy_shape *s;
	u64 entries = 0;
	u32 i;

	for (i = 0; i < p->head->rules; i++) {
		/* Counted first: no blob has us look for more than it holds. */
		entries += shinrai_rule_keys(p, i);
		s = shape_of(p, i);
		if (entries > p->head->entries || !s || !keys_there(p, i, s))
			return -EBADMSG;
		actions[s - p->shape] |= 1 << p->rule[i].action;
	}
	if (entries != p->head->entries)
		return -EBADMSG;
	for (i = 0; i < p->head->shapes; i++)
		if (!actions[i] || actions[i] != p->shape[i].actions)
			return -EBADMSG;
	return 0;
}

/**
 * shinrai_policy_check_index() - does an index hide nothing?
 * @p: tables that are sound but for shapes, entries and buckets
 *
 * Return: 0 when every rule is found under each key it has, and nothing is
 * there that no rule needs; -EBADMSG otherwise.
 */
int shinrai_policy_check_index(const struct shinrai_policy *p)
{
	int err;

	err = check_shapes(p);
	if (!err)
		err = check_entries(p);
	return err ? err : check_rules(p);
}
