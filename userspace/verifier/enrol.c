// SPDX-License-Identifier: MIT
/* Enrolment by TPM: exchanges under way, and certificates that are revoked. */
#include <openssl/err.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/util.h>

#include "../daemon/diag.h"
#include "enrol.h"
#include "lease.h"

#define PURGE_S 60
#define EXCHANGES 256 /* under way; then the oldest one is forgotten */
#define FILE_MAX (4u << 20)

/* For enrol_tls_verify(), which OpenSSL gives no argument. */
static struct enrol *running;

struct purge {
	struct job job;
	struct fleet *fleet;
	struct event *timer;
};

/* What files say. */
struct files {
	struct ca ca;
	struct shinrai_ek_trust *trust;
};

static int load_ek_file(struct files *s, const struct conf_ek_file *f,
			char *err, size_t errlen)
{
	SHINRAI_FREE u8 *data = NULL;
	size_t len;
	int ret = shinrai_file_read(f->file, FILE_MAX, &data, &len);

	if (!ret)
		ret = shinrai_ek_trust_add(s->trust, data, len, f->level);
	if (ret == -EBADMSG)
		snprintf(err, errlen,
			 "%s: enrolment: %s holds something else than PEM or "
			 "DER certificates%s",
			 f->where, f->file, f->level ? "" : " and CRLs");
	else if (ret)
		snprintf(err, errlen, "%s: enrolment: cannot read %s: %s",
			 f->where, f->file, strerror(-ret));
	return ret;
}

static void unload(struct files *s)
{
	shinrai_ek_trust_free(s->trust);
	ca_free(&s->ca);
}

/* Nothing is left of it on error. */
static int load(struct files *s, const struct conf_enrol *c, char *err,
		size_t errlen)
{
	size_t i;
	int ret;

	snprintf(err, errlen, "out of memory");
	ret = ca_load(&s->ca, c->ca_cert, c->ca_key, err, errlen);
	s->trust = shinrai_ek_trust_new();
	if (!ret && !s->trust)
		ret = -ENOMEM;
	for (i = 0; i < c->nek && !ret; i++)
		ret = load_ek_file(s, &c->ek[i], err, errlen);
	if (ret)
		unload(s);
	return ret;
}

/**
 * enrol_check() - can what the configuration names be used?
 * @c: the configuration
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * Return: 0; -errno.
 */
int enrol_check(const struct conf_enrol *c, char *err, size_t errlen)
{
	struct files s;
	int ret = *c->ca_cert ? load(&s, c, err, errlen) : 0;

	if (*c->ca_cert && !ret)
		unload(&s);
	return ret;
}

/**
 * enrol_reload() - read CA, EK certificates and CRLs anew
 * @e: enrolment; NULL: there is none; is as before on error
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * Return: 0; -errno.
 */
int enrol_reload(struct enrol *e, char *err, size_t errlen)
{
	struct files s;
	int ret = e ? load(&s, e->conf, err, errlen) : 0;

	if (!e || ret)
		return ret;
	shinrai_ek_trust_free(e->trust);
	ca_free(&e->ca);
	e->trust = s.trust;
	e->ca = s.ca;
	return 0;
}

static int by_serial(const void *a, const void *b)
{
	return memcmp(a, b, CA_SERIAL);
}

static int take_revoked(void *arg, const u8 *serial, size_t len, s64 at)
{
	(void)at;
	return enrol_revoke(arg, serial, len);
}

/**
 * enrol_start() - read what enrolment needs
 * @f: with conf and store; its enrol is set where the configuration has a CA
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * Return: 0; -errno.
 */
int enrol_start(struct fleet *f, char *err, size_t errlen)
{
	struct enrol *e;
	int ret;

	if (!*f->conf->enrol.ca_cert)
		return 0;
	snprintf(err, errlen, "out of memory");
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->conf = &f->conf->enrol;
	TAILQ_INIT(&e->exchanges);
	f->enrol = e;
	ret = enrol_reload(e, err, errlen);
	if (ret)
		return ret;
	ret = store_revoked(f->store, take_revoked, e);
	if (ret)
		snprintf(err, errlen, "cannot read what is revoked: %s",
			 store_error(f->store));
	running = e;
	return ret;
}

static int purge(struct job *j, struct store *s)
{
	(void)j;
	return store_purge(s, fleet_now() / 1000);
}

static void purge_later(struct purge *p)
{
	const struct timeval tv = { PURGE_S, 0 };

	if (evtimer_add(p->timer, &tv))
		diag_die("out of memory");
}

static void purged(struct job *j, struct fleet *f)
{
	(void)f;
	purge_later((struct purge *)j);
}

/* Where several share the store one of them does it: time passes once. */
static void on_purge(evutil_socket_t fd, short what, void *purge)
{
	struct purge *p = purge;

	(void)fd;
	(void)what;
	if (lease_leads(p->fleet))
		keep_put(p->fleet, &p->job);
	else
		purge_later(p);
}

/**
 * enrol_watch() - forget certificates that ended long ago, again and again
 * @f: the fleet, which is started
 *
 * A job of its own: who reads what is revoked does so where nothing can be written.
 * It goes on until the process ends.
 */
void enrol_watch(struct fleet *f)
{
	static struct purge p;

	if (!f->enrol)
		return;
	p.fleet = f;
	p.job.keep = purge;
	p.job.done = purged;
	p.timer = evtimer_new(f->base, on_purge, &p);
	if (!p.timer)
		diag_die("out of memory");
	on_purge(-1, 0, &p);
}

/**
 * enrol_stop() - forget all of it
 * @f: from enrol_start(), also when that failed
 */
