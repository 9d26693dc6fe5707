// SPDX-License-Identifier: GPL-2.0-only
/*
 * Content is hashed and recorded before it is used.
 *
 * One task at a time measures a backing inode; others that want it wait for
 * that one and then look at their own mark.  A mark is filled last, when the
 * record has reached its PCR, so the BPF fast path never lets anybody ahead.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/iversion.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "compat.h"
#include "core.h"

#define TRIES 3
#define FLIGHT_BITS 6

struct flight {
	struct hlist_node node;
	const struct inode *inode;
	const struct task_struct *owner;
};

static DEFINE_SPINLOCK(flights_lock);
static struct hlist_head flights[1 << FLIGHT_BITS];
static DECLARE_WAIT_QUEUE_HEAD(flights_wait);
static siphash_aligned_key_t inode_secret;

/**
 * shinrai_inode_key() - identity of an inode, for marks and repetitions
 * @inode: the inode
 *
 * Return: a keyed hash of device, number and generation.
 */
u64 shinrai_inode_key(const struct inode *inode)
{
	return siphash_3u64(inode->i_sb->s_dev, inode->i_ino,
			    inode->i_generation, &inode_secret);
}

/* The inode that holds the content: overlayfs has none of its own. */
static struct inode *backing_inode(const struct file *file)
{
	struct dentry *dentry = file->f_path.dentry;
	struct inode *inode = file_inode(file);

	/* A real file below an overlay mapping, under the overlay's path. */
	if (d_inode(dentry) != inode)
		return inode;
	return d_real_inode(dentry) ?: inode;
}

/* @query makes the next change of the content move the counter. */
static void look(struct shinrai_view *v, const struct file *file, bool query)
{
	struct inode *inode = backing_inode(file);

	v->counter = IS_I_VERSION(inode);
	v->overlay = inode != file_inode(file);
	v->backing = shinrai_inode_key(inode);
	v->version = 0;
	if (v->counter)
		v->version = query ? inode_query_iversion(inode) :
				     inode_peek_iversion(inode);
	v->writers = inode_is_open_for_write(inode) ||
		     mapping_writably_mapped(inode->i_mapping);
}

static void mark_fill(struct shinrai_mark *m, const struct shinrai_view *v)
{
	WRITE_ONCE(m->version, 0);
	smp_wmb(); /* nobody pairs an old version with the new backing */
	WRITE_ONCE(m->backing, v->backing);
	/* Pairs with the acquire in mark_valid(). */
	smp_store_release(&m->version, shinrai_cache_stamp(v));
}

static bool mark_valid(const struct shinrai_mark *m,
		       const struct shinrai_view *v)
{
	struct shinrai_mark copy;

	/* Pairs with the release in mark_fill(). */
	copy.version = smp_load_acquire(&m->version);
	copy.backing = READ_ONCE(m->backing);
	return shinrai_cache_valid(&copy, v);
}

static struct hlist_head *flight_bucket(const struct inode *inode)
{
	return &flights[hash_ptr(inode, FLIGHT_BITS)];
}

static struct flight *flight_find(const struct inode *inode)
{
	struct flight *f;

	lockdep_assert_held(&flights_lock);
	hlist_for_each_entry(f, flight_bucket(inode), node) {
		if (f->inode == inode)
			return f;
	}
	return NULL;
}

/* Return: 0 when @f now leads; 1 when another one leads; -EDEADLK. */
static int flight_lead(struct flight *f, const struct inode *inode)
{
	const struct flight *other;
	int ret = 0;

	f->inode = inode;
	f->owner = current;
	spin_lock(&flights_lock);
	other = flight_find(inode);
	if (!other)
		hlist_add_head(&f->node, flight_bucket(inode));
	else
		/* A program on a hook that our own reading runs into. */
		ret = other->owner == current ? -EDEADLK : 1;
	spin_unlock(&flights_lock);
	return ret;
}

static bool flight_over(const struct inode *inode)
{
	bool over;

	spin_lock(&flights_lock);
	over = !flight_find(inode);
	spin_unlock(&flights_lock);
	return over;
}

static void flight_land(struct flight *f)
{
	spin_lock(&flights_lock);
	hlist_del(&f->node);
	spin_unlock(&flights_lock);
	wake_up_all(&flights_wait);
}

/**
 * shinrai_mark_holds() - is this file's content measured as it is now?
 * @file: of a mapping: never an overlay's own
 * @mark: in the storage of the file's inode
 *
 * Context: does not sleep.
 * Return: true when it is.
 */
