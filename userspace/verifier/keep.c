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

/* Nothing is left of a job that failed. */
static int keep_one(struct store *s, struct job *j)
{
	int ret = store_mark(s);

	if (ret)
		return ret;
	j->err = j->keep(j, s);
	if (is_fatal(j->err))
		return j->err;
	return j->err ? store_undo(s) : store_pass(s);
}

/* Return: 0; why none of it is kept. */
static int keep_all(struct store *s, struct task_list *tasks)
{
	struct task *t;
	int ret = store_begin(s);

	if (ret)
		return ret;
	STAILQ_FOREACH(t, tasks, link)
	{
		ret = keep_one(s, job_of(t));
		if (ret)
			return ret;
	}
	return store_commit(s);
}

static void keep(struct task_list *tasks, void *arg)
{
	static struct diag_rate failures = DIAG_RATE;
	struct fleet *f = arg;
	struct task *t;
	int ret = keep_all(f->store, tasks);

	if (ret) {
		diag_limited(&failures, LOG_ERR,
			     "cannot write to %s: %s; what is judged now is "
			     "not kept, and not shown",
			     f->conf->database, store_error(f->store));
		store_rollback(f->store);
		STAILQ_FOREACH(t, tasks, link)
		job_of(t)->err = ret;
	}
	mailbox_put(f->kept, tasks);
}

static void on_kept(struct task *t, void *arg)
{
	struct fleet *f = arg;
	struct job *j = job_of(t);

	/* That something can be read does not say that writing works again. */
	if (!j->reads || is_fatal(j->err))
		f->keeps = !is_fatal(j->err);
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
