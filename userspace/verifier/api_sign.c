// SPDX-License-Identifier: MIT
/* API: verdicts that others can check, and the keys for that. */
#include <stdlib.h>

#include <shinrai/ear.h>
#include <shinrai/version.h>

#include "api_part.h"
#include "signer.h"
#include "view.h"

/**
 * api_keys() - current and former signing keys, RFC 7517 5
 * @r: the request
 */
void api_keys(const struct request *r)
{
	reply_json(r->req, 200, "OK", "application/jwk-set+json",
		   json_incref(r->fleet->signer->keys));
}

/*
 * It is issued now, and ends by what was judged: that is no fresher for being asked
 * for late.
 *
 * Return: for free(); NULL when memory lacks.
 */
static char *ear_of(const struct device *d, const json_t *verdict)
{
	const s64 end = (d->r.judged + fleet_window(d->fleet)) / 1000;
	json_t *j = shinrai_ear_claims(verdict,
				       "shinrai-verifier " SHINRAI_VERSION,
				       fleet_now() / 1000);
	char *jwt = NULL;

	if (j &&
	    !json_object_update_new(j, json_pack("{s:s, s:I}", "sub", d->r.name,
						 "exp", (json_int_t)end)))
		shinrai_jws_sign(d->fleet->signer->key, "JWT", j, &jwt);
	json_decref(j);
	return jwt;
}

static void answer_jwt(struct evhttp_request *req, const char *jwt)
{
	struct evbuffer *body = evbuffer_new();

	if (jwt && body && !evbuffer_add(body, jwt, strlen(jwt)))
		reply(req, 200, "OK", "application/eat+jwt", body);
	else
		reply_problem(req, 503, "Service Unavailable", "out of memory");
	if (body)
		evbuffer_free(body);
}

/**
 * api_ear() - a device's verdict as EAR, signed
 * @r: the request
 *
 * Only of what it is judged to be now: a signed verdict is shown to others.
 */
void api_ear(const struct request *r)
{
	const struct device *d = r->dev;
	json_t *verdict = view_verdict(&d->r, r->may);
	char *jwt;

	if (verdict &&
	    (!device_stands_by(&d->r.standing, verdict) || !fleet_fresh(d))) {
		reply_problem(r->req, 409, "Conflict",
			      "there is no verdict that still holds; ask when "
			      "the device was judged");
	} else {
		jwt = ear_of(d, verdict);
		answer_jwt(r->req, jwt);
		free(jwt);
	}
	json_decref(verdict);
}
