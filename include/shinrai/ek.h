/* SPDX-License-Identifier: MIT */
/*
 * Endorsement keys: is a key that of a TPM, and how much is that worth?  TCG EK
 * Credential Profile 2.5; RFC 5280.
 */
#ifndef _SHINRAI_EK_H
#define _SHINRAI_EK_H

#include <openssl/x509v3.h>

#include "assurance.h"
#include "tpm2.h"

#define SHINRAI_EK_CERT_MAX 4096 /* bytes, with the padding of an NV index */
#define SHINRAI_EK_CHAIN_MAX 8 /* certificates that come with an EK */
#define SHINRAI_EK_TRUST_MAX 1024 /* certificates and CRLs of one trust */
#define SHINRAI_EK_TEXT 64

/* CAs whose endorsement is believed.  Not changed after it is filled. */
struct shinrai_ek_trust;

/* Return: empty, for shinrai_ek_trust_free(); NULL when memory lacks. */
struct shinrai_ek_trust *shinrai_ek_trust_new(void);
void shinrai_ek_trust_free(struct shinrai_ek_trust *t);

/*
 * Adds what a file holds: PEM certificates and CRLs, or one in DER.
 * @level: anchors: what an EK below them is worth at most; _NONE:
 *	intermediate certificates and CRLs, believed when an anchor vouches
 * Anchors need not be self-signed (RFC 5280, 6.1), and their serial numbers may
 * be padded as in some of ST's.  Where there is a CRL of a CA, it must be valid
 * and not list the certificate; where there is none, nothing is asked.
 * Return: 0; -EBADMSG neither, or something else among them; -E2BIG above
 * SHINRAI_EK_TRUST_MAX; -ENOMEM.
 */
int shinrai_ek_trust_add(struct shinrai_ek_trust *t, const void *data,
			 size_t len, enum shinrai_assurance level);

struct shinrai_ek_input {
	/* DER, padded or not: the EK's, then any of the CAs' in any order. */
	const struct shinrai_bytes *cert;
	size_t ncerts;
	const struct shinrai_public *pub; /* of the EK */
	bool allow_software; /* for tests: simulators pass, too */
	s64 time; /* s since 1970; 0: now */
};

struct shinrai_ek {
	enum shinrai_assurance assurance;
	/* From the certificate, printable; 2.23.133.2.1 to .3 */
	char manufacturer[SHINRAI_EK_TEXT];
	char model[SHINRAI_EK_TEXT];
	char version[SHINRAI_EK_TEXT];
	u8 cert_digest[32]; /* SHA-256 of the certificate without padding */
	u8 id[32]; /* SHA-256 of the EK's SubjectPublicKeyInfo */
};

/*
 * Is @in->pub the EK of a TPM that an anchor of @t vouches for?
 * @out: only on success
 * @err: on -EKEYREJECTED: what is wrong and, where a CA is missing, which
 * Return: 0; -EKEYREJECTED; -ENOMEM.  Any thread.
 */
int shinrai_ek_check(const struct shinrai_ek_trust *t,
		     const struct shinrai_ek_input *in, struct shinrai_ek *out,
		     char *err, size_t errlen);

/*
 * One certificate, followed by nothing but padding: 0x00 or 0xff.
 * @used: out, bytes without padding; may be NULL
 * Return: for X509_free(); NULL when it is none, or memory lacks.
 */
X509 *shinrai_ek_cert_parse(const void *data, size_t len, size_t *used);

/*
 * How the certificate names the TPM: the directoryName of its subjectAltName.
 * Return: for GENERAL_NAMES_free(); NULL without one.
 */
GENERAL_NAMES *shinrai_ek_cert_names(const X509 *cert);

/* Return: why @pub is no EK that can be challenged; NULL when it is one. */
const char *shinrai_ek_fault(const struct shinrai_public *pub);

#endif
