/* SPDX-License-Identifier: MIT */
/* What is counted for /metrics.  The loop's thread counts, and it alone. */
#ifndef VERIFIER_METRICS_H
#define VERIFIER_METRICS_H

#include <event2/buffer.h>

#include "device.h"
#include "histogram.h"

struct metrics {
	u64 verdicts[DEVICE_STATES]; /* appraisals that were kept, by result */
	u64 late; /* of those, over a period after the device's turn */
	u64 failures; /* questions without an answer that could be judged */
	u64 unkept; /* what the database did not take */
	struct histogram question; /* from its turn to what is shown */
	struct histogram appraisal; /* of those, judging */
};

struct fleet;

s64 metrics_clock(void);
void metrics_write(const struct fleet *f, const u64 *log_size,
		   struct evbuffer *out);

#endif
