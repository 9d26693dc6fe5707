/* SPDX-License-Identifier: MIT */
/*
 * Evidence, and violation reports: the CMW collections that travel and are
 * saved, PROTOCOL.md 4, 6, 9.
 */
#ifndef _SHINRAI_EVIDENCE_H
#define _SHINRAI_EVIDENCE_H

#include <sys/uio.h>

#include "platform.h"

#define SHINRAI_EVIDENCE_TYPE "application/cmw+cbor"
/* Bytes of an answer: whole, and of our log in it; for more, ask again. */
#define SHINRAI_MAX_ANSWER (64u << 20)
#define SHINRAI_MAX_ANSWER_LOG (24u << 20)
/* Bytes of saved evidence, which may have the logs of several answers. */
#define SHINRAI_MAX_EVIDENCE (320u << 20)
#define SHINRAI_MAX_LOG (256u << 20)
#define SHINRAI_MAX_PEER_LOG (16u << 20) /* ima, firmware */
#define SHINRAI_MAX_PAST (3u << 20) /* past, of an answer */
#define SHINRAI_MAX_PASTS (16u << 20) /* and of several */
#define SHINRAI_MAX_ITEM (64u << 10) /* everything else */

enum shinrai_item_id {
	SHINRAI_ITEM_ATTEST, /* TPMS_ATTEST */
	SHINRAI_ITEM_SIGNATURE, /* TPMT_SIGNATURE */
	SHINRAI_ITEM_AK, /* TPMT_PUBLIC */
	SHINRAI_ITEM_CHALLENGE, /* PROTOCOL.md 4.1 */
	SHINRAI_ITEM_PCRS, /* PROTOCOL.md 2.5 */
	SHINRAI_ITEM_LOG, /* CEL records */
	SHINRAI_ITEM_IMA, /* binary_runtime_measurements */
	SHINRAI_ITEM_FIRMWARE, /* binary_bios_measurements */
	SHINRAI_ITEM_MACHINE, /* JSON, PROTOCOL.md 4.2 */
	SHINRAI_ITEM_PAST, /* CEL records of earlier boots, PROTOCOL.md 4.3 */
	SHINRAI_ITEM_SESSION, /* JSON, PROTOCOL.md 6; saved evidence only */
	SHINRAI_ITEM_SESSION_SIGNATURE, /* the same; of the one who saved it */
	SHINRAI_NITEMS,
};

/* Points into the caller's memory; @data is NULL when the item is absent. */
struct shinrai_item {
	const u8 *data;
	size_t len;
};

struct shinrai_evidence {
	bool report; /* a violation report: the log is abridged */
	struct shinrai_item item[SHINRAI_NITEMS];
};

/* Framing bytes and vector entries that suffice for any evidence. */
#define SHINRAI_EVIDENCE_FRAME 1024
#define SHINRAI_EVIDENCE_IOV (2 * SHINRAI_NITEMS + 1)

const char *shinrai_item_key(enum shinrai_item_id id);
size_t shinrai_item_limit(enum shinrai_item_id id);

int shinrai_evidence_iov(const struct shinrai_evidence *ev,
			 u8 frame[SHINRAI_EVIDENCE_FRAME],
			 struct iovec iov[SHINRAI_EVIDENCE_IOV], size_t *total);
int shinrai_evidence_pack(const struct shinrai_evidence *ev, u8 **out,
			  size_t *out_len);
int shinrai_evidence_parse(const void *data, size_t len,
			   struct shinrai_evidence *ev);
int shinrai_evidence_load(const char *path, u8 **buf,
			  struct shinrai_evidence *ev);
int shinrai_evidence_save(const char *path, const struct shinrai_evidence *ev);

#endif
