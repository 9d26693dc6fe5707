// SPDX-License-Identifier: MIT
/* Growing arrays and hash tables of the policy compiler. */
#include <stdlib.h>

#include "policy_parse.h"

/**
 * shinrai_pt_push() - append one item
 * @v: items of one size
 * @item: copied; NULL appends zeroes
 * @size: of an item
 *
 * Return: where it is, until the next call; NULL when memory is out.
 */
void *shinrai_pt_push(struct pt_vec *v, const void *item, u32 size)
{
	u32 cap = v->cap ? 2 * v->cap : 16;
	u8 *p;

	if (v->n == v->cap) {
		if (cap < v->cap)
			return NULL;
		p = reallocarray(v->p, cap, size);
		if (!p)
			return NULL;
		v->p = p;
		v->cap = cap;
	}
	p = (u8 *)v->p + (size_t)v->n * size;
	if (item)
		memcpy(p, item, size);
	else
		memset(p, 0, size);
	v->n++;
	return p;
}

/**
 * shinrai_pt_hash_bytes() - FNV-1a, its high bits folded in
 * @p: data
 * @n: its bytes
 *
 * Return: a hash for shinrai_pt_find() and shinrai_pt_insert().
 */
u32 shinrai_pt_hash_bytes(const void *p, size_t n)
{
	const u8 *s = p, *end = s + n;
	u32 h = 0x811c9dc5;

	while (s < end)
		h = (h ^ *s++) * 0x01000193;
	return h ^ h >> 15;
}

/**
 * shinrai_pt_find() - look an item up
 * @t: for @same
 * @h: hash table
 * @hash: of the key
 * @same: whether the item of an index has that key
 * @key: for @same
 *
 * Return: its index; SHINRAI_POLICY_NONE.
 */
u32 shinrai_pt_find(const struct pt *t, const struct pt_hash *h, u32 hash,
		    pt_same same, const void *key)
{
	const struct pt_slot *s;
	u32 i;

	if (!h->cap)
		return SHINRAI_POLICY_NONE;
	for (i = hash & (h->cap - 1);; i = (i + 1) & (h->cap - 1)) {
		s = &h->slot[i];
		if (!s->index)
			return SHINRAI_POLICY_NONE;
		if (s->hash == hash && same(t, s->index - 1, key))
			return s->index - 1;
	}
}

static void place(struct pt_hash *h, const struct pt_slot *s)
{
	u32 i = s->hash & (h->cap - 1);

	while (h->slot[i].index)
		i = (i + 1) & (h->cap - 1);
	h->slot[i] = *s;
	h->n++;
}

static int grow(struct pt_hash *h)
{
	struct pt_hash bigger = { .cap = h->cap ? 2 * h->cap : 64 };
	u32 i;

	bigger.slot = calloc(bigger.cap, sizeof(*bigger.slot));
	if (!bigger.slot)
		return -ENOMEM;
	for (i = 0; i < h->cap; i++) {
		if (h->slot[i].index)
			place(&bigger, &h->slot[i]);
	}
	free(h->slot);
	*h = bigger;
	return 0;
}

/**
 * shinrai_pt_insert() - make an item known that shinrai_pt_find() did not find
 * @h: hash table
 * @hash: of its key
 * @index: of the item
 *
 * Return: 0; -ENOMEM.
 */
int shinrai_pt_insert(struct pt_hash *h, u32 hash, u32 index)
{
	const struct pt_slot s = { hash, index + 1 };

	if (2 * h->n >= h->cap && grow(h))
		return -ENOMEM;
	place(h, &s);
	return 0;
}
