// SPDX-License-Identifier: MIT
/* The verifier's store: what is kept is there again, whole or not at all. */
/* links: userspace/verifier/store_url.c userspace/verifier/store_sql.c userspace/verifier/store_sqlite.c userspace/verifier/store_schema.c userspace/verifier/store_postgres.c userspace/verifier/store_tables.c userspace/verifier/store_device.c userspace/verifier/store_enrol.c userspace/verifier/store_log.c userspace/verifier/device.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../userspace/verifier/store.h"
#include "store_place.h"

static struct store *store;

static void again(void)
{
	char err[256];

	store_close(store);
	store = NULL;
	if (store_open(path, &store, err, sizeof(err)))
		fail_msg("%s", err);
}

static int setup(void **state)
{
	(void)state;
	place_make();
	again();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_close(store);
	return place_remove();
}

static struct device_record device(const char *name)
{
	return (struct device_record){
		.name = (char *)(uintptr_t)name,
		.url = (char *)(uintptr_t) "https://192.0.2.1:8417/",
		.tls_name = (char *)(uintptr_t) "press.example",
		.policy = (char *)(uintptr_t) "plc",
		.group = (char *)(uintptr_t)DEVICE_GROUP,
		.ak_name = { 0, 0x0b, 0xff },
		.ak_name_len = 34,
		.standing.since = 1700000000123,
	};
}

struct found {
	unsigned int n;
	struct device_record r[4];
	struct device_standing st[4];
};

static u8 *copy(const u8 *data, size_t len)
{
	u8 *to = data ? malloc(len) : NULL;

	if (!data)
		return NULL;
	assert_non_null(to);
	memcpy(to, data, len);
	return to;
}

static int take(void *arg, const struct device_record *r)
{
	struct found *f = arg;
	struct device_record *to = &f->r[f->n++];

	*to = *r;
	to->name = strdup(r->name);
	to->url = strdup(r->url);
	to->tls_name = strdup(r->tls_name);
	to->policy = strdup(r->policy);
	to->group = strdup(r->group);
	to->verdict = copy(r->verdict, r->verdict_len);
	to->memory = copy(r->memory, r->memory_len);
	return 0;
}

static int take_change(void *arg, const struct device_standing *st)
{
	struct found *f = arg;

	f->st[f->n++] = *st;
	return f->n == 4;
}

static struct found all(void)
{
	struct found f = { 0 };

	assert_int_equal(store_devices(store, take, &f), 0);
	return f;
}

static void drop(struct found *f)
{
	while (f->n)
		device_record_free(&f->r[--f->n]);
}

static void test_devices(void **state)
{
	struct device_record a = device("a"), b = device("b"), c = device("a");
	struct found f;

	(void)state;
	assert_int_equal(store_add(store, &a), 0);
	assert_int_equal(store_add(store, &b), 0);
	assert_int_equal(store_add(store, &c), -EEXIST);
	assert_true(a.id && b.id && a.id != b.id && !c.id);
	again();
	f = all();
	assert_int_equal(f.n, 2);
	assert_string_equal(f.r[0].name, "a");
	assert_string_equal(f.r[1].url, b.url);
	assert_string_equal(f.r[1].tls_name, "press.example");
	assert_string_equal(f.r[1].policy, "plc");
	assert_string_equal(f.r[1].group, "default");
	assert_int_equal(f.r[1].ak_name_len, 34);
	assert_memory_equal(f.r[1].ak_name, b.ak_name, 34);
	assert_int_equal(f.r[1].standing.since, 1700000000123);
	assert_int_equal(f.r[1].standing.state, DEVICE_NEW);
	assert_null(f.r[1].verdict);
	assert_null(f.r[1].memory);
	drop(&f);
	assert_int_equal(store_remove(store, a.id), 0);
	f = all();
	assert_int_equal(f.n, 1);
	drop(&f);
	assert_int_equal(store_remove(store, b.id), 0);
	/* Ids are not given again: what comes late of one is of nobody. */
	assert_int_equal(store_add(store, &c), 0);
	assert_true(c.id > b.id);
	again();
	assert_int_equal(store_remove(store, c.id), 0);
	assert_int_equal(store_add(store, &a), 0);
	assert_true(a.id > c.id);
	assert_int_equal(store_remove(store, a.id), 0);
}

