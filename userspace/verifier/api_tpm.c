// SPDX-License-Identifier: MIT
/* API: a device proves its TPM and is given certificates, PROTOCOL.md 11. */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/session.h>

#include "../daemon/diag.h"
#include "api_part.h"
#include "enrol.h"

#define BASE64(n) (4 * ((n) + 2) / 3 + 1)

static bool is_set_up(const struct request *r)
{
	if (r->fleet->enrol)
		return true;
	reply_problem(r->req, 404, "Not Found",
		      "devices are not enrolled by their TPM here: see "
		      "enrolment in shinrai-verifier.conf(5)");
	return false;
}

static void answer_error(const struct request *r, int err, const char *why)
{
	switch (err) {
	case -EINVAL:
		answer_bad(r->req, why);
		break;
	case -EACCES:
		reply_problem(r->req, 403, "Forbidden", why);
		break;
	case -EEXIST:
		reply_problem(r->req, 409, "Conflict", why);
		break;
	case -EKEYREJECTED:
		reply_problem(r->req, 422, "Unprocessable Content", why);
		break;
	default:
		reply_problem(r->req, 503, "Service Unavailable",
			      "out of memory");
	}
}

static void challenge(const struct request *r, const struct shinrai_public *ek,
		      struct exchange *x)
{
	struct enrol *e = r->fleet->enrol;
	char id[BASE64(ENROL_ID)], blob[BASE64(128)], seed[BASE64(512)];
	struct shinrai_credential c;
	json_t *j = NULL;
	int ret;

	ret = shinrai_credential_make(ek, x->r.ak_name, x->r.ak_name_len,
				      x->secret, sizeof(x->secret), &c);
	if (!ret) {
		shinrai_base64url_encode(x->id, sizeof(x->id), id);
		shinrai_base64url_encode(c.blob, c.blob_len, blob);
		shinrai_base64url_encode(c.seed, c.seed_len, seed);
		j = json_pack("{s:s, s:s, s:s, s:i, s:s}", "id", id, "blob",
			      blob, "seed", seed, "seconds",
			      e->conf->challenge_s, "assurance",
			      shinrai_assurance_name(x->r.tpm.assurance));
	}
	if (ret == -EBADMSG || ret == -ENOTSUP) {
		exchange_free(x);
		answer_bad(r->req, "ek: it is no valid key");
	} else if (!j) {
		exchange_free(x);
		answer_error(r, -ENOMEM, NULL);
	} else {
		exchange_add(e, x);
		answer_ok(r->req, j);
	}
}

/* Told before anything of the request is looked at. */
static bool may_enrol(const struct request *r)
{
	if (r->role != ROLE_READER)
		return true;
	reply_problem(r->req, 403, "Forbidden",
		      "only admins and enrollers do this");
	return false;
}

static struct enrol_client client_of(const struct request *r)
{
	struct enrol_client who = { .role = r->role,
				    .device = r->self ? r->self->r.name :
							NULL };

	memcpy(who.key, conn_key(r->conn), sizeof(who.key));
	return who;
}

/**
 * api_tpm_begin() - a device says which TPM it has, and is challenged
 * @r: the request
 */
void api_tpm_begin(const struct request *r)
{
	static struct diag_rate refusals = DIAG_RATE;
	const struct enrol_client who = client_of(r);
	struct enrol_request q;
	struct exchange *x;
	const char *wrong;
	char why[512] = "";
	json_t *j;
	int ret;

	if (!is_set_up(r) || !may_enrol(r))
		return;
	j = request_object(r, ENROL_BODY_MAX);
	if (!j)
		return;
	wrong = enrol_request_parse(j, &q);
	if (wrong) {
		answer_bad(r->req, wrong);
	} else {
		ret = enrol_judge(r->fleet, &who, &q, &x, why, sizeof(why));
		if (!ret) {
			challenge(r, &q.ek, x);
		} else {
			diag_limited(&refusals, LOG_NOTICE,
				     "enrolment of \"%.63s\" refused: %s",
				     q.name, why);
			answer_error(r, ret, why);
		}
	}
	enrol_request_free(&q);
	json_decref(j);
}

/* What waits for the store once the answer was right. */
struct enrolment {
	struct job job;
	struct evhttp_request *req;
	struct exchange *x;
	enum store_conflict conflict;
	struct ca_issued ak, tls;
	char *ca;
};

