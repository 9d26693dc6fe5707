/* SPDX-License-Identifier: MIT */
/* What a verifier remembers of one machine between two appraisals. */
#ifndef _SHINRAI_STATE_H
#define _SHINRAI_STATE_H

#include "evidence.h"
#include "pcrs.h"
#include "quote.h"
#include "reference.h"

#define SHINRAI_POLICY_SIZE 32
#define SHINRAI_STATE_REASONS 64 /* the worst are kept */

/* A finding that stays for the rest of this boot. */
struct shinrai_sticky {
	u32 code; /* enum shinrai_reason_code */
	u64 record;
	char text[256];
};

struct shinrai_state {
	u8 ak_name[SHINRAI_NAME_MAX];
	size_t ak_name_len;
	u8 boot_id[SHINRAI_BOOT_ID_SIZE];
	struct shinrai_quote_clock clock;
	u64 firmware; /* TPM firmware version */
	u64 records; /* judged and covered by the last quote, from 0 */
	/* which they were judged by; all zeros is none that there is */
	u8 policy[SHINRAI_POLICY_SIZE];
	u8 code_pcr;
	u8 flow_pcr;
	bool start_nonzero; /* our PCRs were in use before START */
	bool armed;
	u8 module_id[SHINRAI_MODULE_ID_MAX]; /* as START says */
	size_t module_id_len;
	u8 programs[32]; /* as ARM says; zeros when it is not this one digest */
	u64 modules; /* MODULE events so far */
	u64 running_want; /* RUNNING and MODULE events that ARM promised */
	u64 running_seen;
	u64 code; /* CODE and RUNNING events so far */
	unsigned int nbanks;
	struct {
		u16 alg;
		u8 size;
		u8 capped;
	} banks[SHINRAI_MAX_BANKS];
	struct shinrai_pcrs pcrs; /* ours, after @records */
	unsigned int nsticky;
	struct shinrai_sticky sticky[SHINRAI_STATE_REASONS];
};

int shinrai_state_format(const struct shinrai_state *s, char **text);
int shinrai_state_parse(const void *json, size_t len, struct shinrai_state *s);
int shinrai_state_load(const char *path, struct shinrai_state *s);
int shinrai_state_save(const char *path, const struct shinrai_state *s);

#endif
