// SPDX-License-Identifier: MIT
/* What devices are held against, over HTTP. */
#include <stdlib.h>

#include <shinrai/hex.h>

#include "api_part.h"

struct tally {
	json_int_t devices; /* that are held against it */
	json_int_t judged; /* of those, by what it says now */
};

static void count(const struct fleet *f, struct tally *tally)
{
	const struct policy *p;
	struct device *d;
	size_t i;

	TAILQ_FOREACH(d, &f->devices, link) {
		p = fleet_policy(d).policy;
		if (!p)
			continue;
		i = (size_t)(p - f->policies->policy);
		tally[i].devices++;
		tally[i].judged += d->r.memory &&
				   !memcmp(d->judged_by, p->id, sizeof(p->id));
	}
}

static json_t *policy_json(const struct policy *p, const struct tally *t)
{
	char id[2 * SHINRAI_POLICY_SIZE + 1];

	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "name",
			 p->conf->name, "id",
			 shinrai_hex_encode(p->id, sizeof(p->id), id),
			 "digests", (json_int_t)p->refs.digests.count, "files",
			 (json_int_t)p->refs.nfiles, "unsigned",
			 (json_int_t)p->refs.nunsigned, "devices", t->devices,
			 "judged", t->judged);
}

static json_t *group_json(const struct policies *set, const char *name,
			  const u64 count[DEVICE_STATES])
{
	const struct policy_choice c = policies_choose(set, "", name);
	json_int_t n = 0;
	unsigned int i;

	for (i = 0; i < DEVICE_STATES; i++)
		n += (json_int_t)count[i];
	return json_pack("{s:s, s:s?, s:I}", "name", name, "policy",
			 c.from ? c.name : NULL, "devices", n);
}

static json_t *groups_json(const struct fleet *f)
{
	const struct conf *conf = f->policies->of;
	u64 count[FLEET_GROUPS][DEVICE_STATES];
	json_t *list = json_array();
	size_t i;

	fleet_count_groups(f, count);
	for (i = 0; i < conf_group_count(conf); i++)
		json_array_append_new(list, group_json(f->policies,
						       conf_group_name(conf, i),
						       count[i]));
	return list;
}

/**
 * api_policies() - what devices are held against, and how many
 * @r: the request
 */
void api_policies(const struct request *r)
{
	const struct policies *set = r->fleet->policies;
	struct tally *tally = calloc(set->n + 1, sizeof(*tally));
	json_t *list = json_array(), *j;
	size_t i;

	if (tally)
		count(r->fleet, tally);
	for (i = 0; tally && i < set->n; i++)
		json_array_append_new(list,
				      policy_json(&set->policy[i], &tally[i]));
	j = tally ? json_pack("{s:o, s:O, s:o}", "loaded",
			      device_time(set->loaded), "policies", list,
			      "groups", groups_json(r->fleet)) :
		    NULL;
	json_decref(list);
	free(tally);
	answer_ok(r->req, j);
}
