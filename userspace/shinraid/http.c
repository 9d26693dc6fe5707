// SPDX-License-Identifier: MIT
/* Requests and their answers: PROTOCOL.md 5. */
#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <stdlib.h>

#include <shinrai/evidence.h>
#include <shinrai/hex.h>
#include <shinrai/version.h>

#include "../daemon/diag.h"
#include "net.h"

#define BODY_MAX 4096

static struct diag_rate refusals = DIAG_RATE;

/**
 * http_evidence() - answer with evidence
 * @req: belongs to evhttp afterwards
 * @body: is emptied
 */
void http_evidence(struct evhttp_request *req, struct evbuffer *body)
{
	reply(req, 200, "OK", SHINRAI_EVIDENCE_TYPE, body);
}

static void challenge(struct net *n, struct evhttp_request *req,
		      struct conn *conn, bool report)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(req);
	struct round *r = &n->round;
	struct challenge *c;
	const char *wrong = NULL, *lacking = NULL;

	if (evbuffer_get_length(body) > BODY_MAX) {
		reply_problem(req, 413, "Content Too Large",
			      "a challenge has at most 4096 bytes");
		return;
	}
	if (r->nwaiting >= (u64)n->conf->limits.challenges) {
		reply_problem(req, 429, "Too Many Requests",
			      "too many challenges are waiting for a quote");
		return;
	}
	if (r->tpm_busy && r->phase == PHASE_IDLE) {
		reply_problem(req, 503, "Service Unavailable",
			      "the TPM does not answer");
		return;
	}
	c = calloc(1, sizeof(*c));
	if (c)
		c->report = report;
	if (!c)
		lacking = "out of memory";
	else if (tls_exporter(conn_ssl(conn), c->c.exporter))
		lacking = "this connection has no exporter";
	else
		wrong = request_parse(body, c);
	if (lacking)
		reply_problem(req, 503, "Service Unavailable", lacking);
	else if (wrong)
		reply_problem(req, 400, "Bad Request", wrong);
	if (lacking || wrong) {
		free(c);
		return;
	}
	memcpy(c->c.verifier_key, conn_key(conn), sizeof(c->c.verifier_key));
	c->owner = req;
	TAILQ_INSERT_TAIL(&r->waiting, c, link);
	r->nwaiting++;
	round_kick(n);
}

static void ask_status(struct net *n, struct evhttp_request *req)
{
	struct status_wait *w = malloc(sizeof(*w));

	if (!w) {
		reply_problem(req, 503, "Service Unavailable", "out of memory");
		return;
	}
	w->req = req;
	if (TAILQ_EMPTY(&n->status))
		net_ask_sync(n, 0);
	TAILQ_INSERT_TAIL(&n->status, w, link);
}

static json_t *status_json(struct net *n)
{
	char hex[2 * SHINRAI_BOOT_ID_SIZE + 1];
	const struct msg_synced *log = &n->round.log;
	struct timeval now;

	net_now(n, &now);
	shinrai_hex_encode(log->boot_id, sizeof(log->boot_id), hex);
	return json_pack("{s:s, s:s?, s:I, s:I, s:I, s:I, s:I, s:I}", "version",
			 SHINRAI_VERSION, "boot_id", log->records ? hex : NULL,
			 "records", (json_int_t)log->records, "waiting",
			 (json_int_t)n->round.nwaiting, "quotes",
			 (json_int_t)n->quotes, "challenges",
			 (json_int_t)n->challenges, "reports",
			 (json_int_t)(n->push ? n->push->delivered : 0),
			 "uptime",
			 (json_int_t)(now.tv_sec - n->started.tv_sec));
}

/**
 * http_status() - answer everybody who asked for the status
 * @n: with a fresh round.log
 */
void http_status(struct net *n)
{
	struct status_wait *w;

	while ((w = TAILQ_FIRST(&n->status))) {
		TAILQ_REMOVE(&n->status, w, link);
		reply_json(w->req, 200, "OK", "application/json",
			   status_json(n));
		free(w);
	}
}

static void dispatch(struct net *n, struct evhttp_request *req,
		     struct conn *conn)
{
	static const char known[] = "POST /v1/evidence, POST /v1/violations, "
				    "GET /v1/status";
	enum evhttp_cmd_type cmd = evhttp_request_get_command(req);
	const char *uri = evhttp_request_get_uri(req);
	bool evidence = !strcmp(uri, "/v1/evidence");
	bool report = !strcmp(uri, "/v1/violations");
	bool status = !strcmp(uri, "/v1/status");

	if ((evidence || report) && cmd == EVHTTP_REQ_POST)
		challenge(n, req, conn, report);
	else if (status && cmd == EVHTTP_REQ_GET)
		ask_status(n, req);
	else if (evidence || report || status)
		reply_problem(req, 405, "Method Not Allowed", known);
	else
		reply_problem(req, 404, "Not Found", known);
}

/* Without an allow-list, whoever our CA vouches for. */
static bool is_allowed(const struct conf *conf, const u8 key[32])
{
	size_t i;

	for (i = 0; i < conf->nclients; i++) {
		if (!memcmp(conf->clients[i].key, key, 32))
			return true;
	}
	return !conf->nclients;
}

/**
 * http_request() - a request was read whole
 * @req: the request
 * @conn: whose
 * @net: struct net
 */
void http_request(struct evhttp_request *req, struct conn *conn, void *net)
{
	struct net *n = net;

	conn_working(conn);
	if (is_allowed(n->conf, conn_key(conn))) {
		dispatch(n, req, conn);
		return;
	}
	diag_limited(&refusals, LOG_NOTICE,
		     "a client that is not in allow_clients asked");
	reply_problem(req, 403, "Forbidden",
		      "this client certificate is not allowed here");
}
