/* SPDX-License-Identifier: MIT */
/* One appraisal, away from the event loop: evidence in, how a device stands out. */
#ifndef VERIFIER_JUDGE_H
#define VERIFIER_JUDGE_H

#include "device.h"
#include "policy.h"

#define JUDGE_ACCESSES_MAX (32u << 10) /* bytes of JSON in all */
#define JUDGE_PAST_MAX (32u << 10) /* the same of @past */

struct judgement {
	/* in; what they point to is the caller's, and does not change */
	const struct policy *policy;
	const void *evidence; /* as it came */
	size_t len;
	const struct shinrai_item *log; /* instead of that in it; NULL: that */
	const struct shinrai_item *past_log; /* the same, of earlier boots */
	bool past_more; /* of which there is more than was asked for */
	bool past_gone; /* of the boot that @memory is of no log can come */
	struct shinrai_session session;
	bool whole; /* the log was asked for from record 0 on */
	u64 ima_from; /* byte of the IMA list that was asked for; 0: all */
	bool no_firmware; /* its log was not asked for */
	const u8 *memory; /* shinrai_state_pack(); NULL: none */
	size_t memory_len;
	/* of all that @memory has judged, to judge it anew; NULL: by the same */
	const struct shinrai_facts *known;
	/* Of the IMA list before @ima_from, with @known; empty: not kept. */
	struct shinrai_item ima_known;
	const u8 *ak_name; /* pinned; none when @ak_name_len is 0 */
	size_t ak_name_len;
	bool enrolled; /* it was proven to be in the device's TPM */
	const u8 *boot_known; /* @boot that need not be told again; NULL: none */
	/* in and out: of @ak_name, for EVP_PKEY_CTX_free(); NULL: none yet */
	EVP_PKEY_CTX *key;
	/* out */
	enum shinrai_verdict verdict;
	char code[48]; /* of the worst reason, or "" */
	char reason[DEVICE_REASON_MAX];
	u64 violations; /* accesses that owners deny, not known before */
	json_t *accesses; /* those, PROTOCOL.md 9.2; to be released; or NULL */
	u64 unlisted; /* of them, which @accesses has no room for */
	/* What earlier boots tell, PROTOCOL.md 13; to be released; NULL: nothing */
	json_t *past;
	u8 *told; /* shinrai_verdict_pack(), for free() */
	size_t told_len;
	u8 *next; /* what to remember, for free(); NULL: as before */
	size_t next_len;
	struct shinrai_facts facts; /* with @next; for shinrai_facts_free() */
	bool facts_all; /* there are no others of this boot */
	u64 kept; /* in @next: its facts; 0: they need not be kept */
	u64 records; /* that need not be asked for again, with @next */
	u64 ima_next; /* and bytes of the IMA list */
	bool ima_again; /* which is to be judged from its begin, as it is kept */
	u8 *ima_new; /* the last ones of these, for free(); NULL: no more */
	size_t ima_new_len;
	bool ima_gone; /* what was kept of it is of no use any more */
	bool no_firmware_next; /* what its log says is in @next */
	bool again; /* what came in part does not join: ask for all of it */
	bool ima_apart; /* @again, for the IMA list */
	u8 boot_id[SHINRAI_BOOT_ID_SIZE]; /* of which boot, with @next */
	/* That firmware and boot can be learned from; 0s: they cannot. */
	u8 boot[32]; /* equal for the same boot that measured the same */
	char *boot_text; /* with another @boot than known: JSON, for free() */
	u8 learned[SHINRAI_NAME_MAX]; /* the key to pin */
	size_t learned_len; /* 0: none */
};

int judge(struct judgement *j);

#endif
