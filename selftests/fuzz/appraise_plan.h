/* SPDX-License-Identifier: MIT */
/*
 * Evidence of what a fuzzer gives: logs that the pinned key signed for, twice over, and
 * the policies that it is held against.
 */
#ifndef FUZZ_APPRAISE_PLAN_H
#define FUZZ_APPRAISE_PLAN_H

#include <stdlib.h>

#include "../verify/forge.h"

#define PLANNED 8 /* records of known code, by forge_plan_log() */
#define PLAN_HEAD 10 /* bytes of the input that plan it */
#define CODE 12
#define FLOW 13
#define IMA 10
#define POLICIES 4

/* What is not as it was quoted, or not as it was before. */
enum {
	LIE_CODE = 1,
	LIE_FLOW = 2,
	LIE_IMA = 4,
	LIE_BOOT = 8,
	LIE_NO_PCRS = 16, /* the list of them is not there */
	LIE_OTHER_BOOT = 32, /* the second quote is of another boot */
	LIE_CLOCK = 64, /* which ran back */
	LIE_NOTHING_NEW = 128, /* the second log is empty */
};

enum {
	HOW_RAW = 1, /* the log as it stands, else events that are wrapped */
	HOW_CHECKPOINTS = 2, /* as they stand */
	HOW_HASHES = 4, /* of the IMA list, as they stand */
	HOW_BIG_ENDIAN = 8,
	HOW_WHOLE = 16, /* the second time all is shown */
	HOW_IMA_WHOLE = 32,
	HOW_FIRMWARE_AGAIN = 64,
	HOW_IMA_LATER = 128, /* the first time there is none */
};

enum {
	PIN_NAME = 16,
	NO_FACTS = 32,
	IMA_KNOWN = 32, /* of judge_fuzz.c: what came of the list was kept */
	VIOLATIONS = 64,
	NOT_KNOWN = 128, /* the facts are lost */
};

struct plan {
	u8 lies, how, more;
	u8 records, entries; /* that the first quote covers */
	const u8 *log;
	size_t log_len;
	struct shinrai_item firmware;
	u8 boot[IMA][32];
	u8 ima[2][32];
};

extern struct forge *plan_forge;
extern struct shinrai_refs plan_refs[POLICIES];
extern u8 plan_quoted[24][32];

static inline void plan_check(bool ok)
{
	if (!ok)
		abort();
}

/* Once, before all else. */
void plan_setup(void);

/* Return: whether there is a plan. */
bool plan_read(struct plan *p, const u8 *data, size_t len);

/* All of the three logs and the quote.  @again: the second one, which covers all */
void plan_quote(const struct plan *p, bool again);

/* All of the three logs, as they are at last. */
void plan_show_all(const struct plan *p);

/* Only what is new since then; after plan_quote(). */
void plan_show_part(const struct plan *p, const struct shinrai_state *last);

/* Where @count records of the log item lead to; whether all code is known. */
bool plan_replay(u8 pcr[24][32], u64 count);

/* The items of plan_forge. */
struct shinrai_evidence plan_evidence(void);

#endif
