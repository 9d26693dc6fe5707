// SPDX-License-Identifier: GPL-2.0-only
/*
 * What labelled data does is judged by its owners' policies, recorded, and
 * refused when that is enforced.  Gather, decide, act: in this order below.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "label.h"
#include "policy.h"

#define CGROUP_PATH PATH_MAX

/* What is known of the actor, for as long as the question lasts. */
struct actor {
	u8 program[SHINRAI_DIGEST_SIZE];
	u64 cgroup_id;
	char *cgroup; /* its path, allocated when a rule asks */
	bool vague; /* a rule asks, and nobody can tell: it is refused */
};

/* The answer that counts, and whose policy gave it. */
struct ruling {
	struct shinrai_answer answer;
	u8 owner[SHINRAI_DIGEST_SIZE];
	u64 generation; /* 0: the owner has no policy here */
	u32 line;
	bool metered; /* some policy counts */
};

static bool names_cgroups(u64 labels)
{
	const struct shinrai_loaded *l;
	u8 owner[SHINRAI_DIGEST_SIZE];
	bool any = false;
	u64 own;

	rcu_read_lock();
	for (; labels; labels &= ~own) {
		own = shinrai_label_owner(labels, owner);
		l = shinrai_policy_of(owner);
		any |= l && l->p.head->flags & SHINRAI_POLICY_CGROUPS;
	}
	rcu_read_unlock();
	return any;
}

/* @cgrp: kept by the caller, or NULL: unknown */
static void name_cgroup(struct shinrai_flow *f, struct actor *by,
			struct cgroup *cgrp)
{
	int len;

	by->vague = true;
	by->cgroup =
		kmalloc(CGROUP_PATH, f->may_sleep ? GFP_KERNEL : GFP_ATOMIC);
	if (!by->cgroup || !cgrp)
		return;
	by->cgroup_id = cgroup_id(cgrp); /* it may have been moved */
	len = cgroup_path(cgrp, by->cgroup, CGROUP_PATH);
	/* Some kernels tell the length of what they cut, others what is left. */
	if (len <= 0 || len >= CGROUP_PATH - 1)
		return;
	f->access.cgroup = by->cgroup;
	f->access.cgroup_len = (u32)len;
	by->vague = false;
}

static void gather_cgroup(struct shinrai_flow *f, struct actor *by)
{
	struct cgroup *cgrp;

	rcu_read_lock();
	cgrp = task_dfl_cgroup(f->by ?: current);
	if (!cgroup_tryget(cgrp))
		cgrp = NULL;
	rcu_read_unlock();
	name_cgroup(f, by, cgrp);
	if (cgrp)
		cgroup_put(cgrp);
}

/* Who it is: enough to know whether it was allowed before. */
static void gather_actor(struct shinrai_flow *f, struct actor *by)
{
	struct mm_struct *mm = f->mm ?: current->mm;

	f->access.uid = from_kuid(&init_user_ns,
				  f->by ? task_uid(f->by) : current_uid());
	if (mm &&
	    shinrai_program_digest(mm, f->may_sleep && !f->mm, by->program))
		f->access.program = by->program;
	rcu_read_lock();
	by->cgroup_id = cgroup_id(task_dfl_cgroup(f->by ?: current));
	rcu_read_unlock();
}

/* What else policies may ask for. */
static void gather_rest(struct shinrai_flow *f, struct actor *by)
{
	f->access.wall_s = (u64)ktime_get_real_seconds();
	if (names_cgroups(f->labels))
		gather_cgroup(f, by);
}

/* Of an owner whose policy is not here, or does not know the label. */
static void judge_unknown(u8 action, struct shinrai_answer *out)
{
	memset(out, 0, sizeof(*out));
	out->rule = SHINRAI_POLICY_NONE;
	out->verdict = shinrai_policy_otherwise(action);
}

static void judge_owner(const struct shinrai_flow *f, u64 own,
			const struct shinrai_loaded *l, bool charge,
			struct shinrai_answer *out)
{
	struct shinrai_answer unknown;
	u64 mine;

	if (!l) {
		judge_unknown(f->access.action, out);
		return;
	}
	mine = shinrai_label_of_policy(&l->p, own);
	judge_unknown(f->access.action, &unknown);
	*out = unknown;
	if (mine)
		shinrai_policy_judge_as(l, mine, &f->access, charge, out);
	unknown.flags = out->flags;
	if (hweight64(mine) < hweight64(own) &&
	    shinrai_answer_severer(out, &unknown))
		*out = unknown;
}

/* Of a packet: what was counted when it was sent is not counted again. */
static void judge_packet(const struct shinrai_flow *f, u64 own,
			 const struct shinrai_loaded *l,
			 struct shinrai_answer *out)
{
	const u64 mine = l ? shinrai_label_of_policy(&l->p, own) : 0;
	struct shinrai_access a = f->access;

