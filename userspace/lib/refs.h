/* SPDX-License-Identifier: MIT */
/* What the readers of the formats of reference values share. */
#ifndef _SHINRAI_LIB_REFS_H
#define _SHINRAI_LIB_REFS_H

#include <jansson.h>

#include <shinrai/refs.h>

/* A file that is being loaded. */
struct refs_file {
	struct shinrai_refs *refs;
	const char *path;
	char *why;
	size_t why_size;
	bool vouched; /* its signature was verified */
	bool dsse; /* it has none: it must be an envelope, which has its own */
	/* Files, or names, in it. */
	unsigned long held;
	unsigned long weak; /* only digests that are not held against */
};

/* "PATH: ..." for people.  Return: @ret. */
int shinrai_refs_bad(const struct refs_file *f, int ret, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Reads a file to its end.  Return: 0; a negative errno, told. */
int shinrai_refs_take(struct refs_file *f, FILE *in);

/*
 * The same when there are signers: its signature is verified first.
 * @in: the file, which can be rewound
 */
int shinrai_refs_signed(struct refs_file *f, FILE *in);

/* It has no signature, and must have one.  Return: a negative errno, told. */
int shinrai_refs_unsigned(const struct refs_file *f);

/* Return: for free(), who signed how many files, printable; NULL when memory lacks. */
char *shinrai_refs_signers(const struct shinrai_refs *r);

/*
 * @alg: as SPDX, CycloneDX and Keylime spell it
 * @hex: of the digest; NULL is malformed
 * Return: 1 with @key; 0 when the hash is not one of those that are held; a
 * negative errno for what is no digest at all, told.
 */
int shinrai_refs_digest(const struct refs_file *f, const char *alg,
			const char *hex, u8 key[32]);

/*
 * Parses JSON; duplicate members are refused.
 * @what: printable, such as "payload, "
 * @j: out, only on success, for json_decref()
 * Return: 0; -EBADMSG; -EFBIG; -ENOMEM; told.
 */
int shinrai_refs_parse(const struct refs_file *f, const u8 *text, size_t len,
		       const char *what, json_t **j);

/*
 * Base64, standard or URL-safe, padded (DSSE 1.0: "either").
 * @text: NULL is malformed
 * @out: out, for free(), also on error; ends in NUL, which @len does not count
 * Return: 0; -EBADMSG; -ENOMEM.
 */
int shinrai_refs_base64(const char *text, u8 **out, size_t *len);

/* Says what was taken.  @fmt: sort and name of the document */
int shinrai_refs_source(struct refs_file *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* @j: the whole document.  Return: 0; a negative errno, told. */
int shinrai_refs_spdx(struct refs_file *f, const json_t *j);
int shinrai_refs_cyclonedx(struct refs_file *f, const json_t *j);
int shinrai_refs_keylime(struct refs_file *f, const json_t *j, bool is_signed);
int shinrai_refs_dsse(struct refs_file *f, const json_t *j);

#endif
