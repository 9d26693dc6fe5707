/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that differs between the supported kernels, 6.1 and 6.12. */
#ifndef _SHINRAI_COMPAT_H
#define _SHINRAI_COMPAT_H

#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <linux/magic.h>
#include <linux/mm_types.h>
#include <linux/mount.h>
#include <linux/module.h>
#include <linux/version.h>
#include <linux/xattr.h>

/* Before 6.1.54 a program that slept was skipped by others on its CPU. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 54)
#error "shinrai needs Linux 6.1.54 or newer: older ones skip BPF LSM programs"
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#error "shinrai is not ported beyond Linux 6.12: see kernel/compat.h"
#endif

/* Which hooks there are: as tools/build/bpf.mk makes the programs. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define SHINRAI_FOLLOW_SKEL "shinrai_follow_acl.lskel.h"
#else
#define SHINRAI_FOLLOW_SKEL "shinrai_follow.lskel.h"
#endif

/* Since then, splice(2) and sendfile(2) hand sockets messages, as write(2) does. */
#define SHINRAI_SPLICE_IS_MESSAGE \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0))

#ifndef __bpf_kfunc
#define __bpf_kfunc __used noinline
#endif
#ifndef __bpf_kfunc_start_defs
#define __bpf_kfunc_start_defs()                                    \
	__diag_push();                                              \
	__diag_ignore_all("-Wmissing-declarations", "kfuncs: BTF"); \
	__diag_ignore_all("-Wmissing-prototypes", "kfuncs: BTF")
#define __bpf_kfunc_end_defs() __diag_pop()
#endif
#ifndef BTF_KFUNCS_START
#define BTF_KFUNCS_START(name) BTF_SET8_START(name)
#define BTF_KFUNCS_END(name) BTF_SET8_END(name)
#endif

/* 6.1 takes only referenced pointers for trusted, and refuses hook arguments. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define SHINRAI_KF_TRUSTED KF_TRUSTED_ARGS
#else
#define SHINRAI_KF_TRUSTED 0
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define SHINRAI_IMPORT_BPF MODULE_IMPORT_NS(BPF_INTERNAL)
#else
#define SHINRAI_IMPORT_BPF static_assert(true)
#endif

#define SHINRAI_VERITY_SIZE (2 + 64)

/*
 * VERITY's value for an inode that is open: TPM_ALG_ID, fs-verity digest.
 * 6.1 does not let modules ask.  Return: its bytes; 0 without fs-verity.
 */
static inline u8 shinrai_verity(struct inode *inode,
				u8 value[SHINRAI_VERITY_SIZE])
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	int size;
	u8 alg;

	size = fsverity_get_digest(inode, value + 2, &alg, NULL);
	if (size <= 0 || size > SHINRAI_VERITY_SIZE - 2)
		return 0;
	value[0] = 0;
	value[1] = alg == FS_VERITY_HASH_ALG_SHA512 ? 0x0d : 0x0b;
	return (u8)(2 + size);
#else
	return 0;
#endif
}

/* Where a file is seen: an overlay's, for the one that is opened below it. */
static inline const struct path *shinrai_file_path(struct file *file)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	return file_user_path(file);
#else
	return &file->f_path;
#endif
}

/* What an overlay's file maps and, but for a copy-up since, reads. */
static inline struct file *shinrai_content_file(struct file *file)
{
	if (file_inode(file)->i_sb->s_magic == OVERLAYFS_SUPER_MAGIC &&
	    S_ISREG(file_inode(file)->i_mode) && file->private_data)
		return file->private_data;
	return file;
}

/* Nanoseconds; as fine as the filesystem keeps them. */
static inline u64 shinrai_ctime(const struct inode *inode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	struct timespec64 t = inode_get_ctime(inode);
#else
	struct timespec64 t = inode->i_ctime;
#endif
	return (u64)timespec64_to_ns(&t);
}

/* The program of an address space.  Return: a reference, or NULL. */
static inline struct file *shinrai_exe_file(struct mm_struct *mm)
{
	struct file *file;

	rcu_read_lock();
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	file = get_file_rcu(&mm->exe_file);
#else
	file = rcu_dereference(mm->exe_file);
	if (file && !get_file_rcu(file))
		file = NULL;
#endif
	rcu_read_unlock();
	return file;
}

/* With the inode's lock held, and asking nobody. */
static inline int shinrai_setxattr(const struct path *path, const char *name,
				   const void *value, size_t size)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return __vfs_setxattr(mnt_idmap(path->mnt), path->dentry,
			      d_inode(path->dentry), name, value, size, 0);
#else
	return __vfs_setxattr(mnt_user_ns(path->mnt), path->dentry,
			      d_inode(path->dentry), name, value, size, 0);
#endif
}

#endif
