// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: windows and meters; the times are of "date -u". */
#include <kunit/test.h>

#include "decide_golden.h"

#define MON 1699833600ULL /* 2023-11-13 00:00:00 UTC */
#define AT(day, h, m, s) (MON + (day)*86400 + (h)*3600 + (m)*60 + (s))
#define HM(h, m) ((h)*60 + (m))
#define ALL SHINRAI_POLICY_DAYS
#define WORK 0x1f /* Monday to Friday */
#define ON(day) (1 << (day)) /* 0 is Monday */

static const struct {
	u16 from;
	u16 until;
	u8 days;
	u64 wall_s;
	bool open;
	const char *why;
} windows[] = {
	/* a part of the day */
	{ HM(8, 0), HM(17, 0), ALL, AT(0, 8, 0, 0), true, "its first second" },
	{ HM(8, 0), HM(17, 0), ALL, AT(0, 7, 59, 59), false, "one before" },
	{ HM(8, 0), HM(17, 0), ALL, AT(0, 16, 59, 59), true, "its last" },
	{ HM(8, 0), HM(17, 0), ALL, AT(0, 17, 0, 0), false, "one after" },
	{ HM(8, 0), HM(17, 0), ALL, AT(6, 12, 0, 0), true, "on a Sunday" },
	{ HM(8, 0), HM(17, 0), WORK, AT(4, 12, 0, 0), true, "on a Friday" },
	{ HM(8, 0), HM(17, 0), WORK, AT(5, 12, 0, 0), false, "a Saturday" },
	{ HM(8, 0), HM(17, 0), WORK, AT(6, 12, 0, 0), false, "a Sunday" },
	{ HM(8, 0), HM(17, 0), WORK, AT(7, 12, 0, 0), true, "next Monday" },
	{ HM(0, 0), HM(0, 1), ALL, AT(2, 0, 0, 59), true, "one minute" },
	{ HM(0, 0), HM(0, 1), ALL, AT(2, 0, 1, 0), false, "and it is over" },
	{ HM(23, 59), 0, ALL, AT(2, 23, 59, 59), true, "the last minute" },
	{ HM(23, 59), 0, ALL, AT(3, 0, 0, 0), false, "and it is over, too" },
	{ HM(23, 59), 0, ALL, AT(2, 23, 58, 59), false, "not yet" },
	/* over midnight */
	{ HM(22, 0), HM(6, 0), ALL, AT(1, 22, 0, 0), true, "its first" },
	{ HM(22, 0), HM(6, 0), ALL, AT(1, 21, 59, 59), false, "before" },
	{ HM(22, 0), HM(6, 0), ALL, AT(2, 0, 0, 0), true, "midnight" },
	{ HM(22, 0), HM(6, 0), ALL, AT(2, 5, 59, 59), true, "its last" },
	{ HM(22, 0), HM(6, 0), ALL, AT(2, 6, 0, 0), false, "after" },
	{ HM(22, 0), HM(6, 0), ON(4), AT(4, 23, 0, 0), true, "Friday night" },
	{ HM(22, 0), HM(6, 0), ON(4), AT(5, 3, 0, 0), true, "and its rest" },
	{ HM(22, 0), HM(6, 0), ON(4), AT(5, 23, 0, 0), false, "Saturday's" },
	{ HM(22, 0), HM(6, 0), ON(4), AT(4, 3, 0, 0), false, "Thursday's" },
	{ HM(22, 0), HM(6, 0), ON(6), AT(7, 3, 0, 0), true,
	  "the rest of Sunday's is on Monday" },
	{ HM(22, 0), HM(6, 0), ON(0), AT(0, 3, 0, 0), false,
	  "Monday's has no such rest before it" },
	{ HM(12, 1), HM(12, 0), ALL, AT(0, 12, 0, 30), false,
	  "all but one minute" },
	{ HM(12, 1), HM(12, 0), ALL, AT(0, 12, 1, 0), true, "the others" },
	{ HM(12, 1), HM(12, 0), ALL, AT(0, 11, 59, 59), true, "these, too" },
	/* whole days */
	{ 0, 0, ON(0), AT(0, 0, 0, 0), true, "Monday begins" },
	{ 0, 0, ON(0), AT(0, 23, 59, 59), true, "Monday ends" },
	{ 0, 0, ON(0), AT(1, 0, 0, 0), false, "Tuesday" },
	{ 0, 0, ON(0), AT(0, 0, 0, 0) - 1, false, "Sunday before" },
	{ 0, 0, ON(6), AT(6, 23, 59, 59), true, "Sunday ends" },
	{ 0, 0, ON(5) | ON(6), AT(5, 0, 0, 0), true, "the week ends" },
	{ 0, 0, ON(5) | ON(6), AT(4, 23, 59, 59), false, "but not yet" },
	/* other dates */
	{ 0, 0, ON(3), 0, true, "1970-01-01 was a Thursday" },
	{ 0, 0, ON(2), 0, false, "and no Wednesday" },
	{ HM(22, 0), HM(6, 0), ON(2), 0, true, "Wednesday's rest of 1970" },
	{ HM(12, 0), HM(12, 1), ON(1), 951825600, true,
	  "2000-02-29 12:00 was a Tuesday" },
	{ HM(23, 59), 0, ON(1), 1735689599, true,
	  "2024-12-31 23:59:59 was a Tuesday" },
	{ HM(3, 14), HM(3, 15), ON(1), 2147483648, true,
	  "2038-01-19 03:14:08 will be a Tuesday" },
	{ HM(6, 28), HM(6, 29), ON(6), 4294967296, true,
	  "2106-02-07 06:28:16 will be a Sunday" },
};

