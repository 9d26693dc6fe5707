// SPDX-License-Identifier: MIT
/* The store in a file of SQLite. */
#include <stdio.h>

#include "store_sql.h"

#define BUSY_MS 5000
#define TIDY_EVERY 64 /* reads, for who only reads */
#define WAL_MAX 4096 /* pages: more than SQLite lets it become itself */

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

static int run(struct store *s, const char *text)
{
	return sql_errno(sqlite3_exec(s->db, text, NULL, NULL, NULL));
}

static int prepare(struct store *s)
{
	int i, ret = SQLITE_OK;

	for (i = 0; i < STATEMENTS && ret == SQLITE_OK; i++) {
		if (sql_text(s, i))
			ret = sqlite3_prepare_v3(s->db, sql_text(s, i), -1,
						 SQLITE_PREPARE_PERSISTENT,
						 &s->stmt[i], NULL);
	}
	return sql_errno(ret);
}

/* What is committed is on the disk. */
static int configure(struct store *s)
{
	int ret;

	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	ret = run(s, "PRAGMA journal_mode = WAL;"
		     "PRAGMA synchronous = FULL;"
		     "PRAGMA trusted_schema = OFF;"
		     "PRAGMA foreign_keys = ON;");
	return ret || !s->reads ? ret : run(s, "PRAGMA query_only = ON");
}

static int open_file(struct store *s, const char *path, char *err,
		     size_t errlen)
{
	int ret = sql_errno(sqlite3_open_v2(
		path, &s->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
			SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
		NULL));

	(void)err;
	(void)errlen;
	return ret ? ret : configure(s);
}

static void close_file(struct store *s)
{
	int i;

	for (i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(s->stmt[i]);
	sqlite3_close(s->db);
}

static const char *error(const struct store *s)
{
	return s->db ? sqlite3_errmsg(s->db) : "out of memory";
}

static int begin(struct store *s)
{
	return run(s, s->reads ? "BEGIN" : "BEGIN IMMEDIATE");
}

static int commit(struct store *s)
{
	return run(s, "COMMIT");
}

/*
 * Who writes begins its log anew when nobody reads in it, which where one read
 * follows the other is never: so who reads does it between two of them.  Who writes
 * waits only for what the first, which waits for nobody, has left over.  A reader of
 * another process would keep both waiting: then it is left for another time.
 */
static void tidy(struct store *s)
{
	int pages = 0;

	sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE,
				  &pages, NULL);
	if (pages <= WAL_MAX)
		return;
	sqlite3_busy_timeout(s->db, 0);
	sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_RESTART, NULL,
				  NULL);
	sqlite3_busy_timeout(s->db, BUSY_MS);
}

static void rollback(struct store *s)
{
	if (!sqlite3_get_autocommit(s->db))
		run(s, "ROLLBACK");
	if (s->reads && !(++s->ended % TIDY_EVERY))
		tidy(s);
}

static int bind_one(sqlite3_stmt *stmt, int n, const struct sql_param *p)
{
	if (p->kind == SQL_NUMBER)
		return sqlite3_bind_int64(stmt, n, p->number);
	if (p->kind == SQL_TEXT)
		return sqlite3_bind_text(stmt, n, p->data, -1, SQLITE_STATIC);
	return sqlite3_bind_blob(stmt, n, p->data, (int)p->len, SQLITE_STATIC);
}

static int step(struct binding *b)
{
	sqlite3_stmt *stmt = b->s->stmt[b->which];
	int i, ret = SQLITE_OK;

	if (!b->runs) {
		sqlite3_reset(stmt);
		sqlite3_clear_bindings(stmt);
	}
	for (i = 0; !b->runs && i < b->n && ret == SQLITE_OK; i++)
		ret = bind_one(stmt, i + 1, &b->param[i]);
	if (ret == SQLITE_OK)
		ret = sqlite3_step(stmt);
	return ret == SQLITE_ROW ? 1 : sql_errno(ret);
}

static void reset(struct binding *b)
{
	sqlite3_reset(b->s->stmt[b->which]);
}

static const void *value(const struct binding *b, int column, size_t *len)
{
	sqlite3_stmt *stmt = b->s->stmt[b->which];
	const void *data = sqlite3_column_type(stmt, column) == SQLITE_TEXT ?
				   sqlite3_column_text(stmt, column) :
				   sqlite3_column_blob(stmt, column);

	*len = (size_t)sqlite3_column_bytes(stmt, column);
	return data;
}

static s64 number(const struct binding *b, int column)
{
	return sqlite3_column_int64(b->s->stmt[b->which], column);
}

const struct sql_backend sql_sqlite = {
	.open = open_file,
	.migrate = schema_migrate,
	.prepare = prepare,
	.close = close_file,
	.error = error,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.run = run,
	.step = step,
	.reset = reset,
	.value = value,
	.number = number,
};
