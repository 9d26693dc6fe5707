// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which program a subject runs, and which labels its owners let that program
 * handle without being marked.  A program is hashed again only when its file
 * changed.
 */
#include <linux/binfmts.h>
#include <linux/file.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "compat.h"
#include "label.h"
#include "policy.h"

#define CACHED 64
#define HASH_S 60

static struct {
	spinlock_t lock;
	struct {
		u64 key; /* of the inode */
		u64 stamp; /* of its content; 0: empty */
		u8 digest[SHINRAI_DIGEST_SIZE];
	} entry[CACHED];
} cache = { .lock = __SPIN_LOCK_UNLOCKED(cache.lock) };

static u64 stamp_of(struct file *file, bool query)
{
	struct shinrai_source src = { .file = file, .shown = file };
	struct shinrai_view v;

	shinrai_view_take(&v, &src, query);
	/* Without a counter times may lie, so it is hashed each time. */
	return v.counter && !v.writers ? shinrai_cache_stamp(&v) : 0;
}

static bool cached(u64 key, u64 stamp, u8 digest[SHINRAI_DIGEST_SIZE])
{
	const u32 i = key % CACHED;
	bool found;

	spin_lock(&cache.lock);
	found = stamp && cache.entry[i].key == key &&
		cache.entry[i].stamp == stamp;
	if (found)
		memcpy(digest, cache.entry[i].digest, SHINRAI_DIGEST_SIZE);
	spin_unlock(&cache.lock);
	return found;
}

static void remember(u64 key, u64 stamp, const u8 digest[SHINRAI_DIGEST_SIZE])
{
	const u32 i = key % CACHED;

	spin_lock(&cache.lock);
	cache.entry[i].key = key;
	cache.entry[i].stamp = stamp;
	memcpy(cache.entry[i].digest, digest, SHINRAI_DIGEST_SIZE);
	spin_unlock(&cache.lock);
}

static bool hash_program(struct file *file, u8 digest[SHINRAI_DIGEST_SIZE])
{
	const u64 key = shinrai_inode_key(file_inode(file));
	const u64 stamp = stamp_of(file, true);
	u64 size;

	if (cached(key, stamp, digest))
		return true;
	if (!shinrai_measurable(file) || shinrai_unstable(file) ||
	    shinrai_hash_file(file, jiffies + HASH_S * HZ, digest, &size))
		return false;
	if (stamp && stamp_of(file, false) == stamp)
		remember(key, stamp, digest);
	return true;
}

/**
 * shinrai_program_digest() - the program that an address space runs
 * @mm: a reference is held
 * @may_sleep: hash it when it is not known yet
 * @digest: out, SHA-256
 *
 * Context: any of a process; with @may_sleep, no lock.
 * Return: false when nobody can tell; it is in no group of programs then.
 */
bool shinrai_program_digest(struct mm_struct *mm, bool may_sleep,
			    u8 digest[SHINRAI_DIGEST_SIZE])
{
	struct file *exe;
	bool known;

	if (shinrai_subject_program(mm, digest))
		return true;
	if (!may_sleep)
		return false;
	exe = shinrai_exe_file(mm);
	if (!exe)
		return false;
	known = hash_program(exe, digest);
	fput(exe);
	if (known)
		shinrai_subject_set_program(mm, digest);
	return known;
}

/* Those of @labels that their owners grant this program. */
static u64 granted(u64 labels, const u8 digest[SHINRAI_DIGEST_SIZE])
{
	const struct shinrai_loaded *l;
	u8 owner[SHINRAI_DIGEST_SIZE];
	u64 rest, own, free = 0;

	rcu_read_lock();
	for (rest = labels; rest; rest &= ~own) {
		own = shinrai_label_owner(rest, owner);
		l = shinrai_policy_of(owner);
		if (l && l->p.head->grants)
			free |= shinrai_label_to_live(
				&l->p, shinrai_policy_granted(&l->p, digest));
	}
	rcu_read_unlock();
	return free & labels;
}

/* Does any owner let it handle something? */
static bool named(const u8 digest[SHINRAI_DIGEST_SIZE])
{
	const struct shinrai_loaded *l;
	bool found = false;

	rcu_read_lock();
	shinrai_policy_for_each(l)
		found |= shinrai_policy_granted(&l->p, digest) != 0;
	rcu_read_unlock();
	return found;
}

static int tell_grant(const struct linux_binprm *bprm, u64 labels)
{
	u64 seq;
	int ret;

	ret = shinrai_label_event(SHINRAI_LABEL_GRANTED, labels,
				  &bprm->file->f_path, GFP_KERNEL, &seq);
	return ret ? ret : shinrai_log_wait(seq, SHINRAI_WAIT_MS);
}

/**
 * shinrai_grant_exec() - labels that a program to be run does without
 * @bprm: the program
 * @labels: of what its caller may hand on to it
 * @free: out, those of @labels
 *
 * Who may is not to be led astray by its caller: it runs as a setuid program
 * does.  What it is handed on is told of each time.
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM.
 */
int shinrai_grant_exec(struct linux_binprm *bprm, u64 labels, u64 *free)
{
	u8 digest[SHINRAI_DIGEST_SIZE];

	might_sleep();
	*free = 0;
	if (!hash_program(bprm->file, digest) || !named(digest))
		return 0;
	bprm->secureexec = 1;
	*free = granted(labels, digest);
	if (*free && tell_grant(bprm, *free))
		*free = 0;
	return shinrai_subject_grant(bprm->mm, *free, digest);
}

/**
 * shinrai_grant_join() - labels that do not stick to a program
 * @mm: that runs it; a reference is held
 * @labels: that it is about to get
 *
 * Only what was started since the grant is in force has it.
 *
 * Context: any of a process.
 * Return: those of @labels; shinrai_subject_excuse() is the caller's.
 */
u64 shinrai_grant_join(struct mm_struct *mm, u64 labels)
{
	u8 digest[SHINRAI_DIGEST_SIZE];

	if (!shinrai_subject_granted(mm, digest))
		return 0;
	return granted(labels, digest);
}
