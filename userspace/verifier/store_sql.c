// SPDX-License-Identifier: MIT
/*
 * The store in a database of SQL: which one, its statements, and what they take
 * and give.  Their texts are the same for each database.
 */
#include <stdio.h>
#include <stdlib.h>

#include "store_sql.h"

#define IS_BOUND "EXISTS (SELECT 1 FROM enrolment WHERE device = ?1)"
/*
 * A key that was proven is not replaced by one that was learned; nor what is
 * remembered by what was asked of another key before that.
 */
#define SET_JUDGED                                           \
	"UPDATE device SET ak_name = CASE WHEN " IS_BOUND    \
	" THEN ak_name ELSE ?2 END, state = ?3, since = ?4," \
	" code = ?5, reason = ?6, judged = ?7, good = ?8,"   \
	" verdict = ?9, memory = CASE WHEN ak_name != ?2"    \
	" AND " IS_BOUND " THEN memory ELSE ?10 END, took = ?11"
/* What is NULL stays.  What is remembered is of the TPM that had the key before. */
#define SET_RENEWED                                                          \
	"UPDATE device SET url = ?2, tls_name = ?3, ak_name = ?4"            \
	", policy = coalesce(?5, policy), in_group = coalesce(?6, in_group)" \
	", memory = CASE WHEN ak_name = ?4 OR " IS_BOUND " THEN memory END"
#define SET_PLACE                                         \
	"UPDATE device SET policy = coalesce(?2, policy)" \
	", in_group = coalesce(?3, in_group)"
#define IS_AT " WHERE id = ?1 RETURNING policy, in_group"
#define NEXT_FENCE \
	", fence = CASE fence WHEN 0 THEN 0 ELSE nextval('fence') END"
#define REST                                                   \
	" pace_full, held_changes, held_since, held_accesses," \
	" lost_accesses, held_boot, took"

