/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Labels that follow data: which are live, who holds them, what holds them, and
 * where they may go.  A set of labels is a bit for each live one.
 *
 * Locks, outer first: grow (grow.c, sleeps) > a memory map's > the filesystem's
 * > the tables' spinlocks (interrupts off; any context).
 */
#ifndef _SHINRAI_LABEL_H
#define _SHINRAI_LABEL_H

#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/types.h>

#include <shinrai/policy.h>
#include <shinrai/quick.h>

#include "core.h"

struct cgroup;
struct kern_ipc_perm;
struct key;
struct mm_struct;
struct msghdr;
struct sk_buff;
struct sock;
struct sockaddr;
struct socket;
struct task_struct;
struct tty_struct;

/* label.c: the live labels, at most SHINRAI_MAX_LABELS in a boot */

#define SHINRAI_XATTR_SIZE \
	(4 + SHINRAI_MAX_LABELS * sizeof(struct shinrai_label_id))

int shinrai_label_find(const struct shinrai_label_id *id, u64 *bit);
u64 shinrai_label_all(void);
u64 shinrai_label_owner(u64 labels, u8 owner[SHINRAI_DIGEST_SIZE]);
u64 shinrai_label_of_policy(const struct shinrai_policy *p, u64 labels);
u64 shinrai_label_to_live(const struct shinrai_policy *p, u64 own);
size_t shinrai_label_list(u64 labels, struct shinrai_label_id *out);
bool shinrai_label_same(const u8 *value, size_t len, u64 labels);
int shinrai_label_parse(const u8 *value, size_t len, u64 *labels);
size_t shinrai_label_print(u64 labels, u8 value[SHINRAI_XATTR_SIZE]);

/* live.c: everything that follows labels, attached when the first one shows */

int shinrai_live(void);
bool shinrai_is_live(void);
int shinrai_arm_flow(u32 *links);

/* label_dev.c: what the administrator asks */

int shinrai_label_dev_file(void __user *arg, bool writable);
int shinrai_label_dev_process(void __user *arg);

/* quick.c: what the BPF programs see of the tables */

void shinrai_quick_set(struct shinrai_quick *always,
		       struct shinrai_quick *flow);
void shinrai_quick_probing(void);
void shinrai_quick_grants(void);
void shinrai_quick_subject(const void *key, bool add);
void shinrai_quick_object(const void *key, bool add);

/* subject.c: the labels of address spaces */

struct shinrai_subject {
	struct hlist_node node;
	struct shinrai_subject *dead; /* the next one, when it is collected */
	struct mm_struct *mm; /* grabbed: its address is nobody else's */
	u64 labels; /* grow under subjects' lock; read with READ_ONCE() */
	u64 excused; /* what it handles by a grant, and is not marked with */
	bool granted; /* nothing of its caller's leads its program astray */
	bool known; /* digest is set; never unset */
	u8 digest[SHINRAI_DIGEST_SIZE]; /* of the program that it runs */
};

void shinrai_subject_exit(void);
u64 shinrai_subject_labels(const struct mm_struct *mm);
int shinrai_subject_add(struct mm_struct *mm, u64 labels, gfp_t gfp);
void shinrai_subject_fork(struct mm_struct *parent, struct task_struct *child);
bool shinrai_subject_program(const struct mm_struct *mm,
			     u8 digest[SHINRAI_DIGEST_SIZE]);
u64 shinrai_subject_held(const struct mm_struct *mm);
int shinrai_subject_grant(struct mm_struct *mm, u64 labels,
			  const u8 digest[SHINRAI_DIGEST_SIZE]);
bool shinrai_subject_granted(const struct mm_struct *mm,
			     u8 digest[SHINRAI_DIGEST_SIZE]);
void shinrai_subject_excuse(struct mm_struct *mm, u64 labels);
void shinrai_subject_set_program(struct mm_struct *mm,
				 const u8 digest[SHINRAI_DIGEST_SIZE]);
u32 shinrai_subject_count(void);

/* One inode for all of these files, so it says nothing of any of them. */
static inline bool shinrai_is_anon(const struct inode *inode)
{
	return inode->i_sb->s_magic == ANON_INODE_FS_MAGIC;
}

static inline u64 shinrai_current_labels(void)
{
	return current->mm && !(current->flags & PF_KTHREAD) ?
		       shinrai_subject_labels(current->mm) :
		       0;
}

/* object.c: the labels of what data passes through, by its address */

/* Who sent by a socket last. */
struct shinrai_sender {
	u32 uid;
	bool known; /* digest is set */
	u8 digest[SHINRAI_DIGEST_SIZE];
	struct cgroup *cgroup; /* with a reference, or NULL */
};

