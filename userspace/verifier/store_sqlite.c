// SPDX-License-Identifier: MIT
/* The store in a file of SQLite: its tables, and how older ones become those. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "store.h"

#define APPLICATION_ID 0x53484e52 /* "SHNR" */
#define BUSY_MS 5000

/* What makes version n + 1 of version n; never changed, only added to. */
static const char *const migrations[] = {
	"CREATE TABLE device ("
	" id INTEGER PRIMARY KEY,"
	" name TEXT NOT NULL UNIQUE,"
	" url TEXT NOT NULL,"
	" tls_name TEXT NOT NULL,"
	" policy TEXT NOT NULL,"
	" ak_name BLOB NOT NULL,"
	" state INTEGER NOT NULL,"
	" since INTEGER NOT NULL,"
	" code TEXT NOT NULL,"
	" reason TEXT NOT NULL,"
	" judged INTEGER NOT NULL,"
	" good INTEGER NOT NULL,"
	" verdict TEXT,"
	" memory BLOB) STRICT;"
	"CREATE TABLE change ("
	" id INTEGER PRIMARY KEY,"
	" device INTEGER NOT NULL REFERENCES device(id) ON DELETE CASCADE,"
	" at INTEGER NOT NULL,"
	" state INTEGER NOT NULL,"
	" code TEXT NOT NULL,"
	" reason TEXT NOT NULL) STRICT;"
	"CREATE INDEX change_device ON change(device, id);",
};
#define VERSION ((int)(sizeof(migrations) / sizeof(migrations[0])))

enum statement { DEVICES, ADD, REMOVE, JUDGED, CHANGED, CHANGES, STATEMENTS };

static const char *const sql[STATEMENTS] = {
	[DEVICES] = "SELECT id, name, url, tls_name, policy, ak_name, state,"
		    " since, code, reason, judged, good, verdict, memory"
		    " FROM device ORDER BY id",
	[ADD] = "INSERT INTO device (name, url, tls_name, policy, ak_name,"
		" state, since, code, reason, judged, good)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, '', '', 0, 0)",
	[REMOVE] = "DELETE FROM device WHERE id = ?",
	[JUDGED] = "UPDATE device SET ak_name = ?2, state = ?3, since = ?4,"
		   " code = ?5, reason = ?6, judged = ?7, good = ?8,"
		   " verdict = ?9, memory = ?10 WHERE id = ?1",
	[CHANGED] = "INSERT INTO change (device, at, state, code, reason)"
		    " VALUES (?, ?, ?, ?, ?)",
	[CHANGES] = "SELECT state, at, code, reason FROM change"
		    " WHERE device = ? ORDER BY id DESC LIMIT ?",
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *stmt[STATEMENTS];
};

/* Return: -errno of what SQLite says. */
static int errno_of(int ret)
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
	return errno_of(sqlite3_exec(s->db, text, NULL, NULL, NULL));
}

/* Return: the number that a pragma gives; negative errno. */
static int number(struct store *s, const char *pragma)
{
	sqlite3_stmt *stmt = NULL;
	int ret = sqlite3_prepare_v2(s->db, pragma, -1, &stmt, NULL);

	if (ret == SQLITE_OK)
		ret = sqlite3_step(stmt);
	ret = ret == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : errno_of(ret);
	sqlite3_finalize(stmt);
	return ret;
}

