// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program that the driver attaches to each hook, told apart by its cookie,
 * and what looks at forks.  None of them changes what a hook answers.
 */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "slots.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, HOOKS_SLOTS);
	__type(key, u32);
	__type(value, u64);
} slots SEC(".maps");

static __always_inline u64 slot(u32 number)
{
	u64 *value = bpf_map_lookup_elem(&slots, &number);

	return value ? *value : 0;
}

static __always_inline void count(u32 number)
{
	u64 *value;

	if (!slot(HOOKS_GATE) ||
	    slot(HOOKS_CGROUP) != bpf_get_current_cgroup_id())
		return;
	value = bpf_map_lookup_elem(&slots, &number);
	if (value)
		__sync_fetch_and_add(value, 1);
}

SEC("lsm/file_open")
int hooks_count(void *ctx)
{
	count((u32)bpf_get_attach_cookie(ctx));
	return 0;
}

SEC("lsm/task_alloc")
int BPF_PROG(hooks_alloc, struct task_struct *task, unsigned long flags)
{
	struct task_struct *parent = (void *)bpf_get_current_task();

	count(BPF_CORE_READ(parent, mm) == BPF_CORE_READ(task, mm) ?
		      HOOKS_ALLOC_SAME :
		      HOOKS_ALLOC_OTHER);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(hooks_fork, struct task_struct *parent, struct task_struct *child)
{
	count(BPF_CORE_READ(parent, mm) == BPF_CORE_READ(child, mm) ?
		      HOOKS_FORK_SAME :
		      HOOKS_FORK_OTHER);
	return 0;
}
