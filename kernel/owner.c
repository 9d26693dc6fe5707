// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owners of data: the administrator admits a key and a namespace, or revokes
 * them.  An entry is never freed, so that a revoked owner's generations do not
 * begin again when he is admitted once more.
 */
#include <linux/key.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core.h"
#include "policy.h"

DEFINE_MUTEX(shinrai_load_lock);

static LIST_HEAD(owners);
static u32 entries;
static u32 live;
static u64 newest; /* generation of the last admission or revocation */

/**
 * shinrai_owner_find() - an owner, be he revoked or not
 * @owner: SHINRAI_DIGEST_SIZE bytes
 *
 * Context: shinrai_load_lock is held.
 * Return: NULL when he was never admitted.
 */
struct shinrai_owner_entry *shinrai_owner_find(const u8 *owner)
{
	struct shinrai_owner_entry *o;

	lockdep_assert_held(&shinrai_load_lock);
	list_for_each_entry(o, &owners, node) {
		if (!memcmp(o->owner, owner, sizeof(o->owner)))
			return o;
	}
	return NULL;
}

static bool name_taken(const u8 *name)
{
	const struct shinrai_owner_entry *o;

	list_for_each_entry(o, &owners, node) {
		if (o->keyring && !memcmp(o->name, name, sizeof(o->name)))
			return true;
	}
	return false;
}

static int record(const struct shinrai_admission *a, const void *data,
		  size_t len)
{
	struct shinrai_change_of_owner c = {
		.owner = a->owner,
		.name = a->name,
		.generation = a->generation,
		.operation = (u8)a->operation,
	};
	struct shinrai_sha256 hash;

	shinrai_sha256_init(&hash);
	shinrai_sha256_update(&hash, data, len);
	shinrai_sha256_final(&hash, c.digest);
	return shinrai_load_record(SHINRAI_EVENT_OWNER, &c);
}

/* Return: a keyring with the certificate that belongs to this owner. */
static struct key *owner_keyring(const struct shinrai_admission *a,
				 const void *cert)
{
	char name[sizeof(".shinrai:") + SHINRAI_MAX_NAMESPACE];
	u8 id[SHINRAI_DIGEST_SIZE];
	struct key *keyring;

	snprintf(name, sizeof(name), ".shinrai:%s", a->name);
	keyring = shinrai_keyring_new(name, cert, a->cert_len, id);
	if (!IS_ERR(keyring) && memcmp(id, a->owner, sizeof(id))) {
		key_put(keyring);
		return ERR_PTR(-EILSEQ);
	}
	return keyring;
}

static struct shinrai_owner_entry *new_entry(const struct shinrai_admission *a)
{
	struct shinrai_owner_entry *o;

	if (entries == SHINRAI_MAX_OWNERS)
		return ERR_PTR(-EUSERS);
	o = kzalloc(sizeof(*o), GFP_KERNEL);
	if (!o)
		return ERR_PTR(-ENOMEM);
	memcpy(o->owner, a->owner, sizeof(o->owner));
	INIT_LIST_HEAD(&o->node);
	return o;
}

static int admit(const struct shinrai_admission *a, const void *data,
		 size_t len)
{
	struct shinrai_owner_entry *o = shinrai_owner_find(a->owner);
	struct shinrai_owner_entry *fresh = NULL;
	struct key *keyring;
	int ret;

	if ((o && o->keyring) || name_taken(a->name))
		return -EEXIST;
	if (!o)
		o = fresh = new_entry(a);
	if (IS_ERR(o))
		return PTR_ERR(o);
	keyring = owner_keyring(a, data + sizeof(*a));
	ret = PTR_ERR_OR_ZERO(keyring);
	if (!ret) {
		ret = record(a, data, len);
		if (ret)
			key_put(keyring);
	}
	if (ret) {
		kfree(fresh);
		return ret;
	}
	memcpy(o->name, a->name, sizeof(o->name));
	o->keyring = keyring;
	o->admitted = a->generation;
	if (fresh) {
		list_add_tail(&o->node, &owners);
		entries++;
	}
	WRITE_ONCE(live, live + 1);
	return 0;
}

