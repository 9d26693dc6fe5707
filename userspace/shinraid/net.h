/* SPDX-License-Identifier: MIT */
/*
 * The network process.  http.c: requests; round.c: quotes for whoever waits;
 * answer.c: evidence.
 */
#ifndef SHINRAID_NET_H
#define SHINRAID_NET_H

#include <event2/event.h>
#include <event2/http.h>

#include "../daemon/server.h"
#include "attest.h"
#include "batch.h"
#include "blob.h"
#include "conf.h"
#include "msg.h"
#include "past.h"
#include "push.h"

#define NET_TEXT 128

/* What the parent hands over at the start. */
struct net_start {
	int parent; /* sockets */
	int tpm;
	int ima; /* logs of the machine, -1: none */
	int firmware;
	char name[NET_TEXT];
	char kernel[NET_TEXT];
	char product[NET_TEXT];
	struct tls_pem pem[TLS_FILES];
};

enum phase {
	PHASE_IDLE,
	PHASE_LOOK, /* asked for the boot id, before a quote */
	PHASE_QUOTE, /* the TPM works */
	PHASE_SYNC, /* asked for the log after the quote */
	PHASE_RANGES, /* asking where the wanted records lie */
};

struct range {
	u64 first;
	u64 offset;
	u64 len;
};

/* Invariant: @batch is in use unless @phase is IDLE or LOOK. */
struct round {
	enum phase phase;
	u64 id; /* cookie of what is asked; answers to others are late */
	bool tpm_busy; /* also after we gave up on it */
	struct timeval begun; /* last quote, monotonic */
	struct challenge_list waiting;
	u64 nwaiting;
	struct batch batch;
	struct range *range; /* of each challenge in the batch */
	u64 ranged;
	struct msg_quoted quoted;
	struct msg_synced log; /* newest */
	struct blob *spool;
	struct blob *ima; /* to the end of the list */
	u64 ima_first; /* byte of the list that it begins with */
	struct blob *firmware;
	struct event *begin;
	struct event *deadline;
};

struct status_wait {
	TAILQ_ENTRY(status_wait) link;
	struct evhttp_request *req;
};

struct net {
	const struct conf *conf;
	const struct net_start *start;
	struct event_base *base;
	struct server server;
	struct tls_pem pem[TLS_FILES]; /* on their way in */
	int spool_fd;
	struct past past; /* complete once @spool_fd is there */
	struct round round;
	TAILQ_HEAD(, status_wait) status;
	struct push *push; /* NULL: nobody wants reports */
	struct attest *attest; /* NULL: who wants evidence comes for it */
	u64 quotes;
	u64 challenges;
	struct timeval started;
};

/* net.c */
void net_describe_machine(struct net_start *start);
void net_process(const struct conf *conf, const struct net_start *start)
	__attribute__((noreturn));
void net_now(struct net *n, struct timeval *now);
void net_ask_sync(struct net *n, u64 cookie);

/* http.c */
void http_request(struct evhttp_request *req, struct conn *conn, void *net);
void http_evidence(struct evhttp_request *req, struct evbuffer *body);
void http_status(struct net *n);

/* request.c */
const char *request_parse(struct evbuffer *body, struct challenge *c);

/* round.c */
int round_setup(struct net *n);
void round_kick(struct net *n);
u64 round_wanted(const struct round *r, const struct challenge *c);
u64 round_ima_wanted(const struct round *r, const struct challenge *c, u64 end);
void round_quoted(struct net *n, u64 cookie, const struct msg_quoted *q);
void round_synced(struct net *n, u64 cookie);
void round_ranged(struct net *n, u64 cookie, const struct msg_ranged *r);

/* answer.c */
int answer_map_spool(struct net *n);
void answer_read_logs(struct net *n);
int answer_build(struct net *n, u64 index, struct evbuffer *body);

#endif
