// SPDX-License-Identifier: MIT
/*
 * Copies of the store, taken while it is in use, and put back while it is not.
 * store_lock() keeps both apart, and one service from another.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store_sql.h"

#define BUSY_MS 10000
#define PATH_ROOM 4096

static int fail(char *err, size_t errlen, int ret, const char *what,
		const char *path)
{
	snprintf(err, errlen, "%s %s: %s", what, path, strerror(-ret));
	return ret;
}

/**
 * store_lock() - use a store alone: two services would both judge all of it
 * @path: of the store
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * It is held until the process ends.
 *
 * Return: 0; -EWOULDBLOCK others have it; -errno.
 */
int store_lock(const char *path, char *err, size_t errlen)
{
	char name[PATH_ROOM];
	int fd, ret;

	if (snprintf(name, sizeof(name), "%s.lock", path) >= (int)sizeof(name))
		return fail(err, errlen, -ENAMETOOLONG, "cannot lock", path);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(err, errlen, -errno, "cannot lock", name);
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return 0;
	ret = -errno;
	close(fd);
	if (ret != -EWOULDBLOCK)
		return fail(err, errlen, ret, "cannot lock", name);
	snprintf(err, errlen,
		 "%s is in use: end shinrai-verifier first (several of them "
		 "need a database of PostgreSQL)",
		 path);
	return ret;
}

/* Return: 0; -errno, with @err. */
static int copy(sqlite3 *from, sqlite3 *to, char *err, size_t errlen)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int ret = SQLITE_OK;

	/* All pages at once are those of one moment. */
	while (b && (ret = sqlite3_backup_step(b, -1)) == SQLITE_BUSY)
		sqlite3_sleep(50);
	sqlite3_backup_finish(b);
	if (b && ret == SQLITE_DONE)
		return 0;
	snprintf(err, errlen, "cannot copy: %s",
		 b ? sqlite3_errstr(ret) : sqlite3_errmsg(to));
	return sql_errno(b ? ret : sqlite3_errcode(to)) ?: -EIO;
}

/* Return: whether the pragma says "ok". */
static bool is_whole(sqlite3 *db)
{
	sqlite3_stmt *stmt = NULL;
	bool ok = sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt,
				     NULL) == SQLITE_OK &&
		  sqlite3_step(stmt) == SQLITE_ROW &&
		  !strcmp((const char *)sqlite3_column_text(stmt, 0), "ok");

	sqlite3_finalize(stmt);
	return ok;
}

/* Return: 0; -EBADMSG, -EPROTONOSUPPORT, with @err. */
static int check(sqlite3 *db, const char *path, char *err, size_t errlen)
{
	struct store s = { .backend = &sql_sqlite, .db = db };
	char why[160] = "";
	int version = schema_version(&s, why, sizeof(why));

	if (version > 0)
		return 0;
	if (!*why)
		snprintf(why, sizeof(why), "%s",
			 version ? sqlite3_errmsg(db) : "it is empty");
	snprintf(err, errlen, "%s is not of shinrai-verifier: %s", path, why);
	return version ? version : -EBADMSG;
}

static int open_both(const char *from, const char *to, sqlite3 *db[2],
		     char *err, size_t errlen)
{
	static const int flags[] = { SQLITE_OPEN_READWRITE,
				     SQLITE_OPEN_READWRITE |
					     SQLITE_OPEN_CREATE };
	const char *path[] = { from, to };
	int i, ret;

	for (i = 0; i < 2; i++) {
		ret = sqlite3_open_v2(path[i], &db[i], flags[i], NULL);
		if (ret != SQLITE_OK) {
			snprintf(err, errlen, "cannot open %s: %s", path[i],
				 sqlite3_errmsg(db[i]));
			return sql_errno(ret);
		}
		sqlite3_busy_timeout(db[i], BUSY_MS);
	}
	return 0;
}

/* Into @part, one file that is whole and on the disk. */
static int copy_into(const char *from, const char *part, char *err,
		     size_t errlen)
{
	sqlite3 *db[2] = { NULL, NULL };
	int ret = open_both(from, part, db, err, errlen);

	if (!ret)
		ret = check(db[0], from, err, errlen);
	if (!ret)
		ret = copy(db[0], db[1], err, errlen);
	if (!ret && (sqlite3_exec(db[1], "PRAGMA journal_mode = DELETE", NULL,
				  NULL, NULL) != SQLITE_OK ||
		     !is_whole(db[1]))) {
		snprintf(err, errlen, "%s is damaged", from);
		ret = -EBADMSG;
	}
	sqlite3_close(db[0]);
	sqlite3_close(db[1]);
	return ret;
}

static int sync_path(const char *path, int flags)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | flags), ret = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd))
		ret = -errno;
	close(fd);
	return ret;
}

/* Return: the name of @path in @folder. */
static const char *split(const char *path, char folder[PATH_ROOM])
{
	const char *slash = strrchr(path, '/');
	const int len = slash ? slash == path ? 1 : (int)(slash - path) : 1;

	snprintf(folder, PATH_ROOM, "%.*s", len, slash ? path : ".");
	return slash ? slash + 1 : path;
}

