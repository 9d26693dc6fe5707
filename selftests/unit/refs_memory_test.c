// SPDX-License-Identifier: MIT
/*
 * Reference values with every allocation of ours failing once: each run ends in
 * -ENOMEM and leaks nothing (ASan looks).
 */
#include "testdata.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <shinrai/refs.h>

/* Which allocation fails, counted from 1; 0: none does. */
static unsigned int failing, count;

static bool fails(void)
{
	return ++count == failing;
}

static void *test_malloc_(size_t n)
{
	return fails() ? NULL : malloc(n);
}

static void *test_calloc_(size_t n, size_t size)
{
	return fails() ? NULL : calloc(n, size);
}

static void *test_realloc_(void *p, size_t n)
{
	return fails() ? NULL : realloc(p, n);
}

static void *test_reallocarray_(void *p, size_t n, size_t size)
{
	return fails() ? NULL : reallocarray(p, n, size);
}

static char *test_strdup_(const char *s)
{
	return fails() ? NULL : strdup(s);
}

static pcre2_match_data *test_match_data_(u32 n, pcre2_general_context *c)
{
	return fails() ? NULL : pcre2_match_data_create(n, c);
}

static pcre2_match_context *test_match_context_(pcre2_general_context *c)
{
	return fails() ? NULL : pcre2_match_context_create(c);
}

/* The sources are taken in, for their allocations to be ours. */
#define malloc test_malloc_
#define calloc test_calloc_
#define realloc test_realloc_
#define reallocarray test_reallocarray_
#undef strdup
#define strdup test_strdup_
#define pcre2_match_data_create_8 test_match_data_
#define pcre2_match_context_create_8 test_match_context_
#define identify identify_digests
#include "userspace/lib/digests.c"
#undef identify
#include "userspace/lib/ima_rules.c"
#include "userspace/lib/ima_sig.c"
#include "userspace/lib/reference.c"
#include "userspace/lib/refs.c"
#include "userspace/lib/refs_dsse.c"
#define check_members check_sections
#include "userspace/lib/refs_keylime.c"
#undef check_members
#include "userspace/lib/refs_sbom.c"
#undef pcre2_match_data_create_8
#undef pcre2_match_context_create_8
#undef malloc
#undef calloc
#undef realloc
#undef reallocarray
#undef strdup

static EVP_PKEY *key_of(const json_t *all, const json_t *doc)
{
	const json_t *names = json_object_get(doc, "keys");
	const json_t *name = json_array_get(names, json_array_size(names) - 1);
	EVP_PKEY *key = NULL;
	const char *pem;

	if (!name)
		return NULL;
	pem = testdata_text(json_object_get(all, "keys"),
			    json_string_value(name));
	assert_int_equal(shinrai_key_from_pem(pem, strlen(pem), &key), 0);
	return key;
}

/* Return: what loading it gave; with @allocations that were made. */
static int load_once(const char *text, EVP_PKEY *key, unsigned int fail,
		     unsigned int *allocations)
{
	FILE *f = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	struct shinrai_refs r;
	char why[256];
	int ret;

	assert_non_null(f);
	shinrai_refs_init(&r);
	if (key && EVP_PKEY_up_ref(key))
		r.key[r.nkeys++] = key;
	failing = fail;
	count = 0;
	ret = shinrai_refs_read(&r, f, "test", why, sizeof(why));
	if (!ret)
		ret = shinrai_refs_ready(&r, why, sizeof(why));
	*allocations = count;
	failing = 0;
	fclose(f);
	shinrai_refs_free(&r);
	return ret;
}

static void test_each(void **state)
{
	json_t *all = testdata_json("selftests/unit/refs.json", 0);
	unsigned int n, k, none, harmless, tried = 0;
	const json_t *doc;
	EVP_PKEY *key;
	size_t i;
	int ret;

	(void)state;
	json_array_foreach(json_object_get(all, "files"), i, doc) {
		if (*testdata_text(doc, "ret") || !*testdata_text(doc, "text"))
			continue;
		key = key_of(all, doc);
		assert_int_equal(
			load_once(testdata_text(doc, "text"), key, 0, &n), 0);
		harmless = 0; /* giving room back, of two sets */
		for (k = 1; k <= n; k++) {
			ret = load_once(testdata_text(doc, "text"), key, k,
					&none);
			harmless += !ret;
			if ((ret && ret != -ENOMEM) || harmless > 2)
				fail_msg("%s: allocation %u of %u: %d",
					 testdata_text(doc, "name"), k, n, ret);
			tried++;
		}
		EVP_PKEY_free(key);
	}
	print_message("%u failures\n", tried);
	assert_true(tried > 150);
}

/* A file that is not known is not let through when there is no memory to tell. */
static void test_excluded(void **state)
{
	static const char path[] = "/bin/evil";
	struct shinrai_ima_entry e = {
		.path = { (const u8 *)path, sizeof(path) - 1 },
	};
	struct shinrai_ima_rules r;
	unsigned int k;
	char why[64];

	(void)state;
	shinrai_ima_rules_init(&r);
	assert_int_equal(
		shinrai_ima_rules_exclude(&r, "/tmp/", why, sizeof(why)), 0);
	assert_int_equal(shinrai_ima_rules_ready(&r), 0);
	for (k = 0; k <= 2; k++) {
		failing = k;
		count = 0;
		assert_int_equal(shinrai_ima_rules_judge(&r, NULL, &e),
				 k ? SHINRAI_IMA_NO_MEMORY :
				     SHINRAI_IMA_UNKNOWN);
		assert_int_equal(count, 2);
	}
	failing = 0;
	shinrai_ima_rules_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_excluded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
