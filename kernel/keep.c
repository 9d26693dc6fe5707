// SPDX-License-Identifier: GPL-2.0-only
/*
 * The labels of files: kept in an xattr that nobody else can write, and in
 * memory for as long as the inode is there.
 */
#include <linux/mount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/xattr.h>

#include "compat.h"
#include "label.h"

#define PATIENCE_MS 2000

/* Whoever writes the xattr right now: filesystems may ask the hooks again. */
struct writer {
	struct list_head node;
	const struct task_struct *task;
};

static DEFINE_SPINLOCK(writers_lock);
static LIST_HEAD(writers);

/**
 * shinrai_keep_writing() - is it us who writes an xattr in this task?
 *
 * Context: any.
 * Return: true when it is.
 */
bool shinrai_keep_writing(void)
{
	const struct writer *w;
	bool found = false;

	spin_lock(&writers_lock);
	list_for_each_entry(w, &writers, node)
		found |= w->task == current;
	spin_unlock(&writers_lock);
	return found;
}

/* Only memory stands behind it: it goes when its inode does. */
static bool memory_only(const struct inode *inode)
{
	return !S_ISREG(inode->i_mode) || inode->i_sb->s_flags & SB_KERNMOUNT;
}

/*
 * FUSE asks some program, which may answer whatever it likes; what else has no
 * xattrs says so itself.
 */
static bool can_keep(const struct inode *inode)
{
	return inode->i_opflags & IOP_XATTR &&
	       !(inode->i_sb->s_iflags & SB_I_IMA_UNVERIFIABLE_SIGNATURE);
}

static int read_labels(struct dentry *dentry, struct inode *inode, u64 *labels)
{
	u8 *value;
	int len;

	len = __vfs_getxattr(dentry, inode, SHINRAI_XATTR, NULL, 0);
	if (len <= 0)
		return len ? len : -EBADMSG;
	value = kmalloc(SHINRAI_XATTR_SIZE, GFP_KERNEL);
	if (!value)
		return -ENOMEM;
	len = __vfs_getxattr(dentry, inode, SHINRAI_XATTR, value,
			     SHINRAI_XATTR_SIZE);
	if (len >= 0)
		len = shinrai_label_parse(value, len, labels);
	kfree(value);
	return len;
}

/**
 * shinrai_keep_probe() - which labels does a file have?
 * @dentry: of it
 * @inode: of it
 * @labels: out, live; in memory from now on
 *
 * Context: may sleep.
 * Return: 0; an error when nobody can tell, which is not "none".
 */
int shinrai_keep_probe(struct dentry *dentry, struct inode *inode, u64 *labels)
{
	u64 found = 0;
	int ret;

	might_sleep();
	*labels = 0;
	if (can_keep(inode)) {
		ret = read_labels(dentry, inode, &found);
		if (ret && ret != -ENODATA && ret != -EOPNOTSUPP)
			return ret;
	}
	if (found) {
		ret = shinrai_live();
		if (!ret)
			ret = shinrai_object_add(inode, SHINRAI_OBJECT_INODE,
						 found, GFP_KERNEL);
		if (ret)
			return ret;
	}
	*labels = found | shinrai_object_labels(inode);
	return 0;
}

/* With the inode's lock held. */
static int write_labels(const struct path *path, struct inode *inode,
			u64 labels)
{
	struct writer w = { .task = current };
	u64 has = 0;
	u8 *value;
	int ret;

	ret = read_labels(path->dentry, inode, &has);
	if (ret && ret != -ENODATA)
		return ret;
	if (!(labels & ~has))
		return 0;
	value = kmalloc(SHINRAI_XATTR_SIZE, GFP_KERNEL);
	if (!value)
		return -ENOMEM;
	spin_lock(&writers_lock);
	list_add(&w.node, &writers);
	spin_unlock(&writers_lock);
	ret = shinrai_setxattr(path, SHINRAI_XATTR, value,
			       shinrai_label_print(labels | has, value));
	spin_lock(&writers_lock);
	list_del(&w.node);
	spin_unlock(&writers_lock);
	kfree(value);
	return ret;
}

/* Its holder may be stopped for long, by whoever serves his pages. */
static int lock_inode(struct inode *inode)
{
	const unsigned long end = jiffies + msecs_to_jiffies(PATIENCE_MS);

	while (!inode_trylock(inode)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (time_after(jiffies, end))
			return -EBUSY;
		schedule_timeout_killable(1);
	}
	return 0;
}

static int persist(const struct path *path, struct inode *inode, u64 labels,
		   bool writing)
{
	int ret;

	if (!can_keep(inode))
		return -EOPNOTSUPP;
	ret = writing ? 0 : mnt_want_write(path->mnt);
	if (ret)
		return ret;
	ret = lock_inode(inode);
	if (!ret) {
		ret = write_labels(path, inode, labels);
		inode_unlock(inode);
	}
	if (!writing)
		mnt_drop_write(path->mnt);
	return ret;
}

/**
 * shinrai_keep_add() - a file has these labels from now on
 * @path: of it; caller holds a reference
 * @labels: live, beside those that it has
 * @writing: the caller may write to the filesystem, which is not being frozen
 *
 * What an overlay shows is labelled for who looks below it, too.
 *
 * Context: may sleep; no lock of an inode is held.
 * Return: 0; an error when it cannot keep them, and then it has none of them.
 */
int shinrai_keep_add(const struct path *path, u64 labels, bool writing)
{
	struct inode *inode = d_inode(path->dentry);
	struct inode *real;
	int ret;

	might_sleep();
	if (!(labels & ~shinrai_object_labels(inode)))
		return 0;
	if (!memory_only(inode)) {
		ret = persist(path, inode, labels, writing);
		if (ret)
			return ret;
	}
	ret = shinrai_object_add(inode, SHINRAI_OBJECT_INODE, labels,
				 GFP_KERNEL);
	real = d_real_inode(path->dentry);
	if (!ret && real && real != inode)
		ret = shinrai_object_add(real, SHINRAI_OBJECT_INODE, labels,
					 GFP_KERNEL);
	return ret;
}
