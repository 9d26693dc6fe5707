/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module's files share.  Nothing here is visible outside of it. */
#ifndef _SHINRAI_CORE_H
#define _SHINRAI_CORE_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include <shinrai/record.h>
#include <shinrai/version.h>

#include "pure.h"

struct linux_binprm;
struct module;
struct vm_area_struct;

/* A waiter blocks at most this long; then the state is degraded. */
#define SHINRAI_WAIT_MS 2000
#define SHINRAI_LATE_NS (SHINRAI_WAIT_MS * 1000000ULL)

enum shinrai_phase {
	SHINRAI_LOADED,
	SHINRAI_ARMING, /* hooks fire; what they see joins the ARM record */
	SHINRAI_ARMED, /* for good: the module cannot be unloaded any more */
};

enum shinrai_which { SHINRAI_PCR_CODE, SHINRAI_PCR_FLOW, SHINRAI_PCRS };

/* Set once while loading; the mutable ones are read with READ_ONCE(). */
struct shinrai_core {
	enum shinrai_phase phase; /* written under the queue's lock */
	enum shinrai_mode mode; /* only ever observe -> enforce */
	enum shinrai_extend extend; /* fixed from arm on */
	unsigned long flags; /* SHINRAI_FLAG_*, set_bit() only */
	u8 boot_id[SHINRAI_BOOT_ID_SIZE];
	u32 pcr[SHINRAI_PCRS];
	u64 log_max;
	u32 rate;
	u32 burst;
	u32 patience; /* seconds to measure what is running at arm */
	u32 test;
};

#define SHINRAI_FLAG_DEGRADED 0
#define SHINRAI_FLAG_OVERFLOWED 1

extern struct shinrai_core shinrai;

static inline bool shinrai_degraded(void)
{
	return test_bit(SHINRAI_FLAG_DEGRADED, &shinrai.flags);
}

static inline bool shinrai_enforcing(void)
{
	return READ_ONCE(shinrai.mode) == SHINRAI_MODE_ENFORCE;
}

/* Code goes on in observe mode, whatever went wrong, unless it was killed. */
static inline int shinrai_verdict(int err)
{
	if (!err || err == -EINTR)
		return err;
	return shinrai_enforcing() ? -EACCES : 0;
}

/* Acquire: whoever sees a phase sees what was set up before it. */
static inline enum shinrai_phase shinrai_phase(void)
{
	return smp_load_acquire(&shinrai.phase); /* as said above */
}

/* event.c: events under construction, and who caused them */

#define SHINRAI_DRAFT_VALUES 12
#define SHINRAI_DRAFT_SALTS 6

/* One event being built; byte fields still belong to the caller. */
struct shinrai_draft {
	struct shinrai_event ev;
	enum shinrai_share share;
	u8 nvalues;
	u8 nsalts;
	u8 value[SHINRAI_DRAFT_VALUES][8];
	u8 salt[SHINRAI_DRAFT_SALTS][SHINRAI_SALT_SIZE];
};

/* One encoded event on its way into a record. */
struct shinrai_pending {
	struct list_head node;
	u64 seq; /* position in the queue, from 1; set by the queue */
	u64 queued_ns;
	u16 type;
	u8 which; /* enum shinrai_which */
	u8 record; /* enum shinrai_record_type */
	bool urgent; /* must not be held back for a batch */
	u8 share; /* enum shinrai_share */
	u32 len;
	u8 leaf[SHINRAI_TREE_HASH];
	u8 data[];
};

struct shinrai_path {
	char *text; /* inside buf, not terminated; NULL when unknown */
	u16 len;
	bool cut;
	void *buf;
};

/* The acting program and user. */
struct shinrai_who {
	u32 uid;
	u32 login_uid;
	u32 payer; /* whom the event is charged to; 0: nobody */
	u64 cgroup;
	struct shinrai_path exe;
};

struct shinrai_draft *shinrai_draft_new(u16 type, gfp_t gfp);
void shinrai_draft_uint(struct shinrai_draft *d, u8 id, u64 value, u8 size);
void shinrai_draft_bytes(struct shinrai_draft *d, u8 id, const void *data,
			 size_t len);
void shinrai_draft_who(struct shinrai_draft *d, const struct shinrai_who *who,
		       bool cgroup);
void shinrai_draft_path(struct shinrai_draft *d, u8 id,
			const struct shinrai_path *path);
struct shinrai_pending *shinrai_draft_pack(struct shinrai_draft *d,
					   enum shinrai_which which, gfp_t gfp);
void shinrai_path_get(struct shinrai_path *p, const struct path *path,
		      gfp_t gfp);
void shinrai_path_put(struct shinrai_path *p);
void shinrai_who_get(struct shinrai_who *who, gfp_t gfp);
void shinrai_who_put(struct shinrai_who *who);

/* store.c: the log of record */

