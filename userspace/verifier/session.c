// SPDX-License-Identifier: MIT
/*
 * Devices that nobody can ask come by themselves, PROTOCOL.md 12: a session offers a
 * question, and the device answers it over the same connection.  What it is asked
 * for follows from what is kept of it, so that nothing has to be remembered of a
 * session that was broken off.
 */
#include <event2/buffer.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/evidence.h>
#include <shinrai/hex.h>

#include "api_part.h"
#include "lease.h"
#include "question.h"
#include "view.h"

#define NONCE 32
#define SESSION_TYPE "application/vnd.veraison.challenge-response-session+json"
#define PATH "/challenge-response/v1/session/"
#define ANSWER_S 600 /* that an answer may take which moves on */

static void on_expiry(evutil_socket_t fd, short what, void *device)
{
	struct device *d = device;

	(void)fd;
	(void)what;
	question_free(d->offer);
	d->offer = NULL;
}

/* Return: for json_decref(); NULL when memory lacks. */
static json_t *offer_json(const struct question *q)
{
	const struct shinrai_session *s = &q->j.session;
	const int seconds = q->dev->fleet->conf->timeout_s;
	u8 nonce[4 * (NONCE + 2) / 3 + 1];
	char boot[2 * SHINRAI_BOOT_ID_SIZE + 1] = "", expiry[24];

	EVP_EncodeBlock(nonce, s->nonce, s->nonce_len);
	shinrai_time_format(fleet_now() / 1000 + seconds, expiry);
	if (q->boot_id)
		shinrai_hex_encode(q->boot_id, SHINRAI_BOOT_ID_SIZE, boot);
	return json_pack("{s:s, s:s, s:s, s:[s], s:I, s:I, s:o*, s:s?}",
			 "state", "waiting", "nonce", nonce, "expiry", expiry,
			 "accept", SHINRAI_EVIDENCE_TYPE, "from",
			 (json_int_t)q->from, "ima_from",
			 (json_int_t)q->ima_from, "items",
			 q->no_firmware ? json_loads(SHINRAI_ITEMS_NO_FIRMWARE,
						     0, NULL) :
					  NULL,
			 "boot_id", q->boot_id ? boot : NULL);
}

static void offer(struct question *q, struct evhttp_request *req, SSL *ssl,
		  int status)
{
	struct device *d = q->dev;
	struct shinrai_session *s = &q->j.session;
	const struct timeval tv = { d->fleet->conf->timeout_s, 0 };
	char location[sizeof(PATH) + DEVICE_NAME_MAX];
	json_t *j = NULL;

	s->nonce_len = NONCE;
	q->comes = false; /* of this offer */
	question_date(q);
	if (!q->expiry)
		q->expiry = evtimer_new(d->fleet->base, on_expiry, d);
	if (q->expiry && !evtimer_add(q->expiry, &tv) &&
	    RAND_bytes(s->nonce, NONCE) == 1 && !tls_exporter(ssl, s->exporter))
		j = offer_json(q);
	if (!j) {
		question_free(q);
		reply_problem(req, 503, "Service Unavailable", "out of memory");
		return;
	}
	question_free(d->offer);
	d->offer = q;
	snprintf(location, sizeof(location), PATH "%s", d->r.name);
	evhttp_add_header(evhttp_request_get_output_headers(req), "Location",
			  location);
	reply_json(req, status, status == 201 ? "Created" : "OK", SESSION_TYPE,
		   j);
}

static bool rests(const struct device *d, struct evhttp_request *req)
{
	const s64 left = d->rests - fleet_monotonic();
	char seconds[24];

	if (left <= 0)
		return false;
	snprintf(seconds, sizeof(seconds), "%lld",
		 (long long)(left + 999) / 1000);
	evhttp_add_header(evhttp_request_get_output_headers(req), "Retry-After",
			  seconds);
	reply_problem(req, 503, "Service Unavailable",
		      "what it sent last took long to judge; try again later");
	return true;
}

/* Somebody sends what was offered, over another connection, and has not stopped. */
static bool is_coming(const struct device *d, struct conn *conn)
{
	const struct question *q = d->offer;
	u8 exporter[SHINRAI_EXPORTER_SIZE];

	return q && q->comes &&
	       (tls_exporter(conn_ssl(conn), exporter) ||
		CRYPTO_memcmp(exporter, q->j.session.exporter,
			      sizeof(exporter)));
}

/* It comes again, later each time. */
static void no_room(struct evhttp_request *req)
{
	reply_problem(req, 503, "Service Unavailable",
		      "others have long lists to judge; try again later");
}

/**
 * api_session_begin() - a device asks for a question
 * @r: the request
 */
void api_session_begin(const struct request *r)
{
	const char *size = request_arg(r, "nonceSize");
	struct device *d = r->self;
	struct question *q;

	if (!d) {
		reply_problem(r->req, 403, "Forbidden",
			      "only a device may, with the certificate that it "
			      "was given when it was enrolled by its TPM");
	} else if (size && strcmp(size, "32")) {
		answer_bad(r->req, "nonceSize: 32 bytes is what there is");
	} else if (!lease_is_ours(d)) {
		/* Claimed, it is ours as soon as the database has said so. */
		if (lease_claim(d))
			evhttp_add_header(
				evhttp_request_get_output_headers(r->req),
				"Retry-After", "1");
		reply_problem(r->req, 503, "Service Unavailable",
			      "another verifier has it, or the database is "
			      "gone; try again");
	} else if (d->question) {
		reply_problem(r->req, 409, "Conflict",
			      "it is being asked, or judged, just now");
	} else if (is_coming(d, r->conn)) {
		reply_problem(r->req, 409, "Conflict",
			      "it is answering over another connection");
	} else if (rests(d, r->req)) {
		return;
	} else if (!question_may_come(d)) {
		no_room(r->req);
	} else if (!d->policy) {
		reply_problem(r->req, 409, "Conflict",
			      "the verifier's configuration has no policy for "
			      "it");
	} else {
		q = question_new(d);
		if (q) {
			q->pushed = true;
			offer(q, r->req, conn_ssl(r->conn), 201);
		} else {
			reply_problem(r->req, 503, "Service Unavailable",
				      "out of memory");
		}
	}
}

