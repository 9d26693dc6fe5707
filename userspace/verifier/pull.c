// SPDX-License-Identifier: MIT
/*
 * Asks devices for evidence, each in its turn: one connection, one nonce, one
 * deadline a question.  The device's timer says when its turn is; while a question
 * has a connection it is the deadline, and it ends the connection, which no
 * callback of evhttp may do.
 */
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <shinrai/client.h>
#include <shinrai/hex.h>

#include "../daemon/diag.h"
#include "fleet.h"
#include "judge.h"

#define MAX_ANSWERS 32 /* that a log may come in */
#define HEADERS_MAX 16384
/* Bytes of an answer; a longer one is asked for again by few at once. */
#define ANSWER_MAX (4u << 20)
#define LONG_ANSWERS 4
#define RETRY_MS 1000 /* after a failure; doubled, up to the period */

enum phase {
	ASKING, /* the timer is the deadline */
	ANSWERED, /* the timer ends the connection; the same with ... */
	FAILED,
	JUDGING, /* no timer: it comes back through the mailbox */
};

struct question {
	struct job job;
	struct device *dev;
	enum phase phase;
	struct evhttp_connection *conn;
	s64 begun; /* ms, monotonic */
	u64 from;
	const u8 *boot_id; /* of which boot; NULL: any */
	bool whole;
	bool is_long; /* it took one of the places for long answers */
	bool greeted; /* the handshake was done this time */
	int answers;
	struct shinrai_collect collect;
	u8 *body;
	size_t len;
	char why[DEVICE_REASON_MAX]; /* FAILED */
	struct judgement j;
	/* what is to be kept */
	struct device_record next;
	s64 at; /* ms since 1970 */
	bool changed;
};

static void fail(struct question *q, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static struct question *question_of(struct job *j)
{
	return (struct question *)((char *)j - offsetof(struct question, job));
}

static void set_timer(struct device *d, s64 ms)
{
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	/* A device that is never asked again would be worse. */
	if (evtimer_add(d->timer, &tv))
		diag_die("out of memory");
}

/**
 * pull_schedule() - the device is asked
 * @d: the device; nothing is under way
 * @ms: from now
 */
void pull_schedule(struct device *d, s64 ms)
{
	set_timer(d, ms);
}

static void fail(struct question *q, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(q->why, sizeof(q->why), fmt, ap);
	va_end(ap);
	q->phase = FAILED;
	set_timer(q->dev, 0);
}

static SSL *ssl_of(const struct question *q)
{
	return bufferevent_openssl_get_ssl(
		evhttp_connection_get_bufferevent(q->conn));
}

/* Evhttp has closed the connection when it tells of its end. */
static void on_tls(const SSL *ssl, int where, int ret)
{
	struct question *q = SSL_get_app_data(ssl);

	(void)ret;
	if (where & SSL_CB_HANDSHAKE_DONE)
		q->greeted = true;
}

/* Why there is no answer at all. */
static void fail_connection(struct question *q, int err)
{
	struct bufferevent *bev = evhttp_connection_get_bufferevent(q->conn);
	const char *why =
		ERR_reason_error_string(bufferevent_get_openssl_error(bev));
	const SSL *ssl = ssl_of(q);
	long verified = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;

	if (verified != X509_V_OK)
		fail(q, "its certificate: %s",
		     X509_verify_cert_error_string(verified));
	else if (q->greeted)
		fail(q, "it gave no answer that can be read, and closed the "
			"connection (is our certificate of its CA?)");
	else if (why || !err)
		fail(q, "no TLS 1.3 with it: %s",
		     why ? why : "it closed the connection");
	else
		fail(q, "cannot connect to %s port %u: %s", q->dev->url.host,
		     q->dev->url.port, strerror(err));
}

/* Of a problem document; it is the device's word, so it is made printable. */
static void fail_refused(struct question *q, struct evhttp_request *req,
			 int status)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	size_t len = evbuffer_get_length(in);
	char detail[160] = "";
	const char *text;
	json_t *j = NULL;
	size_t i;

	if (len && len < 65536)
		j = json_loadb((const char *)evbuffer_pullup(in, -1), len,
			       JSON_REJECT_DUPLICATES, NULL);
	text = json_string_value(json_object_get(j, "detail"));
	if (text)
		snprintf(detail, sizeof(detail), ": %s", text);
	for (i = 0; detail[i]; i++) {
		if (detail[i] < ' ' || detail[i] > '~')
			detail[i] = '?';
	}
	json_decref(j);
	fail(q, "it answered %d%s", status, detail);
}

