/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * SHA-256 for the pure core: the kernel's library in the kernel, OpenSSL's
 * outside.  Never fails, never sleeps or allocates.  FIPS 180-4.
 */
#ifndef _SHINRAI_HASH_H
#define _SHINRAI_HASH_H

#include "platform.h"

#ifdef __KERNEL__
#include <crypto/sha2.h>

struct shinrai_sha256 {
	struct sha256_state s;
};

static inline void shinrai_sha256_init(struct shinrai_sha256 *c)
{
	sha256_init(&c->s);
}

static inline void shinrai_sha256_update(struct shinrai_sha256 *c,
					 const void *p, size_t n)
{
	sha256_update(&c->s, p, n);
}

static inline void shinrai_sha256_final(struct shinrai_sha256 *c, u8 out[32])
{
	sha256_final(&c->s, out);
}
#else
#include <openssl/sha.h>

/* Deprecated for EVP, which allocates; these do not and cannot fail. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

struct shinrai_sha256 {
	SHA256_CTX s;
};

static inline void shinrai_sha256_init(struct shinrai_sha256 *c)
{
	SHA256_Init(&c->s);
}

static inline void shinrai_sha256_update(struct shinrai_sha256 *c,
					 const void *p, size_t n)
{
	SHA256_Update(&c->s, p, n);
}

static inline void shinrai_sha256_final(struct shinrai_sha256 *c, u8 out[32])
{
	SHA256_Final(out, &c->s);
}

#pragma GCC diagnostic pop
#endif

#endif
