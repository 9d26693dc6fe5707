// SPDX-License-Identifier: MIT
/* One violation: from an event, into words and JSON (PROTOCOL.md 9.2). */
#include <shinrai/hex.h>
#include <shinrai/violation.h>

#include "appraise_ctx.h"

/**
 * shinrai_violation_parse() - is this event a violation?
 * @ev: pointed into
 * @v: zeroed; record, event and time are the caller's; undefined unless 1
 *
 * Return: 1 when it is; 0 when it is something else; what
 * shinrai_flow_parse() gave for one that is malformed.
 */
int shinrai_violation_parse(const struct shinrai_event *ev,
			    struct shinrai_violation *v)
{
	int ret;
	u8 id;

	if (ev->type != SHINRAI_EVENT_FLOW)
		return 0;
	ret = shinrai_flow_parse(ev, &v->flow, &id);
	if (ret)
		return ret;
	return v->flow.verdict == SHINRAI_VERDICT_DENY;
}

static json_t *text_json(struct shinrai_bytes b)
{
	char text[APPRAISE_TEXT];

	return b.p ? json_string(shinrai_appraise_printable(b.p, b.len, text)) :
		     json_null();
}

static json_t *hex_json(const u8 *p, size_t len)
{
	char hex[2 * SHINRAI_DIGEST_SIZE + 1];

	return p ? json_string(shinrai_hex_encode(p, len, hex)) : json_null();
}

static json_t *space_json(const u8 *owner,
			  const struct shinrai_flow_names *names)
{
	const char *name = NULL;

	if (owner && names && names->space)
		name = names->space(names->ctx, owner);
	return name ? json_string(name) : json_null();
}

static json_t *labels_json(const struct shinrai_flow *f,
			   const struct shinrai_flow_names *names)
{
	json_t *all = json_array();
	char uuid[SHINRAI_UUID_TEXT];
	const char *name;
	unsigned int i;

	for (i = 0; i < f->nlabels; i++) {
		name = names && names->label ?
			       names->label(names->ctx, &f->label[i]) :
			       NULL;
		shinrai_uuid_format(f->label[i].uuid, uuid);
		json_array_append_new(
			all,
			json_pack("{s:o, s:o, s:s, s:s?}", "owner",
				  hex_json(f->label[i].owner, 32), "namespace",
				  space_json(f->label[i].owner, names), "uuid",
				  uuid, "name", name));
	}
	return all;
}

static json_t *who_json(const struct shinrai_flow *f)
{
	json_t *j;

	j = json_pack("{s:o, s:o}", "exe", text_json(f->exe), "sha256",
		      hex_json(f->program, SHINRAI_DIGEST_SIZE));
	json_object_set_new(j, "uid",
			    f->have_uid ? json_integer(f->uid) : json_null());
	json_object_set_new(j, "login_uid",
			    f->have_uid && f->login != U32_MAX ?
				    json_integer(f->login) :
				    json_null());
	json_object_set_new(j, "cgroup",
			    f->have_cgroup ?
				    json_integer((json_int_t)f->cgroup) :
				    json_null());
	return j;
}

static json_t *policy_json(const struct shinrai_flow *f,
			   const struct shinrai_flow_names *names)
{
	if (!f->owner)
		return json_null();
	return json_pack("{s:o, s:o, s:I, s:I}", "owner",
			 hex_json(f->owner, SHINRAI_DIGEST_SIZE), "namespace",
			 space_json(f->owner, names), "generation",
			 (json_int_t)f->generation, "line",
			 (json_int_t)f->rule);
}

static void add_flow(json_t *j, const struct shinrai_flow *f,
		     const struct shinrai_flow_names *names)
{
	char when[SHINRAI_TIME_NS];

	shinrai_time_ns_format(f->wall_ns, when);
	json_object_set_new(j, "time", json_string(when));
	json_object_set_new(j, "action",
			    json_string(shinrai_action_name(f->action)));
	json_object_set_new(j, "sink",
			    f->have_sink ?
				    shinrai_sink_json(&f->sink) :
				    json_pack("{s:s}", "kind",
					      shinrai_sink_name(f->sink_kind)));
	json_object_set_new(j, "policy", policy_json(f, names));
	json_object_set_new(j, "count", json_integer((json_int_t)f->count));
	json_object_set_new(j, "bytes", json_integer((json_int_t)f->bytes));
}

/**
 * shinrai_violation_json() - a violation for programs, PROTOCOL.md 9.2
 * @v: from shinrai_violation_parse()
 * @names: NULL when none is known
 *
 * Return: a new object; printable when the names are.
 */
json_t *shinrai_violation_json(const struct shinrai_violation *v,
			       const struct shinrai_flow_names *names)
{
	char text[SHINRAI_FLOW_WORDS];
	json_t *j;

	shinrai_flow_words(&v->flow, names, text);
	j = json_pack("{s:I, s:i, s:I, s:s, s:s, s:o, s:o, s:o}", "record",
		      (json_int_t)v->record, "event", v->event, "time_ns",
		      (json_int_t)v->time_ns, "outcome",
		      v->flow.refused ? "refused" : "left", "text", text, "who",
		      who_json(&v->flow), "labels",
		      labels_json(&v->flow, names), "path",
		      text_json(v->flow.path));
	add_flow(j, &v->flow, names);
	return j;
}
