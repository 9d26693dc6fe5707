/* SPDX-License-Identifier: MIT */
/* Records as JSON, and that JSON as lines for people. */
#ifndef SHINRAICTL_DECODE_H
#define SHINRAICTL_DECODE_H

#include <jansson.h>
#include <shinrai/record.h>
#include <stdio.h>

json_t *decode_event(const struct shinrai_event *ev);
json_t *decode_record(const struct shinrai_record *rec, bool with_events,
		      const char **fault);
const char *decode_digest_fault(const struct shinrai_record *rec);
void decode_print(FILE *f, const json_t *record);

#endif
