// SPDX-License-Identifier: MIT
/*
 * Signatures in IMA lists: the value of security.ima as the kernel measured it
 * (integrity.h, struct signature_v2_hdr; digsig_asymmetric.c; ima_appraise.c,
 * calc_file_id_hash()).
 */
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <shinrai/bank.h>
#include <shinrai/ima_rules.h>

#define DIGSIG 3 /* EVM_IMA_XATTR_DIGSIG, of the file's digest */
#define VERITY_DIGSIG 6 /* IMA_VERITY_DIGSIG, of an ima_file_id */

struct shinrai_ima_key {
	u32 id;
	EVP_PKEY *key;
};

/* include/uapi/linux/hash_info.h */
static const struct {
	u8 algo;
	u16 alg;
	const EVP_MD *(*md)(void);
} hashes[] = {
	{ 4, SHINRAI_ALG_SHA256, EVP_sha256 },
	{ 5, SHINRAI_ALG_SHA384, EVP_sha384 },
	{ 6, SHINRAI_ALG_SHA512, EVP_sha512 },
};

void shinrai_ima_keys_free(struct shinrai_ima_rules *r)
{
	while (r->nkeys)
		EVP_PKEY_free(r->key[--r->nkeys].key);
	free(r->key);
	r->key = NULL;
}

/* Last bytes of the subject key id, RFC 5280 4.2.1.2 (1). */
static int key_id(const EVP_PKEY *key, u32 *id)
{
	u8 *der = NULL, sum[20];
	int len = i2d_PublicKey(key, &der);

	if (len <= 0 ||
	    shinrai_bank_hash(SHINRAI_ALG_SHA1, der, (size_t)len, sum)) {
		OPENSSL_free(der);
		return -EBADMSG;
	}
	OPENSSL_free(der);
	*id = (u32)sum[16] << 24 | (u32)sum[17] << 16 | (u32)sum[18] << 8 |
	      sum[19];
	return 0;
}

static bool strong(EVP_PKEY *key)
{
	return (EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= 2048) ||
	       (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_bits(key) >= 256);
}

static int add_key(struct shinrai_ima_rules *r, EVP_PKEY *key, u32 id,
		   const u8 *der, size_t len)
{
	struct shinrai_ima_key *bigger;
	u8 sum[32];

	if (!strong(key) || (!id && key_id(key, &id)))
		return -EBADMSG;
	if (r->nkeys == SHINRAI_MAX_IMA_KEYS)
		return -E2BIG;
	bigger = reallocarray(r->key, r->nkeys + 1, sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	r->key = bigger;
	bigger[r->nkeys].id = id;
	bigger[r->nkeys++].key = key;
	EVP_PKEY_up_ref(key);
	/* Another id for the same key is another rule. */
	shinrai_bank_hash(SHINRAI_ALG_SHA256, der, len, sum);
	sum[0] ^= (u8)id;
	sum[1] ^= (u8)(id >> 8);
	sum[2] ^= (u8)(id >> 16);
	sum[3] ^= (u8)(id >> 24);
	return shinrai_ima_rules_add(r, SHINRAI_IMA_KEYS, "", sum);
}

int shinrai_ima_rules_key(struct shinrai_ima_rules *r, const u8 *der,
			  size_t len, u32 id)
{
	const u8 *p = der;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &p, (long)len);
	int ret = -EBADMSG;

	if (key && p == der + len)
		ret = add_key(r, key, id, der, len);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ret;
}

static bool verify(EVP_PKEY *key, const EVP_MD *md, const u8 *sig, size_t len,
		   const u8 *digest)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);
	bool good;

	good = c && EVP_PKEY_verify_init(c) == 1 &&
	       (!EVP_PKEY_is_a(key, "RSA") ||
		EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) == 1) &&
	       EVP_PKEY_CTX_set_signature_md(c, md) == 1 &&
	       EVP_PKEY_verify(c, sig, len, digest,
			       (size_t)EVP_MD_get_size(md)) == 1;
	EVP_PKEY_CTX_free(c);
	ERR_clear_error();
	return good;
}

/* What was signed: the digest, or for fs-verity one that says so. */
static bool signed_digest(const struct shinrai_ima_entry *e, u8 type,
			  u8 version, u8 algo, u8 out[SHINRAI_BANK_MAX])
{
	bool verity = e->digest_type.len == strlen("verity");
	const u8 head[2] = { type, algo };
	struct shinrai_bank_ctx c;

	if (type == DIGSIG && version == 2 && !verity) {
		memcpy(out, e->digest.p, e->digest.len);
		return true;
	}
	if (type != VERITY_DIGSIG || version != 3 || !verity ||
	    shinrai_bank_init(&c, e->digest_alg))
		return false;
	shinrai_bank_update(&c, head, sizeof(head));
	shinrai_bank_update(&c, e->digest.p, e->digest.len);
	shinrai_bank_final(&c, out);
	return true;
}

bool shinrai_ima_rules_signed(const struct shinrai_ima_rules *r,
			      const struct shinrai_ima_entry *e)
{
	const struct shinrai_bytes *v = &e->field[SHINRAI_IMA_SIG];
	u8 type, version, algo, digest[SHINRAI_BANK_MAX];
	struct shinrai_rd rd;
	const u8 *sig;
	size_t i, k, len;
	u32 id;

	if (!r->nkeys || !v->len)
		return false;
	shinrai_rd_init(&rd, v->p, v->len);
	type = shinrai_rd_u8(&rd);
	version = shinrai_rd_u8(&rd);
	algo = shinrai_rd_u8(&rd);
	id = shinrai_rd_be32(&rd);
	len = shinrai_rd_be16(&rd);
	sig = shinrai_rd_bytes(&rd, len);
	for (i = 0; i < ARRAY_SIZE(hashes) && hashes[i].algo != algo; i++)
		;
	if (shinrai_rd_end(&rd) || !len || i == ARRAY_SIZE(hashes) ||
	    e->digest_alg != hashes[i].alg ||
	    e->digest.len != shinrai_bank_size(hashes[i].alg) ||
	    !signed_digest(e, type, version, algo, digest))
		return false;
	for (k = 0; k < r->nkeys; k++) {
		if (r->key[k].id == id &&
		    verify(r->key[k].key, hashes[i].md(), sig, len, digest))
			return true;
	}
	return false;
}
