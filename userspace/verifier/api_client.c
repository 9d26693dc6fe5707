// SPDX-License-Identifier: MIT
/*
 * API: which device a client is: the one that a certificate of ours names.
 * Invariant: that is worth something only where the database has the certificate.
 * One that was issued after the copy that it was put back from is not on the list of
 * what is revoked either, and could not be put there.
 */
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

#include "../daemon/diag.h"
#include "api_part.h"
#include "enrol.h"

/* A client whose certificate is looked for. */
struct visit {
	struct job job;
	struct evhttp_request *req;
	char name[DEVICE_NAME_MAX + 1];
	u8 serial[CA_SERIAL];
	enum store_worth worth;
};

/* Return: whether its certificate is of ours, not revoked, and for @name. */
static bool is_named(const struct fleet *f, struct conn *conn,
		     char name[DEVICE_NAME_MAX + 2], u8 serial[CA_SERIAL])
{
	X509 *x = SSL_get0_peer_certificate(conn_ssl(conn));

	return f->enrol && x && ca_is_ours(&f->enrol->ca, x) &&
	       !ca_serial(x, serial) && !enrol_is_revoked(f->enrol, serial) &&
	       X509_NAME_get_text_by_NID(X509_get_subject_name(x),
					 NID_commonName, name,
					 DEVICE_NAME_MAX + 2) > 0;
}

/**
 * api_claimed() - a device that has a certificate of ours
 * @f: the fleet
 * @conn: whose
 *
 * Whether the database has that is for api_client() to say.
 *
 * Return: the device; NULL.
 */
struct device *api_claimed(const struct fleet *f, struct conn *conn)
{
	char name[DEVICE_NAME_MAX + 2];
	u8 serial[CA_SERIAL];

	return is_named(f, conn, name, serial) ? fleet_find(f, name) : NULL;
}

/**
 * api_identify() - who is one client, for the limit of its connections
 * @conn: whose handshake is done
 * @client: its key's; out: its name's, where it is a device
 * @fleet: struct fleet
 *
 * A device that enrols itself again has one more certificate, with another key, as
 * often as it likes.  People are told by their key, whatever their certificate says.
 */
void api_identify(struct conn *conn, u8 client[32], void *fleet)
{
	const struct fleet *f = fleet;
	char name[DEVICE_NAME_MAX + 2];
	u8 serial[CA_SERIAL];

	if (!conf_person(f->conf, conn_key(conn)) &&
	    is_named(f, conn, name, serial))
		SHA256((const u8 *)name, strlen(name), client);
}

static int look(struct job *j, struct store *s)
{
	struct visit *v = (struct visit *)j;

	return store_worth(s, v->serial, sizeof(v->serial), &v->worth);
}

/* Once more from the begin: what it may do follows from what it is. */
static void let_in(struct visit *v, struct fleet *f)
{
	struct conn *conn = conn_of(v->req);

	if (conn)
		api_request(v->req, conn, f);
	else
		reply_problem(v->req, 503, "Service Unavailable", "gone");
}

static void turn_away(const struct visit *v)
{
	static struct diag_rate refusals = DIAG_RATE;

	diag_limited(&refusals, LOG_WARNING, "%s: %s", v->name,
		     enrol_unvouched(v->worth));
	page_problem(v->req, 403, "Forbidden",
		     v->worth == WORTH_REVOKED ?
			     "this certificate is revoked: enrol again by "
			     "shinraictl setup" :
			     "the database does not know this certificate (was "
			     "it put back from a copy?): enrol again by "
			     "shinraictl setup");
}

static void looked(struct job *j, struct fleet *f)
{
	struct visit *v = (struct visit *)j;
	struct device *d = fleet_find(f, v->name);

	if (j->err) {
		reply_problem(v->req, 503, "Service Unavailable",
			      "the database cannot be read; see the verifier's "
			      "log");
	} else if (v->worth != WORTH_VALID) {
		turn_away(v);
	} else if (d) {
		memcpy(d->vouched, v->serial, sizeof(v->serial));
		let_in(v, f);
	} else {
		/* Another verifier enrolled it just now. */
		evhttp_add_header(evhttp_request_get_output_headers(v->req),
				  "Retry-After", "1");
		reply_problem(v->req, 503, "Service Unavailable",
			      "this verifier does not have the device yet; try "
			      "again");
	}
	free(v);
}

/**
 * api_client() - which device is it?
 * @f: the fleet
 * @req: its request
 * @conn: whose
 * @self: out: the device; NULL: it is none
 *
 * Return: whether that is known; else the database is asked, and then api_request()
 * called again, or the request answered.
 */
bool api_client(struct fleet *f, struct evhttp_request *req, struct conn *conn,
		struct device **self)
{
	char name[DEVICE_NAME_MAX + 2];
	u8 serial[CA_SERIAL];
	struct visit *v;

	*self = NULL;
	if (!is_named(f, conn, name, serial) || strlen(name) > DEVICE_NAME_MAX)
		return true;
	*self = fleet_find(f, name);
	if (*self && enrol_vouched(*self, serial))
		return true;
	v = calloc(1, sizeof(*v));
	if (!v) {
		reply_problem(req, 503, "Service Unavailable", "out of memory");
		return false;
	}
	v->req = req;
	memcpy(v->name, name, sizeof(v->name));
	memcpy(v->serial, serial, sizeof(v->serial));
	v->job.keep = look;
	v->job.done = looked;
	v->job.reads = true;
	keep_put(f, &v->job);
	return false;
}
