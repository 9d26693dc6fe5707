// SPDX-License-Identifier: GPL-2.0-only
/*
 * Code on its way to run: programs, scripts, libraries, whatever is mapped
 * executable, kernel modules and what else the kernel reads.  A cached
 * measurement that still holds costs a few loads; all else is the module's.
 */
#include "shinrai_bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* A mark dies with its inode; nobody but the module fills it. */
struct {
	__uint(type, BPF_MAP_TYPE_INODE_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct shinrai_mark);
} shinrai_marks SEC(".maps");

/* Written by the module alone. */
struct shinrai_quick shinrai_quick;

/*
 * Does the mark speak about what is there?  The module never fills a mark with
 * what could match on a filesystem that keeps no change counter of its own.
 */
static __always_inline bool holds(const struct shinrai_mark *mark,
				  const struct inode *inode)
{
	__u64 version = (__u64)inode->i_version.counter;

	return mark->version == (version >> 1) + 1 &&
	       inode->i_sb->s_flags & SB_I_VERSION &&
	       inode->i_writecount.counter <= 0 &&
	       inode->i_mapping->i_mmap_writable.counter <= 0;
}

SEC("lsm.s/bprm_check_security")
int BPF_PROG(shinrai_exec, struct linux_binprm *bprm, int ret)
{
	struct shinrai_mark none = {}, *mark;
	struct inode *inode;

	if (ret)
		return ret;
	inode = bprm->file->f_inode;
	mark = bpf_inode_storage_get(&shinrai_marks, inode, 0,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!mark)
		return obey(shinrai_kf_exec(bprm, &none, sizeof(none)), EACCES);
	if (holds(mark, inode))
		return 0;
	return obey(shinrai_kf_exec(bprm, mark, sizeof(*mark)), EACCES);
}

SEC("lsm.s/mmap_file")
int BPF_PROG(shinrai_mmap, struct file *file, unsigned long reqprot,
	     unsigned long prot, unsigned long flags, int ret)
{
	struct shinrai_mark none = {}, *mark;
	struct inode *inode;
	__u64 raw = 0;

	if (ret || !(prot & PROT_EXEC))
		return ret;
	/* Newer verifiers believe that the file is never NULL; it may be. */
	bpf_get_func_arg(ctx, 0, &raw);
	if (!raw)
		return obey(shinrai_kf_anon(), EACCES);
	/* What is stored to private pages is in no file. */
	if (prot & PROT_WRITE && (flags & MAP_TYPE) == MAP_PRIVATE &&
	    shinrai_kf_anon())
		return -EACCES;
	inode = file->f_inode;
	mark = bpf_inode_storage_get(&shinrai_marks, inode, 0,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!mark)
		return obey(shinrai_kf_mmap(file, &none, sizeof(none)), EACCES);
	if (holds(mark, inode))
		return 0;
	return obey(shinrai_kf_mmap(file, mark, sizeof(*mark)), EACCES);
}

SEC("lsm/file_mprotect")
int BPF_PROG(shinrai_mprotect, struct vm_area_struct *vma,
	     unsigned long reqprot, unsigned long prot, int ret)
{
	struct shinrai_mark none = {}, *mark = NULL;
	struct file *file;

	if (ret || !(prot & PROT_EXEC))
		return ret;
	/* PROT_* and VM_* share these bits: does it gain one? */
	if (!(prot & ~vma->vm_flags & (PROT_WRITE | PROT_EXEC)))
		return 0;
	file = vma->vm_file;
	if (file)
		mark = bpf_inode_storage_get(&shinrai_marks, file->f_inode, 0,
					     0);
	if (!mark)
		return obey(shinrai_kf_mprotect(vma, prot, &none, sizeof(none)),
			    EACCES);
	return obey(shinrai_kf_mprotect(vma, prot, mark, sizeof(*mark)),
		    EACCES);
}

/* Opened to be changed: what was measured holds no longer. */
static __noinline int open_for_write(struct file *file)
{
	struct shinrai_mark *mark;

	mark = bpf_inode_storage_get(&shinrai_marks, file->f_inode, 0, 0);
	if (mark && (mark->version | mark->used))
		shinrai_kf_write(file, mark, sizeof(*mark));
	return 0;
}

/* Where files may have labels, each is looked at once, and then if it has. */
static __always_inline bool may_have_label(struct inode *inode)
{
	if (!shinrai_quick.probing)
		return false;
	return !(inode->i_opflags & SHINRAI_IOP_PROBED) ||
	       shinrai_quick.object[shinrai_quick_hash(low_half(inode),
						       SHINRAI_QUICK_OBJECTS)];
}

/*
 * Every open of every file comes by here: as few instructions as can be.  No
 * program that refused lets this one run, so there is no other word to honour.
 */
SEC("lsm.s/file_open")
int BPF_PROG(shinrai_open, struct file *file)
{
	/* Read-only, a file can still be truncated. */
	if (file->f_mode & FMODE_WRITE || file->f_flags & O_TRUNC)
		open_for_write(file);
	if (!may_have_label(file->f_inode))
		return 0;
	return obey(shinrai_kf_label(file), EPERM);
}

SEC("lsm/path_truncate")
int BPF_PROG(shinrai_truncate, const struct path *path, int ret)
{
	struct shinrai_mark *mark;

	if (ret)
		return ret;
	mark = bpf_inode_storage_get(&shinrai_marks, path->dentry->d_inode, 0,
				     0);
	if (mark && (mark->version | mark->used))
		shinrai_kf_truncate(path, mark, sizeof(*mark));
	return 0;
}

SEC("lsm.s/kernel_read_file")
int BPF_PROG(shinrai_read_begin, struct file *file, enum kernel_read_file_id id,
	     bool contents, int ret)
{
	struct shinrai_mark none = {}, *mark;

	if (ret || !contents)
		return ret;
	mark = bpf_inode_storage_get(&shinrai_marks, file->f_inode, 0,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!mark)
		return obey(shinrai_kf_read_begin(file, id, &none,
						  sizeof(none)),
			    EACCES);
	return obey(shinrai_kf_read_begin(file, id, mark, sizeof(*mark)),
		    EACCES);
}

SEC("lsm/kernel_post_read_file")
int BPF_PROG(shinrai_read_file, struct file *file, char *buf, loff_t size,
	     enum kernel_read_file_id id, int ret)
{
	if (ret)
		return ret;
	return obey(shinrai_kf_read_file(file, (__u64)buf, size, id), EACCES);
}

SEC("lsm/kernel_post_load_data")
int BPF_PROG(shinrai_load_data, char *buf, loff_t size,
	     enum kernel_load_data_id id, char *description, int ret)
{
	if (ret)
		return ret;
	return obey(shinrai_kf_load_data((__u64)buf, size, id), EACCES);
}