struct shinrai_rec {
	refcount_t ref;
	struct rcu_head rcu;
	u64 last_seq; /* every event up to here is in it, or before it */
	u64 queued_ns; /* its oldest event */
	u32 events;
	u8 type; /* enum shinrai_record_type */
	u8 which;
	u32 len;
	u8 data[];
};

int shinrai_store_init(void);
void shinrai_store_exit(void);
int shinrai_store_append(struct shinrai_header *h, struct shinrai_rec **out,
			 enum shinrai_which which, const u8 *events,
			 size_t events_len);
struct shinrai_rec *shinrai_store_get(u64 record);
void shinrai_store_put(struct shinrai_rec *rec);
const u8 *shinrai_store_header(const struct shinrai_rec *rec);
size_t shinrai_store_overhead(void);
u64 shinrai_store_records(void);
u64 shinrai_store_bytes(void);
u64 shinrai_store_first(void);
void shinrai_store_root(u8 root[SHINRAI_TREE_HASH]);
int shinrai_store_trim(u64 record, u64 limit);

/* queue.c: events on their way; log.c: their single writer */

/* Code that appeared while arming and is still to be measured. */
struct shinrai_owed {
	struct list_head node;
	struct file *file;
	u32 uid;
};

struct shinrai_stat {
	u32 pending; /* events that are in no PCR yet */
	u64 events; /* accepted since load */
	u64 violations; /* of those */
	u64 last_seq;
};

int shinrai_log_init(void);
void shinrai_log_exit(void);
int shinrai_log_push(struct shinrai_pending *p, u64 *seq);
int shinrai_log_push_locked(struct shinrai_pending *p, u64 *seq);
unsigned long shinrai_log_lock(void) __acquires(&shinrai);
void shinrai_log_unlock(unsigned long flags) __releases(&shinrai);
bool shinrai_log_done(u64 seq);
bool shinrai_log_late(u64 seq);
bool shinrai_log_behind(void);
int shinrai_log_wait(u64 seq, unsigned int ms);
int shinrai_log_settle(u64 seq, unsigned int ms);
int shinrai_log_flush(unsigned int ms);
int shinrai_log_checkpoint(void);
int shinrai_log_trim(u64 record);
int shinrai_log_state(enum shinrai_reason reason, int err, u64 *seq);
void shinrai_log_degrade(enum shinrai_reason reason, int err);
void shinrai_log_resume(void);
void shinrai_log_asleep(bool asleep);
int shinrai_log_arming(void);
u32 shinrai_log_held(void);
int shinrai_log_owe(struct shinrai_owed *o);
struct shinrai_owed *shinrai_log_owed(void);
int shinrai_log_armed(struct shinrai_pending *arm, u32 held, u64 *seq);
void shinrai_log_disarm(void);
u64 shinrai_log_armed_seq(void);
void shinrai_log_stat(struct shinrai_stat *s);
struct wait_queue_head *shinrai_log_readers(void);

/* pcr.c: banks, digests, and what they add up to */

/* Of a PCR value list, at most. */
#define SHINRAI_PCR_VALUES_SIZE \
	(2 + SHINRAI_MAX_BANKS * SHINRAI_PCRS * (4 + SHINRAI_MAX_BANK_SIZE))

int shinrai_pcr_init(void);
void shinrai_pcr_exit(void);
unsigned int shinrai_pcr_digests(const u8 header[SHINRAI_HEADER_TLV],
				 struct shinrai_digest *digests,
				 u8 (*values)[SHINRAI_MAX_BANK_SIZE]);
void shinrai_pcr_logged(enum shinrai_which which,
			const struct shinrai_digest *digests);
int shinrai_pcr_extend(enum shinrai_which which,
		       const u8 header[SHINRAI_HEADER_TLV], bool *moved);
void shinrai_pcr_snapshot(struct shinrai_bank *code, struct shinrai_bank *flow,
			  u32 *nbanks, u64 *extended);
size_t shinrai_pcr_banks(u8 *out, size_t cap);
size_t shinrai_pcr_values(u8 *out, size_t cap);
u64 shinrai_pcr_extended(void);

/* content.c: one event for each distinct content */

struct shinrai_use {
	u8 kind; /* enum shinrai_kind */
	u32 flags; /* enum shinrai_code_flags */
	u32 fsmagic;
	u64 size;
	u8 digest[SHINRAI_DIGEST_SIZE];
	u8 verity_len; /* 0: none */
	u8 verity[2 + 64]; /* TPM_ALG_ID, fs-verity digest */
	struct shinrai_path path;
	struct shinrai_who who;
};

int shinrai_content_init(void);
void shinrai_content_exit(void);
void shinrai_content_forget(void);
bool shinrai_content_known(const struct shinrai_use *use, u64 *seq);
int shinrai_content_record(const struct shinrai_use *use, gfp_t gfp, u64 *seq);

/* oddity.c: what is told beside it, once */

void shinrai_oddity_init(void);
void shinrai_oddity_forget(void);
int shinrai_oddity_violation(enum shinrai_reason reason, u32 code_flags,
			     u64 key, const u8 *digest,
			     const struct shinrai_path *path,
			     const struct shinrai_who *who, gfp_t gfp,
			     u64 *seq);
