// SPDX-License-Identifier: MIT
/* Certificates and revocation lists of the verifier's own CA. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/ak_cert.h>
#include <shinrai/cms.h>

#include "ca.h"

#define DAY 86400
#define EARLY 7200 /* s: clocks that are behind, or are set back by an hour */
#define CRL_SECONDS DAY

/**
 * ca_load() - read the CA that issues
 * @ca: out, for ca_free()
 * @cert: path of its certificate, PEM
 * @key: and of its key
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * Return: 0; -EINVAL.
 */
int ca_load(struct ca *ca, const char *cert, const char *key, char *err,
	    size_t errlen)
{
	const char *what = NULL;
	int ret;

	memset(ca, 0, sizeof(*ca));
	ret = shinrai_cms_read_cert(cert, &ca->cert);
	if (ret) {
		snprintf(err, errlen, "ca_cert: cannot read %s: %s", cert,
			 ret == -EBADMSG ? "no certificate" : strerror(-ret));
		return -EINVAL;
	}
	ret = shinrai_cms_read_key(key, NULL, NULL, &ca->key);
	if (ret) {
		snprintf(err, errlen, "ca_key: cannot read %s: %s", key,
			 ret == -EBADMSG ? "no PEM key without passphrase" :
					   strerror(-ret));
		ca_free(ca);
		return -EINVAL;
	}
	if (X509_check_private_key(ca->cert, ca->key) != 1)
		what = "of another key than ca_key";
	else if (X509_check_ca(ca->cert) != 1)
		what = "not that of a CA (basicConstraints CA:TRUE)";
	else if (X509_cmp_current_time(X509_get0_notAfter(ca->cert)) <= 0)
		what = "expired";
	ERR_clear_error();
	if (!what)
		return 0;
	snprintf(err, errlen, "ca_cert %s is %s", cert, what);
	ca_free(ca);
	return -EINVAL;
}

/**
 * ca_hold() - use a CA that is read anew meanwhile
 * @ca: from ca_load()
 *
 * Return: the same, for ca_release(); NULL when memory lacks.
 */
struct ca *ca_hold(const struct ca *ca)
{
	struct ca *held = malloc(sizeof(*held));

	if (!held)
		return NULL;
	*held = *ca;
	X509_up_ref(held->cert);
	EVP_PKEY_up_ref(held->key);
	return held;
}

/**
 * ca_release() - use it no more
 * @held: from ca_hold(); or NULL
 */
void ca_release(struct ca *held)
{
	if (held)
		ca_free(held);
	free(held);
}

/**
 * ca_free() - release it
 * @ca: may be empty
 */
void ca_free(struct ca *ca)
{
	X509_free(ca->cert);
	EVP_PKEY_free(ca->key);
	memset(ca, 0, sizeof(*ca));
}

/* Edwards curves hash by themselves. */
static const EVP_MD *hash_of(const struct ca *ca)
{
	return EVP_PKEY_is_a(ca->key, "ED25519") ||
			       EVP_PKEY_is_a(ca->key, "ED448") ?
		       NULL :
		       EVP_sha256();
}

static int add_ext(const struct ca *ca, X509 *x, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	int ret;

	X509V3_set_ctx(&ctx, ca->cert, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ret = ext && X509_add_ext(x, ext, -1) == 1 ? 0 : -ENOMEM;
	X509_EXTENSION_free(ext);
	return ret;
}

static int set_serial(ASN1_INTEGER *to, const u8 serial[CA_SERIAL])
{
	BIGNUM *n = BN_bin2bn(serial, CA_SERIAL, NULL);
	int ret = n && BN_to_ASN1_INTEGER(n, to) ? 0 : -ENOMEM;

	BN_free(n);
	return ret;
}

/* It ends before the CA does. */
static int set_validity(const struct ca *ca, X509 *x, int days, s64 *end)
{
	const ASN1_TIME *last = X509_get0_notAfter(ca->cert);
	time_t t = (time_t)*end;
	struct tm tm;

	if (!X509_gmtime_adj(X509_getm_notBefore(x), -EARLY) ||
	    !X509_time_adj_ex(X509_getm_notAfter(x), days, 0, &t))
		return -ENOMEM;
	if (ASN1_TIME_compare(X509_get0_notAfter(x), last) > 0 &&
	    X509_set1_notAfter(x, last) != 1)
		return -ENOMEM;
	if (ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) != 1)
		return -ENOMEM;
	*end = timegm(&tm);
	return 0;
}

