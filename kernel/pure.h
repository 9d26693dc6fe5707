/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decisions over plain values: cache marks, mappings, batching, rates, forms of
 * what is signed.  No file, lock, allocation or clock; every function may be
 * called from any context.
 */
#ifndef _SHINRAI_PURE_H
#define _SHINRAI_PURE_H

#include <uapi/shinrai.h>
#include <shinrai/platform.h>

/* Both set, above a number of its own, in a mark of what is being measured. */
#define SHINRAI_MARK_CLAIMED (3ULL << 62)
/* Set in a mark of content that has to be hashed at each use. */
#define SHINRAI_MARK_UNCACHED (1ULL << 63)

static inline bool shinrai_mark_is_claim(u64 version)
{
	return (version & SHINRAI_MARK_CLAIMED) == SHINRAI_MARK_CLAIMED;
}

/* One look at the inode that holds a content. */
struct shinrai_view {
	u64 version; /* change counter, or else what times and size tell */
	u64 size; /* bytes */
	bool counter; /* the filesystem maintains the change counter */
	bool moved; /* what is mapped is not what is read */
	bool writers; /* open for writing, or mapped shared and writable */
};

enum shinrai_outcome {
	SHINRAI_CLEAN, /* content is known: its mark will hold */
	SHINRAI_UNCACHED, /* no change counter: hash again each time */
	SHINRAI_WRITERS, /* somebody may write right now */
	SHINRAI_CHANGED, /* what was hashed is not what is there */
};

u64 shinrai_cache_stamp(const struct shinrai_view *v);
bool shinrai_cache_valid(u64 stamp, const struct shinrai_view *v);
enum shinrai_outcome shinrai_cache_judge(const struct shinrai_view *before,
					 const struct shinrai_view *after);

/* A change of a mapping's protection. */
struct shinrai_change {
	bool file; /* mapped from a file */
	bool private; /* stores go to pages of its own */
	bool stored; /* it has such pages */
	bool was_write, was_exec;
	bool write, exec;
};

#define SHINRAI_GAINS_CODE (1 << 0) /* the file's content */
#define SHINRAI_GAINS_ANON (1 << 1) /* what is, or may be, in no file */

u32 shinrai_mapping_judge(const struct shinrai_change *c);

#define SHINRAI_BATCH_NEVER (~0ULL)
/* Leaves the TPM time to answer inside the promised SHINRAI_BATCH_MS. */
#define SHINRAI_BATCH_HOLD_NS (80 * 1000000ULL)

/* The head of the queue of events that wait for their record. */
struct shinrai_batch {
	u32 pending;
	bool urgent; /* one of them is synchronous, or a flush was asked for */
	u64 oldest_ns; /* when the oldest arrived */
	u64 now_ns;
};

u64 shinrai_batch_wait(const struct shinrai_batch *b);
bool shinrai_batch_joins(u8 record, u32 events, u64 bytes, u64 more);

/* Kept back for records that must be written when the log is full. */
#define SHINRAI_RESERVE (1ULL << 20)

/* How much of the log an event may fill. */
enum shinrai_share {
	SHINRAI_SHARE_USER, /* caused by a user: what is root's stays free */
	SHINRAI_SHARE_ROOT,
	SHINRAI_SHARE_MUST, /* has to be said when the log is full */
};

u64 shinrai_cap_share(u64 max, enum shinrai_share share);
bool shinrai_cap_admit(u64 used, u64 more, u64 max);
u64 shinrai_rate_take(u64 *tat_ns, u64 now_ns, u32 rate, u32 burst);
bool shinrai_rate_report(u64 *last_ns, u64 now_ns);
bool shinrai_count_report(u64 count);

int shinrai_der_whole(const void *der, size_t len);
int shinrai_signature_plain(const void *der, size_t len);
bool shinrai_namespace_valid(const u8 *name);
int shinrai_admission_parse(const void *data, size_t len,
			    struct shinrai_admission *out);

#endif
