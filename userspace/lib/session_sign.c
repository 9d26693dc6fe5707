// SPDX-License-Identifier: MIT
/*
 * Who saved a session: its signature, PROTOCOL.md 6.  A saved session is as
 * good as the word of the verifier whose key is in the challenge, no better.
 */
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <shinrai/evidence.h>
#include <shinrai/hash.h>
#include <shinrai/session.h>

/* Signs nothing that TLS could sign: that begins with 64 blanks. */
#define CONTEXT "shinrai-session-v1"
#define CONTEXT_LEN (sizeof(CONTEXT) - 1)
#define SIGNED (CONTEXT_LEN + 2 * 32)

static void put_item(const struct shinrai_item *item, u8 out[32])
{
	struct shinrai_sha256 c;

	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, item->data, item->len);
	shinrai_sha256_final(&c, out);
}

/*
 * The session and the very quote that came in it: otherwise the machine could
 * quote the same nonce again, once it has been set right.
 */
static void text_of(const struct shinrai_evidence *ev, u8 text[SIGNED])
{
	memcpy(text, CONTEXT, CONTEXT_LEN);
	put_item(&ev->item[SHINRAI_ITEM_SESSION], text + CONTEXT_LEN);
	put_item(&ev->item[SHINRAI_ITEM_ATTEST], text + CONTEXT_LEN + 32);
}

/* Edwards curves hash by themselves. */
static const EVP_MD *hash_of(const EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448") ?
		       NULL :
		       EVP_sha256();
}

static bool use_pss(const EVP_PKEY *key, EVP_PKEY_CTX *ctx)
{
	if (!EVP_PKEY_is_a(key, "RSA") && !EVP_PKEY_is_a(key, "RSA-PSS"))
		return true;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) >
		       0;
}

/**
 * shinrai_session_sign() - vouch for the session of evidence that is saved
 * @ev: with its session and attest items
 * @key: private, of the certificate that the challenge was made with
 * @sig: out, for free(); what belongs into the session-signature item
 * @len: out, its bytes
 *
 * ECDSA or RSASSA-PSS with SHA-256, Ed25519, Ed448: as the key is.
 *
 * Return: 0; -ENOTSUP a key that cannot sign so; -ENOMEM.
 */
int shinrai_session_sign(const struct shinrai_evidence *ev, EVP_PKEY *key,
			 u8 **sig, size_t *len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *p;
	u8 text[SIGNED];
	int ret = -ENOTSUP;

	*sig = NULL;
	if (!ctx)
		return -ENOMEM;
	text_of(ev, text);
	if (EVP_DigestSignInit(ctx, &p, hash_of(key), NULL, key) != 1 ||
	    !use_pss(key, p) ||
	    EVP_DigestSign(ctx, NULL, len, text, sizeof(text)) != 1)
		goto out;
	*sig = malloc(*len);
	if (!*sig)
		ret = -ENOMEM;
	else if (EVP_DigestSign(ctx, *sig, len, text, sizeof(text)) == 1)
		ret = 0;
	if (ret) {
		free(*sig);
		*sig = NULL;
	}
out:
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return ret;
}

/**
 * shinrai_session_verify() - did this verifier save this session?
 * @ev: with its session, session-signature and attest items
 * @cert: of the verifier
 *
 * Whether the session names the key of @cert is for the caller to look at.
 *
 * Return: 0; -EKEYREJECTED; -ENOMEM.
 */
int shinrai_session_verify(const struct shinrai_evidence *ev, const X509 *cert)
{
	const struct shinrai_item *sig =
		&ev->item[SHINRAI_ITEM_SESSION_SIGNATURE];
	EVP_PKEY *key = X509_get0_pubkey(cert);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ret = -EKEYREJECTED;
	EVP_PKEY_CTX *p;
	u8 text[SIGNED];

	if (!ctx)
		return -ENOMEM;
	text_of(ev, text);
	if (key &&
	    EVP_DigestVerifyInit(ctx, &p, hash_of(key), NULL, key) == 1 &&
	    use_pss(key, p) &&
	    EVP_DigestVerify(ctx, sig->data, sig->len, text, sizeof(text)) == 1)
		ret = 0;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return ret;
}

/**
 * shinrai_key_id() - how a challenge names a verifier, PROTOCOL.md 3.1
 * @cert: its certificate
 * @id: out, SHA-256 of the SubjectPublicKeyInfo
 *
 * Return: 0; -ENOMEM.
 */
int shinrai_key_id(const X509 *cert, u8 id[SHINRAI_KEY_ID_SIZE])
{
	struct shinrai_sha256 c;
	u8 *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);

	if (len <= 0)
		return -ENOMEM;
	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, der, (size_t)len);
	shinrai_sha256_final(&c, id);
	OPENSSL_free(der);
	return 0;
}
