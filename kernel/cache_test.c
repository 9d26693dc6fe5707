// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: when a mark holds, and what a digest just computed is worth. */
#include <kunit/test.h>

#include "pure.h"

#define BACKED SHINRAI_MARK_BACKED
#define UNCACHED SHINRAI_MARK_UNCACHED

static const struct {
	struct shinrai_mark mark;
	struct shinrai_view view;
	bool valid;
	const char *why;
} marks[] = {
	{ { 8, 5 }, { 7, 5, true, false, false }, true, "unchanged" },
	{ { 1, 5 }, { 0, 5, true, false, false }, true, "first version" },
	{ { 0, 5 }, { 7, 5, true, false, false }, false, "no mark" },
	{ { 0, 0 }, { ~0ULL, 0, true, false, false }, false, "wrapped" },
	{ { 8, 5 }, { 8, 5, true, false, false }, false, "changed" },
	{ { 8, 5 }, { 6, 5, true, false, false }, false, "set back" },
	{ { 8, 5 }, { 7, 6, true, false, false }, false, "other backing" },
	{ { 8, 5 }, { 7, 5, false, false, false }, false, "no counter" },
	{ { 7 | UNCACHED, 5 },
	  { 7, 5, false, false, false },
	  false,
	  "no counter, unchanged" },
	{ { 8, 5 }, { 7, 5, true, false, true }, false, "writers" },
	{ { 8, 5 }, { 7, 5, true, true, false }, false, "now overlay" },
	{ { 8 | BACKED, 5 }, { 7, 5, true, true, false }, true, "overlay" },
	{ { 8 | BACKED, 5 }, { 7, 5, true, false, false }, false, "was" },
	{ { 8 | BACKED, 5 }, { 7, 6, true, true, false }, false, "copied up" },
};

static void valid_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(marks); i++)
		KUNIT_EXPECT_EQ_MSG(test, marks[i].valid,
				    shinrai_cache_valid(&marks[i].mark,
							&marks[i].view),
				    "%s", marks[i].why);
}

static const struct {
	struct shinrai_view before, after;
	enum shinrai_outcome outcome;
	const char *why;
} looks[] = {
	{ { 7, 5, true, false, false },
	  { 7, 5, true, false, false },
	  SHINRAI_CLEAN,
	  "nothing happened" },
	{ { 7, 5, true, false, false },
	  { 8, 5, true, false, false },
	  SHINRAI_CHANGED,
	  "written meanwhile" },
	{ { 7, 5, true, true, false },
	  { 7, 6, true, true, false },
	  SHINRAI_CHANGED,
	  "copied up meanwhile" },
	{ { 7, 5, true, false, true },
	  { 7, 5, true, false, false },
	  SHINRAI_WRITERS,
	  "a writer was there" },
	{ { 7, 5, true, false, false },
	  { 7, 5, true, false, true },
	  SHINRAI_WRITERS,
	  "a writer has come" },
	{ { 7, 5, true, false, true },
	  { 8, 5, true, false, true },
	  SHINRAI_CHANGED,
	  "a change says more than a writer" },
	{ { 0, 5, false, false, false },
	  { 0, 5, false, false, false },
	  SHINRAI_UNCACHED,
	  "nobody counts" },
	{ { 3, 5, false, false, false },
	  { 4, 5, false, false, false },
	  SHINRAI_CHANGED,
	  "nobody counts, but its times tell" },
	{ { 0, 5, false, false, true },
	  { 0, 5, false, false, false },
	  SHINRAI_WRITERS,
	  "nobody counts, somebody writes" },
	{ { 7, 5, true, false, false },
	  { 7, 5, false, false, false },
	  SHINRAI_UNCACHED,
	  "remounted meanwhile" },
};

static void judge_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(looks); i++)
		KUNIT_EXPECT_EQ_MSG(test, looks[i].outcome,
				    shinrai_cache_judge(&looks[i].before,
							&looks[i].after),
				    "%s", looks[i].why);
}

/* The BPF fast path compares with (counter >> 1) + 1, below 2^63 + 1. */
static void stamp_test(struct kunit *test)
{
	struct shinrai_view v = { .version = 41, .counter = true };

	KUNIT_EXPECT_EQ(test, shinrai_cache_stamp(&v), 42ULL);
	v.overlay = true;
	KUNIT_EXPECT_GT(test, shinrai_cache_stamp(&v), 1ULL << 63);
	v.counter = false;
	v.version = ~0ULL;
	KUNIT_EXPECT_EQ(test, shinrai_cache_stamp(&v), ~0ULL);
	v.overlay = false;
	v.version = 0;
	KUNIT_EXPECT_EQ(test, shinrai_cache_stamp(&v), 1ULL << 62);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(valid_test),
	KUNIT_CASE(judge_test),
	KUNIT_CASE(stamp_test),
	{},
};

static struct kunit_suite suite = {
	.name = "shinrai_cache",
	.test_cases = cases,
};

kunit_test_suite(suite);
