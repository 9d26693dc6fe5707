// SPDX-License-Identifier: MIT
/* The verifier's memory of one machine: JSON in a file, replaced whole. */
#include <jansson.h>
#include <stdlib.h>

#include <shinrai/appraise.h>
#include <shinrai/hex.h>
#include <shinrai/state.h>
#include <shinrai/util.h>

#include "fileio.h"
#include "state_json.h"

#define FORMAT "shinrai-state-v5"
#define FORMAT_V1 "shinrai-state-v1" /* without policy */
#define FORMAT_V2 "shinrai-state-v2" /* without data */
#define FORMAT_V3 "shinrai-state-v3" /* without the IMA list */
#define FORMAT_V4 "shinrai-state-v4" /* without the boot */
#define FORMAT_ANY "shinrai-state-v"
#define MAX_STATE (256u << 10)

/**
 * shinrai_state_hex() - bytes as JSON
 * @data: at most 128 bytes
 * @len: their number
 *
 * Return: a new text.
 */
json_t *shinrai_state_hex(const void *data, size_t len)
{
	char text[2 * 128 + 1];

	return json_string(shinrai_hex_encode(data, len, text));
}

static json_t *banks_json(const struct shinrai_state *s)
{
	json_t *all = json_array();
	unsigned int i;

	for (i = 0; i < s->nbanks; i++)
		json_array_append_new(all, json_pack("{s:i, s:i, s:b}", "alg",
						     s->banks[i].alg, "size",
						     s->banks[i].size, "capped",
						     s->banks[i].capped));
	return all;
}

static json_t *pcrs_json(const struct shinrai_pcrs *p)
{
	json_t *all = json_array();
	unsigned int i;

	for (i = 0; i < p->count; i++)
		json_array_append_new(
			all, json_pack("{s:i, s:i, s:o}", "alg", p->v[i].alg,
				       "pcr", p->v[i].pcr, "value",
				       shinrai_state_hex(p->v[i].value,
							 p->v[i].size)));
	return all;
}

static json_t *sticky_json(const struct shinrai_state *s)
{
	json_t *all = json_array();
	unsigned int i;

	for (i = 0; i < s->nsticky; i++)
		json_array_append_new(
			all,
			json_pack("{s:s, s:I, s:s}", "code",
				  shinrai_reason_info(s->sticky[i].code)->code,
				  "record", (json_int_t)s->sticky[i].record,
				  "text", s->sticky[i].text));
	return all;
}

static json_t *ima_json(const struct shinrai_ima_state *m)
{
	return json_pack("{s:I, s:I, s:I, s:i, s:b, s:o}", "entries",
			 (json_int_t)m->entries, "offset",
			 (json_int_t)m->offset, "violations",
			 (json_int_t)m->violations, "bank", m->bank,
			 "big_endian", m->big_endian, "pcr",
			 shinrai_state_hex(m->pcr, m->size));
}

/**
 * shinrai_state_format() - state as JSON
 * @s: the state
 * @text: out, for free()
 *
 * Return: 0; -ENOMEM.
 */
int shinrai_state_format(const struct shinrai_state *s, char **text)
{
	json_t *j;

	j = json_pack("{s:s, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I}", "format",
		      FORMAT, "ak_name",
		      shinrai_state_hex(s->ak_name, s->ak_name_len), "boot_id",
		      shinrai_state_hex(s->boot_id, sizeof(s->boot_id)),
		      "policy", shinrai_state_hex(s->policy, sizeof(s->policy)),
		      "clock", (json_int_t)s->clock.clock, "resets",
		      (json_int_t)s->clock.reset_count, "restarts",
		      (json_int_t)s->clock.restart_count, "firmware",
		      (json_int_t)s->firmware, "records",
		      (json_int_t)s->records);
	if (!j ||
	    json_object_update_new(
		    j,
		    json_pack(
			    "{s:i, s:i, s:b, s:b, s:o, s:o, s:I, s:I, s:I, "
			    "s:I, s:o, s:o, s:o, s:o, s:o, s:o}",
			    "code_pcr", s->code_pcr, "flow_pcr", s->flow_pcr,
			    "start_nonzero", s->start_nonzero, "armed",
			    s->armed, "module_id",
			    shinrai_state_hex(s->module_id, s->module_id_len),
			    "programs",
			    shinrai_state_hex(s->programs, sizeof(s->programs)),
			    "modules", (json_int_t)s->modules, "running_want",
			    (json_int_t)s->running_want, "running_seen",
			    (json_int_t)s->running_seen, "code",
			    (json_int_t)s->code, "banks", banks_json(s), "pcrs",
			    pcrs_json(&s->pcrs), "findings", sticky_json(s),
			    "data", shinrai_state_data_json(&s->data), "ima",
			    ima_json(&s->ima), "boot",
			    shinrai_state_boot_json(&s->boot)))) {
		json_decref(j);
		return -ENOMEM;
	}
	*text = json_dumps(j, JSON_INDENT(1));
	json_decref(j);
	return *text ? 0 : -ENOMEM;
}

