// SPDX-License-Identifier: MIT
/* Bytes of structures that are kept, and what is in more than one of those. */
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/appraise.h>

#include "walk.h"

/**
 * shinrai_walk_number() - a number
 * @k: the walk
 * @v: its value, when it is written
 * @n: bytes, at most 8
 * @most: the largest that may be
 *
 * Return: what is written, or was read; 0 on error.
 */
u64 shinrai_walk_number(struct walk *k, u64 v, unsigned int n, u64 most)
{
	if (k->w) {
		shinrai_wr_be(k->w, v, n);
		return v;
	}
	v = shinrai_rd_be(&k->r, n);
	if (v > most)
		shinrai_rd_fail(&k->r, -EBADMSG);
	return shinrai_rd_err(&k->r) ? 0 : v;
}

/**
 * shinrai_walk_bytes() - bytes whose number is known
 * @k: the walk
 * @p: written or read; zeros on error
 * @n: their number
 */
void shinrai_walk_bytes(struct walk *k, void *p, size_t n)
{
	if (k->w)
		shinrai_wr_bytes(k->w, p, n);
	else
		shinrai_rd_copy(&k->r, p, n);
}

/**
 * shinrai_walk_string() - a text in its place
 * @k: the walk
 * @text: NUL-terminated; its NUL is not among the bytes
 * @size: its room, at most 256
 */
void shinrai_walk_string(struct walk *k, char *text, size_t size)
{
	size_t n = shinrai_walk_number(k, k->w ? strlen(text) : 0, 1, size - 1);

	shinrai_walk_bytes(k, text, n);
	if (k->w)
		return;
	text[n] = '\0';
	if (strlen(text) != n)
		shinrai_rd_fail(&k->r, -EBADMSG);
}

/**
 * shinrai_walk_text() - a text of its own
 * @k: the walk
 * @text: NUL-terminated, the first 64 KiB are kept; read: for free(), NULL on error
 */
void shinrai_walk_text(struct walk *k, char **text)
{
	size_t n = k->w ? strnlen(*text, 0xffff) : 0;
	const u8 *p;

	n = shinrai_walk_number(k, n, 2, 0xffff);
	if (k->w) {
		shinrai_wr_bytes(k->w, *text, n);
		return;
	}
	*text = NULL;
	p = shinrai_rd_bytes(&k->r, n);
	if (shinrai_rd_err(&k->r))
		return;
	if (n && memchr(p, '\0', n)) {
		shinrai_rd_fail(&k->r, -EBADMSG);
		return;
	}
	*text = strndup(n ? (const char *)p : "", n);
	if (!*text)
		shinrai_rd_fail(&k->r, -ENOMEM);
}

/**
 * shinrai_walk_reason() - a reason, by its stable name
 * @k: the walk; -EPROTONOSUPPORT for one not known here
 * @code: enum shinrai_reason_code
 */
void shinrai_walk_reason(struct walk *k, u32 *code)
{
	char text[64] = "";
	int why;

	if (k->w)
		snprintf(text, sizeof(text), "%s",
			 shinrai_reason_info(*code)->code);
	shinrai_walk_string(k, text, sizeof(text));
	if (k->w || shinrai_rd_err(&k->r))
		return;
	why = shinrai_reason_by_code(text);
	if (why < 0)
		shinrai_rd_fail(&k->r, -EPROTONOSUPPORT);
	else
		*code = (u32)why;
}

static void walk_owner(struct walk *k, struct shinrai_owner_state *o)
{
	shinrai_walk_bytes(k, o->owner, sizeof(o->owner));
	shinrai_walk_string(k, o->name, sizeof(o->name));
	WALK_FLAG(k, o->revoked);
	WALK_U64(k, o->admitted);
	WALK_FLAG(k, o->in_force);
	WALK_U64(k, o->generation);
	WALK_U64(k, o->rules);
	shinrai_walk_bytes(k, o->policy, sizeof(o->policy));
	WALK_U64(k, o->first);
	WALK_U64(k, o->before);
	WALK_U64(k, o->since_ns);
	WALK_U64(k, o->before_ns);
	WALK_U64(k, o->change_ns);
}

/**
 * shinrai_walk_data() - data handling
 * @k: the walk
 * @d: written or read
 */
void shinrai_walk_data(struct walk *k, struct shinrai_data_state *d)
{
	unsigned int i;

	WALK_FLAG(k, d->enforcing);
	WALK_U64(k, d->generation);
	for (i = 0; i < SHINRAI_FLOW_OUTCOMES; i++)
		WALK_U64(k, d->flows[i]);
	WALK_U64(k, d->lost);
	WALK_FIELD(k, d->nowners, 1, SHINRAI_MAX_OWNERS);
	for (i = 0; i < d->nowners; i++)
		walk_owner(k, &d->owner[i]);
}

/**
 * shinrai_walk_pack() - a structure as bytes
 * @magic: they begin with its WALK_MAGIC_SIZE bytes
 * @walk: over its fields
 * @what: it is only read
 * @out: out, for free()
 * @len: out, bytes
 *
 * Return: 0; -ENOMEM.
 */
int shinrai_walk_pack(const char *magic,
		      void (*walk)(struct walk *k, void *what), void *what,
		      u8 **out, size_t *len)
{
	u8 small[1024], *buf = small;
	struct shinrai_wr w;
	struct walk k = { .w = &w };

	shinrai_wr_init(&w, small, sizeof(small));
	shinrai_wr_bytes(&w, magic, WALK_MAGIC_SIZE);
	walk(&k, what);
	*len = w.len;
	buf = malloc(*len);
	if (!buf)
		return -ENOMEM;
	*out = buf;
	if (*len <= sizeof(small)) {
		memcpy(buf, small, *len);
		return 0;
	}
	shinrai_wr_init(&w, buf, *len);
	shinrai_wr_bytes(&w, magic, WALK_MAGIC_SIZE);
	walk(&k, what);
	return 0;
}

/**
 * shinrai_walk_unpack() - a structure from bytes
 * @magic: they begin with it
 * @walk: over its fields
 * @what: filled
 * @data: @len bytes
 * @len: their number
 *
 * Return: 0; -EPROTONOSUPPORT for a version, or what @walk says so of; -EBADMSG;
 * -ENOMEM.
 */
int shinrai_walk_unpack(const char *magic,
			void (*walk)(struct walk *k, void *what), void *what,
			const void *data, size_t len)
{
	struct walk k = { 0 };
	const u8 *first;

	shinrai_rd_init(&k.r, data, len);
	first = shinrai_rd_bytes(&k.r, WALK_MAGIC_SIZE);
	if (!first || memcmp(first, magic, WALK_MAGIC_SIZE - 1))
		return -EBADMSG;
	if (first[WALK_MAGIC_SIZE - 1] != (u8)magic[WALK_MAGIC_SIZE - 1])
		return -EPROTONOSUPPORT;
	walk(&k, what);
	return shinrai_rd_end(&k.r);
}
