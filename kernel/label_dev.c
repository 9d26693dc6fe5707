// SPDX-License-Identifier: GPL-2.0-only
/* What /dev/shinrai tells and does about labels of files and of processes. */
#include <linux/file.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "label.h"
#include "policy.h"

static int add(struct file *file, const struct shinrai_label_id *id)
{
	u64 bit, seq;
	int ret;

	ret = shinrai_label_find(id, &bit);
	if (!ret)
		ret = shinrai_live();
	if (ret)
		return ret;
	/* Whoever has it open or mapped holds what is in it from now on. */
	ret = shinrai_label_event(SHINRAI_LABEL_APPLIED, bit, &file->f_path,
				  GFP_KERNEL, &seq);
	if (!ret)
		ret = shinrai_log_wait(seq, SHINRAI_WAIT_MS);
	return ret ? ret : shinrai_grow_named(file, bit);
}

/* Return: whether this machine's owners have such a label. */
static bool known(const struct shinrai_label_id *id)
{
	const struct shinrai_loaded *l;
	bool found = false;
	u32 i;

	rcu_read_lock();
	l = shinrai_policy_of(id->owner);
	for (i = 0; l && i < l->p.head->labels; i++)
		found |= !memcmp(l->p.label[i].uuid, id->uuid,
				 SHINRAI_UUID_SIZE);
	rcu_read_unlock();
	return found;
}

static int file_labels(struct shinrai_label_file *arg, bool writable)
{
	struct inode *inode;
	struct file *f;
	u64 labels;
	int ret = 0;

	if (arg->flags & ~SHINRAI_LABEL_ADD || arg->reserved)
		return -EINVAL;
	f = fget_raw((unsigned int)arg->fd);
	if (!f)
		return -EBADF;
	inode = file_inode(f);
	if (!S_ISREG(inode->i_mode) && !S_ISDIR(inode->i_mode))
		ret = -EINVAL;
	else if (arg->flags & SHINRAI_LABEL_ADD && !writable)
		ret = -EPERM;
	else if (arg->flags & SHINRAI_LABEL_ADD && !known(&arg->add))
		ret = -ENOKEY;
	else if (arg->flags & SHINRAI_LABEL_ADD)
		ret = add(f, &arg->add);
	if (!ret)
		ret = shinrai_keep_probe(f->f_path.dentry, inode, &labels);
	if (!ret)
		arg->count = (u32)shinrai_label_list(labels, arg->labels);
	fput(f);
	return ret;
}

/**
 * shinrai_label_dev_file() - SHINRAI_IOC_LABEL
 * @arg: struct shinrai_label_file
 * @writable: whether the device is open for writing
 *
 * Context: may sleep, can be killed.
 * Return: 0; -EFAULT; -EINVAL; -EBADF; -EPERM; -ENOKEY when no loaded policy
 * has the label; -EBUSY before arm; -ENOSPC when too many are live; -EIO when
 * degraded; what the filesystem says.
 */
int shinrai_label_dev_file(void __user *arg, bool writable)
{
	struct shinrai_label_file *l = memdup_user(arg, sizeof(*l));
	int ret;

	if (IS_ERR(l))
		return PTR_ERR(l);
	memset(l->labels, 0, sizeof(l->labels));
	ret = file_labels(l, writable);
	if (!ret && copy_to_user(arg, l, sizeof(*l)))
		ret = -EFAULT;
	kfree(l);
	return ret;
}

static int process_labels(struct shinrai_process *p)
{
	struct task_struct *task;
	struct mm_struct *mm;
	struct pid *pid;

	if (p->flags || p->reserved)
		return -EINVAL;
	pid = find_get_pid(p->pid);
	task = pid ? get_pid_task(pid, PIDTYPE_PID) : NULL;
	put_pid(pid);
	if (!task)
		return -ESRCH;
	mm = get_task_mm(task);
	put_task_struct(task);
	p->count = 0;
	if (!mm)
		return 0;
	p->count =
		(u32)shinrai_label_list(shinrai_subject_labels(mm), p->labels);
	mmput(mm);
	return 0;
}

/**
 * shinrai_label_dev_process() - SHINRAI_IOC_PROCESS
 * @arg: struct shinrai_process
 *
 * Context: may sleep.
 * Return: 0; -EFAULT; -EINVAL; -ESRCH; -ENOMEM.
 */
int shinrai_label_dev_process(void __user *arg)
{
	struct shinrai_process *p = memdup_user(arg, sizeof(*p));
	int ret;

	if (IS_ERR(p))
		return PTR_ERR(p);
	memset(p->labels, 0, sizeof(p->labels));
	ret = process_labels(p);
	if (!ret && copy_to_user(arg, p, sizeof(*p)))
		ret = -EFAULT;
	kfree(p);
	return ret;
}