/* The question is for this connection only. */
static bool is_offered(const struct request *r)
{
	const struct question *q = r->self ? r->self->offer : NULL;
	u8 exporter[SHINRAI_EXPORTER_SIZE];

	return q && r->dev == r->self &&
	       !tls_exporter(conn_ssl(r->conn), exporter) &&
	       !CRYPTO_memcmp(exporter, q->j.session.exporter,
			      sizeof(exporter));
}

/**
 * api_session_answer() - a device sends its evidence
 * @r: the request
 */
void api_session_answer(const struct request *r)
{
	const char *type = evhttp_find_header(
		evhttp_request_get_input_headers(r->req), "Content-Type");
	struct device *d = r->self;
	struct question *q;

	if (!type || strcmp(type, SHINRAI_EVIDENCE_TYPE)) {
		reply_problem(r->req, 415, "Unsupported Media Type",
			      "evidence is of the type " SHINRAI_EVIDENCE_TYPE);
		return;
	}
	if (!is_offered(r) || d->question || !d->policy || !lease_is_ours(d)) {
		reply_problem(r->req, 410, "Gone",
			      "no question waits for this answer: it was "
			      "answered before, or too late, or is of another "
			      "connection; begin anew");
		return;
	}
	q = d->offer;
	/* What is read for it takes a place only now: whoever is asked may not answer. */
	if (q->reads_long && !question_try_long(q)) {
		no_room(r->req);
		return;
	}
	d->offer = NULL;
	evtimer_del(q->expiry);
	if (!ask_witness(q, conn_ssl(r->conn)) || !ask_take_body(q, r->req)) {
		question_free(q);
		reply_problem(r->req, 503, "Service Unavailable",
			      "out of memory");
		return;
	}
	pull_pause(d);
	d->question = q;
	d->due = fleet_monotonic();
	q->req = r->req;
	pull_go_on(q);
}

/**
 * session_more() - the log came in part: offer the question for the next one
 * @q: the device's question
 * @parts: what came is kept, and takes one of the few places; else all comes anew
 */
void session_more(struct question *q, bool parts)
{
	struct evhttp_request *req = q->req;
	struct conn *conn = conn_of(req);
	struct device *d = q->dev;

	q->req = NULL;
	d->question = NULL;
	d->due = 0;
	pull_schedule(d, d->fleet->conf->period_s * 1000ll);
	if (parts && !question_try_long(q)) {
		question_free(q);
		reply_problem(req, 503, "Service Unavailable",
			      "its log comes in parts, as others do now; try "
			      "again later");
		return;
	}
	if (conn) {
		offer(q, req, conn_ssl(conn), 200);
		return;
	}
	question_free(q);
	reply_problem(req, 503, "Service Unavailable", "gone");
}

/* It is asked in each period, however long it took to answer. */
static int comes_again_in(const struct question *q)
{
	const s64 s = q->dev->fleet->conf->period_s - q->next.took / 1000;

	return s < 1 ? 1 : (int)s;
}

/**
 * session_end() - tell the device what it was judged to be
 * @q: its question, which is over
 */
void session_end(struct question *q)
{
	const struct device *d = q->dev;

	if (*d->failure) {
		reply_problem(q->req, 422, "Unprocessable Content", d->failure);
	} else {
		reply_json(q->req, 200, "OK", SESSION_TYPE,
			   json_pack("{s:s, s:o, s:i}", "state", "complete",
				     "result",
				     api_standing(&d->r.standing,
						  SHINRAI_FIELDS_ALL),
				     "period_s", comes_again_in(q)));
	}
	q->req = NULL;
}

/* There is time anew for what comes next, but not for ever. */
static bool moves_on(const struct question *q)
{
	const s64 left = q->nonce_at + ANSWER_S * 1000 - fleet_monotonic();
	struct timeval tv = { q->dev->fleet->conf->timeout_s, 0 };

	if (left <= tv.tv_sec * 1000)
		tv = (struct timeval){ left / 1000, 0 };
	return tv.tv_sec > 0 && !evtimer_add(q->expiry, &tv);
}

/**
 * session_may_go_on() - whether a long request is welcome
 * @conn: whose
 * @received: bytes of it
 * @fleet: struct fleet
 *
 * Only who has a question to answer, over its connection, may send much, and few at
 * once very much.
 *
 * Return: whether it is.
 */
bool session_may_go_on(struct conn *conn, size_t received, void *fleet)
{
	struct fleet *f = fleet;
	/* The database was asked when the question was offered. */
	struct device *d = api_claimed(f, conn);
	struct question *q = d ? d->offer : NULL;
	u8 exporter[SHINRAI_EXPORTER_SIZE];

	if (!q || received > SHINRAI_MAX_ANSWER ||
	    tls_exporter(conn_ssl(conn), exporter) ||
	    CRYPTO_memcmp(exporter, q->j.session.exporter, sizeof(exporter)) ||
	    !moves_on(q))
		return false;
	q->comes = true;
	if (received <= ANSWER_MAX || question_try_long(q))
		return true;
	q->comes = false; /* its connection ends with that */
	return false;
}
