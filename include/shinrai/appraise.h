/* SPDX-License-Identifier: MIT */
/*
 * The verdict on one machine: evidence against what is known and expected.
 * Pure: no file, socket, clock or TPM; the same input gives the same verdict.
 */
#ifndef _SHINRAI_APPRAISE_H
#define _SHINRAI_APPRAISE_H

#include "assurance.h"
#include "digests.h"
#include "evidence.h"
#include "facts.h"
#include "ima_rules.h"
#include "reference.h"
#include "session.h"
#include "state.h"
#include "violation.h"

/* In the order in which they overrule each other. */
enum shinrai_verdict {
	SHINRAI_TRUSTED,
	SHINRAI_UNKNOWN,
	SHINRAI_UNTRUSTED,
};

/* The ladder, from the bottom up. */
enum shinrai_step {
	SHINRAI_STEP_ROOT,
	SHINRAI_STEP_QUOTE,
	SHINRAI_STEP_FRESH,
	SHINRAI_STEP_FIRMWARE,
	SHINRAI_STEP_KERNEL,
	SHINRAI_STEP_INITRAMFS,
	SHINRAI_STEP_CMDLINE,
	SHINRAI_STEP_LOG,
	SHINRAI_STEP_START,
	SHINRAI_STEP_ARM,
	SHINRAI_STEP_RUNNING,
	SHINRAI_STEP_CODE,
	SHINRAI_STEP_DATA,
	SHINRAI_STEP_IMA,
	SHINRAI_STEPS
};

/* Each way to lose trust; names, texts and severities in appraise_reason.c. */
enum shinrai_reason_code {
#define SHINRAI_REASON(name, code, step, verdict, text, next) \
	SHINRAI_WHY_##name,
#include "reasons.h"
#undef SHINRAI_REASON
	SHINRAI_WHYS
};

struct shinrai_reason_info {
	const char *code; /* stable, for programs */
	enum shinrai_step step;
	enum shinrai_verdict verdict; /* at best */
	const char *text; /* one clause */
	const char *next; /* what to do about it */
};

struct shinrai_why {
	enum shinrai_reason_code code;
	bool has_record;
	u64 record;
	unsigned int order; /* of finding */
	char *detail; /* printable, "" when there is none */
};

#define SHINRAI_MAX_WHY 32 /* listed of each code; the rest is counted */
#define SHINRAI_MAX_NOTES (SHINRAI_MAX_SOURCES + 64) /* each source is one */

struct shinrai_appraise_input {
	const struct shinrai_evidence *ev;
	/* As we saw it ourselves; NULL: as it was saved, if @saver signed it. */
	const struct shinrai_session *session;
	const X509 *saver; /* verifier whose word is taken; NULL: none */
	/* The pinned key: its name, or its public part; neither: unpinned. */
	const u8 *ak_name;
	size_t ak_name_len;
	EVP_PKEY *ak_key;
	/* of @ak_name, begun here; NULL: none */
	EVP_PKEY_CTX **kept_key;
	bool learned; /* pinned just now, from this evidence */
	enum shinrai_assurance assurance; /* of the pinned key, certified */
	const struct shinrai_state *last; /* NULL: never seen */
	const struct shinrai_digests *digests; /* NULL: none given */
	const struct shinrai_reference *ref; /* NULL: none given */
	const struct shinrai_ima_rules *ima; /* NULL: IMA is only replayed */
	const char *signers; /* of these, printable; NULL: nobody was asked */
	unsigned int nunsigned; /* files of these */
	bool whole; /* the log was asked for from record 0 on */
	bool past_more; /* of earlier boots there is more than came */
	bool past_gone; /* of the boot that @last is of no log can come */
	bool keep_facts; /* of what is judged now: shinrai_appraisal.facts */
	/* Of all that @last has judged, when its facts are our base; or NULL. */
	const struct shinrai_facts *known;
	/* The IMA list before what comes of it, as @last judged it; or NULL. */
	struct shinrai_item ima_before;
	bool keeps_ima; /* the caller keeps that list, whatever was found in it */
	/*
	 * Appraise what is reported, not the machine: what violations the log
	 * shows, and whether it is proven that they are what was recorded.
	 */
	bool report;
	bool violations; /* list them, though it is no report */
	const struct shinrai_names *names; /* of labels; NULL: none */
	u16 bank; /* 0 is SHA-256 */
	u8 pcr_code, pcr_flow; /* of our log; 0: 12, 13 */
	bool allow_anon_exec; /* JIT compilers are expected here */
	/* SHA-256 of policies that must be enforced; NULL: none. */
	const u8 (*policy)[SHINRAI_DIGEST_SIZE];
	size_t npolicies;
};

