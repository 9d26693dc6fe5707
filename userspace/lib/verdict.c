// SPDX-License-Identifier: MIT
/* A verdict as JSON, PROTOCOL.md 7. */
#include <stdio.h>

#include <shinrai/hex.h>
#include <shinrai/verdict.h>

/**
 * shinrai_reason_json() - one reason, PROTOCOL.md 7
 * @v: whose
 * @w: of its reasons
 *
 * Return: for json_decref(); NULL when memory lacks.
 */
json_t *shinrai_reason_json(const struct shinrai_appraisal *v,
			    const struct shinrai_why *w)
{
	const struct shinrai_reason_info *info = shinrai_reason_info(w->code);
	json_t *j;

	j = json_pack("{s:s, s:s, s:s, s:s, s:s}", "code", info->code, "text",
		      info->text, "detail", w->detail, "severity",
		      shinrai_verdict_name(info->verdict), "next", info->next);
	if (w->has_record)
		json_object_set_new(j, "record",
				    json_integer((json_int_t)w->record));
	if (v->count[w->code] > SHINRAI_MAX_WHY)
		json_object_set_new(
			j, "count",
			json_integer((json_int_t)v->count[w->code]));
	return j;
}

static json_t *ladder(const struct shinrai_appraisal *v, bool only_proven)
{
	json_t *all = json_array();
	unsigned int i;

	for (i = 0; i < SHINRAI_STEPS; i++) {
		if (!only_proven)
			json_array_append_new(
				all, json_pack("{s:s, s:b}", "step",
					       shinrai_step_name(i), "proven",
					       v->proven[i]));
		else if (v->proven[i])
			json_array_append_new(
				all, json_string(shinrai_step_name(i)));
	}
	return all;
}

static json_t *clock_json(const struct shinrai_appraisal *v)
{
	return json_pack("{s:I, s:I, s:I, s:b}", "ms",
			 (json_int_t)v->clock.clock, "resets",
			 (json_int_t)v->clock.reset_count, "restarts",
			 (json_int_t)v->clock.restart_count, "safe", v->safe);
}

static json_t *policy_json(const struct shinrai_owner_state *o)
{
	char hex[65];

	if (!o->in_force)
		return json_null();
	shinrai_hex_encode(o->policy, sizeof(o->policy), hex);
	return json_pack("{s:I, s:s, s:I}", "generation",
			 (json_int_t)o->generation, "sha256", hex, "rules",
			 (json_int_t)o->rules);
}

static json_t *owners_json(const struct shinrai_data_state *d)
{
	const struct shinrai_owner_state *o;
	json_t *all = json_array();
	char hex[65];

	for (o = d->owner; o < d->owner + d->nowners; o++) {
		shinrai_hex_encode(o->owner, sizeof(o->owner), hex);
		json_array_append_new(
			all, json_pack("{s:s, s:s, s:b, s:o}", "namespace",
				       o->name, "owner", hex, "revoked",
				       o->revoked, "policy", policy_json(o)));
	}
	return all;
}

static json_t *data_json(const struct shinrai_data_state *d)
{
	return json_pack("{s:s, s:o, s:{s:I, s:I, s:I, s:I}, s:I}", "mode",
			 d->enforcing ? "enforce" : "observe", "owners",
			 owners_json(d), "flows", "allowed",
			 (json_int_t)d->flows[SHINRAI_FLOW_ALLOWED], "audited",
			 (json_int_t)d->flows[SHINRAI_FLOW_AUDITED], "refused",
			 (json_int_t)d->flows[SHINRAI_FLOW_REFUSED], "left",
			 (json_int_t)d->flows[SHINRAI_FLOW_LEFT], "labels_lost",
			 (json_int_t)d->lost);
}

static void add_facts(json_t *j, const struct shinrai_appraisal *v)
{
	char text[2 * SHINRAI_NAME_MAX + 1], time[24];

	if (v->have_boot_id)
		json_object_set_new(
			j, "boot_id",
			json_string(shinrai_hex_encode(
				v->boot_id, sizeof(v->boot_id), text)));
	if (v->ak_name_len)
		json_object_set_new(j, "ak_name",
				    json_string(shinrai_hex_encode(
					    v->ak_name, v->ak_name_len, text)));
	if (v->have_quoted)
		json_object_set_new(j, "quoted_record",
				    json_integer((json_int_t)v->quoted - 1));
	if (v->have_quote)
		json_object_set_new(j, "clock", clock_json(v));
	if (v->have_session) {
		shinrai_time_format(v->session.time, time);
		json_object_set_new(j, "time", json_string(time));
	}
}