/* All but what tells the two kinds apart. */
static X509 *begin(const struct ca *ca, const char *name, EVP_PKEY *key,
		   int days, struct ca_issued *out)
{
	X509 *x = X509_new();
	X509_NAME *subject = x ? X509_get_subject_name(x) : NULL;

	out->pem = NULL;
	out->not_after = time(NULL);
	if (RAND_bytes(out->serial, CA_SERIAL) != 1)
		goto fail;
	/* Positive, and never with zeros in front. */
	out->serial[0] = (out->serial[0] & 0x7f) | 0x40;
	if (!x || X509_set_version(x, X509_VERSION_3) != 1 ||
	    set_serial(X509_get_serialNumber(x), out->serial) ||
	    set_validity(ca, x, days, &out->not_after) ||
	    X509_set_issuer_name(x, X509_get_subject_name(ca->cert)) != 1 ||
	    X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
				       (const u8 *)name, -1, -1, 0) != 1 ||
	    X509_set_pubkey(x, key) != 1)
		goto fail;
	if (add_ext(ca, x, NID_basic_constraints, "critical,CA:FALSE") ||
	    add_ext(ca, x, NID_key_usage, "critical,digitalSignature") ||
	    add_ext(ca, x, NID_subject_key_identifier, "hash") ||
	    add_ext(ca, x, NID_authority_key_identifier, "keyid"))
		goto fail;
	return x;
fail:
	X509_free(x);
	return NULL;
}

static char *text_of(BIO *bio)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);

	return len > 0 ? strndup(data, (size_t)len) : NULL;
}

static char *pem_of(X509 *x)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = bio && PEM_write_bio_X509(bio, x) == 1 ? text_of(bio) :
							      NULL;

	BIO_free(bio);
	return text;
}

/* Signs and releases it. */
static int finish(const struct ca *ca, X509 *x, int ret, struct ca_issued *out)
{
	if (!ret && X509_sign(x, ca->key, hash_of(ca)) <= 0)
		ret = -EIO;
	if (!ret) {
		out->pem = pem_of(x);
		ret = out->pem ? 0 : -ENOMEM;
	}
	X509_free(x);
	ERR_clear_error();
	return ret;
}

/* SEQUENCE { UTF8String level, OCTET STRING EK, OCTET STRING certificate } */
static int add_endorsement(X509 *x, const struct ca_endorsement *e)
{
	const char *level = shinrai_assurance_name(e->assurance);
	const size_t n = strlen(level);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	ASN1_OBJECT *oid = OBJ_txt2obj(SHINRAI_OID_ENDORSEMENT, 1);
	X509_EXTENSION *ext = NULL;
	struct shinrai_wr w;
	u8 der[128];
	int ret = -ENOMEM;

	shinrai_wr_init(&w, der, sizeof(der));
	shinrai_wr_u8(&w, V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED);
	shinrai_wr_u8(&w, (u8)(2 + n + 2 * (2 + 32)));
	shinrai_wr_u8(&w, V_ASN1_UTF8STRING);
	shinrai_wr_u8(&w, (u8)n);
	shinrai_wr_bytes(&w, level, n);
	shinrai_wr_be16(&w, V_ASN1_OCTET_STRING << 8 | 32);
	shinrai_wr_bytes(&w, e->ek, 32);
	shinrai_wr_be16(&w, V_ASN1_OCTET_STRING << 8 | 32);
	shinrai_wr_bytes(&w, e->ek_cert, 32);
	if (!w.err && value && oid &&
	    ASN1_OCTET_STRING_set(value, der, (int)w.len) == 1)
		ext = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, value);
	if (ext && X509_add_ext(x, ext, -1) == 1)
		ret = 0;
	X509_EXTENSION_free(ext);
	ASN1_OBJECT_free(oid);
	ASN1_OCTET_STRING_free(value);
	return ret;
}

/**
 * ca_issue_ak() - a certificate for a proven AK, TCG AK profile
 * @ca: the CA
 * @name: of the device
 * @ak: its AK
 * @e: what its TPM is
 * @days: that it is valid, at most
 * @out: out on success
 *
 * Context: any thread.
 *
 * Return: 0; -EIO it cannot be signed; -ENOMEM.
 */
int ca_issue_ak(const struct ca *ca, const char *name, EVP_PKEY *ak,
		const struct ca_endorsement *e, int days, struct ca_issued *out)
{
	X509 *x = begin(ca, name, ak, days, out);
	int ret = x ? 0 : -ENOMEM;

	if (!ret)
		ret = add_ext(ca, x, NID_ext_key_usage, SHINRAI_OID_AK_CERT);
	if (!ret && X509_add1_ext_i2d(x, NID_subject_alt_name, e->tpm, 0,
				      X509V3_ADD_APPEND) != 1)
		ret = -ENOMEM;
	if (!ret)
		ret = add_endorsement(x, e);
	return finish(ca, x, ret, out);
}

/**
 * ca_issue_tls() - a certificate for a device's connections
 * @ca: the CA
 * @name: of the device, which is what its peers expect
 * @key: its key
 * @days: that it is valid, at most
 * @out: out on success
 *
 * Context: any thread.
 *
 * Return: 0; -EIO it cannot be signed; -ENOMEM.
 */
int ca_issue_tls(const struct ca *ca, const char *name, EVP_PKEY *key, int days,
		 struct ca_issued *out)
{
	X509 *x = begin(ca, name, key, days, out);
	int ret = x ? 0 : -ENOMEM;
	char dns[80];

