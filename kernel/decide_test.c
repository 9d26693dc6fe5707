// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: which of several rules, labels and owners decides; rows by hand. */
#include <kunit/test.h>

#include "decide_golden.h"

#define NOTIFY SHINRAI_ANSWER_NOTIFY
#define VOLATILE SHINRAI_ANSWER_VOLATILE
#define DEFAULT NONE

/* A rule's condition: none, a window that is open or not, a meter of one use. */
enum when { ALWAYS, OPEN, SHUT, ROOM, FULL };

#define R(verdict, label)                     \
	{                                     \
		verdict, label, ALWAYS, false \
	}
#define WHEN(verdict, label, when)          \
	{                                   \
		verdict, label, when, false \
	}
#define TELL(verdict, label)                 \
	{                                    \
		verdict, label, ALWAYS, true \
	}

/* Labels: 0 is allowed without a rule, 1 audited, 2 denied. */
static const struct {
	u64 labels;
	struct {
		u8 verdict;
		u8 label;
		enum when when;
		bool notify;
	} rule[4];
	struct {
		u8 verdict;
		u8 label;
		u32 rule;
		u8 flags;
	} gives;
	const char *why;
} ranks[] = {
	/* one label */
	{ 1, {}, { ALLOW, 0, DEFAULT, 0 }, "no rule, and a default" },
	{ 2, {}, { AUDIT, 1, DEFAULT, 0 }, "another default" },
	{ 4, {}, { DENY, 2, DEFAULT, 0 }, "and another" },
	{ 4,
	  { R(ALLOW, 2) },
	  { ALLOW, 2, 0, 0 },
	  "an allow beats a default deny" },
	{ 1, { R(DENY, 0) }, { DENY, 0, 0, 0 }, "a deny beats a default allow" },
	{ 4, { R(AUDIT, 2) }, { AUDIT, 2, 0, 0 }, "an audit beats it, too" },
	{ 4, { R(ALLOW, 1) }, { DENY, 2, DEFAULT, 0 }, "another label's rule" },
	{ 4, { R(ALLOW, EVERY) }, { ALLOW, 2, 0, 0 }, "every label's rule" },
	{ 1,
	  { R(ALLOW, 0), R(DENY, 0) },
	  { DENY, 0, 1, 0 },
	  "a deny that comes later beats an allow" },
	{ 1,
	  { R(DENY, 0), R(ALLOW, 0) },
	  { DENY, 0, 0, 0 },
	  "and one that comes first" },
	{ 1,
	  { R(ALLOW, 0), R(AUDIT, 0) },
	  { AUDIT, 0, 1, 0 },
	  "an audit beats an allow" },
	{ 1,
	  { R(AUDIT, 0), R(DENY, 0), R(ALLOW, 0) },
	  { DENY, 0, 1, 0 },
	  "a deny beats both" },
	{ 4,
	  { R(ALLOW, 2), R(ALLOW, 2) },
	  { ALLOW, 2, 0, 0 },
	  "of two allows the first" },
	{ 1,
	  { R(ALLOW, 0), R(DENY, 0), R(DENY, 0) },
	  { DENY, 0, 1, 0 },
	  "of two denies the first" },
	{ 4,
	  { R(AUDIT, EVERY), R(AUDIT, 2) },
	  { AUDIT, 2, 0, 0 },
	  "every label's rule, when it is the first" },
	{ 4,
	  { R(AUDIT, 2), R(AUDIT, EVERY) },
	  { AUDIT, 2, 0, 0 },
	  "the label's own, when that is" },
	{ 4,
	  { R(ALLOW, 2), R(DENY, EVERY) },
	  { DENY, 2, 1, 0 },
	  "every label's deny beats a label's allow" },
	{ 4,
	  { R(ALLOW, EVERY), R(DENY, 2) },
	  { DENY, 2, 1, 0 },
	  "a label's deny beats every label's allow" },
	/* several labels */
	{ 0, {}, { ALLOW, EVERY, DEFAULT, 0 }, "nothing labelled is allowed" },
	{ 0, { R(DENY, EVERY) }, { ALLOW, EVERY, DEFAULT, 0 }, "by no rule" },
	{ 3, {}, { AUDIT, 1, DEFAULT, 0 }, "the severer default" },
	{ 7, {}, { DENY, 2, DEFAULT, 0 }, "the severest default" },
	{ 5, { R(ALLOW, 0) }, { DENY, 2, DEFAULT, 0 }, "one owner's yes" },
	{ 7,
	  { R(ALLOW, EVERY) },
	  { ALLOW, 0, 0, 0 },
	  "all say yes: the lowest label is named" },
	{ 6,
	  { R(DENY, EVERY) },
	  { DENY, 1, 0, 0 },
	  "all say no: the lowest label is named" },
	{ 5,
	  { R(ALLOW, 2) },
	  { ALLOW, 0, DEFAULT, 0 },
	  "equal: the lower label's default is named" },
	{ 6,
	  { R(AUDIT, 2), R(ALLOW, 1) },
	  { AUDIT, 2, 0, 0 },
	  "the severer rule of the higher label" },
	{ 7,
	  { R(ALLOW, 2), R(DENY, 1) },
	  { DENY, 1, 1, 0 },
	  "one label's rule denies all" },
	{ 7,
	  { R(DENY, 2), R(DENY, 1), R(DENY, 0) },
	  { DENY, 0, 2, 0 },
	  "equal: the lowest label, not the first rule" },
	{ 6,
	  { R(ALLOW, EVERY), R(AUDIT, 2) },
	  { AUDIT, 2, 1, 0 },
	  "each label has its own best rule" },
	/* labels that are not there */
	{ 8, { R(ALLOW, EVERY) }, { DENY, 3, DEFAULT, 0 }, "an unknown label" },
	{ 0x28,
	  { R(ALLOW, EVERY) },
	  { DENY, 3, DEFAULT, 0 },
	  "the lower of two unknown" },
	{ 9,
	  { R(ALLOW, EVERY) },
	  { DENY, 3, DEFAULT, 0 },
	  "beside a known one" },
	{ 1ULL << 63,
	  { R(ALLOW, EVERY) },
	  { DENY, 63, DEFAULT, 0 },
	  "the highest bit" },
	/* notify */
	{ 4,
	  { TELL(ALLOW, 2) },
	  { ALLOW, 2, 0, NOTIFY },
	  "an allow that tells" },
	{ 4,
	  { TELL(ALLOW, 2), R(DENY, 2) },
	  { DENY, 2, 1, 0 },
	  "a rule that does not decide tells nothing" },
	{ 4,
	  { R(ALLOW, 2), TELL(ALLOW, 2) },
	  { ALLOW, 2, 0, 0 },
	  "nor does the second" },
	{ 6,
	  { TELL(ALLOW, 1), R(DENY, 2) },
	  { DENY, 2, 1, NOTIFY },
	  "what decides for another label tells" },
	/* conditions */
	{ 4,
	  { WHEN(ALLOW, 2, OPEN) },
	  { ALLOW, 2, 0, VOLATILE },
	  "allowed now, but not always" },
	{ 4,
	  { WHEN(ALLOW, 2, SHUT) },
	  { DENY, 2, DEFAULT, VOLATILE },
	  "denied now, but not always" },
	{ 1,
	  { WHEN(DENY, 0, SHUT) },
	  { ALLOW, 0, DEFAULT, VOLATILE },
	  "a deny to come" },
	{ 4,
	  { WHEN(ALLOW, 2, ROOM) },
	  { ALLOW, 2, 0, VOLATILE },
	  "room is left" },
	{ 4,
	  { WHEN(ALLOW, 2, FULL) },
	  { DENY, 2, DEFAULT, VOLATILE },
	  "no room is left" },
	{ 4,
	  { WHEN(ALLOW, 2, OPEN), R(DENY, 2) },
	  { DENY, 2, 1, 0 },
	  "a deny that holds always hides it" },
	{ 4,
	  { WHEN(ALLOW, 2, SHUT), R(ALLOW, 2) },
	  { ALLOW, 2, 1, VOLATILE },
	  "another rule will decide" },
	{ 4,
	  { R(ALLOW, 2), WHEN(ALLOW, 2, SHUT) },
	  { ALLOW, 2, 0, 0 },
	  "a later one of the same verdict never will" },
	{ 4,
	  { R(ALLOW, 2), WHEN(AUDIT, 2, SHUT) },
	  { ALLOW, 2, 0, VOLATILE },
	  "a later one of a higher verdict will" },
	{ 4,
	  { WHEN(AUDIT, 2, FULL), R(ALLOW, 2) },
	  { ALLOW, 2, 1, VOLATILE },
	  "audited until the meter is full" },
	{ 4,
	  { WHEN(ALLOW, 2, SHUT), WHEN(ALLOW, 2, OPEN) },
	  { ALLOW, 2, 1, VOLATILE },
	  "the window that is open" },
	{ 4,
	  { WHEN(DENY, 2, OPEN), R(DENY, 2) },
	  { DENY, 2, 0, VOLATILE },
	  "denied by another rule later" },
	{ 6,
	  { WHEN(ALLOW, 1, SHUT), R(DENY, 2) },
	  { DENY, 2, 1, VOLATILE },
	  "one label's answer may change" },
	{ 6,
	  { WHEN(ALLOW, EVERY, OPEN), R(DENY, 2), R(DENY, 1) },
	  { DENY, 1, 2, 0 },
	  "no label's answer may" },
};

