// SPDX-License-Identifier: MIT
/* Webhooks: what is due is read, sent, and then no longer due. */
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/keyvalq_struct.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../daemon/diag.h"
#include "fleet.h"
#include "hook.h"
#include "lease.h"
#include "view.h"

#define RETRY_MS 1000
#define RETRY_MAX_MS 300000
#define ANSWER_MAX 16384

enum progress {
	IDLE, /* nothing is due, or it is tried later: the timer looks again */
	READING, /* a job is with the store */
	SENDING, /* the timer is the deadline */
	TAKEN, /* the timer ends the connection; the same with ... */
	REFUSED,
};

struct hook {
	struct job job;
	struct fleet *fleet;
	char name[64];
	const struct conf_hook *conf; /* NULL once it is @gone */
	struct url url;
	u32 may; /* classes of fields that it may read */
	struct hook_secret secret;
	struct event *timer;
	enum progress progress;
	struct evhttp_connection *conn;
	bool again; /* the log grew while it was read */
	bool gone; /* the configuration has it no more: its place is dropped */
	u64 dropped; /* entries that it was not told, then */
	bool taken; /* @next was: the job moves on */
	char log[SHINRAI_LOG_NAME_SIZE];
	u64 next; /* entry that is due, as the store has it */
	u64 found; /* by the job: what becomes @next when it is kept */
	char *text; /* the entry that is due; NULL: none is */
	s64 retry_ms; /* 0: the last one was taken */
	u64 delivered, failures;
};

static void schedule(struct hook *h, s64 ms)
{
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	/* It was pending before: there is memory for it. */
	evtimer_add(h->timer, &tv);
}

static struct hook *hook_of(struct job *j)
{
	return (struct hook *)((char *)j - offsetof(struct hook, job));
}

/* What it is told: the entry with what it may read of it. */
static int take_text(void *arg, const struct store_entry *e)
{
	struct hook *h = arg;
	json_t *j = view_entry(e, h->may);

	h->text = j ? json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	json_decref(j);
	if (!h->text)
		diag(LOG_ERR,
		     "webhook %s: entry %" PRIu64
		     " cannot be read: memory lacks, or the log is damaged",
		     h->name, h->found);
	/* Nobody else's work is undone for it. */
	return 0;
}

static int keep_place(struct job *j, struct store *s)
{
	struct hook *h = hook_of(j);
	struct shinrai_log_head head;
	int ret = 0;

	if (h->taken)
		ret = store_hook_advance(s, h->name, h->next + 1);
	if (!ret)
		ret = store_hook_next(s, h->name, &h->found);
	if (!ret)
		ret = store_log_head(s, &head);
	if (ret)
		return ret;
	snprintf(h->log, sizeof(h->log), "%s", head.log);
	return store_log_entries(s, h->found, 1, take_text, h);
}

static void read_next(struct hook *h)
{
	if (!lease_leads(h->fleet)) {
		h->again = h->taken = false;
		schedule(h, RETRY_MS);
		return;
	}
	h->progress = READING;
	h->again = false;
	free(h->text);
	h->text = NULL;
	keep_put(h->fleet, &h->job);
}

static void retry(struct hook *h, const char *why)
{
	h->failures++;
	h->retry_ms = h->retry_ms ? 2 * h->retry_ms : RETRY_MS;
	if (h->retry_ms > RETRY_MAX_MS)
		h->retry_ms = RETRY_MAX_MS;
	diag(LOG_WARNING,
	     "webhook %s did not take entry %" PRIu64 ": %s; again in %lld s",
	     h->name, h->next, why, (long long)h->retry_ms / 1000);
	h->progress = IDLE;
	schedule(h, h->retry_ms);
}

static void on_answer(struct evhttp_request *req, void *hook)
{
	struct hook *h = hook;
	int status = req ? evhttp_request_get_response_code(req) : 0;

	if (h->progress != SENDING)
		return;
	h->progress = status >= 200 && status < 300 ? TAKEN : REFUSED;
	schedule(h, 0);
}

/* Return: whether all of it could be added. */
static bool add_headers(struct hook *h, struct evhttp_request *req)
{
	struct evkeyvalq *to = evhttp_request_get_output_headers(req);
	char host[INET6_ADDRSTRLEN + 16], id[64], time[24];
	const s64 now = fleet_now() / 1000;
	char signature[HOOK_SIGNATURE_SIZE];

	snprintf(host, sizeof(host), h->url.v6 ? "[%s]:%u" : "%s:%u",
		 h->url.host, h->url.port);
	snprintf(id, sizeof(id), "%s.%" PRIu64, h->log, h->next);
	snprintf(time, sizeof(time), "%lld", (long long)now);
	return !hook_sign(&h->secret, id, now, h->text, signature) &&
	       !evhttp_add_header(to, "Host", host) &&
	       !evhttp_add_header(to, "Content-Type", "application/json") &&
	       !evhttp_add_header(to, "webhook-id", id) &&
	       !evhttp_add_header(to, "webhook-timestamp", time) &&
	       !evhttp_add_header(to, "webhook-signature", signature);
}

