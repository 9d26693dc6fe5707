// SPDX-License-Identifier: MIT
/* The store in SQLite: its tables, and how older ones become those. */
#include <stdio.h>

#include "store_sql.h"

#define APPLICATION_ID 0x53484e52 /* "SHNR" */

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
	/* Verdicts in bytes; the next one of each device is there in a period. */
	"ALTER TABLE device DROP COLUMN verdict;"
	"ALTER TABLE device ADD COLUMN verdict BLOB;",
	/* Devices that a TPM was proven of, and certificates of ours. */
	"CREATE TABLE enrolment ("
	" device INTEGER PRIMARY KEY REFERENCES device(id) ON DELETE CASCADE,"
	" ek BLOB NOT NULL UNIQUE,"
	" ek_cert BLOB NOT NULL,"
	" assurance INTEGER NOT NULL,"
	" at INTEGER NOT NULL) STRICT;"
	"CREATE TABLE certificate ("
	" serial BLOB PRIMARY KEY,"
	" name TEXT NOT NULL,"
	" not_after INTEGER NOT NULL,"
	" revoked INTEGER NOT NULL) STRICT;"
	"CREATE INDEX certificate_name ON certificate(name);",
	/*
	 * The log: entry.id is the leaf's index, from 0 on; node as in merkle.h.
	 * Its name tells logs apart.
	 */
	"CREATE TABLE log (name TEXT NOT NULL) STRICT;"
	"INSERT INTO log VALUES (lower(hex(randomblob(16))));"
	"CREATE TABLE log_entry ("
	" id INTEGER PRIMARY KEY,"
	" text TEXT NOT NULL) STRICT;"
	"CREATE TABLE log_node ("
	" level INTEGER NOT NULL,"
	" n INTEGER NOT NULL,"
	" hash BLOB NOT NULL,"
	" PRIMARY KEY (level, n)) STRICT, WITHOUT ROWID;"
	"CREATE TRIGGER log_entry_stays BEFORE DELETE ON log_entry"
	" BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;"
	"CREATE TRIGGER log_entry_is BEFORE UPDATE ON log_entry"
	" BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;"
	"CREATE TABLE signing_key ("
	" id INTEGER PRIMARY KEY," /* in the order of their use */
	" kid TEXT NOT NULL UNIQUE,"
	" jwk TEXT NOT NULL,"
	" since INTEGER NOT NULL) STRICT;",
	/* Webhooks: the entry of the log that each is told next. */
	"CREATE TABLE hook ("
	" name TEXT PRIMARY KEY,"
	" next INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
	/* What ran on each device since it booted, the first time. */
	"CREATE TABLE fact ("
	" device INTEGER NOT NULL REFERENCES device(id) ON DELETE CASCADE,"
	" what INTEGER NOT NULL,"
	" digest BLOB NOT NULL,"
	" record INTEGER NOT NULL,"
	" text TEXT NOT NULL,"
	" PRIMARY KEY (device, what, digest)) STRICT, WITHOUT ROWID;",
	/* What each device booted, where its last verdict bears that. */
	"CREATE TABLE boot ("
	" device INTEGER PRIMARY KEY REFERENCES device(id) ON DELETE CASCADE,"
	" at INTEGER NOT NULL,"
	" text TEXT NOT NULL) STRICT;",
	/* The group that each device belongs to. */
	("ALTER TABLE device ADD COLUMN in_group TEXT NOT NULL"
	 " DEFAULT 'default';"),
	/*
	 * The highest id of a device that was withdrawn; and names of verifiers, which
	 * no device may have.
	 */
	"CREATE TABLE device_last (id INTEGER NOT NULL) STRICT;"
	"INSERT INTO device_last SELECT coalesce(max(id), 0) FROM device;"
	"CREATE TRIGGER device_goes AFTER DELETE ON device BEGIN"
	" UPDATE device_last SET id = max(id, OLD.id); END;"
	"CREATE TABLE verifier_name (name TEXT PRIMARY KEY) STRICT;",
	/* What the log was not told yet of each device. */
	"ALTER TABLE device ADD COLUMN pace_full INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE device ADD COLUMN held_changes INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE device ADD COLUMN held_since INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE device ADD COLUMN held_accesses INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE device ADD COLUMN lost_accesses INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE device ADD COLUMN held_boot BLOB NOT NULL DEFAULT x'';"
	/* What is sealed in each entry. */
	"ALTER TABLE log_entry ADD COLUMN"
	" disclosures TEXT NOT NULL DEFAULT '';",
	/* Ms until what was asked for was appraised. */
	"ALTER TABLE device ADD COLUMN took INTEGER NOT NULL DEFAULT 0;",
	/* Those that are looked for all the time, among all others. */
	"CREATE INDEX certificate_end ON certificate(not_after);"
	"CREATE INDEX certificate_revoked ON certificate(serial, revoked)"
	" WHERE revoked != 0;",
	/*
	 * What ran, a row for each judgement that saw some; @total: of all until then,
	 * -1: they are not all there, and none is.  What was there before is as if.
	 */
	"CREATE TABLE facts ("
	" device INTEGER NOT NULL REFERENCES device(id) ON DELETE CASCADE,"
	" n INTEGER NOT NULL,"
	" total INTEGER NOT NULL,"
	" packed BLOB NOT NULL,"
	" PRIMARY KEY (device, n)) STRICT;"
	"INSERT INTO facts SELECT DISTINCT device, 0, -1, x'' FROM fact;"
	"DROP TABLE fact;",
	/* What the time is believed to be, store_enrol.c; 0: not known yet. */
	"CREATE TABLE clock (at INTEGER NOT NULL) STRICT;"
	"INSERT INTO clock VALUES (0);",
	/* The IMA list that each device was judged by, from its byte @at on. */
	"CREATE TABLE ima ("
	" device INTEGER NOT NULL REFERENCES device(id) ON DELETE CASCADE,"
	" at INTEGER NOT NULL,"
	" data BLOB NOT NULL,"
	" PRIMARY KEY (device, at)) STRICT;",
};
#define VERSION ((int)(sizeof(migrations) / sizeof(migrations[0])))

