/* SPDX-License-Identifier: MIT */
/* What the files that judge endorsement keys share. */
#ifndef SHINRAI_EK_LIB_H
#define SHINRAI_EK_LIB_H

#include <shinrai/ek.h>

struct shinrai_ek_trust {
	X509_STORE *store; /* anchors and CRLs */
	STACK_OF(X509) * anchors;
	u8 level[SHINRAI_EK_TRUST_MAX]; /* of each anchor */
	STACK_OF(X509) * others;
	unsigned int ncrls;
};

/* ek.c */
int shinrai_ek_path(const struct shinrai_ek_trust *t, X509 *cert,
		    STACK_OF(X509) * others, s64 time,
		    enum shinrai_assurance *level, char *err, size_t errlen);

/* ek_cert.c */
int shinrai_ek_cert_profile(X509 *cert, struct shinrai_ek *ek, char *err,
			    size_t errlen);
enum shinrai_assurance shinrai_ek_maker_level(const char *manufacturer);
void shinrai_ek_name_text(const X509_NAME *name, char *out, size_t size);

#endif
