// SPDX-License-Identifier: MIT
/* Reference values: what sort of file it is, and who reads that. */
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>

#include <shinrai/hex.h>
#include <shinrai/tpm2.h>
#include <shinrai/util.h>

#include "refs.h"

#define MAX_KEY 65536

int shinrai_refs_bad(const struct refs_file *f, int ret, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(f->why, f->why_size, "%s: %s", f->path, text);
	return ret;
}

void shinrai_refs_init(struct shinrai_refs *r)
{
	memset(r, 0, sizeof(*r));
	shinrai_digests_init(&r->digests);
	shinrai_ima_rules_init(&r->ima);
}

void shinrai_refs_free(struct shinrai_refs *r)
{
	shinrai_digests_free(&r->digests);
	shinrai_reference_free(&r->boot);
	shinrai_ima_rules_free(&r->ima);
	while (r->nkeys)
		EVP_PKEY_free(r->key[--r->nkeys]);
	while (r->nsigners)
		X509_free(r->signer[--r->nsigners]);
	free(r->signers);
	r->signers = NULL;
}

int shinrai_refs_key(struct shinrai_refs *r, const char *path, char *why,
		     size_t why_size)
{
	const struct refs_file f = {
		.refs = r, .path = path, .why = why, .why_size = why_size
	};
	SHINRAI_FREE u8 *pem = NULL;
	EVP_PKEY *key = NULL;
	char group[32] = "";
	size_t len;
	int ret;

	if (r->nkeys == SHINRAI_MAX_REFS_KEYS)
		return shinrai_refs_bad(&f, -E2BIG, "more than %d keys",
					SHINRAI_MAX_REFS_KEYS);
	ret = shinrai_file_read(path, MAX_KEY, &pem, &len);
	if (ret) {
		snprintf(why, why_size, "cannot read %s: %s", path,
			 strerror(-ret));
		return ret;
	}
	ret = shinrai_key_from_pem(pem, len, &key);
	if (!ret &&
	    (!EVP_PKEY_is_a(key, "EC") ||
	     !EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) ||
	     strcmp(group, "prime256v1")))
		ret = -EBADMSG;
	if (ret) {
		EVP_PKEY_free(key);
		return shinrai_refs_bad(
			&f, ret,
			"not a public P-256 key or certificate in PEM");
	}
	r->key[r->nkeys++] = key;
	return 0;
}

int shinrai_refs_digest(const struct refs_file *f, const char *alg,
			const char *hex, u8 key[32])
{
	static const struct {
		const char *name; /* without '-' and '_', upper case */
		u16 alg;
	} known[] = {
		{ "SHA256", SHINRAI_ALG_SHA256 },
		{ "SHA384", SHINRAI_ALG_SHA384 },
		{ "SHA512", SHINRAI_ALG_SHA512 },
	};
	u8 digest[SHINRAI_BANK_MAX];
	size_t i, n = 0, len;
	char name[16];

	for (; alg && *alg && n < sizeof(name) - 1; alg++) {
		if (*alg != '-' && *alg != '_')
			name[n++] = *alg >= 'a' && *alg <= 'z' ? *alg - 32 :
								 *alg;
	}
	name[n] = '\0';
	if (!n || !hex || !*hex || strlen(hex) % 2 ||
	    strspn(hex, "0123456789abcdefABCDEF") != strlen(hex))
		return shinrai_refs_bad(f, -EBADMSG,
					"a digest is not in hexadecimal: %.80s",
					hex ? hex : "none");
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(known[i].name, name))
			continue;
		if (shinrai_hex_parse(hex, digest, sizeof(digest), &len) ||
		    shinrai_digests_key(known[i].alg, digest, len, key))
			return shinrai_refs_bad(
				f, -EBADMSG,
				"a digest is not of the size of %s: "
				"%.80s",
				name, hex);
		return 1;
	}
	return 0;
}

/* Control characters of a document's name would reach a terminal. */
static void printable(char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
	}
}

