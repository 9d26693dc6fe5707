// SPDX-License-Identifier: GPL-2.0-only
/*
 * Content that the kernel itself has read: modules, firmware, kexec images.
 *
 * What is measured is the buffer, not the file behind it.  Nothing may sleep
 * there; so files have been measured before they were read, and modules are
 * waited for once more when they are about to run.
 */
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "core.h"

/* Newest record of kernel code that was let through, extended or not. */
static atomic64_t kernel_seq;

static void let_through(u64 seq)
{
	s64 old = atomic64_read(&kernel_seq);

	while (old < (s64)seq &&
	       !atomic64_try_cmpxchg(&kernel_seq, &old, (s64)seq))
		;
}

/**
 * shinrai_measure_kernel_seq() - what a kernel module has to wait for
 *
 * Return: for shinrai_log_wait().
 */
u64 shinrai_measure_kernel_seq(void)
{
	return (u64)atomic64_read(&kernel_seq);
}

/*
 * Tasks whose module was measured and has not come yet, one entry each.  A load
 * that fails leaves it behind; when there are too many, the oldest gives way:
 * so there have to be more than modules can be under way at once.
 */
static struct passed {
	const struct task_struct *task; /* only compared, it may be gone */
	u64 start;
	u64 turn; /* 0: free */
} passed[4096];
static DEFINE_SPINLOCK(passed_lock);

static void module_pass(void)
{
	struct passed *p, *at = passed;
	unsigned long flags;
	static u64 turn;

	spin_lock_irqsave(&passed_lock, flags);
	for (p = passed; p < passed + ARRAY_SIZE(passed); p++) {
		if (p->turn < at->turn)
			at = p;
		if (p->turn && p->task == current) {
			at = p;
			break;
		}
	}
	at->task = current;
	at->start = current->start_boottime;
	at->turn = ++turn;
	spin_unlock_irqrestore(&passed_lock, flags);
}

/**
 * shinrai_measure_passed() - a module comes: did its bytes come by here?
 *
 * Context: any; the task that loads it.
 * Return: false when they were read before the hooks were attached.
 */
bool shinrai_measure_passed(void)
{
	unsigned long flags;
	bool found = false;
	struct passed *p;

	spin_lock_irqsave(&passed_lock, flags);
	for (p = passed; p < passed + ARRAY_SIZE(passed) && !found; p++) {
		found = p->turn && p->task == current &&
			p->start == current->start_boottime;
		if (found)
			p->turn = 0;
	}
	spin_unlock_irqrestore(&passed_lock, flags);
	return found;
}

/* Return: 0 go on; else why its record is not where it has to be. */
static int record(const struct shinrai_use *use)
{
	bool met_again = use->kind == SHINRAI_KIND_MODULE;
	u64 seq;
	int ret;

	do {
		ret = shinrai_content_record(use, GFP_ATOMIC, &seq);
	} while (ret == -EAGAIN);
	if (ret == -ENOMEM)
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, ENOMEM);
	if (ret < 0)
		return ret;
	if (shinrai_log_late(seq) ||
	    (!shinrai_log_done(seq) && (!met_again || shinrai_degraded())))
		return -EIO;
	let_through(seq);
	return 0;
}

/**
 * shinrai_measure_buffer() - record content that the kernel has just read
 * @file: where it came from, or NULL
 * @buf: not trusted: a bad address is an error, never a fault
 * @size: bytes
 * @kind: enum shinrai_kind
 *
 * The event is urgent but not waited for here.  In enforce mode only kernel
 * modules, which are waited for later, may go on before it is extended.
 *
 * Context: any but interrupts; does not sleep.
 * Return: 0 go on; -EACCES in enforce mode.
 */
int shinrai_measure_buffer(struct file *file, const void *buf, size_t size,
			   u8 kind)
{
	struct shinrai_use use = { .kind = kind, .size = size };
	u64 key = 0, seq;
	int ret;

	if (file) {
		shinrai_path_get(&use.path, &file->f_path, GFP_ATOMIC);
		use.fsmagic = (u32)file_inode(file)->i_sb->s_magic;
		key = shinrai_inode_key(file_inode(file));
	} else {
		use.flags = SHINRAI_CODE_BUFFER;
	}
	if (kind == SHINRAI_KIND_MODULE)
		module_pass();
	else
		use.flags |= SHINRAI_CODE_LATE;
	shinrai_who_get(&use.who, GFP_ATOMIC);
	ret = shinrai_hash_kernel(buf, size, use.digest);
	if (ret)
		shinrai_oddity_unmeasured(
			kind, shinrai_enforcing() ? SHINRAI_CODE_REFUSED : 0,
			-ret, key, &use.path, &use.who, GFP_ATOMIC, &seq);
	else
		ret = record(&use);
	shinrai_path_put(&use.path);
	shinrai_who_put(&use.who);
	return shinrai_verdict(ret);
}
