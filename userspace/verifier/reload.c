// SPDX-License-Identifier: MIT
/*
 * Policies that change while the verifier runs: one thread reads them anew, all or
 * none, then the loop hands them to each device of which no question is under way;
 * the others take them when theirs is over.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../daemon/diag.h"
#include "fleet.h"
#include "hook.h"
#include "reload.h"

struct reload {
	struct task task;
	struct fleet *fleet;
	struct stage *reader;
	struct mailbox *read;
	bool busy, again;
	/* out */
	struct policies *set; /* NULL: ... */
	char err[512]; /* ... why */
};

/* The reading thread's. */
static void read_policies(struct task_list *tasks, void *arg)
{
	struct reload *r = arg;

	if (policies_load(NULL, r->fleet->config, &r->set, r->err,
			  sizeof(r->err)))
		r->set = NULL;
	mailbox_put(r->read, tasks);
}

static void hand_out(struct fleet *f, struct policies *set)
{
	struct device *d;

	policies_release(f->policies);
	f->policies = set;
	TAILQ_FOREACH(d, &f->devices, link) {
		if (!d->question)
			fleet_apply(d);
	}
}

static void take_hooks(struct fleet *f, struct policies *set)
{
	char err[512];

	if (hooks_reload(f, set, err, sizeof(err)))
		diag(LOG_ERR, "%s; the old webhooks stay in use", err);
	else
		diag(LOG_INFO, "webhooks in use: %zu", f->nhooks);
}

static void on_read(struct task *t, void *arg)
{
	struct reload *r = arg;

	(void)t;
	r->busy = false;
	if (r->set) {
		diag(LOG_INFO, "new policies are in use: %zu", r->set->n);
		take_hooks(r->fleet, r->set);
		hand_out(r->fleet, r->set);
		r->set = NULL;
	} else {
		diag(LOG_ERR, "%s; the old policies stay in use", r->err);
	}
	if (r->again)
		reload_policies(r->fleet);
}

/**
 * reload_policies() - read the policies of the configuration anew
 * @f: the fleet; its devices are judged by them soon, if nothing is wrong with them
 *
 * When they are being read already that is done again afterwards.
 */
void reload_policies(struct fleet *f)
{
	struct reload *r = f->reload;

	r->again = r->busy;
	if (r->busy)
		return;
	r->busy = true;
	stage_put(r->reader, &r->task);
}

/**
 * reload_start() - be ready for reload_policies()
 * @f: the fleet
 *
 * Return: 0; -ENOMEM.
 */
int reload_start(struct fleet *f)
{
	struct reload *r = calloc(1, sizeof(*r));

	f->reload = r;
	if (!r)
		return -ENOMEM;
	r->fleet = f;
	r->read = mailbox_new(f->base, on_read, r);
	r->reader = r->read ? stage_new(1, 1, read_policies, r) : NULL;
	return r->reader ? 0 : -ENOMEM;
}

/**
 * reload_stop() - end the thread, once it has read what it reads
 * @f: the fleet
 */
void reload_stop(struct fleet *f)
{
	struct reload *r = f->reload;

	if (!r)
		return;
	f->reload = NULL;
	stage_free(r->reader);
	r->again = false;
	policies_release(r->set);
	r->set = NULL;
	mailbox_free(r->read);
	free(r);
}
