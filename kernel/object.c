// SPDX-License-Identifier: GPL-2.0-only
/*
 * The labels of what data passes through or rests in, while it is in memory:
 * inodes, sockets, terminals.  Keyed by address; a hook tells when the kernel
 * frees one.  Added and changed under one lock, read under RCU.
 */
#include <linux/cgroup.h>
#include <linux/hashtable.h>
#include <linux/ipc.h>
#include <linux/key.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/tty.h>
#include <linux/workqueue.h>
#include <net/sock.h>

#include "label.h"

static DEFINE_HASHTABLE(objects, 12);
static DEFINE_SPINLOCK(objects_lock);
static u32 objects_count;

#define COLLECT_S 5

static void collect(struct work_struct *work);
static DECLARE_DELAYED_WORK(collector, collect);

static struct shinrai_object *find(const void *key)
{
	struct shinrai_object *o;

	hash_for_each_possible_rcu(objects, o, node, (unsigned long)key,
				   lockdep_is_held(&objects_lock)) {
		if (o->key == key)
			return o;
	}
	return NULL;
}

/**
 * shinrai_object_labels() - what an object holds
 * @key: its address, never followed
 *
 * Context: any.
 * Return: its labels.
 */
u64 shinrai_object_labels(const void *key)
{
	const struct shinrai_object *o;
	u64 labels = 0;

	if (!READ_ONCE(objects_count))
		return 0;
	rcu_read_lock();
	o = find(key);
	if (o)
		labels = READ_ONCE(o->labels);
	rcu_read_unlock();
	return labels;
}

/* Nobody tells when these go: they are kept until nobody else has them. */
static bool is_held(enum shinrai_object_kind kind)
{
	return kind == SHINRAI_OBJECT_TTY || kind == SHINRAI_OBJECT_KEY;
}

/* The caller has a reference, too. */
static void hold(enum shinrai_object_kind kind, const void *key)
{
	if (kind == SHINRAI_OBJECT_TTY)
		tty_kref_get((struct tty_struct *)key);
	else
		key_get((struct key *)key);
	schedule_delayed_work(&collector, COLLECT_S * HZ);
}

/* Whoever gets at it by its number from now on reads neither it nor its name. */
static void retire(struct shinrai_object *o)
{
	struct key *key = (struct key *)o->key;

	if (o->kind != SHINRAI_OBJECT_KEY)
		return;
	down_write(&key->sem);
	key->perm = 0;
	up_write(&key->sem);
	key_invalidate(key);
}

static void release(struct shinrai_object *o)
{
	if (o->kind == SHINRAI_OBJECT_TTY)
		tty_kref_put((struct tty_struct *)o->key);
	else
		key_put((struct key *)o->key);
}

/* Its table no longer has it. */
static void discard(struct shinrai_object *o)
{
	if (o->sender.cgroup)
		cgroup_put(o->sender.cgroup);
	kfree_rcu(o, rcu);
}

static void take_out(struct shinrai_object *o)
{
	lockdep_assert_held(&objects_lock);
	hash_del_rcu(&o->node);
	shinrai_quick_object(o->key, false);
	WRITE_ONCE(objects_count, objects_count - 1);
}

static bool abandoned(const struct shinrai_object *o)
{
	if (o->kind == SHINRAI_OBJECT_TTY)
		return !((const struct tty_struct *)o->key)->count;
	return o->kind == SHINRAI_OBJECT_KEY &&
	       refcount_read(&((const struct key *)o->key)->usage) == 1;
}

static int insert(const void *key, enum shinrai_object_kind kind, u64 labels,
		  gfp_t gfp)
{
	struct shinrai_object *fresh, *o;
	unsigned long flags;

	fresh = kzalloc(sizeof(*fresh), gfp | __GFP_NOWARN);
	if (!fresh)
		return -ENOMEM;
	spin_lock_irqsave(&objects_lock, flags);
	o = find(key);
	if (!o) {
		o = fresh;
		o->key = key;
		o->kind = kind;
		o->sender.uid = U32_MAX; /* nobody has sent yet */
		if (is_held(kind))
			hold(kind, key);
		hash_add_rcu(objects, &o->node, (unsigned long)key);
		shinrai_quick_object(key, true);
		WRITE_ONCE(objects_count, objects_count + 1);
	}
	WRITE_ONCE(o->labels, o->labels | labels);
	spin_unlock_irqrestore(&objects_lock, flags);
	if (o != fresh)
		kfree(fresh);
	return 0;
}

/**
 * shinrai_object_add() - an object gets labels, and nothing else happens
 * @key: held by the caller, so that it is not freed meanwhile
 * @kind: what is there
 * @labels: that it has from now on, beside those that it has
 * @gfp: as the context allows
 *
 * Context: any.
 * Return: 0; -ENOMEM.
 */
