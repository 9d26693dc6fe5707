// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Does a rule match an access?  Pure. */
#include "decide.h"

/* @ref's text is this one; a text of the access may hold any byte. */
static bool text_is(const struct shinrai_policy *p, u32 ref, const char *text,
		    u32 len)
{
	const char *own = p->string + ref;
	u32 i;

	if (!text)
		return false;
	for (i = 0; i < len; i++)
		if (own[i] != text[i] || !own[i])
			return false;
	return !own[len];
}

/* The cgroup @path, of @len bytes, is at or below that of @ref. */
static bool cgroup_below(const struct shinrai_policy *p, u32 ref,
			 const char *path, u32 len)
{
	const char *own = p->string + ref;
	u32 i;

	if (!path)
		return false;
	for (i = 0; own[i]; i++)
		if (i == len || own[i] != path[i])
			return false;
	return i == len || path[i] == '/' || i == 1;
}

static bool group_has(const struct shinrai_policy *p, u32 group,
		      const u8 *digest)
{
	const struct shinrai_policy_group *g = &p->group[group];
	u32 low = g->first, high = g->first + g->count, mid;
	int order;

	while (low < high) {
		mid = low + (high - low) / 2;
		order = memcmp(p->digest[mid], digest, SHINRAI_DIGEST_SIZE);
		if (!order)
			return true;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static bool subject_is(const struct shinrai_policy *p,
		       const struct shinrai_policy_rule *r,
		       const struct shinrai_access *a)
{
	switch (r->subject_kind) {
	case SHINRAI_SUBJECT_ANY:
		return true;
	case SHINRAI_SUBJECT_PROGRAM:
		return a->program && group_has(p, r->subject, a->program);
	case SHINRAI_SUBJECT_USER:
		return a->uid == r->subject;
	default:
		return cgroup_below(p, r->subject, a->cgroup, a->cgroup_len);
	}
}

static bool inet_is(const struct shinrai_policy_sink *s,
		    const struct shinrai_access *a)
{
	if (s->family && s->family != a->family)
		return false;
	if (s->proto && s->proto != a->proto)
		return false;
	if (a->port < s->port_first || a->port > s->port_last)
		return false;
	if ((shinrai_be64(a->addr) ^ shinrai_be64(s->addr)) &
	    shinrai_high_bits(s->prefix))
		return false;
	return s->prefix <= 64 ||
	       !((shinrai_be64(a->addr + 8) ^ shinrai_be64(s->addr + 8)) &
		 shinrai_high_bits(s->prefix - 64));
}

static bool media_is(const struct shinrai_policy *p,
		     const struct shinrai_policy_sink *s,
		     const struct shinrai_access *a)
{
	if (s->exact & SHINRAI_MEDIA_VENDOR && s->vendor != a->vendor)
		return false;
	if (s->exact & SHINRAI_MEDIA_PRODUCT && s->product != a->product)
		return false;
	return !(s->exact & SHINRAI_MEDIA_SERIAL) ||
	       text_is(p, s->text, a->text, a->text_len);
}

static bool sink_is(const struct shinrai_policy *p,
		    const struct shinrai_policy_sink *s,
		    const struct shinrai_access *a)
{
	if (s->kind != a->sink_kind)
		return false;
	switch (s->kind) {
	case SHINRAI_SINK_INET:
		return inet_is(s, a);
	case SHINRAI_SINK_MEDIA:
		return media_is(p, s, a);
	case SHINRAI_SINK_FILESYSTEM:
	case SHINRAI_SINK_LOCAL:
		return !s->text || text_is(p, s->text, a->text, a->text_len);
	default:
		return !s->proto || s->proto == a->proto;
	}
}

/**
 * shinrai_policy_fits() - does a rule match but for label and condition?
 * @p: a checked policy
 * @r: the rule, one of @p
 * @a: the access
 *
 * Return: true when action, subject and sink do.
 */
bool shinrai_policy_fits(const struct shinrai_policy *p,
			 const struct shinrai_policy_rule *r,
			 const struct shinrai_access *a)
{
	return r->action == a->action && subject_is(p, r, a) &&
	       (r->sink == SHINRAI_POLICY_NONE ||
		sink_is(p, &p->sink[r->sink], a));
}

/**
 * shinrai_policy_timed() - does a condition have a window?
 * @c: the condition
 *
 * Return: false when it holds on every day at every minute.
 */
bool shinrai_policy_timed(const struct shinrai_policy_condition *c)
{
	return c->from != c->until || c->days != SHINRAI_POLICY_DAYS;
}

/* The first of January 1970 was a Thursday. */
static bool in_window(const struct shinrai_policy_condition *c, u64 wall_s)
{
	const u32 minute = (u32)(wall_s / 60 % 1440);
	const u32 day = (u32)((wall_s / 86400 + 3) % 7);
	const bool today = c->days >> day & 1;
	const bool yesterday = c->days >> (day ? day - 1 : 6) & 1;

	if (c->from == c->until)
		return today;
	if (c->from < c->until)
		return today && minute >= c->from && minute < c->until;
	return (today && minute >= c->from) || (yesterday && minute < c->until);
}

/**
 * shinrai_meter_over() - is a meter's period over, or has it not begun?
 * @c: the condition that counts in it
 * @m: the meter
 * @wall_s: now
 *
 * Return: true when what it holds counts no more.
 */
bool shinrai_meter_over(const struct shinrai_policy_condition *c,
			const struct shinrai_meter *m, u64 wall_s)
{
	return !m->uses || (c->per_s && wall_s >= m->since_s &&
			    wall_s - m->since_s >= c->per_s);
}

static bool has_room(const struct shinrai_policy_condition *c,
		     const struct shinrai_meter *m,
		     const struct shinrai_access *a)
{
	static const struct shinrai_meter unused;

	if (!m || shinrai_meter_over(c, m, a->wall_s))
		m = &unused;
	if (c->max_uses && m->uses >= c->max_uses)
		return false;
	return !c->max_bytes ||
	       (m->bytes < c->max_bytes && a->bytes <= c->max_bytes - m->bytes);
}

/**
 * shinrai_policy_holds() - does a condition hold?
 * @p: a checked policy
 * @condition: its index, or NONE
 * @a: the access
 * @meters: as for shinrai_policy_judge()
 *
 * Return: true when the time is in its window and its meter has room.
 */
bool shinrai_policy_holds(const struct shinrai_policy *p, u32 condition,
			  const struct shinrai_access *a,
			  const struct shinrai_meter *meters)
{
	const struct shinrai_policy_condition *c;

	if (condition == SHINRAI_POLICY_NONE)
		return true;
	c = &p->condition[condition];
	if (shinrai_policy_timed(c) && !in_window(c, a->wall_s))
		return false;
	return c->meter == SHINRAI_POLICY_NONE ||
	       has_room(c, meters ? &meters[c->meter] : NULL, a);
}

/**
 * shinrai_policy_matches() - does a rule match an access?
 * @p: a checked policy
 * @rule: index of the rule
 * @label: index of the label that is judged
 * @a: the access
 * @meters: as for shinrai_policy_judge()
 *
 * Return: true when label, action, subject, sink and condition do.
 */
bool shinrai_policy_matches(const struct shinrai_policy *p, u32 rule, u8 label,
			    const struct shinrai_access *a,
			    const struct shinrai_meter *meters)
{
	const struct shinrai_policy_rule *r = &p->rule[rule];

	return (r->label == SHINRAI_POLICY_ANY_LABEL || r->label == label) &&
	       shinrai_policy_fits(p, r, a) &&
	       shinrai_policy_holds(p, r->condition, a, meters);
}

/**
 * shinrai_policy_granted() - labels that do not stick to a program
 * @p: a checked policy
 * @program: SHA-256 of the program
 *
 * Return: bits, by the label's index.
 */
u64 shinrai_policy_granted(const struct shinrai_policy *p,
			   const u8 program[SHINRAI_DIGEST_SIZE])
{
	const struct shinrai_policy_grant *g = p->grant;
	u64 labels = 0;
	u32 i;

	for (i = 0; i < p->head->grants; i++, g++)
		if (!(labels >> g->label & 1) &&
		    group_has(p, g->group, program))
			labels |= 1ULL << g->label;
	return labels;
}
