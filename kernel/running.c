// SPDX-License-Identifier: GPL-2.0-only
/* What is in use already when the module is armed: mapped code, modules. */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "compat.h"
#include "core.h"

#define SLACK 64

struct mapped {
	struct hlist_node node;
	struct file *file;
	u32 uid;
	bool program;
	bool done;
};

struct walk {
	unsigned long end; /* jiffies */
	DECLARE_HASHTABLE(files, 9);
};

static struct mapped *mapped_find(struct walk *w, const struct file *file)
{
	struct mapped *m;

	hash_for_each_possible(w->files, m, node,
			       (unsigned long)file_inode(file)) {
		if (file_inode(m->file) == file_inode(file))
			return m;
	}
	return NULL;
}

static int mapped_add(struct walk *w, struct file *file, u32 uid, bool program)
{
	struct mapped *m = mapped_find(w, file);

	if (m) {
		m->program |= program;
		m->uid = min(m->uid, uid);
		return 0;
	}
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	m->file = get_file(file);
	m->uid = uid;
	m->program = program;
	hash_add(w->files, &m->node, (unsigned long)file_inode(file));
	return 0;
}

/* Who keeps this lock is a user's page fault, and may keep it for ever. */
static int lock_mm(struct mm_struct *mm, unsigned long end)
{
	const unsigned long until = jiffies + (long)(end - jiffies) / 2;

	while (!mmap_read_trylock(mm)) {
		if (time_after_eq(jiffies, until))
			return -ETIMEDOUT;
		if (schedule_timeout_killable(1) &&
		    fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* Its program stands for all that it may have mapped. */
static int unread(struct mm_struct *mm, u32 uid)
{
	const struct shinrai_who who = { .uid = uid, .login_uid = (u32)-1 };
	struct file *file = shinrai_exe_file(mm);
	struct shinrai_path path = {};
	u64 seq;
	int ret;

	if (file)
		shinrai_path_get(&path, &file->f_path, GFP_KERNEL);
	ret = shinrai_oddity_unmeasured(SHINRAI_KIND_EXEC, 0, ETIMEDOUT,
					(uintptr_t)mm, &path, &who, GFP_KERNEL,
					&seq);
	shinrai_path_put(&path);
	if (file)
		fput(file);
	return ret;
}

static int walk_mm(struct walk *w, struct mm_struct *mm, u32 uid)
{
	struct vm_area_struct *vma;
	struct vma_iterator vmi;
	struct inode *exe = NULL;
	struct file *file;
	int ret;

	ret = lock_mm(mm, w->end);
	if (ret)
		return ret == -ETIMEDOUT ? unread(mm, uid) : ret;
	rcu_read_lock();
	file = rcu_dereference(mm->exe_file);
	if (file)
		exe = file_inode(file); /* compared, never followed */
	rcu_read_unlock();
	vma_iter_init(&vmi, mm, 0);
	for_each_vma(vmi, vma) {
		file = vma->vm_file;
		if (!(vma->vm_flags & VM_EXEC) || !file ||
		    !shinrai_measurable(file))
			continue;
		ret = mapped_add(w, file, uid, file_inode(file) == exe);
		if (ret)
			break;
	}
	mmap_read_unlock(mm);
	return ret;
}

/* A process lives on when its first thread has ended.  RCU read lock held. */
static struct task_struct *with_mm(struct task_struct *process)
{
	struct task_struct *t;

	for_each_thread(process, t) {
		if (t->mm && !(t->flags & PF_KTHREAD))
			return t;
	}
	return NULL;
}

/**
 * shinrai_running_tasks() - processes with a user address space
 *
 * Return: the count.
 */
u32 shinrai_running_tasks(void)
{
	struct task_struct *p;
	u32 n = 0;

	rcu_read_lock();
	for_each_process(p)
		n += with_mm(p) != NULL;
	rcu_read_unlock();
	return n;
}

/* Return: how many were written to @tasks, with a reference each. */
static u32 grab_tasks(struct task_struct **tasks, u32 cap)
{
	struct task_struct *p, *t;
	u32 n = 0;

	rcu_read_lock();
	for_each_process(p) {
		t = with_mm(p);
		if (!t)
			continue;
		if (n < cap)
			tasks[n] = get_task_struct(t);
		n++;
	}
	rcu_read_unlock();
	return n;
}

static int walk_tasks(struct walk *w, struct task_struct **tasks, u32 n)
{
	struct mm_struct *mm;
	int ret = 0;
	u32 i, uid;

	for (i = 0; i < n && !ret; i++) {
		mm = get_task_mm(tasks[i]);
		if (!mm)
			continue;
		uid = from_kuid(&init_user_ns, task_uid(tasks[i]));
		ret = walk_mm(w, mm, uid);
		mmput(mm);
		cond_resched();
	}
	return ret;
}

static int collect(struct walk *w)
{
	struct task_struct **tasks;
	u32 cap, n, i;
	int ret;

	for (;;) {
		cap = shinrai_running_tasks() + SLACK;
		tasks = kvmalloc_array(cap, sizeof(*tasks), GFP_KERNEL);
		if (!tasks)
			return -ENOMEM;
		n = grab_tasks(tasks, cap);
		ret = n > cap ? -EAGAIN : walk_tasks(w, tasks, n);
		for (i = 0; i < min(n, cap); i++)
			put_task_struct(tasks[i]);
		kvfree(tasks);
		if (ret != -EAGAIN)
			return ret;
	}
}

/* One file that does not come to an end leaves the others half of the time. */
static int record_file(struct file *file, u8 kind, u32 flags, u32 uid,
		       unsigned long end)
{
	long left = (long)(end - jiffies) / 2;

	return shinrai_job_measure(file, kind, flags, uid, max(left, 0L));
}

/* Return: 0; why the walk has to end. */
static int record_some(struct walk *w, bool root, unsigned long end)
{
	struct mapped *m;
	int bkt, ret;

	hash_for_each(w->files, bkt, m, node) {
		if (m->done || root != !m->uid)
			continue;
		ret = record_file(m->file,
				  m->program ? SHINRAI_KIND_EXEC :
					       SHINRAI_KIND_MMAP,
				  0, m->uid, end);
		if (ret)
			return ret;
		m->done = true;
	}
	return 0;
}

/* No user's files keep root's from being measured. */
static int record_mapped(struct walk *w, unsigned long end)
{
	int ret = record_some(w, true, end);

	return ret ? ret : record_some(w, false, end);
}

static void release(struct walk *w)
{
	struct hlist_node *next;
	struct mapped *m;
	int bkt;

	hash_for_each_safe(w->files, bkt, next, m, node) {
		fput(m->file);
		kfree(m);
	}
}

/**
 * shinrai_running_module() - tell of a module that nobody measured
 * @name: its name
 *
 * Context: while arming; may sleep.
 * Return: 0; -ENOMEM; -ENOSPC.
 */
int shinrai_running_module(const char *name)
{
	struct shinrai_draft *d;
	struct shinrai_pending *p;
	u64 seq;

	d = shinrai_draft_new(SHINRAI_EVENT_MODULE, GFP_KERNEL);
	if (!d)
		return -ENOMEM;
	shinrai_draft_bytes(d, SHINRAI_FIELD_NAME, name, strlen(name));
	p = shinrai_draft_pack(d, SHINRAI_PCR_CODE, GFP_KERNEL);
	kfree(d);
	return p ? shinrai_log_push(p, &seq) : -ENOMEM;
}

struct names {
	u32 n, cap;
	char (*name)[MODULE_NAME_LEN];
};

/* The kset's list also holds built-in ones, whose mod is NULL. */
static void list_modules(struct names *names)
{
	struct kset *kset = THIS_MODULE->mkobj.kobj.kset;
	struct module_kobject *mk;
	struct kobject *k;

	names->n = 0;
	spin_lock(&kset->list_lock);
	list_for_each_entry(k, &kset->list, entry) {
		mk = container_of(k, struct module_kobject, kobj);
		if (!mk->mod)
			continue;
		if (names->n < names->cap)
			strscpy(names->name[names->n], mk->mod->name,
				MODULE_NAME_LEN);
		names->n++;
	}
	spin_unlock(&kset->list_lock);
}

static int get_names(struct names *names)
{
	memset(names, 0, sizeof(*names));
	names->cap = SLACK;
	do {
		kvfree(names->name);
		names->cap += names->n;
		names->name = kvcalloc(names->cap, MODULE_NAME_LEN, GFP_KERNEL);
		if (!names->name)
			return -ENOMEM;
		list_modules(names);
	} while (names->n > names->cap);
	return 0;
}

static bool in_names(const struct names *names, const char *name)
{
	u32 i;

	for (i = 0; i < names->n; i++) {
		if (!strcmp(names->name[i], name))
			return true;
	}
	return false;
}

/* Those that are there, but not among @told, which they then are. */
static int record_modules(struct names *told)
{
	struct names names;
	int ret = get_names(&names);
	u32 i;

	for (i = 0; i < names.n && !ret; i++) {
		if (!in_names(told, names.name[i]))
			ret = shinrai_running_module(names.name[i]);
	}
	kvfree(told->name);
	*told = names;
	return ret;
}

/**
 * shinrai_running_record() - RUNNING and MODULE events for what is in use
 * @end: jiffies; what cannot be measured by then is told as UNMEASURED
 *
 * Hooks are attached already.  A task that passed one just before and has not
 * mapped what it was about to map yet is met by the second walk, and so is a
 * module that is not in the list yet.
 *
 * Context: while arming; may sleep, can be killed.
 * Return: 0; -ENOMEM; -ENOSPC; -EINTR.
 */
int shinrai_running_record(unsigned long end)
{
	struct names names = {};
	struct walk *w;
	int ret = 0, pass;

	w = kzalloc(sizeof(*w), GFP_KERNEL);
	if (!w)
		return -ENOMEM;
	w->end = end;
	hash_init(w->files);
	for (pass = 0; pass < 2 && !ret; pass++) {
		ret = record_modules(&names);
		if (!ret)
			ret = collect(w);
		if (!ret)
			ret = record_mapped(w, end);
	}
	kvfree(names.name);
	release(w);
	kfree(w);
	return ret;
}

/**
 * shinrai_running_owe() - code appeared while arming, where nothing may sleep
 * @file: mapped, and made executable just now
 * @uid: of the process
 *
 * Context: any but interrupts.
 * Return: 0, and it is measured when arming ends; -EAGAIN when that has ended
 * already; -ENOMEM, or when too much is owed.
 */
int shinrai_running_owe(struct file *file, u32 uid)
{
	struct shinrai_owed *o = kmalloc(sizeof(*o), GFP_ATOMIC | __GFP_NOWARN);
	int ret;

	if (!o)
		return -ENOMEM;
	o->file = get_file(file);
	o->uid = uid;
	ret = shinrai_log_owe(o);
	if (ret) {
		fput(file);
		kfree(o);
	}
	return ret;
}

/**
 * shinrai_running_pay() - measure what appeared while arming
 * @end: as for shinrai_running_record()
 *
 * Context: armed just now, so that nothing more is owed; may sleep.
 */
void shinrai_running_pay(unsigned long end)
{
	struct shinrai_owed *o;

	while ((o = shinrai_log_owed())) {
		record_file(o->file, SHINRAI_KIND_MMAP,
			    SHINRAI_CODE_MPROTECT | SHINRAI_CODE_LATE, o->uid,
			    end);
		fput(o->file);
		kfree(o);
	}
}

/**
 * shinrai_running_forget() - arming failed: nothing is owed any more
 */
void shinrai_running_forget(void)
{
	struct shinrai_owed *o;

	while ((o = shinrai_log_owed())) {
		fput(o->file);
		kfree(o);
	}
}
