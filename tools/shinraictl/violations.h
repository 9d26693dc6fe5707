/* SPDX-License-Identifier: MIT */
/* Violations: names that the module knows, and details as lines. */
#ifndef SHINRAICTL_VIOLATIONS_H
#define SHINRAICTL_VIOLATIONS_H

#include <jansson.h>
#include <shinrai/violation.h>
#include <stdio.h>

void violations_ask_module(int fd, struct shinrai_names *names);
void violations_print(FILE *f, const json_t *violation);

#endif
