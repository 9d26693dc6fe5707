/* SPDX-License-Identifier: MIT */
/* EAT Attestation Results (draft-fv-rats-ear-03) as JWS, PROTOCOL.md 7. */
#ifndef _SHINRAI_EAR_H
#define _SHINRAI_EAR_H

#include <jansson.h>

#include "appraise.h"

json_t *shinrai_ear_claims(const json_t *verdict, const char *build, s64 now);
int shinrai_ear_sign(const struct shinrai_appraisal *v, EVP_PKEY *key, s64 now,
		     char **jwt);

#endif