/* What we see of the connection ourselves; our key may be another by now. */
static bool take_session(struct question *q)
{
	struct shinrai_session *s = &q->j.session;
	SSL *ssl = ssl_of(q);
	const X509 *peer = ssl ? SSL_get0_peer_certificate(ssl) : NULL;
	const X509 *ours = ssl ? SSL_get_certificate(ssl) : NULL;
	unsigned int len = sizeof(s->peer);

	s->time = fleet_now() / 1000;
	return peer && ours &&
	       X509_digest(peer, EVP_sha256(), s->peer, &len) == 1 &&
	       !shinrai_key_id(ours, s->verifier_key) &&
	       !tls_exporter(ssl, s->exporter);
}

static bool take_body(struct question *q, struct evhttp_request *req)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req);

	q->len = evbuffer_get_length(in);
	free(q->body);
	q->body = malloc(q->len + 1);
	return q->body && evbuffer_remove(in, q->body, q->len) == (int)q->len;
}

static void on_done(struct evhttp_request *req, void *arg)
{
	const int err = EVUTIL_SOCKET_ERROR();
	struct question *q = arg;
	int status = req ? evhttp_request_get_response_code(req) : 0;
	const char *type;

	if (q->phase != ASKING)
		return;
	if (!status) {
		fail_connection(q, err);
		return;
	}
	type = evhttp_find_header(evhttp_request_get_input_headers(req),
				  "Content-Type");
	if (status != 200) {
		fail_refused(q, req, status);
	} else if (!type || strcmp(type, SHINRAI_EVIDENCE_TYPE)) {
		fail(q, "its answer is of another type (is it shinraid?)");
	} else if (!take_session(q) || !take_body(q, req)) {
		fail(q, "out of memory");
	} else {
		q->phase = ANSWERED;
		set_timer(q->dev, 0);
	}
}

/* on_done() is called as well, after it. */
static void on_error(enum evhttp_request_error error, void *arg)
{
	struct question *q = arg;

	if (q->phase != ASKING || error != EVREQ_HTTP_DATA_TOO_LONG)
		return;
	if (q->dev->is_long)
		fail(q, "its answer has more than %u MiB",
		     SHINRAI_MAX_ANSWER >> 20);
	else
		fail(q,
		     "its answer has more than %u MiB, and waits for its "
		     "turn",
		     ANSWER_MAX >> 20);
	q->dev->is_long = true;
}

/* Return: the body of a request, for free(); NULL when memory lacks. */
static char *request_text(const struct question *q)
{
	char nonce[2 * SHINRAI_NONCE_MAX], boot[2 * SHINRAI_BOOT_ID_SIZE + 1];
	char *text;

	shinrai_base64url_encode(q->j.session.nonce, q->j.session.nonce_len,
				 nonce);
	if (!q->boot_id)
		return asprintf(&text, "{\"nonce\":\"%s\"}", nonce) < 0 ? NULL :
									  text;
	shinrai_hex_encode(q->boot_id, SHINRAI_BOOT_ID_SIZE, boot);
	return asprintf(&text,
			"{\"nonce\":\"%s\",\"from\":%llu,\"boot_id\":\"%s\"}",
			nonce, (unsigned long long)q->from, boot) < 0 ?
		       NULL :
		       text;
}

/*
 * The connection is ended by us: of an answer and its end that are read at once
 * libevent tells the end first, and evhttp gives up the answer.
 */
