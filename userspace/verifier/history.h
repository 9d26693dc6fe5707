/* SPDX-License-Identifier: MIT */
/* How many devices were in each state over a time. */
#ifndef VERIFIER_HISTORY_H
#define VERIFIER_HISTORY_H

#include "store.h"

#define HISTORY_STEPS 96
#define HISTORY_HOURS_MAX 720

struct history {
	s64 from; /* ms since 1970, of the first step's begin */
	s64 step; /* ms that each takes */
	unsigned int known; /* steps before this one are too long ago to tell */
	/* The most that there were at one moment of each step. */
	u64 most[HISTORY_STEPS][DEVICE_STATES];
};

int history_read(struct store *s, s64 now, unsigned int hours,
		 struct history *h);
json_t *history_json(const struct history *h);

#endif