void enrol_stop(struct fleet *f)
{
	struct enrol *e = f->enrol;
	struct exchange *x;

	running = NULL;
	f->enrol = NULL;
	if (!e)
		return;
	while ((x = TAILQ_FIRST(&e->exchanges))) {
		TAILQ_REMOVE(&e->exchanges, x, link);
		exchange_free(x);
	}
	tdestroy(e->revoked, free);
	shinrai_ek_trust_free(e->trust);
	ca_free(&e->ca);
	free(e);
}

/**
 * enrol_revoke() - a certificate of ours is not valid any more
 * @e: enrolment
 * @serial: of the certificate
 * @len: its bytes; of another length than CA_SERIAL it is none of ours
 *
 * Return: 0; -ENOMEM.
 */
int enrol_revoke(struct enrol *e, const u8 *serial, size_t len)
{
	void **at;
	u8 *copy;

	if (len != CA_SERIAL)
		return 0;
	copy = malloc(CA_SERIAL);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, serial, CA_SERIAL);
	at = tsearch(copy, &e->revoked, by_serial);
	if (!at || *at != copy)
		free(copy);
	return at ? 0 : -ENOMEM;
}

/**
 * enrol_is_revoked() - is it?
 * @e: enrolment
 * @serial: of a certificate of ours
 *
 * Return: whether it is.
 */
bool enrol_is_revoked(const struct enrol *e, const u8 serial[CA_SERIAL])
{
	return tfind(serial, &e->revoked, by_serial);
}

/**
 * enrol_names_us() - does a certificate say that it is of our CA?
 * @e: enrolment
 * @x: the certificate
 *
 * That is enough to refuse it.
 *
 * Return: whether it does.
 */
bool enrol_names_us(const struct enrol *e, X509 *x)
{
	return !X509_NAME_cmp(X509_get_issuer_name(x),
			      X509_get_subject_name(e->ca.cert));
}

/**
 * enrol_vouched() - was this certificate of a device found in the store?
 * @d: the device
 * @serial: of the certificate; zeros: it is none that we give
 *
 * Return: whether it was; otherwise it may be there still.
 */
bool enrol_vouched(const struct device *d, const u8 serial[CA_SERIAL])
{
	return *serial && !memcmp(d->vouched, serial, sizeof(d->vouched));
}

/**
 * enrol_unvouched() - why a certificate of a device is refused
 * @worth: of it
 *
 * Return: words.
 */
const char *enrol_unvouched(enum store_worth worth)
{
	return worth == WORTH_REVOKED ?
		       "its certificate is revoked: enrol it again by "
		       "shinraictl setup" :
		       "the database does not know its certificate (was it put "
		       "back from a copy?): enrol it again by shinraictl setup";
}

/**
 * enrol_tls_verify() - for SSL_CTX_set_verify(): nothing that is revoked
 * @ok: what OpenSSL found
 * @ctx: where it is
 *
 * Return: whether to go on.
 */
int enrol_tls_verify(int ok, X509_STORE_CTX *ctx)
{
	X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	u8 serial[CA_SERIAL];

	if (!ok || !running || !x || X509_STORE_CTX_get_error_depth(ctx) ||
	    !enrol_names_us(running, x) || ca_serial(x, serial) ||
	    !enrol_is_revoked(running, serial))
		return ok;
	X509_STORE_CTX_set_error(ctx, X509_V_ERR_CERT_REVOKED);
	return 0;
}

static void forget(struct enrol *e, struct exchange *x)
{
	TAILQ_REMOVE(&e->exchanges, x, link);
	e->nexchanges--;
}

/**
 * exchange_add() - it waits for its answer
 * @e: enrolment
 * @x: belongs to it until it is taken
 */
void exchange_add(struct enrol *e, struct exchange *x)
{
	struct exchange *old;

	/* One for each name: nobody has others forgotten by his own. */
	TAILQ_FOREACH(old, &e->exchanges, link) {
		if (!strcmp(old->r.name, x->r.name))
			break;
	}
	if (!old && e->nexchanges >= EXCHANGES)
		old = TAILQ_FIRST(&e->exchanges);
	if (old) {
		forget(e, old);
		exchange_free(old);
	}
	x->until = fleet_monotonic() + e->conf->challenge_s * 1000ll;
	TAILQ_INSERT_TAIL(&e->exchanges, x, link);
	e->nexchanges++;
}

/**
 * exchange_take() - it was answered, rightly or not
 * @e: enrolment
 * @id: of the exchange
 * @client: who answers
 *
 * Return: for exchange_free(); NULL: there is none, it is of somebody else, or too
 * old.
 */
struct exchange *exchange_take(struct enrol *e, const u8 id[ENROL_ID],
			       const u8 client[32])
{
	const s64 now = fleet_monotonic();
	struct exchange *x, *next, *found = NULL;

	for (x = TAILQ_FIRST(&e->exchanges); x; x = next) {
		next = TAILQ_NEXT(x, link);
		if (x->until < now) {
			forget(e, x);
			exchange_free(x);
		} else if (!memcmp(x->id, id, ENROL_ID) &&
			   !memcmp(x->client, client, 32)) {
			forget(e, x);
			found = x;
		}
	}
	return found;
}

/**
 * exchange_free() - forget its secret, and the rest
 * @x: may be NULL
 */
void exchange_free(struct exchange *x)
{
	if (!x)
		return;
	OPENSSL_cleanse(x->secret, sizeof(x->secret));
	device_record_free(&x->r);
	free(x->new_policy);
	free(x->new_group);
	EVP_PKEY_free(x->ak);
	EVP_PKEY_free(x->tls_key);
	GENERAL_NAMES_free(x->tpm);
	free(x);
}
