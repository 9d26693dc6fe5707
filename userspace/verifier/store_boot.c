// SPDX-License-Identifier: MIT
/* The store in SQL: what each device booted, for references to be learned. */
#include "store_sql.h"

/**
 * store_boot_put() - what a device booted, instead of what there is
 * @s: the store
 * @id: of the device; one that is not kept any more is no error
 * @at: ms since 1970, when it was found first
 * @text: JSON
 *
 * Return: 0; -errno.
 */
int store_boot_put(struct store *s, s64 id, s64 at, const char *text)
{
	struct binding b = sql_bind(s, BOOT_PUT);

	bind_number(&b, id);
	bind_number(&b, at);
	bind_text(&b, text);
	return sql_finish(&b);
}

/**
 * store_boot_drop() - what a device booted is not known any more
 * @s: the store
 * @id: of the device
 *
 * Return: 0, also when it was not known; -errno.
 */
int store_boot_drop(struct store *s, s64 id)
{
	struct binding b = sql_bind(s, BOOT_DROP);

	bind_number(&b, id);
	return sql_finish(&b);
}

/**
 * store_boot() - what a device booted
 * @s: the store
 * @id: of the device
 * @at: out: ms since 1970, when it was found first
 * @text: out: JSON, for free()
 *
 * Return: 0; -ENOENT nothing that its last verdict bears; -ENOMEM; -errno.
 */
int store_boot(struct store *s, s64 id, s64 *at, char **text)
{
	struct binding b = sql_bind(s, BOOT);
	char *copy = NULL;
	s64 when = 0;
	int ret;

	bind_number(&b, id);
	ret = sql_step(&b);
	if (ret <= 0)
		return ret ?: -ENOENT;
	when = number_at(&b, 0);
	copy = text_at(&b, 1);
	sql_reset(&b);
	if (!copy)
		return -ENOMEM;
	*at = when;
	*text = copy;
	return 0;
}
