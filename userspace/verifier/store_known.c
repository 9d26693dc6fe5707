// SPDX-License-Identifier: MIT
/* The store in SQL: what ran on each device, for another policy to judge. */
#include <openssl/rand.h>

#include "store_sql.h"

#define TOO_MANY (-1) /* instead of a kind: they are not all there */

/* Return: 1 it is new; 0 it is there already; -errno. */
static int put(struct store *s, s64 id, s64 what, const u8 digest[32],
	       u64 record, const char *text)
{
	struct binding b = sql_bind(s, FACT_ADD);
	int ret;

	bind_number(&b, id);
	bind_number(&b, what);
	bind_bytes(&b, digest, 32);
	bind_number(&b, (s64)record);
	bind_text(&b, text);
	ret = sql_step(&b);
	sql_reset(&b);
	return ret;
}

static int forget(struct store *s, s64 id)
{
	struct binding b = sql_bind(s, FACT_CLEAR);

	bind_number(&b, id);
	return sql_finish(&b);
}

/* Return: 1 when there are more than may be; 0; -errno. */
static int too_many(struct store *s, s64 id)
{
	struct binding b = sql_bind(s, FACT_COUNT);
	int ret;
	s64 n = 0;

	bind_number(&b, id);
	ret = sql_step(&b);
	if (ret > 0)
		n = number_at(&b, 0);
	sql_reset(&b);
	return ret > 0 ? n > STORE_FACTS_MAX : ret ?: -EIO;
}

/**
 * store_facts_add() - what ran on a device
 * @s: the store
 * @id: of the device
 * @f: of what was judged now; those that are known already stay as they are
 * @all: there is nothing but these any more
 *
 * When there are too many none is kept, and store_facts() says so.
 *
 * Return: 0; -errno.
 */
int store_facts_add(struct store *s, s64 id, const struct shinrai_facts *f,
		    bool all)
{
	static const u8 none[32];
	const bool over = f->n > STORE_FACTS_MAX;
	int added = over, ret = all && !over ? forget(s, id) : 0;
	size_t i;

	for (i = 0; !over && i < f->n && ret >= 0; i++) {
		ret = put(s, id, f->v[i].what, f->v[i].digest, f->v[i].record,
			  f->v[i].text);
		added += ret > 0;
	}
	if (ret < 0 || !added)
		return ret < 0 ? ret : 0;
	ret = over ? 1 : too_many(s, id);
	if (ret <= 0)
		return ret;
	ret = forget(s, id);
	if (!ret)
		ret = put(s, id, TOO_MANY, none, 0, "");
	return ret < 0 ? ret : 0;
}

static int take(const struct binding *b, struct shinrai_facts *out)
{
	struct shinrai_fact f = { 0 };
	s64 what = number_at(b, 0);
	const char *text = words_at(b, 3);
	const void *digest;
	size_t len;

	digest = value_at(b, 1, &len);
	if (what == TOO_MANY)
		return -ENOENT;
	if (what < 0 || what > SHINRAI_FACT_ANON || !text || !digest ||
	    len != sizeof(f.digest) || strlen(text) >= sizeof(f.text))
		return -EBADMSG;
	f.what = (u16)what;
	memcpy(f.digest, digest, sizeof(f.digest));
	f.record = (u64)number_at(b, 2);
	strcpy(f.text, text);
	return shinrai_facts_add(out, &f);
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
