// SPDX-License-Identifier: MIT
/* May this TPM have this name, and who says what it is held against? */
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#include "enrol.h"

struct judging {
	struct fleet *f;
	const struct enrol_client *who;
	const struct enrol_request *q;
	const struct device *old; /* of this name; NULL: none */
	char *err;
	size_t errlen;
};

static int refuse(struct judging *c, int ret, const char *why)
{
	snprintf(c->err, c->errlen, "%s", why);
	return ret;
}

/* The group that a new device gets when no admin says. */
static const char *new_group(const struct judging *c)
{
	const struct conf *conf = c->f->conf;
	const struct conf_person *p = conf_person(conf, c->who->key);

	if (p && p->group.name)
		return p->group.name;
	return conf->enrol.group.name ?: DEVICE_GROUP;
}

/* And its own policy: none where that group has one. */
static const char *new_policy(const struct judging *c, const char *group)
{
	const struct policy_choice of =
		policies_choose(c->f->policies, "", group);

	if (of.from && !strcmp(of.from, "group"))
		return "";
	return c->f->conf->enrol.policy.name ?: "";
}

/*
 * What a device is held against is said by admins; by the configuration only where
 * there is no device, also not when the challenge is answered.
 */
static int choose_place(struct judging *c, struct exchange *x)
{
	const struct enrol_request *q = c->q;
	const bool admin = c->who->role == ROLE_ADMIN;
	const char *group = c->old ? fleet_group(c->old) : new_group(c);
	const char *policy, *wrong;

	if (q->group && !admin && strcmp(q->group, group))
		return refuse(c, -EACCES,
			      "group: only admins choose what a device belongs "
			      "to");
	if (q->group)
		group = q->group;
	policy = c->old ? fleet_own_policy(c->old) : new_policy(c, group);
	if (q->policy && admin)
		policy = q->policy;
	else if (q->policy &&
		 strcmp(q->policy,
			policies_choose(c->f->policies, policy, group).name))
		return refuse(c, -EACCES,
			      "policy: only admins choose what a device is "
			      "held against");
	wrong = place_fault(c->f, policy, group);
	if (wrong && !*policy && !admin)
		return refuse(c, -EACCES,
			      "policy: an admin names it, or a group's or "
			      "enrolment.policy of the configuration");
	if (wrong)
		return refuse(c, -EINVAL, wrong);
	if (q->group && admin && !(x->r.group = strdup(group)))
		return -ENOMEM;
	if (q->policy && admin && !(x->r.policy = strdup(policy)))
		return -ENOMEM;
	if (c->old)
		return 0;
	x->new_group = strdup(group);
	x->new_policy = strdup(policy);
	return x->new_group && x->new_policy ? 0 : -ENOMEM;
}

/* What was said once stays; else it is the name in the certificate that it gets. */
static const char *choose_tls_name(const struct judging *c)
{
	const struct device *old = c->old;

	if (c->q->tls_name)
		return c->q->tls_name;
	if (c->q->tls_key && !(old && old->r.tpm.assurance))
		return c->q->name;
	return old ? old->r.tls_name : "";
}

static int fill(struct judging *c, struct exchange *x)
{
	struct device_record *r = &x->r;
	const struct enrol_request *q = c->q;
	const char *url = q->url;
	struct url parsed;
	int ret = choose_place(c, x);

	if (ret)
		return ret;
	if (!url)
		url = c->old ? c->old->r.url : "";
	if (*url && (url_parse(url, &parsed) || strcmp(parsed.path, "/")))
		return refuse(c, -EINVAL,
			      "url: https://ADDRESS:PORT/ of its shinraid, or "
			      "\"\" when it comes by itself; names are not "
			      "looked up");
	r->name = strdup(q->name);
	r->url = strdup(url);
	r->tls_name = strdup(choose_tls_name(c));
	r->standing.since = fleet_now();
	if (!r->name || !r->url || !r->tls_name)
		return -ENOMEM;
	ret = shinrai_public_name(&q->ak, r->ak_name, &r->ak_name_len);
	return ret ? refuse(c, -EINVAL, "ak: its name cannot be computed") : 0;
}

static bool is_reserved(const struct conf_enrol *conf, const char *name)
{
	size_t i;

	for (i = 0; i < conf->nreserved; i++) {
		if (device_name_is(conf->reserved[i], name))
			return true;
	}
	return false;
}

static int check_who(struct judging *c)
{
	if (device_name_fault(c->q->name))
		return refuse(c, -EINVAL,
			      "name: 1 to 63 of a-z 0-9 . _ -, the first a "
			      "letter or digit");
	/* Its certificate could be shown as ours, where the CA is the same. */
	if (X509_check_host(SSL_CTX_get0_certificate(c->f->tls), c->q->name, 0,
			    0, NULL) == 1)
		return refuse(c, -EINVAL, "name: it is the verifier's own");
	if (is_reserved(c->f->enrol->conf, c->q->name))
		return refuse(c, -EINVAL,
			      "name: it is reserved, by enrolment.reserved of "
			      "the verifier's configuration");
	c->old = fleet_find(c->f, c->q->name);
	if (c->who->role != ROLE_DEVICE ||
	    (c->old && !strcmp(c->who->device, c->q->name)))
		return 0;
	return refuse(c, -EACCES, "a device enrols itself, under its own name");
}

