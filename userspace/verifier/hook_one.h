/* SPDX-License-Identifier: MIT */
/* One webhook, for hook.c, which tells it, and hooks.c, which has the list. */
#ifndef VERIFIER_HOOK_ONE_H
#define VERIFIER_HOOK_ONE_H

#include "../daemon/dial.h"
#include "fleet.h"
#include "hook.h"

#define HOOK_LEAF 8 /* bytes */

enum progress {
	IDLE, /* nothing is due, or it is tried later: the timer looks again */
	READING, /* a job is with the store */
	SENDING, /* the timer is the deadline */
	TAKEN, /* the timer ends the connection; the same with ... */
	REFUSED,
};

struct hook {
	struct job job;
	struct fleet *fleet;
	char name[64];
	const struct conf_hook *conf; /* NULL once it is @gone */
	struct url url;
	u32 may; /* classes of fields that it may read */
	u32 reads; /* those that @text is made for, by the job */
	struct hook_secret secret;
	struct event *timer;
	enum progress progress;
	int status; /* of the answer, as soon as its headers are there; 0 */
	struct dial conn;
	bool again; /* the log grew while it was read */
	bool stale; /* what is read is for who it was before */
	bool gone; /* the configuration has it no more: its place is dropped */
	bool known; /* @next is: the store had it once */
	/* of the job: */
	bool leads; /* it is told, and its place changed, by us */
	bool drops; /* the place, as it was @gone when that began */
	bool there; /* the store has a place */
	bool lost; /* the store had none, although it is @known */
	u64 dropped; /* entries that it was not told when its place was dropped */
	bool taken; /* @next was: the job moves on */
	char log[SHINRAI_LOG_NAME_SIZE];
	u64 next; /* entry that is due, as the store has it */
	u64 found; /* by the job: what becomes @next when it is kept */
	char leaf[2 * HOOK_LEAF + 1]; /* of @text's entry: begin of its hash */
	char *text; /* the entry that is due; NULL: none is */
	s64 retry_ms; /* 0: the last one was taken */
	u64 delivered, failures;
};

void hooks_forget(struct fleet *f, struct hook *h);

struct hook *hook_new(struct fleet *f, const char *name);
void hook_settle(struct hook *h, const struct conf_hook *conf,
		 const struct hook_secret *secret);
void hook_wake(struct hook *h);
void hook_retire(struct hook *h);
void hook_free(struct hook *h);

#endif
