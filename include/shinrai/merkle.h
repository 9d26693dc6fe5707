/* SPDX-License-Identifier: MIT */
/*
 * An append-only Merkle log (RFC 9162 2.1) whose nodes are kept elsewhere: roots
 * and proofs of the log as it is, and as it was at any earlier size.  tree.h
 * checks the proofs.
 *
 * Only nodes over perfect subtrees are kept; they never change.  Node (level, n)
 * is over the leaves from n << level up to, without it, (n + 1) << level.
 */
#ifndef _SHINRAI_MERKLE_H
#define _SHINRAI_MERKLE_H

#include "tree.h"

#define SHINRAI_MERKLE_DEPTH 64 /* hashes in a proof at most */

/* Where nodes are kept.  Both give 0, or a negative errno that is handed on. */
struct shinrai_merkle {
	int (*get)(void *arg, unsigned int level, u64 n,
		   u8 hash[SHINRAI_TREE_HASH]);
	int (*put)(void *arg, unsigned int level, u64 n,
		   const u8 hash[SHINRAI_TREE_HASH]); /* to append only */
	void *arg;
};

struct shinrai_proof {
	size_t len; /* hashes */
	u8 hash[SHINRAI_MERKLE_DEPTH][SHINRAI_TREE_HASH];
};

int shinrai_merkle_add(const struct shinrai_merkle *m, u64 size,
		       const u8 leaf[SHINRAI_TREE_HASH]);
int shinrai_merkle_root(const struct shinrai_merkle *m, u64 size,
			u8 root[SHINRAI_TREE_HASH]);
int shinrai_merkle_inclusion(const struct shinrai_merkle *m, u64 index,
			     u64 size, struct shinrai_proof *proof);
int shinrai_merkle_consistency(const struct shinrai_merkle *m, u64 old,
			       u64 size, struct shinrai_proof *proof);

#endif
