// SPDX-License-Identifier: MIT
/* Names that a policy gives to things, and its texts. */
#include <stdlib.h>

#include <shinrai/hex.h>

#include "policy_parse.h"

#define NAMES "names have letters, digits, '.', '_' and '-', a letter first"

static const char *const reserved[] = {
	"policy", "generation", "label", "path",  "default",  "program",
	"from",	  "network",	"media", "time",  "grant",    "removes",
	"allow",  "audit",	"deny",	 "any",	  "all",      "labels",
	"user",	  "cgroup",	"to",	 "port",  "protocol", "usb",
	"serial", "filesystem", "local", "other", "anywhere", "when",
	"limit",  "rate",	"per",	 "uses",  "notify",   "daily",
};

static const char *const kinds[] = {
	[PT_UNKNOWN] = "unknown",   [PT_LABEL] = "a label",
	[PT_PROGRAM] = "a program", [PT_NETWORK] = "a network",
	[PT_MEDIA] = "a medium",    [PT_TIME] = "a time",
};

static struct pt_name *name_at(const struct pt *t, u32 index)
{
	return (struct pt_name *)t->name.p + index;
}

static bool same_name(const struct pt *t, u32 index, const void *key)
{
	const struct pt_token *a = key, *b = &name_at(t, index)->at;

	return a->len == b->len && !memcmp(a->p, b->p, a->len);
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/**
 * shinrai_pt_is_name() - does a token look like a name?
 * @token: any token
 *
 * Return: whether it does; it may still be a word of the language.
 */
bool shinrai_pt_is_name(const struct pt_token *token)
{
	u32 i;

	if (token->kind != PT_WORD || !token->len || !letter(token->p[0]))
		return false;
	for (i = 1; i < token->len; i++) {
		if (!letter(token->p[i]) &&
		    !strchr("0123456789._-", token->p[i]))
			return false;
	}
	return true;
}

/**
 * shinrai_pt_is_namespace() - can an administrator admit this?
 * @token: any token
 *
 * PROTOCOL.md 2.9.
 *
 * Return: whether it is of the letters that a namespace has.
 */
bool shinrai_pt_is_namespace(const struct pt_token *token)
{
	u32 i;

	for (i = 0; token->kind == PT_WORD && i < token->len; i++) {
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789._-",
			    token->p[i]))
			return false;
	}
	return i;
}

/* Days may begin a time without a name, so no name looks like them. */
static bool is_reserved(const struct pt_token *token)
{
	size_t i;

	if (token->len >= 3 && (token->len == 3 || token->p[3] == '-') &&
	    shinrai_pt_find_word(shinrai_pt_days, token->p, 3))
		return true;
	for (i = 0; i < ARRAY_SIZE(reserved); i++) {
		if (shinrai_pt_is(token, reserved[i]))
			return true;
	}
	return shinrai_pt_find_word(shinrai_pt_actions, token->p, token->len);
}

static int add_name(struct pt *t, const struct pt_token *token, u32 hash,
		    bool defined, u32 *index)
{
	const struct pt_name name = { .at = *token, .defined = defined };

	*index = t->name.n;
	if (!shinrai_pt_push(&t->name, &name, sizeof(name)))
		return -ENOMEM;
	return shinrai_pt_insert(&t->names, hash, *index);
}

/**
 * shinrai_pt_name() - a name that was defined
 * @t: state
 * @index: from shinrai_pt_define()
 *
 * Return: its entry, valid until the next name is defined.
 */
struct pt_name *shinrai_pt_name(const struct pt *t, u32 index)
{
	return name_at(t, index);
}

/**
 * shinrai_pt_define() - a new name
 * @t: cursor, at the name
 * @what: what it will be, with its article
 * @name: out, index of struct pt_name; it stays PT_UNKNOWN until its caller
 * has read the rest, and whoever uses it then is not told of again
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_define(struct pt *t, const char *what, u32 *name)
{
	const struct pt_token *token = pt_peek(t);
	char quote[PT_QUOTE];
	struct pt_name *old;
	u32 hash, index;

	if (!shinrai_pt_is_name(token))
		return shinrai_pt_expected(t, what, NAMES);
	if (token->len >= SHINRAI_POLICY_NAME)
		return shinrai_pt_fail(t, token, NULL,
				       "a name of %u letters; it may have %u",
				       token->len, SHINRAI_POLICY_NAME - 1);
	if (is_reserved(token))
		return shinrai_pt_fail(t, token, "choose another name",
				       "%s is a word of the language",
				       shinrai_pt_quote(token, quote));
	t->at++;
	hash = shinrai_pt_hash_bytes(token->p, token->len);
	index = shinrai_pt_find(t, &t->names, hash, same_name, token);
	if (index == SHINRAI_POLICY_NONE)
		return add_name(t, token, hash, true, name);
	old = name_at(t, index);
	if (old->defined && old->kind)
		return shinrai_pt_fail(t, token, "choose another name",
				       "%s is defined already: %s, on line %u",
				       shinrai_pt_quote(token, quote),
				       kinds[old->kind], old->at.line);
	if (old->defined)
		return shinrai_pt_fail(t, token, "choose another name",
				       "%s is defined already, on line %u",
				       shinrai_pt_quote(token, quote),
				       old->at.line);
	old->at = *token;
	old->defined = true;
	*name = index;
	return 0;
}

/* It is told once; later uses meet the PT_UNKNOWN that stays behind. */
static int undefined(struct pt *t, const struct pt_token *token, u32 hash,
		     u32 wanted, const char *what)
{
	char hint[PT_QUOTE + 32] = "names are defined above their use";
	const struct pt_name *name = t->name.p;
	char quote[PT_QUOTE];
	struct pt_near near;
	u32 i;
	int ret;

	shinrai_pt_near_init(&near, token);
	for (i = 0; i < t->name.n; i++, name++) {
		if (wanted >> name->kind & 1)
			shinrai_pt_near_try(&near, name->at.p, name->at.len);
	}
	if (near.best)
		snprintf(hint, sizeof(hint), "did you mean '%.*s'?",
			 (int)near.len, near.best);
	ret = add_name(t, token, hash, false, &i);
	if (ret)
		return ret;
	return shinrai_pt_fail(t, token, hint,
			       "%s is not defined, %s is expected",
			       shinrai_pt_quote(token, quote), what);
}

