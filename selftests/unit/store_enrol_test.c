// SPDX-License-Identifier: MIT
/* The verifier's store: a name is that of one TPM, a TPM has one name. */
/* links: userspace/verifier/store_url.c userspace/verifier/store_sql.c userspace/verifier/store_sqlite.c userspace/verifier/store_schema.c userspace/verifier/store_postgres.c userspace/verifier/store_tables.c userspace/verifier/store_device.c userspace/verifier/store_enrol.c userspace/verifier/device.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../userspace/verifier/store.h"
#include "store_place.h"

#define NOW 1700000000
#define YEAR (365LL * 86400)

static struct store *store;
static time_t passed; /* s, more than really did */

/* In the place of libc's. */
int clock_gettime(clockid_t id, struct timespec *t)
{
	const int ret = (int)syscall(SYS_clock_gettime, id, t);

	t->tv_sec += passed;
	return ret;
}

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

/* A device of this name, whose TPM and key begin with these bytes. */
static struct device_record device(const char *name, u8 tpm, u8 key)
{
	struct device_record r = {
		.name = (char *)(uintptr_t)name,
		.url = (char *)(uintptr_t) "https://192.0.2.1:8417/",
		.tls_name = (char *)(uintptr_t) "",
		.policy = (char *)(uintptr_t) "plc",
		.group = (char *)(uintptr_t)DEVICE_GROUP,
		.ak_name = { 0, 0x0b, key },
		.ak_name_len = 34,
	};

	if (tpm) {
		r.tpm.assurance = SHINRAI_ASSURANCE_FIRMWARE;
		r.tpm.ek[0] = tpm;
		r.tpm.ek_cert[31] = tpm;
	}
	return r;
}

/* In this order, one after the other. */
static const struct {
	const char *name;
	u8 tpm, key; /* 0 of tpm: pinned, without one */
	bool any_key;
	enum store_conflict want;
	const char *why;
} steps[] = {
	{ "press", 1, 1, false, CONFLICT_NONE, "a new device" },
	{ "press", 1, 1, false, CONFLICT_NONE, "the same again" },
	{ "press", 1, 2, false, CONFLICT_NONE, "with another key" },
	{ "press", 2, 1, false, CONFLICT_NAME, "another TPM" },
	{ "press", 2, 2, true, CONFLICT_NAME,
	  "also with its key, by an admin" },
	{ "pump", 1, 2, true, CONFLICT_TPM, "the TPM under another name" },
	{ "pump", 2, 3, false, CONFLICT_NONE, "a second device" },
	{ "pump", 1, 1, true, CONFLICT_TPM, "whose name the first one wants" },
	{ "lathe", 0, 4, false, CONFLICT_NONE, "one without a TPM" },
	{ "lathe", 3, 5, false, CONFLICT_KEY, "a TPM with another key" },
	{ "lathe", 3, 4, false, CONFLICT_NONE, "with the key that is pinned" },
	{ "lathe", 3, 5, false, CONFLICT_NONE, "and then with another one" },
	{ "mill", 0, 6, false, CONFLICT_NONE, "another one without" },
	{ "mill", 4, 7, true, CONFLICT_NONE, "with any key, by an admin" },
	{ "hub", 5, 8, true, CONFLICT_VERIFIER, "that of a verifier" },
	{ "a.hubs.example", 5, 8, true, CONFLICT_VERIFIER, "one that it has" },
};

static void test_names(void **state)
{
	enum store_conflict conflict;
	struct device_record r;
	size_t i;
	int ret;

	(void)state;
	assert_int_equal(store_verifier_name(store, "Hub"), 0);
	assert_int_equal(store_verifier_name(store, "Hub"), 0);
	assert_int_equal(store_verifier_name(store, "*.hubs.example"), 0);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		r = device(steps[i].name, steps[i].tpm, steps[i].key);
		conflict = CONFLICT_NONE;
		assert_int_equal(store_begin(store), 0);
		ret = steps[i].tpm ? store_enrol(store, &r, steps[i].any_key,
						 false, NOW, &conflict) :
				     store_add(store, &r);
		assert_int_equal(store_commit(store), 0);
		if (conflict != steps[i].want ||
		    ret != (conflict ? -EEXIST : 0))
			fail_msg("%s: %d, conflict %d", steps[i].why, ret,
				 conflict);
		again();
	}
}

