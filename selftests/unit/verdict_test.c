// SPDX-License-Identifier: MIT
/* What comes of an appraisal: refusals, notes, the signed verdict. */
/* links: selftests/verify/forge.c selftests/verify/forge_log.c selftests/verify/forge_boot.c selftests/verify/forge_ima.c selftests/verify/forge_quote.c selftests/verify/forge_session.c selftests/verify/forge_data.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/ecdsa.h>

#include <shinrai/ear.h>
#include <shinrai/verdict.h>

#include "../verify/forge.h"

static struct forge *forged(EVP_PKEY *key)
{
	struct forge *f = malloc(sizeof(*f));

	assert_non_null(f);
	forge_init(f, key);
	forge_build(f);
	return f;
}

/* What cannot be ours is an error of the caller, not of the machine. */
static void test_own_pcrs(void **state)
{
	static const u8 refused[][2] = {
		{ 10, 13 }, { 12, 12 }, { 13, 0 }, { 16, 12 }, { 12, 23 }
	};
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct forge *f = forged(key);
	struct shinrai_appraisal a;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		memcpy(f->expect, refused[i], sizeof(f->expect));
		assert_int_equal(forge_appraise(f, &a), -EINVAL);
		shinrai_appraisal_free(&a);
	}
	free(f);
	EVP_PKEY_free(key);
}

static bool noted(const struct shinrai_appraisal *a, const char *text)
{
	unsigned int i;

	for (i = 0; i < a->nnotes; i++) {
		if (strstr(a->note[i], text))
			return true;
	}
	return false;
}

/* Trust that rests on little says so. */
static void test_notes(void **state)
{
	static const char module[] = "held against nothing";
	static const char anonymous[] = "--allow-anon-exec";
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct forge *f = forged(key);
	struct shinrai_appraisal a;

	(void)state;
	assert_int_equal(forge_appraise(f, &a), 0);
	assert_false(noted(&a, module) || noted(&a, anonymous));
	shinrai_appraisal_free(&a);
	forge_init(f, key);
	f->reference_module = NULL;
	f->allow_anon_exec = true;
	forge_build(f);
	assert_int_equal(forge_appraise(f, &a), 0);
	assert_int_equal(a.verdict, SHINRAI_TRUSTED);
	assert_true(noted(&a, module) && noted(&a, anonymous));
	shinrai_appraisal_free(&a);
	free(f);
	EVP_PKEY_free(key);
}

/* Whatever else there is to say, and however much. */
static void test_notes_many(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct forge *f = forged(key);
	struct shinrai_appraisal a;
	char text[8192];
	size_t i, n;

	(void)state;
	n = (size_t)sprintf(text, "# shinrai-digests v1\n# source: local /x\n");
	for (i = 1; i < SHINRAI_MAX_SOURCES; i++)
		n += (size_t)sprintf(text + n, "# source: list %zu\n", i);
	strcpy(text + n, strstr(f->digests, "forged for a test\n") +
				 strlen("forged for a test\n"));
	f->digests = text;
	f->allow_anon_exec = true;
	assert_int_equal(forge_appraise(f, &a), 0);
	assert_int_equal(a.verdict, SHINRAI_TRUSTED);
	assert_true(noted(&a, "--trust-local"));
	assert_true(noted(&a, "--allow-anon-exec"));
	assert_true(noted(&a, "module: m.ko"));
	snprintf(text, sizeof(text), "known digests: list %zu", i - 1);
	assert_true(noted(&a, text));
	shinrai_appraisal_free(&a);
	free(f);
	EVP_PKEY_free(key);
}

/* References may come from elsewhere; no terminal is at their mercy. */
static void test_printable(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct forge *f = forged(key);
	struct shinrai_appraisal a;
	char text[4096], *name;

	(void)state;
	name = strstr(f->reference, "\"k\"");
	assert_non_null(name);
	snprintf(text, sizeof(text), "%.*s\"\\u001b[2J\"%s",
		 (int)(name - f->reference), f->reference, name + 3);
	f->reference = text;
	assert_int_equal(forge_appraise(f, &a), 0);
	assert_true(noted(&a, "kernel: \\x1b[2J"));
	shinrai_appraisal_free(&a);
	free(f);
	EVP_PKEY_free(key);
}

/* RFC 7515 A.3's way to check, with OpenSSL: not by the library that signed. */
static void check_jwt(char *jwt, EVP_PKEY *key, json_t **claims)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	char *dot = strrchr(jwt, '.'), *middle = strchr(jwt, '.') + 1;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	u8 raw[64], *der = NULL, body[32768];
	size_t n;
	int len;

	assert_int_equal(shinrai_base64url_decode(dot + 1, raw, 64, &n), 0);
	assert_int_equal(n, 64);
	ECDSA_SIG_set0(sig, BN_bin2bn(raw, 32, NULL),
		       BN_bin2bn(raw + 32, 32, NULL));
	len = i2d_ECDSA_SIG(sig, &der);
	assert_int_equal(
		EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestVerify(ctx, der, (size_t)len, (u8 *)jwt,
					  (size_t)(dot - jwt)),
			 1);
	*dot = '\0';
	assert_int_equal(
		shinrai_base64url_decode(middle, body, sizeof(body), &n), 0);
	*claims = json_loadb((char *)body, n, 0, NULL);
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
}

static void test_ear(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct forge *f = forged(key);
	struct shinrai_appraisal a;
	const char *verdict, *nonce;
	json_t *claims;
	int status, hardware, executables;
	char *jwt;

	(void)state;
	assert_int_equal(forge_appraise(f, &a), 0);
	assert_int_equal(shinrai_ear_sign(&a, key, 1700000001, &jwt), 0);
	check_jwt(jwt, key, &claims);
	assert_int_equal(
		json_unpack(claims, "{s:s, s:{s:{s:i, s:{s:i, s:i}, s:{s:s}}}}",
			    "eat_nonce", &nonce, "submods", "shinrai",
			    "ear.status", &status, "ear.trustworthiness-vector",
			    "hardware", &hardware, "executables", &executables,
			    "shinrai.verdict", "verdict", &verdict),
		0);
	assert_int_equal(status, 2);
	assert_int_equal(hardware, 0);
	assert_int_equal(executables, 2);
	assert_string_equal(verdict, "trusted");
	json_decref(claims);
	free(jwt);
	shinrai_appraisal_free(&a);
	free(f);
	EVP_PKEY_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_pcrs),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_notes_many),
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_ear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