enum fate {
	END,
	TAKEN, /* and counted */
	REFUSED,
	SEEN, /* would be taken, is not counted */
};

/* One rule: allowed while there is room, else denied. */
static const struct {
	struct {
		u64 bytes;
		u64 uses;
		u32 per_s;
	} most;
	struct {
		u64 wall_s;
		u64 bytes;
		enum fate fate;
	} step[8];
	const char *why;
} limits[] = {
	{ { 0, 1, 0 }, { { 5, 9, TAKEN }, { 6, 9, REFUSED } }, "one use" },
	{ { 0, 2, 0 },
	  { { 5, 9, TAKEN }, { 5, 9, TAKEN }, { 5, 0, REFUSED } },
	  "two uses at one time" },
	{ { 0, 1, 0 },
	  { { 5, 9, SEEN }, { 5, 9, SEEN }, { 5, 9, TAKEN }, { 5, 9, REFUSED } },
	  "asking is not using" },
	{ { 0, 1, 0 },
	  { { 5, 9, TAKEN }, { ~0ULL, 9, REFUSED } },
	  "without a period never again" },
	{ { 100, 0, 0 },
	  { { 5, 100, TAKEN }, { 5, 1, REFUSED } },
	  "all bytes at once" },
	{ { 100, 0, 0 },
	  { { 5, 101, REFUSED }, { 5, 100, TAKEN } },
	  "more than there are, and then as many" },
	{ { 100, 0, 0 },
	  { { 5, 60, TAKEN }, { 5, 41, REFUSED }, { 5, 40, TAKEN } },
	  "what is left" },
	{ { 100, 0, 0 },
	  { { 5, 0, TAKEN }, { 5, 100, TAKEN }, { 5, 0, REFUSED } },
	  "unknown bytes while there are some left" },
	{ { 100, 0, 0 },
	  { { 5, ~0ULL, REFUSED }, { 5, 99, TAKEN }, { 5, ~0ULL, REFUSED } },
	  "a sum that would wrap" },
	{ { ~0ULL, 0, 0 },
	  { { 5, ~0ULL - 1, TAKEN }, { 5, 2, REFUSED }, { 5, 1, TAKEN } },
	  "the most bytes there are" },
	{ { ~0ULL, 0, 0 },
	  { { 5, ~0ULL, TAKEN }, { 5, 0, REFUSED } },
	  "at once" },
	{ { 100, 2, 0 },
	  { { 5, 1, TAKEN }, { 5, 1, TAKEN }, { 5, 1, REFUSED } },
	  "uses are spent before bytes" },
	{ { 100, 2, 0 },
	  { { 5, 100, TAKEN }, { 5, 1, REFUSED } },
	  "bytes are spent before uses" },
	{ { 0, 1, 60 },
	  { { 100, 0, TAKEN }, { 159, 0, REFUSED }, { 160, 0, TAKEN } },
	  "a period is over after its last second" },
	{ { 0, 1, 60 },
	  { { 100, 0, TAKEN },
	    { 160, 0, TAKEN },
	    { 219, 0, REFUSED },
	    { 220, 0, TAKEN } },
	  "the next begins with its first use" },
	{ { 0, 2, 60 },
	  { { 100, 0, TAKEN },
	    { 159, 0, TAKEN },
	    { 160, 0, TAKEN },
	    { 219, 0, TAKEN },
	    { 219, 0, REFUSED } },
	  "two in each" },
	{ { 0, 1, 60 },
	  { { 100, 0, TAKEN }, { 90, 0, REFUSED }, { 0, 0, REFUSED } },
	  "a clock set back gives nothing" },
	{ { 0, 1, 60 },
	  { { 100, 0, TAKEN },
	    { 30, 0, REFUSED },
	    { 91, 0, REFUSED },
	    { 160, 0, TAKEN } },
	  "nor a minute later, until it has caught up" },
	{ { 0, 2, 60 },
	  { { 100, 0, TAKEN },
	    { 30, 0, TAKEN },
	    { 159, 0, REFUSED },
	    { 160, 0, TAKEN } },
	  "what was left then is still there, and the period as it was" },
	{ { 0, 1, U32_MAX },
	  { { 5, 0, TAKEN },
	    { 5ULL + U32_MAX - 1, 0, REFUSED },
	    { 5ULL + U32_MAX, 0, TAKEN } },
	  "the longest period" },
	{ { 0, 1, U32_MAX },
	  { { ~0ULL, 0, TAKEN }, { ~0ULL, 0, REFUSED } },
	  "a period that would wrap" },
	{ { 0, 1, 60 },
	  { { 0, 0, TAKEN }, { 0, 0, REFUSED }, { 60, 0, TAKEN } },
	  "from the beginning of time" },
	{ { 100, 0, 1 },
	  { { 5, 100, TAKEN }, { 5, 1, REFUSED }, { 6, 100, TAKEN } },
	  "a rate in bytes" },
	{ { 100, 0, 1 },
	  { { 5, 101, REFUSED }, { 6, 101, REFUSED } },
	  "what never fits" },
};

