/* SPDX-License-Identifier: MIT */
/*
 * What entries of an IMA list may say, by the sections of Keylime's runtime
 * policies: files at their paths, buffers, keys of keyrings, and paths that are
 * not looked at.
 */
#ifndef _SHINRAI_IMA_RULES_H
#define _SHINRAI_IMA_RULES_H

#include "digests.h"
#include "ima.h"

#define SHINRAI_MAX_EXCLUDES 1024
#define SHINRAI_MAX_IMA_KEYS 64
#define SHINRAI_MAX_EXCLUDE 4096 /* bytes of one expression */

enum shinrai_ima_section {
	SHINRAI_IMA_FILES, /* path, digest */
	SHINRAI_IMA_BUFFERS, /* event name, digest */
	SHINRAI_IMA_KEYRINGS, /* keyring, digest of the key */
	SHINRAI_IMA_KEYRINGS_IGNORED, /* keyring, "*" for all; no digest */
	SHINRAI_IMA_KEYS, /* as in shinrai_ima_rules_key() */
	SHINRAI_IMA_EXCLUDES, /* as in shinrai_ima_rules_exclude() */
	SHINRAI_IMA_VIOLATIONS, /* "*": excludes are of them, too; no digest */
	SHINRAI_IMA_SECTIONS
};

struct shinrai_ima_rules {
	struct shinrai_digests at; /* hashes of section, name and digest */
	struct pcre2_real_code_8 **exclude;
	size_t nexcludes;
	struct shinrai_ima_key *key; /* whose signatures on files count */
	size_t nkeys;
	bool given;
};

enum shinrai_ima_judged {
	SHINRAI_IMA_KNOWN,
	SHINRAI_IMA_EXCLUDED, /* its path is not looked at */
	SHINRAI_IMA_ELSEWHERE, /* known, at another path only */
	SHINRAI_IMA_UNKNOWN,
	SHINRAI_IMA_VIOLATED,
	SHINRAI_IMA_NO_MEMORY, /* to match its path */
};

/* @r: caller's, for shinrai_ima_rules_free() */
void shinrai_ima_rules_init(struct shinrai_ima_rules *r);
void shinrai_ima_rules_free(struct shinrai_ima_rules *r);

/*
 * Allows a digest under a name.
 * @name: NUL-terminated
 * @key: of shinrai_digests_key(); NULL for SHINRAI_IMA_KEYRINGS_IGNORED
 * Return: 0; -E2BIG; -ENOMEM.
 */
int shinrai_ima_rules_add(struct shinrai_ima_rules *r,
			  enum shinrai_ima_section section, const char *name,
			  const u8 key[32]);

/*
 * Paths that match are not looked at: a Perl-compatible expression, matched from
 * the begin of the path as Python's re.match() does.
 * @why: out on error, what is wrong with it
 * Return: 0; -EINVAL; -E2BIG; -ENOMEM.
 */
int shinrai_ima_rules_exclude(struct shinrai_ima_rules *r, const char *regex,
			      char *why, size_t why_size);

/*
 * Files that a key signed are known, wherever they are.
 * @der: SubjectPublicKeyInfo, RSA of 2048 bits or EC of 256 bits at least
 * @id: by which signatures name it; 0: the end of its subject key id
 * Return: 0; -EBADMSG; -E2BIG; -ENOMEM.
 */
int shinrai_ima_rules_key(struct shinrai_ima_rules *r, const u8 *der,
			  size_t len, u32 id);

/* Releases the keys alone; shinrai_ima_rules_free() does it. */
void shinrai_ima_keys_free(struct shinrai_ima_rules *r);

/* Did one of the keys sign the digest of this entry?  Context: any thread. */
bool shinrai_ima_rules_signed(const struct shinrai_ima_rules *r,
			      const struct shinrai_ima_entry *e);

/* After the last rule.  r->at.id is of all rules then.  Return: 0; -ENOMEM. */
int shinrai_ima_rules_ready(struct shinrai_ima_rules *r);

/*
 * Is an entry what the rules allow?  An expression that takes too long to match
 * does not match, nor does any a path that is not UTF-8.
 * What a violation says of itself nobody extended: its path is looked at only where
 * there is a rule of SHINRAI_IMA_VIOLATIONS.
 * @known: lists in which a digest is known at any path; NULL: none
 * @e: of shinrai_ima_next()
 * Context: any thread.
 */
enum shinrai_ima_judged
shinrai_ima_rules_judge(const struct shinrai_ima_rules *r,
			const struct shinrai_digests *known,
			const struct shinrai_ima_entry *e);

#endif
