// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first label: until there is one, nothing follows labels and nothing is
 * paid for it.  Then all that does is attached at once, for good, before whoever
 * met the label goes on.
 */
#define pr_fmt(fmt) "shinrai: " fmt

#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>

#include "label.h"

static DEFINE_MUTEX(live_lock);
static bool live; /* released when everything is attached */
static struct tracepoint *fork_point;

/* After a child's memory was copied, before it runs. */
static void forked(void *unused, struct task_struct *parent,
		   struct task_struct *child)
{
	if (parent->mm)
		shinrai_subject_fork(parent->mm, child);
}

static void find_point(struct tracepoint *tp, void *unused)
{
	if (!strcmp(tp->name, "sched_process_fork"))
		fork_point = tp;
}

static int follow_forks(void)
{
	for_each_kernel_tracepoint(find_point, NULL);
	if (!fork_point)
		return -ENOENT;
	return tracepoint_probe_register(fork_point, forked, NULL);
}

static int tell_live(u32 links, u64 *seq)
{
	struct shinrai_pending *p = NULL;
	struct shinrai_draft *d;

	d = shinrai_draft_new(SHINRAI_EVENT_STATE, GFP_KERNEL);
	if (d) {
		shinrai_draft_uint(d, SHINRAI_FIELD_REASON,
				   SHINRAI_REASON_LABELS_LIVE, 4);
		shinrai_draft_uint(d, SHINRAI_FIELD_LINKS, links, 4);
		p = shinrai_draft_pack(d, SHINRAI_PCR_CODE, GFP_KERNEL);
		kfree(d);
	}
	if (!p)
		return -ENOMEM;
	p->share = SHINRAI_SHARE_MUST;
	return shinrai_log_push(p, seq);
}

/* All of it or none. */
static int attach(const char **step)
{
	u32 links;
	u64 seq;
	int ret;

	*step = "following forks";
	ret = follow_forks();
	if (ret)
		return ret;
	*step = "tracing what no hook sees";
	ret = shinrai_unhooked_start();
	if (ret)
		goto forks;
	*step = "looking at packets";
	ret = shinrai_egress_start();
	if (ret)
		goto unhooked;
	*step = "attaching the programs";
	ret = shinrai_arm_flow(&links);
	if (ret)
		goto egress;
	shinrai_flowlog_start();
	/* Pairs with the acquire in shinrai_live(). */
	smp_store_release(&live, true);
	*step = "telling of it";
	ret = tell_live(links, &seq);
	if (!ret)
		ret = shinrai_log_wait(seq, SHINRAI_WAIT_MS);
	return 0;
egress:
	shinrai_egress_stop();
unhooked:
	shinrai_unhooked_stop();
forks:
	tracepoint_probe_unregister(fork_point, forked, NULL);
	return ret;
}

struct request {
	struct work_struct work;
	int ret;
};

/* Not in the task that met the label: it may be nobody, with little power. */
static void attach_work(struct work_struct *work)
{
	struct request *r = container_of(work, struct request, work);
	const char *step = "";

	mutex_lock(&live_lock);
	r->ret = live ? 0 : attach(&step);
	mutex_unlock(&live_lock);
	if (r->ret)
		pr_err_ratelimited("cannot follow labels: %s failed: %d\n",
				   step, r->ret);
}

/**
 * shinrai_live() - there is a label: see to it that it is followed
 *
 * Context: may sleep; no lock that attaching programs takes is held.
 * Return: 0; -EBUSY before arm; what a step says, and then nothing is attached.
 */
int shinrai_live(void)
{
	struct request r;

	might_sleep();
	if (smp_load_acquire(&live)) /* see the release */
		return 0;
	if (shinrai_phase() != SHINRAI_ARMED)
		return -EBUSY;
	INIT_WORK_ONSTACK(&r.work, attach_work);
	queue_work(system_unbound_wq, &r.work);
	flush_work(&r.work);
	destroy_work_on_stack(&r.work);
	return r.ret;
}

/**
 * shinrai_is_live() - are labels followed?
 *
 * Return: true from the first one on.
 */
bool shinrai_is_live(void)
{
	return smp_load_acquire(&live); /* see the release */
}
