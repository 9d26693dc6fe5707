// SPDX-License-Identifier: MIT
/* The store in SQLite: opening, transactions, and statements. */
#include <stdio.h>
#include <stdlib.h>

#include "store_sqlite.h"

#define BUSY_MS 5000

static const char *const sql[STATEMENTS] = {
	[DEVICES] = "SELECT id, name, url, tls_name, policy, ak_name, state,"
		    " since, code, reason, judged, good, verdict, memory,"
		    " ek, ek_cert, assurance"
		    " FROM device LEFT JOIN enrolment ON device = id"
		    " ORDER BY id",
	[ADD] = "INSERT INTO device (name, url, tls_name, policy, ak_name,"
		" state, since, code, reason, judged, good)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, '', '', 0, 0)",
	[REMOVE] = "DELETE FROM device WHERE id = ?",
	/* A key that was proven is not replaced by one that was learned. */
	[JUDGED] = "UPDATE device SET ak_name = CASE WHEN EXISTS"
		   " (SELECT 1 FROM enrolment WHERE device = ?1)"
		   " THEN ak_name ELSE ?2 END, state = ?3, since = ?4,"
		   " code = ?5, reason = ?6, judged = ?7, good = ?8,"
		   " verdict = ?9, memory = ?10 WHERE id = ?1",
	[CHANGED] = "INSERT INTO change (device, at, state, code, reason)"
		    " VALUES (?, ?, ?, ?, ?)",
	[CHANGES] = "SELECT state, at, code, reason FROM change"
		    " WHERE device = ? ORDER BY id DESC LIMIT ?",
	[STATES] = "SELECT state, count(*) FROM device GROUP BY state",
	[HISTORY] =
		"SELECT at, state, (SELECT state FROM change AS before"
		" WHERE before.device = change.device"
		" AND before.id < change.id ORDER BY before.id DESC LIMIT 1)"
		" FROM change ORDER BY id DESC LIMIT ?",
	[TPM_NAME] = "SELECT name FROM enrolment JOIN device ON device = id"
		     " WHERE ek = ?",
	[NAMED] = "SELECT id, ak_name, ek FROM device"
		  " LEFT JOIN enrolment ON device = id WHERE name = ?",
	[RENEW] = "UPDATE device SET url = ?2, tls_name = ?3, policy = ?4,"
		  " ak_name = ?5 WHERE id = ?1",
	[ENROL] = "INSERT INTO enrolment (device, ek, ek_cert, assurance, at)"
		  " VALUES (?, ?, ?, ?, ?) ON CONFLICT (device) DO UPDATE SET"
		  " ek_cert = excluded.ek_cert,"
		  " assurance = excluded.assurance, at = excluded.at",
	[CERTIFY] = "INSERT INTO certificate (name, serial, not_after,"
		    " revoked) VALUES (?, ?, ?, 0)",
	[REVOKE] = "UPDATE certificate SET revoked = ?2 WHERE revoked = 0"
		   " AND name = (SELECT name FROM device WHERE id = ?1)",
	[REVOKED] = "SELECT serial, revoked FROM certificate"
		    " WHERE revoked != 0",
	[PURGE] = "DELETE FROM certificate WHERE not_after < ?",
	[LOG_NAME] = "SELECT name FROM log",
	[LOG_SIZE] = "SELECT coalesce(max(id) + 1, 0) FROM log_entry",
	[LOG_ADD] = "INSERT INTO log_entry (id, text) VALUES (?, ?)",
	[LOG_ENTRIES] = "SELECT text FROM log_entry WHERE id >= ?"
			" ORDER BY id LIMIT ?",
	[NODE_PUT] = "INSERT INTO log_node (level, n, hash) VALUES (?, ?, ?)",
	[NODE_GET] = "SELECT hash FROM log_node WHERE level = ? AND n = ?",
	[KEYS] = "SELECT jwk FROM signing_key ORDER BY id DESC"
		 " LIMIT ?",
	[KEY_ADD] = "INSERT OR IGNORE INTO signing_key (kid, jwk, since)"
		    " VALUES (?, ?, ?)",
	[HOOK_NEW] = "INSERT OR IGNORE INTO hook (name, next) SELECT ?,"
		     " coalesce(max(id) + 1, 0) FROM log_entry",
	[HOOK_NEXT] = "SELECT next FROM hook WHERE name = ?",
	[HOOK_ADVANCE] = "UPDATE hook SET next = ?2 WHERE name = ?1",
	[FACT_ADD] = "INSERT OR IGNORE INTO fact (device, what, digest, record,"
		     " text) VALUES (?, ?, ?, ?, ?)",
	[FACT_CLEAR] = "DELETE FROM fact WHERE device = ?",
	[FACT_COUNT] = "SELECT count(*) FROM fact WHERE device = ?",
	[FACTS] = "SELECT what, digest, record, text FROM fact"
		  " WHERE device = ? ORDER BY record",
};

/**
 * sql_errno() - what SQLite says
 * @ret: a result of it
 *
 * Return: 0; -errno.
 */