static bool send_request(struct question *q)
{
	const struct url *url = &q->dev->url;
	struct evhttp_request *req = evhttp_request_new(on_done, q);
	char *text = request_text(q), host[INET6_ADDRSTRLEN + 16];
	struct evkeyvalq *h;
	bool ok;

	if (!req || !text) {
		if (req)
			evhttp_request_free(req);
		free(text);
		return false;
	}
	evhttp_request_set_error_cb(req, on_error);
	h = evhttp_request_get_output_headers(req);
	snprintf(host, sizeof(host), url->v6 ? "[%s]:%u" : "%s:%u", url->host,
		 url->port);
	ok = !evhttp_add_header(h, "Host", host) &&
	     !evhttp_add_header(h, "Content-Type", "application/json") &&
	     !evbuffer_add(evhttp_request_get_output_buffer(req), text,
			   strlen(text));
	free(text);
	if (!ok) {
		evhttp_request_free(req);
		return false;
	}
	/* When this fails it frees the request. */
	return !evhttp_make_request(q->conn, req, EVHTTP_REQ_POST,
				    "/v1/evidence");
}

static bool dial(struct question *q)
{
	struct device *d = q->dev;
	struct fleet *f = d->fleet;
	struct bufferevent *bev =
		tls_dial(f->base, f->tls, d->r.tls_name, d->url.host);

	if (!bev)
		return false;
	q->conn = evhttp_connection_base_bufferevent_new(
		f->base, NULL, bev, d->url.host, d->url.port);
	if (!q->conn) {
		bufferevent_free(bev);
		return false;
	}
	SSL_set_app_data(ssl_of(q), q);
	SSL_set_info_callback(ssl_of(q), on_tls);
	evhttp_connection_set_timeout(q->conn, f->conf->timeout_s + 1);
	evhttp_connection_set_max_headers_size(q->conn, HEADERS_MAX);
	evhttp_connection_set_max_body_size(
		q->conn, d->is_long ? SHINRAI_MAX_ANSWER : ANSWER_MAX);
	return true;
}

static void ask(struct question *q)
{
	struct shinrai_session *s = &q->j.session;

	q->phase = ASKING;
	q->greeted = false;
	q->answers++;
	s->nonce_len = 32;
	set_timer(q->dev, q->dev->fleet->conf->timeout_s * 1000ll);
	EVUTIL_SET_SOCKET_ERROR(0);
	ERR_clear_error();
	if (RAND_bytes(s->nonce, s->nonce_len) != 1 || !dial(q))
		fail(q, "out of memory");
	else if (!send_request(q) && q->phase == ASKING)
		fail(q, "out of memory");
}

static void question_free(struct question *q)
{
	free(q->collect.log);
	free(q->body);
	free(q);
}

/* Of those that may be under way at once. */
static void take_place(struct question *q)
{
	struct fleet *f = q->dev->fleet;

	q->is_long = q->dev->is_long;
	f->asking++;
	f->asking_long += q->is_long;
}

static bool has_place(const struct device *d)
{
	const struct fleet *f = d->fleet;

	return f->asking < f->conf->questions &&
	       (!d->is_long || f->asking_long < LONG_ANSWERS);
}

static void begin(struct device *d)
{
	struct question *q = calloc(1, sizeof(*q));

	if (!q) {
		pull_schedule(d, RETRY_MS);
		return;
	}
	q->dev = d;
	q->begun = fleet_monotonic();
	q->whole = true;
	if (d->r.memory &&
	    !memcmp(d->judged_by, d->policy->id, sizeof(d->judged_by))) {
		q->whole = false;
		q->from = d->records;
		q->boot_id = d->boot_id;
	}
	d->question = q;
	take_place(q);
	d->last_try = fleet_now();
	ask(q);
}

static void next_turn(struct fleet *f)
{
	struct device *d;

	TAILQ_FOREACH(d, &f->waiting, turn) {
		if (has_place(d))
			break;
	}
	if (!d)
		return;
	TAILQ_REMOVE(&f->waiting, d, turn);
	d->waits = false;
	pull_schedule(d, 0);
}

/* It is over: again in a period, or sooner when it failed. */
static void end(struct device *d)
{
	struct question *q = d->question;
	const s64 period = d->fleet->conf->period_s * 1000ll;
	s64 wait = period;

	if (*d->failure) {
		d->retry_ms = d->retry_ms ? 2 * d->retry_ms : RETRY_MS;
		if (d->retry_ms > period)
			d->retry_ms = period;
		wait = d->retry_ms;
	} else {
		d->retry_ms = 0;
		wait -= fleet_monotonic() - q->begun;
	}
	d->question = NULL;
	question_free(q);
	if (d->removed)
		fleet_drop(d);
	else
		pull_schedule(d, wait > 0 ? wait : 0);
}

