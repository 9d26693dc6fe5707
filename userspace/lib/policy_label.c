// SPDX-License-Identifier: MIT
/* Labels, what holds for them where no rule matches, and grants. */
#include <shinrai/hex.h>

#include "policy_parse.h"

typedef struct shinrai_policy_label label;

const u8 shinrai_pt_defaults[SHINRAI_ACTIONS] = {
	[SHINRAI_ACTION_READ] = SHINRAI_VERDICT_ALLOW,
	[SHINRAI_ACTION_WRITE] = SHINRAI_VERDICT_DENY,
	[SHINRAI_ACTION_SEND] = SHINRAI_VERDICT_DENY,
	[SHINRAI_ACTION_EXPORT] = SHINRAI_VERDICT_DENY,
	[SHINRAI_ACTION_DERIVE] = SHINRAI_VERDICT_ALLOW,
	[SHINRAI_ACTION_DELETE] = SHINRAI_VERDICT_ALLOW,
	[SHINRAI_ACTION_TRACE] = SHINRAI_VERDICT_DENY,
};

/* 8-4-4-4-12 hexadecimal digits */
static bool decode_uuid(const struct pt_token *token, u8 *uuid)
{
	char hex[2 * SHINRAI_UUID_SIZE];
	u32 i, n = 0;

	if (token->kind != PT_WORD || token->len != 36)
		return false;
	for (i = 0; i < 36; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (token->p[i] != '-')
				return false;
		} else {
			hex[n++] = token->p[i];
		}
	}
	return !shinrai_hex_decode(hex, sizeof(hex), uuid);
}

static int parse_uuid(struct pt *t, label *l)
{
	static const u8 none[SHINRAI_UUID_SIZE];
	const struct pt_token *token = pt_peek(t);
	const label *old = t->label.p;
	u32 i;

	if (!decode_uuid(token, l->uuid))
		return shinrai_pt_expected(t, "the label's UUID",
					   "make one: uuidgen");
	if (!memcmp(l->uuid, none, sizeof(none)))
		return shinrai_pt_fail(t, token, "make one: uuidgen",
				       "the nil UUID identifies nothing");
	for (i = 0; i < t->label.n; i++, old++) {
		if (!memcmp(l->uuid, old->uuid, sizeof(l->uuid)))
			return shinrai_pt_fail(
				t, token, "make another: uuidgen",
				"label '%s' (line %u) has this UUID",
				(const char *)t->string.p + old->name,
				old->line);
	}
	pt_take(t);
	return 0;
}

static int add_pattern(struct pt *t)
{
	struct shinrai_policy_pattern pattern = { .label = t->label.n };
	int ret = shinrai_pt_pattern(t, &pattern.text);

	if (!ret && !shinrai_pt_push(&t->pattern, &pattern, sizeof(pattern)))
		ret = -ENOMEM;
	return ret;
}

/* [path "PATTERN"...] */
static int parse_paths(struct pt *t)
{
	int ret = 0;

	if (pt_peek(t)->kind == PT_END)
		return 0;
	if (!shinrai_pt_accept(t, "path"))
		return shinrai_pt_expected(t, "'path' or the end of the line",
					   NULL);
	do {
		ret = add_pattern(t);
	} while (!ret && pt_peek(t)->kind == PT_STRING);
	return ret ? ret : shinrai_pt_end(t);
}

