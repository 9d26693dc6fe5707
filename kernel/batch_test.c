// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: when pending events become a record, and which share one. */
#include <kunit/test.h>

#include "pure.h"

#define MS 1000000ULL

static const struct {
	struct shinrai_batch batch;
	u64 wait;
	const char *why;
} waits[] = {
	{ { 0, false, 0, 50 * MS }, SHINRAI_BATCH_NEVER, "nothing to do" },
	{ { 0, true, 0, 50 * MS }, SHINRAI_BATCH_NEVER, "nothing, urgently" },
	{ { 1, true, 50 * MS, 50 * MS }, 0, "synchronous" },
	{ { 1, false, 50 * MS, 50 * MS }, 80 * MS, "just arrived" },
	{ { 1, false, 50 * MS, 129 * MS }, 1 * MS, "nearly due" },
	{ { 1, false, 50 * MS, 130 * MS }, 0, "due" },
	{ { 1, false, 50 * MS, 900 * MS }, 0, "overdue" },
	{ { 255, false, 50 * MS, 51 * MS }, 79 * MS, "one below the limit" },
	{ { 256, false, 50 * MS, 51 * MS }, 0, "at the limit" },
	{ { 1, false, 50 * MS, 49 * MS }, 0, "clock stepped back" },
};

static void wait_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(waits); i++)
		KUNIT_EXPECT_EQ_MSG(test, waits[i].wait,
				    shinrai_batch_wait(&waits[i].batch), "%s",
				    waits[i].why);
}

static void window_test(struct kunit *test)
{
	KUNIT_EXPECT_LT(test, SHINRAI_BATCH_HOLD_NS, SHINRAI_BATCH_MS * MS);
}

static const struct {
	u8 record;
	u32 events;
	u64 bytes, more;
	bool joins;
	const char *why;
} joins[] = {
	{ SHINRAI_RECORD_START, 0, 600, 900, true, "START" },
	{ SHINRAI_RECORD_START, 1, 600, 10, false, "START stands alone" },
	{ SHINRAI_RECORD_CHECKPOINT, 1, 600, 10, false, "so does CHECKPOINT" },
	{ SHINRAI_RECORD_ARM, 1, 600, 200, true, "RUNNING joins ARM" },
	{ SHINRAI_RECORD_ARM, 1023, 600, 200, true, "the last one" },
	{ SHINRAI_RECORD_ARM, 1024, 600, 200, false, "ARM is full" },
	{ SHINRAI_RECORD_EVENTS, 255, 600, 200, true, "the last event" },
	{ SHINRAI_RECORD_EVENTS, 256, 600, 200, false, "one too many" },
	{ SHINRAI_RECORD_EVENTS, 1, 1 << 20, 0, true, "exactly 1 MiB" },
	{ SHINRAI_RECORD_EVENTS, 1, (1 << 20) - 9, 10, false, "too long" },
	{ SHINRAI_RECORD_EVENTS, 1, ~0ULL, 10, false, "no overflow" },
	{ SHINRAI_RECORD_EVENTS, 1, 10, ~0ULL, false, "nor this way" },
};

static void joins_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(joins); i++)
		KUNIT_EXPECT_EQ_MSG(
			test, joins[i].joins,
			shinrai_batch_joins(joins[i].record, joins[i].events,
					    joins[i].bytes, joins[i].more),
			"%s", joins[i].why);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(wait_test),
	KUNIT_CASE(window_test),
	KUNIT_CASE(joins_test),
	{},
};

static struct kunit_suite suite = {
	.name = "shinrai_batch",
	.test_cases = cases,
};

kunit_test_suite(suite);
