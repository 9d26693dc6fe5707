// SPDX-License-Identifier: MIT
/* links: userspace/shinraid/offer.c userspace/shinraid/items.c userspace/daemon/url.c */
/*
 * What a verifier answers to who brings evidence: whatever it says, the next step is
 * chosen, its words are printable, and it is asked again within the limits.
 */
#include "userspace/shinraid/attest.c"

#include <event2/http_struct.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static struct net net;
static struct attest attest;
static const struct conf conf = { .verifier_url = "https://127.0.0.1:1/" };

void diag(int priority, const char *fmt, ...)
{
	(void)priority;
	(void)fmt;
}

void diag_limited(struct diag_rate *rate, int priority, const char *fmt, ...)
{
	(void)rate;
	(void)priority;
	(void)fmt;
}

void diag_die(const char *fmt, ...)
{
	(void)fmt;
	abort();
}

int dial_open(struct dial *d, const struct dial_to *to)
{
	(void)d;
	(void)to;
	return -ENOMEM;
}

void dial_close(struct dial *d)
{
	(void)d;
}

bool dial_lives(const struct dial *d)
{
	(void)d;
	return false;
}

SSL *dial_ssl(const struct dial *d)
{
	(void)d;
	return NULL;
}

int dial_error(const struct dial *d)
{
	return d->err;
}

void dial_sends(struct dial *d, size_t bytes)
{
	(void)d;
	(void)bytes;
}

bool dial_moves_on(struct dial *d)
{
	(void)d;
	return false;
}

struct evhttp_request *
dial_request(const struct url *url,
	     void (*done)(struct evhttp_request *req, void *arg), void *arg)
{
	(void)url;
	(void)done;
	(void)arg;
	return NULL;
}

void round_kick(struct net *n)
{
	(void)n;
}

int tls_exporter(SSL *ssl, u8 out[32])
{
	(void)ssl;
	memset(out, 2, 32);
	return 0;
}

int tls_peer_key(SSL *ssl, u8 out[32])
{
	(void)ssl;
	memset(out, 3, 32);
	return 0;
}

static void check(bool ok)
{
	if (!ok)
		abort();
}

/* The session is gone on with where it has a path and a nonce. */
static void check_asked(void)
{
	struct challenge *c;

	on_timer(-1, 0, &net);
	check((attest.phase == ATTEST_QUOTES) == (*attest.path == '/'));
	while ((c = TAILQ_FIRST(&net.round.waiting))) {
		TAILQ_REMOVE(&net.round.waiting, c, link);
		check(c->c.nonce_len >= SHINRAI_NONCE_MIN &&
		      c->c.nonce_len <= SHINRAI_NONCE_MAX);
		free(c);
	}
}

static void check_step(enum attest_phase before)
{
	const char *p;

	check(strlen(attest.path) < sizeof(attest.path));
	switch (attest.phase) {
	case ATTEST_DONE:
		check(before == ATTEST_SENDS && attest.period_s >= 1 &&
		      attest.period_s <= PERIOD_MAX_S);
		break;
	case ATTEST_FAILED:
		for (p = attest.why; *p; p++)
			check(*p >= ' ' && *p <= '~');
		on_timer(-1, 0, &net);
		check(attest.phase == ATTEST_RESTS && attest.retry_s >= 1 &&
		      attest.retry_s <= RETRY_MAX_S);
		break;
	case ATTEST_OPENED:
		check_asked();
		break;
	default:
		check(attest.phase == ATTEST_AGAIN);
	}
}

/* Return: what follows the text that begins there; NULL: it has no end. */
static const char *header(struct evhttp_request *req, const char *name,
			  const char *text, const char *end)
{
	const char *nul = text ? memchr(text, '\0', (size_t)(end - text)) :
				 NULL;

	/* One that evhttp would not take from anybody is not added. */
	if (nul && *text)
		evhttp_add_header(evhttp_request_get_input_headers(req), name,
				  text);
	return nul ? nul + 1 : NULL;
}

/* @data: what was asked, status, Location, NUL, Retry-After, NUL, body */
int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static const int status[] = { 0, 200, 201, 503, 404, 429, 500, 200 };
	const char *text = (const char *)data, *end = text + len;
	struct event *timer = attest.timer;
	struct url url = attest.url;
	struct evhttp_request *req;
	enum attest_phase before;

	if (len < 2)
		return 0;
	memset(&attest, 0, sizeof(attest));
	attest.timer = timer;
	attest.url = url;
	attest.old = data[0] & 2;
	attest.dial.err = data[0] & 4 ? ECONNREFUSED : 0;
	attest.period_s = data[0] >> 3;
	attest.phase = before = data[0] & 1 ? ATTEST_SENDS : ATTEST_OPENS;
	req = evhttp_request_new(NULL, NULL);
	check(req);
	req->response_code = status[data[1] % ARRAY_SIZE(status)];
	text = header(req, "Location", text + 2, end);
	text = header(req, "Retry-After", text, end);
	if (text)
		evbuffer_add(evhttp_request_get_input_buffer(req), text,
			     (size_t)(end - text));
	on_done(req, &net);
	evhttp_request_free(req);
	check_step(before);
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	net.base = event_base_new();
	net.conf = &conf;
	net.attest = &attest;
	TAILQ_INIT(&net.round.waiting);
	attest.timer = evtimer_new(net.base, on_timer, &net);
	check(attest.timer && !url_parse(conf.verifier_url, &attest.url));
	return 0;
}
