// SPDX-License-Identifier: MIT
/* How fast one device may make the log grow, against a table of moments. */
/* links: userspace/verifier/pace.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../userspace/verifier/pace.h"

static const struct pace_limit three = { .burst = 3, .interval = 1000 };

/* Each moment, whether an entry is made then, and why. */
static void test_allows(void **state)
{
	static const struct {
		s64 now;
		bool made;
		const char *why;
	} table[] = {
		{ 50000, true, "the first of three" },
		{ 50000, true, "the second" },
		{ 50100, true, "the third" },
		{ 50100, false, "there is none left" },
		{ 50999, false, "nor for a second from the first on" },
		{ 51000, true, "one came back" },
		{ 51001, false, "it was one" },
		{ 53000, true, "two came back: this is one" },
		{ 53000, true, "and this the other" },
		{ 53000, false, "no more" },
		{ 90000, true, "all are there again" },
		{ 90000, true, "three" },
		{ 90000, true, "of them" },
		{ 90000, false, "and no more, however long it was quiet" },
		{ 10000, true, "the clock was set back: there is one" },
		{ 10000, false, "and no other" },
		{ 10999, false, "for a second, not for 80" },
		{ 11000, true, "there it is" },
	};
	struct device_pace p = { 0 }, owed;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (pace_allows(&p, &three, table[i].now) != table[i].made)
			fail_msg("%lld: %s", (long long)table[i].now,
				 table[i].why);
		if (table[i].made)
			pace_take(&p, &three,
				  &(struct pace_news){ .now = table[i].now,
						       .changed = true },
				  &owed);
	}
}

static const u8 boots[][SHINRAI_BOOT_ID_SIZE] = { "boot A", "boot B" };

/* What questions brought, one after the other, and what becomes of each. */
static const struct {
	s64 now;
	bool changed, heavy;
	u64 accesses;
	int boot; /* -1: nothing was judged */
	enum pace_step step;
	u64 changes, held, lost; /* owed after that; of an entry: before it */
	const char *why;
} course[] = {
	{ 1000, 0, 0, 0, 0, PACE_QUIET, 0, 0, 0, "nothing new" },
	{ 1000, 1, 0, 0, 0, PACE_TELL, 0, 0, 0, "the only entry" },
	{ 1010, 1, 0, 0, 0, PACE_HOLD, 1, 0, 0, "a change that is held" },
	{ 1020, 1, 0, 4, 0, PACE_FORGET, 2, 4, 0, "another one, accesses" },
	{ 1030, 0, 0, 6, 0, PACE_FORGET, 2, 6, 0, "those again, and more" },
	{ 2000, 0, 0, 6, 0, PACE_TELL, 2, 6, 0, "an entry: they are in it" },
	{ 2010, 0, 0, 0, 0, PACE_QUIET, 0, 0, 0, "all is told" },
	{ 2020, 0, 0, 3, 0, PACE_FORGET, 0, 3, 0, "accesses of a boot" },
	{ 2030, 0, 0, 0, 1, PACE_HOLD, 0, 0, 3, "that ends: they are lost" },
	{ 2040, 0, 0, 2, 1, PACE_FORGET, 0, 2, 3, "others of the next one" },
	{ 2050, 0, 0, 2, 1, PACE_FORGET, 0, 2, 3, "the same again: no sum" },
	{ 2060, 1, 0, 0, -1, PACE_HOLD, 1, 2, 3, "it goes silent" },
	{ 3000, 0, 0, 0, -1, PACE_TELL, 1, 2, 3, "told, with what is held" },
	{ 3010, 0, 0, 0, -1, PACE_QUIET, 0, 2, 0, "which is held on" },
	{ 4000, 1, 0, 0, 0, PACE_TELL, 0, 0, 2, "a third boot: once" },
	{ 4010, 1, 0, 0, 1, PACE_HOLD, 1, 0, 0, "and no more" },
	{ 4020, 0, 1, 9, 1, PACE_HOLD, 1, 0, 9, "too much to ask for again" },
	{ 5000, 0, 0, 0, 1, PACE_TELL, 1, 0, 9, "which is counted" },
	{ 6000, 0, 0, 0, 1, PACE_QUIET, 0, 0, 0, "once" },
};

static void test_course(void **state)
{
	static const struct pace_limit one = { .burst = 1, .interval = 1000 };
	struct device_pace p = { 0 }, owed;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(course); i++) {
		const struct pace_news n = {
			.now = course[i].now,
			.changed = course[i].changed,
			.heavy = course[i].heavy,
			.accesses = course[i].accesses,
			.boot = course[i].boot < 0 ? NULL :
						     boots[course[i].boot],
		};
		const enum pace_step step = pace_take(&p, &one, &n, &owed);
		const struct device_pace *now = step == PACE_TELL ? &owed : &p;

		if (step != course[i].step ||
		    now->changes != course[i].changes ||
		    now->accesses != course[i].held ||
		    now->lost != course[i].lost)
			fail_msg("%s: step %d, owed %d, %d, %d", course[i].why,
				 step, (int)now->changes, (int)now->accesses,
				 (int)now->lost);
		assert_int_equal(pace_is_due(&p, &one, course[i].now + 5000),
				 p.changes || p.lost);
	}
}

/* Since when: of the first change that is not told, not of an access. */
static void test_since(void **state)
{
	static const struct pace_limit one = { .burst = 1, .interval = 1000 };
	struct device_pace p = { 0 }, owed;
	struct pace_news n = { .now = 10, .changed = true };
	static const s64 then[] = { 10, 20, 30, 40 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(then); i++) {
		n.now = then[i];
		n.changed = i != 1;
		n.accesses = i == 1;
		n.boot = boots[0];
		pace_take(&p, &one, &n, &owed);
	}
	assert_int_equal(p.changes, 2);
	assert_int_equal(p.since, 30);
	assert_int_equal(p.accesses, 1);
}

/* What earlier boots tell proves nothing of what was held: that is counted, it is not. */
static void test_past(void **state)
{
	static const struct pace_limit one = { .burst = 1, .interval = 1000 };
	static const struct {
		bool past, heavy;
		u64 accesses, held;
		enum pace_step step;
	} table[] = { { false, false, 0, 0, PACE_HOLD },
		      { true, false, 0, 0, PACE_FORGET },
		      { true, false, 4, 4, PACE_FORGET },
		      { true, true, 0, 0, PACE_FORGET },
		      { true, true, 4, 4, PACE_FORGET } };
	struct device_pace p, owed;
	struct pace_news n;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		memset(&p, 0, sizeof(p));
		n = (struct pace_news){ .now = 10, .changed = true };
		assert_int_equal(pace_take(&p, &one, &n, &owed), PACE_TELL);
		n = (struct pace_news){ .now = 20,
					.accesses = 3,
					.boot = boots[0] };
		assert_int_equal(pace_take(&p, &one, &n, &owed), PACE_FORGET);
		n = (struct pace_news){ .now = 30,
					.accesses = table[i].accesses,
					.past = table[i].past,
					.heavy = table[i].heavy,
					.boot = boots[1] };
		assert_int_equal(pace_take(&p, &one, &n, &owed), table[i].step);
		n.now = 5000;
		assert_int_equal(pace_take(&p, &one, &n, &owed), PACE_TELL);
		assert_int_equal(owed.lost, 3);
		assert_int_equal(owed.accesses, table[i].held);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allows),
		cmocka_unit_test(test_course),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