static struct golden g;

static void windows_test(struct kunit *test)
{
	struct shinrai_access a = { .action = SEND };
	struct shinrai_policy_condition *c;
	struct shinrai_answer out;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(windows); i++) {
		golden_init(&g);
		golden_label(&g, ALLOW);
		c = golden_condition(&g, golden_rule(&g, DENY, 0));
		c->from = windows[i].from;
		c->until = windows[i].until;
		c->days = windows[i].days;
		KUNIT_ASSERT_EQ(test, 0, golden_load(&g));
		a.wall_s = windows[i].wall_s;
		shinrai_policy_judge(&g.p, 1, &a, NULL, false, &out);
		KUNIT_EXPECT_EQ_MSG(test, out.verdict == DENY, windows[i].open,
				    "%s", windows[i].why);
		KUNIT_EXPECT_EQ_MSG(test, out.flags, SHINRAI_ANSWER_VOLATILE,
				    "%s", windows[i].why);
	}
}

static void one_limit(struct kunit *test, size_t i)
{
	struct shinrai_access a = { .action = SEND };
	struct shinrai_meter meter = { 0 };
	struct shinrai_answer out;
	enum fate fate;
	size_t k;

	for (k = 0; k < 8 && limits[i].step[k].fate; k++) {
		fate = limits[i].step[k].fate;
		a.wall_s = limits[i].step[k].wall_s;
		a.bytes = limits[i].step[k].bytes;
		shinrai_policy_judge(&g.p, 1, &a, &meter, fate != SEEN, &out);
		KUNIT_EXPECT_EQ_MSG(test, out.verdict == ALLOW, fate != REFUSED,
				    "%s: step %zu", limits[i].why, k);
	}
}

