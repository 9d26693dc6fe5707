/* SPDX-License-Identifier: MIT */
/*
 * One question to a device, from its turn to what is kept of the answer.  pull.c:
 * whose turn it is; ask.c: request and answer; settle.c: what follows from the answer.
 */
#ifndef VERIFIER_QUESTION_H
#define VERIFIER_QUESTION_H

#include <shinrai/client.h>

#include "fleet.h"
#include "judge.h"

enum phase {
	ASKING, /* the timer is the deadline */
	ANSWERED, /* the timer ends the connection; the same with ... */
	FAILED,
	AGAIN, /* the connection was an old one, and at its end */
	JUDGING, /* no timer: it comes back through the mailbox */
};

struct question {
	struct job job;
	struct device *dev;
	enum phase phase;
	s64 begun; /* ms, monotonic */
	u64 from;
	const u8 *boot_id; /* of which boot; NULL: any */
	bool whole;
	bool is_long; /* it took one of the places for long answers */
	bool old_contact; /* it was kept from the last question */
	int answers;
	struct shinrai_collect collect;
	u8 *body;
	size_t len;
	char why[DEVICE_REASON_MAX]; /* FAILED */
	struct judgement j;
	/* what is to be kept */
	struct device_record next;
	s64 at; /* ms since 1970 */
	bool changed;
};

/* ask.c */
void ask(struct question *q);

/* settle.c */
void settle_judge(struct question *q);
void settle_keep(struct question *q);

/* pull.c */
void pull_end(struct device *d);

#endif
