/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the parts of the decision core share.  Pure. */
#ifndef _SHINRAI_DECIDE_H
#define _SHINRAI_DECIDE_H

#include <shinrai/policy.h>

/* What of an access, or of a rule, the index hashes. */
struct shinrai_key {
	u64 addr[2];
	u64 text;
	u16 port;
	u16 vendor;
	u16 product;
	u8 proto;
	u8 action;
};

/* One step of the hash: xor, multiply by 2^64 / phi, fold the high half in. */
static inline u64 shinrai_mix(u64 h, u64 word)
{
	h = (h ^ word) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 32;
}

/* FNV-1a, 64 bits. */
#define SHINRAI_TEXT_BASIS 0xcbf29ce484222325ULL

static inline u64 shinrai_text_step(u64 h, char c)
{
	return (h ^ (u8)c) * 0x100000001b3ULL;
}

static inline u64 shinrai_text_hash(const char *text, u32 len)
{
	u64 h = SHINRAI_TEXT_BASIS;
	u32 i;

	for (i = 0; i < len; i++)
		h = shinrai_text_step(h, text[i]);
	return h;
}

static inline u64 shinrai_be64(const u8 *b)
{
	return (u64)b[0] << 56 | (u64)b[1] << 48 | (u64)b[2] << 40 |
	       (u64)b[3] << 32 | (u64)b[4] << 24 | (u64)b[5] << 16 |
	       (u64)b[6] << 8 | b[7];
}

/* The first @bits of 64. */
static inline u64 shinrai_high_bits(u32 bits)
{
	if (bits >= 64)
		return ~0ULL;
	return bits ? ~0ULL << (64 - bits) : 0;
}

/* A digest is as good as random: eight of its bytes are hash enough. */
static inline u64 shinrai_program_key(const u8 *digest)
{
	return shinrai_be64(digest);
}

/* All that a shape says of the sink, as one number. */
static inline u32 shinrai_shape_sink(const struct shinrai_policy_shape *s)
{
	return (u32)s->sink_kind << 24 | (u32)s->family << 16 |
	       (u32)s->prefix << 8 | s->exact;
}

static inline u64 shinrai_sink_hash(u32 seed,
				    const struct shinrai_policy_shape *s,
				    const struct shinrai_key *k)
{
	u64 h = seed, word = 0;

	if (s->prefix)
		h = shinrai_mix(h, k->addr[0] & shinrai_high_bits(s->prefix));
	if (s->prefix > 64)
		h = shinrai_mix(h,
				k->addr[1] & shinrai_high_bits(s->prefix - 64));
	if (s->exact & (SHINRAI_SHAPE_TEXT | SHINRAI_MEDIA_SERIAL))
		h = shinrai_mix(h, k->text);
	if (s->exact & SHINRAI_SHAPE_PROTO)
		word |= k->proto;
	if (s->exact & SHINRAI_SHAPE_PORT)
		word |= (u64)k->port << 8;
	if (s->exact & SHINRAI_MEDIA_VENDOR)
		word |= (u64)k->vendor << 24;
	if (s->exact & SHINRAI_MEDIA_PRODUCT)
		word |= (u64)k->product << 40;
	return shinrai_mix(h, word);
}

static inline u32 shinrai_label_hash(u64 h, u8 action, u8 label)
{
	return (u32)shinrai_mix(h, action | (u64)label << 8);
}

static inline u32 shinrai_lowest(u64 bits)
{
	return (u32)__builtin_ctzll(bits);
}

/* Cgroups that are looked for at once; any number is, in turns. */
#define SHINRAI_PATHS 16

struct shinrai_search {
	const struct shinrai_policy *p;
	const struct shinrai_access *a;
	const struct shinrai_meter *meters;
	struct shinrai_key key;
	u64 labels;
	u64 path[SHINRAI_PATHS]; /* hashes of its cgroup, and of those above it */
	u32 paths;
	/* By label, 0 for none: the rank of the rule that decides, */
	u32 best[SHINRAI_POLICY_LABELS];
	/* and of the highest that would or does but for its condition. */
	u32 could[SHINRAI_POLICY_LABELS];
};

void shinrai_consider(struct shinrai_search *s, u32 rule, u64 labels);
void shinrai_policy_probe(struct shinrai_search *s);
bool shinrai_policy_fits(const struct shinrai_policy *p,
			 const struct shinrai_policy_rule *r,
			 const struct shinrai_access *a);
bool shinrai_policy_holds(const struct shinrai_policy *p, u32 condition,
			  const struct shinrai_access *a,
			  const struct shinrai_meter *meters);
bool shinrai_meter_over(const struct shinrai_policy_condition *c,
			const struct shinrai_meter *m, u64 wall_s);

/* The index's parts, for the builder and the check (policy_index.c). */
void shinrai_rule_shape(const struct shinrai_policy *p, u32 rule,
			struct shinrai_policy_shape *shape);
u64 shinrai_shape_order(const struct shinrai_policy_shape *shape);
u32 shinrai_rule_place(const struct shinrai_policy *p, u32 rule);
u32 shinrai_rule_keys(const struct shinrai_policy *p, u32 rule);
u64 shinrai_rule_base(const struct shinrai_policy *p, u32 rule);
u32 shinrai_rule_hash(const struct shinrai_policy *p, u32 rule, u64 base,
		      u32 key);
bool shinrai_entry_before(const struct shinrai_policy_entry *a,
			  const struct shinrai_policy_entry *b);
int shinrai_policy_check_index(const struct shinrai_policy *p);

#endif
