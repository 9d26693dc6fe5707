// SPDX-License-Identifier: MIT
/*
 * Reference values that somebody must have signed: a file is read twice, to verify its
 * signature and then to take what is in it, and must be the same both times.
 */
#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>

#include <shinrai/cms.h>
#include <shinrai/hash.h>
#include <shinrai/util.h>

#include "refs.h"

#define MAX_SIGNATURE 65536

/* What is read from @in, and its digest. */
struct second {
	FILE *in;
	struct shinrai_sha256 c;
};

int shinrai_refs_signer(struct shinrai_refs *r, const char *path, char *why,
			size_t why_size)
{
	const struct refs_file f = {
		.refs = r, .path = path, .why = why, .why_size = why_size
	};
	X509 *cert;
	int ret;

	if (r->nsigners == SHINRAI_MAX_REFS_KEYS)
		return shinrai_refs_bad(&f, -E2BIG, "more than %d signers",
					SHINRAI_MAX_REFS_KEYS);
	ret = shinrai_cms_read_cert(path, &cert);
	if (ret == -EBADMSG)
		return shinrai_refs_bad(&f, ret,
					"not a certificate in PEM or DER");
	if (ret) {
		snprintf(why, why_size, "cannot read %s: %s", path,
			 strerror(-ret));
		return ret;
	}
	if (!X509_get0_pubkey(cert) ||
	    shinrai_cms_usable(X509_get0_pubkey(cert))) {
		X509_free(cert);
		ERR_clear_error();
		return shinrai_refs_bad(&f, -ENOTSUP,
					"its key is not RSA of 2048, 3072 or "
					"4096 bits, with which files are "
					"signed");
	}
	r->signer[r->nsigners++] = cert;
	return 0;
}

/* Return: for free(), the subject, printable; NULL when memory lacks. */
static char *subject_of(const X509 *cert)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text = NULL, *copy = NULL;
	long len;

	if (out && X509_NAME_print_ex(out, X509_get_subject_name(cert), 0,
				      XN_FLAG_RFC2253) >= 0) {
		len = BIO_get_mem_data(out, &text);
		copy = strndup(text ? text : "", len > 0 ? (size_t)len : 0);
	}
	BIO_free(out);
	return copy;
}

static void on_time(const X509 *cert, char from[32], char to[32])
{
	struct tm tm;

	*from = *to = '\0';
	if (ASN1_TIME_to_tm(X509_get0_notBefore(cert), &tm))
		strftime(from, 32, "%FT%TZ", &tm);
	if (ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm))
		strftime(to, 32, "%FT%TZ", &tm);
}

int shinrai_refs_unsigned(const struct refs_file *f)
{
	return shinrai_refs_bad(f, -EKEYREJECTED,
				"not signed: there is no %s.sig; sign it with "
				"shinraictl reference sign",
				f->path);
}

static int refuse(const struct refs_file *f, int err, const X509 *cert)
{
	char from[32], to[32];

	switch (err) {
	case -EBADMSG:
		return shinrai_refs_bad(f, -EKEYREJECTED,
					"its .sig is no signature of "
					"shinraictl reference sign");
	case -ENOKEY:
		return shinrai_refs_bad(f, -EKEYREJECTED,
					"signed by somebody who is not among "
					"the reference signers");
	case -EKEYREJECTED:
		return shinrai_refs_bad(f, err,
					"it is not what was signed; find out "
					"who altered it");
	case -EKEYEXPIRED:
		on_time(cert, from, to);
		return shinrai_refs_bad(f, err,
					"its signer's certificate is valid "
					"from %s to %s; sign it anew",
					from, to);
	case -ENOTSUP:
		return shinrai_refs_bad(f, -EKEYREJECTED,
					"its signer's certificate is not one "
					"for signing");
	default:
		return shinrai_refs_bad(f, err, "%s", strerror(-err));
	}
}

/* Return: 0; 1 there is none, and there need not be; a negative errno, told. */
static int verify(struct refs_file *f, FILE *in, u8 sha256[32])
{
	struct shinrai_refs *r = f->refs;
	SHINRAI_FREE char *path = NULL;
	SHINRAI_FREE u8 *sig = NULL;
	size_t len, i = 0;
	int ret;

	if (asprintf(&path, "%s.sig", f->path) < 0) {
		path = NULL;
		return shinrai_refs_bad(f, -ENOMEM, "%s", strerror(ENOMEM));
	}
	ret = shinrai_file_read(path, MAX_SIGNATURE, &sig, &len);
	if (ret == -ENOENT)
		return r->nkeys ? 1 : shinrai_refs_unsigned(f);
	if (ret)
		return shinrai_refs_bad(f, ret, "cannot read its .sig: %s",
					strerror(-ret));
	ret = shinrai_cms_verify(r->signer, r->nsigners, sig, len, in,
				 time(NULL), &i, sha256);
	if (ret)
		return refuse(f, ret, r->signer[i]);
	r->vouched[i]++;
	return 0;
}

static ssize_t read_second(void *cookie, char *buf, size_t size)
{
	struct second *s = cookie;
	size_t n = fread(buf, 1, size, s->in);

	if (!n && ferror(s->in))
		return -1;
	shinrai_sha256_update(&s->c, buf, n);
	return (ssize_t)n;
}

static int take_verified(struct refs_file *f, FILE *in, const u8 sha256[32])
{
	const cookie_io_functions_t io = { .read = read_second };
	struct second s = { .in = in };
	u8 again[32];
	FILE *second;
	int ret;

	rewind(in);
	shinrai_sha256_init(&s.c);
	second = fopencookie(&s, "r", io);
	if (!second)
		return shinrai_refs_bad(f, -ENOMEM, "%s", strerror(ENOMEM));
	f->vouched = true;
	ret = shinrai_refs_take(f, second);
	fclose(second);
	if (ret)
		return ret;
	shinrai_sha256_final(&s.c, again);
	return memcmp(again, sha256, sizeof(again)) ?
		       shinrai_refs_bad(f, -EKEYREJECTED,
					"it changed while it was read") :
		       0;
}

int shinrai_refs_signed(struct refs_file *f, FILE *in)
{
	u8 sha256[32];
	int ret = verify(f, in, sha256);

	if (ret < 0)
		return ret;
	if (!ret)
		return take_verified(f, in, sha256);
	f->dsse = true;
	return shinrai_refs_take(f, in);
}

char *shinrai_refs_signers(const struct shinrai_refs *r)
{
	char *text = strdup(""), *more, *who;
	unsigned int i;

	for (i = 0; i < r->nsigners && text; i++) {
		if (!r->vouched[i])
			continue;
		who = subject_of(r->signer[i]);
		if (!who || asprintf(&more, "%s%s%u signed by %.200s", text,
				     *text ? ", " : "", r->vouched[i], who) < 0)
			more = NULL;
		free(who);
		free(text);
		text = more;
	}
	return text;
}
