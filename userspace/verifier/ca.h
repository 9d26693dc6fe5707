/* SPDX-License-Identifier: MIT */
/*
 * The certificates that the verifier gives its devices: for their AKs, which other
 * verifiers can check, and for TLS.  PROTOCOL.md 11.3.
 */
#ifndef VERIFIER_CA_H
#define VERIFIER_CA_H

#include <openssl/x509v3.h>

#include <shinrai/ek.h>

#define CA_SERIAL 16 /* bytes, the first one of 1 to 127 */

struct ca {
	X509 *cert;
	EVP_PKEY *key;
};

/* What an AK certificate says of the TPM. */
struct ca_endorsement {
	enum shinrai_assurance assurance;
	u8 ek[32]; /* SHA-256 of the EK's SubjectPublicKeyInfo */
	u8 ek_cert[32]; /* SHA-256 of its certificate */
	GENERAL_NAMES *tpm; /* of that certificate */
};

struct ca_issued {
	u8 serial[CA_SERIAL];
	s64 not_after; /* s since 1970 */
	char *pem; /* for free() */
};

int ca_load(struct ca *ca, const char *cert, const char *key, char *err,
	    size_t errlen);
void ca_free(struct ca *ca);
struct ca *ca_hold(const struct ca *ca);
void ca_release(struct ca *held);
int ca_issue_ak(const struct ca *ca, const char *name, EVP_PKEY *ak,
		const struct ca_endorsement *e, int days,
		struct ca_issued *out);
int ca_issue_tls(const struct ca *ca, const char *name, EVP_PKEY *key, int days,
		 struct ca_issued *out);
char *ca_cert_pem(const struct ca *ca);
int ca_serial(X509 *cert, u8 serial[CA_SERIAL]);
bool ca_is_ours(const struct ca *ca, X509 *cert);

/* A list of what is revoked; serials come between new and done. */
X509_CRL *ca_crl_new(const struct ca *ca, s64 now);
int ca_crl_add(X509_CRL *crl, const u8 serial[CA_SERIAL], s64 at);
int ca_crl_done(const struct ca *ca, X509_CRL *crl, u8 **der, size_t *len);

#endif
