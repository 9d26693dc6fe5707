/* SPDX-License-Identifier: MIT */
/* A verdict as JSON (PROTOCOL.md 7) and as a signed EAR. */
#ifndef _SHINRAI_VERDICT_H
#define _SHINRAI_VERDICT_H

#include <jansson.h>

#include "appraise.h"

json_t *shinrai_reason_json(const struct shinrai_appraisal *v,
			    const struct shinrai_why *w);
json_t *shinrai_verdict_json(const struct shinrai_appraisal *v);
int shinrai_verdict_pack(const struct shinrai_appraisal *v, u8 **out,
			 size_t *len);
int shinrai_verdict_unpack(const void *data, size_t len,
			   struct shinrai_appraisal *v);
const char *shinrai_report_name(enum shinrai_verdict verdict);
void shinrai_report_names(const struct shinrai_appraisal *v,
			  struct shinrai_names *names);
const char *shinrai_verdict_headline(const struct shinrai_appraisal *v);

#endif
