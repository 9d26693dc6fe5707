// SPDX-License-Identifier: MIT
/*
 * The store in PostgreSQL, over libpq.  Any number of processes have it: who begins
 * waits for the row of the log, so that one after the other writes.  A connection
 * that was lost is made again when something begins; until then all fails.
 */
#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store_sql.h"

#define TEXT_ROOM 4096 /* of a statement */
#define NUMBER_ROOM 24
#define STATUS_TRIES 20
#define STATUS_US 100000

struct postgres {
	PGconn *conn;
	bool ready; /* its statements are prepared */
	s64 transaction; /* its number, where one is under way */
	char error[256]; /* of the last one */
};

/* As PQexecParams() wants them. */
struct values {
	const char *value[SQL_PARAMS];
	int length[SQL_PARAMS], format[SQL_PARAMS];
	char number[SQL_PARAMS][NUMBER_ROOM];
};

static void quiet(void *arg, const PGresult *r)
{
	(void)arg;
	(void)r;
}

/* One line of it, the first one. */
static void remember(struct postgres *pg, const char *text)
{
	snprintf(pg->error, sizeof(pg->error), "%.*s", (int)strcspn(text, "\n"),
		 text);
}

/* What SQLSTATE says, appendix A of PostgreSQL's manual; a prefix of it. */
static int state_errno(const char *state)
{
	static const struct {
		const char *state;
		int err;
	} table[] = {
		{ "23", -EEXIST }, /* a constraint */
		{ "P0001", -EEXIST }, /* one of our triggers */
		{ "53100", -ENOSPC },
		{ "53200", -ENOMEM },
		{ "53", -EBUSY },
		{ "40", -EBUSY }, /* serialisation, deadlock */
		{ "55P03", -EBUSY }, /* lock_timeout */
		{ "57014", -EBUSY }, /* statement_timeout */
		{ "28", -EACCES },
		{ "42501", -EACCES },
		{ "25006", -EACCES }, /* read-only */
		{ "42", -EBADMSG }, /* the tables are not ours */
		{ "XX001", -EBADMSG },
		{ "XX002", -EBADMSG },
	};
	size_t i;

	for (i = 0; state && i < ARRAY_SIZE(table); i++) {
		if (!strncmp(state, table[i].state, strlen(table[i].state)))
			return table[i].err;
	}
	return -EIO;
}

/* @r: NULL is none. Return: 0; -errno, and then @r is released. */
static int outcome(struct postgres *pg, PGresult *r)
{
	const ExecStatusType status = PQresultStatus(r);
	int ret;

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return 0;
	remember(pg, r ? PQresultErrorMessage(r) : PQerrorMessage(pg->conn));
	ret = state_errno(r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL);
	PQclear(r);
	return ret;
}

static int run(struct store *s, const char *text)
{
	PGresult *r = PQexec(s->pg->conn, text);
	int ret = outcome(s->pg, r);

	if (!ret)
		PQclear(r);
	return ret;
}

/* Its parameters are written $1, $2 and so on. */
static int prepare(struct store *s)
{
	char text[TEXT_ROOM], name[NUMBER_ROOM];
	PGresult *r;
	int i, ret = 0;
	char *at;

	for (i = 0; i < STATEMENTS && !ret; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		snprintf(text, sizeof(text), "%s", sql_text(s, i));
		while ((at = strchr(text, '?')))
			*at = '$';
		r = PQprepare(s->pg->conn, name, text, 0, NULL);
		ret = outcome(s->pg, r);
		if (!ret)
			PQclear(r);
	}
	s->pg->ready = !ret;
	return ret;
}

/*
 * Who waits for a lock, or holds one and is stopped, does so for a while only:
 * others go on.  What is committed is on the disk.
 */
static int configure(struct store *s)
{
	const char *encoding =
		PQparameterStatus(s->pg->conn, "server_encoding");

	if (!encoding || strcmp(encoding, "UTF8")) {
		remember(s->pg, "its encoding is not UTF8; make it with "
				"ENCODING 'UTF8'");
		return -EBADMSG;
	}
	return run(s, "SET client_encoding = 'UTF8';"
		      "SET synchronous_commit = on;"
		      "SET default_transaction_isolation = 'read committed';"
		      "SET lock_timeout = '10s';"
		      "SET statement_timeout = '30s';"
		      "SET idle_in_transaction_session_timeout = '5s'");
}