static int keep_question(struct job *j, struct store *s)
{
	struct question *q = question_of(j);
	struct device_standing st = q->next.standing;
	int ret = store_judged(s, &q->next);

	if (ret || !q->changed)
		return ret;
	st.since = q->at;
	return store_changed(s, q->next.id, &st);
}

static void question_kept(struct job *j, struct fleet *f)
{
	struct question *q = question_of(j);
	struct device *d = q->dev;

	if (j->err) {
		free(q->j.json);
		free(q->j.next);
		snprintf(d->failure, sizeof(d->failure),
			 "what it was judged to be cannot be kept");
		end(d);
		return;
	}
	f->judgements += q->j.json != NULL;
	if (q->j.json)
		free(d->r.verdict);
	if (q->j.next) {
		free(d->r.memory);
		d->records = q->j.records;
		memcpy(d->boot_id, q->j.boot_id, sizeof(d->boot_id));
		memcpy(d->judged_by, d->policy->id, sizeof(d->judged_by));
	}
	d->r = q->next;
	end(d);
}

static void keep(struct question *q)
{
	q->phase = JUDGING;
	q->job.keep = keep_question;
	q->job.done = question_kept;
	keep_put(q->dev->fleet, &q->job);
}

/* Nobody could judge it while we were not there: it gets its time after that. */
static bool has_time(const struct device *d, s64 now)
{
	const struct fleet *f = d->fleet;

	return fleet_fresh(d, now) ||
	       (d->r.judged && fleet_monotonic() - f->begun <= fleet_window(f));
}

/* In time it still is what it was; later nobody knows. */
static void give_up(struct question *q)
{
	struct device *d = q->dev;

	snprintf(d->failure, sizeof(d->failure), "%s", q->why);
	q->at = fleet_now();
	q->next = d->r;
	if (!has_time(d, q->at))
		q->changed = device_stand(&q->next.standing, DEVICE_UNREACHABLE,
					  "no-answer", q->why, q->at);
	if (q->changed)
		keep(q);
	else
		end(d);
}

static void go_on(struct question *q)
{
	struct device *d = q->dev;
	struct shinrai_evidence ev;
	const struct shinrai_item *log = &ev.item[SHINRAI_ITEM_LOG];
	int ret = 0;

	if (!shinrai_evidence_parse(q->body, q->len, &ev))
		ret = shinrai_collect_add(&q->collect, log->data, log->len);
	if (ret > 0 && q->answers < MAX_ANSWERS) {
		q->from = q->collect.next;
		q->boot_id = q->collect.boot_id;
		take_place(q);
		ask(q);
		return;
	}
	if (ret) {
		snprintf(q->why, sizeof(q->why), "%s",
			 ret == -ENOMEM ? "out of memory" :
			 ret > 0 ? "its log begins anew again and again" :
				   "its log is over the limit");
		give_up(q);
		return;
	}
	d->failure[0] = '\0';
	d->is_long = false;
	q->phase = JUDGING;
	stage_put(d->fleet->judges, &q->job.task);
}

static void hang_up(struct question *q)
{
	struct fleet *f = q->dev->fleet;

	if (q->conn)
		evhttp_connection_free(q->conn);
	q->conn = NULL;
	f->asking--;
	f->asking_long -= q->is_long;
	next_turn(f);
}

/* There is nothing to hold it against. */
static void without_policy(struct device *d)
{
	struct question *q = calloc(1, sizeof(*q));
	char text[DEVICE_REASON_MAX];

	if (!q) {
		pull_schedule(d, RETRY_MS);
		return;
	}
	q->dev = d;
	d->question = q;
	q->begun = fleet_monotonic();
	q->at = fleet_now();
	q->next = d->r;
	snprintf(text, sizeof(text), "the configuration has no policy \"%s\"",
		 d->r.policy);
	q->changed = device_stand(&q->next.standing, DEVICE_UNKNOWN,
				  "no-policy", text, q->at);
	if (q->changed)
		keep(q);
	else
		end(d);
}

