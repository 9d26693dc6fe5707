// SPDX-License-Identifier: MIT
/* Entries with sealed fields: what is left, what goes back, and what does not. */
#include "testdata.h"

#include <shinrai/sealed.h>

#define ENTRY                                                                  \
	"{\"accesses\":[{\"path\":\"/etc/a\",\"record\":14,\"sink\":"          \
	"{\"address\":\"192.0.2.9\",\"kind\":\"inet\",\"port\":443},\"text\":" \
	"\"curl sent\",\"who\":{\"exe\":\"/usr/bin/curl\",\"sha256\":\"ab\","  \
	"\"uid\":1000,\"login_uid\":null}},{\"path\":null,\"text\":\"\"}],"    \
	"\"code\":\"data-left\",\"reason\":\"data left: /etc/a\","             \
	"\"verdict\":{\"notes\":[\"one\",\"two\"],\"reasons\":[{\"code\":"     \
	"\"x\",\"detail\":\"by root\"}]}}"

static const u8 salt[SHINRAI_FIELDS_CLASSES][SHINRAI_SEAL_SALT] = { { 1 } };

static json_t *parse(const char *text)
{
	json_t *j = json_loads(text, 0, NULL);

	assert_non_null(j);
	return j;
}

static void is(json_t *j, const char *text)
{
	json_t *want = parse(text);

	if (!json_equal(j, want))
		fail_msg("%s", json_dumps(j, JSON_SORT_KEYS));
	json_decref(want);
}

static void test_redact(void **state)
{
	static const struct {
		u32 may;
		const char *want; /* of [path, exe, uid, address, sha256, text] */
	} t[] = {
		{ SHINRAI_FIELDS_ALL,
		  "[\"/etc/a\",\"/usr/bin/curl\",1000,\"192.0.2.9\",\"ab\","
		  "\"curl sent\"]" },
		{ 0, "[{\"redacted\":\"paths\"},{\"redacted\":\"paths\"},"
		     "{\"redacted\":\"users\"},{\"redacted\":\"destinations\"},"
		     "{\"redacted\":\"digests\"},{\"redacted\":\"text\"}]" },
		{ 1 << SHINRAI_FIELDS_PATHS | 1 << SHINRAI_FIELDS_USERS,
		  "[\"/etc/a\",\"/usr/bin/curl\",1000,"
		  "{\"redacted\":\"destinations\"},{\"redacted\":\"digests\"},"
		  "{\"redacted\":\"text\"}]" },
	};
	json_t *j, *a, *who, *got;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		j = parse(ENTRY);
		assert_int_equal(shinrai_redact(j, t[i].may), 0);
		a = json_array_get(json_object_get(j, "accesses"), 0);
		who = json_object_get(a, "who");
		got = json_pack("[O,O,O,O,O,O]", json_object_get(a, "path"),
				json_object_get(who, "exe"),
				json_object_get(who, "uid"),
				json_object_get(json_object_get(a, "sink"),
						"address"),
				json_object_get(who, "sha256"),
				json_object_get(a, "text"));
		is(got, t[i].want);
		json_decref(got);
		json_decref(j);
	}
}

/* What records told is of the same classes. */
static void test_facts(void **state)
{
	static const char facts[] =
		"{\"facts\":[{\"record\":2,\"kind\":\"program\","
		"\"path\":\"/bin/a\",\"sha256\":\"ab\"},{\"record\":3,"
		"\"kind\":\"memory\",\"path\":\"/bin/b\",\"sha256\":null}]}";
	json_t *j = parse(facts);

	(void)state;
	assert_int_equal(shinrai_redact(j, SHINRAI_FIELDS_ALL), 0);
	is(j, facts);
	assert_int_equal(shinrai_redact(j, 1 << SHINRAI_FIELDS_PATHS), 0);
	is(j, "{\"facts\":[{\"record\":2,\"kind\":\"program\","
	      "\"path\":\"/bin/a\",\"sha256\":{\"redacted\":\"digests\"}},"
	      "{\"record\":3,\"kind\":\"memory\",\"path\":\"/bin/b\","
	      "\"sha256\":null}]}");
	json_decref(j);
	j = parse(facts);
	assert_int_equal(shinrai_redact(j, 1 << SHINRAI_FIELDS_DIGESTS), 0);
	is(j, "{\"facts\":[{\"record\":2,\"kind\":\"program\","
	      "\"path\":{\"redacted\":\"paths\"},\"sha256\":\"ab\"},"
	      "{\"record\":3,\"kind\":\"memory\","
	      "\"path\":{\"redacted\":\"paths\"},\"sha256\":null}]}");
	json_decref(j);
}

