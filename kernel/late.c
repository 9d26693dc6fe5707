// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a hook that cannot sleep leaves to be done: before the task returns to
 * user mode, or in a worker where there is no user mode to return to.
 *
 * Only an armed module leaves work behind, and that one is never unloaded.
 */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/workqueue.h>

#include "core.h"

struct late {
	struct callback_head task;
	struct work_struct work;
	struct file *file;
	struct shinrai_who who;
	bool written; /* else made executable */
	u64 backing; /* written: what was measured */
	u64 version;
};

static bool in_use(struct inode *inode)
{
	return mapping_mapped(inode->i_mapping) ||
	       atomic_read(&inode->i_readcount) > 0;
}

/* Told once for each measured version of an inode. */
static void tomtou(struct file *file, const struct shinrai_who *who, u64 key,
		   gfp_t gfp)
{
	struct shinrai_path path;

	shinrai_path_get(&path, &file->f_path, gfp);
	shinrai_content_violation(SHINRAI_REASON_TOMTOU, key, NULL, &path, who,
				  gfp);
	shinrai_path_put(&path);
}

/* The overlay has copied up by now, or writes where it always did. */
static void late_written(struct late *l)
{
	struct inode *real = d_real_inode(l->file->f_path.dentry);

	if (real && shinrai_inode_key(real) == l->backing && in_use(real))
		tomtou(l->file, &l->who, l->backing ^ l->version, GFP_KERNEL);
}

static void late_do(struct late *l)
{
	struct shinrai_mark mark = {};

	if (l->written) {
		late_written(l);
	} else if (shinrai_measure_file(l->file, &mark, SHINRAI_KIND_MMAP,
					SHINRAI_CODE_MPROTECT |
						SHINRAI_CODE_LATE,
					&l->who) == -EINTR) {
		/* Others may share the memory of who was killed. */
		queue_work(system_unbound_wq, &l->work);
		return;
	}
	shinrai_who_put(&l->who);
	fput(l->file);
	kfree(l);
}

static void late_task(struct callback_head *head)
{
	late_do(container_of(head, struct late, task));
}

static void late_work(struct work_struct *work)
{
	late_do(container_of(work, struct late, work));
}

/* Return: 0; -ENOMEM. */
static int late_add(struct file *file, bool written,
		    const struct shinrai_mark *mark)
{
	struct late *l = kzalloc(sizeof(*l), GFP_ATOMIC | __GFP_NOWARN);

	if (!l)
		return -ENOMEM;
	shinrai_who_get(&l->who, GFP_ATOMIC);
	l->file = get_file(file);
	l->written = written;
	if (mark) {
		l->backing = mark->backing;
		l->version = mark->version;
	}
	init_task_work(&l->task, late_task);
	INIT_WORK(&l->work, late_work);
	if (current->flags & PF_KTHREAD ||
	    task_work_add(current, &l->task, TWA_RESUME))
		queue_work(system_unbound_wq, &l->work);
	return 0;
}

/**
 * shinrai_measure_mprotect() - a mapping becomes executable
 * @vma: the mapping, before the change
 * @mark: in the storage of its file's inode, or zeroes
 *
 * Context: the mmap lock is held, nothing may sleep.
 * Return: 0 go on, measured before the return to user mode; -EACCES in
 * enforce mode unless the content is measured already.
 */
int shinrai_measure_mprotect(struct vm_area_struct *vma,
			     struct shinrai_mark *mark)
{
	struct file *file = vma->vm_file;
	u64 seq;
	int ret;

	if (!file || vma->anon_vma) {
		/* Private pages of a file mapping hold what was stored. */
		ret = shinrai_content_anon(SHINRAI_CODE_MPROTECT, GFP_ATOMIC,
					   &seq);
		if ((ret || shinrai_degraded()) && shinrai_enforcing())
			return -EACCES;
	}
	if (!file || !S_ISREG(file_inode(file)->i_mode) ||
	    shinrai_mark_holds(file, mark))
		return 0;
	if (shinrai_enforcing())
		return -EACCES;
	if (shinrai_phase() != SHINRAI_ARMED)
		return 0;
	ret = late_add(file, false, NULL);
	if (ret)
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, -ret);
	return 0;
}

/**
 * shinrai_measure_written() - a measured file is being opened for writing
 * @file: being opened
 * @mark: in the storage of its inode; dropped
 *
 * Context: does not sleep.
 */
void shinrai_measure_written(struct file *file, struct shinrai_mark *mark)
{
	struct inode *inode = file_inode(file);
	struct shinrai_who who;
	struct shinrai_mark was = {
		.version = READ_ONCE(mark->version),
		.backing = READ_ONCE(mark->backing),
	};

	WRITE_ONCE(mark->version, 0);
	if (!was.version || shinrai_phase() != SHINRAI_ARMED)
		return;
	if (was.version & SHINRAI_MARK_BACKED) {
		if (late_add(file, true, &was))
			shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY,
					    ENOMEM);
		return;
	}
	if (!in_use(inode))
		return;
	shinrai_who_get(&who, GFP_ATOMIC);
	tomtou(file, &who, was.backing ^ was.version, GFP_ATOMIC);
	shinrai_who_put(&who);
}