int shinrai_refs_source(struct refs_file *f, const char *fmt, ...)
{
	char text[512], what[256];
	va_list ap;
	int ret;

	if (!f->held && f->weak)
		return shinrai_refs_bad(
			f, -EBADMSG,
			"none of its %lu files has a SHA-256, SHA-384 "
			"or SHA-512; make it with one of these",
			f->weak);
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	snprintf(text, sizeof(text), "%s: %lu files", what, f->held);
	if (f->weak)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "; %lu more are not known: no SHA-256, SHA-384 or "
			 "SHA-512",
			 f->weak);
	printable(text);
	f->refs->digests.allows = true;
	ret = shinrai_digests_source(&f->refs->digests, text);
	return ret ? shinrai_refs_bad(f, ret, "%s", strerror(-ret)) : 0;
}

static int load_list(struct refs_file *f, FILE *in)
{
	struct shinrai_refs *r = f->refs;
	unsigned long line = 0;
	int ret = shinrai_digests_load(&r->digests, in, &line);

	r->have_digests = true;
	if (ret == -EBADMSG)
		return shinrai_refs_bad(
			f, ret,
			"line %lu is not of a digest list or deny "
			"list, shinrai-digests(5)",
			line);
	return ret ? shinrai_refs_bad(f, ret, "line %lu: %s", line,
				      strerror(-ret)) :
		     0;
}

static int load_boot(struct refs_file *f, const u8 *text, size_t len)
{
	struct shinrai_reference boot;
	char why[192] = "";
	int ret;

	ret = shinrai_reference_parse(text, len, &boot, why, sizeof(why));
	if (ret)
		return shinrai_refs_bad(f, ret, "%s", why);
	ret = shinrai_reference_merge(&f->refs->boot, &boot);
	f->refs->have_boot = true;
	return ret ? shinrai_refs_bad(f, ret, "with the others: %s",
				      strerror(-ret)) :
		     0;
}

static bool starts(const json_t *j, const char *name, const char *with)
{
	const char *s = json_string_value(json_object_get(j, name));

	return s && !strncmp(s, with, strlen(with));
}

static int load_object(struct refs_file *f, const json_t *j, const u8 *text,
		       size_t len)
{
	/* Then it is nothing but an envelope, whatever else it says it is. */
	if (f->dsse) {
		if (!json_object_get(j, "payloadType"))
			return shinrai_refs_unsigned(f);
		f->refs->have_digests = true;
		return shinrai_refs_dsse(f, j);
	}
	if (json_object_get(j, "format"))
		return load_boot(f, text, len);
	f->refs->have_digests = true;
	if (starts(j, "spdxVersion", "SPDX-2."))
		return shinrai_refs_spdx(f, j);
	if (starts(j, "bomFormat", "CycloneDX"))
		return shinrai_refs_cyclonedx(f, j);
	if (json_object_get(j, "payloadType"))
		return shinrai_refs_dsse(f, j);
	if (json_object_get(j, "meta") && json_object_get(j, "digests"))
		return shinrai_refs_keylime(f, j, false);
	return shinrai_refs_bad(
		f, -EBADMSG,
		"JSON, but no boot references, SPDX 2.x, CycloneDX, "
		"Keylime runtime policy or DSSE envelope");
}

/* A value of two bytes takes a hundred when it is parsed. */
static bool too_many_values(const u8 *text, size_t len)
{
	bool inside = false; /* of a string */
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		if (inside && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			inside = !inside;
		else if (!inside)
			n += text[i] == ',' || text[i] == '[' || text[i] == '{';
	}
	return n > SHINRAI_MAX_REFS_VALUES;
}

int shinrai_refs_parse(const struct refs_file *f, const u8 *text, size_t len,
		       const char *what, json_t **j)
{
	json_error_t e = { 0 };

	if (too_many_values(text, len))
		return shinrai_refs_bad(f, -EFBIG, "%smore than %d values",
					what, SHINRAI_MAX_REFS_VALUES);
	*j = json_loadb((const char *)text, len, JSON_REJECT_DUPLICATES, &e);
	if (*j)
		return 0;
	if (json_error_code(&e) == json_error_out_of_memory)
		return shinrai_refs_bad(f, -ENOMEM, "%s", strerror(ENOMEM));
	return shinrai_refs_bad(f, -EBADMSG,
				"%sline %d: neither a list nor JSON", what,
				e.line);
}

