// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a hook that may not sleep has to leave for later: the task's own system
 * call is begun again after it; another task's is done by a worker.
 */
#include <linux/file.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/task_work.h>
#include <linux/workqueue.h>

#include "label.h"

/* A system call that has to be begun again when its task may sleep. */
struct later {
	struct callback_head task;
	struct list_head node;
	struct file *file;
	int mask;
	/* When it could not be done: who shall know when he comes again. */
	u64 started;
	pid_t pid;
	const struct inode *inode; /* compared only */
	int err;
};

/* Of calls that were never begun again, only so many are remembered. */
#define MAX_FAILED 64

#define LOCK_TRIES 100000

static DEFINE_SPINLOCK(failed_lock);
static LIST_HEAD(failed);
static u32 failed_count;

/* Its address may be another's by then. */
static bool is_mine(const struct later *l)
{
	return l->pid == task_pid_nr(current) &&
	       l->started == current->start_boottime;
}

static void later_failed(struct later *l, int err)
{
	struct later *old = NULL;

	l->started = current->start_boottime;
	l->pid = task_pid_nr(current);
	l->inode = file_inode(l->file);
	l->err = err;
	spin_lock(&failed_lock);
	list_add_tail(&l->node, &failed);
	if (failed_count == MAX_FAILED) {
		old = list_first_entry(&failed, struct later, node);
		list_del(&old->node);
	} else {
		failed_count++;
	}
	spin_unlock(&failed_lock);
	kfree(old);
}

/* Return: why this task's last try failed; 0 when there was none. */
static int later_error(const struct file *file, int mask)
{
	struct later *l, *next, *found = NULL;
	int err = 0;

	spin_lock(&failed_lock);
	list_for_each_entry_safe(l, next, &failed, node) {
		if (!is_mine(l) || l->inode != file_inode(file) ||
		    l->mask != mask)
			continue;
		list_del(&l->node);
		failed_count--;
		found = l;
		err = l->err;
		break;
	}
	spin_unlock(&failed_lock);
	kfree(found);
	return err;
}

static void later_do(struct callback_head *head)
{
	struct later *l = container_of(head, struct later, task);
	struct file *file = l->file;
	int err;

	err = shinrai_access_settle(file, l->mask);
	if (err)
		later_failed(l, err);
	else
		kfree(l);
	fput(file);
}

/**
 * shinrai_grow_later() - begin this system call again after what may sleep
 * @file: that it is about
 * @mask: MAY_READ, MAY_WRITE
 *
 * Context: any of a process.
 * Return: -ERESTARTNOINTR, for the hook; -EACCES when that cannot be.
 */
int shinrai_grow_later(struct file *file, int mask)
{
	struct later *l;

	if (current->flags & (PF_KTHREAD | PF_EXITING) ||
	    later_error(file, mask))
		return -EACCES;
	l = kmalloc(sizeof(*l), GFP_ATOMIC | __GFP_NOWARN);
	if (!l)
		return -EACCES;
	l->file = get_file(file);
	l->mask = mask;
	INIT_LIST_HEAD(&l->node);
	init_task_work(&l->task, later_do);
	if (task_work_add(current, &l->task, TWA_SIGNAL)) {
		fput(l->file);
		kfree(l);
		return -EACCES;
	}
	return -ERESTARTNOINTR;
}

struct soon {
	struct work_struct work;
	struct mm_struct *mm;
	u64 labels;
};

static void soon_do(struct work_struct *work)
{
	struct soon *s = container_of(work, struct soon, work);

	if (shinrai_grow_through(s->mm, s->labels))
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, ENOMEM);
	mmput(s->mm);
	kfree(s);
}

/**
 * shinrai_grow_soon() - another address space has labels, at once
 * @mm: a reference is held
 * @labels: live
 *
 * What it shares with others gets them from a worker, so there is a moment when
 * data that it was about to receive could be passed on unseen.
 *
 * Context: any of a process.
 * Return: 0; -ENOMEM.
 */
int shinrai_grow_soon(struct mm_struct *mm, u64 labels)
{
	struct soon *s;

	if (shinrai_subject_add(mm, labels, GFP_ATOMIC))
		return -ENOMEM;
	s = kmalloc(sizeof(*s), GFP_ATOMIC | __GFP_NOWARN);
	if (!s)
		return -ENOMEM;
	mmget(mm);
	s->mm = mm;
	s->labels = labels;
	INIT_WORK(&s->work, soon_do);
	queue_work(system_unbound_wq, &s->work);
	return 0;
}

/*
 * Some hooks are called with the lock of some task: it is not waited for.
 * Return: whether @mm says what memory a task has, with a reference, or NULL.
 */
static bool memory_of(struct task_struct *task, struct mm_struct **mm)
{
	u32 tries;

	*mm = NULL;
	for (tries = 0; !spin_trylock(&task->alloc_lock); tries++) {
		if (tries == LOCK_TRIES)
			return false;
		cpu_relax();
	}
	if (task->mm && !(task->flags & PF_KTHREAD)) {
		*mm = task->mm;
		mmget(*mm);
	}
	spin_unlock(&task->alloc_lock);
	return true;
}

/**
 * shinrai_take_alone() - as shinrai_take_now(), but for tracers
 * @task: who; he or the caller's RCU read side section keeps it
 * @labels: live
 *
 * Context: a process; does not sleep.
 * Return: 0, and it has them; -ENOMEM; -EBUSY when its lock is not to be had.
 */
int shinrai_take_alone(struct task_struct *task, u64 labels)
{
	struct mm_struct *mm;
	int ret = 0;

	if (!memory_of(task, &mm))
		return -EBUSY;
	if (!mm)
		return 0;
	if (shinrai_grow_alone(mm, labels))
		ret = shinrai_grow_soon(mm, labels);
	mmput_async(mm);
	return ret;
}

/**
 * shinrai_take_now() - a task is given labelled data, and has no say in it
 * @task: who; he or the caller's RCU read side section keeps it
 * @labels: live
 *
 * Context: a process; does not sleep.
 * Return: 0, and it has them; an error, and it is killed.
 */
int shinrai_take_now(struct task_struct *task, u64 labels)
{
	struct mm_struct *mm = READ_ONCE(task->mm); /* compared only */
	int ret = 0;

	labels &= ~shinrai_subject_labels(mm);
	if (!labels)
		return 0;
	if (shinrai_inflight_traced(task))
		ret = shinrai_inflight_traces(mm, labels);
	if (!ret)
		ret = shinrai_take_alone(task, labels);
	if (ret == -ENOMEM)
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, ENOMEM);
	if (ret)
		send_sig(SIGKILL, task, 1);
	return ret;
}
