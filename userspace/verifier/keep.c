// SPDX-License-Identifier: MIT
/*
 * The thread that writes to the store.  What waits for it is kept together: the disk
 * is waited for once.  Beside it, another one reads what people and their programs
 * ask for, one after the other: nothing that is judged waits for that.
 */
#include <errno.h>
#include <stdio.h>

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

static void tell_unread(const struct fleet *f, const struct store *s, int err)
{
	static _Thread_local struct diag_rate failures = DIAG_RATE;

	diag_limited(&failures, LOG_ERR,
		     "cannot read all of %s: %s; what asks for that gets none",
		     f->conf->database,
		     err == -EBADMSG ? "it is damaged" : store_error(s));
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
		tell_unread(f, s, j->err);
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

/* Return: 0; why nothing can be read. */
static int read_one(struct fleet *f, struct job *j)
{
	struct store *s = f->beside;
	const int ret = store_begin(s);

	j->err = ret ? ret : j->keep(j, s);
	j->alone = is_fatal(j->err);
	if (j->alone)
		tell_unread(f, s, j->err);
	store_rollback(s);
	return ret;
}

/* Each is given back at once.  A database that is gone is tried once for all. */
static void read_all(struct task_list *tasks, void *arg)
{
	struct task_list one = STAILQ_HEAD_INITIALIZER(one);
	struct fleet *f = arg;
	struct task *t;
	int gone = 0;

	while ((t = STAILQ_FIRST(tasks))) {
		STAILQ_REMOVE_HEAD(tasks, link);
		job_of(t)->err = gone;
		job_of(t)->alone = true;
		if (!gone)
			gone = read_one(f, job_of(t));
		STAILQ_INSERT_TAIL(&one, t, link);
		mailbox_put(f->kept, &one);
	}
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
 * keep_read() - have something read that nothing which is judged waits for
 * @f: the fleet
 * @j: its keep(), which only reads, is called by the reading thread, then done() by
 *     the loop
 *
 * What was kept when this is called is seen.
 *
 * Context: any thread.
 */
void keep_read(struct fleet *f, struct job *j)
{
	j->reads = true;
	stage_put(f->reader, &j->task);
}

/**
 * keep_start() - begin to keep, and to read
 * @f: the fleet, whose store is the thread's from now on
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * Return: 0; -ENOMEM; as store_open().
 */
int keep_start(struct fleet *f, char *err, size_t errlen)
{
	char why[256];
	int ret = store_open_beside(f->conf->database, &f->beside, why,
				    sizeof(why));

	if (ret) {
		snprintf(err, errlen, "cannot read %s beside who writes: %s",
			 f->conf->database, why);
		return ret;
	}
	f->kept = mailbox_new(f->base, on_kept, f);
	f->keeper = f->kept ? stage_new(1, BATCH, keep, f) : NULL;
	f->reader = f->kept ? stage_new(1, BATCH, read_all, f) : NULL;
	if (f->keeper && f->reader)
		return 0;
	snprintf(err, errlen, "out of memory");
	return -ENOMEM;
}

/**
 * keep_stop() - end it
 * @f: from keep_start(), also when that failed or was not called
 *
 * All that was put is kept, or read, and then ended.
 */
void keep_stop(struct fleet *f)
{
	stage_free(f->keeper);
	stage_free(f->reader);
	f->keeper = f->reader = NULL;
	mailbox_free(f->kept);
	f->kept = NULL;
	store_close(f->beside);
	f->beside = NULL;
}
