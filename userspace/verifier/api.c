// SPDX-License-Identifier: MIT
/* The fleet over HTTP: who may ask what, and whom it is handed to. */
#include <stdio.h>

#include "../daemon/diag.h"
#include "api_part.h"

#define ARGS_MAX 4
#define NAME "{name}" /* in a route: of a device that there is */

struct route {
	enum evhttp_cmd_type cmd;
	enum role role; /* at least */
	const char *path;
	void (*handle)(const struct request *r);
	const char *args[ARGS_MAX]; /* that a query may have */
};

/* One a line, and in openapi.json: selftests/fleet/test_openapi.sh reads both. */
#define ROUTE(method, least, of, does, ...)                  \
	{                                                    \
		EVHTTP_REQ_##method, ROLE_##least, of, does, \
		{                                            \
			__VA_ARGS__                          \
		}                                            \
	}

static const struct route routes[] = {
	ROUTE(GET, READER, "/v1/status", api_status),
	ROUTE(GET, READER, "/v1/policies", api_policies),
	ROUTE(GET, READER, "/v1/devices", api_list, "state", "group"),
	ROUTE(POST, ADMIN, "/v1/devices", api_enrol),
	ROUTE(GET, READER, "/v1/devices/" NAME, api_show),
	ROUTE(PATCH, ADMIN, "/v1/devices/" NAME, api_place),
	ROUTE(DELETE, ADMIN, "/v1/devices/" NAME, api_withdraw),
	ROUTE(GET, READER, "/v1/devices/" NAME "/changes", api_changes),
	ROUTE(GET, READER, "/v1/devices/" NAME "/evidence", api_evidence,
	      "from", "record"),
	ROUTE(GET, ADMIN, "/v1/devices/" NAME "/boot", api_boot),
	ROUTE(POST, DEVICE, "/v1/enrolments", api_tpm_begin),
	ROUTE(POST, DEVICE, "/v1/enrolments/answer", api_tpm_answer),
	ROUTE(GET, DEVICE, "/v1/crl", api_crl),
	ROUTE(POST, DEVICE, "/challenge-response/v1/newSession",
	      api_session_begin, "nonceSize"),
	ROUTE(POST, DEVICE, "/challenge-response/v1/session/" NAME,
	      api_session_answer),
	ROUTE(GET, READER, "/v1/devices/" NAME "/ear", api_ear),
	ROUTE(GET, READER, "/v1/log", api_log_head),
	ROUTE(GET, READER, "/v1/log/entries", api_log_entries, "start",
	      "count"),
	ROUTE(GET, READER, "/v1/log/proof/inclusion", api_log_inclusion,
	      "index", "size"),
	ROUTE(GET, READER, "/v1/log/proof/consistency", api_log_consistency,
	      "old", "size"),
	ROUTE(GET, READER, "/v1/history", api_history, "hours"),
	ROUTE(GET, READER, "/v1/openapi.json", api_doc),
	ROUTE(GET, READER, "/metrics", api_metrics),
	ROUTE(GET, READER, "/.well-known/jwks.json", api_keys),
	ROUTE(GET, READER, "/", page_fleet, "state", "group", "page", "hours"),
	ROUTE(GET, READER, "/device/" NAME, page_device),
	ROUTE(GET, READER, "/device/" NAME "/record", page_record, "number"),
	ROUTE(GET, READER, "/device/" NAME "/evidence", page_evidence, "from"),
	ROUTE(GET, READER, "/violations", page_violations, "before"),
	ROUTE(GET, READER, "/style.css", page_style),
	ROUTE(GET, READER, "/icon.svg", page_icon),
};
#define ROUTES (sizeof(routes) / sizeof(routes[0]))

/*
 * @name: out, what stands for NAME, also when it is none that there can be; ""
 * Return: whether @path is of this route.
 */
static bool matches(const char *route, const char *path,
		    char name[DEVICE_NAME_MAX + 2])
{
	const char *at = strstr(route, NAME);
	size_t before = at ? (size_t)(at - route) : 0, len;

	*name = '\0';
	if (!at)
		return !strcmp(route, path);
	if (strncmp(route, path, before))
		return false;
	path += before;
	len = strcspn(path, "/");
	snprintf(name, DEVICE_NAME_MAX + 2, "%.*s", (int)len, path);
	return !strcmp(at + strlen(NAME), path + len);
}

/* Return: what is wrong with the query; NULL, with @args to be cleared. */
static const char *take_args(const char *query, const struct route *route,
			     struct evkeyvalq *args)
{
	const struct evkeyval *a, *b;
	size_t i;

