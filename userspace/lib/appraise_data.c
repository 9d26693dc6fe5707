// SPDX-License-Identifier: MIT
/* Appraisal: what became of labelled data, and whether its owner may be sure. */
#include <shinrai/flow.h>
#include <shinrai/hex.h>
#include <shinrai/util.h>

#include "appraise_ctx.h"

/* Flows that were allowed are gathered before they are told, PROTOCOL.md 2.9 */
#define LATE_NS (60 * 1000000000ull)
#define MAX_NOTED 8 /* told one by one; the rest is counted */

static const char *space_name(const void *ctx,
			      const u8 owner[SHINRAI_DIGEST_SIZE])
{
	const struct shinrai_owner_state *o = shinrai_data_owner(ctx, owner);

	return o ? o->name : NULL;
}

static bool within(u64 time_ns, u64 change_ns)
{
	return time_ns <= change_ns || time_ns - change_ns <= LATE_NS;
}

/* Stops a flow that is laid to a policy which did not decide it. */
static bool may_decide(const struct shinrai_owner_state *o, u64 generation,
		       u64 time_ns)
{
	if (!o || !generation || !o->generation)
		return false;
	if (!o->in_force && !within(time_ns, o->change_ns))
		return false;
	if (generation == o->generation)
		return true;
	if (generation < o->first || generation > o->generation ||
	    !within(time_ns, o->since_ns))
		return false;
	/* Of policies that come in quick succession only the last two are
	 * remembered. */
	return generation == o->before ||
	       (generation < o->before && within(time_ns, o->before_ns));
}

/* Some owner's policy had to be missing, or just came, or just went. */
static bool may_be_undecided(const struct appraise *a,
			     const struct shinrai_flow *f, u64 time_ns)
{
	const struct shinrai_owner_state *o;
	unsigned int i;

	for (i = 0; i < f->nlabels; i++) {
		o = shinrai_data_owner(&a->now.data, f->label[i].owner);
		if (!o || !o->in_force || within(time_ns, o->change_ns))
			return true;
	}
	return false;
}

static void check_policy(struct appraise *a, const struct shinrai_header *h,
			 const struct shinrai_flow *f)
{
	const struct shinrai_owner_state *o;

	if (!f->owner) {
		if (!may_be_undecided(a, f, h->time_ns))
			shinrai_appraise_record(a, SHINRAI_WHY_FLOW_UNDECIDED,
						h->recnum, "%s", "");
		return;
	}
	o = shinrai_data_owner(&a->now.data, f->owner);
	if (!may_decide(o, f->generation, h->time_ns))
		shinrai_appraise_record(a, SHINRAI_WHY_FLOW_POLICY, h->recnum,
					"%s, generation %llu",
					o ? o->name : "of no owner",
					(unsigned long long)f->generation);
}

static enum shinrai_flow_outcome outcome(const struct shinrai_flow *f)
{
	if (f->verdict == SHINRAI_VERDICT_ALLOW)
		return SHINRAI_FLOW_ALLOWED;
	if (f->verdict == SHINRAI_VERDICT_AUDIT)
		return SHINRAI_FLOW_AUDITED;
	return f->refused ? SHINRAI_FLOW_REFUSED : SHINRAI_FLOW_LEFT;
}

static void judge_outcome(struct appraise *a, const struct shinrai_header *h,
			  const struct shinrai_flow *f)
{
	const struct shinrai_flow_names names = { .ctx = &a->now.data,
						  .space = space_name };
	enum shinrai_flow_outcome what = outcome(f);
	u64 *count = &a->now.data.flows[what];
	char text[SHINRAI_FLOW_WORDS];

	*count = shinrai_sum(*count, f->count);
	if (what == SHINRAI_FLOW_ALLOWED)
		return;
	shinrai_flow_words(f, &names, text);
	if (what == SHINRAI_FLOW_LEFT)
		shinrai_appraise_record(a, SHINRAI_WHY_DATA_LEFT, h->recnum,
					"%s", text);
	else if (!a->in->report && a->noted++ < MAX_NOTED)
		shinrai_appraise_note(a, "record %llu: %s",
				      (unsigned long long)h->recnum, text);
}

/* @err: what a parser said of @id */
static void malformed(struct appraise *a, const struct shinrai_header *h,
		      const char *what, int err, u8 id)
{
	shinrai_appraise_record(a,
				err == -EPROTONOSUPPORT ?
					SHINRAI_WHY_EVENT_VALUES :
					SHINRAI_WHY_EVENT_FIELDS,
				h->recnum, "%s: field %#x", what, id);
}

static void judge_flow(struct appraise *a, const struct shinrai_header *h,
		       const struct shinrai_event *ev)
{
	struct shinrai_flow f;
	u8 id;
	int ret;

	ret = shinrai_flow_parse(ev, &f, &id);
	if (ret) {
		malformed(a, h, "flow", ret, id);
		return;
	}
	check_policy(a, h, &f);
	judge_outcome(a, h, &f);
}

