// SPDX-License-Identifier: GPL-2.0-only
/* Is a cached measurement still true, and may a new one be cached?  Pure. */
#include "pure.h"

/**
 * shinrai_cache_stamp() - version field of a mark for what was seen
 * @v: a view of a filesystem with a change counter
 *
 * Never zero.  A mark on an overlay inode carries a bit that no change counter
 * reaches, so that the BPF fast path, which compares the overlay inode's own
 * counter, always misses.
 *
 * Return: the stamp.
 */
u64 shinrai_cache_stamp(const struct shinrai_view *v)
{
	return (v->version + 1) | (v->overlay ? SHINRAI_MARK_BACKED : 0);
}

/**
 * shinrai_cache_valid() - does a mark speak about the content that is there?
 * @m: as found in the inode's storage
 * @v: the inode as it is now
 *
 * Return: true when the content needs no measurement.
 */
bool shinrai_cache_valid(const struct shinrai_mark *m,
			 const struct shinrai_view *v)
{
	return v->counter && !v->writers && m->version &&
	       m->version == shinrai_cache_stamp(v) && m->backing == v->backing;
}

/**
 * shinrai_cache_judge() - what is a digest worth that was just computed?
 * @before: the view taken before the first byte was read
 * @after: the view taken after the last one
 *
 * Return: the outcome; only SHINRAI_CLEAN may be cached.
 */
enum shinrai_outcome shinrai_cache_judge(const struct shinrai_view *before,
					 const struct shinrai_view *after)
{
	if (before->backing != after->backing)
		return SHINRAI_CHANGED;
	if (before->counter && before->version != after->version)
		return SHINRAI_CHANGED;
	if (before->writers || after->writers)
		return SHINRAI_WRITERS;
	if (!before->counter || !after->counter)
		return SHINRAI_UNCACHED;
	return SHINRAI_CLEAN;
}
