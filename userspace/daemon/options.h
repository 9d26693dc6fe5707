/* SPDX-License-Identifier: MIT */
/* The command line of a daemon. */
#ifndef SHINRAI_OPTIONS_H
#define SHINRAI_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *config; /* file; in: without the option */
	bool check; /* say what is wrong with it, no more */
	int most; /* words after the options at most, in */
	char *const *words; /* those, NULL-terminated */
};

int options_take(struct options *o, int argc, char **argv, const char *usage);

#endif
