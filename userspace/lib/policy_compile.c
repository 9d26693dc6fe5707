// SPDX-License-Identifier: MIT
/* The policy compiler: statements by a table, then tables to a blob. */
#include <stdlib.h>

#include <shinrai/hash.h>
#include <shinrai/policy_build.h>

#include "policy_parse.h"

static int pt_policy(struct pt *t);

static const struct {
	const char *word;
	int (*parse)(struct pt *t);
	bool whole; /* takes its first word itself */
} statements[] = {
	{ "allow", shinrai_pt_rule, true },
	{ "deny", shinrai_pt_rule, true },
	{ "audit", shinrai_pt_rule, true },
	{ "label", shinrai_pt_label, false },
	{ "default", shinrai_pt_default, false },
	{ "program", shinrai_pt_program, false },
	{ "network", shinrai_pt_network, false },
	{ "media", shinrai_pt_media, false },
	{ "time", shinrai_pt_time, false },
	{ "grant", shinrai_pt_grant, false },
	{ "policy", pt_policy, false },
};

/* policy NAME generation NUMBER */
static int pt_policy(struct pt *t)
{
	const struct pt_token *token = pt_peek(t);
	int ret;

	if (t->headed)
		return shinrai_pt_fail(t, token, "one file is one policy",
				       "a second policy");
	t->headed = true;
	if (shinrai_pt_is(token, "generation") ||
	    !shinrai_pt_is_namespace(token))
		return shinrai_pt_expected(t, "the policy's name",
					   "as the administrator admitted it:"
					   " a-z, 0-9, '.', '_' and '-'");
	if (token->len >= SHINRAI_POLICY_NAME)
		return shinrai_pt_fail(t, token, NULL,
				       "a name of %u letters; it may have %u",
				       token->len, SHINRAI_POLICY_NAME - 1);
	t->policy = *pt_take(t);
	if (!shinrai_pt_accept(t, "generation"))
		return shinrai_pt_expected(t, "'generation'",
					   "such as policy acme generation 1");
	token = pt_peek(t);
	ret = shinrai_pt_take_number(t, "the generation", UINT64_MAX,
				     &t->generation);
	if (!ret && !t->generation)
		return shinrai_pt_fail(t, token,
				       "each new policy has a greater one",
				       "generations begin with 1");
	return ret ? ret : shinrai_pt_end(t);
}

static int unknown_statement(struct pt *t)
{
	char hint[160];
	struct pt_near near;
	size_t i;

	shinrai_pt_near_init(&near, pt_peek(t));
	for (i = 0; i < ARRAY_SIZE(statements); i++)
		shinrai_pt_near_try(&near, statements[i].word,
				    strlen(statements[i].word));
	snprintf(hint, sizeof(hint),
		 "policy, label, default, program, network,"
		 " media, time, allow, audit, deny or"
		 " grant");
	if (near.best)
		snprintf(hint, sizeof(hint), "did you mean '%s'?", near.best);
	return shinrai_pt_expected(t, "a statement", hint);
}

static int parse_statement(struct pt *t)
{
	const struct pt_token *token = pt_peek(t);
	/* Of a head that went wrong something was told already. */
	bool first = !t->headed && !t->notes->errors;
	size_t i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(statements); i++) {
		if (shinrai_pt_is(token, statements[i].word))
			break;
	}
	if (i == ARRAY_SIZE(statements))
		return unknown_statement(t);
	if (first && statements[i].parse != pt_policy) {
		t->headed = true; /* told once */
		ret = shinrai_pt_fail(t, token,
				      "such as policy acme generation 1",
				      "the first statement is not 'policy'");
		if (ret != -EINVAL)
			return ret;
	}
	if (!statements[i].whole)
		pt_take(t);
	return statements[i].parse(t);
}

/* Return: 0, whatever was told; -ENOMEM. */
static int parse_all(struct pt *t)
{
	int ret;

	while (t->notes->errors < SHINRAI_POLICY_ERRORS) {
		ret = shinrai_pt_statement(t);
		if (ret > 0)
			ret = parse_statement(t);
		else if (!ret)
			return 0;
		if (ret == -ENOMEM)
			return ret;
	}
	t->notes->more = true;
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct shinrai_policy_note *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->column > y->column) - (x->column < y->column);
}

/* What can be said only of the whole. */
static int finish(struct pt *t)
{
	const struct pt_token end = { t->text, 0, 1, PT_END };
	int ret;

	if (!t->headed && !t->notes->errors)
		return shinrai_pt_fail(t, &end,
				       "such as policy acme generation 1",
				       "there is no policy in it");
	if (t->notes->errors)
		return -EINVAL;
	shinrai_pt_finish_labels(t);
	ret = shinrai_pt_warn_denied(t);
	return ret ? ret : shinrai_pt_warn_unused(t);
}