/**
 * shinrai_pt_label() - label NAME UUID [path "PATTERN"...]
 * @t: cursor, behind the first word
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_label(struct pt *t)
{
	const struct pt_token *token = pt_peek(t);
	u32 patterns = t->pattern.n, name;
	struct pt_name *n;
	label l = { .line = token->line };
	int ret;

	ret = shinrai_pt_define(t, "the label's name", &name);
	if (!ret && t->label.n == SHINRAI_POLICY_LABELS)
		ret = shinrai_pt_fail(t, token, NULL, "more than %d labels",
				      SHINRAI_POLICY_LABELS);
	if (!ret)
		ret = shinrai_pt_text(t, token, &l.name);
	if (!ret)
		ret = parse_uuid(t, &l);
	if (!ret)
		ret = parse_paths(t);
	if (ret) {
		t->pattern.n = patterns;
		return ret;
	}
	memcpy(l.otherwise, shinrai_pt_defaults, sizeof(l.otherwise));
	if (!shinrai_pt_push(&t->label, &l, sizeof(l)))
		return -ENOMEM;
	n = shinrai_pt_name(t, name);
	n->kind = PT_LABEL;
	n->index = t->label.n - 1;
	return 0;
}

static int set_default(struct pt *t, const struct pt_token *at, u8 *verdict,
		       u32 *line, u32 action, u32 value)
{
	if (*line)
		return shinrai_pt_fail(
			t, at, "remove one",
			"line %u says a default of '%s' already", *line,
			shinrai_pt_word_name(shinrai_pt_actions, action));
	*line = at->line;
	*verdict = (u8)value;
	return 0;
}

/* For one action. */
static int set_defaults(struct pt *t, const struct pt_token *at, u64 labels,
			bool all, u32 action, u32 verdict)
{
	label *l = t->label.p;
	int ret = 0;
	u32 i;

	if (all)
		return set_default(t, at, &t->every[action],
				   &t->every_line[action], action, verdict);
	for (i = 0; i < t->label.n && !ret; i++) {
		if (labels >> i & 1)
			ret = set_default(t, at, &l[i].otherwise[action],
					  &t->own_line[i][action], action,
					  verdict);
	}
	return ret;
}

/**
 * shinrai_pt_default() - default LABELS ACTION VERDICT[, ACTION VERDICT]...
 * @t: cursor, behind the first word
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_default(struct pt *t)
{
	const struct pt_token *at;
	u32 action, verdict;
	u64 labels;
	bool all;
	int ret;

	ret = shinrai_pt_labels(t, &labels, &all);
	while (!ret) {
		at = pt_peek(t);
		ret = shinrai_pt_take_word(t, shinrai_pt_actions, "an action",
					   &action);
		if (!ret)
			ret = shinrai_pt_take_word(t, shinrai_pt_verdicts,
						   "a verdict", &verdict);
		if (!ret)
			ret = set_defaults(t, at, labels, all, action, verdict);
		if (!ret && !shinrai_pt_accept_comma(t))
			return shinrai_pt_end(t);
	}
	return ret;
}

static int add_grant(struct pt *t, const struct pt_token *at, u32 group,
		     u32 label)
{
	const struct shinrai_policy_grant g = { label, group, at->line, 0 };

	if (t->grant.n == SHINRAI_POLICY_GRANTS)
		return shinrai_pt_fail(t, at, NULL, "more than %d grants",
				       SHINRAI_POLICY_GRANTS);
	return shinrai_pt_push(&t->grant, &g, sizeof(g)) ? 0 : -ENOMEM;
}

/**
 * shinrai_pt_grant() - grant program PROGRAM removes LABEL[, LABEL]...
 * @t: cursor, behind the first word
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_grant(struct pt *t)
{
	const struct pt_token *at;
	u32 group, i;
	u64 labels;
	bool all;
	int ret;

	if (!shinrai_pt_accept(t, "program"))
		return shinrai_pt_expected(
			t, "'program'",
			"such as grant program redact removes"
			" drawings");
	ret = shinrai_pt_program_group(t, &group);
	if (!ret && !shinrai_pt_accept(t, "removes"))
		ret = shinrai_pt_expected(t, "'removes'", NULL);
	at = pt_peek(t);
	if (!ret && shinrai_pt_is(at, "all"))
		return shinrai_pt_fail(t, at, "name each label",
				       "a grant is not for all labels");
	if (!ret)
		ret = shinrai_pt_labels(t, &labels, &all);
	if (!ret)
		ret = shinrai_pt_end(t);
	for (i = 0; i < SHINRAI_POLICY_LABELS && !ret; i++) {
		if (labels >> i & 1)
			ret = add_grant(t, at, group, i);
	}
	return ret;
}

/**
 * shinrai_pt_finish_labels() - where a label has no default of its own, that of all
 * @t: after the last statement
 */
void shinrai_pt_finish_labels(struct pt *t)
{
	label *l = t->label.p;
	u32 i, action;

	for (i = 0; i < t->label.n; i++, l++) {
		for (action = 1; action < SHINRAI_ACTIONS; action++) {
			if (t->every[action] && !t->own_line[i][action])
				l->otherwise[action] = t->every[action];
		}
	}
}