/* Early, so that nobody is challenged in vain; the store decides. */
static int check_taken(struct judging *c, const struct device_tpm *tpm)
{
	const struct device *d;
	char text[160];

	if (c->old && c->old->r.tpm.assurance &&
	    memcmp(c->old->r.tpm.ek, tpm->ek, sizeof(tpm->ek)))
		return refuse(c, -EEXIST,
			      "name: it is that of another TPM; withdraw that "
			      "device first");
	TAILQ_FOREACH(d, &c->f->devices, link) {
		if (d == c->old || !d->r.tpm.assurance ||
		    memcmp(d->r.tpm.ek, tpm->ek, sizeof(tpm->ek)))
			continue;
		snprintf(text, sizeof(text),
			 "ek: this TPM is enrolled as \"%s\"; withdraw that "
			 "device first",
			 d->r.name);
		return refuse(c, -EEXIST, text);
	}
	return 0;
}

static int check_ak(struct judging *c, struct exchange *x)
{
	enum shinrai_ak_fault fault = shinrai_public_ak_fault(&c->q->ak);
	int ret;

	if (fault) {
		snprintf(c->err, c->errlen, "ak: %s",
			 shinrai_ak_fault_text(fault));
		return -EINVAL;
	}
	ret = shinrai_public_key(&c->q->ak, &x->ak);
	if (ret == -ENOMEM)
		return ret;
	if (ret || EVP_PKEY_get_security_bits(x->ak) < 112)
		return refuse(c, -EINVAL,
			      "ak: it is no valid key, or a short one");
	return 0;
}

static int check_ek(struct judging *c, struct exchange *x)
{
	const struct enrol *e = c->f->enrol;
	const struct shinrai_ek_input in = {
		.cert = c->q->cert,
		.ncerts = c->q->ncerts,
		.pub = &c->q->ek,
		.allow_software = e->conf->allow_software,
	};
	struct device_tpm *tpm = &x->r.tpm;
	struct shinrai_ek ek;
	X509 *cert;
	int ret = shinrai_ek_check(e->trust, &in, &ek, c->err, c->errlen);

	if (ret)
		return ret;
	tpm->assurance = ek.assurance;
	memcpy(tpm->ek, ek.id, sizeof(tpm->ek));
	memcpy(tpm->ek_cert, ek.cert_digest, sizeof(tpm->ek_cert));
	cert = shinrai_ek_cert_parse(in.cert->p, in.cert->len, NULL);
	x->tpm = cert ? shinrai_ek_cert_names(cert) : NULL;
	X509_free(cert);
	return x->tpm ? 0 : -ENOMEM;
}

static int judge_all(struct judging *c, struct exchange *x)
{
	int ret = check_who(c);

	if (!ret)
		ret = fill(c, x);
	if (!ret)
		ret = check_ak(c, x);
	if (!ret)
		ret = check_ek(c, x);
	if (!ret)
		ret = check_taken(c, &x->r.tpm);
	if (!ret && !enrol_request_is_signed(c->q))
		ret = refuse(c, -EINVAL, "csr: its key did not sign it");
	if (ret)
		return ret;
	memcpy(x->client, c->who->key, sizeof(x->client));
	x->any_key = c->who->role == ROLE_ADMIN;
	x->there = c->who->role == ROLE_DEVICE;
	x->tls_key = c->q->tls_key;
	if (x->tls_key)
		EVP_PKEY_up_ref(x->tls_key);
	return RAND_bytes(x->id, sizeof(x->id)) == 1 &&
			       RAND_bytes(x->secret, sizeof(x->secret)) == 1 ?
		       0 :
		       -ENOMEM;
}

/**
 * enrol_judge() - may a device be challenged?
 * @f: with enrolment
 * @who: asks
 * @q: for what
 * @out: out: for exchange_add() or exchange_free()
 * @err: out on error, but for -ENOMEM: why not
 * @errlen: its room
 *
 * Return: 0; -EINVAL the request is wrong; -EACCES not for this client; -EEXIST
 * the name or the TPM is taken; -EKEYREJECTED no EK that is believed; -ENOMEM.
 */
int enrol_judge(struct fleet *f, const struct enrol_client *who,
		const struct enrol_request *q, struct exchange **out, char *err,
		size_t errlen)
{
	struct judging c = {
		.f = f, .who = who, .q = q, .err = err, .errlen = errlen
	};
	struct exchange *x = calloc(1, sizeof(*x));
	int ret = x ? judge_all(&c, x) : -ENOMEM;

	if (ret) {
		exchange_free(x);
		return ret;
	}
	*out = x;
	return 0;
}
