// SPDX-License-Identifier: MIT
/* Violations: names that the module knows, and details as lines. */
#include <string.h>
#include <sys/ioctl.h>

#include <shinrai/policy.h>

#include "ctl.h"
#include "violations.h"

/* Labels are called as the policy in force calls them; without one, by UUID. */
static void ask_policy(int fd, const struct shinrai_owner *o,
		       struct shinrai_names *names)
{
	CTL_FREE u8 *blob = ctl_alloc(SHINRAI_POLICY_MAX);
	struct shinrai_policy_get get = { .data = (uintptr_t)blob,
					  .data_len = SHINRAI_POLICY_MAX };

	memcpy(get.owner, o->owner, sizeof(get.owner));
	if (!ioctl(fd, SHINRAI_IOC_POLICY, &get) &&
	    get.data_len <= SHINRAI_POLICY_MAX)
		shinrai_names_policy(names, blob, get.data_len);
}

/*
 * What the running module calls owners and labels: records that told of it may
 * have been trimmed.  It helps the reader; without it there are digits.
 */
void violations_ask_module(int fd, struct shinrai_names *names)
{
	CTL_FREE struct shinrai_owner *list =
		ctl_alloc(SHINRAI_MAX_OWNERS * sizeof(*list));
	struct shinrai_owners req = { .list = (uintptr_t)list,
				      .count = SHINRAI_MAX_OWNERS };
	char name[SHINRAI_MAX_NAMESPACE];
	uint32_t i;

	if (ioctl(fd, SHINRAI_IOC_OWNERS, &req))
		return;
	for (i = 0; i < req.count && i < SHINRAI_MAX_OWNERS; i++) {
		memcpy(name, list[i].name, sizeof(name));
		name[sizeof(name) - 1] = '\0';
		shinrai_names_space(names, list[i].owner, name);
		if (list[i].generation)
			ask_policy(fd, &list[i], names);
	}
}

static void print_member(FILE *f, int indent, const char *key, const json_t *v)
{
	CTL_FREE char *text = NULL;

	if (json_is_null(v))
		return;
	if (!json_is_string(v))
		text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
	fprintf(f, "%*s%-10s %s\n", indent, "", key,
		text ? text : json_string_value(v));
}

static void print_members(FILE *f, int indent, const json_t *object)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)object, key, v)
		print_member(f, indent, key, v);
}

/* @violation: from shinrai_violation_json(): printable */
void violations_print(FILE *f, const json_t *violation)
{
	static const char *const lines[] = { "outcome", "time",	 "action",
					     "count",	"bytes", "path" };
	const json_t *labels = json_object_get(violation, "labels");
	json_t *v;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		v = json_object_get(violation, lines[i]);
		if (v)
			print_member(f, 2, lines[i], v);
	}
	print_members(f, 2, json_object_get(violation, "who"));
	json_array_foreach((json_t *)labels, i, v) {
		fputs("  label:\n", f);
		print_members(f, 4, v);
	}
	if (json_object_get(violation, "sink")) {
		fputs("  sink:\n", f);
		print_members(f, 4, json_object_get(violation, "sink"));
	}
	if (json_is_object(json_object_get(violation, "policy"))) {
		fputs("  policy:\n", f);
		print_members(f, 4, json_object_get(violation, "policy"));
	}
}
