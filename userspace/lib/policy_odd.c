// SPDX-License-Identifier: MIT
/* Rules that change nothing: said before, or denied whatever they say. */
#include "policy_parse.h"

typedef struct shinrai_policy_rule rule;

static const rule *rule_at(const struct pt *t, u32 index)
{
	return (const rule *)t->rule.p + index;
}

/* About the same accesses, whatever it says of them. */
static bool same_matter(const struct pt *t, u32 index, const void *key)
{
	const rule *a = rule_at(t, index), *b = key;

	return a->action == b->action && a->label == b->label &&
	       a->subject_kind == b->subject_kind && a->subject == b->subject &&
	       a->sink == b->sink;
}

static u32 matter_hash(const rule *r)
{
	const u32 key[] = { (u32)r->action << 16 | (u32)r->label << 8 |
				    r->subject_kind,
			    r->subject, r->sink };

	return shinrai_pt_hash_bytes(key, sizeof(key));
}

/**
 * shinrai_pt_said() - a statement is about to make rules
 * @t: state
 * @s: the statement
 *
 * Return: 0; -ENOMEM.
 */
int shinrai_pt_said(struct pt *t, const struct pt_rule *s)
{
	const struct pt_said said = { s->verb, t->rule.n, false };

	return shinrai_pt_push(&t->said, &said, sizeof(said)) ? 0 : -ENOMEM;
}

static struct pt_said *last_said(struct pt *t)
{
	return (struct pt_said *)t->said.p + t->said.n - 1;
}

/**
 * shinrai_pt_seen() - was this rule there before?
 * @t: state; the rule will be the next one
 * @s: its statement, which gets a warning when another says the same
 * @r: the rule
 * @again: out, whether the same statement made it already
 *
 * Return: 0; -ENOMEM.
 */
int shinrai_pt_seen(struct pt *t, const struct pt_rule *s, const rule *r,
		    bool *again)
{
	const u32 hash = matter_hash(r);
	const u32 at = shinrai_pt_find(t, &t->rules, hash, same_matter, r);
	const rule *old;

	*again = at != SHINRAI_POLICY_NONE && at >= last_said(t)->first;
	if (*again)
		return 0;
	if (r->verdict == SHINRAI_VERDICT_DENY &&
	    r->condition == SHINRAI_POLICY_NONE &&
	    shinrai_pt_insert(&t->denies, hash, t->rule.n))
		return -ENOMEM;
	if (at == SHINRAI_POLICY_NONE)
		return shinrai_pt_insert(&t->rules, hash, t->rule.n);
	old = rule_at(t, at);
	if (old->verdict != r->verdict || old->condition != r->condition ||
	    old->flags != r->flags || last_said(t)->told)
		return 0;
	last_said(t)->told = true;
	return shinrai_pt_warn(t, &s->verb, "remove one",
			       "line %u says the same", old->line);
}

/* A deny without a condition that is about all that @r is about. */
static u32 find_deny(const struct pt *t, const rule *r)
{
	u32 i, at;
	rule k;

	for (i = 0; i < 8; i++) {
		k = *r;
		if (i & 1)
			k.label = SHINRAI_POLICY_ANY_LABEL;
		if (i & 2) {
			k.subject_kind = SHINRAI_SUBJECT_ANY;
			k.subject = 0;
		}
		if (i & 4)
			k.sink = SHINRAI_POLICY_NONE;
		at = shinrai_pt_find(t, &t->denies, matter_hash(&k),
				     same_matter, &k);
		if (at != SHINRAI_POLICY_NONE)
			return at;
	}
	return SHINRAI_POLICY_NONE;
}

/* Of the rules from @first up to @end.  Return: a deny, if none escapes. */
static u32 all_denied(const struct pt *t, u32 first, u32 end)
{
	u32 deny = SHINRAI_POLICY_NONE;

	for (; first < end; first++) {
		if (rule_at(t, first)->verdict == SHINRAI_VERDICT_DENY)
			return SHINRAI_POLICY_NONE;
		deny = find_deny(t, rule_at(t, first));
		if (deny == SHINRAI_POLICY_NONE)
			break;
	}
	return deny;
}

/**
 * shinrai_pt_warn_denied() - statements that no access can ever feel
 * @t: after the last statement
 *
 * Return: 0; -ENOMEM.
 */
int shinrai_pt_warn_denied(struct pt *t)
{
	const struct pt_said *s = t->said.p;
	u32 i, end, deny;
	int ret = 0;

	for (i = 0; i < t->said.n && t->denies.n && !ret; i++, s++) {
		end = i + 1 < t->said.n ? s[1].first : t->rule.n;
		deny = all_denied(t, s->first, end);
		if (deny != SHINRAI_POLICY_NONE)
			ret = shinrai_pt_warn(t, &s->verb,
					      "a deny wins,"
					      " wherever it stands",
					      "line %u denies all of this",
					      rule_at(t, deny)->line);
	}
	return ret;
}
