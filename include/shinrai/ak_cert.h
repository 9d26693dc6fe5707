/* SPDX-License-Identifier: MIT */
/* Certificates of AKs that an enrolling verifier issued, PROTOCOL.md 11.3. */
#ifndef _SHINRAI_AK_CERT_H
#define _SHINRAI_AK_CERT_H

#include "ek.h"

#define SHINRAI_OID_AK_CERT "2.23.133.8.3" /* tcg-kp-AIKCertificate */
/* Of nobody's arc: a UUID (X.667), 7ac31943-e685-4cb7-9693-e18a688b3d5e */
#define SHINRAI_OID_ENDORSEMENT "2.25.163178825813043709308674364567787879774"

/*
 * What such a certificate says of the TPM that its key is in.
 * @t: whose certificates are believed, and CRLs; levels of its anchors bound
 *	what comes out
 * @time: s since 1970; 0: now
 * @assurance: out, on success
 * @err: on -EKEYREJECTED: what is wrong
 * Return: 0; -EKEYREJECTED; -ENOMEM.
 */
int shinrai_ak_cert_check(const struct shinrai_ek_trust *t, X509 *cert,
			  s64 time, enum shinrai_assurance *assurance,
			  char *err, size_t errlen);

#endif
