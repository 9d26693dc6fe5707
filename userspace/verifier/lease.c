// SPDX-License-Identifier: MIT
/*
 * Once a second: our lease is renewed, devices are taken or given back so that each
 * verifier has its share, and what the others wrote is read.
 *
 * Invariant: a device whose fence is not 0 is ours in the database, too, or what is
 * written of it fails.  It changes only while no question is under way.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../daemon/diag.h"
#include "enrol.h"
#include "hook.h"
#include "lease.h"
#include "lease_peers.h"
#include "question.h"

#define SYNC_MS 1000
#define LEASE_MS 5000 /* others wait longer: PEER_DEAD_MS */
#define BATCH 2000 /* devices that are taken at once */
#define CLAIMS 256
#define HURRY_MS 100 /* between two times, when there are devices to take */

struct given {
	s64 id, fence;
};

struct lease {
	struct job job;
	struct fleet *fleet;
	struct event *timer;
	struct store_lease now;
	s64 until; /* ms, monotonic: we ask until then */
	s64 since; /* ms, monotonic: what is news was not there then; 0: all is */
	bool failed; /* the last time; the database may be gone */
	struct given *given; /* until the database knows */
	size_t ngiven;
	s64 claim[CLAIMS]; /* devices that came to us */
	size_t nclaims;
	/* of the job; nobody else touches it while that is under way */
	s64 claiming[CLAIMS];
	size_t nclaiming;
	struct store_lease next;
	struct lease_peers peers;
	s64 asked; /* ms, monotonic */
	s64 *id; /* of all devices, ascending */
	size_t nids;
	struct device_record *news;
	size_t nnews;
	u8 (*revoked)[CA_SERIAL];
	size_t nrevoked;
};

/* Room for one more in an array that doubles. */
static void *grow(void *array, size_t n, size_t size)
{
	return n & (n - 1) ? array : reallocarray(array, n ? 2 * n : 1, size);
}

static int take_id(void *arg, s64 id)
{
	struct lease *l = arg;
	s64 *all = grow(l->id, l->nids, sizeof(*all));

	if (!all)
		return -ENOMEM;
	l->id = all;
	all[l->nids++] = id;
	return 0;
}

static int take_news(void *arg, struct device_record *r)
{
	struct lease *l = arg;
	struct device_record *all = grow(l->news, l->nnews, sizeof(*all));

	if (!all)
		return -ENOMEM;
	l->news = all;
	all[l->nnews++] = *r;
	return 0;
}

static int take_revoked(void *arg, const u8 *serial, size_t len, s64 at)
{
	struct lease *l = arg;
	u8(*all)[CA_SERIAL];

	(void)at;
	if (len != CA_SERIAL)
		return 0;
	all = grow(l->revoked, l->nrevoked, sizeof(*all));
	if (!all)
		return -ENOMEM;
	l->revoked = all;
	memcpy(all[l->nrevoked++], serial, len);
	return 0;
}

static int change_hands(struct lease *l, struct store *s)
{
	struct store_lease *n = &l->next;
	u64 share;
	size_t i;
	int ret = 0;

	for (i = 0; i < l->ngiven && !ret; i++)
		ret = store_lease_give(s, l->given[i].id, l->given[i].fence);
	if (!ret)
		ret = store_lease_renew(s, n);
	if (!ret)
		ret = lease_peers_look(&l->peers, s, n->id, fleet_monotonic());
	for (i = 0; i < l->nclaiming && !ret; i++)
		ret = store_lease_claim(s, n, l->claiming[i]);
	if (!ret)
		ret = store_lease_share(s, n);
	if (ret)
		return ret;
	share = (n->devices + n->verifiers - 1) / n->verifiers;
	n->taken = 0;
	if (n->owned >= share)
		return 0;
	share -= n->owned;
	return store_lease_take(s, n, share < BATCH ? share : BATCH);
}

static int keep_lease(struct job *j, struct store *s)
{
	struct lease *l = (struct lease *)j;
	int ret = change_hands(l, s);

	if (!ret)
		ret = store_lease_ids(s, take_id, l);
	if (!ret)
		ret = store_lease_news(s, &l->next, take_news, l);
	return ret ? ret : store_revoked(s, take_revoked, l);
}

static void drop_results(struct lease *l)
{
	while (l->nnews)
		device_record_free(&l->news[--l->nnews]);
	free(l->news);
	free(l->id);
	free(l->revoked);
	l->news = NULL;
	l->id = NULL;
	l->revoked = NULL;
	l->nids = l->nrevoked = 0;
}

static int by_id(const void *a, const void *b)
{
	const s64 x = *(const s64 *)a, y = *(const s64 *)b;

	return x < y ? -1 : x > y;
}

