// SPDX-License-Identifier: MIT
/* How long something took. */
#include "timing.h"

const unsigned int timing_bound[TIMING_BOUNDS] = {
	1, 2, 5, 10, 20, 30, 50, 100, 200, 500, 1000, 2000, 10000, 60000,
};

/**
 * timing_add() - it took that long once more
 * @t: zeroed at first
 * @ms: how long; below 0 counts as 0
 */
void timing_add(struct timing *t, s64 ms)
{
	unsigned int i = 0;

	while (i < TIMING_BOUNDS && ms > timing_bound[i])
		i++;
	t->most[i]++;
	t->sum += ms > 0 ? (u64)ms : 0;
	t->count++;
}

/**
 * timing_quantile() - how long that part of them took at most
 * @t: the times
 * @permille: 990 is the 99th percentile
 *
 * Return: a bound in ms; 0 when there were none; UINT_MAX above all bounds.
 */
unsigned int timing_quantile(const struct timing *t, unsigned int permille)
{
	u64 want = (t->count * permille + 999) / 1000, sum = 0;
	unsigned int i;

	if (!t->count)
		return 0;
	for (i = 0; i < TIMING_BOUNDS; i++) {
		sum += t->most[i];
		if (sum >= want)
			return timing_bound[i];
	}
	return ~0u;
}
