// SPDX-License-Identifier: MIT
/*
 * Policy blobs: what is accepted means what its rules say.  What is not gets
 * another index from the builder, so that its tables are tried, too.
 */
#include <stdlib.h>

#include <shinrai/policy_build.h>

#include "kernel/decide_naive.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/* Where a rule would match, more or less. */
static void aim(const struct shinrai_policy *p,
		const struct shinrai_policy_rule *r, struct shinrai_access *a)
{
	const struct shinrai_policy_group *g;
	const struct shinrai_policy_sink *s;

	memset(a, 0, sizeof(*a));
	a->action = r->action;
	a->bytes = r->line % 7;
	a->wall_s = r->line * 601ULL;
	if (r->subject_kind == SHINRAI_SUBJECT_USER)
		a->uid = r->subject;
	if (r->subject_kind == SHINRAI_SUBJECT_PROGRAM) {
		g = &p->group[r->subject];
		if (g->count)
			a->program = p->digest[g->first + g->count / 2];
	}
	if (r->subject_kind == SHINRAI_SUBJECT_CGROUP) {
		a->cgroup = p->string + r->subject;
		a->cgroup_len = (u32)strlen(a->cgroup);
	}
	if (r->sink == SHINRAI_POLICY_NONE)
		return;
	s = &p->sink[r->sink];
	a->sink_kind = s->kind;
	a->family = s->family ? s->family : 4;
	memcpy(a->addr, s->addr, sizeof(a->addr));
	a->port = s->port_last;
	a->proto = s->proto;
	a->vendor = s->vendor;
	a->product = s->product;
	a->text = p->string + s->text;
	a->text_len = (u32)strlen(a->text);
}

/* Both the same, or abort. */
static void compare(const struct shinrai_policy *p, u64 labels,
		    const struct shinrai_access *a,
		    struct shinrai_meter *meters,
		    struct shinrai_meter *naive_meters)
{
	struct shinrai_answer out, naive;

	shinrai_policy_judge(p, labels, a, meters, true, &out);
	naive_judge(p, labels, a, naive_meters, true, &naive);
	if (memcmp(&out, &naive, sizeof(out)) ||
	    memcmp(meters, naive_meters,
		   shinrai_policy_meters(p) * sizeof(*meters)))
		abort();
}

static void judge(const struct shinrai_policy *p)
{
	const u32 n = shinrai_policy_meters(p) + 1;
	struct shinrai_meter *meters = calloc(n, sizeof(*meters));
	struct shinrai_meter *naive_meters = calloc(n, sizeof(*meters));
	u32 i, rules = p->head->rules < 16 ? p->head->rules : 16;
	const u64 all = p->head->labels < 64 ? (1ULL << p->head->labels) - 1 :
					       ~0ULL;
	struct shinrai_access a;
	u8 program[SHINRAI_DIGEST_SIZE] = { 0 };

	if (!meters || !naive_meters)
		abort();
	for (i = 0; i < rules; i++) {
		aim(p, &p->rule[i], &a);
		compare(p, all, &a, meters, naive_meters);
		compare(p, 1ULL << i, &a, meters, naive_meters);
		a.addr[i] ^= 0x80;
		a.text = NULL;
		a.program = program;
		compare(p, all, &a, meters, naive_meters);
	}
	shinrai_policy_granted(p, program);
	free(meters);
	free(naive_meters);
}

/* Takes @count elements of @size bytes.  Return: where, or NULL. */
static const void *take(const u8 **at, size_t *left, u32 count, size_t size)
{
	const void *here = *at;

	if (count > *left / size)
		return NULL;
	*at += count * size;
	*left -= count * size;
	return here;
}

/* The tables of a blob that need not be one; its index is left out. */
static bool tables_of(const u8 *blob, size_t len,
		      struct shinrai_policy_tables *t)
{
	const struct shinrai_policy_head *h = (const void *)blob;
	size_t left = len - sizeof(*h);
	const u8 *at = blob + sizeof(*h);

	*t = (struct shinrai_policy_tables){
		.generation = h->generation,
		.owner = h->owner,
		.source = h->source,
		.name = "fuzz",
		.labels = h->labels,
		.patterns = h->patterns,
		.groups = h->groups,
		.digests = h->digests,
		.sinks = h->sinks,
		.conditions = h->conditions,
		.grants = h->grants,
		.rules = h->rules,
		.strings = h->strings,
	};
	t->label = take(&at, &left, h->labels, sizeof(*t->label));
	t->pattern = take(&at, &left, h->patterns, sizeof(*t->pattern));
	t->group = take(&at, &left, h->groups, sizeof(*t->group));
	t->digest = take(&at, &left, h->digests, sizeof(*t->digest));
	t->sink = take(&at, &left, h->sinks, sizeof(*t->sink));
	t->condition = take(&at, &left, h->conditions, sizeof(*t->condition));
	t->grant = take(&at, &left, h->grants, sizeof(*t->grant));
	t->rule = take(&at, &left, h->rules, sizeof(*t->rule));
	if (left < h->strings)
		return false;
	t->string = (const char *)blob + len - h->strings;
	return t->label && t->pattern && t->group && t->digest && t->sink &&
	       t->condition && t->grant && t->rule;
}

static void rebuild(const u8 *blob, size_t len)
{
	struct shinrai_policy_tables t;
	struct shinrai_policy p;
	u8 *built;
	size_t n;

	if (len < sizeof(*p.head) || !tables_of(blob, len, &t) ||
	    shinrai_policy_build(&t, &built, &n))
		return;
	if (shinrai_policy_check(&p, built, n))
		abort();
	judge(&p);
	free(built);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	u8 *blob = malloc(len ? len : 1); /* aligned, and of this size */
	struct shinrai_policy p;

	if (!blob)
		abort();
	memcpy(blob, data, len);
	if (!shinrai_policy_check(&p, blob, len))
		judge(&p);
	else
		rebuild(blob, len);
	free(blob);
	return 0;
}
