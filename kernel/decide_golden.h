/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* For tests: a small policy, made of what a row of a table says. */
#ifndef _SHINRAI_DECIDE_GOLDEN_H
#define _SHINRAI_DECIDE_GOLDEN_H

#include <shinrai/policy_build.h>

#define ALLOW SHINRAI_VERDICT_ALLOW
#define AUDIT SHINRAI_VERDICT_AUDIT
#define DENY SHINRAI_VERDICT_DENY
#define NONE SHINRAI_POLICY_NONE
#define EVERY SHINRAI_POLICY_ANY_LABEL
#define SEND SHINRAI_ACTION_SEND

#define GOLDEN_RULES 6
#define GOLDEN_SINKS 10
#define GOLDEN_LABELS 64

/* Rules of one action, any subject and sink; change what a test is about. */
struct golden {
	struct shinrai_policy_tables t;
	struct shinrai_policy_label label[GOLDEN_LABELS];
	struct shinrai_policy_pattern pattern[2];
	struct shinrai_policy_sink sink[GOLDEN_SINKS];
	struct shinrai_policy_condition condition[GOLDEN_RULES];
	struct shinrai_policy_rule rule[GOLDEN_RULES];
	struct shinrai_policy_group group[2];
	struct shinrai_policy_grant grant[4];
	u8 digest[8][SHINRAI_DIGEST_SIZE];
	char string[512];
	u64 blob[2048];
	struct shinrai_policy p; /* of the blob */
};

static inline u32 golden_text(struct golden *g, const char *text)
{
	const u32 at = g->t.strings;

	if (!text || !*text)
		return 0;
	memcpy(g->string + at, text, strlen(text) + 1);
	g->t.strings += (u32)strlen(text) + 1;
	return at;
}

static inline void golden_label(struct golden *g, u8 otherwise)
{
	struct shinrai_policy_label *l = &g->label[g->t.labels];

	l->uuid[0] = (u8)++g->t.labels;
	l->name = 1;
	memset(l->otherwise + 1, otherwise, SHINRAI_ACTIONS - 1);
}

static inline struct shinrai_policy_rule *golden_rule(struct golden *g,
						      u8 verdict, u8 label)
{
	struct shinrai_policy_rule *r = &g->rule[g->t.rules++];

	r->verdict = verdict;
	r->action = SEND;
	r->label = label;
	r->sink = NONE;
	r->condition = NONE;
	return r;
}

/* A condition of the rule: its index.  Every day, at every minute. */
static inline struct shinrai_policy_condition *
golden_condition(struct golden *g, struct shinrai_policy_rule *r)
{
	r->condition = g->t.conditions++;
	g->condition[r->condition].days = SHINRAI_POLICY_DAYS;
	return &g->condition[r->condition];
}

static inline void golden_init(struct golden *g)
{
	static const u8 key[SHINRAI_DIGEST_SIZE] = { 0x5e, 0xed };

	memset(g, 0, sizeof(*g));
	g->t.generation = 1;
	g->t.owner = key;
	g->t.source = key;
	g->t.name = "golden";
	g->t.label = g->label;
	g->t.group = g->group;
	g->t.digest = (const u8(*)[SHINRAI_DIGEST_SIZE])g->digest;
	g->t.pattern = g->pattern;
	g->t.sink = g->sink;
	g->t.condition = g->condition;
	g->t.grant = g->grant;
	g->t.rule = g->rule;
	g->t.string = g->string;
	g->t.strings = 1;
	golden_text(g, "label");
}

/* Return: of shinrai_policy_pack(). */
static inline int golden_load(struct golden *g)
{
	size_t len;
	int err;

	err = shinrai_policy_pack(&g->t, g->blob, sizeof(g->blob), &len);
	return err ? err : shinrai_policy_check(&g->p, g->blob, len);
}

#endif
