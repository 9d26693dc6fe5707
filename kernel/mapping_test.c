// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: what a change of protection makes executable. */
#include <kunit/test.h>

#include "pure.h"

#define CODE SHINRAI_GAINS_CODE
#define ANON SHINRAI_GAINS_ANON

static const struct {
	const char *mapping; /* f file, p private, s stored to */
	const char *from, *to;
	u32 gains;
	const char *why;
} changes[] = {
	{ "", "rw", "r", 0, "nothing becomes executable" },
	{ "", "rw", "rx", ANON, "anonymous memory" },
	{ "", "rw", "rwx", ANON, "anonymous memory, still writable" },
	{ "", "rx", "rx", 0, "anonymous memory, as it was" },
	{ "", "rx", "rwx", 0, "anonymous memory that was told of" },
	{ "", "", "x", ANON, "a reservation" },
	{ "fp", "r", "rw", 0, "a file is only data" },
	{ "fp", "r", "rx", CODE, "a file, clean" },
	{ "fp", "rw", "rx", CODE, "a file, clean, was writable" },
	{ "fps", "rw", "rx", CODE | ANON, "a file's private, stored pages" },
	{ "fps", "r", "rx", CODE | ANON, "stored to long ago" },
	{ "fp", "rw", "rwx", CODE | ANON, "stores can follow" },
	{ "fp", "r", "rwx", CODE | ANON, "stores can follow" },
	{ "fp", "rx", "rwx", ANON, "measured code may now be changed" },
	{ "fps", "rx", "rwx", ANON, "and again" },
	{ "fp", "rwx", "rwx", 0, "it was told of" },
	{ "fp", "rwx", "rx", 0, "less than before" },
	{ "fp", "rx", "rx", 0, "nothing changes" },
	{ "f", "r", "rx", CODE, "a shared mapping is the file" },
	{ "f", "rw", "rwx", CODE, "and what is stored, in the file" },
	{ "f", "rx", "rwx", 0, "whose writers are seen elsewhere" },
	{ "fs", "r", "rx", CODE, "a shared mapping has no pages of its own" },
};

static bool has(const char *set, char c)
{
	return strchr(set, c);
}

static void judge_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		const struct shinrai_change c = {
			.file = has(changes[i].mapping, 'f'),
			.private = has(changes[i].mapping, 'p'),
			.stored = has(changes[i].mapping, 's'),
			.was_exec = has(changes[i].from, 'x'),
			.was_write = has(changes[i].from, 'w'),
			.exec = has(changes[i].to, 'x'),
			.write = has(changes[i].to, 'w'),
		};

		KUNIT_EXPECT_EQ_MSG(test, changes[i].gains,
				    shinrai_mapping_judge(&c), "%s, %s to %s",
				    changes[i].why, changes[i].from,
				    changes[i].to);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(judge_test),
	{},
};

static struct kunit_suite suite = {
	.name = "shinrai_mapping",
	.test_cases = cases,
};

kunit_test_suite(suite);
MODULE_LICENSE("GPL");
