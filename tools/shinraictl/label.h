/* SPDX-License-Identifier: MIT */
/* What the label verbs share: labels by name, and files by pattern. */
#ifndef SHINRAICTL_LABEL_H
#define SHINRAICTL_LABEL_H

#include <shinrai/policy.h>

#include "load.h"

/* An owner's policy in force, read back from the module. */
struct label_policy {
	u8 *blob;
	struct shinrai_policy p;
};

#define CTL_LABELS \
	__attribute__((cleanup(label_policy_free))) struct label_policy

int label_policy_read(struct ctl *ctl, int fd, const char *name,
		      struct label_policy *out);
void label_policy_free(struct label_policy *l);

#endif
