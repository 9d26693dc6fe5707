// SPDX-License-Identifier: MIT
/*
 * What follows from an answer: it is judged by one of the threads that do, then
 * kept, and then the loop shows it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "enrol.h"
#include "entry.h"
#include "hook.h"
#include "pace.h"
#include "question.h"

/* Bytes of a log that are asked for again, at most, until it can be told. */
#define HELD_MAX (16u << 20)

static struct question *question_of(struct job *j)
{
	return (struct question *)((char *)j - offsetof(struct question, job));
}

static bool is_none(const u8 boot[32])
{
	static const u8 none[32];

	return !memcmp(boot, none, sizeof(none));
}

/**
 * settle_boot() - what is kept of what a device booted
 * @d: the device
 *
 * Return: of that of its last verdict, as in struct judgement; NULL: nothing, or
 * nobody here knows.
 */
const u8 *settle_boot(const struct device *d)
{
	return d->boot_kept && !is_none(d->boot) ? d->boot : NULL;
}

/* The store has it exactly as long as the last verdict bears it. */
static int keep_boot(const struct question *q, struct store *s)
{
	const struct device *d = q->dev;

	if (q->j.boot_text)
		return store_boot_put(s, q->next.id, q->at, q->j.boot_text);
	if (!is_none(q->j.boot) || (d->boot_kept && is_none(d->boot)))
		return 0;
	return store_boot_drop(s, q->next.id);
}

/* The store has all that need not be asked for again, or nothing. */
static int keep_ima(const struct question *q, struct store *s)
{
	const struct judgement *j = &q->j;

	if (j->next && j->ima_new)
		return store_ima_add(s, q->next.id,
				     j->ima_next - j->ima_new_len, j->ima_new,
				     j->ima_new_len);
	return j->next && j->ima_gone ? store_ima_drop(s, q->next.id) : 0;
}

static int keep_question(struct job *j, struct store *s)
{
	struct question *q = question_of(j);
	struct device_standing st = q->next.standing;
	int ret = store_judged(s, &q->next);

	st.since = q->at;
	if (!ret && q->j.next && (q->j.kept || q->dev->facts))
		ret = store_facts_add(s, q->next.id, &q->j.facts,
				      q->j.facts_all || !q->j.kept);
	if (!ret)
		ret = keep_ima(q, s);
	if (!ret && q->j.told)
		ret = keep_boot(q, s);
	if (!ret && q->changed)
		ret = store_changed(s, q->next.id, &st);
	if (!ret && q->paced)
		ret = store_paced(s, q->next.id, &q->next.pace);
	if (ret || !q->logged)
		return ret;
	if (!q->entry)
		return -ENOMEM;
	return store_log_add(s,
			     &(struct store_entry){ q->entry, q->disclosures });
}

static void count_judgement(const struct device *d)
{
	struct fleet *f = d->fleet;

	f->judgements++;
	f->metrics.late += fleet_monotonic() - d->due >
			   f->conf->period_s * 1000ll;
}

static void question_kept(struct job *j, struct fleet *f)
{
	struct question *q = question_of(j);
	struct device *d = q->dev;

	if (q->j.key)
		d->key = q->j.key;
	free(q->entry);
	free(q->disclosures);
	q->entry = q->disclosures = NULL;
	free(q->j.boot_text);
	q->j.boot_text = NULL;
	if (j->err == -ESTALE) {
		/* Another verifier has it now, and judges it. */
		free(q->j.told);
		free(q->j.next);
		d->r.fence = 0;
		snprintf(d->failure, sizeof(d->failure),
			 "another verifier has it now");
		pull_end(d);
		return;
	}
	if (j->err) {
		f->metrics.unkept++;
		free(q->j.told);
		free(q->j.next);
		snprintf(d->failure, sizeof(d->failure),
			 "what it was judged to be cannot be kept");
		pull_end(d);
		return;
	}
	if (q->j.told) {
		count_judgement(d);
		f->metrics.verdicts[device_state_of(q->j.verdict)]++;
		histogram_add(&f->metrics.appraisal, q->judge_us);
		free(d->r.verdict);
		memcpy(d->boot, q->j.boot, sizeof(d->boot));
		d->boot_kept = true;
		d->judged = q->nonce_at;
	}
	if (q->j.next) {
		/* What is offered begins where this one did: anew, then. */
		question_free(d->offer);
		d->offer = NULL;
		free(d->r.memory);
		d->records = q->j.records;
		d->ima_from = q->j.ima_next;
		d->ima_again = q->j.ima_again;
		d->no_firmware = q->j.no_firmware_next;
		memcpy(d->boot_id, q->j.boot_id, sizeof(d->boot_id));
		memcpy(d->judged_by, d->policy->id, sizeof(d->judged_by));
		d->facts = q->j.kept;
	}
	d->r = q->next;
	if (q->logged)
		hooks_wake(f);
	pull_end(d);
}

