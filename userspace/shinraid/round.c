// SPDX-License-Identifier: MIT
/*
 * Rounds: while one quote runs, challenges wait; when it is answered, all that
 * wait form the next tree.  A challenge is in a tree only if its request was
 * read before that tree's quote was asked for.
 */
#include <stdlib.h>

#include "../daemon/diag.h"
#include "net.h"

#define GATHER_MS 5 /* so that those who come together share a quote */

static struct diag_rate failures = DIAG_RATE;

static void problem_for(struct net *n, struct challenge *c, int status,
			const char *detail)
{
	switch (c->whom) {
	case FOR_CLIENT:
		reply_problem(c->owner, status,
			      status == 409 ? "Conflict" :
					      "Service Unavailable",
			      detail);
		break;
	case FOR_RECEIVER:
		push_failed(n, detail);
		break;
	case FOR_VERIFIER:
		attest_failed(n, detail);
		break;
	}
}

static void refuse_waiting(struct net *n, int status, const char *detail)
{
	struct challenge *c;

	while ((c = TAILQ_FIRST(&n->round.waiting))) {
		TAILQ_REMOVE(&n->round.waiting, c, link);
		n->round.nwaiting--;
		problem_for(n, c, status, detail);
		free(c);
	}
}

static void end(struct net *n)
{
	struct round *r = &n->round;

	batch_release(&r->batch);
	free(r->range);
	r->range = NULL;
	r->phase = PHASE_IDLE;
	r->id++; /* what is still to come is late */
	evtimer_del(r->deadline);
	round_kick(n);
}

static void refuse_batch(struct net *n, const char *detail)
{
	struct round *r = &n->round;
	u64 i;

	for (i = 0; i < r->batch.size; i++)
		problem_for(n, r->batch.challenge[i], 503, detail);
	end(n);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct net *n = arg;

	(void)fd;
	(void)what;
	diag_limited(&failures, LOG_ERR, "%s did not answer in %d s",
		     n->round.tpm_busy ? "the TPM" : "the spool",
		     n->conf->limits.quote_s);
	refuse_waiting(n, 503, "the TPM does not answer");
	refuse_batch(n, "the TPM does not answer");
}

static void quote(struct net *n)
{
	struct round *r = &n->round;
	struct msg_quote q;
	int ret;

	ret = batch_form(&r->batch, &r->waiting, &r->log.selection,
			 r->log.boot_id);
	if (ret) {
		refuse_waiting(n, 503, "out of memory");
		end(n);
		return;
	}
	r->nwaiting = 0;
	r->range = calloc(r->batch.size, sizeof(*r->range));
	if (!r->range) {
		refuse_batch(n, "out of memory");
		return;
	}
	r->ranged = 0;
	net_now(n, &r->begun);
	memcpy(q.qualifying, r->batch.qualifying, sizeof(q.qualifying));
	r->phase = PHASE_QUOTE;
	r->tpm_busy = true;
	if (msg_send(n->start->tpm, MSG_QUOTE, ++r->id, &q, -1))
		diag_die("the TPM process is gone");
}

static void on_begin(evutil_socket_t fd, short what, void *arg)
{
	struct net *n = arg;
	struct round *r = &n->round;
	const struct timeval tv = { n->conf->limits.quote_s, 0 };

	(void)fd;
	(void)what;
	if (r->phase != PHASE_IDLE || r->tpm_busy || TAILQ_EMPTY(&r->waiting))
		return;
	evtimer_add(r->deadline, &tv);
	if (r->log.records && !r->log.status) {
		quote(n);
		return;
	}
	r->phase = PHASE_LOOK;
	net_ask_sync(n, ++r->id);
}

/**
 * round_setup() - once
 * @n: the network process, with its event loop
 *
 * Return: 0; -ENOMEM.
 */
int round_setup(struct net *n)
{
	struct round *r = &n->round;

	TAILQ_INIT(&r->waiting);
	r->begin = evtimer_new(n->base, on_begin, n);
	r->deadline = evtimer_new(n->base, on_deadline, n);
	return r->begin && r->deadline ? 0 : -ENOMEM;
}

/**
 * round_kick() - begin a round soon, when one is needed and none runs
 * @n: the network process
 */
void round_kick(struct net *n)
{
	const long interval = n->conf->limits.quote_interval_ms;
	struct round *r = &n->round;
	struct timeval now, since, wait;
	long ms, left;

	if (r->phase != PHASE_IDLE || r->tpm_busy || TAILQ_EMPTY(&r->waiting) ||
	    evtimer_pending(r->begin, NULL))
		return;
	net_now(n, &now);
	evutil_timersub(&now, &r->begun, &since);
	ms = since.tv_sec > 60 ? 60000 :
				 since.tv_sec * 1000 + since.tv_usec / 1000;
	left = interval - ms;
	if (left < GATHER_MS)
		left = GATHER_MS;
	wait.tv_sec = left / 1000;
	wait.tv_usec = left % 1000 * 1000;
	evtimer_add(r->begin, &wait);
}

/**
 * round_quoted() - the TPM process answered
 * @n: the network process
 * @cookie: which quote
 * @q: its answer
 */
