// SPDX-License-Identifier: GPL-2.0-only
/*
 * A subject gets labels, and at once so does what it can store to without
 * asking again: shared mappings, and through them whoever else maps those
 * pages.  What it writes by a system call is looked at then.
 *
 * One at a time; nobody gets at the data before it is done.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/task_work.h>

#include "compat.h"
#include "label.h"

/* Whoever maps too much, or has too many that share it, is refused. */
#define MAX_FILES 4096
#define MAX_SPACES 4096
#define PATIENCE_MS 2000

static DEFINE_MUTEX(grow_lock);

/* What a growth has reached, and has still to look at. */
struct wave {
	u64 labels;
	struct mm_struct **mm; /* each once, with a reference */
	u32 mms, done;
	struct file **file; /* labelled by this wave, with references */
	u32 files;
};

/* Its holder may be stopped for long, by whoever serves its pages. */
static int lock_mm(struct mm_struct *mm)
{
	const unsigned long end = jiffies + msecs_to_jiffies(PATIENCE_MS);

	while (!mmap_read_trylock(mm)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (time_after(jiffies, end))
			return -EBUSY;
		schedule_timeout_killable(1);
	}
	return 0;
}

/* Rings and maps of BPF programs have no inode of their own. */
static bool stores_to(const struct vm_area_struct *vma)
{
	const struct inode *inode;

	if (!vma->vm_file || !(vma->vm_flags & VM_SHARED) ||
	    !(vma->vm_flags & VM_MAYWRITE))
		return false;
	inode = file_inode(vma->vm_file);
	return S_ISREG(inode->i_mode) || S_ISBLK(inode->i_mode) ||
	       S_ISCHR(inode->i_mode) || shinrai_is_anon(inode);
}

static bool same_content(const struct file *a, const struct file *b)
{
	if (shinrai_is_anon(file_inode(a)))
		return a == b;
	return file_inode(a) == file_inode(b);
}

/* @mm becomes the wave's, unless that had it. */
static int wave_mm(struct wave *w, struct mm_struct *mm)
{
	u32 i;

	for (i = 0; i < w->mms; i++) {
		if (w->mm[i] == mm)
			return 0;
	}
	if (w->mms == MAX_SPACES)
		return -ENOSPC;
	mmget(mm);
	w->mm[w->mms++] = mm;
	return 0;
}

static bool wave_has(const struct wave *w, const struct file *file)
{
	u32 i;

	for (i = 0; i < w->files; i++) {
		if (same_content(w->file[i], file))
			return true;
	}
	return false;
}

/* The files that an address space can store to, each once; references. */
static int wave_stores(struct wave *w, struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	struct vma_iterator vmi;
	int ret;

	ret = lock_mm(mm);
	if (ret)
		return ret;
	vma_iter_init(&vmi, mm, 0);
	for_each_vma(vmi, vma) {
		if (!stores_to(vma) || wave_has(w, vma->vm_file))
			continue;
		if (w->files == MAX_FILES) {
			ret = -ENOSPC;
			break;
		}
		w->file[w->files++] = get_file(vma->vm_file);
	}
	mmap_read_unlock(mm);
	return ret;
}

/*
 * Whoever maps what the wave has reached is reached too.  The file's own tree of
 * mappings tells, so nobody else's memory is locked.
 */
static int wave_mappers(struct wave *w, struct file *file)
{
	struct file *real = shinrai_content_file(file);
	struct address_space *mapping = real->f_mapping;
	struct vm_area_struct *vma;
	struct rb_node *node;
	int ret = 0;

	i_mmap_lock_read(mapping);
	for (node = rb_first_cached(&mapping->i_mmap); node && !ret;
	     node = rb_next(node)) {
		vma = rb_entry(node, struct vm_area_struct, shared.rb);
		if (!vma->vm_file || !same_content(vma->vm_file, real) ||
		    !(w->labels & ~shinrai_subject_labels(vma->vm_mm)) ||
		    !mmget_not_zero(vma->vm_mm))
			continue;
		ret = wave_mm(w, vma->vm_mm);
		mmput_async(vma->vm_mm); /* the last one would lock the tree */
		cond_resched();
	}
	i_mmap_unlock_read(mapping);
	return ret;
}

