// SPDX-License-Identifier: GPL-2.0-only
/* Events under construction: fields, salts, paths, and who acted. */
#include <linux/audit.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs_struct.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "core.h"

/* A second try for paths longer than what is kept of them. */
#define LONG_PATH 32768

/**
 * shinrai_draft_new() - start an event
 * @type: enum shinrai_event_type
 * @gfp: as the context allows
 *
 * Return: the draft, to be released with kfree(); NULL without memory.
 */
struct shinrai_draft *shinrai_draft_new(u16 type, gfp_t gfp)
{
	struct shinrai_draft *d = kzalloc(sizeof(*d), gfp | __GFP_NOWARN);

	if (!d)
		return NULL;
	d->ev.type = type;
	d->share = SHINRAI_SHARE_ROOT;
	return d;
}

/**
 * shinrai_draft_bytes() - add a field; ids ascend
 * @d: the draft
 * @id: enum shinrai_field_id; redactable ones get a fresh salt
 * @data: stays the caller's until the draft is packed
 * @len: its bytes
 */
void shinrai_draft_bytes(struct shinrai_draft *d, u8 id, const void *data,
			 size_t len)
{
	struct shinrai_field *f = &d->ev.field[d->ev.nfields++];

	f->id = id;
	f->len = (u16)len;
	f->data = data;
	if (!(id & SHINRAI_FIELD_REDACTABLE))
		return;
	get_random_bytes(d->salt[d->nsalts], SHINRAI_SALT_SIZE);
	f->salt = d->salt[d->nsalts++];
}

/**
 * shinrai_draft_uint() - add an unsigned field, big-endian
 * @d: the draft
 * @id: enum shinrai_field_id
 * @value: the value
 * @size: 1 to 8 bytes
 */
void shinrai_draft_uint(struct shinrai_draft *d, u8 id, u64 value, u8 size)
{
	u8 *v = d->value[d->nvalues++];
	struct shinrai_wr w;

	shinrai_wr_init(&w, v, sizeof(d->value[0]));
	shinrai_wr_be(&w, value, size);
	shinrai_draft_bytes(d, id, v, size);
}

/**
 * shinrai_draft_path() - add a path, when it is known
 * @d: the draft
 * @id: enum shinrai_field_id
 * @path: stays the caller's until the draft is packed
 */
void shinrai_draft_path(struct shinrai_draft *d, u8 id,
			const struct shinrai_path *path)
{
	if (path->text)
		shinrai_draft_bytes(d, id, path->text, path->len);
}

/**
 * shinrai_draft_who() - add UID, EXE and, when asked, CGROUP
 * @d: the draft
 * @who: stays the caller's until the draft is packed
 * @cgroup: whether the event has a CGROUP field
 */
void shinrai_draft_who(struct shinrai_draft *d, const struct shinrai_who *who,
		       bool cgroup)
{
	shinrai_draft_uint(d, SHINRAI_FIELD_UID,
			   (u64)who->uid << 32 | who->login_uid, 8);
	if (who->payer)
		d->share = SHINRAI_SHARE_USER;
	shinrai_draft_path(d, SHINRAI_FIELD_EXE, &who->exe);
	if (cgroup && who->cgroup)
		shinrai_draft_uint(d, SHINRAI_FIELD_CGROUP, who->cgroup, 8);
}

static struct shinrai_pending *pending_new(const struct shinrai_draft *d,
					   struct shinrai_wr *w, gfp_t gfp)
{
	shinrai_wr_init(w, NULL, 0);
	if (shinrai_event_encode(w, &d->ev))
		return NULL;
	return kmalloc(struct_size_t(struct shinrai_pending, data, w->len),
		       gfp | __GFP_NOWARN);
}

/* Hints, and most of an event's bytes.  Return: whether there were any. */
static bool drop_paths(struct shinrai_draft *d)
{
	unsigned int i, n = 0;

	for (i = 0; i < d->ev.nfields; i++) {
		if (d->ev.field[i].id != SHINRAI_FIELD_PATH &&
		    d->ev.field[i].id != SHINRAI_FIELD_EXE)
			d->ev.field[n++] = d->ev.field[i];
	}
	if (n == d->ev.nfields)
		return false;
	d->ev.nfields = n;
	return true;
}

