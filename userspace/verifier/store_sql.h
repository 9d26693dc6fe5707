/* SPDX-License-Identifier: MIT */
/*
 * The store in a database of SQL, among its parts: store_sql.c: the statements, and
 * what they take and give; store_sqlite.c and store_postgres.c: the two databases
 * that run them; store_schema.c and store_tables.c: their tables, and how older ones
 * become those; store_NAME.c: what is kept of each thing.
 */
#ifndef VERIFIER_STORE_SQL_H
#define VERIFIER_STORE_SQL_H

#include <sqlite3.h>

#include "store.h"

/* In the order of the texts in store_sql.c. */
enum statement {
	DEVICES,
	ADD,
	REMOVE,
	PLACE,
	JUDGED,
	PACED,
	CHANGED,
	CHANGES,
	CHANGES_TRIM,
	STATES,
	HISTORY,
	TPM_NAME,
	NAMED,
	RENEW,
	ENROL,
	CERTIFY,
	CERTIFICATE,
	REVOKE,
	REVOKED,
	PURGE,
	CLOCK,
	CLOCK_SET,
	LOG_NAME,
	LOG_SIZE,
	LOG_ADD,
	LOG_ENTRIES,
	LOG_BACK,
	NODE_PUT,
	NODE_GET,
	KEYS,
	KEY_ADD,
	HOOK_NEW,
	HOOK_NEXT,
	HOOK_ADVANCE,
	VERIFIER_NAME_ADD,
	VERIFIER_NAMES,
	HOOK_DROP,
	FACTS_ADD,
	FACTS_CLEAR,
	FACTS_LAST,
	FACTS,
	EVIDENCE,
	IMA_ADD,
	IMA_CLEAR,
	IMA_END,
	IMA_ROWS,
	IMA,
	BOOT_PUT,
	BOOT_DROP,
	BOOT,
	MARK,
	UNDO,
	FORGET,
	LEASE_NEW, /* only in PostgreSQL, from here on */
	LEASE_RENEW,
	LEASE_END,
	LEASE_PEERS,
	LEASE_SHARE,
	LEASE_TAKE,
	LEASE_CLAIM,
	LEASE_GIVE,
	LEASE_IDS,
	LEASE_NEWS,
	LEASE_DOUBT,
	STATEMENTS
};

#define SQL_PARAMS 12

struct sql_param {
	enum { SQL_NUMBER, SQL_TEXT, SQL_BYTES } kind;
	s64 number;
	const void *data; /* NULL is NULL */
	size_t len;
};

/* A statement in use; the next parameter is the one after those that are bound. */
struct binding {
	struct store *s;
	enum statement which;
	int n;
	struct sql_param param[SQL_PARAMS];
	bool runs;
	void *result; /* of the database, between steps */
	int row; /* of @result */
};

/* What a database does.  Each gives 0 or -errno, as store_open(). */
struct sql_backend {
	int (*open)(struct store *s, const char *where, char *err,
		    size_t errlen);
	int (*migrate)(struct store *s, char *err, size_t errlen);
	int (*prepare)(struct store *s);
	void (*close)(struct store *s);
	const char *(*error)(const struct store *s);
	int (*begin)(struct store *s);
	int (*commit)(struct store *s);
	void (*rollback)(struct store *s);
	int (*run)(struct store *s, const char *text);
	/* Return: 1 there is a row; 0 there is no more; -errno. */
	int (*step)(struct binding *b);
	void (*reset)(struct binding *b);
	/* Valid until the next step; NULL is NULL; @len: its bytes. */
	const void *(*value)(const struct binding *b, int column, size_t *len);
	s64 (*number)(const struct binding *b, int column);
};

struct postgres;

struct store {
	const struct sql_backend *backend;
	sqlite3 *db;
	sqlite3_stmt *stmt[STATEMENTS];
	struct postgres *pg;
	s64 purged; /* s since boot, store_purge(); 0: never */
	bool reads; /* and does nothing else */
	unsigned int ended; /* reads, by now */
	s64 verifier; /* that it is, of those that share it; 0: none yet */
	bool doubt; /* it may have happened what is said to have not */
};

extern const struct sql_backend sql_sqlite, sql_postgres;

/* store_schema.c */
int schema_version(struct store *s, char *err, size_t errlen);
int schema_migrate(struct store *s, char *err, size_t errlen);
int schema_later(int version, int known, char *err, size_t errlen);

/* store_tables.c */
int tables_known(s64 version, char *err, size_t errlen);
int tables_migrate(struct store *s, char *err, size_t errlen);

/* store_device.c */
int device_at(const struct binding *b, struct device_record *r);
int device_place(struct binding *b, struct device_record *r);

/* store_sqlite.c */
int sql_errno(int ret);

/* store_postgres.c */
int postgres_number(struct store *s, const char *text, s64 *number);

/* store_sql.c */
const char *sql_text(const struct store *s, enum statement which);
int sql_run(struct store *s, const char *text);
struct binding sql_bind(struct store *s, enum statement which);
void bind_number(struct binding *b, s64 v);
void bind_text(struct binding *b, const char *text);
void bind_bytes(struct binding *b, const u8 *data, size_t len);
int sql_step(struct binding *b);
void sql_reset(struct binding *b);
int sql_finish(struct binding *b);
s64 number_at(const struct binding *b, int column);
const void *value_at(const struct binding *b, int column, size_t *len);
const char *words_at(const struct binding *b, int column);
char *text_at(const struct binding *b, int column);
u8 *bytes_at(const struct binding *b, int column, size_t *len);

#endif