static int wave_readers(struct wave *w, u32 from)
{
	int ret = 0;
	u32 i;

	for (i = from; !ret && i < w->files; i++) {
		/* What a device does with it is not for its other users. */
		if (!S_ISCHR(file_inode(w->file[i])->i_mode))
			ret = wave_mappers(w, w->file[i]);
	}
	return ret;
}

static int wave_files(struct wave *w, u32 from)
{
	int ret = 0;
	u32 i;

	for (i = from; !ret && i < w->files; i++)
		ret = shinrai_grow_file(w->file[i], w->labels);
	return ret;
}

/* Until nobody new is reached; files first, so that none is missed. */
static int wave_run(struct wave *w)
{
	u32 from;
	int ret = 0;

	while (!ret && w->done < w->mms) {
		from = w->files;
		while (!ret && w->done < w->mms)
			ret = wave_stores(w, w->mm[w->done++]);
		if (!ret)
			ret = wave_files(w, from);
		if (!ret)
			ret = wave_readers(w, from);
	}
	for (from = 0; !ret && from < w->mms; from++)
		ret = shinrai_subject_add(w->mm[from], w->labels, GFP_KERNEL);
	return ret;
}

static int is_open(const void *inode, struct file *file, unsigned int fd)
{
	return file_inode(file) == inode && file->f_mode & FMODE_READ;
}

/* Whoever has it open could read on; threads may have tables of their own. */
static int wave_openers(struct wave *w, const struct inode *inode)
{
	struct task_struct *p, *t;
	int ret = 0;

	rcu_read_lock();
	for_each_process_thread(p, t) {
		if (ret || t->flags & PF_KTHREAD)
			continue;
		task_lock(t);
		if (t->mm && t->files &&
		    iterate_fd(t->files, 0, is_open, inode))
			ret = wave_mm(w, t->mm);
		task_unlock(t);
	}
	rcu_read_unlock();
	return ret;
}

/* The wave that begins at a file. */
static int wave_from(struct wave *w, struct file *file)
{
	const bool anon = shinrai_is_anon(file_inode(file));
	int ret;

	ret = anon ? 0 : shinrai_keep_add(&file->f_path, w->labels, false);
	if (ret)
		return ret;
	w->file[w->files++] = get_file(file);
	ret = anon ? 0 : wave_openers(w, file_inode(file));
	return ret ? ret : wave_readers(w, 0);
}

/* Begins at @mm, or at @file when that is NULL. */
static int wave_start(struct mm_struct *mm, struct file *file, u64 labels)
{
	struct wave w = { .labels = labels };
	int ret = -ENOMEM;

	w.mm = kvcalloc(MAX_SPACES, sizeof(*w.mm), GFP_KERNEL);
	w.file = kvcalloc(MAX_FILES, sizeof(*w.file), GFP_KERNEL);
	if (w.mm && w.file) {
		ret = mm ? wave_mm(&w, mm) : wave_from(&w, file);
		if (!ret)
			ret = wave_run(&w);
	}
	while (w.files)
		fput(w.file[--w.files]);
	while (w.mms)
		mmput(w.mm[--w.mms]);
	kvfree(w.file);
	kvfree(w.mm);
	return ret;
}

/* What its other threads write right now, and what they are mapping. */
static int settle_threads(struct mm_struct *mm, u64 labels)
{
	struct file **out;
	int ret = 0;
	u32 i, n;

	out = kvcalloc(SHINRAI_INFLIGHT_MAX, sizeof(*out), GFP_KERNEL);
	if (!out)
		return -ENOMEM;
	n = shinrai_inflight_writes(mm, out);
	if (n == SHINRAI_INFLIGHT_MAX)
		ret = -ENOSPC;
	for (i = 0; i < n; i++) {
		if (!ret)
			ret = shinrai_access_written(out[i], labels);
		fput(out[i]);
	}
	kvfree(out);
	return ret ? ret : shinrai_inflight_maps(mm);
}

