// SPDX-License-Identifier: MIT
/* What ran on devices, in the store: each once, in order, bounded, gone with them. */
/* links: userspace/verifier/store_url.c userspace/verifier/store_sql.c userspace/verifier/store_postgres.c userspace/verifier/store_tables.c userspace/verifier/store_sqlite.c userspace/verifier/store_schema.c userspace/verifier/store_device.c userspace/verifier/store_enrol.c userspace/verifier/store_known.c userspace/verifier/store_ima.c userspace/verifier/device.c */
#include "testdata.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../userspace/verifier/store.h"

static char path[] = "/tmp/store-XXXXXX";
static struct store *store;

static s64 enrolled(const char *name)
{
	char empty[] = "";
	struct device_record r = { .name = (char *)(uintptr_t)name,
				   .url = empty,
				   .tls_name = empty,
				   .policy = empty,
				   .group = empty };

	assert_int_equal(store_add(store, &r), 0);
	return r.id;
}

/* @n of them from @first on, each in the record of its number. */
static void keep(s64 id, u32 first, u32 n, u16 what, bool all)
{
	struct shinrai_facts f = { .seed = 0x9e3779b97f4a7c15 };
	struct shinrai_fact x = { .what = what };
	u32 i;

	for (i = first; i < first + n; i++) {
		memcpy(x.digest, &i, sizeof(i));
		x.record = i;
		snprintf(x.text, sizeof(x.text), "/bin/%u", i);
		assert_int_equal(shinrai_facts_add(&f, &x), 0);
	}
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_facts_add(store, id, &f, all), 0);
	assert_int_equal(store_commit(store), 0);
	shinrai_facts_free(&f);
}

static void check(s64 id, int ret, u32 n)
{
	struct shinrai_facts f = { 0 };
	char text[32];
	u32 i;

	assert_int_equal(store_facts(store, id, &f), ret);
	for (i = 0; !ret && i < f.n; i++) {
		snprintf(text, sizeof(text), "/bin/%llu",
			 (unsigned long long)f.v[i].record);
		assert_string_equal(f.v[i].text, text);
		assert_true(!i || f.v[i].record >= f.v[i - 1].record);
	}
	if (!ret)
		assert_int_equal(f.n, n);
	shinrai_facts_free(&f);
}

/* @n: of them; @memory: what goes along, "": nothing */
static void check_evidence(s64 id, int ret, u32 n, const char *memory)
{
	struct shinrai_facts f = { 0 };
	size_t len;
	u8 *got;

	assert_int_equal(store_evidence(store, id, &got, &len, &f), ret);
	assert_int_equal(len, strlen(memory));
	if (*memory)
		assert_memory_equal(got, memory, len);
	else
		assert_null(got);
	if (!ret)
		assert_int_equal(f.n, n);
	free(got);
	shinrai_facts_free(&f);
}

static void test_known(void **state)
{
	s64 a = enrolled("a"), b = enrolled("b");

	(void)state;
	check(a, 0, 0);
	keep(a, 90, 10, 1, false);
	keep(a, 95, 10, 1, false); /* five of them are known */
	check(a, 0, 15);
	keep(a, 104, 1, SHINRAI_FACT_ANON, false); /* the digest of another */
	check(a, 0, 16);
	check(b, 0, 0);
	keep(a, 200, 3, 1, true);
	check(a, 0, 3);
	keep(b, 0, 1, 1, false);
	keep(b, 0, 0, 1, true);
	check(b, 0, 0);
}

static void test_bounded(void **state)
{
	s64 id = enrolled("many");
	u32 i;

	(void)state;
	keep(id, 0, STORE_FACTS_MAX, 1, true);
	check(id, 0, STORE_FACTS_MAX);
	keep(id, 5, 1, 1, false);
	check(id, 0, STORE_FACTS_MAX);
	keep(id, STORE_FACTS_MAX, 1, 1, false);
	check(id, -ENOENT, 0);
	keep(id, 0, 9, 1, false);
	check(id, -ENOENT, 0); /* what came before is not there */
	keep(id, 0, 9, 1, true);
	check(id, 0, 9);
	/* Those that come again and again do not add up. */
	for (i = 0; i < 5; i++)
		keep(id, 0, STORE_FACTS_MAX, 1, false);
	check(id, 0, STORE_FACTS_MAX);
	keep(id, 0, STORE_FACTS_MAX + 1, 1, false);
	check(id, -ENOENT, 0);
	for (i = 0; i < 5; i++)
		keep(id, 0, STORE_FACTS_MAX, 1, false);
	check(id, -ENOENT, 0);
	for (i = 0; i < 5; i++)
		keep(id, i, STORE_FACTS_MAX, 1, !i);
	check(id, -ENOENT, 0);
	keep(id, 0, 9, 1, true);
	assert_int_equal(store_remove(store, id), 0);
	check(id, 0, 0);
}

