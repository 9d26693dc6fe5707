// SPDX-License-Identifier: MIT
/* Evidence made from nothing: key, challenge and quote of no TPM. */
#include <assert.h>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/sha.h>

#include <shinrai/challenge.h>

#include "forge_parts.h"

/* Qualified name of whoever signs; nobody looks at it. */
static const u8 signer_name[32] = { 0x4b };

static size_t selection(u8 *out, u16 bank, u32 mask)
{
	struct shinrai_wr w;

	shinrai_wr_init(&w, out, 16);
	shinrai_wr_be32(&w, 1);
	shinrai_wr_be16(&w, bank);
	shinrai_wr_u8(&w, 3);
	shinrai_wr_u8(&w, (u8)mask);
	shinrai_wr_u8(&w, (u8)(mask >> 8));
	shinrai_wr_u8(&w, (u8)(mask >> 16));
	return w.len;
}

static void build_challenge(struct forge *f, u8 qualifying[32])
{
	u8 sel[16], leaf[128], hash[32], root[32], both[65], other[32];
	size_t sel_len = selection(sel, f->bank, f->asked_mask);
	struct shinrai_wr w;

	shinrai_wr_init(&w, leaf, sizeof(leaf));
	shinrai_wr_u8(&w, 0);
	shinrai_wr_bytes(&w, "shinrai-nonce-v1", 16);
	shinrai_wr_u8(&w, 32);
	shinrai_wr_bytes(&w, f->nonce, 32);
	shinrai_wr_bytes(&w, f->verifier_key, 32);
	shinrai_wr_be16(&w, (u16)sel_len);
	shinrai_wr_bytes(&w, sel, sel_len);
	shinrai_wr_bytes(&w, f->exporter, 32);
	SHA256(leaf, w.len, hash);
	if (f->late_nonce)
		memset(hash, 0x77, 32);
	memset(other, 0x22, 32); /* somebody else's challenge */
	both[0] = 1;
	memcpy(both + 1, hash, 32);
	memcpy(both + 33, other, 32);
	SHA256(both, sizeof(both), root);

	shinrai_wr_init(&w, leaf, sizeof(leaf));
	shinrai_wr_bytes(&w, "shinrai-quote-v1", 16);
	shinrai_wr_bytes(&w, root, 32);
	shinrai_wr_be64(&w, 2);
	shinrai_wr_bytes(&w, f->boot_id, 16);
	SHA256(leaf, w.len, qualifying);

	shinrai_wr_init(&w, f->item[SHINRAI_ITEM_CHALLENGE], FORGE_ITEM);
	shinrai_wr_u8(&w, 1);
	shinrai_wr_u8(&w, 32);
	shinrai_wr_bytes(&w, f->nonce, 32);
	shinrai_wr_bytes(&w, f->verifier_key, 32);
	shinrai_wr_be16(&w, (u16)sel_len);
	shinrai_wr_bytes(&w, sel, sel_len);
	shinrai_wr_bytes(&w, f->exporter, 32);
	shinrai_wr_bytes(&w, f->boot_id, 16);
	shinrai_wr_be64(&w, 0);
	shinrai_wr_be64(&w, 2);
	shinrai_wr_u8(&w, 1);
	shinrai_wr_bytes(&w, other, 32);
	f->len[SHINRAI_ITEM_CHALLENGE] = w.len;
}

static void put_ecdsa(struct shinrai_wr *w, const u8 *der, size_t len)
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
	u8 part[32];

	shinrai_wr_be16(w, 32);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), part, 32);
	shinrai_wr_bytes(w, part, 32);
	shinrai_wr_be16(w, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), part, 32);
	shinrai_wr_bytes(w, part, 32);
	ECDSA_SIG_free(sig);
}

void forge_sign(struct forge *f)
{
	const u8 *attest = f->item[SHINRAI_ITEM_ATTEST];
	size_t attest_len = f->len[SHINRAI_ITEM_ATTEST];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool rsa = EVP_PKEY_is_a(f->signer, "RSA");
	u8 sig[512];
	size_t n = sizeof(sig);
	struct shinrai_wr w;

	assert(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, f->signer) ==
	       1);
	assert(EVP_DigestSign(ctx, sig, &n, attest, attest_len) == 1);
	EVP_MD_CTX_free(ctx);
	shinrai_wr_init(&w, f->item[SHINRAI_ITEM_SIGNATURE], FORGE_ITEM);
	shinrai_wr_be16(&w, rsa ? 0x14 : 0x18);
	shinrai_wr_be16(&w, f->sig_hash);
	if (rsa) {
		shinrai_wr_be16(&w, (u16)n);
		shinrai_wr_bytes(&w, sig, n);
	} else {
		put_ecdsa(&w, sig, n);
	}
	f->len[SHINRAI_ITEM_SIGNATURE] = w.len;
}

