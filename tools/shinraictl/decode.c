// SPDX-License-Identifier: MIT
/* Fields, events and records as JSON.  What does not fit is shown as hex. */
#include <string.h>

#include <shinrai/bank.h>
#include <shinrai/flow.h>

#include "ctl.h"
#include "decode.h"
#include "names.h"

static json_t *hex_json(const void *data, size_t len)
{
	CTL_FREE char *hex = ctl_alloc(2 * len + 1);

	shinrai_hex_encode(data, len, hex);
	return json_string(hex);
}

static json_t *text_json(const void *data, size_t len)
{
	CTL_FREE char *text = ctl_escape(data, len, false);

	return json_string(text);
}

/* JSON readers take integers up to 2^63 - 1; the rest are texts. */
static json_t *uint_json(u64 value)
{
	char text[24];

	if (value <= INT64_MAX)
		return json_integer((json_int_t)value);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return json_string(text);
}

static json_t *named(const char *prefix, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%s%#llx", prefix,
		 (unsigned long long)value);
	return json_string(text);
}

static json_t *alg_json(uint16_t alg)
{
	const char *name = shinrai_bank_name(alg);

	return name ? json_string(name) : named("alg-", alg);
}

static json_t *enum_json(const struct name *list, uint32_t value)
{
	const char *name = name_find(list, value);

	return name ? json_string(name) : named("unknown-", value);
}

static json_t *bits_json(const struct name *list, uint32_t value)
{
	json_t *a = json_array();

	for (; list->name; list++) {
		if (value & list->value)
			json_array_append_new(a, json_string(list->name));
		value &= ~list->value;
	}
	if (value)
		json_array_append_new(a, named("unknown-", value));
	return a;
}

static json_t *errno_json(uint32_t value)
{
	const char *name = value <= INT_MAX ? strerrorname_np((int)value) :
					      NULL;

	return name ? json_string(name) : named("errno-", value);
}

static json_t *verity_json(struct shinrai_rd *r)
{
	json_t *alg = alg_json(shinrai_rd_be16(r));
	size_t n = shinrai_rd_left(r);

	return json_pack("{s:o, s:o}", "alg", alg, "digest",
			 hex_json(shinrai_rd_bytes(r, n), n));
}

static json_t *banks_json(struct shinrai_rd *r)
{
	json_t *a = json_array(), *alg;
	unsigned int size;

	while (shinrai_rd_left(r)) {
		alg = alg_json(shinrai_rd_be16(r));
		size = shinrai_rd_u8(r);
		json_array_append_new(a, json_pack("{s:o, s:i, s:b}", "alg",
						   alg, "size", size, "capped",
						   shinrai_rd_u8(r)));
	}
	return a;
}

static json_t *pcr_values_json(struct shinrai_rd *r)
{
	unsigned int count = shinrai_rd_be16(r), pcr;
	json_t *a = json_array(), *alg;
	size_t len;

	while (count-- && !shinrai_rd_err(r)) {
		alg = alg_json(shinrai_rd_be16(r));
		pcr = shinrai_rd_u8(r);
		len = shinrai_rd_u8(r);
		if (len > shinrai_rd_left(r))
			shinrai_rd_fail(r, -EBADMSG);
		json_array_append_new(
			a, json_pack("{s:o, s:i, s:o}", "alg", alg, "pcr", pcr,
				     "value",
				     hex_json(shinrai_rd_bytes(r, len),
					      shinrai_rd_err(r) ? 0 : len)));
	}
	return a;
}

static json_t *digests_json(struct shinrai_rd *r)
{
	json_t *a = json_array();
	const u8 *p;

	while (shinrai_rd_left(r)) {
		p = shinrai_rd_bytes(r, SHINRAI_DIGEST_SIZE);
		if (p)
			json_array_append_new(a,
					      hex_json(p, SHINRAI_DIGEST_SIZE));
	}
	return a;
}

