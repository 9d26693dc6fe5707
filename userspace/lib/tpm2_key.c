// SPDX-License-Identifier: MIT
/* Keys of TPM public areas as OpenSSL keys, and what their signatures cover. */
#include <limits.h>
#include <pthread.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <shinrai/cms.h>
#include <shinrai/tpm2.h>

#define MIN_RSA_BITS 2048

static const EVP_MD *md_of(u16 alg)
{
	switch (alg) {
	case SHINRAI_ALG_SHA1:
		return EVP_sha1();
	case SHINRAI_ALG_SHA256:
		return EVP_sha256();
	case SHINRAI_ALG_SHA384:
		return EVP_sha384();
	case SHINRAI_ALG_SHA512:
		return EVP_sha512();
	default:
		return NULL;
	}
}

/*
 * A key of each curve that is never used: to copy what is the curve's from it takes
 * a fifth of the time that looking the curve up does.
 */
static const EVP_PKEY *curve_of(u16 curve)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static EVP_PKEY *made[2];
	const bool p256 = curve == SHINRAI_ECC_P256;
	EVP_PKEY *key;

	pthread_mutex_lock(&lock);
	if (!made[p256])
		made[p256] = EVP_EC_gen(p256 ? "P-256" : "P-384");
	key = made[p256];
	pthread_mutex_unlock(&lock);
	return key;
}

static int key_ecc(const struct shinrai_public *p, EVP_PKEY **key)
{
	const EVP_PKEY *curve = curve_of(p->curve);
	size_t size = p->curve == SHINRAI_ECC_P256 ? 32 : 48;
	u8 point[1 + 2 * 48] = { 4 }; /* uncompressed, SEC 1 2.3.3 */
	EVP_PKEY *k;

	if (p->x.len > size || p->y.len > size)
		return -EBADMSG;
	memcpy(point + 1 + size - p->x.len, p->x.p, p->x.len);
	memcpy(point + 1 + 2 * size - p->y.len, p->y.p, p->y.len);
	k = curve ? EVP_PKEY_new() : NULL;
	if (!k || EVP_PKEY_copy_parameters(k, curve) != 1) {
		EVP_PKEY_free(k);
		return -ENOMEM;
	}
	/* Refuses what is not a point of the curve. */
	if (EVP_PKEY_set1_encoded_public_key(k, point, 1 + 2 * size) != 1) {
		EVP_PKEY_free(k);
		ERR_clear_error();
		return -EBADMSG;
	}
	*key = k;
	return 0;
}

/* Whatever OpenSSL refuses here came from outside: the data is at fault. */
static int key_from_params(const char *type, OSSL_PARAM *params, EVP_PKEY **key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *k = NULL;
	int ret = -ENOMEM;

	if (!ctx || !params)
		goto out;
	ret = -EBADMSG;
	if (EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &k, EVP_PKEY_PUBLIC_KEY, params) != 1)
		goto out;
	*key = k;
	k = NULL;
	ret = 0;
out:
	EVP_PKEY_free(k);
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return ret;
}

static int key_rsa(const struct shinrai_public *p, EVP_PKEY **key)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	BIGNUM *n, *e;
	int ret = -ENOMEM;

	n = BN_bin2bn(p->modulus.p, (int)p->modulus.len, NULL);
	e = BN_new();
	if (!bld || !n || !e ||
	    !BN_set_word(e, p->exponent ? p->exponent : 65537) ||
	    !OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) ||
	    !OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e))
		goto out;
	params = OSSL_PARAM_BLD_to_param(bld);
	ret = key_from_params("RSA", params, key);
out:
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_free(n);
	BN_free(e);
	return ret;
}

int shinrai_public_key(const struct shinrai_public *p, EVP_PKEY **key)
{
	return p->type == SHINRAI_ALG_ECC ? key_ecc(p, key) : key_rsa(p, key);
}

int shinrai_key_from_pem(const void *pem, size_t len, EVP_PKEY **key)
{
	EVP_PKEY *k;
	X509 *cert;
	BIO *bio;

	if (len > INT_MAX)
		return -EBADMSG;
	bio = BIO_new_mem_buf(pem, (int)len);
	if (!bio)
		return -ENOMEM;
	k = PEM_read_bio_PUBKEY(bio, NULL, shinrai_no_passphrase, NULL);
	if (!k) {
		BIO_reset(bio);
		cert = PEM_read_bio_X509(bio, NULL, shinrai_no_passphrase,
					 NULL);
		k = cert ? X509_get_pubkey(cert) : NULL;
		X509_free(cert);
	}
	BIO_free(bio);
	ERR_clear_error();
	if (!k)
		return -EBADMSG;
	*key = k;
	return 0;
}

#define ECDSA_NUMBER 48 /* bytes, of P-384 */
#define ECDSA_DER \
	(3 + 2 * (2 + 1 + ECDSA_NUMBER)) /* SEQUENCE of two INTEGERs */

