/* SPDX-License-Identifier: MIT */
/*
 * Reference values from files, whose format is recognised from what is in them:
 * digest lists and deny lists, boot references (PROTOCOL.md 8), SPDX 2.x JSON,
 * CycloneDX JSON, Keylime runtime policies, plain or signed (DSSE).
 */
#ifndef _SHINRAI_REFS_H
#define _SHINRAI_REFS_H

#include <openssl/x509.h>

#include "appraise.h"

#define SHINRAI_MAX_REFS_JSON (64u << 20) /* bytes of one file */
#define SHINRAI_MAX_REFS_VALUES 4000000 /* in them */
#define SHINRAI_MAX_REFS_KEYS 16

/* All files together. */
struct shinrai_refs {
	struct shinrai_digests digests; /* known and denied */
	struct shinrai_reference boot;
	struct shinrai_ima_rules ima;
	bool have_digests;
	bool have_boot;
	EVP_PKEY *key[SHINRAI_MAX_REFS_KEYS]; /* who may sign, P-256 */
	unsigned int nkeys;
	X509 *signer[SHINRAI_MAX_REFS_KEYS]; /* who must have signed files */
	unsigned int vouched[SHINRAI_MAX_REFS_KEYS]; /* files, by each */
	unsigned int nsigners;
	unsigned int nfiles;
	unsigned int nunsigned; /* of them */
	char *signers; /* for people, of shinrai_refs_ready(); NULL: nobody */
};

/* @r: caller's, for shinrai_refs_free() */
void shinrai_refs_init(struct shinrai_refs *r);
void shinrai_refs_free(struct shinrai_refs *r);

/*
 * Names who may sign reference values; before the files are loaded.  With a key,
 * a Keylime policy that is not signed is refused; without, one that is.
 * @path: PEM, a public key or a certificate, P-256
 * @why: out on error: which file, what is wrong, what to do
 * Return: 0; -E2BIG; -EBADMSG; -ENOMEM; errno of open() or read().
 */
int shinrai_refs_key(struct shinrai_refs *r, const char *path, char *why,
		     size_t why_size);

/*
 * Names who must have signed reference values; before the files are loaded.  With a
 * signer, shinrai_refs_load() takes a file only with his signature beside it, in
 * PATH.sig, as shinrai_cms_sign() makes it; or as DSSE that a key signed.
 * @path: a certificate, PEM or DER, with an RSA key
 * @why: out on error: which file, what is wrong, what to do
 * Return: 0; -E2BIG; -EBADMSG; -ENOTSUP; -ENOMEM; errno of open() or read().
 */
int shinrai_refs_signer(struct shinrai_refs *r, const char *path, char *why,
			size_t why_size);

/*
 * Adds what is in a file.
 * @r: grows; on error it is only good for shinrai_refs_free()
 * @why: out on error: which file, what is wrong and where, what to do
 * Return: 0; -EBADMSG; -EKEYREJECTED not signed as it must be; -EKEYEXPIRED; -EFBIG;
 * -E2BIG; -ENOMEM; errno of open() or read().
 */
int shinrai_refs_load(struct shinrai_refs *r, const char *path, char *why,
		      size_t why_size);

/*
 * The same of a file that is open, and whose signature nobody asks for; it is read to
 * its end.  @name: for people
 */
int shinrai_refs_read(struct shinrai_refs *r, FILE *f, const char *name,
		      char *why, size_t why_size);

/* After the last file.  Return: 0; -ENOMEM. */
int shinrai_refs_ready(struct shinrai_refs *r, char *why, size_t why_size);

/* What is held against, into @in; points into @r. */
void shinrai_refs_expect(const struct shinrai_refs *r,
			 struct shinrai_appraise_input *in);

#endif
