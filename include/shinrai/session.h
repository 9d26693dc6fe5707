/* SPDX-License-Identifier: MIT */
/* What the verifier itself saw of the exchange: PROTOCOL.md 6, session item. */
#ifndef _SHINRAI_SESSION_H
#define _SHINRAI_SESSION_H

#include "challenge.h"

struct shinrai_evidence;

struct shinrai_session {
	u8 nonce_len; /* SHINRAI_NONCE_MIN to _MAX */
	u8 nonce[SHINRAI_NONCE_MAX];
	u8 exporter[SHINRAI_EXPORTER_SIZE]; /* of the TLS connection */
	u8 verifier_key[SHINRAI_KEY_ID_SIZE]; /* SHA-256 of our SPKI */
	u8 peer[32]; /* SHA-256 of the attester's certificate */
	s64 time; /* s since 1970 UTC, when the answer was there */
};

/* RFC 8446 7.5, with no context: both ends bind a challenge to it. */
#define SHINRAI_EXPORTER_LABEL "EXPORTER-shinrai-attestation"

/* Longest JSON text that shinrai_session_format() writes. */
#define SHINRAI_SESSION_TEXT 512

int shinrai_session_format(const struct shinrai_session *s,
			   char text[SHINRAI_SESSION_TEXT]);
int shinrai_session_parse(const void *json, size_t len,
			  struct shinrai_session *s);

int shinrai_session_sign(const struct shinrai_evidence *ev, EVP_PKEY *key,
			 u8 **sig, size_t *len);
int shinrai_session_verify(const struct shinrai_evidence *ev, const X509 *cert);
int shinrai_key_id(const X509 *cert, u8 id[SHINRAI_KEY_ID_SIZE]);

void shinrai_time_format(s64 t, char text[24]);
int shinrai_time_parse(const char *text, s64 *t);

size_t shinrai_base64url_encode(const u8 *data, size_t len, char *out);
int shinrai_base64url_decode(const char *text, u8 *out, size_t cap,
			     size_t *len);

#endif
