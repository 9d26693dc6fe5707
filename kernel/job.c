// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures what is running when the module is armed, one file at a time.
 *
 * A thread of its own measures each file: its filesystem may be a program that
 * never answers, and its size may be anything.  The thread passes a hook, that
 * of reading policies, to which no other LSM objects; so the mark that it fills
 * is the one in the inode's storage, and from then on a write to what is running
 * is a violation, too.
 */
#include <linux/completion.h>
#include <linux/file.h>
#include <linux/kernel_read_file.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/security.h>
#include <linux/slab.h>

#include "core.h"

struct job {
	struct list_head node;
	refcount_t ref;
	struct completion done;
	struct task_struct *task;
	struct file *file;
	struct shinrai_who who;
	u32 flags;
	u8 kind;
	bool met; /* the hook has called */
	int ret;
};

static DEFINE_SPINLOCK(jobs_lock);
static LIST_HEAD(jobs); /* those whose thread runs */

static void job_put(struct job *job)
{
	if (!refcount_dec_and_test(&job->ref))
		return;
	fput(job->file);
	kfree(job);
}

/* Return: the job of the current task, which keeps it; or NULL. */
static struct job *job_find(void)
{
	struct job *job, *found = NULL;

	spin_lock(&jobs_lock);
	list_for_each_entry(job, &jobs, node) {
		if (job->task == current)
			found = job;
	}
	spin_unlock(&jobs_lock);
	return found;
}

/**
 * shinrai_job_hook() - a kernel thread reads a file: is it one of ours?
 * @file: being read
 * @mark: in the storage of its inode
 * @ret: out, for the hook
 *
 * Context: may sleep, can be killed.
 * Return: true when it is, and then the file is measured.
 */
bool shinrai_job_hook(struct file *file, struct shinrai_mark *mark, int *ret)
{
	struct job *job = current->flags & PF_KTHREAD ? job_find() : NULL;

	if (!job || job->file != file)
		return false;
	job->met = true;
	job->ret = shinrai_measure_file(file, mark, job->kind, job->flags,
					&job->who);
	*ret = job->ret;
	return true;
}

static int job_thread(void *arg)
{
	struct shinrai_mark mark = {};
	struct job *job = arg;

	allow_signal(SIGKILL); /* given up: reading and hashing end early */
	spin_lock(&jobs_lock);
	job->task = current;
	list_add(&job->node, &jobs);
	spin_unlock(&jobs_lock);
	security_kernel_read_file(job->file, READING_POLICY, true);
	if (!job->met) /* another LSM refused before */
		job->ret = shinrai_measure_file(job->file, &mark, job->kind,
						job->flags, &job->who);
	spin_lock(&jobs_lock);
	list_del(&job->node);
	spin_unlock(&jobs_lock);
	complete(&job->done);
	job_put(job);
	module_put_and_kthread_exit(0);
	return 0;
}

static int unmeasured(const struct job *job)
{
	struct shinrai_path path;
	u64 seq;
	int ret;

	shinrai_path_get(&path, &job->file->f_path, GFP_KERNEL);
	ret = shinrai_oddity_unmeasured(
		job->kind, job->flags, ETIMEDOUT,
		shinrai_inode_key(file_inode(job->file)), &path, &job->who,
		GFP_KERNEL, &seq);
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
	init_completion(&job->done);
	job->file = get_file(file);
	job->kind = kind;
	job->flags = flags;
	job->who.uid = uid;
	job->who.login_uid = (u32)-1;
	ret = patience ? job_run(job, patience) : unmeasured(job);
	job_put(job);
	return ret;
}
