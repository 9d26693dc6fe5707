// SPDX-License-Identifier: GPL-2.0-only
/*
 * The labels that are live: each gets a bit when it is first met, and keeps it
 * until reboot.  The table only grows, so it is read without a lock.
 */
#include <linux/spinlock.h>
#include <linux/string.h>

#include <shinrai/rd.h>

#include "label.h"

static struct {
	spinlock_t lock; /* of adding */
	u32 count; /* released when the entry below it is whole */
	struct shinrai_label_id id[SHINRAI_MAX_LABELS];
} live = { .lock = __SPIN_LOCK_UNLOCKED(live.lock) };

static bool lookup(const struct shinrai_label_id *id, u64 *bit)
{
	const u32 count = smp_load_acquire(&live.count); /* see there */
	u32 i;

	for (i = 0; i < count; i++) {
		if (!memcmp(&live.id[i], id, sizeof(*id))) {
			*bit = 1ULL << i;
			return true;
		}
	}
	return false;
}

/**
 * shinrai_label_find() - the bit of a label, which is live from now on
 * @id: the label
 * @bit: out
 *
 * Context: any.
 * Return: 0; -ENOSPC when SHINRAI_MAX_LABELS others are live.
 */
int shinrai_label_find(const struct shinrai_label_id *id, u64 *bit)
{
	unsigned long flags;
	int ret = 0;

	if (lookup(id, bit))
		return 0;
	spin_lock_irqsave(&live.lock, flags);
	if (lookup(id, bit)) {
		;
	} else if (live.count == SHINRAI_MAX_LABELS) {
		ret = -ENOSPC;
	} else {
		live.id[live.count] = *id;
		*bit = 1ULL << live.count;
		smp_store_release(&live.count, live.count + 1); /* see there */
	}
	spin_unlock_irqrestore(&live.lock, flags);
	return ret;
}

/**
 * shinrai_label_all() - every label there is
 *
 * Context: any.
 * Return: all that are live.
 */
u64 shinrai_label_all(void)
{
	const u32 count = smp_load_acquire(&live.count); /* see there */

	return count ? ~0ULL >> (SHINRAI_MAX_LABELS - count) : 0;
}

/**
 * shinrai_label_owner() - whose is the lowest of these labels?
 * @labels: at least one, all live
 * @owner: out
 *
 * Context: any.
 * Return: those of @labels that are the same owner's.
 */
u64 shinrai_label_owner(u64 labels, u8 owner[SHINRAI_DIGEST_SIZE])
{
	u64 own = 0, rest;

	memcpy(owner, live.id[__ffs64(labels)].owner, SHINRAI_DIGEST_SIZE);
	for (rest = labels; rest; rest &= rest - 1) {
		if (!memcmp(live.id[__ffs64(rest)].owner, owner,
			    SHINRAI_DIGEST_SIZE))
			own |= rest & -rest;
	}
	return own;
}

/**
 * shinrai_label_of_policy() - live labels as a policy numbers them
 * @p: the policy
 * @labels: live, all of the policy's owner
 *
 * Context: any.
 * Return: a bit for each label of the policy; labels that it does not have are
 * missing, which the caller sees by counting.
 */
u64 shinrai_label_of_policy(const struct shinrai_policy *p, u64 labels)
{
	u64 own = 0;
	u32 i;

	for (; labels; labels &= labels - 1) {
		const u8 *uuid = live.id[__ffs64(labels)].uuid;

		for (i = 0; i < p->head->labels; i++) {
			if (!memcmp(p->label[i].uuid, uuid, SHINRAI_UUID_SIZE))
				own |= 1ULL << i;
		}
	}
	return own;
}

/**
 * shinrai_label_to_live() - a policy's labels, as far as they are live
 * @p: the policy
 * @own: as the policy numbers them
 *
 * Context: any.
 * Return: a bit for each live one.
 */
u64 shinrai_label_to_live(const struct shinrai_policy *p, u64 own)
{
	struct shinrai_label_id id;
	u64 labels = 0, bit;

	memcpy(id.owner, p->head->owner, sizeof(id.owner));
	for (; own; own &= own - 1) {
		memcpy(id.uuid, p->label[__ffs64(own)].uuid, sizeof(id.uuid));
		if (lookup(&id, &bit))
			labels |= bit;
	}
	return labels;
}

/**
 * shinrai_label_list() - write labels out
 * @labels: live
 * @out: room for all of them
 *
 * Context: any.
 * Return: how many there are.
 */
size_t shinrai_label_list(u64 labels, struct shinrai_label_id *out)
{
	size_t n = 0;

	for (; labels; labels &= labels - 1)
		out[n++] = live.id[__ffs64(labels)];
	return n;
}

static int known(const struct shinrai_label_id *id, u64 *bit)
{
	return lookup(id, bit) ? 0 : -ENOENT;
}

static int parse(const u8 *value, size_t len, u64 *labels,
		 int (*find)(const struct shinrai_label_id *id, u64 *bit))
{
	struct shinrai_label_id id;
	struct shinrai_rd r;
	u64 found = 0, bit;
	u8 version, count;
	int ret;

	shinrai_rd_init(&r, value, len);
	version = shinrai_rd_u8(&r);
	count = shinrai_rd_u8(&r);
	if (shinrai_rd_be16(&r) || version != SHINRAI_XATTR_VERSION || !count ||
	    count > SHINRAI_MAX_LABELS)
		return -EBADMSG;
	while (count--) {
		shinrai_rd_copy(&r, &id, sizeof(id));
		if (shinrai_rd_err(&r))
			return -EBADMSG;
		ret = find(&id, &bit);
		if (ret)
			return ret;
		found |= bit;
	}
	if (shinrai_rd_end(&r))
		return -EBADMSG;
	*labels = found;
	return 0;
}

/**
 * shinrai_label_parse() - read the xattr's value
 * @value: its bytes
 * @len: how many
 * @labels: out, live from now on
 *
 * Context: any.
 * Return: 0; -EBADMSG; -ENOSPC when there are too many different ones.
 */
int shinrai_label_parse(const u8 *value, size_t len, u64 *labels)
{
	return parse(value, len, labels, shinrai_label_find);
}

/**
 * shinrai_label_same() - would an xattr's value say what is so already?
 * @value: its bytes, of whoever wants to write it
 * @len: how many
 * @labels: live
 *
 * Context: any.
 * Return: true when it names these labels and no other.
 */
bool shinrai_label_same(const u8 *value, size_t len, u64 labels)
{
	u64 named;

	return !parse(value, len, &named, known) && named == labels;
}

/**
 * shinrai_label_print() - write the xattr's value
 * @labels: live, at least one
 * @value: out
 *
 * Context: any.
 * Return: its bytes.
 */
size_t shinrai_label_print(u64 labels, u8 value[SHINRAI_XATTR_SIZE])
{
	size_t n;

	n = shinrai_label_list(labels, (struct shinrai_label_id *)(value + 4));
	value[0] = SHINRAI_XATTR_VERSION;
	value[1] = (u8)n;
	value[2] = 0;
	value[3] = 0;
	return 4 + n * sizeof(struct shinrai_label_id);
}
