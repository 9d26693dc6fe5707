// SPDX-License-Identifier: GPL-2.0-only
/*
 * Admissions and policies on their way in: copied once, verified, recorded; in
 * force only when the record is in its PCR.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core.h"
#include "policy.h"

static struct shinrai_pending *
make_event(enum shinrai_event_type type,
	   const struct shinrai_change_of_owner *c)
{
	struct shinrai_pending *p;
	struct shinrai_draft *d;
	struct shinrai_who who;

	d = shinrai_draft_new(type, GFP_KERNEL);
	if (!d)
		return NULL;
	shinrai_draft_bytes(d, SHINRAI_FIELD_DIGEST, c->digest,
			    sizeof(c->digest));
	if (type == SHINRAI_EVENT_POLICY)
		shinrai_draft_uint(d, SHINRAI_FIELD_COUNT, c->rules, 8);
	shinrai_draft_bytes(d, SHINRAI_FIELD_OWNER, c->owner,
			    SHINRAI_DIGEST_SIZE);
	shinrai_draft_uint(d, SHINRAI_FIELD_GENERATION, c->generation, 8);
	shinrai_draft_bytes(d, SHINRAI_FIELD_NAMESPACE, c->name,
			    strnlen(c->name, SHINRAI_MAX_NAMESPACE));
	if (type == SHINRAI_EVENT_OWNER)
		shinrai_draft_uint(d, SHINRAI_FIELD_OPERATION, c->operation, 1);
	shinrai_who_get(&who, GFP_KERNEL);
	shinrai_draft_who(d, &who, false);
	p = shinrai_draft_pack(d, SHINRAI_PCR_CODE, GFP_KERNEL);
	shinrai_who_put(&who);
	kfree(d);
	if (p) /* signed, and each only once: nobody fills the log with them */
		p->share = SHINRAI_SHARE_ROOT;
	return p;
}

/**
 * shinrai_load_record() - have a change in its PCR before it takes effect
 * @type: OWNER or POLICY
 * @c: what it tells
 *
 * What is queued is as good as recorded, so a caller who is killed meanwhile
 * still waits: the log must not tell of a policy that did not come into force.
 * Only if the TPM fails can it, and then the log says that, too.
 *
 * Context: may sleep, for SHINRAI_WAIT_MS at most; shinrai_load_lock is held.
 * Return: 0; -EIO when degraded; -ETIMEDOUT, and then it is; -ENOSPC when the
 * log is full; -ENOMEM.
 */
int shinrai_load_record(enum shinrai_event_type type,
			const struct shinrai_change_of_owner *c)
{
	struct shinrai_pending *p;
	u64 seq;
	int ret;

	lockdep_assert_held(&shinrai_load_lock);
	if (shinrai_degraded())
		return -EIO;
	p = make_event(type, c);
	if (!p)
		return -ENOMEM;
	ret = shinrai_log_push(p, &seq);
	return ret ? ret : shinrai_log_settle(seq, SHINRAI_WAIT_MS);
}

static int load_admission(const struct shinrai_load *req, const void *sig)
{
	void *data = vmemdup_user(u64_to_user_ptr(req->data), req->data_len);
	int ret;

	if (IS_ERR(data))
		return PTR_ERR(data);
	ret = mutex_lock_killable(&shinrai_load_lock);
	if (!ret) {
		ret = shinrai_owner_load(data, req->data_len, sig,
					 req->signature_len);
		mutex_unlock(&shinrai_load_lock);
	}
	kvfree(data);
	return ret;
}

static int load_policy(const struct shinrai_load *req, const void *sig)
{
	struct shinrai_loaded *l = shinrai_policy_new(req->data_len);
	int ret;

	if (!l)
		return -ENOMEM;
	if (copy_from_user(l->blob, u64_to_user_ptr(req->data), l->len)) {
		shinrai_policy_free(l);
		return -EFAULT;
	}
	ret = mutex_lock_killable(&shinrai_load_lock);
	if (!ret) {
		ret = shinrai_policy_load(l, sig, req->signature_len);
		mutex_unlock(&shinrai_load_lock);
	}
	if (ret)
		shinrai_policy_free(l);
	return ret;
}

/* By enum shinrai_load_kind. */
static const struct {
	u32 max;
	int (*load)(const struct shinrai_load *req, const void *sig);
} kinds[] = {
	[SHINRAI_LOAD_ADMISSION] = { sizeof(struct shinrai_admission) +
					     SHINRAI_MAX_CERTIFICATE,
				     load_admission },
	[SHINRAI_LOAD_POLICY] = { SHINRAI_POLICY_MAX, load_policy },
};

static int check_request(const struct shinrai_load *req)
{
	if (req->flags || !req->kind || req->kind >= ARRAY_SIZE(kinds) ||
	    !req->data_len || !req->signature_len)
		return -EINVAL;
	if (req->data_len > kinds[req->kind].max ||
	    req->signature_len > SHINRAI_MAX_SIGNATURE)
		return -E2BIG;
	if (!shinrai_policy_any())
		return -ENOKEY;
	if (shinrai_phase() != SHINRAI_ARMED)
		return -EBUSY;
	return shinrai_degraded() ? -EIO : 0;
}

/**
 * shinrai_load() - SHINRAI_IOC_LOAD
 * @arg: the caller's
 *
 * Context: may sleep, can be killed while others load.
 * Return: 0 when it is recorded and in force; as its comment in
 * uapi/shinrai.h says.
 */
int shinrai_load(const struct shinrai_load __user *arg)
{
	struct shinrai_load req;
	void *sig;
	int ret;

	if (copy_from_user(&req, arg, sizeof(req)))
		return -EFAULT;
	ret = check_request(&req);
	if (ret)
		return ret;
	sig = memdup_user(u64_to_user_ptr(req.signature), req.signature_len);
	if (IS_ERR(sig))
		return PTR_ERR(sig);
	ret = kinds[req.kind].load(&req, sig);
	kfree(sig);
	return ret;
}