static const char *const texts[STATEMENTS] = {
	[DEVICES] = "SELECT id, name, url, tls_name, policy, ak_name, state,"
		    " since, code, reason, judged, good, verdict, memory,"
		    " ek, ek_cert, assurance, in_group," REST
		    " FROM device LEFT JOIN enrolment ON device = id"
		    " ORDER BY id",
	/* An id is never that of one that was withdrawn. */
	[ADD] = "INSERT INTO device (id, name, url, tls_name, policy, ak_name,"
		" state, since, in_group, code, reason, judged, good)"
		" SELECT 1 + max(last.id, (SELECT coalesce(max(id), 0)"
		" FROM device)), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '', '', 0, 0"
		" FROM device_last AS last WHERE true"
		" ON CONFLICT (name) DO NOTHING RETURNING id",
	[REMOVE] = "DELETE FROM device WHERE id = ?1",
	[PLACE] = SET_PLACE IS_AT,
	[JUDGED] = SET_JUDGED " WHERE id = ?1 AND ?12 = 0 RETURNING id",
	[PACED] = "UPDATE device SET pace_full = ?2, held_changes = ?3,"
		  " held_since = ?4, held_accesses = ?5, lost_accesses = ?6,"
		  " held_boot = ?7 WHERE id = ?1",
	[CHANGED] = "INSERT INTO change (device, at, state, code, reason)"
		    " VALUES (?1, ?2, ?3, ?4, ?5)",
	[CHANGES] = "SELECT state, at, code, reason FROM change"
		    " WHERE device = ?1 ORDER BY id DESC LIMIT ?2",
	[CHANGES_TRIM] =
		"DELETE FROM change WHERE device = ?1 AND id <= (SELECT id"
		" FROM change WHERE device = ?1 ORDER BY id DESC LIMIT 1"
		" OFFSET ?2)",
	[STATES] = "SELECT state, count(*) FROM device GROUP BY state",
	[HISTORY] =
		"SELECT at, state, (SELECT state FROM change AS earlier"
		" WHERE earlier.device = change.device"
		" AND earlier.id < change.id ORDER BY earlier.id DESC LIMIT 1)"
		" FROM change ORDER BY id DESC LIMIT ?1",
	[TPM_NAME] = "SELECT name FROM enrolment JOIN device ON device = id"
		     " WHERE ek = ?1",
	[NAMED] = "SELECT id, ak_name, ek FROM device"
		  " LEFT JOIN enrolment ON device = id WHERE name = ?1",
	[RENEW] = SET_RENEWED IS_AT,
	[ENROL] =
		"INSERT INTO enrolment (device, ek, ek_cert, assurance, at)"
		" VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (device) DO UPDATE SET"
		" ek_cert = excluded.ek_cert,"
		" assurance = excluded.assurance, at = excluded.at",
	[CERTIFY] = "INSERT INTO certificate (name, serial, not_after,"
		    " revoked) VALUES (?1, ?2, ?3, 0)",
	[CERTIFICATE] = "SELECT revoked FROM certificate WHERE serial = ?1",
	[REVOKE] = "UPDATE certificate SET revoked = ?2 WHERE revoked = 0"
		   " AND name = (SELECT name FROM device WHERE id = ?1)",
	[REVOKED] = "SELECT serial, revoked FROM certificate"
		    " WHERE revoked != 0",
	[PURGE] = "DELETE FROM certificate WHERE not_after < ?1",
	[CLOCK] = "SELECT at, (SELECT min(not_after) FROM certificate)"
		  " FROM clock",
	[CLOCK_SET] = "UPDATE clock SET at = ?1",
	[LOG_NAME] = "SELECT name FROM log",
	[LOG_SIZE] = "SELECT coalesce(max(id) + 1, 0) FROM log_entry",
	[LOG_ADD] = "INSERT INTO log_entry (id, text, disclosures)"
		    " VALUES (?1, ?2, ?3)",
	[LOG_ENTRIES] = "SELECT text, disclosures FROM log_entry WHERE id >= ?1"
			" ORDER BY id LIMIT ?2",
	[LOG_BACK] = "SELECT text, disclosures FROM log_entry WHERE id < ?1"
		     " ORDER BY id DESC LIMIT ?2",
	[NODE_PUT] =
		"INSERT INTO log_node (level, n, hash) VALUES (?1, ?2, ?3)",
	[NODE_GET] = "SELECT hash FROM log_node WHERE level = ?1 AND n = ?2",
	[KEYS] = "SELECT jwk FROM signing_key ORDER BY id DESC",
	[KEY_ADD] = "INSERT INTO signing_key (kid, jwk, since)"
		    " VALUES (?1, ?2, ?3) ON CONFLICT (kid) DO NOTHING",
	[HOOK_NEW] = "INSERT INTO hook (name, next)"
		     " SELECT CAST(?1 AS TEXT),"
		     " CASE WHEN CAST(?2 AS BIGINT)"
		     " BETWEEN 0 AND coalesce(max(id) + 1, 0)"
		     " THEN CAST(?2 AS BIGINT)"
		     " ELSE coalesce(max(id) + 1, 0) END"
		     " FROM log_entry WHERE true"
		     " ON CONFLICT (name) DO NOTHING",
	[HOOK_NEXT] = "SELECT next FROM hook WHERE name = ?1",
	[HOOK_DROP] = "DELETE FROM hook WHERE name = ?1",
	/* Who led before may come late. */
	[HOOK_ADVANCE] =
		"UPDATE hook SET next = ?2 WHERE name = ?1 AND next < ?2",
	[VERIFIER_NAME_ADD] = "INSERT INTO verifier_name (name) VALUES (?1)"
			      " ON CONFLICT (name) DO NOTHING",
	[VERIFIER_NAMES] = "SELECT name FROM verifier_name",
	[FACTS_ADD] = "INSERT INTO facts (device, n, total, packed)"
		      " VALUES (?1, ?2, ?3, ?4)",
	[FACTS_CLEAR] = "DELETE FROM facts WHERE device = ?1",
	[FACTS_LAST] = "SELECT n, total FROM facts WHERE device = ?1"
		       " ORDER BY n DESC LIMIT 1",
	[FACTS] = "SELECT total, packed FROM facts WHERE device = ?1"
		  " ORDER BY n",
	[EVIDENCE] = "SELECT total, packed,"
		     " CASE WHEN coalesce(n, 0) = 0 THEN memory END"
		     " FROM device LEFT JOIN facts ON device = id"
		     " WHERE id = ?1 ORDER BY n",
	[IMA_ADD] = "INSERT INTO ima (device, at, data) VALUES (?1, ?2, ?3)",
	[IMA_CLEAR] = "DELETE FROM ima WHERE device = ?1",
	[IMA_END] = "SELECT at + length(data) FROM ima WHERE device = ?1"
		    " ORDER BY at DESC LIMIT 1",
	[IMA_ROWS] = "SELECT count(*) FROM ima WHERE device = ?1",
	[IMA] = "SELECT at, data FROM ima WHERE device = ?1 ORDER BY at",
	[BOOT_PUT] =
		"INSERT INTO boot (device, at, text)"
		" SELECT id, CAST(?2 AS BIGINT), CAST(?3 AS TEXT)"
		" FROM device WHERE id = ?1 ON CONFLICT (device) DO UPDATE SET"
		" at = excluded.at, text = excluded.text",
	[BOOT_DROP] = "DELETE FROM boot WHERE device = ?1",
	[BOOT] = "SELECT at, text FROM boot WHERE device = ?1",
	[MARK] = "SAVEPOINT job",
	[UNDO] = "ROLLBACK TO job",
	[FORGET] = "RELEASE job",
};

