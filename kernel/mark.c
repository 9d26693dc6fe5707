// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a file's filesystem tells about its content, and the mark in its inode's
 * storage that remembers a measurement.
 *
 * A mark is claimed before the first byte is read and filled when the record is
 * where it has to be.  Whoever opens the inode for writing clears it, claimed
 * or filled; so nobody can write between the hash and the mark unseen.
 */
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/iversion.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pagevec.h>
#include <linux/shmem_fs.h>
#include <linux/siphash.h>

#include "compat.h"
#include "core.h"

static siphash_aligned_key_t inode_secret;

/**
 * shinrai_mark_init() - draw the secret that inode identities are keyed by
 */
void shinrai_mark_init(void)
{
	get_random_bytes(&inode_secret, sizeof(inode_secret));
}

/**
 * shinrai_inode_key() - identity of an inode, for telling repetitions
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

/**
 * shinrai_unstable() - may reading say something else than using?
 * @file: measurable, and not an overlay's own
 *
 * FUSE asks a program of some user for each page, each time; a descriptor that
 * was opened with O_DIRECT is read from the disk, not from the page cache that
 * is mapped; and what DAX maps is the storage itself, where nobody can look
 * behind the end of a file.
 *
 * Return: 0; -EOPNOTSUPP or -EINVAL, why it cannot be measured.
 */
int shinrai_unstable(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	if (inode->i_sb->s_iflags & SB_I_IMA_UNVERIFIABLE_SIGNATURE ||
	    IS_DAX(inode))
		return -EOPNOTSUPP;
	return file->f_flags & O_DIRECT ? -EINVAL : 0;
}

/*
 * i_version may be switched on by mount(2) where nobody maintains it, so the
 * flag alone is no proof.
 */
