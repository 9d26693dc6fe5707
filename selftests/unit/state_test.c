// SPDX-License-Identifier: MIT
/* State files: written and read alike, of each version, or refused. */
/* links: selftests/verify/forge.c selftests/verify/forge_log.c selftests/verify/forge_boot.c selftests/verify/forge_ima.c selftests/verify/forge_quote.c selftests/verify/forge_session.c selftests/verify/forge_data.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <jansson.h>
#include <openssl/ec.h>

#include <shinrai/verdict.h>

#include "../verify/forge.h"

#define PACKED_IMA 28 /* bytes of struct shinrai_ima_state, but for the value */

static struct forge *forged(EVP_PKEY *key)
{
	struct forge *f = malloc(sizeof(*f));

	assert_non_null(f);
	forge_init(f, key);
	forge_plan_data(f);
	forge_build(f);
	return f;
}

static size_t packed_boot(const struct shinrai_state *s)
{
	return 8 + 32 + 1 + s->boot.nevents * (1 + 4 + 32);
}

/* The versions before, each of which has less at its end. */
static void check_versions(const struct shinrai_state *from,
			   struct shinrai_state *s, u8 *data, size_t len)
{
	const size_t ima = len - packed_boot(from);
	const size_t facts = ima - PACKED_IMA - from->ima.size;
	const struct {
		u8 version;
		size_t len;
		bool ima, facts;
	} table[] = {
		{ 3, ima, true, true },
		{ 2, facts, false, true },
		{ 1, facts - 8, false, false },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		data[7] = table[i].version;
		assert_int_equal(shinrai_state_unpack(data, table[i].len, s),
				 0);
		assert_int_equal(s->boot.base, 0);
		assert_int_equal(s->ima.offset,
				 table[i].ima ? from->ima.offset : 0);
		assert_int_equal(s->facts, table[i].facts ? from->facts : 0);
		s->boot = from->boot;
		s->ima = from->ima;
		s->facts = from->facts;
		assert_memory_equal(s, from, sizeof(*s));
		assert_int_equal(shinrai_state_unpack(data, len, s), -EBADMSG);
	}
}

/* The same as bytes; neither less nor more of them, nor what cannot be. */
static void check_packed(const struct shinrai_state *from,
			 struct shinrai_state *s)
{
	u8 *data, *more;
	size_t len, i;

	assert_int_equal(shinrai_state_pack(from, &data, &len), 0);
	memset(s, 0, sizeof(*s));
	assert_int_equal(shinrai_state_unpack(data, len, s), 0);
	assert_memory_equal(s, from, sizeof(*s));
	for (i = 0; i < len; i++)
		assert_int_equal(shinrai_state_unpack(data, i, s), -EBADMSG);
	more = calloc(1, len + 1);
	assert_non_null(more);
	memcpy(more, data, len);
	assert_int_equal(shinrai_state_unpack(more, len + 1, s), -EBADMSG);
	more[7]++;
	assert_int_equal(shinrai_state_unpack(more, len, s), -EPROTONOSUPPORT);
	check_versions(from, s, more, len);
	memcpy(more, data, len);
	more[0]++;
	assert_int_equal(shinrai_state_unpack(more, len, s), -EBADMSG);
	more[0]--;
	for (i = 0; i + 8 < len && memcmp(more + i, "overflow", 8); i++)
		;
	assert_true(i + 8 < len);
	more[i] = 'O';
	assert_int_equal(shinrai_state_unpack(more, len, s), -EPROTONOSUPPORT);
	more[i] = '\0';
	assert_int_equal(shinrai_state_unpack(more, len, s), -EBADMSG);
	free(more);
	free(data);
}

/* Return: what is told of it, for free(). */
static char *told(const struct shinrai_appraisal *v)
{
	json_t *j = shinrai_verdict_json(v);
	char *text = json_dumps(j, JSON_SORT_KEYS);

	assert_non_null(text);
	json_decref(j);
	return text;
}

/* A verdict as bytes is told as it was; neither less nor more bytes are one. */
static void check_verdict(const struct shinrai_appraisal *v)
{
	struct shinrai_appraisal back;
	char *text = told(v), *again;
	u8 *data, *more;
	size_t len, i;

	assert_int_equal(shinrai_verdict_pack(v, &data, &len), 0);
	assert_int_equal(shinrai_verdict_unpack(data, len, &back), 0);
	again = told(&back);
	assert_string_equal(text, again);
	shinrai_appraisal_free(&back);
	for (i = 0; i < len; i++) {
		if (shinrai_verdict_unpack(data, i, &back) != -EBADMSG)
			fail_msg("%zu of %zu bytes", i, len);
		shinrai_appraisal_free(&back);
	}
	more = calloc(1, len + 1);
	assert_non_null(more);
	memcpy(more, data, len);
	assert_int_equal(shinrai_verdict_unpack(more, len + 1, &back),
			 -EBADMSG);
	shinrai_appraisal_free(&back);
	more[7]++;
	assert_int_equal(shinrai_verdict_unpack(more, len, &back),
			 -EPROTONOSUPPORT);
	shinrai_appraisal_free(&back);
	free(more);
	free(again);
	free(text);
	free(data);
}

