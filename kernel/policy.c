// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policies in force, one of each owner.  A list under RCU: a reader sees a
 * policy whole, the old one or the new one; it is freed when no reader can have
 * it any more.
 */
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core.h"
#include "label.h"
#include "policy.h"

static LIST_HEAD(in_force);
static u32 count;
static u32 epoch = 1;

/**
 * shinrai_policy_new() - room for a policy
 * @len: bytes of its blob, for the caller to fill
 *
 * Context: may sleep.
 * Return: for shinrai_policy_free() or shinrai_policy_load(); NULL without
 * memory.
 */
struct shinrai_loaded *shinrai_policy_new(size_t len)
{
	struct shinrai_loaded *l = kzalloc(sizeof(*l), GFP_KERNEL);

	if (!l)
		return NULL;
	l->blob = kvmalloc(len, GFP_KERNEL_ACCOUNT);
	if (!l->blob) {
		kfree(l);
		return NULL;
	}
	l->len = len;
	spin_lock_init(&l->lock);
	INIT_LIST_HEAD(&l->node);
	return l;
}

/**
 * shinrai_policy_free() - free a policy that is not in force
 * @l: the policy
 *
 * Context: may sleep.
 */
void shinrai_policy_free(struct shinrai_loaded *l)
{
	kvfree(l->meters);
	kvfree(l->blob);
	kfree(l);
}

static void free_work(struct work_struct *work)
{
	shinrai_policy_free(
		container_of(to_rcu_work(work), struct shinrai_loaded, free));
}

/* Once nobody can be reading it.  The module is armed, so it stays for that. */
static void free_later(struct shinrai_loaded *l)
{
	INIT_RCU_WORK(&l->free, free_work);
	queue_rcu_work(system_unbound_wq, &l->free);
}

/* Whoever sees the new epoch sees what it is about. */
static void next_epoch(void)
{
	lockdep_assert_held(&shinrai_load_lock);
	smp_store_release(&epoch, epoch + 1 ?: 1); /* as said above */
}

/* The list changes only under shinrai_load_lock. */
static struct shinrai_loaded *held_by(const u8 *owner)
{
	struct shinrai_loaded *l;

	lockdep_assert_held(&shinrai_load_lock);
	list_for_each_entry(l, &in_force, node) {
		if (!memcmp(l->owner, owner, sizeof(l->owner)))
			return l;
	}
	return NULL;
}

static void put_in_force(struct shinrai_loaded *l)
{
	struct shinrai_loaded *old = held_by(l->owner);

	if (old) {
		list_replace_rcu(&old->node, &l->node);
		free_later(old);
	} else {
		list_add_tail_rcu(&l->node, &in_force);
		WRITE_ONCE(count, count + 1);
	}
	next_epoch();
}

/**
 * shinrai_policy_withdraw() - an owner has no policy any more
 * @owner: SHINRAI_DIGEST_SIZE bytes
 *
 * Context: shinrai_load_lock is held.
 */
void shinrai_policy_withdraw(const u8 *owner)
{
	struct shinrai_loaded *l = held_by(owner);

	if (!l)
		return;
	list_del_rcu(&l->node);
	WRITE_ONCE(count, count - 1);
	next_epoch();
	free_later(l);
}

/* Return: the owner whose policy it says it is. */
static struct shinrai_owner_entry *owner_of(const struct shinrai_loaded *l)
{
	const struct shinrai_policy_head *head = (const void *)l->blob;
	struct shinrai_owner_entry *o;

	if (l->len < sizeof(*head) ||
	    memcmp(head->magic, SHINRAI_POLICY_MAGIC, sizeof(head->magic)))
		return ERR_PTR(-EBADMSG);
	o = shinrai_owner_find(head->owner);
	if (!o)
		return ERR_PTR(-ENOENT);
	return o->keyring ? o : ERR_PTR(-EKEYREVOKED);
}

/* Nothing of it is used before the signature and the check hold. */
static int accept(struct shinrai_loaded *l, const struct shinrai_owner_entry *o,
		  const void *sig, size_t sig_len)
{
	const struct shinrai_policy_head *head;
	int ret;

	ret = shinrai_signature_verify(o->keyring, l->blob, l->len, sig,
				       sig_len);
	if (ret)
		return ret;
	ret = shinrai_policy_check(&l->p, l->blob, l->len);
	if (ret)
		return ret;
	head = l->p.head;
	static_assert(sizeof(head->name) == sizeof(o->name));
	if (memcmp(head->name, o->name, sizeof(o->name)))
		return -EACCES;
	return head->generation > o->generation ? 0 : -ESTALE;
}

static int fill(struct shinrai_loaded *l)
{
	const u32 meters = shinrai_policy_meters(&l->p);
	struct shinrai_sha256 hash;

	if (meters) {
		l->meters = kvcalloc(meters, sizeof(*l->meters),
				     GFP_KERNEL_ACCOUNT);
		if (!l->meters)
			return -ENOMEM;
	}
	memcpy(l->owner, l->p.head->owner, sizeof(l->owner));
	l->generation = l->p.head->generation;
	shinrai_sha256_init(&hash);
	shinrai_sha256_update(&hash, l->blob, l->len);
	shinrai_sha256_final(&hash, l->digest);
	return 0;
}

/* Whoever has a grant is looked at from his first instruction on. */
static int prepare(const struct shinrai_loaded *l)
{
	if (!l->p.head->grants)
		return 0;
	shinrai_quick_grants();
	return shinrai_live();
}