bool shinrai_mark_holds(const struct file *file,
			const struct shinrai_mark *mark)
{
	struct shinrai_view now;

	look(&now, file, false);
	return mark_valid(mark, &now);
}

/* Code goes on in observe mode, whatever went wrong, unless it was killed. */
static int verdict(int err)
{
	if (!err || err == -EINTR)
		return err;
	return shinrai_enforcing() ? -EACCES : 0;
}

/* Batched user code does not wait, unless the queue is already long. */
static bool must_wait(u8 kind)
{
	struct shinrai_stat s;

	if (READ_ONCE(shinrai.extend) == SHINRAI_EXTEND_SYNC ||
	    kind >= SHINRAI_KIND_MODULE)
		return true;
	shinrai_log_stat(&s);
	return s.pending > SHINRAI_BATCH_EVENTS;
}

/* Return: 0 when the record has reached its PCR as it must; else why not. */
static int record(const struct shinrai_use *use)
{
	u64 seq;
	int ret;

	if (!shinrai_content_known(use, &seq)) {
		ret = shinrai_content_admit(use->who.uid, true);
		if (ret)
			return ret;
	}
	do {
		ret = shinrai_content_record(use, GFP_KERNEL, &seq);
	} while (ret == -EAGAIN);
	if (ret == -ENOMEM)
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, ENOMEM);
	if (ret < 0)
		return ret;
	if (shinrai_phase() != SHINRAI_ARMED)
		return 0;
	if (!must_wait(use->kind) && !shinrai_degraded())
		return 0;
	return shinrai_log_wait(seq, SHINRAI_WAIT_MS);
}

static void use_begin(struct shinrai_use *use, struct file *file, u8 kind,
		      u32 flags, const struct shinrai_who *who)
{
	memset(use, 0, sizeof(*use));
	use->kind = kind;
	use->flags = flags;
	use->fsmagic = (u32)backing_inode(file)->i_sb->s_magic;
	shinrai_path_get(&use->path, &file->f_path, GFP_KERNEL);
	if (who)
		use->who = *who;
	else
		shinrai_who_get(&use->who, GFP_KERNEL);
}

static void use_end(struct shinrai_use *use, const struct shinrai_who *who)
{
	shinrai_path_put(&use->path);
	if (!who)
		shinrai_who_put(&use->who);
}

/* Hashes until the content holds still, or gives up and says so. */
static int hash_steady(struct file *file, struct shinrai_use *use,
		       struct shinrai_view *before,
		       enum shinrai_outcome *outcome)
{
	struct shinrai_view after;
	int tries, ret;

	for (tries = 0; tries < TRIES; tries++) {
		look(before, file, true);
		ret = shinrai_hash_file(file, use->digest, &use->size);
		if (ret)
			return ret;
		look(&after, file, false);
		*outcome = shinrai_cache_judge(before, &after);
		if (*outcome != SHINRAI_CHANGED)
			break;
	}
	use->verity_len = shinrai_verity(backing_inode(file), use->verity);
	if (!before->counter)
		use->flags |= SHINRAI_CODE_UNCACHED;
	if (before->overlay)
		use->flags |= SHINRAI_CODE_OVERLAY;
	return 0;
}

static u64 digest_key(const struct shinrai_use *use)
{
	u64 key;

	memcpy(&key, use->digest, sizeof(key));
	return key;
}

static int measure_lead(struct file *file, struct shinrai_mark *mark, u8 kind,
			u32 flags, const struct shinrai_who *who)
{
	enum shinrai_reason reason = 0;
	enum shinrai_outcome outcome;
	struct shinrai_view before;
	struct shinrai_use use;
	bool late;
	u64 key;
	int ret;

	use_begin(&use, file, kind, flags, who);
	key = shinrai_inode_key(file_inode(file));
	ret = hash_steady(file, &use, &before, &outcome);
	if (ret) {
		shinrai_content_unmeasured(kind, -ret, key, &use.path, &use.who,
					   GFP_KERNEL);
		goto out;
	}
	if (outcome == SHINRAI_WRITERS)
		reason = SHINRAI_REASON_OPEN_WRITERS;
	else if (outcome == SHINRAI_CHANGED)
		reason = SHINRAI_REASON_CHANGED;
	if (reason)
		shinrai_content_violation(reason, key ^ digest_key(&use),
					  use.digest, &use.path, &use.who,
					  GFP_KERNEL);
	ret = record(&use);
	/* Degraded: recorded, though not extended; do not hash it for ever. */
	late = ret == -EIO && !shinrai_enforcing();
	if (outcome == SHINRAI_CLEAN && (!ret || late))
		mark_fill(mark, &before);
	if (!ret && reason)
		ret = -EBUSY;
out:
	use_end(&use, who);
	return ret;
}