void forge_quote(struct forge *f)
{
	u8 qualifying[32], sel[16], all[24 * 32], digest[32];
	struct shinrai_wr w, p;
	size_t n = 0, len;
	u8 i;

	build_challenge(f, qualifying);
	shinrai_wr_init(&p, f->item[SHINRAI_ITEM_PCRS], FORGE_ITEM);
	shinrai_wr_be16(&p, (u16)__builtin_popcount(f->mask));
	for (i = 0; i < 24; i++) {
		if (!(f->mask >> i & 1))
			continue;
		forge_raw(all, &n, f->pcr[i], 32);
		shinrai_wr_be16(&p, 0x0b);
		shinrai_wr_u8(&p, i);
		shinrai_wr_u8(&p, 32);
		shinrai_wr_bytes(&p, f->pcr[i], 32);
	}
	f->len[SHINRAI_ITEM_PCRS] = p.len;
	SHA256(all, n, digest);
	shinrai_wr_init(&w, f->item[SHINRAI_ITEM_ATTEST], FORGE_ITEM);
	shinrai_wr_be32(&w, f->magic);
	shinrai_wr_be16(&w, f->type);
	shinrai_wr_be16(&w, 34);
	shinrai_wr_be16(&w, 0x0b);
	shinrai_wr_bytes(&w, signer_name, 32);
	shinrai_wr_be16(&w, 32);
	shinrai_wr_bytes(&w, qualifying, 32);
	shinrai_wr_be64(&w, f->clock);
	shinrai_wr_be32(&w, f->resets);
	shinrai_wr_be32(&w, f->restarts);
	shinrai_wr_u8(&w, 1);
	shinrai_wr_be64(&w, 0x2023);
	len = selection(sel, f->bank, f->mask);
	shinrai_wr_bytes(&w, sel, len);
	shinrai_wr_be16(&w, 32);
	shinrai_wr_bytes(&w, digest, 32);
	f->len[SHINRAI_ITEM_ATTEST] = w.len;
	forge_sign(f);
}

static void put_ecc(struct shinrai_wr *w, const EVP_PKEY *key)
{
	BIGNUM *x = NULL, *y = NULL;
	u8 part[32];

	EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x);
	EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y);
	shinrai_wr_be16(w, 3);
	shinrai_wr_be16(w, 0x10);
	shinrai_wr_be16(w, 32);
	BN_bn2binpad(x, part, 32);
	shinrai_wr_bytes(w, part, 32);
	shinrai_wr_be16(w, 32);
	BN_bn2binpad(y, part, 32);
	shinrai_wr_bytes(w, part, 32);
	BN_free(x);
	BN_free(y);
}

static void put_rsa(struct shinrai_wr *w, const EVP_PKEY *key)
{
	BIGNUM *n = NULL;
	u8 modulus[512];
	int len = EVP_PKEY_get_bits(key) / 8;

	EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n);
	BN_bn2binpad(n, modulus, len);
	BN_free(n);
	shinrai_wr_be16(w, (u16)(8 * len));
	shinrai_wr_be32(w, 0); /* 65537 */
	shinrai_wr_be16(w, (u16)len);
	shinrai_wr_bytes(w, modulus, (size_t)len);
}

void forge_build_ak(struct forge *f)
{
	bool rsa = EVP_PKEY_is_a(f->key, "RSA");
	struct shinrai_wr w;

	shinrai_wr_init(&w, f->item[SHINRAI_ITEM_AK], FORGE_ITEM);
	shinrai_wr_be16(&w, rsa ? 0x01 : 0x23);
	shinrai_wr_be16(&w, 0x0b);
	shinrai_wr_be32(&w, f->attributes);
	shinrai_wr_be16(&w, 0);
	shinrai_wr_be16(&w, 0x10);
	shinrai_wr_be16(&w, rsa ? 0x14 : 0x18);
	shinrai_wr_be16(&w, f->public_scheme_hash);
	if (rsa)
		put_rsa(&w, f->key);
	else
		put_ecc(&w, f->key);
	f->len[SHINRAI_ITEM_AK] = w.len;
}
