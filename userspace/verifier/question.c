// SPDX-License-Identifier: MIT
/* What a question asks for, and the few places for long answers and lists. */
#include <stdlib.h>

#include "question.h"

static bool is_anew(const struct device *d)
{
	return d->r.memory &&
	       memcmp(d->judged_by, d->policy->id, sizeof(d->judged_by));
}

/* By what the store has of it: another policy, or a list that has to be judged again. */
static bool reads(const struct device *d)
{
	return is_anew(d) ? d->facts == d->policy->base : d->ima_again;
}

/* A long list is there from when it is read until it is judged. */
static bool reads_long(const struct device *d)
{
	return d->policy && d->ima_from > ANSWER_MAX && reads(d);
}

static bool has_long(const struct device *d)
{
	return d->fleet->asking_long < LONG_ANSWERS;
}

/**
 * question_may_come() - may this device come by itself now?
 * @d: the device
 *
 * Return: whether it may, or waits for others with long lists.
 */
bool question_may_come(const struct device *d)
{
	return !reads_long(d) || has_long(d);
}

/**
 * question_has_room() - is there a place for what is asked of a device?
 * @d: the device
 *
 * Return: whether there is, of those for long answers and lists when it needs one.
 */
bool question_has_room(const struct device *d)
{
	return !(d->is_long || reads_long(d)) || has_long(d);
}

/**
 * question_take_long() - take one of the places for long answers
 * @q: the question; it may have it already
 *
 * There may be none left, of which question_has_room() would have told.
 */
void question_take_long(struct question *q)
{
	q->dev->fleet->asking_long += !q->is_long;
	q->is_long = true;
}

/**
 * question_try_long() - the same, unless there is none left
 * @q: the question
 *
 * Return: whether it has one.
 */
bool question_try_long(struct question *q)
{
	if (!q->is_long && !has_long(q->dev))
		return false;
	question_take_long(q);
	return true;
}

/**
 * question_begin() - from where on its log is asked for
 * @q: the question
 *
 * Where what was judged of it ends, or all of it; of an earlier boot what follows comes.
 */
void question_begin(struct question *q)
{
	const struct device *d = q->dev;

	q->from = q->whole ? 0 : d->records;
	q->boot_id = d->r.memory ? d->boot_id : NULL;
}

/**
 * question_new() - what is to be asked of a device
 * @d: the device; it has a policy
 *
 * Return: for question_free(); NULL when memory lacks.
 */
struct question *question_new(struct device *d)
{
	struct question *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->dev = d;
	q->begun = fleet_monotonic();
	q->whole = true;
	q->anew = is_anew(d);
	q->reads_long = reads_long(d);
	q->reads = d->r.memory && reads(d);
	if (d->r.memory && (!q->anew || q->reads)) {
		q->whole = false;
		q->ima_from = d->ima_from;
		q->no_firmware = d->no_firmware && settle_boot(d);
	}
	question_begin(q);
	return q;
}

/**
 * question_date() - its nonce is made now
 * @q: the question
 */
void question_date(struct question *q)
{
	q->asked = fleet_now();
	q->nonce_at = fleet_monotonic();
}

/**
 * question_follow() - what is to be asked after a part of the log
 * @q: the question, which shinrai_collect() wants more of
 */
void question_follow(struct question *q)
{
	struct device *d = q->dev;

	if (q->collect.anew) {
		q->collect.anew = false;
		question_begin(q);
	} else {
		q->from = q->collect.next;
		q->boot_id = q->collect.boot_id;
		if (!memcmp(q->boot_id, d->boot_id, sizeof(d->boot_id)))
			return;
	}
	q->ima_from = 0;
	q->no_firmware = false;
}

/**
 * question_free() - release it
 * @q: nothing of it is under way; NULL is none
 */
void question_free(struct question *q)
{
	struct fleet *f;

	if (!q)
		return;
	f = q->dev->fleet;
	if (q->expiry)
		event_free(q->expiry);
	if (q->is_long) {
		f->asking_long--;
		pull_next(f);
	}
	shinrai_collect_free(&q->collect);
	free(q->body);
	free(q->ima);
	free(q->j.ima_new);
	shinrai_facts_free(&q->known);
	shinrai_facts_free(&q->j.facts);
	json_decref(q->j.accesses);
	json_decref(q->j.past);
	free(q);
}