/**
 * shinrai_state_number() - a number that is kept as a JSON integer
 * @j: an object
 * @key: of the number
 * @max: the largest
 * @out: out
 *
 * The top bit of a u64 makes it fall below zero, which reads back alike.
 *
 * Return: whether it is there.
 */
bool shinrai_state_number(const json_t *j, const char *key, u64 max, u64 *out)
{
	const json_t *v = json_object_get(j, key);

	if (!json_is_integer(v))
		return false;
	*out = (u64)json_integer_value(v);
	return *out <= max;
}

/**
 * shinrai_state_bytes() - bytes that are kept in hex
 * @j: an object
 * @key: of the text
 * @out: out, @cap bytes at most
 * @cap: its room
 * @len: out, their number
 *
 * Return: whether they are there.
 */
bool shinrai_state_bytes(const json_t *j, const char *key, u8 *out, size_t cap,
			 size_t *len)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s && !shinrai_hex_parse(s, out, cap, len);
}

static bool read_banks(const json_t *list, struct shinrai_state *s)
{
	u64 alg, size;
	size_t i;
	json_t *j;

	if (!json_is_array(list) || json_array_size(list) > SHINRAI_MAX_BANKS)
		return false;
	json_array_foreach(list, i, j) {
		if (!shinrai_state_number(j, "alg", 0xffff, &alg) ||
		    !shinrai_state_number(j, "size", SHINRAI_MAX_BANK_SIZE,
					  &size) ||
		    !json_is_boolean(json_object_get(j, "capped")))
			return false;
		s->banks[i].alg = (u16)alg;
		s->banks[i].size = (u8)size;
		s->banks[i].capped = json_is_true(json_object_get(j, "capped"));
		s->nbanks++;
	}
	return true;
}

static bool read_pcrs(const json_t *list, struct shinrai_state *s)
{
	u8 value[SHINRAI_MAX_BANK_SIZE];
	u64 alg, pcr;
	size_t i, len;
	json_t *j;

	if (!json_is_array(list))
		return false;
	json_array_foreach(list, i, j) {
		if (!shinrai_state_number(j, "alg", 0xffff, &alg) ||
		    !shinrai_state_number(j, "pcr", SHINRAI_PCR_COUNT - 1,
					  &pcr) ||
		    !shinrai_state_bytes(j, "value", value, sizeof(value),
					 &len) ||
		    shinrai_pcrs_set(&s->pcrs, (u16)alg, (u8)pcr, value, len))
			return false;
	}
	return true;
}

static bool read_sticky(const json_t *list, struct shinrai_state *s)
{
	const char *code, *text;
	struct shinrai_sticky *t;
	size_t i;
	json_t *j;
	int why;

	if (!json_is_array(list) ||
	    json_array_size(list) > SHINRAI_STATE_REASONS)
		return false;
	json_array_foreach(list, i, j) {
		t = &s->sticky[s->nsticky++];
		code = json_string_value(json_object_get(j, "code"));
		text = json_string_value(json_object_get(j, "text"));
		why = code ? shinrai_reason_by_code(code) : -EINVAL;
		if (why < 0 || !text || strlen(text) >= sizeof(t->text) ||
		    !shinrai_state_number(j, "record", UINT64_MAX, &t->record))
			return false;
		t->code = (u32)why;
		strcpy(t->text, text);
	}
	return true;
}

static bool read_numbers(const json_t *j, struct shinrai_state *s)
{
	u64 resets, restarts, code, flow;

	if (!shinrai_state_number(j, "clock", UINT64_MAX, &s->clock.clock) ||
	    !shinrai_state_number(j, "resets", U32_MAX, &resets) ||
	    !shinrai_state_number(j, "restarts", U32_MAX, &restarts) ||
	    !shinrai_state_number(j, "firmware", UINT64_MAX, &s->firmware) ||
	    !shinrai_state_number(j, "records", UINT64_MAX, &s->records) ||
	    !shinrai_state_number(j, "code_pcr", SHINRAI_PCR_COUNT - 1,
				  &code) ||
	    !shinrai_state_number(j, "flow_pcr", SHINRAI_PCR_COUNT - 1,
				  &flow) ||
	    !shinrai_state_number(j, "modules", UINT64_MAX, &s->modules) ||
	    !shinrai_state_number(j, "running_want", UINT64_MAX,
				  &s->running_want) ||
	    !shinrai_state_number(j, "running_seen", UINT64_MAX,
				  &s->running_seen) ||
	    !shinrai_state_number(j, "code", UINT64_MAX, &s->code) ||
	    !json_is_boolean(json_object_get(j, "armed")) ||
	    !json_is_boolean(json_object_get(j, "start_nonzero")))
		return false;
	s->clock.reset_count = (u32)resets;
	s->clock.restart_count = (u32)restarts;
	s->code_pcr = (u8)code;
	s->flow_pcr = (u8)flow;
	s->armed = json_is_true(json_object_get(j, "armed"));
	s->start_nonzero = json_is_true(json_object_get(j, "start_nonzero"));
	return true;
}