/**
 * shinrai_report_name() - "proven", "refuted" or "unproven"
 * @verdict: what the appraisal of a report came to
 *
 * Return: static.
 */
const char *shinrai_report_name(enum shinrai_verdict verdict)
{
	return verdict == SHINRAI_TRUSTED ? "proven" :
	       verdict == SHINRAI_UNKNOWN ? "unproven" :
					    "refuted";
}

/**
 * shinrai_report_names() - what is known of owners and labels
 * @v: of a report
 * @names: out; looks into what @v was given, and is not freed
 */
void shinrai_report_names(const struct shinrai_appraisal *v,
			  struct shinrai_names *names)
{
	unsigned int i;

	if (v->names)
		*names = *v->names;
	else
		memset(names, 0, sizeof(*names));
	/* What the log says counts more than a file that nobody vouched for. */
	for (i = 0; i < v->data.nowners; i++)
		shinrai_names_space(names, v->data.owner[i].owner,
				    v->data.owner[i].name);
}

static void add_report(json_t *j, const struct shinrai_appraisal *v)
{
	struct shinrai_flow_names get;
	json_t *all = json_array();
	struct shinrai_names names;
	size_t i;

	shinrai_report_names(v, &names);
	get = shinrai_names_get(&names);
	for (i = 0; i < v->nviolations; i++)
		json_array_append_new(
			all, shinrai_violation_json(&v->violation[i], &get));
	json_object_set_new(j, "violations", all);
	json_object_set_new(j, "left_out",
			    json_integer((json_int_t)v->left_out));
	json_object_set_new(j, "left_out_flow",
			    json_integer((json_int_t)v->left_out_flow));
	json_object_del(j, "verdict");
	json_object_set_new(j, "report",
			    json_string(shinrai_report_name(v->verdict)));
}

/**
 * shinrai_verdict_json() - the verdict for programs, PROTOCOL.md 7
 * @v: the verdict; of a report it is as in 9.2
 *
 * Return: an object for json_decref(); NULL for lack of memory.
 */
json_t *shinrai_verdict_json(const struct shinrai_appraisal *v)
{
	json_t *reasons = json_array(), *notes = json_array(), *j;
	unsigned int i;

	for (i = 0; i < v->nwhy; i++)
		json_array_append_new(reasons,
				      shinrai_reason_json(v, &v->why[i]));
	for (i = 0; i < v->nnotes; i++)
		json_array_append_new(notes, json_string(v->note[i]));
	j = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:I, s:I, s:s, s:s}",
		      "verdict", shinrai_verdict_name(v->verdict), "headline",
		      shinrai_verdict_headline(v), "reasons", reasons, "proven",
		      ladder(v, true), "ladder", ladder(v, false), "notes",
		      notes, "machine", v->machine, "records",
		      (json_int_t)v->records, "code_events",
		      (json_int_t)v->code, "root",
		      v->proven[SHINRAI_STEP_ROOT] ? "proven" : "unproven",
		      "assurance", shinrai_assurance_name(v->assurance));
	if (!j)
		return NULL;
	json_object_set_new(j, "data", data_json(&v->data));
	add_facts(j, v);
	if (v->report)
		add_report(j, v);
	return j;
}

static bool of_boot(enum shinrai_step step)
{
	return step >= SHINRAI_STEP_FIRMWARE && step <= SHINRAI_STEP_CMDLINE;
}

/**
 * shinrai_verdict_headline() - the verdict in a few words
 * @v: the verdict
 *
 * Return: static text; "root unproven" belongs to each of them, unless the AK is
 * that of a TPM.
 */
const char *shinrai_verdict_headline(const struct shinrai_appraisal *v)
{
	const struct shinrai_reason_info *first;
	unsigned int i;

	if (v->report && v->verdict == SHINRAI_TRUSTED)
		return v->proven[SHINRAI_STEP_ROOT] ?
			       "what is listed was recorded" :
			       "what is listed was recorded; root unproven";
	if (v->verdict == SHINRAI_TRUSTED || !v->nwhy)
		return v->proven[SHINRAI_STEP_ROOT] ?
			       "all that was asked for is proven" :
			       "all that was asked for is proven; root "
			       "unproven";
	first = shinrai_reason_info(v->why[0].code);
	if (v->verdict == SHINRAI_UNTRUSTED)
		return first->text;
	for (i = 0; i < v->nwhy; i++) {
		if (of_boot(shinrai_reason_info(v->why[i].code)->step) ||
		    v->why[i].code == SHINRAI_WHY_START_NONZERO)
			return "boot chain unproven";
	}
	return first->text;
}
