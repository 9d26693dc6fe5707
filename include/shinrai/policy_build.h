/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* From the tables of a policy to its blob: the compiler's last step. */
#ifndef _SHINRAI_POLICY_BUILD_H
#define _SHINRAI_POLICY_BUILD_H

#include "policy.h"

/*
 * What a blob is made of, as policy.h describes it; all stays the caller's.
 * References are indices into these tables and offsets into @string.  The
 * builder makes header, index, flags and the conditions' meters by itself.
 */
struct shinrai_policy_tables {
	u64 generation; /* from 1 */
	const u8 *owner; /* SHINRAI_DIGEST_SIZE bytes */
	const u8 *source; /* the same */
	const char *name; /* namespace */
	const struct shinrai_policy_label *label;
	const struct shinrai_policy_pattern *pattern;
	const struct shinrai_policy_group *group;
	const u8 (*digest)[SHINRAI_DIGEST_SIZE]; /* ascending in each group */
	const struct shinrai_policy_sink *sink;
	const struct shinrai_policy_condition *condition; /* meter: ignored */
	const struct shinrai_policy_grant *grant;
	const struct shinrai_policy_rule *rule; /* in the source's order */
	const char *string; /* byte 0 is NUL, and so is the last */
	u32 labels;
	u32 patterns;
	u32 groups;
	u32 digests;
	u32 sinks;
	u32 conditions;
	u32 grants;
	u32 rules;
	u32 strings; /* bytes; 0 without any, and then "" is made */
};

/*
 * Builds a blob that shinrai_policy_check() accepts.
 * @blob: out, only on success: the caller's to free()
 * @len: out, the same
 * Return: 0; -EINVAL for tables that make no policy; -E2BIG above a limit of
 * policy.h (shapes too: at most that many kinds of rule); -ENOMEM.
 */
int shinrai_policy_build(const struct shinrai_policy_tables *t, u8 **blob,
			 size_t *len);

/* The same without allocating, for tests in the kernel (policy_pack.c). */
size_t shinrai_policy_pack_room(const struct shinrai_policy_tables *t);
int shinrai_policy_pack(const struct shinrai_policy_tables *t, void *buf,
			size_t room, size_t *len);

#endif
