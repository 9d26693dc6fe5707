// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways of data through what is neither a file nor a socket: terminals, other
 * devices, what /proc shows of a process, keys, and SysV message queues.
 */
#include <linux/file.h>
#include <linux/ipc.h>
#include <linux/key-type.h>
#include <linux/key.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/pid.h>
#include <linux/proc_fs.h>
#include <linux/socket.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/tty.h>

#include "label.h"

#define MEM_MINOR 1
#define KMEM_MINOR 2
#define PORT_MINOR 4
#define KMSG_MINOR 11
#define PTMX_MINOR 2
#define TTY_MINOR 0
#define MISC_TUN 200

/* Return: the terminal of a file, or NULL when it is of something else. */
static struct tty_struct *tty_of(const struct file *file)
{
	const dev_t dev = file_inode(file)->i_rdev;
	const struct tty_file_private *priv = file->private_data;

	switch (MAJOR(dev)) {
	case PTY_MASTER_MAJOR:
	case PTY_SLAVE_MAJOR:
		break;
	case TTYAUX_MAJOR:
		if (MINOR(dev) != PTMX_MINOR && MINOR(dev) != TTY_MINOR)
			return NULL;
		break;
	default:
		if (MAJOR(dev) < UNIX98_PTY_MASTER_MAJOR ||
		    MAJOR(dev) >=
			    UNIX98_PTY_SLAVE_MAJOR + UNIX98_PTY_MAJOR_COUNT)
			return NULL;
	}
	return priv ? priv->tty : NULL;
}

/* Who waits for it has it open; which end that is does not matter here. */
static int tty_gets(struct tty_struct *tty, u64 labels, gfp_t gfp)
{
	struct tty_file_private *priv;
	int ret;

	if (!tty || !(labels & ~shinrai_object_labels(tty)))
		return 0;
	ret = shinrai_object_add(tty, SHINRAI_OBJECT_TTY, labels, gfp);
	if (ret)
		return ret;
	spin_lock(&tty->files_lock);
	list_for_each_entry(priv, &tty->tty_files, list)
		shinrai_inflight_readers(file_inode(priv->file), labels);
	spin_unlock(&tty->files_lock);
	return 0;
}

/* Null, zero, full, random: they keep nothing. */
static bool harmless(dev_t dev)
{
	switch (MAJOR(dev)) {
	case MEM_MAJOR:
		return MINOR(dev) != MEM_MINOR && MINOR(dev) != KMEM_MINOR &&
		       MINOR(dev) != PORT_MINOR && MINOR(dev) != KMSG_MINOR;
	case TTY_MAJOR:
	case TTYAUX_MAJOR:
		return true; /* a screen, a serial line: for who sits there */
	}
	return false;
}

static int to_device(struct file *file, u64 labels, bool may_sleep)
{
	const dev_t dev = file_inode(file)->i_rdev;
	struct shinrai_flow f = {
		.labels = labels,
		.access.action = SHINRAI_ACTION_EXPORT,
		.access.sink_kind = SHINRAI_SINK_MEDIA,
		.path = &file->f_path,
		.may_sleep = may_sleep,
	};

	if (harmless(dev))
		return 0;
	if (MAJOR(dev) == MISC_MAJOR && MINOR(dev) == MISC_TUN) {
		f.access.action = SHINRAI_ACTION_SEND;
		f.access.sink_kind = SHINRAI_SINK_OTHER;
		f.access.proto = AF_PACKET;
	}
	return shinrai_flow_check(&f);
}

/**
 * shinrai_special_write() - a character device is written to
 * @file: of it
 * @labels: live, of who writes
 * @may_sleep: whether the caller does
 *
 * Context: a process; as @may_sleep says.
 * Return: 0; an error to refuse it.
 */
int shinrai_special_write(struct file *file, u64 labels, bool may_sleep)
{
	struct tty_struct *tty = tty_of(file);

	if (tty) /* comes out at the other end */
		return tty_gets(tty->link, labels,
				may_sleep ? GFP_KERNEL : GFP_ATOMIC);
	return to_device(file, labels, may_sleep);
}

/**
 * shinrai_special_ioctl() - a device is told to do something
 * @file: of it
 * @cmd: what
 * @labels: live, of who tells it
 *
 * Context: may sleep.
 * Return: 0; an error to refuse it.
 */