int shinrai_oddity_unmeasured(u8 kind, u32 code_flags, int err, u64 key,
			      const struct shinrai_path *path,
			      const struct shinrai_who *who, gfp_t gfp,
			      u64 *seq);
int shinrai_oddity_anon(u32 code_flags, gfp_t gfp, u64 *seq);

/* user.c: who pays, and how much each may */

int shinrai_user_init(void);
void shinrai_user_exit(void);
u32 shinrai_user_payer(void);
int shinrai_user_admit(u32 payer, bool may_sleep);

/* hash.c: SHA-256 of files and kernel buffers */

int shinrai_hash_init(void);
void shinrai_hash_exit(void);
int shinrai_hash_file(struct file *file, unsigned long end,
		      u8 digest[SHINRAI_DIGEST_SIZE], u64 *size);
int shinrai_hash_kernel(const void *buf, size_t size,
			u8 digest[SHINRAI_DIGEST_SIZE]);

/* mark.c: what a file holds, and what is remembered of it */

/* A content on its way to be used. */
struct shinrai_source {
	struct file *file; /* whose bytes are used */
	struct file *shown; /* under whose path; another one for an overlay */
	const struct shinrai_who *who; /* NULL: the current task */
	u32 flags; /* enum shinrai_code_flags */
	u8 kind; /* enum shinrai_kind */
};

void shinrai_mark_init(void);
u64 shinrai_inode_key(const struct inode *inode);
bool shinrai_measurable(const struct file *file);
int shinrai_unstable(const struct file *file);
void shinrai_view_take(struct shinrai_view *v, const struct shinrai_source *src,
		       bool query);
bool shinrai_view_pinned(struct inode *inode);
bool shinrai_view_tail(struct inode *inode);
u64 shinrai_mark_claim(struct shinrai_mark *mark);
int shinrai_mark_settle(struct shinrai_mark *mark, u64 claim,
			const struct shinrai_view *before,
			const struct shinrai_source *src);
bool shinrai_mark_valid(const struct shinrai_mark *mark,
			const struct shinrai_view *now);
bool shinrai_mark_holds(struct file *file, const struct shinrai_mark *mark);

/* hook.c: measuring where the mark is at hand */

bool shinrai_hook_answer(struct file *file, struct shinrai_mark *mark,
			 int *ret);
int shinrai_hook_measure(const struct shinrai_source *src);

/* flight.c: one task at a time measures an inode */

struct shinrai_flight {
	struct hlist_node node;
	const struct inode *inode;
	const struct task_struct *owner;
};

int shinrai_flight_lead(struct shinrai_flight *f, const struct inode *inode);
void shinrai_flight_land(struct shinrai_flight *f);
int shinrai_flight_wait(const struct inode *inode);

/* measure.c, buffer.c, late.c: content is hashed and recorded before its use */

int shinrai_measure(const struct shinrai_source *src,
		    struct shinrai_mark *mark);
int shinrai_measure_file(struct file *file, struct shinrai_mark *mark, u8 kind,
			 u32 flags);
int shinrai_measure_buffer(struct file *file, const void *buf, size_t size,
			   u8 kind);
u64 shinrai_measure_kernel_seq(void);
bool shinrai_measure_passed(void);
int shinrai_measure_anon(u32 flags);
int shinrai_measure_mprotect(struct vm_area_struct *vma, u64 prot,
			     struct shinrai_mark *mark);
void shinrai_measure_wait_late(u64 seq);
void shinrai_measure_written(const struct path *path, struct inode *inode,
			     struct shinrai_mark *mark);

/* kfuncs.c, guard.c: what the BPF programs may call */

int shinrai_kfuncs_init(void);
int shinrai_guard_probe(void);
int shinrai_guard_capable(int cap);
int shinrai_guard_load(u32 type, u32 attach, u32 flags);

/* job.c: what is running is measured by threads that can be given up */

int shinrai_job_measure(struct file *file, u8 kind, u32 flags, u32 uid,
			unsigned long patience);

/* arm.c, running.c */

int shinrai_arm(void);
void shinrai_arm_exit(void);
bool shinrai_arm_owns_map(const void *map);
bool shinrai_arm_owns_prog(const void *prog);
int shinrai_running_record(unsigned long end);
int shinrai_running_module(const char *name);
int shinrai_running_owe(struct file *file, u32 uid);
void shinrai_running_pay(unsigned long end);
void shinrai_running_forget(void);
u32 shinrai_running_tasks(void);

/* notify.c, cdev.c, sysfs.c */

int shinrai_notify_init(void);
void shinrai_notify_exit(void);
int shinrai_set_enforcing(void);
int shinrai_cdev_init(void);
void shinrai_cdev_exit(void);
int shinrai_sysfs_init(void);
void shinrai_sysfs_exit(void);

#endif