static struct golden g;
static struct shinrai_meter meters[GOLDEN_RULES];

/* At noon; "shut" is the minute after midnight. */
#define NOON 43200

static void when_is(struct shinrai_policy_rule *r, enum when when)
{
	struct shinrai_policy_condition *c;

	if (when == ALWAYS)
		return;
	c = golden_condition(&g, r);
	if (when == OPEN || when == SHUT) {
		c->from = when == OPEN ? 720 : 0;
		c->until = c->from + 1;
		return;
	}
	c->max_uses = 2;
}

/* A meter that is full has had two uses, the other one. */
static void fill(u32 rule, enum when when)
{
	u32 condition = g.p.rule[rule].condition, meter;

	if (condition == NONE)
		return;
	meter = g.p.condition[condition].meter;
	if (meter != NONE)
		meters[meter].uses = when == FULL ? 2 : 1;
}

static void ranks_test(struct kunit *test)
{
	const struct shinrai_access a = { .action = SEND, .wall_s = NOON };
	struct shinrai_policy_rule *r;
	struct shinrai_answer out;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(ranks); i++) {
		golden_init(&g);
		golden_label(&g, ALLOW);
		golden_label(&g, AUDIT);
		golden_label(&g, DENY);
		for (k = 0; k < 4 && ranks[i].rule[k].verdict; k++) {
			r = golden_rule(&g, ranks[i].rule[k].verdict,
					ranks[i].rule[k].label);
			r->flags = ranks[i].rule[k].notify;
			when_is(r, ranks[i].rule[k].when);
		}
		KUNIT_ASSERT_EQ(test, 0, golden_load(&g));
		for (k = 0; k < g.t.rules; k++)
			fill((u32)k, ranks[i].rule[k].when);
		shinrai_policy_judge(&g.p, ranks[i].labels, &a, meters, false,
				     &out);
		KUNIT_EXPECT_EQ_MSG(test, out.verdict, ranks[i].gives.verdict,
				    "%s", ranks[i].why);
		KUNIT_EXPECT_EQ_MSG(test, out.label, ranks[i].gives.label, "%s",
				    ranks[i].why);
		KUNIT_EXPECT_EQ_MSG(test, out.rule, ranks[i].gives.rule, "%s",
				    ranks[i].why);
		KUNIT_EXPECT_EQ_MSG(test, out.flags, ranks[i].gives.flags, "%s",
				    ranks[i].why);
	}
}

