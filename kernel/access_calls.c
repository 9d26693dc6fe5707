// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the hooks ask of labels, of calls that move data without reading or
 * writing: device commands, bpf(2), extended attributes, options of sockets.
 */
#include <linux/bpf.h>
#include <linux/cdrom.h>
#include <linux/cred.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/loop.h>
#include <linux/net.h>
#include <linux/posix_acl_xattr.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/uaccess.h>
#include <linux/userfaultfd.h>
#include <scsi/scsi_ioctl.h>
#include <scsi/sg.h>

#include "label.h"

#define UFFDIO_MOVE_NR 0x05 /* newer kernels only */
/* What a disk is told to do with data, and what is to be a disk. */
static bool carries_data(unsigned int cmd)
{
	switch (cmd) {
	case SG_IO:
	case SCSI_IOCTL_SEND_COMMAND:
	case CDROM_SEND_PACKET:
	case LOOP_SET_FD:
	case LOOP_CHANGE_FD:
	case LOOP_CONFIGURE:
		return true;
	}
	return _IOC_TYPE(cmd) == 'N' && _IOC_DIR(cmd) & _IOC_WRITE; /* NVMe */
}

/* Of whoever let somebody else handle his page faults: not told whose. */
static bool fills_pages(const struct file *file, unsigned int cmd)
{
	return shinrai_is_anon(file_inode(file)) && _IOC_TYPE(cmd) == UFFDIO &&
	       !strcmp(file->f_path.dentry->d_name.name, "[userfaultfd]") &&
	       (cmd == UFFDIO_COPY || cmd == UFFDIO_CONTINUE ||
		_IOC_NR(cmd) == UFFDIO_MOVE_NR);
}

/**
 * shinrai_access_ioctl() - a subject with labels tells a file to do something
 * @file: open
 * @cmd: what
 *
 * Context: may sleep, can be killed.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_ioctl(struct file *file, unsigned int cmd)
{
	const struct inode *inode = file_inode(file);
	const u64 labels = shinrai_current_labels();

	if (!labels)
		return 0;
	if (S_ISREG(inode->i_mode) && (cmd == FICLONE || cmd == FICLONERANGE))
		return shinrai_grow_file(file, labels);
	if (S_ISBLK(inode->i_mode) && carries_data(cmd))
		return shinrai_grow_file(file, labels);
	if (fills_pages(file, cmd))
		return shinrai_flow_hold(SHINRAI_ACTION_WRITE, labels,
					 &file->f_path, true);
	if (S_ISCHR(inode->i_mode))
		return shinrai_special_ioctl(file, cmd, labels);
	return 0;
}

/**
 * shinrai_access_bpf() - a subject with labels calls bpf(2)
 * @cmd: which command
 *
 * Maps and programs outlive who made them, and anybody may read them.
 *
 * Context: may sleep, can be killed.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_bpf(int cmd)
{
	const u64 labels = shinrai_current_labels();

	switch (cmd) {
	case BPF_MAP_CREATE:
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_UPDATE_BATCH:
	case BPF_PROG_LOAD:
	case BPF_PROG_TEST_RUN:
	case BPF_BTF_LOAD:
		return labels ? shinrai_flow_hold(SHINRAI_ACTION_WRITE, labels,
						  NULL, true) :
				0;
	}
	return 0;
}

/* Who copies a labelled file by its xattrs may write what it has already. */
static bool says_the_same(const struct dentry *dentry, const void *value,
			  size_t size)
{
	bool same = false;
	u8 *copy;

	if (!value || size > SHINRAI_XATTR_SIZE)
		return false;
	copy = kmalloc(SHINRAI_XATTR_SIZE, GFP_ATOMIC | __GFP_NOWARN);
	if (copy && !copy_from_kernel_nofault(copy, value, size))
		same = shinrai_label_same(
			copy, size, shinrai_object_labels(d_inode(dentry)));
	kfree(copy);
	return same;
}

/**
 * shinrai_access_xattr() - an xattr is set or removed
 * @dentry: of what
 * @name: in kernel memory, or a lie
 * @value: as @name; NULL when it is removed
 * @size: bytes of @value
 *
 * Context: any.
 * Return: 0; -EPERM when it is ours.
 */
