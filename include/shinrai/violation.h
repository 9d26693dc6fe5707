/* SPDX-License-Identifier: MIT */
/*
 * Violations: flows that an owner's policy denied, prevented or not.  One at a
 * time, for people and for programs.
 */
#ifndef _SHINRAI_VIOLATION_H
#define _SHINRAI_VIOLATION_H

#include "flow.h"

/* Points into the record that it was read from. */
struct shinrai_violation {
	u64 record;
	unsigned int event; /* its place among those that are shown */
	u64 time_ns; /* of the record, since boot */
	struct shinrai_flow flow;
};

/* What owners and labels are called; learned from logs and policies. */
struct shinrai_names {
	struct {
		u8 owner[SHINRAI_DIGEST_SIZE];
		char name[SHINRAI_MAX_NAMESPACE];
	} space[SHINRAI_MAX_OWNERS];
	unsigned int nspaces;
	struct shinrai_label_name {
		struct shinrai_label_id id;
		char name[SHINRAI_MAX_NAMESPACE];
	} * label; /* owned */
	size_t nlabels;
};

void shinrai_names_space(struct shinrai_names *n,
			 const u8 owner[SHINRAI_DIGEST_SIZE], const char *name);
int shinrai_names_policy(struct shinrai_names *n, const void *blob, size_t len);
void shinrai_names_owner(struct shinrai_names *n,
			 const struct shinrai_event *ev);
struct shinrai_flow_names shinrai_names_get(const struct shinrai_names *n);
void shinrai_names_free(struct shinrai_names *n);

int shinrai_violation_parse(const struct shinrai_event *ev,
			    struct shinrai_violation *v);
json_t *shinrai_violation_json(const struct shinrai_violation *v,
			       const struct shinrai_flow_names *names);

#endif