/* Records of an earlier boot that no quote which was judged covers. */
struct shinrai_past {
	u8 boot_id[SHINRAI_BOOT_ID_SIZE];
	u64 first; /* its number */
	u64 records; /* how many */
	/* Reasons, notes, violations, as if a quote covered them. */
	struct shinrai_appraisal *told;
};

struct shinrai_appraisal {
	enum shinrai_verdict verdict;
	struct shinrai_why *why; /* untrusted first, then in order of finding */
	unsigned int nwhy;
	u64 count[SHINRAI_WHYS]; /* also those that are not listed */
	char *note[SHINRAI_MAX_NOTES]; /* what changes no verdict */
	unsigned int nnotes;
	bool proven[SHINRAI_STEPS];
	bool have_quote; /* signature verified: the next six are valid */
	struct shinrai_quote_clock clock;
	bool safe;
	u64 firmware;
	u8 ak_name[SHINRAI_NAME_MAX];
	size_t ak_name_len;
	enum shinrai_assurance assurance; /* of @ak_name's TPM, as enrolled */
	bool have_boot_id;
	u8 boot_id[SHINRAI_BOOT_ID_SIZE];
	/* The firmware log is in order and leads to the quote, whatever is known. */
	bool have_boot;
	u8 boot[32]; /* equal for boots that measured the same */
	u64 records; /* from record 0 to the last one shown */
	bool have_quoted;
	u64 quoted; /* records that the quote covers */
	u64 code; /* CODE and RUNNING events in them */
	u64 modules;
	bool report;
	const struct shinrai_names *names; /* the caller's */
	/*
	 * Of a report, or when asked for: violations that the quote covers and
	 * that are judged now; they point into the evidence.
	 */
	struct shinrai_violation *violation;
	size_t nviolations;
	u64 left_out; /* events that the log has and does not show */
	u64 left_out_flow; /* and those of them in the flow PCR */
	bool have_session; /* it is believed */
	struct shinrai_session session;
	char machine[256]; /* what it calls itself, printable; proves nothing */
	/* With @have_next: what was new in the records that were judged now ... */
	struct shinrai_facts facts;
	bool facts_all; /* ... and they were all of this boot */
	u64 ima_first; /* byte of the IMA list that what came begins with */
	bool have_next;
	/* With @have_next of another boot: they point into the evidence, too. */
	struct shinrai_past *past;
	unsigned int npast;
	bool past_gone; /* the machine sends no log of the boot judged last */
	unsigned int past_note; /* with one of these: the first note of them */
	/* The large ones last: shinrai_appraisal_clear(). */
	struct shinrai_data_state data;
	/* What to remember; only when the quote is authentic and placed. */
	struct shinrai_state next;
};

int shinrai_appraise(const struct shinrai_appraise_input *in,
		     struct shinrai_appraisal *out);
int shinrai_appraise_malformed(int err, struct shinrai_appraisal *out);
void shinrai_appraise_policy(const struct shinrai_appraise_input *in,
			     u8 id[SHINRAI_POLICY_SIZE]);
u64 shinrai_appraise_base(const struct shinrai_appraise_input *in);
void shinrai_appraisal_clear(struct shinrai_appraisal *out);
void shinrai_appraisal_free(struct shinrai_appraisal *out);

const struct shinrai_reason_info *
shinrai_reason_info(enum shinrai_reason_code code);
int shinrai_reason_by_code(const char *code);
const char *shinrai_step_name(enum shinrai_step step);
const char *shinrai_verdict_name(enum shinrai_verdict verdict);

#endif