/* Those that another verifier withdrew. */
static void drop_gone(struct lease *l)
{
	struct device *d, *next;

	for (d = TAILQ_FIRST(&l->fleet->devices); d; d = next) {
		next = TAILQ_NEXT(d, link);
		if (!l->nids ||
		    !bsearch(&d->r.id, l->id, l->nids, sizeof(*l->id), by_id))
			fleet_drop(d);
	}
}

static s64 due_in(const struct device *d)
{
	const s64 period = d->fleet->conf->period_s * 1000ll;
	const s64 wait = d->judged + period - fleet_monotonic();

	return wait < 0 ? 0 : wait > period ? period : wait;
}

static void learn(struct lease *l, struct device_record *r)
{
	struct fleet *f = l->fleet;
	struct device *d = fleet_find(f, r->name);
	struct device_record *copy;

	if (!d) {
		d = fleet_admit(f, r, 0);
		if (!d)
			diag(LOG_ERR,
			     "out of memory; %s is not known until "
			     "this verifier begins anew",
			     r->name);
		else
			d->taken = fleet_monotonic();
		if (d)
			fleet_date(d, l->since);
		return;
	}
	copy = malloc(sizeof(*copy));
	if (!copy)
		diag_die("out of memory");
	*copy = *r;
	memset(r, 0, sizeof(*r));
	if (!d->renewal || !d->renews_all)
		d->renewed = l->since;
	fleet_will_be(d, copy, true);
	if (d->question || !d->r.fence)
		return;
	pull_pause(d);
	pull_schedule(d, due_in(d));
}

/**
 * lease_apply() - the database's word on a device takes effect
 * @d: the device, of which no question is under way
 * @r: what there is of it; what @d had is there then
 */
void lease_apply(struct device *d, struct device_record *r)
{
	const struct device_record old = d->r;

	question_free(d->offer);
	d->offer = NULL;
	d->failure[0] = '\0';
	d->retry_ms = 0;
	d->boot_kept = false;
	/* One that comes by itself is taken whenever it likes: once is enough. */
	if (r->fence && !old.fence && (*d->r.url || !d->taken))
		d->taken = fleet_monotonic();
	if (!r->fence)
		contact_close(d);
	d->r.standing = r->standing;
	d->r.judged = r->judged;
	d->r.took = r->took;
	d->r.good = r->good;
	d->r.pace = r->pace;
	d->r.fence = r->fence;
	d->r.verdict = r->verdict;
	d->r.verdict_len = r->verdict_len;
	d->r.memory = r->memory;
	d->r.memory_len = r->memory_len;
	if (d->r.judged != old.judged)
		fleet_date(d, d->renewed);
	r->verdict = old.verdict;
	r->memory = old.memory;
	fleet_take_memory(d);
}

/* More than our share: those that are asked last go first. */
static void give_back(struct lease *l)
{
	const struct store_lease *n = &l->now;
	u64 share = (n->devices + n->verifiers - 1) / n->verifiers;
	u64 most = n->owned > share ? n->owned - share : 0;
	struct device *d;

	free(l->given);
	l->given = NULL;
	l->ngiven = 0;
	if (most > BATCH)
		most = BATCH;
	if (most)
		l->given = calloc(most, sizeof(*l->given));
	if (!l->given)
		return;
	TAILQ_FOREACH_REVERSE(d, &l->fleet->devices, device_list, link)
	{
		if (l->ngiven == most)
			break;
		if (!d->r.fence || d->question || d->renewal || !*d->r.url)
			continue;
		l->given[l->ngiven++] = (struct given){ d->r.id, d->r.fence };
		d->r.fence = 0;
		contact_close(d);
	}
}

static void again(struct lease *l)
{
	const bool more = l->nclaims || l->now.taken == BATCH;
	const s64 wait = HURRY_MS - (fleet_monotonic() - l->asked);
	const s64 ms = !more ? SYNC_MS : wait > 0 ? wait : 0;
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	if (evtimer_add(l->timer, &tv))
		diag_die("out of memory");
}

