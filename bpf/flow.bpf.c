// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where labelled data can go: attached when the first label shows, and for good.
 * Who has no label passes in a few loads; all else is the module's.
 */
#include "shinrai_bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* Written by the module alone. */
struct shinrai_quick shinrai_quick;

/* May what is at this address have a label? */
static __always_inline bool object(const void *key)
{
	return shinrai_quick.object[shinrai_quick_hash(low_half(key),
						       SHINRAI_QUICK_OBJECTS)];
}

static __always_inline bool object_of(struct file *file)
{
	return object(file->f_inode);
}

/* May the current task's memory? */
static __always_inline bool subject(void)
{
	const struct task_struct *task = bpf_get_current_task_btf();

	return shinrai_quick.subject[shinrai_quick_hash(
		low_half(task->mm), SHINRAI_QUICK_SUBJECTS)];
}

/* Another process's memory is more than its inode. */
static __always_inline bool in_proc(struct file *file)
{
	return file->f_inode->i_sb->s_magic == PROC_SUPER_MAGIC;
}

/* From a request's work to what it is. */
#define URING_OPCODE                                           \
	((int)bpf_core_field_offset(struct io_kiocb, opcode) - \
	 (int)bpf_core_field_offset(struct io_kiocb, work))

/* Can the module look up what a worker of io_uring is at? */
static __always_inline bool uring_known(void)
{
	return bpf_core_field_exists(struct io_worker, cur_work) &&
	       bpf_core_field_exists(struct io_kiocb, opcode) &&
	       bpf_core_field_exists(struct io_kiocb, work);
}

SEC("lsm/file_permission")
int BPF_PROG(flow_permission, struct file *file, int mask, int ret)
{
	if (ret)
		return ret;
	/*
	 * A device may be a terminal, which is more than its inode, too.  Who
	 * reads what has no label gets none, be he labelled or not.
	 */
	if (!object_of(file) && !file->f_inode->i_rdev &&
	    ((!(mask & (MAY_WRITE | MAY_APPEND)) && !in_proc(file)) ||
	     !subject()))
		return 0;
	if (!uring_known())
		return answer(shinrai_kf_permission(file, mask, 0, 0));
	return answer(shinrai_kf_permission(
		file, mask, bpf_core_field_offset(struct io_worker, cur_work),
		URING_OPCODE));
}

SEC("lsm.s/file_receive")
int BPF_PROG(flow_receive, struct file *file, int ret)
{
	if (ret || (!subject() && !object_of(file)))
		return ret;
	return obey(shinrai_kf_receive(file), EPERM);
}

SEC("lsm.s/mmap_file")
int BPF_PROG(flow_mmap, struct file *file, unsigned long reqprot,
	     unsigned long prot, unsigned long flags, int ret)
{
	__u64 raw = 0;

	if (ret)
		return ret;
	bpf_get_func_arg(ctx, 0, &raw);
	if (!raw || (!subject() && !object_of(file)))
		return 0;
	return obey(shinrai_kf_map_file(file, prot, flags), EPERM);
}

SEC("lsm.s/bprm_check_security")
int BPF_PROG(flow_exec, struct linux_binprm *bprm, int ret)
{
	if (ret || (!subject() && !shinrai_quick.grants))
		return ret;
	return obey(shinrai_kf_replace(bprm), EPERM);
}

SEC("lsm/ptrace_access_check")
int BPF_PROG(flow_trace, struct task_struct *child, unsigned int mode, int ret)
{
	if (ret)
		return ret;
	return obey(shinrai_kf_trace(child, mode), EPERM);
}

SEC("lsm/ptrace_traceme")
int BPF_PROG(flow_traceme, struct task_struct *parent, int ret)
{
	if (ret)
		return ret;
	return obey(shinrai_kf_traceme(parent), EPERM);
}

static __always_inline int delete (struct dentry *dentry)
{
	if (!dentry->d_inode)
		return 0;
	return obey(shinrai_kf_delete(dentry), EPERM);
}

