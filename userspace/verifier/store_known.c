// SPDX-License-Identifier: MIT
/* The store in SQLite: what ran on each device, for another policy to judge. */
#include <openssl/rand.h>

#include "store_sqlite.h"

#define TOO_MANY (-1) /* instead of a kind: they are not all there */

static int put(struct store *s, s64 id, s64 what, const u8 digest[32],
	       u64 record, const char *text)
{
	struct binding b = sql_bind(s, FACT_ADD);

	bind_number(&b, id);
	bind_number(&b, what);
	bind_bytes(&b, digest, 32);
	bind_number(&b, (s64)record);
	bind_text(&b, text);
	return sql_finish(&b);
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
	ret = sqlite3_step(b.stmt);
	if (ret == SQLITE_ROW)
		n = sqlite3_column_int64(b.stmt, 0);
	sqlite3_reset(b.stmt);
	return ret == SQLITE_ROW ? n > STORE_FACTS_MAX : sql_errno(ret) ?: -EIO;
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
	int before, ret = all ? forget(s, id) : 0;
	size_t i;

	before = sqlite3_total_changes(s->db);
	for (i = 0; i < f->n && !ret; i++)
		ret = put(s, id, f->v[i].what, f->v[i].digest, f->v[i].record,
			  f->v[i].text);
	if (ret || sqlite3_total_changes(s->db) == before)
		return ret;
	ret = too_many(s, id);
	if (ret <= 0)
		return ret;
	ret = forget(s, id);
	return ret ? ret : put(s, id, TOO_MANY, none, 0, "");
}

static int take(sqlite3_stmt *stmt, struct shinrai_facts *out)
{
	struct shinrai_fact f = { 0 };
	s64 what = sqlite3_column_int64(stmt, 0);
	const char *text = (const char *)sqlite3_column_text(stmt, 3);

	if (what == TOO_MANY)
		return -ENOENT;
	if (what < 0 || what > SHINRAI_FACT_ANON || !text ||
	    sqlite3_column_bytes(stmt, 1) != sizeof(f.digest) ||
	    strlen(text) >= sizeof(f.text))
		return -EIO;
	f.what = (u16)what;
	memcpy(f.digest, sqlite3_column_blob(stmt, 1), sizeof(f.digest));
	f.record = (u64)sqlite3_column_int64(stmt, 2);
	strcpy(f.text, text);
	return shinrai_facts_add(out, &f);
}

/**
 * store_facts() - all that ran on a device, in the order of its log
 * @s: the store
 * @id: of the device
 * @out: is empty; out: for shinrai_facts_free(), in every case
 *
 * Return: 0; -ENOENT they were too many to be kept; -errno.
 */
int store_facts(struct store *s, s64 id, struct shinrai_facts *out)
{
	struct binding b = sql_bind(s, FACTS);
	int ret;

	if (RAND_bytes((u8 *)&out->seed, sizeof(out->seed)) != 1)
		return -ENOMEM;
	bind_number(&b, id);
	while ((ret = sqlite3_step(b.stmt)) == SQLITE_ROW) {
		ret = take(b.stmt, out);
		if (ret) {
			sqlite3_reset(b.stmt);
			return ret;
		}
	}
	sqlite3_reset(b.stmt);
	return sql_errno(ret);
}
