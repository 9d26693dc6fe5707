// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs of root's own that call the module's kfuncs where and with what they
 * please: nothing of it may harm the machine, or speak for content.
 */
#include "shinrai_bpf.h"

char LICENSE[] SEC("license") = "GPL";

static __always_inline struct shinrai_mark forge(void)
{
	struct shinrai_mark mark = {};

	mark.version = 1 + (bpf_get_prandom_u32() & 1); /* in no section */
	return mark;
}

/* Wrong sizes, marks of its own, addresses of anything, lengths beyond all. */
SEC("lsm/file_open")
int BPF_PROG(hostile_open, struct file *file, int ret)
{
	struct shinrai_mark mark = forge();

	if (!file->f_mode)
		return ret;
	shinrai_kf_write(file, &mark, sizeof(mark));
	shinrai_kf_write(file, &mark, 8);
	shinrai_kf_read_file(file, 0, 4096, 2);
	shinrai_kf_read_file(file, ~0ULL - 100, 4096, 2);
	shinrai_kf_read_file(file, 1ULL << 46, ~0ULL, 2);
	shinrai_kf_read_file(file, 0xffff888000000000ULL, 0, 99);
	shinrai_kf_load_data(0x8000000000000000ULL, 64 << 20, 2);
	shinrai_kf_capable(16);
	shinrai_kf_capable(-1);
	return ret;
}

SEC("lsm/file_mprotect")
int BPF_PROG(hostile_mprotect, struct vm_area_struct *vma,
	     unsigned long reqprot, unsigned long prot, int ret)
{
	struct shinrai_mark mark = forge();

	if (!vma->vm_flags)
		return ret;
	shinrai_kf_mprotect(vma, ~0ULL, &mark, sizeof(mark));
	shinrai_kf_mprotect(vma, 4, &mark, 3);
	return ret;
}

/* Sleepable ones, also in the middle of the module's own reading of a file. */
SEC("lsm.s/file_open")
int BPF_PROG(hostile_sleeping, struct file *file, int ret)
{
	struct shinrai_mark mark = forge();

	if (!file->f_mode)
		return ret;
	shinrai_kf_read_begin(file, 99, &mark, 1);
	shinrai_kf_mmap(file, &mark, 0);
	return ret;
}

SEC("lsm.s/kernel_read_file")
int BPF_PROG(hostile_reading, struct file *file, enum kernel_read_file_id id,
	     bool contents, int ret)
{
	struct shinrai_mark mark = {};

	if (!file->f_mode)
		return ret;
	shinrai_kf_mmap(file, &mark, sizeof(mark));
	shinrai_kf_read_begin(file, id, &mark, sizeof(mark));
	return ret;
}
