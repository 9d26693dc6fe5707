// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is told beside measured content: violations, code that could not be
 * measured, anonymous code.  Each is told once, or ever more rarely.
 *
 * The tables are read and written under the queue's lock.  They are
 * direct-mapped: an entry that is pushed out is merely told again.
 */
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "core.h"

#define SEEN_BITS 11
#define PROGRAMS_BITS 10

static struct {
	u64 seen[1 << SEEN_BITS];
	struct {
		u64 key;
		u64 count;
	} program[1 << PROGRAMS_BITS];
	siphash_key_t secret;
} odd;

/**
 * shinrai_oddity_init() - start with nothing told
 */
void shinrai_oddity_init(void)
{
	get_random_bytes(&odd.secret, sizeof(odd.secret));
}

/**
 * shinrai_oddity_forget() - arming failed: nothing has been told
 */
void shinrai_oddity_forget(void)
{
	unsigned long flags = shinrai_log_lock();

	memset(odd.seen, 0, sizeof(odd.seen));
	memset(odd.program, 0, sizeof(odd.program));
	shinrai_log_unlock(flags);
}

static u64 hash_of(u64 what, u64 key)
{
	return siphash_2u64(what, key, &odd.secret) | 1;
}

static u64 *slot_of(u64 hash)
{
	return &odd.seen[hash >> (64 - SEEN_BITS)];
}

static bool told(u64 hash)
{
	unsigned long flags = shinrai_log_lock();
	bool was = *slot_of(hash) == hash;

	shinrai_log_unlock(flags);
	return was;
}

/* An event is lost: said once, and never forgotten. */
static int no_memory(void)
{
	shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, ENOMEM);
	return -ENOMEM;
}

/* Return: 0 with a draft, or with none when it was told; -ENOMEM; -EDQUOT. */
static int begin(enum shinrai_event_type type, u64 hash,
		 const struct shinrai_who *who, gfp_t gfp,
		 struct shinrai_draft **d)
{
	int ret;

	*d = NULL;
	if (told(hash))
		return 0;
	ret = shinrai_user_admit(who->payer, false);
	if (ret)
		return ret;
	*d = shinrai_draft_new(type, gfp);
	return *d ? 0 : no_memory();
}

/* Told once, and only what is in the queue counts as told. */
static int tell(u64 hash, struct shinrai_draft *d, enum shinrai_which which,
		gfp_t gfp, u64 *seq)
{
	struct shinrai_pending *p = shinrai_draft_pack(d, which, gfp);
	unsigned long flags;
	int ret = 0;

	kfree(d);
	if (!p)
		return no_memory();
	flags = shinrai_log_lock();
	if (*slot_of(hash) == hash) {
		kvfree(p);
	} else {
		ret = shinrai_log_push_locked(p, seq);
		if (!ret)
			*slot_of(hash) = hash;
	}
	shinrai_log_unlock(flags);
	return ret;
}

/**
 * shinrai_oddity_violation() - a time-of-use violation, told once
 * @reason: enum shinrai_reason
 * @code_flags: enum shinrai_code_flags
 * @key: what it is about, for telling repetitions
 * @digest: of the content, or NULL
 * @path: where
 * @who: whose doing
 * @gfp: as the context allows
 * @seq: out, for shinrai_log_wait(); 0 when nothing new is told
 *
 * Context: any but interrupts; does not wait for the TPM.
 * Return: 0; -ENOMEM; -ENOSPC; -EDQUOT when the user is too fast.
 */
int shinrai_oddity_violation(enum shinrai_reason reason, u32 code_flags,
			     u64 key, const u8 *digest,
			     const struct shinrai_path *path,
			     const struct shinrai_who *who, gfp_t gfp, u64 *seq)
{
	u64 hash = hash_of((u64)code_flags << 32 | reason, key);
	struct shinrai_draft *d;
	int ret;

	*seq = 0;
	ret = begin(SHINRAI_EVENT_VIOLATION, hash, who, gfp, &d);
	if (!d)
		return ret;
	if (digest)
		shinrai_draft_bytes(d, SHINRAI_FIELD_DIGEST, digest,
				    SHINRAI_DIGEST_SIZE);
	if (code_flags)
		shinrai_draft_uint(d, SHINRAI_FIELD_FLAGS, code_flags, 4);
	shinrai_draft_uint(d, SHINRAI_FIELD_REASON, reason, 4);
	shinrai_draft_path(d, SHINRAI_FIELD_PATH, path);
	shinrai_draft_who(d, who, false);
	return tell(hash, d, SHINRAI_PCR_FLOW, gfp, seq);
}

