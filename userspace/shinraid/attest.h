/* SPDX-License-Identifier: MIT */
/* Evidence that is brought to a verifier which cannot ask for it. */
#ifndef SHINRAID_ATTEST_H
#define SHINRAID_ATTEST_H

#include <event2/event.h>

#include "../daemon/dial.h"
#include "offer.h"

enum attest_phase {
	ATTEST_RESTS, /* the timer begins; in the others it is the deadline */
	ATTEST_OPENS, /* a session was asked for */
	ATTEST_OPENED, /* the timer goes on; the same with the next three */
	ATTEST_DONE,
	ATTEST_FAILED,
	ATTEST_AGAIN, /* the connection was an old one, and at its end */
	ATTEST_QUOTES, /* no timer: the round always answers */
	ATTEST_SENDS, /* the evidence is on its way */
};

enum attest_told { TOLD_NOTHING, TOLD_WELL, TOLD_ILL };

struct attest {
	struct url url;
	SSL_CTX *tls;
	struct event *timer;
	struct dial dial; /* gone: or it is of old certificates */
	bool old; /* it is that of the last session */
	enum attest_phase phase;
	char path[128]; /* of the session */
	struct offer offer; /* that was taken last */
	enum attest_told told; /* since the last failure */
	long period_s; /* that the verifier wants */
	long retry_s; /* after the last failure; 0: there was none */
	long wait_s; /* that the verifier said, of the failure that is told next; 0 */
	char why[160];
};

struct net;
struct evbuffer;

int attest_setup(struct net *n, SSL_CTX *tls);
void attest_renew(struct net *n, SSL_CTX *tls);
void attest_deliver(struct net *n, struct evbuffer *body);
void attest_failed(struct net *n, const char *why);

#endif
