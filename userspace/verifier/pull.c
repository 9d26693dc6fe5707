// SPDX-License-Identifier: MIT
/*
 * Whose turn it is to be asked.  The device's timer says; while a question has a
 * connection it is the deadline, and it ends the connection.
 */
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/evidence.h>

#include "../daemon/diag.h"
#include "lease.h"
#include "question.h"

#define MAX_ANSWERS 32 /* that a log may come in */
/* Evidence that is dear to judge: its device comes again when ten times that passed. */
#define DEAR_US 100000
#define REST 9
#define RETRY_MS 1000 /* after a failure; doubled, up to the period */

/**
 * pull_schedule() - the device's timer fires
 * @d: the device; it is asked then, when nothing is under way
 * @ms: from now
 */
void pull_schedule(struct device *d, s64 ms)
{
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	/* A device that is never asked again would be worse. */
	if (evtimer_add(d->timer, &tv))
		diag_die("out of memory");
}

/* Of those that may be under way at once. */
static void take_place(struct question *q)
{
	q->dev->fleet->asking++;
	if (q->dev->is_long || q->reads_long)
		question_take_long(q);
}

static bool has_place(const struct device *d)
{
	const struct fleet *f = d->fleet;

	return f->asking < f->conf->questions && question_has_room(d);
}

static void begin(struct device *d)
{
	struct question *q = question_new(d);

	if (!q) {
		pull_schedule(d, RETRY_MS);
		return;
	}
	d->question = q;
	take_place(q);
	ask(q);
}

/**
 * pull_next() - there may be a place for a device that waits for one
 * @f: the fleet
 */
void pull_next(struct fleet *f)
{
	struct device *d;

	TAILQ_FOREACH(d, &f->waiting, turn) {
		if (has_place(d))
			break;
	}
	if (!d)
		return;
	TAILQ_REMOVE(&f->waiting, d, turn);
	d->waits = false;
	pull_schedule(d, 0);
}

/**
 * pull_end() - the device's question is over
 * @d: is asked again in a period, or sooner when that failed; freed when removed
 */
void pull_end(struct device *d)
{
	struct question *q = d->question;
	const s64 period = d->fleet->conf->period_s * 1000ll;
	s64 wait = period;

	if (q->req)
		session_end(q);
	if (q->judge_us > DEAR_US)
		d->rests = fleet_monotonic() + REST * q->judge_us / 1000;
	histogram_add(&d->fleet->metrics.question,
		      (fleet_monotonic() - (d->due ? d->due : q->begun)) *
			      1000);
	d->fleet->metrics.failures += *d->failure != '\0';
	if (*d->failure && *d->r.url) {
		d->retry_ms = d->retry_ms ? 2 * d->retry_ms : RETRY_MS;
		if (d->retry_ms > period)
			d->retry_ms = period;
		wait = d->retry_ms;
	} else {
		d->retry_ms = 0;
		/* What comes by itself had no time to come again. */
		if (!q->pushed)
			wait -= fleet_monotonic() - q->begun;
	}
	if (wait < 0)
		wait = 0;
	d->question = NULL;
	/* To make it again is little beside another handshake; its memory is not. */
	if (!dial_lives(&d->contact.dial)) {
		EVP_PKEY_CTX_free(d->key);
		d->key = NULL;
	}
	d->due = fleet_monotonic() + wait;
	question_free(q);
	fleet_apply(d);
	if (d->removed)
		fleet_drop(d);
	else
		pull_schedule(d, wait);
}

/* Nobody could judge it while we were not there: it gets its time after that. */
static bool has_time(const struct device *d)
{
	struct fleet *f = d->fleet;
	s64 since = pulse_since(&f->pulse);

	if (since < d->taken)
		since = d->taken;
	return fleet_in_time(d) ||
	       (d->r.judged && fleet_monotonic() - since <= fleet_window(f));
}

/**
 * pull_give_up() - there is no answer, or none that counts
 * @q: with why; in time the device still is what it was, later nobody knows
 */
