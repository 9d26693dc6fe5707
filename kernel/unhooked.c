// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways of data that no security hook sees: between pipes, between pipes and
 * memory, and POSIX message queues.  The functions that do it are traced by
 * ftrace, which nobody can switch off, and labels are passed on before they run.
 *
 * Nothing can be refused here, so whoever takes data in is marked at once.
 */
#define pr_fmt(fmt) "shinrai: " fmt

#include <linux/file.h>
#include <linux/ftrace.h>
#include <linux/magic.h>
#include <linux/sched/mm.h>
#include <linux/string.h>

#include "label.h"

/* Of ipc/mqueue.c, which keeps it to itself. */
#define MQUEUE_MAGIC 0x19800202

static void give_out(struct inode *inode)
{
	const u64 labels = shinrai_current_labels();

	if (!(labels & ~shinrai_object_labels(inode)))
		return;
	if (shinrai_object_add(inode, SHINRAI_OBJECT_INODE, labels,
			       GFP_ATOMIC)) {
		shinrai_log_degrade(SHINRAI_REASON_DEGRADED_MEMORY, ENOMEM);
		send_sig(SIGKILL, current, 1);
		return;
	}
	shinrai_inflight_readers(inode, labels);
}

/* What is written to anything but these is asked about by its own hooks. */
static bool silent(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	return S_ISFIFO(inode->i_mode) || inode->i_sb->s_magic == MQUEUE_MAGIC;
}

static void moved(struct file *from, struct file *to)
{
	shinrai_take_now(current, shinrai_object_labels(file_inode(from)));
	if (silent(to))
		give_out(file_inode(to));
}

/* A system call's descriptor: its first argument, for both kinds of calls. */
static struct file *file_of(const struct pt_regs *user, bool ia32)
{
	return fget((unsigned int)(ia32 ? user->bx : user->di));
}

/* do_splice(in, off_in, out, ...); do_tee(in, out, ...) */
static void notrace on_splice(struct pt_regs *regs)
{
	moved((struct file *)regs->di, (struct file *)regs->dx);
}

static void notrace on_tee(struct pt_regs *regs)
{
	moved((struct file *)regs->di, (struct file *)regs->si);
}

static void both_ways(struct file *file)
{
	if (file && silent(file)) {
		if (file->f_mode & FMODE_READ)
			shinrai_take_now(current, shinrai_object_labels(
							  file_inode(file)));
		if (file->f_mode & FMODE_WRITE)
			give_out(file_inode(file));
	}
	if (file)
		fput(file);
}

static void notrace on_call(struct pt_regs *regs)
{
	both_ways(file_of((const struct pt_regs *)regs->di, false));
}

static void notrace on_call32(struct pt_regs *regs)
{
	both_ways(file_of((const struct pt_regs *)regs->di, true));
}

/* sendfile(out, in) asks about a pipe that it writes to only if it is no pipe. */
static void notrace on_sendfile(struct pt_regs *regs)
{
	const struct pt_regs *user = (const struct pt_regs *)regs->di;
	struct file *to = fget((unsigned int)user->di);
	struct file *from = fget((unsigned int)user->si);

	if (from && to && S_ISFIFO(file_inode(to)->i_mode))
		moved(from, to);
	if (from)
		fput(from);
	if (to)
		fput(to);
}

static void notrace on_sendfile32(struct pt_regs *regs)
{
	const struct pt_regs *user = (const struct pt_regs *)regs->di;
	struct file *to = fget((unsigned int)user->bx);
	struct file *from = fget((unsigned int)user->cx);

	if (from && to && S_ISFIFO(file_inode(to)->i_mode))
		moved(from, to);
	if (from)
		fput(from);
	if (to)
		fput(to);
}

struct tracer {
	struct ftrace_ops ops; /* first: see traced() */
	const char *function;
	void (*handle)(struct pt_regs *regs);
	bool optional; /* of another kind of programs, which may not be there */
	bool set;
};

static void notrace traced(unsigned long ip, unsigned long parent_ip,
			   struct ftrace_ops *op, struct ftrace_regs *fregs)
{
	struct tracer *t = container_of(op, struct tracer, ops);
	struct pt_regs *regs = ftrace_get_regs(fregs);

	if (regs)
		t->handle(regs);
}

#define TRACER(f, h, opt)                                    \
	{                                                    \
		.ops = { .func = traced,                     \
			 .flags = FTRACE_OPS_FL_PERMANENT |  \
				  FTRACE_OPS_FL_SAVE_REGS }, \
		.function = f, .handle = h, .optional = opt  \
	}

static struct tracer tracers[] = {
	TRACER("do_splice", on_splice, false),
	TRACER("do_tee", on_tee, false),
	TRACER("__x64_sys_sendfile64", on_sendfile, false),
	TRACER("__x64_sys_vmsplice", on_call, false),
	TRACER("__x64_sys_mq_timedsend", on_call, false),
	TRACER("__x64_sys_mq_timedreceive", on_call, false),
	TRACER("__ia32_sys_vmsplice", on_call32, true),
	TRACER("__ia32_compat_sys_sendfile", on_sendfile32, true),
	TRACER("__ia32_sys_sendfile64", on_sendfile32, true),
	TRACER("__ia32_sys_mq_timedsend", on_call32, true),
	TRACER("__ia32_sys_mq_timedsend_time32", on_call32, true),
	TRACER("__ia32_sys_mq_timedreceive", on_call32, true),
	TRACER("__ia32_sys_mq_timedreceive_time32", on_call32, true),
};

static int trace(struct tracer *t)
{
	int ret;

	ret = ftrace_set_filter(&t->ops, (unsigned char *)t->function,
				(int)strlen(t->function), 1);
	if (!ret)
		ret = register_ftrace_function(&t->ops);
	if (ret)
		ftrace_free_filter(&t->ops);
	t->set = !ret;
	return t->optional ? 0 : ret;
}

/**
 * shinrai_unhooked_stop() - trace no more
 *
 * Context: may sleep.
 */
void shinrai_unhooked_stop(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tracers); i++) {
		if (!tracers[i].set)
			continue;
		unregister_ftrace_function(&tracers[i].ops);
		ftrace_free_filter(&tracers[i].ops);
		tracers[i].set = false;
	}
}

/**
 * shinrai_unhooked_start() - trace what no hook sees
 *
 * Context: may sleep.
 * Return: 0; what a function that cannot be traced says.
 */
int shinrai_unhooked_start(void)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(tracers); i++) {
		ret = trace(&tracers[i]);
		if (ret)
			pr_err("cannot trace %s: %d\n", tracers[i].function,
			       ret);
	}
	if (ret)
		shinrai_unhooked_stop();
	return ret;
}
