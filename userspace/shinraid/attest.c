// SPDX-License-Identifier: MIT
/*
 * Brings evidence to the verifier that the configuration names, PROTOCOL.md 12, for
 * machines behind NAT or a firewall.  The verifier says from which record on: what
 * it has not judged and kept is sent again, whichever side began anew meanwhile.
 * Invariant: all is done by the timer's callback or by the round, never by one of
 * evhttp, which may not end a connection.
 */
#include <event2/buffer.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/evidence.h>

#include "../daemon/diag.h"
#include "attest.h"
#include "net.h"

#define BEGIN "/challenge-response/v1/newSession?nonceSize=32"
#define ANSWER_MAX 65536
#define RETRY_S 1 /* doubled after each failure ... */
#define RETRY_MAX_S \
	60 /* ... up to this, or the period that the verifier wants */
#define PERIOD_MAX_S 86400

static struct diag_rate failures = DIAG_RATE;

static void schedule(struct attest *a, enum attest_phase phase, long seconds)
{
	const struct timeval tv = { seconds, 0 };

	a->phase = phase;
	if (evtimer_add(a->timer, &tv))
		diag_die("out of memory");
}

/* By a callback of evhttp: the timer goes on. */
static void broke(struct attest *a, const char *why)
{
	snprintf(a->why, sizeof(a->why), "%s", why);
	schedule(a, ATTEST_FAILED, 0);
}

/* The same, of a request that nobody answers. */
static void no_answer(struct attest *a, int err)
{
	if (!err) {
		broke(a, "no answer (is its certificate of tls_ca, and ours "
			 "known to it?)");
		return;
	}
	snprintf(a->why, sizeof(a->why), "cannot connect to %s port %u: %s",
		 a->url.host, a->url.port, strerror(err));
	schedule(a, ATTEST_FAILED, 0);
}

static bool dial(struct net *n)
{
	const struct dial_to to = {
		.base = n->base,
		.tls = n->attest->tls,
		.name = n->conf->verifier_name,
		.url = &n->attest->url,
		/* Nothing is read while much is sent: the timer is the deadline. */
		.timeout_s = DIAL_LONG_S + 2 * DIAL_STILL_S,
		.headers = ANSWER_MAX,
		.body = ANSWER_MAX,
	};

	return !dial_open(&n->attest->dial, &to);
}

static void on_done(struct evhttp_request *req, void *net);

static bool post(struct attest *a, struct net *n, const char *path,
		 struct evbuffer *body)
{
	struct evhttp_request *req = dial_request(&a->url, on_done, n);

	if (!req)
		return false;
	if (body) {
		evhttp_add_header(evhttp_request_get_output_headers(req),
				  "Content-Type", SHINRAI_EVIDENCE_TYPE);
		evbuffer_add_buffer(evhttp_request_get_output_buffer(req),
				    body);
	}
	/* When this fails it frees the request. */
	return !evhttp_make_request(a->dial.conn, req, EVHTTP_REQ_POST, path);
}

/* What it was judged to be, when that is news. */
static void tell(struct attest *a, const char *state, const char *why)
{
	const enum attest_told now = strcmp(state, "trusted") ? TOLD_ILL :
								TOLD_WELL;

	if (now != a->told)
		diag(now == TOLD_WELL ? LOG_INFO : LOG_WARNING,
		     "the verifier finds this machine %.20s%s%.200s", state,
		     why && *why ? ": " : "", why ? why : "");
	a->told = now;
}

static void take_answer(struct attest *a, const json_t *j)
{
	const char *state = json_string_value(json_object_get(j, "state"));
	const json_t *result = json_object_get(j, "result");
	const char *found = json_string_value(json_object_get(result, "state"));
	const char *why = json_string_value(json_object_get(result, "reason"));
	json_int_t period = json_integer_value(json_object_get(j, "period_s"));

	if (state && !strcmp(state, "complete") && found &&
	    a->phase == ATTEST_SENDS) {
		a->period_s = period < 1	    ? 1 :
			      period > PERIOD_MAX_S ? PERIOD_MAX_S :
						      (long)period;
		tell(a, found, why);
		schedule(a, ATTEST_DONE, 0);
	} else if (state && !strcmp(state, "waiting") &&
		   offer_parse(j, &a->offer)) {
		schedule(a, ATTEST_OPENED, 0);
	} else {
		broke(a, "its answer is not understood (is it a "
			 "shinrai-verifier?)");
	}
}

