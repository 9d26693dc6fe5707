// SPDX-License-Identifier: MIT
/* The fleet over HTTP: who may ask what, and the answers. */
#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/hex.h>

#include "../daemon/diag.h"
#include "../daemon/version.h"
#include "api.h"

#define BODY_MAX 8192
#define CHANGES_MAX 1000
#define PREFIX "/v1/devices/"

static void reply_ok(struct evhttp_request *req, json_t *json)
{
	reply_json(req, 200, "OK", "application/json", json);
}

static void bad_request(struct evhttp_request *req, const char *detail)
{
	reply_problem(req, 400, "Bad Request", detail);
}

static void not_found(struct evhttp_request *req, const char *name)
{
	char text[160];

	snprintf(text, sizeof(text), "there is no device \"%.80s\"", name);
	reply_problem(req, 404, "Not Found", text);
}

static json_t *standing_json(const struct device_standing *st)
{
	return json_pack("{s:s, s:o, s:s, s:s}", "state",
			 device_state_name(st->state), "since",
			 device_time(st->since), "code", st->code, "reason",
			 st->reason);
}

static json_t *summary(const struct device *d, s64 now)
{
	char ak[2 * SHINRAI_NAME_MAX + 1];
	struct device_standing st;
	json_t *j;

	fleet_standing(d, now, &st);
	j = standing_json(&st);
	shinrai_hex_encode(d->r.ak_name, d->r.ak_name_len, ak);
	if (j &&
	    json_object_update_new(
		    j,
		    json_pack("{s:s, s:s, s:s, s:o, s:o, s:b, s:s, "
			      "s:s?, s:I}",
			      "name", d->r.name, "url", d->r.url, "policy",
			      d->r.policy, "judged", device_time(d->r.judged),
			      "last_good", device_time(d->r.good), "fresh",
			      fleet_fresh(d, now), "failure", d->failure, "ak",
			      d->r.ak_name_len ? ak : NULL, "records",
			      (json_int_t)d->records))) {
		json_decref(j);
		return NULL;
	}
	return j;
}

/* Return: whether @req asks for devices of one state only, or for all. */
static bool take_state(struct evhttp_request *req, enum device_state *state,
		       bool *all)
{
	const char *query =
		evhttp_uri_get_query(evhttp_request_get_evhttp_uri(req));
	struct evkeyvalq args = { 0 };
	const char *text;
	bool ok;

	*all = !query;
	if (*all)
		return true;
	if (evhttp_parse_query_str(query, &args))
		return false;
	text = evhttp_find_header(&args, "state");
	ok = text && !device_state_by_name(text, state);
	evhttp_clear_headers(&args);
	return ok;
}

static void list(struct fleet *f, struct evhttp_request *req)
{
	const s64 now = fleet_now();
	enum device_state state = DEVICE_NEW;
	struct device_standing st;
	json_t *devices;
	struct device *d;
	bool all;

	if (!take_state(req, &state, &all)) {
		bad_request(req, "state is one of new, trusted, untrusted, "
				 "unknown, unreachable");
		return;
	}
	devices = json_array();
	TAILQ_FOREACH(d, &f->devices, link) {
		fleet_standing(d, now, &st);
		if (all || st.state == state)
			json_array_append_new(devices, summary(d, now));
	}
	reply_ok(req, json_pack("{s:o}", "devices", devices));
}

static void show(struct device *d, struct evhttp_request *req)
{
	json_t *j = summary(d, fleet_now()), *verdict = NULL;

	if (d->r.verdict)
		verdict = json_loads(d->r.verdict, 0, NULL);
	if (j)
		json_object_set_new(j, "verdict",
				    verdict ? verdict : json_null());
	reply_ok(req, j);
}

static void status(struct fleet *f, struct evhttp_request *req)
{
	const s64 now = fleet_now();
	json_int_t count[DEVICE_STATES] = { 0 };
	json_t *states = json_object();
	struct device_standing st;
	struct device *d;
	unsigned int i;

	TAILQ_FOREACH(d, &f->devices, link) {
		fleet_standing(d, now, &st);
		count[st.state]++;
	}
	for (i = 0; i < DEVICE_STATES; i++)
		json_object_set_new(states, device_state_name(i),
				    json_integer(count[i]));
	reply_ok(req, json_pack("{s:s, s:I, s:o, s:I, s:i, s:b}", "version",
				SHINRAI_VERSION, "devices",
				(json_int_t)f->ndevices, "states", states,
				"judgements", (json_int_t)f->judgements,
				"asking", f->asking, "keeps", f->keeps));
}

/* A request whose answer waits for the store. */
struct errand {
	struct job job;
	struct evhttp_request *req;
	struct device_record r; /* that is new */
	s64 id; /* of the device; 0: a new one */
	json_t *changes;
};