	TAILQ_INIT(args);
	if (!query || !*query)
		return NULL;
	if (evhttp_parse_query_str(query, args))
		return "the query cannot be read";
	for (a = args->tqh_first; a; a = a->next.tqe_next) {
		for (i = 0; i < ARGS_MAX && route->args[i]; i++) {
			if (!strcmp(a->key, route->args[i]))
				break;
		}
		if (i == ARGS_MAX || !route->args[i])
			return "the query has an argument that is not known "
			       "here";
		for (b = a->next.tqe_next; b; b = b->next.tqe_next) {
			if (!strcmp(a->key, b->key))
				return "the query has an argument twice";
		}
	}
	return NULL;
}

static void handle(const struct route *route, struct request *r)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(r->req);
	struct evkeyvalq args;
	const char *wrong;

	wrong = take_args(evhttp_uri_get_query(uri), route, &args);
	r->args = &args;
	if (wrong)
		page_problem(r->req, 400, "Bad Request", wrong);
	else
		route->handle(r);
	evhttp_clear_headers(&args);
}

/* The path is right, the method of another route. */
static void not_so(struct evhttp_request *req, const char *path)
{
	char allow[64] = "";
	size_t i, len;

	for (i = 0; i < ROUTES; i++) {
		if (strcmp(routes[i].path, path))
			continue;
		len = strlen(allow);
		snprintf(allow + len, sizeof(allow) - len, "%s%s",
			 len ? ", " : "",
			 routes[i].cmd == EVHTTP_REQ_GET   ? "GET" :
			 routes[i].cmd == EVHTTP_REQ_POST  ? "POST" :
			 routes[i].cmd == EVHTTP_REQ_PATCH ? "PATCH" :
							     "DELETE");
	}
	evhttp_add_header(evhttp_request_get_output_headers(req), "Allow",
			  allow);
	reply_problem(req, 405, "Method Not Allowed",
		      "this path is not for this method; see Allow");
}

/* Who may not look has no device to name but the one that it is. */
static bool may_name(const struct request *r, const struct route *route,
		     const char *name)
{
	return r->role >= ROLE_READER || !strstr(route->path, NAME) ||
	       (r->self && !strcmp(r->self->r.name, name));
}

static void dispatch(struct request *r, const char *path)
{
	char name[DEVICE_NAME_MAX + 2];
	const struct route *route, *found = NULL;

	for (route = routes; route < routes + ROUTES; route++) {
		if (!matches(route->path, path, name))
			continue;
		found = route;
		if (route->cmd == evhttp_request_get_command(r->req))
			break;
	}
	if (!found) {
		page_problem(r->req, 404, "Not Found",
			     "there is nothing at this path; "
			     "/v1/openapi.json lists all");
		return;
	}
	matches(found->path, path, name);
	/* To who may not look, names are not told from others either. */
	if (r->role < ROLE_READER && r->role < found->role) {
		page_problem(r->req, 403, "Forbidden",
			     "only readers and admins may do this");
		return;
	}
	if (!may_name(r, found, name)) {
		reply_problem(r->req, 403, "Forbidden",
			      "only the device of that name may do this");
		return;
	}
	r->dev = *name ? fleet_find(r->fleet, name) : NULL;
	if (strstr(found->path, NAME) && !r->dev) {
		/* It may be no text at all, so it is not said which. */
		page_problem(r->req, 404, "Not Found",
			     "there is no device of that name");
	} else if (route == routes + ROUTES) {
		not_so(r->req, found->path);
	} else if (r->role < found->role) {
		page_problem(r->req, 403, "Forbidden",
			     "only admins may do this");
	} else {
		handle(found, r);
	}
}

/*
 * The path that is asked for; NULL: none.  A target that begins with "//" is one
 * too (RFC 9112, 3.2.1), though evhttp takes it for an authority and what follows
 * (RFC 3986, 4.2); no route has it.
 */
static const char *target_path(struct evhttp_request *req)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *target = evhttp_request_get_uri(req);

	if (target && !strncmp(target, "//", 2))
		return target;
	return uri ? evhttp_uri_get_path(uri) : NULL;
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
	struct request r = { .req = req, .fleet = fleet, .conn = conn };
	const char *path = target_path(req);
	const struct conf_person *person;

	conn_working(conn);
	person = conf_person(r.fleet->conf, conn_key(conn));
	if (person) {
		r.role = person->role;
		r.may = person->may;
	} else {
		if (!api_client(r.fleet, req, conn, &r.self))
			return;
		r.role = r.self ? ROLE_DEVICE : ROLE_NONE;
	}
	if (r.role == ROLE_NONE) {
		diag_limited(&refusals, LOG_NOTICE,
			     "somebody who is not among the people of the "
			     "configuration asked");
		page_problem(req, 403, "Forbidden",
			     "this client certificate is of nobody known");
	} else if (!path) {
		answer_bad(req, "no path");
	} else if (page_from_elsewhere(req)) {
		reply_problem(req, 403, "Forbidden",
			      "a page of another origin made the browser ask");
	} else {
		dispatch(&r, path);
	}
}
