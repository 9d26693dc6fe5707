// SPDX-License-Identifier: GPL-2.0-only
/* Is a cached measurement still true, and may a new one be cached?  Pure. */
#include "pure.h"

/**
 * shinrai_cache_stamp() - what a mark says of what was seen
 * @v: the view
 *
 * Neither zero nor a claim.  Without a change counter it carries a bit that no
 * counter reaches, so that the BPF fast path, which compares the counter, always
 * misses; such a mark still says that there is something measured which a writer
 * may change in use.
 *
 * Return: the stamp.
 */
u64 shinrai_cache_stamp(const struct shinrai_view *v)
{
	if (!v->counter)
		return SHINRAI_MARK_UNCACHED | v->version >> 2;
	return v->version + 1;
}

/**
 * shinrai_cache_valid() - does a mark speak about the content that is there?
 * @stamp: as found in the inode's storage
 * @v: the inode as it is now
 *
 * Return: true when the content needs no measurement.
 */
bool shinrai_cache_valid(u64 stamp, const struct shinrai_view *v)
{
	return v->counter && !v->moved && !v->writers && stamp &&
	       stamp == shinrai_cache_stamp(v);
}

/**
 * shinrai_cache_judge() - what is a digest worth that was just computed?
 * @before: the view taken before the first byte was read
 * @after: the view taken after the last one
 *
 * Return: the outcome; a mark may be filled for SHINRAI_CLEAN, and for
 * SHINRAI_UNCACHED, where it never holds.
 */
enum shinrai_outcome shinrai_cache_judge(const struct shinrai_view *before,
					 const struct shinrai_view *after)
{
	if (before->moved || after->moved)
		return SHINRAI_CHANGED;
	if (before->version != after->version)
		return SHINRAI_CHANGED;
	if (before->writers || after->writers)
		return SHINRAI_WRITERS;
	if (!before->counter || !after->counter)
		return SHINRAI_UNCACHED;
	return SHINRAI_CLEAN;
}
