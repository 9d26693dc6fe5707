/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs share: the module's kfuncs, and how their word is obeyed. */
#ifndef _SHINRAI_BPF_H
#define _SHINRAI_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <shinrai/quick.h>

#define EPERM 1
#define EACCES 13
#define PROT_WRITE 0x2
#define PROT_EXEC 0x4
#define MAP_TYPE 0xf
#define MAP_PRIVATE 0x2
#define FMODE_WRITE 0x2
#define O_TRUNC 01000
#define SB_I_VERSION (1 << 23)
#define CAP_SYS_MODULE 16
#define ATTR_SIZE (1 << 3)
#define ERESTARTNOINTR 513
#define RLIMIT_CORE 4
#define PROC_SUPER_MAGIC 0x9fa0
#define MAY_WRITE 0x2
#define MAY_APPEND 0x8

/* enum shinrai_key_use */
#define KEY_MAKE 0
#define KEY_WRITE 1
#define KEY_READ 2

/* As include/uapi/shinrai.h has it; vmlinux.h excludes the uapi headers. */
struct shinrai_mark {
	__u64 version;
	__u64 used;
};

extern int shinrai_kf_exec(struct linux_binprm *bprm, void *mark,
			   __u32 mark__sz) __ksym;
extern int shinrai_kf_mmap(struct file *file, void *mark,
			   __u32 mark__sz) __ksym;
extern int shinrai_kf_anon(void) __ksym;
extern int shinrai_kf_mprotect(struct vm_area_struct *vma, __u64 prot,
			       void *mark, __u32 mark__sz) __ksym;
extern int shinrai_kf_write(struct file *file, void *mark,
			    __u32 mark__sz) __ksym;
extern int shinrai_kf_truncate(const struct path *path, void *mark,
			       __u32 mark__sz) __ksym;
extern int shinrai_kf_read_begin(struct file *file, __u32 id, void *mark,
				 __u32 mark__sz) __ksym;
extern int shinrai_kf_read_file(struct file *file, __u64 buf, __u64 size,
				__u32 id) __ksym;
extern int shinrai_kf_load_data(__u64 buf, __u64 size, __u32 id) __ksym;
extern int shinrai_kf_capable(int cap) __ksym;
extern int shinrai_kf_load(__u32 type, __u32 attach, __u32 flags) __ksym;
extern int shinrai_kf_map(struct bpf_map *map) __ksym;
extern int shinrai_kf_prog(struct bpf_prog *prog) __ksym;
extern int shinrai_kf_label(struct file *file) __ksym;
extern int shinrai_kf_xattr(struct dentry *dentry, __u64 name, __u64 value,
			    __u64 size) __ksym;
extern int shinrai_kf_permission(struct file *file, int mask, __u32 work,
				 int opcode) __ksym;
extern int shinrai_kf_receive(struct file *file) __ksym;
extern int shinrai_kf_map_file(struct file *file, __u64 prot,
			       __u64 flags) __ksym;
extern int shinrai_kf_replace(struct linux_binprm *bprm) __ksym;
extern int shinrai_kf_trace(struct task_struct *child, __u32 mode) __ksym;
extern int shinrai_kf_traceme(struct task_struct *parent) __ksym;
extern int shinrai_kf_delete(struct dentry *dentry) __ksym;
extern int shinrai_kf_connect(struct socket *sock, struct sockaddr *addr,
			      int len) __ksym;
extern int shinrai_kf_send(struct socket *sock, struct msghdr *msg,
			   int size) __ksym;
extern int shinrai_kf_recv(struct socket *sock) __ksym;
extern int shinrai_kf_unix(struct socket *sock, struct socket *other) __ksym;
extern int shinrai_kf_netlink(struct sock *sk, struct sk_buff *skb) __ksym;
extern int shinrai_kf_freed(__u64 key) __ksym;
extern int shinrai_kf_ioctl(struct file *file, unsigned int cmd) __ksym;
extern int shinrai_kf_core(struct task_struct *task) __ksym;
extern int shinrai_kf_key(__u64 key, __u32 use) __ksym;
extern int shinrai_kf_bpf(int cmd) __ksym;
extern int shinrai_kf_setsockopt(struct socket *sock, int level,
				 int name) __ksym;
extern int shinrai_kf_setxattr(struct dentry *dentry, __u64 name,
			       __u64 size) __ksym;
extern int shinrai_kf_getxattr(struct dentry *dentry, __u64 name) __ksym;
extern int shinrai_kf_set_acl(struct dentry *dentry, __u32 entries) __ksym;
extern int shinrai_kf_msgsnd(struct kern_ipc_perm *queue) __ksym;
extern int shinrai_kf_msgrcv(struct kern_ipc_perm *queue,
			     struct task_struct *to) __ksym;

/*
 * The low half of a pointer.  Whoever may see addresses may copy that half, and
 * then it is a number; a helper that reads memory would cost more than the hook.
 */
static __always_inline __u32 low_half(const void *p)
{
	register __u64 from asm("r1") = (__u64)p;
	register __u64 to asm("r0");

	asm("w0 = w1" : "=r"(to) : "r"(from));
	return (__u32)to;
}

/* Hooks may return small negative numbers only, and the verifier asks. */
static __always_inline int obey(int err, int denial)
{
	return err ? -denial : 0;
}

/* As obey(); the system call may also have to be begun again. */
static __always_inline int answer(int err)
{
	if (err == -ERESTARTNOINTR)
		return -ERESTARTNOINTR;
	return obey(err, EPERM);
}

#endif
