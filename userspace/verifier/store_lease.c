// SPDX-License-Identifier: MIT
/*
 * The store in PostgreSQL: which verifier has which devices.  A verifier is alive as
 * long as it counts on in its row, lease_peers.c.  What it had is free then, and
 * taken with another fence, without which nothing is written of the device.
 */
#include "store_sql.h"

static int numbers(struct binding *b, s64 *out, int n)
{
	int i, ret = sql_step(b);

	for (i = 0; ret > 0 && i < n; i++)
		out[i] = number_at(b, i);
	if (ret <= 0)
		return ret ?: -ENOENT;
	return sql_finish(b);
}

/**
 * store_lease_renew() - this verifier is alive
 * @s: the store, between store_begin() and store_commit()
 * @l: its id is another one when the others found it dead
 *
 * Return: 0; -errno.
 */
int store_lease_renew(struct store *s, struct store_lease *l)
{
	struct binding b = sql_bind(s, LEASE_RENEW);
	s64 id;
	int ret;

	bind_number(&b, l->id);
	ret = numbers(&b, &id, 1);
	if (ret == -ENOENT) {
		b = sql_bind(s, LEASE_NEW);
		ret = numbers(&b, &l->id, 1);
	}
	if (!ret)
		s->verifier = l->id;
	return ret;
}

/**
 * store_lease_peers() - the other verifiers
 * @s: the store
 * @self: id of this one
 * @each: called with each, and how often it was renewed; not 0: no more
 * @arg: for @each
 *
 * Return: 0; -errno; what @each gave.
 */
int store_lease_peers(struct store *s, s64 self,
		      int (*each)(void *arg, s64 id, s64 beat), void *arg)
{
	struct binding b = sql_bind(s, LEASE_PEERS);
	int ret;

	bind_number(&b, self);
	while ((ret = sql_step(&b)) > 0) {
		ret = each(arg, number_at(&b, 0), number_at(&b, 1));
		if (ret) {
			sql_reset(&b);
			return ret;
		}
	}
	return ret;
}

/**
 * store_lease_share() - how many devices and verifiers there are
 * @s: the store, between store_begin() and store_commit()
 * @l: of store_lease_renew(); out: devices, verifiers, owned, first
 *
 * Return: 0; -errno.
 */
int store_lease_share(struct store *s, struct store_lease *l)
{
	struct binding b = sql_bind(s, LEASE_SHARE);
	s64 n[4];
	int ret;

	bind_number(&b, l->id);
	ret = numbers(&b, n, 4);
	if (ret)
		return ret;
	l->devices = (u64)n[0];
	l->verifiers = (u64)n[1];
	l->owned = (u64)n[2];
	l->first = n[3];
	return 0;
}

/**
 * store_lease_take() - take devices that nobody has
 * @s: the store, between store_begin() and store_commit()
 * @l: of store_lease_renew(); out: taken
 * @most: of them
 *
 * Return: 0; -errno.
 */
int store_lease_take(struct store *s, struct store_lease *l, u64 most)
{
	struct binding b = sql_bind(s, LEASE_TAKE);
	int ret;

	bind_number(&b, l->id);
	bind_number(&b, (s64)most);
	l->taken = 0;
	while ((ret = sql_step(&b)) > 0)
		l->taken++;
	return ret;
}

/**
 * store_lease_claim() - take a device that came to us, and that nobody asks
 * @s: the store, between store_begin() and store_commit()
 * @l: of store_lease_renew()
 * @id: of the device; one that is ours, or has a URL and another verifier, stays
 *
 * Return: 0; -errno.
 */
int store_lease_claim(struct store *s, const struct store_lease *l, s64 id)
{
	struct binding b = sql_bind(s, LEASE_CLAIM);

	bind_number(&b, l->id);
	bind_number(&b, id);
	return sql_finish(&b);
}

/**
 * store_lease_give() - nobody has a device, if it was ours
 * @s: the store, between store_begin() and store_commit()
 * @id: of the device
 * @fence: of our lease
 *
 * Return: 0; -errno.
 */
int store_lease_give(struct store *s, s64 id, s64 fence)
{
	struct binding b = sql_bind(s, LEASE_GIVE);

	bind_number(&b, id);
	bind_number(&b, fence);
	return sql_finish(&b);
}

/**
 * store_lease_end() - a verifier ended, or is dead: its devices are free
 * @s: the store, between store_begin() and store_commit()
 * @id: of the verifier
 *
 * Return: 0; -errno.
 */
int store_lease_end(struct store *s, s64 id)
{
	struct binding b = sql_bind(s, LEASE_END);

	bind_number(&b, id);
	return sql_finish(&b);
}

/**
 * store_lease_ids() - which devices there are
 * @s: the store
 * @each: called with each id, in their order; not 0: no more
 * @arg: for @each
 *
 * Return: 0; -errno; what @each gave.
 */
int store_lease_ids(struct store *s, int (*each)(void *arg, s64 id), void *arg)
{
	struct binding b = sql_bind(s, LEASE_IDS);
	int ret;

	while ((ret = sql_step(&b)) > 0) {
		ret = each(arg, number_at(&b, 0));
		if (ret) {
			sql_reset(&b);
			return ret;
		}
	}
	return ret;
}

/**
 * store_lease_news() - what others wrote, and devices that are newly ours
 * @s: the store, between store_begin() and store_commit()
 * @l: of store_lease_renew(); what is known then
 * @each: called with each, whose texts become its own on success; those of others
 *        have no memory; not 0: no more
 * @arg: for @each
 *
 * Return: 0; -errno; what @each gave.
 */
int store_lease_news(struct store *s, struct store_lease *l,
		     int (*each)(void *arg, struct device_record *r), void *arg)
{
	struct binding b = sql_bind(s, LEASE_NEWS);
	s64 rev = l->rev, fence = l->fence;
	struct device_record r;
	int ret;

	bind_number(&b, l->id);
	bind_number(&b, l->rev);
	bind_number(&b, l->fence);
	while ((ret = sql_step(&b)) > 0) {
		ret = device_at(&b, &r);
		r.fence = number_at(&b, 25);
		if (number_at(&b, 26) > rev)
			rev = number_at(&b, 26);
		if (r.fence > fence)
			fence = r.fence;
		if (!ret)
			ret = each(arg, &r);
		if (ret) {
			device_record_free(&r);
			sql_reset(&b);
			return ret;
		}
	}
	l->rev = rev;
	l->fence = fence;
	return ret;
}
