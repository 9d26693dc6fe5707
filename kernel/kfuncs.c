// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the embedded BPF programs call.  Programs of root's own can call it
 * too, from tracing hooks anywhere: every argument is hostile, and a context
 * that could already hold one of our locks is refused.
 */
#include <linux/binfmts.h>
#include <linux/bpf.h>
#include <linux/kernel_read_file.h>
#include <linux/preempt.h>
#include <linux/irqflags.h>

#include "compat.h"
#include "core.h"
#include "kfuncs.h"

/* Beyond any image that a kernel reads. */
#define MAX_BUFFER (2ULL << 30)

/* Our spinlocks are taken with interrupts off; see there. */
static bool off_duty(void)
{
	return shinrai_phase() == SHINRAI_LOADED || in_interrupt() ||
	       irqs_disabled();
}

static bool bad_mark(const void *mark, u32 size)
{
	return !mark || size != sizeof(struct shinrai_mark);
}

__bpf_kfunc_start_defs();

/* lsm.s/bprm_check_security: once for a script, again for its interpreter. */
__bpf_kfunc int shinrai_kf_exec(struct linux_binprm *bprm, void *mark,
				u32 mark__sz)
{
	u8 kind = SHINRAI_KIND_EXEC;

	if (off_duty() || bad_mark(mark, mark__sz) || !bprm->file)
		return 0;
	if (bprm->buf[0] == '#' && bprm->buf[1] == '!')
		kind = SHINRAI_KIND_SCRIPT;
	return shinrai_measure_file(bprm->file, mark, kind, 0);
}

/* lsm.s/mmap_file, of a file and executable */
__bpf_kfunc int shinrai_kf_mmap(struct file *file, void *mark, u32 mark__sz)
{
	if (off_duty() || bad_mark(mark, mark__sz) || !file)
		return 0;
	return shinrai_measure_file(file, mark, SHINRAI_KIND_MMAP, 0);
}

/* lsm.s/mmap_file, without a file and executable */
__bpf_kfunc int shinrai_kf_anon(void)
{
	return off_duty() ? 0 : shinrai_measure_anon(0);
}

/* lsm/file_mprotect, executable and gaining something */
__bpf_kfunc int shinrai_kf_mprotect(struct vm_area_struct *vma, u64 prot,
				    void *mark, u32 mark__sz)
{
	if (off_duty() || bad_mark(mark, mark__sz) || !vma)
		return 0;
	return shinrai_measure_mprotect(vma, prot, mark);
}

/* lsm/file_open, for writing, of an inode with a mark */
__bpf_kfunc int shinrai_kf_write(struct file *file, void *mark, u32 mark__sz)
{
	if (off_duty() || bad_mark(mark, mark__sz) || !file)
		return 0;
	shinrai_measure_written(shinrai_file_path(file), file_inode(file),
				mark);
	return 0;
}

/* lsm/path_truncate, of an inode with a mark */
__bpf_kfunc int shinrai_kf_truncate(const struct path *path, void *mark,
				    u32 mark__sz)
{
	struct inode *inode;

	if (off_duty() || bad_mark(mark, mark__sz) || !path || !path->dentry)
		return 0;
	inode = d_inode(path->dentry);
	if (inode)
		shinrai_measure_written(path, inode, mark);
	return 0;
}

static u8 read_kind(u32 id)
{
	switch (id) {
	case READING_FIRMWARE:
		return SHINRAI_KIND_FIRMWARE;
	case READING_MODULE:
		return SHINRAI_KIND_MODULE;
	case READING_KEXEC_IMAGE:
	case READING_KEXEC_INITRAMFS:
		return SHINRAI_KIND_KEXEC;
	default:
		return SHINRAI_KIND_KERNEL_READ;
	}
}

/*
 * lsm.s/kernel_read_file: before the kernel reads content that it cannot wait
 * for afterwards, as it does with modules.
 */
__bpf_kfunc int shinrai_kf_read_begin(struct file *file, u32 id, void *mark,
				      u32 mark__sz)
{
	struct shinrai_mark none = {};
	u8 kind = read_kind(id);
	int ret;

	if (off_duty() || bad_mark(mark, mark__sz) || !file)
		return 0;
	if (shinrai_hook_answer(file, mark, &ret))
		return ret;
	if (kind == SHINRAI_KIND_MODULE)
		return 0;
	/* The mark speaks of users' code, which this is not. */
	return shinrai_measure_file(file, &none, kind, 0);
}

