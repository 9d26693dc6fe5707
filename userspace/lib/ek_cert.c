// SPDX-License-Identifier: MIT
/* One EK certificate: what it says, and whether the TCG's profile allows it. */
#include <limits.h>
#include <stdio.h>

#include <openssl/err.h>

#include "ek_lib.h"

#define OID_MANUFACTURER "2.23.133.2.1"
#define OID_MODEL "2.23.133.2.2"
#define OID_VERSION "2.23.133.2.3"
#define OID_EK_CERTIFICATE "2.23.133.8.1" /* tcg-kp-EKCertificate */

static bool is_padding(const u8 *p, const u8 *end)
{
	const u8 *q;

	if (p == end)
		return true;
	if (*p && *p != 0xff)
		return false;
	for (q = p; q < end; q++) {
		if (*q != *p)
			return false;
	}
	return true;
}

X509 *shinrai_ek_cert_parse(const void *data, size_t len, size_t *used)
{
	const u8 *p = data, *const end = p + len;
	X509 *x;

	if (!len || len > SHINRAI_EK_CERT_MAX)
		return NULL;
	x = d2i_X509(NULL, &p, (long)len);
	if (x && !is_padding(p, end)) {
		X509_free(x);
		x = NULL;
	}
	if (x && used)
		*used = len - (size_t)(end - p);
	ERR_clear_error();
	return x;
}

/* @out: "" when memory lacks; printable, cut where it is too long */
void shinrai_ek_name_text(const X509_NAME *name, char *out, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int n = 0;

	if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0)
		n = BIO_read(bio, out, (int)size - 1);
	out[n > 0 ? n : 0] = '\0';
	BIO_free(bio);
	ERR_clear_error();
}

GENERAL_NAMES *shinrai_ek_cert_names(const X509 *cert)
{
	GENERAL_NAMES *all =
		X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int i;

	ERR_clear_error();
	for (i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		if (sk_GENERAL_NAME_value(all, i)->type == GEN_DIRNAME)
			return all;
	}
	GENERAL_NAMES_free(all);
	return NULL;
}

static void take_text(const X509_NAME_ENTRY *e, char out[SHINRAI_EK_TEXT])
{
	const ASN1_STRING *s = X509_NAME_ENTRY_get_data(e);
	const u8 *p = ASN1_STRING_get0_data(s);
	int i, n = ASN1_STRING_length(s);

	if (n > SHINRAI_EK_TEXT - 1)
		n = SHINRAI_EK_TEXT - 1;
	for (i = 0; i < n; i++)
		out[i] = p[i] > 0x20 && p[i] < 0x7f ? (char)p[i] : '_';
	out[n] = '\0';
}

static void take_names(X509_NAME *name, struct shinrai_ek *ek)
{
	const struct {
		const char *oid;
		char *to;
	} known[] = { { OID_MANUFACTURER, ek->manufacturer },
		      { OID_MODEL, ek->model },
		      { OID_VERSION, ek->version } };
	const X509_NAME_ENTRY *e;
	char oid[32];
	size_t j;
	int i;

	for (i = 0; i < X509_NAME_entry_count(name); i++) {
		e = X509_NAME_get_entry(name, i);
		OBJ_obj2txt(oid, sizeof(oid), X509_NAME_ENTRY_get_object(e), 1);
		for (j = 0; j < ARRAY_SIZE(known); j++) {
			if (!strcmp(oid, known[j].oid))
				take_text(e, known[j].to);
		}
	}
}

/* Return: whether its extended key usage, if it has one, is that of an EK. */
static bool usage_fits(const X509 *cert)
{
	EXTENDED_KEY_USAGE *all;
	bool fits = false;
	char oid[32];
	int i, critical;

	all = X509_get_ext_d2i(cert, NID_ext_key_usage, &critical, NULL);
	if (!all)
		return critical == -1; /* it is not there */
	for (i = 0; i < sk_ASN1_OBJECT_num(all); i++) {
		OBJ_obj2txt(oid, sizeof(oid), sk_ASN1_OBJECT_value(all, i), 1);
		fits |= !strcmp(oid, OID_EK_CERTIFICATE);
	}
	EXTENDED_KEY_USAGE_free(all);
	return fits;
}

