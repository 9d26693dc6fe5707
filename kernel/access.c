// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the hooks ask of labels: may this file be opened, read, written, mapped,
 * received, deleted, may this task be traced.  Gathers what is at stake and
 * hands it to flow.c and grow.c.
 */
#include <linux/binfmts.h>
#include <linux/mman.h>
#include <linux/ptrace.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "label.h"

static bool file_like(const struct inode *inode)
{
	return S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode);
}

/* A denial by a rule, or, in observe mode, none. */
static int ask(u8 action, u64 labels, const struct path *path, bool may_sleep)
{
	struct shinrai_flow f = {
		.labels = labels,
		.access.action = action,
		.path = path,
		.may_sleep = may_sleep,
	};

	return labels ? shinrai_flow_check(&f) : 0;
}

/* What nobody can tell is refused where something is. */
static int unsure(int err)
{
	return err == -EINTR || shinrai_enforcing() ? err : 0;
}

/* Its labels reach the current task, which may read it: is that allowed? */
static int take_in(u64 labels, const struct path *path)
{
	int ret;

	if (!current->mm || current->flags & PF_KTHREAD)
		return 0;
	labels &= ~shinrai_current_labels();
	ret = ask(SHINRAI_ACTION_READ, labels, path, true);
	if (!ret)
		ret = unsure(shinrai_grow(current->mm, labels));
	return ret;
}

/* Who has it open is asked at each read: labels may come later. */
static int open_proc(struct file *file, u64 labels)
{
	int ret = 0;

	/* Before there are labels, nobody tells when an inode is freed. */
	if (shinrai_is_live() || shinrai_special_mem(file))
		ret = shinrai_object_watch(file_inode(file));
	if (ret)
		return unsure(ret);
	return labels && file->f_mode & FMODE_READ ?
		       take_in(labels, &file->f_path) :
		       0;
}

static void set_probed(struct inode *inode)
{
	static_assert(!(SHINRAI_IOP_PROBED &
			(IOP_FASTPERM | IOP_LOOKUP | IOP_NOFOLLOW | IOP_XATTR |
			 IOP_DEFAULT_READLINK)));
	spin_lock(&inode->i_lock);
	WRITE_ONCE(inode->i_opflags, inode->i_opflags | SHINRAI_IOP_PROBED);
	spin_unlock(&inode->i_lock);
}

/**
 * shinrai_access_open() - a file is opened that may have labels
 * @file: being opened
 *
 * Context: may sleep, can be killed.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_open(struct file *file)
{
	struct inode *inode = file_inode(file);
	u64 labels;
	int ret;

	if (shinrai_special_proc(file, &labels))
		return open_proc(file, labels);
	if (!file_like(inode)) {
		set_probed(inode);
		return 0;
	}
	if (current->flags & PF_DUMPCORE && file->f_mode & FMODE_WRITE)
		return unsure(
			shinrai_grow_file(file, shinrai_current_labels()));
	if (S_ISREG(inode->i_mode) && !inode->i_nlink &&
	    file->f_mode & FMODE_WRITE) {
		ret = shinrai_grow_unlinked(file, shinrai_current_labels());
		if (ret)
			return unsure(ret);
	}
	if (READ_ONCE(inode->i_opflags) & SHINRAI_IOP_PROBED) {
		labels = shinrai_object_labels(inode);
	} else {
		ret = shinrai_keep_probe(file->f_path.dentry, inode, &labels);
		if (ret)
			return unsure(ret);
		/* From here on the table of objects knows what it has. */
		set_probed(inode);
	}
	if (!labels)
		return 0;
	if (file->f_mode & FMODE_WRITE || file->f_flags & O_TRUNC) {
		ret = ask(SHINRAI_ACTION_DELETE, labels, &file->f_path, true);
		if (ret)
			return ret;
	}
	return file->f_mode & FMODE_READ ? take_in(labels, &file->f_path) : 0;
}

/**
 * shinrai_access_receive() - a descriptor comes from another process
 * @file: that it is of
 *
 * Context: may sleep, can be killed.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_receive(struct file *file)
{
	const u64 labels = shinrai_object_labels(file_inode(file));

	if (!labels || !(file->f_mode & FMODE_READ) ||
	    !file_like(file_inode(file)))
		return 0;
	return take_in(labels, &file->f_path);
}

/**
 * shinrai_access_mmap() - a file is mapped
 * @file: to be mapped
 * @prot: PROT_*
 * @flags: MAP_*
 *
 * Context: may sleep, can be killed.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_mmap(struct file *file, u64 prot, u64 flags)
{
	struct file *real = shinrai_content_file(file);
	const u64 holds = shinrai_object_labels(file_inode(file)) |
			  shinrai_object_labels(file_inode(real));
	u64 labels;
	int ret;

	ret = holds ? take_in(holds, &file->f_path) : 0;
	if (ret)
		return ret;
	labels = shinrai_current_labels();
	if (!labels || (flags & MAP_TYPE) == MAP_PRIVATE ||
	    !(file->f_mode & FMODE_WRITE))
		return 0;
	/* A store asks nobody. */
	if (shinrai_is_anon(file_inode(file)))
		return unsure(shinrai_grow_named(file, labels));
	return shinrai_grow_file(file, labels);
}