static bool dial(struct hook *h)
{
	struct fleet *f = h->fleet;
	struct bufferevent *bev =
		tls_dial(f->base, f->tls, h->conf->tls_name, h->url.host);

	if (!bev)
		return false;
	h->conn = evhttp_connection_base_bufferevent_new(
		f->base, NULL, bev, h->url.host, h->url.port);
	if (!h->conn) {
		bufferevent_free(bev);
		return false;
	}
	evhttp_connection_set_timeout(h->conn, f->conf->timeout_s + 1);
	evhttp_connection_set_max_headers_size(h->conn, ANSWER_MAX);
	evhttp_connection_set_max_body_size(h->conn, ANSWER_MAX);
	return true;
}

static bool post(struct hook *h)
{
	struct evhttp_request *req = evhttp_request_new(on_answer, h);

	if (!req)
		return false;
	if (!dial(h) || !add_headers(h, req) ||
	    evbuffer_add(evhttp_request_get_output_buffer(req), h->text,
			 strlen(h->text))) {
		evhttp_request_free(req);
		return false;
	}
	/* When this fails it frees the request. */
	return !evhttp_make_request(h->conn, req, EVHTTP_REQ_POST, h->url.path);
}

static void send_entry(struct hook *h)
{
	h->progress = SENDING;
	schedule(h, h->fleet->conf->timeout_s * 1000ll);
	if (!post(h) && h->progress == SENDING) {
		h->progress = REFUSED;
		schedule(h, 0);
	}
}

static void hook_free(struct hook *h)
{
	if (h->conn)
		evhttp_connection_free(h->conn);
	if (h->timer)
		event_free(h->timer);
	free(h->text);
	explicit_bzero(&h->secret, sizeof(h->secret));
	free(h);
}

static int drop_place(struct job *j, struct store *s)
{
	struct hook *h = hook_of(j);
	struct shinrai_log_head head;
	u64 next;
	int ret = 0;

	if (h->taken)
		ret = store_hook_advance(s, h->name, h->next + 1);
	if (!ret)
		ret = store_hook_next(s, h->name, &next);
	if (!ret)
		ret = store_log_head(s, &head);
	if (!ret)
		ret = store_hook_drop(s, h->name);
	if (!ret)
		h->dropped = head.size > next ? head.size - next : 0;
	return ret;
}

static void place_dropped(struct job *j, struct fleet *f)
{
	struct hook *h = hook_of(j);

	(void)f;
	if (j->err)
		diag(LOG_ERR,
		     "webhook %s is removed, but the database keeps its place: "
		     "it goes on there when it comes back",
		     h->name);
	else
		diag(LOG_WARNING,
		     "webhook %s is removed: %" PRIu64
		     " entries that it was not told are dropped",
		     h->name, h->dropped);
	hook_free(h);
}

/* It is told nothing any more; freed once its place is dropped. */
static void retire(struct hook *h)
{
	h->gone = true;
	h->conf = NULL;
	if (h->progress == READING)
		return; /* comes back here */
	/* What was answered just now is not dropped. */
	h->taken |= h->progress == TAKEN;
	h->progress = READING;
	evtimer_del(h->timer);
	h->job.keep = drop_place;
	h->job.done = place_dropped;
	keep_put(h->fleet, &h->job);
}

static void place_kept(struct job *j, struct fleet *f)
{
	struct hook *h = hook_of(j);

	(void)f;
	h->progress = IDLE;
	if (h->gone) {
		retire(h);
		return;
	}
	if (j->err) {
		/* Sent again, if it was taken: better twice than not. */
		free(h->text);
		h->text = NULL;
		schedule(h, RETRY_MS);
		return;
	}
	h->taken = false;
	h->next = h->found;
	if (h->text)
		send_entry(h);
	else if (h->again)
		read_next(h);
}

static void on_timer(evutil_socket_t fd, short what, void *hook)
{
	struct hook *h = hook;
	enum progress progress = h->progress;

	(void)fd;
	(void)what;
	if (progress == READING)
		return;
	h->progress = IDLE; /* what evhttp says now is of no interest */
	if (h->conn)
		evhttp_connection_free(h->conn);
	h->conn = NULL;
	if (progress == SENDING) {
		retry(h, "no answer in time");
	} else if (progress == REFUSED) {
		retry(h, "it could not be connected to, or refused");
	} else {
		if (progress == TAKEN) {
			h->delivered++;
			h->retry_ms = 0;
			h->taken = true;
		}
		read_next(h);
	}
}

/**
 * hooks_wake() - the log grew
 * @f: the fleet
 */
void hooks_wake(struct fleet *f)
{
	struct hook *h;
	size_t i;

	for (i = 0; i < f->nhooks; i++) {
		h = f->hooks[i];
		if (h->progress == READING)
			h->again = true;
		else if (h->progress == IDLE && !h->retry_ms)
			schedule(h, 0);
	}
}