static int record(const struct shinrai_loaded *l,
		  const struct shinrai_owner_entry *o)
{
	struct shinrai_change_of_owner c = {
		.owner = l->owner,
		.name = o->name,
		.generation = l->generation,
		.rules = l->p.head->rules,
	};

	memcpy(c.digest, l->digest, sizeof(c.digest));
	return shinrai_load_record(SHINRAI_EVENT_POLICY, &c);
}

/**
 * shinrai_policy_load() - put a policy in force, in the place of an older one
 * @l: with its blob; in force afterwards when 0 is returned, else the caller's
 * @sig: the owner's signature of the blob
 * @sig_len: its bytes
 *
 * Context: may sleep; shinrai_load_lock is held; the module is armed.
 * Return: 0; -ENOENT; -EKEYREVOKED; -EKEYREJECTED; as shinrai_policy_check();
 * -EACCES; -ESTALE; -ENOMEM; as shinrai_live(), shinrai_load_record().
 */
int shinrai_policy_load(struct shinrai_loaded *l, const void *sig,
			size_t sig_len)
{
	struct shinrai_owner_entry *o;
	int ret;

	lockdep_assert_held(&shinrai_load_lock);
	might_sleep();
	o = owner_of(l);
	if (IS_ERR(o))
		return PTR_ERR(o);
	ret = accept(l, o, sig, sig_len);
	if (!ret)
		ret = fill(l);
	if (!ret)
		ret = prepare(l);
	if (!ret)
		ret = record(l, o);
	if (ret)
		return ret;
	o->generation = l->generation;
	put_in_force(l);
	return 0;
}

static int copy_policy(struct shinrai_policy_get *req)
{
	const struct shinrai_loaded *l = held_by(req->owner);
	const u32 room = req->data_len;

	if (!l)
		return -ENOENT;
	req->data_len = (u32)l->len;
	if (room < l->len)
		return 0;
	return copy_to_user(u64_to_user_ptr(req->data), l->blob, l->len) ?
		       -EFAULT :
		       0;
}

/**
 * shinrai_policy_get() - SHINRAI_IOC_POLICY
 * @arg: the caller's
 *
 * Context: may sleep, can be killed.
 * Return: 0; -EFAULT; -EINVAL; -ENOENT when that owner has none; -EINTR.
 */
int shinrai_policy_get(struct shinrai_policy_get __user *arg)
{
	struct shinrai_policy_get req;
	int ret;

	if (copy_from_user(&req, arg, sizeof(req)))
		return -EFAULT;
	if (req.flags)
		return -EINVAL;
	ret = mutex_lock_killable(&shinrai_load_lock);
	if (ret)
		return ret;
	ret = copy_policy(&req);
	mutex_unlock(&shinrai_load_lock);
	if (!ret && copy_to_user(arg, &req, sizeof(req)))
		ret = -EFAULT;
	return ret;
}

/**
 * shinrai_policy_count() - policies in force
 *
 * Context: any.
 * Return: the count.
 */
u32 shinrai_policy_count(void)
{
	return READ_ONCE(count);
}

/**
 * shinrai_policy_any() - may there be owners, and so labels?
 *
 * Context: any.
 * Return: whether an anchor was given when the module was loaded.
 */
bool shinrai_policy_any(void)
{
	return shinrai_anchor();
}

/**
 * shinrai_policy_epoch() - what an answer that is kept is good for
 *
 * Read it before the policy that is asked.
 *
 * Context: any.
 * Return: another number after each change of what is in force; never 0.
 */
u32 shinrai_policy_epoch(void)
{
	return smp_load_acquire(&epoch); /* pairs with next_epoch() */
}

/**
 * shinrai_policy_next() - one policy in force after the other
 * @l: the one before; NULL for the first
 *
 * Context: any, in one section of rcu_read_lock() that also uses the policy.
 * Return: NULL after the last.
 */
const struct shinrai_loaded *shinrai_policy_next(const struct shinrai_loaded *l)
{
	struct list_head *at = l ? (struct list_head *)&l->node : &in_force;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "policies are under RCU");
	return list_next_or_null_rcu(&in_force, at, struct shinrai_loaded,
				     node);
}

/**
 * shinrai_policy_of() - the policy of an owner
 * @owner: SHINRAI_DIGEST_SIZE bytes
 *
 * Context: as shinrai_policy_next().
 * Return: NULL when he has none, is revoked or unknown.
 */
const struct shinrai_loaded *shinrai_policy_of(const u8 *owner)
{
	const struct shinrai_loaded *l;

	shinrai_policy_for_each(l)
	{
		if (!memcmp(l->owner, owner, sizeof(l->owner)))
			return l;
	}
	return NULL;
}

/**
 * shinrai_policy_judge_as() - ask one owner's policy, with its counters
 * @l: from shinrai_policy_of()
 * @labels: bits, by the policy's labels
 * @a: the access
 * @charge: count what is consented to
 * @out: the answer
 *
 * Context: as shinrai_policy_next(); takes no lock unless something counts.
 */
void shinrai_policy_judge_as(const struct shinrai_loaded *l, u64 labels,
			     const struct shinrai_access *a, bool charge,
			     struct shinrai_answer *out)
{
	spinlock_t *lock = (spinlock_t *)&l->lock; /* of the meters alone */
	unsigned long flags;

	if (!(l->p.head->flags & SHINRAI_POLICY_METERED)) {
		shinrai_policy_judge(&l->p, labels, a, NULL, false, out);
		return;
	}
	spin_lock_irqsave(lock, flags);
	shinrai_policy_judge(&l->p, labels, a, l->meters, charge, out);
	spin_unlock_irqrestore(lock, flags);
}
