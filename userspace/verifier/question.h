/* SPDX-License-Identifier: MIT */
/*
 * One question to a device, from its turn to what is kept of the answer.  question.c:
 * what it asks for; pull.c: whose turn it is; ask.c: request and answer; settle.c: what
 * follows from the answer.  Or the device comes by itself, session.c: then the question
 * is offered to it.
 */
#ifndef VERIFIER_QUESTION_H
#define VERIFIER_QUESTION_H

#include <shinrai/client.h>

#include "fleet.h"
#include "judge.h"

enum phase {
	ASKING, /* the timer is the deadline */
	ANSWERED, /* the timer ends the connection; the same with ... */
	FAILED,
	AGAIN, /* the connection was an old one, and at its end */
	JUDGING, /* no timer: it comes back through the mailbox */
};

/* Bytes of an answer; of those that are longer there are few at once. */
#define ANSWER_MAX (4u << 20)
#define LONG_ANSWERS 4

struct question {
	struct job job;
	struct device *dev;
	enum phase phase;
	s64 begun; /* ms, monotonic */
	s64 asked; /* ms since 1970: its nonce was made, the last one */
	s64 nonce_at; /* ms, monotonic: the same */
	s64 deadline; /* ms, monotonic: for the answer, if the lease lasts */
	u64 from;
	u64 ima_from; /* byte of the IMA list, of @boot_id; 0: all of it */
	bool no_firmware; /* of @boot_id: its log need not come */
	const u8 *boot_id; /* of which boot; NULL: any */
	bool whole;
	bool anew; /* by another policy: what it did is read from the store, ... */
	struct shinrai_facts known; /* ... into this, and ... */
	u8 *ima; /* ... what is kept of its IMA list; NULL: nothing */
	size_t ima_len;
	bool is_long; /* it took one of the places for long answers, ... */
	bool reads_long; /* ... for @ima: it has it until it is over */
	bool reads; /* what it did and measured is read from the store: @known, @ima */
	bool old_contact; /* it was kept from the last question */
	bool pushed; /* the device came by itself */
	struct evhttp_request *req; /* @pushed: that waits for an answer */
	struct event *expiry; /* @pushed: while it is offered */
	bool comes; /* @pushed: much of its answer has come already */
	int answers;
	bool vouch; /* its certificate is looked for in the store: */
	u8 serial[CA_SERIAL];
	enum store_worth worth;
	struct shinrai_collect collect;
	u8 *body;
	size_t len;
	char why[DEVICE_REASON_MAX]; /* FAILED */
	struct judgement j;
	s64 judge_us; /* that it took */
	/* what is to be kept */
	struct device_record next;
	s64 at; /* ms since 1970 */
	bool changed;
	bool paced; /* @next.pace is another than before */
	bool logged; /* an entry is made: it changed, there are violations */
	char *entry, *disclosures; /* of the log, with @logged */
};

/* ask.c */
void ask(struct question *q);
bool ask_witness(struct question *q, SSL *ssl);
bool ask_take_body(struct question *q, struct evhttp_request *req);

/* settle.c */
void settle_vouch(struct question *q);
void settle_judge(struct question *q);
void settle_keep(struct question *q);
void settle_owed(struct question *q);
const u8 *settle_boot(const struct device *d);

/* question.c */
struct question *question_new(struct device *d);
void question_begin(struct question *q);
void question_follow(struct question *q);
void question_date(struct question *q);
void question_free(struct question *q);
bool question_may_come(const struct device *d);
bool question_has_room(const struct device *d);
void question_take_long(struct question *q);
bool question_try_long(struct question *q);

/* pull.c */
void pull_next(struct fleet *f);
void pull_pause(struct device *d);
void pull_go_on(struct question *q);
void pull_again(struct question *q);
void pull_give_up(struct question *q);
void pull_end(struct device *d);

/* session.c */
void session_more(struct question *q, bool parts);
void session_end(struct question *q);

#endif
