/* SPDX-License-Identifier: MIT */
/*
 * Hashes by TPM_ALG_ID: what a PCR bank needs.  Contexts live where the caller
 * puts them; nothing here allocates, locks or prints.
 */
#ifndef _SHINRAI_BANK_H
#define _SHINRAI_BANK_H

#include "hash.h"

/* TPM 2.0 Part 2, 6.3; the algorithms that can be computed here. */
#define SHINRAI_ALG_SHA1 0x0004
#define SHINRAI_ALG_SHA256 0x000b
#define SHINRAI_ALG_SHA384 0x000c
#define SHINRAI_ALG_SHA512 0x000d

#define SHINRAI_BANK_MAX 64 /* bytes of the longest digest */

struct shinrai_bank_ctx {
	u16 alg;
	union {
		SHA_CTX sha1;
		SHA256_CTX sha256;
		SHA512_CTX sha512; /* and SHA-384 */
	} u;
};

/* Return: digest size of @alg in bytes; 0 when it cannot be computed here. */
size_t shinrai_bank_size(u16 alg);

/*
 * Digest size also of algorithms that are only known by number (SM3, SHA-3).
 * Return: bytes; 0 when unknown.
 */
size_t shinrai_bank_size_any(u16 alg);

/* Return: "sha256" and so on, static; NULL when @alg is unknown. */
const char *shinrai_bank_name(u16 alg);

/* As shinrai_bank_name(), "unknown" instead of NULL. */
const char *shinrai_bank_text(u16 alg);

/*
 * @name: @len bytes, lower case, such as "sha256"; need not end in NUL
 * Return: the TPM_ALG_ID; 0 when unknown.
 */
u16 shinrai_bank_by_name(const char *name, size_t len);

/* Return: 0; -ENOTSUP when @alg cannot be computed here. */
int shinrai_bank_init(struct shinrai_bank_ctx *c, u16 alg);

/* @c: from a successful shinrai_bank_init(); @len may be 0 */
void shinrai_bank_update(struct shinrai_bank_ctx *c, const void *data,
			 size_t len);

/* @out: shinrai_bank_size() bytes; @c must be set up again before reuse. */
void shinrai_bank_final(struct shinrai_bank_ctx *c, u8 *out);

/*
 * One-shot hash of @len bytes.
 * @out: shinrai_bank_size(@alg) bytes, written only on success
 * Return: 0; -ENOTSUP.
 */
int shinrai_bank_hash(u16 alg, const void *data, size_t len, u8 *out);

/*
 * TPM2_PCR_Extend: pcr = H(pcr || digest), TPM 2.0 Part 1, 17.
 * @pcr: in and out, shinrai_bank_size(@alg) bytes
 * @digest: as many bytes
 * Return: 0; -ENOTSUP.
 */
int shinrai_bank_extend(u16 alg, u8 *pcr, const u8 *digest);

#endif
