// SPDX-License-Identifier: MIT
/* What the log says of a device: that it changed, that data was to leave it. */
#include "entry.h"

/**
 * entry_make() - an entry for the log
 * @r: the device as it stands now
 * @policy: name of what it is held against; "" nothing
 * @at: when that was found, ms since 1970
 * @changed: it stands otherwise than before
 * @judged: its verdict says why; otherwise there was none this time
 * @violations: accesses that owners deny, which that verdict is the first to prove
 *
 * Return: JSON with sorted members and without spaces, for free(); NULL when
 * memory lacks.
 */
char *entry_make(const struct device_record *r, const char *policy, s64 at,
		 bool changed, bool judged, u64 violations)
{
	json_t *verdict = NULL, *j;
	char *text;

	if (judged) {
		verdict = device_verdict(r);
		if (!verdict)
			return NULL;
	}
	j = json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:I}",
		      "type", changed ? "change" : "violations", "time_ms",
		      (json_int_t)at, "device", r->name, "group", r->group,
		      "policy", policy, "state",
		      device_state_name(r->standing.state), "code",
		      r->standing.code, "reason", r->standing.reason, "verdict",
		      verdict ? verdict : json_null(), "violations",
		      (json_int_t)violations);
	text = j ? json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	json_decref(j);
	return text;
}
