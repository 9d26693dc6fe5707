// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the BPF programs see of the tables of labels: a byte for each hash, set
 * while somebody with that hash has a label.  How many those are is counted
 * here, since what is in a map is for the programs alone.
 */
#include <linux/spinlock.h>

#include "label.h"

static struct {
	spinlock_t lock;
	struct shinrai_quick *shown[2]; /* NULL before arm */
	u32 probing;
	u32 grants;
	u32 subject[1 << SHINRAI_QUICK_SUBJECTS];
	u32 object[1 << SHINRAI_QUICK_OBJECTS];
} quick = { .lock = __SPIN_LOCK_UNLOCKED(quick.lock) };

static u32 index_of(const void *key, u32 bits)
{
	return shinrai_quick_hash((u32)(uintptr_t)key, bits);
}

static bool set(const u32 *counter)
{
	return *counter;
}

/* Everything, to who sees it for the first time. */
static void show(struct shinrai_quick *to)
{
	u32 i;

	lockdep_assert_held(&quick.lock);
	WRITE_ONCE(to->probing, quick.probing);
	WRITE_ONCE(to->grants, quick.grants);
	for (i = 0; i < ARRAY_SIZE(quick.subject); i++)
		WRITE_ONCE(to->subject[i], set(&quick.subject[i]));
	for (i = 0; i < ARRAY_SIZE(quick.object); i++)
		WRITE_ONCE(to->object[i], set(&quick.object[i]));
}

/**
 * shinrai_quick_set() - where the programs look
 * @always: memory of those that are always attached; NULL: they are gone
 * @flow: of those that follow labels
 *
 * Context: any.
 */
void shinrai_quick_set(struct shinrai_quick *always, struct shinrai_quick *flow)
{
	unsigned long flags;

	spin_lock_irqsave(&quick.lock, flags);
	quick.shown[0] = always;
	quick.shown[1] = flow;
	if (always)
		show(always);
	if (flow)
		show(flow);
	spin_unlock_irqrestore(&quick.lock, flags);
}

/**
 * shinrai_quick_probing() - from now on files may have labels
 *
 * Context: any.
 */
void shinrai_quick_probing(void)
{
	unsigned long flags;

	spin_lock_irqsave(&quick.lock, flags);
	quick.probing = 1;
	if (quick.shown[0])
		WRITE_ONCE(quick.shown[0]->probing, 1);
	spin_unlock_irqrestore(&quick.lock, flags);
}

/**
 * shinrai_quick_grants() - from now on each program that is run is looked at
 *
 * Context: any.
 */
void shinrai_quick_grants(void)
{
	unsigned long flags;

	spin_lock_irqsave(&quick.lock, flags);
	quick.grants = 1;
	if (quick.shown[1])
		WRITE_ONCE(quick.shown[1]->grants, 1);
	spin_unlock_irqrestore(&quick.lock, flags);
}

/* Whether somebody has this hash may have changed. */
static void count(u32 *counter, bool add)
{
	lockdep_assert_held(&quick.lock);
	*counter += add ? 1 : -1;
}

/**
 * shinrai_quick_subject() - an address space has labels, or none any more
 * @key: its struct mm_struct
 * @add: which of them
 *
 * Before the first one the programs are not attached, so nothing shown then can
 * be missed.
 *
 * Context: any.
 */
void shinrai_quick_subject(const void *key, bool add)
{
	const u32 i = index_of(key, SHINRAI_QUICK_SUBJECTS);
	unsigned long flags;
	size_t n;

	spin_lock_irqsave(&quick.lock, flags);
	count(&quick.subject[i], add);
	for (n = 0; n < ARRAY_SIZE(quick.shown); n++) {
		if (quick.shown[n])
			WRITE_ONCE(quick.shown[n]->subject[i],
				   set(&quick.subject[i]));
	}
	spin_unlock_irqrestore(&quick.lock, flags);
}

/**
 * shinrai_quick_object() - as shinrai_quick_subject(), of an object
 * @key: as in struct shinrai_object
 * @add: whether it has labels from now on
 *
 * Context: any.
 */
void shinrai_quick_object(const void *key, bool add)
{
	const u32 i = index_of(key, SHINRAI_QUICK_OBJECTS);
	unsigned long flags;
	size_t n;

	spin_lock_irqsave(&quick.lock, flags);
	count(&quick.object[i], add);
	for (n = 0; n < ARRAY_SIZE(quick.shown); n++) {
		if (quick.shown[n])
			WRITE_ONCE(quick.shown[n]->object[i],
				   set(&quick.object[i]));
	}
	spin_unlock_irqrestore(&quick.lock, flags);
}
