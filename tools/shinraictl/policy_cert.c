// SPDX-License-Identifier: MIT
/* Owners: the hash of a certificate's key is who they are. */
#include <errno.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <shinrai/hash.h>

#include "policy.h"

/* Return: what OpenSSL says of its first error; static. */
const char *policy_openssl_error(void)
{
	unsigned long code = ERR_peek_error();
	const char *text = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return text ? text : "no certificate or key in it";
}

static BIO *open_file(struct ctl *ctl, const char *path)
{
	BIO *bio;

	errno = 0;
	bio = BIO_new_file(path, "r");
	if (!bio) {
		ctl_error(ctl, "io", NULL, "cannot open %s: %s", path,
			  strerror(errno ? errno : EIO));
		ERR_clear_error();
	}
	return bio;
}

/*
 * The first certificate in a PEM file.
 * Return: for X509_free(); NULL, told.
 */
X509 *policy_read_cert(struct ctl *ctl, const char *path)
{
	BIO *bio = open_file(ctl, path);
	X509 *cert;

	if (!bio)
		return NULL;
	cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	if (!cert)
		ctl_error(ctl, "format", "a certificate in PEM is wanted",
			  "%s: %s", path, policy_openssl_error());
	return cert;
}

/* As policy_read_cert(), for EVP_PKEY_free(); asks for a passphrase. */
EVP_PKEY *policy_read_key(struct ctl *ctl, const char *path)
{
	BIO *bio = open_file(ctl, path);
	EVP_PKEY *key;

	if (!bio)
		return NULL;
	key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	if (!key)
		ctl_error(ctl, "format", "a private key in PEM is wanted",
			  "%s: %s", path, policy_openssl_error());
	return key;
}

/* SHA-256 of the contents of the key's BIT STRING, SHINRAI_FIELD_OWNER. */
void policy_owner_of(const X509 *cert, u8 owner[SHINRAI_DIGEST_SIZE])
{
	const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(cert);
	struct shinrai_sha256 c;

	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, ASN1_STRING_get0_data(key),
			      (size_t)ASN1_STRING_length(key));
	shinrai_sha256_final(&c, owner);
}

/*
 * @value: a certificate's file, or the 64 hexadecimal digits themselves
 * Return: 0; EXIT_ERROR, told.
 */
int policy_owner_option(struct ctl *ctl, const char *value,
			u8 owner[SHINRAI_DIGEST_SIZE])
{
	size_t len = strlen(value);
	X509 *cert;

	if (len == 2 * SHINRAI_DIGEST_SIZE &&
	    !shinrai_hex_decode(value, len, owner))
		return 0;
	cert = policy_read_cert(ctl, value);
	if (!cert)
		return EXIT_ERROR;
	policy_owner_of(cert, owner);
	X509_free(cert);
	return 0;
}
