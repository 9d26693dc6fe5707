/* SPDX-License-Identifier: MIT */
/*
 * The connection to a device, kept between two questions that follow soon.  All of
 * it is the loop's, and nothing of it may be called by a callback of evhttp.
 */
#ifndef VERIFIER_CONTACT_H
#define VERIFIER_CONTACT_H

#include <event2/http.h>
#include <openssl/ssl.h>
#include <sys/queue.h>

#include <shinrai/platform.h>

struct device;
struct fleet;

struct contact {
	struct evhttp_connection *conn; /* NULL: none */
	TAILQ_ENTRY(device) gone_link; /* in fleet.gone, when both are set: */
	bool gone; /* the other side ended it, or it broke */
	bool idle; /* it is kept, and nothing is asked */
	bool greeted; /* the handshake was done */
	unsigned int certificates; /* fleet.certificates when it began */
	s64 begun; /* ms, monotonic */
};

int contact_setup(struct fleet *f);
int contact_open(struct device *d);
void contact_keep(struct device *d);
void contact_close(struct device *d);
SSL *contact_ssl(const struct device *d);

#endif
