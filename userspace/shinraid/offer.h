/* SPDX-License-Identifier: MIT */
/* The question that a verifier offers to a device which comes, PROTOCOL.md 12. */
#ifndef SHINRAID_OFFER_H
#define SHINRAID_OFFER_H

#include <jansson.h>

#include <shinrai/challenge.h>

#include "items.h"

struct offer {
	u8 nonce[SHINRAI_NONCE_MAX];
	size_t nonce_len; /* SHINRAI_NONCE_MIN to _MAX */
	u64 from; /* first record wanted */
	u64 ima_from; /* byte of the IMA list; 0: all of it */
	u32 items;
	bool boot_known;
	u8 boot_id[SHINRAI_BOOT_ID_SIZE]; /* of the boot that both count in */
};

bool offer_parse(const json_t *j, struct offer *o);

#endif