/**
 * shinrai_measure_file() - have a file's content recorded before it is used
 * @file: open for reading
 * @mark: in the storage of the file's own inode
 * @kind: enum shinrai_kind
 * @flags: enum shinrai_code_flags
 * @who: who uses it; NULL for the current task
 *
 * Context: may sleep, can be killed; no lock held that reading needs.
 * Return: 0 go on; -EACCES in enforce mode; -EINTR.
 */
int shinrai_measure_file(struct file *file, struct shinrai_mark *mark, u8 kind,
			 u32 flags, const struct shinrai_who *who)
{
	struct inode *inode = file_inode(file);
	struct shinrai_view now;
	struct flight flight;
	int ret;

	might_sleep();
	if (!S_ISREG(inode->i_mode) || IS_PRIVATE(inode))
		return shinrai_measure_anon(flags);
	inode = backing_inode(file);
	for (;;) {
		look(&now, file, false);
		if (mark_valid(mark, &now))
			return 0;
		ret = flight_lead(&flight, inode);
		if (ret <= 0)
			break;
		if (wait_event_killable(flights_wait, flight_over(inode)))
			return -EINTR;
	}
	if (ret)
		return verdict(ret);
	look(&now, file, false);
	if (!mark_valid(mark, &now))
		ret = measure_lead(file, mark, kind, flags, who);
	flight_land(&flight);
	return verdict(ret);
}

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

/**
 * shinrai_measure_buffer() - record content that the kernel has just read
 * @file: where it came from, or NULL
 * @buf: not trusted: a bad address is an error, never a fault
 * @size: bytes
 * @kind: enum shinrai_kind
 *
 * The event is urgent but not waited for here, where nothing may sleep; kernel
 * modules are waited for when they are about to run.
 *
 * Context: any but interrupts; does not sleep.
 * Return: 0 go on; -EACCES in enforce mode.
 */
int shinrai_measure_buffer(struct file *file, const void *buf, size_t size,
			   u8 kind)
{
	struct shinrai_use use = { .kind = kind, .size = size };
	u64 key = 0, seq = 0;
	int ret;

	if (file) {
		shinrai_path_get(&use.path, &file->f_path, GFP_ATOMIC);
		use.fsmagic = (u32)file_inode(file)->i_sb->s_magic;
		key = shinrai_inode_key(file_inode(file));
	} else {
		use.flags = SHINRAI_CODE_BUFFER;
	}
	/* Only modules are met once more, where it can be waited for. */
	if (kind != SHINRAI_KIND_MODULE)
		use.flags |= SHINRAI_CODE_LATE;
	shinrai_who_get(&use.who, GFP_ATOMIC);
	ret = shinrai_hash_kernel(buf, size, use.digest);
	if (ret) {
		shinrai_content_unmeasured(kind, -ret, key, &use.path, &use.who,
					   GFP_ATOMIC);
	} else {
		do {
			ret = shinrai_content_record(&use, GFP_ATOMIC, &seq);
		} while (ret == -EAGAIN);
		if (ret == -ENOMEM)
			shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY,
					    ENOMEM);
		else if (ret >= 0 && shinrai_log_owed(seq))
			ret = -EIO;
		if (ret >= 0)
			let_through(seq);
	}
	shinrai_path_put(&use.path);
	shinrai_who_put(&use.who);
	return ret < 0 ? verdict(ret) : 0;
}

/**
 * shinrai_measure_anon() - memory without a file becomes executable
 * @flags: enum shinrai_code_flags
 *
 * Context: may sleep, can be killed.
 * Return: 0 go on; -EACCES in enforce mode; -EINTR.
 */
int shinrai_measure_anon(u32 flags)
{
	u64 seq;
	int ret = shinrai_content_anon(flags, GFP_KERNEL, &seq);

	if (!ret && shinrai_phase() == SHINRAI_ARMED)
		ret = shinrai_log_wait(seq, SHINRAI_WAIT_MS);
	/* Nobody can know it, so it is always unknown code. */
	if (!ret && shinrai_degraded())
		ret = -EIO;
	return verdict(ret);
}

/**
 * shinrai_measure_init() - draw the secret that inode identities are keyed by
 */
void shinrai_measure_init(void)
{
	get_random_bytes(&inode_secret, sizeof(inode_secret));
}
