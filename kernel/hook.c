// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures a file by way of a hook, where the mark of its inode is at hand.
 *
 * Marks live in the storage of BPF programs, out of our reach but in a hook.
 * So we pass one, that of reading policies, to which no other LSM objects; our
 * program there brings the mark and asks back.  What an overlay shows is
 * measured so, under the mark of the inode that holds it, which is the one that
 * a writer clears; and so is what is running when the module is armed.
 */
#include <linux/kernel_read_file.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/spinlock.h>

#include "core.h"

struct request {
	struct list_head node;
	const struct task_struct *task;
	const struct shinrai_source *src;
	bool met; /* the hook has called */
	int ret;
};

static DEFINE_SPINLOCK(requests_lock);
static LIST_HEAD(requests);

/* Return: the current task's, which keeps it; or NULL. */
static struct request *request_find(const struct file *file)
{
	struct request *r, *found = NULL;

	spin_lock(&requests_lock);
	list_for_each_entry(r, &requests, node) {
		if (r->task == current && r->src->file == file && !r->met)
			found = r;
	}
	spin_unlock(&requests_lock);
	return found;
}

/**
 * shinrai_hook_answer() - a file is being read: is that a request of ours?
 * @file: being read
 * @mark: in the storage of its inode
 * @ret: out, for the hook
 *
 * Context: may sleep, can be killed.
 * Return: true when it is, and then the file is measured.
 */
bool shinrai_hook_answer(struct file *file, struct shinrai_mark *mark, int *ret)
{
	struct request *r = request_find(file);

	if (!r)
		return false;
	r->met = true;
	r->ret = shinrai_measure(r->src, mark);
	*ret = r->ret;
	return true;
}

/**
 * shinrai_hook_measure() - as shinrai_measure(), with the mark of the inode
 * @src: what to measure
 *
 * Context: may sleep, can be killed.
 * Return: as shinrai_measure().
 */
int shinrai_hook_measure(const struct shinrai_source *src)
{
	struct request r = { .task = current, .src = src };
	struct shinrai_mark none = {};

	might_sleep();
	spin_lock(&requests_lock);
	list_add(&r.node, &requests);
	spin_unlock(&requests_lock);
	security_kernel_read_file(src->file, READING_POLICY, true);
	spin_lock(&requests_lock);
	list_del(&r.node);
	spin_unlock(&requests_lock);
	if (!r.met) /* another LSM refused before */
		r.ret = shinrai_measure(src, &none);
	return r.ret;
}
