// SPDX-License-Identifier: MIT
/* What devices booted, in the store: the last of each, and gone with them. */
/* links: userspace/verifier/store_url.c userspace/verifier/store_sql.c userspace/verifier/store_sqlite.c userspace/verifier/store_schema.c userspace/verifier/store_postgres.c userspace/verifier/store_tables.c userspace/verifier/store_device.c userspace/verifier/store_enrol.c userspace/verifier/store_boot.c userspace/verifier/device.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../userspace/verifier/store.h"
#include "store_place.h"

static struct store *store;

static int setup(void **state)
{
	char err[256];

	(void)state;
	place_make();
	if (store_open(path, &store, err, sizeof(err)))
		fail_msg("%s", err);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_close(store);
	return place_remove();
}

static s64 enrolled(const char *name)
{
	char empty[] = "", group[] = DEVICE_GROUP;
	struct device_record r = { .name = (char *)(uintptr_t)name,
				   .url = empty,
				   .tls_name = empty,
				   .policy = empty,
				   .group = group };

	assert_int_equal(store_add(store, &r), 0);
	return r.id;
}

/* @text: NULL: there is none */
static void check(s64 id, s64 at, const char *text)
{
	char *said = NULL;
	s64 when = 0;

	assert_int_equal(store_boot(store, id, &when, &said),
			 text ? 0 : -ENOENT);
	assert_int_equal(when, text ? at : 0);
	if (text)
		assert_string_equal(said, text);
	free(said);
}

static void test_boot(void **state)
{
	s64 a, b;

	(void)state;
	assert_int_equal(store_begin(store), 0);
	a = enrolled("a");
	b = enrolled("b");
	check(a, 0, NULL);
	assert_int_equal(store_boot_drop(store, a), 0);
	assert_int_equal(store_boot_put(store, a, 1700000000001, "{\"a\":1}"),
			 0);
	assert_int_equal(store_boot_put(store, b, 2, "{\"b\":1}"), 0);
	assert_int_equal(store_boot_put(store, a, 3, "{\"a\":2}"), 0);
	assert_int_equal(store_commit(store), 0);
	check(a, 3, "{\"a\":2}");
	check(b, 2, "{\"b\":1}");
	assert_int_equal(store_boot_drop(store, b), 0);
	check(b, 0, NULL);
	check(a, 3, "{\"a\":2}");
	/* Of who is gone nothing is kept; its question may still be under way. */
	assert_int_equal(store_remove(store, a), 0);
	check(a, 0, NULL);
	assert_int_equal(store_boot_put(store, a, 4, "{}"), 0);
	check(a, 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
