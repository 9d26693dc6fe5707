/* SPDX-License-Identifier: MIT */
/*
 * How fast one device may make the log grow: so many entries at once, and one more
 * in each interval.  What there is no entry for is counted, and told by the next
 * one; accesses that were denied stay on the device, and are asked for again.
 */
#ifndef VERIFIER_PACE_H
#define VERIFIER_PACE_H

#include "device.h"

struct pace_limit {
	int burst; /* entries, 1 or more */
	s64 interval; /* ms, 1 or more */
};

/* What one question brought. */
struct pace_news {
	s64 now; /* ms since 1970 */
	bool changed; /* it stands otherwise than before */
	u64 accesses; /* denied, of records that were not acknowledged before */
	bool past; /* earlier boots tell something, which nothing proves */
	bool heavy; /* of more records than may be asked for again */
	const u8 *boot; /* whose records were judged; NULL: none were */
};

enum pace_step {
	PACE_QUIET, /* there is nothing to tell */
	PACE_TELL, /* an entry is made, with all that was owed */
	PACE_HOLD, /* none, now; it is kept that one is owed */
	PACE_FORGET, /* the same, and nothing that was judged is acknowledged */
};

bool pace_allows(const struct device_pace *p, const struct pace_limit *limit,
		 s64 now);
bool pace_is_due(const struct device_pace *p, const struct pace_limit *limit,
		 s64 now);
enum pace_step pace_take(struct device_pace *p, const struct pace_limit *limit,
			 const struct pace_news *n, struct device_pace *owed);

#endif
