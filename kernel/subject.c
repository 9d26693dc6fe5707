// SPDX-License-Identifier: GPL-2.0-only
/*
 * The labels of address spaces: whoever shares the memory shares the labels.
 *
 * An entry holds the struct mm_struct, not the memory, so its address stays
 * its own; entries of dead ones are collected now and then.  They are added and
 * changed under one lock, and read under RCU.
 */
#include <linux/hashtable.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "label.h"

#define COLLECT_S 5

static DEFINE_HASHTABLE(subjects, 10);
static DEFINE_SPINLOCK(subjects_lock);
static u32 subjects_count;

static void collect(struct work_struct *work);
static DECLARE_DELAYED_WORK(collector, collect);

static struct shinrai_subject *find(const struct mm_struct *mm)
{
	struct shinrai_subject *s;

	hash_for_each_possible_rcu(subjects, s, node, (unsigned long)mm,
				   lockdep_is_held(&subjects_lock)) {
		if (s->mm == mm)
			return s;
	}
	return NULL;
}

/*
 * Its memory must not be written to a disk, or to some program, when it dies:
 * with this limit the kernel writes neither.
 */
static void no_core(const struct mm_struct *mm)
{
	struct task_struct *p, *t;

	rcu_read_lock();
	for_each_process_thread(p, t) {
		if (t->mm == mm)
			WRITE_ONCE(t->signal->rlim[RLIMIT_CORE].rlim_cur, 1);
	}
	rcu_read_unlock();
}

static void collect(struct work_struct *work)
{
	struct shinrai_subject *s, *dead = NULL;
	struct hlist_node *next;
	unsigned long flags;
	bool more;
	int i;

	spin_lock_irqsave(&subjects_lock, flags);
	hash_for_each_safe(subjects, i, next, s, node) {
		/* Nobody can come by its memory any more. */
		if (atomic_read(&s->mm->mm_users))
			continue;
		hash_del_rcu(&s->node);
		shinrai_quick_subject(s->mm, false);
		WRITE_ONCE(subjects_count, subjects_count - 1);
		s->dead = dead;
		dead = s;
	}
	more = subjects_count;
	spin_unlock_irqrestore(&subjects_lock, flags);
	synchronize_rcu(); /* readers may still look at it */
	while (dead) {
		s = dead;
		dead = s->dead;
		mmdrop(s->mm);
		kfree(s);
	}
	if (more)
		schedule_delayed_work(&collector, COLLECT_S * HZ);
}

/**
 * shinrai_subject_labels() - what an address space holds
 * @mm: compared, never followed; NULL holds nothing
 *
 * Context: any.
 * Return: its labels.
 */
u64 shinrai_subject_labels(const struct mm_struct *mm)
{
	struct shinrai_subject *s;
	u64 labels = 0;

	if (!mm || !READ_ONCE(subjects_count))
		return 0;
	rcu_read_lock();
	s = find(mm);
	if (s)
		labels = READ_ONCE(s->labels);
	rcu_read_unlock();
	return labels;
}

/**
 * shinrai_subject_held() - what is in an address space, marked with or not
 * @mm: compared, never followed; NULL holds nothing
 *
 * For who looks into it from outside.
 *
 * Context: any.
 * Return: its labels, and those that a grant excuses it from.
 */
u64 shinrai_subject_held(const struct mm_struct *mm)
{
	struct shinrai_subject *s;
	u64 labels = 0;

	if (!mm || !READ_ONCE(subjects_count))
		return 0;
	rcu_read_lock();
	s = find(mm);
	if (s)
		labels = READ_ONCE(s->labels) | READ_ONCE(s->excused);
	rcu_read_unlock();
	return labels;
}

/**
 * shinrai_subject_granted() - was a program with a grant started here?
 * @mm: any
 * @digest: out, SHA-256 of the program, when it was
 *
 * Context: any.
 * Return: true when it was; whether the grant still holds is for a policy.
 */
bool shinrai_subject_granted(const struct mm_struct *mm,
			     u8 digest[SHINRAI_DIGEST_SIZE])
{
	const struct shinrai_subject *s;
	bool granted;

	rcu_read_lock();
	s = find(mm);
	granted = s && READ_ONCE(s->granted);
	rcu_read_unlock();
	return granted && shinrai_subject_program(mm, digest);
}

/**
 * shinrai_subject_excuse() - a granted program takes something in
 * @mm: shinrai_subject_granted()
 * @labels: live, that it is not marked with
 *
 * Context: any.
 */
void shinrai_subject_excuse(struct mm_struct *mm, u64 labels)
{
	struct shinrai_subject *s;
	unsigned long flags;
	bool more;

	spin_lock_irqsave(&subjects_lock, flags);
	s = find(mm);
	more = s && labels & ~s->excused;
	if (s)
		WRITE_ONCE(s->excused, s->excused | labels);
	spin_unlock_irqrestore(&subjects_lock, flags);
	if (more)
		no_core(mm);
}

static struct shinrai_subject *add(struct mm_struct *mm,
				   struct shinrai_subject *fresh)
{
	struct shinrai_subject *s = find(mm);

	lockdep_assert_held(&subjects_lock);
	if (s || !fresh)
		return s;
	mmgrab(mm);
	fresh->mm = mm;
	hash_add_rcu(subjects, &fresh->node, (unsigned long)mm);
	shinrai_quick_subject(mm, true);
	WRITE_ONCE(subjects_count, subjects_count + 1);
	return fresh;
}

