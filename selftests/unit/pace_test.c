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
	struct device_pace p = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (pace_allows(&p, &three, table[i].now) != table[i].made)
			fail_msg("%lld: %s", (long long)table[i].now,
				 table[i].why);
		if (table[i].made)
			pace_told(&p, &three, table[i].now);
	}
}

static void test_owes(void **state)
{
	struct device_pace p = { 0 };

	(void)state;
	assert_false(pace_owes(&p));
	pace_hold(&p, true, 0, 10);
	pace_hold(&p, true, 0, 20);
	pace_hold(&p, false, 0, 30);
	assert_true(pace_owes(&p));
	assert_int_equal(p.changes, 2);
	assert_int_equal(p.since, 10);
	/* They are counted from the same place again: no sum. */
	pace_hold(&p, false, 4, 40);
	pace_hold(&p, false, 6, 50);
	assert_int_equal(p.accesses, 6);
	pace_rebooted(&p);
	pace_hold(&p, false, 1, 60);
	pace_rebooted(&p);
	assert_int_equal(p.accesses, 0);
	assert_int_equal(p.lost, 7);
	pace_told(&p, &three, 100);
	assert_false(pace_owes(&p));
	assert_int_equal(p.full, 1100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allows),
		cmocka_unit_test(test_owes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
