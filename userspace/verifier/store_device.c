// SPDX-License-Identifier: MIT
/* The store in SQL: devices, how they stand, and how they stood. */
#include <stdio.h>

#include "store_sql.h"

static void bind_standing(struct binding *b, const struct device_standing *st)
{
	bind_number(b, st->state);
	bind_number(b, st->since);
	bind_text(b, st->code);
	bind_text(b, st->reason);
}

static void standing_at(const struct binding *b, int column,
			struct device_standing *st)
{
	const int state = (int)number_at(b, column);

	st->since = number_at(b, column + 1);
	st->state = state < 0 || state >= DEVICE_STATES ? DEVICE_NEW : state;
	snprintf(st->code, sizeof(st->code), "%s", words_at(b, column + 2));
	snprintf(st->reason, sizeof(st->reason), "%s", words_at(b, column + 3));
}

static void digest_at(const struct binding *b, int column, u8 out[32])
{
	size_t len;
	const void *data = value_at(b, column, &len);

	if (data && len == 32)
		memcpy(out, data, 32);
}

/**
 * device_at() - a row of DEVICES
 * @b: the statement
 * @r: out, for device_record_free(), also on error
 *
 * Return: 0; -ENOMEM.
 */
int device_at(const struct binding *b, struct device_record *r)
{
	const void *ak, *boot, *memory;
	size_t len;

	memset(r, 0, sizeof(*r));
	r->id = number_at(b, 0);
	r->name = text_at(b, 1);
	r->url = text_at(b, 2);
	r->tls_name = text_at(b, 3);
	r->policy = text_at(b, 4);
	ak = value_at(b, 5, &len);
	if (ak && len <= sizeof(r->ak_name)) {
		memcpy(r->ak_name, ak, len);
		r->ak_name_len = len;
	}
	standing_at(b, 6, &r->standing);
	r->judged = number_at(b, 10);
	r->good = number_at(b, 11);
	r->verdict = bytes_at(b, 12, &r->verdict_len);
	r->memory = bytes_at(b, 13, &r->memory_len);
	digest_at(b, 14, r->tpm.ek);
	digest_at(b, 15, r->tpm.ek_cert);
	r->tpm.assurance = (enum shinrai_assurance)(int)number_at(b, 16);
	r->group = text_at(b, 17);
	r->pace.full = number_at(b, 18);
	r->pace.changes = (u64)number_at(b, 19);
	r->pace.since = number_at(b, 20);
	r->pace.accesses = (u64)number_at(b, 21);
	r->pace.lost = (u64)number_at(b, 22);
	boot = value_at(b, 23, &len);
	if (boot && len == sizeof(r->pace.boot))
		memcpy(r->pace.boot, boot, len);
	r->took = number_at(b, 24);
	if (!r->name || !r->url || !r->tls_name || !r->policy || !r->group)
		return -ENOMEM;
	/* A device without its memory would be judged as if it were new. */
	memory = value_at(b, 13, &len);
	return r->memory || !memory ? 0 : -ENOMEM;
}

/**
 * store_devices() - all that are kept
 * @s: the store
 * @each: called with each; takes what it needs; not 0: no more
 * @arg: for @each
 *
 * Return: 0; -errno; what @each gave.
 */
int store_devices(struct store *s,
		  int (*each)(void *arg, const struct device_record *r),
		  void *arg)
{
	struct binding b = sql_bind(s, DEVICES);
	struct device_record r;
	int ret;

	while ((ret = sql_step(&b)) > 0) {
		ret = device_at(&b, &r);
		if (!ret)
			ret = each(arg, &r);
		device_record_free(&r);
		if (ret) {
			sql_reset(&b);
			return ret;
		}
	}
	return ret;
}

/**
 * store_add() - keep a device that is new
 * @s: the store
 * @r: its id is set
 *
 * Return: 0; -EEXIST its name is taken; -errno.
 */
int store_add(struct store *s, struct device_record *r)
{
	struct binding b = sql_bind(s, ADD);
	int ret;
	s64 id;

	bind_text(&b, r->name);
	bind_text(&b, r->url);
	bind_text(&b, r->tls_name);
	bind_text(&b, r->policy);
	bind_bytes(&b, r->ak_name, r->ak_name_len);
	bind_number(&b, r->standing.state);
	bind_number(&b, r->standing.since);
	bind_text(&b, r->group);
	ret = sql_step(&b);
	if (ret <= 0)
		return ret ?: -EEXIST;
	id = number_at(&b, 0);
	ret = sql_finish(&b);
	if (!ret)
		r->id = id;
	return ret;
}

/**
 * store_remove() - forget a device, and its past
 * @s: the store
 * @id: of the device
 *
 * Return: 0; -errno.
 */
