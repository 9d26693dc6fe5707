// SPDX-License-Identifier: MIT
/* The verifier's log in its store, and a store of version 1 that becomes one of now. */
/* links: userspace/verifier/store_url.c userspace/verifier/store_sql.c userspace/verifier/store_sqlite.c userspace/verifier/store_schema.c userspace/verifier/store_postgres.c userspace/verifier/store_tables.c userspace/verifier/store_device.c userspace/verifier/store_enrol.c userspace/verifier/store_log.c userspace/verifier/store_hook.c userspace/verifier/device.c */
#include "testdata.h"

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "../../userspace/verifier/store_sql.h"
#include "store_place.h"

static struct store *store;
static char err[256];

static int setup(void **state)
{
	(void)state;
	place_make();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return place_remove();
}

static int remove_file(void **state)
{
	(void)state;
	store_close(store);
	store = NULL;
	place_clear();
	return 0;
}

static void again(void)
{
	store_close(store);
	store = NULL;
	if (store_open(path, &store, err, sizeof(err)))
		fail_msg("%s", err);
}

static void raw(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static int log_add(const char *text)
{
	return store_log_add(store, &(struct store_entry){ text, "" });
}

static void add(const char *text)
{
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(log_add(text), 0);
	assert_int_equal(store_commit(store), 0);
}

static int take_text(void *arg, const struct store_entry *e)
{
	strcat(strcat(strcat(arg, e->text), e->disclosures), ";");
	return 0;
}

static void check_root(u64 size, const char *hex)
{
	struct shinrai_log_head head;

	assert_int_equal(store_log_head(store, &head), 0);
	assert_int_equal(head.size, size);
	assert_int_equal(strlen(head.log), 32);
	testdata_same("root", head.root, sizeof(head.root),
		      testdata_unhex(hex));
}

/*
 * Roots by Python: h = lambda b: hashlib.sha256(b).digest(); of leaves h(b"\0a"),
 * ... and nodes h(b"\1" + left + right).
 */
#define ROOT_ABC \
	"36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1"

static void test_log(void **state)
{
	u8 a[SHINRAI_TREE_HASH], b[SHINRAI_TREE_HASH], ab[SHINRAI_TREE_HASH];
	char text[64] = "";
	struct shinrai_proof p;
	struct shinrai_log_head head;

	(void)state;
	again();
	check_root(0, "e3b0c44298fc1c149afbf4c8996fb924"
		      "27ae41e4649b934ca495991b7852b855");
	add("a");
	add("b");
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(log_add("x"), 0);
	assert_int_equal(log_add("y"), 0);
	store_rollback(store);
	add("c");
	again();
	check_root(3, ROOT_ABC);
	assert_int_equal(store_log_entries(store, 0, 9, take_text, text), 0);
	assert_string_equal(text, "a;b;c;");
	*text = '\0';
	assert_int_equal(store_log_entries(store, 1, 1, take_text, text), 0);
	assert_string_equal(text, "b;");
	assert_int_equal(store_log_head(store, &head), 0);
	shinrai_tree_leaf("a", 1, a);
	shinrai_tree_leaf("b", 1, b);
	shinrai_tree_node(a, b, ab);
	assert_int_equal(store_log_inclusion(store, 1, 3, &p), 0);
	assert_int_equal(shinrai_tree_check(b, 1, 3, (const u8(*)[32])p.hash,
					    p.len, head.root),
			 0);
	assert_int_equal(store_log_inclusion(store, 1, 2, &p), 0);
	assert_int_equal(p.len, 1);
	assert_memory_equal(p.hash[0], a, sizeof(a));
	assert_int_equal(store_log_consistency(store, 2, 3, &p), 0);
	assert_int_equal(shinrai_tree_consistent(2, ab, 3, head.root,
						 (const u8(*)[32])p.hash,
						 p.len),
			 0);
	assert_int_equal(store_log_inclusion(store, 3, 3, &p), -EINVAL);
	assert_int_equal(store_log_inclusion(store, 0, 4, &p), -ERANGE);
	assert_int_equal(store_log_consistency(store, 3, 2, &p), -EINVAL);
	assert_int_equal(store_log_consistency(store, 2, 4, &p), -ERANGE);
}

/* Whoever has the file can change it; it is noticed, and never built upon. */
static void test_damaged(void **state)
{
	sqlite3 *db;

	(void)state;
	if (!place_is_file())
		skip();
	again();
	add("a");
	store_close(store);
	store = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "DELETE FROM log_entry", NULL, NULL,
				      NULL),
			 SQLITE_CONSTRAINT);
	assert_int_equal(sqlite3_exec(db, "UPDATE log_entry SET text = 'b'",
				      NULL, NULL, NULL),
			 SQLITE_CONSTRAINT);
	assert_int_equal(sqlite3_exec(db,
				      "DROP TRIGGER log_entry_stays;"
				      "DELETE FROM log_entry",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
	again();
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(log_add("b"), -EBADMSG);
	store_rollback(store);
}

static int take_key(void *arg, const char *jwk)
{
	strcat(strcat(arg, jwk), ";");
	return 0;
}

static void test_keys(void **state)
{
	char text[64] = "";

	(void)state;
	again();
	assert_int_equal(store_key_add(store, "k1", "{1}", 5), 0);
	assert_int_equal(store_key_add(store, "k2", "{2}", 6), 0);
	assert_int_equal(store_key_add(store, "k1", "{3}", 7), 0);
	assert_int_equal(store_keys(store, take_key, text), 0);
	assert_string_equal(text, "{2};{1};");
}

static void begin_hook(const char *name, s64 from, u64 expected)
{
	u64 next;

	assert_int_equal(store_hook_begin(store, name, from), 0);
	assert_int_equal(store_hook_next(store, name, &next), 0);
	assert_int_equal(next, expected);
}

/* A place that is not committed is not gone from. */
static void test_hooks(void **state)
{
	u64 next;

	(void)state;
	again();
	add("a");
	add("b");
	assert_int_equal(store_hook_next(store, "new", &next), -ENOENT);
	begin_hook("new", STORE_HOOK_END, 2);
	add("c");
	begin_hook("new", STORE_HOOK_END, 2);
	begin_hook("newer", STORE_HOOK_END, 3);
	begin_hook("first", 0, 0);
	begin_hook("lost", 2, 2);
	begin_hook("last", 3, 3);
	begin_hook("late", 4, 3);
	assert_int_equal(store_hook_drop(store, "lost"), 0);
	assert_int_equal(store_hook_next(store, "lost", &next), -ENOENT);
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_hook_advance(store, "new", 3), 0);
	store_rollback(store);
	again();
	assert_int_equal(store_hook_next(store, "new", &next), 0);
	assert_int_equal(next, 2);
	assert_int_equal(store_hook_advance(store, "new", 3), 0);
	again();
	assert_int_equal(store_hook_next(store, "new", &next), 0);
	assert_int_equal(next, 3);
	/* What another verifier told it meanwhile it was told. */
	assert_int_equal(store_hook_advance(store, "new", 2), 0);
	assert_int_equal(store_hook_next(store, "new", &next), 0);
	assert_int_equal(next, 3);
}

