// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a hook that cannot sleep leaves to be done: before the task returns to
 * user mode, or in a worker where there is no user mode to return to.
 *
 * Only an armed module leaves work behind, and that one is never unloaded.
 */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "core.h"

/* Each pins a file, and a user may cause them faster than they are done. */
#define LATE_MAX 1024
/* Of one user; those whose uids fall together share it. */
#define LATE_EACH (LATE_MAX / 4)
#define PAYER_BITS 8

enum late_what {
	LATE_CODE, /* measure what was made executable */
	LATE_WAIT, /* until an event has reached its PCR */
};

struct late {
	struct callback_head task;
	struct work_struct work;
	enum late_what what;
	struct file *file; /* CODE */
	struct shinrai_who who; /* CODE */
	u64 seq; /* WAIT */
	u32 payer; /* whom its place is charged to; 0: nobody */
};

static atomic_t lates;
static atomic_t lates_of[1 << PAYER_BITS]; /* by payer */

/* Return: false when there are too many, as far as @payer is concerned. */
static bool late_charge(u32 payer)
{
	const enum shinrai_share share = payer ? SHINRAI_SHARE_USER :
						 SHINRAI_SHARE_ROOT;
	atomic_t *own = &lates_of[hash_32(payer, PAYER_BITS)];

	if (atomic_inc_return(&lates) > (int)shinrai_cap_share(LATE_MAX, share))
		goto full;
	if (payer && atomic_inc_return(own) > LATE_EACH)
		goto enough;
	return true;
enough:
	atomic_dec(own);
full:
	atomic_dec(&lates);
	return false;
}

static void late_uncharge(u32 payer)
{
	if (payer)
		atomic_dec(&lates_of[hash_32(payer, PAYER_BITS)]);
	atomic_dec(&lates);
}

/* Code that could not be measured in time, and is executable already. */
static void unmeasured(struct file *file, u32 code_flags, int err,
		       const struct shinrai_who *who, gfp_t gfp, u64 *seq)
{
	struct shinrai_path path;

	shinrai_path_get(&path, shinrai_file_path(file), gfp);
	shinrai_oddity_unmeasured(SHINRAI_KIND_MMAP,
				  code_flags | SHINRAI_CODE_MPROTECT, err,
				  shinrai_inode_key(file_inode(file)), &path,
				  who, gfp, seq);
	shinrai_path_put(&path);
}

static void late_code(struct late *l)
{
	const struct shinrai_source src = {
		.file = l->file,
		.shown = l->file,
		.who = &l->who,
		.kind = SHINRAI_KIND_MMAP,
		.flags = SHINRAI_CODE_MPROTECT | SHINRAI_CODE_LATE,
	};
	u64 seq;

	/* Others may share the memory of who was killed. */
	if (shinrai_hook_measure(&src) == -EINTR)
		unmeasured(l->file, SHINRAI_CODE_LATE, EINTR, &l->who,
			   GFP_KERNEL, &seq);
}

static void late_do(struct late *l)
{
	if (l->what == LATE_CODE)
		late_code(l);
	else
		shinrai_log_wait(l->seq, SHINRAI_WAIT_MS);
	shinrai_who_put(&l->who);
	if (l->file)
		fput(l->file);
	late_uncharge(l->payer);
	kfree(l);
}

static void late_task(struct callback_head *head)
{
	late_do(container_of(head, struct late, task));
}

static void late_work(struct work_struct *work)
{
	late_do(container_of(work, struct late, work));
}

/* Return: NULL without memory, or when there are too many. */
static struct late *late_new(enum late_what what, struct file *file)
{
	const u32 payer = shinrai_user_payer();
	struct late *l;

	if (!late_charge(payer))
		return NULL;
	l = kzalloc(sizeof(*l), GFP_ATOMIC | __GFP_NOWARN);
	if (!l) {
		late_uncharge(payer);
		return NULL;
	}
	l->payer = payer;
	l->what = what;
	if (file) {
		shinrai_who_get(&l->who, GFP_ATOMIC);
		l->file = get_file(file);
	}
	return l;
}

static void late_add(struct late *l)
{
	init_task_work(&l->task, late_task);
	INIT_WORK(&l->work, late_work);
	if (current->flags & PF_KTHREAD ||
	    task_work_add(current, &l->task, TWA_RESUME))
		queue_work(system_unbound_wq, &l->work);
}

/**
 * shinrai_measure_wait_late() - wait for an event where nothing may sleep
 * @seq: its position
 *
 * The caller waits before it is in user mode again.
 *
 * Context: any of a process.
 */
