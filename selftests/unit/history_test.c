// SPDX-License-Identifier: MIT
/* The states of a fleet over time, from a store that is made up here. */
/* links: userspace/verifier/history.c userspace/verifier/device.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../userspace/verifier/history.h"

#define HOUR (3600 * 1000ll)
#define NOW (1700000000000ll)
#define STEP (HOUR / HISTORY_STEPS) /* of an hour */
#define BEFORE_NOW(steps) (NOW - (s64)((steps)*STEP))

static u64 now_count[DEVICE_STATES];
static struct store_change change[32]; /* the newest first */
static unsigned int changes, repeated;

int store_states(struct store *s, u64 count[DEVICE_STATES])
{
	(void)s;
	memcpy(count, now_count, sizeof(now_count));
	return 0;
}

int store_history(struct store *s, unsigned int most,
		  int (*each)(void *arg, const struct store_change *c),
		  void *arg)
{
	unsigned int i;
	int ret;

	(void)s;
	for (i = 0; i < most && i < changes + repeated; i++) {
		ret = each(arg, &change[i < changes ? i : changes - 1]);
		if (ret)
			return ret;
	}
	return 0;
}

static void given(u64 trusted, u64 untrusted)
{
	memset(now_count, 0, sizeof(now_count));
	now_count[DEVICE_TRUSTED] = trusted;
	now_count[DEVICE_UNTRUSTED] = untrusted;
	changes = repeated = 0;
}

static void changed(s64 at, enum device_state before, enum device_state state)
{
	change[changes++] = (struct store_change){ .at = at,
						   .state = state,
						   .before = before };
}

static struct history read_hour(void)
{
	struct history h;

	assert_int_equal(history_read(NULL, NOW, 1, &h), 0);
	assert_int_equal(h.step, STEP);
	assert_int_equal(h.from, NOW - HOUR);
	return h;
}

static void nothing_changed(void **state)
{
	struct history h;
	unsigned int i;

	(void)state;
	given(5, 2);
	h = read_hour();
	assert_int_equal(h.known, 0);
	for (i = 0; i < HISTORY_STEPS; i++) {
		assert_int_equal(h.most[i][DEVICE_TRUSTED], 5);
		assert_int_equal(h.most[i][DEVICE_UNTRUSTED], 2);
		assert_int_equal(h.most[i][DEVICE_NEW], 0);
	}
}

static void a_short_fault_is_seen(void **state)
{
	struct history h;

	(void)state;
	given(3, 0);
	changed(BEFORE_NOW(9.5), DEVICE_UNTRUSTED, DEVICE_TRUSTED);
	changed(BEFORE_NOW(9.6), DEVICE_TRUSTED, DEVICE_UNTRUSTED);
	h = read_hour();
	assert_int_equal(h.most[85][DEVICE_UNTRUSTED], 0);
	assert_int_equal(h.most[86][DEVICE_UNTRUSTED], 1);
	assert_int_equal(h.most[87][DEVICE_UNTRUSTED], 0);
	assert_int_equal(h.most[86][DEVICE_TRUSTED], 3);
}

static void a_long_one_lasts(void **state)
{
	struct history h;

	(void)state;
	given(2, 1);
	changed(BEFORE_NOW(20.5), DEVICE_TRUSTED, DEVICE_UNTRUSTED);
	h = read_hour();
	assert_int_equal(h.most[74][DEVICE_UNTRUSTED], 0);
	assert_int_equal(h.most[75][DEVICE_UNTRUSTED], 1);
	assert_int_equal(h.most[95][DEVICE_UNTRUSTED], 1);
	assert_int_equal(h.most[74][DEVICE_TRUSTED], 3);
	assert_int_equal(h.most[76][DEVICE_TRUSTED], 2);
}

static void before_the_first_there_is_none(void **state)
{
	struct history h;

	(void)state;
	given(1, 0);
	changed(BEFORE_NOW(50.5), DEVICE_NEW, DEVICE_TRUSTED);
	change[0].first = true;
	h = read_hour();
	assert_int_equal(h.most[44][DEVICE_TRUSTED], 0);
	assert_int_equal(h.most[44][DEVICE_NEW], 0);
	assert_int_equal(h.most[45][DEVICE_TRUSTED], 1);
}

static void a_clock_that_was_set_back(void **state)
{
	struct history h;

	(void)state;
	given(1, 0);
	changed(BEFORE_NOW(50.5), DEVICE_UNTRUSTED, DEVICE_TRUSTED);
	changed(NOW + HOUR, DEVICE_TRUSTED, DEVICE_UNTRUSTED);
	h = read_hour();
	assert_int_equal(h.most[45][DEVICE_UNTRUSTED], 1);
	assert_int_equal(h.most[46][DEVICE_UNTRUSTED], 0);
	assert_int_equal(h.most[44][DEVICE_TRUSTED], 1);
}

static void too_long_ago_to_tell(void **state)
{
	json_t *j, *list;
	struct history h;

	(void)state;
	given(1, 0);
	changed(BEFORE_NOW(10.5), DEVICE_UNTRUSTED, DEVICE_TRUSTED);
	repeated = 1000000;
	h = read_hour();
	assert_int_equal(h.known, 86);
	j = history_json(&h);
	list = json_object_get(json_object_get(j, "states"), "trusted");
	assert_int_equal(json_array_size(list), HISTORY_STEPS);
	assert_true(json_is_null(json_array_get(list, 85)));
	assert_int_equal(json_integer_value(json_array_get(list, 86)), 1);
	json_decref(j);
	/* All of them just now: this step is what is known of it. */
	change[0].at = NOW - 1;
	h = read_hour();
	assert_int_equal(h.known, HISTORY_STEPS - 1);
}

static void what_is_older_does_not_count(void **state)
{
	struct history h;

	(void)state;
	given(1, 0);
	changed(NOW - HOUR - 1, DEVICE_UNTRUSTED, DEVICE_TRUSTED);
	h = read_hour();
	assert_int_equal(h.most[0][DEVICE_TRUSTED], 1);
	assert_int_equal(h.most[0][DEVICE_UNTRUSTED], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_changed),
		cmocka_unit_test(a_short_fault_is_seen),
		cmocka_unit_test(a_long_one_lasts),
		cmocka_unit_test(before_the_first_there_is_none),
		cmocka_unit_test(a_clock_that_was_set_back),
		cmocka_unit_test(too_long_ago_to_tell),
		cmocka_unit_test(what_is_older_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