/* Where PostgreSQL has other ones: devices are shared by leases, store_lease.c. */
static const char *const leased[STATEMENTS] = {
	[ADD] = "INSERT INTO device (name, url, tls_name, policy, ak_name,"
		" state, since, in_group, code, reason, judged, good)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '', '', 0, 0)"
		" ON CONFLICT (name) DO NOTHING RETURNING id",
	[JUDGED] = SET_JUDGED " WHERE id = ?1 AND fence = ?12 RETURNING id",
	[PLACE] = SET_PLACE NEXT_FENCE IS_AT,
	[RENEW] = SET_RENEWED NEXT_FENCE IS_AT,
	[LEASE_NEW] = "INSERT INTO verifier DEFAULT VALUES RETURNING id",
	[LEASE_RENEW] = "UPDATE verifier SET beat = beat + 1 WHERE id = ?1"
			" RETURNING id",
	[LEASE_END] = "DELETE FROM verifier WHERE id = ?1",
	[LEASE_PEERS] = "SELECT id, beat FROM verifier WHERE id != ?1",
	[LEASE_SHARE] = "SELECT (SELECT count(*) FROM device),"
			" (SELECT count(*) FROM verifier),"
			" (SELECT count(*) FROM device WHERE owner = ?1),"
			" (SELECT min(id) FROM verifier)",
	[LEASE_TAKE] = "UPDATE device SET owner = ?1, fence = nextval('fence')"
		       " WHERE id IN (SELECT id FROM device WHERE owner IS NULL"
		       " ORDER BY judged, id LIMIT ?2) RETURNING id",
	[LEASE_CLAIM] = "UPDATE device SET owner = ?1, fence = nextval('fence')"
			" WHERE id = ?2 AND (owner IS NULL"
			" OR (owner != ?1 AND url = ''))",
	[LEASE_GIVE] = "UPDATE device SET owner = NULL"
		       " WHERE id = ?1 AND fence = ?2",
	[LEASE_IDS] = "SELECT id FROM device ORDER BY id",
	/* Memory is for who goes on from it. */
	[LEASE_NEWS] = "SELECT id, name, url, tls_name, policy, ak_name, state,"
		       " since, code, reason, judged, good, verdict,"
		       " CASE WHEN owner = ?1 THEN memory END,"
		       " ek, ek_cert, assurance, in_group," REST ","
		       " CASE WHEN owner = ?1 THEN device.fence ELSE 0 END,"
		       " device.rev"
		       " FROM device LEFT JOIN enrolment ON device = id"
		       " WHERE device.rev > ?2 AND"
		       " (owner IS DISTINCT FROM ?1 OR device.fence > ?3)"
		       " ORDER BY id",
	/* Who was thought dead may think that it has what nobody has yet. */
	[LEASE_DOUBT] = "UPDATE device SET fence = nextval('fence')"
			" WHERE owner = ?1 OR owner IS NULL",
};

