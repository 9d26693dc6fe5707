// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* RFC 9162 Merkle trees over SHA-256; pure, shared with user space. */
#include <shinrai/tree.h>

static const u8 leaf_prefix = 0x00;
static const u8 node_prefix = 0x01;

/**
 * shinrai_tree_init() - start an empty tree
 * @t: caller's, needs no release
 */
void shinrai_tree_init(struct shinrai_tree *t)
{
	t->size = 0;
}

/**
 * shinrai_tree_leaf() - leaf hash, SHA-256(0x00 || data), RFC 9162 2.1.1
 * @data: @len bytes
 * @len: any length
 * @hash: out
 */
void shinrai_tree_leaf(const void *data, size_t len, u8 hash[SHINRAI_TREE_HASH])
{
	struct shinrai_sha256 c;

	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, &leaf_prefix, 1);
	shinrai_sha256_update(&c, data, len);
	shinrai_sha256_final(&c, hash);
}

/**
 * shinrai_tree_node() - inner node, SHA-256(0x01 || left || right)
 * @left: left child
 * @right: right child
 * @hash: out, may be either child
 */
void shinrai_tree_node(const u8 left[SHINRAI_TREE_HASH],
		       const u8 right[SHINRAI_TREE_HASH],
		       u8 hash[SHINRAI_TREE_HASH])
{
	struct shinrai_sha256 c;

	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, &node_prefix, 1);
	shinrai_sha256_update(&c, left, SHINRAI_TREE_HASH);
	shinrai_sha256_update(&c, right, SHINRAI_TREE_HASH);
	shinrai_sha256_final(&c, hash);
}

/**
 * shinrai_tree_add() - append one leaf hash
 * @t: the tree; at most 2^31 leaves
 * @leaf: from shinrai_tree_leaf()
 */
void shinrai_tree_add(struct shinrai_tree *t, const u8 leaf[SHINRAI_TREE_HASH])
{
	u8 h[SHINRAI_TREE_HASH];
	unsigned int i;

	memcpy(h, leaf, sizeof(h));
	for (i = 0; t->size >> i & 1; i++)
		shinrai_tree_node(t->node[i], h, h);
	memcpy(t->node[i], h, sizeof(h));
	t->size++;
}

/**
 * shinrai_tree_root() - Merkle Tree Hash of the leaves so far, RFC 9162 2.1.1
 * @t: the tree; an empty one has the hash of the empty string
 * @root: out
 */
void shinrai_tree_root(const struct shinrai_tree *t, u8 root[SHINRAI_TREE_HASH])
{
	struct shinrai_sha256 c;
	bool have = false;
	unsigned int i;

	for (i = 0; i < SHINRAI_TREE_DEPTH; i++) {
		if (!(t->size >> i & 1))
			continue;
		if (have)
			shinrai_tree_node(t->node[i], root, root);
		else
			memcpy(root, t->node[i], SHINRAI_TREE_HASH);
		have = true;
	}
	if (have)
		return;
	shinrai_sha256_init(&c);
	shinrai_sha256_final(&c, root);
}

/* Root of leaves[0..n). */
static void range_root(const u8 (*leaves)[SHINRAI_TREE_HASH], u64 n,
		       u8 root[SHINRAI_TREE_HASH])
{
	struct shinrai_tree t;
	u64 i;

	shinrai_tree_init(&t);
	for (i = 0; i < n; i++)
		shinrai_tree_add(&t, leaves[i]);
	shinrai_tree_root(&t, root);
}

/**
 * shinrai_tree_path() - inclusion proof PATH(index, leaves), RFC 9162 2.1.3.1
 * @leaves: @size leaf hashes
 * @size: at least 1
 * @index: which leaf, below @size
 * @path: out, leaf-most sibling first; complete only on success
 * @path_cap: entries @path has room for
 * @path_len: out, entries used
 *
 * Return: 0; -EINVAL for an index outside the tree; -ENOSPC.
 */
int shinrai_tree_path(const u8 (*leaves)[SHINRAI_TREE_HASH], u64 size,
		      u64 index, u8 (*path)[SHINRAI_TREE_HASH], size_t path_cap,
		      size_t *path_len)
{
	size_t depth = 0, i;
	u64 n = size, m = index, k;

	if (index >= size)
		return -EINVAL;
	/* Walk from the root down; the deepest sibling is written first. */
	while (n > 1) {
		for (k = 1; k << 1 < n; k <<= 1)
			;
		if (m < k) {
			n = k;
		} else {
			m -= k;
			n -= k;
		}
		depth++;
	}
	if (depth > path_cap)
		return -ENOSPC;
	n = size;
	m = index;
	for (i = depth; i; i--) {
		for (k = 1; k << 1 < n; k <<= 1)
			;
		if (m < k) {
			range_root(leaves + k, n - k, path[i - 1]);
			n = k;
		} else {
			range_root(leaves, k, path[i - 1]);
			leaves += k;
			m -= k;
			n -= k;
		}
	}
	*path_len = depth;
	return 0;
}