static void set_program(struct shinrai_subject *s,
			const u8 digest[SHINRAI_DIGEST_SIZE])
{
	lockdep_assert_held(&subjects_lock);
	if (s->known)
		return;
	memcpy(s->digest, digest, SHINRAI_DIGEST_SIZE);
	/* Pairs with the acquire in shinrai_subject_program(). */
	smp_store_release(&s->known, true);
}

/* What a subject gets beside what it has. */
struct gain {
	u64 labels, excused;
	const u8 *digest; /* NULL: its program is not told */
	bool granted;
};

static int change(struct mm_struct *mm, const struct gain *gain, gfp_t gfp)
{
	struct shinrai_subject *fresh = NULL, *s;
	unsigned long flags;

	rcu_read_lock();
	s = find(mm);
	rcu_read_unlock();
	if (!s) {
		fresh = kzalloc(sizeof(*fresh), gfp | __GFP_NOWARN);
		if (!fresh)
			return -ENOMEM;
	}
	spin_lock_irqsave(&subjects_lock, flags);
	s = add(mm, fresh);
	if (s) {
		WRITE_ONCE(s->labels, s->labels | gain->labels);
		WRITE_ONCE(s->excused, s->excused | gain->excused);
		s->granted |= gain->granted;
		if (gain->digest)
			set_program(s, gain->digest);
	}
	spin_unlock_irqrestore(&subjects_lock, flags);
	if (fresh && s != fresh)
		kfree(fresh);
	if (!s) /* collected meanwhile, so @mm is dead: nobody's labels */
		return 0;
	schedule_delayed_work(&collector, COLLECT_S * HZ);
	return 0;
}

/**
 * shinrai_subject_add() - an address space gets labels, and nothing else happens
 * @mm: the caller's or held by it
 * @labels: that it has from now on, beside those that it has
 * @gfp: as the context allows
 *
 * Context: any.
 * Return: 0; -ENOMEM.
 */
int shinrai_subject_add(struct mm_struct *mm, u64 labels, gfp_t gfp)
{
	const struct gain gain = { .labels = labels };

	int ret;

	if (!(labels & ~shinrai_subject_labels(mm)))
		return 0;
	ret = change(mm, &gain, gfp);
	if (!ret)
		no_core(mm);
	return ret;
}

/**
 * shinrai_subject_grant() - an address space is of a program that has a grant
 * @mm: nobody runs in it yet, and its caller has no say in what it will do
 * @labels: live; of what it was given already and need not be marked with
 * @digest: SHA-256 of the program
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM.
 */
int shinrai_subject_grant(struct mm_struct *mm, u64 labels,
			  const u8 digest[SHINRAI_DIGEST_SIZE])
{
	const struct gain gain = {
		.excused = labels,
		.digest = digest,
		.granted = true,
	};

	might_sleep();
	return change(mm, &gain, GFP_KERNEL);
}

/* A child that could not be told apart from who has no labels. */
static void lose(struct task_struct *child)
{
	shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, ENOMEM);
	send_sig(SIGKILL, child, 1);
}

/**
 * shinrai_subject_fork() - a child is about to run
 * @parent: whose memory was copied
 * @child: does not run yet
 *
 * The copy may hold whatever the parent held until now.
 *
 * Context: does not sleep.
 */
void shinrai_subject_fork(struct mm_struct *parent, struct task_struct *child)
{
	u8 digest[SHINRAI_DIGEST_SIZE];
	struct gain gain = {
		.labels = shinrai_subject_labels(parent),
		.granted = shinrai_subject_granted(parent, digest),
	};

	if (!child->mm || child->mm == parent)
		return;
	gain.excused = shinrai_subject_held(parent) & ~gain.labels;
	if (!gain.labels && !gain.granted)
		return;
	if (shinrai_subject_program(parent, digest))
		gain.digest = digest;
	if (change(child->mm, &gain, GFP_ATOMIC))
		lose(child);
}

/**
 * shinrai_subject_program() - the program that a subject runs
 * @mm: a subject
 * @digest: out, SHA-256
 *
 * Context: any.
 * Return: false when it is not known, or @mm is no subject.
 */
bool shinrai_subject_program(const struct mm_struct *mm,
			     u8 digest[SHINRAI_DIGEST_SIZE])
{
	const struct shinrai_subject *s;
	bool known = false;

	rcu_read_lock();
	s = find(mm);
	if (s && smp_load_acquire(&s->known)) { /* see the release */
		memcpy(digest, s->digest, SHINRAI_DIGEST_SIZE);
		known = true;
	}
	rcu_read_unlock();
	return known;
}

/**
 * shinrai_subject_set_program() - say which program a subject runs, once
 * @mm: a subject; of another address space nothing is remembered
 * @digest: SHA-256
 *
 * Context: any.
 */
void shinrai_subject_set_program(struct mm_struct *mm,
				 const u8 digest[SHINRAI_DIGEST_SIZE])
{
	struct shinrai_subject *s;
	unsigned long flags;

	spin_lock_irqsave(&subjects_lock, flags);
	s = find(mm);
	if (s)
		set_program(s, digest);
	spin_unlock_irqrestore(&subjects_lock, flags);
}

/**
 * shinrai_subject_count() - subjects with labels
 *
 * Return: how many, dead ones that are not collected yet included.
 */
u32 shinrai_subject_count(void)
{
	return READ_ONCE(subjects_count);
}

/**
 * shinrai_subject_exit() - the module goes, so there never was one
 */
void shinrai_subject_exit(void)
{
	cancel_delayed_work_sync(&collector);
}