/**
 * shinrai_draft_pack() - encode a finished event for the queue
 * @d: the draft; not released; loses its paths when memory is short
 * @which: the PCR it goes to
 * @gfp: as the context allows
 *
 * Return: the event, to be released with kvfree() unless pushed; NULL without
 * memory or for an event that cannot be encoded.
 */
struct shinrai_pending *shinrai_draft_pack(struct shinrai_draft *d,
					   enum shinrai_which which, gfp_t gfp)
{
	struct shinrai_pending *p;
	struct shinrai_wr w;

	p = pending_new(d, &w, gfp);
	if (!p && drop_paths(d))
		p = pending_new(d, &w, gfp);
	if (!p)
		return NULL;
	memset(p, 0, sizeof(*p));
	p->len = (u32)w.len;
	shinrai_wr_init(&w, p->data, p->len);
	if (shinrai_event_encode(&w, &d->ev) ||
	    shinrai_event_leaf(&d->ev, p->leaf)) {
		kvfree(p);
		return NULL;
	}
	p->type = d->ev.type;
	p->which = which;
	p->share = d->share;
	p->record = SHINRAI_RECORD_EVENTS;
	p->urgent = true;
	return p;
}

static bool path_try(struct shinrai_path *p, const struct path *path,
		     size_t size, gfp_t gfp)
{
	char *text;

	if (gfpflags_allow_blocking(gfp))
		p->buf = kvmalloc(size, gfp);
	else
		p->buf = kmalloc(size, gfp | __GFP_NOWARN);
	if (!p->buf)
		return true;
	text = d_path(path, p->buf, (int)size);
	if (!IS_ERR(text)) {
		p->text = text;
		return true;
	}
	kvfree(p->buf);
	p->buf = NULL;
	return PTR_ERR(text) != -ENAMETOOLONG;
}

/**
 * shinrai_path_get() - a path as text, as far as the current root sees it
 * @p: out; released with shinrai_path_put()
 * @path: caller holds a reference
 * @gfp: as the context allows
 *
 * A path is a hint: without memory it is left out, a longer one than
 * SHINRAI_MAX_PATH is cut and flagged.
 */
void shinrai_path_get(struct shinrai_path *p, const struct path *path,
		      gfp_t gfp)
{
	memset(p, 0, sizeof(*p));
	if (!current->fs) { /* exiting: there is no root to see it from */
		p->cut = true;
		return;
	}
	if (!path_try(p, path, SHINRAI_MAX_PATH, gfp))
		path_try(p, path, LONG_PATH, gfp);
	if (!p->text) {
		p->cut = true;
		return;
	}
	p->len = (u16)strnlen(p->text, SHINRAI_MAX_PATH);
	p->cut = p->text[p->len];
}

/**
 * shinrai_path_put() - release what shinrai_path_get() took
 * @p: the path
 */
void shinrai_path_put(struct shinrai_path *p)
{
	kvfree(p->buf);
	memset(p, 0, sizeof(*p));
}

static struct file *current_exe(void)
{
	if (!current->mm || current->flags & PF_KTHREAD)
		return NULL;
	return shinrai_exe_file(current->mm);
}

/**
 * shinrai_who_get() - the current task's user and program
 * @who: out; released with shinrai_who_put()
 * @gfp: as the context allows
 */
void shinrai_who_get(struct shinrai_who *who, gfp_t gfp)
{
	struct file *exe = current_exe();

	memset(who, 0, sizeof(*who));
	who->uid = from_kuid(&init_user_ns, current_uid());
	who->login_uid = from_kuid(&init_user_ns, audit_get_loginuid(current));
	who->payer = shinrai_user_payer();
	rcu_read_lock();
	who->cgroup = cgroup_id(task_dfl_cgroup(current));
	rcu_read_unlock();
	if (!exe)
		return;
	shinrai_path_get(&who->exe, &exe->f_path, gfp);
	fput(exe);
}

/**
 * shinrai_who_put() - release what shinrai_who_get() took
 * @who: the actor
 */
void shinrai_who_put(struct shinrai_who *who)
{
	shinrai_path_put(&who->exe);
}
