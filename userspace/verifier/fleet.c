// SPDX-License-Identifier: MIT
/* The devices that the loop knows, and how each of them is shown. */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../daemon/diag.h"
#include "lease.h"
#include "question.h"
#include "reload.h"

/**
 * fleet_now() - the time
 *
 * Return: ms since 1970, UTC.
 */
s64 fleet_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (s64)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/**
 * fleet_monotonic() - a time that nobody sets, and that does not stop in a sleep
 *
 * Return: ms since some time.
 */
s64 fleet_monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (s64)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/**
 * fleet_window() - how long a device may go without being judged
 * @f: the fleet
 *
 * Return: ms.
 */
s64 fleet_window(const struct fleet *f)
{
	return (s64)f->conf->missed * f->conf->period_s * 1000;
}

/**
 * fleet_date() - say when a device was judged, by a time that nobody sets
 * @d: the device; @r.judged is the wall's
 * @since: ms, monotonic: it was kept after that, and asked for at most timeout_s, or
 *     what its answer took, before; 0: nobody knows
 *
 * The wall's clock is believed where nothing else is known, as after a start; but
 * nothing was judged in what it calls the future.
 */
void fleet_date(struct device *d, s64 since)
{
	const s64 now = fleet_monotonic();
	const s64 timeout = d->fleet->conf->timeout_s * 1000ll;
	const s64 most =
		now - since + (d->r.took > timeout ? d->r.took : timeout);
	s64 age = fleet_now() - d->r.judged;

	if (since && (age < 0 || age > most))
		age = most;
	d->judged = d->r.judged && age >= 0 ? now - age : FLEET_NEVER;
}

static int by_name(const void *a, const void *b)
{
	const struct device *x = a, *y = b;

	return strcmp(x->r.name, y->r.name);
}

/**
 * fleet_find() - the device of a name
 * @f: the fleet
 * @name: its name
 *
 * Return: the device; NULL.
 */
struct device *fleet_find(const struct fleet *f, const char *name)
{
	struct device key = { .r.name = (char *)(uintptr_t)name };
	void *const *found = tfind(&key, &f->by_name, by_name);

	return found ? *found : NULL;
}

/**
 * fleet_by_id() - the device that the store has under a number
 * @f: the fleet
 * @id: its number
 *
 * Return: the device; NULL.
 */
struct device *fleet_by_id(const struct fleet *f, s64 id)
{
	struct device *d;

	TAILQ_FOREACH(d, &f->devices, link) {
		if (d->r.id == id)
			return d;
	}
	return NULL;
}

/* No question is under way; one that was offered is by the old policy. */
static void take_policy(struct device *d)
{
	const struct policy *before = d->policy;
	struct policies *old = d->policies;

	d->policies = policies_hold(d->fleet->policies);
	d->policy =
		policies_choose(d->policies, d->r.policy, d->r.group).policy;
	if (d->policy != before) {
		question_free(d->offer);
		d->offer = NULL;
	}
	policies_release(old);
}

/**
 * fleet_take_memory() - take what a question needs from what is remembered
 * @d: the device; where memory lacks it is as it was
 */
void fleet_take_memory(struct device *d)
{
	struct shinrai_state *s;

	if (!d->r.memory) {
		d->records = d->facts = d->ima_from = 0;
		d->ima_again = false;
		memset(d->boot_id, 0, sizeof(d->boot_id));
		memset(d->judged_by, 0, sizeof(d->judged_by));
		return;
	}
	s = malloc(sizeof(*s));
	if (s && !shinrai_state_unpack(d->r.memory, d->r.memory_len, s)) {
		d->records = s->records;
		memcpy(d->boot_id, s->boot_id, sizeof(d->boot_id));
		memcpy(d->judged_by, s->policy, sizeof(d->judged_by));
		d->facts = s->facts;
		d->ima_from = s->ima.offset;
		d->ima_again = s->ima.offset && !s->ima.entries;
		d->no_firmware = s->boot.base != 0;
	}
	free(s);
}

/**
 * fleet_admit() - a device belongs to the fleet
 * @f: the fleet
 * @r: is emptied on success
 * @wait: ms until it is asked first
 *
 * One of its name that is there was withdrawn by another verifier.
 *
 * Return: the device; NULL when memory lacks, or @r has no URL that can be used.
 */
struct device *fleet_admit(struct fleet *f, struct device_record *r, s64 wait)
{
	struct device *d = calloc(1, sizeof(*d));
	struct device *old = fleet_find(f, r->name);

