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

extern const struct mutation mutations[];
extern const size_t nmutations;

#endif
