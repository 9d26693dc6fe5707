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
#include <shinrai/version.h>

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
	const char *verdict, *nonce, *profile, *developer, *build, *status;
	json_t *claims;
	int iat, hardware, executables;
	char *jwt;

	(void)state;
	assert_int_equal(forge_appraise(f, &a), 0);
	assert_int_equal(shinrai_ear_sign(&a, key, 1700000001, &jwt), 0);
	check_jwt(jwt, key, &claims);
	assert_int_equal(
		json_unpack(claims,
			    "{s:s, s:i, s:{s:s, s:s !}, s:s, "
			    "s:{s:{s:s, s:{s:i, s:i}, s:{s:s} !} !} !}",
			    "eat_profile", &profile, "iat", &iat,
			    "ear.verifier-id", "developer", &developer, "build",
			    &build, "eat_nonce", &nonce, "submods", "shinrai",
			    "ear.status", &status, "ear.trustworthiness-vector",
			    "hardware", &hardware, "executables", &executables,
			    "shinrai.verdict", "verdict", &verdict),
		0);
	assert_string_equal(profile, "tag:github.com,2023:veraison/ear");
	assert_int_equal(iat, 1700000001);
	assert_string_equal(build, "shinrai-verify " SHINRAI_VERSION);
	assert_string_equal(status, "affirming");
	assert_int_equal(hardware, 0);
	assert_int_equal(executables, 2);
	assert_string_equal(verdict, "trusted");
	json_decref(claims);
	free(jwt);
	shinrai_appraisal_free(&a);
	free(f);
	EVP_PKEY_free(key);
}

/*
 * What an EAR says of a verdict, or a report (@kind), that stands on one reason, or
 * none: with each step proven but @without.
 */
static json_t *ear_of_kind(const char *kind, const char *code,
			   const char *severity, enum shinrai_step without)
{
	json_t *proven = json_array(), *reasons = json_array();
	json_t *verdict, *claims, *shinrai;
	unsigned int i;

	for (i = 0; i < SHINRAI_STEPS; i++) {
		if (i != without)
			json_array_append_new(proven,
					      json_string(shinrai_step_name(
						      (enum shinrai_step)i)));
	}
	if (code)
		json_array_append_new(reasons,
				      json_pack("{s:s, s:s}", "code", code,
						"severity", severity));
	verdict = json_pack("{s:s, s:o, s:o, s:s}", kind, severity, "reasons",
			    reasons, "proven", proven, "assurance", "hardware");
	claims = shinrai_ear_claims(verdict, "test", 1700000001);
	assert_int_equal(json_unpack(claims, "{s:{s:O}}", "submods", "shinrai",
				     &shinrai),
			 0);
	json_decref(claims);
	json_decref(verdict);
	return shinrai;
}

static json_t *ear_of(const char *code, const char *severity,
		      enum shinrai_step without)
{
	return ear_of_kind("verdict", code, severity, without);
}

/* In JSON a tier is a word, and a claim of the vector a number. */
static int status_of(const json_t *shinrai)
{
	static const struct {
		const char *word;
		int number;
	} tiers[] = {
		{ "none", 0 },
		{ "affirming", 2 },
		{ "warning", 32 },
		{ "contraindicated", 96 },
	};
	const char *status =
		json_string_value(json_object_get(shinrai, "ear.status"));
	size_t i;

	assert_non_null(status);
	for (i = 0; i < ARRAY_SIZE(tiers); i++) {
		if (!strcmp(tiers[i].word, status))
			return tiers[i].number;
	}
	fail_msg("%s is no tier", status);
	return -1;
}

struct vector {
	int identity, hardware, configuration, executables;
};

static struct vector vector_of(const json_t *shinrai)
{
	struct vector v;

	assert_int_equal(
		json_unpack((json_t *)shinrai, "{s:{s:i, s:i, s:i, s:i !}}",
			    "ear.trustworthiness-vector", "instance-identity",
			    &v.identity, "hardware", &v.hardware,
			    "configuration", &v.configuration, "executables",
			    &v.executables),
		0);
	return v;
}

static void expect_vector(const char *what, const json_t *shinrai,
			  const struct vector *want)
{
	const struct vector have = vector_of(shinrai);

	if (memcmp(&have, want, sizeof(have)))
		fail_msg("%s: %d %d %d %d", what, have.identity, have.hardware,
			 have.configuration, have.executables);
}

