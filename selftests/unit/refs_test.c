// SPDX-License-Identifier: MIT
/* Reference values: every format, and IMA lists that are held against rules. */
#include "testdata.h"

#include <time.h>
#include <unistd.h>

#include <shinrai/refs.h>

static json_t *fixtures;
static char path[] = "/tmp/shinrai-refs-XXXXXX";
static char key_path[] = "/tmp/shinrai-refs-XXXXXX";

static int setup(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	fd = mkstemp(key_path);
	assert_true(fd >= 0);
	close(fd);
	fixtures = testdata_json("selftests/unit/refs.json", 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	unlink(key_path);
	return 0;
}

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

static int errno_of(const char *name)
{
	static const struct {
		const char *name;
		int value;
	} table[] = {
		{ "", 0 },
		{ "EBADMSG", -EBADMSG },
		{ "EINVAL", -EINVAL },
		{ "EKEYREJECTED", -EKEYREJECTED },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (!strcmp(table[i].name, name))
			return table[i].value;
	}
	fail_msg("no such errno: %s", name);
	return 0;
}

/* Each digest in member @list of @j is known as one of @kinds, or as nothing. */
static void check_digests(const struct shinrai_refs *r, const json_t *j,
			  const char *list, unsigned int kinds)
{
	const json_t *hex;
	unsigned int is;
	size_t i;

	json_array_foreach(json_object_get(j, list), i, hex) {
		is = shinrai_digests_find(
			&r->digests, testdata_unhex(json_string_value(hex)).p);
		if (kinds ? !(is & kinds) : is)
			fail_msg("%s: %s[%zu] is %#x", testdata_text(j, "name"),
				 list, i, is);
	}
}

static void add_keys(struct shinrai_refs *r, const json_t *names)
{
	const json_t *keys = json_object_get(fixtures, "keys"), *name;
	char why[256];
	size_t i;

	json_array_foreach(names, i, name) {
		write_file(key_path,
			   testdata_text(keys, json_string_value(name)));
		assert_int_equal(
			shinrai_refs_key(r, key_path, why, sizeof(why)), 0);
	}
}

static void check_file(const json_t *j)
{
	const char *name = testdata_text(j, "name"), *said;
	struct shinrai_refs r;
	char why[512] = "";
	int ret;

	shinrai_refs_init(&r);
	add_keys(&r, json_object_get(j, "keys"));
	write_file(path, testdata_text(j, "text"));
	ret = shinrai_refs_load(&r, path, why, sizeof(why));
	if (ret != errno_of(testdata_text(j, "ret")))
		fail_msg("%s: %d, %s", name, ret, why);
	said = ret		  ? why :
	       r.digests.nsources ? r.digests.source[r.digests.nsources - 1] :
				    "";
	if (!strstr(said, testdata_text(j, "says")) ||
	    (ret && strncmp(why, path, strlen(path))))
		fail_msg("%s: said \"%s\"", name, said);
	if (!ret) {
		assert_int_equal(shinrai_refs_ready(&r, why, sizeof(why)), 0);
		check_digests(&r, j, "known", SHINRAI_KNOWN_USER);
		check_digests(&r, j, "unknown", 0);
		check_digests(&r, j, "denied", SHINRAI_KNOWN_DENIED);
	}
	shinrai_refs_free(&r);
}

static void test_files(void **state)
{
	const json_t *j;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(fixtures, "files"), i, j)
		check_file(j);
	assert_true(i > 50);
}

static void test_keys(void **state)
{
	static const struct {
		const char *pem;
		const char *why;
	} table[] = {
		{ "", "nothing" },
		{ "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
		  "no key" },
		{ "-----BEGIN PUBLIC KEY-----\n" /* openssl genpkey */
		  "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
		  "-----END PUBLIC KEY-----\n",
		  "Ed25519" },
	};
	struct shinrai_refs r;
	char why[256];
	size_t i;

	(void)state;
	shinrai_refs_init(&r);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		write_file(key_path, table[i].pem);
		if (shinrai_refs_key(&r, key_path, why, sizeof(why)) !=
		    -EBADMSG)
			fail_msg("%s", table[i].why);
	}
	assert_int_equal(shinrai_refs_key(&r, "/nonexistent", why, 99),
			 -ENOENT);
	assert_string_equal(why, "cannot read /nonexistent: No such file or "
				 "directory");
	shinrai_refs_free(&r);
}

