// SPDX-License-Identifier: MIT
/* fleet watch: what becomes of a verifier's devices, as it happens. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <shinrai/sealed.h>
#include <shinrai/session.h>
#include <shinrai/util.h>

#include "fleet.h"

#define COUNT 100 /* entries at once */
#define INTERVAL_S 2
#define FROM 4 /* its place among the options */

/* Return: how much it tells of earlier boots, which no quote covers. */
static json_int_t past_of(const json_t *e)
{
	const json_t *all = json_object_get(e, "past"), *one, *why;
	u64 n = 0;
	size_t i, k;

	json_array_foreach(all, i, one) {
		n = shinrai_sum(n, (u64)json_integer_value(
					   json_object_get(one, "violations")));
		/* What left is among those already. */
		json_array_foreach(json_object_get(one, "reasons"), k, why)
			n = shinrai_sum(n, strcmp(fleet_text(why, "code"),
						  "data-left") != 0);
	}
	return (json_int_t)n;
}

/* Return: whether some of what they recorded did not come. */
static bool lacks_past(const json_t *e)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(e, "past"), i, one) {
		if (json_is_true(json_object_get(one, "gone")) ||
		    json_is_true(json_object_get(one, "more")))
			return true;
	}
	return false;
}

/* @e: NULL: it is from before fields were sealed, and not for us */
static void print_entry(const json_t *e, bool json)
{
	const json_int_t ms = json_integer_value(json_object_get(e, "time_ms"));
	char when[24], past[80] = "", *line;

	if (json) {
		line = json_dumps(e, JSON_COMPACT | JSON_SORT_KEYS);
		puts(line ?: "null");
		free(line);
		return;
	}
	if (!e) {
		puts("(an entry that is only for who may read all fields)");
		return;
	}
	shinrai_time_format(ms / 1000, when);
	if (json_object_get(e, "past"))
		snprintf(past, sizeof(past),
			 "before it booted, unproven: %lld%s; ",
			 (long long)past_of(e),
			 lacks_past(e) ? ", and not all came" : "");
	fleet_line("%-21s %-24s %-12s %s%s%s", when, fleet_text(e, "device"),
		   fleet_text(e, "state"), past,
		   strcmp(fleet_text(e, "type"), "violations") ? "" :
								 "violations; ",
		   fleet_text(e, "reason"));
}

/* Return: 0; exit status, told already. */
static int show(struct ctl *ctl, const json_t *answer, uint64_t *next)
{
	const json_t *all = json_object_get(answer, "entries"), *line;
	const json_t *given = json_object_get(answer, "disclosures");
	json_t *e;
	size_t i;
	int ret;

	json_array_foreach(all, i, line) {
		e = json_loads(json_is_string(line) ? json_string_value(line) :
						      "",
			       JSON_REJECT_DUPLICATES, NULL);
		ret = e ? shinrai_unseal(e, json_array_get(given, i)) : 0;
		if (!ret)
			print_entry(e, ctl->json);
		json_decref(e);
		if (ret)
			return ctl_error(ctl, "entry", NULL,
					 "what the verifier gives of an entry "
					 "is not what it was made with");
		++*next;
	}
	return ctl_flush_stdout(ctl);
}

/* Return: 0 with the number that the next entry gets; exit status. */
static int end_of_log(struct ctl *ctl, struct fleet *f, uint64_t *next)
{
	CTL_JSON head = NULL;
	int ret = fleet_ask(ctl, f, "GET", "/v1/log", NULL, &head);

	if (!ret)
		*next = (uint64_t)json_integer_value(
			json_object_get(head, "size"));
	return ret;
}

int cmd_fleet_watch(struct ctl *ctl, int argc, char **argv)
{
	CTL_FLEET f = { 0 };
	uint64_t next = 0, seconds = INTERVAL_S;
	bool once = false;
	struct ctl_opt opts[] = {
		FLEET_OPTIONS(f),
		{ "from", CTL_NUMBER, &next, "NUMBER",
		  "of the log's first entry to tell; else what is new", false },
		{ "interval", CTL_NUMBER, &seconds, "SECONDS",
		  "between two questions; 2", false },
		{ "once", CTL_FLAG, &once, NULL,
		  "end with the last entry that there is", false },
		{ 0 }
	};
	char path[96];
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	if (!seconds || seconds > 3600)
		return ctl_usage(ctl, "--interval: 1 to 3600 seconds");
	ret = opts[FROM].given ? 0 : end_of_log(ctl, &f, &next);
	while (!ret) {
		CTL_JSON answer = NULL;
		const uint64_t before = next;

		snprintf(path, sizeof(path),
			 "/v1/log/entries?start=%llu&count=%d",
			 (unsigned long long)next, COUNT);
		ret = fleet_ask(ctl, &f, "GET", path, NULL, &answer);
		if (!ret)
			ret = show(ctl, answer, &next);
		if (ret || next != before)
			continue;
		if (once)
			break;
		sleep((unsigned int)seconds);
	}
	return ret;
}