static void turn(struct device *d)
{
	struct fleet *f = d->fleet;

	if (!d->policy) {
		without_policy(d);
	} else if (has_place(d)) {
		begin(d);
	} else if (!d->waits) {
		d->waits = true;
		TAILQ_INSERT_TAIL(&f->waiting, d, turn);
	}
}

static void on_timer(evutil_socket_t fd, short what, void *device)
{
	struct device *d = device;
	struct question *q = d->question;
	enum phase phase;

	(void)fd;
	(void)what;
	if (!q) {
		turn(d);
		return;
	}
	phase = q->phase;
	q->phase = JUDGING; /* what evhttp says now is of no interest */
	if (phase == ASKING)
		snprintf(q->why, sizeof(q->why), "no answer in %d s",
			 d->fleet->conf->timeout_s);
	hang_up(q);
	if (d->removed)
		end(d);
	else if (phase == ANSWERED)
		go_on(q);
	else
		give_up(q);
}

/**
 * pull_prepare() - once for a device, before pull_schedule()
 * @d: the device
 *
 * Return: 0; -ENOMEM.
 */
int pull_prepare(struct device *d)
{
	static const struct timeval never = { 365 * 86400, 0 };

	d->timer = evtimer_new(d->fleet->base, on_timer, d);
	return d->timer && !evtimer_add(d->timer, &never) ? 0 : -ENOMEM;
}

/**
 * pull_stop() - ask it no more
 * @d: the device; nothing is under way
 */
void pull_stop(struct device *d)
{
	if (d->waits)
		TAILQ_REMOVE(&d->fleet->waiting, d, turn);
	d->waits = false;
	event_free(d->timer);
}

/* What follows from the judgement, for the record. */
static void conclude(struct question *q, int err)
{
	struct judgement *j = &q->j;
	struct device_record *r = &q->next;
	enum device_state state = device_state_of(j->verdict);

	q->at = fleet_now();
	*r = q->dev->r;
	if (err) {
		q->changed = device_stand(
			&r->standing, DEVICE_UNKNOWN, "memory",
			err == -ENOMEM ?
				"memory lacked to appraise it" :
				"what was remembered of it cannot be read",
			q->at);
		return;
	}
	q->changed =
		device_stand(&r->standing, state, j->code, j->reason, q->at);
	r->judged = q->at;
	if (state == DEVICE_TRUSTED)
		r->good = q->at;
	r->verdict = j->json;
	if (j->next) {
		r->memory = j->next;
		r->memory_len = j->next_len;
	}
	if (j->learned_len) {
		memcpy(r->ak_name, j->learned, j->learned_len);
		r->ak_name_len = j->learned_len;
	}
}

static void judge_one(struct question *q)
{
	const struct device *d = q->dev;
	const struct shinrai_item log = { q->collect.log, q->collect.len };

	q->j.policy = d->policy;
	q->j.evidence = q->body;
	q->j.len = q->len;
	q->j.log = log.data ? &log : NULL;
	q->j.whole = q->whole;
	q->j.memory = d->r.memory;
	q->j.memory_len = d->r.memory_len;
	q->j.ak_name = d->r.ak_name;
	q->j.ak_name_len = d->r.ak_name_len;
	conclude(q, judge(&q->j));
	q->j.log = NULL;
	free(q->body);
	q->body = NULL;
	keep(q);
}

static void judge_all(struct task_list *tasks, void *fleet)
{
	struct task *t;

	(void)fleet;
	while ((t = STAILQ_FIRST(tasks))) {
		STAILQ_REMOVE_HEAD(tasks, link);
		judge_one(question_of((
			struct job *)((char *)t - offsetof(struct job, task))));
	}
}

/**
 * pull_judging_start() - start the threads that appraise
 * @f: the fleet
 *
 * Return: 0; -ENOMEM.
 */
int pull_judging_start(struct fleet *f)
{
	long n = f->conf->workers;

	if (!n)
		n = sysconf(_SC_NPROCESSORS_ONLN);
	f->judges = stage_new(n > 0 ? (unsigned int)n : 1, 1, judge_all, f);
	return f->judges ? 0 : -ENOMEM;
}
