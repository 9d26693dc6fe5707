/* SPDX-License-Identifier: MIT */
/* ES256 signatures over JSON: compact JWS (RFC 7515), keys as JWK (RFC 7517). */
#ifndef _SHINRAI_JWS_H
#define _SHINRAI_JWS_H

#include <jansson.h>
#include <openssl/evp.h>

#include "platform.h"

#define SHINRAI_KID_SIZE 44 /* SHA-256 in base64url, and NUL */
#define SHINRAI_JWS_MAX (1u << 20) /* bytes of a JWS that is checked */

int shinrai_jws_key(const void *pem, size_t len, EVP_PKEY **key);
json_t *shinrai_jws_public(EVP_PKEY *key);
int shinrai_jws_kid(EVP_PKEY *key, char kid[SHINRAI_KID_SIZE]);
int shinrai_jws_sign(EVP_PKEY *key, const char *typ, const json_t *payload,
		     char **jws);
int shinrai_jws_check(const char *jws, const json_t *keys, const char *typ,
		      json_t **payload);

#endif
