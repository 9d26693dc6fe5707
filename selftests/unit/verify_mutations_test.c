// SPDX-License-Identifier: MIT
/* Honest evidence is trusted; each lie is refused with its own reason. */
/* links: selftests/verify/forge.c selftests/verify/forge_log.c selftests/verify/forge_boot.c selftests/verify/forge_ima.c selftests/verify/forge_quote.c selftests/verify/forge_session.c selftests/verify/mutations_quote.c selftests/verify/mutations_log.c selftests/verify/mutations_boot.c selftests/verify/mutations_ima.c selftests/verify/forge_data.c selftests/verify/mutations_owner.c selftests/verify/mutations_data.c selftests/verify/mutations_report.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/ec.h>

#include "../verify/mutations.h"

static void tell(const struct mutation *m, const struct shinrai_appraisal *a)
{
	unsigned int i;

	print_error("%s: %s, expected %s for %s\n", m->name,
		    shinrai_verdict_name(a->verdict),
		    shinrai_verdict_name(m->verdict),
		    m->code ? m->code : "nothing");
	for (i = 0; i < a->nwhy; i++)
		print_error("  %s record %lld: %s\n",
			    shinrai_reason_info(a->why[i].code)->code,
			    a->why[i].has_record ? (long long)a->why[i].record :
						   -1,
			    a->why[i].detail);
}

static bool as_expected(const struct mutation *m,
			const struct shinrai_appraisal *a)
{
	if (a->verdict != m->verdict)
		return false;
	if (!m->code)
		return !a->nwhy;
	return a->nwhy &&
	       !strcmp(shinrai_reason_info(a->why[0].code)->code, m->code);
}

static bool try(struct forge *f, EVP_PKEY *key, const struct mutation *m)
{
	struct shinrai_appraisal a;
	bool ok;

	forge_init(f, key);
	if (m->plan)
		m->plan(f);
	forge_build(f);
	if (m->bend)
		m->bend(f);
	assert_int_equal(forge_appraise(f, &a), 0);
	ok = as_expected(m, &a);
	if (!ok)
		tell(m, &a);
	shinrai_appraisal_free(&a);
	return ok;
}

static const struct mutation *const tables[] = {
	mutations_quote, mutations_log,	   mutations_boot, mutations_owner,
	mutations_data,	 mutations_report, mutations_ima,
};

static void test_mutations(void **state)
{
	struct forge *f = malloc(sizeof(*f));
	EVP_PKEY *key = EVP_EC_gen("P-256");
	const struct mutation *m;
	size_t i, wrong = 0;

	(void)state;
	assert_non_null(f);
	assert_non_null(key);
	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		for (m = tables[i]; m->name; m++)
			wrong += !try(f, key, m);
	}
	EVP_PKEY_free(key);
	free(f);
	assert_int_equal(wrong, 0);
}

/* A table with the same reason everywhere would prove little. */
static void test_distinct(void **state)
{
	bool seen[SHINRAI_WHYS] = { false };
	size_t i, distinct = 0, lies = 0;
	const struct mutation *m;
	int code;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		for (m = tables[i]; m->name; m++) {
			if (!m->code)
				continue;
			lies++;
			code = shinrai_reason_by_code(m->code);
			assert_true(code >= 0);
			distinct += !seen[code];
			seen[code] = true;
		}
	}
	print_message("%zu lies, %zu different reasons\n", lies, distinct);
	assert_true(lies >= 190);
	assert_true(distinct >= 115);
}

static int steps_in_order(void)
{
	int i;

	for (i = 0; i < SHINRAI_WHYS; i++) {
		const struct shinrai_reason_info *info = shinrai_reason_info(i);

		if (!info->code || !*info->text || !*info->next ||
		    info->verdict == SHINRAI_TRUSTED ||
		    shinrai_reason_by_code(info->code) != i)
			return -1;
	}
	return 0;
}

static void test_reasons(void **state)
{
	(void)state;
	assert_int_equal(steps_in_order(), 0);
	assert_int_equal(shinrai_reason_by_code("no-such"), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_distinct),
		cmocka_unit_test(test_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