/* The labels are known by now, so nothing new slips by. */
static int settle(struct mm_struct *mm, u64 labels)
{
	int ret;

	/* Ours, and the caller's: nobody else runs in it. */
	if (atomic_read(&mm->mm_users) <= 2 && mm == current->mm &&
	    get_nr_threads(current) == 1)
		return 0;
	ret = settle_threads(mm, labels);
	/* What was mapped meanwhile. */
	return ret ? ret : shinrai_grow_through(mm, labels);
}

/* Return: what it has to be marked with. */
static u64 without_grant(struct mm_struct *mm, u64 labels)
{
	const u64 excused = shinrai_grant_join(mm, labels);

	if (excused)
		shinrai_subject_excuse(mm, excused);
	return labels & ~excused;
}

/**
 * shinrai_grow() - an address space is about to hold labelled data
 * @mm: a reference is held
 * @labels: live
 *
 * Context: may sleep, can be killed; no memory map's or inode's lock is held.
 * Return: 0, and it has the labels; an error, and the data must not reach it.
 */
int shinrai_grow(struct mm_struct *mm, u64 labels)
{
	int ret;

	might_sleep();
	labels &= ~shinrai_subject_labels(mm);
	if (!labels)
		return 0;
	ret = shinrai_live();
	if (!ret)
		ret = shinrai_inflight_traces(mm, labels);
	if (ret)
		return ret;
	labels = without_grant(mm, labels);
	if (!labels)
		return 0;
	ret = mutex_lock_killable(&grow_lock);
	if (ret)
		return ret;
	ret = wave_start(mm, NULL, labels);
	mutex_unlock(&grow_lock);
	return ret ? ret : settle(mm, labels);
}

/**
 * shinrai_grow_through() - as shinrai_grow(), for who has the labels already
 * @mm: a reference is held
 * @labels: live
 *
 * Context: as shinrai_grow(), or a worker.
 * Return: 0; an error.
 */
int shinrai_grow_through(struct mm_struct *mm, u64 labels)
{
	int ret;

	ret = mutex_lock_killable(&grow_lock);
	if (ret)
		return ret;
	ret = wave_start(mm, NULL, labels);
	mutex_unlock(&grow_lock);
	return ret;
}

/**
 * shinrai_grow_named() - a file is given labels, and so is who holds it
 * @file: open
 * @labels: live
 *
 * Context: as shinrai_grow().
 * Return: 0; an error, and some of them may have them already.
 */
int shinrai_grow_named(struct file *file, u64 labels)
{
	int ret;

	might_sleep();
	ret = mutex_lock_killable(&grow_lock);
	if (ret)
		return ret;
	ret = wave_start(NULL, file, labels);
	mutex_unlock(&grow_lock);
	return ret;
}

/**
 * shinrai_grow_alone() - as shinrai_grow_atomic(), but for tracers
 * @mm: a reference is held
 * @labels: live
 *
 * Context: any of a process.
 * Return: 0; -EAGAIN when it takes more than that.
 */
int shinrai_grow_alone(struct mm_struct *mm, u64 labels)
{
	struct vm_area_struct *vma;
	struct vma_iterator vmi;
	int ret = 0;

	labels = without_grant(mm, labels & ~shinrai_subject_labels(mm));
	if (!labels)
		return 0;
	/* What other threads do meanwhile is looked at by who may sleep. */
	if (mm == current->mm && get_nr_threads(current) > 1)
		return -EAGAIN;
	if (!mmap_read_trylock(mm))
		return -EAGAIN;
	vma_iter_init(&vmi, mm, 0);
	for_each_vma(vmi, vma) {
		if (stores_to(vma))
			ret = -EAGAIN;
	}
	mmap_read_unlock(mm);
	if (!ret && shinrai_subject_add(mm, labels, GFP_ATOMIC))
		ret = -EAGAIN;
	return ret;
}

/**
 * shinrai_grow_atomic() - as shinrai_grow(), where nothing may sleep
 * @mm: a reference is held
 * @labels: live
 *
 * Context: any of a process.
 * Return: 0; -EAGAIN when it takes more than that; an error.
 */
int shinrai_grow_atomic(struct mm_struct *mm, u64 labels)
{
	int ret;

	labels &= ~shinrai_subject_labels(mm);
	if (!labels)
		return 0;
	ret = shinrai_inflight_traces(mm, labels);
	return ret ? ret : shinrai_grow_alone(mm, labels);
}
