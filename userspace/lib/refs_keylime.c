// SPDX-License-Identifier: MIT
/* Keylime runtime policies, version 1: rules for IMA entries, and digests. */
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/util.h>

#include "refs.h"

#define VERSION 1

/* The name before the colon; mostly the hash is told by the length alone. */
static const char *alg_of(const char **hex, char name[16])
{
	const char *colon = *hex ? strchr(*hex, ':') : NULL;

	if (colon && colon - *hex < 16) {
		memcpy(name, *hex, (size_t)(colon - *hex));
		name[colon - *hex] = '\0';
		*hex = colon + 1;
		return name;
	}
	switch (*hex ? strlen(*hex) : 0) {
	case 64:
		return "sha256";
	case 96:
		return "sha384";
	case 128:
		return "sha512";
	default:
		return "sha1";
	}
}

static int take_digest(struct refs_file *f, enum shinrai_ima_section section,
		       const char *name, const char *hex)
{
	char name_of[16];
	const char *alg = alg_of(&hex, name_of);
	u8 key[32];
	int ret = shinrai_refs_digest(f, alg, hex, key);

	if (ret <= 0)
		return ret;
	ret = shinrai_ima_rules_add(&f->refs->ima, section, name, key);
	if (!ret && section == SHINRAI_IMA_FILES)
		ret = shinrai_digests_add(&f->refs->digests, key,
					  SHINRAI_KNOWN_AT);
	return ret ? shinrai_refs_bad(f, ret, "%s", strerror(-ret)) : 1;
}

/* {name: [hex, ...], ...} */
static int read_digests(struct refs_file *f, const json_t *all,
			const char *member, enum shinrai_ima_section section)
{
	json_t *names = json_object_get(all, member), *list;
	const json_t *hex;
	const char *name;
	bool held;
	size_t i;
	int ret;

	if (!names)
		return 0;
	if (!json_is_object(names))
		return shinrai_refs_bad(f, -EBADMSG, "%s is not an object",
					member);
	json_object_foreach(names, name, list) {
		if (!json_is_array(list))
			return shinrai_refs_bad(
				f, -EBADMSG,
				"%s: %.80s is not an array of digests", member,
				name);
		held = false;
		json_array_foreach(list, i, hex) {
			ret = take_digest(f, section, name,
					  json_string_value(hex));
			if (ret < 0)
				return ret;
			held |= ret;
		}
		held ? f->held++ : f->weak++;
	}
	return 0;
}

static int read_excludes(struct refs_file *f, const json_t *all)
{
	const json_t *list = json_object_get(all, "excludes"), *j;
	char why[160] = "no text";
	const char *regex;
	size_t i;
	int ret;

	if (list && !json_is_array(list) && !json_is_null(list))
		return shinrai_refs_bad(f, -EBADMSG,
					"excludes is not an array");
	json_array_foreach(list, i, j) {
		regex = json_string_value(j);
		ret = regex ? shinrai_ima_rules_exclude(&f->refs->ima, regex,
							why, sizeof(why)) :
			      -EBADMSG;
		if (ret)
			return shinrai_refs_bad(f, ret, "excludes[%zu]: %s", i,
						why);
	}
	return 0;
}

static int read_ignored(struct refs_file *f, const json_t *ima)
{
	const json_t *list = json_object_get(ima, "ignored_keyrings"), *j;
	const char *name;
	size_t i;
	int ret;

	if (list && !json_is_array(list))
		return shinrai_refs_bad(f, -EBADMSG,
					"ima.ignored_keyrings is not an array");
	json_array_foreach(list, i, j) {
		name = json_string_value(j);
		ret = name ? shinrai_ima_rules_add(&f->refs->ima,
						   SHINRAI_IMA_KEYRINGS_IGNORED,
						   name, NULL) :
			     -EBADMSG;
		if (ret)
			return shinrai_refs_bad(f, ret,
						"ima.ignored_keyrings[%zu]", i);
	}
	return 0;
}

/* Of ours: Keylime lets all violations pass, or none. */
static int read_violations(struct refs_file *f, const json_t *ima)
{
	const json_t *j = json_object_get(ima, "shinrai_excluded_violations");
	int ret = 0;

	if (j && !json_is_boolean(j))
		return shinrai_refs_bad(f, -EBADMSG,
					"ima.shinrai_excluded_violations is "
					"neither true nor false");
	if (json_is_true(j))
		ret = shinrai_ima_rules_add(&f->refs->ima,
					    SHINRAI_IMA_VIOLATIONS, "*", NULL);
	return ret ? shinrai_refs_bad(f, ret, "%s", strerror(-ret)) : 0;
}