	snprintf(dns, sizeof(dns), "DNS:%s", name);
	if (!ret)
		ret = add_ext(ca, x, NID_subject_alt_name, dns);
	if (!ret)
		ret = add_ext(ca, x, NID_ext_key_usage,
			      "serverAuth,clientAuth");
	return finish(ca, x, ret, out);
}

/**
 * ca_cert_pem() - the CA's own certificate
 * @ca: the CA
 *
 * Return: for free(); NULL when memory lacks.
 */
char *ca_cert_pem(const struct ca *ca)
{
	return pem_of(ca->cert);
}

/**
 * ca_serial() - the serial number of a certificate that may be ours
 * @cert: the certificate
 * @serial: out
 *
 * Return: 0; -ERANGE: it is none that we give.
 */
int ca_serial(X509 *cert, u8 serial[CA_SERIAL])
{
	BIGNUM *n = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
	bool fits = n && !BN_is_negative(n) &&
		    BN_bn2binpad(n, serial, CA_SERIAL) == CA_SERIAL;

	BN_free(n);
	ERR_clear_error();
	return fits ? 0 : -ERANGE;
}

/**
 * ca_is_ours() - did this CA issue it?
 * @ca: the CA
 * @cert: whose path TLS has checked
 *
 * Return: whether it did.
 */
bool ca_is_ours(const struct ca *ca, X509 *cert)
{
	bool ours = !X509_NAME_cmp(X509_get_issuer_name(cert),
				   X509_get_subject_name(ca->cert)) &&
		    X509_verify(cert, ca->key) == 1;

	ERR_clear_error();
	return ours;
}

/**
 * ca_crl_new() - begin a revocation list
 * @ca: the CA
 * @now: s since 1970
 *
 * Return: for ca_crl_done(); NULL when memory lacks.
 */
X509_CRL *ca_crl_new(const struct ca *ca, s64 now)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *from = ASN1_TIME_set(NULL, now);
	ASN1_TIME *to = ASN1_TIME_set(NULL, now + CRL_SECONDS);

	if (!crl || !from || !to ||
	    X509_CRL_set_version(crl, X509_CRL_VERSION_2) != 1 ||
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca->cert)) !=
		    1 ||
	    X509_CRL_set1_lastUpdate(crl, from) != 1 ||
	    X509_CRL_set1_nextUpdate(crl, to) != 1) {
		X509_CRL_free(crl);
		crl = NULL;
	}
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	return crl;
}

/**
 * ca_crl_add() - one that is revoked
 * @crl: from ca_crl_new()
 * @serial: of it
 * @at: s since 1970
 *
 * Return: 0; -ENOMEM.
 */
int ca_crl_add(X509_CRL *crl, const u8 serial[CA_SERIAL], s64 at)
{
	X509_REVOKED *r = X509_REVOKED_new();
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	ASN1_TIME *when = ASN1_TIME_set(NULL, at);
	int ret = -ENOMEM;

	if (r && n && when && !set_serial(n, serial) &&
	    X509_REVOKED_set_serialNumber(r, n) == 1 &&
	    X509_REVOKED_set_revocationDate(r, when) == 1 &&
	    X509_CRL_add0_revoked(crl, r) == 1) {
		r = NULL;
		ret = 0;
	}
	X509_REVOKED_free(r);
	ASN1_INTEGER_free(n);
	ASN1_TIME_free(when);
	return ret;
}

/* RFC 5280 5.2: which key signed, and a number that grows. */
static int add_crl_exts(const struct ca *ca, X509_CRL *crl)
{
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	int ret = -ENOMEM;

	X509V3_set_ctx(&ctx, ca->cert, NULL, NULL, crl, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier,
				  "keyid");
	if (ext && number && X509_CRL_add_ext(crl, ext, -1) == 1 &&
	    ASN1_INTEGER_set_int64(number, time(NULL)) == 1 &&
	    X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) == 1)
		ret = 0;
	X509_EXTENSION_free(ext);
	ASN1_INTEGER_free(number);
	return ret;
}

/**
 * ca_crl_done() - sign a revocation list
 * @ca: the CA
 * @crl: is released in every case
 * @der: out, for OPENSSL_free()
 * @len: out
 *
 * Return: 0; -EIO it cannot be signed; -ENOMEM.
 */
int ca_crl_done(const struct ca *ca, X509_CRL *crl, u8 **der, size_t *len)
{
	int n, ret = add_crl_exts(ca, crl);

	*der = NULL;
	X509_CRL_sort(crl);
	if (!ret && X509_CRL_sign(crl, ca->key, hash_of(ca)) <= 0)
		ret = -EIO;
	n = ret ? 0 : i2d_X509_CRL(crl, der);
	if (!ret && n <= 0)
		ret = -ENOMEM;
	*len = n > 0 ? (size_t)n : 0;
	X509_CRL_free(crl);
	ERR_clear_error();
	return ret;
}
