// SPDX-License-Identifier: MIT
/* Asks an attester for evidence: one TLS 1.3 connection, one deadline. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <jansson.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <shinrai/evidence.h>

#include "appraise_ctx.h"
#include "client_http.h"

#define MAX_PROBLEM (64u << 10) /* JSON grows when it is read */

struct client {
	const struct shinrai_client_request *req;
	struct shinrai_client_answer *ans;
	s64 deadline; /* ms, CLOCK_MONOTONIC */
	SSL_CTX *ctx;
	SSL *ssl;
	int fd;
};

static int __attribute__((format(printf, 4, 5)))
fail(struct client *c, const char *step, const char *next, const char *fmt, ...)
{
	char text[APPRAISE_TEXT], safe[APPRAISE_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	shinrai_appraise_printable(text, strlen(text), safe);
	snprintf(c->ans->why, sizeof(c->ans->why), "%s", safe);
	c->ans->step = step;
	c->ans->next = next;
	return -EIO;
}

static const char *ssl_why(void)
{
	/* The first error is the cause, those after it say where it was met. */
	unsigned long e = ERR_peek_error();
	const char *s = ERR_reason_error_string(e);

	if (ERR_SYSTEM_ERROR(e))
		return strerror(ERR_GET_REASON(e));
	return s ? s : "connection closed";
}

static s64 now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (s64)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Return: 0 when ready; -ETIMEDOUT. */
static int wait_for(struct client *c, short events)
{
	struct pollfd p = { c->fd, events, 0 };
	s64 left;
	int n;

	do {
		left = c->deadline - now_ms();
		if (left <= 0)
			return -ETIMEDOUT;
		n = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
	} while (n < 0 && errno == EINTR);
	return n > 0 ? 0 : -ETIMEDOUT;
}

static int try_address(struct client *c, const struct addrinfo *a)
{
	socklen_t len = sizeof(int);
	int err = 0;

	c->fd = socket(a->ai_family,
		       a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       a->ai_protocol);
	if (c->fd < 0)
		return -errno;
	if (!connect(c->fd, a->ai_addr, a->ai_addrlen))
		return 0;
	if (errno == EINPROGRESS) {
		if (wait_for(c, POLLOUT))
			err = ETIMEDOUT;
		else if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &len))
			err = errno;
	} else {
		err = errno;
	}
	if (!err)
		return 0;
	close(c->fd);
	c->fd = -1;
	return -err;
}

static int connect_to(struct client *c)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *all, *a;
	int ret;

	ret = getaddrinfo(c->req->host, c->req->port, &hints, &all);
	if (ret)
		return fail(c, "resolve", "check the name of the machine",
			    "%s: %s", c->req->host, gai_strerror(ret));
	ret = -ENOENT;
	for (a = all; a && ret; a = a->ai_next)
		ret = try_address(c, a);
	freeaddrinfo(all);
	if (ret)
		return fail(c, "connect",
			    "is shinraid running, is the port open?",
			    "%s port %s: %s", c->req->host, c->req->port,
			    strerror(-ret));
	return 0;
}

static int load_keys(struct client *c)
{
	const struct shinrai_client_request *r = c->req;
	/* An empty passphrase: nothing here may ask a terminal. */
	static char none[1];

	ERR_clear_error();
	c->ctx = SSL_CTX_new(TLS_client_method());
	if (!c->ctx || !SSL_CTX_set_min_proto_version(c->ctx, TLS1_3_VERSION))
		return fail(c, "tls", "is memory short?", "OpenSSL: %s",
			    ssl_why());
	SSL_CTX_set_default_passwd_cb_userdata(c->ctx, none);
	if (SSL_CTX_use_certificate_chain_file(c->ctx, r->cert) != 1)
		return fail(c, "certificate", "give a PEM file with --cert",
			    "%s: %s", r->cert, ssl_why());
	if (SSL_CTX_use_PrivateKey_file(c->ctx, r->key, SSL_FILETYPE_PEM) != 1)
		return fail(c, "key",
			    "give the certificate's key in PEM, without a "
			    "passphrase",
			    "%s: %s", r->key, ssl_why());
	if (SSL_CTX_check_private_key(c->ctx) != 1)
		return fail(c, "key", "give the certificate's own key",
			    "%s does not belong to %s", r->key, r->cert);
	if (SSL_CTX_load_verify_file(c->ctx, r->ca) != 1)
		return fail(c, "ca", "give a PEM file with --ca", "%s: %s",
			    r->ca, ssl_why());
	SSL_CTX_set_verify(c->ctx, SSL_VERIFY_PEER, NULL);
	return 0;
}

static bool is_address(const char *s)
{
	u8 buf[16];

	return inet_pton(AF_INET, s, buf) == 1 ||
	       inet_pton(AF_INET6, s, buf) == 1;
}

