// SPDX-License-Identifier: MIT
/*
 * Signatures of reference values: with one that is right at first, so that OpenSSL
 * reads what the first look lets through; nothing but that one is ever believed.
 */
#include <stdlib.h>

#include <openssl/rsa.h>

#include <shinrai/cms.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

#define TEXT "# shinrai-digests v1\n"

static X509 *cert;
static u8 *right;
static size_t right_len;

static void make(void)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	X509_NAME *name;

	cert = X509_new();
	if (!key || !cert)
		abort();
	name = X509_get_subject_name(cert);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const u8 *)"fuzz",
				   -1, -1, 0);
	X509_set_version(cert, X509_VERSION_3);
	X509_set_issuer_name(cert, name);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 7);
	X509_gmtime_adj(X509_getm_notBefore(cert), -60);
	X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
	if (!X509_set_pubkey(cert, key) ||
	    !X509_sign(cert, key, EVP_sha256()) ||
	    shinrai_cms_sign(cert, key, TEXT, sizeof(TEXT) - 1, &right,
			     &right_len))
		abort();
	EVP_PKEY_free(key);
}

/* @xor: of as many bytes of the right one as there are, from @at on */
static void bend(u8 *sig, const u8 * xor, size_t len, size_t at)
{
	size_t i;

	memcpy(sig, right, right_len);
	for (i = 0; i < len && at + i < right_len; i++)
		sig[at + i] ^= xor[i];
}

static void verify(const u8 *sig, size_t len, const char *text)
{
	FILE *f = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	size_t which = 1;
	u8 sha256[32];
	int ret;

	if (!f)
		abort();
	ret = shinrai_cms_verify(&cert, 1, sig, len, f, time(NULL), &which,
				 sha256);
	if (!ret && (which || strcmp(text, TEXT)))
		abort();
	fclose(f);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	u8 *sig;

	if (!cert)
		make();
	if (len < 3)
		return 0;
	verify(data + 2, len - 2, TEXT);
	sig = malloc(right_len);
	if (!sig)
		abort();
	bend(sig, data + 2, len - 2, data[0] << 8 | data[1]);
	verify(sig, right_len, TEXT);
	verify(sig, right_len, "# shinrai-deny v1\n");
	free(sig);
	return 0;
}