enum shinrai_object_kind {
	SHINRAI_OBJECT_INODE,
	SHINRAI_OBJECT_SOCK,
	SHINRAI_OBJECT_TTY, /* of what is read from it; a reference is held */
	SHINRAI_OBJECT_KEY,
	SHINRAI_OBJECT_IPC, /* struct kern_ipc_perm */
};

struct shinrai_object {
	struct hlist_node node;
	struct rcu_head rcu;
	enum shinrai_object_kind kind;
	struct shinrai_object *dead; /* the next one, when it is collected */
	const void *key; /* a pointer, as its kind says */
	u64 labels; /* only grow */
	struct shinrai_sender sender; /* of sockets; under the table's lock */
};

u64 shinrai_object_labels(const void *key);
int shinrai_object_add(const void *key, enum shinrai_object_kind kind,
		       u64 labels, gfp_t gfp);
bool shinrai_object_sender(const void *key, struct shinrai_sender *sender);
void shinrai_object_sent(const void *key, const struct shinrai_sender *sender);
int shinrai_object_watch(const struct inode *inode);
void shinrai_object_forget(const void *key);
u32 shinrai_object_count(void);

/* keep.c: labels of files, in their xattr and in memory */

int shinrai_keep_probe(struct dentry *dentry, struct inode *inode, u64 *labels);
int shinrai_keep_add(const struct path *path, u64 labels, bool writing);
bool shinrai_keep_writing(void);

/* grow.c: a subject or object gets labels, and what that entails */

int shinrai_grow(struct mm_struct *mm, u64 labels);
int shinrai_grow_alone(struct mm_struct *mm, u64 labels);
int shinrai_grow_atomic(struct mm_struct *mm, u64 labels);
int shinrai_grow_through(struct mm_struct *mm, u64 labels);
int shinrai_grow_file(struct file *file, u64 labels);
int shinrai_grow_unlinked(struct file *file, u64 labels);
int shinrai_grow_named(struct file *file, u64 labels);

/* later.c: what may not be done here */

int shinrai_grow_later(struct file *file, int mask);
int shinrai_grow_soon(struct mm_struct *mm, u64 labels);
int shinrai_take_alone(struct task_struct *task, u64 labels);
int shinrai_take_now(struct task_struct *task, u64 labels);

/* inflight.c: system calls that were let through before */

#define SHINRAI_INFLIGHT_MAX 256

void shinrai_inflight_readers(const struct inode *inode, u64 labels);
int shinrai_inflight_maps(const struct mm_struct *mm);
int shinrai_inflight_traces(const struct mm_struct *mm, u64 labels);
bool shinrai_inflight_traced(struct task_struct *task);
u32 shinrai_inflight_writes(const struct mm_struct *mm, struct file **out);

/* unhooked.c: ways of data that no hook sees */

int shinrai_unhooked_start(void);
void shinrai_unhooked_stop(void);

/* flow.c: what labelled data does is judged, recorded, and refused */

struct shinrai_flow {
	u64 labels; /* live */
	struct shinrai_access access; /* program and cgroup are filled in */
	const struct path *path; /* of the file that it is about, or NULL */
	struct mm_struct *mm; /* who; NULL: the current task's */
	struct task_struct *by; /* who; NULL: the current task */
	bool may_sleep; /* and then a denial is in its PCR when it returns */
	bool propagate; /* the label goes along: refuse only what a rule denies */
	bool stuck; /* the label cannot go along: no rule can allow it */
	const struct sock *packet; /* of which this is one; else NULL */
};

int shinrai_flow_check(struct shinrai_flow *f);
int shinrai_flow_hold(u8 action, u64 labels, const struct path *path,
		      bool may_sleep);
int shinrai_flow_packet(struct shinrai_flow *f);

/* program.c: which program a subject runs, and what it is granted */

bool shinrai_program_digest(struct mm_struct *mm, bool may_sleep,
			    u8 digest[SHINRAI_DIGEST_SIZE]);
int shinrai_grant_exec(struct linux_binprm *bprm, u64 labels, u64 *free);
u64 shinrai_grant_join(struct mm_struct *mm, u64 labels);

/* recall.c: what was allowed, for as long as policies stay as they are */

enum shinrai_recall_how {
	SHINRAI_RECALL_PACKET = 1 << 0, /* judged without meters */
	SHINRAI_RECALL_PROPAGATE = 1 << 1,
	SHINRAI_RECALL_PROGRAM = 1 << 2, /* it is known */
};

#define SHINRAI_RECALL_SINK                      \
	(offsetof(struct shinrai_access, addr) + \
	 sizeof_field(struct shinrai_access, addr))

/*
 * All that an answer depends on which no condition and no text had a part in.
 * Compared as bytes, so it has no holes.
 */
