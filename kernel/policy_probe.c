// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Asks the index for the rules that an access may match.  Pure. */
#include "decide.h"

static void key_of_access(const struct shinrai_access *a, struct shinrai_key *k)
{
	memset(k, 0, sizeof(*k));
	k->action = a->action;
	k->proto = a->proto;
	k->port = a->port;
	k->vendor = a->vendor;
	k->product = a->product;
	if (a->sink_kind == SHINRAI_SINK_INET) {
		k->addr[0] = shinrai_be64(a->addr);
		k->addr[1] = shinrai_be64(a->addr + 8);
	} else if (a->text) {
		k->text = shinrai_text_hash(a->text, a->text_len);
	}
}

/* @h: the key's hash but for action and label, of which this is @label. */
static inline void probe(struct shinrai_search *s,
			 const struct shinrai_policy_shape *shape, u64 h,
			 u8 label, u64 labels)
{
	const u32 hash = shinrai_label_hash(h, s->key.action, label);
	const u32 *bucket = &s->p->bucket[shape->first_bucket];
	u32 i = bucket[hash & shape->mask];
	const u32 end = bucket[(hash & shape->mask) + 1];

	for (; i < end; i++)
		if (s->p->entry[i].hash == hash)
			shinrai_consider(s, s->p->entry[i].rule, labels);
}

/* Can any rule of this shape fit an access of this action and sink? */
static inline bool shape_fits(const struct shinrai_policy_shape *shape,
			      u8 action, u8 sink_kind, u8 family)
{
	return shape->actions >> action & 1 &&
	       (!shape->sink_kind || shape->sink_kind == sink_kind) &&
	       (!shape->family || shape->family == family);
}

/* @h: the key's hash but for action and label. */
static inline void probe_key(struct shinrai_search *s,
			     const struct shinrai_policy_shape *shape, u64 h)
{
	u64 labels;

	if (shape->label_any) {
		probe(s, shape, h, SHINRAI_POLICY_ANY_LABEL, s->labels);
		return;
	}
	for (labels = s->labels; labels; labels &= labels - 1)
		probe(s, shape, h, (u8)shinrai_lowest(labels),
		      labels & -labels);
}

/* Every subject that the access has of the shape's kind; @h: of the sink. */
static void probe_subjects(struct shinrai_search *s,
			   const struct shinrai_policy_shape *shape, u64 h)
{
	const struct shinrai_access *a = s->a;
	u32 i;

	switch (shape->subject_kind) {
	case SHINRAI_SUBJECT_ANY:
		probe_key(s, shape, shinrai_mix(h, 0));
		break;
	case SHINRAI_SUBJECT_PROGRAM:
		if (a->program)
			probe_key(s, shape,
				  shinrai_mix(h,
					      shinrai_program_key(a->program)));
		break;
	case SHINRAI_SUBJECT_USER:
		probe_key(s, shape, shinrai_mix(h, a->uid));
		break;
	default:
		for (i = 0; i < s->paths; i++)
			probe_key(s, shape, shinrai_mix(h, s->path[i]));
	}
}

/* Every shape, or those of cgroups only. */
static void probe_shapes(struct shinrai_search *s, bool cgroups)
{
	const struct shinrai_policy_shape *shape = s->p->shape;
	const struct shinrai_policy_shape *end = shape + s->p->head->shapes;
	const u8 action = s->a->action, kind = s->a->sink_kind;
	const u8 family = s->a->family;
	u32 sink = U32_MAX; /* of none; shapes of one sink follow each other */
	u64 h = 0;

	for (; shape < end; shape++) {
		if (!shape_fits(shape, action, kind, family) ||
		    (cgroups && shape->subject_kind != SHINRAI_SUBJECT_CGROUP))
			continue;
		if (shinrai_shape_sink(shape) != sink) {
			sink = shinrai_shape_sink(shape);
			h = shinrai_sink_hash(s->p->head->seed, shape, &s->key);
		}
		probe_subjects(s, shape, h);
	}
}

/*
 * The hashes of the cgroup of the access and of those above it, as many as there
 * is room for; from @at on, where the hash is @h.  Return: where it went to.
 */
static u32 gather_paths(struct shinrai_search *s, u32 at, u64 *hash)
{
	const char *path = s->a->cgroup;
	const u32 len = path ? s->a->cgroup_len : 0;
	u64 h = *hash;
	u32 n = 0;

	while (at < len && n < SHINRAI_PATHS) {
		h = shinrai_text_step(h, path[at++]);
		/* "/" itself, and what ends before another "/" or ends all */
		if (at == 1 || at == len || path[at] == '/')
			s->path[n++] = h;
	}
	s->paths = n;
	*hash = h;
	return at;
}

/**
 * shinrai_policy_probe() - consider each rule that an access may match
 * @s: the search: policy, access and labels are set, no rule was considered
 *
 * Calls shinrai_consider() for what the index has.
 */
void shinrai_policy_probe(struct shinrai_search *s)
{
	const u32 len = s->a->cgroup ? s->a->cgroup_len : 0;
	u64 h = SHINRAI_TEXT_BASIS;
	u32 at = 0;

	key_of_access(s->a, &s->key);
	s->paths = 0;
	if (s->p->head->flags & SHINRAI_POLICY_CGROUPS)
		at = gather_paths(s, 0, &h);
	probe_shapes(s, false);
	while (s->paths && at < len) {
		at = gather_paths(s, at, &h);
		probe_shapes(s, true);
	}
}
