// SPDX-License-Identifier: MIT
/*
 * A blob as statements.  Lists, networks and media that its rules were made of
 * are found again; where rules are no such product they are told one by one.
 */
#include <stdlib.h>

#include <shinrai/hex.h>

#include "policy_format.h"
#include "policy_parse.h"

typedef struct shinrai_policy_rule rule;
typedef struct shinrai_policy_sink sink;

/* A name, and the places that it stands for: those of the first rules that say
 * it, up to the first other port.
 */
struct named {
	u32 name; /* string */
	const rule *first;
	u32 count;
};

struct lister {
	const struct shinrai_policy *p;
	struct pt_vec named;
	struct pt_hash names;
	struct pt_vec item;
	u32 plain_until; /* rules before this one are told one by one */
	FILE *f; /* of the item that is being written */
	char *text;
	size_t len;
};

static const sink *sink_of(const struct lister *l, const rule *r)
{
	return &l->p->sink[r->sink];
}

/* Equal but for name and ports. */
static bool same_place(const sink *a, const sink *b)
{
	return a->kind == b->kind && a->family == b->family &&
	       a->prefix == b->prefix && a->vendor == b->vendor &&
	       a->product == b->product && a->exact == b->exact &&
	       a->text == b->text && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

struct name_key {
	const struct named *named;
	u32 name;
};

static bool same_name(const struct pt *t, u32 index, const void *key)
{
	const struct name_key *k = key;

	(void)t;
	return k->named[index].name == k->name;
}

/* Return: what a name stands for, new when it is met first; NULL: no memory. */
static const struct named *find_named(struct lister *l, const rule *r, u32 n)
{
	const sink *s = sink_of(l, r);
	const struct name_key key = { l->named.p, s->name };
	struct named new = { .name = s->name, .first = r };
	u32 hash = shinrai_pt_hash_bytes(&s->name, sizeof(s->name));
	u32 i = shinrai_pt_find(NULL, &l->names, hash, same_name, &key);

	if (i != SHINRAI_POLICY_NONE)
		return (struct named *)l->named.p + i;
	while (new.count < n &&
	       shinrai_pf_same_ports(sink_of(l, r + new.count), s))
		new.count++;
	if (shinrai_pt_insert(&l->names, hash, l->named.n))
		return NULL;
	return shinrai_pt_push(&l->named, &new, sizeof(new));
}

/* Are the @n sinks the places of their name, once for each port? */
static bool are_named(const struct lister *l, const struct named *named,
		      const rule *r, u32 n)
{
	const sink *s, *group = NULL;
	u32 i;

	if (n % named->count)
		return false;
	for (i = 0; i < n; i++) {
		s = sink_of(l, r + i);
		if (!(i % named->count))
			group = s;
		if (s->name != named->name ||
		    !shinrai_pf_same_ports(s, group) ||
		    !same_place(s, sink_of(l, named->first + i % named->count)))
			return false;
	}
	return true;
}

static bool same_head(const rule *a, const rule *b)
{
	return a->line == b->line && a->verdict == b->verdict &&
	       a->flags == b->flags && a->condition == b->condition &&
	       a->subject_kind == b->subject_kind;
}

/* Rules of one action and label that begin here; subjects and sinks of them. */
static u32 first_block(const rule *r, u32 n, struct pf_statement *s)
{
	u32 size;

	s->sinks = 1;
	while (s->sinks < n && same_head(r, &r[s->sinks]) &&
	       r[s->sinks].action == r->action &&
	       r[s->sinks].label == r->label &&
	       r[s->sinks].subject == r->subject && r[s->sinks].sink != r->sink)
		s->sinks++;
	size = s->sinks;
	s->subjects = 1;
	while (r->subject_kind != SHINRAI_SUBJECT_ANY && size + s->sinks <= n &&
	       r[size].action == r->action && r[size].label == r->label &&
	       same_head(r, &r[size])) {
		s->subjects++;
		size += s->sinks;
	}
	return size;
}

/* Is this block the first one again, but for action and label? */
static bool same_block(const rule *first, const rule *r,
		       const struct pf_statement *s)
{
	u32 i, k;

	for (i = 0; i < s->subjects; i++) {
		for (k = 0; k < s->sinks; k++, r++) {
			if (!same_head(first, r) ||
			    r->subject != first[i * s->sinks].subject ||
			    r->sink != first[k].sink)
				return false;
		}
	}
	return true;
}

static u32 place_in_order(const rule *r)
{
	return (u32)r->action << 8 | r->label;
}

/* Blocks of ascending action and label, as many as their product. */
static bool take_blocks(const rule *r, u32 n, u32 size, struct pf_statement *s)
{
	u32 blocks = 0, labels;
	const rule *block = r;

	for (; n >= size; n -= size, block += size, blocks++) {
		if (!same_block(r, block, s) ||
		    (block > r &&
		     place_in_order(block) <= place_in_order(block - size)))
			break;
		s->actions |= (u8)(1 << block->action);
		if (block->label != SHINRAI_POLICY_ANY_LABEL)
			s->labels |= 1ULL << block->label;
		else if (block > r && s->labels)
			break;
	}
	labels = s->labels ? (u32)__builtin_popcountll(s->labels) : 1;
	s->count = blocks * size;
	return blocks == (u32)__builtin_popcount(s->actions) * labels &&
	       (!n || block->line != r->line);
}

/* One rule by itself, with its place written out. */
static void take_one(const rule *r, struct pf_statement *s)
{
	memset(s, 0, sizeof(*s));
	s->first = r;
	s->count = 1;
	s->actions = (u8)(1 << r->action);
	if (r->label != SHINRAI_POLICY_ANY_LABEL)
		s->labels = 1ULL << r->label;
	s->subjects = 1;
	s->sinks = 1;
	s->plain = true;
}

/* All rules of this line, lest each of them be looked at with all others. */
static void take_singly(struct lister *l, u32 at, struct pf_statement *s)
{
	const rule *r = l->p->rule;
	u32 end = at;

	while (end < l->p->head->rules && r[end].line == r[at].line)
		end++;
	l->plain_until = end;
	take_one(&r[at], s);
}

/* The statement that rule @at begins.  Return: 0; -ENOMEM. */
static int take_statement(struct lister *l, u32 at, struct pf_statement *s)
{
	const rule *r = &l->p->rule[at];
	const struct named unnamed = { 0, r, 1 }, *named;
	u32 n = l->p->head->rules - at;

	memset(s, 0, sizeof(*s));
	s->first = r;
	if (at < l->plain_until) {
		take_one(r, s);
		return 0;
	}
	if (!take_blocks(r, n, first_block(r, n, s), s)) {
		take_singly(l, at, s);
		return 0;
	}
	if (r->sink == SHINRAI_POLICY_NONE)
		return 0;
	named = sink_of(l, r)->name ? find_named(l, r, s->sinks) : &unnamed;
	if (!named)
		return -ENOMEM;
	if (!are_named(l, named, r, s->sinks))
		take_singly(l, at, s);
	return 0;
}

static int begin(struct lister *l)
{
	l->text = NULL;
	l->f = open_memstream(&l->text, &l->len);
	return l->f ? 0 : -ENOMEM;
}

static int end(struct lister *l, u8 kind, u32 line, u32 first, u32 count)
{
	const bool failed = ferror(l->f);
	struct shinrai_policy_item item = { kind, line, first, count, NULL };

	if (fclose(l->f) || failed)
		goto no_memory;
	item.text = l->text;
	if (shinrai_pt_push(&l->item, &item, sizeof(item)))
		return 0;
no_memory:
	free(l->text);
	return -ENOMEM;
}

static int list_head(struct lister *l)
{
	const char *name = l->p->head->name;
	const struct pt_token token = { name, (u32)strlen(name), 0, PT_WORD };

	if (begin(l))
		return -ENOMEM;
	fputs("policy ", l->f);
	if (shinrai_pt_is_namespace(&token))
		fputs(name, l->f);
	else
		shinrai_pf_string(l->f, name);
	fprintf(l->f, " generation %llu",
		(unsigned long long)l->p->head->generation);
	return end(l, SHINRAI_ITEM_POLICY, 0, 0, 1);
}

static void put_uuid(FILE *f, const u8 *uuid)
{
	u32 i;

	for (i = 0; i < SHINRAI_UUID_SIZE; i++)
		fprintf(f, "%s%02x",
			i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			uuid[i]);
}

static int list_label(struct lister *l, u32 index)
{
	const struct shinrai_policy *p = l->p;
	const struct shinrai_policy_label *label = &p->label[index];
	u32 i, n = 0;

	if (begin(l))
		return -ENOMEM;
	fputs("label ", l->f);
	shinrai_pf_name(l->f, p->string + label->name);
	fputc(' ', l->f);
	put_uuid(l->f, label->uuid);
	for (i = 0; i < p->head->patterns; i++) {
		if (p->pattern[i].label != index)
			continue;
		fputs(n ? "" : " path", l->f);
		pf_space(l->f, n++, 4);
		shinrai_pf_string(l->f, p->string + p->pattern[i].text);
	}
	return end(l, SHINRAI_ITEM_LABEL, label->line, index, 1);
}

/* What differs from the defaults that the language has. */
static int list_default(struct lister *l, u32 index)
{
	const struct shinrai_policy *p = l->p;
	const struct shinrai_policy_label *label = &p->label[index];
	const char *sep = " ";
	u32 i;

	if (!memcmp(label->otherwise, shinrai_pt_defaults,
		    sizeof(label->otherwise)))
		return 0;
	if (begin(l))
		return -ENOMEM;
	fputs("default ", l->f);
	shinrai_pf_name(l->f, p->string + label->name);
	for (i = 1; i < SHINRAI_ACTIONS; i++) {
		if (label->otherwise[i] == shinrai_pt_defaults[i])
			continue;
		fprintf(l->f, "%s%s %s", sep,
			shinrai_pt_word_name(shinrai_pt_actions, i),
			shinrai_pt_word_name(shinrai_pt_verdicts,
					     label->otherwise[i]));
		sep = ", ";
	}
	return end(l, SHINRAI_ITEM_DEFAULT, 0, index, 1);
}

static int list_group(struct lister *l, u32 index)
{
	const struct shinrai_policy_group *g = &l->p->group[index];
	char hex[2 * SHINRAI_DIGEST_SIZE + 1];
	u32 i;

	if (!l->p->string[g->name])
		return 0;
	if (begin(l))
		return -ENOMEM;
	fputs("program ", l->f);
	shinrai_pf_name(l->f, l->p->string + g->name);
	for (i = 0; i < g->count; i++) {
		shinrai_hex_encode(l->p->digest[g->first + i],
				   SHINRAI_DIGEST_SIZE, hex);
		pf_space(l->f, i, 1);
		fprintf(l->f, "sha256:%s", hex);
	}
	return end(l, SHINRAI_ITEM_GROUP, g->line, index, 1);
}

static int list_named(struct lister *l, const struct named *n)
{
	bool media = sink_of(l, n->first)->kind == SHINRAI_SINK_MEDIA;
	u32 i;

	if (begin(l))
		return -ENOMEM;
	fputs(media ? "media " : "network ", l->f);
	shinrai_pf_name(l->f, l->p->string + n->name);
	for (i = 0; i < n->count; i++) {
		pf_space(l->f, i, 8);
		if (media)
			shinrai_pf_device(l->f, l->p, sink_of(l, n->first + i));
		else
			shinrai_pf_prefix(l->f, sink_of(l, n->first + i));
	}
	return end(l, media ? SHINRAI_ITEM_MEDIUM : SHINRAI_ITEM_NETWORK, 0, 0,
		   1);
}

static int list_rule(struct lister *l, u32 *at)
{
	struct pf_statement s;
	u32 first = *at;

	if (take_statement(l, first, &s) || begin(l))
		return -ENOMEM;
	*at += s.count;
	shinrai_pf_statement(l->f, l->p, &s);
	return end(l, SHINRAI_ITEM_RULE, s.first->line, first, s.count);
}

static int list_grant(struct lister *l, u32 index)
{
	const struct shinrai_policy_grant *g = &l->p->grant[index];

	if (begin(l))
		return -ENOMEM;
	fputs("grant program ", l->f);
	shinrai_pf_program(l->f, l->p, g->group);
	fputs(" removes ", l->f);
	shinrai_pf_labels(l->f, l->p, 1ULL << g->label);
	return end(l, SHINRAI_ITEM_GRANT, g->line, index, 1);
}

/* Names are known only when every rule was looked at. */
static int find_names(struct lister *l)
{
	struct pf_statement s;
	u32 at;

	for (at = 0; at < l->p->head->rules; at += s.count) {
		if (take_statement(l, at, &s))
			return -ENOMEM;
	}
	l->plain_until = 0;
	return 0;
}

static int list_all(struct lister *l)
{
	const struct shinrai_policy_head *h = l->p->head;
	int ret = list_head(l);
	u32 i;

	for (i = 0; i < h->labels && !ret; i++)
		ret = list_label(l, i);
	for (i = 0; i < h->labels && !ret; i++)
		ret = list_default(l, i);
	for (i = 0; i < h->groups && !ret; i++)
		ret = list_group(l, i);
	if (!ret)
		ret = find_names(l);
	for (i = 0; i < l->named.n && !ret; i++)
		ret = list_named(l, (struct named *)l->named.p + i);
	for (i = 0; i < h->rules && !ret;)
		ret = list_rule(l, &i);
	for (i = 0; i < h->grants && !ret; i++)
		ret = list_grant(l, i);
	return ret;
}

/**
 * shinrai_policy_list() - a blob as statements
 * @p: a checked policy
 * @list: out, only on success: released by shinrai_policy_list_free()
 *
 * Return: 0; -ENOMEM.
 */
int shinrai_policy_list(const struct shinrai_policy *p,
			struct shinrai_policy_list *list)
{
	struct lister l = { .p = p };
	struct shinrai_policy_list done;
	int ret = list_all(&l);

	free(l.named.p);
	free(l.names.slot);
	done.item = l.item.p;
	done.count = l.item.n;
	if (ret)
		shinrai_policy_list_free(&done);
	else
		*list = done;
	return ret;
}

/**
 * shinrai_policy_list_free() - release statements
 * @list: from shinrai_policy_list()
 */
void shinrai_policy_list_free(struct shinrai_policy_list *list)
{
	u32 i;

	for (i = 0; i < list->count; i++)
		free(list->item[i].text);
	free(list->item);
	memset(list, 0, sizeof(*list));
}
