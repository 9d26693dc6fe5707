/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The one bounds-checked reader and writer; every byte from outside passes
 * here.  Errors stick: read on and ask shinrai_rd_err() or shinrai_rd_end()
 * once.  After an error every read yields zero, NULL or an empty reader.
 * No function sleeps, allocates or locks.
 */
#ifndef _SHINRAI_RD_H
#define _SHINRAI_RD_H

#include "platform.h"

struct shinrai_rd {
	const u8 *p;
	size_t len;
	int err;
};

static inline void shinrai_rd_init(struct shinrai_rd *r, const void *p,
				   size_t len)
{
	r->p = p;
	r->len = len;
	r->err = 0;
}

static inline int shinrai_rd_err(const struct shinrai_rd *r)
{
	return r->err;
}

static inline size_t shinrai_rd_left(const struct shinrai_rd *r)
{
	return r->len;
}

/* Marks the input as malformed; the first error is kept. */
static inline void shinrai_rd_fail(struct shinrai_rd *r, int err)
{
	if (!r->err)
		r->err = err;
	r->len = 0;
}

/* Return: 0 when all was read without error; -EBADMSG on trailing bytes. */
static inline int shinrai_rd_end(struct shinrai_rd *r)
{
	if (!r->err && r->len)
		shinrai_rd_fail(r, -EBADMSG);
	return r->err;
}

/* Return: @n bytes inside the input, or NULL (also for @n == 0 on error). */
static inline const u8 *shinrai_rd_bytes(struct shinrai_rd *r, size_t n)
{
	const u8 *p = r->p;

	if (r->err || n > r->len) {
		shinrai_rd_fail(r, -EBADMSG);
		return NULL;
	}
	r->p += n;
	r->len -= n;
	return p;
}

/* Copies @n bytes to @dst; on error @dst is zeroed. */
static inline void shinrai_rd_copy(struct shinrai_rd *r, void *dst, size_t n)
{
	const u8 *p = shinrai_rd_bytes(r, n);

	if (p)
		memcpy(dst, p, n);
	else
		memset(dst, 0, n);
}

/* A reader over the next @n bytes; carries the error when there is one. */
static inline struct shinrai_rd shinrai_rd_sub(struct shinrai_rd *r, size_t n)
{
	struct shinrai_rd s = { NULL, 0, 0 };
	const u8 *p = shinrai_rd_bytes(r, n);

	if (p) {
		s.p = p;
		s.len = n;
	} else {
		s.err = r->err;
	}
	return s;
}

static inline u64 shinrai_rd_be(struct shinrai_rd *r, unsigned int n)
{
	const u8 *p = shinrai_rd_bytes(r, n);
	unsigned int i;
	u64 v = 0;

	for (i = 0; p && i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static inline u64 shinrai_rd_le(struct shinrai_rd *r, unsigned int n)
{
	const u8 *p = shinrai_rd_bytes(r, n);
	unsigned int i;
	u64 v = 0;

	for (i = n; p && i; i--)
		v = v << 8 | p[i - 1];
	return v;
}

static inline u8 shinrai_rd_u8(struct shinrai_rd *r)
{
	return (u8)shinrai_rd_be(r, 1);
}

static inline u16 shinrai_rd_be16(struct shinrai_rd *r)
{
	return (u16)shinrai_rd_be(r, 2);
}

static inline u32 shinrai_rd_be32(struct shinrai_rd *r)
{
	return (u32)shinrai_rd_be(r, 4);
}

static inline u64 shinrai_rd_be64(struct shinrai_rd *r)
{
	return shinrai_rd_be(r, 8);
}

static inline u16 shinrai_rd_le16(struct shinrai_rd *r)
{
	return (u16)shinrai_rd_le(r, 2);
}

static inline u32 shinrai_rd_le32(struct shinrai_rd *r)
{
	return (u32)shinrai_rd_le(r, 4);
}

static inline u64 shinrai_rd_le64(struct shinrai_rd *r)
{
	return shinrai_rd_le(r, 8);
}

/*
 * Writer over a caller's buffer.  With @buf NULL it only counts, so that one
 * function both sizes and writes.  When the buffer is full err is -ENOSPC and
 * len still says what would have been needed.
 */
struct shinrai_wr {
	u8 *buf;
	size_t cap;
	size_t len;
	int err;
};

static inline void shinrai_wr_init(struct shinrai_wr *w, void *buf, size_t cap)
{
	w->buf = buf;
	w->cap = buf ? cap : 0;
	w->len = 0;
	w->err = 0;
}

/* Return: room for @n bytes, or NULL when counting or full. */
static inline u8 *shinrai_wr_room(struct shinrai_wr *w, size_t n)
{
	u8 *p = NULL;

	if (n > SIZE_MAX - w->len) {
		w->err = -EOVERFLOW;
		return NULL;
	}
	if (w->buf && !w->err) {
		if (n <= w->cap - w->len)
			p = w->buf + w->len;
		else
			w->err = -ENOSPC;
	}
	w->len += n;
	return p;
}

static inline void shinrai_wr_bytes(struct shinrai_wr *w, const void *src,
				    size_t n)
{
	u8 *p = shinrai_wr_room(w, n);

	if (p && n)
		memcpy(p, src, n);
}

static inline void shinrai_wr_be(struct shinrai_wr *w, u64 v, unsigned int n)
{
	u8 *p = shinrai_wr_room(w, n);

	while (p && n) {
		p[--n] = (u8)v;
		v >>= 8;
	}
}

static inline void shinrai_wr_u8(struct shinrai_wr *w, u8 v)
{
	shinrai_wr_be(w, v, 1);
}

static inline void shinrai_wr_be16(struct shinrai_wr *w, u16 v)
{
	shinrai_wr_be(w, v, 2);
}

static inline void shinrai_wr_be32(struct shinrai_wr *w, u32 v)
{
	shinrai_wr_be(w, v, 4);
}

static inline void shinrai_wr_be64(struct shinrai_wr *w, u64 v)
{
	shinrai_wr_be(w, v, 8);
}

#endif
