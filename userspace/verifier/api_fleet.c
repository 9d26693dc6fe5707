// SPDX-License-Identifier: MIT
/* API: how the fleet stands, and how it stood. */
#include <shinrai/hex.h>
#include <shinrai/version.h>

#include "api_part.h"
#include "view.h"

#define CHANGES_MAX 1000

/**
 * api_standing() - how a device stands, as JSON
 * @st: the standing
 * @may: classes of fields that may be read
 *
 * Return: to be released; NULL when memory lacks.
 */
json_t *api_standing(const struct device_standing *st, u32 may)
{
	return view(json_pack("{s:s, s:o, s:s, s:s}", "state",
			      device_state_name(st->state), "since",
			      device_time(st->since), "code", st->code,
			      "reason", st->reason),
		    may);
}

/**
 * api_device() - a device as JSON, PROTOCOL.md 10
 * @d: the device
 * @may: classes of fields that may be read
 *
 * Return: to be released; NULL when memory lacks.
 */
json_t *api_device(const struct device *d, u32 may)
{
	/* What is kept, also while a question of before is under way. */
	const struct device_record *r = d->renewal ? d->renewal : &d->r;
	const struct policy_choice c = fleet_policy(d);
	char ak[2 * SHINRAI_NAME_MAX + 1];
	struct device_standing st;
	json_t *j;

	fleet_standing(d, &st);
	j = api_standing(&st, SHINRAI_FIELDS_ALL);
	shinrai_hex_encode(r->ak_name, r->ak_name_len, ak);
	if (j &&
	    json_object_update_new(
		    j,
		    json_pack("{s:s, s:s, s:s, s:s, s:s?, s:o, s:o, s:b, "
			      "s:s, s:s?, s:I, s:s}",
			      "name", r->name, "url", r->url, "group",
			      fleet_group(d), "policy", c.name, "policy_from",
			      c.from, "judged", device_time(d->r.judged),
			      "last_good", device_time(d->r.good), "fresh",
			      fleet_fresh(d), "failure", d->failure, "ak",
			      r->ak_name_len ? ak : NULL, "records",
			      (json_int_t)d->records, "assurance",
			      shinrai_assurance_name(r->tpm.assurance)))) {
		json_decref(j);
		return NULL;
	}
	return view(j, may);
}

/**
 * api_list() - the devices, or those of one state, of one group
 * @r: the request
 */
void api_list(const struct request *r)
{
	const char *text = request_arg(r, "state");
	const char *group = request_arg(r, "group");
	enum device_state state = DEVICE_NEW;
	struct device_standing st;
	json_t *devices;
	struct device *d;

	if (text && device_state_by_name(text, &state)) {
		answer_bad(r->req, "state is one of new, trusted, untrusted, "
				   "unknown, unreachable");
		return;
	}
	if (group && !fleet_has_group(r->fleet, group)) {
		answer_bad(r->req, "group: there is none of this name");
		return;
	}
	devices = json_array();
	TAILQ_FOREACH(d, &r->fleet->devices, link) {
		fleet_standing(d, &st);
		if ((!text || st.state == state) &&
		    (!group || !strcmp(fleet_group(d), group)))
			json_array_append_new(devices, api_device(d, r->may));
	}
	answer_ok(r->req, json_pack("{s:o}", "devices", devices));
}

/**
 * api_show() - one device, with its verdict
 * @r: the request
 */
void api_show(const struct request *r)
{
	const struct device *d = r->dev;
	json_t *j = api_device(d, r->may);
	json_t *verdict = view_verdict(&d->r, r->may);

	/* What lacks memory is no verdict. */
	if (!j || json_object_set_new(j, "verdict", verdict)) {
		json_decref(j);
		j = NULL;
	}
	answer_ok(r->req, j);
}

static json_t *latency_json(const struct histogram *h)
{
	return json_pack("{s:o, s:o}", "p50", histogram_ms(h, 500), "p99",
			 histogram_ms(h, 990));
}

/**
 * api_status() - the fleet in numbers
 * @r: the request
 */
void api_status(const struct request *r)
{
	const struct fleet *f = r->fleet;
	u64 count[DEVICE_STATES];
	json_t *states = json_object();
	unsigned int i;

	fleet_count(f, NULL, count);
	for (i = 0; i < DEVICE_STATES; i++)
		json_object_set_new(states, device_state_name(i),
				    json_integer((json_int_t)count[i]));
	answer_ok(r->req,
		  json_pack("{s:s, s:I, s:o, s:I, s:I, s:o, s:i, s:b}",
			    "version", SHINRAI_VERSION, "devices",
			    (json_int_t)f->ndevices, "states", states,
			    "judgements", (json_int_t)f->judgements, "late",
			    (json_int_t)f->metrics.late, "latency_ms",
			    latency_json(&f->metrics.question), "asking",
			    f->asking, "keeps", f->keeps));
}

struct changes {
	json_t *list;
	u32 may;
};

static int add_change(void *arg, const struct device_standing *st)
{
	const struct changes *c = arg;

	return json_array_append_new(c->list, api_standing(st, c->may)) ?
		       -ENOMEM :
		       0;
}

/**
 * api_changes_read() - how a device stood, the newest first
 * @s: the store
 * @id: of the device
 * @most: of them
 * @may: classes of fields that may be read
 * @list: array that they are added to
 *
 * Return: 0; -errno.
 */
int api_changes_read(struct store *s, s64 id, unsigned int most, u32 may,
		     json_t *list)
{
	struct changes c = { list, may };

	return store_changes(s, id, most, add_change, &c);
}

static int read_changes(struct job *j, struct store *s)
{
	struct errand *e = errand_of(j);
	json_t *changes = json_array();

	e->answer = json_pack("{s:o}", "changes", changes);
	if (!e->answer)
		return -ENOMEM;
	return api_changes_read(s, e->id, CHANGES_MAX, e->may, changes);
}

/**
 * api_changes() - how a device stood, the newest first
 * @r: the request
 */
void api_changes(const struct request *r)
{
	struct errand *e = errand_new(r->req, read_changes, errand_answer);

	if (!e)
		return;
	e->id = r->dev->r.id;
	errand_read(r, e);
}