static struct hook *find(const struct fleet *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->nhooks; i++) {
		if (!strcmp(f->hooks[i]->name, name))
			return f->hooks[i];
	}
	return NULL;
}

static struct hook *hook_new(struct fleet *f, const char *name)
{
	struct hook *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->fleet = f;
	snprintf(h->name, sizeof(h->name), "%s", name);
	h->job.keep = keep_place;
	h->job.done = place_kept;
	h->timer = evtimer_new(f->base, on_timer, h);
	if (h->timer)
		return h;
	free(h);
	return NULL;
}

/* A list that is to be used instead of what is. */
struct draft {
	size_t n;
	struct hook *hook[CONF_HOOKS]; /* there already, or new */
	bool is_new[CONF_HOOKS];
	struct hook_secret secret[CONF_HOOKS];
};

/* Return: 0; -errno. */
static int plan(struct fleet *f, const struct conf *conf, struct draft *d,
		char *err, size_t errlen)
{
	const struct conf_hook *c;
	int ret;

	for (d->n = 0; d->n < conf->nhooks; d->n++) {
		c = &conf->hook[d->n];
		ret = hook_secret_read(c->secret, &d->secret[d->n], err,
				       errlen);
		if (ret)
			return ret;
		d->hook[d->n] = find(f, c->name);
		d->is_new[d->n] = !d->hook[d->n];
		if (d->is_new[d->n])
			d->hook[d->n] = hook_new(f, c->name);
		if (!d->hook[d->n])
			return -ENOMEM;
	}
	return 0;
}

/* How it is told changes, what it is told and where it is in the log do not. */
static void settle(struct hook *h, const struct conf_hook *conf,
		   const struct hook_secret *secret)
{
	h->conf = conf;
	h->may = conf->may;
	h->secret = *secret;
	url_parse(conf->url, &h->url); /* was looked at */
	if (h->progress != IDLE)
		return;
	h->retry_ms = 0;
	schedule(h, 0);
}

/* Return: 0; -errno, and then all is as it was. */
static int use(struct fleet *f, const struct conf *conf, char *err,
	       size_t errlen)
{
	struct hook **list = calloc(conf->nhooks + 1, sizeof(struct hook *));
	struct draft d = { 0 };
	size_t i, k;
	int ret;

	snprintf(err, errlen, "out of memory");
	ret = list ? plan(f, conf, &d, err, errlen) : -ENOMEM;
	for (i = 0; i < d.n; i++) {
		if (ret && d.is_new[i])
			hook_free(d.hook[i]);
		else if (!ret)
			settle(d.hook[i], &conf->hook[i], &d.secret[i]);
	}
	explicit_bzero(d.secret, sizeof(d.secret));
	if (ret) {
		free(list);
		return ret;
	}
	memcpy(list, d.hook, d.n * sizeof(*list));
	for (i = 0; i < f->nhooks; i++) {
		for (k = 0; k < d.n && list[k] != f->hooks[i]; k++)
			;
		if (k == d.n)
			retire(f->hooks[i]);
	}
	free(f->hooks);
	f->hooks = list;
	f->nhooks = d.n;
	return 0;
}

/**
 * hooks_start() - begin to tell what the log says
 * @f: the fleet, which is started
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * A hook that is new begins with what comes next.
 *
 * Return: 0; -errno.
 */
int hooks_start(struct fleet *f, char *err, size_t errlen)
{
	return use(f, f->conf, err, errlen);
}

/**
 * hooks_reload() - use the webhooks of a configuration that was read anew
 * @f: the fleet
 * @set: that has the configuration; is held
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * All of them or none.  Those of the same name go on where they are; the place of
 * those that are gone is dropped, which is said.
 *
 * Return: 0; -errno, and all is as it was.
 */
int hooks_reload(struct fleet *f, struct policies *set, char *err,
		 size_t errlen)
{
	struct policies *before = f->hooks_of;
	int ret = use(f, &set->conf, err, errlen);

	if (ret)
		return ret;
	f->hooks_of = policies_hold(set);
	if (before)
		policies_release(before);
	return 0;
}

/**
 * hooks_stop() - tell no more; the next start goes on
 * @f: the fleet, whose keeping thread has ended
 */
void hooks_stop(struct fleet *f)
{
	size_t i;

	for (i = 0; i < f->nhooks; i++)
		hook_free(f->hooks[i]);
	free(f->hooks);
	f->hooks = NULL;
	f->nhooks = 0;
	if (f->hooks_of)
		policies_release(f->hooks_of);
	f->hooks_of = NULL;
}

/**
 * hook_numbers() - what there is to count
 * @f: the fleet
 * @i: which hook, from 0 on
 * @n: out
 *
 * Return: whether there is that one.
 */
bool hook_numbers(const struct fleet *f, size_t i, struct hook_numbers *n)
{
	const struct hook *h;

	if (i >= f->nhooks)
		return false;
	h = f->hooks[i];
	*n = (struct hook_numbers){ h->name, h->delivered, h->failures,
				    h->next + h->taken };
	return true;
}
