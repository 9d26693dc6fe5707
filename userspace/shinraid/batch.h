/* SPDX-License-Identifier: MIT */
/*
 * Challenges and the tree that one quote covers.  Pure: what a challenge
 * belongs to is an opaque pointer.
 */
#ifndef SHINRAID_BATCH_H
#define SHINRAID_BATCH_H

#include <sys/queue.h>

#include <shinrai/challenge.h>

#include "items.h"

/* Who is waiting for the answer; of the last two @owner is NULL. */
enum for_whom {
	FOR_CLIENT, /* who asked */
	FOR_RECEIVER, /* of reports, push.c */
	FOR_VERIFIER, /* attest.c */
};

struct challenge {
	TAILQ_ENTRY(challenge) link;
	void *owner; /* the request that it came with */
	struct shinrai_challenge c; /* batch_form() fills in what lacks */
	bool boot_known;
	u8 boot_id[SHINRAI_BOOT_ID_SIZE]; /* of the log that @from counts in */
	u64 from; /* first record wanted; of a report, whose violations are */
	u64 ima_from; /* byte of the IMA list, in the boot @boot_id; 0: all */
	bool report; /* of violations, not evidence */
	enum for_whom whom;
	u32 items;
};
TAILQ_HEAD(challenge_list, challenge);

struct batch {
	struct challenge **challenge;
	u64 size;
	u8 qualifying[SHINRAI_QUALIFYING_SIZE];
};

int batch_form(struct batch *b, struct challenge_list *waiting,
	       const struct shinrai_selection *selection,
	       const u8 boot_id[SHINRAI_BOOT_ID_SIZE]);
void batch_release(struct batch *b);

#endif