static void test_judged(void **state)
{
	struct device_record d = device("d");
	struct found f = { 0 };

	(void)state;
	assert_int_equal(store_add(store, &d), 0);
	device_stand(&d.standing, DEVICE_TRUSTED, "", "", 5000);
	d.judged = 5000;
	d.took = 700;
	d.good = 4000;
	d.verdict = (u8 *)(uintptr_t) "v\0w";
	d.verdict_len = 3;
	d.memory = (u8 *)(uintptr_t) "a\0b";
	d.memory_len = 3;
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_judged(store, &d), 0);
	assert_int_equal(store_changed(store, d.id, &d.standing), 0);
	assert_int_equal(store_commit(store), 0);
	device_stand(&d.standing, DEVICE_UNTRUSTED, "code-unknown", "why",
		     6000);
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_judged(store, &d), 0);
	store_rollback(store);
	assert_int_equal(store_changed(store, d.id, &d.standing), 0);
	again();
	f = all();
	assert_int_equal(f.n, 1);
	assert_int_equal(f.r[0].standing.state, DEVICE_TRUSTED);
	assert_int_equal(f.r[0].standing.since, 5000);
	assert_int_equal(f.r[0].judged, 5000);
	assert_int_equal(f.r[0].took, 700);
	assert_int_equal(f.r[0].good, 4000);
	assert_int_equal(f.r[0].verdict_len, 3);
	assert_memory_equal(f.r[0].verdict, "v\0w", 3);
	assert_int_equal(f.r[0].memory_len, 3);
	assert_memory_equal(f.r[0].memory, "a\0b", 3);
	drop(&f);
	assert_int_equal(store_changes(store, d.id, 9, take_change, &f), 0);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.st[0].state, DEVICE_UNTRUSTED);
	assert_string_equal(f.st[0].code, "code-unknown");
	assert_string_equal(f.st[0].reason, "why");
	assert_int_equal(f.st[1].since, 5000);
	f.n = 0;
	assert_int_equal(store_changes(store, d.id, 1, take_change, &f), 0);
	assert_int_equal(f.n, 1);
	/* What is told of who is gone is not kept, and its past is gone. */
	assert_int_equal(store_remove(store, d.id), 0);
	assert_int_equal(store_judged(store, &d), 0);
	assert_int_equal(store_changed(store, d.id, &d.standing), -EEXIST);
	f.n = 0;
	assert_int_equal(store_changes(store, d.id, 9, take_change, &f), 0);
	assert_int_equal(f.n, 0);
}

/* Moved, a device keeps its past, and what is not named. */
static void test_place(void **state)
{
	struct device_record d = device("m");
	static const struct {
		const char *policy, *group; /* NULL: is not named */
		const char *then[2];
	} t[] = {
		{ NULL, "line-4", { "plc", "line-4" } },
		{ "", NULL, { "", "line-4" } },
		{ "b", "line-5", { "b", "line-5" } },
	};
	struct device_record r;
	struct found f;
	size_t i;

	(void)state;
	assert_int_equal(store_add(store, &d), 0);
	d.judged = 7000;
	d.memory = (u8 *)(uintptr_t) "mem";
	d.memory_len = 3;
	assert_int_equal(store_judged(store, &d), 0);
	assert_int_equal(store_changed(store, d.id, &d.standing), 0);
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		r = (struct device_record){ .id = d.id };
		r.policy = t[i].policy ? strdup(t[i].policy) : NULL;
		r.group = t[i].group ? strdup(t[i].group) : NULL;
		assert_int_equal(store_place(store, &r), 0);
		assert_string_equal(r.policy, t[i].then[0]);
		assert_string_equal(r.group, t[i].then[1]);
		device_record_free(&r);
		again();
		f = all();
		assert_int_equal(f.n, 1);
		assert_string_equal(f.r[0].policy, t[i].then[0]);
		assert_string_equal(f.r[0].group, t[i].then[1]);
		assert_int_equal(f.r[0].judged, 7000);
		assert_memory_equal(f.r[0].memory, "mem", 3);
		drop(&f);
	}
	assert_int_equal(store_changes(store, d.id, 9, take_change, &f), 0);
	assert_int_equal(f.n, 1);
	assert_int_equal(store_remove(store, d.id), 0);
	r = (struct device_record){ .id = d.id };
	assert_int_equal(store_place(store, &r), -ENOENT);
}

