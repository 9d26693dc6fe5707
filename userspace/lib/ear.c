// SPDX-License-Identifier: MIT
/* EAR: the verdict as a JWT that others can check, signed ES256 by libjose. */
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/ear.h>
#include <shinrai/jws.h>
#include <shinrai/session.h>
#include <shinrai/verdict.h>
#include <shinrai/version.h>

/* AR4SI trustworthiness tiers, as numbers in the vector. */
enum { NONE = 0, AFFIRMING = 2, WARNING = 32, CONTRAINDICATED = 96 };

#define STEP(name) (1u << SHINRAI_STEP_##name)

static bool is(const json_t *j, const char *member, const char *text)
{
	const char *have = json_string_value(json_object_get(j, member));

	return have && !strcmp(have, text);
}

/* The step that the reason of a code belongs to; SHINRAI_STEPS: none known. */
static enum shinrai_step step_of(const char *code)
{
	unsigned int i;

	for (i = 0; code && i < SHINRAI_WHYS; i++) {
		if (!strcmp(shinrai_reason_info(i)->code, code))
			return shinrai_reason_info(i)->step;
	}
	return SHINRAI_STEPS;
}

static bool proven(const json_t *verdict, enum shinrai_step step)
{
	const json_t *all = json_object_get(verdict, "proven");
	size_t i;

	for (i = 0; i < json_array_size(all); i++) {
		if (!strcmp(json_string_value(json_array_get(all, i)) ?: "",
			    shinrai_step_name(step)))
			return true;
	}
	return false;
}

/* The worst of what belongs to @steps, 1 << step each; NONE when not looked at. */
static int tier(const json_t *verdict, u32 steps)
{
	const json_t *all = json_object_get(verdict, "reasons"), *why;
	int worst = AFFIRMING;
	enum shinrai_step step;
	size_t i;

	for (i = 0; i < json_array_size(all); i++) {
		why = json_array_get(all, i);
		step = step_of(json_string_value(json_object_get(why, "code")));
		/* A code of another version: of whatever step it may be. */
		if (step != SHINRAI_STEPS && !(steps >> step & 1))
			continue;
		if (is(why, "severity",
		       shinrai_verdict_name(SHINRAI_UNTRUSTED)))
			return CONTRAINDICATED;
		worst = WARNING;
	}
	for (step = 0; step < SHINRAI_STEPS && worst == AFFIRMING; step++) {
		/* A machine may have no IMA log. */
		if (steps >> step & 1 && step != SHINRAI_STEP_IMA &&
		    !proven(verdict, step))
			return NONE;
	}
	return worst;
}

/* A pinned key whose TPM nobody vouched for is no affirmed hardware. */
static int hardware(const json_t *v)
{
	return proven(v, SHINRAI_STEP_ROOT) &&
			       (is(v, "assurance", "hardware") ||
				is(v, "assurance", "firmware")) ?
		       AFFIRMING :
		       NONE;
}

/* PROTOCOL.md 7 says which step is in which claim: each but the root is in one. */
static json_t *vector(const json_t *v)
{
	return json_pack(
		"{s:i, s:i, s:i, s:i}", "instance-identity",
		tier(v, STEP(QUOTE) | STEP(FRESH)), "hardware", hardware(v),
		"configuration",
		tier(v, STEP(FIRMWARE) | STEP(KERNEL) | STEP(INITRAMFS) |
				STEP(CMDLINE) | STEP(DATA)),
		"executables",
		tier(v, STEP(LOG) | STEP(START) | STEP(ARM) | STEP(RUNNING) |
				STEP(CODE) | STEP(IMA)));
}

/* In JSON the status is a word. */
static const char *tier_name(int tier)
{
	return tier == AFFIRMING       ? "affirming" :
	       tier == WARNING	       ? "warning" :
	       tier == CONTRAINDICATED ? "contraindicated" :
					 "none";
}

/* A report says what was recorded, not what the machine is worth. */
static int status_of_report(const json_t *report)
{
	const int worst = tier(report, (1u << SHINRAI_STEPS) - 1);

	/* Of no higher trust than the vector has, though. */
	return worst == AFFIRMING ? NONE : worst;
}

static int status_of(const json_t *verdict)
{
	if (json_object_get(verdict, "report"))
		return status_of_report(verdict);
	if (is(verdict, "verdict", shinrai_verdict_name(SHINRAI_TRUSTED)))
		return AFFIRMING;
	return is(verdict, "verdict", shinrai_verdict_name(SHINRAI_UNKNOWN)) ?
		       WARNING :
		       CONTRAINDICATED;
}

/**
 * shinrai_ear_claims() - the claims of an EAR
 * @verdict: PROTOCOL.md 7, or 9.2; what is no object gives NULL
 * @build: what appraised it
 * @now: s since 1970, claim "iat": it is issued
 *
 * All that draft-fv-rats-ear-03, whose profile it names, makes mandatory.
 *
 * Return: to be released; NULL when memory lacks.
 */
json_t *shinrai_ear_claims(const json_t *verdict, const char *build, s64 now)
{
	if (!json_is_object(verdict))
		return NULL;
	return json_pack("{s:s, s:I, s:{s:s, s:s}, s:{s:{s:s, s:o, s:O}}}",
			 "eat_profile", "tag:github.com,2023:veraison/ear",
			 "iat", (json_int_t)now, "ear.verifier-id", "developer",
			 "Shinrai", "build", build, "submods", "shinrai",
			 "ear.status", tier_name(status_of(verdict)),
			 "ear.trustworthiness-vector", vector(verdict),
			 json_object_get(verdict, "report") ? "shinrai.report" :
							      "shinrai.verdict",
			 verdict);
}

/**
 * shinrai_ear_sign() - sign a verdict as EAR
 * @v: the verdict; the nonce of a session that is believed goes in
 * @key: private P-256 key
 * @now: s since 1970, claim "iat"
 * @jwt: out, compact JWS, NUL-terminated, for free()
 *
 * Return: 0; -ENOMEM; -EIO the library refused.
 */
int shinrai_ear_sign(const struct shinrai_appraisal *v, EVP_PKEY *key, s64 now,
		     char **jwt)
{
	json_t *verdict = shinrai_verdict_json(v);
	json_t *j = shinrai_ear_claims(verdict,
				       "shinrai-verify " SHINRAI_VERSION, now);
	char nonce[2 * SHINRAI_NONCE_MAX];
	int ret;

	json_decref(verdict);
	if (!j)
		return -ENOMEM;
	if (v->have_session) {
		shinrai_base64url_encode(v->session.nonce, v->session.nonce_len,
					 nonce);
		json_object_set_new(j, "eat_nonce", json_string(nonce));
	}
	ret = shinrai_jws_sign(key, "JWT", j, jwt);
	json_decref(j);
	return ret;
}
