// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log of record: whole CEL records by number, and the log root.
 *
 * Only the extend thread appends.  A record never changes once it can be
 * found; readers hold a reference while they copy it out, so that trimming
 * never waits for them.
 */
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "core.h"

static struct {
	struct xarray records;
	struct mutex trim; /* one trim at a time; guards @first */
	u64 count; /* written by the extend thread */
	u64 first; /* lowest besides record 0 */
	atomic64_t bytes;
	struct shinrai_tree tree; /* the extend thread's */
} store;

/**
 * shinrai_store_init() - start an empty log
 *
 * Return: 0.
 */
int shinrai_store_init(void)
{
	xa_init(&store.records);
	mutex_init(&store.trim);
	shinrai_tree_init(&store.tree);
	return 0;
}

/**
 * shinrai_store_exit() - free the log; nobody may read any more
 */
void shinrai_store_exit(void)
{
	struct shinrai_rec *rec;
	unsigned long i;

	xa_for_each(&store.records, i, rec)
		shinrai_store_put(rec);
	xa_destroy(&store.records);
}

/* Where the header TLV begins: behind number, PCR, digests, content's T, L. */
static size_t header_offset(const struct shinrai_digest *d, unsigned int n)
{
	size_t off = 4 * SHINRAI_TLV_SIZE + 8 + 1;

	while (n--)
		off += SHINRAI_TLV_SIZE + d[n].size;
	return off;
}

/**
 * shinrai_store_header() - the header TLV of a stored record
 * @rec: the record
 *
 * Return: SHINRAI_HEADER_TLV bytes inside the record.
 */
const u8 *shinrai_store_header(const struct shinrai_rec *rec)
{
	struct shinrai_record r;
	struct shinrai_rd rd;

	shinrai_rd_init(&rd, rec->data, rec->len);
	/* It was encoded here; this cannot fail. */
	if (shinrai_record_next(&rd, &r) != 1)
		return rec->data;
	return r.content;
}

/**
 * shinrai_store_overhead() - bytes of a record besides its events
 *
 * Return: at most this many.
 */
size_t shinrai_store_overhead(void)
{
	struct shinrai_digest d[SHINRAI_MAX_BANKS];
	unsigned int i;

	for (i = 0; i < SHINRAI_MAX_BANKS; i++)
		d[i].size = SHINRAI_MAX_BANK_SIZE;
	return header_offset(d, i) + SHINRAI_HEADER_TLV;
}

/**
 * shinrai_store_append() - number a record, encode it and keep it
 * @h: all but recnum; recnum is set
 * @out: out, the stored record; valid until it is trimmed
 * @which: its PCR
 * @events: event TLVs
 * @events_len: their bytes
 *
 * Context: the extend thread; may sleep.
 * Return: 0; -ENOMEM, and nothing has changed.
 */
int shinrai_store_append(struct shinrai_header *h, struct shinrai_rec **out,
			 enum shinrai_which which, const u8 *events,
			 size_t events_len)
{
	struct shinrai_digest digests[SHINRAI_MAX_BANKS];
	u8 values[SHINRAI_MAX_BANKS][SHINRAI_MAX_BANK_SIZE];
	u8 header[SHINRAI_HEADER_TLV], leaf[SHINRAI_TREE_HASH];
	struct shinrai_rec *rec;
	struct shinrai_wr w;
	unsigned int n;
	size_t len;
	int ret;

	h->recnum = store.count;
	shinrai_header_encode(h, header);
	n = shinrai_pcr_digests(header, digests, values);
	len = header_offset(digests, n) + SHINRAI_HEADER_TLV + events_len;
	rec = kvmalloc(struct_size(rec, data, len), GFP_KERNEL);
	if (!rec)
		return -ENOMEM;
	refcount_set(&rec->ref, 1);
	rec->which = which;
	rec->len = (u32)len;
	shinrai_wr_init(&w, rec->data, len);
	shinrai_record_encode(&w, h, digests, n, events, events_len);
	ret = w.err ? w.err :
		      xa_err(xa_store(&store.records, (unsigned long)h->recnum,
				      rec, GFP_KERNEL));
	if (ret) {
		kvfree(rec);
		return ret;
	}
	shinrai_tree_leaf(header, sizeof(header), leaf);
	shinrai_tree_add(&store.tree, leaf);
	shinrai_pcr_logged(which, digests);
	atomic64_add(len, &store.bytes);
	/* Pairs with the acquire in shinrai_store_records(). */
	smp_store_release(&store.count, store.count + 1);
	*out = rec;
	return 0;
}

/**
 * shinrai_store_get() - take a reference to a record
 * @record: its number
 *
 * Return: the record, for shinrai_store_put(); NULL when it is not there.
 */
struct shinrai_rec *shinrai_store_get(u64 record)
{
	struct shinrai_rec *rec;

	if (record >= shinrai_store_records())
		return NULL;
	rcu_read_lock();
	rec = xa_load(&store.records, (unsigned long)record);
	if (rec && !refcount_inc_not_zero(&rec->ref))
		rec = NULL;
	rcu_read_unlock();
	return rec;
}

/**
 * shinrai_store_put() - drop a reference
 * @rec: from shinrai_store_get()
 */
void shinrai_store_put(struct shinrai_rec *rec)
{
	if (refcount_dec_and_test(&rec->ref))
		kvfree_rcu(rec, rcu);
}

/**
 * shinrai_store_records() - records committed to the log
 *
 * Return: the count.
 */
u64 shinrai_store_records(void)
{
	/* Pairs with the release in shinrai_store_append(). */
	return smp_load_acquire(&store.count);
}

/**
 * shinrai_store_bytes() - bytes of records held in memory
 *
 * Return: the bytes.
 */
u64 shinrai_store_bytes(void)
{
	return (u64)atomic64_read(&store.bytes);
}

/**
 * shinrai_store_first() - lowest record held, besides record 0
 *
 * Return: its number.
 */
u64 shinrai_store_first(void)
{
	return READ_ONCE(store.first);
}

/**
 * shinrai_store_root() - log root over all records, PROTOCOL.md 2.6
 * @root: out
 *
 * Context: the extend thread.
 */
void shinrai_store_root(u8 root[SHINRAI_TREE_HASH])
{
	shinrai_tree_root(&store.tree, root);
}

/**
 * shinrai_store_trim() - free records below a checkpoint
 * @record: the lowest to keep; record 0 stays
 * @limit: the newest checkpoint
 *
 * Context: may sleep.
 * Return: 0; -EINVAL above @limit.
 */
int shinrai_store_trim(u64 record, u64 limit)
{
	struct shinrai_rec *rec;
	u64 i;

	if (record > limit)
		return -EINVAL;
	mutex_lock(&store.trim);
	for (i = max(store.first, 1ULL); i < record; i++) {
		rec = xa_erase(&store.records, (unsigned long)i);
		WRITE_ONCE(store.first, i + 1);
		atomic64_sub(rec->len, &store.bytes);
		shinrai_store_put(rec);
		cond_resched();
	}
	mutex_unlock(&store.trim);
	return 0;
}
