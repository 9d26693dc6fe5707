// SPDX-License-Identifier: GPL-2.0-only
/*
 * One event for each distinct content in a boot.
 *
 * The table of known contents is read and written under the queue's lock, so
 * that "is it known" and "queue its event" are one step: two tasks that bring
 * the same new content get one event, and both wait for it.  It takes no more
 * than a quarter of the log's memory; beyond that, what was met longest ago is
 * forgotten, and told again when it is met again.
 */
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "core.h"

struct content_key {
	u8 digest[SHINRAI_DIGEST_SIZE];
	u8 kernel; /* code of the kernel, not of a user */
} __packed;

struct known {
	struct hlist_node node;
	struct list_head met; /* the longest ago first */
	struct content_key key;
	u32 epoch; /* of arming; older ones are forgotten */
	u64 seq;
};

static struct {
	struct hlist_head *bucket;
	u32 bits;
	struct list_head met;
	u64 count;
	u32 epoch;
	siphash_key_t secret; /* contents are a user's to choose */
} content;

/**
 * shinrai_content_init() - start with nothing known
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM.
 */
int shinrai_content_init(void)
{
	/* A bucket for each KiB of log: a handful of contents when it is full. */
	content.bits = (u32)ilog2(shinrai.log_max >> 10);
	content.bits = min_t(u32, content.bits, 20);
	content.bucket = kvcalloc(1UL << content.bits, sizeof(*content.bucket),
				  GFP_KERNEL);
	if (!content.bucket)
		return -ENOMEM;
	INIT_LIST_HEAD(&content.met);
	get_random_bytes(&content.secret, sizeof(content.secret));
	return 0;
}

/**
 * shinrai_content_exit() - release everything
 */
void shinrai_content_exit(void)
{
	struct known *k, *next;

	list_for_each_entry_safe(k, next, &content.met, met)
		kfree(k);
	kvfree(content.bucket);
}

/**
 * shinrai_content_forget() - arming failed: nothing has been recorded
 */
void shinrai_content_forget(void)
{
	unsigned long flags = shinrai_log_lock();

	content.epoch++;
	shinrai_log_unlock(flags);
}

static struct hlist_head *bucket_of(const struct content_key *key)
{
	u64 hash = siphash(key, sizeof(*key), &content.secret);

	return &content.bucket[hash >> (64 - content.bits)];
}

/* Caller holds the queue's lock. */
static struct known *find_any(const struct content_key *key)
{
	struct known *k;

	hlist_for_each_entry(k, bucket_of(key), node) {
		if (!memcmp(&k->key, key, sizeof(*key))) {
			list_move_tail(&k->met, &content.met);
			return k;
		}
	}
	return NULL;
}

/* Caller holds the queue's lock. */
static struct known *find(const struct content_key *key)
{
	struct known *k = find_any(key);

	return k && k->epoch == content.epoch ? k : NULL;
}

/* Return: an entry to fill, or NULL without memory. */
static struct known *known_new(void)
{
	struct known *k;

	if ((content.count + 1) * sizeof(*k) <= shinrai.log_max / 4) {
		k = kzalloc(sizeof(*k), GFP_ATOMIC | __GFP_NOWARN);
		if (k)
			content.count++;
		return k;
	}
	k = list_first_entry(&content.met, struct known, met);
	hlist_del(&k->node);
	list_del(&k->met);
	return k;
}

/* Caller holds the queue's lock.  Without memory the content is told again. */
static void remember(const struct content_key *key, u64 seq)
{
	struct known *k = find_any(key);

	if (!k) {
		k = known_new();
		if (!k)
			return;
		k->key = *key;
		hlist_add_head(&k->node, bucket_of(key));
		list_add_tail(&k->met, &content.met);
	}
	k->epoch = content.epoch;
	k->seq = seq;
}

static bool kernel_kind(u8 kind)
{
	return kind >= SHINRAI_KIND_MODULE;
}

