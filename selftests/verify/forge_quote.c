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

void forge_sign(struct forge *f)
{
	const u8 *attest = f->item[SHINRAI_ITEM_ATTEST];
	size_t attest_len = f->len[SHINRAI_ITEM_ATTEST];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	u8 der[128], part[32];
	const u8 *p = der;
	size_t n = sizeof(der);
	struct shinrai_wr w;
	ECDSA_SIG *sig;

	assert(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, f->signer) ==
	       1);
	assert(EVP_DigestSign(ctx, der, &n, attest, attest_len) == 1);
	EVP_MD_CTX_free(ctx);
	sig = d2i_ECDSA_SIG(NULL, &p, (long)n);
	shinrai_wr_init(&w, f->item[SHINRAI_ITEM_SIGNATURE], FORGE_ITEM);
	shinrai_wr_be16(&w, 0x18);
	shinrai_wr_be16(&w, f->sig_hash);
	shinrai_wr_be16(&w, 32);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), part, 32);
	shinrai_wr_bytes(&w, part, 32);
	shinrai_wr_be16(&w, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), part, 32);
	shinrai_wr_bytes(&w, part, 32);
	f->len[SHINRAI_ITEM_SIGNATURE] = w.len;
	ECDSA_SIG_free(sig);
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

void forge_build_ak(struct forge *f)
{
	BIGNUM *x = NULL, *y = NULL;
	struct shinrai_wr w;
	u8 part[32];

	EVP_PKEY_get_bn_param(f->key, OSSL_PKEY_PARAM_EC_PUB_X, &x);
	EVP_PKEY_get_bn_param(f->key, OSSL_PKEY_PARAM_EC_PUB_Y, &y);
	shinrai_wr_init(&w, f->item[SHINRAI_ITEM_AK], FORGE_ITEM);
	shinrai_wr_be16(&w, 0x23);
	shinrai_wr_be16(&w, 0x0b);
	shinrai_wr_be32(&w, f->attributes);
	shinrai_wr_be16(&w, 0);
	shinrai_wr_be16(&w, 0x10);
	shinrai_wr_be16(&w, 0x18);
	shinrai_wr_be16(&w, f->public_scheme_hash);
	shinrai_wr_be16(&w, 3);
	shinrai_wr_be16(&w, 0x10);
	shinrai_wr_be16(&w, 32);
	BN_bn2binpad(x, part, 32);
	shinrai_wr_bytes(&w, part, 32);
	shinrai_wr_be16(&w, 32);
	BN_bn2binpad(y, part, 32);
	shinrai_wr_bytes(&w, part, 32);
	f->len[SHINRAI_ITEM_AK] = w.len;
	BN_free(x);
	BN_free(y);
}
