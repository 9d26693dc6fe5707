// SPDX-License-Identifier: MIT
/* Ways to lie: labels and flows. */
#include "mutations.h"

#define MINUTE 60000000000ull

/* What most of them bend: a flow that was allowed, in a record of its own. */
static struct forge_fields e;

static struct forge_record *flow_record(struct forge *f)
{
	forge_plan_data(f);
	forge_flow(&e, FORGE_ACME, 7, SHINRAI_VERDICT_ALLOW, false);
	return forge_more(f, true);
}

static void flow_put(struct forge *f, u8 id, u64 value, unsigned int n)
{
	struct forge_record *r = flow_record(f);

	forge_put_uint(&e, id, value, n);
	forge_add(r, &e);
}

static void flow_unput(struct forge *f, u8 id)
{
	struct forge_record *r = flow_record(f);

	forge_unput(&e, id);
	forge_add(r, &e);
}

static void withheld(struct forge *f)
{
	struct forge_record *r = flow_record(f);

	forge_withhold(&e, SHINRAI_FIELD_UID);
	forge_withhold(&e, SHINRAI_FIELD_EXE);
	forge_withhold(&e, SHINRAI_FIELD_SINK);
	forge_add(r, &e);
}

static void unmeasured_actor(struct forge *f)
{
	struct forge_record *r = flow_record(f);

	forge_unput(&e, SHINRAI_FIELD_PROGRAM);
	forge_unput(&e, SHINRAI_FIELD_EXE);
	forge_unput(&e, SHINRAI_FIELD_CGROUP);
	forge_add(r, &e);
}

static void nowhere(struct forge *f)
{
	struct forge_record *r = flow_record(f);

	forge_put_uint(&e, SHINRAI_FIELD_ACTION, SHINRAI_ACTION_READ, 1);
	forge_put_uint(&e, SHINRAI_FIELD_SINK_KIND, SHINRAI_SINK_NONE, 1);
	forge_unput(&e, SHINRAI_FIELD_SINK);
	forge_add(r, &e);
}

/* Gathered before the policy changed, told after. */
static void late_flow(struct forge *f)
{
	forge_plan_data(f);
	forge_add_policy(f, FORGE_ACME, 9);
	forge_add_policy(f, FORGE_ACME, 10);
	forge_add_flow(f, FORGE_ACME, 9);
	forge_add_flow(f, FORGE_ACME, 7);
}

static void put_no_policy(void)
{
	forge_unput(&e, SHINRAI_FIELD_OWNER);
	forge_unput(&e, SHINRAI_FIELD_GENERATION);
	forge_put_uint(&e, SHINRAI_FIELD_RULE, 0, 4);
}

/* Data from elsewhere, whose owner nobody admitted here. */
static void unknown_owner(struct forge *f)
{
	u8 label[48] = { 0x99 };

	forge_plan_data(f);
	forge_flow(&e, FORGE_ACME, 7, SHINRAI_VERDICT_DENY, true);
	put_no_policy();
	forge_put(&e, SHINRAI_FIELD_LABELS, label, sizeof(label));
	forge_add(forge_more(f, true), &e);
}

static void undecided(struct forge *f)
{
	forge_plan_data(f);
	forge_flow(&e, FORGE_ACME, 7, SHINRAI_VERDICT_DENY, true);
	put_no_policy();
	forge_more(f, true)->time_ns = 2 * MINUTE;
	forge_add(&f->rec[f->nrec - 1], &e);
}

static void left(struct forge *f)
{
	forge_plan_data(f);
	forge_flow(&e, FORGE_ACME, 7, SHINRAI_VERDICT_DENY, false);
	forge_add(forge_more(f, true), &e);
}

static void left_without_policy(struct forge *f)
{
	u8 label[48] = { 0x99 };

	forge_plan_data(f);
	forge_flow(&e, FORGE_ACME, 7, SHINRAI_VERDICT_DENY, false);
	put_no_policy();
	forge_put(&e, SHINRAI_FIELD_LABELS, label, sizeof(label));
	forge_add(forge_more(f, true), &e);
}

static void lost(struct forge *f)
{
	forge_plan_data(f);
	forge_label(&e, FORGE_BETA, SHINRAI_LABEL_LOST);
	forge_add(forge_more(f, true), &e);
}

static void refused_yet_allowed(struct forge *f)
{
	flow_put(f, SHINRAI_FIELD_REFUSED, 1, 1);
}

static void refused_twice(struct forge *f)
{
	struct forge_record *r;

	forge_plan_data(f);
	r = forge_more(f, true);
	forge_flow(&e, FORGE_ACME, 7, SHINRAI_VERDICT_DENY, true);
	forge_put_uint(&e, SHINRAI_FIELD_REFUSED, 2, 1);
	forge_add(r, &e);
}