int store_remove(struct store *s, s64 id)
{
	struct binding b = sql_bind(s, REMOVE);

	bind_number(&b, id);
	return sql_finish(&b);
}

/**
 * device_place() - run PLACE or RENEW, whose last parameters are policy and group
 * @b: the statement, with those before them
 * @r: policy and group; one that is NULL stays as it is kept, and is set to that
 *
 * Return: 0; -ENOENT the device is not kept any more; -errno.
 */
int device_place(struct binding *b, struct device_record *r)
{
	char **const text[] = { &r->policy, &r->group };
	int i, ret;

	bind_text(b, r->policy);
	bind_text(b, r->group);
	ret = sql_step(b);
	if (ret <= 0)
		return ret ?: -ENOENT;
	for (i = 0, ret = 0; i < 2 && !ret; i++) {
		if (!*text[i])
			*text[i] = text_at(b, i);
		ret = *text[i] ? 0 : -ENOMEM;
	}
	if (!ret)
		return sql_finish(b);
	sql_reset(b);
	return ret;
}

/**
 * store_place() - keep which group a device belongs to, and its own policy
 * @s: the store
 * @r: its id, policy and group; one that is NULL stays as it is kept, and is set to
 *     that; what was judged of it stays, too
 *
 * Return: 0; -ENOENT it is not kept any more; -errno.
 */
int store_place(struct store *s, struct device_record *r)
{
	struct binding b = sql_bind(s, PLACE);

	bind_number(&b, r->id);
	return device_place(&b, r);
}

/**
 * store_judged() - keep how a device stands, and what was learned of it
 * @s: the store
 * @r: the device
 *
 * Return: 0, also when it is not kept any more; -ESTALE its lease is over, and
 * nothing was changed; -errno.
 */
int store_judged(struct store *s, const struct device_record *r)
{
	struct binding b = sql_bind(s, JUDGED);
	int ret;

	bind_number(&b, r->id);
	bind_bytes(&b, r->ak_name, r->ak_name_len);
	bind_standing(&b, &r->standing);
	bind_number(&b, r->judged);
	bind_number(&b, r->good);
	bind_bytes(&b, r->verdict, r->verdict_len);
	bind_bytes(&b, r->memory, r->memory_len);
	bind_number(&b, r->took);
	bind_number(&b, r->fence);
	ret = sql_step(&b);
	if (ret <= 0)
		return ret ?: r->fence ? -ESTALE : 0;
	return sql_finish(&b);
}

/**
 * store_paced() - keep what the log was not told yet of a device
 * @s: the store, after store_judged()
 * @id: of the device
 * @p: that, and when more may be told
 *
 * Return: 0, also when it is not kept any more; -errno.
 */
int store_paced(struct store *s, s64 id, const struct device_pace *p)
{
	struct binding b = sql_bind(s, PACED);

	bind_number(&b, id);
	bind_number(&b, p->full);
	bind_number(&b, (s64)p->changes);
	bind_number(&b, p->since);
	bind_number(&b, (s64)p->accesses);
	bind_number(&b, (s64)p->lost);
	bind_bytes(&b, p->boot, sizeof(p->boot));
	return sql_finish(&b);
}

/**
 * store_changed() - keep that a device stands otherwise than before
 * @s: the store
 * @id: of the device
 * @st: how it stands; since is when that was told
 *
 * Of STORE_CHANGES_MAX the oldest is forgotten.
 *
 * Return: 0; -EEXIST it is not kept any more; -errno.
 */
int store_changed(struct store *s, s64 id, const struct device_standing *st)
{
	struct binding b = sql_bind(s, CHANGED);
	int ret;

	bind_number(&b, id);
	bind_number(&b, st->since);
	bind_number(&b, st->state);
	bind_text(&b, st->code);
	bind_text(&b, st->reason);
	ret = sql_finish(&b);
	if (ret)
		return ret;
	b = sql_bind(s, CHANGES_TRIM);
	bind_number(&b, id);
	bind_number(&b, STORE_CHANGES_MAX);
	return sql_finish(&b);
}

/**
 * store_changes() - how a device stood, the newest first
 * @s: the store
 * @id: of the device
 * @most: of them
 * @each: called with each; not 0: no more
 * @arg: for @each
 *
 * Return: 0; -errno; what @each gave.
 */
int store_changes(struct store *s, s64 id, unsigned int most,
		  int (*each)(void *arg, const struct device_standing *st),
		  void *arg)
{
	struct binding b = sql_bind(s, CHANGES);
	struct device_standing st;
	int ret;

	bind_number(&b, id);
	bind_number(&b, most);
	while ((ret = sql_step(&b)) > 0) {
		standing_at(&b, 0, &st);
		ret = each(arg, &st);
		if (ret) {
			sql_reset(&b);
			return ret;
		}
	}
	return ret;
}
