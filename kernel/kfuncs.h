/* SPDX-License-Identifier: GPL-2.0-only */
/* The kfuncs' prototypes; bpf/shinrai_bpf.h has them for the programs. */
#ifndef _SHINRAI_KFUNCS_H
#define _SHINRAI_KFUNCS_H

#include <linux/types.h>

struct bpf_map;
struct bpf_prog;
struct file;
struct linux_binprm;
struct path;
struct vm_area_struct;

int shinrai_kf_exec(struct linux_binprm *bprm, void *mark, u32 mark__sz);
int shinrai_kf_mmap(struct file *file, void *mark, u32 mark__sz);
int shinrai_kf_anon(void);
int shinrai_kf_mprotect(struct vm_area_struct *vma, u64 prot, void *mark,
			u32 mark__sz);
int shinrai_kf_write(struct file *file, void *mark, u32 mark__sz);
int shinrai_kf_truncate(const struct path *path, void *mark, u32 mark__sz);
int shinrai_kf_read_begin(struct file *file, u32 id, void *mark, u32 mark__sz);
int shinrai_kf_read_file(struct file *file, u64 buf, u64 size, u32 id);
int shinrai_kf_load_data(u64 buf, u64 size, u32 id);
int shinrai_kf_capable(int cap);
int shinrai_kf_load(u32 type, u32 attach, u32 flags);
int shinrai_kf_map(struct bpf_map *map);
int shinrai_kf_prog(struct bpf_prog *prog);

#endif