/* Version 1 lacks these: what it judged counts by no policy that there is. */
static bool read_policy(const json_t *j, struct shinrai_state *s)
{
	size_t n, k;

	return shinrai_state_bytes(j, "policy", s->policy, sizeof(s->policy),
				   &n) &&
	       n == sizeof(s->policy) &&
	       shinrai_state_bytes(j, "module_id", s->module_id,
				   sizeof(s->module_id), &s->module_id_len) &&
	       shinrai_state_bytes(j, "programs", s->programs,
				   sizeof(s->programs), &k) &&
	       k == sizeof(s->programs);
}

static bool read_ima(const json_t *j, struct shinrai_ima_state *m)
{
	const json_t *order = json_object_get(j, "big_endian");
	size_t n;
	u64 bank;

	if (!shinrai_state_number(j, "entries", UINT64_MAX, &m->entries) ||
	    !shinrai_state_number(j, "offset", UINT64_MAX, &m->offset) ||
	    !shinrai_state_number(j, "violations", UINT64_MAX,
				  &m->violations) ||
	    !shinrai_state_number(j, "bank", 0xffff, &bank) ||
	    !json_is_boolean(order) ||
	    !shinrai_state_bytes(j, "pcr", m->pcr, sizeof(m->pcr), &n))
		return false;
	m->bank = (u16)bank;
	m->big_endian = json_is_true(order);
	m->size = (u8)n;
	return true;
}

static int read_version(const json_t *j, struct shinrai_state *s)
{
	const char *format = json_string_value(json_object_get(j, "format"));

	if (!format || strncmp(format, FORMAT_ANY, strlen(FORMAT_ANY)))
		return -EBADMSG;
	if (!strcmp(format, FORMAT_V1))
		return 0;
	if (!strcmp(format, FORMAT_V2)) {
		if (!read_policy(j, s))
			return -EBADMSG;
		/* It judged no data handling: so it is judged again. */
		memset(s->policy, 0, sizeof(s->policy));
		return 0;
	}
	if (strcmp(format, FORMAT) && strcmp(format, FORMAT_V4) &&
	    strcmp(format, FORMAT_V3))
		return -EPROTONOSUPPORT;
	if (!read_policy(j, s) ||
	    !shinrai_state_data_parse(json_object_get(j, "data"), &s->data))
		return -EBADMSG;
	if (!strcmp(format, FORMAT_V3))
		return 0;
	if (!read_ima(json_object_get(j, "ima"), &s->ima))
		return -EBADMSG;
	if (!strcmp(format, FORMAT_V4))
		return 0;
	return shinrai_state_boot_parse(json_object_get(j, "boot"), &s->boot) ?
		       0 :
		       -EBADMSG;
}

static bool read_rest(const json_t *j, struct shinrai_state *s)
{
	size_t n;

	return shinrai_state_bytes(j, "ak_name", s->ak_name, sizeof(s->ak_name),
				   &s->ak_name_len) &&
	       shinrai_state_bytes(j, "boot_id", s->boot_id, sizeof(s->boot_id),
				   &n) &&
	       n == sizeof(s->boot_id) && read_numbers(j, s) &&
	       read_banks(json_object_get(j, "banks"), s) &&
	       read_pcrs(json_object_get(j, "pcrs"), s) &&
	       read_sticky(json_object_get(j, "findings"), s);
}

/**
 * shinrai_state_parse() - state from JSON
 * @json: @len bytes
 * @len: their number
 * @s: out, undefined on error
 *
 * Return: 0; -EPROTONOSUPPORT for a version not known here; -EBADMSG.
 */
int shinrai_state_parse(const void *json, size_t len, struct shinrai_state *s)
{
	json_t *j = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	int ret;

	memset(s, 0, sizeof(*s));
	ret = read_version(j, s);
	if (!ret && !read_rest(j, s))
		ret = -EBADMSG;
	json_decref(j);
	return ret;
}

/**
 * shinrai_state_load() - read a state file
 * @path: the file
 * @s: out, undefined on error
 *
 * Return: 0; -ENOENT; what shinrai_state_parse() or reading gave.
 */
int shinrai_state_load(const char *path, struct shinrai_state *s)
{
	size_t len;
	u8 *text;
	int ret;

	ret = shinrai_file_read(path, MAX_STATE, &text, &len);
	if (ret)
		return ret;
	ret = shinrai_state_parse(text, len, s);
	free(text);
	return ret;
}

/**
 * shinrai_state_save() - replace a state file, or leave the old one
 * @path: the file; mode 0600
 * @s: the state
 *
 * Return: 0; -ENOMEM; what the system calls gave.
 */
int shinrai_state_save(const char *path, const struct shinrai_state *s)
{
	struct iovec iov[2];
	char *text;
	int ret;

	ret = shinrai_state_format(s, &text);
	if (ret)
		return ret;
	iov[0] = (struct iovec){ text, strlen(text) };
	iov[1] = (struct iovec){ (void *)(uintptr_t) "\n", 1 };
	ret = shinrai_file_replace(path, 0600, iov, 2);
	free(text);
	return ret;
}