/* Nothing of it was acknowledged, then: the same records are asked for again. */
static void forget_news(struct question *q)
{
	const struct device_record *r = &q->dev->r;

	if (!q->j.next)
		return;
	free(q->j.next);
	q->j.next = NULL;
	q->next.memory = r->memory;
	q->next.memory_len = r->memory_len;
}

static struct pace_limit limit_of(const struct question *q)
{
	const struct conf *conf = q->dev->fleet->conf;

	return (struct pace_limit){ conf->log_burst,
				    conf->log_interval_s * 1000ll };
}

/* The entry, or that there is to be one later. */
static void log_it(struct question *q)
{
	const struct pace_limit limit = limit_of(q);
	const struct device_pace before = q->next.pace;
	const struct policy *policy = q->dev->policy;
	const struct pace_news news = { .now = q->at,
					.changed = q->changed,
					.accesses = q->j.violations,
					.past = q->j.past,
					.heavy = q->collect.len > HELD_MAX,
					.boot = q->j.next ? q->j.boot_id :
							    NULL };
	struct device_pace owed;
	const struct entry e = { .r = &q->next,
				 .policy = policy ? policy->conf->name :
						    q->next.policy,
				 .at = q->at,
				 .changed = q->changed,
				 .judged = q->j.told,
				 .violations = q->j.violations,
				 .accesses = q->j.accesses,
				 .unlisted = q->j.unlisted,
				 .past = q->j.past,
				 .owed = &owed };
	enum pace_step step = pace_take(&q->next.pace, &limit, &news, &owed);

	/* Without it nothing is kept. */
	q->logged = step == PACE_TELL;
	if (q->logged)
		entry_make(&e, &q->entry, &q->disclosures);
	if (step == PACE_FORGET)
		forget_news(q);
	q->paced = memcmp(&q->next.pace, &before, sizeof(before));
}

/**
 * settle_owed() - nothing is new: but the log may not know all yet
 * @q: next and at are set; the device's question ends with it
 *
 * Context: the loop's thread.
 */
void settle_owed(struct question *q)
{
	const struct pace_limit limit = limit_of(q);

	if (pace_is_due(&q->next.pace, &limit, q->at))
		settle_keep(q);
	else
		pull_end(q->dev);
}

/**
 * settle_keep() - have it kept how the device stands
 * @q: next, at and changed are set; the device's question ends with it
 *
 * Context: any thread.
 */
void settle_keep(struct question *q)
{
	q->phase = JUDGING;
	q->job.reads = false;
	log_it(q);
	q->job.keep = keep_question;
	q->job.done = question_kept;
	keep_put(q->dev->fleet, &q->job);
}

static int keep_nothing(struct job *j, struct store *s)
{
	(void)j;
	(void)s;
	return 0;
}

static void asked_in_vain(struct job *j, struct fleet *f)
{
	struct question *q = question_of(j);
	struct device *d = q->dev;

	(void)f;
	if (q->j.key)
		d->key = q->j.key;
	if (d->renewal || d->move)
		snprintf(d->failure, sizeof(d->failure),
			 "it was enrolled or moved meanwhile");
	if (d->removed || d->renewal || d->move)
		pull_end(d);
	else
		pull_again(q);
}

/* Nothing of it counts, and back to the loop. */
static void discard(struct question *q)
{
	free(q->j.told);
	free(q->j.next);
	free(q->j.boot_text);
	json_decref(q->j.accesses);
	json_decref(q->j.past);
	q->j.told = q->j.next = NULL;
	q->j.boot_text = NULL;
	q->j.accesses = q->j.past = NULL;
	q->j.violations = q->j.unlisted = 0;
	q->j.learned_len = 0;
	free(q->j.ima_new);
	q->j.ima_new = NULL;
	shinrai_facts_free(&q->j.facts);
	shinrai_facts_free(&q->known);
	q->job.keep = keep_nothing;
	q->job.done = asked_in_vain;
	q->job.reads = true;
	keep_put(q->dev->fleet, &q->job);
}

/* What follows from the judgement, for the record. */
static void conclude(struct question *q, int err)
{
	struct judgement *j = &q->j;
	struct device_record *r = &q->next;
	enum device_state state = device_state_of(j->verdict);

	q->at = fleet_now();
	*r = q->dev->r;
	if (err) {
		q->changed = device_stand(
			&r->standing, DEVICE_UNKNOWN, "memory",
			err == -ENOMEM ?
				"memory lacked to appraise it" :
				"what was remembered of it cannot be read",
			q->at);
		return;
	}
	q->changed =
		device_stand(&r->standing, state, j->code, j->reason, q->at);
	/* Not fresher than its nonce, however late it is judged. */
	r->judged = q->asked;
	r->took = fleet_monotonic() - q->nonce_at;
	if (state == DEVICE_TRUSTED)
		r->good = q->asked;
	r->verdict = j->told;
	r->verdict_len = j->told_len;
	if (j->next) {
		r->memory = j->next;
		r->memory_len = j->next_len;
	}
	if (j->learned_len) {
		memcpy(r->ak_name, j->learned, j->learned_len);
		r->ak_name_len = j->learned_len;
	}
}

