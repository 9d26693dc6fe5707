// SPDX-License-Identifier: MIT
/* fleet policy: what a verifier holds devices against. */
#include "fleet.h"

static long long number(const json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

static void print(const json_t *j)
{
	const json_t *all = json_object_get(j, "policies"), *p;
	const char *loaded = json_string_value(json_object_get(j, "loaded"));
	const char *name, *id;
	size_t i;

	fleet_line("read %s", loaded ? loaded : "-");
	json_array_foreach(all, i, p) {
		name = json_string_value(json_object_get(p, "name"));
		id = json_string_value(json_object_get(p, "id"));
		fleet_line("%-24s %.16s %8lld digests, %lld of %lld files not "
			   "signed, %lld devices, %lld of them judged by it",
			   name ? name : "-", id ? id : "-",
			   number(p, "digests"), number(p, "unsigned"),
			   number(p, "files"), number(p, "devices"),
			   number(p, "judged"));
	}
	if (!json_array_size(all))
		puts("no policies");
	all = json_object_get(j, "groups");
	json_array_foreach(all, i, p) {
		name = json_string_value(json_object_get(p, "name"));
		id = json_string_value(json_object_get(p, "policy"));
		fleet_line("group %-18s %-24s %lld devices", name ? name : "-",
			   id ? id : "no policy", number(p, "devices"));
	}
}

int cmd_fleet_policy(struct ctl *ctl, int argc, char **argv)
{
	CTL_FLEET f = { 0 };
	struct ctl_opt opts[] = { FLEET_OPTIONS(f), { 0 } };
	CTL_JSON answer = NULL;
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	ret = fleet_ask(ctl, &f, "GET", "/v1/policies", NULL, &answer);
	if (ret)
		return ret;
	if (ctl->json)
		return ctl_json_out(ctl, stdout, json_incref(answer));
	print(answer);
	return ctl_flush_stdout(ctl);
}
