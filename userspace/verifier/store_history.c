// SPDX-License-Identifier: MIT
/* The store in SQLite: how many devices are in each state, and how that became. */
#include "store_sqlite.h"

static enum device_state state_at(sqlite3_stmt *stmt, int column)
{
	const int state = sqlite3_column_int(stmt, column);

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
	while ((ret = sqlite3_step(b.stmt)) == SQLITE_ROW)
		count[state_at(b.stmt, 0)] +=
			(u64)sqlite3_column_int64(b.stmt, 1);
	sqlite3_reset(b.stmt);
	return sql_errno(ret);
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
	int ret;

	bind_number(&b, most);
	while ((ret = sqlite3_step(b.stmt)) == SQLITE_ROW) {
		c.at = sqlite3_column_int64(b.stmt, 0);
		c.state = state_at(b.stmt, 1);
		c.first = sqlite3_column_type(b.stmt, 2) == SQLITE_NULL;
		c.before = state_at(b.stmt, 2);
		ret = each(arg, &c);
		if (ret) {
			sqlite3_reset(b.stmt);
			return ret;
		}
	}
	sqlite3_reset(b.stmt);
	return sql_errno(ret);
}
