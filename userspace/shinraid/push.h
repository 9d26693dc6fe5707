/* SPDX-License-Identifier: MIT */
/* Reports that nobody has to ask for. */
#ifndef SHINRAID_PUSH_H
#define SHINRAID_PUSH_H

#include <event2/event.h>

#include <shinrai/evidence.h>

#include "../daemon/dial.h"

struct push {
	struct url url;
	SSL_CTX *tls;
	struct event *timer;
	struct dial dial; /* of the last attempt */
	struct event *reap; /* ends it, not from within its own callback */
	struct event *watch; /* of what is sent: does it move on? */
	u64 pending; /* records up to the last violation that is known */
	u64 acked; /* records whose violations were delivered */
	u64 upto; /* @acked, once the report under way is delivered */
	bool busy; /* one is under way */
	unsigned int retry_s;
	u64 delivered; /* reports */
};

struct net;
struct evbuffer;

int push_setup(struct net *n, SSL_CTX *tls);
void push_renew(struct net *n, SSL_CTX *tls);
void push_alarm(struct net *n, u64 records);
void push_report(struct net *n, struct evbuffer *body);
void push_failed(struct net *n, const char *why);

#endif
