// SPDX-License-Identifier: MIT
/* Merkle logs, RFC 9162 2.1: appending, roots and proofs in O(log n) nodes. */
#include <shinrai/merkle.h>

/**
 * shinrai_merkle_add() - append a leaf
 * @m: where the nodes are kept
 * @size: leaves so far
 * @leaf: its hash, shinrai_tree_leaf()
 *
 * Puts the leaf, and each node that is complete with it; gets as many as that.
 *
 * Return: 0; -EOVERFLOW the log is full; what get() and put() gave, after which
 * it is not appended, though some nodes may have been put.
 */
int shinrai_merkle_add(const struct shinrai_merkle *m, u64 size,
		       const u8 leaf[SHINRAI_TREE_HASH])
{
	u8 hash[SHINRAI_TREE_HASH], left[SHINRAI_TREE_HASH];
	unsigned int level = 0;
	int ret;

	if (size >= INT64_MAX)
		return -EOVERFLOW;
	memcpy(hash, leaf, sizeof(hash));
	ret = m->put(m->arg, 0, size, hash);
	for (; !ret && size & 1; size >>= 1) {
		ret = m->get(m->arg, level, size - 1, left);
		if (ret)
			break;
		shinrai_tree_node(left, hash, hash);
		level++;
		ret = m->put(m->arg, level, size >> 1, hash);
	}
	return ret;
}

/* Smallest power of two that is at least half of @n, which is 2 or more. */
static u64 split(u64 n)
{
	return 1ull << (63 - __builtin_clzll(n - 1));
}

/*
 * MTH(D[from:from + n]), n > 0.  @from is a multiple of a power of two that is not
 * less than @n, as it is wherever the RFC's recursion comes: the range is made of
 * perfect subtrees, the largest first.
 */
static int range(const struct shinrai_merkle *m, u64 from, u64 n,
		 u8 hash[SHINRAI_TREE_HASH])
{
	u8 left[SHINRAI_TREE_HASH];
	u64 end = from + n;
	unsigned int level;
	bool have = false;
	int ret;

	/* From the right, the smallest first. */
	for (; n; n &= n - 1) {
		level = (unsigned int)__builtin_ctzll(n);
		end -= 1ull << level;
		ret = m->get(m->arg, level, end >> level, have ? left : hash);
		if (ret)
			return ret;
		if (have)
			shinrai_tree_node(left, hash, hash);
		have = true;
	}
	return 0;
}

/**
 * shinrai_merkle_root() - Merkle Tree Hash, RFC 9162 2.1.1
 * @m: where the nodes are kept
 * @size: first leaves that it is of, at most all of them; 0: the empty tree
 * @root: out, undefined on error
 *
 * Return: 0; what get() gave.
 */
int shinrai_merkle_root(const struct shinrai_merkle *m, u64 size,
			u8 root[SHINRAI_TREE_HASH])
{
	struct shinrai_tree empty;

	if (size)
		return range(m, 0, size, root);
	shinrai_tree_init(&empty);
	shinrai_tree_root(&empty, root);
	return 0;
}

/* The walk is from the root down, proofs are from the leaves up. */
static void reverse(struct shinrai_proof *proof)
{
	u8 tmp[SHINRAI_TREE_HASH];
	size_t a, b;

	for (a = 0, b = proof->len; a + 1 < b; a++) {
		b--;
		memcpy(tmp, proof->hash[a], sizeof(tmp));
		memcpy(proof->hash[a], proof->hash[b], sizeof(tmp));
		memcpy(proof->hash[b], tmp, sizeof(tmp));
	}
}

/**
 * shinrai_merkle_inclusion() - PATH(index, D[0:size]), RFC 9162 2.1.3.1
 * @m: where the nodes are kept
 * @index: of the leaf, from 0 on
 * @size: leaves of the tree that it is in; at most all of them
 * @proof: out, for shinrai_tree_check(); undefined on error
 *
 * Return: 0; -EINVAL @index is not below @size; what get() gave.
 */
int shinrai_merkle_inclusion(const struct shinrai_merkle *m, u64 index,
			     u64 size, struct shinrai_proof *proof)
{
	u64 from = 0, n = size, k;
	int ret;

	if (index >= size || size > INT64_MAX)
		return -EINVAL;
	proof->len = 0;
	while (n > 1) {
		k = split(n);
		if (index - from < k) {
			ret = range(m, from + k, n - k,
				    proof->hash[proof->len]);
			n = k;
		} else {
			ret = range(m, from, k, proof->hash[proof->len]);
			from += k;
			n -= k;
		}
		if (ret)
			return ret;
		proof->len++;
	}
	reverse(proof);
	return 0;
}

/**
 * shinrai_merkle_consistency() - PROOF(old, D[0:size]), RFC 9162 2.1.4.1
 * @m: where the nodes are kept
 * @old: leaves of the earlier tree; 0: the proof is empty
 * @size: leaves of the later one; at most all of them
 * @proof: out, for shinrai_tree_consistent(); undefined on error
 *
 * Return: 0; -EINVAL @old is above @size; what get() gave.
 */
int shinrai_merkle_consistency(const struct shinrai_merkle *m, u64 old,
			       u64 size, struct shinrai_proof *proof)
{
	u64 from = 0, n = size, k;
	bool whole = true; /* SUBPROOF's b: the old tree is D[0:old] as it is */
	int ret = 0;

	if (old > size || size > INT64_MAX)
		return -EINVAL;
	proof->len = 0;
	if (!old)
		return 0;
	while (!ret && old - from != n) {
		k = split(n);
		if (old - from <= k) {
			ret = range(m, from + k, n - k,
				    proof->hash[proof->len++]);
			n = k;
		} else {
			ret = range(m, from, k, proof->hash[proof->len++]);
			from += k;
			n -= k;
			whole = false;
		}
	}
	if (!ret && !whole)
		ret = range(m, from, n, proof->hash[proof->len++]);
	if (!ret)
		reverse(proof);
	return ret;
}