void round_quoted(struct net *n, u64 cookie, const struct msg_quoted *q)
{
	struct round *r = &n->round;

	r->tpm_busy = false;
	if (r->phase != PHASE_QUOTE || cookie != r->id) {
		round_kick(n);
		return;
	}
	if (q->status ||
	    !shinrai_selection_equal(&q->selection, &r->log.selection)) {
		refuse_batch(n, "the TPM did not quote");
		return;
	}
	r->quoted = *q;
	n->quotes++;
	r->phase = PHASE_SYNC;
	net_ask_sync(n, ++r->id);
}

/**
 * round_wanted() - from which record on
 * @r: with the log as it was after the quote
 * @c: a challenge
 *
 * Return: what it says, or 0 when it counts in the log of another boot.
 */
u64 round_wanted(const struct round *r, const struct challenge *c)
{
	if (c->boot_known &&
	    memcmp(c->boot_id, r->log.boot_id, sizeof(c->boot_id)))
		return 0;
	return c->from > r->log.records ? 0 : c->from;
}

/**
 * round_ima_wanted() - from which byte of the IMA list on
 * @r: with the log as it was after the quote
 * @c: a challenge
 * @end: bytes of that list
 *
 * Return: what it says, or 0 when that is not known to be of this boot.
 */
u64 round_ima_wanted(const struct round *r, const struct challenge *c, u64 end)
{
	if (!c->boot_known ||
	    memcmp(c->boot_id, r->log.boot_id, sizeof(c->boot_id)))
		return 0;
	return c->ima_from > end ? 0 : c->ima_from;
}

static void ask_ranges(struct net *n)
{
	struct round *r = &n->round;
	struct msg_range ask = { 0 };
	const struct challenge *c;
	u64 i;

	for (i = r->ranged; i < r->batch.size && ask.count < MSG_RANGES; i++) {
		c = r->batch.challenge[i];
		/* A report has all records, if but the headers of most. */
		ask.whole[ask.count] = c->report;
		ask.from[ask.count++] = c->report ? 0 : round_wanted(r, c);
	}
	r->phase = PHASE_RANGES;
	if (msg_send(n->start->parent, MSG_RANGE, ++r->id, &ask, -1))
		diag_die("the parent process is gone");
}

static void answer_one(struct net *n, u64 index)
{
	struct challenge *c = n->round.batch.challenge[index];
	struct evbuffer *body = evbuffer_new();
	int ret = body ? 0 : -ENOMEM;

	/* Whoever left is freed by an answer of any kind. */
	if (!ret && (c->whom != FOR_CLIENT || conn_of(c->owner)))
		ret = answer_build(n, index, body);
	if (ret == -EMSGSIZE)
		problem_for(n, c, 503,
			    c->report ? "the log is too long for a report: ask "
					"for evidence" :
					"the evidence is too large: ask for "
					"fewer items");
	else if (ret == -ENOMEM)
		problem_for(n, c, 503, "out of memory");
	else if (ret)
		problem_for(
			n, c, 503,
			"what was recorded before this boot cannot be read");
	else if (c->whom == FOR_RECEIVER)
		push_report(n, body);
	else if (c->whom == FOR_VERIFIER)
		attest_deliver(n, body);
	else
		http_evidence(c->owner, body);
	if (body)
		evbuffer_free(body);
	n->challenges++;
}

static const char *log_fault(const struct round *r)
{
	return r->log.status == -ENOSPC ? "this machine has no room for the "
					  "log on its disk" :
					  "the log is not whole";
}

/**
 * round_synced() - the parent spooled what the module has
 * @n: the network process, round.log is fresh
 * @cookie: for which question
 */
void round_synced(struct net *n, u64 cookie)
{
	struct round *r = &n->round;

	if (cookie != r->id)
		return;
	if (r->phase == PHASE_LOOK) {
		if (!r->log.status) {
			quote(n);
			return;
		}
		if (r->log.status == -ENODATA)
			refuse_waiting(n, 409,
				       "there is no log yet: is the "
				       "module loaded?");
		else
			refuse_waiting(n, 503, log_fault(r));
		end(n);
	} else if (r->phase == PHASE_SYNC) {
		if (r->log.status) {
			refuse_batch(n, log_fault(r));
			return;
		}
		answer_read_logs(n);
		ask_ranges(n);
	}
}

/**
 * round_ranged() - the parent said where records lie
 * @n: the network process
 * @cookie: for which question
 * @in: its answer
 */
void round_ranged(struct net *n, u64 cookie, const struct msg_ranged *in)
{
	struct round *r = &n->round;
	u64 i;

	if (r->phase != PHASE_RANGES || cookie != r->id)
		return;
	if (in->count > MSG_RANGES || in->count > r->batch.size - r->ranged)
		diag_die("malformed answer of the parent process");
	for (i = 0; i < in->count; i++) {
		r->range[r->ranged].first = in->range[i].first;
		r->range[r->ranged].offset = in->range[i].offset;
		r->range[r->ranged++].len = in->range[i].len;
	}
	if (r->ranged < r->batch.size) {
		ask_ranges(n);
		return;
	}
	if (answer_map_spool(n)) {
		refuse_batch(n, "the log cannot be read");
		return;
	}
	for (i = 0; i < r->batch.size; i++)
		answer_one(n, i);
	end(n);
}