/* A pipe has it from now on, and so has who waits for it. */
static int pipe_written(struct inode *inode, u64 labels, gfp_t gfp)
{
	int ret;

	ret = shinrai_object_add(inode, SHINRAI_OBJECT_INODE, labels, gfp);
	if (!ret)
		shinrai_inflight_readers(inode, labels);
	return ret;
}

static bool stores(const struct inode *inode)
{
	return S_ISREG(inode->i_mode) || S_ISBLK(inode->i_mode);
}

/* Another's memory gets what its writer has. */
static int memory_written(struct mm_struct *mm, u64 labels)
{
	int ret = 0;

	if (labels && mmget_not_zero(mm)) {
		ret = shinrai_grow_atomic(mm, labels);
		if (ret)
			ret = shinrai_grow_soon(mm, labels);
		mmput_async(mm);
	}
	return ret;
}

static int spliced(struct file *file, u64 labels, u64 bytes)
{
	return bytes ? shinrai_access_splice(file, labels, bytes, false) : 0;
}

static int may_write(struct file *file, struct shinrai_uring uring)
{
	struct inode *inode = file_inode(file);
	const u64 labels = shinrai_current_labels();
	const u64 holds = shinrai_object_labels(inode);
	struct mm_struct *mm;
	int ret;

	/* First: what is written most. */
	if (S_ISFIFO(inode->i_mode))
		return labels & ~holds ?
			       pipe_written(inode, labels, GFP_ATOMIC) :
			       0;
	mm = shinrai_special_mem(file);
	if (mm)
		return memory_written(mm, labels);
	if (S_ISCHR(inode->i_mode))
		return labels ? shinrai_special_write(file, labels, false) : 0;
	/* Opened before it was labelled. */
	ret = holds && S_ISREG(inode->i_mode) ?
		      ask(SHINRAI_ACTION_DELETE, holds, &file->f_path, false) :
		      0;
	if (ret)
		return ret;
	if (!(labels & ~holds))
		return 0;
	if (stores(inode))
		return shinrai_grow_later(file, MAY_WRITE);
	if (S_ISSOCK(inode->i_mode))
		return spliced(file, labels, shinrai_access_spliced(uring));
	return 0;
}

/**
 * shinrai_access_written() - a write that was let through is under way
 * @file: to which
 * @labels: live; of what it may write from now on
 *
 * Context: may sleep, can be killed.
 * Return: 0; an error when it must not hold them.
 */
int shinrai_access_written(struct file *file, u64 labels)
{
	struct inode *inode = file_inode(file);

	if (!(labels & ~shinrai_object_labels(inode)))
		return 0;
	if (stores(inode))
		return shinrai_grow_file(file, labels);
	if (S_ISSOCK(inode->i_mode))
		return shinrai_access_splice(file, labels, MAX_RW_COUNT, true);
	if (S_ISFIFO(inode->i_mode))
		return pipe_written(inode, labels, GFP_KERNEL);
	if (S_ISCHR(inode->i_mode))
		return shinrai_special_write(file, labels, true);
	return 0;
}

static int may_read(struct file *file)
{
	u64 labels = shinrai_special_read(file);
	int ret;

	if (!current->mm || current->flags & PF_KTHREAD)
		return 0;
	labels &= ~shinrai_current_labels();
	if (!labels)
		return 0;
	ret = ask(SHINRAI_ACTION_READ, labels, &file->f_path, false);
	if (ret)
		return ret;
	ret = shinrai_grow_atomic(current->mm, labels);
	return ret ? shinrai_grow_later(file, MAY_READ) : 0;
}

/**
 * shinrai_access_permission() - a file is read or written by a system call
 * @file: open
 * @mask: MAY_READ, MAY_WRITE
 * @uring: see shinrai_access_spliced()
 *
 * Context: a process; does not sleep.
 * Return: 0; -ERESTARTNOINTR when the call has to be begun again; another error
 * to refuse it.
 */
int shinrai_access_permission(struct file *file, int mask,
			      struct shinrai_uring uring)
{
	int ret = 0;

	if (mask & MAY_READ)
		ret = may_read(file);
	if (!ret && mask & (MAY_WRITE | MAY_APPEND))
		ret = may_write(file, uring);
	return ret;
}