static void raw(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* What is not ours is refused. */
static void test_spoilt(void **state)
{
	static const char *const how[] = {
		"packed = x'01'",
		"packed = x''",
		"packed = CAST(packed || x'00' AS BLOB)",
		"packed = substr(packed, 1, length(packed) - 1)",
		/* of the next version */
		"packed = CAST(x'53484e5246435402' || substr(packed, 9) AS BLOB)",
	};
	char sql[160];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(how); i++) {
		snprintf(sql, sizeof(sql), "s%zu", i);
		const s64 id = enrolled(sql);

		keep(id, 0, 1, 1, true);
		snprintf(sql, sizeof(sql),
			 "UPDATE facts SET %s WHERE device = %lld", how[i],
			 (long long)id);
		raw(sql);
		check(id, -EBADMSG, 0);
	}
}

/* Nor is it gathered with the rest: the log is asked for. */
static void test_gathered(void **state)
{
	s64 id = enrolled("gathered");

	(void)state;
	keep(id, 0, STORE_FACTS_MAX, 1, true);
	keep(id, 0, STORE_FACTS_MAX, 1, false);
	raw("UPDATE facts SET packed = x'01' WHERE n = 1 AND device ="
	    " (SELECT id FROM device WHERE name = 'gathered')");
	check(id, -EBADMSG, 0);
	keep(id, 0, 1, 1, false);
	check(id, -ENOENT, 0);
	keep(id, 0, 9, 1, true);
	check(id, 0, 9);
}

/* With it, of the same moment, what the device is remembered by. */
static void test_evidence(void **state)
{
	s64 id = enrolled("seen");

	(void)state;
	check_evidence(id, 0, 0, "");
	keep(id, 0, 9, 1, true);
	check_evidence(id, 0, 9, "");
	raw("UPDATE device SET memory = CAST('kept' AS BLOB)"
	    " WHERE name = 'seen'");
	check_evidence(id, 0, 9, "kept");
	keep(id, 9, 3, 1, false); /* in another row */
	check_evidence(id, 0, 12, "kept");
	keep(id, 0, 0, 1, true);
	check_evidence(id, 0, 0, "kept");
	keep(id, 0, STORE_FACTS_MAX, 1, true);
	keep(id, STORE_FACTS_MAX, 1, 1, false);
	check_evidence(id, -ENOENT, 0, "kept");
	keep(id, 0, STORE_FACTS_MAX + 1, 1, false);
	check_evidence(id, -ENOENT, 0, "kept");
	keep(id, 0, 1, 1, true);
	raw("UPDATE facts SET packed = x'01' WHERE device ="
	    " (SELECT id FROM device WHERE name = 'seen')");
	check_evidence(id, -EBADMSG, 0, "kept");
	assert_int_equal(store_remove(store, id), 0);
	check_evidence(id, -ENODEV, 0, "");
}

/* What an earlier version kept is not read: the log is asked for. */
static void test_older(void **state)
{
	s64 a = enrolled("older"), b = enrolled("empty");
	char err[256];

	(void)state;
	store_close(store);
	raw("DROP TABLE ima; DROP TABLE clock; DROP TABLE facts;"
	    "CREATE TABLE fact ("
	    " device INTEGER NOT NULL REFERENCES device(id) ON DELETE CASCADE,"
	    " what INTEGER NOT NULL, digest BLOB NOT NULL,"
	    " record INTEGER NOT NULL, text TEXT NOT NULL,"
	    " PRIMARY KEY (device, what, digest)) STRICT, WITHOUT ROWID;"
	    "INSERT INTO fact SELECT id, 1, zeroblob(32), 0, '/bin/a'"
	    " FROM device WHERE name = 'older';"
	    "INSERT INTO fact SELECT id, 2, zeroblob(32), 0, '/bin/a'"
	    " FROM device WHERE name = 'older';"
	    "PRAGMA user_version = 12");
	assert_int_equal(store_open(path, &store, err, sizeof(err)), 0);
	check(a, -ENOENT, 0);
	check(b, 0, 0);
	keep(a, 0, 1, 1, false);
	check(a, -ENOENT, 0);
	keep(a, 0, 1, 1, true);
	check(a, 0, 1);
}

static int begin(void **state)
{
	char err[256];

	(void)state;
	close(mkstemp(path));
	return store_open(path, &store, err, sizeof(err));
}

static int end(void **state)
{
	(void)state;
	store_close(store);
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_spoilt),
		cmocka_unit_test(test_gathered),
		cmocka_unit_test(test_evidence),
		cmocka_unit_test(test_older),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