/* lsm/kernel_post_read_file; the buffer is hashed, not the file behind it */
__bpf_kfunc int shinrai_kf_read_file(struct file *file, u64 buf, u64 size,
				     u32 id)
{
	if (off_duty() || !file || !size || size > MAX_BUFFER)
		return 0;
	return shinrai_measure_buffer(file, (const void *)(uintptr_t)buf, size,
				      read_kind(id));
}

/* lsm/kernel_post_load_data; kernel_load_data_id numbers as read_file's do */
__bpf_kfunc int shinrai_kf_load_data(u64 buf, u64 size, u32 id)
{
	if (off_duty() || !size || size > MAX_BUFFER)
		return 0;
	return shinrai_measure_buffer(NULL, (const void *)(uintptr_t)buf, size,
				      read_kind(id));
}

/* lsm/capable, of CAP_SYS_MODULE */
__bpf_kfunc int shinrai_kf_capable(int cap)
{
	return shinrai_guard_capable(cap);
}

/* lsm.s/bpf: somebody loads a program */
__bpf_kfunc int shinrai_kf_load(u32 type, u32 attach, u32 flags)
{
	return off_duty() ? 0 : shinrai_guard_load(type, attach, flags);
}

/* lsm/bpf_map: somebody is given a descriptor */
__bpf_kfunc int shinrai_kf_map(struct bpf_map *map)
{
	return shinrai_arm_owns_map(map) ? -EPERM : 0;
}

/* lsm/bpf_prog: somebody is given a descriptor */
__bpf_kfunc int shinrai_kf_prog(struct bpf_prog *prog)
{
	return shinrai_arm_owns_prog(prog) ? -EPERM : 0;
}

__bpf_kfunc_end_defs();

/* One set for each module: 6.1 frees the whole table at the second. */
BTF_KFUNCS_START(shinrai_kfunc_ids)
BTF_ID_FLAGS(func, shinrai_kf_exec, KF_SLEEPABLE | SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_mmap, KF_SLEEPABLE | SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_anon, KF_SLEEPABLE)
BTF_ID_FLAGS(func, shinrai_kf_mprotect, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_write, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_truncate, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_read_begin, KF_SLEEPABLE | SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_read_file, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_load_data)
BTF_ID_FLAGS(func, shinrai_kf_capable)
BTF_ID_FLAGS(func, shinrai_kf_load, KF_SLEEPABLE)
BTF_ID_FLAGS(func, shinrai_kf_map, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_prog, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_label, KF_SLEEPABLE | SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_xattr, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_permission, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_receive, KF_SLEEPABLE | SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_map_file, KF_SLEEPABLE | SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_replace, KF_SLEEPABLE | SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_trace, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_traceme, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_delete, KF_SLEEPABLE | SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_connect, KF_SLEEPABLE | SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_send, KF_SLEEPABLE | SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_recv, KF_SLEEPABLE | SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_unix, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_netlink, KF_SLEEPABLE | SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_set_acl, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_freed)
BTF_ID_FLAGS(func, shinrai_kf_ioctl, KF_SLEEPABLE | SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_core, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_key)
BTF_ID_FLAGS(func, shinrai_kf_msgsnd, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_msgrcv, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_bpf, KF_SLEEPABLE)
BTF_ID_FLAGS(func, shinrai_kf_setsockopt, SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_setxattr, KF_SLEEPABLE | SHINRAI_KF_TRUSTED)
BTF_ID_FLAGS(func, shinrai_kf_getxattr, SHINRAI_KF_TRUSTED)
BTF_KFUNCS_END(shinrai_kfunc_ids)

static const struct btf_kfunc_id_set shinrai_kfuncs = {
	.owner = THIS_MODULE,
	.set = &shinrai_kfunc_ids,
};

/**
 * shinrai_kfuncs_init() - offer the kfuncs; they go with the module
 *
 * They resolve only once the module is live.
 *
 * Return: 0; what register_btf_kfunc_id_set() says, which on 6.1 is 0 even
 * for a module without BTF.
 */
int shinrai_kfuncs_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_LSM, &shinrai_kfuncs);
}
