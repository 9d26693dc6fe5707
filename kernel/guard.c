// SPDX-License-Identifier: GPL-2.0-only
/* Self-protection that a hook asks for: is bpf active, who works against us? */
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/magic.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <asm/syscall.h>
#include <asm/unistd.h>

#include "core.h"

#define IA32_DELETE_MODULE 129
#define X32_BIT 0x40000000
#define TOKEN_FD (1U << 16) /* BPF_F_TOKEN_FD, since 6.9 */

static const struct task_struct *probing;
static bool probed;

/**
 * shinrai_guard_probe() - do the attached programs really run?
 *
 * Attaching succeeds on a kernel whose list of LSMs lacks bpf, and nothing is
 * ever called.  So call a hook and see.
 *
 * Context: the task that arms, one at a time.
 * Return: 0; -EPERM without CAP_SYS_MODULE; -EOPNOTSUPP.
 */
int shinrai_guard_probe(void)
{
	bool may;

	WRITE_ONCE(probed, false);
	WRITE_ONCE(probing, current);
	may = capable(CAP_SYS_MODULE);
	WRITE_ONCE(probing, NULL);
	if (!may)
		return -EPERM;
	return READ_ONCE(probed) ? 0 : -EOPNOTSUPP;
}

/**
 * shinrai_guard_capable() - refuse forced module removal
 * @cap: what the current task asks for
 *
 * A forced delete_module would free this module under its own programs.  The
 * flags are in a register of the system call; nobody changes them any more.
 * A plain removal needs no guard: the module holds itself.
 *
 * Context: any.
 * Return: 0; -EPERM.
 */
int shinrai_guard_capable(int cap)
{
	unsigned long args[6];
	struct pt_regs *regs;
	int nr;

	if (cap != CAP_SYS_MODULE || in_interrupt() ||
	    current->flags & PF_KTHREAD)
		return 0;
	if (READ_ONCE(probing) == current)
		WRITE_ONCE(probed, true);
	if (shinrai_phase() != SHINRAI_ARMED)
		return 0;
	regs = task_pt_regs(current);
	nr = syscall_get_nr(current, regs) & ~X32_BIT;
	if (nr != __NR_delete_module && nr != IA32_DELETE_MODULE)
		return 0;
	syscall_get_arguments(current, regs, args);
	return args[1] & O_TRUNC ? -EPERM : 0;
}

/* By its name on a filesystem where only the kernel makes such a file. */
static int is_token(const void *unused, struct file *file, unsigned int fd)
{
	const struct inode *inode = file_inode(file);
	int token;

	if (!S_ISREG(inode->i_mode) || inode->i_sb->s_magic != BPF_FS_MAGIC)
		return 0;
	rcu_read_lock(); /* of a name that may be changed */
	token = !strcmp(READ_ONCE(file->f_path.dentry->d_name.name),
			"bpf-token");
	rcu_read_unlock();
	return token;
}

/*
 * Since 6.9 the kernel asks whether somebody may load only after the hook; and
 * root can give a token to who may not.
 */
static bool may_load(u32 flags)
{
	return ns_capable_noaudit(&init_user_ns, CAP_PERFMON) ||
	       ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN) ||
	       (flags & TOKEN_FD &&
		iterate_fd(current->files, 0, is_token, NULL));
}

/**
 * shinrai_guard_load() - somebody loads a BPF program
 * @type: enum bpf_prog_type
 * @attach: enum bpf_attach_type that it is for
 * @flags: BPF_F_* that it is loaded with
 *
 * A program on an LSM hook, or one that modifies what a function returns, runs
 * before ours when it is attached later, can keep ours from running, and can
 * make the kernel take a refusal for consent.  It is a violation.
 *
 * Context: may sleep.
 * Return: 0; -EPERM in enforce mode.
 */
int shinrai_guard_load(u32 type, u32 attach, u32 flags)
{
	const struct shinrai_path nowhere = {};
	const bool refused = shinrai_enforcing();
	struct shinrai_who who;
	u64 seq;

	might_sleep();
	if (type != BPF_PROG_TYPE_LSM &&
	    (type != BPF_PROG_TYPE_TRACING || attach != BPF_MODIFY_RETURN))
		return 0;
	if (!may_load(flags))
		return 0; /* the kernel refuses it itself */
	shinrai_who_get(&who, GFP_KERNEL);
	shinrai_oddity_violation(SHINRAI_REASON_BPF_PROGRAM,
				 refused ? SHINRAI_CODE_REFUSED : 0,
				 (u64)type << 32 | attach, NULL, &nowhere, &who,
				 GFP_KERNEL, &seq);
	shinrai_who_put(&who);
	if (refused)
		shinrai_log_wait(seq, SHINRAI_WAIT_MS);
	return refused ? -EPERM : 0;
}
