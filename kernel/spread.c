// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file or another object takes labels on: judged first, then kept; a file that
 * cannot keep them is a place that data is let go to.
 */
#include <linux/fs.h>
#include <linux/mm.h>

#include "compat.h"
#include "label.h"

static int judge(struct file *file, u64 labels, struct shinrai_flow *f)
{
	f->labels = labels;
	f->path = &file->f_path;
	f->may_sleep = true;
	return shinrai_flow_check(f);
}

static int derive(struct file *file, u64 labels)
{
	struct shinrai_flow f = { .access.action = SHINRAI_ACTION_DERIVE };

	return judge(file, labels, &f);
}

/* To something that can be carried away, or is not here at all. */
static int leave(struct file *file, u64 labels)
{
	/* An overlay's content is on what is below it. */
	struct inode *real = d_real_inode(file->f_path.dentry);
	struct super_block *sb = (real ?: file_inode(file))->i_sb;
	struct shinrai_flow f = { .access.action = SHINRAI_ACTION_EXPORT };

	if (shinrai_sink_media(&f.access, sb))
		return judge(file, labels, &f);
	if (!shinrai_sink_remote(sb))
		return 0;
	f.access.action = SHINRAI_ACTION_WRITE;
	f.access.sink_kind = SHINRAI_SINK_FILESYSTEM;
	f.access.text = sb->s_type->name;
	f.access.text_len = strlen(sb->s_type->name);
	return judge(file, labels, &f);
}

/* Return: 0 when it may go where its labels cannot. */
static int lose(struct file *file, u64 labels)
{
	struct super_block *sb = file_inode(file)->i_sb;
	struct shinrai_flow f = {
		.access.action = SHINRAI_ACTION_WRITE,
		.access.sink_kind = SHINRAI_SINK_FILESYSTEM,
		.access.text = sb->s_type->name,
		.access.text_len = strlen(sb->s_type->name),
	};
	u64 seq;
	int ret;

	ret = judge(file, labels, &f);
	if (ret)
		return ret;
	shinrai_label_event(SHINRAI_LABEL_LOST, labels, &file->f_path,
			    GFP_KERNEL, &seq);
	/* For as long as it is in memory, it still has them. */
	return shinrai_object_add(file_inode(file), SHINRAI_OBJECT_INODE,
				  labels, GFP_KERNEL);
}

static int to_device(struct file *file, u64 labels)
{
	struct shinrai_flow f = { .access.action = SHINRAI_ACTION_EXPORT };
	int ret;

	shinrai_sink_device(&f.access, file->f_mapping->host);
	ret = judge(file, labels, &f);
	return ret ? ret :
		     shinrai_object_add(file_inode(file), SHINRAI_OBJECT_INODE,
					labels, GFP_KERNEL);
}

static int grow(struct file *file, u64 labels, bool writing)
{
	int ret;

	ret = derive(file, labels);
	if (!ret)
		ret = leave(file, labels);
	if (ret)
		return ret;
	ret = shinrai_keep_add(&file->f_path, labels, writing);
	if (ret == -EINTR)
		return ret;
	return ret ? lose(file, labels) : 0;
}

/**
 * shinrai_grow_file() - an open file is about to hold labelled data
 * @file: open for writing
 * @labels: live
 *
 * Context: may sleep, can be killed; no lock of an inode is held.
 * Return: 0, and it has them; an error to refuse what would put it there.
 */
int shinrai_grow_file(struct file *file, u64 labels)
{
	struct inode *inode = file_inode(file);

	might_sleep();
	labels &= ~shinrai_object_labels(inode);
	if (!labels)
		return 0;
	if (shinrai_is_anon(inode))
		return 0; /* who maps the same is looked at by grow.c */
	if (S_ISBLK(inode->i_mode))
		return to_device(file, labels);
	if (S_ISCHR(inode->i_mode)) /* mapped: it may be a screen, or a disk */
		return shinrai_special_write(file, labels, true);
	if (!S_ISREG(inode->i_mode))
		return shinrai_object_add(inode, SHINRAI_OBJECT_INODE, labels,
					  GFP_KERNEL);
	return grow(file, labels, false);
}

/**
 * shinrai_grow_unlinked() - a file without a name is opened to be written
 * @file: being opened
 * @labels: live, of who opens it
 *
 * An overlay copies into one, anew each time that a call is begun again, so it
 * cannot wait for the first write.
 *
 * Context: may sleep, can be killed; no lock of an inode is held.
 * Return: 0; an error to refuse it.
 */
int shinrai_grow_unlinked(struct file *file, u64 labels)
{
	struct inode *inode = file_inode(file);
	int ret;

	might_sleep();
	labels &= ~shinrai_object_labels(inode);
	if (!labels)
		return 0;
	/* The caller may have begun to write already: never wait for a freeze. */
	if (!sb_start_write_trylock(inode->i_sb))
		return 0; /* asked about when it is written */
	ret = grow(file, labels, true);
	sb_end_write(inode->i_sb);
	return ret;
}
