// SPDX-License-Identifier: MIT
/* The verifier's memory of what one machine booted. */
#include <string.h>

#include "state_json.h"

static const char *const kinds[SHINRAI_BOOT_KINDS] = {
	[SHINRAI_BOOT_LOADER] = "loader",
	[SHINRAI_BOOT_INITRAMFS] = "initramfs",
	[SHINRAI_BOOT_CMDLINE] = "cmdline",
};

static json_t *event_json(const struct shinrai_boot_event *e)
{
	return json_pack("{s:s, s:I, s:o}", "kind", kinds[e->kind], "event",
			 (json_int_t)e->index, "sha256",
			 shinrai_state_hex(e->digest, sizeof(e->digest)));
}

/**
 * shinrai_state_boot_json() - what booted as JSON
 * @b: the state
 *
 * Return: a new object, or null; NULL for lack of memory.
 */
json_t *shinrai_state_boot_json(const struct shinrai_boot_state *b)
{
	json_t *events;
	unsigned int i;

	if (!b->base)
		return json_null();
	events = json_array();
	for (i = 0; i < b->nevents; i++)
		json_array_append_new(events, event_json(&b->event[i]));
	return json_pack("{s:I, s:o, s:o}", "base", (json_int_t)b->base, "pcrs",
			 shinrai_state_hex(b->pcrs, sizeof(b->pcrs)), "events",
			 events);
}

static bool read_digest(const json_t *j, const char *key, u8 out[32])
{
	size_t n;

	return shinrai_state_bytes(j, key, out, 32, &n) && n == 32;
}

static bool read_event(const json_t *j, struct shinrai_boot_event *e)
{
	const char *kind = json_string_value(json_object_get(j, "kind"));
	u64 index;

	for (e->kind = 0; e->kind < SHINRAI_BOOT_KINDS; e->kind++) {
		if (kind && !strcmp(kind, kinds[e->kind]))
			break;
	}
	if (e->kind == SHINRAI_BOOT_KINDS ||
	    !shinrai_state_number(j, "event", U32_MAX, &index))
		return false;
	e->index = (u32)index;
	return read_digest(j, "sha256", e->digest);
}

/**
 * shinrai_state_boot_parse() - what booted from JSON
 * @j: as written
 * @b: out, zeroed before
 *
 * Return: false when it is not that.
 */
bool shinrai_state_boot_parse(const json_t *j, struct shinrai_boot_state *b)
{
	const json_t *events = json_object_get(j, "events");
	size_t i;

	if (json_is_null(j))
		return true;
	if (!shinrai_state_number(j, "base", UINT64_MAX, &b->base) ||
	    !b->base || !read_digest(j, "pcrs", b->pcrs) ||
	    !json_is_array(events) ||
	    json_array_size(events) > SHINRAI_BOOT_EVENTS)
		return false;
	b->nevents = (unsigned int)json_array_size(events);
	for (i = 0; i < b->nevents; i++) {
		if (!read_event(json_array_get(events, i), &b->event[i]))
			return false;
	}
	return true;
}
