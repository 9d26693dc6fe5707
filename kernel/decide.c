// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The decision: which rules of a policy hold for an access.  Pure. */
#include "decide.h"

#define RANK_RULE 0xffffffU /* of a rank: larger for earlier rules */

static_assert(SHINRAI_POLICY_RULES < RANK_RULE, "a rank holds a rule");

static u32 rank_of(const struct shinrai_policy *p, u32 rule)
{
	return (u32)p->rule[rule].verdict << 24 | (RANK_RULE - rule);
}

static u32 rule_of(u32 rank)
{
	return RANK_RULE - (rank & RANK_RULE);
}

/**
 * shinrai_consider() - take a rule that the index proposes into account
 * @s: the search
 * @rule: its index
 * @labels: for these, if it is theirs
 *
 * What ranks too low changes nothing.  Few rules are ever proposed.
 */
void shinrai_consider(struct shinrai_search *s, u32 rule, u64 labels)
{
	const struct shinrai_policy_rule *r = &s->p->rule[rule];
	const u32 rank = rank_of(s->p, rule);
	u64 open = 0;
	bool held;

	if (r->label != SHINRAI_POLICY_ANY_LABEL)
		labels &= 1ULL << r->label;
	for (; labels; labels &= labels - 1)
		if (rank > s->best[shinrai_lowest(labels)])
			open |= labels & -labels;
	if (!open || !shinrai_policy_fits(s->p, r, s->a))
		return;
	held = shinrai_policy_holds(s->p, r->condition, s->a, s->meters);
	for (; open; open &= open - 1) {
		if (r->condition != SHINRAI_POLICY_NONE &&
		    rank > s->could[shinrai_lowest(open)])
			s->could[shinrai_lowest(open)] = rank;
		if (held)
			s->best[shinrai_lowest(open)] = rank;
	}
}

/* One label's answer, joined to those before. */
static void conclude(const struct shinrai_search *s, u32 label,
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
static u32 meter_of(const struct shinrai_search *s, u32 label)
{
	u32 condition = SHINRAI_POLICY_NONE;

	if (s->best[label])
		condition = s->p->rule[rule_of(s->best[label])].condition;
	return condition == SHINRAI_POLICY_NONE ?
		       SHINRAI_POLICY_NONE :
		       s->p->condition[condition].meter;
}

static void count(const struct shinrai_search *s, u32 label,
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
		if (meter_of(s, shinrai_lowest(i)) == meter)
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
 * Bounded, without sleeping; about 900 bytes of stack.  See policy.h for what is
 * answered, and for who has to serialise what.
 */
void shinrai_policy_judge(const struct shinrai_policy *p, u64 labels,
			  const struct shinrai_access *a,
			  struct shinrai_meter *meters, bool charge,
			  struct shinrai_answer *out)
{
	struct shinrai_search s;
	u64 i;

	memset(out, 0, sizeof(*out));
	out->rule = SHINRAI_POLICY_NONE;
	if (strange(p, labels, a->action)) {
		out->verdict = SHINRAI_VERDICT_DENY;
		out->label = (u8)shinrai_lowest(strange(p, labels, a->action));
		return;
	}
	s.p = p;
	s.a = a;
	s.meters = meters;
	s.labels = labels;
	for (i = labels; i; i &= i - 1) {
		s.best[shinrai_lowest(i)] = 0;
		s.could[shinrai_lowest(i)] = 0;
	}
	if (!labels) {
		out->verdict = SHINRAI_VERDICT_ALLOW;
		out->label = SHINRAI_POLICY_ANY_LABEL;
		return;
	}
	shinrai_policy_probe(&s);
	for (i = labels; i; i &= i - 1)
		conclude(&s, shinrai_lowest(i), out);
	if (!charge || !meters || out->verdict == SHINRAI_VERDICT_DENY)
		return;
	if (p->head->flags & SHINRAI_POLICY_METERED)
		for (i = labels; i; i &= i - 1)
			count(&s, shinrai_lowest(i), meters);
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
