// SPDX-License-Identifier: MIT
/* What the log says of a device that stands otherwise than before. */
#include "entry.h"

/**
 * entry_of_change() - a change, for the log
 * @r: the device as it stands now
 * @at: since when, ms since 1970
 * @judged: its verdict says why; otherwise there was none this time
 *
 * Return: JSON with sorted members and without spaces, for free(); NULL when
 * memory lacks.
 */
char *entry_of_change(const struct device_record *r, s64 at, bool judged)
{
	json_t *verdict = NULL, *j;
	char *text;

	if (judged) {
		verdict = device_verdict(r);
		if (!verdict)
			return NULL;
	}
	j = json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:o}", "type",
		      "change", "time_ms", (json_int_t)at, "device", r->name,
		      "policy", r->policy, "state",
		      device_state_name(r->standing.state), "code",
		      r->standing.code, "reason", r->standing.reason, "verdict",
		      verdict ? verdict : json_null());
	text = j ? json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	json_decref(j);
	return text;
}
