// SPDX-License-Identifier: MIT
/* The verifier's memory of data handling on one machine. */
#include <stdio.h>

#include "state_json.h"

static const char *const outcomes[SHINRAI_FLOW_OUTCOMES] = {
	[SHINRAI_FLOW_ALLOWED] = "allowed",
	[SHINRAI_FLOW_AUDITED] = "audited",
	[SHINRAI_FLOW_REFUSED] = "refused",
	[SHINRAI_FLOW_LEFT] = "left",
};

static json_t *owner_json(const struct shinrai_owner_state *o)
{
	return json_pack("{s:o, s:s, s:b, s:I, s:b, s:I, s:I, s:o, s:I, s:I, "
			 "s:I, s:I, s:I}",
			 "owner", shinrai_state_hex(o->owner, 32), "name",
			 o->name, "revoked", o->revoked, "admitted",
			 (json_int_t)o->admitted, "in_force", o->in_force,
			 "generation", (json_int_t)o->generation, "rules",
			 (json_int_t)o->rules, "policy",
			 shinrai_state_hex(o->policy, 32), "first",
			 (json_int_t)o->first, "before", (json_int_t)o->before,
			 "since_ns", (json_int_t)o->since_ns, "before_ns",
			 (json_int_t)o->before_ns, "change_ns",
			 (json_int_t)o->change_ns);
}

/**
 * shinrai_state_data_json() - data handling as JSON
 * @d: the state
 *
 * Return: a new object; NULL for lack of memory.
 */
json_t *shinrai_state_data_json(const struct shinrai_data_state *d)
{
	json_t *owners = json_array(), *flows = json_object();
	unsigned int i;

	for (i = 0; i < d->nowners; i++)
		json_array_append_new(owners, owner_json(&d->owner[i]));
	for (i = 0; i < SHINRAI_FLOW_OUTCOMES; i++)
		json_object_set_new(flows, outcomes[i],
				    json_integer((json_int_t)d->flows[i]));
	return json_pack("{s:b, s:I, s:I, s:o, s:o}", "enforcing", d->enforcing,
			 "generation", (json_int_t)d->generation, "lost",
			 (json_int_t)d->lost, "flows", flows, "owners", owners);
}

static bool flag(const json_t *j, const char *key, bool *out)
{
	const json_t *v = json_object_get(j, key);

	*out = json_is_true(v);
	return json_is_boolean(v);
}

static bool digest(const json_t *j, const char *key, u8 out[32])
{
	size_t n;

	return shinrai_state_bytes(j, key, out, 32, &n) && n == 32;
}

static bool read_numbers(const json_t *j, struct shinrai_owner_state *o)
{
	const struct {
		const char *key;
		u64 *to;
	} numbers[] = {
		{ "admitted", &o->admitted },
		{ "generation", &o->generation },
		{ "rules", &o->rules },
		{ "first", &o->first },
		{ "before", &o->before },
		{ "since_ns", &o->since_ns },
		{ "before_ns", &o->before_ns },
		{ "change_ns", &o->change_ns },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (!shinrai_state_number(j, numbers[i].key, UINT64_MAX,
					  numbers[i].to))
			return false;
	}
	return true;
}

static bool read_owner(const json_t *j, struct shinrai_owner_state *o)
{
	const char *name = json_string_value(json_object_get(j, "name"));

	if (!name || strlen(name) >= sizeof(o->name))
		return false;
	strcpy(o->name, name);
	return digest(j, "owner", o->owner) && digest(j, "policy", o->policy) &&
	       flag(j, "revoked", &o->revoked) &&
	       flag(j, "in_force", &o->in_force) && read_numbers(j, o);
}

/**
 * shinrai_state_data_parse() - data handling from JSON
 * @j: from shinrai_state_data_json(), or anything else
 * @d: zeroed; out, undefined on error
 *
 * Return: whether it is one.
 */
bool shinrai_state_data_parse(const json_t *j, struct shinrai_data_state *d)
{
	const json_t *owners = json_object_get(j, "owners");
	const json_t *flows = json_object_get(j, "flows");
	unsigned int i;

	if (!json_is_array(owners) ||
	    json_array_size(owners) > SHINRAI_MAX_OWNERS ||
	    !flag(j, "enforcing", &d->enforcing) ||
	    !shinrai_state_number(j, "generation", UINT64_MAX,
				  &d->generation) ||
	    !shinrai_state_number(j, "lost", UINT64_MAX, &d->lost))
		return false;
	for (i = 0; i < SHINRAI_FLOW_OUTCOMES; i++) {
		if (!shinrai_state_number(flows, outcomes[i], UINT64_MAX,
					  &d->flows[i]))
			return false;
	}
	for (i = 0; i < json_array_size(owners); i++) {
		if (!read_owner(json_array_get(owners, i),
				&d->owner[d->nowners++]))
			return false;
	}
	return true;
}
