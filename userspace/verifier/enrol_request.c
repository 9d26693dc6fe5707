// SPDX-License-Identifier: MIT
/* What a device sends to be enrolled by its TPM.  Pure but for memory. */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include <shinrai/cms.h>
#include <shinrai/session.h>

#include "enrol.h"

#define CSR_MAX 8192
#define PUBLIC_MAX 1024
#define RSA_LEAST 2048 /* bits */
#define RSA_MOST 4096

/* Of bounded work for who verifies: 64 multiplications at most. */
static bool rsa_is_taken(const EVP_PKEY *key)
{
	const int bits = EVP_PKEY_get_bits(key);
	BIGNUM *e = NULL;
	bool taken = bits >= RSA_LEAST && bits <= RSA_MOST &&
		     EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) &&
		     BN_num_bits(e) <= 32;

	BN_free(e);
	return taken;
}

/* A curve that is given by its numbers is anybody's, also when they are those. */
static bool curve_is_taken(const EVP_PKEY *key)
{
	static const char *const curves[] = { "prime256v1", "secp384r1",
					      "secp521r1" };
	char name[32];
	int by_numbers;
	size_t i;

	if (!EVP_PKEY_get_int_param(
		    key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
		    &by_numbers) ||
	    by_numbers ||
	    !EVP_PKEY_get_group_name(key, name, sizeof(name), NULL))
		return false;
	for (i = 0; i < ARRAY_SIZE(curves); i++) {
		if (!strcmp(name, curves[i]))
			return true;
	}
	return false;
}

static bool key_is_taken(const EVP_PKEY *key)
{
	if (EVP_PKEY_is_a(key, "EC"))
		return curve_is_taken(key);
	if (EVP_PKEY_is_a(key, "RSA"))
		return rsa_is_taken(key);
	return EVP_PKEY_is_a(key, "ED25519");
}

/* Its signature is for enrol_request_is_signed(). */
static bool take_csr(const char *pem, struct enrol_request *q)
{
	const size_t len = strlen(pem);
	BIO *bio = len <= CSR_MAX ? BIO_new_mem_buf(pem, (int)len) : NULL;

	if (bio)
		q->csr = PEM_read_bio_X509_REQ(bio, NULL, shinrai_no_passphrase,
					       NULL);
	BIO_free(bio);
	q->tls_key = q->csr ? X509_REQ_get0_pubkey(q->csr) : NULL;
	ERR_clear_error();
	return q->tls_key && key_is_taken(q->tls_key);
}

/* A text of base64url into the buffer.  Return: whether it is one. */
static bool take_bytes(const json_t *j, size_t most, u8 **at,
		       struct shinrai_bytes *out)
{
	const char *text = json_string_value(j);

	if (!text || strlen(text) > most * 4 / 3 + 4)
		return false;
	if (shinrai_base64url_decode(text, *at, most, &out->len) || !out->len)
		return false;
	out->p = *at;
	*at += out->len;
	return true;
}

static const char *take_certs(const json_t *j, u8 **at, struct enrol_request *q)
{
	const json_t *v;
	size_t i;

	if (!json_array_size(j) || json_array_size(j) > SHINRAI_EK_CHAIN_MAX)
		return "ek_certificates: the EK's, and of CAs above it; 8 at "
		       "most";
	json_array_foreach(j, i, v) {
		if (!take_bytes(v, SHINRAI_EK_CERT_MAX, at, &q->cert[i]))
			return "ek_certificates: each one is DER in base64url, "
			       "of at most 4096 bytes";
	}
	q->ncerts = json_array_size(j);
	return NULL;
}

static const char *take_keys(const json_t *j, u8 **at, struct enrol_request *q)
{
	const char *csr = json_string_value(json_object_get(j, "csr"));
	struct shinrai_bytes b;

	if (!take_bytes(json_object_get(j, "ek"), PUBLIC_MAX, at, &b) ||
	    shinrai_public2b_parse(b.p, b.len, &q->ek))
		return "ek: a TPM2B_PUBLIC in base64url, RSA or ECC";
	if (!take_bytes(json_object_get(j, "ak"), PUBLIC_MAX, at, &b) ||
	    shinrai_public2b_parse(b.p, b.len, &q->ak))
		return "ak: a TPM2B_PUBLIC in base64url, RSA or ECC";
	if (csr && !take_csr(csr, q))
		return "csr: a PEM certificate request for a key on P-256, "
		       "P-384 or P-521, which it names, of Ed25519, or RSA of "
		       "2048 to 4096 bits with an exponent below 2^32";
	return NULL;
}

static const char *take_texts(const json_t *j, struct enrol_request *q)
{
	const struct {
		const char *key;
		const char **to;
	} texts[] = {
		{ "name", &q->name },
		{ "url", &q->url },
		{ "tls_name", &q->tls_name },
		{ "policy", &q->policy },
		{ "group", &q->group },
		{ "ek", NULL },
		{ "ak", NULL },
		{ "csr", NULL },
	};
	const char *key;
	const json_t *v;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)j, key, v) {
		if (!strcmp(key, "ek_certificates"))
			continue;
		for (i = 0; i < ARRAY_SIZE(texts); i++) {
			if (!strcmp(key, texts[i].key))
				break;
		}
		if (i == ARRAY_SIZE(texts))
			return "members are name, url, tls_name, policy, "
			       "group, ek, ek_certificates, ak, csr";
		if (!json_is_string(v))
			return "each member but ek_certificates is a text";
		if (texts[i].to)
			*texts[i].to = json_string_value(v);
	}
	if (q->tls_name && url_name_fault(q->tls_name))
		return "tls_name: a DNS name, or \"\" for the address of its url";
	return q->name ? NULL : "name, ek, ek_certificates and ak are needed";
}

/**
 * enrol_request_parse() - read a request
 * @j: an object; stays as long as @q
 * @q: out, for enrol_request_free() in every case
 *
 * Return: what is wrong with it; NULL.
 */
const char *enrol_request_parse(const json_t *j, struct enrol_request *q)
{
	const char *wrong;
	u8 *at;

	memset(q, 0, sizeof(*q));
	wrong = take_texts(j, q);
	if (wrong)
		return wrong;
	at = q->buffer = malloc(2 * PUBLIC_MAX +
				SHINRAI_EK_CHAIN_MAX * SHINRAI_EK_CERT_MAX);
	if (!at)
		return "out of memory";
	wrong = take_certs(json_object_get(j, "ek_certificates"), &at, q);
	return wrong ? wrong : take_keys(j, &at, q);
}

/**
 * enrol_request_is_signed() - does who asks have the key of the CSR?
 * @q: from enrol_request_parse()
 *
 * The rest of what a CSR says does not count.  That is a millisecond of work at most,
 * which is still worth doing last, for who may be enrolled otherwise.
 *
 * Return: whether the CSR is signed by its key, or there is none.
 */
bool enrol_request_is_signed(const struct enrol_request *q)
{
	bool is = !q->csr || X509_REQ_verify(q->csr, q->tls_key) == 1;

	ERR_clear_error();
	return is;
}

/**
 * enrol_request_free() - release it
 * @q: from enrol_request_parse()
 */
void enrol_request_free(struct enrol_request *q)
{
	X509_REQ_free(q->csr);
	free(q->buffer);
}
