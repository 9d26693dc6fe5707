// SPDX-License-Identifier: MIT
/*
 * Admissions, and signatures: where OpenSSL reads one that is called plain, it
 * sees one signer and no data, certificate or attribute.
 */
#include <stdlib.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "kernel/pure.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static void check_admission(const u8 *data, size_t len)
{
	struct shinrai_admission a;

	if (shinrai_admission_parse(data, len, &a))
		return;
	if (memcmp(&a, data, sizeof(a)) || a.cert_len != len - sizeof(a) ||
	    strnlen((char *)a.name, sizeof(a.name)) == sizeof(a.name))
		abort();
}

static void check_seen(CMS_ContentInfo *cms)
{
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
	ASN1_OCTET_STRING **content = CMS_get0_content(cms);
	STACK_OF(X509) *certs = CMS_get1_certs(cms);
	CMS_SignerInfo *signer;

	if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed ||
	    OBJ_obj2nid(CMS_get0_eContentType(cms)) != NID_pkcs7_data ||
	    sk_CMS_SignerInfo_num(signers) != 1 || (content && *content) ||
	    certs)
		abort();
	signer = sk_CMS_SignerInfo_value(signers, 0);
	if (CMS_signed_get_attr_count(signer) > 0 ||
	    CMS_unsigned_get_attr_count(signer) > 0)
		abort();
}

static void check_signature(const u8 *der, size_t len)
{
	const u8 *p = der;
	CMS_ContentInfo *cms;

	if (shinrai_signature_plain(der, len))
		return;
	cms = d2i_CMS_ContentInfo(NULL, &p, (long)len);
	if (cms) {
		check_seen(cms);
		if (p != der + len)
			abort();
	}
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	if (!len)
		return 0;
	if (*data)
		check_signature(data + 1, len - 1);
	else
		check_admission(data + 1, len - 1);
	return 0;
}
