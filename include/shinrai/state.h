/* SPDX-License-Identifier: MIT */
/* What a verifier remembers of one machine between two appraisals. */
#ifndef _SHINRAI_STATE_H
#define _SHINRAI_STATE_H

#include <uapi/shinrai.h>

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

/* One owner, as the records so far have it. */
struct shinrai_owner_state {
	u8 owner[SHINRAI_DIGEST_SIZE];
	char name[SHINRAI_MAX_NAMESPACE]; /* its namespace, NUL-terminated */
	bool revoked;
	u64 admitted; /* generation of the admission or revocation */
	bool in_force; /* the policy that the following is about */
	u64 generation; /* 0: there was none yet */
	u64 rules;
	u8 policy[SHINRAI_DIGEST_SIZE];
	/* To judge flows that are told late; times are those of the records. */
	u64 first; /* generation */
	u64 before; /* generation; 0: there was but one */
	u64 since_ns; /* @generation */
	u64 before_ns; /* @before */
	u64 change_ns; /* @in_force last changed */
};

/*
 * The kernel's IMA list, as far as the last quote covers it; what was found in it is
 * among the findings.  @offset 0: nothing is kept, all of it is asked for.  @entries 0
 * with an offset: there were too many findings to be kept, so that it has to be judged
 * from its begin by who keeps the list.
 */
struct shinrai_ima_state {
	u64 entries;
	u64 offset; /* bytes of them */
	u64 violations; /* among them */
	u16 bank;
	bool big_endian;
	u8 size; /* of the bank's digests */
	u8 pcr[SHINRAI_MAX_BANK_SIZE]; /* PCR 10 after them */
};

enum shinrai_boot_kind {
	SHINRAI_BOOT_LOADER, /* an image that the firmware started */
	SHINRAI_BOOT_INITRAMFS,
	SHINRAI_BOOT_CMDLINE,
	SHINRAI_BOOT_KINDS
};

#define SHINRAI_BOOT_EVENTS 16

/* What the firmware log of this boot said, so that it need not come again. */
struct shinrai_boot_state {
	u64 base; /* shinrai_appraise_base() of who read it; 0: nothing is kept */
	u8 pcrs[32]; /* SHA-256 of PCRs 0 to 9, which it led to */
	unsigned int nevents; /* that references must name */
	struct shinrai_boot_event {
		u8 kind; /* enum shinrai_boot_kind */
		u32 index; /* of the event */
		u8 digest[32]; /* SHA-256 */
	} event[SHINRAI_BOOT_EVENTS];
};

enum shinrai_flow_outcome {
	SHINRAI_FLOW_ALLOWED,
	SHINRAI_FLOW_AUDITED,
	SHINRAI_FLOW_REFUSED,
	SHINRAI_FLOW_LEFT, /* denied, and it happened all the same */
	SHINRAI_FLOW_OUTCOMES
};

/* Data handling, as the records so far have it. */
struct shinrai_data_state {
	bool enforcing;
	u64 generation; /* of the administrator's, last seen */
	u64 flows[SHINRAI_FLOW_OUTCOMES]; /* accesses */
	u64 lost; /* labels */
	unsigned int nowners;
	struct shinrai_owner_state owner[SHINRAI_MAX_OWNERS];
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
	/*
	 * shinrai_appraise_base() of what keeps what was in them, all of it, so that
	 * another policy can judge it; 0: nobody does
	 */
	u64 facts;
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
	struct shinrai_ima_state ima;
	struct shinrai_boot_state boot;
	/* 44 KiB, of which a few hundred bytes are used: see _clear, _copy. */
	struct shinrai_pcrs pcrs; /* ours, after @records */
	struct shinrai_data_state data;
	unsigned int nsticky;
	struct shinrai_sticky sticky[SHINRAI_STATE_REASONS];
};

void shinrai_state_clear(struct shinrai_state *s);
void shinrai_state_copy(struct shinrai_state *to,
			const struct shinrai_state *from);
void shinrai_data_clear(struct shinrai_data_state *d);
void shinrai_data_copy(struct shinrai_data_state *to,
		       const struct shinrai_data_state *from);

int shinrai_state_format(const struct shinrai_state *s, char **text);
int shinrai_state_parse(const void *json, size_t len, struct shinrai_state *s);
int shinrai_state_pack(const struct shinrai_state *s, u8 **out, size_t *len);
int shinrai_state_unpack(const void *data, size_t len, struct shinrai_state *s);
int shinrai_state_load(const char *path, struct shinrai_state *s);
int shinrai_state_save(const char *path, const struct shinrai_state *s);

#endif