/* What is denied stays denied, wherever else it is known; the list is named. */
static void test_denied(void **state)
{
	static const char hex[] = "ba7816bf8f01cfea414140de5dae2223"
				  "b00361a396177a9cb410ff61f20015ad";
	const u8 *digest = testdata_unhex(hex).p;
	char text[200], why[256];
	struct shinrai_refs r;
	unsigned int first;

	(void)state;
	for (first = 0; first < 2; first++) {
		shinrai_refs_init(&r);
		snprintf(text, sizeof(text), "# shinrai-deny v1\n%s bad\n",
			 hex);
		write_file(first ? path : key_path, text);
		snprintf(text, sizeof(text),
			 "# shinrai-digests v1\n%s exec /bin/a\n", hex);
		write_file(first ? key_path : path, text);
		assert_int_equal(shinrai_refs_load(&r, path, why, 99), 0);
		assert_int_equal(shinrai_refs_load(&r, key_path, why, 99), 0);
		assert_int_equal(shinrai_refs_ready(&r, why, 99), 0);
		assert_int_equal(shinrai_digests_find(&r.digests, digest),
				 SHINRAI_KNOWN_DENIED | SHINRAI_KNOWN_EXEC);
		assert_string_equal(shinrai_digests_denied(&r.digests, digest),
				    first ? path : key_path);
		shinrai_refs_free(&r);
	}
}

/* Two files hold what both have; their order does not matter. */
static void test_merged(void **state)
{
	static const char *const text[] = {
		"{\"format\":\"shinrai-boot-v1\",\"cmdline\":[{\"text\":\"a\"},"
		"{\"text\":\"b\"}]}",
		"{\"format\":\"shinrai-boot-v1\",\"cmdline\":[{\"text\":\"c\"}]"
		"}",
	};
	struct shinrai_refs r[2];
	unsigned int i, k;
	char why[256];

	(void)state;
	for (i = 0; i < 2; i++) {
		shinrai_refs_init(&r[i]);
		for (k = 0; k < 2; k++) {
			write_file(path, text[k ^ i]);
			assert_int_equal(
				shinrai_refs_load(&r[i], path, why, 99), 0);
		}
		assert_int_equal(r[i].boot.ncmdlines, 3);
	}
	assert_string_equal(r[0].boot.cmdline[2], "c");
	assert_string_equal(r[1].boot.cmdline[0], "c");
	assert_memory_equal(r[0].boot.id, r[1].boot.id, 32);
	shinrai_refs_free(&r[0]);
	shinrai_refs_free(&r[1]);
}

/*
 * @banks: 0, or 1 that is replayed
 * Return: entries whose hash there need not be made again.
 */
static unsigned int check_list(const json_t *j, bool with_a, unsigned int banks)
{
	static const u16 bank = SHINRAI_ALG_SHA256;
	static const char *const names[] = {
		[SHINRAI_IMA_KNOWN] = "known",
		[SHINRAI_IMA_EXCLUDED] = "excluded",
		[SHINRAI_IMA_ELSEWHERE] = "elsewhere",
		[SHINRAI_IMA_UNKNOWN] = "unknown",
		[SHINRAI_IMA_VIOLATED] = "violated",
	};
	const struct shinrai_bytes log = testdata_hex(j, "log");
	const json_t *want = json_object_get(j, "judged");
	unsigned int order = shinrai_ima_order(log.p, log.len);
	struct shinrai_ima_entry e;
	struct shinrai_refs r;
	struct shinrai_ima i;
	enum shinrai_ima_judged is;
	unsigned int plain = 0;
	char why[256];

	assert_int_equal(order == SHINRAI_IMA_BIG_ENDIAN,
			 json_is_true(json_object_get(j, "big_endian")));
	shinrai_refs_init(&r);
	write_file(path, testdata_text(j, "policy"));
	assert_int_equal(shinrai_refs_load(&r, path, why, sizeof(why)), 0);
	assert_int_equal(shinrai_refs_ready(&r, why, sizeof(why)), 0);
	assert_int_equal(
		shinrai_ima_init(&i, log.p, log.len, order, &bank, banks), 0);
	while (shinrai_ima_next(&i, &e) > 0) {
		plain += !!e.sha256;
		is = shinrai_ima_rules_judge(&r.ima, with_a ? &r.digests : NULL,
					     &e);
		if (!with_a && is == SHINRAI_IMA_UNKNOWN)
			continue; /* for want of the list: elsewhere */
		if (strcmp(names[is], json_string_value(json_array_get(
					      want, (size_t)e.index))))
			fail_msg("%s-endian, entry %u, %.*s: %s",
				 testdata_text(j, "name"),
				 (unsigned int)e.index, (int)e.path.len,
				 e.path.p, names[is]);
	}
	assert_int_equal(i.entries, json_array_size(want));
	assert_int_equal(shinrai_ima_offset(&i), log.len);
	shinrai_ima_fini(&i);
	shinrai_refs_free(&r);
	return plain;
}