static struct errand *errand_of(struct job *j)
{
	return (struct errand *)((char *)j - offsetof(struct errand, job));
}

static void errand_free(struct errand *e)
{
	device_record_free(&e->r);
	json_decref(e->changes);
	free(e);
}

static struct errand *errand_new(struct evhttp_request *req,
				 int (*keep)(struct job *j, struct store *s),
				 void (*done)(struct job *j, struct fleet *f))
{
	struct errand *e = calloc(1, sizeof(*e));

	if (!e) {
		reply_problem(req, 503, "Service Unavailable", "out of memory");
		return NULL;
	}
	e->req = req;
	e->job.keep = keep;
	e->job.done = done;
	return e;
}

static void not_kept(struct evhttp_request *req)
{
	reply_problem(req, 503, "Service Unavailable",
		      "the database does not take it; see the verifier's log");
}

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
		not_kept(e->req);
	else if (!d)
		reply_problem(e->req, 503, "Service Unavailable",
			      "out of memory; it is kept, and is asked when "
			      "the verifier begins anew");
	else
		reply_json(e->req, 201, "Created", "application/json",
			   summary(d, fleet_now()));
	errand_free(e);
}

static char *text_or(const json_t *j, const char *otherwise)
{
	return strdup(j ? json_string_value(j) : otherwise);
}

/* Return: what is wrong with it; NULL. */
static const char *wrong_members(const json_t *j)
{
	static const char *const known[] = { "name", "url", "tls_name",
					     "policy", "ak" };
	const char *key;
	const json_t *v;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)j, key, v) {
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			if (!strcmp(key, known[i]))
				break;
		}
		if (i == sizeof(known) / sizeof(known[0]))
			return "members are name, url, tls_name, policy, ak";
		if (!json_is_string(v))
			return "each member is a text";
	}
	if (!json_object_get(j, "name") || !json_object_get(j, "url") ||
	    !json_object_get(j, "policy"))
		return "name, url and policy are needed";
	return NULL;
}

/* Return: what is wrong with it; NULL, with @r filled. */
static const char *take_record(const struct fleet *f, const json_t *j,
			       struct device_record *r)
{
	const char *ak = json_string_value(json_object_get(j, "ak"));
	const char *wrong = wrong_members(j);
	struct url url;
	size_t i;

	if (wrong)
		return wrong;
	r->name = text_or(json_object_get(j, "name"), "");
	r->url = text_or(json_object_get(j, "url"), "");
	r->tls_name = text_or(json_object_get(j, "tls_name"), "");
	r->policy = text_or(json_object_get(j, "policy"), "");
	if (!r->name || !r->url || !r->tls_name || !r->policy)
		return "out of memory";
	if (device_name_fault(r->name))
		return "name: 1 to 63 of a-z 0-9 . _ -, the first a letter or "
		       "digit";
	if (url_parse(r->url, &url) || strcmp(url.path, "/"))
		return "url: https://ADDRESS:PORT/ of its shinraid; names are "
		       "not looked up";
	if (ak && (shinrai_hex_parse(ak, r->ak_name, sizeof(r->ak_name),
				     &r->ak_name_len) ||
		   r->ak_name_len < 2 + 32))
		return "ak: the name of its key, in hex";
	for (i = 0; i < f->conf->npolicies; i++) {
		if (!strcmp(f->conf->policy[i].name, r->policy))
			return NULL;
	}
	return "policy: the verifier's configuration has none of this name";
}

static void enrol(struct fleet *f, struct evhttp_request *req)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(req);
	size_t len = evbuffer_get_length(body);
	const char *wrong = "a device as a JSON object";
	json_t *j = NULL;
	struct errand *e;

	if (len > BODY_MAX) {
		reply_problem(req, 413, "Content Too Large",
			      "a device has at most 8192 bytes");
		return;
	}
	e = errand_new(req, keep_new, new_kept);
	if (!e)
		return;
	if (len)
		j = json_loadb((const char *)evbuffer_pullup(body, -1), len,
			       JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(j))
		wrong = take_record(f, j, &e->r);
	json_decref(j);
	if (wrong) {
		bad_request(req, wrong);
		errand_free(e);
		return;
	}
	e->r.standing.since = fleet_now();
	keep_put(f, &e->job);
}

static int keep_removal(struct job *j, struct store *s)
{
	return store_remove(s, errand_of(j)->id);
}

static struct device *by_id(struct fleet *f, s64 id)
{
	struct device *d;

	TAILQ_FOREACH(d, &f->devices, link) {
		if (d->r.id == id)
			return d;
	}
	return NULL;
}

