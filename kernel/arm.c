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
#include "label.h"
#include "policy.h"

#include "shinrai_bpf.lskel.h"
#include SHINRAI_FOLLOW_SKEL
#include "shinrai_bpf_digest.h"

#define COUNT(set, what, type) (sizeof(((set *)NULL)->what) / sizeof(type))
#define ALWAYS COUNT(struct shinrai_bpf, links, int)
#define LINKS (ALWAYS + COUNT(struct shinrai_follow, links, int))
#define ALWAYS_MAPS COUNT(struct shinrai_bpf, maps, struct bpf_map_desc)
#define MAPS \
	(ALWAYS_MAPS + COUNT(struct shinrai_follow, maps, struct bpf_map_desc))
/* TPMs take their time, and there may be a thousand programs to record. */
#define ARM_WAIT_MS 60000

SHINRAI_IMPORT_BPF;

static DEFINE_MUTEX(arm_lock);
/* Set while arming, never changed once armed; whole while @holding. */
static const struct bpf_prog *progs[LINKS];
static bool holding;
static struct bpf_link *held[LINKS];
/* Programs that are attached only when there are labels; else NULL. */
static struct file *waiting[LINKS];
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
		if (uses(progs[i], map))
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
		if (progs[i] == prog)
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
		if (waiting[i])
			fput(waiting[i]);
		waiting[i] = NULL;
	}
}

/*
 * Two sets of programs, since a loader knows no more than 32: what is always
 * attached, and what is attached when there are labels.
 */
struct sets {
	struct shinrai_bpf *always;
	struct shinrai_follow *flow;
};

static void sets_close(struct sets *s)
{
	if (s->always)
		shinrai_bpf__destroy(s->always);
	if (s->flow)
		shinrai_follow__destroy(s->flow);
	memset(s, 0, sizeof(*s));
}

static int link_fd(const struct sets *s, size_t i)
{
	return i < ALWAYS ? ((const int *)&s->always->links)[i] :
			    ((const int *)&s->flow->links)[i - ALWAYS];
}

static int prog_fd(const struct sets *s, size_t i)
{
	const struct bpf_prog_desc *prog =
		i < ALWAYS ? (const void *)&s->always->progs :
			     (const void *)&s->flow->progs;

	return prog[i < ALWAYS ? i : i - ALWAYS].prog_fd;
}

static int map_fd(const struct sets *s, size_t i)
{
	const struct bpf_map_desc *map =
		i < ALWAYS_MAPS ? (const void *)&s->always->maps :
				  (const void *)&s->flow->maps;

	return map[i < ALWAYS_MAPS ? i : i - ALWAYS_MAPS].map_fd;
}

/* A link that only a descriptor holds goes with it: take our own. */
static int hold_links(const struct sets *s)
{
	struct bpf_link *link;
	size_t i;
	int fd;

	for (i = 0; i < LINKS; i++) {
		fd = link_fd(s, i);
		if (fd <= 0)
			return -EBADF;
		link = bpf_link_get_from_fd((u32)fd);
		if (IS_ERR(link))
			return PTR_ERR(link);
		held[i] = link;
		progs[i] = link->prog;
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
		programs += uses(progs[i], map);
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
static int keep_alone(struct sets *s)
{
	struct file *file[MAPS + LINKS];
	size_t i;
	int ret = 0;

	static_assert(sizeof(s->always->progs) + sizeof(s->flow->progs) ==
		      LINKS * sizeof(struct bpf_prog_desc));
	for (i = 0; i < MAPS; i++)
		file[i] = fget((unsigned int)map_fd(s, i));
	for (i = 0; i < LINKS; i++)
		file[MAPS + i] = fget((unsigned int)prog_fd(s, i));
	sets_close(s);
	for (i = 0; i < MAPS + LINKS; i++) {
		if (!file[i])
			ret = -EBADF;
		else if (!(i < MAPS ? map_alone(file[i]) :
				      program_alone(file[i])))
			ret = -EBUSY;
	}
	for (i = 0; i < MAPS + LINKS; i++) {
		if (file[i] && i >= MAPS + ALWAYS)
			waiting[i - MAPS] = file[i];
		else if (file[i])
			fput(file[i]);
	}
	return ret;
}

/* All programs could be attached; some are not needed before there are labels. */
static void detach_waiting(void)
{
	size_t i;

	for (i = 0; i < LINKS; i++) {
		if (!waiting[i])
			continue;
		if (held[i])
			bpf_link_put(held[i]);
		held[i] = NULL;
	}
}

static u32 links_held(void)
{
	u32 n = 0;
	size_t i;

	for (i = 0; i < LINKS; i++)
		n += held[i] != NULL;
	return n;
}

/* By way of descriptors of this kernel thread, which has them for a moment. */
static struct bpf_link *attach_waiting(struct file *prog)
{
	struct bpf_link *link;
	int fd, link_fd;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return ERR_PTR(fd);
	fd_install((unsigned int)fd, get_file(prog));
	link_fd = skel_raw_tracepoint_open(NULL, fd);
	close_fd((unsigned int)fd);
	if (link_fd < 0)
		return ERR_PTR(link_fd);
	link = bpf_link_get_from_fd((u32)link_fd);
	close_fd((unsigned int)link_fd);
	return link;
}

/**
 * shinrai_arm_flow() - attach what follows labels, for good
 * @links: out, that are held now
 *
 * Context: a kernel thread, one at a time, when armed.
 * Return: 0; what attaching says, and then none of them is.
 */
int shinrai_arm_flow(u32 *links)
{
	struct bpf_link *link;
	size_t i;

	for (i = 0; i < LINKS; i++) {
		if (!waiting[i])
			continue;
		link = attach_waiting(waiting[i]);
		if (IS_ERR(link)) {
			detach_waiting();
			return PTR_ERR(link);
		}
		held[i] = link;
	}
	*links = links_held();
	return 0;
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
	shinrai_draft_uint(d, SHINRAI_FIELD_LINKS, links_held(), 4);
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

static int attach_sets(struct sets *s, const char **step)
{
	int ret;

	*step = "loading the programs (is bpf in the list of LSMs?)";
	ret = shinrai_bpf__load(s->always);
	if (!ret)
		ret = shinrai_follow__load(s->flow);
	if (ret)
		return ret;
	*step = "attaching the programs";
	ret = shinrai_bpf__attach(s->always);
	if (!ret)
		ret = shinrai_follow__attach(s->flow);
	if (ret)
		return ret;
	*step = "holding the links";
	return hold_links(s);
}

static int attach(const char **step)
{
	struct sets s = { .always = shinrai_bpf__open(),
			  .flow = shinrai_follow__open() };
	int ret = -ENOMEM;

	if (s.always && s.flow)
		ret = attach_sets(&s, step);
	if (ret) {
		sets_close(&s);
		return ret;
	}
	shinrai_quick_set(&s.always->bss->shinrai_quick,
			  &s.flow->bss->shinrai_quick);
	*step = "keeping maps and programs to ourselves";
	ret = keep_alone(&s);
	if (ret)
		return ret;
	detach_waiting();
	*step = "running the programs (is bpf in the list of LSMs?)";
	return shinrai_guard_probe();
}

static int arm_locked(const char **step)
{
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
	ret = attach(step);
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
	if (shinrai_policy_any())
		shinrai_quick_probing();
	shinrai_running_pay(end);
	shinrai_log_wait(seq, ARM_WAIT_MS);
	return 0;
links:
	shinrai_quick_set(NULL, NULL);
	drop_links();
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
		pr_info("armed, %u hooks held\n", links_held());
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