void pull_give_up(struct question *q)
{
	struct device *d = q->dev;

	snprintf(d->failure, sizeof(d->failure), "%s", q->why);
	q->at = fleet_now();
	q->next = d->r;
	if (!has_time(d))
		q->changed = device_stand(&q->next.standing, DEVICE_UNREACHABLE,
					  "no-answer", q->why, q->at);
	if (q->changed)
		settle_keep(q);
	else
		settle_owed(q);
}

/* @parts: and others of it came */
static void ask_more(struct question *q, bool parts)
{
	if (q->pushed) {
		session_more(q, parts);
		return;
	}
	take_place(q);
	ask(q);
}

/**
 * pull_again() - what came in part does not join: ask for all of it, once
 * @q: with its answer; what was judged of that is released
 */
void pull_again(struct question *q)
{
	struct device *d = q->dev;

	if (q->j.ima_apart)
		d->ima_from = q->ima_from = 0;
	d->no_firmware = q->no_firmware = false;
	shinrai_collect_free(&q->collect);
	question_begin(q);
	ask_more(q, false);
}

/* Of those that come in parts there are few at once, as of other long ones. */
static bool must_wait(struct question *q)
{
	struct device *d = q->dev;

	if (q->pushed || d->is_long)
		return false;
	d->is_long = true;
	return !q->is_long && d->fleet->asking_long >= LONG_ANSWERS;
}

/**
 * pull_go_on() - there is an answer
 * @q: with it; it is judged, or more of the log is asked for
 */
void pull_go_on(struct question *q)
{
	struct device *d = q->dev;
	struct shinrai_evidence ev;
	int ret = 0;

	if (!shinrai_evidence_parse(q->body, q->len, &ev))
		ret = shinrai_collect(&q->collect, &ev, q->boot_id);
	if (ret > 0 && ++q->answers < MAX_ANSWERS) {
		if (must_wait(q)) {
			snprintf(q->why, sizeof(q->why),
				 "its log comes in parts, and waits for its "
				 "turn");
			pull_give_up(q);
			return;
		}
		question_follow(q);
		ask_more(q, true);
		return;
	}
	if (ret) {
		snprintf(q->why, sizeof(q->why), "%s",
			 ret == -ENOMEM ? "out of memory" :
			 ret > 0 ? "its log begins anew again and again" :
				   "its log is over the limit");
		pull_give_up(q);
		return;
	}
	d->failure[0] = '\0';
	d->is_long = false;
	q->phase = JUDGING;
	if (q->vouch)
		settle_vouch(q);
	else
		settle_judge(q);
}

static void hang_up(struct question *q, bool answered)
{
	struct fleet *f = q->dev->fleet;

	if (answered)
		contact_keep(q->dev);
	else
		contact_close(q->dev);
	f->asking--;
	if (q->is_long && !q->reads_long) {
		q->is_long = false;
		f->asking_long--;
	}
	pull_next(f);
}

/* How it stands without a question. */
static void stand(struct device *d, enum device_state state, const char *code,
		  const char *text)
{
	struct question *q = calloc(1, sizeof(*q));

	if (!q) {
		pull_schedule(d, RETRY_MS);
		return;
	}
	q->dev = d;
	d->question = q;
	q->begun = fleet_monotonic();
	q->at = fleet_now();
	q->next = d->r;
	q->changed = device_stand(&q->next.standing, state, code, text, q->at);
	if (q->changed)
		settle_keep(q);
	else
		settle_owed(q);
}

/* There is nothing to hold it against. */
static void without_policy(struct device *d)
{
	const struct policy_choice c =
		policies_choose(d->policies, d->r.policy, d->r.group);
	char text[DEVICE_REASON_MAX];

	if (c.from)
		snprintf(text, sizeof(text),
			 "the configuration has no policy \"%s\"", c.name);
	else if (!conf_has_group(d->policies->of, d->r.group))
		snprintf(text, sizeof(text),
			 "the configuration has no group \"%s\"", d->r.group);
	else
		snprintf(text, sizeof(text),
			 "neither it nor its group \"%s\" has a policy",
			 d->r.group);
	stand(d, DEVICE_UNKNOWN, "no-policy", text);
}

