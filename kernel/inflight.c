// SPDX-License-Identifier: GPL-2.0-only
/*
 * System calls that were let through before a label arrived, and go on: who
 * waits in a read of what is written just now, and what the other threads of an
 * address space are writing while it gets labels.
 *
 * A task's registers tell which call it is in, or was in last, and of which
 * descriptors.  What cannot be told apart counts.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <asm/syscall.h>
#include <asm/unistd.h>

#include "label.h"

#define NO_FD (-1)
#define ANY_FD (-2)
#define X32_BIT 0x40000000
#define MAX_WRITES SHINRAI_INFLIGHT_MAX
#define MAPPING_MS 2000
#define MAX_TRACES 32 /* processes */

enum direction { READING, WRITING, MAPPING };

/* Which argument is the descriptor; ANY_FD: several, or behind pointers. */
static const struct {
	int nr;
	s8 read;
	s8 write;
	bool map;
} calls[] = {
	{ __NR_read, 0, NO_FD, false },
	{ __NR_pread64, 0, NO_FD, false },
	{ __NR_readv, 0, NO_FD, false },
	{ __NR_preadv, 0, NO_FD, false },
	{ __NR_preadv2, 0, NO_FD, false },
	{ __NR_recvfrom, 0, NO_FD, false },
	{ __NR_recvmsg, 0, NO_FD, false },
	{ __NR_recvmmsg, 0, NO_FD, false },
	{ __NR_mq_timedreceive, 0, NO_FD, false },
	{ __NR_write, NO_FD, 0, false },
	{ __NR_pwrite64, NO_FD, 0, false },
	{ __NR_writev, NO_FD, 0, false },
	{ __NR_pwritev, NO_FD, 0, false },
	{ __NR_pwritev2, NO_FD, 0, false },
	{ __NR_sendto, NO_FD, 0, false },
	{ __NR_sendmsg, NO_FD, 0, false },
	{ __NR_sendmmsg, NO_FD, 0, false },
	{ __NR_mq_timedsend, NO_FD, 0, false },
	{ __NR_splice, 0, 2, false },
	{ __NR_tee, 0, 1, false },
	{ __NR_vmsplice, 0, 0, false },
	{ __NR_sendfile, 1, 0, false },
	{ __NR_copy_file_range, 0, 2, false },
	{ __NR_io_submit, ANY_FD, ANY_FD, false },
	{ __NR_io_getevents, ANY_FD, NO_FD, false },
	{ __NR_io_uring_enter, ANY_FD, ANY_FD, false },
	{ __NR_process_vm_readv, NO_FD, NO_FD, false },
	{ __NR_mmap, NO_FD, NO_FD, true },
	{ __NR_mremap, NO_FD, NO_FD, true },
	{ __NR_shmat, NO_FD, NO_FD, true },
	{ __NR_remap_file_pages, NO_FD, NO_FD, true },
};

/* Return: the descriptor, ANY_FD or NO_FD.  For MAPPING, ANY_FD says yes. */
static int fd_of(struct task_struct *t, enum direction dir)
{
	unsigned long args[6];
	struct pt_regs regs;
	int nr, at = NO_FD;
	size_t i;

	/* Its stack is freed under RCU; when it has none any more, it is dead. */
	if (!READ_ONCE(t->stack) ||
	    copy_from_kernel_nofault(&regs, task_pt_regs(t), sizeof(regs)))
		return NO_FD;
	nr = syscall_get_nr(t, &regs);
	syscall_get_arguments(t, &regs, args);
	/* Workers of io_uring never were in user mode; others count apart. */
	if (t->flags & PF_IO_WORKER || task_thread_info(t)->status & TS_COMPAT)
		return dir == MAPPING ? NO_FD : ANY_FD;
	for (i = 0; nr >= 0 && i < ARRAY_SIZE(calls); i++) {
		if (calls[i].nr != (nr & ~X32_BIT))
			continue;
		if (dir == MAPPING)
			return calls[i].map ? ANY_FD : NO_FD;
		at = dir == READING ? calls[i].read : calls[i].write;
		break;
	}
	return at >= 0 ? (int)args[at] : at;
}

struct search {
	const struct inode *inode; /* NULL: whatever is open for writing */
	struct file **out;
	u32 found;
};

static int matches(const void *data, struct file *file, unsigned int fd)
{
	struct search *s = (struct search *)data;

	if (s->inode)
		return file_inode(file) == s->inode;
	if (file->f_mode & FMODE_WRITE && s->found < MAX_WRITES)
		s->out[s->found++] = get_file(file);
	return 0;
}

/* Of the descriptor that @t's call is about, or of all. */
static bool look(struct task_struct *t, int fd, struct search *s)
{
	struct file *file;
	bool hit = false;

	task_lock(t);
	if (t->files && fd == ANY_FD) {
		hit = iterate_fd(t->files, 0, matches, s);
	} else if (t->files) {
		spin_lock(&t->files->file_lock);
		file = files_lookup_fd_locked(t->files, (unsigned int)fd);
		hit = file && matches(s, file, (unsigned int)fd);
		spin_unlock(&t->files->file_lock);
	}
	task_unlock(t);
	return hit;
}

/**
 * shinrai_inflight_readers() - something that is read from has just got labels
 * @inode: of it: a pipe, a socket, a queue
 * @labels: live; in the table of objects already
 *
 * Whoever reads it from now on is asked; who waits for it has been.
 *
 * Context: a process; does not sleep.
 */
