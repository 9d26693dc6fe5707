// SPDX-License-Identifier: MIT
/* EAR: the verdict as a JWT that others can check, signed ES256 by libjose. */
#include <jose/b64.h>
#include <jose/jws.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <shinrai/ear.h>
#include <shinrai/verdict.h>

/* AR4SI trustworthiness tiers. */
enum { NONE = 0, AFFIRMING = 2, WARNING = 32, CONTRAINDICATED = 96 };

/**
 * shinrai_ear_key() - private P-256 key from PEM
 * @pem: @len bytes, not encrypted
 * @len: their number
 * @key: out, for EVP_PKEY_free()
 *
 * Return: 0; -EBADMSG no key, or encrypted; -ENOTSUP not P-256; -ENOMEM.
 */
int shinrai_ear_key(const void *pem, size_t len, EVP_PKEY **key)
{
	BIO *bio = len <= INT_MAX ? BIO_new_mem_buf(pem, (int)len) : NULL;
	char group[32];
	EVP_PKEY *k;

	if (!bio)
		return -ENOMEM;
	/* An empty passphrase: nothing here may ask a terminal. */
	k = PEM_read_bio_PrivateKey(bio, NULL, NULL, (char[]){ 0 });
	BIO_free(bio);
	if (!k)
		return -EBADMSG;
	if (!EVP_PKEY_is_a(k, "EC") ||
	    !EVP_PKEY_get_group_name(k, group, sizeof(group), NULL) ||
	    strcmp(group, "prime256v1")) {
		EVP_PKEY_free(k);
		return -ENOTSUP;
	}
	*key = k;
	return 0;
}

static json_t *coordinate(EVP_PKEY *key, const char *name)
{
	BIGNUM *bn = NULL;
	json_t *j = NULL;
	u8 raw[32];

	if (EVP_PKEY_get_bn_param(key, name, &bn) &&
	    BN_bn2binpad(bn, raw, sizeof(raw)) == sizeof(raw))
		j = jose_b64_enc(raw, sizeof(raw));
	BN_clear_free(bn);
	memset(raw, 0, sizeof(raw));
	return j;
}

static json_t *jwk_of(EVP_PKEY *key)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "kty", "EC", "crv",
			 "P-256", "x",
			 coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X), "y",
			 coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y), "d",
			 coordinate(key, OSSL_PKEY_PARAM_PRIV_KEY));
}

/* The worst of what belongs to the steps from..to; NONE when not looked at. */
static int tier(const struct shinrai_appraisal *v, enum shinrai_step from,
		enum shinrai_step to)
{
	int worst = AFFIRMING;
	unsigned int i;

	for (i = 0; i < SHINRAI_WHYS; i++) {
		const struct shinrai_reason_info *info = shinrai_reason_info(i);

		if (!v->count[i] || info->step < from || info->step > to)
			continue;
		if (info->verdict == SHINRAI_UNTRUSTED)
			return CONTRAINDICATED;
		worst = WARNING;
	}
	for (i = from; i <= to && worst == AFFIRMING; i++) {
		if (!v->proven[i])
			return NONE;
	}
	return worst;
}

/* A pinned key whose TPM nobody vouched for is no affirmed hardware. */
static json_t *vector(const struct shinrai_appraisal *v)
{
	return json_pack("{s:i, s:i, s:i, s:i}", "instance-identity",
			 tier(v, SHINRAI_STEP_QUOTE, SHINRAI_STEP_FRESH),
			 "hardware", NONE, "configuration",
			 tier(v, SHINRAI_STEP_FIRMWARE, SHINRAI_STEP_CMDLINE),
			 "executables",
			 tier(v, SHINRAI_STEP_LOG, SHINRAI_STEP_CODE));
}

static json_t *claims(const struct shinrai_appraisal *v, s64 now)
{
	static const int status[] = {
		[SHINRAI_TRUSTED] = AFFIRMING,
		[SHINRAI_UNKNOWN] = WARNING,
		[SHINRAI_UNTRUSTED] = CONTRAINDICATED,
	};
	char nonce[2 * SHINRAI_NONCE_MAX];
	json_t *j;

	/* A report says what was recorded, not what the machine is worth. */
	j = json_pack("{s:s, s:I, s:{s:s, s:s}, s:{s:{s:i, s:o, s:o}}}",
		      "eat_profile", "tag:github.com,2023:veraison/ear", "iat",
		      (json_int_t)now, "ear.verifier-id", "developer",
		      "Shinrai", "build", "shinrai-verify 1", "submods",
		      "shinrai", "ear.status",
		      v->report ? NONE : status[v->verdict],
		      "ear.trustworthiness-vector", vector(v),
		      v->report ? "shinrai.report" : "shinrai.verdict",
		      shinrai_verdict_json(v));
	if (j && v->have_session) {
		shinrai_base64url_encode(v->session.nonce, v->session.nonce_len,
					 nonce);
		json_object_set_new(j, "eat_nonce", json_string(nonce));
	}
	return j;
}

static int compact(const json_t *jws, char **jwt)
{
	const char *protected, *payload, *signature;

	if (json_unpack((json_t *)(uintptr_t)jws, "{s:s, s:s, s:s}",
			"protected", &protected, "payload", &payload,
			"signature", &signature))
		return -EIO;
	return asprintf(jwt, "%s.%s.%s", protected, payload, signature) < 0 ?
		       -ENOMEM :
		       0;
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
	json_t *jwk = jwk_of(key), *body = claims(v, now);
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	json_t *jws = NULL, *sig;
	int ret = -ENOMEM;

	sig = json_pack("{s:{s:s, s:s}}", "protected", "alg", "ES256", "typ",
			"JWT");
	if (text)
		jws = json_pack("{s:o}", "payload",
				jose_b64_enc(text, strlen(text)));
	if (jws && jwk && sig)
		ret = jose_jws_sig(NULL, jws, sig, jwk) ? compact(jws, jwt) :
							  -EIO;
	json_decref(sig);
	json_decref(jws);
	json_decref(jwk);
	json_decref(body);
	free(text);
	return ret;
}