int sql_errno(int ret)
{
	switch (ret & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_CONSTRAINT:
		return -EEXIST;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	}
	return -EIO;
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
	return sql_errno(sqlite3_exec(s->db, text, NULL, NULL, NULL));
}

static int prepare(struct store *s)
{
	int i, ret = SQLITE_OK;

	for (i = 0; i < STATEMENTS && ret == SQLITE_OK; i++)
		ret = sqlite3_prepare_v3(s->db, sql[i], -1,
					 SQLITE_PREPARE_PERSISTENT, &s->stmt[i],
					 NULL);
	return sql_errno(ret);
}

/* What is committed is on the disk. */
static int configure(struct store *s)
{
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return sql_run(s, "PRAGMA journal_mode = WAL;"
			  "PRAGMA synchronous = FULL;"
			  "PRAGMA trusted_schema = OFF;"
			  "PRAGMA foreign_keys = ON;");
}

/**
 * store_open() - open a store, or make it
 * @path: of its file; its folder must be there
 * @out: out, for store_close()
 * @err: out on error: what is wrong with it
 * @errlen: its room
 *
 * An older one becomes one of this version.
 *
 * Return: 0; -EPROTONOSUPPORT of a later version; -EBADMSG damaged, or no store;
 * -EACCES; -EBUSY; -ENOSPC; -EIO; -ENOMEM.
 */
int store_open(const char *path, struct store **out, char *err, size_t errlen)
{
	struct store *s = calloc(1, sizeof(*s));
	int ret;

	if (!s)
		return -ENOMEM;
	*err = '\0';
	ret = sql_errno(sqlite3_open_v2(
		path, &s->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
			SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
		NULL));
	if (!ret)
		ret = configure(s);
	if (!ret)
		ret = schema_migrate(s, err, errlen);
	if (!ret)
		ret = prepare(s);
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
 * store_close() - close it
 * @s: the store; NULL is none
 */
void store_close(struct store *s)
{
	int i;

	if (!s)
		return;
	for (i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(s->stmt[i]);
	sqlite3_close(s->db);
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
	return s->db ? sqlite3_errmsg(s->db) : "out of memory";
}

/**
 * store_begin() - begin what happens whole or not at all
 * @s: the store
 *
 * Return: 0; as store_open().
 */
int store_begin(struct store *s)
{
	return sql_run(s, "BEGIN IMMEDIATE");
}

/**
 * store_commit() - it has happened, and is on the disk
 * @s: the store
 *
 * Return: 0; as store_open(): it has not happened, store_rollback() is due.
 */
int store_commit(struct store *s)
{
	return sql_run(s, "COMMIT");
}

/**
 * store_rollback() - it has not happened
 * @s: the store
 */
void store_rollback(struct store *s)
{
	if (!sqlite3_get_autocommit(s->db))
		sql_run(s, "ROLLBACK");
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
	sqlite3_reset(s->stmt[which]);
	sqlite3_clear_bindings(s->stmt[which]);
	return (struct binding){ s->stmt[which], 0, SQLITE_OK };
}

/**
 * bind_number() - the next parameter
 * @b: the statement
 * @v: its value
 */
void bind_number(struct binding *b, s64 v)
{
	if (b->ret == SQLITE_OK)
		b->ret = sqlite3_bind_int64(b->stmt, ++b->n, v);
}

/**
 * bind_text() - the next parameter
 * @b: the statement
 * @text: stays until the statement is finished; NULL is NULL
 */
void bind_text(struct binding *b, const char *text)
{
	if (b->ret == SQLITE_OK)
		b->ret = sqlite3_bind_text(b->stmt, ++b->n, text, -1,
					   SQLITE_STATIC);
}

/**
 * bind_bytes() - the next parameter
 * @b: the statement
 * @data: stays until the statement is finished; NULL is NULL
 * @len: its bytes
 */
void bind_bytes(struct binding *b, const u8 *data, size_t len)
{
	if (b->ret == SQLITE_OK)
		b->ret = sqlite3_bind_blob(b->stmt, ++b->n, data, (int)len,
					   SQLITE_STATIC);
}

/**
 * sql_finish() - run a statement that gives no rows
 * @b: its parameters are bound
 *
 * Return: 0; -errno.
 */
int sql_finish(struct binding *b)
{
	int ret = b->ret == SQLITE_OK ? sqlite3_step(b->stmt) : b->ret;

	sqlite3_reset(b->stmt);
	return sql_errno(ret);
}

/**
 * text_at() - a column of the row
 * @stmt: the statement
 * @column: from 0 on
 *
 * Return: for free(); NULL is NULL, or no memory.
 */
char *text_at(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	return text ? strdup(text) : NULL;
}

/**
 * bytes_at() - a column of the row
 * @stmt: the statement
 * @column: from 0 on
 * @len: out, its bytes
 *
 * Return: for free(); NULL is NULL, or no memory.
 */
u8 *bytes_at(sqlite3_stmt *stmt, int column, size_t *len)
{
	const void *data = sqlite3_column_blob(stmt, column);
	u8 *copy;

	*len = (size_t)sqlite3_column_bytes(stmt, column);
	copy = data ? malloc(*len) : NULL;
	if (copy)
		memcpy(copy, data, *len);
	return copy;
}