static const char *profile_fault(X509 *cert)
{
	const u32 flags = X509_get_extension_flags(cert);
	const u32 usage = X509_get_key_usage(cert);

	if (flags & EXFLAG_INVALID)
		return "an extension cannot be read";
	if (flags & EXFLAG_CA)
		return "it is that of a CA";
	if (flags & EXFLAG_KUSAGE &&
	    usage & (KU_KEY_CERT_SIGN | KU_CRL_SIGN | KU_DIGITAL_SIGNATURE))
		return "its key usage is to sign";
	if (!(usage & (KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT)))
		return "its key usage is neither keyEncipherment nor "
		       "keyAgreement";
	if (!usage_fits(cert))
		return "its extended key usage is not tcg-kp-EKCertificate "
		       "(" OID_EK_CERTIFICATE ")";
	return NULL;
}

/*
 * TCG EK Credential Profile 2.5, 3.2.
 * @ek: out, the TPM's manufacturer, model and version
 * Return: 0; -EKEYREJECTED with @err.
 */
int shinrai_ek_cert_profile(X509 *cert, struct shinrai_ek *ek, char *err,
			    size_t errlen)
{
	const char *fault = profile_fault(cert);
	GENERAL_NAMES *all = shinrai_ek_cert_names(cert);
	const GENERAL_NAME *n;
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		n = sk_GENERAL_NAME_value(all, i);
		if (n->type == GEN_DIRNAME)
			take_names(n->d.directoryName, ek);
	}
	GENERAL_NAMES_free(all);
	ERR_clear_error();
	if (!fault && !*ek->manufacturer)
		fault = "it does not name the TPM's manufacturer "
			"(" OID_MANUFACTURER " in its subjectAltName)";
	if (fault)
		snprintf(err, errlen, "the EK certificate: %s", fault);
	return fault ? -EKEYREJECTED : 0;
}

/*
 * What a TPM of a manufacturer is worth at most, TCG Vendor ID Registry; of those
 * that make several kinds, the lowest.  The CA decides about all others.
 */
enum shinrai_assurance shinrai_ek_maker_level(const char *manufacturer)
{
	static const struct {
		const char *id;
		enum shinrai_assurance level;
	} makers[] = {
		{ "id:414D4400", SHINRAI_ASSURANCE_FIRMWARE }, /* AMD */
		{ "id:494E5443", SHINRAI_ASSURANCE_FIRMWARE }, /* INTC */
		{ "id:51434F4D", SHINRAI_ASSURANCE_FIRMWARE }, /* QCOM */
		{ "id:48495349", SHINRAI_ASSURANCE_FIRMWARE }, /* HISI */
		{ "id:534D534E", SHINRAI_ASSURANCE_FIRMWARE }, /* SMSN */
		{ "id:414D5A4E", SHINRAI_ASSURANCE_VIRTUAL }, /* AMZN */
		{ "id:474F4F47", SHINRAI_ASSURANCE_VIRTUAL }, /* GOOG */
		{ "id:4D534654", SHINRAI_ASSURANCE_VIRTUAL }, /* MSFT */
		{ "id:564D5700", SHINRAI_ASSURANCE_VIRTUAL }, /* VMW */
		{ "id:564D5752", SHINRAI_ASSURANCE_VIRTUAL }, /* VMWR */
		{ "id:00001014", SHINRAI_ASSURANCE_SOFTWARE }, /* swtpm */
		{ "id:49424D00", SHINRAI_ASSURANCE_SOFTWARE }, /* IBM */
		{ "id:58435547", SHINRAI_ASSURANCE_SOFTWARE }, /* XCUG */
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(makers); i++) {
		if (!strcasecmp(makers[i].id, manufacturer))
			return makers[i].level;
	}
	return SHINRAI_ASSURANCE_HARDWARE;
}
