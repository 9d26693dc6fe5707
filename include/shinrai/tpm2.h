/* SPDX-License-Identifier: MIT */
/*
 * TPM 2.0 structures that evidence carries: quotes, signatures, public areas,
 * PCR selections (TPM 2.0 Library, Part 2).  Parsers point into the caller's
 * bytes, refuse trailing ones and set their output only on success.
 */
#ifndef _SHINRAI_TPM2_H
#define _SHINRAI_TPM2_H

#include <openssl/types.h>

#include "bank.h"
#include "rd.h"

#define SHINRAI_TPM2_MAGIC 0xff544347 /* TPM_GENERATED_VALUE */
#define SHINRAI_TPM2_ST_QUOTE 0x8018 /* TPM_ST_ATTEST_QUOTE */

#define SHINRAI_ALG_RSA 0x0001
#define SHINRAI_ALG_AES 0x0006
#define SHINRAI_ALG_NULL 0x0010
#define SHINRAI_ALG_RSASSA 0x0014
#define SHINRAI_ALG_RSAPSS 0x0016
#define SHINRAI_ALG_ECDSA 0x0018
#define SHINRAI_ALG_ECC 0x0023
#define SHINRAI_ALG_CFB 0x0043

#define SHINRAI_ECC_P256 0x0003
#define SHINRAI_ECC_P384 0x0004

/* TPMA_OBJECT, Part 2, 8.3 */
#define SHINRAI_ATTR_FIXED_TPM (1u << 1)
#define SHINRAI_ATTR_FIXED_PARENT (1u << 4)
#define SHINRAI_ATTR_SENSITIVE_ORIGIN (1u << 5)
#define SHINRAI_ATTR_USER_WITH_AUTH (1u << 6)
#define SHINRAI_ATTR_NO_DA (1u << 10)
#define SHINRAI_ATTR_RESTRICTED (1u << 16)
#define SHINRAI_ATTR_DECRYPT (1u << 17)
#define SHINRAI_ATTR_SIGN (1u << 18)

#define SHINRAI_SELECTION_MAX 16 /* banks in one TPML_PCR_SELECTION */
#define SHINRAI_SELECTION_BYTES (4 + SHINRAI_SELECTION_MAX * 7)
#define SHINRAI_NAME_MAX (2 + SHINRAI_BANK_MAX)

/* Bytes inside the parsed input. */
struct shinrai_bytes {
	const u8 *p;
	size_t len;
};

struct shinrai_selection_bank {
	u16 alg; /* TPM_ALG_ID, known or not */
	u8 size; /* sizeofSelect as marshalled, 1 to 4 */
	u32 mask; /* bit n: PCR n */
};

/* TPML_PCR_SELECTION; no bank occurs twice. */
struct shinrai_selection {
	u32 count;
	struct shinrai_selection_bank bank[SHINRAI_SELECTION_MAX];
};

/* TPMS_ATTEST of type quote, every field. */
struct shinrai_attest {
	struct shinrai_bytes raw; /* what the signature covers */
	u32 magic;
	u16 type;
	struct shinrai_bytes signer; /* qualified name of the key */
	struct shinrai_bytes extra; /* qualifying data */
	u64 clock; /* ms */
	u32 reset_count;
	u32 restart_count;
	bool safe;
	u64 firmware;
	struct shinrai_selection selection;
	struct shinrai_bytes pcr_digest;
};

/* TPMT_SIGNATURE */
struct shinrai_signature {
	u16 scheme; /* SHINRAI_ALG_RSASSA, _RSAPSS or _ECDSA */
	u16 hash;
	struct shinrai_bytes rsa; /* RSA only */
	struct shinrai_bytes r, s; /* ECDSA only */
};

/* TPMT_PUBLIC of an asymmetric key */
struct shinrai_public {
	struct shinrai_bytes raw; /* TPMT_PUBLIC, what the name hashes */
	u16 type; /* SHINRAI_ALG_RSA or _ECC */
	u16 name_alg;
	u32 attributes;
	struct shinrai_bytes policy;
	u16 symmetric; /* SHINRAI_ALG_NULL in a signing key */
	u16 symmetric_bits; /* 0 without symmetric */
	u16 symmetric_mode;
	u16 scheme; /* SHINRAI_ALG_NULL when left open */
	u16 scheme_hash; /* 0 when there is no scheme */
	u16 curve; /* ECC only */
	u16 bits; /* RSA only */
	u32 exponent; /* RSA only; 0 means 65537 */
	struct shinrai_bytes x, y; /* ECC only */
	struct shinrai_bytes modulus; /* RSA only */
};

/*
 * Reads one TPML_PCR_SELECTION out of a longer structure.  The error sticks in
 * @r: more than 16 banks, a bank twice, sizeofSelect outside 1 to 4.
 */
