// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who pays for an event, and how many each may cause.
 *
 * The table is read and written under the queue's lock.  An account whose
 * bucket is full again is worth as much as none and gives its place away, so
 * only as many payers as are active at once need one.
 */
#include <linux/cred.h>
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/hrtimer.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "core.h"

#define ACCOUNTS 4096
#define BUCKET_BITS 8
#define NOBODY ((u32)-1)

struct account {
	struct hlist_node node;
	struct list_head used; /* the least recently used first */
	u32 uid;
	u64 tat_ns;
	u64 reported_ns;
	u64 dropped; /* not told of yet */
};

static struct {
	DECLARE_HASHTABLE(accounts, BUCKET_BITS);
	struct list_head used;
	struct account *others; /* everybody beyond ACCOUNTS */
	u32 count;
} users;

/**
 * shinrai_user_init() - start with empty accounts
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM.
 */
int shinrai_user_init(void)
{
	hash_init(users.accounts);
	INIT_LIST_HEAD(&users.used);
	users.others = kzalloc(sizeof(*users.others), GFP_KERNEL);
	if (!users.others)
		return -ENOMEM;
	users.others->uid = NOBODY;
	return 0;
}

/**
 * shinrai_user_exit() - release everything
 */
void shinrai_user_exit(void)
{
	struct account *a, *next;

	list_for_each_entry_safe(a, next, &users.used, used)
		kfree(a);
	kfree(users.others);
}

/**
 * shinrai_user_payer() - who pays for what the current task causes
 *
 * A user who owns many subordinate uids can act as any of them, but only
 * inside a user namespace of his own: its owner pays.  A namespace that root
 * made for others is no excuse for them.
 *
 * Context: any; a process.
 * Return: a uid in the initial user namespace; 0 pays nothing.
 */
u32 shinrai_user_payer(void)
{
	const struct user_namespace *ns = current_user_ns();
	kuid_t uid = current_uid();

	if (ns != &init_user_ns) {
		while (ns->parent != &init_user_ns)
			ns = ns->parent;
		if (!uid_eq(ns->owner, GLOBAL_ROOT_UID))
			uid = ns->owner;
	}
	return from_kuid(&init_user_ns, uid);
}

static struct account *account_find(u32 uid)
{
	struct account *a;

	hash_for_each_possible(users.accounts, a, node, uid) {
		if (a->uid == uid)
			return a;
	}
	return NULL;
}

/* Return: an account that is nobody's, or NULL. */
static struct account *account_new(u64 now)
{
	struct account *a;

	if (users.count < ACCOUNTS) {
		a = kzalloc(sizeof(*a), GFP_ATOMIC | __GFP_NOWARN);
		if (a)
			users.count++;
		return a;
	}
	a = list_first_entry(&users.used, struct account, used);
	if (a->tat_ns > now)
		return NULL;
	users.others->dropped += a->dropped;
	hash_del(&a->node);
	list_del(&a->used);
	memset(a, 0, sizeof(*a));
	return a;
}

/* Caller holds the queue's lock. */
static struct account *account_get(u32 uid, u64 now)
{
	struct account *a = account_find(uid);

	if (a) {
		list_move_tail(&a->used, &users.used);
		return a;
	}
	a = account_new(now);
	if (!a)
		return users.others;
	a->uid = uid;
	hash_add(users.accounts, &a->node, uid);
	list_add_tail(&a->used, &users.used);
	return a;
}

static void report_dropped(u32 uid, u64 count)
{
	struct shinrai_pending *p = NULL;
	struct shinrai_draft *d;
	u64 seq;

	d = shinrai_draft_new(SHINRAI_EVENT_OVERFLOW, GFP_ATOMIC);
	if (d) {
		shinrai_draft_uint(d, SHINRAI_FIELD_REASON,
				   SHINRAI_REASON_USER_RATE, 4);
		shinrai_draft_uint(d, SHINRAI_FIELD_COUNT, count, 8);
		shinrai_draft_uint(d, SHINRAI_FIELD_UID, (u64)uid << 32 | uid,
				   8);
		p = shinrai_draft_pack(d, SHINRAI_PCR_CODE, GFP_ATOMIC);
		kfree(d);
	}
	if (p)
		shinrai_log_push(p, &seq);
	else
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, ENOMEM);
}

/*
 * One try.  @last: there is no other, and a refusal counts.
 * Return: 0 admitted; else the nanoseconds until there is a token.
 */
static u64 take(u32 uid, bool last)
{
	u64 now = ktime_get_ns(), wait, dropped = 0;
	unsigned long flags = shinrai_log_lock();
	struct account *a = account_get(uid, now);
	u32 whose = a->uid;

	wait = shinrai_rate_take(&a->tat_ns, now, shinrai.rate, shinrai.burst);
	if (wait && last) {
		a->dropped++;
		set_bit(SHINRAI_FLAG_OVERFLOWED, &shinrai.flags);
	}
	if (a->dropped && shinrai_rate_report(&a->reported_ns, now)) {
		dropped = a->dropped;
		a->dropped = 0;
	}
	shinrai_log_unlock(flags);
	if (dropped)
		report_dropped(whose, dropped);
	return wait;
}

/*
 * Not schedule_timeout(): it counts from jiffies, which are behind where a
 * host stalled the machine, and the token would not be there yet.
 *
 * Return: 0 after @ns; -EINTR when killed.
 */
static int sleep_killable(u64 ns)
{
	ktime_t until = ktime_add_ns(ktime_get(), ns);

	do {
		if (fatal_signal_pending(current))
			return -EINTR;
		set_current_state(TASK_KILLABLE);
	} while (schedule_hrtimeout(&until, HRTIMER_MODE_ABS));
	return 0;
}

/**
 * shinrai_user_admit() - may this user add one more event?
 * @payer: from shinrai_user_payer(); 0 always may
 * @may_sleep: wait up to SHINRAI_WAIT_MS for a token
 *
 * Context: any but interrupts; with @may_sleep it sleeps and can be killed.
 * Return: 0; -EDQUOT, and an OVERFLOW event tells how many were dropped;
 * -EINTR.
 */
int shinrai_user_admit(u32 payer, bool may_sleep)
{
	u64 wait;

	if (!payer)
		return 0;
	wait = take(payer, !may_sleep);
	if (!wait || !may_sleep)
		return wait ? -EDQUOT : 0;
	might_sleep();
	if (sleep_killable(min_t(u64, wait, SHINRAI_WAIT_MS * NSEC_PER_MSEC)))
		return -EINTR;
	return take(payer, true) ? -EDQUOT : 0;
}
