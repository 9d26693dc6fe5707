// SPDX-License-Identifier: MIT
/* API: a device belongs to another group, or has another policy of its own. */
#include <stdlib.h>
#include <string.h>

#include "../daemon/diag.h"
#include "api_part.h"

static int keep_place(struct job *j, struct store *s)
{
	struct errand *e = errand_of(j);
	int ret = store_place(s, &e->r);

	if (ret != -ENOENT)
		return ret;
	e->wrong = "it was withdrawn meanwhile";
	return 0;
}

static void place_kept(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);
	struct device *d = fleet_by_id(f, e->r.id);

	if (!j->err && !e->wrong)
		diag(LOG_INFO, "%s", e->news);
	if (j->err)
		errand_failed(e);
	else if (e->wrong || !d)
		reply_problem(e->req, 404, "Not Found",
			      "it was withdrawn meanwhile");
	else if (fleet_move(d, e->r.policy, e->r.group))
		reply_problem(e->req, 503, "Service Unavailable",
			      "out of memory; it is kept, and takes effect "
			      "when the verifier begins anew");
	else
		answer_ok(e->req, api_device(d, e->may));
	errand_free(e);
}

/* Return: what is wrong with it; NULL, with what it has in @to. */
static const char *take_members(const json_t *j, struct device_record *to)
{
	const char *key, *without;
	const json_t *v;
	char **text;

	json_object_foreach((json_t *)(uintptr_t)j, key, v) {
		if (!strcmp(key, "group"))
			text = &to->group, without = DEVICE_GROUP;
		else if (!strcmp(key, "policy"))
			text = &to->policy, without = "";
		else
			return "members are group and policy; the others are "
			       "changed by enrolling it again";
		if (!json_is_string(v) && !json_is_null(v))
			return "each member is a text, or null for none";
		*text = strdup(json_string_value(v) ?: without);
		if (!*text)
			return "out of memory";
	}
	return to->group || to->policy ? NULL : "group or policy is needed";
}

/**
 * api_place() - a device is moved, by RFC 7396 of what can be changed of it
 * @r: the request
 */
void api_place(const struct request *r)
{
	json_t *j = request_object(r, BODY_MAX);
	const char *wrong;
	struct errand *e;

	if (!j)
		return;
	e = errand_new(r->req, keep_place, place_kept);
	wrong = e ? take_members(j, &e->r) : NULL;
	json_decref(j);
	if (!e)
		return;
	e->r.id = r->dev->r.id;
	if (!wrong)
		wrong = place_fault(r->fleet,
				    e->r.policy ?: fleet_own_policy(r->dev),
				    e->r.group ?: fleet_group(r->dev));
	if (wrong) {
		answer_bad(r->req, wrong);
		errand_free(e);
		return;
	}
	e->may = r->may;
	errand_write(r, e, "%s moves %s: group %s, policy %s",
		     request_person(r), r->dev->r.name,
		     e->r.group ?: "as before",
		     !e->r.policy ? "as before" :
		     *e->r.policy ? e->r.policy :
				    "that of the group");
}
