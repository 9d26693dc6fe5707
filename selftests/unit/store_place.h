/* SPDX-License-Identifier: MIT */
/*
 * Where the tests of the store have it: a file; or $SHINRAI_TEST_DATABASE, a database
 * of PostgreSQL for nothing else, as selftests/fleet/test_postgres.sh starts it.
 */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[] = "/tmp/store-XXXXXX";
static char path[512];

static inline bool place_is_file(void)
{
	return *path == '/';
}

static inline void place_run(const char *text)
{
	PGconn *conn = PQconnectdb(path);
	PGresult *r = PQexec(conn, text);

	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		fail_msg("%s", PQerrorMessage(conn));
	PQclear(r);
	PQfinish(conn);
}

/* An empty one, which nobody has open. */
static inline void place_clear(void)
{
	if (place_is_file())
		unlink(path);
	else
		place_run("SET client_min_messages = error;"
			  "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
}

static inline void place_make(void)
{
	const char *url = getenv("SHINRAI_TEST_DATABASE");

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), url ? "%s" : "%s/db", url ?: dir);
	place_clear();
}

static inline int place_remove(void)
{
	place_clear();
	return rmdir(dir);
}

#endif
