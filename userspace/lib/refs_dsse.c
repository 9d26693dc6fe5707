// SPDX-License-Identifier: MIT
/* Dead Simple Signing Envelope 1.0, ECDSA P-256 with SHA-256. */
#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include <shinrai/util.h>

#include "refs.h"

#define KEYLIME_TYPE "application/vnd.keylime+json"
#define MAX_SIGNATURES 16

int shinrai_refs_base64(const char *text, u8 **out, size_t *len)
{
	size_t n = text ? strlen(text) : 0, i, pad = 0;
	char *copy;
	int got;

	if (!n || n % 4 || n > INT_MAX)
		return -EBADMSG;
	while (pad < 2 && text[n - 1 - pad] == '=')
		pad++;
	if (strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			 "0123456789+/-_") != n - pad)
		return -EBADMSG;
	copy = strdup(text);
	*out = malloc(n);
	if (!copy || !*out) {
		free(copy);
		return -ENOMEM;
	}
	for (i = 0; i < n; i++)
		copy[i] = copy[i] == '-' ? '+' : copy[i] == '_' ? '/' : copy[i];
	got = EVP_DecodeBlock(*out, (const u8 *)copy, (int)n);
	free(copy);
	if (got < 0)
		return -EBADMSG;
	*len = (size_t)got - pad;
	(*out)[*len] = '\0';
	return 0;
}

/* DSSE 1.0, "Signature Definition": PAE(type, body). */
static bool signed_by(EVP_PKEY *key, const char *type, const u8 *body,
		      size_t len, const u8 *sig, size_t sig_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	char head[128];
	bool good;
	int n;

	n = snprintf(head, sizeof(head), "DSSEv1 %zu %s %zu ", strlen(type),
		     type, len);
	good = ctx && n > 0 && (size_t)n < sizeof(head) &&
	       EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	       EVP_DigestVerifyUpdate(ctx, head, (size_t)n) == 1 &&
	       EVP_DigestVerifyUpdate(ctx, body, len) == 1 &&
	       EVP_DigestVerifyFinal(ctx, sig, sig_len) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

/* Return: 1 or 0; -ENOMEM. */
static int signed_by_any(const struct refs_file *f, const json_t *j,
			 const char *type, const u8 *body, size_t len)
{
	const json_t *list = json_object_get(j, "signatures"), *s;
	unsigned int k;
	int good = 0;
	size_t i;

	json_array_foreach(list, i, s) {
		SHINRAI_FREE u8 *sig = NULL;
		size_t sig_len;
		int ret;

		ret = shinrai_refs_base64(
			json_string_value(json_object_get(s, "sig")), &sig,
			&sig_len);
		if (ret == -ENOMEM)
			return ret;
		if (ret || i == MAX_SIGNATURES)
			break;
		for (k = 0; k < f->refs->nkeys && !good; k++)
			good = signed_by(f->refs->key[k], type, body, len, sig,
					 sig_len);
	}
	return good;
}

static int read_payload(struct refs_file *f, const u8 *body, size_t len)
{
	json_t *j;
	int ret = shinrai_refs_parse(f, body, len, "payload, ", &j);

	if (ret)
		return ret;
	ret = shinrai_refs_keylime(f, j, true);
	json_decref(j);
	return ret;
}

/* shinrai_refs_dsse() - an envelope, which nobody looks into before it is verified */
int shinrai_refs_dsse(struct refs_file *f, const json_t *j)
{
	const char *type = json_string_value(json_object_get(j, "payloadType"));
	SHINRAI_FREE u8 *body = NULL;
	size_t len;
	int ret;

	if (!type || strcmp(type, KEYLIME_TYPE))
		return shinrai_refs_bad(
			f, -EBADMSG,
			"DSSE envelope of %.80s, not " KEYLIME_TYPE,
			type ? type : "nothing");
	if (!f->refs->nkeys)
		return shinrai_refs_bad(
			f, -EKEYREJECTED,
			"signed, and no key to hold it against; name the "
			"signer's public key as reference key");
	ret = shinrai_refs_base64(
		json_string_value(json_object_get(j, "payload")), &body, &len);
	if (ret)
		return shinrai_refs_bad(f, ret, "payload is not in base64");
	ret = signed_by_any(f, j, type, body, len);
	if (ret < 0)
		return shinrai_refs_bad(f, ret, "%s", strerror(-ret));
	if (!ret)
		return shinrai_refs_bad(
			f, -EKEYREJECTED,
			"not signed by a reference key; find out who altered "
			"it, or name its signer's key");
	f->vouched = true;
	return read_payload(f, body, len);
}
