// SPDX-License-Identifier: MIT
/* API: devices come and go. */
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/hex.h>

#include "../daemon/diag.h"
#include "api_part.h"
#include "enrol.h"

static int keep_new(struct job *j, struct store *s)
{
	return store_add(s, &errand_of(j)->r);
}

static void new_kept(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);
	struct device *d = NULL;

	if (!j->err)
		d = fleet_admit(f, &e->r, 0);
	if (j->err == -EEXIST)
		reply_problem(e->req, 409, "Conflict",
			      "there is a device of this name");
	else if (j->err)
		errand_failed(e);
	else if (!d)
		reply_problem(e->req, 503, "Service Unavailable",
			      "out of memory; it is kept, and is asked when "
			      "the verifier begins anew");
	else
		reply_json(e->req, 201, "Created", "application/json",
			   api_device(d, 0));
	errand_free(e);
}

static char *text_or(const json_t *j, const char *otherwise)
{
	return strdup(j ? json_string_value(j) : otherwise);
}

/* Return: what is wrong with it; NULL. */
static const char *wrong_members(const json_t *j)
{
	static const char *const known[] = { "name",   "url", "tls_name",
					     "policy", "ak",  "group" };
	const char *key;
	const json_t *v;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)j, key, v) {
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			if (!strcmp(key, known[i]))
				break;
		}
		if (i == sizeof(known) / sizeof(known[0]))
			return "members are name, url, tls_name, policy, group, "
			       "ak";
		if (!json_is_string(v))
			return "each member is a text";
	}
	if (!json_object_get(j, "name") || !json_object_get(j, "url"))
		return "name and url are needed";
	return NULL;
}

/* Return: what is wrong with it; NULL, with @r filled. */
static const char *take_record(const struct fleet *f, const json_t *j,
			       struct device_record *r)
{
	const char *ak = json_string_value(json_object_get(j, "ak"));
	const char *wrong = wrong_members(j);
	struct url url;

	if (wrong)
		return wrong;
	r->name = text_or(json_object_get(j, "name"), "");
	r->url = text_or(json_object_get(j, "url"), "");
	r->tls_name = text_or(json_object_get(j, "tls_name"), "");
	r->policy = text_or(json_object_get(j, "policy"), "");
	r->group = text_or(json_object_get(j, "group"), DEVICE_GROUP);
	if (!r->name || !r->url || !r->tls_name || !r->policy || !r->group)
		return "out of memory";
	if (device_name_fault(r->name))
		return "name: 1 to 63 of a-z 0-9 . _ -, the first a letter or "
		       "digit";
	if (url_parse(r->url, &url) || strcmp(url.path, "/"))
		return "url: https://ADDRESS:PORT/ of its shinraid; names are "
		       "not looked up";
	if (url_name_fault(r->tls_name))
		return "tls_name: a DNS name, or \"\" for the address of its url";
	if (ak && (shinrai_hex_parse(ak, r->ak_name, sizeof(r->ak_name),
				     &r->ak_name_len) ||
		   r->ak_name_len < 2 + 32))
		return "ak: the name of its key, in hex";
	return place_fault(f, r->policy, r->group);
}

/**
 * api_enrol() - a new device
 * @r: the request
 */
void api_enrol(const struct request *r)
{
	json_t *j = request_object(r, BODY_MAX);
	const char *wrong;
	struct errand *e;

	if (!j)
		return;
	e = errand_new(r->req, keep_new, new_kept);
	wrong = e ? take_record(r->fleet, j, &e->r) : NULL;
	json_decref(j);
	if (wrong) {
		answer_bad(r->req, wrong);
		errand_free(e);
	} else if (e) {
		e->r.standing.since = fleet_now();
		keep_put(r->fleet, &e->job);
	}
}

static int add_serial(void *arg, const u8 *serial, size_t len, s64 at)
{
	char hex[2 * CA_SERIAL + 1];

	(void)at;
	if (len != CA_SERIAL)
		return 0;
	shinrai_hex_encode(serial, len, hex);
	return json_array_append_new(arg, json_string(hex)) ? -ENOMEM : 0;
}

/* Its certificates are worth nothing as soon as it is gone. */
static int keep_removal(struct job *j, struct store *s)
{
	struct errand *e = errand_of(j);
	int ret = store_revoke(s, e->id, fleet_now() / 1000);

	if (!ret)
		ret = store_remove(s, e->id);
	e->answer = json_array();
	if (!ret && !e->answer)
		ret = -ENOMEM;
	return ret ? ret : store_revoked(s, add_serial, e->answer);
}

static void revoke(struct fleet *f, const json_t *serials)
{
	u8 serial[CA_SERIAL];
	const json_t *v;
	size_t i, len;

	json_array_foreach(serials, i, v) {
		/* One that is not refused any more would be worse. */
		if (f->enrol &&
		    !shinrai_hex_parse(json_string_value(v), serial,
				       sizeof(serial), &len) &&
		    enrol_revoke(f->enrol, serial, len))
			diag_die("out of memory");
	}
}

static void removal_kept(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);
	struct device *d = fleet_by_id(f, e->id);

	if (j->err) {
		errand_failed(e);
	} else {
		diag(LOG_INFO, "%s", e->news);
		revoke(f, e->answer);
		/* Twice at once: it is gone either way. */
		if (d)
			fleet_drop(d);
		answer_ok(e->req, json_object());
	}
	errand_free(e);
}

/**
 * api_withdraw() - a device is forgotten
 * @r: the request
 */
void api_withdraw(const struct request *r)
{
	struct errand *e = errand_new(r->req, keep_removal, removal_kept);

	if (!e)
		return;
	e->id = r->dev->r.id;
	errand_write(r, e, "%s withdraws %s, whose certificates are revoked",
		     request_person(r), r->dev->r.name);
}