static int revoke(const struct shinrai_admission *a, const void *data,
		  size_t len)
{
	struct shinrai_owner_entry *o = shinrai_owner_find(a->owner);
	int ret;

	if (!o)
		return -ENOENT;
	if (!o->keyring)
		return -EKEYREVOKED;
	if (memcmp(o->name, a->name, sizeof(o->name)))
		return -EACCES;
	ret = record(a, data, len);
	if (ret)
		return ret;
	key_put(o->keyring);
	o->keyring = NULL;
	o->admitted = a->generation;
	WRITE_ONCE(live, live - 1);
	shinrai_policy_withdraw(o->owner);
	return 0;
}

/**
 * shinrai_owner_load() - carry out an admission or a revocation
 * @data: struct shinrai_admission, and the certificate
 * @len: its bytes
 * @sig: the administrator's signature
 * @sig_len: its bytes
 *
 * Context: may sleep; shinrai_load_lock is held; an anchor was given.
 * Return: 0; -EKEYREJECTED; -EBADMSG; -EPROTONOSUPPORT; -ESTALE; -EEXIST; -EILSEQ; -ENOPKG;
 * -EUSERS; -ENOENT; -EKEYREVOKED; -EACCES; -ENOMEM; as shinrai_load_record().
 */
int shinrai_owner_load(const void *data, size_t len, const void *sig,
		       size_t sig_len)
{
	struct shinrai_admission a;
	int ret;

	lockdep_assert_held(&shinrai_load_lock);
	ret = shinrai_signature_verify(shinrai_anchor(), data, len, sig,
				       sig_len);
	if (ret)
		return ret;
	ret = shinrai_admission_parse(data, len, &a);
	if (ret)
		return ret;
	if (a.generation <= newest)
		return -ESTALE;
	ret = a.operation == SHINRAI_OWNER_ADMIT ? admit(&a, data, len) :
						   revoke(&a, data, len);
	if (!ret)
		newest = a.generation;
	return ret;
}

static void describe(const struct shinrai_owner_entry *o,
		     struct shinrai_owner *out)
{
	const struct shinrai_loaded *l;

	memset(out, 0, sizeof(*out));
	memcpy(out->name, o->name, sizeof(out->name));
	memcpy(out->owner, o->owner, sizeof(out->owner));
	out->admitted = o->admitted;
	if (!o->keyring)
		out->flags |= SHINRAI_OWNER_IS_REVOKED;
	rcu_read_lock();
	l = shinrai_policy_of(o->owner);
	if (l) {
		memcpy(out->policy, l->digest, sizeof(out->policy));
		out->generation = l->generation;
		out->rules = l->p.head->rules;
		out->labels = l->p.head->labels;
	}
	rcu_read_unlock();
}

static int copy_owners(struct shinrai_owner __user *list, u32 room)
{
	const struct shinrai_owner_entry *o;
	struct shinrai_owner out;
	u32 n = 0;

	list_for_each_entry(o, &owners, node) {
		if (n == room)
			break;
		describe(o, &out);
		if (copy_to_user(&list[n++], &out, sizeof(out)))
			return -EFAULT;
	}
	return 0;
}

/**
 * shinrai_owner_list() - SHINRAI_IOC_OWNERS
 * @arg: the caller's
 *
 * Context: may sleep, can be killed.
 * Return: 0; -EFAULT; -EINVAL; -EINTR.
 */
int shinrai_owner_list(struct shinrai_owners __user *arg)
{
	struct shinrai_owners req;
	int ret;

	if (copy_from_user(&req, arg, sizeof(req)))
		return -EFAULT;
	if (req.flags)
		return -EINVAL;
	ret = mutex_lock_killable(&shinrai_load_lock);
	if (ret)
		return ret;
	ret = copy_owners(u64_to_user_ptr(req.list), req.count);
	req.count = entries;
	mutex_unlock(&shinrai_load_lock);
	if (!ret && copy_to_user(arg, &req, sizeof(req)))
		ret = -EFAULT;
	return ret;
}

/**
 * shinrai_owner_count() - owners that are admitted and not revoked
 *
 * Context: any.
 * Return: the count.
 */
u32 shinrai_owner_count(void)
{
	return READ_ONCE(live);
}