/* Return: the number that a pragma gives; negative errno. */
static int number(struct store *s, const char *pragma)
{
	sqlite3_stmt *stmt = NULL;
	int ret = sqlite3_prepare_v2(s->db, pragma, -1, &stmt, NULL);

	if (ret == SQLITE_OK)
		ret = sqlite3_step(stmt);
	ret = ret == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : sql_errno(ret);
	sqlite3_finalize(stmt);
	return ret;
}

static int migrate_from(struct store *s, int version)
{
	char mark[96];
	int ret = 0;

	for (; version < VERSION && !ret; version++)
		ret = sql_run(s, migrations[version]);
	snprintf(mark, sizeof(mark),
		 "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 APPLICATION_ID, VERSION);
	return ret ? ret : sql_run(s, mark);
}

/**
 * schema_later() - refuse a store of a later version
 * @version: that it has
 * @known: the last one that is known
 * @err: out: what is wrong with it
 * @errlen: its room
 *
 * Return: -EPROTONOSUPPORT.
 */
int schema_later(int version, int known, char *err, size_t errlen)
{
	snprintf(err, errlen,
		 "made by a later shinrai-verifier (version %d, this one knows "
		 "%d); update it",
		 version, known);
	return -EPROTONOSUPPORT;
}

/**
 * schema_version() - which version of a store is this?
 * @s: the store
 * @err: out on error, perhaps: what is wrong with it
 * @errlen: its room
 *
 * Return: the version, 0 for an empty file; -EPROTONOSUPPORT a later one; -EBADMSG
 * no store; -errno.
 */
int schema_version(struct store *s, char *err, size_t errlen)
{
	int version = number(s, "PRAGMA user_version");

	if (version > VERSION)
		return schema_later(version, VERSION, err, errlen);
	if (version < 0)
		return version;
	if (version ? number(s, "PRAGMA application_id") != APPLICATION_ID :
		      number(s, "SELECT count(*) FROM sqlite_master")) {
		snprintf(err, errlen, "a database of something else");
		return -EBADMSG;
	}
	return version;
}

/**
 * schema_migrate() - make the tables, or of older ones those of this version
 * @s: the store
 * @err: out on error, perhaps: what is wrong with it
 * @errlen: its room
 *
 * Two processes that begin at once: the second one finds it done.
 *
 * Return: 0; as store_open().
 */
int schema_migrate(struct store *s, char *err, size_t errlen)
{
	int version, ret = sql_run(s, "BEGIN IMMEDIATE");

	if (ret)
		return ret;
	version = schema_version(s, err, errlen);
	if (version < 0)
		return version;
	if (version < VERSION)
		ret = migrate_from(s, version);
	return ret ? ret : sql_run(s, "COMMIT");
}
