/* SPDX-License-Identifier: MIT */
/* What-if: recorded flows, judged again by other policies. */
#ifndef SHINRAICTL_WHATIF_H
#define SHINRAICTL_WHATIF_H

#include <shinrai/violation.h>

#include "policy.h"

/* An owner's policy as it might be. */
struct candidate {
	struct policy_file file;
	u8 owner[SHINRAI_DIGEST_SIZE];
	bool owned; /* @owner is known; of a text the log tells it */
	struct shinrai_meter *meters;
};

/* Why an answer is none. */
enum whatif_doubt {
	WHATIF_SURE,
	WHATIF_SINK, /* where to was withheld */
	WHATIF_USER, /* a rule asks who, and that was withheld */
	WHATIF_CGROUP, /* a rule asks for the cgroup, whose path is unknown */
	WHATIF_OTHERS, /* an owner without a candidate has a say */
};

/* What the candidates make of one access. */
struct whatif_answer {
	u8 verdict; /* enum shinrai_verdict_code; of DOUBT without meaning */
	enum whatif_doubt doubt;
	const struct candidate *by; /* NULL: as it was, another owner's */
	u32 line; /* of @by; 0: the default */
	bool no_label; /* @by does not have the label */
	bool lasting; /* the next access like it fares the same */
};

enum outcome {
	NEWLY_REFUSED,
	NEWLY_ALLOWED,
	NEWLY_AUDITED,
	NOT_AUDITED,
	IN_DOUBT,
	CHANGES, /* of these the flows are told */
	UNCHANGED = CHANGES,
	OUTCOMES
};

/* Flows that differ in time and number only. */
struct group {
	enum outcome outcome;
	char *what, *who, *was, *would;
	u64 count, bytes;
	u64 first_record, last_record;
	u64 first_ns;
};

struct whatif {
	struct ctl *ctl;
	struct candidate *c;
	size_t n;
	struct shinrai_names names;
	void *tree; /* groups, by what they say */
	struct group **group; /* in the order of their first flow */
	size_t ngroups;
	u64 flows; /* events */
	u64 accesses[OUTCOMES];
	u64 faults; /* records and events that cannot be believed */
};

/* whatif.c */
void whatif_judge(struct candidate *c, size_t n, const struct shinrai_flow *f,
		  u64 bytes, const char *cgroup, struct whatif_answer *out);
void whatif_access(const struct shinrai_flow *f, struct shinrai_access *a);

/* whatif_cgroup.c */
int whatif_cgroups_learn(struct ctl *ctl, const char *root);
const char *whatif_cgroup(const struct shinrai_flow *f);
void whatif_cgroups_forget(void);

/* whatif_tell.c */
int whatif_tell(struct whatif *w, const struct shinrai_flow *f, u64 record,
		enum outcome outcome, const struct whatif_answer *a, u64 count,
		u64 bytes);
void whatif_print(const struct whatif *w);
json_t *whatif_json(const struct whatif *w);
void whatif_free(struct whatif *w);

#endif