	if (!d)
		return NULL;
	d->fleet = f;
	if (*r->url && url_parse(r->url, &d->url))
		goto out;
	if (old)
		fleet_drop(old);
	d->r = *r;
	take_policy(d);
	if (!tsearch(d, &f->by_name, by_name))
		goto out;
	if (pull_prepare(d)) {
		tdelete(d, &f->by_name, by_name);
		goto out;
	}
	memset(r, 0, sizeof(*r));
	fleet_date(d, 0);
	fleet_take_memory(d);
	TAILQ_INSERT_TAIL(&f->devices, d, link);
	f->ndevices++;
	pull_schedule(d, wait);
	return d;
out:
	policies_release(d->policies);
	free(d);
	return NULL;
}

/* Another TPM than that of which this is remembered, as the store has it. */
static void forget(struct device *d)
{
	question_free(d->offer);
	d->offer = NULL;
	free(d->r.memory);
	d->r.memory = NULL;
	d->r.memory_len = 0;
	fleet_take_memory(d);
}

static void take_renewal(struct device *d)
{
	struct device_record *r = d->renewal;

	d->renewal = NULL;
	/* What is connected to is another one now, or has another name. */
	if (strcmp(d->r.url, r->url) || strcmp(d->r.tls_name, r->tls_name))
		contact_close(d);
	free(d->r.url);
	free(d->r.tls_name);
	free(d->r.policy);
	free(d->r.group);
	d->r.url = r->url;
	d->r.tls_name = r->tls_name;
	d->r.policy = r->policy;
	d->r.group = r->group;
	r->url = r->tls_name = r->policy = r->group = NULL;
	url_parse(d->r.url, &d->url); /* was looked at; or it is "" */
	if (d->r.ak_name_len != r->ak_name_len ||
	    memcmp(d->r.ak_name, r->ak_name, r->ak_name_len)) {
		EVP_PKEY_CTX_free(d->key);
		d->key = NULL;
		if (!d->r.tpm.assurance)
			forget(d);
	}
	memcpy(d->r.ak_name, r->ak_name, sizeof(r->ak_name));
	d->r.ak_name_len = r->ak_name_len;
	d->r.tpm = r->tpm;
	if (d->renews_all)
		lease_apply(d, r);
	d->renews_all = false;
	device_record_free(r);
	free(r);
}

/**
 * fleet_apply() - what a device was renewed to, where it was moved to, and new
 * policies take effect
 * @d: the device, of which no question is under way
 */
void fleet_apply(struct device *d)
{
	const bool other = d->renewal || d->move;

	if (d->renewal)
		take_renewal(d);
	if (d->move)
		place_take(d);
	if (other || d->policies != d->fleet->policies)
		take_policy(d);
}

/**
 * fleet_will_be() - a device becomes what the store has of it
 * @d: the device
 * @r: is the device's then; it was kept later than what is to take effect yet
 * @all: it is all that there is of it, as lease_apply() takes it
 *
 * It takes effect now, or when the device's question is over.
 */
void fleet_will_be(struct device *d, struct device_record *r, bool all)
{
	place_drop(d);
	if (d->renewal)
		device_record_free(d->renewal);
	free(d->renewal);
	d->renewal = r;
	d->renews_all = all;
	if (!d->question)
		fleet_apply(d);
}

/**
 * fleet_renew() - a device was enrolled by its TPM, for the first time or again
 * @f: the fleet
 * @r: what is kept of it; is emptied on success but for its TPM
 *
 * Return: the device; NULL when memory lacks.
 */
struct device *fleet_renew(struct fleet *f, struct device_record *r)
{
	struct device *d = fleet_find(f, r->name);
	const struct device_tpm tpm = r->tpm;
	struct device_record *copy;

	if (!d || d->r.id != r->id) {
		d = fleet_admit(f, r, 0);
		r->tpm = tpm;
		return d;
	}
	copy = malloc(sizeof(*copy));
	if (!copy)
		return NULL;
	*copy = *r;
	memset(r, 0, sizeof(*r));
	r->tpm = tpm;
	fleet_will_be(d, copy, false);
	return d;
}

/**
 * fleet_drop() - a device belongs to it no more
 * @d: freed now, or when its question is over
 */
void fleet_drop(struct device *d)
{
	struct fleet *f = d->fleet;

	if (!d->removed) {
		d->removed = true;
		tdelete(d, &f->by_name, by_name);
		TAILQ_REMOVE(&f->devices, d, link);
		f->ndevices--;
	}
	if (d->question)
		return;
	pull_stop(d);
	contact_close(d);
	question_free(d->offer);
	place_drop(d);
	EVP_PKEY_CTX_free(d->key);
	device_record_free(&d->r);
	policies_release(d->policies);
	free(d);
}

