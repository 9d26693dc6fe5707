/* SPDX-License-Identifier: MIT */
/* Signatures that the kernel module verifies: detached CMS, RSA, SHA-256. */
#ifndef _SHINRAI_CMS_H
#define _SHINRAI_CMS_H

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "platform.h"

int shinrai_cms_sign(X509 *cert, EVP_PKEY *key, const void *data, size_t len,
		     u8 **sig, size_t *sig_len);
int shinrai_cms_owner(const X509 *cert, u8 owner[32]);
int shinrai_cms_usable(EVP_PKEY *key);

int shinrai_cms_read_cert(const char *path, X509 **cert);
int shinrai_cms_read_key(const char *path, pem_password_cb *ask, void *arg,
			 EVP_PKEY **key);

#endif