/**
 * sql_text() - of a statement
 * @s: the store
 * @which: statement
 *
 * Return: its text; parameters are ?1, ?2 and so on; NULL: the store has none.
 */
const char *sql_text(const struct store *s, enum statement which)
{
	if (s->backend == &sql_postgres && leased[which])
		return leased[which];
	return texts[which];
}

static int open_one(const char *where, bool reads, struct store **out,
		    char *err, size_t errlen)
{
	struct store *s = calloc(1, sizeof(*s));
	int ret;

	if (!s)
		return -ENOMEM;
	*err = '\0';
	s->backend = store_is_file(where) ? &sql_sqlite : &sql_postgres;
	s->reads = reads;
	ret = s->backend->open(s, where, err, errlen);
	if (!ret && !reads)
		ret = s->backend->migrate(s, err, errlen);
	if (!ret)
		ret = s->backend->prepare(s);
	if (!ret) {
		*out = s;
		return 0;
	}
	if (!*err)
		snprintf(err, errlen, "%s", store_error(s));
	store_close(s);
	return ret;
}

/**
 * store_open() - open a store, or make it
 * @where: path of its file, whose folder must be there; or postgresql://, of a
 *         database that is there
 * @out: out, for store_close()
 * @err: out on error: what is wrong with it
 * @errlen: its room
 *
 * An older one becomes one of this version.
 *
 * Return: 0; -EPROTONOSUPPORT of a later version; -EBADMSG damaged, or no store;
 * -EACCES; -EBUSY; -ENOSPC; -EIO; -ENOMEM.
 */
int store_open(const char *where, struct store **out, char *err, size_t errlen)
{
	return open_one(where, false, out, err, errlen);
}

/**
 * store_open_beside() - open one that is open, to read while another thread writes
 * @where: as for store_open(), which made it what it is
 * @out: as for store_open()
 * @err: as for store_open()
 * @errlen: its room
 *
 * Between store_begin() and store_rollback() it is as it was when the first thing
 * was read; neither waits for who writes, nor is waited for.
 *
 * Return: as store_open().
 */
int store_open_beside(const char *where, struct store **out, char *err,
		      size_t errlen)
{
	return open_one(where, true, out, err, errlen);
}

/**
 * store_close() - close it
 * @s: the store; NULL is none
 */
void store_close(struct store *s)
{
	if (!s)
		return;
	s->backend->close(s);
	free(s);
}

/**
 * store_error() - why the last call failed
 * @s: the store
 *
 * Return: words, valid until the next call.
 */
const char *store_error(const struct store *s)
{
	return s->backend->error(s);
}

/**
 * store_begin() - begin what happens whole or not at all
 * @s: the store
 *
 * A database that was gone is connected to again.
 *
 * Return: 0; as store_open().
 */
int store_begin(struct store *s)
{
	return s->backend->begin(s);
}

/**
 * store_commit() - it has happened, and is on the disk
 * @s: the store
 *
 * Where the connection is lost meanwhile, and the database away, nobody knows: that
 * counts as an error.  All devices of this verifier have another fence then, from
 * the next store_begin() on, so that nothing is kept that follows from what they were
 * before, and store_lease_news() says how they are.
 *
 * Return: 0; as store_open(): it has not happened, store_rollback() is due.
 */
int store_commit(struct store *s)
{
	return s->backend->commit(s);
}

/**
 * store_rollback() - it has not happened
 * @s: the store
 */
void store_rollback(struct store *s)
{
	s->backend->rollback(s);
}

static int simple(struct store *s, enum statement which)
{
	struct binding b = sql_bind(s, which);

	return sql_finish(&b);
}

/**
 * store_mark() - begin a part of what happens, which store_undo() can take back
 * @s: the store, between store_begin() and store_commit()
 *
 * Return: 0; -errno.
 */
int store_mark(struct store *s)
{
	return simple(s, MARK);
}

/**
 * store_undo() - the part since store_mark() has not happened
 * @s: the store
 *
 * Return: 0; -errno.
 */
int store_undo(struct store *s)
{
	int ret = simple(s, UNDO);

	return ret ? ret : simple(s, FORGET);
}

/**
 * store_pass() - the part since store_mark() is over
 * @s: the store
 *
 * Return: 0; -errno.
 */
