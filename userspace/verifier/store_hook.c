// SPDX-License-Identifier: MIT
/* The store in SQLite: how far each webhook was told the log. */
#include "store_sqlite.h"

/**
 * store_hook_next() - the entry that a webhook is told next
 * @s: the store
 * @name: of the webhook; a new one begins at the end of the log
 * @next: out
 *
 * Return: 0; -errno.
 */
int store_hook_next(struct store *s, const char *name, u64 *next)
{
	struct binding b = sql_bind(s, HOOK_NEW);
	int ret;

	bind_text(&b, name);
	ret = sql_finish(&b);
	if (ret)
		return ret;
	b = sql_bind(s, HOOK_NEXT);
	bind_text(&b, name);
	ret = sqlite3_step(b.stmt);
	if (ret == SQLITE_ROW)
		*next = (u64)sqlite3_column_int64(b.stmt, 0);
	sqlite3_reset(b.stmt);
	return ret == SQLITE_ROW ? 0 : sql_errno(ret) ?: -EIO;
}

/**
 * store_hook_advance() - what a webhook was told
 * @s: the store
 * @name: of the webhook
 * @next: entry that it is told next
 *
 * Return: 0; -errno.
 */
int store_hook_advance(struct store *s, const char *name, u64 next)
{
	struct binding b = sql_bind(s, HOOK_ADVANCE);

	bind_text(&b, name);
	bind_number(&b, (s64)next);
	return sql_finish(&b);
}
