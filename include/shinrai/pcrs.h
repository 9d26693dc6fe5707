/* SPDX-License-Identifier: MIT */
/* PCR values: lists (PROTOCOL.md 2.5), digests of selections, replay state. */
#ifndef _SHINRAI_PCRS_H
#define _SHINRAI_PCRS_H

#include "record.h"
#include "tpm2.h"

#define SHINRAI_PCR_COUNT 24
#define SHINRAI_PCRS_MAX 192 /* values in one list: 8 banks of 24 PCRs */

struct shinrai_pcr_value {
	u16 alg;
	u8 pcr; /* below SHINRAI_PCR_COUNT */
	u8 size;
	u8 value[SHINRAI_MAX_BANK_SIZE];
};

/* Sorted by algorithm, then PCR; no pair twice.  13 KiB. */
struct shinrai_pcrs {
	unsigned int count;
	struct shinrai_pcr_value v[SHINRAI_PCRS_MAX];
};

/*
 * PROTOCOL.md 2.5.  The size of a value must be that of its algorithm when
 * that is known.
 * Return: 0; -EBADMSG malformed, unsorted, trailing bytes, too many.
 */
int shinrai_pcrs_parse(const void *data, size_t len, struct shinrai_pcrs *p);

/* @w: counts when it has no buffer */
void shinrai_pcrs_encode(struct shinrai_wr *w, const struct shinrai_pcrs *p);

/*
 * What tpm2-tools 4 and 5 write with "tpm2_quote --pcr" in the format
 * "serialized": TPML_PCR_SELECTION and TPML_DIGESTs as little-endian memory.
 * Return: 0; -EBADMSG.
 */
int shinrai_pcrs_parse_tools(const void *data, size_t len,
			     struct shinrai_pcrs *p);

/* Copies what is used of the 13 KiB. */
static inline void shinrai_pcrs_copy(struct shinrai_pcrs *to,
				     const struct shinrai_pcrs *from)
{
	to->count = from->count;
	memcpy(to->v, from->v, from->count * sizeof(from->v[0]));
}

/* Return: the value, inside @p, or NULL. */
const struct shinrai_pcr_value *shinrai_pcrs_get(const struct shinrai_pcrs *p,
						 u16 alg, u8 pcr);

/*
 * Adds or replaces one value and keeps the order.
 * Return: 0; -EINVAL PCR or size out of range; -ENOSPC.
 */
int shinrai_pcrs_set(struct shinrai_pcrs *p, u16 alg, u8 pcr, const void *value,
		     size_t size);

/*
 * pcrDigest of TPMS_QUOTE_INFO: H(values in the order of the selection).
 * @alg: hash of the signing scheme
 * @out: shinrai_bank_size(@alg) bytes
 * Return: 0; -ENOENT when a selected value is not in @p; -ENOTSUP.
 */
int shinrai_pcrs_digest(const struct shinrai_pcrs *p,
			const struct shinrai_selection *s, u16 alg, u8 *out);

/* PCRs of several banks while a log is replayed.  12 KiB, no allocation. */
struct shinrai_replay_bank {
	u16 alg;
	u8 size;
	bool opaque; /* cannot be computed here, values are meaningless */
	u32 extended; /* bit n: PCR n was extended at least once */
	u8 pcr[SHINRAI_PCR_COUNT][SHINRAI_MAX_BANK_SIZE];
};

struct shinrai_replay {
	unsigned int nbanks;
	struct shinrai_replay_bank bank[SHINRAI_MAX_BANKS];
};

/* No banks. */
void shinrai_replay_init(struct shinrai_replay *r);

/*
 * Adds a bank whose PCRs have their values after TPM2_Startup(CLEAR): zero,
 * and all ones for 17 to 22 (PC Client PTP 4.6.2).  Finds it when it is there.
 * @size: digest size; makes the bank opaque when @alg cannot be computed here
 * Return: the bank; NULL when there are SHINRAI_MAX_BANKS others, or @size is
 * 0, too long, or not that of @alg.
 */
struct shinrai_replay_bank *shinrai_replay_add(struct shinrai_replay *r,
					       u16 alg, size_t size);

/* Return: the bank of @alg, or NULL. */
struct shinrai_replay_bank *shinrai_replay_bank(struct shinrai_replay *r,
						u16 alg);

/* Return: the value that PCR has now, or NULL for an unknown or opaque bank. */
const u8 *shinrai_replay_get(const struct shinrai_replay *r, u16 alg, u8 pcr);

/* Sets a start value.  Return: 0; -EINVAL; -ENOSPC. */
int shinrai_replay_set(struct shinrai_replay *r, u16 alg, u8 pcr,
		       const void *value, size_t size);

/* Extends one PCR of one bank.  Return: 0; -EINVAL PCR out of range. */
int shinrai_replay_extend(struct shinrai_replay_bank *b, u32 pcr,
			  const u8 *digest);

/*
 * Copies the values of all PCRs that were extended, sorted.
 * Return: 0; -ENOSPC.
 */
int shinrai_replay_values(const struct shinrai_replay *r,
			  struct shinrai_pcrs *p);

#endif