static bool counts(const struct inode *inode)
{
	static const char *const names[] = { "ext4", "xfs", "btrfs" };
	const char *name = inode->i_sb->s_type->name;
	size_t i;

	if (!IS_I_VERSION(inode))
		return false;
	if (inode->i_sb->s_magic == TMPFS_MAGIC)
		return true;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

/*
 * A memfd is born open for writing without being opened, so nobody counts its
 * writers: there is one until it is sealed.
 */
static bool has_silent_writer(struct inode *inode)
{
	const struct super_block *sb = inode->i_sb;

	if (!(sb->s_flags & SB_KERNMOUNT))
		return false;
	return sb->s_magic != TMPFS_MAGIC ||
	       !(SHMEM_I(inode)->seals & F_SEAL_WRITE);
}

/**
 * shinrai_view_take() - look at a file's content without reading it
 * @v: out
 * @src: whose file it is
 * @query: make the next change of the content move the counter
 *
 * Context: does not sleep.
 */
void shinrai_view_take(struct shinrai_view *v, const struct shinrai_source *src,
		       bool query)
{
	struct inode *inode = file_inode(src->file);

	v->size = (u64)i_size_read(inode);
	v->counter = counts(inode);
	if (!v->counter)
		v->version = shinrai_ctime(inode) ^ v->size;
	else if (query)
		v->version = inode_query_iversion(inode);
	else
		v->version = inode_peek_iversion(inode);
	/* An overlay reads what was copied up, and maps what was opened. */
	v->moved = src->shown != src->file &&
		   d_real_inode(src->shown->f_path.dentry) != inode;
	v->writers = inode_is_open_for_write(inode) ||
		     mapping_writably_mapped(inode->i_mapping) ||
		     has_silent_writer(inode);
}

static bool is_pinned(struct folio *folio)
{
	/* Exact for large folios; for others, users beside the page tables. */
	if (folio_test_large(folio))
		return folio_maybe_dma_pinned(folio);
	return folio_ref_count(folio) - atomic_read(&folio->_mapcount) - 1 >=
	       (int)GUP_PIN_COUNTING_BIAS;
}

/**
 * shinrai_view_pinned() - can memory of a file be written without a writer?
 * @inode: holds the content
 *
 * Its pages may be the target of a read that was begun while there was one; on
 * tmpfs for good (io_uring's registered buffers), elsewhere for as long as who
 * is read from takes, who may be a FUSE server.  6.1 does not pin for that one:
 * there it cannot be seen.
 *
 * Context: may sleep.
 * Return: true when a page is pinned.
 */
bool shinrai_view_pinned(struct inode *inode)
{
	struct folio_batch batch;
	bool pinned = false;
	pgoff_t index = 0;
	unsigned int i;

	folio_batch_init(&batch);
	while (!pinned && filemap_get_folios(inode->i_mapping, &index,
					     (pgoff_t)-1, &batch)) {
		for (i = 0; i < folio_batch_count(&batch); i++)
			pinned |= is_pinned(batch.folios[i]);
		folio_batch_release(&batch);
		cond_resched();
	}
	return pinned;
}

/* Is a folio, from an offset on, anything but zeroes? */
static bool holds_data(struct folio *folio, size_t from)
{
	bool data = false;
	size_t len;
	void *at;

	for (; !data && from < folio_size(folio); from += len) {
		len = PAGE_SIZE - offset_in_page(from);
		at = kmap_local_folio(folio, from);
		data = memchr_inv(at, 0, len);
		kunmap_local(at);
	}
	return data;
}

/*
 * The folio of a file's last byte, as far as it can hold what no reader sees.
 * Other filesystems than tmpfs clear that when they write it, or read it again.
 * Return: a reference; NULL; an error when nobody can tell.
 */
static struct folio *last_folio(struct inode *inode, loff_t size)
{
	const pgoff_t index = (size - 1) >> PAGE_SHIFT;
	struct folio *folio;
	struct page *page;

	if (inode->i_sb->s_magic == TMPFS_MAGIC) {
		/* It may have been swapped out since it was read. */
		page = shmem_read_mapping_page(inode->i_mapping, index);
		return IS_ERR(page) ? ERR_CAST(page) : page_folio(page);
	}
	folio = filemap_get_folio(inode->i_mapping, index);
	return IS_ERR_OR_NULL(folio) ? NULL : folio;
}

/**
 * shinrai_view_tail() - is there something behind the end of a file?
 * @inode: holds the content; its last page has just been read
 *
 * What was stored there through a mapping is in no file and in no digest, but
 * it is mapped with the last page: a huge page of tmpfs as a whole, so there is
 * more to look at than the rest of a page, and also where none is left.
 *
 * Context: may sleep.
 * Return: true when it is not all zeroes, or cannot be looked at.
 */
bool shinrai_view_tail(struct inode *inode)
{
	const loff_t size = i_size_read(inode);
	struct folio *folio;
	bool tail = false;

	if (!size)
		return false;
	folio = last_folio(inode, size);
	if (!folio)
		return false;
	if (IS_ERR(folio))
		return true;
	/* What was only allocated is cleared before anybody maps it. */
	if (folio_test_uptodate(folio))
		tail = holds_data(folio, (size_t)(size - folio_pos(folio)));
	folio_put(folio);
	return tail;
}

/**
 * shinrai_mark_claim() - somebody begins to measure
 * @mark: in the storage of the inode that is measured
 *
 * A claim says that nobody opened the inode for writing since it was made, so
 * whoever measures the same meanwhile shares it, and nobody takes it away but
 * who opens for writing.  It may outlive who made it.
 *
 * Context: any.
 * Return: the claim, for shinrai_mark_settle().
 */
u64 shinrai_mark_claim(struct shinrai_mark *mark)
{
	static atomic64_t claims;
	u64 old, claim = 0;

	do {
		old = READ_ONCE(mark->version);
		if (shinrai_mark_is_claim(old)) {
			claim = old;
			break;
		}
		if (!claim)
			claim = SHINRAI_MARK_CLAIMED |
				(u64)atomic64_inc_return(&claims);
		if (old)
			WRITE_ONCE(mark->used, old);
	} while (cmpxchg(&mark->version, old, claim) != old);
	/*
	 * Who opens for writing is counted before the hook that clears the
	 * mark; we claim before we look who is counted.
	 */
	smp_mb();
	return claim;
}

/**
 * shinrai_mark_settle() - fill a mark, unless somebody may write meanwhile
 * @mark: that was claimed
 * @claim: from shinrai_mark_claim()
 * @before: the view that was taken before hashing, after the claim
 * @src: what was measured
 *
 * Return: 0, filled where that can be; -EBUSY when what is used now may be
 * something else than what was measured.
 */
int shinrai_mark_settle(struct shinrai_mark *mark, u64 claim,
			const struct shinrai_view *before,
			const struct shinrai_source *src)
{
	const u64 stamp = shinrai_cache_stamp(before);
	struct shinrai_view now;
	u64 old;

	/* Another task may have measured the same and been faster. */
	old = cmpxchg(&mark->version, claim, stamp);
	if (old != claim && old != stamp)
		return -EBUSY;
	shinrai_view_take(&now, src, false); /* cmpxchg() is a barrier */
	if (!now.writers && !now.moved && now.version == before->version)
		return 0;
	cmpxchg(&mark->version, stamp, 0);
	/* Without a writer it was the filesystem's own doing. */
	return now.writers || now.moved || now.size != before->size ? -EBUSY :
								      0;
}

/**
 * shinrai_mark_valid() - does a mark speak about the content that is there?
 * @mark: in the storage of the inode
 * @now: a view of it
 *
 * Return: true when the content needs no measurement.
 */
bool shinrai_mark_valid(const struct shinrai_mark *mark,
			const struct shinrai_view *now)
{
	return shinrai_cache_valid(READ_ONCE(mark->version), now);
}

/**
 * shinrai_mark_holds() - is this file's content measured as it is now?
 * @file: of a mapping: never an overlay's own
 * @mark: in the storage of the file's inode
 *
 * Context: does not sleep.
 * Return: true when it is.
 */
bool shinrai_mark_holds(struct file *file, const struct shinrai_mark *mark)
{
	const struct shinrai_source src = { .file = file, .shown = file };
	struct shinrai_view now;

	shinrai_view_take(&now, &src, false);
	return shinrai_mark_valid(mark, &now);
}
