/* SPDX-License-Identifier: MIT */
/* Ways to lie, each with the reason that must be given for it. */
#ifndef SHINRAI_MUTATIONS_H
#define SHINRAI_MUTATIONS_H

#include "forge.h"

struct mutation {
	const char *name;
	void (*plan)(struct forge *f); /* before it is built, or NULL */
	void (*bend)(struct forge *f); /* afterwards, or NULL */
	const char *code; /* first reason; NULL: still trusted */
	enum shinrai_verdict verdict;
};

/* Each ends in an entry without a name. */
extern const struct mutation mutations_quote[];
extern const struct mutation mutations_log[];
extern const struct mutation mutations_boot[];
extern const struct mutation mutations_ima[];
extern const struct mutation mutations_owner[];
extern const struct mutation mutations_data[];
extern const struct mutation mutations_report[];

static inline void forge_cut(struct forge *f, enum shinrai_item_id id)
{
	f->len[id]--;
}

static inline void forge_grow(struct forge *f, enum shinrai_item_id id)
{
	f->item[id][f->len[id]++] = 0;
}

#endif
