// SPDX-License-Identifier: MIT
/* What is said of times that were counted by classes. */
/* links: userspace/verifier/histogram.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../userspace/verifier/histogram.h"

#define NONE -1 /* JSON null */

static void test_quantiles(void **state)
{
	static const struct {
		const char *why;
		unsigned int fast, slow; /* how many took 3 ms, and 31 s */
		int p50, p99;
	} cases[] = {
		{ "none took any time", 0, 0, 0, 0 },
		{ "all are in a class", 100, 0, 5, 5 },
		{ "one of 100 may be slow", 99, 1, 5, 5 },
		{ "two may not", 98, 2, 5, NONE },
		{ "half of them", 1, 1, 5, NONE },
		{ "all are above all bounds", 0, 1, NONE, NONE },
	};
	struct histogram h;
	json_t *p50, *p99;
	unsigned int n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		h = (struct histogram){ 0 };
		for (n = 0; n < cases[i].fast; n++)
			histogram_add(&h, 3000);
		for (n = 0; n < cases[i].slow; n++)
			histogram_add(&h, 31000000);
		p50 = histogram_ms(&h, 500);
		p99 = histogram_ms(&h, 990);
		if ((json_is_null(p50) ? NONE : json_integer_value(p50)) !=
			    cases[i].p50 ||
		    (json_is_null(p99) ? NONE : json_integer_value(p99)) !=
			    cases[i].p99)
			fail_msg("%s", cases[i].why);
		json_decref(p50);
		json_decref(p99);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quantiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
