// SPDX-License-Identifier: MIT
/* Violation reports: what an abridged log keeps, and what is told of it. */
/* links: selftests/verify/forge.c selftests/verify/forge_log.c selftests/verify/forge_boot.c selftests/verify/forge_ima.c selftests/verify/forge_quote.c selftests/verify/forge_session.c selftests/verify/forge_data.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/ec.h>

#include <shinrai/abridge.h>
#include <shinrai/policy_build.h>
#include <shinrai/verdict.h>

#include "../verify/forge.h"

/* acme's refused flow in record 14, beta's that happened in 15 and in 16. */
static struct forge *forged(EVP_PKEY *key)
{
	struct forge *f = malloc(sizeof(*f));
	struct forge_fields e;

	assert_non_null(f);
	forge_init(f, key);
	forge_plan_data(f);
	forge_flow(&e, FORGE_BETA, 3, SHINRAI_VERDICT_DENY, false);
	forge_add(forge_more(f, true), &e);
	forge_put_uint(&e, SHINRAI_FIELD_ACTION, SHINRAI_ACTION_TRACE, 1);
	forge_put_uint(&e, SHINRAI_FIELD_SINK_KIND, SHINRAI_SINK_NONE, 1);
	forge_unput(&e, SHINRAI_FIELD_SINK);
	forge_add(forge_more(f, true), &e);
	forge_build(f);
	return f;
}

static unsigned int violations(const u8 *log, size_t len)
{
	struct shinrai_rd rd, events;
	struct shinrai_record r;
	struct shinrai_header h;
	struct shinrai_event ev;
	unsigned int n = 0;
	const u8 *tlv;

	shinrai_rd_init(&rd, log, len);
	while (shinrai_record_next(&rd, &r) > 0) {
		assert_int_equal(shinrai_content_parse(&r, &h, &tlv, &events),
				 0);
		while (shinrai_shown_next(&events, &ev) > 0) {
			struct shinrai_violation v = { 0 };

			n += shinrai_violation_parse(&ev, &v) == 1;
		}
	}
	return n;
}

static void test_since(void **state)
{
	static const struct {
		u64 since;
		unsigned int violations;
	} table[] = {
		{ 0, 3 },  { 14, 3 }, { 15, 2 },
		{ 16, 1 }, { 17, 0 }, { UINT64_MAX, 0 },
	};
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct forge *f = forged(key);
	size_t i, len;
	u8 *out;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		assert_int_equal(shinrai_abridge(f->item[SHINRAI_ITEM_LOG],
						 f->len[SHINRAI_ITEM_LOG],
						 table[i].since, 1 << 20, &out,
						 &len),
				 0);
		assert_int_equal(violations(out, len), table[i].violations);
		assert_true(len < f->len[SHINRAI_ITEM_LOG]);
		free(out);
	}
	free(f);
	EVP_PKEY_free(key);
}

/* Up to the last byte that is allowed, and not one more; nothing cut. */
static void test_limits(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct forge *f = forged(key);
	const u8 *log = f->item[SHINRAI_ITEM_LOG];
	size_t len, n, i;
	u8 *out;

	(void)state;
	n = f->len[SHINRAI_ITEM_LOG];
	assert_int_equal(shinrai_abridge(log, n, 0, n, &out, &len), 0);
	free(out);
	assert_int_equal(shinrai_abridge(log, n, 0, len, &out, &n), 0);
	free(out);
	assert_int_equal(n, len);
	n = f->len[SHINRAI_ITEM_LOG];
	assert_int_equal(shinrai_abridge(log, n, 0, len - 1, &out, &i),
			 -EMSGSIZE);
	/* The last record is longer than that. */
	for (i = 1; i < 200; i++)
		assert_int_equal(shinrai_abridge(log, n - i, 0, n, &out, &len),
				 -EBADMSG);
	free(f);
	EVP_PKEY_free(key);
}

static bool tells(const json_t *v, const char *outcome, const char *label,
		  const char *words)
{
	const json_t *l = json_array_get(json_object_get(v, "labels"), 0);
	const char *name = json_string_value(json_object_get(l, "name"));
	const char *text = json_string_value(json_object_get(v, "text"));

	return !strcmp(json_string_value(json_object_get(v, "outcome")),
		       outcome) &&
	       !name == !label && (!label || !strcmp(name, label)) &&
	       strstr(text, words);
}

/* As acme's policy calls it. */
static void name_label(struct shinrai_names *names)
{
	static const char string[] = "\0drawings";
	struct shinrai_policy_label label = { .name = 1, .line = 1 };
	struct shinrai_policy_tables t = { .generation = 7,
					   .name = "acme",
					   .label = &label,
					   .labels = 1,
					   .string = string,
					   .strings = sizeof(string) };
	u8 owner[32], source[32] = { 1 }, *blob;
	unsigned int i;
	size_t len;

	memset(label.uuid, 0xa0, sizeof(label.uuid));
	for (i = 1; i < SHINRAI_ACTIONS; i++)
		label.otherwise[i] = SHINRAI_VERDICT_DENY;
	forge_owner_id(FORGE_ACME, owner);
	t.owner = owner;
	t.source = source;
	assert_int_equal(shinrai_policy_build(&t, &blob, &len), 0);
	assert_int_equal(shinrai_names_policy(names, blob, len), 0);
	blob[0] ^= 1;
	assert_int_equal(shinrai_names_policy(names, blob, len), -EBADMSG);
	free(blob);
}

static void test_json(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct shinrai_names names = { 0 };
	struct forge *f = forged(key);
	struct shinrai_appraisal a;
	json_t *j, *v;

	(void)state;
	name_label(&names);
	f->report = f->abridged = true;
	forge_abridge(f);
	assert_int_equal(forge_appraise(f, &a), 0);
	a.names = &names;
	assert_int_equal(a.verdict, SHINRAI_TRUSTED);
	assert_int_equal(a.nviolations, 3);
	assert_false(a.have_next);
	assert_int_equal(a.left_out_flow, 3);
	j = shinrai_verdict_json(&a);
	assert_null(json_object_get(j, "verdict"));
	v = json_object_get(j, "violations");
	assert_true(tells(json_array_get(v, 0), "refused", "drawings",
			  "tried to send acme/drawings to "));
	assert_true(tells(json_array_get(v, 1), "left", NULL, " sent beta/a1"));
	assert_true(tells(json_array_get(v, 2), "left", NULL,
			  " traced a holder of beta/a1"));
	json_decref(j);
	shinrai_names_free(&names);
	shinrai_appraisal_free(&a);
	free(f);
	EVP_PKEY_free(key);
}

/* However many there are. */
static void test_many(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct forge *f = malloc(sizeof(*f));
	struct shinrai_appraisal a;
	struct forge_fields e;
	struct forge_record *r;
	unsigned int i, n = 0;

	(void)state;
	assert_non_null(f);
	forge_init(f, key);
	forge_plan_data(f);
	forge_flow(&e, FORGE_BETA, 3, SHINRAI_VERDICT_DENY, false);
	for (i = 0; i < 4; i++) {
		r = forge_more(f, true);
		while (r->len < FORGE_EVENTS - 1024) {
			forge_add(r, &e);
			n++;
		}
	}
	f->report = f->abridged = true;
	forge_build(f);
	assert_int_equal(forge_appraise(f, &a), 0);
	assert_int_equal(a.verdict, SHINRAI_TRUSTED);
	assert_int_equal(a.nviolations, n + 1);
	assert_int_equal(a.violation[n].record, 18);
	shinrai_appraisal_free(&a);
	free(f);
	EVP_PKEY_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