static json_t *programs_json(struct shinrai_rd *r)
{
	json_t *a = json_array();
	const u8 *name, *digest;
	size_t len;

	while (shinrai_rd_left(r)) {
		len = shinrai_rd_u8(r);
		name = shinrai_rd_bytes(r, len);
		digest = shinrai_rd_bytes(r, SHINRAI_DIGEST_SIZE);
		if (!name || !digest)
			break;
		json_array_append_new(
			a, json_pack("{s:o, s:o}", "name", text_json(name, len),
				     "sha256",
				     hex_json(digest, SHINRAI_DIGEST_SIZE)));
	}
	return a;
}

static json_t *window_json(struct shinrai_rd *r)
{
	json_int_t ms = shinrai_rd_be32(r);

	return json_pack("{s:I, s:I}", "ms", ms, "events",
			 (json_int_t)shinrai_rd_be32(r));
}

static json_t *pcrs_json(struct shinrai_rd *r)
{
	int code = shinrai_rd_u8(r);

	return json_pack("{s:i, s:i}", "code", code, "flow", shinrai_rd_u8(r));
}

/* The login uid of nobody is 2^32 - 1: nobody logged in. */
static json_t *uid_json(struct shinrai_rd *r)
{
	json_int_t uid = shinrai_rd_be32(r), login = shinrai_rd_be32(r);

	return json_pack("{s:I, s:o}", "uid", uid, "login",
			 login == UINT32_MAX ? json_null() :
					       json_integer(login));
}

static json_t *bool_json(struct shinrai_rd *r)
{
	u8 v = shinrai_rd_u8(r);

	if (v > 1)
		shinrai_rd_fail(r, -EBADMSG);
	return json_boolean(v);
}

static json_t *time_json(struct shinrai_rd *r)
{
	char text[SHINRAI_TIME_NS];

	shinrai_time_ns_format(shinrai_rd_be64(r), text);
	return json_string(text);
}

static json_t *labels_json(struct shinrai_rd *r)
{
	json_t *a = json_array();
	char uuid[SHINRAI_UUID_TEXT];
	const u8 *owner, *label;

	while (shinrai_rd_left(r)) {
		owner = shinrai_rd_bytes(r, SHINRAI_DIGEST_SIZE);
		label = shinrai_rd_bytes(r, SHINRAI_UUID_SIZE);
		if (!owner || !label)
			break;
		shinrai_uuid_format(label, uuid);
		json_array_append_new(
			a, json_pack("{s:o, s:s}", "owner",
				     hex_json(owner, SHINRAI_DIGEST_SIZE),
				     "uuid", uuid));
	}
	return a;
}

static json_t *sink_json(struct shinrai_rd *r)
{
	struct shinrai_sink_view sink;
	size_t n = shinrai_rd_left(r);

	if (!shinrai_sink_parse(shinrai_rd_bytes(r, n), n, &sink))
		return shinrai_sink_json(&sink);
	shinrai_rd_fail(r, -EBADMSG);
	return NULL;
}

static json_t *value_json(const struct field_name *name, struct shinrai_rd *r)
{
	size_t n = shinrai_rd_left(r);

	switch (name->format) {
	case NAME_UINT:
		return uint_json(shinrai_rd_be(r, (unsigned int)n));
	case NAME_TEXT:
		return text_json(shinrai_rd_bytes(r, n), n);
	case NAME_ENUM:
		return enum_json(name->list,
				 (u32)shinrai_rd_be(r, (unsigned int)n));
	case NAME_BITS:
		return bits_json(name->list, shinrai_rd_be32(r));
	case NAME_ERRNO:
		return errno_json(shinrai_rd_be32(r));
	case NAME_VERITY:
		return verity_json(r);
	case NAME_BANKS:
		return banks_json(r);
	case NAME_PCRS:
		return pcrs_json(r);
	case NAME_PCR_VALUES:
		return pcr_values_json(r);
	case NAME_DIGESTS:
		return digests_json(r);
	case NAME_PROGRAMS:
		return programs_json(r);
	case NAME_WINDOW:
		return window_json(r);
	case NAME_UID:
		return uid_json(r);
	case NAME_BOOL:
		return bool_json(r);
	case NAME_TIME:
		return time_json(r);
	case NAME_LABELS:
		return labels_json(r);
	case NAME_SINK:
		return sink_json(r);
	case NAME_BYTES:
		break;
	}
	return hex_json(shinrai_rd_bytes(r, n), n);
}