/* Nobody can ask it, and it did not come. */
static void did_not_come(struct device *d)
{
	const struct fleet *f = d->fleet;

	if (has_time(d) || d->r.standing.state == DEVICE_NEW) {
		pull_schedule(d, f->conf->period_s * 1000ll);
		return;
	}
	snprintf(d->failure, sizeof(d->failure),
		 "it has no URL to be asked at, and sent nothing for %d s",
		 f->conf->missed * f->conf->period_s);
	stand(d, DEVICE_UNREACHABLE, "no-answer", d->failure);
}

static void turn(struct device *d)
{
	struct fleet *f = d->fleet;

	/* Another one has it; when it is ours its turn comes. */
	if (!lease_is_ours(d)) {
		d->due = 0;
		pull_schedule(d, RETRY_MS);
		pull_next(f); /* it may have been this one's */
		return;
	}
	/* Sooner than it was to come, or late because the loop was. */
	if (!d->due || d->due > fleet_monotonic())
		d->due = fleet_monotonic();
	if (!d->policy) {
		without_policy(d);
	} else if (!*d->r.url) {
		did_not_come(d);
	} else if (has_place(d)) {
		begin(d);
	} else if (!d->waits) {
		d->waits = true;
		TAILQ_INSERT_TAIL(&f->waiting, d, turn);
	}
}

/* The lease that it began with is over: is there another one? */
static bool waits_on(struct question *q)
{
	struct device *d = q->dev;
	const s64 left = q->deadline - fleet_monotonic();

	if (left <= 0 || !lease_is_ours(d))
		return false;
	pull_schedule(d, lease_bound(d, left));
	return true;
}

/* Another verifier may ask it from now on, and says how it stands. */
static void without_lease(struct device *d)
{
	snprintf(d->failure, sizeof(d->failure),
		 "the database was gone before it answered");
	pull_end(d);
}

static void on_timer(evutil_socket_t fd, short what, void *device)
{
	struct device *d = device;
	struct question *q = d->question;
	enum phase phase;

	(void)fd;
	(void)what;
	if (!q) {
		turn(d);
		return;
	}
	phase = q->phase;
	if (phase == ASKING && waits_on(q))
		return;
	if (phase == AGAIN && !d->removed) {
		contact_close(d);
		ask(q);
		return;
	}
	q->phase = JUDGING; /* what evhttp says now is of no interest */
	if (phase == ASKING)
		snprintf(q->why, sizeof(q->why), "no answer in %d s",
			 d->fleet->conf->timeout_s);
	hang_up(q, phase == ANSWERED);
	if (d->removed)
		pull_end(d);
	else if (phase == ASKING && !lease_is_ours(d))
		without_lease(d);
	else if (phase == ANSWERED)
		pull_go_on(q);
	else
		pull_give_up(q);
}

/**
 * pull_prepare() - once for a device, before pull_schedule()
 * @d: the device
 *
 * Return: 0; -ENOMEM.
 */
int pull_prepare(struct device *d)
{
	static const struct timeval never = { 365 * 86400, 0 };

	d->timer = evtimer_new(d->fleet->base, on_timer, d);
	return d->timer && !evtimer_add(d->timer, &never) ? 0 : -ENOMEM;
}

/**
 * pull_pause() - it comes by itself: ask it when that is over
 * @d: the device; no question to it is under way
 */
void pull_pause(struct device *d)
{
	if (d->waits)
		TAILQ_REMOVE(&d->fleet->waiting, d, turn);
	d->waits = false;
	evtimer_del(d->timer);
}

/**
 * pull_stop() - ask it no more
 * @d: the device; nothing is under way
 */
void pull_stop(struct device *d)
{
	pull_pause(d);
	event_free(d->timer);
	pull_next(d->fleet); /* it may have been this one's */
}