	/* Nor may its size, headers and all, be more than what was allowed. */
	a.bytes = 0;
	judge_unknown(a.action, out);
	if (mine && hweight64(mine) == hweight64(own))
		shinrai_policy_judge(&l->p, mine, &a, NULL, false, out);
}

static void decide_once(const struct shinrai_flow *f, bool charge,
			struct ruling *r)
{
	const struct shinrai_loaded *l;
	struct shinrai_answer answer;
	u8 owner[SHINRAI_DIGEST_SIZE];
	u64 rest, own;
	bool first = true;
	u8 flags = 0;

	r->metered = false;
	rcu_read_lock();
	for (rest = f->labels; rest; rest &= ~own, first = false) {
		own = shinrai_label_owner(rest, owner);
		l = shinrai_policy_of(owner);
		if (f->packet)
			judge_packet(f, own, l, &answer);
		else
			judge_owner(f, own, l, charge, &answer);
		/* A label that goes along is not let go. */
		if (f->propagate && answer.rule == SHINRAI_POLICY_NONE)
			answer.verdict = SHINRAI_VERDICT_ALLOW;
		r->metered |= l && l->p.head->flags & SHINRAI_POLICY_METERED;
		flags |= answer.flags; /* whoever's answer counts */
		if (!first && !shinrai_answer_severer(&r->answer, &answer))
			continue;
		r->answer = answer;
		memcpy(r->owner, owner, sizeof(r->owner));
		r->generation = l ? l->generation : 0;
		r->line = l && answer.rule != SHINRAI_POLICY_NONE ?
				  l->p.rule[answer.rule].line :
				  0;
	}
	rcu_read_unlock();
	r->answer.flags = flags;
}

/* What is counted is counted only when every owner consents. */
static void decide(const struct shinrai_flow *f, struct ruling *r)
{
	decide_once(f, false, r);
	if (r->metered && r->answer.verdict != SHINRAI_VERDICT_DENY)
		decide_once(f, true, r);
}

/* What nothing could follow, or judge, is refused, whatever the rules say. */
static void hold_back(struct ruling *r)
{
	if (r->answer.verdict == SHINRAI_VERDICT_DENY)
		return;
	memset(&r->answer, 0, sizeof(r->answer));
	r->answer.rule = SHINRAI_POLICY_NONE;
	r->answer.verdict = SHINRAI_VERDICT_DENY;
	r->line = 0;
}

/* Does data leave?  The rest is told only when somebody asks for it. */
static bool outbound(const struct shinrai_flow *f)
{
	switch (f->access.action) {
	case SHINRAI_ACTION_WRITE:
	case SHINRAI_ACTION_EXPORT:
	case SHINRAI_ACTION_TRACE:
		return true;
	case SHINRAI_ACTION_SEND:
		return !f->propagate;
	}
	return false;
}

/* @flow: what shinrai_flowlog_again() knows it by; 0: it is not told of. */
static int record(const struct shinrai_flow *f, const struct ruling *r,
		  bool refused, u64 *flow)
{
	const bool denied = r->answer.verdict == SHINRAI_VERDICT_DENY;
	const bool told = r->answer.verdict != SHINRAI_VERDICT_ALLOW ||
			  r->answer.flags & SHINRAI_ANSWER_NOTIFY;
	const struct shinrai_flow_record rec = {
		.flow = f,
		.owner = r->owner,
		.generation = r->generation,
		.line = r->line,
		.verdict = r->answer.verdict,
		.refused = refused,
		.urgent = told,
	};
	u64 seq;
	int ret;

	*flow = 0;
	if (!told && !outbound(f))
		return 0;
	ret = shinrai_flowlog_add(&rec, f->may_sleep ? GFP_KERNEL : GFP_ATOMIC,
				  &seq, flow);
	if (!denied || ret || f->packet)
		return ret;
	if (f->may_sleep)
		return shinrai_log_wait(seq, SHINRAI_WAIT_MS);
	shinrai_measure_wait_late(seq);
	return 0;
}

/* @epoch: see shinrai_policy_epoch() */
static void recall_key(struct shinrai_recall_key *k,
		       const struct shinrai_flow *f, u64 cgroup, u32 epoch)
{
	static_assert(!offsetof(struct shinrai_access, action));
	static_assert(SHINRAI_RECALL_SINK == 4 + 3 * sizeof(u16) + 16);
	memset(k, 0, sizeof(*k));
	k->labels = f->labels;
	k->cgroup = cgroup;
	k->epoch = epoch;
	k->uid = f->access.uid;
	memcpy(k->access, &f->access, sizeof(k->access));
	if (f->packet)
		k->how |= SHINRAI_RECALL_PACKET;
	if (f->propagate)
		k->how |= SHINRAI_RECALL_PROPAGATE;
	if (f->access.program) {
		k->how |= SHINRAI_RECALL_PROGRAM;
		memcpy(k->program, f->access.program, sizeof(k->program));
	}
}

