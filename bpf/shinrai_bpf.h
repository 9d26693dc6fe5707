/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs share: the module's kfuncs, and how their word is obeyed. */
#ifndef _SHINRAI_BPF_H
#define _SHINRAI_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#define EPERM 1
#define EACCES 13
#define PROT_WRITE 0x2
#define PROT_EXEC 0x4
#define MAP_TYPE 0xf
#define MAP_PRIVATE 0x2
#define FMODE_WRITE 0x2
#define O_TRUNC 01000
#define SB_I_VERSION (1 << 23)
#define CAP_SYS_MODULE 16

/* As include/uapi/shinrai.h has it; vmlinux.h excludes the uapi headers. */
struct shinrai_mark {
	__u64 version;
	__u64 used;
};

extern int shinrai_kf_exec(struct linux_binprm *bprm, void *mark,
			   __u32 mark__sz) __ksym;
extern int shinrai_kf_mmap(struct file *file, void *mark,
			   __u32 mark__sz) __ksym;
extern int shinrai_kf_anon(void) __ksym;
extern int shinrai_kf_mprotect(struct vm_area_struct *vma, __u64 prot,
			       void *mark, __u32 mark__sz) __ksym;
extern int shinrai_kf_write(struct file *file, void *mark,
			    __u32 mark__sz) __ksym;
extern int shinrai_kf_truncate(const struct path *path, void *mark,
			       __u32 mark__sz) __ksym;
extern int shinrai_kf_read_begin(struct file *file, __u32 id, void *mark,
				 __u32 mark__sz) __ksym;
extern int shinrai_kf_read_file(struct file *file, __u64 buf, __u64 size,
				__u32 id) __ksym;
extern int shinrai_kf_load_data(__u64 buf, __u64 size, __u32 id) __ksym;
extern int shinrai_kf_capable(int cap) __ksym;
extern int shinrai_kf_load(__u32 type, __u32 attach, __u32 flags) __ksym;
extern int shinrai_kf_map(struct bpf_map *map) __ksym;
extern int shinrai_kf_prog(struct bpf_prog *prog) __ksym;

/* Hooks may return small negative numbers only, and the verifier asks. */
static __always_inline int obey(int err, int denial)
{
	return err ? -denial : 0;
}

#endif
