/* SPDX-License-Identifier: MIT */
/* TLS 1.3, both sides with certificates: PROTOCOL.md 5. */
#ifndef SHINRAI_TLS_H
#define SHINRAI_TLS_H

#include <event2/bufferevent.h>
#include <openssl/ssl.h>

#include <shinrai/platform.h>

#define TLS_PEM_MAX 65536

/* A file of certificates, or a key. */
struct tls_pem {
	u32 len;
	u8 pem[TLS_PEM_MAX];
};

enum tls_file { TLS_CERT, TLS_KEY, TLS_CA, TLS_FILES };

int tls_pem_read(const char *path, struct tls_pem *out);
int tls_files_read(const char *const path[TLS_FILES],
		   struct tls_pem pem[TLS_FILES], char *err, size_t errlen);

SSL_CTX *tls_context(const struct tls_pem pem[TLS_FILES], bool client,
		     char *err, size_t errlen);
struct bufferevent *tls_dial(struct event_base *base, SSL_CTX *ctx,
			     const char *name, const char *host);
void tls_no_delay(const SSL *ssl);
int tls_peer_key(SSL *ssl, u8 key[32]);
bool tls_peer_is_valid(const SSL *ssl);
int tls_exporter(SSL *ssl, u8 out[32]);

#endif
