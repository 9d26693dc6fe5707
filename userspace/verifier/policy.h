/* SPDX-License-Identifier: MIT */
/*
 * What devices are held against, read once and shared by all threads: nothing in
 * it changes while somebody holds it.
 */
#ifndef VERIFIER_POLICY_H
#define VERIFIER_POLICY_H

#include <shinrai/refs.h>

#include "conf.h"

struct policy {
	const struct conf_policy *conf;
	struct shinrai_refs refs;
	u8 id[SHINRAI_POLICY_SIZE]; /* shinrai_appraise_policy() */
};

int policy_load(struct policy *p, const struct conf_policy *conf, char *err,
		size_t errlen);
void policy_free(struct policy *p);
void policy_expect(const struct policy *p, struct shinrai_appraise_input *in);

#endif
