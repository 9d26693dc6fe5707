// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a hook that cannot sleep leaves to be done: before the task returns to
 * user mode, or in a worker where there is no user mode to return to.
 *
 * Only an armed module leaves work behind, and that one is never unloaded.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>

#include "core.h"

enum late_what {
	LATE_CODE, /* measure what was made executable */
	LATE_WAIT, /* until an event has reached its PCR */
	LATE_WRITTEN, /* tell whether it was in use */
};

struct late {
	struct callback_head task;
	struct work_struct work;
	enum late_what what;
	struct file *file; /* CODE, WRITTEN */
	struct shinrai_who who; /* CODE, WRITTEN */
	struct shinrai_mark was; /* WRITTEN: what was measured */
	u64 seq; /* WAIT */
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
	u64 seq;

	shinrai_path_get(&path, &file->f_path, gfp);
	shinrai_oddity_violation(SHINRAI_REASON_TOMTOU, 0, key, NULL, &path,
				 who, gfp, &seq);
	shinrai_path_put(&path);
}

/* The overlay has copied up by now, or writes where it always did. */
static void late_written(struct late *l)
{
	struct inode *real = d_real_inode(l->file->f_path.dentry);

	if (real && shinrai_inode_key(real) == l->was.backing && in_use(real))
		tomtou(l->file, &l->who, l->was.backing ^ l->was.version,
		       GFP_KERNEL);
}

/* Code that could not be measured in time, and is executable already. */
static void unmeasured(struct file *file, u32 code_flags, int err,
		       const struct shinrai_who *who, gfp_t gfp, u64 *seq)
{
	struct shinrai_path path;

	shinrai_path_get(&path, &file->f_path, gfp);
	shinrai_oddity_unmeasured(SHINRAI_KIND_MMAP,
				  code_flags | SHINRAI_CODE_MPROTECT, err,
				  shinrai_inode_key(file_inode(file)), &path,
				  who, gfp, seq);
	shinrai_path_put(&path);
}

static void late_code(struct late *l)
{
	struct shinrai_mark mark = {};
	u64 seq;
	int ret;

	ret = shinrai_measure_file(l->file, &mark, SHINRAI_KIND_MMAP,
				   SHINRAI_CODE_MPROTECT | SHINRAI_CODE_LATE,
				   &l->who);
	/* Others may share the memory of who was killed. */
	if (ret == -EINTR)
		unmeasured(l->file, SHINRAI_CODE_LATE, EINTR, &l->who,
			   GFP_KERNEL, &seq);
}

static void late_do(struct late *l)
{
	switch (l->what) {
	case LATE_CODE:
		late_code(l);
		break;
	case LATE_WAIT:
		shinrai_log_wait(l->seq, SHINRAI_WAIT_MS);
		break;
	case LATE_WRITTEN:
		late_written(l);
		break;
	}
	shinrai_who_put(&l->who);
	if (l->file)
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

static struct late *late_new(enum late_what what, struct file *file)
{
	struct late *l = kzalloc(sizeof(*l), GFP_ATOMIC | __GFP_NOWARN);

	if (!l) {
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, ENOMEM);
		return NULL;
	}
	l->what = what;
	if (file) {
		shinrai_who_get(&l->who, GFP_ATOMIC);
		l->file = get_file(file);
	}
	return l;
}

static void late_add(struct late *l)
{
	init_task_work(&l->task, late_task);
	INIT_WORK(&l->work, late_work);
	if (current->flags & PF_KTHREAD ||
	    task_work_add(current, &l->task, TWA_RESUME))
		queue_work(system_unbound_wq, &l->work);
}

/* Where nothing may sleep: the caller waits before it is in user mode again. */
static void wait_late(u64 seq)
{
	struct late *l;

	if (shinrai_phase() != SHINRAI_ARMED || shinrai_log_done(seq))
		return;
	l = late_new(LATE_WAIT, NULL);
	if (!l)
		return;
	l->seq = seq;
	late_add(l);
}

static int gained_anon(void)
{
	u64 seq;
	int ret;

	ret = shinrai_oddity_anon(SHINRAI_CODE_MPROTECT, GFP_ATOMIC, &seq);
	wait_late(seq);
	/* Nobody can know it, so it is always unknown code. */
	if (!ret && shinrai_degraded())
		ret = -EIO;
	return shinrai_verdict(ret);
}

/* Return: the event's position. */
static u64 tell_unmeasured(struct file *file, u32 code_flags, int err)
{
	struct shinrai_who who;
	u64 seq;

	shinrai_who_get(&who, GFP_ATOMIC);
	unmeasured(file, code_flags, err, &who, GFP_ATOMIC, &seq);
	shinrai_who_put(&who);
	return seq;
}

static int gained_code(struct file *file, struct shinrai_mark *mark)
{
	struct late *l;
	int ret;

	if (shinrai_mark_holds(file, mark))
		return 0;
	if (shinrai_enforcing()) {
		wait_late(tell_unmeasured(file, SHINRAI_CODE_REFUSED, EACCES));
		return -EACCES;
	}
	/* Only an armed module may leave work behind. */
	if (shinrai_phase() != SHINRAI_ARMED) {
		ret = shinrai_running_owe(file, from_kuid(&init_user_ns,
							  current_uid()));
		if (ret == -ENOMEM)
			tell_unmeasured(file, 0, ENOMEM);
		if (ret != -EAGAIN || shinrai_phase() != SHINRAI_ARMED)
			return 0;
	}
	l = late_new(LATE_CODE, file);
	if (l)
		late_add(l);
	return 0;
}

/**
 * shinrai_measure_mprotect() - a mapping becomes executable, or writable too
 * @vma: the mapping, before the change
 * @prot: PROT_*, after it
 * @mark: in the storage of its file's inode, or zeroes
 *
 * Context: the mmap lock is held, nothing may sleep.
 * Return: 0 go on, measured before the return to user mode; -EACCES in
 * enforce mode unless the content is measured already.
 */
int shinrai_measure_mprotect(struct vm_area_struct *vma, u64 prot,
			     struct shinrai_mark *mark)
{
	struct file *file = vma->vm_file;
	const struct shinrai_change change = {
		.file = file && shinrai_measurable(file),
		.private = !(vma->vm_flags & VM_SHARED),
		.stored = vma->anon_vma,
		.was_write = vma->vm_flags & VM_WRITE,
		.was_exec = vma->vm_flags & VM_EXEC,
		.write = prot & PROT_WRITE,
		.exec = prot & PROT_EXEC,
	};
	u32 gains = shinrai_mapping_judge(&change);
	int ret = 0;

	if (gains & SHINRAI_GAINS_ANON)
		ret = gained_anon();
	if (!ret && gains & SHINRAI_GAINS_CODE)
		ret = gained_code(file, mark);
	return ret;
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
	struct late *l;

	WRITE_ONCE(mark->version, 0);
	if (!was.version || shinrai_phase() == SHINRAI_LOADED)
		return;
	if (was.version & SHINRAI_MARK_BACKED) {
		if (shinrai_phase() != SHINRAI_ARMED)
			return;
		l = late_new(LATE_WRITTEN, file);
		if (!l)
			return;
		l->was = was;
		late_add(l);
		return;
	}
	if (!in_use(inode))
		return;
	shinrai_who_get(&who, GFP_ATOMIC);
	tomtou(file, &who, was.backing ^ was.version, GFP_ATOMIC);
	shinrai_who_put(&who);
}
