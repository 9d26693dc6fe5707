// SPDX-License-Identifier: GPL-2.0-only
/*
 * One event for each distinct content and each distinct oddity in a boot.
 *
 * @known and the tables beside it are read and written under the queue's lock,
 * so that "is it known" and "queue its event" are one step: two tasks that
 * bring the same new content get one event, and both wait for it.
 */
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uidgid.h>

#include "core.h"

#define USERS 4096
#define SEEN_BITS 11
#define PROGRAMS_BITS 10

struct content_key {
	u8 digest[SHINRAI_DIGEST_SIZE];
	u8 kernel; /* code of the kernel, not of a user */
} __packed;

struct known {
	struct rhash_head node;
	struct content_key key;
	u32 epoch; /* of arming; older ones are forgotten */
	u64 seq;
};

struct user {
	struct rhash_head node;
	u32 uid;
	u64 tat_ns;
	u64 reported_ns;
	u64 dropped;
};

static const struct rhashtable_params known_params = {
	.key_len = sizeof(struct content_key),
	.key_offset = offsetof(struct known, key),
	.head_offset = offsetof(struct known, node),
};

static const struct rhashtable_params user_params = {
	.key_len = sizeof(u32),
	.key_offset = offsetof(struct user, uid),
	.head_offset = offsetof(struct user, node),
};

static struct {
	struct rhashtable known;
	struct rhashtable users;
	struct user *others; /* everybody beyond USERS */
	u32 nusers;
	u32 epoch;
	/* Direct-mapped: an entry that is pushed out is merely said again. */
	u64 seen[1 << SEEN_BITS];
	struct {
		u64 key;
		u64 count;
	} program[1 << PROGRAMS_BITS];
	siphash_key_t secret;
} content;

static void free_entry(void *entry, void *unused)
{
	kfree(entry);
}

/**
 * shinrai_content_init() - start with nothing known
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM.
 */
int shinrai_content_init(void)
{
	int ret;

	get_random_bytes(&content.secret, sizeof(content.secret));
	content.others = kzalloc(sizeof(*content.others), GFP_KERNEL);
	if (!content.others)
		return -ENOMEM;
	content.others->uid = (u32)-1;
	ret = rhashtable_init(&content.known, &known_params);
	if (ret)
		goto others;
	ret = rhashtable_init(&content.users, &user_params);
	if (ret)
		goto known;
	return 0;
known:
	rhashtable_destroy(&content.known);
others:
	kfree(content.others);
	return ret;
}

/**
 * shinrai_content_exit() - release everything
 */
void shinrai_content_exit(void)
{
	rhashtable_free_and_destroy(&content.users, free_entry, NULL);
	rhashtable_free_and_destroy(&content.known, free_entry, NULL);
	kfree(content.others);
}

/**
 * shinrai_content_forget() - arming failed: nothing has been recorded
 */
void shinrai_content_forget(void)
{
	unsigned long flags = shinrai_log_lock();

	content.epoch++;
	memset(content.seen, 0, sizeof(content.seen));
	memset(content.program, 0, sizeof(content.program));
	shinrai_log_unlock(flags);
}

/* Caller holds the queue's lock. */
static struct known *find(const struct content_key *key)
{
	struct known *k;

	k = rhashtable_lookup_fast(&content.known, key, known_params);
	return k && k->epoch == content.epoch ? k : NULL;
}

/* Caller holds the queue's lock.  Without memory the content is told again. */
static void remember(const struct content_key *key, u64 seq)
{
	struct known *k;

	k = rhashtable_lookup_fast(&content.known, key, known_params);
	if (k) {
		k->epoch = content.epoch;
		k->seq = seq;
		return;
	}
	k = kzalloc(sizeof(*k), GFP_ATOMIC | __GFP_NOWARN);
	if (!k)
		return;
	k->key = *key;
	k->epoch = content.epoch;
	k->seq = seq;
	if (rhashtable_insert_fast(&content.known, &k->node, known_params))
		kfree(k);
}

static bool kernel_kind(u8 kind)
{
	return kind >= SHINRAI_KIND_MODULE;
}

