// SPDX-License-Identifier: MIT
/* One event of data handling: whatever it says, it is told in printable words. */
#include <stdlib.h>

#include <shinrai/violation.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static void check_printable(const char *text, size_t room)
{
	size_t i;

	for (i = 0; text[i]; i++) {
		if (i == room || (u8)text[i] < 0x20 || (u8)text[i] > 0x7e)
			abort();
	}
}

static void check_violation(const struct shinrai_violation *v)
{
	char text[SHINRAI_FLOW_WORDS];
	char *json;
	json_t *j;

	shinrai_flow_words(&v->flow, NULL, text);
	check_printable(text, sizeof(text));
	j = shinrai_violation_json(v, NULL);
	json = json_dumps(j, JSON_COMPACT);
	if (!json)
		abort();
	check_printable(json, strlen(json));
	free(json);
	json_decref(j);
}

/* @data: one event TLV */
int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct shinrai_violation v = { 0 };
	struct shinrai_names names = { 0 };
	char text[SHINRAI_FLOW_WORDS];
	struct shinrai_flow_names get;
	struct shinrai_event ev;
	struct shinrai_flow f;
	struct shinrai_rd rd;
	u8 id;

	shinrai_rd_init(&rd, data, len);
	if (shinrai_event_next(&rd, &ev) != 1)
		return 0;
	shinrai_names_owner(&names, &ev);
	get = shinrai_names_get(&names);
	if (ev.type == SHINRAI_EVENT_FLOW &&
	    !shinrai_flow_parse(&ev, &f, &id)) {
		if (!f.count || !f.nlabels || !f.label)
			abort();
		shinrai_flow_words(&f, &get, text);
		check_printable(text, sizeof(text));
	}
	if (shinrai_violation_parse(&ev, &v) == 1)
		check_violation(&v);
	shinrai_names_free(&names);
	return 0;
}
