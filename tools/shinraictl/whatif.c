// SPDX-License-Identifier: MIT
/*
 * Judges a recorded flow by candidates.  What the log does not say is never
 * guessed: where it could change the answer, the answer is a doubt.
 */
#include <string.h>

#include "whatif.h"

/* One candidate's say in one access. */
struct say {
	struct candidate *c;
	u64 labels; /* of its own, by its index */
	bool strange; /* one of the labels is not in it */
	struct shinrai_answer answer;
};

static u16 be16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

/* A name in the abstract namespace is written with '@' in policies. */
static void take_text(const struct shinrai_bytes *text, char *buf, size_t size,
		      struct shinrai_access *a)
{
	size_t n = text->len < size ? text->len : size;

	memcpy(buf, text->p, n);
	if (n && a->sink_kind == SHINRAI_SINK_LOCAL && !buf[0])
		buf[0] = '@';
	a->text = buf;
	a->text_len = (u32)n;
}

/* The access that a flow tells of; a->text lives until the next call. */
void whatif_access(const struct shinrai_flow *f, struct shinrai_access *a)
{
	static char text[SHINRAI_MAX_PATH];
	const struct shinrai_sink *s = &f->sink.s;

	memset(a, 0, sizeof(*a));
	a->action = f->action;
	a->sink_kind = f->sink_kind;
	a->uid = f->uid;
	a->program = f->program;
	a->wall_s = f->wall_ns / 1000000000;
	if (!f->have_sink)
		return;
	a->family = s->family;
	a->proto = s->proto;
	a->port = be16(s->port);
	a->vendor = be16(s->vendor);
	a->product = be16(s->product);
	memcpy(a->addr, s->addr, sizeof(a->addr));
	take_text(&f->sink.text, text, sizeof(text), a);
}

static bool is_owner(const struct candidate *c, const u8 *owner)
{
	return c->owned && owner &&
	       !memcmp(c->owner, owner, SHINRAI_DIGEST_SIZE);
}

static void take_labels(struct say *s, const struct shinrai_flow *f)
{
	const struct shinrai_policy *p = &s->c->file.p;
	unsigned int i;
	u32 k;

	for (i = 0; i < f->nlabels; i++) {
		if (!is_owner(s->c, f->label[i].owner))
			continue;
		for (k = 0; k < p->head->labels; k++) {
			if (!memcmp(p->label[k].uuid, f->label[i].uuid,
				    SHINRAI_UUID_SIZE))
				break;
		}
		if (k < p->head->labels)
			s->labels |= 1ULL << k;
		else
			s->strange = true;
	}
}

/* Is there a label that none of the candidates speaks of? */
static bool has_others(const struct candidate *c, size_t n,
		       const struct shinrai_flow *f)
{
	unsigned int i;
	size_t k;

	for (i = 0; i < f->nlabels; i++) {
		for (k = 0; k < n; k++) {
			if (is_owner(&c[k], f->label[i].owner))
				break;
		}
		if (k == n)
			return true;
	}
	return false;
}

/*
 * Could a rule for subjects of this kind, of whom nothing is known, change the
 * answer for one of the labels?
 */
static bool depends_on(const struct say *s, u8 kind,
		       const struct shinrai_access *a)
{
	const struct shinrai_policy *p = &s->c->file.p;
	const struct shinrai_policy_rule *r = p->rule;
	struct shinrai_answer now;
	u8 label, rank;
	u32 i;

	for (label = 0; label < p->head->labels; label++) {
		if (!(s->labels >> label & 1))
			continue;
		shinrai_policy_judge(p, 1ULL << label, a, s->c->meters, false,
				     &now);
		rank = now.rule == SHINRAI_POLICY_NONE ? 0 : now.verdict;
		for (i = 0; i < p->head->rules; i++) {
			if (r[i].subject_kind == kind &&
			    r[i].action == a->action && r[i].verdict > rank &&
			    r[i].verdict != now.verdict &&
			    shinrai_policy_misses(p, i, label, a) ==
				    SHINRAI_MISS_SUBJECT)
				return true;
		}
	}
	return false;
}