static void test_lists(void **state)
{
	unsigned int plain = 0;
	const json_t *j;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(fixtures, "lists"), i, j) {
		assert_int_equal(check_list(j, true, 0), 0);
		assert_int_equal(check_list(j, false, 0), 0);
		plain += check_list(j, true, 1);
		check_list(j, false, 1);
	}
	assert_int_equal(i, 5);
	assert_true(plain);
}

/* A list that knows digests wherever they are vouches for them in IMA too. */
static void test_any_path(void **state)
{
	const json_t *j = json_array_get(json_object_get(fixtures, "lists"), 0);
	const struct shinrai_bytes log = testdata_hex(j, "log");
	struct shinrai_ima_entry e;
	struct shinrai_refs r;
	struct shinrai_ima i;
	char hex[65], text[256], why[256];

	(void)state;
	assert_int_equal(shinrai_ima_init(&i, log.p, log.len, 0, NULL, 0), 0);
	while (shinrai_ima_next(&i, &e) > 0 && e.index != 13)
		;
	assert_int_equal(e.index, 13);
	shinrai_refs_init(&r);
	snprintf(text, sizeof(text), "# shinrai-digests v1\n%s lib /other\n",
		 shinrai_hex_encode(e.digest.p, 32, hex));
	write_file(path, text);
	assert_int_equal(shinrai_refs_load(&r, path, why, 99), 0);
	assert_int_equal(shinrai_refs_ready(&r, why, 99), 0);
	assert_int_equal(shinrai_ima_rules_judge(&r.ima, &r.digests, &e),
			 SHINRAI_IMA_KNOWN);
	assert_int_equal(shinrai_ima_rules_judge(&r.ima, NULL, &e),
			 SHINRAI_IMA_UNKNOWN);
	shinrai_refs_free(&r);
	shinrai_ima_fini(&i);
}

/* What is small on disk and large in memory, and what cannot be read. */
static void test_limits(void **state)
{
	const size_t n = SHINRAI_MAX_REFS_VALUES + 1;
	char *text = calloc(1, 3 * n + 4), why[256];
	struct shinrai_refs r;
	size_t i;

	(void)state;
	assert_non_null(text);
	text[0] = '[';
	for (i = 0; i <= n / 2; i++)
		memcpy(text + 1 + 3 * i, "[],", 3);
	memcpy(text + 3 * i, "]", 2);
	write_file(path, text);
	free(text);
	shinrai_refs_init(&r);
	assert_int_equal(shinrai_refs_load(&r, path, why, sizeof(why)), -EFBIG);
	assert_non_null(strstr(why, ": more than 4000000 values"));
	assert_int_equal(truncate(path, SHINRAI_MAX_REFS_JSON + 1l), 0);
	assert_int_equal(shinrai_refs_load(&r, path, why, sizeof(why)), -EFBIG);
	assert_non_null(strstr(why, ": more than 64 MiB"));
	assert_int_equal(shinrai_refs_load(&r, "/tmp", why, sizeof(why)), -EIO);
	write_file(path, "\"\\\",[{,[{\"");
	assert_int_equal(shinrai_refs_load(&r, path, why, sizeof(why)),
			 -EBADMSG);
	shinrai_refs_free(&r);
}

#define POLICY(digests, excludes, ignored)                \
	"{\"meta\":{\"version\":1},\"digests\":{" digests \
	"},\"excludes\":[" excludes                       \
	"],\"ima\":{\"ignored_keyrings\":[" ignored "]}}"
#define H "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

#define KEYS(id)                                                                \
	"{\"meta\":{\"version\":1},\"digests\":{},\"verification-keys\":\"{"    \
	"\\\"pubkeys\\\":[\\\"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEoQwgsm0efYtk" \
	"dUeeM/y0zZGMLm1VmujMxyJm0p9j8yS0lkPr+IGB96sWKSe+i8VQC+w+HD2Fk4pZpQbd"  \
	"gSl4dQ==\\\"],\\\"keyids\\\":[" id "]}\"}"