static const struct shinrai_field_rule label_rules[] = {
	{ SHINRAI_FIELD_REASON, 4, true },
	{ SHINRAI_FIELD_LABELS, 0, true },
	{ SHINRAI_FIELD_PROGRAM, SHINRAI_DIGEST_SIZE, false },
	{ SHINRAI_FIELD_PATH, 0, false },
	{ SHINRAI_FIELD_UID, 8, true },
	{ SHINRAI_FIELD_EXE, 0, false },
};

/*
 * No reason by itself: the owner's policy was asked whether the data may go
 * where its label cannot, and the flow tells what came of that.
 */
static void label_lost(struct appraise *a, const struct shinrai_header *h,
		       const struct shinrai_event *ev,
		       const struct shinrai_label_id *label)
{
	const struct shinrai_flow_names names = { .ctx = &a->now.data,
						  .space = space_name };
	const struct shinrai_field *path =
		shinrai_event_field(ev, SHINRAI_FIELD_PATH);
	char words[SHINRAI_LABEL_WORDS], safe[APPRAISE_TEXT];

	a->now.data.lost++;
	if (a->in->report || a->noted++ >= MAX_NOTED)
		return;
	shinrai_label_words(label, &names, words);
	shinrai_appraise_note(
		a, "record %llu: label %s did not go along to file %s",
		(unsigned long long)h->recnum, words,
		path ? shinrai_appraise_printable(path->data, path->len, safe) :
		       "(not told)");
}

static void judge_label(struct appraise *a, const struct shinrai_header *h,
			const struct shinrai_event *ev)
{
	const struct shinrai_label_id *label;
	unsigned int n;
	u64 reason;
	int ret;
	u8 id;

	ret = shinrai_fields_check(ev, label_rules, ARRAY_SIZE(label_rules),
				   &id);
	if (!ret) {
		id = SHINRAI_FIELD_LABELS;
		ret = shinrai_labels_parse(ev, &label, &n);
	}
	if (ret) {
		malformed(a, h, "label", ret, id);
		return;
	}
	shinrai_event_uint(ev, SHINRAI_FIELD_REASON, 4, &reason);
	if (reason == SHINRAI_LABEL_LOST)
		label_lost(a, h, ev, label);
	else if (reason != SHINRAI_LABEL_APPLIED &&
		 reason != SHINRAI_LABEL_GRANTED)
		malformed(a, h, "label", -EPROTONOSUPPORT,
			  SHINRAI_FIELD_REASON);
}

static const struct {
	void (*judge)(struct appraise *a, const struct shinrai_header *h,
		      const struct shinrai_event *ev);
	bool flow; /* PCR */
} judges[] = {
	[SHINRAI_EVENT_OWNER] = { shinrai_appraise_owner, false },
	[SHINRAI_EVENT_POLICY] = { shinrai_appraise_policy_event, false },
	[SHINRAI_EVENT_LABEL] = { judge_label, true },
	[SHINRAI_EVENT_FLOW] = { judge_flow, true },
};

/**
 * shinrai_appraise_data() - judge an event of data handling
 * @a: the appraisal
 * @h: header of its record
 * @ev: any event
 *
 * Return: whether it was one.
 */
bool shinrai_appraise_data(struct appraise *a, const struct shinrai_header *h,
			   const struct shinrai_event *ev)
{
	u8 pcr;

	if (ev->type >= ARRAY_SIZE(judges) || !judges[ev->type].judge)
		return false;
	pcr = judges[ev->type].flow ? a->now.flow_pcr : a->now.code_pcr;
	if (a->have_start && h->pcr != pcr)
		shinrai_appraise_record(a, SHINRAI_WHY_EVENT_PCR, h->recnum,
					"PCR %u, not %u", h->pcr, pcr);
	judges[ev->type].judge(a, h, ev);
	return true;
}

static bool in_force(const struct appraise *a,
		     const u8 policy[SHINRAI_DIGEST_SIZE])
{
	const struct shinrai_data_state *d = &a->now.data;
	unsigned int i;

	for (i = 0; i < d->nowners; i++) {
		if (d->owner[i].in_force &&
		    !memcmp(d->owner[i].policy, policy, SHINRAI_DIGEST_SIZE))
			return true;
	}
	return false;
}

/**
 * shinrai_appraise_needed() - are the policies enforced that must be?
 * @a: the appraisal, once all records were judged
 *
 * What is in force now says nothing of what was before: each time anew.
 */
void shinrai_appraise_needed(struct appraise *a)
{
	char hex[65];
	size_t i;

	if (a->noted > MAX_NOTED)
		shinrai_appraise_note(a,
				      "%llu more flows refused or audited, or "
				      "labels lost",
				      (unsigned long long)a->noted - MAX_NOTED);
	for (i = 0; i < a->in->npolicies; i++) {
		const u8 *policy = a->in->policy[i];

		shinrai_hex_encode(policy, SHINRAI_DIGEST_SIZE, hex);
		if (!in_force(a, policy))
			shinrai_appraise_why(a, SHINRAI_WHY_POLICY_ABSENT,
					     "SHA-256 %s", hex);
		else if (!a->now.data.enforcing)
			shinrai_appraise_why(a, SHINRAI_WHY_POLICY_OBSERVED,
					     "SHA-256 %s", hex);
	}
}
