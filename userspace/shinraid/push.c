// SPDX-License-Identifier: MIT
/*
 * Pushes violation reports to whom the configuration names.  Nothing is queued
 * but a record number: what was not delivered is in the log, and each attempt
 * makes a report of all that is new.  Invariant: at most one is under way.
 */
#include <event2/buffer.h>
#include <openssl/rand.h>
#include <stdlib.h>

#include "../daemon/diag.h"
#include "net.h"
#include "push.h"

#define GATHER_MS 500 /* so that a burst is one report */
#define RETRY_S 5 /* doubled after each failure ... */
#define RETRY_MAX_S 600 /* ... up to this */
#define ANSWER_MAX 65536

static struct diag_rate failures = DIAG_RATE;

static void on_reap(evutil_socket_t fd, short what, void *arg)
{
	struct net *n = arg;

	(void)fd;
	(void)what;
	if (!n->push->busy)
		dial_close(&n->push->dial);
}

static void ended(struct push *p)
{
	const struct timeval now = { 0, 0 };

	p->busy = false;
	evtimer_del(p->watch);
	evtimer_add(p->reap, &now);
}

static void schedule(struct push *p, long ms)
{
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	if (!evtimer_pending(p->timer, NULL))
		evtimer_add(p->timer, &tv);
}

/**
 * push_failed() - the report under way did not arrive
 * @n: the network process
 * @why: what happened
 */
void push_failed(struct net *n, const char *why)
{
	struct push *p = n->push;

	ended(p);
	p->retry_s = !p->retry_s		  ? RETRY_S :
		     2 * p->retry_s > RETRY_MAX_S ? RETRY_MAX_S :
						    2 * p->retry_s;
	diag_limited(&failures, LOG_WARNING,
		     "report: cannot deliver violations from record %llu on to "
		     "%s: %s; next try in %u s",
		     (unsigned long long)p->acked, n->conf->report_url, why,
		     p->retry_s);
	schedule(p, (long)p->retry_s * 1000);
}

static void delivered(struct net *n)
{
	struct push *p = n->push;

	ended(p);
	p->retry_s = 0;
	p->acked = p->upto;
	p->delivered++;
	if (p->pending > p->acked)
		schedule(p, GATHER_MS);
}

static void on_done(struct evhttp_request *req, void *arg)
{
	const int err = dial_error(&((struct net *)arg)->push->dial);
	int status = req ? evhttp_request_get_response_code(req) : 0;
	char why[64];

	if (status >= 200 && status < 300) {
		delivered(arg);
		return;
	}
	snprintf(why, sizeof(why), "it answered %d", status);
	push_failed(arg, status ? why : err ? strerror(err) : "no answer");
}

static bool watch(struct push *p)
{
	const struct timeval tv = { DIAL_STILL_S, 0 };

	return !evtimer_add(p->watch, &tv);
}

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct net *n = arg;

	(void)fd;
	(void)what;
	if (dial_moves_on(&n->push->dial) && watch(n->push))
		return;
	/* Whatever it answers now is of no interest. */
	dial_close(&n->push->dial);
	push_failed(n, "no answer in time");
}

static bool post(struct net *n, struct evbuffer *body)
{
	struct push *p = n->push;
	const struct dial_to to = {
		.base = n->base,
		.tls = p->tls,
		.name = n->conf->report_name,
		.url = &p->url,
		/* Nothing is read while much is sent: on_watch() is the deadline. */
		.timeout_s = DIAL_LONG_S + 2 * DIAL_STILL_S,
		.headers = ANSWER_MAX,
		.body = ANSWER_MAX,
	};
	struct evhttp_request *req;
	struct evkeyvalq *h;

	if (dial_open(&p->dial, &to) || !watch(p))
		return false;
	dial_sends(&p->dial, evbuffer_get_length(body));
	req = dial_request(&p->url, on_done, n);
	if (!req)
		return false;
	h = evhttp_request_get_output_headers(req);
	evhttp_add_header(h, "Content-Type", SHINRAI_EVIDENCE_TYPE);
	evhttp_add_header(h, "Connection", "close");
	evbuffer_add_buffer(evhttp_request_get_output_buffer(req), body);
	/* When this fails it frees the request. */
	return !evhttp_make_request(p->dial.conn, req, EVHTTP_REQ_POST,
				    p->url.path);
}

/**
 * push_report() - the report under way is made: deliver it
 * @n: the network process
 * @body: is emptied
 */
void push_report(struct net *n, struct evbuffer *body)
{
	if (!post(n, body))
		push_failed(n, "out of memory");
}

/* As if somebody had asked; but it was nobody, and so nobody is bound. */
static void ask(struct net *n)
{
	struct push *p = n->push;
	struct challenge *c = calloc(1, sizeof(*c));

	if (!c || RAND_bytes(c->c.nonce, 32) != 1) {
		free(c);
		push_failed(n, "out of memory");
		return;
	}
	c->c.nonce_len = 32;
	c->report = true;
	c->whom = FOR_RECEIVER;
	c->items = ITEMS_REPORT;
	c->from = p->acked;
	p->upto = p->pending;
	TAILQ_INSERT_TAIL(&n->round.waiting, c, link);
	n->round.nwaiting++;
	round_kick(n);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct net *n = arg;
	struct push *p = n->push;

	(void)fd;
	(void)what;
	if (p->busy || p->pending <= p->acked)
		return;
	p->busy = true;
	if (n->round.tpm_busy && n->round.phase == PHASE_IDLE)
		push_failed(n, "the TPM does not answer");
	else
		ask(n);
}

/**
 * push_alarm() - there are violations up to a record
 * @n: the network process
 * @records: records from 0 to the one with the last violation
 */
void push_alarm(struct net *n, u64 records)
{
	struct push *p = n->push;

	if (!p || records <= p->pending)
		return;
	p->pending = records;
	if (!p->busy)
		schedule(p, GATHER_MS);
}

/**
 * push_renew() - use these certificates from now on
 * @n: the network process
 * @tls: client context, belongs to it
 */
void push_renew(struct net *n, SSL_CTX *tls)
{
	SSL_CTX_free(n->push->tls);
	n->push->tls = tls;
}

/**
 * push_setup() - once, where a report_url is configured
 * @n: the network process, with its event loop
 * @tls: client context, belongs to it
 *
 * Return: 0; -ENOMEM.
 */
int push_setup(struct net *n, SSL_CTX *tls)
{
	static struct push push;

	push.tls = tls;
	push.timer = evtimer_new(n->base, on_timer, n);
	push.reap = evtimer_new(n->base, on_reap, n);
	push.watch = evtimer_new(n->base, on_watch, n);
	if (!push.timer || !push.reap || !push.watch ||
	    url_parse(n->conf->report_url, &push.url))
		return -ENOMEM;
	n->push = &push;
	return 0;
}
