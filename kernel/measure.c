// SPDX-License-Identifier: GPL-2.0-only
/*
 * Content is hashed and recorded before it is used.
 *
 * One task at a time measures a backing inode (flight.c); the others then look
 * at their own mark.  A mark is filled last, when the record has reached its
 * PCR, so the BPF fast path never lets anybody ahead.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/iversion.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "compat.h"
#include "core.h"

#define TRIES 3

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

/**
 * shinrai_measurable() - is there content in a file, or only memory?
 * @file: the file
 *
 * Return: false for devices and for shared memory of the kernel's own.
 */
bool shinrai_measurable(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	return S_ISREG(inode->i_mode) && !IS_PRIVATE(inode);
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
	if (!v->counter)
		v->version = shinrai_ctime(inode) ^ (u64)i_size_read(inode);
	else if (query)
		v->version = inode_query_iversion(inode);
	else
		v->version = inode_peek_iversion(inode);
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
		ret = shinrai_user_admit(use->who.payer, true);
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
	if (shinrai_log_late(seq))
		return -EIO;
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

/* What is refused is in its PCR before the caller is told so. */
static void wait_refused(u64 seq)
{
	if (shinrai_phase() == SHINRAI_ARMED)
		shinrai_log_wait(seq, SHINRAI_WAIT_MS);
}

/* Hashing failed.  Who was killed has not used it. */
static void tell_unmeasured(const struct shinrai_use *use, int err, u64 key)
{
	const bool refused = shinrai_enforcing();
	u64 seq;

	if (err == EINTR)
		return;
	shinrai_oddity_unmeasured(use->kind, refused ? SHINRAI_CODE_REFUSED : 0,
				  err, key, &use->path, &use->who, GFP_KERNEL,
				  &seq);
	if (refused)
		wait_refused(seq);
}

/*
 * The content did not hold still.  Return: 0 it is used all the same; -EBUSY
 * when it is refused, and then it is no content that ran.
 */
static int tell_unsteady(const struct shinrai_use *use,
			 enum shinrai_reason reason, u64 key)
{
	const bool refused = shinrai_enforcing();
	u64 seq;

	shinrai_oddity_violation(reason, refused ? SHINRAI_CODE_REFUSED : 0,
				 key, use->digest, &use->path, &use->who,
				 GFP_KERNEL, &seq);
	if (!refused)
		return 0;
	wait_refused(seq);
	return -EBUSY;
}

static enum shinrai_reason unsteady(enum shinrai_outcome outcome)
{
	switch (outcome) {
	case SHINRAI_WRITERS:
		return SHINRAI_REASON_OPEN_WRITERS;
	case SHINRAI_CHANGED:
		return SHINRAI_REASON_CHANGED;
	default:
		return 0;
	}
}

static int measure_lead(struct file *file, struct shinrai_mark *mark, u8 kind,
			u32 flags, const struct shinrai_who *who)
{
	const u64 key = shinrai_inode_key(file_inode(file));
	enum shinrai_outcome outcome;
	enum shinrai_reason reason;
	struct shinrai_view before;
	struct shinrai_use use;
	bool late;
	int ret;

	use_begin(&use, file, kind, flags, who);
	ret = hash_steady(file, &use, &before, &outcome);
	if (ret) {
		tell_unmeasured(&use, -ret, key);
		goto out;
	}
	reason = unsteady(outcome);
	if (reason) {
		ret = tell_unsteady(&use, reason, key ^ digest_key(&use));
		if (ret)
			goto out;
	}
	ret = record(&use);
	/* Degraded: recorded, though not extended; do not hash it for ever. */
	late = ret == -EIO && !shinrai_enforcing();
	if (!reason && (!ret || late))
		mark_fill(mark, &before);
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
	const struct inode *inode = backing_inode(file);
	struct shinrai_view now;
	struct shinrai_flight flight;
	int ret;

	might_sleep();
	if (!shinrai_measurable(file))
		return shinrai_measure_anon(flags);
	for (;;) {
		look(&now, file, false);
		if (mark_valid(mark, &now))
			return 0;
		ret = shinrai_flight_lead(&flight, inode);
		if (ret <= 0)
			break;
		if (shinrai_flight_wait(inode))
			return -EINTR;
	}
	if (ret)
		return shinrai_verdict(ret);
	look(&now, file, false);
	if (!mark_valid(mark, &now))
		ret = measure_lead(file, mark, kind, flags, who);
	shinrai_flight_land(&flight);
	return shinrai_verdict(ret);
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
	int ret = shinrai_oddity_anon(flags, GFP_KERNEL, &seq);

	if (!ret && shinrai_phase() == SHINRAI_ARMED)
		ret = shinrai_log_wait(seq, SHINRAI_WAIT_MS);
	/* Nobody can know it, so it is always unknown code. */
	if (!ret && shinrai_degraded())
		ret = -EIO;
	return shinrai_verdict(ret);
}

/**
 * shinrai_measure_init() - draw the secret that inode identities are keyed by
 */
void shinrai_measure_init(void)
{
	get_random_bytes(&inode_secret, sizeof(inode_secret));
}
