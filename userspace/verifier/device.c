// SPDX-License-Identifier: MIT
/* Devices: names, states, times. */
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/verdict.h>

#include "device.h"

static const char *const names[DEVICE_STATES] = {
	[DEVICE_NEW] = "new",
	[DEVICE_TRUSTED] = "trusted",
	[DEVICE_UNTRUSTED] = "untrusted",
	[DEVICE_UNKNOWN] = "unknown",
	[DEVICE_UNREACHABLE] = "unreachable",
};

/**
 * device_state_name() - for people and programs
 * @state: the state
 *
 * Return: one word.
 */
const char *device_state_name(enum device_state state)
{
	return names[state];
}

/**
 * device_state_by_name() - the other way round
 * @name: one word
 * @state: out
 *
 * Return: 0; -ENOENT.
 */
int device_state_by_name(const char *name, enum device_state *state)
{
	unsigned int i;

	for (i = 0; i < DEVICE_STATES; i++) {
		if (!strcmp(name, names[i])) {
			*state = i;
			return 0;
		}
	}
	return -ENOENT;
}

/**
 * device_state_of() - the state that a verdict makes
 * @verdict: the verdict
 *
 * Return: the state.
 */
enum device_state device_state_of(enum shinrai_verdict verdict)
{
	switch (verdict) {
	case SHINRAI_TRUSTED:
		return DEVICE_TRUSTED;
	case SHINRAI_UNTRUSTED:
		return DEVICE_UNTRUSTED;
	case SHINRAI_UNKNOWN:
		break;
	}
	return DEVICE_UNKNOWN;
}

/**
 * device_name_fault() - what is wrong with a name
 * @name: of a device
 *
 * Names are in URLs and on command lines.
 *
 * Return: as in "is not ..."; NULL when it is one.
 */
const char *device_name_fault(const char *name)
{
	size_t len = strlen(name);

	if (len && len <= DEVICE_NAME_MAX && *name != '.' && *name != '-' &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len)
		return NULL;
	return "is not 1 to 63 of a-z 0-9 . _ - that begin with a letter or "
	       "digit";
}

/**
 * device_name_is() - is a name one of those that a certificate has?
 * @pattern: RFC 6125 6.4: a name, or "*." and what follows its first label
 * @name: the name
 *
 * Return: whether it is.
 */
bool device_name_is(const char *pattern, const char *name)
{
	const char *rest = strchr(name, '.');

	if (!strncmp(pattern, "*.", 2))
		return rest && rest > name && !strcasecmp(pattern + 1, rest);
	return !strcasecmp(pattern, name);
}

/**
 * device_stand() - how it stands now
 * @st: changed
 * @state: what it is
 * @code: of the worst reason, or ""
 * @reason: in words, or ""
 * @now: ms since 1970
 *
 * Return: whether state or code are others than before.
 */
bool device_stand(struct device_standing *st, enum device_state state,
		  const char *code, const char *reason, s64 now)
{
	bool other = st->state != state ||
		     strncmp(st->code, code, sizeof(st->code) - 1);

	if (st->state != state)
		st->since = now;
	st->state = state;
	snprintf(st->code, sizeof(st->code), "%s", code);
	snprintf(st->reason, sizeof(st->reason), "%s", reason);
	return other;
}

/**
 * device_stands_by() - does a device stand as a verdict says?
 * @st: its standing
 * @verdict: its last one, as device_verdict() has it
 *
 * It does not where it could not be judged again: without a policy, say.
 *
 * Return: whether it does.
 */
bool device_stands_by(const struct device_standing *st, const json_t *verdict)
{
	const json_t *reasons = json_object_get(verdict, "reasons");
	const char *code = json_string_value(
		json_object_get(json_array_get(reasons, 0), "code"));
	const char *said =
		json_string_value(json_object_get(verdict, "verdict"));
	enum device_state state;

	return said && !device_state_by_name(said, &state) &&
	       st->state == state && !strcmp(st->code, code ?: "");
}

/**
 * device_record_free() - release its texts
 * @r: may be partly filled
 */
void device_record_free(struct device_record *r)
{
	free(r->name);
	free(r->url);
	free(r->tls_name);
	free(r->policy);
	free(r->group);
	free(r->verdict);
	free(r->memory);
	memset(r, 0, sizeof(*r));
}

/* A simulator proves nothing, nor does a key that did not sign. */
static void take_root(const struct device_record *r,
		      struct shinrai_appraisal *v)
{
	if (v->ak_name_len != r->ak_name_len ||
	    memcmp(v->ak_name, r->ak_name, r->ak_name_len))
		return;
	v->assurance = r->tpm.assurance;
	v->proven[SHINRAI_STEP_ROOT] = v->proven[SHINRAI_STEP_QUOTE] &&
				       v->assurance >
					       SHINRAI_ASSURANCE_SOFTWARE;
}

/**
 * device_verdict() - the last verdict for programs, PROTOCOL.md 7
 * @r: of the device
 *
 * Return: a new object; null when there is none that this version can read, until
 * the next one; NULL when memory lacks.
 */
json_t *device_verdict(const struct device_record *r)
{
	struct shinrai_appraisal *v;
	json_t *j = NULL;
	int ret;

	if (!r->verdict)
		return json_null();
	v = malloc(sizeof(*v));
	if (!v)
		return NULL;
	ret = shinrai_verdict_unpack(r->verdict, r->verdict_len, v);
	if (!ret)
		take_root(r, v);
	if (!ret)
		j = shinrai_verdict_json(v);
	else if (ret != -ENOMEM)
		j = json_null();
	shinrai_appraisal_free(v);
	free(v);
	return j;
}

/**
 * device_time() - a time for programs
 * @ms: since 1970
 *
 * Return: RFC 3339; null for never.
 */
json_t *device_time(s64 ms)
{
	char text[24];

	if (!ms)
		return json_null();
	shinrai_time_format(ms / 1000, text);
	return json_string(text);
}