static const struct {
	u8 action;
	u8 verdict;
	const char *why;
} actions[] = {
	{ 0, DENY, "no action" },
	{ SHINRAI_ACTION_READ, AUDIT, "the first: its default" },
	{ SHINRAI_ACTION_WRITE, ALLOW, "its default, another" },
	{ SHINRAI_ACTION_SEND, ALLOW, "a rule's" },
	{ SHINRAI_ACTION_EXPORT, DENY, "not the rule's of another action" },
	{ SHINRAI_ACTION_DERIVE, DENY, "nor this" },
	{ SHINRAI_ACTION_DELETE, AUDIT, "another rule's" },
	{ SHINRAI_ACTION_TRACE, DENY, "the last" },
	{ 8, DENY, "an action that there is not" },
	{ 255, DENY, "another" },
};

static void actions_test(struct kunit *test)
{
	struct shinrai_access a = { 0 };
	struct shinrai_answer out;
	size_t i;

	golden_init(&g);
	golden_label(&g, DENY);
	g.label[0].otherwise[SHINRAI_ACTION_READ] = AUDIT;
	g.label[0].otherwise[SHINRAI_ACTION_WRITE] = ALLOW;
	golden_rule(&g, ALLOW, EVERY);
	golden_rule(&g, AUDIT, 0)->action = SHINRAI_ACTION_DELETE;
	KUNIT_ASSERT_EQ(test, 0, golden_load(&g));
	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		a.action = actions[i].action;
		shinrai_policy_judge(&g.p, 1, &a, NULL, false, &out);
		KUNIT_EXPECT_EQ_MSG(test, out.verdict, actions[i].verdict, "%s",
				    actions[i].why);
	}
}