/* It was allowed, is still, and is told of. */
static bool recalled(const struct shinrai_flow *f,
		     const struct shinrai_recall_key *k)
{
	u64 flow;

	return !f->access.text && shinrai_recall(k, &flow) &&
	       (!flow || shinrai_flowlog_again(flow, f->access.bytes));
}

/* Will the same question have the same answer, and nobody be told at once? */
static bool lasting(const struct shinrai_flow *f, const struct ruling *r)
{
	return !f->access.text && r->answer.verdict == SHINRAI_VERDICT_ALLOW &&
	       !(r->answer.flags &
		 (SHINRAI_ANSWER_VOLATILE | SHINRAI_ANSWER_NOTIFY));
}

static int judge(struct shinrai_flow *f, struct actor *by,
		 struct shinrai_recall_key *k)
{
	struct ruling r = {};
	bool refused;
	u64 flow;
	int ret;

	gather_rest(f, by);
	decide(f, &r);
	if (f->stuck || by->vague)
		hold_back(&r);
	refused = r.answer.verdict == SHINRAI_VERDICT_DENY &&
		  shinrai_enforcing();
	ret = record(f, &r, refused, &flow);
	kfree(by->cgroup);
	if (refused)
		return -EPERM;
	if (!ret && lasting(f, &r)) {
		k->cgroup = by->cgroup_id;
		shinrai_recall_keep(k, flow);
	}
	/* What cannot be told of must not happen. */
	return ret && shinrai_enforcing() ? -EPERM : 0;
}

/**
 * shinrai_flow_check() - may labelled data do this?
 * @f: the question; what it lacks of the actor is filled in
 *
 * Context: a process; sleeps only if the question says so.
 * Return: 0 go on, which in observe mode it always is; -EPERM, recorded; an
 * error when nobody could tell of it and that is enforced.
 */
int shinrai_flow_check(struct shinrai_flow *f)
{
	const u32 epoch = shinrai_policy_epoch();
	struct shinrai_recall_key k;
	struct actor by = {};

	gather_actor(f, &by);
	recall_key(&k, f, by.cgroup_id, epoch);
	return !f->stuck && recalled(f, &k) ? 0 : judge(f, &by, &k);
}

/**
 * shinrai_flow_hold() - labels cannot follow data to where it is about to go
 * @action: SHINRAI_ACTION_*
 * @labels: live, at least one
 * @path: of the file that it is about, or NULL
 * @may_sleep: whether the caller does
 *
 * Context: as shinrai_flow_check().
 * Return: as shinrai_flow_check(); no rule allows it.
 */
int shinrai_flow_hold(u8 action, u64 labels, const struct path *path,
		      bool may_sleep)
{
	struct shinrai_flow f = {
		.labels = labels,
		.access.action = action,
		.path = path,
		.may_sleep = may_sleep,
		.stuck = true,
	};

	return shinrai_flow_check(&f);
}

/* As flow_check(), of who sent last; what was counted is not counted again. */
static int judge_sender(struct shinrai_flow *f,
			const struct shinrai_sender *sender,
			struct shinrai_recall_key *k)
{
	struct actor by = {};
	struct ruling r = {};
	int ret = 0;
	u64 flow;

	f->access.wall_s = (u64)ktime_get_real_seconds();
	if (names_cgroups(f->labels))
		name_cgroup(f, &by, sender->cgroup);
	decide_once(f, false, &r);
	if (by.vague)
		hold_back(&r);
	if (r.answer.verdict == SHINRAI_VERDICT_DENY) {
		record(f, &r, shinrai_enforcing(), &flow);
		ret = shinrai_enforcing() ? -EPERM : 0;
	} else if (!(r.answer.flags & SHINRAI_ANSWER_VOLATILE)) {
		/* Who sends is told of, not each packet. */
		shinrai_recall_keep(k, 0);
	}
	kfree(by.cgroup);
	return ret;
}

/**
 * shinrai_flow_packet() - may a packet of a labelled socket leave?
 * @f: the question; who sent last by the socket is filled in
 *
 * Context: any.
 * Return: 0; -EPERM to drop it.
 */
int shinrai_flow_packet(struct shinrai_flow *f)
{
	const u32 epoch = shinrai_policy_epoch();
	struct shinrai_sender sender;
	struct shinrai_recall_key k;
	int ret = 0;
	u64 flow;

	if (!shinrai_object_sender(f->packet, &sender))
		return 0;
	f->access.uid = sender.uid;
	if (sender.known)
		f->access.program = sender.digest;
	recall_key(&k, f, sender.cgroup ? cgroup_id(sender.cgroup) : 0, epoch);
	if (!shinrai_recall(&k, &flow))
		ret = judge_sender(f, &sender, &k);
	if (sender.cgroup)
		cgroup_put(sender.cgroup);
	return ret;
}
