/* SPDX-License-Identifier: MIT */
/*
 * An HTTPS connection to somebody, TLS 1.3 with both certificates, which may be kept
 * for further requests.  None of this may be called by a callback of evhttp but
 * dial_request().
 */
#ifndef SHINRAI_DIAL_H
#define SHINRAI_DIAL_H

#include <event2/http.h>
#include <openssl/ssl.h>

#include "url.h"

/* What is sent over a slow link may take its time, as long as it moves on. */
#define DIAL_STILL_S 30 /* without any progress */
#define DIAL_LONG_S 600 /* in all */

/* Whom to connect to, and for how much. */
struct dial_to {
	struct event_base *base;
	SSL_CTX *tls; /* as a client */
	const char *name; /* in the certificate; "": that of the URL */
	const struct url *url;
	int timeout_s; /* of each read and write */
	size_t headers; /* bytes of an answer, at most */
	size_t body; /* the same */
};

struct dial {
	struct evhttp_connection *conn; /* NULL: none */
	bool gone; /* the other side ended it, or it broke */
	bool greeted; /* the handshake was done */
	bool began; /* it, when there was something to send it over */
	int err; /* errno of what broke before it was done; 0: not known */
	void (*on_gone)(
		void *arg); /* it ended just now; NULL: does not matter */
	void *arg;
	size_t left; /* bytes not taken when dial_moves_on() was asked last */
	int turns; /* how often it was, since dial_sends() */
};

int dial_open(struct dial *d, const struct dial_to *to);
void dial_close(struct dial *d);
bool dial_lives(const struct dial *d);
SSL *dial_ssl(const struct dial *d);
int dial_error(const struct dial *d);
void dial_sends(struct dial *d, size_t bytes);
bool dial_moves_on(struct dial *d);
struct evhttp_request *
dial_request(const struct url *url,
	     void (*done)(struct evhttp_request *req, void *arg), void *arg);

#endif