SEC("lsm.s/inode_unlink")
int BPF_PROG(flow_unlink, struct inode *dir, struct dentry *dentry, int ret)
{
	return ret ? ret : delete (dentry);
}

SEC("lsm.s/inode_rename")
int BPF_PROG(flow_rename, struct inode *old_dir, struct dentry *old_dentry,
	     struct inode *new_dir, struct dentry *new_dentry, int ret)
{
	return ret ? ret : delete (new_dentry);
}

struct mnt_idmap___new {
	int dummy;
} __attribute__((preserve_access_index));

static __always_inline int setattr(struct dentry *dentry, struct iattr *attr,
				   int ret)
{
	if (ret)
		return ret;
	return attr->ia_valid & ATTR_SIZE ? delete (dentry) : 0;
}

/* Newer kernels have one more argument, the first. */
SEC("lsm.s/inode_setattr")
int flow_setattr(__u64 *ctx)
{
	if (bpf_core_type_exists(struct mnt_idmap___new))
		return setattr((void *)ctx[1], (void *)ctx[2], (int)ctx[3]);
	return setattr((void *)ctx[0], (void *)ctx[1], (int)ctx[2]);
}

/* Before them there may be one argument more. */
SEC("lsm.s/inode_setxattr")
int BPF_PROG(flow_setxattr, void *unused, struct dentry *dentry,
	     const char *name, const void *value, size_t size, int flags,
	     int ret)
{
	__u64 raw = 0;

	if (ret || !subject())
		return ret;
	bpf_get_func_arg(ctx, 2, &raw);
	return obey(shinrai_kf_setxattr(dentry, raw, size), EPERM);
}

SEC("lsm/inode_getxattr")
int BPF_PROG(flow_getxattr, struct dentry *dentry, const char *name, int ret)
{
	__u64 raw = 0;

	if (ret || !object(dentry->d_inode))
		return ret;
	bpf_get_func_arg(ctx, 1, &raw);
	return obey(shinrai_kf_getxattr(dentry, raw), EPERM);
}

#ifdef SHINRAI_ACL_HOOKS
/* Linux 6.2 no longer takes access lists for xattrs. */
SEC("lsm/inode_set_acl")
int BPF_PROG(flow_set_acl, void *idmap, struct dentry *dentry, const char *name,
	     struct posix_acl *acl, int ret)
{
	if (ret || !subject())
		return ret;
	return obey(shinrai_kf_set_acl(dentry, acl->a_count), EPERM);
}

SEC("lsm/inode_get_acl")
int BPF_PROG(flow_get_acl, void *idmap, struct dentry *dentry, const char *name,
	     int ret)
{
	__u64 raw = 0;

	if (ret || !object(dentry->d_inode))
		return ret;
	bpf_get_func_arg(ctx, 2, &raw);
	return obey(shinrai_kf_getxattr(dentry, raw), EPERM);
}
#endif

SEC("lsm.s/socket_connect")
int BPF_PROG(flow_connect, struct socket *sock, struct sockaddr *address,
	     int addrlen, int ret)
{
	if (ret || (!subject() && !object(sock->sk)))
		return ret;
	return obey(shinrai_kf_connect(sock, address, addrlen), EPERM);
}

SEC("lsm.s/socket_sendmsg")
int BPF_PROG(flow_send, struct socket *sock, struct msghdr *msg, int size,
	     int ret)
{
	if (ret || !subject())
		return ret;
	return obey(shinrai_kf_send(sock, msg, size), EPERM);
}

SEC("lsm/socket_setsockopt")
int BPF_PROG(flow_setsockopt, struct socket *sock, int level, int name, int ret)
{
	if (ret || !subject())
		return ret;
	return obey(shinrai_kf_setsockopt(sock, level, name), EPERM);
}

SEC("lsm.s/socket_recvmsg")
int BPF_PROG(flow_recv, struct socket *sock, struct msghdr *msg, int size,
	     int flags, int ret)
{
	if (ret || !object(sock->sk))
		return ret;
	return obey(shinrai_kf_recv(sock), EPERM);
}