/* As shinrai-verifier made it before there was a log; not to be changed. */
static const char version1[] =
	"CREATE TABLE device (id INTEGER PRIMARY KEY,"
	" name TEXT NOT NULL UNIQUE, url TEXT NOT NULL,"
	" tls_name TEXT NOT NULL, policy TEXT NOT NULL,"
	" ak_name BLOB NOT NULL, state INTEGER NOT NULL,"
	" since INTEGER NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL,"
	" judged INTEGER NOT NULL, good INTEGER NOT NULL, verdict TEXT,"
	" memory BLOB) STRICT;"
	"CREATE TABLE change (id INTEGER PRIMARY KEY,"
	" device INTEGER NOT NULL REFERENCES device(id) ON DELETE CASCADE,"
	" at INTEGER NOT NULL, state INTEGER NOT NULL, code TEXT NOT NULL,"
	" reason TEXT NOT NULL) STRICT;"
	"CREATE INDEX change_device ON change(device, id);"
	"INSERT INTO device VALUES (7, 'press1', 'https://192.0.2.1:8417/', '',"
	" 'plc', x'000b', 1, 5000, '', '', 6000, 6000, '{}', x'00');"
	"INSERT INTO change VALUES (1, 7, 5000, 1, '', '');"
	"PRAGMA application_id = 1397247570; PRAGMA user_version = 1";

