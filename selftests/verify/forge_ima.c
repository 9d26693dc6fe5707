// SPDX-License-Identifier: MIT
/* Evidence made from nothing: the IMA list. */
#include <assert.h>

#include <openssl/sha.h>

#include "forge_parts.h"

static void put32(const struct forge *f, u8 *p, size_t *n, u32 v)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		p[(*n)++] = (u8)(v >> 8 * (f->ima_big_endian ? 3 - i : i));
}

/* Another one for each of the first 65535. */
void forge_ima_digest(unsigned int n, u8 digest[32])
{
	memset(digest, (int)n + 1, 32);
	digest[0] ^= (u8)((n + 1) >> 8);
}

void forge_plan_ima(struct forge *f)
{
	unsigned int i;

	for (i = 0; i < FORGE_IMA; i++) {
		f->ima[i].pcr = 10;
		f->ima[i].path = FORGE_IMA_PATH;
		f->ima[i].alg = "sha256";
		f->ima[i].shown = "ima-ng";
		forge_ima_digest(i, f->ima[i].digest);
	}
}

/* The sum of what was booted, which is known only when that is built. */
static const u8 *digest_of(const struct forge *f, const struct forge_ima *e,
			   u8 sum[32])
{
	if (!e->aggregate)
		return e->digest;
	SHA256(f->pcr[0], sizeof(f->pcr[0]) * 10, sum);
	return sum;
}

static size_t size_of(const struct forge_ima *e)
{
	return strstr(e->alg, "sha512") ? 64 : strstr(e->alg, "sha1") ? 20 : 32;
}

/* @data: out.  Return: its bytes. */
static size_t fields(const struct forge *f, const struct forge_ima *e, u8 *data)
{
	const size_t size = size_of(e), head = strlen(e->alg) + 2;
	u8 sum[32], digest[64];
	size_t len = 0;

	memcpy(digest, digest_of(f, e, sum), 32);
	memcpy(digest + 32, digest, 32);
	put32(f, data, &len, (u32)(head + size));
	forge_raw(data, &len, e->alg, head - 2);
	forge_raw(data, &len, ":", 2);
	forge_raw(data, &len, digest, size);
	put32(f, data, &len, (u32)strlen(e->path) + 1);
	forge_raw(data, &len, e->path, strlen(e->path) + 1);
	if (!e->more)
		return len;
	put32(f, data, &len, (u32)strlen(e->more) + 1);
	forge_raw(data, &len, e->more, strlen(e->more) + 1);
	return len;
}

static void build_entry(struct forge *f, const struct forge_ima *e, size_t *n,
			u8 extended[32])
{
	u8 *p = f->item[SHINRAI_ITEM_IMA], data[256];
	const size_t len = fields(f, e, data);

	put32(f, p, n, e->pcr);
	SHA1(data, len, p + *n);
	SHA256(data, len, extended);
	p[*n] ^= e->wrong_hash;
	if (e->violation) {
		memset(p + *n, 0, 20);
		memset(extended, 0xff, 32);
	}
	*n += 20;
	put32(f, p, n, (u32)strlen(e->shown));
	forge_raw(p, n, e->shown, strlen(e->shown));
	put32(f, p, n, (u32)len);
	forge_raw(p, n, data, len);
}

void forge_build_ima(struct forge *f)
{
	struct forge_ima plain = { .pcr = 10,
				   .path = FORGE_IMA_PATH,
				   .alg = "sha256",
				   .shown = "ima-ng" };
	const struct forge_ima *e;
	u8 extended[32];
	size_t n = 0;
	unsigned int i;

	for (i = 0; i <= f->nima; i++) {
		forge_ima_digest(i, plain.digest);
		e = i < FORGE_IMA ? &f->ima[i] : &plain;
		build_entry(f, e, &n, extended);
		/* The last entry came after the quote. */
		if (i < f->nima && e->pcr == 10)
			forge_extend(f->pcr[10], extended);
	}
	f->len[SHINRAI_ITEM_IMA] = n - f->ima_from;
	memmove(f->item[SHINRAI_ITEM_IMA],
		f->item[SHINRAI_ITEM_IMA] + f->ima_from,
		f->len[SHINRAI_ITEM_IMA]);
}
