// SPDX-License-Identifier: MIT
/* Contexts from PEM in memory, and what a connection is bound to. */
#include <event2/bufferevent_ssl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <unistd.h>

#include <shinrai/cms.h>
#include <shinrai/session.h>

#include "tls.h"

/**
 * tls_pem_read() - read one file of certificates or a key
 * @path: the file
 * @out: out: len and pem
 *
 * Return: 0; -EFBIG above TLS_PEM_MAX; -errno.
 */
int tls_pem_read(const char *path, struct tls_pem *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int ret = 0;

	if (fd < 0)
		return -errno;
	out->len = 0;
	while ((n = read(fd, out->pem + out->len,
			 sizeof(out->pem) - out->len)) > 0)
		out->len += (u32)n;
	if (n < 0)
		ret = -errno;
	else if (out->len == sizeof(out->pem))
		ret = -EFBIG;
	close(fd);
	return ret;
}

/**
 * tls_files_read() - read what the configuration names
 * @path: by enum tls_file
 * @pem: out
 * @err: out on error: which of them, and why
 * @errlen: its room
 *
 * Return: 0; as tls_pem_read().
 */
int tls_files_read(const char *const path[TLS_FILES],
		   struct tls_pem pem[TLS_FILES], char *err, size_t errlen)
{
	int i, ret = 0;

	for (i = 0; i < TLS_FILES && !ret; i++) {
		ret = tls_pem_read(path[i], &pem[i]);
		if (ret)
			snprintf(err, errlen,
				 "cannot read %s: %s (set tls_cert, tls_key "
				 "and tls_ca in the configuration)",
				 path[i], strerror(-ret));
	}
	return ret;
}

static BIO *pem_bio(const struct tls_pem *pem)
{
	return BIO_new_mem_buf(pem->pem, (int)pem->len);
}

/* The end of the file is an "error" that is none. */
static bool at_end(void)
{
	unsigned long e = ERR_peek_last_error();

	if (ERR_GET_LIB(e) != ERR_LIB_PEM ||
	    ERR_GET_REASON(e) != PEM_R_NO_START_LINE)
		return false;
	ERR_clear_error();
	return true;
}

static bool use_cert(SSL_CTX *ctx, const struct tls_pem *pem)
{
	BIO *bio = pem_bio(pem);
	X509 *x = bio ? PEM_read_bio_X509(bio, NULL, shinrai_no_passphrase,
					  NULL) :
			NULL;
	bool ok = x && SSL_CTX_use_certificate(ctx, x) == 1;

	X509_free(x);
	while (ok && (x = PEM_read_bio_X509(bio, NULL, shinrai_no_passphrase,
					    NULL))) {
		ok = SSL_CTX_add0_chain_cert(ctx, x) == 1;
		if (!ok)
			X509_free(x);
	}
	BIO_free(bio);
	return ok && at_end();
}

static bool use_key(SSL_CTX *ctx, const struct tls_pem *pem)
{
	BIO *bio = pem_bio(pem);
	EVP_PKEY *key;
	bool ok;

	key = bio ? PEM_read_bio_PrivateKey(bio, NULL, shinrai_no_passphrase,
					    NULL) :
		    NULL;
	ok = key && SSL_CTX_use_PrivateKey(ctx, key) == 1 &&
	     SSL_CTX_check_private_key(ctx) == 1;
	EVP_PKEY_free(key);
	BIO_free(bio);
	return ok;
}

static bool use_ca(SSL_CTX *ctx, const struct tls_pem *pem)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	BIO *bio = pem_bio(pem);
	unsigned int n = 0;
	bool ok = bio;
	X509 *x;

	while (ok && (x = PEM_read_bio_X509(bio, NULL, shinrai_no_passphrase,
					    NULL))) {
		ok = X509_STORE_add_cert(store, x) == 1 &&
		     SSL_CTX_add_client_CA(ctx, x) == 1;
		X509_free(x);
		n++;
	}
	BIO_free(bio);
	return ok && n && at_end();
}

/*
 * Of the groups that OpenSSL offers, those of finite fields cost a hundred times as
 * much, before anybody has shown a certificate: 24 KB/s of hellos would take a core.
 */
#define GROUPS "X25519:P-256:P-384"

static bool strict(SSL_CTX *ctx)
{
	SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
	SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION);
	SSL_CTX_set_verify(
		ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_verify_depth(ctx, 8);
	/* Each connection proves its key anew: no resumption, no 0-RTT. */
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_max_early_data(ctx, 0);
	SSL_CTX_set_max_cert_list(ctx, 16384);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS |
				      SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return SSL_CTX_set1_groups_list(ctx, GROUPS) == 1;
}