int shinrai_access_xattr(struct dentry *dentry, const char *name,
			 const void *value, size_t size)
{
	char text[sizeof(SHINRAI_XATTR)];

	if (copy_from_kernel_nofault(text, name, sizeof(text)))
		return 0;
	if (memcmp(text, SHINRAI_XATTR, sizeof(text)))
		return 0;
	if (shinrai_keep_writing() || says_the_same(dentry, value, size))
		return 0;
	return -EPERM;
}

static bool begins(const char *name, const char *prefix)
{
	char text[sizeof("trusted.overlay.")];
	const size_t len = strlen(prefix);

	/* A shorter one may be at the end of what can be read. */
	return len <= sizeof(text) &&
	       !copy_from_kernel_nofault(text, name, len) &&
	       !memcmp(text, prefix, len);
}

/* As much as chmod(2) says: for owner, group and others. */
#define MODE_ENTRIES 3

static bool only_mode(const char *name, size_t size)
{
	return begins(name, "system.posix_acl_") &&
	       size <= sizeof(struct posix_acl_xattr_header) +
			       MODE_ENTRIES *
				       sizeof(struct posix_acl_xattr_entry);
}

/* Could it be data?  An overlay's own is written with its mounter's rights. */
static bool carries(const char *name)
{
	if (begins(name, "security."))
		return false;
	return current_cred() == rcu_access_pointer(current->real_cred) ||
	       !(begins(name, "trusted.overlay.") ||
		 begins(name, "user.overlay."));
}

/* Nothing gives an inode labels where its attributes are written. */
static int attribute_written(const struct dentry *dentry, bool may_sleep)
{
	const u64 labels = shinrai_current_labels() &
			   ~shinrai_object_labels(d_inode(dentry));

	return labels ? shinrai_flow_hold(SHINRAI_ACTION_WRITE, labels, NULL,
					  may_sleep) :
			0;
}

/**
 * shinrai_access_setxattr() - a subject with labels writes an xattr
 * @dentry: of what
 * @name: in kernel memory
 * @size: bytes of its value
 *
 * The inode's lock is held, so the file cannot be labelled here; who copies a
 * file has written to it before.
 *
 * Context: may sleep, can be killed.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_setxattr(struct dentry *dentry, const char *name,
			    size_t size)
{
	if (!carries(name) || only_mode(name, size))
		return 0;
	return attribute_written(dentry, true);
}

/**
 * shinrai_access_set_acl() - a subject with labels writes an access list
 * @dentry: of what
 * @entries: how many it has
 *
 * Before Linux 6.2 that was an xattr as others are.
 *
 * Context: a process; does not sleep.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_set_acl(const struct dentry *dentry, u32 entries)
{
	return entries > MODE_ENTRIES ? attribute_written(dentry, false) : 0;
}

/**
 * shinrai_access_getxattr() - an xattr of a labelled inode is read
 * @dentry: of it
 * @name: in kernel memory
 *
 * Context: a process; does not sleep.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_getxattr(struct dentry *dentry, const char *name)
{
	struct shinrai_flow f = {
		.labels = shinrai_object_labels(d_inode(dentry)) &
			  ~shinrai_current_labels(),
		.access.action = SHINRAI_ACTION_READ,
	};
	int ret;

	if (!f.labels || !carries(name) || !current->mm)
		return 0;
	ret = shinrai_flow_check(&f);
	return ret ? ret : shinrai_take_now(current, f.labels);
}

/* What the kernel keeps and gives back, or puts into each packet. */
static bool keeps_data(int level, int name)
{
	switch (level) {
	case SOL_SOCKET:
		return name == SO_ATTACH_FILTER ||
		       name == SO_ATTACH_REUSEPORT_CBPF;
	case SOL_IP:
		return name == IP_OPTIONS;
	case SOL_IPV6:
		return name == IPV6_HOPOPTS || name == IPV6_RTHDR ||
		       name == IPV6_RTHDRDSTOPTS || name == IPV6_DSTOPTS ||
		       name == IPV6_2292PKTOPTIONS;
	}
	return false;
}

/**
 * shinrai_access_setsockopt() - a subject with labels sets a socket's option
 * @sock: the socket
 * @level: SOL_*
 * @name: which option
 *
 * Context: a process; does not sleep.
 * Return: 0; an error to refuse it.
 */
int shinrai_access_setsockopt(const struct socket *sock, int level, int name)
{
	const u64 labels = shinrai_current_labels() &
			   ~shinrai_object_labels(sock->sk);

	if (!labels || !keeps_data(level, name))
		return 0;
	return shinrai_flow_hold(SHINRAI_ACTION_WRITE, labels, NULL, false);
}
