/* SPDX-License-Identifier: MIT */
/* Admissions and policies on their way to the kernel, and who is there. */
#ifndef SHINRAICTL_LOAD_H
#define SHINRAICTL_LOAD_H

#include <shinrai/policy.h>

#include "ctl.h"

/* One that is signed. */
struct load_item {
	u32 kind; /* enum shinrai_load_kind */
	char *path;
	struct ctl_buf data;
	struct ctl_buf signature;
	u64 generation;
	char name[SHINRAI_MAX_NAMESPACE];
};

/* Why it did not get there. */
struct load_why {
	const char *code;
	const char *text; /* completes "cannot load FILE: " */
	const char *hint; /* or NULL */
};

#define CTL_LOAD __attribute__((cleanup(load_free))) struct load_item

int load_open(struct ctl *ctl, bool writing);
int load_read(u32 kind, const char *path, const char *signature,
	      struct load_item *item, struct load_why *why);
int load_send(int fd, const struct load_item *item, struct load_why *why);
int load_failed(struct ctl *ctl, const char *path, const struct load_why *why);
void load_free(struct load_item *item);
json_t *load_json(const struct load_item *item);
void load_print(const struct load_item *item);

/* Who is admitted; for free(). */
struct load_owners {
	struct shinrai_owner *v;
	u32 n;
};

#define CTL_OWNERS __attribute__((cleanup(load_owners_free))) struct load_owners

int load_owners(struct ctl *ctl, int fd, struct load_owners *out);
void load_owners_free(struct load_owners *o);

#endif