static struct shinrai_pending *use_event(const struct shinrai_use *use,
					 gfp_t gfp)
{
	bool arming = shinrai_phase() == SHINRAI_ARMING;
	struct shinrai_draft *d;
	struct shinrai_pending *p;
	u32 flags = use->flags;

	if (use->path.cut)
		flags |= SHINRAI_CODE_PATH_CUT;
	d = shinrai_draft_new(
		arming ? SHINRAI_EVENT_RUNNING : SHINRAI_EVENT_CODE, gfp);
	if (!d)
		return NULL;
	shinrai_draft_uint(d, SHINRAI_FIELD_KIND, use->kind, 1);
	shinrai_draft_bytes(d, SHINRAI_FIELD_DIGEST, use->digest,
			    sizeof(use->digest));
	shinrai_draft_uint(d, SHINRAI_FIELD_SIZE, use->size, 8);
	shinrai_draft_uint(d, SHINRAI_FIELD_FLAGS, flags, 4);
	if (use->fsmagic)
		shinrai_draft_uint(d, SHINRAI_FIELD_FSMAGIC, use->fsmagic, 4);
	if (use->verity_len)
		shinrai_draft_bytes(d, SHINRAI_FIELD_VERITY, use->verity,
				    use->verity_len);
	shinrai_draft_path(d, SHINRAI_FIELD_PATH, &use->path);
	shinrai_draft_who(d, &use->who, true);
	p = shinrai_draft_pack(d, SHINRAI_PCR_CODE, gfp);
	kfree(d);
	if (p)
		p->urgent = shinrai.extend == SHINRAI_EXTEND_SYNC ||
			    kernel_kind(use->kind);
	return p;
}

static struct content_key key_of(const struct shinrai_use *use)
{
	struct content_key key;

	memcpy(key.digest, use->digest, sizeof(key.digest));
	key.kernel = kernel_kind(use->kind);
	return key;
}

/**
 * shinrai_content_known() - is this content in the log, or on its way there?
 * @use: kind and digest count
 * @seq: out, for shinrai_log_wait(); 0 when it is not known
 *
 * Context: any but interrupts.
 * Return: true when it is.
 */
bool shinrai_content_known(const struct shinrai_use *use, u64 *seq)
{
	struct content_key key = key_of(use);
	unsigned long flags = shinrai_log_lock();
	const struct known *k = find(&key);

	*seq = k ? max(k->seq, shinrai_log_armed_seq()) : 0;
	shinrai_log_unlock(flags);
	return k;
}

/**
 * shinrai_content_record() - have a measured content in the log
 * @use: what was measured, and who uses it
 * @gfp: as the context allows
 * @seq: out, for shinrai_log_wait(); 0 when it is recorded already
 *
 * Context: any but interrupts.
 * Return: 1 when this call queued its event; 0 when it was known; -ENOMEM;
 * -ENOSPC when the log is full; -EAGAIN when arming ended meanwhile.
 */
int shinrai_content_record(const struct shinrai_use *use, gfp_t gfp, u64 *seq)
{
	struct shinrai_pending *p;
	const struct known *k;
	unsigned long flags;
	struct content_key key = key_of(use);
	int ret = 0;

	if (shinrai_content_known(use, seq))
		return 0;
	p = use_event(use, gfp);
	if (!p)
		return -ENOMEM;
	flags = shinrai_log_lock();
	k = find(&key);
	if (k) {
		*seq = max(k->seq, shinrai_log_armed_seq());
		kvfree(p);
	} else if ((p->type == SHINRAI_EVENT_RUNNING) !=
		   (shinrai.phase == SHINRAI_ARMING)) {
		kvfree(p);
		ret = -EAGAIN;
	} else {
		ret = shinrai_log_push_locked(p, seq);
		if (!ret) {
			remember(&key, *seq);
			ret = 1;
		}
	}
	shinrai_log_unlock(flags);
	return ret;
}

/* Was this oddity told before?  Marks it as told. */
static bool seen(u64 what, u64 key)
{
	u64 hash = siphash_2u64(what, key, &content.secret) | 1;
	u64 *slot = &content.seen[hash >> (64 - SEEN_BITS)];
	unsigned long flags = shinrai_log_lock();
	bool was = *slot == hash;

	*slot = hash;
	shinrai_log_unlock(flags);
	return was;
}