static void test_verdict(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct forge *f = malloc(sizeof(*f));
	struct shinrai_appraisal a;
	u8 *data;
	size_t len;

	(void)state;
	assert_non_null(f);
	/* Forged with a rogue program: reasons with records and details. */
	forge_init(f, key);
	f->quoted = f->nrec;
	forge_build(f);
	assert_int_equal(forge_appraise(f, &a), 0);
	assert_true(a.nwhy && *a.why[0].detail && a.have_session);
	check_verdict(&a);
	/* More of one kind than are listed. */
	a.count[a.why[0].code] = SHINRAI_MAX_WHY + 7;
	check_verdict(&a);
	a.report = true;
	assert_int_equal(shinrai_verdict_pack(&a, &data, &len), -EINVAL);
	shinrai_appraisal_free(&a);
	assert_int_equal(shinrai_appraise_malformed(-EMSGSIZE, &a), 0);
	check_verdict(&a);
	shinrai_appraisal_free(&a);
	free(f);
	EVP_PKEY_free(key);
}

static void test_state(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct forge *f = forged(key);
	struct shinrai_appraisal a;
	struct shinrai_state *s = malloc(sizeof(*s));
	char path[] = "/tmp/shinrai-state.XXXXXX", *text;
	size_t i;

	(void)state;
	memset(&a, 0, sizeof(a)); /* what is not in use is compared too */
	assert_int_equal(forge_appraise(f, &a), 0);
	assert_true(a.have_next);
	a.next.firmware = 0xfedcba9876543210; /* the top bit too */
	a.next.sticky[0].code = SHINRAI_WHY_OVERFLOW;
	strcpy(a.next.sticky[0].text, "\"quoted\"");
	a.next.nsticky = 1;
	a.next.data.flows[SHINRAI_FLOW_LEFT] = UINT64_MAX;
	a.next.banks[0].alg = 0x1234; /* that nobody here knows */
	assert_int_equal(a.next.data.nowners, 2);
	assert_int_equal(a.next.ima.entries, 2);
	assert_int_equal(a.next.ima.size, 32);
	assert_int_equal(a.next.boot.nevents, 3);
	a.next.boot.event[0].index = U32_MAX;
	a.next.ima.violations = UINT64_MAX;
	a.next.ima.big_endian = true;
	a.next.boot.base = 0xfedcba9876543210;
	assert_true(a.next.data.enforcing && a.next.data.owner[0].in_force);
	close(mkstemp(path));
	assert_int_equal(shinrai_state_save(path, &a.next), 0);
	assert_int_equal(shinrai_state_load(path, s), 0);
	assert_memory_equal(s, &a.next, sizeof(*s));
	unlink(path);
	assert_int_equal(shinrai_state_load(path, s), -ENOENT);
	assert_int_equal(shinrai_state_format(&a.next, &text), 0);
	/* Whatever is cut away is missed. */
	for (i = 0; i < strlen(text); i += 7)
		assert_int_equal(shinrai_state_parse(text, i, s), -EBADMSG);
	free(text);
	a.next.facts = 0xfedcba9876543210;
	check_packed(&a.next, s);
	free(s);
	shinrai_appraisal_free(&a);
	free(f);
	EVP_PKEY_free(key);
}

