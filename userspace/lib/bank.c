// SPDX-License-Identifier: MIT
/*
 * Hashes by TPM_ALG_ID.  OpenSSL's low-level functions rather than EVP: a log
 * of thousands of entries is hashed without one allocation or look-up.
 */
#include <shinrai/bank.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static const struct {
	u16 alg;
	u8 size;
	bool computed;
	const char *name;
} table[] = {
	{ SHINRAI_ALG_SHA1, 20, true, "sha1" },
	{ SHINRAI_ALG_SHA256, 32, true, "sha256" },
	{ SHINRAI_ALG_SHA384, 48, true, "sha384" },
	{ SHINRAI_ALG_SHA512, 64, true, "sha512" },
	{ 0x0012, 32, false, "sm3_256" },
	{ 0x0027, 32, false, "sha3_256" },
	{ 0x0028, 48, false, "sha3_384" },
	{ 0x0029, 64, false, "sha3_512" },
};

static int find(u16 alg)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].alg == alg)
			return (int)i;
	}
	return -1;
}

size_t shinrai_bank_size(u16 alg)
{
	int i = find(alg);

	return i >= 0 && table[i].computed ? table[i].size : 0;
}

size_t shinrai_bank_size_any(u16 alg)
{
	int i = find(alg);

	return i >= 0 ? table[i].size : 0;
}

const char *shinrai_bank_name(u16 alg)
{
	int i = find(alg);

	return i >= 0 ? table[i].name : NULL;
}

const char *shinrai_bank_text(u16 alg)
{
	const char *name = shinrai_bank_name(alg);

	return name ? name : "unknown";
}

u16 shinrai_bank_by_name(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (strlen(table[i].name) == len &&
		    !memcmp(table[i].name, name, len))
			return table[i].alg;
	}
	return 0;
}

int shinrai_bank_init(struct shinrai_bank_ctx *c, u16 alg)
{
	c->alg = alg;
	switch (alg) {
	case SHINRAI_ALG_SHA1:
		SHA1_Init(&c->u.sha1);
		return 0;
	case SHINRAI_ALG_SHA256:
		SHA256_Init(&c->u.sha256);
		return 0;
	case SHINRAI_ALG_SHA384:
		SHA384_Init(&c->u.sha512);
		return 0;
	case SHINRAI_ALG_SHA512:
		SHA512_Init(&c->u.sha512);
		return 0;
	default:
		return -ENOTSUP;
	}
}

void shinrai_bank_update(struct shinrai_bank_ctx *c, const void *data,
			 size_t len)
{
	if (!len)
		return;
	switch (c->alg) {
	case SHINRAI_ALG_SHA1:
		SHA1_Update(&c->u.sha1, data, len);
		break;
	case SHINRAI_ALG_SHA256:
		SHA256_Update(&c->u.sha256, data, len);
		break;
	case SHINRAI_ALG_SHA384:
		SHA384_Update(&c->u.sha512, data, len);
		break;
	case SHINRAI_ALG_SHA512:
		SHA512_Update(&c->u.sha512, data, len);
		break;
	}
}

void shinrai_bank_final(struct shinrai_bank_ctx *c, u8 *out)
{
	switch (c->alg) {
	case SHINRAI_ALG_SHA1:
		SHA1_Final(out, &c->u.sha1);
		break;
	case SHINRAI_ALG_SHA256:
		SHA256_Final(out, &c->u.sha256);
		break;
	case SHINRAI_ALG_SHA384:
		SHA384_Final(out, &c->u.sha512);
		break;
	case SHINRAI_ALG_SHA512:
		SHA512_Final(out, &c->u.sha512);
		break;
	}
}

int shinrai_bank_hash(u16 alg, const void *data, size_t len, u8 *out)
{
	struct shinrai_bank_ctx c;

	if (shinrai_bank_init(&c, alg))
		return -ENOTSUP;
	shinrai_bank_update(&c, data, len);
	shinrai_bank_final(&c, out);
	return 0;
}

int shinrai_bank_extend(u16 alg, u8 *pcr, const u8 *digest)
{
	const size_t size = shinrai_bank_size(alg);
	u8 both[2 * SHINRAI_BANK_MAX];

	memcpy(both, pcr, size);
	memcpy(both + size, digest, size);
	return shinrai_bank_hash(alg, both, 2 * size, pcr);
}
