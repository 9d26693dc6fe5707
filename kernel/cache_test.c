// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: when a mark holds, and what a digest just computed is worth. */
#include <kunit/test.h>

#include "pure.h"

#define UNCACHED SHINRAI_MARK_UNCACHED

static const struct {
	u64 stamp;
	struct shinrai_view view; /* version, size, counter, moved, writers */
	bool valid;
	const char *why;
} marks[] = {
	{ 8, { 7, 9, true, false, false }, true, "unchanged" },
	{ 1, { 0, 9, true, false, false }, true, "first version" },
	{ 0, { 7, 9, true, false, false }, false, "no mark" },
	{ 0, { ~0ULL, 9, true, false, false }, false, "wrapped" },
	{ 8, { 8, 9, true, false, false }, false, "changed" },
	{ 8, { 6, 9, true, false, false }, false, "set back" },
	{ SHINRAI_MARK_CLAIMED | 8,
	  { 7, 9, true, false, false },
	  false,
	  "claimed" },
	{ 8, { 7, 9, false, false, false }, false, "no counter any more" },
	{ UNCACHED | 1,
	  { 4, 9, false, false, false },
	  false,
	  "no counter, unchanged" },
	{ UNCACHED | 1,
	  { 4, 9, true, false, false },
	  false,
	  "no counter before" },
	{ 8, { 7, 9, true, false, true }, false, "writers" },
	{ 8, { 7, 9, true, true, false }, false, "maps another inode" },
};

static void valid_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(marks); i++)
		KUNIT_EXPECT_EQ_MSG(test, marks[i].valid,
				    shinrai_cache_valid(marks[i].stamp,
							&marks[i].view),
				    "%s", marks[i].why);
}

static const struct {
	struct shinrai_view before, after;
	enum shinrai_outcome outcome;
	const char *why;
} looks[] = {
	{ { 7, 9, true, false, false },
	  { 7, 9, true, false, false },
	  SHINRAI_CLEAN,
	  "nothing happened" },
	{ { 7, 9, true, false, false },
	  { 8, 9, true, false, false },
	  SHINRAI_CHANGED,
	  "written meanwhile" },
	{ { 7, 9, true, true, false },
	  { 7, 9, true, false, false },
	  SHINRAI_CHANGED,
	  "mapped another inode" },
	{ { 7, 9, true, false, false },
	  { 7, 9, true, true, false },
	  SHINRAI_CHANGED,
	  "copied up meanwhile" },
	{ { 7, 9, true, false, true },
	  { 7, 9, true, false, false },
	  SHINRAI_WRITERS,
	  "a writer was there" },
	{ { 7, 9, true, false, false },
	  { 7, 9, true, false, true },
	  SHINRAI_WRITERS,
	  "a writer has come" },
	{ { 7, 9, true, false, true },
	  { 8, 9, true, false, true },
	  SHINRAI_CHANGED,
	  "a change says more than a writer" },
	{ { 0, 9, false, false, false },
	  { 0, 9, false, false, false },
	  SHINRAI_UNCACHED,
	  "nobody counts" },
	{ { 3, 9, false, false, false },
	  { 4, 9, false, false, false },
	  SHINRAI_CHANGED,
	  "nobody counts, but its times tell" },
	{ { 0, 9, false, false, true },
	  { 0, 9, false, false, false },
	  SHINRAI_WRITERS,
	  "nobody counts, somebody writes" },
	{ { 7, 9, true, false, false },
	  { 7, 9, false, false, false },
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

/* The BPF fast path compares with (counter >> 1) + 1, at most 2^63. */
static void stamp_test(struct kunit *test)
{
	static const struct {
		u64 version;
		bool counter;
		u64 stamp;
	} table[] = {
		{ 41, true, 42 },
		{ ~0ULL >> 1, true, 1ULL << 63 },
		{ 0, false, UNCACHED },
		{ 4, false, UNCACHED | 1 },
		{ ~0ULL, false, ~0ULL >> 2 | UNCACHED },
	};
	struct shinrai_view v = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		v.version = table[i].version;
		v.counter = table[i].counter;
		KUNIT_EXPECT_EQ(test, shinrai_cache_stamp(&v), table[i].stamp);
		KUNIT_EXPECT_FALSE(
			test, shinrai_mark_is_claim(shinrai_cache_stamp(&v)));
		KUNIT_EXPECT_NE(test, shinrai_cache_stamp(&v), 0ULL);
	}
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
