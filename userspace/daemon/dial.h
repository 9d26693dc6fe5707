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
	void (*on_gone)(
		void *arg); /* it ended just now; NULL: does not matter */
	void *arg;
};

int dial_open(struct dial *d, const struct dial_to *to);
void dial_close(struct dial *d);
bool dial_lives(const struct dial *d);
SSL *dial_ssl(const struct dial *d);
size_t dial_left(const struct dial *d);
struct evhttp_request *
dial_request(const struct url *url,
	     void (*done)(struct evhttp_request *req, void *arg), void *arg);

#endif