static json_t *field_json(const struct field_name *name,
			  const struct shinrai_field *f)
{
	struct shinrai_rd r;
	json_t *v;

	if (f->withheld)
		return json_pack("{s:o}", "withheld",
				 hex_json(f->data, f->len));
	if (!name)
		return json_pack("{s:o}", "unknown", hex_json(f->data, f->len));
	if (!name->size || f->len == name->size) {
		shinrai_rd_init(&r, f->data, f->len);
		v = value_json(name, &r);
		if (!shinrai_rd_end(&r))
			return v;
		json_decref(v);
	}
	return json_pack("{s:o}", "malformed", hex_json(f->data, f->len));
}

/* Return: {"event": name, field: value, ...}; a new reference. */
json_t *decode_event(const struct shinrai_event *ev)
{
	const char *type = name_find(names_event, ev->type);
	const struct field_name *name;
	json_t *o = json_object();
	char text[16];
	unsigned int i;

	json_object_set_new(o, "event",
			    type ? json_string(type) :
				   named("unknown-", ev->type));
	for (i = 0; i < ev->nfields; i++) {
		name = field_find(ev->field[i].id);
		snprintf(text, sizeof(text), "field-%#x", ev->field[i].id);
		json_object_set_new(o, name ? name->name : text,
				    field_json(name, &ev->field[i]));
	}
	return o;
}

static void add_events(json_t *o, struct shinrai_rd *events)
{
	struct shinrai_event ev;
	json_t *a = json_array();

	while (shinrai_event_next(events, &ev) > 0)
		json_array_append_new(a, decode_event(&ev));
	json_object_set_new(o, "events", a);
}

static void add_header(json_t *o, const struct shinrai_header *h)
{
	const char *type = name_find(names_record, h->type);

	json_object_set_new(o, "type",
			    type ? json_string(type) :
				   named("unknown-", h->type));
	json_object_set_new(o, "boot_id",
			    hex_json(h->boot_id, sizeof(h->boot_id)));
	json_object_set_new(o, "time_ns", uint_json(h->time_ns));
	json_object_set_new(o, "event_count", json_integer(h->event_count));
	json_object_set_new(o, "root", hex_json(h->root, sizeof(h->root)));
}

/*
 * @rec: any CEL record
 * @with_events: "events" too
 * @fault: out, what is wrong with it, NULL for nothing; also in "fault"
 *
 * Return: a new reference.
 */
json_t *decode_record(const struct shinrai_record *rec, bool with_events,
		      const char **fault)
{
	json_t *o = json_object(), *d = json_object(), *alg;
	struct shinrai_header h;
	struct shinrai_rd events;
	const u8 *header;
	unsigned int i;

	json_object_set_new(o, "record", uint_json(rec->recnum));
	json_object_set_new(o, rec->nv ? "nv" : "pcr",
			    json_integer(rec->index));
	*fault = name_find(names_fault, shinrai_record_check(rec, &h));
	if (!*fault)
		*fault = decode_digest_fault(rec);
	if (!shinrai_content_parse(rec, &h, &header, &events)) {
		add_header(o, &h);
		if (with_events)
			add_events(o, &events);
	}
	for (i = 0; i < rec->ndigests; i++) {
		alg = alg_json(rec->digest[i].alg);
		json_object_set_new(d, json_string_value(alg),
				    hex_json(rec->digest[i].value,
					     rec->digest[i].size));
		json_decref(alg);
	}
	json_object_set_new(o, "digests", d);
	if (*fault)
		json_object_set_new(o, "fault", json_string(*fault));
	return o;
}
