// SPDX-License-Identifier: MIT
/* Rules for IMA entries: one set of hashes for all sections, and expressions. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include <shinrai/hash.h>
#include <shinrai/ima_rules.h>

/* Steps of one match; a path takes some hundred where nobody plays tricks. */
#define MATCH_LIMIT 20000

void shinrai_ima_rules_init(struct shinrai_ima_rules *r)
{
	memset(r, 0, sizeof(*r));
	shinrai_digests_init(&r->at);
}

void shinrai_ima_rules_free(struct shinrai_ima_rules *r)
{
	while (r->nexcludes)
		pcre2_code_free(r->exclude[--r->nexcludes]);
	free(r->exclude);
	shinrai_ima_keys_free(r);
	shinrai_digests_free(&r->at);
}

static void put_le32(struct shinrai_sha256 *c, size_t v)
{
	const u8 le[4] = { (u8)v, (u8)(v >> 8), (u8)(v >> 16), (u8)(v >> 24) };

	shinrai_sha256_update(c, le, sizeof(le));
}

/*
 * A file at its path: as the template data of an ima-ng entry, d-ng and n-ng, whose
 * hash its replay makes anyway (ima_template_lib.c; shinrai_ima_entry.sha256).
 */
static void hash_file(const void *path, size_t len, const u8 key[32],
		      u8 out[32])
{
	static const char alg[] = "sha256:";
	struct shinrai_sha256 c;

	shinrai_sha256_init(&c);
	put_le32(&c, sizeof(alg) + 32);
	shinrai_sha256_update(&c, alg, sizeof(alg));
	shinrai_sha256_update(&c, key, 32);
	put_le32(&c, len + 1);
	shinrai_sha256_update(&c, path, len);
	shinrai_sha256_update(&c, "", 1);
	shinrai_sha256_final(&c, out);
}

/* No name has a NUL inside; no section is the first byte of a file's. */
static void hash_rule(enum shinrai_ima_section section, const void *name,
		      size_t len, const u8 *key, u8 out[32])
{
	const u8 head = (u8)section, nul = 0;
	struct shinrai_sha256 c;

	if (section == SHINRAI_IMA_FILES) {
		hash_file(name, len, key, out);
		return;
	}
	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, &head, 1);
	shinrai_sha256_update(&c, name, len);
	shinrai_sha256_update(&c, &nul, 1);
	if (key)
		shinrai_sha256_update(&c, key, 32);
	shinrai_sha256_final(&c, out);
}

int shinrai_ima_rules_add(struct shinrai_ima_rules *r,
			  enum shinrai_ima_section section, const char *name,
			  const u8 key[32])
{
	u8 hash[32];

	hash_rule(section, name, strlen(name), key, hash);
	return shinrai_digests_add(&r->at, hash, SHINRAI_KNOWN_ANY);
}

int shinrai_ima_rules_exclude(struct shinrai_ima_rules *r, const char *regex,
			      char *why, size_t why_size)
{
	pcre2_code **bigger, *code;
	PCRE2_UCHAR text[128];
	PCRE2_SIZE at;
	int err;

	if (r->nexcludes == SHINRAI_MAX_EXCLUDES ||
	    strlen(regex) > SHINRAI_MAX_EXCLUDE) {
		snprintf(why, why_size, "more than %d expressions, or %d bytes",
			 SHINRAI_MAX_EXCLUDES, SHINRAI_MAX_EXCLUDE);
		return -E2BIG;
	}
	code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
			     PCRE2_ANCHORED | PCRE2_UTF | PCRE2_DOLLAR_ENDONLY |
				     PCRE2_NEVER_BACKSLASH_C,
			     &err, &at, NULL);
	if (!code) {
		pcre2_get_error_message(err, text, sizeof(text));
		snprintf(why, why_size, "byte %zu: %s", (size_t)at, text);
		return -EINVAL;
	}
	bigger = reallocarray(r->exclude, r->nexcludes + 1, sizeof(*bigger));
	if (!bigger) {
		pcre2_code_free(code);
		return -ENOMEM;
	}
	r->exclude = bigger;
	bigger[r->nexcludes++] = code;
	return shinrai_ima_rules_add(r, SHINRAI_IMA_EXCLUDES, regex, NULL);
}

int shinrai_ima_rules_ready(struct shinrai_ima_rules *r)
{
	return shinrai_digests_ready(&r->at);
}