static void no_count(struct forge *f)
{
	flow_put(f, SHINRAI_FIELD_COUNT, 0, 8);
}

static void count_of_four_bytes(struct forge *f)
{
	flow_put(f, SHINRAI_FIELD_COUNT, 1, 4);
}

static void no_refused(struct forge *f)
{
	flow_unput(f, SHINRAI_FIELD_REFUSED);
}

static void no_verdict(struct forge *f)
{
	flow_unput(f, SHINRAI_FIELD_VERDICT);
}

static void no_labels(struct forge *f)
{
	flow_unput(f, SHINRAI_FIELD_LABELS);
}

static void no_uid(struct forge *f)
{
	flow_unput(f, SHINRAI_FIELD_UID);
}

static void no_sink(struct forge *f)
{
	flow_unput(f, SHINRAI_FIELD_SINK);
}

static void no_generation(struct forge *f)
{
	flow_unput(f, SHINRAI_FIELD_GENERATION);
}

/* The rule is still named, of a policy that is not. */
static void rule_of_nobody(struct forge *f)
{
	struct forge_record *r = flow_record(f);

	forge_unput(&e, SHINRAI_FIELD_OWNER);
	forge_unput(&e, SHINRAI_FIELD_GENERATION);
	forge_add(r, &e);
}

static void label_cut(struct forge *f)
{
	struct forge_record *r = flow_record(f);
	u8 half[47] = { 0 };

	forge_put(&e, SHINRAI_FIELD_LABELS, half, sizeof(half));
	forge_add(r, &e);
}

static void sink_of_other_kind(struct forge *f)
{
	flow_put(f, SHINRAI_FIELD_SINK_KIND, SHINRAI_SINK_MEDIA, 1);
}

static void sink_cut(struct forge *f)
{
	struct forge_record *r = flow_record(f);

	forge_put(&e, SHINRAI_FIELD_SINK, "\1\4\6", 3);
	forge_add(r, &e);
}

static void sink_with_more(struct forge *f)
{
	struct forge_record *r = flow_record(f);
	u8 sink[26] = { SHINRAI_SINK_INET, 4, 6, 0, 1, 0xbb };

	sink[25] = 1; /* IPv4 has four bytes */
	forge_put(&e, SHINRAI_FIELD_SINK, sink, sizeof(sink));
	forge_add(r, &e);
}

static void unknown_action(struct forge *f)
{
	flow_put(f, SHINRAI_FIELD_ACTION, SHINRAI_ACTIONS, 1);
}

static void unknown_verdict(struct forge *f)
{
	flow_put(f, SHINRAI_FIELD_VERDICT, 9, 1);
}

static void unknown_label_reason(struct forge *f)
{
	forge_plan_data(f);
	forge_label(&e, FORGE_ACME, 51);
	forge_add(forge_more(f, true), &e);
}

static void flow_of_other_owner(struct forge *f)
{
	struct forge_record *r = flow_record(f);
	u8 id[32];

	/* beta's policy decided on what acme owns */
	forge_owner_id(FORGE_BETA, id);
	forge_put(&e, SHINRAI_FIELD_OWNER, id, 32);
	forge_put_uint(&e, SHINRAI_FIELD_GENERATION, 3, 8);
	forge_add(r, &e);
}

static void flow_before_policy(struct forge *f)
{
	forge_plan_data(f);
	forge_add_flow(f, FORGE_ACME, 8);
}

static void flow_of_old_policy(struct forge *f)
{
	forge_plan_data(f);
	forge_add_policy(f, FORGE_ACME, 8);
	forge_add_flow(f, FORGE_ACME, 7);
	f->rec[f->nrec - 1].time_ns = 2 * MINUTE;
}

static void flow_of_skipped_policy(struct forge *f)
{
	forge_plan_data(f);
	forge_add_policy(f, FORGE_ACME, 9);
	f->rec[f->nrec - 1].time_ns = 2 * MINUTE;
	forge_add_policy(f, FORGE_ACME, 10);
	f->rec[f->nrec - 1].time_ns = 4 * MINUTE;
	forge_add_flow(f, FORGE_ACME, 8); /* never was there */
	f->rec[f->nrec - 1].time_ns = 4 * MINUTE;
}

static void flow_of_revoked(struct forge *f)
{
	forge_plan_data(f);
	forge_add_owner(f, FORGE_ACME, 3, SHINRAI_OWNER_REVOKE);
	forge_add_flow(f, FORGE_ACME, 7);
	f->rec[f->nrec - 1].time_ns = 2 * MINUTE;
}

