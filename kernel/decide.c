// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The decision: which rules of a policy hold for an access.  Pure. */
#include "decide.h"

#define RANK_RULE 0xffffffU /* of a rank: larger for earlier rules */

static_assert(SHINRAI_POLICY_RULES < RANK_RULE, "a rank holds a rule");

struct search {
	const struct shinrai_policy *p;
	const struct shinrai_access *a;
	const struct shinrai_meter *meters;
	struct shinrai_key key;
	u64 labels;
	/* By label, 0 for none: the rank of the rule that decides, */
	u32 best[SHINRAI_POLICY_LABELS];
	/* and of the highest that would or does but for its condition. */
	u32 could[SHINRAI_POLICY_LABELS];
};

static u32 lowest(u64 bits)
{
	return (u32)__builtin_ctzll(bits);
}

static u32 rank_of(const struct shinrai_policy *p, u32 rule)
{
	return (u32)p->rule[rule].verdict << 24 | (RANK_RULE - rule);
}

static u32 rule_of(u32 rank)
{
	return RANK_RULE - (rank & RANK_RULE);
}

/* An entry proposes @rule for @labels; what ranks too low changes nothing. */
static void consider(struct search *s, u32 rule, u64 labels)
{
	const struct shinrai_policy_rule *r = &s->p->rule[rule];
	const u32 rank = rank_of(s->p, rule);
	u64 open = 0;
	bool held;

	if (r->label != SHINRAI_POLICY_ANY_LABEL)
		labels &= 1ULL << r->label;
	for (; labels; labels &= labels - 1)
		if (rank > s->best[lowest(labels)])
			open |= labels & -labels;
	if (!open || !shinrai_policy_fits(s->p, r, s->a))
		return;
	held = shinrai_policy_holds(s->p, r->condition, s->a, s->meters);
	for (; open; open &= open - 1) {
		if (r->condition != SHINRAI_POLICY_NONE &&
		    rank > s->could[lowest(open)])
			s->could[lowest(open)] = rank;
		if (held)
			s->best[lowest(open)] = rank;
	}
}

/* @h: the key's hash but for action and label, of which this is @label. */
static void probe(struct search *s, const struct shinrai_policy_shape *shape,
		  u64 h, u8 label, u64 labels)
{
	const u32 hash = shinrai_label_hash(h, s->key.action, label);
	const u32 *bucket = &s->p->bucket[shape->first_bucket];
	u32 i = bucket[hash & shape->mask];
	const u32 end = bucket[(hash & shape->mask) + 1];

	for (; i < end; i++)
		if (s->p->entry[i].hash == hash)
			consider(s, s->p->entry[i].rule, labels);
}

/* Can any rule of this shape fit the access? */
static bool shape_fits(const struct search *s,
		       const struct shinrai_policy_shape *shape)
{
	if (!(shape->actions >> s->a->action & 1))
		return false;
	if (shape->sink_kind && shape->sink_kind != s->a->sink_kind)
		return false;
	return !shape->family || shape->family == s->a->family;
}

static void probe_shape(struct search *s,
			const struct shinrai_policy_shape *shape, u64 subject)
{
	u64 h, labels;

	h = shinrai_mix(shinrai_sink_hash(s->p->head->seed, shape, &s->key),
			subject);
	if (shape->label_any) {
		probe(s, shape, h, SHINRAI_POLICY_ANY_LABEL, s->labels);
		return;
	}
	for (labels = s->labels; labels; labels &= labels - 1)
		probe(s, shape, h, (u8)lowest(labels), labels & -labels);
}

/* Every shape but those of cgroups, which are the last. */
static u32 probe_shapes(struct search *s)
{
	const struct shinrai_access *a = s->a;
	const struct shinrai_policy_shape *shape = s->p->shape;
	const u32 shapes = s->p->head->shapes;
	u64 subject;
	u32 i;

	for (i = 0; i < shapes; i++, shape++) {
		if (shape->subject_kind == SHINRAI_SUBJECT_CGROUP)
			break;
		if (!shape_fits(s, shape))
			continue;
		subject = 0;
		if (shape->subject_kind == SHINRAI_SUBJECT_USER) {
			subject = a->uid;
		} else if (shape->subject_kind == SHINRAI_SUBJECT_PROGRAM) {
			if (!a->program)
				continue;
			subject = shinrai_program_key(a->program);
		}
		probe_shape(s, shape, subject);
	}
	return i;
}

static void probe_cgroup(struct search *s, u32 first, u64 subject)
{
	u32 i;

	for (i = first; i < s->p->head->shapes; i++)
		if (shape_fits(s, &s->p->shape[i]))
			probe_shape(s, &s->p->shape[i], subject);
}

/* The cgroup of the access, and every one above it. */
static void probe_cgroups(struct search *s, u32 first)
{
	const char *path = s->a->cgroup;
	const u32 len = path ? s->a->cgroup_len : 0;
	u64 h = SHINRAI_TEXT_BASIS;
	u32 i;

	for (i = 0; i < len; i++) {
		if (i > 1 && path[i] == '/')
			probe_cgroup(s, first, h);
		h = shinrai_text_step(h, path[i]);
		if (!i)
			probe_cgroup(s, first, h);
	}
	if (len > 1)
		probe_cgroup(s, first, h);
}

static void key_of_access(const struct shinrai_access *a, struct shinrai_key *k)
{
	memset(k, 0, sizeof(*k));
	k->action = a->action;
	k->proto = a->proto;
	k->port = a->port;
	k->vendor = a->vendor;
	k->product = a->product;
	if (a->sink_kind == SHINRAI_SINK_INET) {
		k->addr[0] = shinrai_be64(a->addr);
		k->addr[1] = shinrai_be64(a->addr + 8);
	} else if (a->text) {
		k->text = shinrai_text_hash(a->text, a->text_len);
	}
}