static int take_device(void *arg, const struct device_record *r)
{
	assert_int_equal(r->id, 7);
	assert_string_equal(r->name, "press1");
	assert_string_equal(r->group, "default");
	assert_int_equal(r->standing.state, DEVICE_TRUSTED);
	assert_int_equal(r->judged, 6000);
	assert_null(r->verdict);
	assert_int_equal(r->memory_len, 1);
	++*(int *)arg;
	return 0;
}

static int take_change(void *arg, const struct device_standing *st)
{
	assert_int_equal(st->since, 5000);
	++*(int *)arg;
	return 0;
}

static void test_migration(void **state)
{
	int devices = 0, changes = 0;

	(void)state;
	if (!place_is_file())
		skip();
	raw(version1);
	again();
	assert_int_equal(store_devices(store, take_device, &devices), 0);
	assert_int_equal(store_changes(store, 7, 9, take_change, &changes), 0);
	assert_int_equal(devices, 1);
	assert_int_equal(changes, 1);
	check_root(0, "e3b0c44298fc1c149afbf4c8996fb924"
		      "27ae41e4649b934ca495991b7852b855");
	add("a");
	again();
	store_close(store);
	store = NULL;
	raw("PRAGMA user_version = 99");
	assert_int_equal(store_open(path, &store, err, sizeof(err)),
			 -EPROTONOSUPPORT);
	assert_non_null(strstr(err, "later shinrai-verifier (version 99"));
	raw("PRAGMA user_version = 1; PRAGMA application_id = 1");
	assert_int_equal(store_open(path, &store, err, sizeof(err)), -EBADMSG);
	store = NULL;
}

/* The same where the database is PostgreSQL. */
static void test_postgres(void **state)
{
	(void)state;
	if (place_is_file())
		skip();
	place_run("CREATE TABLE other (n BIGINT)");
	assert_int_equal(store_open(path, &store, err, sizeof(err)), -EBADMSG);
	assert_string_equal(err, "a database of something else");
	place_clear();
	again();
	add("a");
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(sql_run(store, "UPDATE log_entry SET text = 'b'"),
			 -EEXIST);
	assert_int_equal(store_commit(store), -EIO);
	store_rollback(store);
	assert_int_equal(sql_run(store, "DELETE FROM log_entry"), -EEXIST);
	assert_int_equal(sql_run(store, "TRUNCATE log_entry"), -EEXIST);
	assert_string_equal(store_error(store), "ERROR:  the log only grows");
	place_run("DROP TRIGGER log_entry_stays ON log_entry;"
		  "DELETE FROM log_entry");
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(log_add("b"), -EBADMSG);
	store_rollback(store);
	place_run("UPDATE shinrai_verifier SET version = 99");
	store_close(store);
	store = NULL;
	assert_int_equal(store_open(path, &store, err, sizeof(err)),
			 -EPROTONOSUPPORT);
	assert_non_null(strstr(err, "later shinrai-verifier (version 99"));
}

static const char others[] =
	"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
	" WHERE pid != pg_backend_pid() AND datname = current_database()"
	" AND backend_type = 'client backend'";

static void cut(void)
{
	PGconn *conn = PQconnectdb(path);
	PGresult *r = PQexec(conn, others);

	assert_string_equal(PQgetvalue(r, 0, 0), "1");
	PQclear(r);
	PQfinish(conn);
}

/* A connection that is cut takes with it what was under way, and nothing else. */
static void test_cut(void **state)
{
	char text[64] = "";

	(void)state;
	if (place_is_file())
		skip();
	again();
	add("a");
	cut();
	add("b");
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(log_add("x"), 0);
	cut();
	assert_int_equal(log_add("y"), -EIO);
	store_rollback(store);
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(log_add("z"), 0);
	cut();
	assert_int_equal(store_commit(store), -EIO);
	store_rollback(store);
	add("c");
	check_root(3, ROOT_ABC);
	assert_int_equal(store_log_entries(store, 0, 9, take_text, text), 0);
	assert_string_equal(text, "a;b;c;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_log, remove_file),
		cmocka_unit_test_teardown(test_damaged, remove_file),
		cmocka_unit_test_teardown(test_keys, remove_file),
		cmocka_unit_test_teardown(test_hooks, remove_file),
		cmocka_unit_test_teardown(test_migration, remove_file),
		cmocka_unit_test_teardown(test_postgres, remove_file),
		cmocka_unit_test_teardown(test_cut, remove_file),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
