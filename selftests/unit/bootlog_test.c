// SPDX-License-Identifier: MIT
/* Firmware logs: fixtures for every fault and error, public logs. */
#include "testdata.h"

#include <shinrai/bootlog.h>

static json_t *fixtures;

static int setup(void **state)
{
	(void)state;
	fixtures = testdata_json("selftests/unit/fixtures.json", 0);
	return 0;
}

/* Return: 0, -ENODATA or -EBADMSG. */
static int run(struct shinrai_bootlog *b, struct shinrai_bytes log)
{
	struct shinrai_bootlog_event e;
	int ret = shinrai_bootlog_init(b, log.p, log.len);

	while (!ret && (ret = shinrai_bootlog_next(b, &e)) > 0)
		ret = 0;
	return ret;
}

static void check_pcrs(const char *why, const struct shinrai_bootlog *b,
		       const json_t *pcrs)
{
	const json_t *bank, *value;
	const char *alg, *pcr;
	struct shinrai_pcrs p;
	size_t n = 0;

	json_object_foreach((json_t *)pcrs, alg, bank) {
		u16 id = shinrai_bank_by_name(alg, strlen(alg));

		json_object_foreach((json_t *)bank, pcr, value) {
			const u8 *got = shinrai_replay_get(&b->replay, id,
							   (u8)atoi(pcr));

			assert_non_null(got);
			testdata_same(why, got, shinrai_bank_size(id),
				      testdata_hex(bank, pcr));
			n++;
		}
	}
	assert_int_equal(shinrai_replay_values(&b->replay, &p), 0);
	testdata_int(why, p.count, n);
}

static void check_event(const char *why, const json_t *want,
			const struct shinrai_bootlog_event *e)
{
	const json_t *fault;
	char index[8];
	unsigned int f;

	snprintf(index, sizeof(index), "%u", e->index);
	fault = json_object_get(want, index);
	for (f = 0; f < SHINRAI_BOOTLOG_FAULTS; f++) {
		bool is = e->faults >> f & 1;
		bool should = fault && !strcmp(json_string_value(fault),
					       shinrai_bootlog_fault_code(f));

		if (is != should)
			fail_msg("%s: event %s: %s is %d", why, index,
				 shinrai_bootlog_fault_code(f), is);
	}
}

static void test_fixtures(void **state)
{
	struct shinrai_bootlog_event e;
	struct shinrai_bootlog b;
	struct shinrai_bytes log;
	const json_t *j;
	size_t i;
	int ret;

	(void)state;
	json_array_foreach(json_object_get(fixtures, "bootlog"), i, j) {
		const char *why = testdata_text(j, "name");

		log = testdata_hex(j, "log");
		testdata_int(why, shinrai_bootlog_init(&b, log.p, log.len), 0);
		while ((ret = shinrai_bootlog_next(&b, &e)) > 0)
			check_event(why, json_object_get(j, "faults"), &e);
		testdata_int(why, ret, 0);
		testdata_int(why, b.events, testdata_uint(j, "events"));
		testdata_int(why, b.locality, testdata_uint(j, "locality"));
		testdata_int(
			why, b.secure_boot,
			json_integer_value(json_object_get(j, "secure_boot")));
		testdata_int(why, b.separators, testdata_uint(j, "separators"));
		check_pcrs(why, &b, json_object_get(j, "pcrs"));
	}
}

static void test_bad(void **state)
{
	struct shinrai_bootlog b;
	const json_t *j;
	size_t i;
	int ret;

	(void)state;
	json_array_foreach(json_object_get(fixtures, "bootlog_bad"), i, j) {
		const char *why = testdata_text(j, "name");
		const char *want = testdata_text(j, "error");

		ret = run(&b, testdata_hex(j, "log"));
		testdata_int(why, ret,
			     strcmp(want, "empty") ? -EBADMSG : -ENODATA);
		if (strcmp(shinrai_bootlog_error_code(b.error), want))
			fail_msg("%s: error is %s, not %s", why,
				 shinrai_bootlog_error_code(b.error), want);
	}
}

static struct shinrai_bytes typical(void)
{
	return testdata_hex(
		json_array_get(json_object_get(fixtures, "bootlog"), 0), "log");
}

