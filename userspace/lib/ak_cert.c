// SPDX-License-Identifier: MIT
/* Is an AK certified, and what is its TPM worth? */
#include <stdio.h>

#include <openssl/err.h>

#include <shinrai/ak_cert.h>

#include "ek_lib.h"

static bool is_for_aks(const X509 *cert)
{
	EXTENDED_KEY_USAGE *all =
		X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);
	bool fits = false;
	char oid[32];
	int i;

	for (i = 0; i < sk_ASN1_OBJECT_num(all); i++) {
		OBJ_obj2txt(oid, sizeof(oid), sk_ASN1_OBJECT_value(all, i), 1);
		fits |= !strcmp(oid, SHINRAI_OID_AK_CERT);
	}
	EXTENDED_KEY_USAGE_free(all);
	return fits;
}

static const ASN1_OCTET_STRING *endorsement(const X509 *cert)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(SHINRAI_OID_ENDORSEMENT, 1);
	const int at = oid ? X509_get_ext_by_OBJ(cert, oid, -1) : -1;

	ASN1_OBJECT_free(oid);
	return at < 0 ? NULL : X509_EXTENSION_get_data(X509_get_ext(cert, at));
}

/* SEQUENCE { UTF8String level, OCTET STRING, OCTET STRING } of few bytes. */
static int read_level(const ASN1_OCTET_STRING *ext,
		      enum shinrai_assurance *level)
{
	struct shinrai_rd r, seq, text;
	char name[16] = "";

	shinrai_rd_init(&r, ASN1_STRING_get0_data(ext),
			(size_t)ASN1_STRING_length(ext));
	if (shinrai_rd_u8(&r) != (V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED))
		return -EBADMSG;
	seq = shinrai_rd_sub(&r, shinrai_rd_u8(&r));
	if (shinrai_rd_end(&r) || shinrai_rd_u8(&seq) != V_ASN1_UTF8STRING)
		return -EBADMSG;
	text = shinrai_rd_sub(&seq, shinrai_rd_u8(&seq));
	if (shinrai_rd_be16(&seq) != (V_ASN1_OCTET_STRING << 8 | 32) ||
	    !shinrai_rd_bytes(&seq, 32) ||
	    shinrai_rd_be16(&seq) != (V_ASN1_OCTET_STRING << 8 | 32) ||
	    !shinrai_rd_bytes(&seq, 32) || shinrai_rd_end(&seq) ||
	    shinrai_rd_left(&text) >= sizeof(name))
		return -EBADMSG;
	shinrai_rd_copy(&text, name, shinrai_rd_left(&text));
	return shinrai_assurance_by_name(name, level) ? -EBADMSG : 0;
}

int shinrai_ak_cert_check(const struct shinrai_ek_trust *t, X509 *cert,
			  s64 time, enum shinrai_assurance *assurance,
			  char *err, size_t errlen)
{
	const ASN1_OCTET_STRING *ext = endorsement(cert);
	enum shinrai_assurance most = SHINRAI_ASSURANCE_NONE, level;
	const char *fault = NULL;
	int ret;

	if (!is_for_aks(cert))
		fault = "its extended key usage is not that of an AK "
			"(" SHINRAI_OID_AK_CERT ")";
	else if (!ext || read_level(ext, &level))
		fault = "it does not say what the TPM is worth "
			"(" SHINRAI_OID_ENDORSEMENT ")";
	ERR_clear_error();
	if (fault) {
		snprintf(err, errlen, "the AK certificate: %s", fault);
		return -EKEYREJECTED;
	}
	ret = shinrai_ek_path(t, cert, t->others, time, &most, err, errlen);
	if (!ret)
		*assurance = level < most ? level : most;
	return ret;
}