int store_pass(struct store *s)
{
	return simple(s, FORGET);
}

/**
 * sql_run() - run statements that are constant
 * @s: the store
 * @text: the statements
 *
 * Return: 0; -errno.
 */
int sql_run(struct store *s, const char *text)
{
	return s->backend->run(s, text);
}

/**
 * sql_bind() - begin to use a statement
 * @s: the store
 * @which: of its statements
 *
 * Return: its parameters, none bound.
 */
struct binding sql_bind(struct store *s, enum statement which)
{
	return (struct binding){ .s = s, .which = which };
}

/**
 * bind_number() - the next parameter
 * @b: the statement
 * @v: its value
 */
void bind_number(struct binding *b, s64 v)
{
	b->param[b->n++] =
		(struct sql_param){ .kind = SQL_NUMBER, .number = v };
}

/**
 * bind_text() - the next parameter
 * @b: the statement
 * @text: stays until the statement is finished; NULL is NULL
 */
void bind_text(struct binding *b, const char *text)
{
	b->param[b->n++] = (struct sql_param){ .kind = SQL_TEXT,
					       .data = text,
					       .len = text ? strlen(text) : 0 };
}

/**
 * bind_bytes() - the next parameter
 * @b: the statement
 * @data: stays until the statement is finished; NULL is NULL
 * @len: its bytes
 */
void bind_bytes(struct binding *b, const u8 *data, size_t len)
{
	b->param[b->n++] = (struct sql_param){ .kind = SQL_BYTES,
					       .data = data,
					       .len = len };
}

/**
 * sql_step() - run a statement, to its first row or the next one
 * @b: its parameters are bound; after the last row it is as sql_reset()
 *
 * Return: 1 there is a row; 0 there is no more; -errno.
 */
int sql_step(struct binding *b)
{
	int ret = b->s->backend->step(b);

	b->runs = true;
	if (ret <= 0)
		sql_reset(b);
	return ret;
}

/**
 * sql_reset() - its rows are not needed any more
 * @b: the statement
 */
void sql_reset(struct binding *b)
{
	if (b->runs)
		b->s->backend->reset(b);
	b->runs = false;
}

/**
 * sql_finish() - run a statement to its end
 * @b: its parameters are bound; it gives no rows, or had its first one
 *
 * Return: 0; -errno.
 */
int sql_finish(struct binding *b)
{
	int ret;

	do
		ret = sql_step(b);
	while (ret > 0);
	return ret;
}

/**
 * number_at() - a column of the row
 * @b: the statement
 * @column: from 0 on
 *
 * Return: its value; 0 for NULL.
 */
s64 number_at(const struct binding *b, int column)
{
	return b->s->backend->number(b, column);
}

/**
 * value_at() - a column of the row
 * @b: the statement
 * @column: from 0 on
 * @len: out, its bytes
 *
 * Return: valid until the next step; NULL is NULL, or nothing, or no memory.
 */
const void *value_at(const struct binding *b, int column, size_t *len)
{
	return b->s->backend->value(b, column, len);
}

/**
 * words_at() - a column of the row that is a text
 * @b: the statement
 * @column: from 0 on
 *
 * Return: valid until the next step; "" for NULL.
 */
const char *words_at(const struct binding *b, int column)
{
	size_t len;
	const char *text = value_at(b, column, &len);

	return text ?: "";
}

/**
 * text_at() - a column of the row
 * @b: the statement
 * @column: from 0 on
 *
 * Return: for free(); NULL is NULL, or no memory.
 */
char *text_at(const struct binding *b, int column)
{
	size_t len;
	const char *text = value_at(b, column, &len);

	return text ? strdup(text) : NULL;
}

/**
 * bytes_at() - a column of the row
 * @b: the statement
 * @column: from 0 on
 * @len: out, its bytes
 *
 * Return: for free(); NULL is NULL, or no memory.
 */
u8 *bytes_at(const struct binding *b, int column, size_t *len)
{
	const void *data = value_at(b, column, len);
	u8 *copy = data ? malloc(*len) : NULL;

	if (copy)
		memcpy(copy, data, *len);
	return copy;
}