int shinrai_special_ioctl(struct file *file, unsigned int cmd, u64 labels)
{
	struct tty_struct *tty = tty_of(file);

	if (tty) /* typed as if at its keyboard */
		return cmd == TIOCSTI ? tty_gets(tty, labels, GFP_KERNEL) : 0;
	if (MAJOR(file_inode(file)->i_rdev) == TTY_MAJOR ||
	    _IOC_DIR(cmd) == _IOC_READ)
		return 0;
	return to_device(file, labels, true);
}

static struct mm_struct *named_mm(const struct file *file)
{
	const struct dentry *dir = file->f_path.dentry->d_parent;
	struct task_struct *task;
	int nr;

	if (kstrtoint(dir->d_name.name, 10, &nr))
		return NULL;
	task = pid_task(find_pid_ns(nr, proc_pid_ns(file_inode(file)->i_sb)),
			PIDTYPE_PID);
	return task ? READ_ONCE(task->mm) : NULL;
}

/**
 * shinrai_special_proc() - is a file another process's memory, or the kernel's?
 * @file: any
 * @labels: out, of that process, or all
 *
 * Context: a process; does not sleep.
 * Return: true when it is, and then it is to be asked again at each read.
 */
bool shinrai_special_proc(const struct file *file, u64 *labels)
{
	const char *name = file->f_path.dentry->d_name.name;

	if (file_inode(file)->i_sb->s_magic != PROC_SUPER_MAGIC)
		return false;
	if (!strcmp(name, "mem") || !strcmp(name, "environ")) {
		*labels = shinrai_subject_held(file->private_data);
	} else if (!strcmp(name, "kcore")) {
		*labels = shinrai_label_all(); /* of whoever runs */
	} else if (!strcmp(name, "cmdline")) {
		rcu_read_lock();
		*labels = shinrai_subject_held(named_mm(file));
		rcu_read_unlock();
	} else {
		return false;
	}
	return true;
}

/**
 * shinrai_special_mem() - the memory that a file is, to be written
 * @file: any
 *
 * Context: any.
 * Return: its address space, of which the file holds the structure; NULL when
 * it is none.
 */
struct mm_struct *shinrai_special_mem(const struct file *file)
{
	if (file_inode(file)->i_sb->s_magic != PROC_SUPER_MAGIC ||
	    strcmp(file->f_path.dentry->d_name.name, "mem"))
		return NULL;
	return file->private_data;
}

/**
 * shinrai_special_read() - the labels of what a file's reader gets
 * @file: any
 *
 * Context: a process; does not sleep.
 * Return: labels.
 */
u64 shinrai_special_read(const struct file *file)
{
	const struct inode *inode = file_inode(file);
	u64 labels = 0;

	if (S_ISCHR(inode->i_mode))
		return shinrai_object_labels(tty_of(file));
	if (shinrai_special_proc(file, &labels))
		return labels;
	return shinrai_object_labels(inode);
}

/**
 * shinrai_special_key() - a key is made, written or read
 * @key: the key; to read it, only its address
 * @use: which of them
 *
 * Context: a process; does not sleep.
 * Return: 0; an error to refuse it.
 */
int shinrai_special_key(const struct key *key, enum shinrai_key_use use)
{
	/* Its name is content, what is linked to it later is not. */
	if (use == SHINRAI_KEY_WRITE && !strcmp(key->type->name, "keyring"))
		return 0;
	if (use != SHINRAI_KEY_READ)
		return shinrai_object_add(key, SHINRAI_OBJECT_KEY,
					  shinrai_current_labels(), GFP_ATOMIC);
	return shinrai_take_now(current, shinrai_object_labels(key));
}

/**
 * shinrai_special_msg() - a message goes into a queue, or out of it
 * @queue: the queue
 * @to: who gets it; NULL when the current task gives it
 *
 * Context: a process; does not sleep.
 * Return: 0; an error to refuse it.
 */
int shinrai_special_msg(const struct kern_ipc_perm *queue,
			struct task_struct *to)
{
	if (!to)
		return shinrai_object_add(queue, SHINRAI_OBJECT_IPC,
					  shinrai_current_labels(), GFP_ATOMIC);
	return shinrai_take_now(to, shinrai_object_labels(queue));
}
