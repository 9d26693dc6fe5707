// SPDX-License-Identifier: MIT
/* Programs: groups of digests, written out or taken from lists of known code. */
#include <stdlib.h>

#include <shinrai/digests.h>
#include <shinrai/hex.h>

#include "policy_parse.h"

#define HEX (2 * SHINRAI_DIGEST_SIZE)
#define SCHEME "sha256:"
#define PATTERNS 64 /* behind one "from" */

typedef u8 digest[SHINRAI_DIGEST_SIZE];

static bool is_digest(const struct pt_token *token)
{
	return token->kind == PT_WORD && token->len >= strlen(SCHEME) &&
	       !memcmp(token->p, SCHEME, strlen(SCHEME));
}

/* sha256:HEX */
static int parse_digest(struct pt *t, const struct pt_token *token, digest d)
{
	struct pt_token hex = *token;
	char quote[PT_QUOTE];

	hex.p += strlen(SCHEME);
	hex.len -= (u32)strlen(SCHEME);
	if (hex.len != HEX)
		return shinrai_pt_fail(t, token, "as sha256sum(1) prints it",
				       "a SHA-256 of %u digits; it has %d",
				       hex.len, HEX);
	if (shinrai_hex_decode(hex.p, HEX, d))
		return shinrai_pt_fail(t, &hex, "as sha256sum(1) prints it",
				       "%s is not hexadecimal",
				       shinrai_pt_quote(&hex, quote));
	return 0;
}

static int by_value(const void *a, const void *b)
{
	return memcmp(a, b, SHINRAI_DIGEST_SIZE);
}

/* What was pushed since @first becomes a group: ascending, each once. */
static int add_group(struct pt *t, const struct pt_token *name, u32 first,
		     u32 *index)
{
	struct shinrai_policy_group g = { .first = first, .line = name->line };
	digest *d = (digest *)t->digest.p + first;
	u32 n = t->digest.n - first, i;
	int ret;

	qsort(d, n, sizeof(*d), by_value);
	for (i = 0; i < n; i++) {
		if (!g.count || by_value(d[g.count - 1], d[i]))
			memmove(d[g.count++], d[i], sizeof(*d));
	}
	t->digest.n = first + g.count;
	*index = t->group.n;
	ret = is_digest(name) ? 0 : shinrai_pt_text(t, name, &g.name);
	if (ret)
		return ret;
	return shinrai_pt_push(&t->group, &g, sizeof(g)) ? 0 : -ENOMEM;
}

struct from {
	struct pt *t;
	const struct pt_token *pattern[PATTERNS];
	u32 text[PATTERNS]; /* strings */
	bool hit[PATTERNS];
	u32 n;
};

/* Of a list's entries those that can be an actor, and that are asked for. */
static int take_entry(void *ctx, const struct shinrai_known *k,
		      const char *path)
{
	const u8 actors = SHINRAI_KNOWN_EXEC | SHINRAI_KNOWN_SCRIPT |
			  SHINRAI_KNOWN_ANY;
	struct from *f = ctx;
	const char *pattern;
	bool wanted = false;
	u32 i;

	if (!(k->kinds & actors))
		return 0;
	for (i = 0; i < f->n; i++) {
		pattern = (const char *)f->t->string.p + f->text[i];
		if (!shinrai_policy_glob(pattern, path, strlen(path)))
			continue;
		f->hit[i] = true;
		wanted = true;
	}
	if (wanted &&
	    !shinrai_pt_push(&f->t->digest, k->sha256, sizeof(k->sha256)))
		return -ENOMEM;
	return 0;
}

static int read_list(struct from *f, const struct pt_token *name, FILE *file)
{
	unsigned long line = 0;
	char quote[PT_QUOTE];
	int ret;
	u32 i;

	ret = shinrai_digests_each(file, take_entry, f, &line);
	if (ret == -ENOMEM)
		return ret;
	if (ret)
		return shinrai_pt_fail(f->t, name, "see shinrai-digests(5)",
				       "%s, line %lu: %s",
				       shinrai_pt_quote(name, quote), line,
				       ret == -EBADMSG ?
					       "not a list of digests" :
					       strerror(-ret));
	for (i = 0; i < f->n; i++) {
		if (!f->hit[i])
			return shinrai_pt_fail(f->t, f->pattern[i],
					       "only programs and"
					       " scripts count",
					       "nothing in the list matches %s",
					       shinrai_pt_quote(f->pattern[i],
								quote));
	}
	return 0;
}

