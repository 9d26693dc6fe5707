// SPDX-License-Identifier: GPL-2.0-only
/* Per-user rates and total caps of the log.  Pure. */
#include "pure.h"

#define NS_PER_S 1000000000ULL

/**
 * shinrai_cap_share() - the part of a log that an event may fill
 * @max: bytes that the log may take
 * @share: whose event it is
 *
 * Users cannot take root's last eighth, and nobody the reserve beyond @max.
 *
 * Return: the cap, for shinrai_cap_admit().
 */
u64 shinrai_cap_share(u64 max, enum shinrai_share share)
{
	switch (share) {
	case SHINRAI_SHARE_USER:
		return max - max / 8;
	case SHINRAI_SHARE_ROOT:
		return max;
	default:
		return max + SHINRAI_RESERVE;
	}
}

/**
 * shinrai_cap_admit() - does something still fit below a cap?
 * @used: in use
 * @more: asked for
 * @max: the cap
 *
 * Return: true when it fits.
 */
bool shinrai_cap_admit(u64 used, u64 more, u64 max)
{
	return used <= max && more <= max - used;
}

/**
 * shinrai_rate_take() - take one token from a bucket
 * @tat_ns: the bucket: when it will be full again; 0 for a new one
 * @now_ns: monotonic
 * @rate: tokens a second, at least 1
 * @burst: tokens that a full bucket holds, at least 1
 *
 * Return: 0 when a token was taken; else the nanoseconds until there is one.
 */
u64 shinrai_rate_take(u64 *tat_ns, u64 now_ns, u32 rate, u32 burst)
{
	const u64 one = NS_PER_S / rate;
	const u64 full = one * burst;
	u64 tat = *tat_ns > now_ns ? *tat_ns : now_ns;

	if (tat - now_ns + one > full)
		return tat - now_ns + one - full;
	*tat_ns = tat + one;
	return 0;
}

/**
 * shinrai_rate_report() - may this be reported again?  Once a second.
 * @last_ns: when it was last; 0 for never
 * @now_ns: monotonic, not 0
 *
 * Return: true, and @last_ns is set, when it may.
 */
bool shinrai_rate_report(u64 *last_ns, u64 now_ns)
{
	if (*last_ns && now_ns - *last_ns < NS_PER_S)
		return false;
	*last_ns = now_ns;
	return true;
}

/**
 * shinrai_count_report() - is this occurrence of a repeated event recorded?
 * @count: the occurrence, from 1
 *
 * The first and then each sixteenfold, so that a program that repeats it for
 * ever adds at most 16 events.
 *
 * Return: true when it is.
 */
bool shinrai_count_report(u64 count)
{
	while (count && !(count & 15))
		count >>= 4;
	return count == 1;
}