/* Whatever is no boot is refused. */
static void test_state_boots(void **state)
{
#define DIGEST "\"" NIBBLES NIBBLES "\""
#define NIBBLES "0123456789abcdef0123456789abcdef"
#define EVENT(kind, event) \
	"{\"kind\":" kind ",\"event\":" event ",\"sha256\":" DIGEST "}"
#define BOOT(base, events) \
	"{\"base\":" base ",\"pcrs\":" DIGEST ",\"events\":" events "}"
#define FOUR(e) e "," e "," e "," e
	static const struct {
		const char *boot; /* NULL: there is none */
		int expected;
		unsigned int nevents;
	} table[] = {
		{ "null", 0, 0 },
		{ BOOT("1", "[]"), 0, 0 },
		{ BOOT("1", "[" FOUR(FOUR(EVENT("\"loader\"", "7"))) "]"), 0,
		  16 },
		{ NULL, -EBADMSG, 0 },
		{ "{}", -EBADMSG, 0 },
		{ "7", -EBADMSG, 0 },
		{ BOOT("0", "[]"), -EBADMSG, 0 },
		{ BOOT("\"1\"", "[]"), -EBADMSG, 0 },
		{ BOOT("1", "{}"), -EBADMSG, 0 },
		{ BOOT("1", "[7]"), -EBADMSG, 0 },
		{ BOOT("1", "[" EVENT("\"shim\"", "7") "]"), -EBADMSG, 0 },
		{ BOOT("1", "[" EVENT("7", "7") "]"), -EBADMSG, 0 },
		{ BOOT("1", "[" EVENT("\"loader\"", "-1") "]"), -EBADMSG, 0 },
		{ BOOT("1", "[" EVENT("\"loader\"", "4294967296") "]"),
		  -EBADMSG, 0 },
		{ BOOT("1", "[" EVENT("\"loader\"", "7") "," FOUR(
				    FOUR(EVENT("\"cmdline\"", "7"))) "]"),
		  -EBADMSG, 0 },
		{ "{\"base\":1,\"events\":[]}", -EBADMSG, 0 },
		{ "{\"base\":1,\"events\":[],\"pcrs\":\"00\"}", -EBADMSG, 0 },
	};
	struct shinrai_state *s = calloc(1, sizeof(*s));
	char *text, *other;
	json_t *j;
	size_t i;

	(void)state;
	s->ak_name_len = 34;
	assert_int_equal(shinrai_state_format(s, &text), 0);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		j = json_loads(text, 0, NULL);
		json_object_del(j, "boot");
		if (table[i].boot)
			json_object_set_new(j, "boot",
					    json_loads(table[i].boot,
						       JSON_DECODE_ANY, NULL));
		other = json_dumps(j, 0);
		if (shinrai_state_parse(other, strlen(other), s) !=
		    table[i].expected)
			fail_msg("%s", table[i].boot);
		if (!table[i].expected)
			assert_int_equal(s->boot.nevents, table[i].nevents);
		json_decref(j);
		free(other);
	}
	free(text);
	free(s);
}

/* A state of an earlier version was judged by nobody knows what. */
static void test_state_versions(void **state)
{
	static const struct {
		const char *format;
		bool policy;
		int expected;
		bool counts; /* what it judged does */
	} table[] = {
		{ "shinrai-state-v2", true, 0, false },
		{ "shinrai-state-v2", false, -EBADMSG, false },
		{ "shinrai-state-v1", false, 0, false },
		{ "shinrai-state-v3", true, 0, true },
		{ "shinrai-state-v3", false, -EBADMSG, false },
		{ "shinrai-state-v4", true, 0, true },
		{ "shinrai-state-v4", false, -EBADMSG, false },
		{ "shinrai-state-v5", true, 0, true },
		{ "shinrai-state-v5", false, -EBADMSG, false },
		{ "shinrai-state-v6", true, -EPROTONOSUPPORT, false },
		{ "shinrai-state-v", false, -EPROTONOSUPPORT, false },
		{ "shinrai-boot-v1", false, -EBADMSG, false },
	};
	struct shinrai_state *s = calloc(1, sizeof(*s));
	static const u8 none[SHINRAI_POLICY_SIZE];
	char *text, *other;
	json_t *j;
	size_t i;

	(void)state;
	s->ak_name_len = 34;
	s->records = 8;
	s->ima.entries = 3;
	s->boot.base = 5;
	memset(s->policy, 7, sizeof(s->policy));
	assert_int_equal(shinrai_state_format(s, &text), 0);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		j = json_loads(text, 0, NULL);
		json_object_set_new(j, "format", json_string(table[i].format));
		if (!table[i].policy)
			json_object_del(j, "policy");
		other = json_dumps(j, 0);
		if (shinrai_state_parse(other, strlen(other), s) !=
		    table[i].expected)
			fail_msg("%s, policy %d", table[i].format,
				 table[i].policy);
		if (!table[i].expected)
			assert_int_equal(s->records, 8);
		/* The list is kept since version 4, the boot since 5. */
		if (!table[i].expected)
			assert_int_equal(s->ima.entries,
					 table[i].format[15] >= '4' ? 3 : 0);
		if (!table[i].expected)
			assert_int_equal(s->boot.base,
					 table[i].format[15] >= '5' ? 5 : 0);
		if (!table[i].expected)
			assert_int_equal(!memcmp(s->policy, none, sizeof(none)),
					 !table[i].counts);
		json_decref(j);
		free(other);
	}
	free(text);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_state_versions),
		cmocka_unit_test(test_state_boots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