/**
 * shinrai_access_settle() - what shinrai_access_permission() could not do
 * @file: open
 * @mask: MAY_READ or MAY_WRITE
 *
 * Context: may sleep, can be killed.
 * Return: 0, and the call can be begun again; an error to refuse it.
 */
int shinrai_access_settle(struct file *file, int mask)
{
	if (!current->mm)
		return -EINTR;
	if (mask == MAY_READ)
		return shinrai_grow(current->mm, shinrai_special_read(file));
	return shinrai_grow_file(file, shinrai_current_labels());
}

/**
 * shinrai_access_exec() - a program is about to replace a subject's
 * @bprm: its memory is there, and nobody runs in it yet
 *
 * Arguments and environment are copied, so they may hold what the caller held;
 * a program that was granted to do without labels begins without them.
 *
 * Context: may sleep.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_exec(struct linux_binprm *bprm)
{
	const u64 held = shinrai_subject_held(current->mm);
	u64 free;
	int ret;

	/* A script's interpreter comes by here again. */
	if (bprm->buf[0] == '#' && bprm->buf[1] == '!')
		return 0;
	ret = shinrai_grant_exec(bprm, held, &free);
	if (!ret && held & ~free)
		ret = shinrai_subject_add(bprm->mm, held & ~free, GFP_KERNEL);
	return ret;
}

/**
 * shinrai_access_trace() - the current task wants to look into another
 * @child: the other; its lock is held
 * @mode: PTRACE_MODE_*
 *
 * Names and numbers, which PTRACE_MODE_READ is about, are no content.
 *
 * Context: does not sleep.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_trace(struct task_struct *child, u32 mode)
{
	u64 labels, own;
	int ret;

	if (!(mode & PTRACE_MODE_ATTACH) || !current->mm ||
	    child->mm == current->mm)
		return 0;
	labels = shinrai_subject_held(child->mm);
	own = shinrai_current_labels();
	ret = ask(SHINRAI_ACTION_TRACE, labels & ~own, NULL, false);
	if (ret || labels == own)
		return ret;
	/* Its lock is held, so who is behind either of them cannot be reached. */
	if (shinrai_inflight_traced(child) || shinrai_inflight_traced(current))
		return shinrai_flow_hold(SHINRAI_ACTION_TRACE, labels ^ own,
					 NULL, false);
	if (labels & ~own && shinrai_grow_atomic(current->mm, labels))
		ret = shinrai_flow_hold(SHINRAI_ACTION_TRACE, labels & ~own,
					NULL, false);
	/* It can write as well. */
	if (!ret && child->mm && own & ~labels &&
	    shinrai_grow_atomic(child->mm, own))
		ret = shinrai_flow_hold(SHINRAI_ACTION_TRACE, own & ~labels,
					NULL, false);
	return ret;
}

struct traced {
	struct callback_head task;
	u64 labels;
};

static void tell_traced(struct callback_head *head)
{
	struct traced *t = container_of(head, struct traced, task);

	shinrai_flow_hold(SHINRAI_ACTION_TRACE, t->labels, NULL, true);
	kfree(t);
}

/**
 * shinrai_access_traced_by() - the current task wants to be traced
 * @parent: by whom
 *
 * One of them has what the other has not, and neither can get it here; it is
 * told of when the task is on its way back.
 *
 * Context: the list of tasks is locked, interrupts are off.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_traced_by(struct task_struct *parent)
{
	const u64 labels = shinrai_subject_held(current->mm) ^
			   shinrai_subject_held(READ_ONCE(parent->mm));
	struct traced *t;

	if (!labels)
		return 0;
	t = kmalloc(sizeof(*t), GFP_ATOMIC | __GFP_NOWARN);
	if (t) {
		t->labels = labels;
		init_task_work(&t->task, tell_traced);
	}
	if (!t || task_work_add(current, &t->task, TWA_RESUME)) {
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, ENOMEM);
		kfree(t);
	}
	return shinrai_enforcing() ? -EPERM : 0;
}

/**
 * shinrai_access_delete() - a name is removed, replaced, or what it names is cut
 * @dentry: the name
 *
 * Context: may sleep; locks of inodes may be held.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_delete(struct dentry *dentry)
{
	struct inode *inode = d_inode(dentry);
	u64 labels;
	int ret;

	if (!inode || !file_like(inode))
		return 0;
	labels = shinrai_object_labels(inode);
	if (!labels) {
		ret = shinrai_keep_probe(dentry, inode, &labels);
		if (ret)
			return unsure(ret);
	}
	/* Who acts is not read from a disk here: its lock may be held. */
	return ask(SHINRAI_ACTION_DELETE, labels, NULL, false);
}