/* All 64 labels there can be, and the rule of the last. */
static void many_test(struct kunit *test)
{
	const struct shinrai_access a = { .action = SEND };
	struct shinrai_answer out;
	u32 i;

	golden_init(&g);
	for (i = 0; i < 64; i++)
		golden_label(&g, ALLOW);
	golden_rule(&g, DENY, 63);
	KUNIT_ASSERT_EQ(test, 0, golden_load(&g));
	shinrai_policy_judge(&g.p, ~0ULL, &a, NULL, false, &out);
	KUNIT_EXPECT_EQ(test, out.verdict, DENY);
	KUNIT_EXPECT_EQ(test, out.label, 63);
	shinrai_policy_judge(&g.p, ~0ULL >> 1, &a, NULL, false, &out);
	KUNIT_EXPECT_EQ(test, out.verdict, ALLOW);
	KUNIT_EXPECT_EQ(test, out.label, 0);
}

static const struct {
	u8 a, b;
	bool severer;
} answers[] = {
	{ ALLOW, ALLOW, false }, { ALLOW, AUDIT, true },  { ALLOW, DENY, true },
	{ AUDIT, ALLOW, false }, { AUDIT, AUDIT, false }, { AUDIT, DENY, true },
	{ DENY, ALLOW, false },	 { DENY, AUDIT, false },  { DENY, DENY, false },
};

static void severer_test(struct kunit *test)
{
	struct shinrai_answer a = { 0 }, b = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		a.verdict = answers[i].a;
		b.verdict = answers[i].b;
		KUNIT_EXPECT_EQ_MSG(test, shinrai_answer_severer(&a, &b),
				    answers[i].severer, "row %zu", i);
	}
}

/* Groups: 0 has programs 1 and 2, 1 has 2 and 3. */
static const struct {
	u8 program;
	u64 labels;
	const char *why;
} grants[] = {
	{ 1, 1 << 0 | 1 << 2, "of one group, two labels" },
	{ 2, 1 << 0 | 1 << 1 | 1 << 2, "of both groups" },
	{ 3, 1 << 1 | 1 << 2, "of the other" },
	{ 4, 0, "of none" },
	{ 0, 0, "a digest of zeroes" },
};

static void grants_test(struct kunit *test)
{
	static const u8 labels[] = { 0, 2, 1, 2 }, groups[] = { 0, 0, 1, 1 };
	static const u8 programs[] = { 1, 2, 2, 3 };
	u8 program[SHINRAI_DIGEST_SIZE];
	size_t i;

	golden_init(&g);
	for (i = 0; i < 3; i++)
		golden_label(&g, DENY);
	for (i = 0; i < 4; i++) {
		memset(g.digest[i], programs[i], SHINRAI_DIGEST_SIZE);
		g.grant[i].label = labels[i];
		g.grant[i].group = groups[i];
	}
	g.group[0].count = 2;
	g.group[1].first = 2;
	g.group[1].count = 2;
	g.t.digests = 4;
	g.t.groups = 2;
	g.t.grants = 4;
	KUNIT_ASSERT_EQ(test, 0, golden_load(&g));
	for (i = 0; i < ARRAY_SIZE(grants); i++) {
		memset(program, grants[i].program, sizeof(program));
		KUNIT_EXPECT_EQ_MSG(test, shinrai_policy_granted(&g.p, program),
				    grants[i].labels, "%s", grants[i].why);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(ranks_test),	 KUNIT_CASE(actions_test),
	KUNIT_CASE(many_test),	 KUNIT_CASE(severer_test),
	KUNIT_CASE(grants_test), {},
};

static struct kunit_suite suite = {
	.name = "shinrai_decide",
	.test_cases = cases,
};

kunit_test_suite(suite);
