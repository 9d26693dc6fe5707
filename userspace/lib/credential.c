// SPDX-License-Identifier: MIT
/* TPM2_MakeCredential without a TPM: Part 1, 24; B.10.4 (RSA), C.6.4 (ECC). */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <shinrai/credential.h>
#include <shinrai/ek.h>

#define SEED 32 /* nameAlg is SHA-256 */
#define AES_KEY 16
#define COORDINATE 32
#define POINT (1 + 2 * COORDINATE) /* uncompressed, SEC 1 2.3.3 */

/* The label of the seed; its NUL is part of it. */
#define IDENTITY "IDENTITY"

static OSSL_PARAM octets(const char *key, const void *p, size_t len)
{
	return OSSL_PARAM_construct_octet_string(key, (void *)(uintptr_t)p,
						 len);
}

static OSSL_PARAM text(const char *key, const char *value)
{
	return OSSL_PARAM_construct_utf8_string(key, (char *)(uintptr_t)value,
						0);
}

static int derive(const char *name, const OSSL_PARAM *params, u8 *out,
		  size_t len)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, name, NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	int ret = ctx && EVP_KDF_derive(ctx, out, len, params) == 1 ? 0 :
								      -ENOMEM;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ret;
}

/* KDFa, Part 1, 11.4.10.2: SP 800-108 in counter mode, HMAC-SHA-256. */
static int kdfa(const u8 seed[SEED], const char *label, const u8 *context,
		size_t context_len, u8 *out, size_t len)
{
	const OSSL_PARAM params[] = {
		text(OSSL_KDF_PARAM_MODE, "counter"),
		text(OSSL_KDF_PARAM_MAC, "HMAC"),
		text(OSSL_KDF_PARAM_DIGEST, "SHA256"),
		octets(OSSL_KDF_PARAM_KEY, seed, SEED),
		octets(OSSL_KDF_PARAM_SALT, label, strlen(label)),
		octets(OSSL_KDF_PARAM_INFO, context, context_len),
		OSSL_PARAM_construct_end(),
	};

	return derive("KBKDF", params, out, len);
}

/* KDFe, Part 1, 11.4.10.3: SP 800-56A, one-step, SHA-256. */
static int kdfe(const u8 z[COORDINATE], const u8 *u, const u8 *v, u8 out[SEED])
{
	u8 info[sizeof(IDENTITY) + 2 * COORDINATE];
	const OSSL_PARAM params[] = {
		text(OSSL_KDF_PARAM_DIGEST, "SHA256"),
		octets(OSSL_KDF_PARAM_KEY, z, COORDINATE),
		octets(OSSL_KDF_PARAM_INFO, info, sizeof(info)),
		OSSL_PARAM_construct_end(),
	};

	memcpy(info, IDENTITY, sizeof(IDENTITY));
	memcpy(info + sizeof(IDENTITY), u, COORDINATE);
	memcpy(info + sizeof(IDENTITY) + COORDINATE, v, COORDINATE);
	return derive("SSKDF", params, out, SEED);
}

/* B.10.4: the seed is random, and encrypted to the EK. */
static int share_rsa(EVP_PKEY *ek, u8 seed[SEED], struct shinrai_wr *w)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(ek, NULL);
	u8 *label = OPENSSL_memdup(IDENTITY, sizeof(IDENTITY));
	u8 cipher[256];
	size_t len = sizeof(cipher);
	int ret = -ENOMEM;

	if (!ctx || !label || RAND_bytes(seed, SEED) != 1 ||
	    EVP_PKEY_encrypt_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) != 1 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) != 1)
		goto out;
	if (EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, label, sizeof(IDENTITY)) != 1)
		goto out;
	label = NULL; /* belongs to ctx */
	ret = EVP_PKEY_encrypt(ctx, cipher, &len, seed, SEED) == 1 ? 0 :
								     -EBADMSG;
	shinrai_wr_be16(w, (u16)len);
	shinrai_wr_bytes(w, cipher, len);
out:
	OPENSSL_free(label);
	EVP_PKEY_CTX_free(ctx);
	return ret;
}

static int agree(EVP_PKEY *ours, EVP_PKEY *ek, u8 z[COORDINATE])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(ours, NULL);
	size_t len = COORDINATE;
	int ret = -ENOMEM;

	if (ctx && EVP_PKEY_derive_init(ctx) == 1)
		ret = EVP_PKEY_derive_set_peer(ctx, ek) == 1 &&
				      EVP_PKEY_derive(ctx, z, &len) == 1 &&
				      len == COORDINATE ?
			      0 :
			      -EBADMSG;
	EVP_PKEY_CTX_free(ctx);
	return ret;
}

static int point_of(EVP_PKEY *key, u8 point[POINT])
{
	size_t len = 0;

	return EVP_PKEY_get_octet_string_param(
		       key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, POINT,
		       &len) == 1 &&
			       len == POINT && point[0] == 4 ?
		       0 :
		       -EBADMSG;
}

