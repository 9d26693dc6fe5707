/* SPDX-License-Identifier: MIT */
/*
 * The store in a file of SQLite, among its parts: store_schema.c: its tables, and
 * how older ones become those; store_sqlite.c: opening, statements and what they
 * take and give; store_NAME.c: what is kept of each thing.
 */
#ifndef VERIFIER_STORE_SQLITE_H
#define VERIFIER_STORE_SQLITE_H

#include <sqlite3.h>

#include "store.h"

/* In the order of the texts in store_sqlite.c. */
enum statement {
	DEVICES,
	ADD,
	REMOVE,
	JUDGED,
	CHANGED,
	CHANGES,
	STATES,
	HISTORY,
	TPM_NAME,
	NAMED,
	RENEW,
	ENROL,
	CERTIFY,
	REVOKE,
	REVOKED,
	PURGE,
	LOG_NAME,
	LOG_SIZE,
	LOG_ADD,
	LOG_ENTRIES,
	NODE_PUT,
	NODE_GET,
	KEYS,
	KEY_ADD,
	HOOK_NEW,
	HOOK_NEXT,
	HOOK_ADVANCE,
	FACT_ADD,
	FACT_CLEAR,
	FACT_COUNT,
	FACTS,
	STATEMENTS
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *stmt[STATEMENTS];
};

/* store_schema.c */
int schema_version(struct store *s, char *err, size_t errlen);
int schema_migrate(struct store *s, char *err, size_t errlen);

/* The next parameter is the one after those that are bound. */
struct binding {
	sqlite3_stmt *stmt;
	int n;
	int ret;
};

/* store_sqlite.c */
int sql_errno(int ret);
int sql_run(struct store *s, const char *text);
struct binding sql_bind(struct store *s, enum statement which);
void bind_number(struct binding *b, s64 v);
void bind_text(struct binding *b, const char *text);
void bind_bytes(struct binding *b, const u8 *data, size_t len);
int sql_finish(struct binding *b);
char *text_at(sqlite3_stmt *stmt, int column);
u8 *bytes_at(sqlite3_stmt *stmt, int column, size_t *len);

#endif
