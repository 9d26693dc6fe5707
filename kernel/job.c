// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures what is running when the module is armed, one file at a time.
 *
 * A thread of its own measures each file, and can be given up: the file may be
 * of any size, and its filesystem may never answer.
 */
#include <linux/completion.h>
#include <linux/file.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "compat.h"
#include "core.h"

struct job {
	refcount_t ref;
	struct completion begun; /* from here on it can be killed */
	struct completion done;
	struct shinrai_source src;
	struct shinrai_who who;
	int ret;
};

static void job_put(struct job *job)
{
	if (!refcount_dec_and_test(&job->ref))
		return;
	fput(job->src.file);
	kfree(job);
}

static int job_thread(void *arg)
{
	struct job *job = arg;

	allow_signal(SIGKILL); /* given up: reading and hashing end early */
	complete(&job->begun);
	job->ret = shinrai_hook_measure(&job->src);
	complete(&job->done);
	job_put(job);
	module_put_and_kthread_exit(0);
	return 0;
}

static int unmeasured(const struct job *job)
{
	struct file *file = job->src.file;
	struct shinrai_path path;
	u64 seq;
	int ret;

	shinrai_path_get(&path, shinrai_file_path(file), GFP_KERNEL);
	ret = shinrai_oddity_unmeasured(job->src.kind, job->src.flags,
					ETIMEDOUT,
					shinrai_inode_key(file_inode(file)),
					&path, &job->who, GFP_KERNEL, &seq);
	shinrai_path_put(&path);
	return ret;
}

static int job_run(struct job *job, unsigned long patience)
{
	struct task_struct *task;
	long left;
	int ret;

	task = kthread_create(job_thread, job, "shinrai-arm");
	if (IS_ERR(task))
		return PTR_ERR(task);
	refcount_inc(&job->ref);
	__module_get(THIS_MODULE); /* the thread's; who arms holds one, too */
	get_task_struct(task);
	wake_up_process(task);
	wait_for_completion(&job->begun);
	left = wait_for_completion_killable_timeout(&job->done, patience);
	if (left > 0) {
		ret = job->ret;
	} else {
		send_sig(SIGKILL, task, 1);
		ret = left ? -EINTR : unmeasured(job);
	}
	put_task_struct(task);
	return ret;
}

/**
 * shinrai_job_measure() - measure a file that is running, or say that it is not
 * @file: mapped executable
 * @kind: enum shinrai_kind
 * @flags: enum shinrai_code_flags
 * @uid: of the process; nobody pays for what is running
 * @patience: jiffies to wait at the most; 0: do not even begin
 *
 * Context: while arming or just armed; may sleep, can be killed.
 * Return: 0 measured, or told as UNMEASURED; -EINTR; -ENOMEM; -ENOSPC.
 */
int shinrai_job_measure(struct file *file, u8 kind, u32 flags, u32 uid,
			unsigned long patience)
{
	struct job *job = kzalloc(sizeof(*job), GFP_KERNEL);
	int ret;

	might_sleep();
	if (!job)
		return -ENOMEM;
	refcount_set(&job->ref, 1);
	init_completion(&job->begun);
	init_completion(&job->done);
	job->who.uid = uid;
	job->who.login_uid = (u32)-1;
	job->src.file = get_file(file);
	job->src.shown = file;
	job->src.who = &job->who;
	job->src.kind = kind;
	job->src.flags = flags;
	ret = patience ? job_run(job, patience) : unmeasured(job);
	job_put(job);
	return ret;
}
