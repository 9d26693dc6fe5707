// SPDX-License-Identifier: MIT
/* ES256 over JSON, by libjose: one algorithm, one curve, nothing to negotiate. */
#include <jose/b64.h>
#include <jose/jws.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>

#include <shinrai/cms.h>
#include <shinrai/hash.h>
#include <shinrai/jws.h>
#include <shinrai/session.h>
#include <shinrai/util.h>

/**
 * shinrai_jws_key() - private P-256 key from PEM
 * @pem: @len bytes, not encrypted
 * @len: their number
 * @key: out, for EVP_PKEY_free()
 *
 * Return: 0; -EBADMSG no key, or encrypted; -ENOTSUP not P-256; -ENOMEM.
 */
int shinrai_jws_key(const void *pem, size_t len, EVP_PKEY **key)
{
	BIO *bio = len <= INT_MAX ? BIO_new_mem_buf(pem, (int)len) : NULL;
	char group[32];
	EVP_PKEY *k;

	if (!bio)
		return -ENOMEM;
	k = PEM_read_bio_PrivateKey(bio, NULL, shinrai_no_passphrase, NULL);
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

/* Members in the order of RFC 7638. */
static json_t *bare(EVP_PKEY *key)
{
	return json_pack("{s:s, s:s, s:o, s:o}", "crv", "P-256", "kty", "EC",
			 "x", coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X), "y",
			 coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y));
}

/**
 * shinrai_jws_kid() - the name of a key: its thumbprint, RFC 7638
 * @key: a P-256 key
 * @kid: out, base64url
 *
 * Return: 0; -ENOMEM.
 */
int shinrai_jws_kid(EVP_PKEY *key, char kid[SHINRAI_KID_SIZE])
{
	json_t *jwk = bare(key);
	char *text = jwk ? json_dumps(jwk, JSON_COMPACT | JSON_SORT_KEYS) :
			   NULL;
	struct shinrai_sha256 c;
	u8 hash[32];

	json_decref(jwk);
	if (!text)
		return -ENOMEM;
	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, text, strlen(text));
	shinrai_sha256_final(&c, hash);
	shinrai_base64url_encode(hash, sizeof(hash), kid);
	free(text);
	return 0;
}

/**
 * shinrai_jws_public() - a key for those who check, RFC 7517
 * @key: a P-256 key
 *
 * Return: a JWK with kid, alg and use, to be released; NULL when memory lacks.
 */
json_t *shinrai_jws_public(EVP_PKEY *key)
{
	char kid[SHINRAI_KID_SIZE];
	json_t *j;

	if (shinrai_jws_kid(key, kid))
		return NULL;
	j = bare(key);
	if (j && json_object_update_new(j, json_pack("{s:s, s:s, s:s}", "alg",
						     "ES256", "kid", kid, "use",
						     "sig"))) {
		json_decref(j);
		return NULL;
	}
	return j;
}

static int compact(const json_t *jws, char **out)
{
	const char *protected, *payload, *signature;

	if (json_unpack((json_t *)(uintptr_t)jws, "{s:s, s:s, s:s}",
			"protected", &protected, "payload", &payload,
			"signature", &signature))
		return -EIO;
	return asprintf(out, "%s.%s.%s", protected, payload, signature) < 0 ?
		       -ENOMEM :
		       0;
}

/**
 * shinrai_jws_sign() - sign JSON, compact serialization, RFC 7515 7.1
 * @key: private P-256 key
 * @typ: what the JSON is, RFC 7515 4.1.9
 * @payload: the JSON
 * @jws: out, NUL-terminated, for free()
 *
 * The header has alg, kid and typ.
 *
 * Return: 0; -ENOMEM; -EIO the library refused.
 */