static int open_database(struct store *s, const char *where, char *err,
			 size_t errlen)
{
	/*
	 * Those before dbname are what it is without the URL's word.  A host that is
	 * gone is noticed also while a reply is awaited, and nothing to be sent.
	 */
	static const char *const key[] = {
		"connect_timeout",  "tcp_user_timeout",
		"keepalives_idle",  "keepalives_interval",
		"keepalives_count", "fallback_application_name",
		"dbname",	    NULL
	};
	const char *const value[] = { "5",   "10000", "5",
				      "2",   "3",     "shinrai-verifier",
				      where, NULL };
	struct postgres *pg = calloc(1, sizeof(*pg));

	(void)err;
	(void)errlen;
	s->pg = pg;
	if (!pg)
		return -ENOMEM;
	pg->conn = PQconnectdbParams(key, value, 1);
	if (!pg->conn)
		return -ENOMEM;
	PQsetNoticeReceiver(pg->conn, quiet, NULL);
	if (PQstatus(pg->conn) == CONNECTION_OK)
		return configure(s);
	remember(pg, PQerrorMessage(pg->conn));
	return -EIO;
}

static void close_database(struct store *s)
{
	if (s->pg)
		PQfinish(s->pg->conn);
	free(s->pg);
}

static const char *error(const struct store *s)
{
	return s->pg ? s->pg->error : "out of memory";
}

static bool is_lost(const struct store *s)
{
	return !s->pg->ready || PQstatus(s->pg->conn) != CONNECTION_OK;
}

/* Return: 0 with the first row's numbers, -EBADMSG there is none; -errno. */
static int numbers(struct store *s, const char *text, s64 *out, int n)
{
	PGresult *r = PQexec(s->pg->conn, text);
	int i, ret = outcome(s->pg, r);

	if (ret)
		return ret;
	if (PQntuples(r) < 1)
		ret = -EBADMSG;
	for (i = 0; i < n && !ret; i++)
		out[i] = strtoll(PQgetvalue(r, 0, i), NULL, 10);
	PQclear(r);
	return ret;
}

/**
 * postgres_number() - what a statement without parameters gives
 * @s: the store
 * @text: the statement
 * @number: out
 *
 * Return: 0; -EBADMSG it gives none; -errno.
 */
int postgres_number(struct store *s, const char *text, s64 *number)
{
	return numbers(s, text, number, 1);
}

/* Before anything else of the tables is looked at. */
static int connect_again(struct store *s)
{
	struct postgres *pg = s->pg;
	s64 version;
	int ret;

	pg->ready = false;
	PQreset(pg->conn);
	if (PQstatus(pg->conn) != CONNECTION_OK) {
		remember(pg, PQerrorMessage(pg->conn));
		return -EIO;
	}
	ret = configure(s);
	if (!ret)
		ret = postgres_number(s, "SELECT version FROM shinrai_verifier",
				      &version);
	if (!ret)
		ret = tables_known(version, pg->error, sizeof(pg->error));
	return ret ? ret : prepare(s);
}

/*
 * The version is read once the row is ours, so by a statement of its own: who made
 * the tables those of a later version had the row, too.
 */