static bool empty(const json_t *j)
{
	const char *s = json_string_value(j);

	return !j || json_is_null(j) || (s && !*s) ||
	       (json_is_array(j) && !json_array_size(j)) ||
	       (json_is_object(j) && !json_object_size(j));
}

static int read_key(struct refs_file *f, const char *text, const json_t *id)
{
	SHINRAI_FREE u8 *der = NULL;
	json_int_t n = json_integer_value(id);
	size_t len;
	int ret;

	if (n < 0 || n > U32_MAX)
		return -EBADMSG;
	ret = shinrai_refs_base64(text, &der, &len);
	return ret ? ret :
		     shinrai_ima_rules_key(&f->refs->ima, der, len, (u32)n);
}

/*
 * JSON within a text: {"pubkeys": [base64 of a SubjectPublicKeyInfo, ...],
 * "keyids": [number, ...]}
 */
static int read_keys(struct refs_file *f, const json_t *all)
{
	const json_t *member = json_object_get(all, "verification-keys"), *list;
	const char *text = json_string_value(member);
	json_t *j = NULL;
	size_t i;
	int ret = 0;

	if (empty(member))
		return 0;
	if (text)
		ret = shinrai_refs_parse(f, (const u8 *)text, strlen(text),
					 "verification-keys, ", &j);
	if (ret)
		return ret;
	list = json_object_get(j, "pubkeys");
	if (!json_is_array(list))
		ret = shinrai_refs_bad(f, -EBADMSG,
				       "verification-keys has no pubkeys");
	for (i = 0; i < json_array_size(list) && !ret; i++) {
		ret = read_key(f, json_string_value(json_array_get(list, i)),
			       json_array_get(json_object_get(j, "keyids"), i));
		if (ret)
			shinrai_refs_bad(f, ret,
					 "verification-keys: pubkeys[%zu] is "
					 "no RSA or EC key of 2048 or 256 bits",
					 i);
	}
	json_decref(j);
	return ret;
}

/* What is not used allows nothing, so that entries it allows are unknown. */
static const char *unused(const json_t *all)
{
	return empty(json_object_get(json_object_get(all, "ima"),
				     "dm_policy")) ?
		       "" :
		       "; dm_policy is not used";
}

static int check_members(const struct refs_file *f, const json_t *all)
{
	static const char *const known[] = { "meta",	"release",
					     "digests", "excludes",
					     "ima",	"keyrings",
					     "ima-buf", "verification-keys" };
	json_t *value;
	const char *name;
	json_int_t version;
	size_t i;

	version = json_integer_value(
		json_object_get(json_object_get(all, "meta"), "version"));
	if (version != VERSION)
		return shinrai_refs_bad(
			f, -EBADMSG,
			"Keylime runtime policy of version %lld, not "
			"%d",
			(long long)version, VERSION);
	json_object_foreach((json_t *)(uintptr_t)all, name, value) {
		for (i = 0; i < ARRAY_SIZE(known); i++) {
			if (!strcmp(known[i], name))
				break;
		}
		if (i == ARRAY_SIZE(known))
			return shinrai_refs_bad(
				f, -EBADMSG,
				"Keylime runtime policy with a section "
				"that is not known here: %.80s",
				name);
	}
	return 0;
}

/*
 * shinrai_refs_keylime() - a Keylime runtime policy
 * @is_signed: by one of the configured keys, in its envelope
 *
 * With a key configured, what is not signed is refused: whoever could write the
 * file could otherwise leave the signature out.
 */
int shinrai_refs_keylime(struct refs_file *f, const json_t *j, bool is_signed)
{
	int ret;

	is_signed |= f->vouched;
	if (f->refs->nkeys && !is_signed)
		return shinrai_refs_bad(
			f, -EKEYREJECTED,
			"Keylime runtime policy without a signature, "
			"and a key is configured; sign it with "
			"keylime-policy sign runtime");
	ret = check_members(f, j);
	if (!ret)
		ret = read_digests(f, j, "digests", SHINRAI_IMA_FILES);
	if (!ret)
		ret = read_digests(f, j, "ima-buf", SHINRAI_IMA_BUFFERS);
	if (!ret)
		ret = read_digests(f, j, "keyrings", SHINRAI_IMA_KEYRINGS);
	if (!ret)
		ret = read_excludes(f, j);
	if (!ret)
		ret = read_ignored(f, json_object_get(j, "ima"));
	if (!ret)
		ret = read_violations(f, json_object_get(j, "ima"));
	if (!ret)
		ret = read_keys(f, j);
	f->refs->ima.given = true;
	return ret ? ret :
		     shinrai_refs_source(f, "Keylime runtime policy, %s%s",
					 is_signed ? "signed" : "not signed",
					 unused(j));
}