static void digest_of(const struct shinrai_policy_source *s, u8 *out)
{
	struct shinrai_sha256 c;

	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, s->text, s->len);
	shinrai_sha256_final(&c, out);
}

static int build(struct pt *t, u8 **blob, size_t *len)
{
	static const u8 nobody[SHINRAI_DIGEST_SIZE];
	u8 source[SHINRAI_DIGEST_SIZE];
	char name[SHINRAI_POLICY_NAME];
	const struct shinrai_policy_tables tables = {
		.generation = t->generation,
		.owner = t->source->owner ? t->source->owner : nobody,
		.source = source,
		.name = name,
		.label = t->label.p,
		.pattern = t->pattern.p,
		.group = t->group.p,
		.digest = t->digest.p,
		.sink = t->sink.p,
		.condition = t->condition.p,
		.grant = t->grant.p,
		.rule = t->rule.p,
		.string = t->string.p,
		.labels = t->label.n,
		.patterns = t->pattern.n,
		.groups = t->group.n,
		.digests = t->digest.n,
		.sinks = t->sink.n,
		.conditions = t->condition.n,
		.grants = t->grant.n,
		.rules = t->rule.n,
		.strings = t->string.n,
	};
	int ret;

	digest_of(t->source, source);
	memcpy(name, t->policy.p, t->policy.len);
	name[t->policy.len] = '\0';
	ret = shinrai_policy_build(&tables, blob, len);
	if (ret != -E2BIG)
		return ret;
	return shinrai_pt_fail(
		t, &t->policy,
		"use fewer programs in lists, and fewer"
		" lengths of prefixes and kinds of rules",
		"compiled, it has more than %u MiB, or more than %u"
		" kinds of rules",
		SHINRAI_POLICY_MAX >> 20, SHINRAI_POLICY_SHAPES);
}

static void release(struct pt *t)
{
	struct pt_vec *vecs[] = { &t->token,	 &t->who,    &t->to,
				  &t->name,	 &t->prefix, &t->device,
				  &t->window,	 &t->label,  &t->pattern,
				  &t->group,	 &t->digest, &t->sink,
				  &t->condition, &t->grant,  &t->rule,
				  &t->string,	 &t->said };
	struct pt_hash *hashes[] = { &t->names,	     &t->strings, &t->sinks,
				     &t->conditions, &t->rules,	  &t->denies,
				     &t->unnamed };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vecs); i++)
		free(vecs[i]->p);
	for (i = 0; i < ARRAY_SIZE(hashes); i++)
		free(hashes[i]->slot);
}

static int compile(struct pt *t, u8 **blob, size_t *len)
{
	u32 none;
	int ret;

	/* The text "" is at 0. */
	ret = shinrai_pt_text(t, &(struct pt_token){ "", 0, 1, PT_WORD },
			      &none);
	if (!ret)
		ret = parse_all(t);
	if (!ret)
		ret = finish(t);
	if (!ret)
		ret = build(t, blob, len);
	if (t->notes->count)
		qsort(t->notes->note, t->notes->count, sizeof(*t->notes->note),
		      by_place);
	return ret;
}

/**
 * shinrai_policy_compile() - a policy's text to its blob
 * @source: the text, whose it is, and where lists come from
 * @notes: out, errors and warnings; released by shinrai_policy_notes_free(),
 * whatever is returned
 * @blob: out, only on success: freed by the caller
 * @len: out, the same
 *
 * The same text, owner and lists give the same bytes.
 *
 * Return: 0, perhaps with warnings; -EINVAL with errors; -EFBIG for more than
 * SHINRAI_POLICY_SOURCE bytes, without any; -ENOMEM.
 */
int shinrai_policy_compile(const struct shinrai_policy_source *source,
			   struct shinrai_policy_notes *notes, u8 **blob,
			   size_t *len)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t skip = strlen(mark);
	struct pt *t;
	int ret;

	memset(notes, 0, sizeof(*notes));
	if (source->len > SHINRAI_POLICY_SOURCE)
		return -EFBIG;
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	if (source->len < skip || memcmp(source->text, mark, skip))
		skip = 0;
	t->source = source;
	t->notes = notes;
	t->text = source->text + skip;
	shinrai_rd_init(&t->rd, t->text, source->len - skip);
	ret = compile(t, blob, len);
	release(t);
	free(t);
	return ret;
}