static void limits_test(struct kunit *test)
{
	struct shinrai_policy_condition *c;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		golden_init(&g);
		golden_label(&g, DENY);
		c = golden_condition(&g, golden_rule(&g, ALLOW, 0));
		c->max_bytes = limits[i].most.bytes;
		c->max_uses = limits[i].most.uses;
		c->per_s = limits[i].most.per_s;
		KUNIT_ASSERT_EQ(test, 0, golden_load(&g));
		KUNIT_ASSERT_EQ(test, 1U, shinrai_policy_meters(&g.p));
		one_limit(test, i);
	}
}

/* Three rules of two labels each; the first two share a condition. */
static void shared(void)
{
	struct shinrai_policy_condition *c;
	struct shinrai_policy_rule *r;

	golden_init(&g);
	golden_label(&g, DENY);
	golden_label(&g, DENY);
	golden_label(&g, DENY);
	r = golden_rule(&g, ALLOW, 0);
	c = golden_condition(&g, r);
	c->max_uses = 3;
	golden_rule(&g, ALLOW, 1)->condition = r->condition;
	r = golden_rule(&g, AUDIT, EVERY);
	c = golden_condition(&g, r);
	c->max_uses = 2;
}

static const struct {
	u64 labels;
	u8 verdict;
	u64 uses[2]; /* of both meters, afterwards */
	const char *why;
} charges[] = {
	{ 7, AUDIT, { 0, 1 }, "one rule for three labels is one use" },
	{ 3, AUDIT, { 0, 2 }, "and another" },
	{ 3, ALLOW, { 1, 2 }, "two rules that share their counters" },
	{ 7, DENY, { 1, 2 }, "what is denied is not counted" },
	{ 1, ALLOW, { 2, 2 }, "one of the two" },
	{ 2, ALLOW, { 3, 2 }, "the other" },
	{ 2, DENY, { 3, 2 }, "nothing is left" },
	{ 0, ALLOW, { 3, 2 }, "nothing labelled uses nothing" },
};

static void charges_test(struct kunit *test)
{
	const struct shinrai_access a = { .action = SEND };
	struct shinrai_meter meters[2] = { { 0 } };
	struct shinrai_answer out;
	size_t i;

	shared();
	KUNIT_ASSERT_EQ(test, 0, golden_load(&g));
	KUNIT_ASSERT_EQ(test, 2U, shinrai_policy_meters(&g.p));
	for (i = 0; i < ARRAY_SIZE(charges); i++) {
		shinrai_policy_judge(&g.p, charges[i].labels, &a, meters, true,
				     &out);
		KUNIT_EXPECT_EQ_MSG(test, out.verdict, charges[i].verdict, "%s",
				    charges[i].why);
		KUNIT_EXPECT_EQ_MSG(test, meters[0].uses, charges[i].uses[0],
				    "%s", charges[i].why);
		KUNIT_EXPECT_EQ_MSG(test, meters[1].uses, charges[i].uses[1],
				    "%s", charges[i].why);
	}
	/* Without meters it is as if nothing had been used. */
	shinrai_policy_judge(&g.p, 7, &a, NULL, true, &out);
	KUNIT_EXPECT_EQ(test, out.verdict, AUDIT);
}

static struct kunit_case cases[] = { KUNIT_CASE(windows_test),
				     KUNIT_CASE(limits_test),
				     KUNIT_CASE(charges_test),
				     {} };

static struct kunit_suite suite = {
	.name = "shinrai_decide_limit",
	.test_cases = cases,
};

kunit_test_suite(suite);
