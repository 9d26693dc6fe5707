/* SPDX-License-Identifier: MIT */
/*
 * Replay of a CEL-TLV log: ours is checked in full, foreign content by its
 * digests only.  One pass, zero copy, no allocation.
 */
#ifndef _SHINRAI_CEL_H
#define _SHINRAI_CEL_H

#include "pcrs.h"
#include "record.h"

/* What can be wrong with one record; the bits of shinrai_cel_record.faults. */
enum shinrai_cel_fault {
	SHINRAI_CEL_SYNTAX, /* content of ours that cannot be parsed */
	SHINRAI_CEL_VERSION, /* another format version: cannot tell */
	SHINRAI_CEL_RECNUM_HEADER, /* header names another record number */
	SHINRAI_CEL_PCR_HEADER, /* header names another PCR */
	SHINRAI_CEL_COUNT, /* events missing or too many */
	SHINRAI_CEL_ROOT, /* events are not those that were extended */
	SHINRAI_CEL_DIGEST, /* bank digest is not that of the header */
	SHINRAI_CEL_CAPPED, /* capped bank's digest is not all ones */
	SHINRAI_CEL_BANKS, /* other banks than START names */
	SHINRAI_CEL_BANK_UNKNOWN, /* hash cannot be computed: cannot tell */
	SHINRAI_CEL_GAP, /* record number does not follow */
	SHINRAI_CEL_BOOT_ID, /* record of another boot */
	SHINRAI_CEL_NO_START, /* record 0 is not START */
	SHINRAI_CEL_START_AGAIN, /* START that is not record 0 */
	SHINRAI_CEL_START_FIELDS, /* START lacks banks or PCR values */
	SHINRAI_CEL_TYPE, /* unknown critical record type: cannot tell */
	SHINRAI_CEL_EVENT_TYPE, /* unknown critical event: cannot tell */
	SHINRAI_CEL_PCR_RANGE, /* no such PCR */
	SHINRAI_CEL_NV, /* NV index: not replayed, cannot tell */
	SHINRAI_CEL_MIXED, /* foreign content inside a log of ours */
	SHINRAI_CEL_FAULTS
};

/* Faults that leave the verdict open instead of proving something wrong. */
#define SHINRAI_CEL_CANNOT_TELL                                       \
	(1u << SHINRAI_CEL_VERSION | 1u << SHINRAI_CEL_BANK_UNKNOWN | \
	 1u << SHINRAI_CEL_TYPE | 1u << SHINRAI_CEL_EVENT_TYPE |      \
	 1u << SHINRAI_CEL_NV)

/* A log, or the rest of one, that is being read. */
struct shinrai_cel {
	struct shinrai_rd rd;
	const u8 *base;
	u64 records; /* read so far */
	u64 next; /* number that the next record must have */
	u64 foreign; /* records whose content was not checked */
	bool have_first; /* @next is known */
	bool ours; /* at least one record of ours was read */
	bool abridged; /* set by the caller: events may be left out */
	u16 only; /* set by the caller: replay this bank and look for nothing */
	u16 except; /* set by the caller: whose PCRs are known without replay */
	bool have_boot_id;
	u8 boot_id[SHINRAI_BOOT_ID_SIZE];
	bool have_banks; /* @banks is known, from START or the caller */
	unsigned int nbanks;
	struct {
		u16 alg;
		u8 size;
		u8 capped;
	} banks[SHINRAI_MAX_BANKS];
	u32 faults; /* of all records so far */
	struct shinrai_replay replay; /* PCRs after the last record read */
};

/* One record with what was found; points into the log. */
struct shinrai_cel_record {
	struct shinrai_record rec;
	u32 faults;
	bool ours; /* content is ours; else only digests were replayed */
	bool have_header; /* @header and @header_tlv are valid */
	struct shinrai_header header;
	const u8 *header_tlv; /* SHINRAI_HEADER_TLV bytes, leaf data of 2.6 */
	struct shinrai_rd events; /* for shinrai_shown_next() */
	size_t offset; /* of the record in the log */
};

/*
 * Begins at record 0, or at whatever number a foreign log begins with.  START
 * sets boot id, banks and the PCRs' start values.
 */
void shinrai_cel_init(struct shinrai_cel *c, const void *log, size_t len);

/*
 * Goes on after an earlier log: record numbers, boot id, banks and PCRs are
 * taken over from @c as it stands.
 */
void shinrai_cel_continue(struct shinrai_cel *c, const void *log, size_t len);

/*
 * Reads, checks and replays one record.  A faulty record is replayed by the
 * digests that it states, so that the rest can still be looked at.
 * @r: out, undefined on error
 * Return: 1 with a record; 0 at the end; -EBADMSG when the log is malformed at
 * shinrai_cel_offset(), and nothing after that can be read.
 */
int shinrai_cel_next(struct shinrai_cel *c, struct shinrai_cel_record *r);

/* Return: bytes of the log read without error. */
size_t shinrai_cel_offset(const struct shinrai_cel *c);

/* Return: stable name for JSON ("digest", "gap", ...), not NULL. */
const char *shinrai_cel_fault_code(unsigned int fault);

/* Return: one English clause, not NULL. */
const char *shinrai_cel_fault_text(unsigned int fault);

#endif