/* An event is lost: said once, and never forgotten. */
static int no_memory(void)
{
	shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, ENOMEM);
	return -ENOMEM;
}

static int push_draft(struct shinrai_draft *d, enum shinrai_which which,
		      gfp_t gfp, u64 *seq)
{
	struct shinrai_pending *p = shinrai_draft_pack(d, which, gfp);

	kfree(d);
	return p ? shinrai_log_push(p, seq) : no_memory();
}

/**
 * shinrai_content_violation() - a time-of-use violation, told once
 * @reason: enum shinrai_reason
 * @key: what it is about, for telling repetitions
 * @digest: of the content, or NULL
 * @path: where
 * @who: whose doing
 * @gfp: as the context allows
 *
 * Context: any but interrupts; does not wait for the TPM.
 * Return: 0; -ENOMEM; -ENOSPC; -EDQUOT when the user is too fast.
 */
int shinrai_content_violation(enum shinrai_reason reason, u64 key,
			      const u8 *digest, const struct shinrai_path *path,
			      const struct shinrai_who *who, gfp_t gfp)
{
	struct shinrai_draft *d;
	u64 seq;
	int ret;

	if (seen(reason, key))
		return 0;
	ret = shinrai_content_admit(who->uid, false);
	if (ret)
		return ret;
	d = shinrai_draft_new(SHINRAI_EVENT_VIOLATION, gfp);
	if (!d)
		return no_memory();
	if (digest)
		shinrai_draft_bytes(d, SHINRAI_FIELD_DIGEST, digest,
				    SHINRAI_DIGEST_SIZE);
	shinrai_draft_uint(d, SHINRAI_FIELD_REASON, reason, 4);
	shinrai_draft_path(d, SHINRAI_FIELD_PATH, path);
	shinrai_draft_who(d, who, false);
	return push_draft(d, SHINRAI_PCR_FLOW, gfp, &seq);
}

/**
 * shinrai_content_unmeasured() - code is used although hashing failed
 * @kind: enum shinrai_kind
 * @err: positive errno
 * @key: what it is about, for telling repetitions
 * @path: where
 * @who: whose doing
 * @gfp: as the context allows
 *
 * Context: any but interrupts; does not wait for the TPM.
 * Return: as shinrai_content_violation().
 */
int shinrai_content_unmeasured(u8 kind, int err, u64 key,
			       const struct shinrai_path *path,
			       const struct shinrai_who *who, gfp_t gfp)
{
	struct shinrai_draft *d;
	u64 seq;
	int ret;

	if (seen((u64)err << 32 | kind, key))
		return 0;
	ret = shinrai_content_admit(who->uid, false);
	if (ret)
		return ret;
	d = shinrai_draft_new(SHINRAI_EVENT_UNMEASURED, gfp);
	if (!d)
		return no_memory();
	shinrai_draft_uint(d, SHINRAI_FIELD_KIND, kind, 1);
	shinrai_draft_uint(d, SHINRAI_FIELD_ERRNO, err, 4);
	shinrai_draft_path(d, SHINRAI_FIELD_PATH, path);
	shinrai_draft_who(d, who, false);
	return push_draft(d, SHINRAI_PCR_CODE, gfp, &seq);
}

/* Occurrences of anonymous code in this program, this one included. */
static u64 count_program(const struct shinrai_who *who)
{
	u64 key = who->uid, hash, n;
	unsigned long flags;

	if (who->exe.text)
		key ^= siphash(who->exe.text, who->exe.len, &content.secret);
	hash = siphash_1u64(key, &content.secret) | 1;
	flags = shinrai_log_lock();
	n = hash >> (64 - PROGRAMS_BITS);
	if (content.program[n].key != hash) {
		content.program[n].key = hash;
		content.program[n].count = 0;
	}
	n = ++content.program[n].count;
	shinrai_log_unlock(flags);
	return n;
}

/**
 * shinrai_content_anon() - anonymous memory becomes executable
 * @code_flags: enum shinrai_code_flags
 * @gfp: as the context allows
 * @seq: out, for shinrai_log_wait(); 0 when nothing new is told
 *
 * Each program is told of at its first time, and then ever more rarely.
 *
 * Context: any but interrupts.
 * Return: 0; -ENOMEM; -ENOSPC; -EDQUOT; -EINTR.
 */