static void flow_in_code_pcr(struct forge *f)
{
	forge_plan_data(f);
	forge_flow(&e, FORGE_ACME, 7, SHINRAI_VERDICT_ALLOW, false);
	forge_add(forge_more(f, false), &e);
}

static void live_without_links(struct forge *f)
{
	forge_plan_data(f);
	forge_state(&e, SHINRAI_REASON_LABELS_LIVE);
	forge_put_uint(&e, SHINRAI_FIELD_LINKS, 0, 4);
	forge_add(forge_more(f, false), &e);
}

/* The record of what was refused is left out. */
static void refusal_dropped(struct forge *f)
{
	forge_drop(f, 14);
	forge_log(f, f->nrec);
}

/* What happened is told as refused, behind the honest header. */
static void told_as_refused(struct forge *f)
{
	struct forge_record *r = &f->rec[15];
	struct shinrai_tree honest = r->tree;

	r->len = 0;
	r->count = 0;
	forge_flow(&e, FORGE_ACME, 7, SHINRAI_VERDICT_DENY, true);
	forge_add(r, &e);
	r->tree = honest;
	forge_log(f, f->nrec);
}

#define BAD SHINRAI_UNTRUSTED
#define OPEN SHINRAI_UNKNOWN
#define GOOD SHINRAI_TRUSTED

const struct mutation mutations_data[] = {
	{ "honest data handling", forge_plan_data, NULL, NULL, GOOD },
	{ "honest, fields withheld", withheld, NULL, NULL, GOOD },
	{ "honest, actor not measured", unmeasured_actor, NULL, NULL, GOOD },
	{ "honest, read only", nowhere, NULL, NULL, GOOD },
	{ "honest, flows told late", late_flow, NULL, NULL, GOOD },
	{ "honest, data of an unknown owner", unknown_owner, NULL, NULL, GOOD },
	{ "data left", left, NULL, "data-left", BAD },
	{ "data left, without a policy", left_without_policy, NULL, "data-left",
	  BAD },
	{ "honest, label lost with consent", lost, NULL, NULL, GOOD },
	{ "refused, yet allowed", refused_yet_allowed, NULL, "event-fields",
	  BAD },
	{ "refused twice", refused_twice, NULL, "event-fields", BAD },
	{ "flow that never was", no_count, NULL, "event-fields", BAD },
	{ "count of four bytes", count_of_four_bytes, NULL, "event-fields",
	  BAD },
	{ "flow without outcome", no_refused, NULL, "event-fields", BAD },
	{ "flow without verdict", no_verdict, NULL, "event-fields", BAD },
	{ "flow without labels", no_labels, NULL, "event-fields", BAD },
	{ "flow by nobody", no_uid, NULL, "event-fields", BAD },
	{ "flow to nowhere", no_sink, NULL, "event-fields", BAD },
	{ "policy without generation", no_generation, NULL, "event-fields",
	  BAD },
	{ "rule of no policy", rule_of_nobody, NULL, "event-fields", BAD },
	{ "label cut", label_cut, NULL, "event-fields", BAD },
	{ "sink of another kind", sink_of_other_kind, NULL, "event-fields",
	  BAD },
	{ "sink cut", sink_cut, NULL, "event-fields", BAD },
	{ "IPv4 address with more", sink_with_more, NULL, "event-fields", BAD },
	{ "flow by another's policy", flow_of_other_owner, NULL, "event-fields",
	  BAD },
	{ "labels live without links", live_without_links, NULL, "event-fields",
	  BAD },
	{ "unknown action", unknown_action, NULL, "event-values", OPEN },
	{ "unknown verdict", unknown_verdict, NULL, "event-values", OPEN },
	{ "unknown fate of a label", unknown_label_reason, NULL, "event-values",
	  OPEN },
	{ "flow of a policy to come", flow_before_policy, NULL, "flow-policy",
	  BAD },
	{ "flow of a replaced policy", flow_of_old_policy, NULL, "flow-policy",
	  BAD },
	{ "flow of a policy that never was", flow_of_skipped_policy, NULL,
	  "flow-policy", BAD },
	{ "flow of a revoked owner", flow_of_revoked, NULL, "flow-policy",
	  BAD },
	{ "flow that no policy decided", undecided, NULL, "flow-undecided",
	  BAD },
	{ "flow in the code PCR", flow_in_code_pcr, NULL, "event-pcr", BAD },
	{ "refusal left out", forge_plan_data, refusal_dropped,
	  "quote-not-in-log", BAD },
	{ "what happened told as refused", left, told_as_refused, "record-root",
	  BAD },
	{ 0 },
};