static int migrate_from(struct store *s, int version)
{
	char mark[96];
	int ret = 0;

	for (; version < VERSION && !ret; version++)
		ret = run(s, migrations[version]);
	snprintf(mark, sizeof(mark),
		 "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 APPLICATION_ID, VERSION);
	return ret ? ret : run(s, mark);
}

/* Two processes that begin at once: the second one finds it done. */
static int migrate(struct store *s, char *err, size_t errlen)
{
	int version, ret = run(s, "BEGIN IMMEDIATE");

	if (ret)
		return ret;
	version = number(s, "PRAGMA user_version");
	if (version > VERSION) {
		snprintf(err, errlen,
			 "made by a later shinrai-verifier (version %d, this "
			 "one knows %d); update it",
			 version, VERSION);
		return -EPROTONOSUPPORT;
	}
	if (version < 0)
		return version;
	if (!version && number(s, "SELECT count(*) FROM sqlite_master")) {
		snprintf(err, errlen, "a database of something else");
		return -EBADMSG;
	}
	if (version && number(s, "PRAGMA application_id") != APPLICATION_ID) {
		snprintf(err, errlen, "a database of something else");
		return -EBADMSG;
	}
	if (version < VERSION)
		ret = migrate_from(s, version);
	return ret ? ret : run(s, "COMMIT");
}

static int prepare(struct store *s)
{
	int i, ret = SQLITE_OK;

	for (i = 0; i < STATEMENTS && ret == SQLITE_OK; i++)
		ret = sqlite3_prepare_v3(s->db, sql[i], -1,
					 SQLITE_PREPARE_PERSISTENT, &s->stmt[i],
					 NULL);
	return errno_of(ret);
}

/* What is committed is on the disk. */
static int configure(struct store *s)
{
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return run(s, "PRAGMA journal_mode = WAL;"
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
	ret = errno_of(sqlite3_open_v2(
		path, &s->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
			SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
		NULL));
	if (!ret)
		ret = configure(s);
	if (!ret)
		ret = migrate(s, err, errlen);
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
	return run(s, "BEGIN IMMEDIATE");
}

/**
 * store_commit() - it has happened, and is on the disk
 * @s: the store
 *
 * Return: 0; as store_open(): it has not happened, store_rollback() is due.
 */
int store_commit(struct store *s)
{
	return run(s, "COMMIT");
}

/**
 * store_rollback() - it has not happened
 * @s: the store
 */
void store_rollback(struct store *s)
{
	if (!sqlite3_get_autocommit(s->db))
		run(s, "ROLLBACK");
}

/* The next parameter is the one after those that are bound. */
struct binding {
	sqlite3_stmt *stmt;
	int n;
	int ret;
};

static struct binding bind(struct store *s, enum statement which)
{
	sqlite3_reset(s->stmt[which]);
	sqlite3_clear_bindings(s->stmt[which]);
	return (struct binding){ s->stmt[which], 0, SQLITE_OK };
}

static void bind_number(struct binding *b, s64 v)
{
	if (b->ret == SQLITE_OK)
		b->ret = sqlite3_bind_int64(b->stmt, ++b->n, v);
}

static void bind_text(struct binding *b, const char *text)
{
	if (b->ret == SQLITE_OK)
		b->ret = sqlite3_bind_text(b->stmt, ++b->n, text, -1,
					   SQLITE_STATIC);
}

static void bind_bytes(struct binding *b, const u8 *data, size_t len)
{
	if (b->ret == SQLITE_OK)
		b->ret = sqlite3_bind_blob(b->stmt, ++b->n, data, (int)len,
					   SQLITE_STATIC);
}

static void bind_standing(struct binding *b, const struct device_standing *st)
{
	bind_number(b, st->state);
	bind_number(b, st->since);
	bind_text(b, st->code);
	bind_text(b, st->reason);
}

/* Of a statement that gives no rows.  Return: 0; -errno. */
static int finish(struct binding *b)
{
	int ret = b->ret == SQLITE_OK ? sqlite3_step(b->stmt) : b->ret;

	sqlite3_reset(b->stmt);
	return errno_of(ret);
}

static char *text_at(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	return text ? strdup(text) : NULL;
}

static u8 *bytes_at(sqlite3_stmt *stmt, int column, size_t *len)
{
	const void *data = sqlite3_column_blob(stmt, column);
	u8 *copy;

	*len = (size_t)sqlite3_column_bytes(stmt, column);
	copy = data ? malloc(*len) : NULL;
	if (copy)
		memcpy(copy, data, *len);
	return copy;
}

static void standing_at(sqlite3_stmt *stmt, int column,
			struct device_standing *st)
{
	const int state = sqlite3_column_int(stmt, column);

	st->since = sqlite3_column_int64(stmt, column + 1);
	st->state = state < 0 || state >= DEVICE_STATES ? DEVICE_NEW : state;
	snprintf(st->code, sizeof(st->code), "%s",
		 (const char *)sqlite3_column_text(stmt, column + 2));
	snprintf(st->reason, sizeof(st->reason), "%s",
		 (const char *)sqlite3_column_text(stmt, column + 3));
}

static int device_at(sqlite3_stmt *stmt, struct device_record *r)
{
	int len = sqlite3_column_bytes(stmt, 5);

	memset(r, 0, sizeof(*r));
	r->id = sqlite3_column_int64(stmt, 0);
	r->name = text_at(stmt, 1);
	r->url = text_at(stmt, 2);
	r->tls_name = text_at(stmt, 3);
	r->policy = text_at(stmt, 4);
	if (len > 0 && (size_t)len <= sizeof(r->ak_name)) {
		memcpy(r->ak_name, sqlite3_column_blob(stmt, 5), (size_t)len);
		r->ak_name_len = (size_t)len;
	}
	standing_at(stmt, 6, &r->standing);
	r->judged = sqlite3_column_int64(stmt, 10);
	r->good = sqlite3_column_int64(stmt, 11);
	r->verdict = text_at(stmt, 12);
	r->memory = bytes_at(stmt, 13, &r->memory_len);
	if (!r->name || !r->url || !r->tls_name || !r->policy)
		return -ENOMEM;
	/* A device without its memory would be judged as if it were new. */
	return r->memory || sqlite3_column_type(stmt, 13) == SQLITE_NULL ?
		       0 :
		       -ENOMEM;
}

/**
 * store_devices() - all that are kept
 * @s: the store
 * @each: called with each; takes what it needs; not 0: no more
 * @arg: for @each
 *
 * Return: 0; -errno; what @each gave.
 */
int store_devices(struct store *s,
		  int (*each)(void *arg, const struct device_record *r),
		  void *arg)
{
	struct binding b = bind(s, DEVICES);
	struct device_record r;
	int ret;

	while ((ret = sqlite3_step(b.stmt)) == SQLITE_ROW) {
		ret = device_at(b.stmt, &r);
		if (!ret)
			ret = each(arg, &r);
		device_record_free(&r);
		if (ret) {
			sqlite3_reset(b.stmt);
			return ret;
		}
	}
	sqlite3_reset(b.stmt);
	return errno_of(ret);
}

/**
 * store_add() - keep a device that is new
 * @s: the store
 * @r: its id is set
 *
 * Return: 0; -EEXIST its name is taken; -errno.
 */
int store_add(struct store *s, struct device_record *r)
{
	struct binding b = bind(s, ADD);
	int ret;

	bind_text(&b, r->name);
	bind_text(&b, r->url);
	bind_text(&b, r->tls_name);
	bind_text(&b, r->policy);
	bind_bytes(&b, r->ak_name, r->ak_name_len);
	bind_number(&b, r->standing.state);
	bind_number(&b, r->standing.since);
	ret = finish(&b);
	if (!ret)
		r->id = sqlite3_last_insert_rowid(s->db);
	return ret;
}

/**
 * store_remove() - forget a device, and its past
 * @s: the store
 * @id: of the device
 *
 * Return: 0; -errno.
 */
int store_remove(struct store *s, s64 id)
{
	struct binding b = bind(s, REMOVE);

	bind_number(&b, id);
	return finish(&b);
}

/**
 * store_judged() - keep how a device stands, and what was learned of it
 * @s: the store
 * @r: the device
 *
 * Return: 0, also when it is not kept any more; -errno.
 */
int store_judged(struct store *s, const struct device_record *r)
{
	struct binding b = bind(s, JUDGED);

	bind_number(&b, r->id);
	bind_bytes(&b, r->ak_name, r->ak_name_len);
	bind_standing(&b, &r->standing);
	bind_number(&b, r->judged);
	bind_number(&b, r->good);
	bind_text(&b, r->verdict);
	bind_bytes(&b, r->memory, r->memory_len);
	return finish(&b);
}

/**
 * store_changed() - keep that a device stands otherwise than before
 * @s: the store
 * @id: of the device
 * @st: how it stands; since is when that was told
 *
 * Return: 0; -EEXIST it is not kept any more; -errno.
 */
int store_changed(struct store *s, s64 id, const struct device_standing *st)
{
	struct binding b = bind(s, CHANGED);

	bind_number(&b, id);
	bind_number(&b, st->since);
	bind_number(&b, st->state);
	bind_text(&b, st->code);
	bind_text(&b, st->reason);
	return finish(&b);
}

/**
 * store_changes() - how a device stood, the newest first
 * @s: the store
 * @id: of the device
 * @most: of them
 * @each: called with each; not 0: no more
 * @arg: for @each
 *
 * Return: 0; -errno; what @each gave.
 */
int store_changes(struct store *s, s64 id, unsigned int most,
		  int (*each)(void *arg, const struct device_standing *st),
		  void *arg)
{
	struct binding b = bind(s, CHANGES);
	struct device_standing st;
	int ret;

	bind_number(&b, id);
	bind_number(&b, most);
	while ((ret = sqlite3_step(b.stmt)) == SQLITE_ROW) {
		standing_at(b.stmt, 0, &st);
		ret = each(arg, &st);
		if (ret) {
			sqlite3_reset(b.stmt);
			return ret;
		}
	}
	sqlite3_reset(b.stmt);
	return errno_of(ret);
}