/* What was renamed in it stays so. */
static int sync_folder(const char *path)
{
	char folder[PATH_ROOM];

	split(path, folder);
	return sync_path(folder, O_DIRECTORY);
}

static int put_in_place(const char *part, const char *to)
{
	int ret = sync_path(part, 0);

	if (!ret && rename(part, to))
		ret = -errno;
	return ret ? ret : sync_folder(to);
}

static bool is_one(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* Of files that are not there now, too: SQLite would take a copy for its journal. */
static bool are_same(const char *a, const char *b)
{
	char folder[2][PATH_ROOM];

	return is_one(a, b) ||
	       (!strcmp(split(a, folder[0]), split(b, folder[1])) &&
		is_one(folder[0], folder[1]));
}

static bool is_part_of(const char *file, const char *store)
{
	static const char *const suffix[] = { "", "-wal", "-shm", "-journal",
					      ".lock" };
	char part[PATH_ROOM];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(suffix); i++) {
		snprintf(part, sizeof(part), "%s%s", store, suffix[i]);
		if (are_same(file, part))
			return true;
	}
	return false;
}

/*
 * What was renamed over a store in use would be written to by nobody: what comes later
 * would be lost with the file that has no name any more.  Its journal is beside the
 * file that a symbolic link leads to.
 *
 * Return: 0; -EINVAL @file is @store, or a part of it, with @err.
 */
static int refuse_own(const char *file, const char *store, const char *what,
		      const char *next, char *err, size_t errlen)
{
	char *real = realpath(store, NULL);
	const bool own = is_part_of(file, store) ||
			 (real && is_part_of(file, real));

	free(real);
	if (!own)
		return 0;
	snprintf(err, errlen,
		 "%s %s: it is the database %s, or belongs to it (%s)", what,
		 file, store, next);
	return -EINVAL;
}

/* What is unfinished goes when the command is ended. */
static char unfinished[2][PATH_ROOM];

static void on_end(int sig)
{
	unlink(unfinished[0]);
	unlink(unfinished[1]);
	signal(sig, SIG_DFL);
	raise(sig);
}

static void at_end(void (*handler)(int))
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	size_t i;

	/* What is ignored, as by nohup(1), stays so. */
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		if (signal(ends[i], handler) == SIG_IGN)
			signal(ends[i], SIG_IGN);
	}
}

static int copy_to(const char *from, const char *to, char *err, size_t errlen)
{
	char *part = unfinished[0];
	int fd, ret;

	if (snprintf(part, PATH_ROOM, "%s.XXXXXX", to) >=
	    (int)(PATH_ROOM - sizeof("-journal")))
		return fail(err, errlen, -ENAMETOOLONG, "cannot write", to);
	fd = mkstemp(part);
	if (fd < 0)
		return fail(err, errlen, -errno, "cannot write", to);
	close(fd);
	snprintf(unfinished[1], PATH_ROOM, "%.*s-journal", PATH_ROOM - 9, part);
	at_end(on_end);
	ret = copy_into(from, part, err, errlen);
	if (!ret) {
		ret = put_in_place(part, to);
		if (ret)
			fail(err, errlen, ret, "cannot write", to);
	}
	if (ret)
		unlink(part);
	at_end(SIG_DFL);
	return ret;
}

/* Only a copy is replaced, or an empty file: not the key beside it, by a slip. */
static int refuse_other(const char *to, char *err, size_t errlen)
{
	char lock[PATH_ROOM + sizeof(".lock")];
	sqlite3 *db = NULL;
	struct stat s;
	int ret = -EEXIST;

	snprintf(lock, sizeof(lock), "%s.lock", to);
	if (!lstat(lock, &s)) {
		snprintf(err, errlen,
			 "cannot replace %s: a verifier has it, or had, as %s "
			 "says (name another file)",
			 to, lock);
		return -EEXIST;
	}
	if (stat(to, &s) || (S_ISREG(s.st_mode) && !s.st_size))
		return 0;
	if (S_ISREG(s.st_mode) &&
	    sqlite3_open_v2(to, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK)
		ret = check(db, to, err, errlen);
	sqlite3_close(db);
	if (ret)
		snprintf(err, errlen,
			 "cannot replace %s: it is no copy of a database of "
			 "this version (remove it, or name another file)",
			 to);
	return ret;
}

/**
 * store_copy() - a copy of a store, which may be in use
 * @from: the store
 * @to: file; a copy that there is is replaced, once the new one is whole
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * Context: of a command, which SIGINT, SIGTERM or SIGHUP may end.
 *
 * Return: 0; -EINVAL @to is @from, or its journal or lock, by whatever name; -EEXIST
 * @to is something else; -EBADMSG
 * @from is no store, or damaged; -errno.
 */
int store_copy(const char *from, const char *to, char *err, size_t errlen)
{
	int ret = refuse_own(to, from, "cannot write",
			     "name another file for the copy", err, errlen);

	if (!ret)
		ret = refuse_other(to, err, errlen);
	return ret ? ret : copy_to(from, to, err, errlen);
}

/* One file, where that can be done: what is damaged keeps its journal. */
static void take_journal(const char *path)
{
	sqlite3 *db;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) ==
	    SQLITE_OK) {
		sqlite3_busy_timeout(db, BUSY_MS);
		sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
				  NULL);
		sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL,
			     NULL);
	}
	sqlite3_close(db);
}