/* Whom the certificate must be for. */
static int expect_name(struct client *c)
{
	const char *name = c->req->name ? c->req->name : c->req->host;
	X509_VERIFY_PARAM *param = SSL_get0_param(c->ssl);
	int ok;

	if (!*name)
		return c->req->pin ? 0 :
				     fail(c, "name", "give --pin as well",
					  "no name to expect");
	if (is_address(name))
		ok = X509_VERIFY_PARAM_set1_ip_asc(param, name);
	else
		ok = X509_VERIFY_PARAM_set1_host(param, name, 0) &&
		     SSL_set_tlsext_host_name(c->ssl, name);
	return ok ? 0 :
		    fail(c, "name", "check the name", "%s: not a name", name);
}

/* Return: 0 to try again; negative when it is over. */
static int ssl_wait(struct client *c, int ret)
{
	switch (SSL_get_error(c->ssl, ret)) {
	case SSL_ERROR_WANT_READ:
		return wait_for(c, POLLIN);
	case SSL_ERROR_WANT_WRITE:
		return wait_for(c, POLLOUT);
	case SSL_ERROR_ZERO_RETURN:
		return -EPIPE;
	default:
		return -ECONNRESET;
	}
}

static int handshake(struct client *c)
{
	long verify;
	int ret = 0;

	c->ssl = SSL_new(c->ctx);
	if (!c->ssl || !SSL_set_fd(c->ssl, c->fd))
		return fail(c, "tls", "is memory short?", "OpenSSL: %s",
			    ssl_why());
	if (expect_name(c))
		return -EIO;
	ERR_clear_error();
	while ((ret = SSL_connect(c->ssl)) != 1) {
		ret = ssl_wait(c, ret);
		if (ret)
			break;
		ERR_clear_error();
	}
	if (ret == 1)
		return 0;
	verify = SSL_get_verify_result(c->ssl);
	if (verify != X509_V_OK)
		return fail(c, "peer",
			    "check --ca and the name in the machine's "
			    "certificate",
			    "certificate of %s: %s", c->req->host,
			    X509_verify_cert_error_string(verify));
	return fail(c, "tls",
		    ret == -ETIMEDOUT ?
			    "is the machine overloaded?" :
			    "is it shinraid, does it speak TLS 1.3?",
		    "TLS with %s: %s", c->req->host,
		    ret == -ETIMEDOUT ? "timed out" : ssl_why());
}

static int digest_cert(const X509 *cert, u8 out[32])
{
	unsigned int len = 32;

	return X509_digest(cert, EVP_sha256(), out, &len) ? 0 : -EIO;
}

/* What only the two ends of this connection know. */
static int take_session(struct client *c)
{
	struct shinrai_session *s = &c->ans->session;
	const X509 *peer = SSL_get0_peer_certificate(c->ssl);

	if (!peer || digest_cert(peer, s->peer) ||
	    shinrai_key_id(SSL_get_certificate(c->ssl), s->verifier_key) ||
	    SSL_export_keying_material(c->ssl, s->exporter, sizeof(s->exporter),
				       SHINRAI_EXPORTER_LABEL,
				       strlen(SHINRAI_EXPORTER_LABEL), NULL, 0,
				       0) != 1)
		return fail(c, "tls", "is memory short?", "OpenSSL: %s",
			    ssl_why());
	if (c->req->pin && memcmp(c->req->pin, s->peer, sizeof(s->peer)))
		return fail(c, "pin",
			    "if its certificate was renewed, pin the new one",
			    "certificate of %s is not the pinned one",
			    c->req->host);
	return 0;
}

static int send_all(struct client *c, const char *text)
{
	size_t left = strlen(text), n;
	int ret;

	while (left) {
		ERR_clear_error();
		ret = SSL_write_ex(c->ssl, text, left, &n);
		if (ret == 1) {
			text += n;
			left -= n;
			continue;
		}
		ret = ssl_wait(c, ret);
		if (ret)
			return fail(c, "send", "ask again", "request: %s",
				    ret == -ETIMEDOUT ? "timed out" :
							ssl_why());
	}
	return 0;
}

/* Return: bytes; 0 at the end; negative, told already. */
static ssize_t receive(struct client *c, void *buf, size_t cap)
{
	size_t n;
	int ret;

	for (;;) {
		ERR_clear_error();
		ret = SSL_read_ex(c->ssl, buf, cap, &n);
		if (ret == 1)
			return (ssize_t)n;
		ret = ssl_wait(c, ret);
		if (ret == -EPIPE)
			return 0;
		if (ret == -ETIMEDOUT)
			return fail(c, "timeout",
				    "is its TPM busy? raise --timeout",
				    "no complete answer in time");
		if (ret)
			/* TLS 1.3: a refused certificate shows up here. */
			return fail(c, "receive",
				    "may this certificate ask? see shinraid's "
				    "log",
				    "answer: %s", ssl_why());
	}
}

