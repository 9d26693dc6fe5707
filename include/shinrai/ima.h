/* SPDX-License-Identifier: MIT */
/*
 * Linux IMA measurement lists, binary and ASCII: entries, template hashes,
 * replay.  (Documentation/security/IMA-templates.rst; ima_fs.c,
 * ima_template.c, ima_template_lib.c, ima_crypto.c.)
 */
#ifndef _SHINRAI_IMA_H
#define _SHINRAI_IMA_H

#include "pcrs.h"

#define SHINRAI_IMA_MAX_FIELDS 10

enum shinrai_ima_field {
	SHINRAI_IMA_D, /* digest without name, 20 bytes (16 for MD5) */
	SHINRAI_IMA_N, /* file name, at most 255 bytes */
	SHINRAI_IMA_D_NG, /* "alg:" NUL digest */
	SHINRAI_IMA_D_NGV2, /* "ima:alg:" or "verity:alg:", NUL, digest */
	SHINRAI_IMA_N_NG, /* file name and NUL */
	SHINRAI_IMA_SIG,
	SHINRAI_IMA_BUF,
	SHINRAI_IMA_D_MODSIG,
	SHINRAI_IMA_MODSIG,
	SHINRAI_IMA_EVMSIG,
	SHINRAI_IMA_IUID,
	SHINRAI_IMA_IGID,
	SHINRAI_IMA_IMODE,
	SHINRAI_IMA_XATTRNAMES,
	SHINRAI_IMA_XATTRLENGTHS,
	SHINRAI_IMA_XATTRVALUES,
	SHINRAI_IMA_FIELDS
};

/* What can be wrong with one entry; the bits of shinrai_ima_entry.faults. */
enum shinrai_ima_fault {
	SHINRAI_IMA_TEMPLATE_HASH, /* not the hash of the template data */
	SHINRAI_IMA_TEMPLATE_UNKNOWN, /* content not looked at: cannot tell */
	SHINRAI_IMA_FIELD, /* a field does not have its form */
	SHINRAI_IMA_PCR_RANGE, /* no such PCR */
	SHINRAI_IMA_FAULTS
};

#define SHINRAI_IMA_CANNOT_TELL (1u << SHINRAI_IMA_TEMPLATE_UNKNOWN)

enum shinrai_ima_flags {
	SHINRAI_IMA_BIG_ENDIAN = 1 << 0, /* binary log of such a machine */
	SHINRAI_IMA_ASCII = 1 << 1, /* ascii_runtime_measurements */
	/* Parse only, what was read before: no template hash, no replay. */
	SHINRAI_IMA_AGAIN = 1 << 2,
};

/* A measurement list that is being read. */
struct shinrai_ima {
	struct shinrai_rd rd;
	const u8 *base;
	u8 *scratch; /* ASCII: template data of the current entry */
	unsigned int flags;
	u16 log_alg; /* hash of the digest column */
	u8 log_size;
	u64 entries; /* read so far */
	u64 violations;
	u32 faults; /* of all entries so far */
	u8 sha256[32]; /* template data of the current entry, if that is replayed */
	struct shinrai_replay replay; /* PCRs after the last entry read */
};

/* One entry; points into the log (ASCII: into the reader's scratch). */
struct shinrai_ima_entry {
	u64 index; /* from 0 */
	size_t offset; /* in the log */
	u32 pcr;
	const u8 *template_hash; /* as in the log, log_size bytes */
	struct shinrai_bytes name; /* of the template, no NUL */
	struct shinrai_bytes data; /* template data; "ima": digest to name */
	bool violation; /* all-zero digest, extended as all ones */
	u32 faults;
	u32 present; /* bit per enum shinrai_ima_field */
	struct shinrai_bytes field[SHINRAI_IMA_FIELDS]; /* raw values */
	/* Taken out of d, d-ng or d-ngv2; empty when there is none. */
	struct shinrai_bytes digest_type; /* "ima" or "verity", ngv2 only */
	u16 digest_alg; /* TPM_ALG_ID; 0 when unknown */
	struct shinrai_bytes digest;
	struct shinrai_bytes path; /* from n or n-ng, no NUL */
	/*
	 * SHA-256 of @data, little-endian of template ima-ng and right, with a SHA-256
	 * digest: of path and digest, that is.  NULL: it is not, or was not replayed.
	 */
	const u8 *sha256;
};

/*
 * Begins to read.  Banks are replayed as given; the template hash of each is
 * recomputed from the template data (kernels since 5.8 do the same).
 * @flags: enum shinrai_ima_flags
 * @banks: TPM_ALG_IDs to replay
 * @nbanks: at most SHINRAI_MAX_BANKS
 * Return: 0; -EINVAL unknown flag or bank; -ENOMEM (ASCII only).
 */
int shinrai_ima_init(struct shinrai_ima *i, const void *log, size_t len,
		     unsigned int flags, const u16 *banks, unsigned int nbanks);

/* Releases what shinrai_ima_init() allocated; entries die with it. */
void shinrai_ima_fini(struct shinrai_ima *i);

/*
 * Reads, checks and replays one entry.  A wrong entry is reported and replayed
 * (the log's own bank by the digest in the log, as the kernel extended it).
 * @e: out, undefined on error
 * Return: 1 with an entry; 0 at the end; -EBADMSG when the log is malformed at
 * shinrai_ima_offset(): truncated, trailing bytes, impossible length.
 */
int shinrai_ima_next(struct shinrai_ima *i, struct shinrai_ima_entry *e);

/*
 * Goes to an entry that was read before.
 * @i: has SHINRAI_IMA_AGAIN, binary
 * @offset: shinrai_ima_entry.offset
 * @index: the same entry's
 */
void shinrai_ima_seek(struct shinrai_ima *i, size_t offset, u64 index);

/* Return: bytes of the log read without error. */
size_t shinrai_ima_offset(const struct shinrai_ima *i);

/*
 * The byte order of a binary list: that in which its first entry can be read.  It
 * cannot be in both: a template's name has 1 to 255 bytes, which the other order
 * reads as 2^24 or more.  Kernels write their own order, or little-endian when
 * booted with ima_canonical_fmt, and never change it within a list.
 * Return: 0, or SHINRAI_IMA_BIG_ENDIAN.  0 too when it can be read in neither:
 * shinrai_ima_next() then tells what is wrong.
 */
unsigned int shinrai_ima_order(const void *log, size_t len);

/* Does this look like an ASCII list (first byte is a digit)? */
bool shinrai_ima_is_ascii(const void *log, size_t len);

/* Return: stable name for JSON, not NULL. */
const char *shinrai_ima_fault_code(unsigned int fault);

/* Return: one English clause, not NULL. */
const char *shinrai_ima_fault_text(unsigned int fault);

#endif