/* Return: s, 1 to RETRY_MAX_S; 0: it does not say. */
static long retry_after(struct evhttp_request *req)
{
	const char *text = evhttp_find_header(
		evhttp_request_get_input_headers(req), "Retry-After");
	long s = text ? strtol(text, NULL, 10) : 0;

	return s < 1 ? 0 : s > RETRY_MAX_S ? RETRY_MAX_S : s;
}

/* Words are the verifier's, so they are made printable. */
static void refused(struct attest *a, int status, const json_t *j)
{
	const char *text = json_string_value(json_object_get(j, "detail"));
	char *p;

	snprintf(a->why, sizeof(a->why), "it answered %d%s%.120s", status,
		 text ? ": " : "", text ? text : "");
	for (p = a->why; *p; p++) {
		if (*p < ' ' || *p > '~')
			*p = '?';
	}
	schedule(a, ATTEST_FAILED, 0);
}

static void on_done(struct evhttp_request *req, void *net)
{
	struct attest *a = ((struct net *)net)->attest;
	const int err = dial_error(&a->dial);
	int status = req ? evhttp_request_get_response_code(req) : 0;
	const char *location;
	struct evbuffer *in;
	json_t *j;

	if (a->phase != ATTEST_OPENS && a->phase != ATTEST_SENDS)
		return;
	if (!status && a->old && a->phase == ATTEST_OPENS) {
		schedule(a, ATTEST_AGAIN, 0);
		return;
	}
	if (!status) {
		no_answer(a, err);
		return;
	}
	in = evhttp_request_get_input_buffer(req);
	j = json_loadb((const char *)evbuffer_pullup(in, -1),
		       evbuffer_get_length(in), JSON_REJECT_DUPLICATES, NULL);
	location = evhttp_find_header(evhttp_request_get_input_headers(req),
				      "Location");
	if (location)
		snprintf(a->path, sizeof(a->path), "%s", location);
	if (status == 503)
		a->wait_s = retry_after(req);
	if (status != 200 && status != 201)
		refused(a, status, j);
	else
		take_answer(a, j);
	json_decref(j);
}

static void begin(struct net *n)
{
	struct attest *a = n->attest;

	a->old = dial_lives(&a->dial);
	if (!a->old && !dial(n)) {
		attest_failed(n, "out of memory");
		return;
	}
	schedule(a, ATTEST_OPENS, DIAL_STILL_S);
	*a->path = '\0';
	if (!post(a, n, BEGIN, NULL) && a->phase == ATTEST_OPENS)
		attest_failed(n, "out of memory");
}

/* As if the verifier had come over this connection and asked. */
static void ask(struct net *n)
{
	struct attest *a = n->attest;
	struct challenge *c;

	if (a->dial.gone || *a->path != '/') {
		attest_failed(n, a->dial.gone ? "it ended the connection" :
						"its answer names no session");
		return;
	}
	c = calloc(1, sizeof(*c));
	if (!c || tls_exporter(dial_ssl(&a->dial), c->c.exporter) ||
	    tls_peer_key(dial_ssl(&a->dial), c->c.verifier_key)) {
		free(c);
		attest_failed(n, "out of memory");
		return;
	}
	c->whom = FOR_VERIFIER;
	c->items = a->offer.items;
	c->c.nonce_len = (u8)a->offer.nonce_len;
	memcpy(c->c.nonce, a->offer.nonce, a->offer.nonce_len);
	c->from = a->offer.from;
	c->ima_from = a->offer.ima_from;
	c->boot_known = a->offer.boot_known;
	memcpy(c->boot_id, a->offer.boot_id, sizeof(c->boot_id));
	a->phase = ATTEST_QUOTES;
	TAILQ_INSERT_TAIL(&n->round.waiting, c, link);
	n->round.nwaiting++;
	round_kick(n);
}

