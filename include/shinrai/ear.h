/* SPDX-License-Identifier: MIT */
/* EAT Attestation Results (draft-ietf-rats-ear-04) as JWS, PROTOCOL.md 7. */
#ifndef _SHINRAI_EAR_H
#define _SHINRAI_EAR_H

#include "appraise.h"

int shinrai_ear_sign(const struct shinrai_appraisal *v, EVP_PKEY *key, s64 now,
		     char **jwt);
int shinrai_ear_key(const void *pem, size_t len, EVP_PKEY **key);

#endif
