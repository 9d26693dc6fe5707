// SPDX-License-Identifier: MIT
/* Who signed a file: the signatures of cms.c, verified outside of the kernel. */
#include <stdio.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <shinrai/cms.h>

#include "kernel/pure.h"

/* Nothing but the certificates that are given counts, and they do not chain. */
#define FLAGS \
	(CMS_BINARY | CMS_DETACHED | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY)

/* @cms has one signer. */
static bool names(CMS_ContentInfo *cms, X509 *cert)
{
	CMS_SignerInfo *s =
		sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);

	return !CMS_SignerInfo_cert_cmp(s, cert);
}

/* Return: 0 with the digest of what was read; -EKEYREJECTED; -EIO; -ENOMEM. */
static int verify(CMS_ContentInfo *cms, X509 *cert, FILE *f, u8 sha256[32])
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	BIO *file = BIO_new_fp(f, BIO_NOCLOSE), *md = BIO_new(BIO_f_md());
	int ret = -ENOMEM;

	if (certs && file && md && sk_X509_push(certs, cert) > 0 &&
	    BIO_set_md(md, EVP_sha256()) == 1) {
		BIO_push(md, file);
		rewind(f);
		ret = CMS_verify(cms, certs, NULL, md, NULL, FLAGS) == 1 ?
			      0 :
			      -EKEYREJECTED;
		if (ferror(f))
			ret = -EIO;
		else if (!ret && BIO_gets(md, (char *)sha256, 32) != 32)
			ret = -ENOMEM;
	}
	sk_X509_free(certs);
	BIO_free(md);
	BIO_free(file);
	return ret;
}

static int valid(const X509 *cert, time_t now)
{
	const ASN1_TIME *from = X509_get0_notBefore(cert);
	const ASN1_TIME *to = X509_get0_notAfter(cert);

	return ASN1_TIME_cmp_time_t(from, now) <= 0 &&
			       ASN1_TIME_cmp_time_t(to, now) >= 0 ?
		       0 :
		       -EKEYEXPIRED;
}

/* A CA's or a server's key is not one for signing, where its certificate says so. */
static int usable(X509 *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);

	if (!key || !(X509_get_key_usage(cert) & KU_DIGITAL_SIGNATURE))
		return -ENOTSUP;
	return shinrai_cms_usable(key);
}

/* Is it signed by @cert?  What was verified once remembers by whom. */
static int signed_by(const u8 *sig, size_t len, X509 *cert, FILE *f,
		     u8 sha256[32])
{
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &sig, (long)len);
	int ret = cms ? -ENOKEY : -EBADMSG;

	if (cms && names(cms, cert)) {
		ret = usable(cert);
		if (!ret)
			ret = verify(cms, cert, f, sha256);
	}
	CMS_ContentInfo_free(cms);
	return ret;
}

int shinrai_cms_verify(X509 *const *cert, size_t n, const void *sig,
		       size_t sig_len, FILE *f, time_t now, size_t *which,
		       u8 sha256[32])
{
	int ret = -ENOKEY, one;
	u8 digest[32];
	size_t i;

	if (sig_len > LONG_MAX || shinrai_signature_plain(sig, sig_len))
		return -EBADMSG;
	/* Issuer and serial number need not be one certificate's alone. */
	for (i = 0; i < n && (ret == -ENOKEY || ret == -EKEYREJECTED); i++) {
		one = signed_by(sig, sig_len, cert[i], f, digest);
		if (one != -ENOKEY)
			ret = one;
		if (!one) {
			*which = i;
			ret = valid(cert[i], now);
		}
	}
	ERR_clear_error();
	if (!ret)
		memcpy(sha256, digest, sizeof(digest));
	return ret;
}