/* DER of an ECDSA signature, which is what OpenSSL verifies. */
static int ecdsa_der(const struct shinrai_signature *sig, u8 der[ECDSA_DER],
		     size_t *len)
{
	ECDSA_SIG *es;
	BIGNUM *r, *s;
	int n;

	if (sig->r.len > ECDSA_NUMBER || sig->s.len > ECDSA_NUMBER)
		return -EKEYREJECTED;
	es = ECDSA_SIG_new();
	r = BN_bin2bn(sig->r.p, (int)sig->r.len, NULL);
	s = BN_bin2bn(sig->s.p, (int)sig->s.len, NULL);
	if (!es || !r || !s || !ECDSA_SIG_set0(es, r, s)) {
		BN_free(r);
		BN_free(s);
		ECDSA_SIG_free(es);
		return -ENOMEM;
	}
	n = i2d_ECDSA_SIG(es, &der);
	ECDSA_SIG_free(es);
	*len = n > 0 ? (size_t)n : 0;
	return n > 0 ? 0 : -EKEYREJECTED;
}

static int check_key(const struct shinrai_signature *sig, EVP_PKEY *key)
{
	char group[32] = "";
	size_t len;

	if (sig->scheme != SHINRAI_ALG_ECDSA) {
		if (!EVP_PKEY_is_a(key, "RSA"))
			return -ENOKEY;
		return EVP_PKEY_get_bits(key) < MIN_RSA_BITS ? -ENOTSUP : 0;
	}
	if (!EVP_PKEY_is_a(key, "EC"))
		return -ENOKEY;
	if (EVP_PKEY_get_group_name(key, group, sizeof(group), &len) != 1)
		return -ENOTSUP;
	return strcmp(group, "prime256v1") && strcmp(group, "secp384r1") ?
		       -ENOTSUP :
		       0;
}

static bool set_rsa_scheme(EVP_PKEY_CTX *ctx,
			   const struct shinrai_signature *sig)
{
	if (EVP_PKEY_CTX_set_signature_md(ctx, md_of(sig->hash)) != 1)
		return false;
	if (sig->scheme != SHINRAI_ALG_RSAPSS)
		return true;
	/* The salt is as long as the key allows or as the hash: Part 1, B.7. */
	if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) != 1)
		return false;
	return EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_AUTO) == 1;
}

int shinrai_signature_begin(EVP_PKEY *key, EVP_PKEY_CTX **ctx)
{
	*ctx = EVP_PKEY_CTX_new(key, NULL);
	if (!*ctx)
		return -ENOMEM;
	if (EVP_PKEY_verify_init(*ctx) == 1)
		return 0;
	EVP_PKEY_CTX_free(*ctx);
	*ctx = NULL;
	ERR_clear_error();
	return -ENOKEY;
}

static int verify_digest(EVP_PKEY_CTX *ctx, const u8 *sig, size_t len,
			 const u8 *digest, size_t size)
{
	return EVP_PKEY_verify(ctx, sig, len, digest, size) == 1 ?
		       0 :
		       -EKEYREJECTED;
}

/* The key of an ECDSA signature asks for no scheme: a digest is a number to it. */
static int verify_ecdsa(EVP_PKEY_CTX *ctx, const struct shinrai_signature *sig,
			const u8 *digest)
{
	u8 der[ECDSA_DER];
	size_t n;
	int ret = ecdsa_der(sig, der, &n);

	return ret   ?:
		       verify_digest(ctx, der, n, digest,
				     shinrai_bank_size(sig->hash));
}

/* With a copy: what is set for this signature is not for the next one. */
static int verify_rsa(const EVP_PKEY_CTX *begun,
		      const struct shinrai_signature *sig, const u8 *digest)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_dup(begun);
	int ret = -EKEYREJECTED;

	if (!ctx)
		return -ENOMEM;
	if (set_rsa_scheme(ctx, sig))
		ret = verify_digest(ctx, sig->rsa.p, sig->rsa.len, digest,
				    shinrai_bank_size(sig->hash));
	EVP_PKEY_CTX_free(ctx);
	return ret;
}

int shinrai_signature_verify(const struct shinrai_signature *sig,
			     EVP_PKEY_CTX *ctx, const void *data, size_t len)
{
	u8 digest[SHINRAI_BANK_MAX];
	int ret;

	ret = check_key(sig, EVP_PKEY_CTX_get0_pkey(ctx));
	if (ret)
		return ret;
	if (shinrai_bank_hash(sig->hash, data, len, digest))
		return -EKEYREJECTED;
	ret = sig->scheme == SHINRAI_ALG_ECDSA ?
		      verify_ecdsa(ctx, sig, digest) :
		      verify_rsa(ctx, sig, digest);
	ERR_clear_error();
	return ret;
}