static void lease_kept(struct job *j, struct fleet *f)
{
	struct lease *l = (struct lease *)j;
	const u64 others = l->now.verifiers;
	size_t i;

	l->failed = j->err;
	if (j->err) {
		drop_results(l);
		l->nclaims = 0;
		l->now.taken = 0;
		again(l);
		return;
	}
	l->now = l->next;
	if (l->until && fleet_monotonic() >= l->until)
		pulse_break(&f->pulse);
	l->since = l->until ? l->until - LEASE_MS : 0;
	l->until = l->asked + LEASE_MS;
	if (l->now.verifiers != others)
		diag(LOG_INFO, "verifier %lld, one of %llu on this database",
		     (long long)l->now.id,
		     (unsigned long long)l->now.verifiers);
	drop_gone(l);
	for (i = 0; i < l->nnews; i++)
		learn(l, &l->news[i]);
	for (i = 0; i < l->nrevoked && f->enrol; i++) {
		if (enrol_revoke(f->enrol, l->revoked[i], CA_SERIAL))
			diag_die("out of memory");
	}
	drop_results(l);
	give_back(l);
	hooks_wake(f);
	again(l);
}

static void on_timer(evutil_socket_t fd, short what, void *lease)
{
	struct lease *l = lease;

	(void)fd;
	(void)what;
	evtimer_del(l->timer);
	l->next = l->now;
	memcpy(l->claiming, l->claim, l->nclaims * sizeof(*l->claim));
	l->nclaiming = l->nclaims;
	l->nclaims = 0;
	l->asked = fleet_monotonic();
	keep_put(l->fleet, &l->job);
}

/**
 * lease_start() - begin to share the devices, where the database is shared
 * @f: the fleet, which is started
 *
 * Return: 0; -ENOMEM.
 */
int lease_start(struct fleet *f)
{
	struct lease *l;

	if (store_is_file(f->conf->database))
		return 0;
	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	f->lease = l;
	l->fleet = f;
	l->job.keep = keep_lease;
	l->job.done = lease_kept;
	l->timer = evtimer_new(f->base, on_timer, l);
	if (!l->timer)
		return -ENOMEM;
	on_timer(-1, 0, l);
	return 0;
}

/**
 * lease_is_ours() - may we ask a device, now?
 * @d: the device
 *
 * Return: whether it is ours, and our lease has not ended.
 */
bool lease_is_ours(const struct device *d)
{
	const struct lease *l = d->fleet->lease;

	return !l || (d->r.fence && fleet_monotonic() < l->until);
}

/**
 * lease_bound() - how long a device may be waited for
 * @d: the device, which is ours
 * @ms: from now, if it were up to us
 *
 * Return: that, or ms until our lease ends, whichever is less.
 */
s64 lease_bound(const struct device *d, s64 ms)
{
	const struct lease *l = d->fleet->lease;
	const s64 left = l ? l->until - fleet_monotonic() : ms;

	return left < ms ? left > 0 ? left : 0 : ms;
}

/**
 * lease_leads() - what only one of the verifiers does is ours
 * @f: the fleet
 *
 * Return: whether it is, until our lease ends.
 */
bool lease_leads(const struct fleet *f)
{
	const struct lease *l = f->lease;

	return !l || (l->now.id && l->now.first == l->now.id &&
		      fleet_monotonic() < l->until);
}

/**
 * lease_claim() - a device came to us, and is not ours
 * @d: the device; if nobody can ask it, it is ours soon.  One that has a URL is whose
 *     turn it is: nothing is done for it.
 *
 * Return: whether the database is asked for it, which was there just now.
 */
bool lease_claim(struct device *d)
{
	struct lease *l = d->fleet->lease;
	size_t i;

	for (i = 0; i < l->nclaims; i++) {
		if (l->claim[i] == d->r.id)
			return true;
	}
	if (d->r.fence || *d->r.url || l->nclaims == CLAIMS)
		return false;
	l->claim[l->nclaims++] = d->r.id;
	/* The timer runs unless the job is under way. */
	if (evtimer_pending(l->timer, NULL))
		again(l);
	return !l->failed;
}

static int keep_end(struct job *j, struct store *s)
{
	struct lease *l = (struct lease *)j;

	return store_lease_end(s, l->now.id);
}

static void end_kept(struct job *j, struct fleet *f)
{
	(void)f;
	free(j);
}

/**
 * lease_end() - give all back
 * @f: the fleet, of which nothing is judged any more; NULL lease is none
 */
void lease_end(struct fleet *f)
{
	struct lease *copy = f->lease ? malloc(sizeof(*copy)) : NULL;

	if (!copy)
		return;
	*copy = *f->lease;
	copy->job.keep = keep_end;
	copy->job.done = end_kept;
	keep_put(f, &copy->job);
}

/**
 * lease_free() - release what there is
 * @f: the fleet, whose keeping thread has ended
 */
void lease_free(struct fleet *f)
{
	struct lease *l = f->lease;

	f->lease = NULL;
	if (!l)
		return;
	drop_results(l);
	if (l->timer)
		event_free(l->timer);
	free(l->given);
	lease_peers_free(&l->peers);
	free(l);
}