static struct enrolment *enrolment_of(struct job *j)
{
	return (struct enrolment *)((char *)j -
				    offsetof(struct enrolment, job));
}

static void enrolment_free(struct enrolment *n)
{
	exchange_free(n->x);
	free(n->ak.pem);
	free(n->tls.pem);
	free(n->ca);
	free(n);
}

static int keep_certificate(struct store *s, const char *name,
			    const struct ca_issued *c)
{
	return c->pem ? store_certificate(s, name, c->serial, sizeof(c->serial),
					  c->not_after) :
			0;
}

static int keep_device(struct enrolment *n, struct store *s)
{
	struct exchange *x = n->x;

	return store_enrol(s, &x->r, x->any_key, x->there, x->r.standing.since,
			   &n->conflict);
}

static void take_new(char **to, char **from)
{
	if (*to)
		return;
	*to = *from;
	*from = NULL;
}

static int keep_enrolment(struct job *j, struct store *s)
{
	struct enrolment *n = enrolment_of(j);
	struct exchange *x = n->x;
	const char *name = x->r.name;
	int ret = keep_device(n, s);

	/* Only now is it known that nobody enrolled it meanwhile. */
	if (ret == -EEXIST && n->conflict == CONFLICT_NONE && x->new_policy) {
		take_new(&x->r.policy, &x->new_policy);
		take_new(&x->r.group, &x->new_group);
		ret = keep_device(n, s);
	}
	if (!ret)
		ret = keep_certificate(s, name, &n->ak);
	return ret ? ret : keep_certificate(s, name, &n->tls);
}

static void tell_conflict(const struct enrolment *n)
{
	static const char *const text[] = {
		[CONFLICT_NONE] = "somebody was faster; begin anew",
		[CONFLICT_TPM] = "this TPM is enrolled under another name; "
				 "withdraw that device first",
		[CONFLICT_NAME] = "the name is that of another TPM; withdraw "
				  "that device first",
		[CONFLICT_KEY] = "the name is that of a device that was "
				 "enrolled by another key; only an admin may "
				 "bind it to a TPM",
		[CONFLICT_VERIFIER] = "the name is that of a verifier, in its "
				      "certificate",
	};

	reply_problem(n->req, 409, "Conflict", text[n->conflict]);
}

static void enrolment_kept(struct job *j, struct fleet *f)
{
	struct enrolment *n = enrolment_of(j);
	struct device_record *r = &n->x->r;
	struct device *d = NULL;

	if (!j->err)
		d = fleet_renew(f, r);
	if (j->err == -EEXIST) {
		tell_conflict(n);
	} else if (j->err) {
		reply_problem(n->req, 503, "Service Unavailable",
			      "the database does not take it; see the "
			      "verifier's log");
	} else if (!d) {
		reply_problem(n->req, 503, "Service Unavailable",
			      "out of memory; it is kept, and is asked when "
			      "the verifier begins anew");
	} else {
		diag(LOG_INFO, "enrolled %s by its TPM (%s)", d->r.name,
		     shinrai_assurance_name(n->x->r.tpm.assurance));
		reply_json(n->req, 201, "Created", "application/json",
			   json_pack("{s:o, s:s, s:s?, s:s}", "device",
				     api_device(d, 0), "ak_certificate",
				     n->ak.pem, "certificate", n->tls.pem, "ca",
				     n->ca));
	}
	enrolment_free(n);
}

static int issue(const struct enrol *e, struct enrolment *n)
{
	const struct exchange *x = n->x;
	struct ca_endorsement of = { .assurance = x->r.tpm.assurance,
				     .tpm = x->tpm };
	int ret;

	memcpy(of.ek, x->r.tpm.ek, sizeof(of.ek));
	memcpy(of.ek_cert, x->r.tpm.ek_cert, sizeof(of.ek_cert));
	n->ca = ca_cert_pem(&e->ca);
	ret = n->ca ? 0 : -ENOMEM;
	if (!ret)
		ret = ca_issue_ak(&e->ca, x->r.name, x->ak, &of,
				  e->conf->ak_days, &n->ak);
	if (!ret && x->tls_key)
		ret = ca_issue_tls(&e->ca, x->r.name, x->tls_key,
				   e->conf->tls_days, &n->tls);
	return ret;
}