/* What the log was not told yet is there again after a restart. */
static void test_paced(void **state)
{
	struct device_record d = device("p");
	struct found f = { 0 };

	(void)state;
	assert_int_equal(store_add(store, &d), 0);
	d.pace = (struct device_pace){ 1700000000123,	  2, 1690000000000, 4,
				       "0123456789abcde", 5 };
	assert_int_equal(store_paced(store, d.id, &d.pace), 0);
	again();
	f = all();
	assert_int_equal(f.n, 1);
	assert_memory_equal(&f.r[0].pace, &d.pace, sizeof(d.pace));
	drop(&f);
	assert_int_equal(store_remove(store, d.id), 0);
	assert_int_equal(store_paced(store, d.id, &d.pace), 0);
}

static int count_change(void *arg, const struct device_standing *st)
{
	u64 *n = arg;

	/* Of STORE_CHANGES_MAX + 2 the two oldest are gone. */
	assert_in_range(st->since, 3, STORE_CHANGES_MAX + 2);
	++*n;
	return 0;
}

static void test_changes_end(void **state)
{
	struct device_record d = device("t"), other = device("u");
	u64 n = 0;
	int i;

	(void)state;
	assert_int_equal(store_add(store, &d), 0);
	assert_int_equal(store_add(store, &other), 0);
	assert_int_equal(store_begin(store), 0);
	other.standing.since = 3;
	assert_int_equal(store_changed(store, other.id, &other.standing), 0);
	for (i = 1; i <= STORE_CHANGES_MAX + 2; i++) {
		d.standing.since = i;
		assert_int_equal(store_changed(store, d.id, &d.standing), 0);
	}
	assert_int_equal(store_commit(store), 0);
	assert_int_equal(store_changes(store, d.id, 2 * STORE_CHANGES_MAX,
				       count_change, &n),
			 0);
	assert_int_equal(n, STORE_CHANGES_MAX);
	assert_int_equal(store_changes(store, other.id, 9, count_change, &n),
			 0);
	assert_int_equal(n, STORE_CHANGES_MAX + 1);
	assert_int_equal(store_remove(store, d.id), 0);
	assert_int_equal(store_remove(store, other.id), 0);
}

static void test_stand(void **state)
{
	struct device_standing st = { 0 };

	(void)state;
	assert_true(device_stand(&st, DEVICE_UNTRUSTED, "a", "x", 1));
	assert_false(device_stand(&st, DEVICE_UNTRUSTED, "a", "y", 2));
	assert_string_equal(st.reason, "y");
	assert_true(device_stand(&st, DEVICE_UNTRUSTED, "b", "y", 3));
	assert_int_equal(st.since, 1);
	assert_true(device_stand(&st, DEVICE_TRUSTED, "", "", 4));
	assert_int_equal(st.since, 4);
}

/* "memory" stands for all that kept it from being judged again. */
static void test_stands_by(void **state)
{
	static const struct {
		enum device_state state;
		const char *code, *verdict, *worst, *why;
		bool by;
	} cases[] = {
		{ DEVICE_TRUSTED, "", "trusted", NULL, "trusted", true },
		{ DEVICE_UNTRUSTED, "code-unknown", "untrusted", "code-unknown",
		  "untrusted, and why", true },
		{ DEVICE_UNKNOWN, "ak-unpinned", "unknown", "ak-unpinned",
		  "unknown, and why", true },
		{ DEVICE_UNKNOWN, "memory", "trusted", NULL, "not judged since",
		  false },
		{ DEVICE_UNKNOWN, "memory", "unknown", "ak-unpinned",
		  "unknown, but not for what it was", false },
		{ DEVICE_UNTRUSTED, "code-unknown", "untrusted", "log-gap",
		  "likewise", false },
		{ DEVICE_UNREACHABLE, "no-answer", "trusted", NULL,
		  "unreachable", false },
		{ DEVICE_NEW, "", "trusted", NULL, "enrolled anew", false },
		{ DEVICE_NEW, "", NULL, NULL, "no verdict", false },
	};
	struct device_standing st = { 0 };
	json_t *verdict;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		device_stand(&st, cases[i].state, cases[i].code, "", 1);
		verdict = cases[i].worst ?
				  json_pack("{s:s, s:[{s:s}, {s:s}]}",
					    "verdict", cases[i].verdict,
					    "reasons", "code", cases[i].worst,
					    "code", "memory") :
				  json_pack("{s:s*, s:[]}", "verdict",
					    cases[i].verdict, "reasons");
		if (device_stands_by(&st, verdict) != cases[i].by)
			fail_msg("%s", cases[i].why);
		json_decref(verdict);
	}
	assert_false(device_stands_by(&st, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_judged),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_paced),
		cmocka_unit_test(test_changes_end),
		cmocka_unit_test(test_stand),
		cmocka_unit_test(test_stands_by),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
