// SPDX-License-Identifier: MIT
/*
 * The store in SQL: the IMA list that each device was judged by, for another policy to
 * judge: a machine need not show it again, and cannot when it is very long.  What one
 * judgement saw is one row.  Together they are the list from its first byte on, without
 * a gap, or there is none.
 */
#include <stdlib.h>

#include "store_sql.h"

/* Of one row, each entry that came alone takes as much again as it has bytes. */
#define ROWS_MAX 1000

/* @what: IMA_END, the bytes that are kept, or IMA_ROWS.  Return: 0; -errno. */
static int count(struct store *s, enum statement what, s64 id, u64 *n)
{
	struct binding b = sql_bind(s, what);
	int ret;

	*n = 0;
	bind_number(&b, id);
	ret = sql_step(&b);
	if (ret > 0)
		*n = (u64)number_at(&b, 0);
	sql_reset(&b);
	return ret < 0 ? ret : 0;
}

/**
 * store_ima_drop() - forget the list of a device
 * @s: the store
 * @id: of the device
 *
 * Return: 0; -errno.
 */
int store_ima_drop(struct store *s, s64 id)
{
	struct binding b = sql_bind(s, IMA_CLEAR);

	bind_number(&b, id);
	return sql_finish(&b);
}

/* Into @out, of @room bytes.  Return: whether it goes on where that ends. */
static bool append(const struct binding *b, u8 *out, size_t room, size_t *len)
{
	const s64 at = number_at(b, 0);
	size_t more;
	const u8 *data = value_at(b, 1, &more);

	if (!data || at != (s64)*len || more > room - *len)
		return false;
	memcpy(out + *len, data, more);
	*len += more;
	return true;
}

/**
 * store_ima() - what is kept of the list of a device
 * @s: the store
 * @id: of the device
 * @out: out, for free(), also on error; NULL: nothing is
 * @len: out: its bytes, from the first one of the list on, up to a gap
 *
 * Return: 0; -errno.
 */
int store_ima(struct store *s, s64 id, u8 **out, size_t *len)
{
	struct binding b;
	u64 end;
	int ret = count(s, IMA_END, id, &end);

	*out = NULL;
	*len = 0;
	if (ret || !end || end > STORE_IMA_MAX)
		return ret;
	*out = malloc(end);
	if (!*out)
		return -ENOMEM;
	b = sql_bind(s, IMA);
	bind_number(&b, id);
	while ((ret = sql_step(&b)) > 0 && append(&b, *out, end, len))
		;
	sql_reset(&b);
	return ret < 0 ? ret : 0;
}

static int put(struct store *s, s64 id, u64 at, const u8 *data, size_t len)
{
	struct binding b = sql_bind(s, IMA_ADD);

	bind_number(&b, id);
	bind_number(&b, (s64)at);
	bind_bytes(&b, data, len);
	return sql_finish(&b);
}

/* All of it as one row. */
static int gather(struct store *s, s64 id)
{
	u8 *all;
	size_t len;
	int ret = store_ima(s, id, &all, &len);

	if (!ret)
		ret = store_ima_drop(s, id);
	if (!ret && len)
		ret = put(s, id, 0, all, len);
	free(all);
	return ret;
}

/**
 * store_ima_add() - what of its list a device was judged by now
 * @s: the store
 * @id: of the device
 * @at: byte of the list that it begins with; 0: what was kept is of another one
 * @data: @len bytes
 * @len: their number, not 0
 *
 * What does not go on where that ends which is kept, or is too much with it, leaves
 * nothing: the device is asked for all of it when it is needed.
 *
 * Return: 0; -errno.
 */
int store_ima_add(struct store *s, s64 id, u64 at, const u8 *data, size_t len)
{
	u64 end = 0, rows = 0;
	int ret = at ? count(s, IMA_END, id, &end) : store_ima_drop(s, id);

	if (ret)
		return ret;
	if (at != end || at > STORE_IMA_MAX || len > STORE_IMA_MAX - at)
		return store_ima_drop(s, id);
	ret = put(s, id, at, data, len);
	if (!ret && at)
		ret = count(s, IMA_ROWS, id, &rows);
	return ret || rows <= ROWS_MAX ? ret : gather(s, id);
}
