// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the programs that follow labels call; as kfuncs.c, which registers them,
 * says: every argument is hostile.
 */
#include <linux/binfmts.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>

#include "compat.h"
#include "kfuncs.h"
#include "label.h"

static bool off_duty(void)
{
	return shinrai_phase() != SHINRAI_ARMED || in_interrupt() ||
	       irqs_disabled();
}

__bpf_kfunc_start_defs();

/* lsm.s/file_open, where files may have labels */
__bpf_kfunc int shinrai_kf_label(struct file *file)
{
	return off_duty() || !file ? 0 : shinrai_access_open(file);
}

/* lsm.s/inode_setxattr, lsm/inode_removexattr */
__bpf_kfunc int shinrai_kf_xattr(struct dentry *dentry, u64 name, u64 value,
				 u64 size)
{
	if (off_duty() || !dentry || !d_inode(dentry))
		return 0;
	return shinrai_access_xattr(dentry, (const char *)(uintptr_t)name,
				    (const void *)(uintptr_t)value, size);
}

/* lsm/file_permission, where subject or object may have labels */
__bpf_kfunc int shinrai_kf_permission(struct file *file, int mask, u32 work,
				      int opcode)
{
	const struct shinrai_uring uring = { .work = work, .opcode = opcode };

	return off_duty() || !file ?
		       0 :
		       shinrai_access_permission(file, mask, uring);
}

/* lsm.s/file_receive */
__bpf_kfunc int shinrai_kf_receive(struct file *file)
{
	return off_duty() || !file ? 0 : shinrai_access_receive(file);
}

/* lsm.s/mmap_file, of a file */
__bpf_kfunc int shinrai_kf_map_file(struct file *file, u64 prot, u64 flags)
{
	return off_duty() || !file ? 0 : shinrai_access_mmap(file, prot, flags);
}

/* lsm.s/bprm_check_security, of a subject with labels */
__bpf_kfunc int shinrai_kf_replace(struct linux_binprm *bprm)
{
	if (off_duty() || !bprm->file || !bprm->mm)
		return 0;
	return shinrai_access_exec(bprm);
}

/* lsm/ptrace_access_check */
__bpf_kfunc int shinrai_kf_trace(struct task_struct *child, u32 mode)
{
	return off_duty() || !child ? 0 : shinrai_access_trace(child, mode);
}

/* lsm/ptrace_traceme */
__bpf_kfunc int shinrai_kf_traceme(struct task_struct *parent)
{
	/* The list of tasks is locked, so interrupts are off. */
	if (shinrai_phase() != SHINRAI_ARMED || in_interrupt() || !parent ||
	    !current->mm)
		return 0;
	return shinrai_access_traced_by(parent);
}

/* lsm.s/inode_unlink, inode_rename, inode_setattr of the size */
__bpf_kfunc int shinrai_kf_delete(struct dentry *dentry)
{
	return off_duty() || !dentry ? 0 : shinrai_access_delete(dentry);
}

/* lsm.s/socket_connect, by a subject or of a socket with labels */
__bpf_kfunc int shinrai_kf_connect(struct socket *sock, struct sockaddr *addr,
				   int len)
{
	if (off_duty() || !sock || !addr)
		return 0;
	return shinrai_access_connect(sock, addr, len);
}

/* lsm.s/socket_sendmsg, by a subject with labels, as those below */
__bpf_kfunc int shinrai_kf_send(struct socket *sock, struct msghdr *msg,
				int size)
{
	if (off_duty() || !sock || !msg)
		return 0;
	return shinrai_access_send(sock, msg, size < 0 ? 0 : (u64)size);
}

/* lsm.s/socket_recvmsg, from a socket with labels */
__bpf_kfunc int shinrai_kf_recv(struct socket *sock)
{
	return off_duty() || !sock ? 0 : shinrai_access_recv(sock);
}

/* lsm/unix_may_send */
__bpf_kfunc int shinrai_kf_unix(struct socket *sock, struct socket *other)
{
	return off_duty() ? 0 : shinrai_access_unix(other);
}

/* lsm.s/netlink_send */
__bpf_kfunc int shinrai_kf_netlink(struct sock *sk, struct sk_buff *skb)
{
	return off_duty() || !sk || !skb ? 0 : shinrai_access_netlink(sk, skb);
}

/* lsm/inode_free_security, sk_free_security: only an address */
__bpf_kfunc int shinrai_kf_freed(u64 key)
{
	shinrai_object_forget((const void *)(uintptr_t)key);
	return 0;
}

/* lsm.s/file_ioctl, by a subject with labels */
__bpf_kfunc int shinrai_kf_ioctl(struct file *file, unsigned int cmd)
{
	return off_duty() || !file ? 0 : shinrai_access_ioctl(file, cmd);
}

/* lsm/task_setrlimit, of RLIMIT_CORE */
__bpf_kfunc int shinrai_kf_core(struct task_struct *task)
{
	if (off_duty() || !task)
		return 0;
	return shinrai_subject_held(READ_ONCE(task->mm)) ? -EPERM : 0;
}

/* lsm/key_alloc, key_permission: an address */
__bpf_kfunc int shinrai_kf_key(u64 key, u32 use)
{
	if (off_duty() || !key || use > SHINRAI_KEY_READ)
		return 0;
	return shinrai_special_key((const void *)(uintptr_t)key, use);
}

/* lsm/msg_queue_msgsnd, by a subject with labels */
__bpf_kfunc int shinrai_kf_msgsnd(struct kern_ipc_perm *queue)
{
	return off_duty() || !queue ? 0 : shinrai_special_msg(queue, NULL);
}

/* lsm/msg_queue_msgrcv, from a queue with labels */
__bpf_kfunc int shinrai_kf_msgrcv(struct kern_ipc_perm *queue,
				  struct task_struct *to)
{
	return off_duty() || !queue || !to ? 0 : shinrai_special_msg(queue, to);
}

/* lsm.s/bpf, by a subject with labels */
__bpf_kfunc int shinrai_kf_bpf(int cmd)
{
	return off_duty() ? 0 : shinrai_access_bpf(cmd);
}

/* lsm.s/inode_setxattr, by a subject with labels */
__bpf_kfunc int shinrai_kf_setxattr(struct dentry *dentry, u64 name, u64 size)
{
	if (off_duty() || !dentry || !d_inode(dentry))
		return 0;
	return shinrai_access_setxattr(dentry, (const char *)(uintptr_t)name,
				       size);
}

/* lsm/inode_getxattr, of an inode with labels */
__bpf_kfunc int shinrai_kf_getxattr(struct dentry *dentry, u64 name)
{
	if (off_duty() || !dentry || !d_inode(dentry))
		return 0;
	return shinrai_access_getxattr(dentry, (const char *)(uintptr_t)name);
}

/* lsm/socket_setsockopt, by a subject with labels */
__bpf_kfunc int shinrai_kf_setsockopt(struct socket *sock, int level, int name)
{
	if (off_duty() || !sock)
		return 0;
	return shinrai_access_setsockopt(sock, level, name);
}

/* lsm/inode_set_acl, by a subject with labels */
__bpf_kfunc int shinrai_kf_set_acl(struct dentry *dentry, u32 entries)
{
	if (off_duty() || !dentry || !d_inode(dentry))
		return 0;
	return shinrai_access_set_acl(dentry, entries);
}

__bpf_kfunc_end_defs();