/* What may hold the others in words is for who may read all of them. */
static void test_readable(void **state)
{
	enum shinrai_field_class c;
	u32 named = 0;

	(void)state;
	assert_int_equal(shinrai_fields_readable(1 << SHINRAI_FIELDS_TEXT), 0);
	for (c = 0; c < SHINRAI_FIELDS_TEXT; c++) {
		assert_int_equal(shinrai_fields_readable(named), named);
		named |= 1u << c;
	}
	assert_int_equal(shinrai_fields_readable(named), SHINRAI_FIELDS_ALL);
}

static void test_seal(void **state)
{
	json_t *j = parse(ENTRY), *all, *some;
	const char *text;
	char *leaf;

	(void)state;
	all = shinrai_seal(j, salt);
	assert_non_null(all);
	leaf = json_dumps(j, JSON_SORT_KEYS);
	assert_null(strstr(leaf, "/etc/a"));
	assert_null(strstr(leaf, "curl"));
	assert_null(strstr(leaf, "192.0.2"));
	assert_null(strstr(leaf, "1000"));
	assert_null(strstr(leaf, "two"));
	assert_null(strstr(leaf, "labels")); /* there are none */
	/* Salted with what was given, which is not the same for each class. */
	text = json_string_value(json_object_get(all, "users"));
	assert_string_equal(text, "[\"00000000000000000000000000000000\","
				  "\"users\",[[[\"accesses\",0,\"who\","
				  "\"uid\"],1000]]]");
	/* sha256sum of that text */
	assert_string_equal(
		json_string_value(
			json_object_get(json_object_get(j, "sealed"), "users")),
		"967dcd74b5a510cea3910cbf67f625e873e7ada0f8d4d8a341e542beb5f96db7");
	some = json_pack("[O]", json_object_get(all, "paths"));
	assert_int_equal(shinrai_unseal(j, some), 0);
	free(leaf);
	leaf = json_dumps(j, JSON_SORT_KEYS);
	assert_non_null(strstr(leaf, "/etc/a"));
	assert_null(strstr(leaf, "192.0.2"));
	json_decref(some);
	json_object_del(all, "paths");
	assert_int_equal(shinrai_unseal(j, all), 0);
	json_object_del(j, "sealed");
	is(j, ENTRY);
	free(leaf);
	json_decref(all);
	json_decref(j);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text; /* the disclosures */
		int ret;
		const char *why;
	} t[] = {
		{ "[]", 0, "none" },
		{ "[7]", -EBADMSG, "no text" },
		{ "[\"\"]", -EBADMSG, "no JSON" },
		{ "[\"[1,2]\"]", -EBADMSG, "too short" },
		{ "[\"[\\\"00\\\",\\\"users\\\",7]\"]", -EBADMSG, "no list" },
		{ "[\"[\\\"00\\\",\\\"users\\\",[]]\"]", -EKEYREJECTED,
		  "another hash" },
		{ "[\"[\\\"00\\\",\\\"colour\\\",[]]\"]", -EKEYREJECTED,
		  "a class that the entry has not" },
		{ "7", -EBADMSG, "no array" },
	};
	json_t *j = parse(ENTRY), *all, *bad;
	size_t i;

	(void)state;
	all = shinrai_seal(j, salt);
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		bad = json_loads(t[i].text, JSON_DECODE_ANY, NULL);
		if (shinrai_unseal(j, bad) != t[i].ret)
			fail_msg("%s", t[i].why);
		json_decref(bad);
	}
	/* Twice: there is nothing left to put it into. */
	bad = json_pack("[O]", json_object_get(all, "users"));
	assert_int_equal(shinrai_unseal(j, bad), 0);
	assert_int_equal(shinrai_unseal(j, bad), -EBADMSG);
	json_decref(bad);
	/* Another value, with the hash of the right one. */
	bad = json_pack("[s]", "[\"00000000000000000000000000000000\","
			       "\"users\",[[[\"accesses\",0,\"who\",\"uid\"],"
			       "0]]]");
	assert_int_equal(shinrai_unseal(j, bad), -EKEYREJECTED);
	json_decref(bad);
	json_decref(all);
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_redact),	 cmocka_unit_test(test_facts),
		cmocka_unit_test(test_readable), cmocka_unit_test(test_seal),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