static struct shinrai_pending *use_event(const struct shinrai_use *use,
					 gfp_t gfp)
{
	bool arming = shinrai_phase() == SHINRAI_ARMING;
	struct shinrai_draft *d;
	struct shinrai_pending *p;
	u32 flags = use->flags;

	if (use->path.cut)
		flags |= SHINRAI_CODE_PATH_CUT;
	d = shinrai_draft_new(
		arming ? SHINRAI_EVENT_RUNNING : SHINRAI_EVENT_CODE, gfp);
	if (!d)
		return NULL;
	shinrai_draft_uint(d, SHINRAI_FIELD_KIND, use->kind, 1);
	shinrai_draft_bytes(d, SHINRAI_FIELD_DIGEST, use->digest,
			    sizeof(use->digest));
	shinrai_draft_uint(d, SHINRAI_FIELD_SIZE, use->size, 8);
	shinrai_draft_uint(d, SHINRAI_FIELD_FLAGS, flags, 4);
	if (use->fsmagic)
		shinrai_draft_uint(d, SHINRAI_FIELD_FSMAGIC, use->fsmagic, 4);
	if (use->verity_len)
		shinrai_draft_bytes(d, SHINRAI_FIELD_VERITY, use->verity,
				    use->verity_len);
	shinrai_draft_path(d, SHINRAI_FIELD_PATH, &use->path);
	shinrai_draft_who(d, &use->who, true);
	p = shinrai_draft_pack(d, SHINRAI_PCR_CODE, gfp);
	kfree(d);
	if (p)
		p->urgent = shinrai.extend == SHINRAI_EXTEND_SYNC ||
			    kernel_kind(use->kind);
	return p;
}

static struct content_key key_of(const struct shinrai_use *use)
{
	struct content_key key;

	memcpy(key.digest, use->digest, sizeof(key.digest));
	key.kernel = kernel_kind(use->kind);
	return key;
}

/**
 * shinrai_content_known() - is this content in the log, or on its way there?
 * @use: kind and digest count
 * @seq: out, for shinrai_log_wait(); 0 when it is not known
 *
 * Context: any but interrupts.
 * Return: true when it is.
 */
bool shinrai_content_known(const struct shinrai_use *use, u64 *seq)
{
	struct content_key key = key_of(use);
	unsigned long flags = shinrai_log_lock();
	const struct known *k = find(&key);

	*seq = k ? max(k->seq, shinrai_log_armed_seq()) : 0;
	shinrai_log_unlock(flags);
	return k;
}

/**
 * shinrai_content_record() - have a measured content in the log
 * @use: what was measured, and who uses it
 * @gfp: as the context allows
 * @seq: out, for shinrai_log_wait(); 0 while arming
 *
 * Context: any but interrupts.
 * Return: 1 when this call queued its event; 0 when it was known; -ENOMEM;
 * -ENOSPC when the log is full; -EAGAIN when arming ended meanwhile.
 */
int shinrai_content_record(const struct shinrai_use *use, gfp_t gfp, u64 *seq)
{
	struct shinrai_pending *p;
	const struct known *k;
	unsigned long flags;
	struct content_key key = key_of(use);
	int ret = 0;

	if (shinrai_content_known(use, seq))
		return 0;
	p = use_event(use, gfp);
	if (!p)
		return -ENOMEM;
	flags = shinrai_log_lock();
	k = find(&key);
	if (k) {
		*seq = max(k->seq, shinrai_log_armed_seq());
		kvfree(p);
	} else if ((p->type == SHINRAI_EVENT_RUNNING) !=
		   (shinrai.phase == SHINRAI_ARMING)) {
		kvfree(p);
		ret = -EAGAIN;
	} else {
		ret = shinrai_log_push_locked(p, seq);
		if (!ret) {
			remember(&key, *seq);
			ret = 1;
		}
	}
	shinrai_log_unlock(flags);
	return ret;
}