/* C.6.4: the seed is agreed upon with a key that is used once. */
static int share_ecc(EVP_PKEY *ek, u8 seed[SEED], struct shinrai_wr *w)
{
	EVP_PKEY *ours = EVP_EC_gen("P-256");
	u8 point[POINT], theirs[POINT], z[COORDINATE];
	int ret = ours ? 0 : -ENOMEM;

	if (!ret)
		ret = point_of(ours, point);
	if (!ret)
		ret = point_of(ek, theirs);
	if (!ret)
		ret = agree(ours, ek, z);
	if (!ret)
		ret = kdfe(z, point + 1, theirs + 1, seed);
	shinrai_wr_be16(w, 2 * (2 + COORDINATE)); /* TPMS_ECC_POINT */
	shinrai_wr_be16(w, COORDINATE);
	shinrai_wr_bytes(w, point + 1, COORDINATE);
	shinrai_wr_be16(w, COORDINATE);
	shinrai_wr_bytes(w, point + 1 + COORDINATE, COORDINATE);
	OPENSSL_cleanse(z, sizeof(z));
	EVP_PKEY_free(ours);
	return ret;
}

static int encrypt(const u8 key[AES_KEY], const u8 *data, size_t len, u8 *out)
{
	static const u8 iv[16];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0;
	int ret = ctx &&
				  EVP_EncryptInit_ex2(ctx, EVP_aes_128_cfb128(),
						      key, iv, NULL) == 1 &&
				  EVP_EncryptUpdate(ctx, out, &n, data,
						    (int)len) == 1 &&
				  n == (int)len ?
			  0 :
			  -ENOMEM;

	EVP_CIPHER_CTX_free(ctx);
	return ret;
}

static int hmac(const u8 key[SEED], const u8 *a, size_t a_len, const u8 *b,
		size_t b_len, u8 out[32])
{
	u8 all[2 + SHINRAI_CREDENTIAL_SECRET + SHINRAI_NAME_MAX];
	size_t len;

	memcpy(all, a, a_len);
	memcpy(all + a_len, b, b_len);
	return EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, SEED, all,
			 a_len + b_len, out, 32, &len) ?
		       0 :
		       -ENOMEM;
}

/* Part 1, 24.4 and 24.5: encrypted, then bound to the name by an HMAC. */
static int protect(const u8 seed[SEED], const u8 *name, size_t name_len,
		   const u8 *secret, size_t secret_len, struct shinrai_wr *w)
{
	u8 plain[2 + SHINRAI_CREDENTIAL_SECRET], cipher[sizeof(plain)];
	u8 key[AES_KEY], mac_key[SEED], mac[32];
	const size_t n = 2 + secret_len;
	int ret;

	plain[0] = 0;
	plain[1] = (u8)secret_len;
	memcpy(plain + 2, secret, secret_len);
	ret = kdfa(seed, "STORAGE", name, name_len, key, sizeof(key));
	if (!ret)
		ret = encrypt(key, plain, n, cipher);
	if (!ret)
		ret = kdfa(seed, "INTEGRITY", NULL, 0, mac_key,
			   sizeof(mac_key));
	if (!ret)
		ret = hmac(mac_key, cipher, n, name, name_len, mac);
	if (!ret) {
		shinrai_wr_be16(w, (u16)(2 + sizeof(mac) + n));
		shinrai_wr_be16(w, sizeof(mac));
		shinrai_wr_bytes(w, mac, sizeof(mac));
		shinrai_wr_bytes(w, cipher, n);
	}
	OPENSSL_cleanse(plain, sizeof(plain));
	OPENSSL_cleanse(key, sizeof(key));
	OPENSSL_cleanse(mac_key, sizeof(mac_key));
	return ret;
}

int shinrai_credential_make(const struct shinrai_public *ek, const u8 *name,
			    size_t name_len, const u8 *secret,
			    size_t secret_len, struct shinrai_credential *out)
{
	struct shinrai_wr blob, shared;
	EVP_PKEY *key = NULL;
	u8 seed[SEED];
	int ret;

	if (!secret_len || secret_len > SHINRAI_CREDENTIAL_SECRET ||
	    !name_len || name_len > SHINRAI_NAME_MAX)
		return -EINVAL;
	if (shinrai_ek_fault(ek))
		return -ENOTSUP;
	shinrai_wr_init(&blob, out->blob, sizeof(out->blob));
	shinrai_wr_init(&shared, out->seed, sizeof(out->seed));
	ret = shinrai_public_key(ek, &key);
	if (!ret)
		ret = ek->type == SHINRAI_ALG_RSA ?
			      share_rsa(key, seed, &shared) :
			      share_ecc(key, seed, &shared);
	if (!ret)
		ret = protect(seed, name, name_len, secret, secret_len, &blob);
	OPENSSL_cleanse(seed, sizeof(seed));
	EVP_PKEY_free(key);
	ERR_clear_error();
	if (ret)
		return ret;
	if (blob.err || shared.err)
		return -ENOSPC;
	out->blob_len = blob.len;
	out->seed_len = shared.len;
	return 0;
}
