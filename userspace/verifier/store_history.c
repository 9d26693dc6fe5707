// SPDX-License-Identifier: MIT
/* The store in SQL: how many devices are in each state, and how that became. */
#include "store_sql.h"

static enum device_state state_at(const struct binding *b, int column)
{
	const int state = (int)number_at(b, column);

	return state < 0 || state >= DEVICE_STATES ? DEVICE_NEW : state;
}

/**
 * store_states() - how many devices there are of each state
 * @s: the store
 * @count: out
 *
 * As it was kept: of what is stale, or was never judged, it says no more.
 *
 * Return: 0; -errno.
 */
int store_states(struct store *s, u64 count[DEVICE_STATES])
{
	struct binding b = sql_bind(s, STATES);
	int ret;

	memset(count, 0, sizeof(*count) * DEVICE_STATES);
	while ((ret = sql_step(&b)) > 0)
		count[state_at(&b, 0)] += (u64)number_at(&b, 1);
	return ret;
}

/**
 * store_history() - how all devices came to stand as they do, the newest first
 * @s: the store
 * @most: changes
 * @each: called with each; not 0: no more
 * @arg: for @each
 *
 * Return: 0; -errno; what @each gave.
 */
int store_history(struct store *s, unsigned int most,
		  int (*each)(void *arg, const struct store_change *c),
		  void *arg)
{
	struct binding b = sql_bind(s, HISTORY);
	struct store_change c;
	size_t len;
	int ret;

	bind_number(&b, most);
	while ((ret = sql_step(&b)) > 0) {
		c.at = number_at(&b, 0);
		c.state = state_at(&b, 1);
		c.first = !value_at(&b, 2, &len);
		c.before = state_at(&b, 2);
		ret = each(arg, &c);
		if (ret) {
			sql_reset(&b);
			return ret;
		}
	}
	return ret;
}
