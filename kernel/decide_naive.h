/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * For tests: what policy.h says about an answer, said again without the index
 * and without a line of the decision core.  Slow and plain on purpose.
 */
#ifndef _SHINRAI_DECIDE_NAIVE_H
#define _SHINRAI_DECIDE_NAIVE_H

#include <shinrai/policy.h>

static bool naive_same_bits(const u8 *a, const u8 *b, u32 bits)
{
	u32 i;

	for (i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) & (0x80 >> i % 8))
			return false;
	return true;
}

static bool naive_text(const char *own, const char *text, u32 len)
{
	return text && strlen(own) == len && !memcmp(own, text, len);
}

static bool naive_subject(const struct shinrai_policy *p,
			  const struct shinrai_policy_rule *r,
			  const struct shinrai_access *a)
{
	const struct shinrai_policy_group *g;
	const char *path;
	u32 i;

	if (r->subject_kind == SHINRAI_SUBJECT_PROGRAM) {
		g = &p->group[r->subject];
		for (i = 0; a->program && i < g->count; i++)
			if (!memcmp(p->digest[g->first + i], a->program, 32))
				return true;
		return false;
	}
	if (r->subject_kind == SHINRAI_SUBJECT_USER)
		return r->subject == a->uid;
	if (r->subject_kind == SHINRAI_SUBJECT_CGROUP) {
		path = p->string + r->subject;
		if (!a->cgroup || a->cgroup_len < strlen(path) ||
		    memcmp(a->cgroup, path, strlen(path)))
			return false;
		return !strcmp(path, "/") || a->cgroup_len == strlen(path) ||
		       a->cgroup[strlen(path)] == '/';
	}
	return true;
}

static bool naive_sink(const struct shinrai_policy *p, u32 sink,
		       const struct shinrai_access *a)
{
	const struct shinrai_policy_sink *s;

	if (sink == SHINRAI_POLICY_NONE)
		return true;
	s = &p->sink[sink];
	if (s->kind != a->sink_kind)
		return false;
	switch (s->kind) {
	case SHINRAI_SINK_INET:
		return (s->family == 0 || s->family == a->family) &&
		       naive_same_bits(s->addr, a->addr, s->prefix) &&
		       (s->proto == 0 || s->proto == a->proto) &&
		       s->port_first <= a->port && a->port <= s->port_last;
	case SHINRAI_SINK_MEDIA:
		if (s->exact & 1 && s->vendor != a->vendor)
			return false;
		if (s->exact & 2 && s->product != a->product)
			return false;
		return !(s->exact & 4) ||
		       naive_text(p->string + s->text, a->text, a->text_len);
	case SHINRAI_SINK_OTHER:
		return s->proto == 0 || s->proto == a->proto;
	default:
		return p->string[s->text] == 0 ||
		       naive_text(p->string + s->text, a->text, a->text_len);
	}
}

/* Minutes since the last Monday began; 1970 began on a Thursday. */
static bool naive_window(const struct shinrai_policy_condition *c, u64 wall_s)
{
	const u32 now = (u32)((wall_s / 60 + 3 * 1440) % 10080);
	u32 day, length = (c->until + 1440 - c->from) % 1440;

	if (!length)
		length = 1440;
	for (day = 0; day < 7; day++)
		if (c->days & 1 << day &&
		    (now + 10080 - day * 1440 - c->from) % 10080 < length)
			return true;
	return false;
}

/* What a meter holds at this time. */
static struct shinrai_meter
naive_meter(const struct shinrai_policy_condition *c,
	    const struct shinrai_meter *m, u64 wall_s)
{
	const struct shinrai_meter fresh = { .since_s = wall_s };

	if (!m || m->uses == 0)
		return fresh;
	if (c->per_s && wall_s > m->since_s && wall_s - m->since_s >= c->per_s)
		return fresh;
	return *m;
}

static bool naive_condition(const struct shinrai_policy *p, u32 condition,
			    const struct shinrai_access *a,
			    const struct shinrai_meter *meters)
{
	const struct shinrai_policy_condition *c;
	struct shinrai_meter m;

	if (condition == SHINRAI_POLICY_NONE)
		return true;
	c = &p->condition[condition];
	if (!naive_window(c, a->wall_s))
		return false;
	if (c->max_bytes == 0 && c->max_uses == 0)
		return true;
	m = naive_meter(c, meters ? &meters[c->meter] : NULL, a->wall_s);
	if (c->max_uses != 0 && m.uses + 1 > c->max_uses)
		return false;
	return c->max_bytes == 0 ||
	       (m.bytes < c->max_bytes && c->max_bytes - m.bytes >= a->bytes);
}

/* Does rule @a rank before rule @b? */
static bool naive_before(const struct shinrai_policy *p, u32 a, u32 b)
{
	if (b == SHINRAI_POLICY_NONE)
		return true;
	if (p->rule[a].verdict != p->rule[b].verdict)
		return p->rule[a].verdict > p->rule[b].verdict;
	return a < b;
}