struct shinrai_recall_key {
	u64 labels;
	u64 cgroup; /* its id */
	u32 epoch; /* of the policies, read before they were asked */
	u32 uid;
	u8 access[SHINRAI_RECALL_SINK]; /* from its action to its address */
	u8 how;
	u8 reserved[5];
	u8 program[SHINRAI_DIGEST_SIZE];
};

bool shinrai_recall(const struct shinrai_recall_key *k, u64 *flow);
void shinrai_recall_keep(const struct shinrai_recall_key *k, u64 flow);

/* flowlog.c: each distinct flow is an event, repetitions are counted */

struct shinrai_flow_record {
	const struct shinrai_flow *flow;
	const u8 *owner; /* whose labels decided */
	u64 generation; /* of his policy; 0: there is none */
	u32 line; /* of the rule; 0 none */
	u8 verdict;
	bool refused;
	bool urgent;
};

void shinrai_flowlog_start(void);
int shinrai_flowlog_add(const struct shinrai_flow_record *r, gfp_t gfp,
			u64 *seq, u64 *flow);
bool shinrai_flowlog_again(u64 flow, u64 bytes);
void shinrai_flowlog_flush(void);
int shinrai_label_event(enum shinrai_label_reason reason, u64 labels,
			const struct path *path, gfp_t gfp, u64 *seq);

/* sink.c: where data goes */

bool shinrai_sink_socket(struct shinrai_access *a, const struct sock *sk,
			 const struct sockaddr *to, int to_len);
void shinrai_sink_device(struct shinrai_access *a, struct inode *inode);
bool shinrai_sink_media(struct shinrai_access *a, const struct super_block *sb);
bool shinrai_sink_remote(const struct super_block *sb);

/* egress.c: packets of labelled sockets are held against the rules again */

int shinrai_egress_start(void);
void shinrai_egress_stop(void);

/* access.c: what the hooks ask */

/* Where a worker of io_uring has what it is at, as this kernel's BTF says. */
struct shinrai_uring {
	u32 work; /* of a worker: the pointer to its work; 0: not known */
	int opcode; /* from the work: IORING_OP_*, a byte */
};

int shinrai_access_open(struct file *file);
int shinrai_access_permission(struct file *file, int mask,
			      struct shinrai_uring uring);
int shinrai_access_receive(struct file *file);
int shinrai_access_mmap(struct file *file, u64 prot, u64 flags);
int shinrai_access_exec(struct linux_binprm *bprm);
int shinrai_access_trace(struct task_struct *child, u32 mode);
int shinrai_access_traced_by(struct task_struct *parent);
int shinrai_access_delete(struct dentry *dentry);
int shinrai_access_setsockopt(const struct socket *sock, int level, int name);
int shinrai_access_xattr(struct dentry *dentry, const char *name,
			 const void *value, size_t size);
int shinrai_access_setxattr(struct dentry *dentry, const char *name,
			    size_t size);
int shinrai_access_getxattr(struct dentry *dentry, const char *name);
int shinrai_access_set_acl(const struct dentry *dentry, u32 entries);
int shinrai_access_settle(struct file *file, int mask);
int shinrai_access_written(struct file *file, u64 labels);
int shinrai_access_bpf(int cmd);
int shinrai_access_ioctl(struct file *file, unsigned int cmd);

/* special.c: what is neither a file nor a socket */

int shinrai_special_write(struct file *file, u64 labels, bool may_sleep);
int shinrai_special_ioctl(struct file *file, unsigned int cmd, u64 labels);
bool shinrai_special_proc(const struct file *file, u64 *labels);
struct mm_struct *shinrai_special_mem(const struct file *file);
u64 shinrai_special_read(const struct file *file);

enum shinrai_key_use {
	SHINRAI_KEY_MAKE, /* as bpf/shinrai_bpf.h has them */
	SHINRAI_KEY_WRITE,
	SHINRAI_KEY_READ,
};

int shinrai_special_key(const struct key *key, enum shinrai_key_use use);
int shinrai_special_msg(const struct kern_ipc_perm *queue,
			struct task_struct *to);

/* access_net.c: the same of sockets */

int shinrai_access_connect(struct socket *sock, struct sockaddr *addr, int len);
int shinrai_access_send(struct socket *sock, struct msghdr *msg, u64 size);
u64 shinrai_access_spliced(struct shinrai_uring uring);
int shinrai_access_splice(struct file *file, u64 labels, u64 bytes,
			  bool may_sleep);
int shinrai_access_recv(struct socket *sock);
int shinrai_access_unix(struct socket *to);
int shinrai_access_netlink(const struct sock *sk, const struct sk_buff *skb);

#endif