/**
 * shinrai_oddity_unmeasured() - code is used although hashing failed
 * @kind: enum shinrai_kind
 * @code_flags: enum shinrai_code_flags
 * @err: positive errno
 * @key: what it is about, for telling repetitions
 * @path: where
 * @who: whose doing
 * @gfp: as the context allows
 * @seq: as for shinrai_oddity_violation()
 *
 * Context: any but interrupts; does not wait for the TPM.
 * Return: as shinrai_oddity_violation().
 */
int shinrai_oddity_unmeasured(u8 kind, u32 code_flags, int err, u64 key,
			      const struct shinrai_path *path,
			      const struct shinrai_who *who, gfp_t gfp,
			      u64 *seq)
{
	u64 hash = hash_of((u64)code_flags << 40 | (u64)kind << 32 | (u32)err,
			   key);
	struct shinrai_draft *d;
	int ret;

	*seq = 0;
	ret = begin(SHINRAI_EVENT_UNMEASURED, hash, who, gfp, &d);
	if (!d)
		return ret;
	shinrai_draft_uint(d, SHINRAI_FIELD_KIND, kind, 1);
	if (code_flags)
		shinrai_draft_uint(d, SHINRAI_FIELD_FLAGS, code_flags, 4);
	shinrai_draft_uint(d, SHINRAI_FIELD_ERRNO, err, 4);
	shinrai_draft_path(d, SHINRAI_FIELD_PATH, path);
	shinrai_draft_who(d, who, false);
	return tell(hash, d, SHINRAI_PCR_CODE, gfp, seq);
}

static u64 program_hash(const struct shinrai_who *who)
{
	u64 key = who->uid;

	if (who->exe.text)
		key ^= siphash(who->exe.text, who->exe.len, &odd.secret);
	return siphash_1u64(key, &odd.secret) | 1;
}

/* Occurrences of anonymous code in this program, this one included. */
static u64 count_program(u64 hash)
{
	u64 n = hash >> (64 - PROGRAMS_BITS);
	unsigned long flags = shinrai_log_lock();

	if (odd.program[n].key != hash) {
		odd.program[n].key = hash;
		odd.program[n].count = 0;
	}
	n = ++odd.program[n].count;
	shinrai_log_unlock(flags);
	return n;
}

/* What was not told is due again at the next occurrence. */
static void uncount_program(u64 hash)
{
	u64 n = hash >> (64 - PROGRAMS_BITS);
	unsigned long flags = shinrai_log_lock();

	if (odd.program[n].key == hash && odd.program[n].count)
		odd.program[n].count--;
	shinrai_log_unlock(flags);
}

static int tell_anon(u32 code_flags, u64 count, const struct shinrai_who *who,
		     gfp_t gfp, u64 *seq)
{
	struct shinrai_pending *p = NULL;
	struct shinrai_draft *d;
	int ret;

	ret = shinrai_user_admit(who->payer, gfpflags_allow_blocking(gfp));
	if (ret)
		return ret;
	d = shinrai_draft_new(SHINRAI_EVENT_ANON_EXEC, gfp);
	if (d) {
		shinrai_draft_uint(d, SHINRAI_FIELD_FLAGS, code_flags, 4);
		shinrai_draft_uint(d, SHINRAI_FIELD_COUNT, count, 8);
		shinrai_draft_who(d, who, false);
		p = shinrai_draft_pack(d, SHINRAI_PCR_CODE, gfp);
		kfree(d);
	}
	return p ? shinrai_log_push(p, seq) : no_memory();
}

/**
 * shinrai_oddity_anon() - anonymous memory becomes executable
 * @code_flags: enum shinrai_code_flags
 * @gfp: as the context allows
 * @seq: as for shinrai_oddity_violation()
 *
 * Each program is told of at its first time, and then ever more rarely.
 *
 * Context: any but interrupts.
 * Return: 0; -ENOMEM; -ENOSPC; -EDQUOT; -EINTR.
 */
int shinrai_oddity_anon(u32 code_flags, gfp_t gfp, u64 *seq)
{
	struct shinrai_who who;
	int ret = 0;
	u64 n, hash;

	*seq = 0;
	shinrai_who_get(&who, gfp);
	hash = program_hash(&who);
	n = count_program(hash);
	if (shinrai_count_report(n)) {
		ret = tell_anon(code_flags, n, &who, gfp, seq);
		if (ret)
			uncount_program(hash);
	}
	shinrai_who_put(&who);
	return ret;
}
