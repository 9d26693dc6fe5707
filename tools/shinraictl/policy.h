/* SPDX-License-Identifier: MIT */
/* What the policy verbs share: a policy from text or blob, and accesses. */
#ifndef SHINRAICTL_POLICY_H
#define SHINRAICTL_POLICY_H

#include <shinrai/policy_text.h>

#include "ctl.h"

struct policy_file {
	struct ctl *ctl;
	const char *path;
	struct ctl_buf file; /* as it was read */
	bool text; /* it was compiled */
	u8 *compiled;
	const u8 *blob;
	size_t len;
	struct shinrai_policy p;
	struct shinrai_policy_notes notes;
};

#define CTL_POLICY __attribute__((cleanup(policy_free))) struct policy_file

/* policy_file.c */
int policy_read(struct policy_file *f, struct ctl *ctl, const char *path,
		const u8 *owner);
int policy_take_blob(struct policy_file *f, struct ctl *ctl, const char *name);
void policy_free(struct policy_file *f);
json_t *policy_summary_json(const struct policy_file *f);
json_t *policy_text_json(const char *text);

/* policy_notes.c */
void policy_print_notes(const struct policy_file *f);
json_t *policy_notes_json(const struct policy_file *f);
int policy_refused(struct policy_file *f);

/* policy_cert.c */
int policy_owner_option(struct ctl *ctl, const char *value, u8 *owner);

#endif
