/* SPDX-License-Identifier: MIT */
/* TLS 1.3, both sides with certificates: PROTOCOL.md 5. */
#ifndef SHINRAID_TLS_H
#define SHINRAID_TLS_H

#include <openssl/ssl.h>

#include "msg.h"

SSL_CTX *tls_context(const struct msg_tls pem[3], bool client, char *err,
		     size_t errlen);
int tls_peer_key(SSL *ssl, u8 key[32]);
int tls_exporter(SSL *ssl, u8 out[32]);

#endif