static int open_list(struct pt *t, const struct pt_token *name, u32 string,
		     FILE **file)
{
	const struct shinrai_policy_source *s = t->source;
	char quote[PT_QUOTE];

	errno = ENOTSUP;
	*file = s->list ? s->list(s->ctx, (const char *)t->string.p + string) :
			  NULL;
	if (*file)
		return 0;
	if (errno == ENOMEM)
		return -ENOMEM;
	return shinrai_pt_fail(t, name,
			       "its name is relative to the policy's folder",
			       "cannot open %s: %s",
			       shinrai_pt_quote(name, quote), strerror(errno));
}

/* from "LIST" "PATTERN"... */
static int parse_from(struct pt *t)
{
	const struct pt_token *name = pt_peek(t);
	struct from f = { .t = t };
	FILE *file;
	u32 list;
	int ret;

	ret = shinrai_pt_take_string(t, "the name of a list", &list);
	do {
		if (!ret && f.n == PATTERNS)
			ret = shinrai_pt_fail(t, pt_peek(t),
					      "begin another 'from'",
					      "more than %d patterns",
					      PATTERNS);
		if (ret)
			return ret;
		f.pattern[f.n] = pt_peek(t);
		ret = shinrai_pt_pattern(t, &f.text[f.n++]);
	} while (!ret && pt_peek(t)->kind == PT_STRING);
	if (!ret)
		ret = open_list(t, name, list, &file);
	if (ret)
		return ret;
	ret = read_list(&f, name, file);
	fclose(file);
	return ret;
}

static int parse_member(struct pt *t)
{
	const struct pt_token *token = pt_peek(t);
	digest d;
	int ret;

	if (shinrai_pt_accept(t, "from"))
		return parse_from(t);
	if (!is_digest(token))
		return shinrai_pt_expected(
			t, "sha256:DIGEST or 'from'",
			"from \"known.txt\" \"/usr/bin/cad\"");
	ret = parse_digest(t, pt_take(t), d);
	if (!ret && !shinrai_pt_push(&t->digest, d, sizeof(d)))
		ret = -ENOMEM;
	return ret;
}

/**
 * shinrai_pt_program() - program NAME MEMBER...
 * @t: cursor, behind the first word
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_program(struct pt *t)
{
	struct pt_name *n;
	u32 first = t->digest.n, name, group;
	int ret;

	ret = shinrai_pt_define(t, "the program's name", &name);
	while (!ret) {
		ret = parse_member(t);
		if (pt_peek(t)->kind == PT_END)
			break;
	}
	if (!ret)
		ret = add_group(t, &shinrai_pt_name(t, name)->at, first,
				&group);
	if (ret) {
		t->digest.n = first;
		return ret;
	}
	n = shinrai_pt_name(t, name);
	n->kind = PT_PROGRAM;
	n->index = group;
	return 0;
}

static bool same_digest(const struct pt *t, u32 index, const void *key)
{
	const struct shinrai_policy_group *g = t->group.p;

	return !memcmp((digest *)t->digest.p + g[index].first, key,
		       sizeof(digest));
}

/* A digest in a rule is a group of its own, one for all rules that have it. */
static int unnamed(struct pt *t, u32 *group)
{
	const struct pt_token *token = pt_take(t);
	digest d;
	u32 hash;
	int ret;

	ret = parse_digest(t, token, d);
	if (ret)
		return ret;
	hash = shinrai_pt_hash_bytes(d, sizeof(d));
	*group = shinrai_pt_find(t, &t->unnamed, hash, same_digest, d);
	if (*group != SHINRAI_POLICY_NONE)
		return 0;
	if (!shinrai_pt_push(&t->digest, d, sizeof(d)))
		return -ENOMEM;
	ret = add_group(t, token, t->digest.n - 1, group);
	return ret ? ret : shinrai_pt_insert(&t->unnamed, hash, *group);
}

/**
 * shinrai_pt_program_group() - a program in a rule: its name, or sha256:DIGEST
 * @t: cursor
 * @group: out
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_program_group(struct pt *t, u32 *group)
{
	struct pt_name *name;
	int ret;

	if (is_digest(pt_peek(t)))
		return unnamed(t, group);
	ret = shinrai_pt_use(t, 1 << PT_PROGRAM, "a program", &name);
	if (!ret)
		*group = name->index;
	return ret;
}
