// SPDX-License-Identifier: MIT
/* The IMA lists of devices, in the store: without a gap, bounded, gone with them. */
/* links: userspace/verifier/store_url.c userspace/verifier/store_sql.c userspace/verifier/store_postgres.c userspace/verifier/store_tables.c userspace/verifier/store_sqlite.c userspace/verifier/store_schema.c userspace/verifier/store_device.c userspace/verifier/store_enrol.c userspace/verifier/store_known.c userspace/verifier/store_ima.c userspace/verifier/device.c */
#include "testdata.h"

#include <sqlite3.h>

#include "../../userspace/verifier/store.h"
#include "store_place.h"

#define BIG (STORE_IMA_MAX / 4)

static struct store *store;
static u8 *big;

static s64 enrolled(const char *name)
{
	char empty[] = "";
	struct device_record r = { .name = (char *)(uintptr_t)name,
				   .url = empty,
				   .tls_name = empty,
				   .policy = empty,
				   .group = empty };

	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_add(store, &r), 0);
	assert_int_equal(store_commit(store), 0);
	return r.id;
}

static void add(s64 id, u64 at, const void *data, size_t len)
{
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_ima_add(store, id, at, data, len), 0);
	assert_int_equal(store_commit(store), 0);
}

static void check_bytes(s64 id, const void *data, size_t want)
{
	size_t len = 99;
	u8 *got;

	assert_int_equal(store_ima(store, id, &got, &len), 0);
	assert_int_equal(len, want);
	if (want)
		assert_memory_equal(got, data, len);
	free(got);
}

static void check(s64 id, const char *text)
{
	check_bytes(id, text, strlen(text));
}

static void test_pieces(void **state)
{
	s64 a = enrolled("a"), b = enrolled("b");

	(void)state;
	check(a, "");
	add(a, 0, "one", 3);
	add(a, 3, "two", 3);
	add(a, 6, "three", 5);
	check(a, "onetwothree");
	check(b, "");
	add(b, 0, "other", 5);
	/* All of it again, as of another boot. */
	add(a, 0, "four", 4);
	check(a, "four");
	check_bytes(b, "other", 5);
	assert_int_equal(store_ima_drop(store, a), 0);
	check(a, "");
	assert_int_equal(store_ima_drop(store, a), 0);
	check(b, "other");
	add(b, 5, "\0\xff", 2);
	check_bytes(b, "other\0\xff", 7);
	assert_int_equal(store_remove(store, b), 0);
	check(b, "");
}

/* What leaves a gap, or is there already, is no list with the rest. */
static void test_gaps(void **state)
{
	static const u64 at[] = { 1, 2, 4, 5, 1ull << 40, ~0ull };
	s64 id = enrolled("gaps");
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		add(id, 0, "one", 3);
		add(id, at[i], "two", 3);
		check(id, "");
		/* Nor does it begin in its middle. */
		add(id, at[i] + 3, "three", 5);
		check(id, "");
	}
}

static void raw(const char *sql)
{
	sqlite3 *db;

	if (!place_is_file()) {
		place_run(sql);
		return;
	}
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_bounded(void **state)
{
	s64 id = enrolled("long");
	u64 at;

	(void)state;
	for (at = 0; at < STORE_IMA_MAX; at += BIG)
		add(id, at, big + at, BIG);
	check_bytes(id, big, STORE_IMA_MAX);
	add(id, at, "x", 1);
	raw("DELETE FROM ima WHERE at = 67108864");
	check(id, "");
	add(id, at + 1, "x", 1);
	check(id, "");
	add(id, 0, big, BIG);
	check_bytes(id, big, BIG);
}

/* Many rows become one: where the others would be there is nothing. */
static void test_gathered(void **state)
{
	s64 id = enrolled("busy");
	u64 at;

	(void)state;
	for (at = 0; at < 3 * 1005; at += 3)
		add(id, at, big + at, 3);
	raw("DELETE FROM ima WHERE at > 0 AND at < 3000");
	check_bytes(id, big, 3 * 1005);
	add(id, at, big + at, 3);
	check_bytes(id, big, 3 * 1006);
}

/* Up to the first gap: who asks for it sees by its length that it is not all. */
static void test_spoilt(void **state)
{
	s64 id = enrolled("spoilt");

	(void)state;
	add(id, 0, "one", 3);
	add(id, 3, "two", 3);
	add(id, 6, "three", 5);
	raw("DELETE FROM ima WHERE at = 3");
	check(id, "one");
	raw("DELETE FROM ima WHERE at = 0");
	check(id, "");
	add(id, 0, "one", 3);
	add(id, 3, "two", 3);
	raw("UPDATE ima SET at = 2 WHERE at = 3");
	check(id, "one");
	raw("UPDATE ima SET at = 1125899906842624 WHERE at = 2");
	check(id, "");
}

/* Of an earlier version nothing is there: it is asked for when it is needed. */
static void test_older(void **state)
{
	char err[256];
	s64 id = enrolled("older");

	(void)state;
	if (!place_is_file())
		return;
	store_close(store);
	raw("DROP TABLE ima; PRAGMA user_version = 14");
	assert_int_equal(store_open(path, &store, err, sizeof(err)), 0);
	check(id, "");
	add(id, 3, "two", 3);
	check(id, "");
	add(id, 0, "one", 3);
	check(id, "one");
}

static int begin(void **state)
{
	char err[256];
	size_t i;

	(void)state;
	big = malloc(STORE_IMA_MAX);
	assert_non_null(big);
	for (i = 0; i < STORE_IMA_MAX; i++)
		big[i] = (u8)(i * 2654435761u >> 11);
	place_make();
	return store_open(path, &store, err, sizeof(err));
}

static int end(void **state)
{
	(void)state;
	store_close(store);
	free(big);
	return place_remove();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),	cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_bounded), cmocka_unit_test(test_gathered),
		cmocka_unit_test(test_spoilt),	cmocka_unit_test(test_older),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