/* A store and its journal, at its place and aside. */
#define FILES 3
struct files {
	char at[FILES][PATH_ROOM], old[FILES][PATH_ROOM];
	bool moved[FILES];
};

static void name_files(struct files *f, const char *path)
{
	static const char *const suffix[FILES] = { "", "-wal", "-shm" };
	int i;

	memset(f, 0, sizeof(*f));
	for (i = 0; i < FILES; i++) {
		snprintf(f->at[i], PATH_ROOM, "%s%s", path, suffix[i]);
		snprintf(f->old[i], PATH_ROOM, "%s.old%s", path, suffix[i]);
	}
}

static void put_back(const struct files *f)
{
	int i;

	for (i = FILES - 1; i >= 0; i--) {
		if (f->moved[i])
			rename(f->old[i], f->at[i]);
	}
}

/*
 * What was there stays as .old.  The store goes first: one without its journal is
 * never at its place.  What an earlier restore has put aside, and then did not come to
 * its end, is what there is: it stays, and so does what is left of it.
 */
static int set_aside(struct files *f, char *err, size_t errlen)
{
	const bool is_there = !access(f->at[0], F_OK);
	int i;

	if (is_there)
		take_journal(f->at[0]);
	for (i = 1; i < FILES && is_there; i++) {
		if (unlink(f->old[i]) && errno != ENOENT)
			return fail(err, errlen, -errno, "cannot remove",
				    f->old[i]);
	}
	for (i = 0; i < FILES; i++) {
		f->moved[i] = !rename(f->at[i], f->old[i]);
		if (!f->moved[i] && errno != ENOENT)
			return fail(err, errlen, -errno, "cannot move",
				    f->at[i]);
	}
	return 0;
}

/* Who is root here puts it back for the user of the service. */
static int give(const char *new, const char *to)
{
	char folder[PATH_ROOM], lock[PATH_ROOM + sizeof(".lock")];
	struct stat s;

	if (geteuid())
		return 0;
	split(to, folder);
	if (stat(to, &s) && stat(folder, &s))
		return -errno;
	snprintf(lock, sizeof(lock), "%s.lock", to);
	if (chown(new, s.st_uid, s.st_gid) || chown(lock, s.st_uid, s.st_gid))
		return -errno;
	return 0;
}

/**
 * store_restore() - put a copy in the place of a store
 * @from: the copy
 * @to: the store, which nobody uses; what it was stays as @to.old.  Whose it was, or
 *      whose its folder is, its successor is, if root puts it back
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * On error @to is what it was.
 *
 * Return: 0; -EWOULDBLOCK it is in use; as store_copy().
 */
int store_restore(const char *from, const char *to, char *err, size_t errlen)
{
	static struct files f;
	char new[PATH_ROOM];
	int ret;

	if (snprintf(new, sizeof(new), "%s.new", to) >=
	    (int)sizeof(new) - (int)sizeof(".old-wal"))
		return fail(err, errlen, -ENAMETOOLONG, "cannot write", to);
	ret = refuse_own(from, to, "cannot restore from",
			 "name the copy that is to be put back", err, errlen);
	if (!ret)
		ret = store_lock(to, err, errlen);
	if (!ret)
		ret = copy_to(from, new, err, errlen);
	if (ret)
		return ret;
	ret = give(new, to);
	if (ret) {
		unlink(new);
		return fail(err, errlen, ret, "cannot give away", new);
	}
	name_files(&f, to);
	ret = set_aside(&f, err, errlen);
	if (!ret && rename(new, to))
		ret = fail(err, errlen, -errno, "cannot write", to);
	if (ret) {
		put_back(&f);
		unlink(new);
		return ret;
	}
	ret = sync_folder(to);
	return ret ? fail(err, errlen, ret, "cannot write", to) : 0;
}

/**
 * store_unfinished() - is there no store because a restore did not come to its end?
 * @path: of the store
 * @err: out when it is so: what is left of it, and what to do
 * @errlen: its room
 *
 * Another one in its place would be empty.
 *
 * Return: whether it is so.
 */
bool store_unfinished(const char *path, char *err, size_t errlen)
{
	static const char *const left[] = { ".old", ".new" };
	char name[PATH_ROOM];
	size_t i;

	if (!access(path, F_OK))
		return false;
	for (i = 0; i < ARRAY_SIZE(left); i++) {
		snprintf(name, sizeof(name), "%s%s", path, left[i]);
		if (access(name, F_OK))
			continue;
		snprintf(err, errlen,
			 "%s is not there, but %s is: a restore did not come "
			 "to its end (restore again, or move that one to its "
			 "place; without both, the fleet is an empty one)",
			 path, name);
		return true;
	}
	return false;
}