int shinrai_content_anon(u32 code_flags, gfp_t gfp, u64 *seq)
{
	struct shinrai_who who;
	struct shinrai_draft *d;
	int ret = 0;
	u64 n;

	*seq = 0;
	shinrai_who_get(&who, gfp);
	n = count_program(&who);
	if (!shinrai_count_report(n))
		goto out;
	ret = shinrai_content_admit(who.uid, gfpflags_allow_blocking(gfp));
	if (ret)
		goto out;
	ret = -ENOMEM;
	d = shinrai_draft_new(SHINRAI_EVENT_ANON_EXEC, gfp);
	if (!d)
		goto out;
	shinrai_draft_uint(d, SHINRAI_FIELD_FLAGS, code_flags, 4);
	shinrai_draft_uint(d, SHINRAI_FIELD_COUNT, n, 8);
	shinrai_draft_who(d, &who, false);
	ret = push_draft(d, SHINRAI_PCR_CODE, gfp, seq);
out:
	shinrai_who_put(&who);
	return ret;
}

/* Caller holds the queue's lock. */
static struct user *user_get(u32 uid)
{
	struct user *u;

	u = rhashtable_lookup_fast(&content.users, &uid, user_params);
	if (u)
		return u;
	if (content.nusers >= USERS)
		return content.others;
	u = kzalloc(sizeof(*u), GFP_ATOMIC | __GFP_NOWARN);
	if (!u)
		return content.others;
	u->uid = uid;
	if (rhashtable_insert_fast(&content.users, &u->node, user_params)) {
		kfree(u);
		return content.others;
	}
	content.nusers++;
	return u;
}

static void report_dropped(u32 uid, u64 count)
{
	struct shinrai_draft *d;
	struct shinrai_pending *p;
	u64 seq;

	d = shinrai_draft_new(SHINRAI_EVENT_OVERFLOW, GFP_ATOMIC);
	if (!d)
		return;
	shinrai_draft_uint(d, SHINRAI_FIELD_REASON, SHINRAI_REASON_USER_RATE,
			   4);
	shinrai_draft_uint(d, SHINRAI_FIELD_COUNT, count, 8);
	shinrai_draft_uint(d, SHINRAI_FIELD_UID, (u64)uid << 32 | uid, 8);
	p = shinrai_draft_pack(d, SHINRAI_PCR_CODE, GFP_ATOMIC);
	kfree(d);
	if (p)
		shinrai_log_push(p, &seq);
}

/**
 * shinrai_content_admit() - may this user add one more event?
 * @uid: in the initial user namespace; root always may
 * @may_sleep: wait up to SHINRAI_WAIT_MS for a token
 *
 * Context: any but interrupts; with @may_sleep it sleeps and can be killed.
 * Return: 0; -EDQUOT, and an OVERFLOW event tells how many were dropped;
 * -EINTR.
 */
int shinrai_content_admit(u32 uid, bool may_sleep)
{
	u64 now, wait, dropped = 0;
	unsigned long flags;
	struct user *u;

	if (!uid)
		return 0;
	for (;;) {
		now = ktime_get_ns();
		flags = shinrai_log_lock();
		u = user_get(uid);
		wait = shinrai_rate_take(&u->tat_ns, now, shinrai.rate,
					 shinrai.burst);
		if (!wait || !may_sleep)
			break;
		shinrai_log_unlock(flags);
		may_sleep = false;
		wait = min_t(u64, wait, SHINRAI_WAIT_MS * NSEC_PER_MSEC);
		if (schedule_timeout_killable(nsecs_to_jiffies(wait) + 1) &&
		    fatal_signal_pending(current))
			return -EINTR;
	}
	if (wait) {
		u->dropped++;
		if (shinrai_rate_report(&u->reported_ns, now)) {
			dropped = u->dropped;
			u->dropped = 0;
		}
		set_bit(SHINRAI_FLAG_OVERFLOWED, &shinrai.flags);
	}
	shinrai_log_unlock(flags);
	if (dropped)
		report_dropped(u == content.others ? u->uid : uid, dropped);
	return wait ? -EDQUOT : 0;
}
