/* SPDX-License-Identifier: MIT */
/*
 * Webhooks: each entry of the log is told to each URL of the configuration, in the
 * order of the log, until it was taken.  What is due is a place in the log that the
 * store keeps; there is no other queue that could fill or be lost.
 *
 * Of several verifiers on one database the one that leads tells them, and changes
 * their places; the others look where they are.
 *
 * Invariant: of a hook one entry at most is under way, and its place moves on only
 * after that was taken.
 */
#ifndef VERIFIER_HOOK_H
#define VERIFIER_HOOK_H

#include <event2/event.h>
#include <event2/http.h>

#include "../daemon/url.h"
#include "conf.h"
#include "store.h"

#define HOOK_SECRET_MIN 24
#define HOOK_SECRET_MAX 64
#define HOOK_SIGNATURE_SIZE 48 /* "v1,", base64 of 32 bytes, and NUL */

struct fleet;
struct hook;

struct hook_secret {
	u8 key[HOOK_SECRET_MAX];
	size_t len;
};

int hook_secret_read(const char *path, struct hook_secret *secret, char *err,
		     size_t errlen);
int hook_sign(const struct hook_secret *secret, const char *id, s64 time,
	      const char *body, char out[HOOK_SIGNATURE_SIZE]);

struct policies;

int hooks_start(struct fleet *f, char *err, size_t errlen);
int hooks_reload(struct fleet *f, struct policies *set, char *err,
		 size_t errlen);
void hooks_wake(struct fleet *f);
void hooks_stop(struct fleet *f);

struct hook_numbers {
	const char *name;
	u64 taken; /* since the start */
	u64 failures;
	bool known; /* @next is */
	u64 next; /* entry that is due */
};
bool hook_numbers(const struct fleet *f, size_t i, struct hook_numbers *n);

#endif
