// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was allowed a moment ago, so that it need not be judged again: only
 * answers that hold for as long as no policy changes.  Each is kept with all that
 * it depends on, the policies' epoch included, and holds for nothing else; so
 * nothing has to be taken back when one of that changes or dies.
 *
 * A direct-mapped table; each place has its own lock.
 */
#include <linux/build_bug.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "decide.h"
#include "label.h"

#define BITS 8
#define PLACES (1 << BITS)

struct place {
	spinlock_t lock;
	struct shinrai_recall_key key; /* epoch 0: empty */
	u64 flow;
};

static struct place places[PLACES] = {
	[0 ... PLACES - 1] = { .lock = __SPIN_LOCK_UNLOCKED(places.lock) },
};

/* Whoever makes two of these meet has each judged again, and no more. */
static struct place *place_of(const struct shinrai_recall_key *k)
{
	const u64 *word = (const u64 *)k;
	u64 h = 0;
	u32 i;

	static_assert(!(sizeof(*k) % sizeof(u64)));
	static_assert(offsetofend(struct shinrai_recall_key, program) ==
		      sizeof(*k));
	/* The first bytes of a digest tell as much as all. */
	for (i = 0;
	     i <= offsetof(struct shinrai_recall_key, program) / sizeof(u64);
	     i++)
		h = shinrai_mix(h, word[i]);
	return &places[h >> (64 - BITS)];
}

/**
 * shinrai_recall() - was this allowed before?
 * @k: with the epoch that the policies have now
 * @flow: out, what shinrai_recall_keep() was given
 *
 * Context: any.
 * Return: true when it was, and is.
 */
bool shinrai_recall(const struct shinrai_recall_key *k, u64 *flow)
{
	struct place *p = place_of(k);
	unsigned long flags;
	bool same;

	spin_lock_irqsave(&p->lock, flags);
	same = !memcmp(&p->key, k, sizeof(*k));
	if (same)
		*flow = p->flow;
	spin_unlock_irqrestore(&p->lock, flags);
	return same;
}

/**
 * shinrai_recall_keep() - this was allowed, and no condition had a part in it
 * @k: with the epoch that the policies had before they were asked
 * @flow: for shinrai_flowlog_again(); 0 when repetitions are not told of
 *
 * Context: any.
 */
void shinrai_recall_keep(const struct shinrai_recall_key *k, u64 flow)
{
	struct place *p = place_of(k);
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	p->key = *k;
	p->flow = flow;
	spin_unlock_irqrestore(&p->lock, flags);
}
