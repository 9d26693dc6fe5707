/* SPDX-License-Identifier: MIT */
/* How long something took, in classes: the histogram of Prometheus. */
#ifndef VERIFIER_TIMING_H
#define VERIFIER_TIMING_H

#include <jansson.h>

#include <shinrai/platform.h>

#define TIMING_BOUNDS 14

struct timing {
	u64 most[TIMING_BOUNDS + 1]; /* of these ms at most; the last: of more */
	u64 sum; /* ms */
	u64 count;
};

extern const unsigned int timing_bound[TIMING_BOUNDS]; /* ms, ascending */

void timing_add(struct timing *t, s64 ms);
unsigned int timing_quantile(const struct timing *t, unsigned int permille);

#endif
