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
 * Tasks whose module was measured and has not come yet.  A load that fails
 * leaves its entry behind, to be overwritten.
 */
static struct {
	const struct task_struct *task;
	u64 start;
} passed[32];
static DEFINE_SPINLOCK(passed_lock);

static void module_pass(void)
{
	static unsigned int at;
	unsigned long flags;

	spin_lock_irqsave(&passed_lock, flags);
	passed[at].task = current;
	passed[at].start = current->start_boottime;
	at = (at + 1) % ARRAY_SIZE(passed);
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
	size_t i;

	spin_lock_irqsave(&passed_lock, flags);
	for (i = 0; i < ARRAY_SIZE(passed) && !found; i++) {
		found = passed[i].task == current &&
			passed[i].start == current->start_boottime;
		if (found)
			passed[i].task = NULL;
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
