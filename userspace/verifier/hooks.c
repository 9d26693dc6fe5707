// SPDX-License-Identifier: MIT
/* Webhooks: the list of them, and how it changes. */
#include <stdio.h>
#include <stdlib.h>

#include "hook_one.h"

static struct hook *find(const struct fleet *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->nhooks + f->nretired; i++) {
		if (!strcmp(f->hooks[i]->name, name))
			return f->hooks[i];
	}
	return NULL;
}

/* A list that is to be used instead of what is. */
struct draft {
	size_t n;
	struct hook *hook[CONF_HOOKS]; /* there already, or new */
	bool is_new[CONF_HOOKS];
	struct hook_secret secret[CONF_HOOKS];
};

/* Return: 0; -errno. */
static int plan(struct fleet *f, const struct conf *conf, struct draft *d,
		char *err, size_t errlen)
{
	const struct conf_hook *c;
	int ret;

	for (d->n = 0; d->n < conf->nhooks; d->n++) {
		c = &conf->hook[d->n];
		ret = hook_secret_read(c->secret, &d->secret[d->n], err,
				       errlen);
		if (ret)
			return ret;
		d->hook[d->n] = find(f, c->name);
		d->is_new[d->n] = !d->hook[d->n];
		if (d->is_new[d->n])
			d->hook[d->n] = hook_new(f, c->name);
		if (!d->hook[d->n])
			return -ENOMEM;
	}
	return 0;
}

/* What @list has not is gone, behind the @n that it has. */
static void replace(struct fleet *f, struct hook **list, size_t n)
{
	const size_t before = f->nhooks + f->nretired;
	size_t i, k, all = n;

	for (i = 0; i < before; i++) {
		for (k = 0; k < n && list[k] != f->hooks[i]; k++)
			;
		if (k == n)
			list[all++] = f->hooks[i];
	}
	free(f->hooks);
	f->hooks = list;
	f->nhooks = n;
	f->nretired = all - n;
	for (i = n; i < all; i++)
		hook_retire(list[i]);
}

/* Return: 0; -errno, and then all is as it was. */
static int use(struct fleet *f, const struct conf *conf, char *err,
	       size_t errlen)
{
	struct hook **list = calloc(conf->nhooks + f->nhooks + f->nretired + 1,
				    sizeof(struct hook *));
	struct draft d = { 0 };
	size_t i;
	int ret;

	snprintf(err, errlen, "out of memory");
	ret = list ? plan(f, conf, &d, err, errlen) : -ENOMEM;
	for (i = 0; i < d.n; i++) {
		if (ret && d.is_new[i])
			hook_free(d.hook[i]);
		else if (!ret)
			hook_settle(d.hook[i], &conf->hook[i], &d.secret[i]);
	}
	explicit_bzero(d.secret, sizeof(d.secret));
	if (ret) {
		free(list);
		return ret;
	}
	memcpy(list, d.hook, d.n * sizeof(*list));
	replace(f, list, d.n);
	return 0;
}

/**
 * hooks_forget() - one that is gone has no place any more
 * @f: the fleet
 * @h: the hook, which hook_retire() was called for; freed
 */
void hooks_forget(struct fleet *f, struct hook *h)
{
	const size_t last = f->nhooks + --f->nretired;
	size_t i;

	for (i = f->nhooks; i < last; i++) {
		if (f->hooks[i] == h)
			f->hooks[i] = f->hooks[last];
	}
	hook_free(h);
}

/**
 * hooks_start() - begin to tell what the log says
 * @f: the fleet, which is started
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * A hook that is new begins with what comes next.
 *
 * Return: 0; -errno.
 */
int hooks_start(struct fleet *f, char *err, size_t errlen)
{
	return use(f, f->conf, err, errlen);
}

/**
 * hooks_reload() - use the webhooks of a configuration that was read anew
 * @f: the fleet
 * @set: that has the configuration; is held
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * All of them or none.  Those of the same name go on where they are; the place of
 * those that are gone is dropped by the verifier that leads, which is said.
 *
 * Return: 0; -errno, and all is as it was.
 */
int hooks_reload(struct fleet *f, struct policies *set, char *err,
		 size_t errlen)
{
	struct policies *before = f->hooks_of;
	int ret = use(f, &set->conf, err, errlen);

	if (ret)
		return ret;
	f->hooks_of = policies_hold(set);
	if (before)
		policies_release(before);
	return 0;
}

/**
 * hooks_wake() - the log grew
 * @f: the fleet
 */
void hooks_wake(struct fleet *f)
{
	size_t i;

	for (i = 0; i < f->nhooks; i++)
		hook_wake(f->hooks[i]);
}

/**
 * hooks_stop() - tell no more; the next start goes on
 * @f: the fleet, whose keeping thread has ended
 */
void hooks_stop(struct fleet *f)
{
	size_t i;

	for (i = 0; i < f->nhooks + f->nretired; i++)
		hook_free(f->hooks[i]);
	free(f->hooks);
	f->hooks = NULL;
	f->nhooks = f->nretired = 0;
	if (f->hooks_of)
		policies_release(f->hooks_of);
	f->hooks_of = NULL;
}

/**
 * hook_numbers() - what there is to count
 * @f: the fleet
 * @i: which hook, from 0 on
 * @n: out
 *
 * Return: whether there is that one.
 */
bool hook_numbers(const struct fleet *f, size_t i, struct hook_numbers *n)
{
	const struct hook *h;

	if (i >= f->nhooks)
		return false;
	h = f->hooks[i];
	*n = (struct hook_numbers){ h->name, h->delivered, h->failures,
				    h->known, h->next + h->taken };
	return true;
}