static int begin_now(struct store *s)
{
	struct postgres *pg = s->pg;
	s64 got[2] = { 0 };
	int ret;

	if (s->reads) {
		/* What answers is there: nobody tries again what could not be read. */
		ret = run(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
		if (!ret)
			ret = postgres_number(
				s, "SELECT version FROM shinrai_verifier",
				&got[1]);
	} else {
		ret = run(s, "BEGIN");
		if (!ret)
			ret = numbers(s,
				      "SELECT 1 FROM log FOR UPDATE;"
				      "SELECT pg_current_xact_id(), version"
				      " FROM shinrai_verifier",
				      got, 2);
	}
	if (ret)
		return ret;
	pg->transaction = got[0];
	return tables_known(got[1], pg->error, sizeof(pg->error));
}

/* Who began has the log's row: what was in doubt is over. */
static int settle_doubt(struct store *s)
{
	struct binding b = sql_bind(s, LEASE_DOUBT);

	bind_number(&b, s->verifier);
	return sql_finish(&b);
}

/* Nothing has happened: it may be tried again. */
static int begin(struct store *s)
{
	int ret = is_lost(s) ? -EIO : begin_now(s);

	if (ret && (is_lost(s) || (s->reads && ret != -EPROTONOSUPPORT))) {
		ret = connect_again(s);
		if (!ret)
			ret = begin_now(s);
	}
	return ret || !s->doubt ? ret : settle_doubt(s);
}

/* The answer was lost: was it committed?  Return: 0 it was; -errno. */
static int ask_again(struct store *s)
{
	char text[96];
	s64 state = 0;
	int i, ret = connect_again(s);

	snprintf(text, sizeof(text),
		 "SELECT CASE pg_xact_status('%" PRId64 "')"
		 " WHEN 'committed' THEN 1 WHEN 'aborted' THEN 2 ELSE 0 END",
		 (int64_t)s->pg->transaction);
	for (i = 0; i < STATUS_TRIES && !ret && !state; i++) {
		if (i)
			usleep(STATUS_US);
		ret = postgres_number(s, text, &state);
	}
	if (!ret && state == 1)
		return 0;
	if (ret || state != 2)
		s->doubt = true;
	return ret ? ret : -EIO;
}

static int commit(struct store *s)
{
	int ret;

	/* PostgreSQL would call it a success, and do a ROLLBACK. */
	if (PQtransactionStatus(s->pg->conn) == PQTRANS_INERROR)
		return -EIO;
	ret = run(s, "COMMIT");
	if (ret && is_lost(s))
		ret = ask_again(s);
	if (!ret)
		s->doubt = false;
	return ret;
}

static void rollback(struct store *s)
{
	char error[sizeof(s->pg->error)];

	memcpy(error, s->pg->error, sizeof(error));
	if (PQtransactionStatus(s->pg->conn) != PQTRANS_IDLE)
		run(s, "ROLLBACK");
	memcpy(s->pg->error, error, sizeof(error));
}

static void fill(const struct binding *b, struct values *v)
{
	const struct sql_param *p;
	int i;

	for (i = 0; i < b->n; i++) {
		p = &b->param[i];
		v->value[i] = p->data;
		v->length[i] = (int)p->len;
		v->format[i] = p->kind == SQL_BYTES;
		if (p->kind != SQL_NUMBER)
			continue;
		snprintf(v->number[i], NUMBER_ROOM, "%" PRId64,
			 (int64_t)p->number);
		v->value[i] = v->number[i];
	}
}

static int step(struct binding *b)
{
	struct postgres *pg = b->s->pg;
	char name[NUMBER_ROOM];
	struct values v;
	int ret;

	if (!b->runs) {
		fill(b, &v);
		snprintf(name, sizeof(name), "s%d", b->which);
		b->row = -1;
		b->result = PQexecPrepared(pg->conn, name, b->n, v.value,
					   v.length, v.format, 1);
		ret = outcome(pg, b->result);
		if (ret) {
			b->result = NULL;
			return ret;
		}
	}
	return ++b->row < PQntuples(b->result);
}

static void reset(struct binding *b)
{
	PQclear(b->result);
	b->result = NULL;
}

static const void *value(const struct binding *b, int column, size_t *len)
{
	*len = (size_t)PQgetlength(b->result, b->row, column);
	if (PQgetisnull(b->result, b->row, column))
		return NULL;
	return PQgetvalue(b->result, b->row, column);
}

/* They come in big-endian order, BIGINT all. */
static s64 number(const struct binding *b, int column)
{
	size_t i, len;
	const u8 *data = value(b, column, &len);
	u64 n = 0;

	for (i = 0; data && i < len && len == sizeof(n); i++)
		n = n << 8 | data[i];
	return (s64)n;
}

const struct sql_backend sql_postgres = {
	.open = open_database,
	.migrate = tables_migrate,
	.prepare = prepare,
	.close = close_database,
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