/**
 * shinrai_pt_use() - a name that stands for something
 * @t: cursor, at the name
 * @wanted: bits, by enum pt_name_kind
 * @what: what is expected, with its article
 * @name: out, valid until the next name is defined
 *
 * Return: 0; as shinrai_pt_fail(), though nothing is told of what was told before.
 */
int shinrai_pt_use(struct pt *t, u32 wanted, const char *what,
		   struct pt_name **name)
{
	const struct pt_token *token = pt_peek(t);
	char quote[PT_QUOTE];
	struct pt_name *n;
	u32 hash, index;

	if (!shinrai_pt_is_name(token) || is_reserved(token))
		return shinrai_pt_expected(t, what, NULL);
	hash = shinrai_pt_hash_bytes(token->p, token->len);
	index = shinrai_pt_find(t, &t->names, hash, same_name, token);
	if (index == SHINRAI_POLICY_NONE)
		return undefined(t, token, hash, wanted, what);
	n = name_at(t, index);
	n->used = true;
	if (n->kind == PT_UNKNOWN)
		return -EINVAL;
	if (!(wanted >> n->kind & 1))
		return shinrai_pt_fail(t, token, NULL,
				       "%s is %s (line %u), %s is expected",
				       shinrai_pt_quote(token, quote),
				       kinds[n->kind], n->at.line, what);
	t->at++;
	*name = n;
	return 0;
}

static bool same_string(const struct pt *t, u32 index, const void *key)
{
	return !strcmp((const char *)t->string.p + index, key);
}

/* @text: with its NUL, @n bytes. */
static int intern(struct pt *t, const char *text, size_t n, u32 *string)
{
	u32 hash = shinrai_pt_hash_bytes(text, n);
	size_t i;

	*string = shinrai_pt_find(t, &t->strings, hash, same_string, text);
	if (*string != SHINRAI_POLICY_NONE)
		return 0;
	*string = t->string.n;
	for (i = 0; i < n; i++) {
		if (!shinrai_pt_push(&t->string, text + i, 1))
			return -ENOMEM;
	}
	return shinrai_pt_insert(&t->strings, hash, *string);
}

/**
 * shinrai_pt_text() - keep a text for the blob
 * @t: state
 * @token: a word, or a string, whose escapes are undone
 * @string: out, where it is
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_text(struct pt *t, const struct pt_token *token, u32 *string)
{
	char text[SHINRAI_POLICY_TEXT];
	size_t n = 0;
	u32 i;

	for (i = 0; i < token->len; i++) {
		if (n == sizeof(text) - 1)
			return shinrai_pt_fail(t, token, NULL,
					       "a text of more than %zu bytes",
					       sizeof(text) - 1);
		if (token->kind == PT_STRING && token->p[i] == '\\')
			i++;
		text[n++] = token->p[i];
	}
	text[n++] = '\0';
	return intern(t, text, n, string);
}

/**
 * shinrai_pt_take_string() - a text in quotes
 * @t: cursor
 * @what: what it is, with its article
 * @string: out, where it is kept; not empty
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_take_string(struct pt *t, const char *what, u32 *string)
{
	const struct pt_token *token = pt_peek(t);

	if (token->kind != PT_STRING)
		return shinrai_pt_expected(t, what,
					   "it is written in \"quotes\"");
	if (!token->len)
		return shinrai_pt_fail(t, token, NULL,
				       "%s is expected, not nothing", what);
	t->at++;
	return shinrai_pt_text(t, token, string);
}

/**
 * shinrai_pt_pattern() - a pattern of paths, in quotes
 * @t: cursor
 * @string: out, where it is kept
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_pattern(struct pt *t, u32 *string)
{
	const struct pt_token *token = pt_peek(t);
	int ret = shinrai_pt_take_string(t, "a pattern of paths", string);
	const char *wrong;

	if (ret)
		return ret;
	wrong = shinrai_policy_glob_check((const char *)t->string.p + *string);
	return wrong ? shinrai_pt_fail(t, token, "such as \"/srv/drawings/**\"",
				       "%s", wrong) :
		       0;
}

/**
 * shinrai_pt_warn_unused() - names that stand for nothing
 * @t: after the last statement
 *
 * A label guards its data by its defaults alone, so only labels that no
 * statement at all is about are odd.
 *
 * Return: 0; -ENOMEM.
 */
int shinrai_pt_warn_unused(struct pt *t)
{
	const struct pt_name *name = t->name.p;
	char quote[PT_QUOTE];
	int ret = 0;
	u32 i;

	for (i = 0; i < t->name.n && !ret; i++, name++) {
		if (name->used || !name->kind ||
		    (name->kind == PT_LABEL && t->all_labels))
			continue;
		if (name->kind == PT_LABEL)
			ret = shinrai_pt_warn(
				t, &name->at, NULL,
				"no rule is about label %s: the defaults"
				" alone hold",
				shinrai_pt_quote(&name->at, quote));
		else
			ret = shinrai_pt_warn(t, &name->at, "remove it",
					      "%s, %s, is never used",
					      shinrai_pt_quote(&name->at,
							       quote),
					      kinds[name->kind]);
	}
	return ret;
}
