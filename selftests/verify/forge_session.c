// SPDX-License-Identifier: MIT
/* Evidence made from nothing: what a verifier adds to it when it saves it. */
#include <assert.h>

#include <openssl/ec.h>
#include <openssl/sha.h>

#include "forge_parts.h"

/* Of a verifier that is called @name; never released, there are but a few. */
static void make_verifier(const char *name, EVP_PKEY **key, X509 **cert)
{
	X509_NAME *subject;

	*key = EVP_EC_gen("P-256");
	*cert = X509_new();
	assert(*key && *cert);
	subject = X509_get_subject_name(*cert);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
				   (const u8 *)name, -1, -1, 0);
	X509_set_issuer_name(*cert, subject);
	X509_gmtime_adj(X509_getm_notBefore(*cert), 0);
	X509_gmtime_adj(X509_getm_notAfter(*cert), 86400);
	X509_set_pubkey(*cert, *key);
	assert(X509_sign(*cert, *key, EVP_sha256()));
}

static void key_digest(const X509 *cert, u8 out[32])
{
	u8 *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);

	assert(len > 0);
	SHA256(der, (size_t)len, out);
	OPENSSL_free(der);
}

void forge_saved(struct forge *f)
{
	static EVP_PKEY *key, *other_key;
	static X509 *cert, *other;

	if (!key) {
		make_verifier("verifier-3", &key, &cert);
		make_verifier("somebody", &other_key, &other);
	}
	f->saved = true;
	f->saver = cert;
	f->saver_key = key;
	f->other_saver = other;
	f->other_saver_key = other_key;
	key_digest(cert, f->verifier_key);
	key_digest(cert, f->session.verifier_key);
}

/* PROTOCOL.md 6, from its text. */
void forge_sign_session(struct forge *f, const char *context)
{
	u8 *sig = f->item[SHINRAI_ITEM_SESSION_SIGNATURE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = FORGE_ITEM, n = strlen(context);
	u8 text[128];

	memcpy(text, context, n);
	SHA256(f->item[SHINRAI_ITEM_SESSION], f->len[SHINRAI_ITEM_SESSION],
	       text + n);
	SHA256(f->item[SHINRAI_ITEM_ATTEST], f->len[SHINRAI_ITEM_ATTEST],
	       text + n + 32);
	assert(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL,
				  f->saver_key) == 1);
	assert(EVP_DigestSign(ctx, sig, &len, text, n + 64) == 1);
	EVP_MD_CTX_free(ctx);
	f->len[SHINRAI_ITEM_SESSION_SIGNATURE] = len;
}

void forge_build_session(struct forge *f)
{
	char text[SHINRAI_SESSION_TEXT];
	int n;

	f->absent[SHINRAI_ITEM_SESSION] = !f->saved;
	f->absent[SHINRAI_ITEM_SESSION_SIGNATURE] = !f->saved;
	if (!f->saved)
		return;
	memcpy(f->session.nonce, f->session_nonce, 32);
	n = shinrai_session_format(&f->session, text);
	assert(n > 0);
	f->len[SHINRAI_ITEM_SESSION] = (size_t)n;
	memcpy(f->item[SHINRAI_ITEM_SESSION], text, (size_t)n);
	forge_sign_session(f, "shinrai-session-v1");
}
