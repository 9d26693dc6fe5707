// SPDX-License-Identifier: GPL-2.0-only
/*
 * Content is hashed and recorded before it is used.
 *
 * One task at a time measures an inode (flight.c); the others then look at its
 * mark.  A mark is filled last, when the record has reached its PCR, so the BPF
 * fast path never lets anybody ahead.
 */
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat.h"
#include "core.h"

#define TRIES 3
#define HASH_S 60 /* no hook takes longer, whatever the file */

/* Batched user code does not wait, unless the queue is already long. */
static bool must_wait(u8 kind)
{
	if (READ_ONCE(shinrai.extend) == SHINRAI_EXTEND_SYNC ||
	    kind >= SHINRAI_KIND_MODULE)
		return true;
	return shinrai_log_behind();
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

static void use_begin(struct shinrai_use *use, const struct shinrai_source *src)
{
	memset(use, 0, sizeof(*use));
	use->kind = src->kind;
	use->flags = src->flags;
	if (src->shown != src->file)
		use->flags |= SHINRAI_CODE_OVERLAY;
	use->fsmagic = (u32)file_inode(src->file)->i_sb->s_magic;
	shinrai_path_get(&use->path, shinrai_file_path(src->shown), GFP_KERNEL);
	if (src->who)
		use->who = *src->who;
	else
		shinrai_who_get(&use->who, GFP_KERNEL);
}

static void use_end(struct shinrai_use *use, const struct shinrai_source *src)
{
	shinrai_path_put(&use->path);
	if (!src->who)
		shinrai_who_put(&use->who);
}

/* Hashes until the content holds still, or gives up and says so. */
static int hash_steady(const struct shinrai_source *src,
		       struct shinrai_use *use, struct shinrai_mark *mark,
		       u64 *claim, struct shinrai_view *before,
		       enum shinrai_outcome *outcome)
{
	const unsigned long end = jiffies + HASH_S * HZ;
	struct inode *inode = file_inode(src->file);
	struct shinrai_view after;
	int tries, ret;

	for (tries = 0; tries < TRIES; tries++) {
		*claim = shinrai_mark_claim(mark);
		shinrai_view_take(before, src, true);
		ret = shinrai_hash_file(src->file, end, use->digest,
					&use->size);
		if (ret)
			return ret;
		shinrai_view_take(&after, src, false);
		after.writers |= shinrai_view_pinned(inode);
		after.moved |= shinrai_view_tail(inode);
		*outcome = shinrai_cache_judge(before, &after);
		if (*outcome != SHINRAI_CHANGED)
			break;
		/* Moves some counters, and clears what is behind the end. */
		filemap_write_and_wait(inode->i_mapping);
	}
	use->verity_len = shinrai_verity(inode, use->verity);
	if (!before->counter)
		use->flags |= SHINRAI_CODE_UNCACHED;
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

static int measure_lead(const struct shinrai_source *src,
			struct shinrai_mark *mark)
{
	const u64 key = shinrai_inode_key(file_inode(src->file));
	enum shinrai_outcome outcome;
	enum shinrai_reason reason;
	struct shinrai_view before;
	struct shinrai_use use;
	int ret, late;
	u64 claim;

	use_begin(&use, src);
	ret = hash_steady(src, &use, mark, &claim, &before, &outcome);
	if (ret) {
		tell_unmeasured(&use, -ret, key);
		goto out;
	}
	reason = unsteady(outcome);
	if (reason)
		ret = tell_unsteady(&use, reason, key ^ digest_key(&use));
	if (!ret)
		ret = record(&use);
	/* Degraded: recorded, though not extended; do not hash it for ever. */
	late = ret == -EIO && !shinrai_enforcing() ? 0 : ret;
	if (!reason && !late &&
	    shinrai_mark_settle(mark, claim, &before, src)) {
		late = tell_unsteady(&use, SHINRAI_REASON_TOMTOU,
				     key ^ digest_key(&use));
		ret = late ? late : ret;
	}
out:
	use_end(&use, src);
	return ret;
}

static int unstable(const struct shinrai_source *src, int err)
{
	struct shinrai_use use;

	use_begin(&use, src);
	tell_unmeasured(&use, -err, shinrai_inode_key(file_inode(src->file)));
	use_end(&use, src);
	return err;
}

/* Waits its turn.  Return: 0 measured by another one; 1 to be measured now. */
static int my_turn(const struct shinrai_source *src,
		   const struct shinrai_mark *mark, struct shinrai_flight *f)
{
	struct shinrai_view now;
	int ret;

	for (;;) {
		shinrai_view_take(&now, src, false);
		if (shinrai_mark_valid(mark, &now))
			return 0;
		ret = shinrai_flight_lead(f, file_inode(src->file));
		if (ret < 0)
			return ret;
		if (!ret)
			break;
		ret = shinrai_flight_wait(file_inode(src->file));
		if (ret == -ETIMEDOUT)
			return 1; /* the other one is slow: both hash */
		if (ret)
			return ret;
	}
	shinrai_view_take(&now, src, false);
	if (!shinrai_mark_valid(mark, &now))
		return 1;
	shinrai_flight_land(f);
	return 0;
}

/**
 * shinrai_measure() - have a file's content recorded before it is used
 * @src: what is used, and how; its file is never an overlay's own
 * @mark: in the storage of the inode of its file
 *
 * Context: may sleep, can be killed; no lock held that reading needs.
 * Return: 0 go on; -EACCES in enforce mode; -EINTR.
 */
int shinrai_measure(const struct shinrai_source *src, struct shinrai_mark *mark)
{
	struct shinrai_flight flight = {};
	int ret;

	might_sleep();
	ret = shinrai_unstable(src->file);
	if (ret)
		return shinrai_verdict(unstable(src, ret));
	ret = my_turn(src, mark, &flight);
	if (ret <= 0)
		return shinrai_verdict(ret);
	ret = measure_lead(src, mark);
	if (flight.inode)
		shinrai_flight_land(&flight);
	return shinrai_verdict(ret);
}

/**
 * shinrai_measure_file() - the same, of whatever a hook was given
 * @file: open for reading, or memory without content
 * @mark: in the storage of the file's own inode
 * @kind: enum shinrai_kind
 * @flags: enum shinrai_code_flags
 *
 * Context: as shinrai_measure().
 * Return: as shinrai_measure().
 */
int shinrai_measure_file(struct file *file, struct shinrai_mark *mark, u8 kind,
			 u32 flags)
{
	const struct shinrai_source src = {
		.file = shinrai_content_file(file),
		.shown = file,
		.kind = kind,
		.flags = flags,
	};

	if (!shinrai_measurable(src.file))
		return shinrai_measure_anon(flags);
	if (src.file != file)
		return shinrai_hook_measure(&src);
	return shinrai_measure(&src, mark);
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
