// SPDX-License-Identifier: MIT
/*
 * The store in SQL: what ran on each device, for another policy to judge.  What one
 * judgement saw is one row, which costs a fraction of a row for each; what is in two
 * of them counts once, where they are read.
 */
#include <openssl/rand.h>
#include <stdlib.h>

#include "store_sql.h"

#define TOO_MANY (-1) /* instead of their number: they are not all there */

static int put(struct store *s, s64 id, s64 n, s64 total, const u8 *packed,
	       size_t len)
{
	struct binding b = sql_bind(s, FACTS_ADD);

	bind_number(&b, id);
	bind_number(&b, n);
	bind_number(&b, total);
	bind_bytes(&b, packed, len);
	return sql_finish(&b);
}

static int put_facts(struct store *s, s64 id, s64 n, s64 total,
		     const struct shinrai_facts *f)
{
	u8 *packed;
	size_t len;
	int ret = shinrai_facts_pack(f, &packed, &len);

	if (ret)
		return ret;
	ret = put(s, id, n, total, packed, len);
	free(packed);
	return ret;
}

static int forget(struct store *s, s64 id)
{
	struct binding b = sql_bind(s, FACTS_CLEAR);

	bind_number(&b, id);
	return sql_finish(&b);
}

static int give_up(struct store *s, s64 id)
{
	static const u8 nothing;
	int ret = forget(s, id);

	return ret ? ret : put(s, id, 0, TOO_MANY, &nothing, 0);
}

/* The last row of those that are there: @n -1, @total 0 when none is. */
static int last(struct store *s, s64 id, s64 *n, s64 *total)
{
	struct binding b = sql_bind(s, FACTS_LAST);
	int ret;

	*n = -1;
	*total = 0;
	bind_number(&b, id);
	ret = sql_step(&b);
	if (ret > 0) {
		*n = number_at(&b, 0);
		*total = number_at(&b, 1);
	}
	sql_reset(&b);
	return ret < 0 ? ret : 0;
}

static int take(const struct binding *b, struct shinrai_facts *out)
{
	const void *packed;
	size_t len;
	int ret;

	if (number_at(b, 0) == TOO_MANY)
		return -ENOENT;
	packed = value_at(b, 1, &len);
	ret = packed ? shinrai_facts_unpack(out, packed, len) : -EBADMSG;
	return ret == -EPROTONOSUPPORT ? -EBADMSG : ret;
}

static int read_all(struct store *s, s64 id, struct shinrai_facts *out)
{
	struct binding b = sql_bind(s, FACTS);
	int ret;

	if (RAND_bytes((u8 *)&out->seed, sizeof(out->seed)) != 1)
		return -ENOMEM;
	bind_number(&b, id);
	while ((ret = sql_step(&b)) > 0) {
		ret = take(&b, out);
		if (ret) {
			sql_reset(&b);
			return ret;
		}
	}
	return ret;
}

/* Each once, in one row. */
static int gather(struct store *s, s64 id)
{
	struct shinrai_facts f = { 0 };
	int ret = read_all(s, id, &f);

	if (ret == -EBADMSG || (!ret && f.n > STORE_FACTS_MAX))
		ret = give_up(s, id);
	else if (!ret)
		ret = forget(s, id) ?: put_facts(s, id, 0, (s64)f.n, &f);
	shinrai_facts_free(&f);
	return ret;
}

/**
 * store_facts_add() - what ran on a device
 * @s: the store
 * @id: of the device
 * @f: of what was judged now; those that are known already stay as they are
 * @all: there is nothing but these any more
 *
 * When there are too many none need be kept, and store_facts() says so.
 *
 * Return: 0; -errno.
 */
int store_facts_add(struct store *s, s64 id, const struct shinrai_facts *f,
		    bool all)
{
	s64 n = -1, total = 0;
	int ret;

	if (f->n > STORE_FACTS_MAX)
		return give_up(s, id);
	ret = all ? forget(s, id) : last(s, id, &n, &total);
	if (ret || !f->n || total == TOO_MANY)
		return ret;
	total += (s64)f->n;
	ret = put_facts(s, id, n + 1, total, f);
	/* Not each time, where a few come again and again. */
	return ret || total <= 2 * STORE_FACTS_MAX ? ret : gather(s, id);
}

/**
 * store_facts() - all that ran on a device, in the order of its log
 * @s: the store
 * @id: of the device
 * @out: is empty; out: for shinrai_facts_free(), in every case
 *
 * Return: 0; -ENOENT they were too many to be kept; -EBADMSG they are damaged;
 * -errno.
 */
int store_facts(struct store *s, s64 id, struct shinrai_facts *out)
{
	int ret = read_all(s, id, out);

	return !ret && out->n > STORE_FACTS_MAX ? -ENOENT : ret;
}

/*
 * Of a row: its facts, which may be none, and in the first one the memory, which is
 * not repeated in each.
 */
static int take_evidence(const struct binding *b, bool first, u8 **memory,
			 size_t *len, struct shinrai_facts *out)
{
	size_t n;

	if (first && value_at(b, 2, &n)) {
		*memory = bytes_at(b, 2, len);
		if (!*memory)
			return -ENOMEM;
	}
	return number_at(b, 0) == TOO_MANY || value_at(b, 1, &n) ?
		       take(b, out) :
		       0;
}

/**
 * store_evidence() - as store_facts(), with what the device was remembered by then
 * @s: the store
 * @id: of the device
 * @memory: out: shinrai_state_pack(), for free(), in every case; NULL: none
 * @len: out: its bytes
 * @out: is empty; out: for shinrai_facts_free(), in every case
 *
 * Both are of one moment: of one boot, when it is asked while another one is kept.
 *
 * Return: as store_facts(); -ENODEV there is no such device any more.
 */
int store_evidence(struct store *s, s64 id, u8 **memory, size_t *len,
		   struct shinrai_facts *out)
{
	struct binding b = sql_bind(s, EVIDENCE);
	bool first = true;
	int ret;

	*memory = NULL;
	*len = 0;
	if (RAND_bytes((u8 *)&out->seed, sizeof(out->seed)) != 1)
		return -ENOMEM;
	bind_number(&b, id);
	while ((ret = sql_step(&b)) > 0) {
		ret = take_evidence(&b, first, memory, len, out);
		first = false;
		if (ret) {
			sql_reset(&b);
			return ret;
		}
	}
	if (!ret && first)
		return -ENODEV;
	return !ret && out->n > STORE_FACTS_MAX ? -ENOENT : ret;
}
