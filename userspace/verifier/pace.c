// SPDX-License-Identifier: MIT
/* How fast one device may make the log grow.  Pure: no clock, no memory. */
#include "pace.h"

/* After a clock was set back there is one entry, and then one in each interval. */
static s64 full_at(const struct device_pace *p, const struct pace_limit *limit,
		   s64 now)
{
	const s64 most = now + limit->burst * limit->interval;

	if (p->full > most)
		return most - limit->interval;
	return p->full < now ? now : p->full;
}

/**
 * pace_allows() - may there be an entry of a device now?
 * @p: of the device
 * @limit: of each device
 * @now: ms since 1970
 *
 * Return: whether one is left.
 */
bool pace_allows(const struct device_pace *p, const struct pace_limit *limit,
		 s64 now)
{
	return full_at(p, limit, now) - now <=
	       (limit->burst - 1) * limit->interval;
}

/**
 * pace_owes() - is there something that the log was not told?
 * @p: of the device
 *
 * Return: whether there is.
 */
bool pace_owes(const struct device_pace *p)
{
	return p->changes || p->accesses || p->lost;
}

/**
 * pace_told() - an entry was made, with all that was owed
 * @p: of the device
 * @limit: of each device
 * @now: ms since 1970
 */
void pace_told(struct device_pace *p, const struct pace_limit *limit, s64 now)
{
	*p = (struct device_pace){ .full = full_at(p, limit, now) +
					   limit->interval };
}

/**
 * pace_hold() - there may be no entry now
 * @p: of the device
 * @changed: it stands otherwise than before
 * @accesses: that this boot denied since what is remembered of it; 0: as before
 * @now: ms since 1970
 */
void pace_hold(struct device_pace *p, bool changed, u64 accesses, s64 now)
{
	if (!pace_owes(p) && (changed || accesses))
		p->since = now;
	p->changes += changed;
	if (accesses > p->accesses)
		p->accesses = accesses;
}

/**
 * pace_rebooted() - what was to be asked for again is gone
 * @p: of the device
 */
void pace_rebooted(struct device_pace *p)
{
	p->lost += p->accesses;
	p->accesses = 0;
}
