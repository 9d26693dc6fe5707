// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: rates of users, caps, and how often a repetition is told. */
#include <kunit/test.h>

#include "pure.h"

#define S 1000000000ULL

/* Ten a second, three at once. */
static const struct {
	u64 now;
	u64 wait;
	const char *why;
} takes[] = {
	{ 100 * S, 0, "the first" },
	{ 100 * S, 0, "the second at once" },
	{ 100 * S, 0, "the third at once" },
	{ 100 * S, S / 10, "the fourth must wait" },
	{ 100 * S + S / 20, S / 20, "and still" },
	{ 100 * S + S / 10, 0, "a tenth of a second later" },
	{ 100 * S + S / 10, S / 10, "but not twice" },
	{ 101 * S, 0, "the bucket is full again" },
	{ 101 * S, 0, "two" },
	{ 101 * S, 0, "three" },
	{ 101 * S, S / 10, "it holds no more than three" },
};

static void take_test(struct kunit *test)
{
	u64 tat = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(takes); i++)
		KUNIT_EXPECT_EQ_MSG(test, takes[i].wait,
				    shinrai_rate_take(&tat, takes[i].now, 10,
						      3),
				    "%s", takes[i].why);
}

static void report_test(struct kunit *test)
{
	u64 last = 0;

	KUNIT_EXPECT_TRUE(test, shinrai_rate_report(&last, 5));
	KUNIT_EXPECT_FALSE(test, shinrai_rate_report(&last, 6));
	KUNIT_EXPECT_FALSE(test, shinrai_rate_report(&last, S + 4));
	KUNIT_EXPECT_TRUE(test, shinrai_rate_report(&last, S + 5));
	KUNIT_EXPECT_FALSE(test, shinrai_rate_report(&last, S + 6));
}

static const struct {
	u64 used, more, max;
	bool admit;
} caps[] = {
	{ 0, 10, 10, true },	    { 1, 10, 10, false },
	{ 10, 0, 10, true },	    { 11, 0, 10, false },
	{ 5, ~0ULL, 10, false },    { ~0ULL, 5, 10, false },
	{ 5, ~0ULL, ~0ULL, false }, { 0, ~0ULL, ~0ULL, true },
};

static void cap_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(caps); i++)
		KUNIT_EXPECT_EQ_MSG(test, caps[i].admit,
				    shinrai_cap_admit(caps[i].used,
						      caps[i].more,
						      caps[i].max),
				    "row %zu", i);
}

static void share_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 700ULL,
			shinrai_cap_share(800, SHINRAI_SHARE_USER));
	KUNIT_EXPECT_EQ(test, 800ULL,
			shinrai_cap_share(800, SHINRAI_SHARE_ROOT));
	KUNIT_EXPECT_EQ(test, 800ULL + (1 << 20),
			shinrai_cap_share(800, SHINRAI_SHARE_MUST));
}

static void count_test(struct kunit *test)
{
	u32 told = 0;
	u64 n;

	for (n = 0; n <= 1 << 20; n++)
		told += shinrai_count_report(n);
	KUNIT_EXPECT_EQ(test, told, 6U); /* 1, 16, 256, ... 16^5 */
	KUNIT_EXPECT_TRUE(test, shinrai_count_report(1));
	KUNIT_EXPECT_FALSE(test, shinrai_count_report(2));
	KUNIT_EXPECT_TRUE(test, shinrai_count_report(16));
	KUNIT_EXPECT_FALSE(test, shinrai_count_report(32));
	KUNIT_EXPECT_FALSE(test, shinrai_count_report(0));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(take_test),	KUNIT_CASE(report_test), KUNIT_CASE(cap_test),
	KUNIT_CASE(share_test), KUNIT_CASE(count_test),	 {},
};

static struct kunit_suite suite = {
	.name = "shinrai_rate",
	.test_cases = cases,
};

kunit_test_suite(suite);