void shinrai_inflight_readers(const struct inode *inode, u64 labels)
{
	struct search s = { .inode = inode };
	struct task_struct *p, *t;
	int fd;

	smp_mb(); /* labels before registers; the reader's are the other way */
	rcu_read_lock();
	for_each_process_thread(p, t) {
		if (t == current || !t->mm)
			continue;
		fd = fd_of(t, READING);
		if (fd != NO_FD && look(t, fd, &s))
			shinrai_take_now(t, labels);
	}
	rcu_read_unlock();
}

/* Address spaces that have the labels by now, or are about to; compared only. */
struct spread {
	u64 labels;
	const struct mm_struct *mm[MAX_TRACES];
	u32 count;
};

static bool reached(const struct spread *s, const struct mm_struct *mm)
{
	u32 i;

	for (i = 0; i < s->count; i++) {
		if (s->mm[i] == mm)
			return true;
	}
	return false;
}

/* From one that is reached to @to, who sees it or is written to by it. */
static int spread_to(struct spread *s, struct task_struct *to,
		     const struct mm_struct *mm, bool sees)
{
	struct shinrai_flow f = {
		.labels = s->labels & ~shinrai_subject_labels(mm),
		.access.action = SHINRAI_ACTION_TRACE,
		.mm = (struct mm_struct *)mm,
		.by = to,
	};
	int ret;

	if (!f.labels)
		return 0;
	ret = sees ? shinrai_flow_check(&f) : 0;
	if (!ret)
		ret = shinrai_take_alone(to, f.labels);
	/* What a grant excuses it from does not get on. */
	if (ret || f.labels & ~shinrai_subject_labels(mm))
		return ret;
	if (s->count == MAX_TRACES)
		return -EBUSY;
	s->mm[s->count++] = mm;
	return 0;
}

static int spread_between(struct spread *s, struct task_struct *t)
{
	struct task_struct *by = rcu_dereference(t->parent);
	const struct mm_struct *mm = READ_ONCE(t->mm), *its = READ_ONCE(by->mm);

	if (!mm || !its || reached(s, mm) == reached(s, its))
		return 0;
	return reached(s, mm) ? spread_to(s, by, its, true) :
				spread_to(s, t, mm, false);
}

/**
 * shinrai_inflight_traces() - who traces sees, and writes, what he traces
 * @mm: that is about to get labels
 * @labels: live
 *
 * Context: a process; does not sleep.
 * Return: 0, and whoever traces or is traced has them too; an error when one of
 * them must not, or there are too many.
 */
int shinrai_inflight_traces(const struct mm_struct *mm, u64 labels)
{
	struct spread s = { .labels = labels, .mm = { mm }, .count = 1 };
	struct task_struct *p, *t;
	u32 before = 0;
	int ret = 0;

	rcu_read_lock();
	while (!ret && before != s.count) {
		before = s.count;
		for_each_process_thread(p, t) {
			if (!ret && t->ptrace)
				ret = spread_between(&s, t);
		}
	}
	rcu_read_unlock();
	return ret;
}

/**
 * shinrai_inflight_traced() - is a process traced, or does it trace?
 * @task: of it; the caller keeps it
 *
 * Context: any.
 * Return: true when one of its threads is or does.
 */
bool shinrai_inflight_traced(struct task_struct *task)
{
	struct task_struct *t;
	bool found = false;

	rcu_read_lock();
	for_each_thread(task, t)
		found |= t->ptrace || !list_empty(&t->ptraced);
	rcu_read_unlock();
	return found;
}

static bool mapping(const struct mm_struct *mm)
{
	struct task_struct *p, *t;
	bool found = false;

	rcu_read_lock();
	for_each_process_thread(p, t) {
		if (t != current && t->mm == mm && fd_of(t, MAPPING) == ANY_FD)
			found |= READ_ONCE(t->on_cpu) || !task_is_running(t);
	}
	rcu_read_unlock();
	return found;
}

/**
 * shinrai_inflight_maps() - wait for mappings that are being made
 * @mm: that is about to get labels; it has them already
 *
 * Who asked for a mapping before cannot be told what it will be.
 *
 * Context: may sleep, can be killed.
 * Return: 0; -EBUSY; -EINTR.
 */
int shinrai_inflight_maps(const struct mm_struct *mm)
{
	const unsigned long end = jiffies + msecs_to_jiffies(MAPPING_MS);

	might_sleep();
	while (mapping(mm)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (time_after(jiffies, end))
			return -EBUSY;
		schedule_timeout_killable(1);
	}
	return 0;
}

/**
 * shinrai_inflight_writes() - what other threads of an address space write to
 * @mm: the address space
 * @out: out, files with references; room for SHINRAI_INFLIGHT_MAX
 *
 * Context: a process; does not sleep.
 * Return: how many; as many as there is room for: too many.
 */
u32 shinrai_inflight_writes(const struct mm_struct *mm, struct file **out)
{
	struct search s = { .out = out };
	struct task_struct *p, *t;
	int fd;

	rcu_read_lock();
	for_each_process_thread(p, t) {
		if (t == current || t->mm != mm)
			continue;
		fd = fd_of(t, WRITING);
		if (fd != NO_FD)
			look(t, fd, &s);
	}
	rcu_read_unlock();
	return s.found;
}