/**
 * tls_context() - context with our certificate, key, and whom we believe
 * @pem: certificate chain, key, CA certificates
 * @client: we connect to others, who come to us otherwise
 * @err: out on error: which of them is wrong, and why
 * @errlen: its room
 *
 * Return: a context; NULL with @err.
 */
SSL_CTX *tls_context(const struct tls_pem pem[TLS_FILES], bool client,
		     char *err, size_t errlen)
{
	SSL_CTX *ctx =
		SSL_CTX_new(client ? TLS_client_method() : TLS_server_method());
	const char *what = NULL, *why;

	ERR_clear_error();
	if (!ctx)
		what = "out of memory";
	else if (!use_cert(ctx, &pem[TLS_CERT]))
		what = "tls_cert is not a chain of PEM certificates";
	else if (!use_key(ctx, &pem[TLS_KEY]))
		what = "tls_key is not the PEM key of tls_cert, unencrypted";
	else if (!use_ca(ctx, &pem[TLS_CA]))
		what = "tls_ca holds no PEM certificates";
	else if (!strict(ctx))
		what = "this OpenSSL lacks one of the groups " GROUPS;
	if (!what)
		return ctx;
	why = ERR_reason_error_string(ERR_peek_last_error());
	snprintf(err, errlen, "%s (%s)", what, why ? why : "no reason given");
	ERR_clear_error();
	SSL_CTX_free(ctx);
	return NULL;
}

/**
 * tls_no_delay() - send what there is, and wait for nothing
 * @ssl: over a connected socket
 *
 * A request, or an answer, is written in parts.  On a connection that is not new the
 * kernel would hold the second one until the other side acknowledges the first one,
 * which takes 40 ms.
 */
void tls_no_delay(const SSL *ssl)
{
	const int on = 1;

	setsockopt(SSL_get_fd(ssl), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/**
 * tls_peer_key() - which client this is
 * @ssl: handshake done
 * @key: out, SHA-256 of the SubjectPublicKeyInfo
 *
 * Return: 0; -ENOENT without a certificate; -ENOMEM.
 */
int tls_peer_key(SSL *ssl, u8 key[32])
{
	const X509 *x = SSL_get0_peer_certificate(ssl);

	return x ? shinrai_key_id(x, key) : -ENOENT;
}

/**
 * tls_peer_is_valid() - have its certificates not ended since the handshake?
 * @ssl: handshake done
 *
 * A connection may last longer than what was shown when it began.
 *
 * Return: whether none of the chain that was verified has ended (RFC 5280, 4.1.2.5).
 */
bool tls_peer_is_valid(const SSL *ssl)
{
	const STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
	const X509 *x;
	int i;

	for (i = 0; i < sk_X509_num(chain); i++) {
		x = sk_X509_value(chain, i);
		if (X509_cmp_current_time(X509_get0_notAfter(x)) <= 0)
			return false;
	}
	return i > 0;
}

/**
 * tls_exporter() - value that binds a challenge to this connection
 * @ssl: handshake done
 * @out: out, RFC 8446 7.5, no context
 *
 * Return: 0; -EIO.
 */
int tls_exporter(SSL *ssl, u8 out[32])
{
	if (SSL_export_keying_material(ssl, out, 32, SHINRAI_EXPORTER_LABEL,
				       strlen(SHINRAI_EXPORTER_LABEL), NULL, 0,
				       0) != 1)
		return -EIO;
	return 0;
}

static bool expect(SSL *ssl, const char *name, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	if (*name)
		return X509_VERIFY_PARAM_set1_host(param, name, 0) &&
		       SSL_set_tlsext_host_name(ssl, name);
	return X509_VERIFY_PARAM_set1_ip_asc(param, host);
}

/**
 * tls_dial() - a connection to somebody, for evhttp to connect
 * @base: event loop
 * @ctx: client context
 * @name: that its certificate must be for; "": @host, an address
 * @host: where it goes
 *
 * Return: bufferevent without a descriptor; NULL when memory lacks, or @name is
 * none.
 */
struct bufferevent *tls_dial(struct event_base *base, SSL_CTX *ctx,
			     const char *name, const char *host)
{
	SSL *ssl = SSL_new(ctx);
	struct bufferevent *bev;

	if (!ssl)
		return NULL;
	if (!expect(ssl, name, host)) {
		SSL_free(ssl);
		return NULL;
	}
	bev = bufferevent_openssl_socket_new(base, -1, ssl,
					     BUFFEREVENT_SSL_CONNECTING,
					     BEV_OPT_CLOSE_ON_FREE);
	if (bev)
		bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}