/* One label's answer, joined to those before. */
static void conclude(const struct search *s, u32 label,
		     struct shinrai_answer *out)
{
	const struct shinrai_policy *p = s->p;
	const u32 best = s->best[label];
	u8 verdict = p->label[label].otherwise[s->a->action];
	u32 rule = SHINRAI_POLICY_NONE;

	if (s->could[label] > best)
		out->flags |= SHINRAI_ANSWER_VOLATILE;
	if (best) {
		rule = rule_of(best);
		verdict = p->rule[rule].verdict;
		if (p->rule[rule].flags & SHINRAI_RULE_NOTIFY)
			out->flags |= SHINRAI_ANSWER_NOTIFY;
		if (p->rule[rule].condition != SHINRAI_POLICY_NONE)
			out->flags |= SHINRAI_ANSWER_VOLATILE;
	}
	if (verdict > out->verdict) {
		out->verdict = verdict;
		out->label = (u8)label;
		out->rule = rule;
	}
}

/* The meter of the rule that decides for a label; NONE without. */
static u32 meter_of(const struct search *s, u32 label)
{
	u32 condition = SHINRAI_POLICY_NONE;

	if (s->best[label])
		condition = s->p->rule[rule_of(s->best[label])].condition;
	return condition == SHINRAI_POLICY_NONE ?
		       SHINRAI_POLICY_NONE :
		       s->p->condition[condition].meter;
}

static void count(const struct search *s, u32 label,
		  struct shinrai_meter *meters)
{
	const u32 meter = meter_of(s, label);
	const u64 before = s->labels & ((1ULL << label) - 1);
	const struct shinrai_access *a = s->a;
	const struct shinrai_policy_condition *c;
	struct shinrai_meter *m;
	u64 i;

	if (meter == SHINRAI_POLICY_NONE)
		return;
	for (i = before; i; i &= i - 1)
		if (meter_of(s, lowest(i)) == meter)
			return;
	c = &s->p->condition[s->p->rule[rule_of(s->best[label])].condition];
	m = &meters[meter];
	if (shinrai_meter_over(c, m, a->wall_s)) {
		m->since_s = a->wall_s;
		m->bytes = 0;
		m->uses = 0;
	}
	m->uses++;
	m->bytes = a->bytes > ~0ULL - m->bytes ? ~0ULL : m->bytes + a->bytes;
}

/* Return: labels that the policy does not have, if it has the action. */
static u64 strange(const struct shinrai_policy *p, u64 labels, u8 action)
{
	if (!action || action >= SHINRAI_ACTIONS)
		return labels;
	if (p->head->labels == 64)
		return 0;
	return labels & ~0ULL << p->head->labels;
}

/**
 * shinrai_policy_judge() - what a policy says to an access
 * @p: a checked policy
 * @labels: what the data carries, bits by the label's index in @p
 * @a: the access
 * @meters: counters, or NULL; see policy.h
 * @charge: count the access in @meters unless it is denied
 * @out: the answer
 *
 * Bounded, without sleeping; about 700 bytes of stack.  See policy.h for what is
 * answered, and for who has to serialise what.
 */
void shinrai_policy_judge(const struct shinrai_policy *p, u64 labels,
			  const struct shinrai_access *a,
			  struct shinrai_meter *meters, bool charge,
			  struct shinrai_answer *out)
{
	struct search s;
	u32 cgroups;
	u64 i;

	memset(out, 0, sizeof(*out));
	out->rule = SHINRAI_POLICY_NONE;
	if (strange(p, labels, a->action)) {
		out->verdict = SHINRAI_VERDICT_DENY;
		out->label = (u8)lowest(strange(p, labels, a->action));
		return;
	}
	s.p = p;
	s.a = a;
	s.meters = meters;
	s.labels = labels;
	for (i = labels; i; i &= i - 1) {
		s.best[lowest(i)] = 0;
		s.could[lowest(i)] = 0;
	}
	if (!labels) {
		out->verdict = SHINRAI_VERDICT_ALLOW;
		out->label = SHINRAI_POLICY_ANY_LABEL;
		return;
	}
	key_of_access(a, &s.key);
	cgroups = probe_shapes(&s);
	if (p->head->flags & SHINRAI_POLICY_CGROUPS)
		probe_cgroups(&s, cgroups);
	for (i = labels; i; i &= i - 1)
		conclude(&s, lowest(i), out);
	if (!charge || !meters || out->verdict == SHINRAI_VERDICT_DENY)
		return;
	if (p->head->flags & SHINRAI_POLICY_METERED)
		for (i = labels; i; i &= i - 1)
			count(&s, lowest(i), meters);
}

/**
 * shinrai_answer_severer() - of two owners' answers, which counts?
 * @a: the one so far
 * @b: another
 *
 * Return: true when it is @b; of equal ones it is @a.
 */
bool shinrai_answer_severer(const struct shinrai_answer *a,
			    const struct shinrai_answer *b)
{
	return b->verdict > a->verdict;
}

/**
 * shinrai_policy_meters() - how many counters a policy needs
 * @p: a checked policy
 *
 * Return: struct shinrai_meter that shinrai_policy_judge() is to be given.
 */
u32 shinrai_policy_meters(const struct shinrai_policy *p)
{
	u32 i, n = 0;

	for (i = 0; i < p->head->conditions; i++)
		n += p->condition[i].meter != SHINRAI_POLICY_NONE;
	return n;
}
