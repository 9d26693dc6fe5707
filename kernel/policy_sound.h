/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* For tests: a policy with something of everything, and a copy to spoil. */
#ifndef _SHINRAI_POLICY_SOUND_H
#define _SHINRAI_POLICY_SOUND_H

#include "decide_golden.h"

#define TCP 6

static struct golden g;
/* The copy ends with its buffer: reading on is seen where that is looked for. */
static u64 copy_room[ARRAY_SIZE(g.blob)];

static inline u8 *copy_of(size_t size)
{
	return (u8 *)copy_room + sizeof(copy_room) - (size + 7) / 8 * 8;
}

/* Something of everything. */
static void sound_sinks(void)
{
	g.sink[0] = (struct shinrai_policy_sink){ .kind = SHINRAI_SINK_INET,
						  .family = 4,
						  .prefix = 12,
						  .proto = TCP,
						  .port_first = 443,
						  .port_last = 443,
						  .addr = { 10, 16 } };
	g.sink[1].kind = SHINRAI_SINK_INET;
	g.sink[1].port_last = 65535;
	g.sink[2].kind = SHINRAI_SINK_MEDIA;
	g.sink[2].vendor = 0x951;
	g.sink[2].exact = SHINRAI_MEDIA_VENDOR | SHINRAI_MEDIA_SERIAL;
	g.sink[2].text = golden_text(&g, "A1");
	g.sink[3].kind = SHINRAI_SINK_FILESYSTEM;
	g.sink[4].kind = SHINRAI_SINK_LOCAL;
	g.sink[4].text = golden_text(&g, "/run/x");
	g.sink[5].kind = SHINRAI_SINK_OTHER;
	g.sink[5].proto = 40;
	/* Those that rules name; the others can be spoilt alone. */
	g.sink[6] = g.sink[0];
	g.sink[7] = g.sink[2];
	g.sink[8] = g.sink[4];
	g.sink[9] = g.sink[5];
	g.t.sinks = 10;
}

static void sound_rules(void)
{
	struct shinrai_policy_rule *r;

	r = golden_rule(&g, ALLOW, 0);
	r->subject_kind = SHINRAI_SUBJECT_PROGRAM;
	r->sink = 6;
	golden_condition(&g, r)->max_uses = 3;
	r = golden_rule(&g, DENY, EVERY);
	r->subject_kind = SHINRAI_SUBJECT_USER;
	r->subject = 1000;
	r->sink = 1;
	golden_condition(&g, r)->from = 60;
	r = golden_rule(&g, AUDIT, 1);
	r->subject_kind = SHINRAI_SUBJECT_CGROUP;
	r->subject = golden_text(&g, "/a/b");
	r->flags = SHINRAI_RULE_NOTIFY;
	golden_rule(&g, ALLOW, 1)->sink = 7;
	golden_rule(&g, ALLOW, EVERY)->sink = 8;
	golden_rule(&g, ALLOW, EVERY)->sink = 9;
}

/* Return: of golden_load(). */
static int sound(void)
{
	golden_init(&g);
	golden_label(&g, DENY);
	golden_label(&g, AUDIT);
	g.pattern[0].text = golden_text(&g, "/srv/**");
	g.t.patterns = 1;
	memset(g.digest[0], 1, SHINRAI_DIGEST_SIZE);
	memset(g.digest[1], 3, SHINRAI_DIGEST_SIZE);
	memset(g.digest[2], 2, SHINRAI_DIGEST_SIZE);
	g.group[0].count = 2;
	g.group[1].first = 2;
	g.group[1].count = 1;
	g.t.groups = 2;
	g.t.digests = 3;
	g.t.grants = 1;
	sound_sinks();
	sound_rules();
	return golden_load(&g);
}

enum part {
	HEAD,
	LABEL,
	PATTERN,
	GROUP,
	DIGEST,
	SINK,
	CONDITION,
	GRANT,
	RULE,
	SHAPE,
	ENTRY,
	BUCKET,
	STRING
};

/* Where a part of the sound blob is, from its beginning. */
static size_t part_of(enum part part)
{
	const void *const at[] = { g.p.head,	  g.p.label,  g.p.pattern,
				   g.p.group,	  g.p.digest, g.p.sink,
				   g.p.condition, g.p.grant,  g.p.rule,
				   g.p.shape,	  g.p.entry,  g.p.bucket,
				   g.p.string };

	return (size_t)((const u8 *)at[part] - (const u8 *)g.blob);
}

/* The check of a copy with one field changed. */
static int check_with(enum part part, size_t at, size_t size, u64 value)
{
	u8 *copy = copy_of(g.p.head->size);
	struct shinrai_policy p;

	memcpy(copy, g.blob, g.p.head->size);
	memcpy(copy + part_of(part) + at, &value, size);
	return shinrai_policy_check(&p, copy, g.p.head->size);
}

#endif
