/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The array that the counting program and its driver share. */
#ifndef _HOOKS_SLOTS_H
#define _HOOKS_SLOTS_H

enum hooks_slot {
	HOOKS_GATE = 0, /* 1: count */
	HOOKS_CGROUP = 1, /* whose tasks are counted */
	/* Address spaces of parent and child, when a fork gets there. */
	HOOKS_ALLOC_SAME = 2, /* task_alloc: one */
	HOOKS_ALLOC_OTHER = 3, /* task_alloc: two */
	HOOKS_FORK_SAME = 4, /* sched_process_fork: one */
	HOOKS_FORK_OTHER = 5, /* sched_process_fork: two */
	HOOKS_FIRST = 16, /* one for each hook from here on */
	HOOKS_SLOTS = 512,
};

#endif