static void judge_one(struct question *q)
{
	const struct device *d = q->dev;
	const struct shinrai_item log = { q->collect.log, q->collect.len };
	const struct shinrai_item past = { q->collect.past,
					   q->collect.past_len };
	const s64 begun = metrics_clock();
	int ret;

	q->j.policy = d->policy;
	q->j.evidence = q->body;
	q->j.len = q->len;
	q->j.log = log.data ? &log : NULL;
	q->j.past_log = past.data ? &past : NULL;
	q->j.past_more = q->collect.past_more;
	q->j.past_gone = q->collect.past_gone;
	q->j.whole = q->whole;
	q->j.ima_from = q->ima_from;
	q->j.no_firmware = q->no_firmware;
	q->j.known = q->anew && !q->whole ? &q->known : NULL;
	q->j.ima_known = (struct shinrai_item){ q->ima, q->ima_len };
	q->j.memory = d->r.memory;
	q->j.memory_len = d->r.memory_len;
	q->j.boot_known = settle_boot(d);
	q->j.key = d->key;
	q->j.ak_name = d->r.ak_name;
	q->j.ak_name_len = d->r.ak_name_len;
	q->j.enrolled = d->r.tpm.assurance != SHINRAI_ASSURANCE_NONE;
	ret = judge(&q->j);
	q->judge_us = metrics_clock() - begun;
	q->j.log = q->j.past_log = NULL;
	free(q->body);
	free(q->ima);
	q->body = q->ima = NULL;
	q->ima_len = 0;
	if (!ret && q->j.again) {
		discard(q);
		return;
	}
	conclude(q, ret);
	settle_keep(q);
}

static void judge_all(struct task_list *tasks, void *fleet)
{
	struct task *t;

	(void)fleet;
	while ((t = STAILQ_FIRST(tasks))) {
		STAILQ_REMOVE_HEAD(tasks, link);
		judge_one(question_of((
			struct job *)((char *)t - offsetof(struct job, task))));
	}
}

static int read_known(struct job *j, struct store *s)
{
	struct question *q = question_of(j);
	const s64 id = q->dev->r.id;
	int ret = q->anew ? store_facts(s, id, &q->known) : 0;

	return ret || !q->ima_from ? ret :
				     store_ima(s, id, &q->ima, &q->ima_len);
}

static void known_read(struct job *j, struct fleet *f)
{
	struct question *q = question_of(j);
	struct device *d = q->dev;

	if (!j->err) {
		stage_put(f->judges, &q->job.task);
		return;
	}
	if (q->anew && (j->err == -ENOENT || j->err == -EBADMSG))
		d->facts = 0; /* its log is asked for, next time */
	snprintf(d->failure, sizeof(d->failure),
		 "what is known of it %s, to judge it anew",
		 j->err == -ENOENT  ? "was too much to be kept" :
		 j->err == -EBADMSG ? "is damaged" :
				      "cannot be read");
	pull_end(d);
}

/**
 * settle_judge() - have an answer judged, and kept
 * @q: with its answer
 */
void settle_judge(struct question *q)
{
	if (!q->reads) {
		stage_put(q->dev->fleet->judges, &q->job.task);
		return;
	}
	q->job.keep = read_known;
	q->job.done = known_read;
	/* It is much at times: nobody's verdict waits for it to be kept. */
	keep_read(q->dev->fleet, &q->job);
}

static int read_worth(struct job *j, struct store *s)
{
	struct question *q = question_of(j);

	return store_worth(s, q->serial, sizeof(q->serial), &q->worth);
}

static void worth_read(struct job *j, struct fleet *f)
{
	struct question *q = question_of(j);
	struct device *d = q->dev;

	(void)f;
	if (d->removed) {
		pull_end(d);
	} else if (j->err) {
		snprintf(d->failure, sizeof(d->failure),
			 "the database cannot be read, to look for its "
			 "certificate");
		pull_end(d);
	} else if (q->worth == WORTH_VALID) {
		memcpy(d->vouched, q->serial, sizeof(d->vouched));
		settle_judge(q);
	} else {
		snprintf(q->why, sizeof(q->why), "%s",
			 enrol_unvouched(q->worth));
		/* Over a kept connection it could not show a newer one. */
		contact_close(d);
		pull_give_up(q);
	}
}

/**
 * settle_vouch() - as settle_judge(), when the store has the device's certificate
 * @q: with its answer, and the certificate's serial
 */
void settle_vouch(struct question *q)
{
	q->job.keep = read_worth;
	q->job.done = worth_read;
	q->job.reads = true;
	keep_put(q->dev->fleet, &q->job);
}

/**
 * settle_start() - start the threads that appraise
 * @f: the fleet
 *
 * Return: 0; -ENOMEM.
 */
int settle_start(struct fleet *f)
{
	long n = f->conf->workers;

	if (!n)
		n = sysconf(_SC_NPROCESSORS_ONLN);
	f->judges = stage_new(n > 0 ? (unsigned int)n : 1, 1, judge_all, f);
	return f->judges ? 0 : -ENOMEM;
}