/* @x belongs to it. */
static void enrol(const struct request *r, struct exchange *x)
{
	struct enrolment *n = calloc(1, sizeof(*n));

	if (!n) {
		exchange_free(x);
		answer_error(r, -ENOMEM, NULL);
		return;
	}
	n->x = x;
	n->req = r->req;
	n->job.keep = keep_enrolment;
	n->job.done = enrolment_kept;
	if (issue(r->fleet->enrol, n)) {
		enrolment_free(n);
		reply_problem(r->req, 503, "Service Unavailable",
			      "the CA cannot sign; see enrolment.ca_key of the "
			      "verifier's configuration");
		return;
	}
	keep_put(r->fleet, &n->job);
}

static bool take(const json_t *j, const char *key, u8 *out, size_t want)
{
	const char *text = json_string_value(json_object_get(j, key));
	size_t len;

	return text && !shinrai_base64url_decode(text, out, want, &len) &&
	       len == want;
}

/**
 * api_tpm_answer() - what its TPM made of the challenge
 * @r: the request
 */
void api_tpm_answer(const struct request *r)
{
	static struct diag_rate refusals = DIAG_RATE;
	u8 id[ENROL_ID], secret[SHINRAI_CREDENTIAL_SECRET];
	struct exchange *x;
	json_t *j;
	bool ok;

	if (!is_set_up(r))
		return;
	j = request_object(r, ENROL_BODY_MAX);
	if (!j)
		return;
	ok = json_object_size(j) == 2 && take(j, "id", id, sizeof(id));
	x = ok ? exchange_take(r->fleet->enrol, id, conn_key(r->conn)) : NULL;
	if (!ok) {
		answer_bad(r->req, "members are id and secret, in base64url");
	} else if (!x) {
		reply_problem(r->req, 410, "Gone",
			      "no challenge of yours waits for this answer: it "
			      "was answered before, or too late; begin anew");
	} else if (!take(j, "secret", secret, sizeof(secret)) ||
		   CRYPTO_memcmp(secret, x->secret, sizeof(secret))) {
		diag_limited(&refusals, LOG_WARNING,
			     "enrolment of %s refused: the challenge was "
			     "answered wrongly",
			     x->r.name);
		exchange_free(x);
		reply_problem(r->req, 403, "Forbidden",
			      "the answer is wrong: the AK and the EK are not "
			      "those of one TPM; begin anew");
	} else {
		enrol(r, x);
	}
	json_decref(j);
}

static int add_revoked(void *arg, const u8 *serial, size_t len, s64 at)
{
	return len == CA_SERIAL ? ca_crl_add(arg, serial, at) : 0;
}

/* All of it here: with many that are revoked it takes its time. */
static int read_crl(struct job *j, struct store *s)
{
	struct errand *e = errand_of(j);
	X509_CRL *crl = ca_crl_new(e->ca, fleet_now() / 1000);
	u8 *der = NULL;
	size_t len = 0;
	int ret = crl ? store_revoked(s, add_revoked, crl) : -ENOMEM;

	if (ret) {
		X509_CRL_free(crl);
		return ret;
	}
	if (ca_crl_done(e->ca, crl, &der, &len)) {
		e->wrong = "the list cannot be signed";
		return 0;
	}
	e->body = evbuffer_new();
	if (!e->body || evbuffer_add(e->body, der, len))
		ret = -ENOMEM;
	OPENSSL_free(der);
	return ret;
}

static void crl_read(struct job *j, struct fleet *f)
{
	struct errand *e = errand_of(j);

	(void)f;
	if (j->err)
		errand_failed(e);
	else if (e->wrong)
		reply_problem(e->req, 503, "Service Unavailable", e->wrong);
	else
		reply(e->req, 200, "OK", "application/pkix-crl", e->body);
	errand_free(e);
}

/**
 * api_crl() - which certificates of devices are revoked, RFC 5280, DER
 * @r: the request
 */
void api_crl(const struct request *r)
{
	struct errand *e;

	if (!is_set_up(r))
		return;
	e = errand_new(r->req, read_crl, crl_read);
	if (!e)
		return;
	e->ca = ca_hold(&r->fleet->enrol->ca);
	if (e->ca) {
		errand_read(r, e);
		return;
	}
	reply_problem(r->req, 503, "Service Unavailable", "out of memory");
	errand_free(e);
}