/* All but the condition. */
static bool naive_fits(const struct shinrai_policy *p, u32 rule, u32 label,
		       const struct shinrai_access *a)
{
	const struct shinrai_policy_rule *r = &p->rule[rule];

	return r->action == a->action &&
	       (r->label == 0xff || r->label == label) &&
	       naive_subject(p, r, a) && naive_sink(p, r->sink, a);
}

/* As shinrai_policy_matches(). */
static inline bool naive_matches(const struct shinrai_policy *p, u32 rule,
				 u32 label, const struct shinrai_access *a,
				 const struct shinrai_meter *meters)
{
	return naive_fits(p, rule, label, a) &&
	       naive_condition(p, p->rule[rule].condition, a, meters);
}

/* The rule that decides for a label, or NONE. */
static u32 naive_label(const struct shinrai_policy *p, u32 label,
		       const struct shinrai_access *a,
		       const struct shinrai_meter *meters, bool *is_volatile)
{
	u32 i, decides = SHINRAI_POLICY_NONE, steady = SHINRAI_POLICY_NONE;
	u32 wavering = SHINRAI_POLICY_NONE, *kind;

	for (i = 0; i < p->head->rules; i++) {
		if (!naive_fits(p, i, label, a))
			continue;
		kind = p->rule[i].condition == SHINRAI_POLICY_NONE ? &steady :
								     &wavering;
		if (naive_before(p, i, *kind))
			*kind = i;
		if (naive_condition(p, p->rule[i].condition, a, meters) &&
		    naive_before(p, i, decides))
			decides = i;
	}
	*is_volatile = wavering != SHINRAI_POLICY_NONE &&
		       naive_before(p, wavering, steady);
	return decides;
}

/* Counts an access for one condition. */
static void naive_count(const struct shinrai_policy_condition *c,
			const struct shinrai_access *a, struct shinrai_meter *m)
{
	*m = naive_meter(c, m, a->wall_s);
	m->uses++;
	m->bytes += a->bytes;
	if (m->bytes < a->bytes)
		m->bytes = ~0ULL;
}

static void naive_charge(const struct shinrai_policy *p, const u32 *decides,
			 const struct shinrai_access *a,
			 struct shinrai_meter *meters)
{
	const struct shinrai_policy_condition *c = p->condition;
	u32 i, label;
	bool used;

	for (i = 0; i < p->head->conditions; i++, c++) {
		used = false;
		for (label = 0; label < SHINRAI_POLICY_LABELS; label++)
			used |= decides[label] != SHINRAI_POLICY_NONE &&
				p->rule[decides[label]].condition == i;
		if (used && (c->max_bytes != 0 || c->max_uses != 0))
			naive_count(c, a, &meters[c->meter]);
	}
}

/* As shinrai_policy_judge(). */
static void naive_judge(const struct shinrai_policy *p, u64 labels,
			const struct shinrai_access *a,
			struct shinrai_meter *meters, bool charge,
			struct shinrai_answer *out)
{
	u32 label, rule, decides[SHINRAI_POLICY_LABELS];
	bool known = a->action >= 1 && a->action <= 7, is_volatile;
	u8 verdict;

	*out = (struct shinrai_answer){ .verdict = SHINRAI_VERDICT_DENY,
					.rule = SHINRAI_POLICY_NONE };
	for (label = 0; label < SHINRAI_POLICY_LABELS; label++) {
		out->label = (u8)label;
		if (labels >> label & 1 && (!known || label >= p->head->labels))
			return;
	}
	out->verdict = labels ? 0 : SHINRAI_VERDICT_ALLOW;
	out->label = labels ? 0 : 0xff;
	for (label = 0; label < SHINRAI_POLICY_LABELS; label++) {
		decides[label] = SHINRAI_POLICY_NONE;
		if (!(labels >> label & 1))
			continue;
		rule = naive_label(p, label, a, meters, &is_volatile);
		decides[label] = rule;
		verdict = rule == SHINRAI_POLICY_NONE ?
				  p->label[label].otherwise[a->action] :
				  p->rule[rule].verdict;
		if (is_volatile)
			out->flags |= SHINRAI_ANSWER_VOLATILE;
		if (rule != SHINRAI_POLICY_NONE &&
		    p->rule[rule].flags == SHINRAI_RULE_NOTIFY)
			out->flags |= SHINRAI_ANSWER_NOTIFY;
		if (verdict <= out->verdict)
			continue;
		out->verdict = verdict;
		out->label = (u8)label;
		out->rule = rule;
	}
	if (charge && meters && out->verdict != SHINRAI_VERDICT_DENY)
		naive_charge(p, decides, a, meters);
}

#endif
