// SPDX-License-Identifier: MIT
/* Webhooks: what is due is read, sent, and then no longer due. */
#include <event2/buffer.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/hex.h>
#include <shinrai/tree.h>

#include "../daemon/diag.h"
#include "fleet.h"
#include "hook_one.h"
#include "lease.h"
#include "view.h"

#define RETRY_MS 1000
#define RETRY_MAX_MS 300000
#define ANSWER_MAX 16384

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
	json_t *j = view_entry(e, h->reads);
	u8 leaf[SHINRAI_TREE_HASH];

	shinrai_tree_leaf(e->text, strlen(e->text), leaf);
	shinrai_hex_encode(leaf, HOOK_LEAF, h->leaf);
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

/*
 * Who leads makes a place where there is none.  One that another verifier dropped,
 * which did not have this webhook, began where we saw it last.
 */
static int find_place(struct hook *h, struct store *s)
{
	const s64 own = (s64)(h->next + h->taken);
	int ret = store_hook_next(s, h->name, &h->found);

	h->there = !ret;
	h->lost = false;
	if (ret != -ENOENT)
		return ret;
	if (!h->leads || h->drops)
		return 0;
	ret = store_hook_begin(s, h->name, h->known ? own : STORE_HOOK_END);
	if (!ret)
		ret = store_hook_next(s, h->name, &h->found);
	h->there = !ret;
	h->lost = h->known;
	return ret;
}

static int drop_place(struct hook *h, struct store *s, u64 size)
{
	h->dropped = h->there && size > h->found ? size - h->found : 0;
	return store_hook_drop(s, h->name);
}

static int keep_place(struct job *j, struct store *s)
{
	struct hook *h = hook_of(j);
	struct shinrai_log_head head;
	int ret = 0;

	if (h->taken)
		ret = store_hook_advance(s, h->name, h->next + 1);
	if (!ret)
		ret = find_place(h, s);
	if (ret || !h->leads)
		return ret;
	ret = store_log_head(s, &head);
	if (ret)
		return ret;
	if (h->drops)
		return drop_place(h, s, head.size);
	snprintf(h->log, sizeof(h->log), "%s", head.log);
	return store_log_entries(s, h->found, 1, take_text, h);
}

