// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arming: load the embedded programs, attach them, hold them for good, record
 * what is running, and write ARM.  All of it or nothing.
 */
#define pr_fmt(fmt) "shinrai: " fmt

#include <linux/bpf.h>
#include <linux/file.h>
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "compat.h"
#include "core.h"

#include "shinrai_bpf.lskel.h"
#include "shinrai_bpf_digest.h"

#define LINKS (sizeof(((struct shinrai_bpf *)NULL)->links) / sizeof(int))
/* TPMs take their time, and there may be a thousand programs to record. */
#define ARM_WAIT_MS 60000

SHINRAI_IMPORT_BPF;

static DEFINE_MUTEX(arm_lock);
/* Set while arming, never changed once armed; whole while @holding. */
static struct bpf_link *held[LINKS];
static bool holding;
static const u8 programs_digest[] = SHINRAI_BPF_DIGEST;

static_assert(sizeof(programs_digest) == SHINRAI_DIGEST_SIZE);
/* For whoever makes references of this file. */
MODULE_INFO(shinrai_programs, SHINRAI_BPF_DIGEST_HEX);

static void notrace anchor_call(unsigned long ip, unsigned long parent_ip,
				struct ftrace_ops *op,
				struct ftrace_regs *fregs)
{
}

/*
 * Clearing kernel.ftrace_enabled silences every BPF LSM program, and nobody is
 * told.  One permanent user of ftrace makes that write fail; it sits on a
 * function that runs once in a lifetime.
 */
static struct ftrace_ops anchor = {
	.func = anchor_call,
	.flags = FTRACE_OPS_FL_PERMANENT,
};

static unsigned char anchor_function[] = "kernel_halt";

static int anchor_set(void)
{
	int ret;

	ret = ftrace_set_filter(&anchor, anchor_function,
				sizeof(anchor_function) - 1, 1);
	return ret ? ret : register_ftrace_function(&anchor);
}

static bool uses(const struct bpf_prog *prog, const void *map)
{
	u32 i;

	for (i = 0; i < prog->aux->used_map_cnt; i++) {
		if (prog->aux->used_maps[i] == map)
			return true;
	}
	return false;
}

/**
 * shinrai_arm_owns_map() - is this one of the maps that our programs use?
 * @map: compared, never followed
 *
 * Context: any, in an RCU read side section.
 * Return: true when it is, from the moment that all links are held.
 */
bool shinrai_arm_owns_map(const void *map)
{
	size_t i;

	/* Pairs with the release in hold_links(). */
	if (!smp_load_acquire(&holding))
		return false;
	for (i = 0; i < LINKS; i++) {
		if (uses(held[i]->prog, map))
			return true;
	}
	return false;
}

/**
 * shinrai_arm_owns_prog() - is this one of our programs?
 * @prog: compared, never followed
 *
 * Context: as shinrai_arm_owns_map().
 * Return: the same.
 */
bool shinrai_arm_owns_prog(const void *prog)
{
	size_t i;

	if (!smp_load_acquire(&holding)) /* as there */
		return false;
	for (i = 0; i < LINKS; i++) {
		if (held[i]->prog == prog)
			return true;
	}
	return false;
}

static void drop_links(void)
{
	size_t i;

	/* Our programs may still be running, and looking at @held. */
	WRITE_ONCE(holding, false);
	synchronize_rcu();
	for (i = 0; i < LINKS; i++) {
		if (held[i])
			bpf_link_put(held[i]);
		held[i] = NULL;
	}
}

/* A link that only a descriptor holds goes with it: take our own. */
static int hold_links(const struct shinrai_bpf *skel)
{
	const int *fd = (const int *)&skel->links;
	struct bpf_link *link;
	size_t i;

	for (i = 0; i < LINKS; i++) {
		if (fd[i] <= 0)
			return -EBADF;
		link = bpf_link_get_from_fd(fd[i]);
		if (IS_ERR(link))
			return PTR_ERR(link);
		held[i] = link;
		if (!link->prog || link->prog->type != BPF_PROG_TYPE_LSM)
			return -EINVAL;
	}
	/* From here on our programs refuse to give them to anybody. */
	smp_store_release(&holding, true);
	return 0;
}

/* Does nobody but this file and our programs hold the map? */
static bool map_alone(const struct file *file)
{
	const struct bpf_map *map = file->private_data;
	long programs = 0;
	size_t i;

	for (i = 0; i < LINKS; i++)
		programs += uses(held[i]->prog, map);
	return programs && file_count(file) == 1 &&
	       atomic64_read(&map->usercnt) == 1 &&
	       atomic64_read(&map->refcnt) == 1 + programs;
}

/* Does nobody but this file and its link hold the program? */
static bool program_alone(const struct file *file)
{
	const struct bpf_prog *prog = file->private_data;

	return shinrai_arm_owns_prog(prog) && file_count(file) == 1 &&
	       atomic64_read(&prog->aux->refcnt) == 2;
}

/*
 * Somebody may have taken a descriptor before the guard was attached, or out of
 * this process.  Gives up the skeleton's own, and looks who is left.
 */
static int keep_alone(struct shinrai_bpf *skel)
{
	const struct bpf_prog_desc *prog = (void *)&skel->progs;
	struct file *file[1 + LINKS];
	size_t i, n;
	int ret = 0;

	static_assert(sizeof(skel->progs) == LINKS * sizeof(*prog));
	file[0] = fget((unsigned int)skel->maps.shinrai_marks.map_fd);
	for (i = 0; i < LINKS; i++)
		file[1 + i] = fget((unsigned int)prog[i].prog_fd);
	n = 1 + LINKS;
	shinrai_bpf__destroy(skel);
	for (i = 0; i < n; i++) {
		if (!file[i])
			ret = -EBADF;
		else if (!(i ? program_alone(file[i]) : map_alone(file[i])))
			ret = -EBUSY;
	}
	for (i = 0; i < n; i++) {
		if (file[i])
			fput(file[i]);
	}
	return ret;
}

