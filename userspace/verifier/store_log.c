// SPDX-License-Identifier: MIT
/*
 * The store in SQL: the log of verdicts, an RFC 9162 Merkle tree whose nodes are
 * rows, and the keys that sign its heads.  Nothing of it is ever changed.
 */
#include <stdio.h>

#include "store_sql.h"

static int get_node(void *arg, unsigned int level, u64 n,
		    u8 hash[SHINRAI_TREE_HASH])
{
	struct binding b = sql_bind(arg, NODE_GET);
	const void *data = NULL;
	size_t len = 0;
	int ret;

	bind_number(&b, level);
	bind_number(&b, (s64)n);
	ret = sql_step(&b);
	if (ret < 0)
		return ret;
	if (ret > 0)
		data = value_at(&b, 0, &len);
	ret = data && len == SHINRAI_TREE_HASH ? 0 : -EBADMSG; /* missing */
	if (!ret)
		memcpy(hash, data, len);
	sql_reset(&b);
	return ret;
}

static int put_node(void *arg, unsigned int level, u64 n,
		    const u8 hash[SHINRAI_TREE_HASH])
{
	struct binding b = sql_bind(arg, NODE_PUT);

	bind_number(&b, level);
	bind_number(&b, (s64)n);
	bind_bytes(&b, hash, SHINRAI_TREE_HASH);
	return sql_finish(&b);
}

static struct shinrai_merkle tree_of(struct store *s)
{
	return (struct shinrai_merkle){ get_node, put_node, s };
}

/* Return: 0; -errno. */
static int size_of(struct store *s, u64 *size)
{
	struct binding b = sql_bind(s, LOG_SIZE);
	int ret = sql_step(&b);

	if (ret > 0)
		*size = (u64)number_at(&b, 0);
	sql_reset(&b);
	return ret > 0 ? 0 : ret ?: -EIO;
}

/* A row that there is twice is no device of the same name: it is damage. */
static int damage(int ret)
{
	return ret == -EEXIST ? -EBADMSG : ret;
}

/**
 * store_log_add() - append an entry
 * @s: the store, between store_begin() and store_commit()
 * @e: the entry
 *
 * Return: 0; -EBADMSG the log is damaged; -errno.  Then store_rollback() is due.
 */
int store_log_add(struct store *s, const struct store_entry *e)
{
	const struct shinrai_merkle tree = tree_of(s);
	u8 leaf[SHINRAI_TREE_HASH];
	struct binding b;
	u64 size;
	int ret = size_of(s, &size);

	if (ret)
		return ret;
	shinrai_tree_leaf(e->text, strlen(e->text), leaf);
	b = sql_bind(s, LOG_ADD);
	bind_number(&b, (s64)size);
	bind_text(&b, e->text);
	bind_text(&b, e->disclosures);
	ret = sql_finish(&b);
	if (!ret)
		ret = shinrai_merkle_add(&tree, size, leaf);
	return damage(ret);
}

/**
 * store_log_head() - the log as it is
 * @s: the store
 * @head: out
 *
 * Return: 0; -EBADMSG the log is damaged; -errno.
 */
int store_log_head(struct store *s, struct shinrai_log_head *head)
{
	const struct shinrai_merkle tree = tree_of(s);
	struct binding b = sql_bind(s, LOG_NAME);
	int ret = sql_step(&b);

	if (ret > 0)
		snprintf(head->log, sizeof(head->log), "%s", words_at(&b, 0));
	sql_reset(&b);
	if (ret <= 0)
		return ret ?: -EBADMSG;
	ret = size_of(s, &head->size);
	return ret ? ret : shinrai_merkle_root(&tree, head->size, head->root);
}

static int entries(struct store *s, enum statement which, u64 from,
		   unsigned int most,
		   int (*each)(void *arg, const struct store_entry *e),
		   void *arg)
{
	struct binding b = sql_bind(s, which);
	struct store_entry e;
	int ret;

	bind_number(&b, (s64)from);
	bind_number(&b, most);
	while ((ret = sql_step(&b)) > 0) {
		e.text = words_at(&b, 0);
		e.disclosures = words_at(&b, 1);
		ret = each(arg, &e);
		if (ret) {
			sql_reset(&b);
			return ret;
		}
	}
	return ret;
}

/**
 * store_log_entries() - entries in their order
 * @s: the store
 * @start: the first one, from 0 on
 * @most: of them
 * @each: called with each; not 0: no more
 * @arg: for @each
 *
 * Return: 0; -errno; what @each gave.
 */
int store_log_entries(struct store *s, u64 start, unsigned int most,
		      int (*each)(void *arg, const struct store_entry *e),
		      void *arg)
{
	return entries(s, LOG_ENTRIES, start, most, each, arg);
}

/**
 * store_log_back() - entries, the newest first
 * @s: the store
 * @before: the one after the first of them
 * @most: of them; a database may give so many before @each has the first
 * @each: called with each; not 0: no more
 * @arg: for @each
 *
 * Return: as store_log_entries().
 */
int store_log_back(struct store *s, u64 before, unsigned int most,
		   int (*each)(void *arg, const struct store_entry *e),
		   void *arg)
{
	return entries(s, LOG_BACK, before, most, each, arg);
}

/* Return: 0; -ERANGE the log does not reach to @size; -errno. */
static int reaches(struct store *s, u64 size)
{
	u64 have;
	int ret = size_of(s, &have);

	return ret ? ret : size > have ? -ERANGE : 0;
}

/**
 * store_log_inclusion() - that an entry is in the log
 * @s: the store
 * @index: of the entry, from 0 on
 * @size: of the log, now or at any time before
 * @proof: out
 *
 * Return: 0; -ERANGE, -EINVAL: there is no such entry, or size; -EBADMSG the log
 * is damaged; -errno.
 */
int store_log_inclusion(struct store *s, u64 index, u64 size,
			struct shinrai_proof *proof)
{
	const struct shinrai_merkle tree = tree_of(s);
	int ret = reaches(s, size);

	return ret ? ret : shinrai_merkle_inclusion(&tree, index, size, proof);
}

/**
 * store_log_consistency() - that the log only grew
 * @s: the store
 * @old: its size then
 * @size: and later
 * @proof: out
 *
 * Return: as store_log_inclusion().
 */
int store_log_consistency(struct store *s, u64 old, u64 size,
			  struct shinrai_proof *proof)
{
	const struct shinrai_merkle tree = tree_of(s);
	int ret = reaches(s, size);

	return ret ? ret : shinrai_merkle_consistency(&tree, old, size, proof);
}

/**
 * store_key_add() - keep that a key signs from now on
 * @s: the store
 * @kid: its name
 * @jwk: its public half, JSON
 * @since: ms since 1970
 *
 * Return: 0, also when it was there; -errno.
 */
int store_key_add(struct store *s, const char *kid, const char *jwk, s64 since)
{
	struct binding b = sql_bind(s, KEY_ADD);

	bind_text(&b, kid);
	bind_text(&b, jwk);
	bind_number(&b, since);
	return sql_finish(&b);
}

/**
 * store_keys() - the keys that signed, the newest first
 * @s: the store
 * @each: called with each; not 0: no more
 * @arg: for @each
 *
 * Return: 0; -errno; what @each gave.
 */
int store_keys(struct store *s, int (*each)(void *arg, const char *jwk),
	       void *arg)
{
	struct binding b = sql_bind(s, KEYS);
	int ret;

	while ((ret = sql_step(&b)) > 0) {
		ret = each(arg, words_at(&b, 0));
		if (ret) {
			sql_reset(&b);
			return ret;
		}
	}
	return ret;
}