static void removal_kept(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);
	struct device *d = by_id(f, e->id);

	if (j->err) {
		not_kept(e->req);
	} else {
		/* Twice at once: it is gone either way. */
		if (d)
			fleet_drop(d);
		reply_ok(e->req, json_object());
	}
	errand_free(e);
}

static void withdraw(struct fleet *f, struct device *d,
		     struct evhttp_request *req)
{
	struct errand *e = errand_new(req, keep_removal, removal_kept);

	if (!e)
		return;
	e->id = d->r.id;
	keep_put(f, &e->job);
}

static int add_change(void *arg, const struct device_standing *st)
{
	json_t *j = standing_json(st);

	if (!j)
		return -ENOMEM;
	return json_array_append_new(arg, j) ? -ENOMEM : 0;
}

static int read_changes(struct job *j, struct store *s)
{
	struct errand *e = errand_of(j);

	e->changes = json_array();
	if (!e->changes)
		return -ENOMEM;
	return store_changes(s, e->id, CHANGES_MAX, add_change, e->changes);
}

static void changes_read(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);

	(void)f;
	if (j->err)
		not_kept(e->req);
	else
		reply_ok(e->req, json_pack("{s:O}", "changes", e->changes));
	errand_free(e);
}

static void history(struct fleet *f, struct device *d,
		    struct evhttp_request *req)
{
	struct errand *e = errand_new(req, read_changes, changes_read);

	if (!e)
		return;
	e->id = d->r.id;
	keep_put(f, &e->job);
}

/* PREFIX name, or PREFIX name /changes */
static void dispatch_device(struct fleet *f, struct evhttp_request *req,
			    const char *path, bool admin)
{
	enum evhttp_cmd_type cmd = evhttp_request_get_command(req);
	char name[DEVICE_NAME_MAX + 1];
	const char *rest = strchr(path, '/');
	size_t len = rest ? (size_t)(rest - path) : strlen(path);
	struct device *d;

	if (len >= sizeof(name)) {
		not_found(req, path);
		return;
	}
	memcpy(name, path, len);
	name[len] = '\0';
	d = fleet_find(f, name);
	if (!d)
		not_found(req, name);
	else if (rest && strcmp(rest, "/changes"))
		reply_problem(req, 404, "Not Found", "of a device: /changes");
	else if (rest && cmd == EVHTTP_REQ_GET)
		history(f, d, req);
	else if (!rest && cmd == EVHTTP_REQ_GET)
		show(d, req);
	else if (!rest && cmd == EVHTTP_REQ_DELETE && admin)
		withdraw(f, d, req);
	else if (!rest && cmd == EVHTTP_REQ_DELETE)
		reply_problem(req, 403, "Forbidden",
			      "only admins withdraw devices");
	else
		reply_problem(req, 405, "Method Not Allowed",
			      "GET, or DELETE of a device");
}

static void dispatch(struct fleet *f, struct evhttp_request *req,
		     const char *path, bool admin)
{
	enum evhttp_cmd_type cmd = evhttp_request_get_command(req);
	bool devices = !strcmp(path, "/v1/devices");
	bool about = !strcmp(path, "/v1/status");

	if (!strncmp(path, PREFIX, strlen(PREFIX)))
		dispatch_device(f, req, path + strlen(PREFIX), admin);
	else if (devices && cmd == EVHTTP_REQ_GET)
		list(f, req);
	else if (devices && cmd == EVHTTP_REQ_POST && admin)
		enrol(f, req);
	else if (devices && cmd == EVHTTP_REQ_POST)
		reply_problem(req, 403, "Forbidden",
			      "only admins enrol devices");
	else if (about && cmd == EVHTTP_REQ_GET)
		status(f, req);
	else if (devices || about)
		reply_problem(req, 405, "Method Not Allowed",
			      "GET /v1/status, GET or POST /v1/devices");
	else
		reply_problem(req, 404, "Not Found",
			      "/v1/status, /v1/devices, " PREFIX "NAME");
}

/**
 * api_request() - a request was read whole
 * @req: the request
 * @conn: whose
 * @fleet: struct fleet
 */
void api_request(struct evhttp_request *req, struct conn *conn, void *fleet)
{
	static struct diag_rate refusals = DIAG_RATE;
	struct fleet *f = fleet;
	enum role role = conf_role(f->conf, conn_key(conn));
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;

	conn_working(conn);
	if (role == ROLE_NONE) {
		diag_limited(&refusals, LOG_NOTICE,
			     "somebody who is not among the people of the "
			     "configuration asked");
		reply_problem(req, 403, "Forbidden",
			      "this client certificate is of nobody known");
	} else if (!path) {
		bad_request(req, "no path");
	} else {
		dispatch(f, req, path, role == ROLE_ADMIN);
	}
}