/* Who decides by the vector alone decides as who reads the status. */
static void test_ear_reasons(void **state)
{
	const struct shinrai_reason_info *why;
	unsigned int i, n;
	struct vector v;
	json_t *j;
	int status;

	(void)state;
	for (i = 0; i < SHINRAI_WHYS; i++) {
		why = shinrai_reason_info((enum shinrai_reason_code)i);
		j = ear_of(why->code, shinrai_verdict_name(why->verdict),
			   SHINRAI_STEPS);
		status = status_of(j);
		v = vector_of(j);
		n = (v.identity == status) + (v.configuration == status) +
		    (v.executables == status);
		if (status == 2 || n != 1)
			fail_msg("%s: status %d, and so %u claims", why->code,
				 status, n);
		json_decref(j);
	}
}

/* PROTOCOL.md 7: where each kind of reason goes. */
static void test_ear_claims(void **state)
{
	static const struct {
		const char *code, *severity;
		struct vector want;
	} cases[] = {
		{ NULL, "trusted", { 2, 2, 2, 2 } },
		{ "signature", "untrusted", { 96, 2, 2, 2 } },
		{ "session-missing", "unknown", { 32, 2, 2, 2 } },
		{ "firmware-replay", "untrusted", { 2, 2, 96, 2 } },
		{ "cmdline-unknown", "unknown", { 2, 2, 32, 2 } },
		{ "data-left", "untrusted", { 2, 2, 96, 2 } },
		{ "policy-observed", "untrusted", { 2, 2, 96, 2 } },
		{ "log-gap", "untrusted", { 2, 2, 2, 96 } },
		{ "module-unknown", "unknown", { 2, 2, 2, 32 } },
		{ "code-unknown", "untrusted", { 2, 2, 2, 96 } },
		{ "ima-denied", "untrusted", { 2, 2, 2, 96 } },
		{ "ima-unknown", "untrusted", { 2, 2, 2, 96 } },
		{ "ima-missing", "unknown", { 2, 2, 2, 32 } },
		{ "of-another-version", "untrusted", { 96, 2, 96, 96 } },
	};
	json_t *j;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		j = ear_of(cases[i].code, cases[i].severity, SHINRAI_STEPS);
		expect_vector(cases[i].code ?: "none", j, &cases[i].want);
		json_decref(j);
	}
}

/* Nothing is said of what was not looked at; a machine may have no IMA log. */
static void test_ear_unproven(void **state)
{
	static const struct {
		enum shinrai_step without;
		struct vector want;
	} cases[] = {
		{ SHINRAI_STEP_ROOT, { 2, 0, 2, 2 } },
		{ SHINRAI_STEP_QUOTE, { 0, 2, 2, 2 } },
		{ SHINRAI_STEP_FRESH, { 0, 2, 2, 2 } },
		{ SHINRAI_STEP_FIRMWARE, { 2, 2, 0, 2 } },
		{ SHINRAI_STEP_CMDLINE, { 2, 2, 0, 2 } },
		{ SHINRAI_STEP_DATA, { 2, 2, 0, 2 } },
		{ SHINRAI_STEP_LOG, { 2, 2, 2, 0 } },
		{ SHINRAI_STEP_CODE, { 2, 2, 2, 0 } },
		{ SHINRAI_STEP_IMA, { 2, 2, 2, 2 } },
	};
	json_t *j;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		j = ear_of(NULL, "trusted", cases[i].without);
		expect_vector(shinrai_step_name(cases[i].without), j,
			      &cases[i].want);
		json_decref(j);
	}
}

/* No report makes a machine trusted; what it refutes it does not hide. */
static void test_ear_report(void **state)
{
	static const struct {
		const char *code, *severity;
		int want;
	} cases[] = {
		{ NULL, "trusted", 0 },
		{ "cmdline-unknown", "unknown", 32 },
		{ "signature", "untrusted", 96 },
	};
	json_t *j;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		j = ear_of_kind("report", cases[i].code, cases[i].severity,
				SHINRAI_STEPS);
		assert_int_equal(status_of(j), cases[i].want);
		assert_non_null(json_object_get(j, "shinrai.report"));
		json_decref(j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_pcrs),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_notes_many),
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_ear),
		cmocka_unit_test(test_ear_reasons),
		cmocka_unit_test(test_ear_claims),
		cmocka_unit_test(test_ear_unproven),
		cmocka_unit_test(test_ear_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
