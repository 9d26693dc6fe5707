// SPDX-License-Identifier: MIT
/* How fast one device may make the log grow.  Pure: no clock, no memory. */
#include <string.h>

#include <shinrai/util.h>

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
 * pace_is_due() - is there something that the log can be told by itself?
 * @p: of the device
 * @limit: of each device
 * @now: ms since 1970
 *
 * Accesses that are held are not: they come again.
 *
 * Return: whether there is.
 */
bool pace_is_due(const struct device_pace *p, const struct pace_limit *limit,
		 s64 now)
{
	return (p->changes || p->lost) && pace_allows(p, limit, now);
}

/*
 * What was held of another boot is proven by no log any more, and counted: what that
 * boot's own word has of it is no proof.
 */
static void end_boot(struct device_pace *p, const u8 *boot)
{
	if (!boot || !p->accesses || !memcmp(boot, p->boot, sizeof(p->boot)))
		return;
	p->lost = shinrai_sum(p->lost, p->accesses);
	p->accesses = 0;
	memset(p->boot, 0, sizeof(p->boot));
}

static void tell(struct device_pace *p, const struct pace_limit *limit,
		 const struct pace_news *n)
{
	p->full = full_at(p, limit, n->now) + limit->interval;
	p->changes = p->lost = 0;
	p->since = 0;
	/* They were among those of this boot; otherwise they are held on. */
	if (!n->accesses)
		return;
	p->accesses = 0;
	memset(p->boot, 0, sizeof(p->boot));
}

static enum pace_step hold(struct device_pace *p, const struct pace_news *n)
{
	if (n->changed && !p->changes++)
		p->since = n->now;
	if (!n->accesses)
		return n->past ? PACE_FORGET : PACE_HOLD;
	/* What earlier boots tell is counted nowhere, and has to come again. */
	if (n->heavy && !n->past) {
		/* It counts those that were held, too: from the same place on. */
		p->lost = shinrai_sum(p->lost, n->accesses);
		p->accesses = 0;
		memset(p->boot, 0, sizeof(p->boot));
		return PACE_HOLD;
	}
	p->accesses = n->accesses;
	memcpy(p->boot, n->boot, sizeof(p->boot));
	return PACE_FORGET;
}

/**
 * pace_take() - what becomes of what one question brought
 * @p: of the device; changed
 * @limit: of each device
 * @n: what it brought; with accesses there is a boot
 * @owed: out: what was held until now, for the entry
 *
 * Return: what is to be done.
 */
enum pace_step pace_take(struct device_pace *p, const struct pace_limit *limit,
			 const struct pace_news *n, struct device_pace *owed)
{
	end_boot(p, n->boot);
	*owed = *p;
	if (!n->changed && !n->accesses && !n->past && !p->changes && !p->lost)
		return PACE_QUIET;
	if (!pace_allows(p, limit, n->now))
		return hold(p, n);
	tell(p, limit, n);
	return PACE_TELL;
}
