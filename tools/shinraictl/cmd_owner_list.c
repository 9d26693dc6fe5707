// SPDX-License-Identifier: MIT
/* owner list: whom the administrator admitted, and which policy is in force. */
#include <unistd.h>

#include "load.h"

static bool revoked(const struct shinrai_owner *o)
{
	return o->flags & SHINRAI_OWNER_IS_REVOKED;
}

static json_t *policy_json(const struct shinrai_owner *o)
{
	char hex[2 * SHINRAI_DIGEST_SIZE + 1];

	if (!o->generation)
		return json_null();
	shinrai_hex_encode(o->policy, sizeof(o->policy), hex);
	return json_pack("{s:I, s:i, s:i, s:s}", "generation",
			 (json_int_t)o->generation, "rules", o->rules, "labels",
			 o->labels, "sha256", hex);
}

static json_t *owner_json(const struct shinrai_owner *o)
{
	char hex[2 * SHINRAI_DIGEST_SIZE + 1];

	shinrai_hex_encode(o->owner, sizeof(o->owner), hex);
	return json_pack("{s:s, s:s, s:b, s:I, s:o}", "namespace",
			 (const char *)o->name, "owner", hex, "revoked",
			 revoked(o), "admitted", (json_int_t)o->admitted,
			 "policy", policy_json(o));
}

static void print(const struct shinrai_owner *o)
{
	char hex[2 * SHINRAI_DIGEST_SIZE + 1];

	shinrai_hex_encode(o->owner, sizeof(o->owner), hex);
	printf("%-16s %s\n    %s by generation %llu\n", (const char *)o->name,
	       hex, revoked(o) ? "revoked" : "admitted",
	       (unsigned long long)o->admitted);
	if (!o->generation)
		return;
	shinrai_hex_encode(o->policy, sizeof(o->policy), hex);
	printf("    policy generation %llu, %u rules, %u labels, SHA-256 %s\n",
	       (unsigned long long)o->generation, o->rules, o->labels, hex);
}

int cmd_owner_list(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_opt opts[] = { { 0 } };
	CTL_OWNERS owners = { 0 };
	json_t *list;
	u32 i;
	int ret = ctl_options(ctl, opts, argc, argv), fd;

	if (ret != CTL_GO_ON)
		return ret;
	fd = load_open(ctl, false);
	if (fd < 0)
		return EXIT_ERROR;
	ret = load_owners(ctl, fd, &owners);
	close(fd);
	if (ret)
		return ret;
	if (ctl->json) {
		list = json_array();
		for (i = 0; i < owners.n; i++)
			json_array_append_new(list, owner_json(&owners.v[i]));
		return ctl_json_out(ctl, stdout,
				    json_pack("{s:o}", "owners", list));
	}
	for (i = 0; i < owners.n; i++)
		print(&owners.v[i]);
	if (!owners.n)
		puts("nobody is admitted");
	return ctl_flush_stdout(ctl);
}