static int load_json(struct refs_file *f, const u8 *text, size_t len)
{
	json_t *j;
	int ret = shinrai_refs_parse(f, text, len, "", &j);

	if (ret)
		return ret;
	ret = load_object(f, j, text, len);
	json_decref(j);
	return ret;
}

static int read_rest(struct refs_file *f, FILE *in, u8 **text, size_t *len)
{
	size_t cap = 0, n;
	u8 *bigger;

	for (*len = 0;; *len += n) {
		if (*len == cap) {
			cap = cap ? 2 * cap : 65536;
			if (cap > 2 * SHINRAI_MAX_REFS_JSON)
				break;
			bigger = realloc(*text, cap);
			if (!bigger)
				return shinrai_refs_bad(f, -ENOMEM, "%s",
							strerror(ENOMEM));
			*text = bigger;
		}
		n = fread(*text + *len, 1, cap - *len, in);
		if (!n)
			break;
	}
	if (ferror(in))
		return shinrai_refs_bad(f, -EIO, "cannot read");
	return *len > SHINRAI_MAX_REFS_JSON ?
		       shinrai_refs_bad(f, -EFBIG, "more than %u MiB",
					SHINRAI_MAX_REFS_JSON >> 20) :
		       0;
}

int shinrai_refs_take(struct refs_file *f, FILE *in)
{
	SHINRAI_FREE u8 *text = NULL;
	int c = getc(in), ret;
	size_t len;

	ungetc(c, in);
	ret = shinrai_digests_begin(&f->refs->digests, f->path);
	if (ret)
		return shinrai_refs_bad(f, ret, "more than %d files",
					SHINRAI_MAX_LISTS);
	if (c == '#') {
		ret = f->dsse ? shinrai_refs_unsigned(f) : load_list(f, in);
	} else {
		ret = read_rest(f, in, &text, &len);
		if (!ret)
			ret = load_json(f, text, len);
	}
	f->refs->nfiles++;
	f->refs->nunsigned += !f->vouched;
	return ret;
}

int shinrai_refs_read(struct shinrai_refs *r, FILE *f, const char *name,
		      char *why, size_t why_size)
{
	struct refs_file file = {
		.refs = r, .path = name, .why = why, .why_size = why_size
	};

	return shinrai_refs_take(&file, f);
}

int shinrai_refs_load(struct shinrai_refs *r, const char *path, char *why,
		      size_t why_size)
{
	struct refs_file file = {
		.refs = r, .path = path, .why = why, .why_size = why_size
	};
	FILE *f = fopen(path, "re");
	int ret;

	if (!f) {
		ret = -errno;
		snprintf(why, why_size, "cannot open %s: %s", path,
			 strerror(-ret));
		return ret;
	}
	ret = r->nsigners ? shinrai_refs_signed(&file, f) :
			    shinrai_refs_take(&file, f);
	fclose(f);
	return ret;
}

int shinrai_refs_ready(struct shinrai_refs *r, char *why, size_t why_size)
{
	/* What JSON took is many times what is kept of it. */
	malloc_trim(0);
	if (r->nsigners)
		r->signers = shinrai_refs_signers(r);
	if (!r->nsigners == !r->signers &&
	    !shinrai_digests_ready(&r->digests) &&
	    !shinrai_ima_rules_ready(&r->ima))
		return 0;
	snprintf(why, why_size, "reference values: out of memory");
	return -ENOMEM;
}

void shinrai_refs_expect(const struct shinrai_refs *r,
			 struct shinrai_appraise_input *in)
{
	in->digests = r->have_digests ? &r->digests : NULL;
	in->ref = r->have_boot ? &r->boot : NULL;
	in->ima = r->ima.given ? &r->ima : NULL;
	in->signers = r->signers;
	in->nunsigned = r->nunsigned;
}
