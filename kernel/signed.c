// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The form of what is signed, and of its signature.  Who signed it is for the
 * kernel's keyrings to say; here is only what those leave open.
 */
#include <shinrai/rd.h>

#include "pure.h"

/* X.690: what we read has one octet of tag and definite lengths. */
#define DER_INTEGER 0x02
#define DER_OCTETS 0x04
#define DER_OID 0x06
#define DER_SEQUENCE 0x30
#define DER_SET 0x31
#define DER_CONTEXT_0 0x80
#define DER_CONSTRUCTED_0 0xa0

static const u8 oid_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7,
			       0x0d, 0x01, 0x07, 0x01 };
static const u8 oid_signed_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7,
				      0x0d, 0x01, 0x07, 0x02 };
static const u8 oid_sha256[] = { 0x60, 0x86, 0x48, 0x01, 0x65,
				 0x03, 0x04, 0x02, 0x01 };

static struct shinrai_rd element(struct shinrai_rd *r, u8 tag)
{
	size_t len;

	if (shinrai_rd_u8(r) != tag)
		shinrai_rd_fail(r, -EBADMSG);
	len = shinrai_rd_u8(r);
	if (len == 0x81)
		len = shinrai_rd_u8(r);
	else if (len == 0x82)
		len = shinrai_rd_be16(r);
	else if (len > 0x7f)
		shinrai_rd_fail(r, -EBADMSG);
	return shinrai_rd_sub(r, len);
}

static int only(struct shinrai_rd *r, u8 tag, struct shinrai_rd *inner)
{
	*inner = element(r, tag);
	return shinrai_rd_end(r);
}

/* Return: whether the next element is this OID. */
static bool is_oid(struct shinrai_rd *r, const u8 *oid, size_t len)
{
	struct shinrai_rd e = element(r, DER_OID);
	const u8 *p = shinrai_rd_bytes(&e, len);

	return p && !shinrai_rd_end(&e) && !memcmp(p, oid, len);
}

/**
 * shinrai_der_whole() - one DER sequence and nothing behind it?
 * @der: the bytes
 * @len: how many
 *
 * Return: 0; -EBADMSG.
 */
int shinrai_der_whole(const void *der, size_t len)
{
	struct shinrai_rd r, inner;

	shinrai_rd_init(&r, der, len);
	return only(&r, DER_SEQUENCE, &inner);
}

/* SignerInfo (RFC 5652 5.3) over SHA-256, without attributes. */
static int plain_signer(struct shinrai_rd *r)
{
	struct shinrai_rd alg;
	int ret = -EBADMSG;

	element(r, DER_INTEGER);
	if (shinrai_rd_left(r) && *r->p == DER_CONTEXT_0)
		element(r, DER_CONTEXT_0);
	else
		element(r, DER_SEQUENCE);
	alg = element(r, DER_SEQUENCE);
	if (is_oid(&alg, oid_sha256, sizeof(oid_sha256)))
		ret = 0;
	element(r, DER_SEQUENCE);
	element(r, DER_OCTETS);
	return ret ?: shinrai_rd_end(r);
}

/**
 * shinrai_signature_plain() - is it CMS with one signer and nothing besides?
 * @der: the signature
 * @len: its bytes
 *
 * The kernel takes more: data inside; certificates, and then who has one from
 * a trusted key is trusted too, were it the certificate of a web server;
 * attributes; weak hashes; several signers; bytes behind the end.
 *
 * Return: 0; -EBADMSG.
 */
int shinrai_signature_plain(const void *der, size_t len)
{
	struct shinrai_rd r, info, signed_data, content, signers, one;

	shinrai_rd_init(&r, der, len);
	if (only(&r, DER_SEQUENCE, &info) ||
	    !is_oid(&info, oid_signed_data, sizeof(oid_signed_data)) ||
	    only(&info, DER_CONSTRUCTED_0, &r) ||
	    only(&r, DER_SEQUENCE, &signed_data))
		return -EBADMSG;
	element(&signed_data, DER_INTEGER);
	element(&signed_data, DER_SET);
	content = element(&signed_data, DER_SEQUENCE);
	if (!is_oid(&content, oid_data, sizeof(oid_data)) ||
	    shinrai_rd_end(&content) || only(&signed_data, DER_SET, &signers) ||
	    only(&signers, DER_SEQUENCE, &one))
		return -EBADMSG;
	return plain_signer(&one);
}

static bool name_char(u8 c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
	       c == '_' || c == '-';
}

/**
 * shinrai_namespace_valid() - a namespace as it is admitted
 * @name: SHINRAI_MAX_NAMESPACE bytes
 *
 * Return: whether it is one or more of a-z, 0-9, ".", "_", "-", then NULs.
 */
bool shinrai_namespace_valid(const u8 *name)
{
	size_t i, n = 0;

	while (n < SHINRAI_MAX_NAMESPACE && name_char(name[n]))
		n++;
	for (i = n; i < SHINRAI_MAX_NAMESPACE; i++) {
		if (name[i])
			return false;
	}
	return n && n < SHINRAI_MAX_NAMESPACE;
}

/**
 * shinrai_admission_parse() - read an admission
 * @data: the signed bytes; the certificate is behind struct shinrai_admission
 * @len: how many
 * @out: out
 *
 * Return: 0; -EBADMSG; -EPROTONOSUPPORT for another version.
 */
int shinrai_admission_parse(const void *data, size_t len,
			    struct shinrai_admission *out)
{
	struct shinrai_admission a;

	if (len < sizeof(a))
		return -EBADMSG;
	memcpy(&a, data, sizeof(a));
	if (memcmp(a.magic, SHINRAI_ADMISSION_MAGIC, sizeof(a.magic)) ||
	    a.reserved || !a.generation || !shinrai_namespace_valid(a.name) ||
	    a.cert_len != len - sizeof(a))
		return -EBADMSG;
	if (a.version != 1)
		return -EPROTONOSUPPORT;
	switch (a.operation) {
	case SHINRAI_OWNER_ADMIT:
		if (!a.cert_len || a.cert_len > SHINRAI_MAX_CERTIFICATE)
			return -EBADMSG;
		break;
	case SHINRAI_OWNER_REVOKE:
		if (a.cert_len)
			return -EBADMSG;
		break;
	default:
		return -EBADMSG;
	}
	*out = a;
	return 0;
}
