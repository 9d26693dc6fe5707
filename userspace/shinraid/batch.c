// SPDX-License-Identifier: MIT
/* One quote for many challenges: PROTOCOL.md 3.1 and 3.2. */
#include <stdlib.h>

#include "batch.h"

/*
 * The tree level by level, leaves first, one behind the other in @node.
 * RFC 9162's tree is the one that pairs neighbours and lifts an odd last node
 * unchanged, so all paths together cost one pass.
 */
struct levels {
	u8 (*node)[SHINRAI_TREE_HASH];
	u64 start[SHINRAI_TREE_DEPTH + 1];
	u64 width[SHINRAI_TREE_DEPTH + 1];
	unsigned int count;
};

static void build(struct levels *t, u64 leaves)
{
	u8(*from)[SHINRAI_TREE_HASH], (*to)[SHINRAI_TREE_HASH];
	unsigned int l;
	u64 i;

	t->start[0] = 0;
	t->width[0] = leaves;
	for (l = 0; t->width[l] > 1; l++) {
		t->start[l + 1] = t->start[l] + t->width[l];
		t->width[l + 1] = t->width[l] / 2 + t->width[l] % 2;
		from = t->node + t->start[l];
		to = t->node + t->start[l + 1];
		for (i = 0; i + 1 < t->width[l]; i += 2)
			shinrai_tree_node(from[i], from[i + 1], to[i / 2]);
		if (i < t->width[l])
			memcpy(to[i / 2], from[i], SHINRAI_TREE_HASH);
	}
	t->count = l + 1;
}

static void set_path(const struct levels *t, u64 index,
		     struct shinrai_challenge *c)
{
	unsigned int l;

	c->path_len = 0;
	for (l = 0; l + 1 < t->count; l++, index /= 2) {
		if ((index ^ 1) < t->width[l])
			memcpy(c->path[c->path_len++],
			       t->node[t->start[l] + (index ^ 1)],
			       SHINRAI_TREE_HASH);
	}
}

static int set_leaf(struct shinrai_challenge *c,
		    const struct shinrai_selection *selection,
		    const u8 boot_id[SHINRAI_BOOT_ID_SIZE], u64 index, u64 size,
		    u8 leaf[SHINRAI_TREE_HASH])
{
	struct shinrai_wr w;

	shinrai_wr_init(&w, c->selection, sizeof(c->selection));
	shinrai_selection_encode(&w, selection);
	if (w.err)
		return w.err;
	c->selection_len = (u16)w.len;
	memcpy(c->boot_id, boot_id, SHINRAI_BOOT_ID_SIZE);
	c->index = index;
	c->size = size;
	return shinrai_challenge_leaf(c, leaf);
}

static int fill(struct batch *b, const struct shinrai_selection *selection,
		const u8 boot_id[SHINRAI_BOOT_ID_SIZE])
{
	struct levels t;
	int ret = 0;
	u64 i;

	t.node = calloc(2 * b->size + SHINRAI_TREE_DEPTH, SHINRAI_TREE_HASH);
	if (!t.node)
		return -ENOMEM;
	for (i = 0; i < b->size && !ret; i++)
		ret = set_leaf(&b->challenge[i]->c, selection, boot_id, i,
			       b->size, t.node[i]);
	if (!ret) {
		build(&t, b->size);
		for (i = 0; i < b->size; i++)
			set_path(&t, i, &b->challenge[i]->c);
		shinrai_qualifying_data(t.node[t.start[t.count - 1]], b->size,
					boot_id, b->qualifying);
	}
	free(t.node);
	return ret;
}

/**
 * batch_form() - take all challenges that wait and build their tree
 * @b: out, to be released with batch_release()
 * @waiting: not empty; afterwards empty, the challenges belong to the batch
 * @selection: what will be quoted
 * @boot_id: of the log
 *
 * Return: 0; -ENOMEM or -EINVAL, then @waiting is as before.
 */
int batch_form(struct batch *b, struct challenge_list *waiting,
	       const struct shinrai_selection *selection,
	       const u8 boot_id[SHINRAI_BOOT_ID_SIZE])
{
	struct challenge *c;
	u64 n = 0;
	int ret;

	memset(b, 0, sizeof(*b));
	TAILQ_FOREACH(c, waiting, link)
		n++;
	b->challenge = calloc(n, sizeof(struct challenge *));
	if (!b->challenge)
		return -ENOMEM;
	TAILQ_FOREACH(c, waiting, link)
		b->challenge[b->size++] = c;
	ret = fill(b, selection, boot_id);
	if (ret) {
		free(b->challenge);
		memset(b, 0, sizeof(*b));
		return ret;
	}
	TAILQ_INIT(waiting);
	return 0;
}

/**
 * batch_release() - free the batch and its challenges
 * @b: from batch_form() or zeroed; owners are not touched
 */
void batch_release(struct batch *b)
{
	u64 i;

	for (i = 0; i < b->size; i++)
		free(b->challenge[i]);
	free(b->challenge);
	memset(b, 0, sizeof(*b));
}