static void test_patterns(void **state)
{
	static const struct {
		const char *pattern, *name;
		bool is;
	} cases[] = {
		{ "hub", "hub", true },
		{ "HUB", "hub", true },
		{ "hub", "hubs", false },
		{ "hub", "a.hub", false },
		{ "*.hub", "a.hub", true },
		{ "*.HUB", "a.hub", true },
		{ "*.hub", "hub", false },
		{ "*.hub", ".hub", false },
		{ "*.hub", "a.b.hub", false },
		{ "*.hub", "a.hubs", false },
		{ "*", "hub", false },
		{ "", "hub", false },
		{ "*.b.example", "b.example", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (device_name_is(cases[i].pattern, cases[i].name) !=
		    cases[i].is)
			fail_msg("%s, %s", cases[i].pattern, cases[i].name);
	}
}

struct found {
	unsigned int n;
	struct device_record r[8];
	char name[8][64];
};

static int take(void *arg, const struct device_record *r)
{
	struct found *f = arg;

	assert_true(f->n < ARRAY_SIZE(f->r));
	f->r[f->n] = *r;
	snprintf(f->name[f->n++], 64, "%s", r->name);
	return 0;
}

/* What the steps left, after the file was opened again. */
static void test_kept(void **state)
{
	static const struct {
		const char *name;
		u8 tpm, key;
	} want[] = { { "press", 1, 2 },
		     { "pump", 2, 3 },
		     { "lathe", 3, 5 },
		     { "mill", 4, 7 } };
	struct found f = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(store_devices(store, take, &f), 0);
	assert_int_equal(f.n, ARRAY_SIZE(want));
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		assert_string_equal(f.name[i], want[i].name);
		assert_int_equal(f.r[i].tpm.assurance,
				 SHINRAI_ASSURANCE_FIRMWARE);
		assert_int_equal(f.r[i].tpm.ek[0], want[i].tpm);
		assert_int_equal(f.r[i].tpm.ek_cert[31], want[i].tpm);
		assert_int_equal(f.r[i].ak_name[2], want[i].key);
	}
}

/* A judgement of before, with the key of before, does not bring that back. */
static void test_judged(void **state)
{
	struct device_record r = device("press", 0, 1);
	struct found f = { 0 };

	(void)state;
	r.id = 1;
	r.judged = NOW;
	assert_int_equal(store_judged(store, &r), 0);
	assert_int_equal(store_devices(store, take, &f), 0);
	assert_int_equal(f.r[0].judged, NOW);
	assert_int_equal(f.r[0].ak_name[2], 2);
}

static int count(void *arg, const u8 *serial, size_t len, s64 at)
{
	assert_int_equal(len, 16);
	assert_int_equal(at, NOW);
	*(unsigned int *)arg = *(unsigned int *)arg * 10 + serial[0];
	return 0;
}

static void assert_worth(u8 serial, enum store_worth want)
{
	const u8 full[16] = { serial };
	enum store_worth worth;

	assert_int_equal(store_worth(store, full, sizeof(full), &worth), 0);
	assert_int_equal(worth, want);
}

static void test_certificates(void **state)
{
	static const struct {
		const char *name;
		u8 serial;
		s64 not_after;
	} all[] = { { "press", 1, NOW + 9 },
		    { "press", 2, NOW + 9 },
		    { "pump", 3, NOW + 9 } };
	struct device_record r = device("press", 5, 9);
	enum store_conflict conflict;
	unsigned int found = 0;
	u8 serial[16] = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(all); i++) {
		serial[0] = all[i].serial;
		assert_int_equal(store_certificate(store, all[i].name, serial,
						   sizeof(serial),
						   all[i].not_after),
				 0);
	}
	assert_int_equal(store_certificate(store, "pump", serial, 16, NOW),
			 -EEXIST);
	for (i = 0; i < ARRAY_SIZE(all); i++)
		assert_worth(all[i].serial, WORTH_VALID);
	assert_worth(0x77, WORTH_UNKNOWN);
	assert_int_equal(store_revoked(store, count, &found), 0);
	assert_int_equal(found, 0);
	assert_int_equal(store_revoke(store, 1, NOW), 0);
	assert_int_equal(store_remove(store, 1), 0);
	again();
	assert_int_equal(store_revoked(store, count, &found), 0);
	assert_int_equal(found, 12);
	for (i = 0; i < ARRAY_SIZE(all); i++)
		assert_worth(all[i].serial, !strcmp(all[i].name, "press") ?
						    WORTH_REVOKED :
						    WORTH_VALID);
	/* Its name, and its TPM, are free now. */
	assert_int_equal(store_enrol(store, &r, false, false, NOW, &conflict),
			 0);
	r = device("saw", 1, 1);
	assert_int_equal(store_enrol(store, &r, false, false, NOW, &conflict),
			 0);
}

static unsigned int revoked_at(s64 now)
{
	unsigned int found = 0;

	assert_int_equal(store_purge(store, now), 0);
	assert_int_equal(store_revoked(store, count, &found), 0);
	return found;
}

/* The clock is at @now all the time. */
static void pass_days(unsigned int days, s64 now)
{
	while (days--) {
		passed += 86400;
		assert_int_equal(revoked_at(now), 12);
	}
}

