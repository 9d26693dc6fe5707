// SPDX-License-Identifier: MIT
/* fleet list, show, changes, enrol, withdraw: the devices of a verifier. */
#include <string.h>

#include "fleet.h"

static int finish(struct ctl *ctl, json_t *answer,
		  void (*print)(const json_t *j))
{
	if (ctl->json)
		return ctl_json_out(ctl, stdout, json_incref(answer));
	print(answer);
	return ctl_flush_stdout(ctl);
}

static void print_row(const json_t *d)
{
	fleet_line("%-24s %-12s %-21s %-16s %s", fleet_text(d, "name"),
		   fleet_text(d, "state"), fleet_text(d, "since"),
		   fleet_text(d, "group"), fleet_text(d, "reason"));
}

static void print_list(const json_t *j)
{
	const json_t *all = json_object_get(j, "devices"), *d;
	size_t i;

	json_array_foreach(all, i, d)
		print_row(d);
	if (!json_array_size(all))
		puts("no devices");
}

int cmd_fleet_list(struct ctl *ctl, int argc, char **argv)
{
	CTL_FLEET f = { 0 };
	const char *state = NULL, *group = NULL;
	struct ctl_opt opts[] = { FLEET_OPTIONS(f),
				  { "state", CTL_TEXT, &state, "STATE",
				    "only those", false },
				  { "group", CTL_TEXT, &group, "GROUP",
				    "only those in it", false },
				  { 0 } };
	CTL_JSON answer = NULL;
	char path[160];
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	if (state &&
	    (strlen(state) > 32 ||
	     strspn(state, "abcdefghijklmnopqrstuvwxyz") != strlen(state)))
		return ctl_usage(ctl, "--state: %s is no state", state);
	if (group && !fleet_is_name(group))
		return ctl_usage(ctl, "--group: %s is no group", group);
	snprintf(path, sizeof(path), "/v1/devices%s%s%s%s",
		 state ? "?state=" : "", state ?: "",
		 !group ? "" :
		 state	? "&group=" :
			  "?group=",
		 group ?: "");
	ret = fleet_ask(ctl, &f, "GET", path, NULL, &answer);
	return ret ? ret : finish(ctl, answer, print_list);
}

static void print_verdict(const json_t *v)
{
	const json_t *reasons = json_object_get(v, "reasons"), *r;
	size_t i;

	if (!json_is_object(v))
		return;
	fleet_line("  verdict    %s", fleet_text(v, "headline"));
	json_array_foreach(reasons, i, r) {
		fleet_line("  %-10s %s%s%s [%s]", i ? "" : "because",
			   fleet_text(r, "text"),
			   *fleet_text(r, "detail") ? ": " : "",
			   fleet_text(r, "detail"), fleet_text(r, "code"));
		fleet_line("  %-10s   next: %s", "", fleet_text(r, "next"));
	}
}

/* Whose policy it is. */
static const char *policy_from(const json_t *d)
{
	const char *from = fleet_text(d, "policy_from");

	return !strcmp(from, "device")	? "its own" :
	       !strcmp(from, "group")	? "of its group" :
	       !strcmp(from, "default") ? "of the group default" :
					  "there is none";
}

static void print_device(const json_t *d)
{
	fleet_line("%s: %s since %s", fleet_text(d, "name"),
		   fleet_text(d, "state"), fleet_text(d, "since"));
	if (*fleet_text(d, "reason"))
		fleet_line("  reason     %s [%s]", fleet_text(d, "reason"),
			   fleet_text(d, "code"));
	if (*fleet_text(d, "failure"))
		fleet_line("  failure    %s", fleet_text(d, "failure"));
	fleet_line("  judged     %s", fleet_text(d, "judged"));
	fleet_line("  last good  %s", fleet_text(d, "last_good"));
	fleet_line("  group      %s", fleet_text(d, "group"));
	fleet_line("  policy     %s (%s)",
		   *fleet_text(d, "policy") ? fleet_text(d, "policy") : "-",
		   policy_from(d));
	fleet_line("  at         %s", fleet_text(d, "url"));
	fleet_line("  key        %s", fleet_text(d, "ak"));
	fleet_line("  TPM        %s", fleet_text(d, "assurance"));
	print_verdict(json_object_get(d, "verdict"));
}

static int ask_one(struct ctl *ctl, int argc, char **argv, const char *method,
		   const char *rest, void (*print)(const json_t *j))
{
	CTL_FLEET f = { 0 };
	struct ctl_opt opts[] = { FLEET_OPTIONS(f), { 0 } };
	CTL_JSON answer = NULL;
	char path[128];
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	ret = fleet_path(ctl, rest, path, sizeof(path));
	if (!ret)
		ret = fleet_ask(ctl, &f, method, path, NULL, &answer);
	return ret ? ret : finish(ctl, answer, print);
}

int cmd_fleet_show(struct ctl *ctl, int argc, char **argv)
{
	return ask_one(ctl, argc, argv, "GET", "", print_device);
}

static void print_changes(const json_t *j)
{
	const json_t *all = json_object_get(j, "changes"), *c;
	size_t i;

	json_array_foreach(all, i, c)
		fleet_line("%-21s %-12s %s", fleet_text(c, "since"),
			   fleet_text(c, "state"), fleet_text(c, "reason"));
}

int cmd_fleet_changes(struct ctl *ctl, int argc, char **argv)
{
	return ask_one(ctl, argc, argv, "GET", "/changes", print_changes);
}

static void print_nothing(const json_t *j)
{
	(void)j;
}

int cmd_fleet_withdraw(struct ctl *ctl, int argc, char **argv)
{
	return ask_one(ctl, argc, argv, "DELETE", "", print_nothing);
}

int cmd_fleet_enrol(struct ctl *ctl, int argc, char **argv)
{
	CTL_FLEET f = { 0 };
	const char *url = NULL, *policy = NULL, *name = NULL, *ak = NULL;
	const char *group = NULL;
	struct ctl_opt opts[] = {
		FLEET_OPTIONS(f),
		{ "url", CTL_TEXT, &url, "URL",
		  "https://ADDRESS:PORT/ of its shinraid", false },
		{ "policy", CTL_TEXT, &policy, "NAME",
		  "what it is held against; else what its group is", false },
		{ "group", CTL_TEXT, &group, "GROUP",
		  "that it belongs to; else default", false },
		{ "tls-name", CTL_TEXT, &name, "NAME",
		  "in its certificate, if that is not for the address", false },
		{ "ak", CTL_TEXT, &ak, "HEX",
		  "name of its key; else the first one is pinned", false },
		{ 0 }
	};
	CTL_JSON answer = NULL;
	CTL_JSON body = NULL;
	char path[128];
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	ret = fleet_path(ctl, "", path, sizeof(path));
	if (ret)
		return ret;
	if (!url)
		return ctl_usage(ctl, "%s: needs --url", ctl->verb->name);
	body = json_pack("{s:s, s:s, s:s*, s:s*, s:s*, s:s*}", "name",
			 ctl->operands.v[0], "url", url, "policy", policy,
			 "group", group, "tls_name", name, "ak", ak);
	if (!body)
		return ctl_usage(ctl, "%s: options are UTF-8", ctl->verb->name);
	ret = fleet_ask(ctl, &f, "POST", "/v1/devices", body, &answer);
	return ret ? ret : finish(ctl, answer, print_row);
}