static void read_next(struct hook *h)
{
	h->leads = lease_leads(h->fleet);
	h->drops = h->leads && h->gone;
	h->progress = READING;
	h->again = h->stale = false;
	h->taken &= h->leads;
	h->reads = h->may;
	free(h->text);
	h->text = NULL;
	h->job.reads = !h->taken && !h->drops;
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

static bool is_taken(const struct hook *h)
{
	return h->status >= 200 && h->status < 300;
}

/* What follows is of no interest, nor whether all of it comes. */
static int on_headers(struct evhttp_request *req, void *hook)
{
	struct hook *h = hook;

	if (h->progress == SENDING)
		h->status = evhttp_request_get_response_code(req);
	return 0;
}

static void on_answer(struct evhttp_request *req, void *hook)
{
	struct hook *h = hook;

	(void)req;
	if (h->progress != SENDING)
		return;
	h->progress = is_taken(h) ? TAKEN : REFUSED;
	schedule(h, 0);
}

/* Return: whether all of it could be added. */
static bool add_headers(struct hook *h, struct evhttp_request *req)
{
	struct evkeyvalq *to = evhttp_request_get_output_headers(req);
	char id[96], time[24];
	const s64 now = fleet_now() / 1000;
	char signature[HOOK_SIGNATURE_SIZE];

	/* Of two entries of one index, before a restore and after, both are told. */
	snprintf(id, sizeof(id), "%s.%" PRIu64 ".%s", h->log, h->next, h->leaf);
	snprintf(time, sizeof(time), "%lld", (long long)now);
	return !hook_sign(&h->secret, id, now, h->text, signature) &&
	       !evhttp_add_header(to, "Content-Type", "application/json") &&
	       !evhttp_add_header(to, "webhook-id", id) &&
	       !evhttp_add_header(to, "webhook-timestamp", time) &&
	       !evhttp_add_header(to, "webhook-signature", signature);
}

static bool post(struct hook *h)
{
	struct fleet *f = h->fleet;
	const struct dial_to to = { .base = f->base,
				    .tls = f->tls,
				    .name = h->conf->tls_name,
				    .url = &h->url,
				    .timeout_s = f->conf->timeout_s + 1,
				    .headers = ANSWER_MAX,
				    .body = ANSWER_MAX };
	struct evhttp_request *req = dial_request(&h->url, on_answer, h);

	if (!req)
		return false;
	evhttp_request_set_header_cb(req, on_headers);
	if (dial_open(&h->conn, &to) || !add_headers(h, req) ||
	    evbuffer_add(evhttp_request_get_output_buffer(req), h->text,
			 strlen(h->text))) {
		evhttp_request_free(req);
		return false;
	}
	/* When this fails it frees the request. */
	return !evhttp_make_request(h->conn.conn, req, EVHTTP_REQ_POST,
				    h->url.path);
}

static void send_entry(struct hook *h)
{
	h->progress = SENDING;
	h->status = 0;
	schedule(h, h->fleet->conf->timeout_s * 1000ll);
	if (!post(h) && h->progress == SENDING) {
		h->progress = REFUSED;
		schedule(h, 0);
	}
}

/**
 * hook_free() - end a hook
 * @h: nothing of it is with the store
 */
void hook_free(struct hook *h)
{
	dial_close(&h->conn);
	if (h->timer)
		event_free(h->timer);
	free(h->text);
	explicit_bzero(&h->secret, sizeof(h->secret));
	free(h);
}

static void say_dropped(const struct hook *h, int err)
{
	if (err)
		diag(LOG_ERR,
		     "webhook %s is removed, but the database keeps its place: "
		     "it goes on there when it comes back",
		     h->name);
	else
		diag(LOG_WARNING,
		     "webhook %s is removed: %" PRIu64
		     " entries that it was not told are dropped",
		     h->name, h->dropped);
}

/*
 * Gone from the configuration: who leads has dropped the place, or will.  We may lead
 * before that is done, and then do it; a place that stays would be gone on from by a
 * webhook that gets the name later.
 */
static void part(struct hook *h, int err)
{
	if (h->drops || (!err && !h->there))
		hooks_forget(h->fleet, h);
	else
		schedule(h, lease_leads(h->fleet) ? 0 : RETRY_MS);
}

static void take_place(struct hook *h)
{
	if (h->there)
		h->next = h->found;
	if (h->lost)
		diag(LOG_WARNING,
		     "webhook %s has lost its place in the database: it goes "
		     "on with entry %" PRIu64,
		     h->name, h->next);
	/* One that came back while its place was dropped is new. */
	h->known = (h->known || h->there) && !h->drops;
	h->taken = false;
}

static void place_kept(struct job *j, struct fleet *f)
{
	struct hook *h = hook_of(j);

	(void)f;
	h->progress = IDLE;
	if (h->drops)
		say_dropped(h, j->err);
	if (h->gone) {
		part(h, j->err);
		return;
	}
	if (j->err) {
		/* Sent again, if it was taken: better twice than not. */
		free(h->text);
		h->text = NULL;
		schedule(h, RETRY_MS);
		return;
	}
	take_place(h);
	if (h->stale || (h->again && !h->text && h->leads))
		read_next(h);
	else if (h->text)
		send_entry(h);
	else if (!h->leads)
		schedule(h, RETRY_MS);
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
	dial_close(&h->conn);
	if (progress == SENDING && is_taken(h))
		progress = TAKEN;
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
 * hook_wake() - the log grew
 * @h: the hook
 */
void hook_wake(struct hook *h)
{
	if (h->progress == READING)
		h->again = true;
	else if (h->progress == IDLE && !h->retry_ms)
		schedule(h, 0);
}

/**
 * hook_retire() - tell it nothing any more
 * @h: the hook; freed once its place is dropped, by us if we lead, unless
 *     hook_settle() is called before that
 */
void hook_retire(struct hook *h)
{
	if (h->gone)
		return;
	h->gone = true;
	h->conf = NULL;
	if (!lease_leads(h->fleet))
		diag(LOG_INFO,
		     "webhook %s is not told here any more; who leads drops "
		     "its place once it is removed there, too",
		     h->name);
	if (h->progress == READING)
		return; /* part() is what comes next */
	/* What was answered just now is not dropped. */
	h->taken |= h->progress == TAKEN;
	h->progress = IDLE; /* as in on_timer() */
	dial_close(&h->conn);
	evtimer_del(h->timer);
	read_next(h);
}

/**
 * hook_new() - a hook that is told nothing yet
 * @f: the fleet
 * @name: of the hook
 *
 * Return: for hook_free() or hook_retire(); NULL when memory lacks.
 */
struct hook *hook_new(struct fleet *f, const char *name)
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

/**
 * hook_settle() - how it is told from now on; its place in the log stays
 * @h: the hook
 * @conf: lives as long as it is used
 * @secret: is copied
 */
void hook_settle(struct hook *h, const struct conf_hook *conf,
		 const struct hook_secret *secret)
{
	h->gone = false;
	h->conf = conf;
	h->may = conf->may;
	h->secret = *secret;
	url_parse(conf->url, &h->url); /* was looked at */
	h->stale = h->progress == READING;
	if (h->progress != IDLE)
		return;
	h->retry_ms = 0;
	schedule(h, 0);
}