int shinrai_object_add(const void *key, enum shinrai_object_kind kind,
		       u64 labels, gfp_t gfp)
{
	if (!(labels & ~shinrai_object_labels(key)))
		return 0;
	return insert(key, kind, labels, gfp);
}

/**
 * shinrai_object_watch() - ask about an inode at each read and write
 * @inode: as for shinrai_object_add()
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM.
 */
int shinrai_object_watch(const struct inode *inode)
{
	return insert(inode, SHINRAI_OBJECT_INODE, 0, GFP_KERNEL);
}

/**
 * shinrai_object_sender() - who sent by a labelled socket last
 * @key: its struct sock
 * @sender: out; its cgroup is the caller's to put
 *
 * Context: any.
 * Return: false when it has no labels.
 */
bool shinrai_object_sender(const void *key, struct shinrai_sender *sender)
{
	const struct shinrai_object *o;
	unsigned long flags;

	spin_lock_irqsave(&objects_lock, flags);
	o = find(key);
	if (o)
		*sender = o->sender;
	if (o && sender->cgroup)
		cgroup_get(sender->cgroup);
	spin_unlock_irqrestore(&objects_lock, flags);
	return o;
}

static bool same_sender(const struct shinrai_sender *a,
			const struct shinrai_sender *b)
{
	return a->uid == b->uid && a->cgroup == b->cgroup &&
	       a->known == b->known &&
	       (!a->known || !memcmp(a->digest, b->digest, sizeof(a->digest)));
}

/**
 * shinrai_object_sent() - who sends by a labelled socket, and what he may
 * @key: its struct sock
 * @sender: what its packets are judged by from now on
 *
 * A removed cgroup stays in memory for as long as such a socket does.
 *
 * Context: any; an RCU read side section keeps the cgroup.
 */
void shinrai_object_sent(const void *key, const struct shinrai_sender *sender)
{
	struct cgroup *old = NULL;
	struct shinrai_object *o;
	unsigned long flags;

	spin_lock_irqsave(&objects_lock, flags);
	o = find(key);
	if (o && !same_sender(&o->sender, sender)) {
		old = o->sender.cgroup;
		o->sender = *sender;
		if (!cgroup_tryget(sender->cgroup))
			o->sender.cgroup = NULL;
	}
	spin_unlock_irqrestore(&objects_lock, flags);
	if (old)
		cgroup_put(old);
}

/* Anybody's program may say so; what is in the table is there until then. */
static bool dying(const struct shinrai_object *o)
{
	const struct inode *inode = o->key;
	const struct sock *sk = o->key;

	switch (o->kind) {
	case SHINRAI_OBJECT_INODE:
		return READ_ONCE(inode->i_state) & (I_FREEING | I_CLEAR);
	case SHINRAI_OBJECT_SOCK:
		return !refcount_read(&sk->sk_refcnt);
	case SHINRAI_OBJECT_IPC:
		return ((const struct kern_ipc_perm *)o->key)->deleted;
	case SHINRAI_OBJECT_TTY:
	case SHINRAI_OBJECT_KEY:
		break; /* collect() */
	}
	return false;
}

static void collect(struct work_struct *work)
{
	struct shinrai_object *o, *dead = NULL;
	unsigned long flags;
	int i;

	/* Only here are these taken out, so they stay after the lock. */
	spin_lock_irqsave(&objects_lock, flags);
	hash_for_each(objects, i, o, node) {
		if (!abandoned(o))
			continue;
		o->dead = dead;
		dead = o;
	}
	spin_unlock_irqrestore(&objects_lock, flags);
	for (o = dead; o; o = o->dead)
		retire(o);
	if (dead)
		synchronize_rcu(); /* who was shown its name just now is labelled */
	while (dead) {
		o = dead;
		dead = o->dead;
		spin_lock_irqsave(&objects_lock, flags);
		take_out(o);
		spin_unlock_irqrestore(&objects_lock, flags);
		release(o);
		discard(o);
	}
	schedule_delayed_work(&collector, COLLECT_S * HZ);
}

/**
 * shinrai_object_forget() - the kernel frees it
 * @key: its address, or a lie
 *
 * Context: any.
 */
void shinrai_object_forget(const void *key)
{
	struct shinrai_object *o;
	unsigned long flags;

	if (!READ_ONCE(objects_count))
		return;
	spin_lock_irqsave(&objects_lock, flags);
	o = find(key);
	if (o && !dying(o))
		o = NULL;
	if (o)
		take_out(o);
	spin_unlock_irqrestore(&objects_lock, flags);
	if (o)
		discard(o);
}

/**
 * shinrai_object_count() - objects with labels in memory
 *
 * Return: how many.
 */
u32 shinrai_object_count(void)
{
	return READ_ONCE(objects_count);
}