void shinrai_measure_wait_late(u64 seq)
{
	struct late *l;

	if (shinrai_phase() != SHINRAI_ARMED || shinrai_log_done(seq))
		return;
	l = late_new(LATE_WAIT, NULL);
	if (!l)
		return; /* too many wait already; it is urgent all the same */
	l->seq = seq;
	late_add(l);
}

static int gained_anon(void)
{
	u64 seq;
	int ret;

	ret = shinrai_oddity_anon(SHINRAI_CODE_MPROTECT, GFP_ATOMIC, &seq);
	shinrai_measure_wait_late(seq);
	/* Nobody can know it, so it is always unknown code. */
	if (!ret && shinrai_degraded())
		ret = -EIO;
	return shinrai_verdict(ret);
}

/* Return: the event's position. */
static u64 tell_unmeasured(struct file *file, u32 code_flags, int err)
{
	struct shinrai_who who;
	u64 seq;

	shinrai_who_get(&who, GFP_ATOMIC);
	unmeasured(file, code_flags, err, &who, GFP_ATOMIC, &seq);
	shinrai_who_put(&who);
	return seq;
}

static int gained_code(struct file *file, struct shinrai_mark *mark)
{
	struct late *l;
	int ret;

	if (shinrai_mark_holds(file, mark))
		return 0;
	if (shinrai_enforcing()) {
		shinrai_measure_wait_late(
			tell_unmeasured(file, SHINRAI_CODE_REFUSED, EACCES));
		return -EACCES;
	}
	/* Only an armed module may leave work behind. */
	if (shinrai_phase() != SHINRAI_ARMED) {
		ret = shinrai_running_owe(file, from_kuid(&init_user_ns,
							  current_uid()));
		if (ret == -ENOMEM)
			tell_unmeasured(file, SHINRAI_CODE_LATE, ENOMEM);
		if (ret != -EAGAIN || shinrai_phase() != SHINRAI_ARMED)
			return 0;
	}
	l = late_new(LATE_CODE, file);
	if (l)
		late_add(l);
	else
		tell_unmeasured(file, SHINRAI_CODE_LATE, ENOMEM);
	return 0;
}

/**
 * shinrai_measure_mprotect() - a mapping becomes executable, or writable too
 * @vma: the mapping, before the change
 * @prot: PROT_*, after it
 * @mark: in the storage of its file's inode, or zeroes
 *
 * Context: the mmap lock is held, nothing may sleep.
 * Return: 0 go on, measured before the return to user mode; -EACCES in
 * enforce mode unless the content is measured already.
 */
int shinrai_measure_mprotect(struct vm_area_struct *vma, u64 prot,
			     struct shinrai_mark *mark)
{
	struct file *file = vma->vm_file;
	const struct shinrai_change change = {
		.file = file && shinrai_measurable(file),
		.private = !(vma->vm_flags & VM_SHARED),
		.stored = vma->anon_vma,
		.was_write = vma->vm_flags & VM_WRITE,
		.was_exec = vma->vm_flags & VM_EXEC,
		.write = prot & PROT_WRITE,
		.exec = prot & PROT_EXEC,
	};
	u32 gains = shinrai_mapping_judge(&change);
	int ret = 0;

	if (gains & SHINRAI_GAINS_ANON)
		ret = gained_anon();
	if (!ret && gains & SHINRAI_GAINS_CODE)
		ret = gained_code(file, mark);
	return ret;
}

static bool in_use(struct inode *inode)
{
	return mapping_mapped(inode->i_mapping) ||
	       atomic_read(&inode->i_readcount) > 0;
}

/**
 * shinrai_measure_written() - measured content may be changed from now on
 * @path: being opened for writing, or truncated
 * @inode: of it; stays the caller's
 * @mark: in the storage of @inode; cleared
 *
 * Told once for each measured version of an inode that is in use.  Who measures
 * it right now learns of it from the mark, and tells for itself.
 *
 * Context: does not sleep.
 */
void shinrai_measure_written(const struct path *path, struct inode *inode,
			     struct shinrai_mark *mark)
{
	u64 was = xchg(&mark->version, 0), used = xchg(&mark->used, 0), seq;
	struct shinrai_path where;
	struct shinrai_who who;

	if (shinrai_mark_is_claim(was))
		was = used;
	if (!was || !in_use(inode))
		return;
	shinrai_who_get(&who, GFP_ATOMIC);
	shinrai_path_get(&where, path, GFP_ATOMIC);
	shinrai_oddity_violation(SHINRAI_REASON_TOMTOU, 0,
				 shinrai_inode_key(inode) ^ was, NULL, &where,
				 &who, GFP_ATOMIC, &seq);
	shinrai_path_put(&where);
	shinrai_who_put(&who);
}
