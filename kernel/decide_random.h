/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * For tests: policies and accesses at random, the same ones from the same seed
 * everywhere.  All come from small sets, so that rules are met, and missed by a
 * bit.  No allocation; one struct random is about 150 kB.
 */
#ifndef _SHINRAI_DECIDE_RANDOM_H
#define _SHINRAI_DECIDE_RANDOM_H

#include <shinrai/policy_build.h>

#define RANDOM_SEED 0x5348494e52414921ULL
#define RANDOM_EVENTS 50 /* for each policy */
#define RANDOM_RULES 400
#define RANDOM_SINKS 14
#define RANDOM_CONDITIONS 6
#define RANDOM_GROUPS 5
#define RANDOM_PROGRAMS 12
#define RANDOM_ROOM 80000 /* bytes, for the largest blob */

struct random {
	u64 state;
	struct shinrai_policy_tables t;
	struct shinrai_policy_label label[SHINRAI_POLICY_LABELS];
	struct shinrai_policy_group group[RANDOM_GROUPS];
	u8 digest[RANDOM_GROUPS * RANDOM_PROGRAMS][SHINRAI_DIGEST_SIZE];
	struct shinrai_policy_sink sink[RANDOM_SINKS];
	struct shinrai_policy_condition condition[RANDOM_CONDITIONS];
	struct shinrai_policy_grant grant[4];
	struct shinrai_policy_rule rule[RANDOM_RULES];
	u8 owner[SHINRAI_DIGEST_SIZE];
	u8 program[SHINRAI_DIGEST_SIZE]; /* of the access */
	u64 wall_s;
	u64 blob[RANDOM_ROOM / 8];
};

static const char random_strings[] =
	"\0/\0/a\0/a/b\0/a/b/c\0/ab\0/a/bc\0/run/x\0/run/xy\0SER1\0SER12\0"
	"ext4\0vfat\0\xc3\xa9";
static const u16 random_cgroups[] = { 1, 3, 6, 11, 18, 22 };
static const u16 random_paths[] = { 0, 28, 35 };
static const u16 random_serials[] = { 0, 43, 48 };
static const u16 random_types[] = { 0, 54, 59, 64 };
static const u8 random_prefixes4[] = { 0, 1, 8, 15, 16, 24, 31, 32 };
static const u8 random_prefixes6[] = { 0,  1,  32, 48,	63, 64,
				       65, 96, 97, 127, 128 };
static const u8 random_addrs[][16] = {
	{ 10, 0, 0, 0 },
	{ 10, 1, 2, 3 },
	{ 192, 168, 1, 1 },
	{ 0x20, 0x01, 0x0d, 0xb8 },
	{ 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, [15] = 1 },
	{ 0xfe, 0x80, [8] = 2, [15] = 9 },
};
static const u16 random_ports[] = { 0, 22, 79, 80, 443, 65535 };
static const u8 random_protos[] = { 0, 1, 6, 17 };
static const u32 random_users[] = { 0, 1000, 1001, U32_MAX };
static const u16 random_minutes[] = { 0, 1, 479, 480, 1020, 1439 };
static const u64 random_amounts[] = { 0, 1, 10, 100, 1000, ~0ULL - 1, ~0ULL };
static const u32 random_periods[] = { 0, 1, 60, 3600, 86400, U32_MAX };
static const s32 random_steps[] = { 0,	  0,	 1,	59,    60,
				    3599, 86399, 86400, -3600, -1 };

/* SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom generators). */
static u64 random_u64(struct random *g)
{
	u64 z = g->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* Below @n. */
static u32 random_below(struct random *g, u32 n)
{
	return (u32)((random_u64(g) >> 32) * n >> 32);
}

static bool random_once_in(struct random *g, u32 n)
{
	return !random_below(g, n);
}

#define random_of(g, set) ((set)[random_below((g), ARRAY_SIZE(set))])

/* Some differ in their last byte only. */
static void random_program(u32 n, u8 digest[SHINRAI_DIGEST_SIZE])
{
	memset(digest, (int)(n / 3), SHINRAI_DIGEST_SIZE);
	digest[SHINRAI_DIGEST_SIZE - 1] = (u8)n;
}

static u8 random_verdict(struct random *g)
{
	return (u8)(1 + random_below(g, 3));
}

/* Mostly two of them, so that rules and accesses meet. */
static u8 random_action(struct random *g)
{
	return (u8)(random_below(g, 4) ? 3 + random_below(g, 2) :
					 1 + random_below(g, 7));
}

static void random_labels(struct random *g)
{
	u32 i, k;

	g->t.labels = random_once_in(g, 20) ? 64 : 1 + random_below(g, 8);
	for (i = 0; i < g->t.labels; i++) {
		struct shinrai_policy_label *l = &g->label[i];

		memset(l, 0, sizeof(*l));
		l->uuid[0] = (u8)i;
		l->name = random_types[3];
		for (k = 1; k < SHINRAI_ACTIONS; k++)
			l->otherwise[k] = random_once_in(g, 3) ?
						  random_verdict(g) :
						  SHINRAI_VERDICT_ALLOW;
	}
}

static void random_groups(struct random *g)
{
	u32 i, k;

	g->t.digests = 0;
	g->t.groups = 1 + random_below(g, RANDOM_GROUPS);
	for (i = 0; i < g->t.groups; i++) {
		g->group[i] = (struct shinrai_policy_group){
			.first = g->t.digests,
		};
		for (k = 0; k < RANDOM_PROGRAMS; k++)
			if (random_once_in(g, 3))
				random_program(k, g->digest[g->t.digests++]);
		g->group[i].count = g->t.digests - g->group[i].first;
	}
}

static void random_inet(struct random *g, struct shinrai_policy_sink *s)
{
	u32 i;

	s->family = (u8)(random_once_in(g, 6) ? 0 : 4 + 2 * random_below(g, 2));
	if (s->family == 4)
		s->prefix = random_of(g, random_prefixes4);
	else if (s->family)
		s->prefix = random_of(g, random_prefixes6);
	memcpy(s->addr, random_of(g, random_addrs), sizeof(s->addr));
	for (i = s->prefix; i < 128; i++)
		s->addr[i / 8] &= ~(0x80 >> i % 8);
	s->proto = random_of(g, random_protos);
	s->port_first = random_of(g, random_ports);
	s->port_last = s->port_first;
	if (random_below(g, 2)) {
		s->port_first = 0;
		s->port_last = 65535;
	} else if (random_once_in(g, 3)) {
		s->port_last = random_of(g, random_ports);
		if (s->port_last < s->port_first)
			s->port_last = s->port_first;
	}
}

static void random_media(struct random *g, struct shinrai_policy_sink *s)
{
	s->exact = (u8)random_below(g, 8);
	if (s->exact & SHINRAI_MEDIA_VENDOR)
		s->vendor = (u16)random_below(g, 3);
	if (s->exact & SHINRAI_MEDIA_PRODUCT)
		s->product = (u16)random_below(g, 3);
	if (s->exact & SHINRAI_MEDIA_SERIAL)
		s->text = random_of(g, random_serials);
}

static void random_sinks(struct random *g)
{
	u32 i;

	g->t.sinks = 1 + random_below(g, RANDOM_SINKS);
	for (i = 0; i < g->t.sinks; i++) {
		struct shinrai_policy_sink *s = &g->sink[i];

		memset(s, 0, sizeof(*s));
		s->kind = (u8)(random_below(g, 2) ? 1 : 1 + random_below(g, 5));
		if (s->kind == SHINRAI_SINK_INET)
			random_inet(g, s);
		else if (s->kind == SHINRAI_SINK_MEDIA)
			random_media(g, s);
		else if (s->kind == SHINRAI_SINK_FILESYSTEM)
			s->text = random_of(g, random_types);
		else if (s->kind == SHINRAI_SINK_LOCAL)
			s->text = random_of(g, random_paths);
		else
			s->proto = random_of(g, random_protos);
	}
}

/* The first never counts, so that a deny rule can have it. */
static void random_conditions(struct random *g)
{
	u32 i;

	g->t.conditions = 1 + random_below(g, RANDOM_CONDITIONS);
	for (i = 0; i < g->t.conditions; i++) {
		struct shinrai_policy_condition *c = &g->condition[i];

		memset(c, 0, sizeof(*c));
		c->days = SHINRAI_POLICY_DAYS;
		if (random_below(g, 2)) {
			c->from = random_of(g, random_minutes);
			c->until = random_of(g, random_minutes);
			if (c->from == c->until)
				c->from = c->until = 0;
			c->days = (u8)(1 + random_below(g, 127));
		}
		if (i && random_below(g, 3)) {
			c->max_uses = random_below(g, 4);
			c->max_bytes = random_of(g, random_amounts);
		}
		if (c->max_uses || c->max_bytes)
			c->per_s = random_of(g, random_periods);
		else if (c->from == c->until && c->days == SHINRAI_POLICY_DAYS)
			c->days = 1;
	}
}

static u32 random_subject(struct random *g, u8 kind)
{
	switch (kind) {
	case SHINRAI_SUBJECT_PROGRAM:
		return random_below(g, g->t.groups);
	case SHINRAI_SUBJECT_USER:
		return random_of(g, random_users);
	case SHINRAI_SUBJECT_CGROUP:
		return random_of(g, random_cgroups);
	default:
		return 0;
	}
}

static void random_rules(struct random *g)
{
	u32 i;

	g->t.rules = random_below(g, 25);
	if (random_once_in(g, 50))
		g->t.rules = random_below(g, RANDOM_RULES);
	for (i = 0; i < g->t.rules; i++) {
		struct shinrai_policy_rule *r = &g->rule[i];

		r->verdict = random_verdict(g);
		r->action = random_action(g);
		r->subject_kind = (u8)random_below(g, 4);
		r->subject = random_subject(g, r->subject_kind);
		r->label = (u8)(random_once_in(g, 3) ?
					SHINRAI_POLICY_ANY_LABEL :
					random_below(g, g->t.labels));
		r->sink = random_once_in(g, 3) ? SHINRAI_POLICY_NONE :
						 random_below(g, g->t.sinks);
		r->condition = SHINRAI_POLICY_NONE;
		if (random_once_in(g, 3))
			r->condition = r->verdict == SHINRAI_VERDICT_DENY ?
					       0 :
					       random_below(g, g->t.conditions);
		r->flags = random_once_in(g, 8);
		r->line = i + 1;
	}
}

static void random_grants(struct random *g)
{
	u32 i;

	g->t.grants = random_below(g, ARRAY_SIZE(g->grant) + 1);
	memset(g->grant, 0, sizeof(g->grant));
	for (i = 0; i < g->t.grants; i++) {
		g->grant[i].label = random_below(g, g->t.labels);
		g->grant[i].group = random_below(g, g->t.groups);
	}
}

/* The next policy.  Return: of shinrai_policy_pack(); the blob is g->blob. */
static int random_policy(struct random *g, size_t *len)
{
	random_labels(g);
	random_groups(g);
	random_sinks(g);
	random_conditions(g);
	random_rules(g);
	random_grants(g);
	g->t.generation = 1;
	g->owner[0] = (u8)random_u64(g); /* and so the seed of the index */
	g->t.owner = g->owner;
	g->t.source = g->owner;
	g->t.name = "test";
	g->t.label = g->label;
	g->t.group = g->group;
	g->t.digest = (const u8(*)[SHINRAI_DIGEST_SIZE])g->digest;
	g->t.sink = g->sink;
	g->t.condition = g->condition;
	g->t.grant = g->grant;
	g->t.rule = g->rule;
	g->t.string = random_strings;
	g->t.strings = sizeof(random_strings);
	g->wall_s = 1700000000 + random_below(g, 7 * 86400);
	return shinrai_policy_pack(&g->t, g->blob, sizeof(g->blob), len);
}

static void random_text(struct random *g, struct shinrai_access *a)
{
	static const char odd[] = "SER\0x";

	a->text = random_strings;
	if (a->sink_kind == SHINRAI_SINK_MEDIA)
		a->text += random_of(g, random_serials);
	else if (a->sink_kind == SHINRAI_SINK_FILESYSTEM)
		a->text += random_of(g, random_types);
	else
		a->text += random_of(g, random_paths);
	a->text_len = (u32)strlen(a->text);
	if (random_once_in(g, 30)) {
		a->text = odd;
		a->text_len = sizeof(odd) - 1;
	}
	if (random_once_in(g, 30)) {
		a->text = NULL;
		a->text_len = 0;
	}
}

/* A minute that windows begin or end in, or time goes on, or back. */
static u64 random_time(struct random *g)
{
	if (random_once_in(g, 4)) {
		g->wall_s += 86400 - g->wall_s % 86400;
		g->wall_s += 60 * random_of(g, random_minutes);
		g->wall_s -= random_below(g, 2);
	} else {
		g->wall_s += (u64)(s64)random_of(g, random_steps);
	}
	return g->wall_s;
}

static void random_aim_sink(struct random *g, u32 sink,
			    struct shinrai_access *a)
{
	const struct shinrai_policy_sink *s = &g->sink[sink];
	u32 i;

	a->sink_kind = s->kind;
	if (s->family)
		a->family = s->family;
	if (s->kind == SHINRAI_SINK_INET) {
		memcpy(a->addr, s->addr, sizeof(a->addr));
		for (i = s->prefix; i < 128; i += 1 + random_below(g, 40))
			a->addr[i / 8] ^= 0x80 >> i % 8;
		a->port = s->port_first;
	}
	if (s->text) {
		a->text = random_strings + s->text;
		a->text_len = (u32)strlen(a->text);
	}
	a->proto = s->proto;
	a->vendor = s->vendor;
	a->product = s->product;
}

/* What one of the rules is about, as far as that is one thing. */
static void random_aim(struct random *g, struct shinrai_access *a)
{
	const struct shinrai_policy_rule *r;
	const struct shinrai_policy_group *group;

	r = &g->rule[random_below(g, g->t.rules)];
	a->action = r->action;
	if (r->subject_kind == SHINRAI_SUBJECT_USER)
		a->uid = r->subject;
	if (r->subject_kind == SHINRAI_SUBJECT_CGROUP && a->cgroup_len < 4) {
		a->cgroup = random_strings + r->subject;
		a->cgroup_len = (u32)strlen(a->cgroup);
	}
	if (r->subject_kind == SHINRAI_SUBJECT_PROGRAM) {
		group = &g->group[r->subject];
		if (group->count)
			a->program = g->digest[group->first +
					       random_below(g, group->count)];
	}
	if (r->sink != SHINRAI_POLICY_NONE)
		random_aim_sink(g, r->sink, a);
}

/* Its texts are static, its program is in @g. */
static void random_access(struct random *g, struct shinrai_access *a)
{
	memset(a, 0, sizeof(*a));
	a->action = random_action(g);
	if (random_once_in(g, 200))
		a->action = random_below(g, 2) ? 0 : 8;
	a->sink_kind = (u8)(random_below(g, 2) ? 1 : random_below(g, 6));
	if (a->sink_kind == SHINRAI_SINK_INET) {
		a->family = (u8)(4 + 2 * random_below(g, 2));
		memcpy(a->addr, random_of(g, random_addrs), sizeof(a->addr));
		if (random_below(g, 2)) {
			u32 bit = random_below(g, a->family == 4 ? 32 : 128);

			a->addr[bit / 8] ^= 0x80 >> bit % 8;
		}
		a->port = random_of(g, random_ports);
	} else {
		random_text(g, a);
	}
	a->proto = random_of(g, random_protos);
	a->vendor = (u16)random_below(g, 3);
	a->product = (u16)random_below(g, 3);
	a->uid = random_of(g, random_users);
	if (!random_once_in(g, 10)) {
		random_program(random_below(g, RANDOM_PROGRAMS), g->program);
		a->program = g->program;
	}
	if (!random_once_in(g, 10)) {
		a->cgroup = random_strings + random_of(g, random_cgroups);
		a->cgroup_len = (u32)strlen(a->cgroup);
	}
	a->bytes = random_of(g, random_amounts);
	a->wall_s = random_time(g);
	if (g->t.rules && random_below(g, 3))
		random_aim(g, a);
}

static u64 random_mask(struct random *g)
{
	u64 labels = random_u64(g);

	if (random_below(g, 2))
		labels &= random_u64(g) & random_u64(g);
	if (!random_once_in(g, 60) && g->t.labels < 64)
		labels &= (1ULL << g->t.labels) - 1;
	return labels;
}

/* What shinrai_policy_judge() is asked. */
struct random_input {
	struct shinrai_access access;
	u64 labels;
	bool charge;
	bool metered; /* with meters, which last as long as the policy */
};

static void random_input(struct random *g, struct random_input *in)
{
	in->labels = random_mask(g);
	in->charge = random_below(g, 2);
	in->metered = !random_once_in(g, 20);
	random_access(g, &in->access);
}

#endif