/**
 * shinrai_tree_fold() - root that an inclusion proof leads to
 * @leaf: leaf hash
 * @index: its position
 * @size: leaves in the tree
 * @path: siblings, leaf-most first
 * @path_len: entries in @path
 * @root: out, only on success
 *
 * RFC 9162 2.1.3.2 without the last comparison, for a root that is bound by
 * something else.
 *
 * Return: 0; -EBADMSG when the path does not fit index and size.
 */
int shinrai_tree_fold(const u8 leaf[SHINRAI_TREE_HASH], u64 index, u64 size,
		      const u8 (*path)[SHINRAI_TREE_HASH], size_t path_len,
		      u8 root[SHINRAI_TREE_HASH])
{
	u8 r[SHINRAI_TREE_HASH];
	u64 fn = index, sn;
	size_t i;

	if (index >= size)
		return -EBADMSG;
	sn = size - 1;
	memcpy(r, leaf, sizeof(r));
	for (i = 0; i < path_len; i++) {
		if (!sn)
			return -EBADMSG;
		if (fn & 1 || fn == sn) {
			shinrai_tree_node(path[i], r, r);
			while (!(fn & 1) && fn) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			shinrai_tree_node(r, path[i], r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn)
		return -EBADMSG;
	memcpy(root, r, sizeof(r));
	return 0;
}

/**
 * shinrai_tree_check() - verify an inclusion proof, RFC 9162 2.1.3.2
 * @leaf: leaf hash
 * @index: its position
 * @size: leaves in the tree
 * @path: siblings, leaf-most first
 * @path_len: entries in @path
 * @root: the root that it must lead to
 *
 * Return: 0 when it leads there; -EBADMSG otherwise.
 */
int shinrai_tree_check(const u8 leaf[SHINRAI_TREE_HASH], u64 index, u64 size,
		       const u8 (*path)[SHINRAI_TREE_HASH], size_t path_len,
		       const u8 root[SHINRAI_TREE_HASH])
{
	u8 r[SHINRAI_TREE_HASH];

	if (shinrai_tree_fold(leaf, index, size, path, path_len, r))
		return -EBADMSG;
	return memcmp(r, root, sizeof(r)) ? -EBADMSG : 0;
}

/*
 * Both roots that a consistency proof leads to.  @first is the subtree that
 * both trees share from the left, @path what remains of the proof.
 */
static int fold_both(u64 fn, u64 sn, const u8 first[SHINRAI_TREE_HASH],
		     const u8 (*path)[SHINRAI_TREE_HASH], size_t path_len,
		     u8 fr[SHINRAI_TREE_HASH], u8 sr[SHINRAI_TREE_HASH])
{
	size_t i;

	memcpy(fr, first, SHINRAI_TREE_HASH);
	memcpy(sr, first, SHINRAI_TREE_HASH);
	for (i = 0; i < path_len; i++) {
		if (!sn)
			return -EBADMSG;
		if (fn & 1 || fn == sn) {
			shinrai_tree_node(path[i], fr, fr);
			shinrai_tree_node(path[i], sr, sr);
			while (!(fn & 1) && fn) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			shinrai_tree_node(sr, path[i], sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn ? -EBADMSG : 0;
}

/**
 * shinrai_tree_consistent() - verify a consistency proof, RFC 9162 2.1.4.2
 * @old_size: leaves in the older tree; 0 is consistent with everything
 * @old_root: its root
 * @size: leaves in the newer tree
 * @root: its root
 * @path: the proof, in the order of RFC 9162 2.1.4.1
 * @path_len: entries in @path
 *
 * Equal sizes need equal roots and an empty proof; so does an empty old tree
 * an empty proof and, as its root, the hash of the empty string.
 *
 * Return: 0 when the newer tree begins with the older one; -EBADMSG otherwise.
 */
int shinrai_tree_consistent(u64 old_size, const u8 old_root[SHINRAI_TREE_HASH],
			    u64 size, const u8 root[SHINRAI_TREE_HASH],
			    const u8 (*path)[SHINRAI_TREE_HASH],
			    size_t path_len)
{
	u8 fr[SHINRAI_TREE_HASH], sr[SHINRAI_TREE_HASH];
	struct shinrai_tree empty;
	const u8 *first = old_root;
	u64 fn, sn;

	if (old_size > size)
		return -EBADMSG;
	if (!old_size || old_size == size) {
		shinrai_tree_init(&empty);
		shinrai_tree_root(&empty, fr);
		if (path_len || (!old_size && memcmp(old_root, fr, sizeof(fr))))
			return -EBADMSG;
		if (old_size == size && memcmp(old_root, root, sizeof(fr)))
			return -EBADMSG;
		return 0;
	}
	if (!path_len)
		return -EBADMSG;
	/* A perfect old tree is its own first node and is left out. */
	if (old_size & (old_size - 1)) {
		first = *path++;
		path_len--;
	}
	for (fn = old_size - 1, sn = size - 1; fn & 1; fn >>= 1)
		sn >>= 1;
	if (fold_both(fn, sn, first, path, path_len, fr, sr))
		return -EBADMSG;
	if (memcmp(fr, old_root, sizeof(fr)) || memcmp(sr, root, sizeof(sr)))
		return -EBADMSG;
	return 0;
}
