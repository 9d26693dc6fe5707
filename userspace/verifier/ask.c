// SPDX-License-Identifier: MIT
/*
 * Asks one device for evidence: one request, one nonce, one deadline.  The device's
 * timer is the deadline; it also ends the connection, which no callback of evhttp
 * may do.
 */
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/hex.h>

#include "enrol.h"
#include "lease.h"
#include "question.h"

static void fail(struct question *q, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void fail(struct question *q, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(q->why, sizeof(q->why), fmt, ap);
	va_end(ap);
	q->phase = FAILED;
	pull_schedule(q->dev, 0);
}

/* Why there is no answer at all. */
static void fail_connection(struct question *q, int err)
{
	const struct dial *c = &q->dev->contact.dial;
	struct bufferevent *bev = evhttp_connection_get_bufferevent(c->conn);
	const char *why =
		ERR_reason_error_string(bufferevent_get_openssl_error(bev));
	const SSL *ssl = dial_ssl(c);
	long verified = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;

	if (q->old_contact) {
		q->phase = AGAIN;
		pull_schedule(q->dev, 0);
		return;
	}
	if (verified != X509_V_OK)
		fail(q, "its certificate: %s",
		     X509_verify_cert_error_string(verified));
	else if (c->greeted)
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

	/* It may be of an earlier version now: ask as one asks that. */
	if (status == 400 && q->ima_from) {
		q->dev->ima_from = q->ima_from = 0;
		q->phase = AGAIN;
		pull_schedule(q->dev, 0);
		return;
	}
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

/**
 * ask_witness() - take what we see of the connection ourselves
 * @q: the question
 * @ssl: over which it is answered; our key may be another by now
 *
 * Its time is that of the nonce: the device was so no earlier, and later nobody asked.
 *
 * Return: whether all of it is there.
 */
bool ask_witness(struct question *q, SSL *ssl)
{
	struct shinrai_session *s = &q->j.session;
	const X509 *peer = ssl ? SSL_get0_peer_certificate(ssl) : NULL;
	const X509 *ours = ssl ? SSL_get_certificate(ssl) : NULL;
	unsigned int len = sizeof(s->peer);

	s->time = q->asked / 1000;
	return peer && ours &&
	       X509_digest(peer, EVP_sha256(), s->peer, &len) == 1 &&
	       !shinrai_key_id(ours, s->verifier_key) &&
	       !tls_exporter(ssl, s->exporter);
}

/**
 * ask_take_body() - take the evidence
 * @q: the question
 * @req: that brought it
 *
 * Return: whether there was memory for it.
 */
bool ask_take_body(struct question *q, struct evhttp_request *req)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req);

	q->len = evbuffer_get_length(in);
	free(q->body);
	q->body = malloc(q->len + 1);
	return q->body && evbuffer_remove(in, q->body, q->len) == (int)q->len;
}

/* Of ours it must be one that the store has: where it was not found, it is looked for. */
static void note_certificate(struct question *q, SSL *ssl)
{
	const struct device *d = q->dev;
	X509 *peer = ssl ? SSL_get0_peer_certificate(ssl) : NULL;

	q->vouch = false;
	if (!peer || !d->fleet->enrol || !enrol_names_us(d->fleet->enrol, peer))
		return;
	if (ca_serial(peer, q->serial))
		memset(q->serial, 0, sizeof(q->serial));
	q->vouch = !enrol_vouched(d, q->serial);
}

static void on_done(struct evhttp_request *req, void *arg)
{
	struct question *q = arg;
	const int err = dial_error(&q->dev->contact.dial);
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
	} else if (!ask_witness(q, dial_ssl(&q->dev->contact.dial)) ||
		   !ask_take_body(q, req)) {
		fail(q, "out of memory");
	} else {
		note_certificate(q, dial_ssl(&q->dev->contact.dial));
		q->phase = ANSWERED;
		pull_schedule(q->dev, 0);
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
	const char *items = "";
	char ima[48] = "";
	char *text;

	shinrai_base64url_encode(q->j.session.nonce, q->j.session.nonce_len,
				 nonce);
	if (!q->boot_id)
		return asprintf(&text, "{\"nonce\":\"%s\"}", nonce) < 0 ? NULL :
									  text;
	shinrai_hex_encode(q->boot_id, SHINRAI_BOOT_ID_SIZE, boot);
	/* One that cannot give it in part knows no such member. */
	if (q->ima_from)
		snprintf(ima, sizeof(ima), ",\"ima_from\":%llu",
			 (unsigned long long)q->ima_from);
	if (q->no_firmware)
		items = ",\"items\":" SHINRAI_ITEMS_NO_FIRMWARE;
	return asprintf(
		       &text,
		       "{\"nonce\":\"%s\",\"from\":%llu,\"boot_id\":\"%s\"%s%s}",
		       nonce, (unsigned long long)q->from, boot, ima,
		       items) < 0 ?
		       NULL :
		       text;
}

static bool send_request(struct question *q)
{
	struct evhttp_request *req = dial_request(&q->dev->url, on_done, q);
	char *text = request_text(q);
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
	ok = !evhttp_add_header(h, "Content-Type", "application/json") &&
	     !evbuffer_add(evhttp_request_get_output_buffer(req), text,
			   strlen(text));
	free(text);
	if (!ok) {
		evhttp_request_free(req);
		return false;
	}
	/* When this fails it frees the request. */
	return !evhttp_make_request(q->dev->contact.dial.conn, req,
				    EVHTTP_REQ_POST, "/v1/evidence");
}

/**
 * ask() - one question, with a nonce of its own
 * @q: its phase is ASKING, and later ANSWERED, FAILED with why, or AGAIN; then the
 *     device's timer fires, which it also does when there is no answer in time
 *
 * Context: the loop's thread, but no callback of evhttp.
 */
void ask(struct question *q)
{
	struct shinrai_session *s = &q->j.session;
	struct device *d = q->dev;
	int ret;

	q->phase = ASKING;
	s->nonce_len = 32;
	question_date(q);
	q->deadline = q->nonce_at + d->fleet->conf->timeout_s * 1000ll;
	pull_schedule(d, lease_bound(d, d->fleet->conf->timeout_s * 1000ll));
	EVUTIL_SET_SOCKET_ERROR(0);
	ERR_clear_error();
	ret = RAND_bytes(s->nonce, s->nonce_len) == 1 ? contact_open(d) :
							-ENOMEM;
	q->old_contact = ret > 0;
	if (ret < 0) {
		fail(q, "out of memory");
		return;
	}
	evhttp_connection_set_max_body_size(d->contact.dial.conn,
					    d->is_long ? SHINRAI_MAX_ANSWER :
							 ANSWER_MAX);
	if (!send_request(q) && q->phase == ASKING)
		fail(q, "out of memory");
}
