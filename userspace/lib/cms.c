// SPDX-License-Identifier: MIT
/*
 * Detached CMS as the module wants it (RFC 5652): one signer named by issuer
 * and serial number, RSA PKCS#1 v1.5 over SHA-256, no certificate, no attribute.
 * It equals "openssl cms -sign -binary -noattr -md sha256 -nocerts -outform DER".
 */
#include <stdlib.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <shinrai/cms.h>
#include <shinrai/hash.h>
#include <shinrai/util.h>

#define FLAGS \
	(CMS_BINARY | CMS_DETACHED | CMS_NOATTR | CMS_NOCERTS | CMS_NOSMIMECAP)
#define FILE_MAX (64 * 1024)

/**
 * shinrai_cms_usable() - can the module verify what this key signs?
 * @key: public or private
 *
 * Linux has no ECDSA in its keyrings before 6.4, and takes RSA of a few sizes.
 *
 * Return: 0; -ENOTSUP for what is not RSA with 2048, 3072 or 4096 bits.
 */
int shinrai_cms_usable(EVP_PKEY *key)
{
	const int bits = EVP_PKEY_get_bits(key);

	if (!EVP_PKEY_is_a(key, "RSA"))
		return -ENOTSUP;
	return bits == 2048 || bits == 3072 || bits == 4096 ? 0 : -ENOTSUP;
}

static int encode(CMS_ContentInfo *cms, u8 **sig, size_t *sig_len)
{
	u8 *der = NULL, *copy;
	const int len = i2d_CMS_ContentInfo(cms, &der);

	if (len <= 0)
		return -ENOMEM;
	copy = malloc((size_t)len);
	if (copy) {
		memcpy(copy, der, (size_t)len);
		*sig = copy;
		*sig_len = (size_t)len;
	}
	OPENSSL_free(der);
	return copy ? 0 : -ENOMEM;
}

/**
 * shinrai_cms_sign() - sign data for the module
 * @cert: names the key; not part of the signature
 * @key: private, of @cert
 * @data: what is signed; not part of the signature either
 * @len: its bytes
 * @sig: out, DER, for free()
 * @sig_len: out
 *
 * Return: 0; -ENOTSUP as shinrai_cms_usable(); -EKEYREJECTED when @key is not
 * that of @cert, or cannot sign; -EFBIG; -ENOMEM.
 */
int shinrai_cms_sign(X509 *cert, EVP_PKEY *key, const void *data, size_t len,
		     u8 **sig, size_t *sig_len)
{
	CMS_ContentInfo *cms = NULL;
	BIO *in = NULL;
	int ret;

	if (len > INT_MAX)
		return -EFBIG;
	ret = shinrai_cms_usable(key);
	if (ret)
		return ret;
	if (X509_check_private_key(cert, key) != 1) {
		ret = -EKEYREJECTED;
		goto out;
	}
	ret = -ENOMEM;
	in = BIO_new_mem_buf(len ? data : "", (int)len);
	cms = CMS_sign(NULL, NULL, NULL, NULL, FLAGS | CMS_PARTIAL);
	if (!in || !cms)
		goto out;
	if (!CMS_add1_signer(cms, cert, key, EVP_sha256(), FLAGS) ||
	    CMS_final(cms, in, NULL, FLAGS) != 1) {
		ret = -EKEYREJECTED;
		goto out;
	}
	ret = encode(cms, sig, sig_len);
out:
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	ERR_clear_error();
	return ret;
}

/**
 * shinrai_cms_owner() - how the module names the owner of a key
 * @cert: with the key
 * @owner: out, SHA-256 of the subjectPublicKey BIT STRING's content
 *
 * Return: 0; -EBADMSG for a certificate without a key.
 */
int shinrai_cms_owner(const X509 *cert, u8 owner[32])
{
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(cert);
	struct shinrai_sha256 c;

	if (!bits || bits->length <= 0)
		return -EBADMSG;
	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, bits->data, (size_t)bits->length);
	shinrai_sha256_final(&c, owner);
	return 0;
}

/**
 * shinrai_no_passphrase() - pem_password_cb: what is encrypted is refused
 * @buf: stays as it is
 * @size: its room
 * @writing: unused
 * @arg: unused
 *
 * Without one OpenSSL asks a terminal, or standard input, and waits for that: for
 * anything in PEM that says that it is encrypted, not only for keys.
 *
 * Return: -1.
 */
int shinrai_no_passphrase(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static int open_bio(const char *path, u8 **text, size_t *len, BIO **bio)
{
	int ret = shinrai_file_read(path, FILE_MAX, text, len);

	if (ret)
		return ret;
	*bio = BIO_new_mem_buf(*text, (int)*len);
	return *bio ? 0 : -ENOMEM;
}

/**
 * shinrai_cms_read_cert() - a certificate from a file, PEM or DER
 * @path: the file; "-" is standard input
 * @cert: out, for X509_free()
 *
 * Return: 0; -EBADMSG without one in it; -ENOMEM; -EFBIG; errno of the file.
 */
int shinrai_cms_read_cert(const char *path, X509 **cert)
{
	SHINRAI_FREE u8 *text = NULL;
	BIO *bio = NULL;
	size_t len;
	X509 *x;
	int ret = open_bio(path, &text, &len, &bio);

	if (ret)
		return ret;
	x = PEM_read_bio_X509(bio, NULL, shinrai_no_passphrase, NULL);
	if (!x && BIO_reset(bio) == 1)
		x = d2i_X509_bio(bio, NULL);
	BIO_free(bio);
	ERR_clear_error();
	if (!x)
		return -EBADMSG;
	*cert = x;
	return 0;
}

/**
 * shinrai_cms_read_key() - a private key from a file, PEM
 * @path: the file; "-" is standard input
 * @ask: for the passphrase of an encrypted one; NULL: such are refused
 * @arg: for @ask
 * @key: out, for EVP_PKEY_free()
 *
 * Return: 0; -EBADMSG without one in it, or without its passphrase; -ENOMEM;
 * -EFBIG; errno of the file.
 */
int shinrai_cms_read_key(const char *path, pem_password_cb *ask, void *arg,
			 EVP_PKEY **key)
{
	u8 *text = NULL;
	BIO *bio = NULL;
	EVP_PKEY *k = NULL;
	size_t len = 0;
	int ret = open_bio(path, &text, &len, &bio);

	if (!ret) {
		k = PEM_read_bio_PrivateKey(bio, NULL,
					    ask ?: shinrai_no_passphrase, arg);
		ret = k ? 0 : -EBADMSG;
	}
	BIO_free(bio);
	if (text)
		OPENSSL_cleanse(text, len);
	free(text);
	ERR_clear_error();
	if (!ret)
		*key = k;
	return ret;
}