/* What is revoked is known for a year after it expired, whatever a clock says. */
static void test_clock(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		assert_int_equal(revoked_at(NOW + 4 * YEAR), 12);
		passed += 600;
		assert_int_equal(revoked_at(NOW + 4 * YEAR), 12);
		again();
	}
	assert_int_equal(revoked_at(0), 12);
	passed += 600;
	assert_int_equal(revoked_at(0), 12);
	assert_worth(1, WORTH_REVOKED);
	assert_worth(3, WORTH_VALID);

	again();
	assert_int_equal(revoked_at(NOW), 12);
	pass_days(300, NOW + 300 * 86400);
	/* Nobody looked for years: that is no time that it is believed by. */
	passed += 4 * YEAR;
	assert_int_equal(revoked_at(NOW + 4 * YEAR), 12);
	again();
	assert_int_equal(revoked_at(NOW + 400 * 86400), 12);
	pass_days(30, NOW + 300 * 86400);
	pass_days(31, NOW + 400 * 86400); /* half of it: that is made up for */
	passed += 2 * 86400;
	for (i = 0; i < 3 && revoked_at(NOW + 400 * 86400); i++)
		passed += 86400;
	assert_int_equal(revoked_at(NOW + 400 * 86400), 0);
	assert_worth(1, WORTH_UNKNOWN);
	assert_worth(3, WORTH_UNKNOWN);
}

/* Withdrawn while it answered its challenge: it does not come back by itself. */
static void test_there(void **state)
{
	struct device_record r = { .name = (char *)(uintptr_t) "gone",
				   .url = (char *)(uintptr_t) "",
				   .tls_name = (char *)(uintptr_t) "",
				   .policy = (char *)(uintptr_t) "plc",
				   .group = (char *)(uintptr_t)DEVICE_GROUP,
				   .ak_name_len = 34 };
	enum store_conflict conflict;

	(void)state;
	memset(r.tpm.ek, 0x77, sizeof(r.tpm.ek));
	assert_int_equal(store_enrol(store, &r, false, true, NOW, &conflict),
			 -EEXIST);
	assert_int_equal(conflict, CONFLICT_NONE);
	assert_int_equal(store_enrol(store, &r, false, false, NOW, &conflict),
			 0);
	assert_int_equal(store_enrol(store, &r, false, true, NOW, &conflict),
			 0);
	assert_int_equal(store_remove(store, r.id), 0);
	assert_int_equal(store_enrol(store, &r, false, true, NOW, &conflict),
			 -EEXIST);
}

/* What is not named stays, and a device that is gone is no new one then. */
static void test_place(void **state)
{
	struct device_record r = device("forge", 9, 9);
	enum store_conflict conflict;

	(void)state;
	r.group = (char *)(uintptr_t) "line-4";
	assert_int_equal(store_enrol(store, &r, false, false, NOW, &conflict),
			 0);
	r.policy = r.group = NULL;
	assert_int_equal(store_enrol(store, &r, false, false, NOW, &conflict),
			 0);
	assert_string_equal(r.policy, "plc");
	assert_string_equal(r.group, "line-4");
	free(r.group);
	free(r.policy);
	r.group = NULL;
	r.policy = (char *)(uintptr_t) "";
	assert_int_equal(store_enrol(store, &r, false, false, NOW, &conflict),
			 0);
	assert_string_equal(r.group, "line-4");
	assert_int_equal(store_remove(store, r.id), 0);
	free(r.group);
	r.group = NULL;
	assert_int_equal(store_enrol(store, &r, false, false, NOW, &conflict),
			 -EEXIST);
	assert_int_equal(conflict, CONFLICT_NONE);
}

/* What is remembered is of a TPM: of another one it would be wrong for ever. */
static const struct {
	const char *name;
	u8 tpm, key, then; /* bound by @then to a TPM, and by @key before: */
	bool bound;
	bool kept;
	const char *why;
} memories[] = {
	{ "kiln-1", 0x51, 1, 1, false, true, "with the key that was pinned" },
	{ "kiln-2", 0x52, 1, 2, false, false, "with another key" },
	{ "kiln-3", 0x53, 1, 2, true, true, "another key of the same TPM" },
};

static size_t remembered(const char *name)
{
	struct found f = { 0 };
	unsigned int i;

	assert_int_equal(store_devices(store, take, &f), 0);
	for (i = 0; i < f.n; i++) {
		if (!strcmp(f.name[i], name))
			return f.r[i].memory_len;
	}
	fail_msg("%s is not there", name);
	return 0;
}

static void test_memory(void **state)
{
	enum store_conflict conflict;
	struct device_record r, before;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(memories); i++) {
		before = device(memories[i].name, 0, memories[i].key);
		before.tpm.ek[0] = memories[i].tpm;
		assert_int_equal(memories[i].bound ?
					 store_enrol(store, &before, false,
						     false, NOW, &conflict) :
					 store_add(store, &before),
				 0);
		before.memory = (u8 *)(uintptr_t) "of before";
		before.memory_len = 9;
		assert_int_equal(store_judged(store, &before), 0);
		r = device(memories[i].name, memories[i].tpm, memories[i].then);
		assert_int_equal(
			store_enrol(store, &r, true, false, NOW, &conflict), 0);
		if (!!remembered(memories[i].name) != memories[i].kept)
			fail_msg("%s", memories[i].why);
		/* Nor does what was asked before that bring it back. */
		before.memory_len = 5;
		assert_int_equal(store_judged(store, &before), 0);
		if (remembered(memories[i].name) !=
		    (memories[i].then == memories[i].key ? 5 :
		     memories[i].kept			 ? 9 :
							   0))
			fail_msg("%s, judged", memories[i].why);
		assert_int_equal(store_remove(store, r.id), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_there),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_judged),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