/**
 * attest_deliver() - the evidence is made
 * @n: the network process
 * @body: is emptied
 */
void attest_deliver(struct net *n, struct evbuffer *body)
{
	struct attest *a = n->attest;

	if (a->dial.gone) {
		attest_failed(n, "it ended the connection");
		return;
	}
	schedule(a, ATTEST_SENDS, DIAL_STILL_S);
	dial_sends(&a->dial, evbuffer_get_length(body));
	if (!post(a, n, a->path, body) && a->phase == ATTEST_SENDS)
		attest_failed(n, "out of memory");
}

/*
 * When it says so itself, else doubled: it is asked no more often than when all is
 * well, and no later, so that it knows how we stand once it is there again.
 */
static void choose_retry(struct attest *a)
{
	const long most = a->period_s && a->period_s < RETRY_MAX_S ?
				  a->period_s :
				  RETRY_MAX_S;

	a->retry_s = !a->retry_s ? RETRY_S : 2 * a->retry_s;
	if (a->retry_s > most)
		a->retry_s = most;
	if (a->wait_s)
		a->retry_s = a->wait_s;
	a->wait_s = 0;
}

/**
 * attest_failed() - nothing came of it: try again
 * @n: the network process
 * @why: what happened
 */
void attest_failed(struct net *n, const char *why)
{
	struct attest *a = n->attest;

	dial_close(&a->dial);
	a->told = TOLD_NOTHING;
	choose_retry(a);
	diag_limited(&failures, LOG_WARNING,
		     "cannot bring evidence to %s: %s; next try in %ld s",
		     n->conf->verifier_url, why, a->retry_s);
	schedule(a, ATTEST_RESTS, a->retry_s);
}

static void on_timer(evutil_socket_t fd, short what, void *net)
{
	struct net *n = net;
	struct attest *a = n->attest;

	(void)fd;
	(void)what;
	switch (a->phase) {
	case ATTEST_RESTS:
		if (n->round.tpm_busy && n->round.phase == PHASE_IDLE)
			attest_failed(n, "the TPM does not answer");
		else
			begin(n);
		break;
	case ATTEST_OPENED:
		ask(n);
		break;
	case ATTEST_AGAIN:
		dial_close(&a->dial);
		begin(n);
		break;
	case ATTEST_DONE:
		a->retry_s = 0;
		schedule(a, ATTEST_RESTS, a->period_s);
		break;
	case ATTEST_FAILED:
		attest_failed(n, a->why);
		break;
	case ATTEST_OPENS:
	case ATTEST_SENDS:
		if (a->phase == ATTEST_SENDS && dial_moves_on(&a->dial))
			schedule(a, ATTEST_SENDS, DIAL_STILL_S);
		else
			attest_failed(n, "no answer in time");
		break;
	case ATTEST_QUOTES:
		break;
	}
}

/**
 * attest_renew() - use these certificates from the next session on
 * @n: the network process
 * @tls: client context, belongs to it
 */
void attest_renew(struct net *n, SSL_CTX *tls)
{
	SSL_CTX_free(n->attest->tls);
	n->attest->tls = tls;
	/* What is under way is over this connection, and ends with it. */
	n->attest->dial.gone = true;
}

/**
 * attest_setup() - once, where a verifier_url is configured
 * @n: the network process, with its event loop
 * @tls: client context, belongs to it
 *
 * Return: 0; -ENOMEM.
 */
int attest_setup(struct net *n, SSL_CTX *tls)
{
	static struct attest attest;

	attest.tls = tls;
	attest.timer = evtimer_new(n->base, on_timer, n);
	if (!attest.timer || url_parse(n->conf->verifier_url, &attest.url))
		return -ENOMEM;
	n->attest = &attest;
	schedule(&attest, ATTEST_RESTS, 0);
	return 0;
}
