// SPDX-License-Identifier: MIT
/* Owners: the hash of a certificate's key is who they are. */
#include <errno.h>
#include <string.h>

#include <shinrai/cms.h>

#include "policy.h"

static int read_error(struct ctl *ctl, const char *path, int err,
		      const char *wanted)
{
	if (err == -EBADMSG)
		return ctl_error(ctl, "format", NULL, "%s is not %s", path,
				 wanted);
	return ctl_error(ctl, "io", NULL, "cannot read %s: %s", path,
			 strerror(-err));
}

/*
 * The first certificate in a file.
 * Return: for X509_free(); NULL, told.
 */
X509 *policy_read_cert(struct ctl *ctl, const char *path)
{
	X509 *cert = NULL;
	int ret = shinrai_cms_read_cert(path, &cert);

	if (ret)
		read_error(ctl, path, ret, "a certificate in PEM or DER");
	return cert;
}

/* As above, for EVP_PKEY_free(); asks for a passphrase. */
static EVP_PKEY *read_key(struct ctl *ctl, const char *path)
{
	EVP_PKEY *key = NULL;
	int ret = shinrai_cms_read_key(path, PEM_def_callback, NULL, &key);

	if (ret)
		read_error(
			ctl, path, ret,
			"a private key in PEM, or its passphrase is another");
	return key;
}

/*
 * The signature that the kernel wants of this.
 * @sig: out, for free()
 * Return: 0; EXIT_ERROR, told.
 */
int policy_signature(struct ctl *ctl, const struct policy_signer *s,
		     const void *data, size_t len, u8 **sig, size_t *sig_len)
{
	EVP_PKEY *key = NULL;
	X509 *cert = policy_read_cert(ctl, s->cert);
	int ret = -EIO;

	if (cert)
		key = read_key(ctl, s->key);
	if (key)
		ret = shinrai_cms_sign(cert, key, data, len, sig, sig_len);
	X509_free(cert);
	EVP_PKEY_free(key);
	if (!key)
		return EXIT_ERROR;
	if (ret == -ENOTSUP)
		return ctl_error(ctl, "key",
				 "the kernel verifies RSA of 2048, 3072 or 4096"
				 " bits: make one of 3072",
				 "%s is a key that the kernel cannot use",
				 s->key);
	if (ret == -EKEYREJECTED)
		return ctl_error(ctl, "key", NULL, "%s is not the key of %s",
				 s->key, s->cert);
	return ret ? ctl_error(ctl, "sign", NULL, "cannot sign with %s: %s",
			       s->key, strerror(-ret)) :
		     0;
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
	int ret;

	if (len == 2 * SHINRAI_DIGEST_SIZE &&
	    !shinrai_hex_decode(value, len, owner))
		return 0;
	cert = policy_read_cert(ctl, value);
	if (!cert)
		return EXIT_ERROR;
	ret = shinrai_cms_owner(cert, owner);
	X509_free(cert);
	return ret ? read_error(ctl, value, ret, "a certificate with a key") :
		     0;
}
