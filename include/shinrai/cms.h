/* SPDX-License-Identifier: MIT */
/*
 * Signatures that the kernel module verifies, and verifiers for files: detached CMS
 * (RFC 5652), RSA PKCS#1 v1.5, SHA-256.
 */
#ifndef _SHINRAI_CMS_H
#define _SHINRAI_CMS_H

#include <stdio.h>
#include <time.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "platform.h"

int shinrai_cms_sign(X509 *cert, EVP_PKEY *key, const void *data, size_t len,
		     u8 **sig, size_t *sig_len);
int shinrai_cms_owner(const X509 *cert, u8 owner[32]);
int shinrai_cms_usable(EVP_PKEY *key);

/*
 * Who signed a file?  As shinrai_cms_sign() does, and nothing else: RFC 5652 5.6.
 * @cert: @n certificates of who may; no chain is built, none is taken from @sig
 * @sig: DER, @sig_len bytes
 * @f: what is signed, from its begin; can be rewound; is read to its end
 * @now: seconds since 1970; the signer's certificate must be valid then
 * @which: out on success: index in @cert
 * @sha256: out on success: of what was read
 * Return: 0; -EBADMSG no such signature; -ENOKEY it names none of @cert;
 * -EKEYREJECTED it does not fit @f; -EKEYEXPIRED it fits, and @cert[@which] is not
 * valid; -ENOTSUP as shinrai_cms_usable(), or not a certificate for signing; -EIO;
 * -ENOMEM.
 */
int shinrai_cms_verify(X509 *const *cert, size_t n, const void *sig,
		       size_t sig_len, FILE *f, time_t now, size_t *which,
		       u8 sha256[32]);

int shinrai_no_passphrase(char *buf, int size, int writing, void *arg);
int shinrai_cms_read_cert(const char *path, X509 **cert);
int shinrai_cms_read_key(const char *path, pem_password_cb *ask, void *arg,
			 EVP_PKEY **key);

#endif
