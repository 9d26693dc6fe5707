/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Records and events of the measurement log: PROTOCOL.md 2, both directions. */
#ifndef _SHINRAI_RECORD_H
#define _SHINRAI_RECORD_H

#ifdef __KERNEL__
#include <uapi/shinrai.h>
#else
#include "../uapi/shinrai.h"
#endif
#include "rd.h"
#include "tree.h"

#define SHINRAI_TLV_SIZE 5 /* u8 type, u32 length */
#define SHINRAI_HEADER_TLV (SHINRAI_TLV_SIZE + SHINRAI_HEADER_SIZE)

/* Where the log is, unless the module and the verifier are told otherwise. */
#define SHINRAI_DEFAULT_PCR_CODE 12
#define SHINRAI_DEFAULT_PCR_FLOW 13

/* Points into the input (or the caller's data); nothing is owned. */
struct shinrai_field {
	u8 id;
	bool withheld; /* data is the 32-byte commitment, no salt */
	u16 len;
	const u8 *salt; /* SHINRAI_SALT_SIZE bytes, redactable fields only */
	const u8 *data;
};

struct shinrai_event {
	u16 type;
	u8 nfields;
	struct shinrai_field field[SHINRAI_MAX_FIELDS];
};

/* What the record's digests cover. */
struct shinrai_header {
	u8 version;
	u8 type; /* enum shinrai_record_type */
	u16 flags; /* zero */
	u32 pcr;
	u8 boot_id[SHINRAI_BOOT_ID_SIZE];
	u64 recnum;
	u64 time_ns; /* CLOCK_BOOTTIME */
	u32 event_count;
	u8 root[SHINRAI_TREE_HASH];
};

struct shinrai_digest {
	u16 alg; /* TPM_ALG_ID, below 256 */
	u8 size;
	const u8 *value;
};

/* One CEL record, ours or somebody else's; points into the input. */
struct shinrai_record {
	u64 recnum;
	bool nv; /* index is an NV index, not a PCR */
	u32 index;
	u8 ndigests;
	struct shinrai_digest digest[SHINRAI_MAX_BANKS];
	u8 content_type;
	const u8 *content; /* value of the content TLV */
	size_t content_len;
	const u8 *raw;
	size_t raw_len;
};

/* What is wrong with one of our records; 0 is nothing. */
enum shinrai_fault {
	SHINRAI_FAULT_NONE = 0,
	SHINRAI_FAULT_CONTENT_TYPE, /* not SHINRAI_CEL_CONTENT */
	SHINRAI_FAULT_SYNTAX,
	SHINRAI_FAULT_VERSION,
	SHINRAI_FAULT_RECNUM, /* header and CEL record disagree */
	SHINRAI_FAULT_PCR, /* header and CEL record disagree */
	SHINRAI_FAULT_COUNT, /* events missing or too many */
	SHINRAI_FAULT_ROOT, /* events are not those that were extended */
};

#define SHINRAI_NO_PCR_OF_OURS \
	"no PCR of ours: 0 to 10, 14, 16 and 23 are others' or can be reset"

/* Firmware, boot loader, IMA and shim own theirs; some can be reset. */
static inline bool shinrai_own_pcr_refused(u32 pcr)
{
	return pcr <= 10 || pcr == 14 || pcr == 16 || pcr >= 23;
}

/* Two PCRs, for code and for flow, that nobody else uses. */
static inline bool shinrai_own_pcrs_refused(u32 code, u32 flow)
{
	return code == flow || shinrai_own_pcr_refused(code) ||
	       shinrai_own_pcr_refused(flow);
}

void shinrai_field_commit(u8 id, const u8 salt[SHINRAI_SALT_SIZE],
			  const void *data, size_t len,
			  u8 commitment[SHINRAI_DIGEST_SIZE]);
int shinrai_event_leaf(const struct shinrai_event *ev,
		       u8 leaf[SHINRAI_TREE_HASH]);
int shinrai_event_encode(struct shinrai_wr *w, const struct shinrai_event *ev);
int shinrai_event_next(struct shinrai_rd *events, struct shinrai_event *ev);
const struct shinrai_field *shinrai_event_field(const struct shinrai_event *ev,
						u8 id);
int shinrai_event_uint(const struct shinrai_event *ev, u8 id, size_t size,
		       u64 *value);

void shinrai_header_encode(const struct shinrai_header *h,
			   u8 out[SHINRAI_HEADER_TLV]);
void shinrai_record_encode(struct shinrai_wr *w, const struct shinrai_header *h,
			   const struct shinrai_digest *digests,
			   unsigned int ndigests, const void *events,
			   size_t events_len);
int shinrai_record_next(struct shinrai_rd *log, struct shinrai_record *rec);
int shinrai_content_parse(const struct shinrai_record *rec,
			  struct shinrai_header *h, const u8 **header_tlv,
			  struct shinrai_rd *events);
enum shinrai_fault shinrai_record_check(const struct shinrai_record *rec,
					struct shinrai_header *h);

#endif