/* Return: what the candidate does not know enough of. */
static enum whatif_doubt doubt_of(const struct say *s,
				  const struct shinrai_flow *f,
				  const struct shinrai_access *a)
{
	if (!f->have_uid && depends_on(s, SHINRAI_SUBJECT_USER, a))
		return WHATIF_USER;
	if (!a->cgroup && s->c->file.p.head->flags & SHINRAI_POLICY_CGROUPS &&
	    depends_on(s, SHINRAI_SUBJECT_CGROUP, a))
		return WHATIF_CGROUP;
	return WHATIF_SURE;
}

static void ask(struct say *s, const struct shinrai_access *a, bool charge)
{
	shinrai_policy_judge(&s->c->file.p, s->labels, a, s->c->meters, charge,
			     &s->answer);
	if (!s->strange)
		return;
	/* As the core says of a label that its policy does not have. */
	s->answer.verdict = SHINRAI_VERDICT_DENY;
	s->answer.rule = SHINRAI_POLICY_NONE;
}

static void take_answer(const struct say *s, struct whatif_answer *out)
{
	/* Alike accesses are of the same second: only counters move. */
	if (s->c->file.p.head->flags & SHINRAI_POLICY_METERED &&
	    s->answer.flags & SHINRAI_ANSWER_VOLATILE)
		out->lasting = false;
	if (s->answer.verdict <= out->verdict)
		return;
	out->verdict = s->answer.verdict;
	out->by = s->c;
	out->no_label = s->strange;
	out->line = s->answer.rule == SHINRAI_POLICY_NONE ?
			    0 :
			    s->c->file.p.rule[s->answer.rule].line;
}

/*
 * Of owners without a candidate only one answer is known, if one of them
 * decided; if not, they were no severer than what was decided.
 */
static void add_others(const struct candidate *c, size_t n,
		       const struct shinrai_flow *f, struct whatif_answer *out)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (is_owner(&c[i], f->owner))
			break;
	}
	if (i == n && f->verdict >= out->verdict) {
		out->verdict = f->verdict;
		out->by = NULL;
		out->line = f->rule;
		out->no_label = false;
	} else if (i < n && out->verdict < f->verdict) {
		out->doubt = WHATIF_OTHERS;
	}
}

/*
 * One access of a flow: asked of all candidates that have a label of it, and
 * counted unless it is denied.
 * @c: @n of them, at most SHINRAI_MAX_OWNERS
 * @bytes: that this access moves
 * @cgroup: path, or NULL
 */
void whatif_judge(struct candidate *c, size_t n, const struct shinrai_flow *f,
		  u64 bytes, const char *cgroup, struct whatif_answer *out)
{
	struct say say[SHINRAI_MAX_OWNERS] = { 0 };
	struct shinrai_access a;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->lasting = true;
	whatif_access(f, &a);
	a.bytes = bytes;
	a.cgroup = cgroup;
	a.cgroup_len = cgroup ? (u32)strlen(cgroup) : 0;
	if (f->sink_kind && !f->have_sink) {
		out->doubt = WHATIF_SINK;
		return;
	}
	for (i = 0; i < n; i++) {
		say[i].c = &c[i];
		take_labels(&say[i], f);
		if (!say[i].labels && !say[i].strange)
			continue;
		ask(&say[i], &a, false);
		take_answer(&say[i], out);
		if (!out->doubt)
			out->doubt = doubt_of(&say[i], f, &a);
	}
	if (!out->doubt && has_others(c, n, f))
		add_others(c, n, f, out);
	for (i = 0; i < n && out->verdict != SHINRAI_VERDICT_DENY; i++) {
		if (say[i].labels)
			ask(&say[i], &a, true);
	}
}
