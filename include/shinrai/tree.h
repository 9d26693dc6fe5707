/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* RFC 9162 Merkle trees over SHA-256: roots, inclusion paths and their check. */
#ifndef _SHINRAI_TREE_H
#define _SHINRAI_TREE_H

#include "hash.h"

#define SHINRAI_TREE_HASH 32
#define SHINRAI_TREE_DEPTH 32

/*
 * Incremental tree: the roots of the perfect subtrees that the leaves so far
 * add up to.  Bit i of @size set means that @node[i] is in use.
 */
struct shinrai_tree {
	u64 size;
	u8 node[SHINRAI_TREE_DEPTH][SHINRAI_TREE_HASH];
};

void shinrai_tree_init(struct shinrai_tree *t);
void shinrai_tree_leaf(const void *data, size_t len,
		       u8 hash[SHINRAI_TREE_HASH]);
void shinrai_tree_node(const u8 left[SHINRAI_TREE_HASH],
		       const u8 right[SHINRAI_TREE_HASH],
		       u8 hash[SHINRAI_TREE_HASH]);
void shinrai_tree_add(struct shinrai_tree *t, const u8 leaf[SHINRAI_TREE_HASH]);
void shinrai_tree_root(const struct shinrai_tree *t,
		       u8 root[SHINRAI_TREE_HASH]);
int shinrai_tree_path(const u8 (*leaves)[SHINRAI_TREE_HASH], u64 size,
		      u64 index, u8 (*path)[SHINRAI_TREE_HASH], size_t path_cap,
		      size_t *path_len);
int shinrai_tree_check(const u8 leaf[SHINRAI_TREE_HASH], u64 index, u64 size,
		       const u8 (*path)[SHINRAI_TREE_HASH], size_t path_len,
		       const u8 root[SHINRAI_TREE_HASH]);
int shinrai_tree_fold(const u8 leaf[SHINRAI_TREE_HASH], u64 index, u64 size,
		      const u8 (*path)[SHINRAI_TREE_HASH], size_t path_len,
		      u8 root[SHINRAI_TREE_HASH]);
int shinrai_tree_consistent(u64 old_size, const u8 old_root[SHINRAI_TREE_HASH],
			    u64 size, const u8 root[SHINRAI_TREE_HASH],
			    const u8 (*path)[SHINRAI_TREE_HASH],
			    size_t path_len);

#endif
