// SPDX-License-Identifier: MIT
/* The store in SQL: how far each webhook was told the log. */
#include "store_sql.h"

/**
 * store_hook_begin() - give a webhook a place in the log; one that it has stays
 * @s: the store
 * @name: of the webhook
 * @next: entry that it is told next; STORE_HOOK_END, or one that is not due yet: what
 *        comes next into the log
 *
 * Return: 0; -errno.
 */
int store_hook_begin(struct store *s, const char *name, s64 next)
{
	struct binding b = sql_bind(s, HOOK_NEW);

	bind_text(&b, name);
	bind_number(&b, next);
	return sql_finish(&b);
}

/**
 * store_hook_next() - the entry that a webhook is told next
 * @s: the store
 * @name: of the webhook
 * @next: out
 *
 * Return: 0; -ENOENT it has no place; -errno.
 */
int store_hook_next(struct store *s, const char *name, u64 *next)
{
	struct binding b = sql_bind(s, HOOK_NEXT);
	int ret;

	bind_text(&b, name);
	ret = sql_step(&b);
	if (ret > 0)
		*next = (u64)number_at(&b, 0);
	sql_reset(&b);
	return ret > 0 ? 0 : ret ?: -ENOENT;
}

/**
 * store_hook_advance() - what a webhook was told
 * @s: the store
 * @name: of the webhook
 * @next: entry that it is told next; one before what is kept changes nothing
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

/**
 * store_hook_drop() - forget where a webhook is
 * @s: the store
 * @name: of the webhook
 *
 * Return: 0; -errno.
 */
int store_hook_drop(struct store *s, const char *name)
{
	struct binding b = sql_bind(s, HOOK_DROP);

	bind_text(&b, name);
	return sql_finish(&b);
}
