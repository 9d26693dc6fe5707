// SPDX-License-Identifier: MIT
/*
 * The thread that has the store.  What waits for it is kept together: the disk is
 * waited for once.
 */
#include <errno.h>

#include "../daemon/diag.h"
#include "fleet.h"

#define BATCH 1024 /* jobs that are kept together at most */

static struct job *job_of(struct task *t)
{
	return (struct job *)((char *)t - offsetof(struct job, task));
}

static bool is_fatal(int err)
{
	return err && err != -EEXIST && err != -ENOENT && err != -ESTALE;
}

static void tell_unread(const struct fleet *f, int err)
{
	static struct diag_rate failures = DIAG_RATE;

	diag_limited(&failures, LOG_ERR,
		     "cannot read all of %s: %s; what asks for that gets none",
		     f->conf->database,
		     err == -EBADMSG ? "it is damaged" : store_error(f->store));
}

/*
 * Nothing is left of a job that failed.  What one reads may be damaged, which is
 * nothing to the others; a store that is gone says so to the next statement.
 */
static int keep_one(struct fleet *f, struct job *j)
{
	struct store *s = f->store;
	int ret = store_mark(s);

	if (ret)
		return ret;
	j->err = j->keep(j, s);
	j->alone = is_fatal(j->err) && j->reads;
	if (j->alone)
		tell_unread(f, j->err);
	else if (is_fatal(j->err))
		return j->err;
	return j->err ? store_undo(s) : store_pass(s);
}

/* Return: 0; why none of it is kept. */
static int keep_all(struct fleet *f, struct task_list *tasks)
{
	struct task *t;
	int ret = store_begin(f->store);

	if (ret)
		return ret;
	STAILQ_FOREACH(t, tasks, link)
	{
		ret = keep_one(f, job_of(t));
		if (ret)
			return ret;
	}
	return store_commit(f->store);
}

static void keep(struct task_list *tasks, void *arg)
{
	static struct diag_rate failures = DIAG_RATE;
	struct fleet *f = arg;
	struct task *t;
	int ret = keep_all(f, tasks);

	if (ret) {
		diag_limited(&failures, LOG_ERR,
			     "cannot write to %s: %s; what is judged now is "
			     "not kept, and not shown",
			     f->conf->database, store_error(f->store));
		store_rollback(f->store);
		STAILQ_FOREACH(t, tasks, link)
		{
			job_of(t)->err = ret;
			job_of(t)->alone = false;
		}
	}
	mailbox_put(f->kept, tasks);
}

static void on_kept(struct task *t, void *arg)
{
	struct fleet *f = arg;
	struct job *j = job_of(t);

	/* Who only read, or found nothing to write, does not know. */
	if (is_fatal(j->err) && !j->alone)
		f->keeps = false;
	else if (!j->err && !j->reads)
		f->keeps = true;
	j->done(j, f);
}

/**
 * keep_put() - have something kept
 * @f: the fleet
 * @j: its keep() is called by the keeping thread, then done() by the loop
 *
 * Context: any thread.
 */
void keep_put(struct fleet *f, struct job *j)
{
	stage_put(f->keeper, &j->task);
}

/**
 * keep_start() - begin to keep
 * @f: the fleet, whose store is the thread's from now on
 *
 * Return: 0; -ENOMEM.
 */
int keep_start(struct fleet *f)
{
	f->kept = mailbox_new(f->base, on_kept, f);
	f->keeper = f->kept ? stage_new(1, BATCH, keep, f) : NULL;
	return f->keeper ? 0 : -ENOMEM;
}