static void policy_id(const char *const text[2], u8 id[SHINRAI_POLICY_SIZE])
{
	struct shinrai_appraise_input in = { 0 };
	struct shinrai_refs r;
	char why[256];
	size_t i;

	shinrai_refs_init(&r);
	for (i = 0; i < 2; i++) {
		write_file(path, text[i]);
		assert_int_equal(shinrai_refs_load(&r, path, why, 99), 0);
	}
	assert_int_equal(shinrai_refs_ready(&r, why, 99), 0);
	shinrai_refs_expect(&r, &in);
	shinrai_appraise_policy(&in, id);
	shinrai_refs_free(&r);
}

/*
 * What an earlier version judged is judged anew: the rules have a version, too, which
 * another one of them needs.  By sha256sum, of "shinrai-appraisal-v3" and a zero byte,
 * 64 zero bytes, the bank 0b, PCRs 12 and 13, and two zeros.
 */
static void test_rules_version(void **state)
{
	static const char want[] = "b36043bd572dc6bd099372e5119be480"
				   "105a55802fcb3e50c7d05d88e91dd75d";
	struct shinrai_appraise_input in = { 0 };
	char hex[2 * SHINRAI_POLICY_SIZE + 1];
	u8 id[SHINRAI_POLICY_SIZE];

	(void)state;
	shinrai_appraise_policy(&in, id);
	shinrai_hex_encode(id, sizeof(id), hex);
	assert_string_equal(hex, want);
}

/* What was judged by other rules says nothing about these. */
static void test_policy_ids(void **state)
{
	static const char *const text[][2] = {
		{ "# shinrai-digests v1\n", POLICY("", "", "") },
		{ POLICY("", "", ""), "# shinrai-digests v1\n" H " any /a\n" },
		{ POLICY("", "", ""), "# shinrai-deny v1\n" H "\n" },
		/* The same entries; but by the second one nothing is known. */
		{ "# shinrai-deny v1\n" H "\n", "# shinrai-deny v1\n" },
		{ "# shinrai-deny v1\n" H "\n", "# shinrai-digests v1\n" },
		{ POLICY("", "", ""), POLICY("\"/a\":[\"" H "\"]", "", "") },
		{ POLICY("", "", ""), POLICY("\"/b\":[\"" H "\"]", "", "") },
		{ POLICY("", "", ""), POLICY("", "\"/a\"", "") },
		{ POLICY("", "", ""), POLICY("", "\"/b\"", "") },
		{ POLICY("", "", ""), POLICY("", "", "\"/a\"") },
		{ POLICY("", "", ""), KEYS("") },
		{ POLICY("", "", ""), KEYS("7") },
		{ "# shinrai-deny v1\n", "# shinrai-digests v1\n" },
	};
	u8 id[ARRAY_SIZE(text)][SHINRAI_POLICY_SIZE];
	u8 other[SHINRAI_POLICY_SIZE];
	const char *turned[2];
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(text); i++) {
		turned[0] = text[i][1];
		turned[1] = text[i][0];
		policy_id(text[i], id[i]);
		policy_id(turned, other);
		assert_memory_equal(id[i], other, sizeof(other));
		for (k = 0; k < i; k++) {
			if (!memcmp(id[i], id[k], sizeof(id[i])))
				fail_msg("policies %zu, %zu", k, i);
		}
	}
}

/* An expression that backtracks without end costs milliseconds, not minutes. */
static void test_long_match(void **state)
{
	static const char rules[] = POLICY("", "\"/(x+x+)+[yz]\"", "");
	struct shinrai_ima_entry e = { 0 };
	char name[200], why[256];
	struct shinrai_refs r;
	clock_t begun;
	int i;

	(void)state;
	memset(name, 'x', sizeof(name));
	name[0] = '/';
	e.path = (struct shinrai_bytes){ (const u8 *)name, sizeof(name) };
	shinrai_refs_init(&r);
	write_file(path, rules);
	assert_int_equal(shinrai_refs_load(&r, path, why, 99), 0);
	assert_int_equal(shinrai_refs_ready(&r, why, 99), 0);
	begun = clock();
	for (i = 0; i < 20; i++)
		assert_int_equal(shinrai_ima_rules_judge(&r.ima, NULL, &e),
				 SHINRAI_IMA_UNKNOWN);
	assert_true(clock() - begun < CLOCKS_PER_SEC / 2);
	name[199] = 'y';
	assert_int_equal(shinrai_ima_rules_judge(&r.ima, NULL, &e),
			 SHINRAI_IMA_EXCLUDED);
	shinrai_refs_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_merged),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_any_path),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_rules_version),
		cmocka_unit_test(test_policy_ids),
		cmocka_unit_test(test_long_match),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
