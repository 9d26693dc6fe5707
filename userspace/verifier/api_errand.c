// SPDX-License-Identifier: MIT
/* What the parts of the API share: requests that wait for the store, answers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "api_part.h"

/*
 * What a read gives is in memory until it is handed on, and takes the loop's time
 * then.  So a client has few at once, and the others of it wait, in their order, which
 * holds back who asks without end.  Each has a connection, so that there is an end.
 */
#define READS 8
#define READS_PER_CLIENT 2

TAILQ_HEAD(errand_list, errand);
static struct errand_list running = TAILQ_HEAD_INITIALIZER(running);
static struct errand_list waiting = TAILQ_HEAD_INITIALIZER(waiting);

/**
 * answer_ok() - answer with 200
 * @req: is answered
 * @json: is released; NULL: memory lacked
 */
void answer_ok(struct evhttp_request *req, json_t *json)
{
	reply_json(req, 200, "OK", "application/json", json);
}

/**
 * answer_bad() - answer with 400
 * @req: is answered
 * @detail: what is wrong with it
 */
void answer_bad(struct evhttp_request *req, const char *detail)
{
	reply_problem(req, 400, "Bad Request", detail);
}

/**
 * request_person() - who asks, for the log
 * @r: the request
 *
 * Return: the name in the configuration; "-": nobody of it.
 */
const char *request_person(const struct request *r)
{
	const struct conf_person *p =
		conf_person(r->fleet->conf, conn_key(r->conn));

	return p ? p->name : "-";
}

/**
 * request_arg() - one of the arguments of a query
 * @r: the request
 * @name: of the argument
 *
 * Return: its value, decoded; NULL.
 */
const char *request_arg(const struct request *r, const char *name)
{
	return evhttp_find_header(r->args, name);
}

/**
 * request_number() - one of the arguments of a query, a number
 * @r: the request
 * @name: of the argument
 * @max: what it is at most
 * @out: out; left as it is when there is no such argument
 *
 * Return: whether it is absent, or a number.
 */
bool request_number(const struct request *r, const char *name, u64 max,
		    u64 *out)
{
	const char *text = request_arg(r, name);
	size_t len;

	if (!text)
		return true;
	len = strlen(text);
	if (!len || len > 16 || strspn(text, "0123456789") != len)
		return false;
	*out = strtoull(text, NULL, 10);
	return *out <= max;
}

/**
 * request_object() - what a request brings
 * @r: the request
 * @max: bytes it has at most
 *
 * Return: a JSON object, for json_decref(); NULL: it was answered.
 */
json_t *request_object(const struct request *r, size_t max)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(r->req);
	const size_t len = evbuffer_get_length(body);
	json_t *j = NULL;
	char text[48];

	if (len > max) {
		snprintf(text, sizeof(text), "a body has %zu bytes at most",
			 max);
		reply_problem(r->req, 413, "Content Too Large", text);
		return NULL;
	}
	if (len)
		j = json_loadb((const char *)evbuffer_pullup(body, -1), len,
			       JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(j))
		return j;
	json_decref(j);
	answer_bad(r->req, "the body is no JSON object");
	return NULL;
}

/**
 * errand_of() - the errand of a job
 * @j: the job in it
 *
 * Return: the errand.
 */
struct errand *errand_of(struct job *j)
{
	return (struct errand *)((char *)j - offsetof(struct errand, job));
}

static bool may_run(const u8 *key)
{
	unsigned int all = 0, own = 0;
	const struct errand *e;

	TAILQ_FOREACH(e, &running, link) {
		all++;
		own += !memcmp(e->key, key, sizeof(e->key));
	}
	return all < READS && own < READS_PER_CLIENT;
}

/* Invariant: none that may run waits, but for one that came or for one that ended. */
static void run_next(void)
{
	struct errand *e;

	TAILQ_FOREACH(e, &waiting, link) {
		if (may_run(e->key))
			break;
	}
	if (!e)
		return;
	TAILQ_REMOVE(&waiting, e, link);
	TAILQ_INSERT_TAIL(&running, e, link);
	e->runs = true;
	keep_read(e->fleet, &e->job);
}

/**
 * errand_free() - it is done
 * @e: the errand, whose request was answered
 */
void errand_free(struct errand *e)
{
	if (e->runs) {
		TAILQ_REMOVE(&running, e, link);
		run_next();
	}
	device_record_free(&e->r);
	json_decref(e->answer);
	ca_release(e->ca);
	if (e->body)
		evbuffer_free(e->body);
	free(e->news);
	free(e);
}

/**
 * errand_new() - a request that waits for the store
 * @req: the request, which is answered when memory lacks
 * @keep: what the keeping thread does
 * @done: what the loop does then: it answers, and calls errand_free()
 *
 * Return: for keep_put() or errand_read(); NULL: it was answered.
 */
struct errand *errand_new(struct evhttp_request *req,
			  int (*keep)(struct job *j, struct store *s),
			  void (*done)(struct job *j, struct fleet *f))
{
	struct errand *e = calloc(1, sizeof(*e));

	if (!e) {
		reply_problem(req, 503, "Service Unavailable", "out of memory");
		return NULL;
	}
	e->req = req;
	e->job.keep = keep;
	e->job.done = done;
	return e;
}

/* Large ones are written by the thread that reads: the loop has others to serve. */
static int read_and_write(struct job *j, struct store *s)
{
	struct errand *e = errand_of(j);
	char *text;
	int ret = e->read(j, s);

	if (ret || e->wrong)
		return ret;
	text = json_dumps(e->answer, JSON_COMPACT);
	json_decref(e->answer);
	e->answer = NULL;
	e->body = evbuffer_new();
	ret = text && e->body ? evbuffer_add(e->body, text, strlen(text)) : -1;
	free(text);
	return ret ? -ENOMEM : 0;
}

/**
 * errand_write() - have the store write for a request
 * @r: the request
 * @e: its errand; released when memory lacks, and the request answered
 * @fmt: its news, which are no news before that is kept
 */
void errand_write(const struct request *r, struct errand *e, const char *fmt,
		  ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&e->news, fmt, ap);
	va_end(ap);
	if (n >= 0) {
		keep_put(r->fleet, &e->job);
		return;
	}
	e->news = NULL;
	reply_problem(e->req, 503, "Service Unavailable", "out of memory");
	errand_free(e);
}

/**
 * errand_read() - have the store read for a request
 * @r: the request
 * @e: its errand, which writes nothing
 */
void errand_read(const struct request *r, struct errand *e)
{
	memcpy(e->key, conn_key(r->conn), sizeof(e->key));
	e->fleet = r->fleet;
	e->may = r->may;
	if (e->job.done == errand_answer) {
		e->read = e->job.keep;
		e->job.keep = read_and_write;
	}
	TAILQ_INSERT_TAIL(&waiting, e, link);
	run_next();
}

/**
 * errand_failed() - answer that the store failed
 * @e: the errand
 */
void errand_failed(const struct errand *e)
{
	reply_problem(e->req, 503, "Service Unavailable",
		      "the database does not take it; see the verifier's log");
}

/**
 * errand_answer() - a done() for errand_read(), or its end: what is read is the answer
 * @j: job of the errand
 * @f: the fleet
 */
void errand_answer(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);

	(void)f;
	if (j->err)
		errand_failed(e);
	else if (e->wrong)
		answer_bad(e->req, e->wrong);
	else if (e->body)
		reply(e->req, 200, "OK", "application/json", e->body);
	else
		answer_ok(e->req, json_incref(e->answer));
	errand_free(e);
}
