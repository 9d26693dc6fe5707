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

bool pace_allows(const struct device_pace *p, const struct pace_limit *limit,
		 s64 now);
bool pace_owes(const struct device_pace *p);
void pace_told(struct device_pace *p, const struct pace_limit *limit, s64 now);
void pace_hold(struct device_pace *p, bool changed, u64 accesses, s64 now);
void pace_rebooted(struct device_pace *p);

#endif
