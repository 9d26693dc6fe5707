/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owners and their policies in the kernel: who signed them, and which of them
 * are in force.  What loads and revokes holds shinrai_load_lock; what decides
 * reads under RCU and never waits for it.
 */
#ifndef _SHINRAI_POLICY_KERNEL_H
#define _SHINRAI_POLICY_KERNEL_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <shinrai/policy.h>

struct key;

/* A policy in force.  Nothing of it but the meters ever changes. */
struct shinrai_loaded {
	struct shinrai_policy p;
	u8 owner[SHINRAI_DIGEST_SIZE];
	u8 digest[SHINRAI_DIGEST_SIZE]; /* SHA-256 of the blob */
	u64 generation;
	spinlock_t lock; /* of the meters; taken with interrupts off */
	struct shinrai_meter *meters;
	struct list_head node; /* RCU */
	struct rcu_work free;
	size_t len;
	u8 *blob;
};

/* anchor.c: keyrings of one certificate each, and what they signed */

#define SHINRAI_ANCHOR_PATH 256 /* bytes, NUL included */

int shinrai_anchor_init(const char *path);
void shinrai_anchor_exit(void);
struct key *shinrai_anchor(void);
const u8 *shinrai_anchor_digest(void);
struct key *shinrai_keyring_new(const char *name, const void *cert, size_t len,
				u8 id[SHINRAI_DIGEST_SIZE]);
int shinrai_signature_verify(struct key *keyring, const void *data, size_t len,
			     const void *sig, size_t sig_len);

/* owner.c: who may have a policy */

/* Kept when he is revoked: his generations never begin again in this boot. */
struct shinrai_owner_entry {
	struct list_head node;
	struct key *keyring; /* NULL: revoked */
	u8 name[SHINRAI_MAX_NAMESPACE];
	u8 owner[SHINRAI_DIGEST_SIZE];
	u64 admitted; /* generation of the admission or revocation */
	u64 generation; /* of his newest policy, in force or not */
};

extern struct mutex shinrai_load_lock;

int shinrai_owner_load(const void *data, size_t len, const void *sig,
		       size_t sig_len);
struct shinrai_owner_entry *shinrai_owner_find(const u8 *owner);
int shinrai_owner_list(struct shinrai_owners __user *arg);
u32 shinrai_owner_count(void);

/* load.c: from user space, through the log, into force */

/* What OWNER and POLICY tell. */
struct shinrai_change_of_owner {
	u8 digest[SHINRAI_DIGEST_SIZE]; /* of the signed bytes */
	const u8 *owner;
	const u8 *name; /* SHINRAI_MAX_NAMESPACE bytes */
	u64 generation;
	u8 operation; /* OWNER */
	u32 rules; /* POLICY */
};

int shinrai_load(const struct shinrai_load __user *arg);
int shinrai_load_record(enum shinrai_event_type type,
			const struct shinrai_change_of_owner *c);

/* policy.c: what is in force */

struct shinrai_loaded *shinrai_policy_new(size_t len);
void shinrai_policy_free(struct shinrai_loaded *l);
int shinrai_policy_load(struct shinrai_loaded *l, const void *sig,
			size_t sig_len);
void shinrai_policy_withdraw(const u8 *owner);
int shinrai_policy_get(struct shinrai_policy_get __user *arg);
u32 shinrai_policy_count(void);

/* The rest of the module asks here. */
bool shinrai_policy_any(void);
u32 shinrai_policy_epoch(void);
const struct shinrai_loaded *shinrai_policy_of(const u8 *owner);
const struct shinrai_loaded *
shinrai_policy_next(const struct shinrai_loaded *l);
void shinrai_policy_judge_as(const struct shinrai_loaded *l, u64 labels,
			     const struct shinrai_access *a, bool charge,
			     struct shinrai_answer *out);

/* Every policy in force, in any order; under rcu_read_lock(). */
#define shinrai_policy_for_each(l) \
	for ((l) = shinrai_policy_next(NULL); (l); (l) = shinrai_policy_next(l))

#endif