void shinrai_selection_read(struct shinrai_rd *r, struct shinrai_selection *s);

/* Return: 0; -EBADMSG. */
int shinrai_selection_parse(const void *data, size_t len,
			    struct shinrai_selection *s);

/* @w: counts when it has no buffer; sizeofSelect as in @s, 0 becomes 3 */
void shinrai_selection_encode(struct shinrai_wr *w,
			      const struct shinrai_selection *s);

/*
 * Do both select the same PCRs?  Order of banks, empty banks and sizeofSelect
 * do not count.
 */
bool shinrai_selection_equal(const struct shinrai_selection *a,
			     const struct shinrai_selection *b);

/* Return: bit mask of the PCRs selected in @alg; 0 when there are none. */
u32 shinrai_selection_mask(const struct shinrai_selection *s, u16 alg);

/*
 * TPMS_ATTEST (Part 2, 10.12.8).  Magic and type are looked at first.
 * Return: 0; -EPROTO not made by a TPM (wrong magic); -EPROTOTYPE not a quote;
 * -EBADMSG malformed or with trailing bytes.
 */
int shinrai_attest_parse(const void *data, size_t len,
			 struct shinrai_attest *a);

/*
 * TPMT_SIGNATURE (Part 2, 11.3.4).
 * Return: 0; -ENOTSUP another scheme or hash; -EBADMSG.
 */
int shinrai_signature_parse(const void *data, size_t len,
			    struct shinrai_signature *s);

/*
 * TPMT_PUBLIC (Part 2, 12.2.4).  shinrai_public2b_parse() expects the
 * TPM2B_PUBLIC around it.
 * Return: 0; -ENOTSUP not ECC or RSA, unknown curve or scheme; -EBADMSG.
 */
int shinrai_public_parse(const void *data, size_t len,
			 struct shinrai_public *p);
int shinrai_public2b_parse(const void *data, size_t len,
			   struct shinrai_public *p);

/* Why a public area is no attestation key; 0 when it is one. */
enum shinrai_ak_fault {
	SHINRAI_AK_NONE = 0,
	SHINRAI_AK_RESTRICTED, /* would sign what the TPM did not make */
	SHINRAI_AK_SIGN,
	SHINRAI_AK_DECRYPT,
	SHINRAI_AK_FIXED_TPM,
	SHINRAI_AK_FIXED_PARENT,
	SHINRAI_AK_ORIGIN, /* private part was imported */
	SHINRAI_AK_SCHEME, /* no fixed signing scheme, or a weak hash */
	SHINRAI_AK_NAME_ALG, /* name cannot be computed */
};

/* Return: the first fault.  Attributes of PROTOCOL.md 3.3, any key type. */
enum shinrai_ak_fault shinrai_public_ak_fault(const struct shinrai_public *p);

/* Return: static text for a fault, never NULL. */
const char *shinrai_ak_fault_text(enum shinrai_ak_fault fault);

/*
 * Name of an object: nameAlg || H(TPMT_PUBLIC), Part 1, 16.
 * @len: out, bytes of @name used
 * Return: 0; -ENOTSUP when nameAlg cannot be computed.
 */
int shinrai_public_name(const struct shinrai_public *p,
			u8 name[SHINRAI_NAME_MAX], size_t *len);

/*
 * @key: out, for EVP_PKEY_free()
 * Return: 0; -EBADMSG no valid key (point not on the curve); -ENOMEM.
 */
int shinrai_public_key(const struct shinrai_public *p, EVP_PKEY **key);

/*
 * Reads one PEM SubjectPublicKeyInfo or certificate; nothing asks for a
 * passphrase.
 * @key: out, for EVP_PKEY_free()
 * Return: 0; -EBADMSG; -ENOMEM.
 */
int shinrai_key_from_pem(const void *pem, size_t len, EVP_PKEY **key);

/*
 * What verifies any number of signatures with one key, of one thread at a time.
 * @key: is referred to
 * @ctx: out, for EVP_PKEY_CTX_free()
 * Return: 0; -ENOKEY the key cannot verify; -ENOMEM.
 */
int shinrai_signature_begin(EVP_PKEY *key, EVP_PKEY_CTX **ctx);

/*
 * @ctx: from shinrai_signature_begin(), as good as new afterwards
 * Return: 0 when @sig over @data verifies with its key; -EKEYREJECTED when it
 * does not; -ENOKEY when the key is of another type than the signature;
 * -ENOTSUP for a curve or RSA size (below 2048 bits) that is not accepted;
 * -ENOMEM.
 */
int shinrai_signature_verify(const struct shinrai_signature *sig,
			     EVP_PKEY_CTX *ctx, const void *data, size_t len);

#endif