int shinrai_jws_sign(EVP_PKEY *key, const char *typ, const json_t *payload,
		     char **jws)
{
	char *text = json_dumps(payload, JSON_COMPACT);
	json_t *jwk = bare(key), *j = NULL, *sig = NULL;
	char kid[SHINRAI_KID_SIZE];
	int ret = -ENOMEM;

	if (jwk)
		json_object_set_new(jwk, "d",
				    coordinate(key, OSSL_PKEY_PARAM_PRIV_KEY));
	if (!shinrai_jws_kid(key, kid))
		sig = json_pack("{s:{s:s, s:s, s:s}}", "protected", "alg",
				"ES256", "kid", kid, "typ", typ);
	if (text)
		j = json_pack("{s:o}", "payload",
			      jose_b64_enc(text, strlen(text)));
	if (j && jwk && sig)
		ret = jose_jws_sig(NULL, j, sig, jwk) ? compact(j, jws) : -EIO;
	json_decref(sig);
	json_decref(j);
	json_decref(jwk);
	free(text);
	return ret;
}

/* Parts of a compact JWS, of their own. */
static int split(const char *jws, char **copy, const char *part[3])
{
	char *at;
	int i;

	if (strlen(jws) > SHINRAI_JWS_MAX)
		return -EBADMSG;
	*copy = strdup(jws);
	if (!*copy)
		return -ENOMEM;
	for (i = 0, at = *copy; i < 3; i++) {
		part[i] = at;
		at += strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz0123456789-_");
		if (*at != (i < 2 ? '.' : '\0'))
			return -EBADMSG;
		*at++ = '\0';
	}
	return 0;
}

static bool is(const json_t *j, const char *member, const char *text)
{
	const char *have = json_string_value(json_object_get(j, member));

	return have && !strcmp(have, text);
}

/* JSON in base64url, of an object that says nothing twice. */
static json_t *decode(const char *part)
{
	json_t *text = json_string(part), *j = NULL;
	size_t len = text ? jose_b64_dec(text, NULL, 0) : SIZE_MAX;
	SHINRAI_FREE char *raw = len < SIZE_MAX ? malloc(len + 1) : NULL;

	if (raw && jose_b64_dec(text, raw, len) == len)
		j = json_loadb(raw, len, JSON_REJECT_DUPLICATES, NULL);
	json_decref(text);
	if (json_is_object(j))
		return j;
	json_decref(j);
	return NULL;
}

/* Return: the key of the set that @header names; NULL. */
static const json_t *key_of(const json_t *keys, const json_t *header)
{
	const char *kid = json_string_value(json_object_get(header, "kid"));
	const json_t *all = json_object_get(keys, "keys"), *k;
	size_t i;

	for (i = 0; kid && i < json_array_size(all); i++) {
		k = json_array_get(all, i);
		if (is(k, "kid", kid) && is(k, "kty", "EC") &&
		    is(k, "crv", "P-256"))
			return k;
	}
	return NULL;
}

static int check(const char *part[3], const json_t *keys, const char *typ)
{
	json_t *header = decode(part[0]), *j = NULL;
	const json_t *key;
	int ret = -EBADMSG;

	if (!is(header, "alg", "ES256") || !is(header, "typ", typ) ||
	    json_object_get(header, "crit"))
		goto out;
	ret = -ENOENT;
	key = key_of(keys, header);
	if (!key)
		goto out;
	ret = -ENOMEM;
	j = json_pack("{s:s, s:s, s:s}", "protected", part[0], "payload",
		      part[1], "signature", part[2]);
	if (j)
		ret = jose_jws_ver(NULL, j, NULL, key, false) ? 0 :
								-EKEYREJECTED;
out:
	json_decref(j);
	json_decref(header);
	return ret;
}

/**
 * shinrai_jws_check() - was this signed by one of these keys?
 * @jws: compact serialization
 * @keys: a JWK set, RFC 7517 5; the header's kid says which
 * @typ: what it has to be
 * @payload: out on success, an object, to be released
 *
 * ES256 alone, whatever the header asks for.
 *
 * Return: 0; -EBADMSG it is no such JWS; -ENOENT its key is not in the set;
 * -EKEYREJECTED it was not signed by that key; -ENOMEM.
 */
int shinrai_jws_check(const char *jws, const json_t *keys, const char *typ,
		      json_t **payload)
{
	SHINRAI_FREE char *copy = NULL;
	const char *part[3];
	int ret = split(jws, &copy, part);

	if (!ret)
		ret = check(part, keys, typ);
	if (ret)
		return ret;
	*payload = decode(part[1]);
	return *payload ? 0 : -EBADMSG;
}
