/* SPDX-License-Identifier: MIT */
/* What the steps of an appraisal share.  Each step reads what the ones before
 * it established and adds reasons; none takes a reason back. */
#ifndef SHINRAI_APPRAISE_CTX_H
#define SHINRAI_APPRAISE_CTX_H

#include <shinrai/abridge.h>
#include <shinrai/appraise.h>
#include <shinrai/bootlog.h>
#include <shinrai/cel.h>
#include <shinrai/challenge.h>
#include <shinrai/ima.h>

/* Required of every quote; our own two PCRs are added from START. */
#define APPRAISE_BOOT_PCRS 0x3ffu
#define APPRAISE_IMA_PCR 10
#define APPRAISE_IMA_TAIL 16
#define APPRAISE_IMA_ODD 16

/* After an entry of the IMA list, or before the first one. */
struct appraise_ima_point {
	u64 entries;
	u64 offset; /* bytes of them */
	u64 violations;
	u8 pcr[SHINRAI_BANK_MAX]; /* 10 */
};

/* Where an entry of the IMA list is. */
struct appraise_ima_odd {
	u64 index;
	size_t offset; /* in what is judged of it */
};

struct appraise {
	const struct shinrai_appraise_input *in;
	struct shinrai_appraisal *out;
	int err; /* -ENOMEM sticks */
	u16 bank;
	u8 pcr_code, pcr_flow; /* where our log must be */
	u8 policy[SHINRAI_POLICY_SIZE];
	u64 base;
	/* appraise_quote.c */
	struct shinrai_quote_result quote;
	bool have_challenge;
	struct shinrai_challenge challenge;
	bool authentic; /* the quote can be believed */
	bool have_given;
	bool given_proven; /* @given leads to the quoted digest */
	/* appraise_boot.c */
	bool have_firmware; /* @firmware was read to its end */
	bool boot_proven; /* an initramfs that arms is all that ran */
	/* appraise.c */
	bool has_ima_first; /* the machine can give the list in part */
	u64 ima_first; /* byte that it begins with, as the machine says */
	bool stays_lost; /* a finding that any policy has is not in @now */
	/* appraise_ima.c */
	struct shinrai_item ima_list; /* what is judged of it */
	u8 *ima_joined; /* that, when it was put together; for free() */
	bool ima_goes_on; /* the list, where that of the last one ended */
	bool have_ima; /* read to its end */
	bool ima_faults; /* in any of its entries */
	bool ima_full; /* what is found cannot be kept */
	unsigned int nima_kept; /* findings */
	u64 ima_violations;
	unsigned int nima; /* points that are there */
	u64 nima_all; /* that there were; newest: (nima_all - 1) % TAIL */
	struct appraise_ima_point ima[APPRAISE_IMA_TAIL];
	/* Entries that there is something to say of; one more: they are too many. */
	unsigned int nima_odd;
	struct appraise_ima_odd ima_odd[APPRAISE_IMA_ODD];
	/* appraise_place.c */
	bool have_quoted; /* @quoted is valid */
	bool incremental; /* log goes on where the last one ended */
	bool have_start; /* our two PCRs are known */
	unsigned int tried; /* positions that were held against pcrDigest */
	bool placed; /* @position is valid */
	u64 position; /* records that the quote covers, whatever their numbers */
	u8 own[2][SHINRAI_BANK_MAX]; /* our PCRs of @bank after those */
	/* appraise_data.c */
	u64 noted; /* flows refused or audited, labels lost */
	/* appraise_log.c */
	bool vouched; /* the quote covers the record at hand */
	/* The large ones, zeroed by those who fill them; lists are empty. */
	struct shinrai_bootlog firmware;
	struct shinrai_pcrs given; /* the pcrs item */
	struct shinrai_pcrs quoted; /* proven values of the quoted PCRs */
	struct shinrai_state now; /* grows record by record */
};

struct appraise *shinrai_appraise_new(const struct shinrai_appraise_input *in,
				      struct shinrai_appraisal *out);
void shinrai_appraise_conclude(struct shinrai_appraisal *out);
void shinrai_appraise_why(struct appraise *a, enum shinrai_reason_code code,
			  const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void shinrai_appraise_record(struct appraise *a, enum shinrai_reason_code code,
			     u64 record, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void shinrai_appraise_note(struct appraise *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#define APPRAISE_TEXT 512
const char *shinrai_appraise_printable(const void *data, size_t len,
				       char text[APPRAISE_TEXT]);

static inline const struct shinrai_item *appraise_item(const struct appraise *a,
						       enum shinrai_item_id id)
{
	return &a->in->ev->item[id];
}

bool shinrai_appraise_composite(const struct appraise *a,
				const struct shinrai_pcrs *values);
int shinrai_appraise_expect(struct appraise *a);
void shinrai_appraise_session(struct appraise *a);
void shinrai_appraise_quote(struct appraise *a);
void shinrai_appraise_clock(struct appraise *a);
void shinrai_appraise_firmware(struct appraise *a);
void shinrai_appraise_boot(struct appraise *a);
void shinrai_appraise_ima_read(struct appraise *a);
void shinrai_appraise_ima(struct appraise *a);
void shinrai_appraise_ima_why(struct appraise *a, enum shinrai_reason_code code,
			      const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool shinrai_appraise_ima_is_odd(const struct appraise *a,
				 const struct shinrai_ima_entry *e);
void shinrai_appraise_ima_entry(struct appraise *a,
				const struct shinrai_ima_entry *e);
void shinrai_appraise_place(struct appraise *a);
void shinrai_appraise_begin(const struct appraise *a, struct shinrai_cel *c);
void shinrai_appraise_log(struct appraise *a);
void shinrai_appraise_unproven(struct appraise *a);
void shinrai_appraise_past(struct appraise *a);
void shinrai_appraise_event(struct appraise *a, const struct shinrai_header *h,
			    const struct shinrai_event *ev);
enum shinrai_reason_code shinrai_appraise_code(const struct appraise *a,
					       u64 kind, const u8 digest[32]);
void shinrai_appraise_code_tell(struct appraise *a,
				enum shinrai_reason_code why, u64 record,
				u64 kind, const u8 digest[32],
				const char *path);
bool shinrai_appraise_by_policy(enum shinrai_reason_code code);
void shinrai_appraise_anew(struct appraise *a);
u64 shinrai_appraise_facts(const struct appraise *a);
bool shinrai_appraise_data(struct appraise *a, const struct shinrai_header *h,
			   const struct shinrai_event *ev);
void shinrai_appraise_owner(struct appraise *a, const struct shinrai_header *h,
			    const struct shinrai_event *ev);
void shinrai_appraise_policy_event(struct appraise *a,
				   const struct shinrai_header *h,
				   const struct shinrai_event *ev);
const struct shinrai_owner_state *
shinrai_data_owner(const struct shinrai_data_state *d,
		   const u8 owner[SHINRAI_DIGEST_SIZE]);
bool shinrai_appraise_counts(const struct appraise *a,
			     enum shinrai_reason_code code);
bool shinrai_appraise_asks(const struct appraise *a, enum shinrai_step step);
void shinrai_appraise_reported(struct appraise *a,
			       const struct shinrai_header *h,
			       const struct shinrai_event *ev,
			       unsigned int place);
void shinrai_appraise_left_out(struct appraise *a,
			       const struct shinrai_header *h,
			       unsigned int shown);
void shinrai_appraise_needed(struct appraise *a);
void shinrai_appraise_arm(struct appraise *a);

#endif