SEC("lsm/unix_may_send")
int BPF_PROG(flow_unix, struct socket *sock, struct socket *other, int ret)
{
	if (ret || !subject())
		return ret;
	return obey(shinrai_kf_unix(sock, other), EPERM);
}

SEC("lsm.s/netlink_send")
int BPF_PROG(flow_netlink, struct sock *sk, struct sk_buff *skb, int ret)
{
	if (ret || !subject())
		return ret;
	return obey(shinrai_kf_netlink(sk, skb), EPERM);
}

SEC("lsm.s/file_ioctl")
int BPF_PROG(flow_ioctl, struct file *file, unsigned int cmd, unsigned long arg,
	     int ret)
{
	if (ret || !subject())
		return ret;
	return obey(shinrai_kf_ioctl(file, cmd), EPERM);
}

SEC("lsm.s/bpf")
int BPF_PROG(flow_bpf, int cmd, union bpf_attr *attr, unsigned int size,
	     int ret)
{
	if (ret || !subject())
		return ret;
	return obey(shinrai_kf_bpf(cmd), EPERM);
}

/* Who has labels leaves no memory behind when he dies. */
SEC("lsm/task_setrlimit")
int BPF_PROG(flow_setrlimit, struct task_struct *task, unsigned int resource,
	     struct rlimit *limit, int ret)
{
	if (ret || resource != RLIMIT_CORE)
		return ret;
	return obey(shinrai_kf_core(task), EPERM);
}

SEC("lsm/key_alloc")
int BPF_PROG(flow_key_alloc, struct key *key, const struct cred *cred,
	     unsigned long flags, int ret)
{
	__u64 raw = 0;

	if (ret || !subject())
		return ret;
	bpf_get_func_arg(ctx, 0, &raw);
	return obey(shinrai_kf_key(raw, KEY_MAKE), EACCES);
}

SEC("lsm/key_permission")
int BPF_PROG(flow_key, void *ref, const struct cred *cred, int need, int ret)
{
	__u64 raw = 0;

	if (ret)
		return ret;
	bpf_get_func_arg(ctx, 0, &raw);
	raw &= ~1ULL; /* whether it is possessed */
	if (need == KEY_NEED_WRITE && subject())
		return obey(shinrai_kf_key(raw, KEY_WRITE), EACCES);
	if ((need == KEY_NEED_READ || need == KEY_NEED_VIEW) &&
	    object((void *)raw))
		return obey(shinrai_kf_key(raw, KEY_READ), EACCES);
	return 0;
}

SEC("lsm/msg_queue_msgsnd")
int BPF_PROG(flow_msgsnd, struct kern_ipc_perm *queue, struct msg_msg *msg,
	     int flags, int ret)
{
	if (ret || !subject())
		return ret;
	return obey(shinrai_kf_msgsnd(queue), EACCES);
}

SEC("lsm/msg_queue_msgrcv")
int BPF_PROG(flow_msgrcv, struct kern_ipc_perm *queue, struct msg_msg *msg,
	     struct task_struct *target, long type, int mode, int ret)
{
	__u64 raw = 0;

	if (ret)
		return ret;
	bpf_get_func_arg(ctx, 0, &raw);
	if (!object((void *)raw))
		return 0;
	return obey(shinrai_kf_msgrcv(queue, target), EACCES);
}

SEC("lsm/msg_queue_free_security")
int BPF_PROG(flow_msg_free)
{
	__u64 key = 0;

	bpf_get_func_arg(ctx, 0, &key);
	if (object((void *)key))
		shinrai_kf_freed(key);
	return 0;
}

SEC("lsm/inode_free_security")
int BPF_PROG(flow_inode_free)
{
	__u64 key = 0;

	bpf_get_func_arg(ctx, 0, &key);
	if (object((void *)key))
		shinrai_kf_freed(key);
	return 0;
}

SEC("lsm/sk_free_security")
int BPF_PROG(flow_sk_free)
{
	__u64 key = 0;

	bpf_get_func_arg(ctx, 0, &key);
	if (object((void *)key))
		shinrai_kf_freed(key);
	return 0;
}