static struct shinrai_pending *arm_event(u32 running)
{
	static const char name[] = "shinrai_bpf";
	u8 programs[1 + sizeof(name) - 1 + sizeof(programs_digest)];
	struct shinrai_pending *p;
	struct shinrai_draft *d;

	programs[0] = sizeof(name) - 1;
	memcpy(programs + 1, name, programs[0]);
	memcpy(programs + 1 + programs[0], programs_digest,
	       sizeof(programs_digest));
	d = shinrai_draft_new(SHINRAI_EVENT_ARM, GFP_KERNEL);
	if (!d)
		return NULL;
	shinrai_draft_bytes(d, SHINRAI_FIELD_PROGRAMS, programs,
			    sizeof(programs));
	shinrai_draft_uint(d, SHINRAI_FIELD_LINKS, LINKS, 4);
	shinrai_draft_bytes(d, SHINRAI_FIELD_POLICIES, NULL, 0);
	shinrai_draft_uint(d, SHINRAI_FIELD_RUNNING, running, 4);
	shinrai_draft_uint(d, SHINRAI_FIELD_MODE, shinrai.mode, 1);
	shinrai_draft_uint(d, SHINRAI_FIELD_EXTEND, shinrai.extend, 1);
	if (shinrai.extend == SHINRAI_EXTEND_BATCH)
		shinrai_draft_uint(
			d, SHINRAI_FIELD_WINDOW,
			(u64)SHINRAI_BATCH_MS << 32 | SHINRAI_BATCH_EVENTS, 8);
	p = shinrai_draft_pack(d, SHINRAI_PCR_CODE, GFP_KERNEL);
	kfree(d);
	return p;
}

/* From here on the module is armed. */
static int write_arm(u64 *seq)
{
	struct shinrai_pending *p;
	u32 running;
	int ret;

	do {
		running = shinrai_log_held();
		p = arm_event(running);
		if (!p)
			return -ENOMEM;
		ret = shinrai_log_armed(p, running, seq);
		if (ret)
			kvfree(p);
	} while (ret == -EAGAIN);
	return ret;
}

/* @skel is gone afterwards. */
static int attach(struct shinrai_bpf *skel, const char **step)
{
	int ret;

	*step = "loading the programs (is bpf in the list of LSMs?)";
	ret = shinrai_bpf__load(skel);
	if (ret)
		goto destroy;
	*step = "attaching the programs";
	ret = shinrai_bpf__attach(skel);
	if (ret)
		goto destroy;
	*step = "holding the links";
	ret = hold_links(skel);
	if (ret)
		goto destroy;
	*step = "keeping maps and programs to ourselves";
	ret = keep_alone(skel);
	if (ret)
		return ret;
	*step = "running the programs (is bpf in the list of LSMs?)";
	return shinrai_guard_probe();
destroy:
	shinrai_bpf__destroy(skel);
	return ret;
}

static int arm_locked(const char **step)
{
	struct shinrai_bpf *skel;
	unsigned long end;
	u64 seq;
	int ret;

	*step = "starting";
	ret = shinrai_log_arming();
	if (ret)
		return ret;
	*step = "keeping ftrace enabled";
	ret = anchor_set();
	if (ret)
		goto disarm;
	ret = -ENOMEM;
	skel = shinrai_bpf__open();
	if (!skel)
		goto unanchor;
	ret = attach(skel, step);
	if (ret)
		goto links;
	*step = "recording what is running";
	end = jiffies + shinrai.patience * HZ;
	ret = shinrai_running_record(end);
	if (ret)
		goto links;
	*step = "writing ARM";
	ret = write_arm(&seq);
	if (ret)
		goto links;
	shinrai_running_pay(end);
	shinrai_log_wait(seq, ARM_WAIT_MS);
	return 0;
links:
	drop_links();
unanchor:
	unregister_ftrace_function(&anchor);
disarm:
	/* Freeing the filter here would leave @anchor pointing to it. */
	shinrai_log_disarm();
	shinrai_running_forget();
	shinrai_content_forget();
	shinrai_oddity_forget();
	return ret;
}

/**
 * shinrai_arm() - arm the module, for good
 *
 * Context: a task of root; may sleep for long.
 * Return: 0 when ARM and what is running are extended, or the state is
 * degraded; -EALREADY; -EBUSY; -ENODEV; -EPERM; -EOPNOTSUPP when bpf is not among the
 * active LSMs; what a step says, and then nothing is attached.
 */
int shinrai_arm(void)
{
	const char *step;
	int ret;

	ret = mutex_lock_killable(&arm_lock);
	if (ret)
		return ret;
	/* Kept for good when armed.  Fails when somebody unloads us just now. */
	ret = -ENODEV;
	step = "staying loaded";
	if (try_module_get(THIS_MODULE)) {
		ret = arm_locked(&step);
		if (ret)
			module_put(THIS_MODULE);
	}
	mutex_unlock(&arm_lock);
	if (!ret)
		pr_info("armed, %zu hooks held\n", LINKS);
	else if (ret != -EALREADY)
		pr_err("cannot arm: %s failed: %d\n", step, ret);
	return ret;
}

/**
 * shinrai_arm_exit() - release what attempts to arm left behind
 *
 * Context: the module is being unloaded, so it was never armed.
 */
void shinrai_arm_exit(void)
{
	ftrace_free_filter(&anchor);
}