static void test_truncated(void **state)
{
	struct shinrai_bytes log = typical();
	struct shinrai_bootlog b;
	size_t n, whole = 0;

	(void)state;
	for (n = 1; n <= log.len; n++) {
		if (!run(&b, testdata_copy(log.p, n))) {
			assert_int_equal(shinrai_bootlog_offset(&b), n);
			whole++;
		}
	}
	assert_int_equal(whole, 1 + 5 + 8 + 3);
}

static void expect_match(const struct shinrai_bootlog_event *e)
{
	switch (e->type) {
	case SHINRAI_EV_NO_ACTION:
		assert_int_equal(e->match, SHINRAI_BOOTLOG_NOT_EXTENDED);
		break;
	case SHINRAI_EV_EFI_VARIABLE_BOOT:
		assert_int_equal(e->match, SHINRAI_BOOTLOG_VALUE);
		break;
	case SHINRAI_EV_EFI_BOOT_SERVICES_APPLICATION:
		assert_int_equal(e->match, SHINRAI_BOOTLOG_EXTERNAL);
		assert_false(e->before_separator);
		break;
	case SHINRAI_EV_EVENT_TAG:
		assert_int_equal(e->match, e->pcr == 9 ?
						   SHINRAI_BOOTLOG_EXTERNAL :
						   SHINRAI_BOOTLOG_HASHED);
		break;
	default:
		assert_int_equal(e->match, SHINRAI_BOOTLOG_HASHED);
		assert_true(e->before_separator);
	}
}

static void test_accessors(void **state)
{
	struct shinrai_bytes log = typical();
	struct shinrai_bootlog_variable v;
	struct shinrai_bootlog_event e;
	struct shinrai_bootlog_tag tag;
	struct shinrai_bootlog b;
	unsigned int variables = 0, tags = 0;
	u8 want[32];

	(void)state;
	assert_int_equal(shinrai_bootlog_init(&b, log.p, log.len), 0);
	while (shinrai_bootlog_next(&b, &e) > 0) {
		expect_match(&e);
		if (!shinrai_bootlog_variable(&e, &v)) {
			variables++;
			assert_int_equal(
				shinrai_bootlog_variable_is(&v, "SecureBoot"),
				e.pcr == 7);
			assert_false(
				shinrai_bootlog_variable_is(&v, "SecureBoo"));
		}
		if (!shinrai_bootlog_tag(&e, &tag)) {
			tags++;
			assert_true(tag.id == SHINRAI_TAG_LINUX_INITRD);
			assert_int_equal(tag.data.len, 12);
		}
		if (e.type != SHINRAI_EV_EFI_BOOT_SERVICES_APPLICATION)
			continue;
		assert_int_equal(shinrai_bootlog_variable(&e, &v), -EINVAL);
		assert_int_equal(shinrai_bootlog_tag(&e, &tag), -EINVAL);
		shinrai_bank_hash(SHINRAI_ALG_SHA256, "kernel image", 12, want);
		assert_memory_equal(shinrai_bootlog_digest(&e,
							   SHINRAI_ALG_SHA256),
				    want, sizeof(want));
		assert_null(shinrai_bootlog_digest(&e, 0x12));
	}
	assert_int_equal(variables, 3);
	assert_int_equal(tags, 2);
}

/* Lengths inside event data are not to be believed. */
static void test_variable_bounds(void **state)
{
	static const struct {
		u64 chars, len;
		size_t have;
		int ret;
		const char *why;
	} table[] = {
		{ 2, 3, 7, 0, "fits" },
		{ 2, 3, 8, -EBADMSG, "trailing byte" },
		{ 2, 3, 6, -EBADMSG, "cut" },
		{ 1ull << 63, 7, 7, -EBADMSG, "name length overflows" },
		{ 0, UINT64_MAX, 7, -EBADMSG, "data length overflows" },
		{ UINT64_MAX, UINT64_MAX, 7, -EBADMSG, "both" },
	};
	struct shinrai_bootlog_event e = {
		.type = SHINRAI_EV_EFI_VARIABLE_DRIVER_CONFIG
	};
	struct shinrai_bootlog_variable v;
	struct shinrai_wr w;
	u8 buf[64];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		memset(buf, 0, sizeof(buf));
		shinrai_wr_init(&w, buf, sizeof(buf));
		shinrai_wr_room(&w, 16);
		shinrai_wr_be64(&w, __builtin_bswap64(table[i].chars));
		shinrai_wr_be64(&w, __builtin_bswap64(table[i].len));
		e.data = testdata_copy(buf, w.len + table[i].have);
		testdata_int(table[i].why, shinrai_bootlog_variable(&e, &v),
			     table[i].ret);
	}
}

