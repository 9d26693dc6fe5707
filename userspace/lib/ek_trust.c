// SPDX-License-Identifier: MIT
/* Whose endorsement is believed, and how far. */
#include <limits.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "ek_lib.h"

static const char *const names[SHINRAI_ASSURANCES] = {
	[SHINRAI_ASSURANCE_NONE] = "none",
	[SHINRAI_ASSURANCE_SOFTWARE] = "software",
	[SHINRAI_ASSURANCE_VIRTUAL] = "virtual",
	[SHINRAI_ASSURANCE_FIRMWARE] = "firmware",
	[SHINRAI_ASSURANCE_HARDWARE] = "hardware",
};

const char *shinrai_assurance_name(enum shinrai_assurance level)
{
	return (size_t)level < ARRAY_SIZE(names) ? names[level] : names[0];
}

int shinrai_assurance_by_name(const char *name, enum shinrai_assurance *level)
{
	unsigned int i;

	for (i = SHINRAI_ASSURANCE_SOFTWARE; i < SHINRAI_ASSURANCES; i++) {
		if (!strcmp(names[i], name)) {
			*level = i;
			return 0;
		}
	}
	return -ENOENT;
}

struct shinrai_ek_trust *shinrai_ek_trust_new(void)
{
	struct shinrai_ek_trust *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->store = X509_STORE_new();
	t->anchors = sk_X509_new_null();
	t->others = sk_X509_new_null();
	if (t->store && t->anchors && t->others)
		return t;
	shinrai_ek_trust_free(t);
	return NULL;
}

void shinrai_ek_trust_free(struct shinrai_ek_trust *t)
{
	if (!t)
		return;
	X509_STORE_free(t->store);
	sk_X509_pop_free(t->anchors, X509_free);
	sk_X509_pop_free(t->others, X509_free);
	free(t);
}

/* Return: whether @p is now inside a header of that tag. */
static bool enter(const u8 **p, const u8 *end, int tag, long *len)
{
	int got, class;

	return !(ASN1_get_object(p, len, &got, &class, end - *p) & 0x80) &&
	       got == tag && *len <= end - *p;
}

/*
 * ST shipped intermediates whose serial number has zeros in front, which DER
 * forbids and OpenSSL refuses.  Of an anchor only name and key count, not what
 * it is signed with: the first zero becomes a one.
 */
static bool mend_serial(u8 *der, size_t size)
{
	const u8 *p = der, *const end = der + size, *q;
	long len;

	if (!enter(&p, end, V_ASN1_SEQUENCE, &len) ||
	    !enter(&p, end, V_ASN1_SEQUENCE, &len))
		return false;
	q = p;
	if (enter(&q, end, 0, &len)) /* version */
		p = q + len;
	if (!enter(&p, end, V_ASN1_INTEGER, &len) || len < 2 || p[0] ||
	    p[1] & 0x80)
		return false;
	der[p - der] = 1;
	return true;
}

static int add_anchor(struct shinrai_ek_trust *t, X509 *x,
		      enum shinrai_assurance level)
{
	if (X509_STORE_add_cert(t->store, x) != 1 ||
	    !sk_X509_push(t->anchors, x)) {
		X509_free(x);
		return -ENOMEM;
	}
	t->level[sk_X509_num(t->anchors) - 1] = (u8)level;
	return 0;
}

static int add_cert(struct shinrai_ek_trust *t, u8 *der, size_t len,
		    enum shinrai_assurance level)
{
	X509 *x = shinrai_ek_cert_parse(der, len, NULL);

	if (!x && level != SHINRAI_ASSURANCE_NONE && mend_serial(der, len))
		x = shinrai_ek_cert_parse(der, len, NULL);
	if (!x)
		return -EBADMSG;
	if (level != SHINRAI_ASSURANCE_NONE)
		return add_anchor(t, x, level);
	if (sk_X509_push(t->others, x))
		return 0;
	X509_free(x);
	return -ENOMEM;
}

static int add_crl(struct shinrai_ek_trust *t, const u8 *der, size_t len)
{
	const u8 *p = der;
	X509_CRL *crl = d2i_X509_CRL(NULL, &p, (long)len);
	int ret = -EBADMSG;

	if (crl && p == der + len) {
		ret = X509_STORE_add_crl(t->store, crl) == 1 ? 0 : -ENOMEM;
		t->ncrls++;
	}
	X509_CRL_free(crl);
	return ret;
}

static int add_one(struct shinrai_ek_trust *t, const char *name, u8 *der,
		   size_t len, enum shinrai_assurance level)
{
	if (sk_X509_num(t->anchors) + sk_X509_num(t->others) + (int)t->ncrls >=
	    SHINRAI_EK_TRUST_MAX)
		return -E2BIG;
	if (!strcmp(name, PEM_STRING_X509))
		return add_cert(t, der, len, level);
	if (!strcmp(name, PEM_STRING_X509_CRL) &&
	    level == SHINRAI_ASSURANCE_NONE)
		return add_crl(t, der, len);
	return -EBADMSG;
}

static int add_pem(struct shinrai_ek_trust *t, BIO *bio,
		   enum shinrai_assurance level, unsigned int *n)
{
	char *name, *header;
	u8 *der;
	long len;
	int ret = 0;

	while (!ret && PEM_read_bio(bio, &name, &header, &der, &len)) {
		ret = add_one(t, name, der, (size_t)len, level);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(der);
		++*n;
	}
	if (!ret && *n &&
	    ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		ret = -EBADMSG;
	return ret;
}

int shinrai_ek_trust_add(struct shinrai_ek_trust *t, const void *data,
			 size_t len, enum shinrai_assurance level)
{
	unsigned int n = 0;
	u8 *copy;
	BIO *bio;
	int ret;

	if (!len || len > INT_MAX)
		return -EBADMSG;
	bio = BIO_new_mem_buf(data, (int)len);
	copy = malloc(len);
	ret = bio && copy ? add_pem(t, bio, level, &n) : -ENOMEM;
	if (!ret && !n) {
		memcpy(copy, data, len);
		ret = add_one(t, PEM_STRING_X509, copy, len, level);
	}
	if (ret == -EBADMSG && !n && level == SHINRAI_ASSURANCE_NONE)
		ret = add_one(t, PEM_STRING_X509_CRL, copy, len, level);
	BIO_free(bio);
	free(copy);
	ERR_clear_error();
	return ret;
}
