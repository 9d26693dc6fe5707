/* SPDX-License-Identifier: MIT */
/*
 * What devices are held against, shared by all threads: nothing in it changes while
 * somebody holds it.  Who reads the configuration anew makes another set of them.
 */
#ifndef VERIFIER_POLICY_H
#define VERIFIER_POLICY_H

#include <shinrai/refs.h>

#include "conf.h"

struct policy {
	const struct conf_policy *conf;
	struct shinrai_refs refs;
	u8 id[SHINRAI_POLICY_SIZE]; /* shinrai_appraise_policy() */
	u64 base; /* shinrai_appraise_base() */
};

int policy_load(struct policy *p, const struct conf_policy *conf, char *err,
		size_t errlen);
void policy_free(struct policy *p);
void policy_expect(const struct policy *p, struct shinrai_appraise_input *in);

/* All that one reading of the configuration named. */
struct policies {
	struct policy *policy; /* in the order of the configuration */
	size_t n;
	s64 loaded; /* ms since 1970 */
	const struct conf *of; /* that names them */
	struct conf conf; /* @of; empty: that is somebody else's */
	size_t holders; /* counted by the loop's thread */
};

int policies_load(const struct conf *conf, const char *path,
		  struct policies **out, char *err, size_t errlen);
struct policies *policies_hold(struct policies *set);
void policies_release(struct policies *set);
const struct policy *policies_find(const struct policies *set,
				   const char *name);

/* What a device is held against, and who says so. */
struct policy_choice {
	const char *name; /* "": nobody says */
	const char *from; /* "device", "group" or "default"; NULL: nobody */
	const struct policy *policy; /* NULL: there is none of that name */
};

struct policy_choice policies_choose(const struct policies *set,
				     const char *own, const char *group);

#endif