/*
 * Expected: tpm2_eventlog 5.4.  Of logs whose PCR 0 does not start at zero it
 * gets PCR 0 wrong, so those values are of a replay in Python.
 */
static void test_public(void **state)
{
	static const struct {
		const char *file;
		bool base64;
		u32 events;
		u8 locality;
		int secure_boot;
		const char *pcr0, *pcr4;
	} table[] = {
		{ "bootlogs/charra/binary_bios_measurements", false, 108, 0, 0,
		  "e6c85f073d252babd8e237332e07a139beceb9a78d52bcb49fd91d71"
		  "34ffeaae",
		  "57a17c63596b5a37fd81b3eaa854974cf2250ff73809880aea84253c"
		  "78e0636e" },
		{ "bootlogs/keylime/binary_bios_measurements", false, 121, 3, 0,
		  "0ee9a7feba8f4172f1a7451594aa5731665a4d353ac61814042ce107"
		  "a00742f2",
		  "a77ff9ab296e10186dd7e7082eab94e795b1ba9d84e920b09cf6272f"
		  "68c2711c" },
		{ "bootlogs/keylime/binary_bios_measurements-secureboot", false,
		  99, 0, 1,
		  "0d993cf4baec1dc2a47013c8bcc13e1593d5e6ba9cc4630f422e98d3"
		  "10212aff",
		  "ce5e8ef15f4c1db94e24b2f458dc21c96dd3a530ecf4ee4c9d70bd9a"
		  "3517088e" },
		{ "fapi/binary_measurements_hcrtm.b64", true, 204, 4, 0,
		  "332dd5f22946bd10839599ea0041cc7a59c7b11e6442eca521c0e82b"
		  "05b1c36d",
		  "c3a2d8fe1fa92944174c7bd1ffcb9b1f535f00a47c266b2d93e6ae1e"
		  "ace7c314" },
		{ "fapi/binary_measurements_nuc.b64", true, 17, 0, 0,
		  "3dcaea25dc86554d94b94aa5bc8f735a49212af8",
		  "59955b8e6e01b21ba7ccbbdecdeaa8ae6770caa1" },
		{ "fapi/binary_measurements_pc_client.b64", true, 33, 0, 0,
		  "0dc05ae01841aed6033708db097e7158dafc638eb3f1ba52b3a208f2"
		  "f786854e",
		  "54dde80d3e8615d8a466310aa6061b9e39a98e9cb951171493210404"
		  "52c05b23" },
	};
	struct shinrai_bootlog b;
	u16 alg;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const char *why = table[i].file;

		testdata_int(why,
			     run(&b, table[i].base64 ? testdata_vector64(why) :
						       testdata_vector(why)),
			     0);
		testdata_int(why, b.faults, 0);
		testdata_int(why, b.events, table[i].events);
		testdata_int(why, b.locality, table[i].locality);
		testdata_int(why, b.secure_boot, table[i].secure_boot);
		alg = strlen(table[i].pcr0) == 40 ? SHINRAI_ALG_SHA1 :
						    SHINRAI_ALG_SHA256;
		testdata_same(why, shinrai_replay_get(&b.replay, alg, 0),
			      shinrai_bank_size(alg),
			      testdata_unhex(table[i].pcr0));
		testdata_same(why, shinrai_replay_get(&b.replay, alg, 4),
			      shinrai_bank_size(alg),
			      testdata_unhex(table[i].pcr4));
	}
}

static void test_refused(void **state)
{
	struct shinrai_bootlog b;

	(void)state;
	assert_int_equal(
		run(&b,
		    testdata_vector(
			    "bootlogs/keylime/binary_bios_measurements-bogus")),
		-EBADMSG);
	assert_int_equal(b.error, SHINRAI_BOOTLOG_HEADER);
	assert_int_equal(
		run(&b,
		    testdata_vector(
			    "bootlogs/keylime/binary_bios_measurements-empty")),
		-ENODATA);
	assert_int_equal(b.error, SHINRAI_BOOTLOG_EMPTY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_accessors),
		cmocka_unit_test(test_variable_bounds),
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
