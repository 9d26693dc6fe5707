/* SPDX-License-Identifier: GPL-2.0-only */
/* The kfuncs' prototypes; bpf/shinrai_bpf.h has them for the programs. */
#ifndef _SHINRAI_KFUNCS_H
#define _SHINRAI_KFUNCS_H

#include <linux/types.h>

struct bpf_map;
struct bpf_prog;
struct dentry;
struct file;
struct kern_ipc_perm;
struct linux_binprm;
struct msghdr;
struct path;
struct sk_buff;
struct sock;
struct sockaddr;
struct socket;
struct task_struct;
struct vm_area_struct;

int shinrai_kf_exec(struct linux_binprm *bprm, void *mark, u32 mark__sz);
int shinrai_kf_mmap(struct file *file, void *mark, u32 mark__sz);
int shinrai_kf_anon(void);
int shinrai_kf_mprotect(struct vm_area_struct *vma, u64 prot, void *mark,
			u32 mark__sz);
int shinrai_kf_write(struct file *file, void *mark, u32 mark__sz);
int shinrai_kf_truncate(const struct path *path, void *mark, u32 mark__sz);
int shinrai_kf_read_begin(struct file *file, u32 id, void *mark, u32 mark__sz);
int shinrai_kf_read_file(struct file *file, u64 buf, u64 size, u32 id);
int shinrai_kf_load_data(u64 buf, u64 size, u32 id);
int shinrai_kf_capable(int cap);
int shinrai_kf_load(u32 type, u32 attach, u32 flags);
int shinrai_kf_map(struct bpf_map *map);
int shinrai_kf_prog(struct bpf_prog *prog);
int shinrai_kf_label(struct file *file);
int shinrai_kf_xattr(struct dentry *dentry, u64 name, u64 value, u64 size);
int shinrai_kf_permission(struct file *file, int mask, u32 work, int opcode);
int shinrai_kf_receive(struct file *file);
int shinrai_kf_map_file(struct file *file, u64 prot, u64 flags);
int shinrai_kf_replace(struct linux_binprm *bprm);
int shinrai_kf_trace(struct task_struct *child, u32 mode);
int shinrai_kf_traceme(struct task_struct *parent);
int shinrai_kf_delete(struct dentry *dentry);
int shinrai_kf_connect(struct socket *sock, struct sockaddr *addr, int len);
int shinrai_kf_send(struct socket *sock, struct msghdr *msg, int size);
int shinrai_kf_recv(struct socket *sock);
int shinrai_kf_unix(struct socket *sock, struct socket *other);
int shinrai_kf_netlink(struct sock *sk, struct sk_buff *skb);
int shinrai_kf_freed(u64 key);
int shinrai_kf_ioctl(struct file *file, unsigned int cmd);
int shinrai_kf_core(struct task_struct *task);
int shinrai_kf_key(u64 key, u32 use);
int shinrai_kf_bpf(int cmd);
int shinrai_kf_setsockopt(struct socket *sock, int level, int name);
int shinrai_kf_setxattr(struct dentry *dentry, u64 name, u64 size);
int shinrai_kf_getxattr(struct dentry *dentry, u64 name);
int shinrai_kf_set_acl(struct dentry *dentry, u32 entries);
int shinrai_kf_msgsnd(struct kern_ipc_perm *queue);
int shinrai_kf_msgrcv(struct kern_ipc_perm *queue, struct task_struct *to);

#endif