static int receive_body(struct client *c, const u8 *have, size_t n,
			size_t length)
{
	u8 *body = malloc(length ? length : 1);
	ssize_t got;

	if (!body)
		return fail(c, "memory", NULL, "out of memory");
	if (n > length) {
		free(body);
		return fail(c, "http", "is it shinraid?",
			    "more bytes than announced");
	}
	memcpy(body, have, n);
	while (n < length) {
		got = receive(c, body + n, length - n);
		if (got <= 0) {
			free(body);
			return got ? -EIO :
				     fail(c, "http", "ask again",
					  "answer ends after %zu of %zu bytes",
					  n, length);
		}
		n += (size_t)got;
	}
	c->ans->body = body;
	c->ans->len = n;
	return 0;
}

static const char *advice(unsigned int status)
{
	switch (status) {
	case 403:
		return "let shinraid's configuration allow this certificate";
	case 409:
		return "load and arm the module first";
	case 429:
	case 503:
		return "ask again later; see shinraid's log";
	default:
		return "do the versions of both sides fit?";
	}
}

static int refused(struct client *c, unsigned int status)
{
	size_t len = c->ans->len > MAX_PROBLEM ? 0 : c->ans->len;
	json_t *j = json_loadb((const char *)c->ans->body, len,
			       JSON_REJECT_DUPLICATES, NULL);
	const char *detail = json_string_value(json_object_get(j, "detail"));
	const char *title = json_string_value(json_object_get(j, "title"));

	fail(c, "refused", advice(status), "%s answered %u: %s", c->req->host,
	     status,
	     detail ? detail :
	     title  ? title :
		      "no reason given");
	json_decref(j);
	free(c->ans->body);
	c->ans->body = NULL;
	return -EIO;
}

static int read_answer(struct client *c)
{
	char head[CLIENT_MAX_HEAD];
	struct client_head h;
	size_t n = 0, end = 0;
	ssize_t got;

	while (!end) {
		if (n == sizeof(head))
			return fail(c, "http", "is it shinraid?",
				    "headers are too long");
		got = receive(c, head + n, sizeof(head) - n);
		if (got <= 0)
			return got ? -EIO :
				     fail(c, "http", "see shinraid's log",
					  "connection closed, no answer");
		n += (size_t)got;
		end = shinrai_http_head_end(head, n);
	}
	if (shinrai_http_head(head, end, &h) || h.chunked || !h.have_length)
		return fail(c, "http", "is it shinraid?",
			    "answer is not HTTP as agreed");
	if (h.length > SHINRAI_MAX_ANSWER)
		return fail(c, "http", "is it shinraid?",
			    "answer of %zu bytes is over the limit", h.length);
	if (receive_body(c, (const u8 *)head + end, n - end, h.length))
		return -EIO;
	c->ans->status = h.status;
	if (c->req->method)
		return 0;
	if (h.status != 200)
		return refused(c, h.status);
	if (strcmp(h.type, SHINRAI_EVIDENCE_TYPE)) {
		free(c->ans->body);
		c->ans->body = NULL;
		return fail(c, "http", "is it shinraid?",
			    "answer is of type %s", h.type);
	}
	return 0;
}

static int exchange(struct client *c)
{
	char *text;
	int ret;

	ret = shinrai_http_request(c->req, &c->ans->session, &text);
	if (ret)
		return fail(c, "memory", NULL, "out of memory");
	ret = send_all(c, text);
	free(text);
	return ret ? ret : read_answer(c);
}

/**
 * shinrai_client_ask() - one challenge, one answer
 * @req: whom to ask, and with which keys; file names are opened here
 * @ans: out; body, session and key only on success, step, why and next on error
 *
 * Blocks for @req->timeout_ms at most, name resolution not counted.  SIGPIPE
 * must be ignored by the caller.
 *
 * Return: 0; -EIO with the step that failed.
 */
int shinrai_client_ask(const struct shinrai_client_request *req,
		       struct shinrai_client_answer *ans)
{
	struct client c = { .req = req, .ans = ans, .fd = -1 };
	int ret;

	memset(ans, 0, sizeof(*ans));
	c.deadline = now_ms() + req->timeout_ms;
	ans->session.nonce_len = 32;
	if (RAND_bytes(ans->session.nonce, 32) != 1)
		return fail(&c, "random", NULL, "no random numbers");
	ret = load_keys(&c);
	if (!ret)
		ret = connect_to(&c);
	if (!ret)
		ret = handshake(&c);
	if (!ret)
		ret = take_session(&c);
	if (!ret)
		ret = exchange(&c);
	ans->session.time = (s64)time(NULL);
	if (!ret) {
		ans->key = SSL_CTX_get0_privatekey(c.ctx);
		EVP_PKEY_up_ref(ans->key);
	}
	SSL_free(c.ssl);
	SSL_CTX_free(c.ctx);
	if (c.fd >= 0)
		close(c.fd);
	return ret;
}
