// SPDX-License-Identifier: MIT
/* fleet group: put a device into another group, with its past. */
#include <string.h>

#include "fleet.h"

static const char *text(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s ? s : "";
}

static int tell(struct ctl *ctl, json_t *d, bool asked)
{
	const bool own = !strcmp(text(d, "policy_from"), "device");

	if (own && !asked)
		ctl_note(ctl,
			 "%s keeps the policy of its own, %s; "
			 "--inherit gives it that of the group",
			 text(d, "name"), text(d, "policy"));
	if (ctl->json)
		return ctl_json_out(ctl, stdout, json_incref(d));
	fleet_line("%s: in group %s, held against %s (%s)", text(d, "name"),
		   text(d, "group"), text(d, "policy"),
		   own ? "its own policy" : "the group's policy");
	return ctl_flush_stdout(ctl);
}

static int check(struct ctl *ctl, const char *policy, bool inherit)
{
	size_t i;

	if (ctl->operands.n < 2)
		return ctl_usage(ctl, "%s: needs a DEVICE and a GROUP",
				 ctl->verb->name);
	for (i = 0; i < 2; i++) {
		if (!fleet_is_name(ctl->operands.v[i]))
			return ctl_usage(ctl, "%s: %s is no name of a %s",
					 ctl->verb->name, ctl->operands.v[i],
					 i ? "group" : "device");
	}
	if (policy && inherit)
		return ctl_usage(ctl,
				 "%s: --policy or --inherit, not both of them",
				 ctl->verb->name);
	return 0;
}

int cmd_fleet_group(struct ctl *ctl, int argc, char **argv)
{
	CTL_FLEET f = { 0 };
	const char *policy = NULL;
	bool inherit = false;
	struct ctl_opt opts[] = {
		FLEET_OPTIONS(f),
		{ "policy", CTL_TEXT, &policy, "NAME",
		  "what it is held against, whatever the group is", false },
		{ "inherit", CTL_FLAG, &inherit, NULL,
		  "against what the group is; no policy of its own", false },
		{ 0 }
	};
	CTL_JSON answer = NULL;
	CTL_JSON body = NULL;
	char path[128];
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	ret = check(ctl, policy, inherit);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), "/v1/devices/%s", ctl->operands.v[0]);
	body = json_pack("{s:s, s:s*}", "group", ctl->operands.v[1], "policy",
			 inherit ? "" : policy);
	if (!body)
		return ctl_usage(ctl, "%s: options are UTF-8", ctl->verb->name);
	ret = fleet_ask(ctl, &f, "PATCH", path, body, &answer);
	return ret ? ret : tell(ctl, answer, policy);
}