/**
 * fleet_in_time() - was a device judged lately?
 * @d: the device
 *
 * Return: whether what it was judged by was asked for within the configured number
 * of periods.
 */
bool fleet_in_time(const struct device *d)
{
	return fleet_monotonic() - d->judged <= fleet_window(d->fleet);
}

/**
 * fleet_fresh() - is what a device was judged to be still so?
 * @d: the device
 *
 * While it answers a question that came in time, for as long as it may, it is.
 *
 * Return: whether it is.
 */
bool fleet_fresh(const struct device *d)
{
	const s64 most = d->fleet->conf->timeout_s * 1000ll;
	const s64 now = fleet_monotonic();
	s64 asked = now;

	if (d->question)
		asked = d->question->begun;
	if (asked < now - most)
		asked = now - most;
	return asked - d->judged <= fleet_window(d->fleet);
}

/**
 * fleet_standing() - how a device is shown
 * @d: the device
 * @st: out
 *
 * What was judged too long ago is never shown as if it were so still.
 */
void fleet_standing(const struct device *d, struct device_standing *st)
{
	*st = d->r.standing;
	if ((st->state != DEVICE_TRUSTED && st->state != DEVICE_UNTRUSTED) ||
	    fleet_fresh(d))
		return;
	st->state = DEVICE_UNREACHABLE;
	st->since = d->r.judged;
	snprintf(st->code, sizeof(st->code), "stale");
	snprintf(st->reason, sizeof(st->reason),
		 "not judged for too long; it was %s then",
		 device_state_name(d->r.standing.state));
}

struct admission {
	struct fleet *fleet;
	size_t count, n;
};

static int count_one(void *arg, const struct device_record *r)
{
	struct admission *a = arg;

	(void)r;
	a->count++;
	return 0;
}

static int copy(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return from && !*to ? -ENOMEM : 0;
}

static int copy_bytes(u8 **to, const u8 *from, size_t len)
{
	*to = from ? malloc(len) : NULL;
	if (*to)
		memcpy(*to, from, len);
	return from && !*to ? -ENOMEM : 0;
}

/* Spread over a period, so that they are not all asked at once. */
static int admit_one(void *arg, const struct device_record *r)
{
	struct admission *a = arg;
	struct device_record own = *r;
	s64 wait =
		a->fleet->conf->period_s * 1000ll * (s64)a->n++ / (s64)a->count;
	int ret;

	ret = copy(&own.name, r->name) | copy(&own.url, r->url) |
	      copy(&own.tls_name, r->tls_name) | copy(&own.policy, r->policy) |
	      copy(&own.group, r->group) |
	      copy_bytes(&own.verdict, r->verdict, r->verdict_len) |
	      copy_bytes(&own.memory, r->memory, r->memory_len);
	if (!ret && !fleet_admit(a->fleet, &own, wait))
		ret = -ENOMEM;
	if (ret)
		device_record_free(&own);
	return ret ? -ENOMEM : 0;
}

/**
 * fleet_start() - read what is kept, and begin to ask
 * @f: base, conf, config, tls and store are set; else zeroed
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * Return: 0; -errno.
 */
int fleet_start(struct fleet *f, char *err, size_t errlen)
{
	struct admission a = { .fleet = f };
	int ret;

	TAILQ_INIT(&f->devices);
	TAILQ_INIT(&f->waiting);
	f->keeps = true;
	snprintf(err, errlen, "out of memory");
	if (contact_setup(f) || pulse_start(&f->pulse, f->base))
		return -ENOMEM;
	ret = policies_load(f->conf, NULL, &f->policies, err, errlen);
	if (!ret)
		ret = reload_start(f);
	if (ret)
		return ret;
	ret = store_devices(f->store, count_one, &a);
	if (!ret)
		ret = store_devices(f->store, admit_one, &a);
	if (ret) {
		snprintf(err, errlen, "cannot read the devices: %s",
			 ret == -ENOMEM ? "out of memory" :
					  store_error(f->store));
		return ret;
	}
	ret = keep_start(f, err, errlen);
	if (!ret)
		ret = settle_start(f);
	return ret ? ret : lease_start(f);
}

/**
 * fleet_stop() - end what is under way, and forget all
 * @f: from fleet_start(), also when that failed
 *
 * What was judged by now is kept.
 */
void fleet_stop(struct fleet *f)
{
	reload_stop(f);
	pulse_stop(&f->pulse);
	stage_free(f->judges);
	f->judges = NULL; /* what comes back now goes nowhere any more */
	lease_end(f);
	keep_stop(f);
	lease_free(f);
	policies_release(f->policies);
	f->policies = NULL;
}