/* Return: 1 or 0; -ENOMEM. */
static int excluded(const struct shinrai_ima_rules *r,
		    const struct shinrai_bytes *path)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	pcre2_match_data *match = pcre2_match_data_create(1, NULL);
	int found = limits && match ? 0 : -ENOMEM, got;
	size_t i;

	if (!found)
		pcre2_set_match_limit(limits, MATCH_LIMIT);
	for (i = 0; i < r->nexcludes && !found; i++) {
		got = pcre2_match(r->exclude[i], path->p, path->len, 0, 0,
				  match, limits);
		found = got >= 0		    ? 1 :
			got == PCRE2_ERROR_NOMEMORY ? -ENOMEM :
						      0;
	}
	pcre2_match_data_free(match);
	pcre2_match_context_free(limits);
	return found;
}

static bool has_rule(const struct shinrai_ima_rules *r,
		     enum shinrai_ima_section section, const void *name,
		     size_t len, const u8 *key)
{
	u8 hash[32];

	hash_rule(section, name, len, key, hash);
	return shinrai_digests_find(&r->at, hash);
}

/* @key: of its digest */
static bool has_entry(const struct shinrai_ima_rules *r,
		      enum shinrai_ima_section section,
		      const struct shinrai_ima_entry *e, const u8 key[32])
{
	if (section == SHINRAI_IMA_FILES && e->sha256)
		return shinrai_digests_find(&r->at, e->sha256);
	return has_rule(r, section, e->path.p, e->path.len, key);
}

static bool ignored_keyring(const struct shinrai_ima_rules *r,
			    const struct shinrai_bytes *name)
{
	return has_rule(r, SHINRAI_IMA_KEYRINGS_IGNORED, "*", 1, NULL) ||
	       has_rule(r, SHINRAI_IMA_KEYRINGS_IGNORED, name->p, name->len,
			NULL);
}

static bool is_key(const struct shinrai_bytes *buf)
{
	const u8 *p = buf->p;
	X509 *cert = d2i_X509(NULL, &p, (long)buf->len);

	X509_free(cert);
	ERR_clear_error();
	return cert;
}

/* Which rules speak of it; a keyring that is ignored allows any key. */
static enum shinrai_ima_section section_of(const struct shinrai_ima_rules *r,
					   const struct shinrai_ima_entry *e,
					   bool *ignored)
{
	*ignored = false;
	if (!(e->present & 1u << SHINRAI_IMA_BUF))
		return SHINRAI_IMA_FILES;
	if (!is_key(&e->field[SHINRAI_IMA_BUF]))
		return SHINRAI_IMA_BUFFERS;
	*ignored = ignored_keyring(r, &e->path);
	return SHINRAI_IMA_KEYRINGS;
}

enum shinrai_ima_judged
shinrai_ima_rules_judge(const struct shinrai_ima_rules *r,
			const struct shinrai_digests *known,
			const struct shinrai_ima_entry *e)
{
	enum shinrai_ima_judged not = SHINRAI_IMA_UNKNOWN;
	enum shinrai_ima_section section;
	unsigned int kinds = 0;
	bool ignored;
	u8 key[32];
	int ret;

	section = section_of(r, e, &ignored);
	if (e->violation) {
		not = SHINRAI_IMA_VIOLATED;
		if (!has_rule(r, SHINRAI_IMA_VIOLATIONS, "*", 1, NULL))
			return not ;
	} else if (ignored) {
		return SHINRAI_IMA_KNOWN;
	} else if (!shinrai_digests_key(e->digest_alg, e->digest.p,
					e->digest.len, key)) {
		if (has_entry(r, section, e, key))
			return SHINRAI_IMA_KNOWN;
		if (section == SHINRAI_IMA_FILES && known)
			kinds = shinrai_digests_find(known, key);
		if (kinds &
		    ~(unsigned int)(SHINRAI_KNOWN_AT | SHINRAI_KNOWN_DENIED))
			return SHINRAI_IMA_KNOWN;
		if (section == SHINRAI_IMA_FILES &&
		    shinrai_ima_rules_signed(r, e))
			return SHINRAI_IMA_KNOWN;
		if (kinds & SHINRAI_KNOWN_AT)
			not = SHINRAI_IMA_ELSEWHERE;
	}
	ret = excluded(r, &e->path);
	return ret < 0 ? SHINRAI_IMA_NO_MEMORY :
	       ret     ? SHINRAI_IMA_EXCLUDED :
			 not ;
}
