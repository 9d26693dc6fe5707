// SPDX-License-Identifier: MIT
/*
 * ascii_runtime_measurements: each line is turned back into the template data
 * that the kernel hashed, so that both forms are checked by the same code.
 */
#include <shinrai/hex.h>

#include "ima.h"

/* A line, or what is left of one. */
struct text {
	const char *p;
	size_t len;
};

static int next_line(struct shinrai_rd *r, struct text *line)
{
	const u8 *end;

	if (!shinrai_rd_left(r))
		return shinrai_rd_err(r);
	end = memchr(r->p, '\n', shinrai_rd_left(r));
	if (!end)
		return -EBADMSG;
	line->p = (const char *)r->p;
	line->len = (size_t)(end - r->p);
	shinrai_rd_bytes(r, line->len + 1);
	return 1;
}

/* Takes the word before the next space, and the space. */
static int word(struct text *line, struct text *w)
{
	const char *space = memchr(line->p, ' ', line->len);

	if (!space)
		return -EBADMSG;
	w->p = line->p;
	w->len = (size_t)(space - line->p);
	line->p = space + 1;
	line->len -= w->len + 1;
	return 0;
}

/* Takes the word after the last space, and the space. */
static int last_word(struct text *line, struct text *w)
{
	size_t n = line->len;

	while (n && line->p[n - 1] != ' ')
		n--;
	if (!n)
		return -EBADMSG;
	w->p = line->p + n;
	w->len = line->len - n;
	line->len = n - 1;
	return 0;
}

static int number(const struct text *w, u32 *value)
{
	size_t i;
	u64 v = 0;

	if (!w->len || w->len > 10)
		return -EBADMSG;
	for (i = 0; i < w->len; i++) {
		if (w->p[i] < '0' || w->p[i] > '9')
			return -EBADMSG;
		v = v * 10 + (u64)(w->p[i] - '0');
	}
	if (v > U32_MAX)
		return -EBADMSG;
	*value = (u32)v;
	return 0;
}

static void put32(struct shinrai_wr *w, const struct shinrai_ima *i, u32 v)
{
	if (i->flags & SHINRAI_IMA_BIG_ENDIAN)
		shinrai_wr_be32(w, v);
	else
		shinrai_wr_be32(w, __builtin_bswap32(v));
}

static int put_hex(struct shinrai_wr *w, const struct text *t)
{
	u8 *p;

	if (t->len % 2)
		return -EBADMSG;
	p = shinrai_wr_room(w, t->len / 2);
	return p && !shinrai_hex_decode(t->p, t->len, p) ? 0 : -EBADMSG;
}

/* "alg:hex" is what is shown of "alg:" NUL digest. */
static int put_digest(struct shinrai_wr *w, const struct text *t)
{
	struct text hex = *t;

	while (hex.len && hex.p[hex.len - 1] != ':')
		hex.len--;
	if (hex.len)
		shinrai_wr_bytes(w, t->p, hex.len);
	if (hex.len)
		shinrai_wr_u8(w, 0);
	hex.p = t->p + hex.len;
	hex.len = t->len - hex.len;
	return put_hex(w, &hex);
}

static int put_value(struct shinrai_wr *w, const struct shinrai_ima *i,
		     unsigned int field, const struct text *t)
{
	u32 v;

	/* The kernel shows nothing for a field without bytes. */
	if (!t->len && field != SHINRAI_IMA_N && field != SHINRAI_IMA_N_NG)
		return 0;
	switch (field) {
	case SHINRAI_IMA_D_NG:
	case SHINRAI_IMA_D_NGV2:
	case SHINRAI_IMA_D_MODSIG:
		return put_digest(w, t);
	case SHINRAI_IMA_N:
		shinrai_wr_bytes(w, t->p, t->len);
		return t->len <= IMA_NAME_MAX ? 0 : -EBADMSG;
	case SHINRAI_IMA_N_NG:
	case SHINRAI_IMA_XATTRNAMES:
		shinrai_wr_bytes(w, t->p, t->len);
		shinrai_wr_u8(w, 0);
		return 0;
	case SHINRAI_IMA_IUID:
	case SHINRAI_IMA_IGID:
		if (number(t, &v))
			return -EBADMSG;
		put32(w, i, v);
		return 0;
	case SHINRAI_IMA_IMODE:
		if (number(t, &v) || v > UINT16_MAX)
			return -EBADMSG;
		shinrai_wr_be16(w, i->flags & SHINRAI_IMA_BIG_ENDIAN ?
					   (u16)v :
					   __builtin_bswap16((u16)v));
		return 0;
	default:
		return put_hex(w, t);
	}
}

static int put_field(struct shinrai_wr *w, const struct shinrai_ima *i,
		     unsigned int field, const struct text *t)
{
	struct shinrai_wr len;
	size_t start;
	int ret;

	if (field == SHINRAI_IMA_D)
		return t->len == 2 * IMA_DIGEST_LEN ? put_hex(w, t) : -EBADMSG;
	start = w->len;
	put32(w, i, 0);
	ret = put_value(w, i, field, t);
	if (ret || w->err)
		return -EBADMSG;
	shinrai_wr_init(&len, w->buf + start, 4);
	put32(&len, i, (u32)(w->len - start - 4));
	return 0;
}

/*
 * A path may hold spaces: the fields before it are taken from the left, those
 * after it from the right.
 */
static int split(struct text *line, const struct ima_template *t,
		 struct text *part)
{
	unsigned int n, left;

	for (left = 0; left < t->nfields; left++) {
		if (t->field[left] == SHINRAI_IMA_N ||
		    t->field[left] == SHINRAI_IMA_N_NG)
			break;
		if (left + 1 < t->nfields) {
			if (word(line, &part[left]))
				return -EBADMSG;
		} else {
			part[left] = *line;
		}
	}
	for (n = t->nfields; n > left + 1; n--) {
		if (last_word(line, &part[n - 1]))
			return -EBADMSG;
	}
	if (left < t->nfields)
		part[left] = *line;
	return 0;
}

int shinrai_ima_ascii_next(struct shinrai_ima *i, struct shinrai_ima_entry *e)
{
	struct text line, w, part[SHINRAI_IMA_MAX_FIELDS];
	struct ima_template t;
	struct shinrai_wr out;
	unsigned int n;
	int ret;

	ret = next_line(&i->rd, &line);
	if (ret <= 0)
		return ret;
	while (line.len && *line.p == ' ') { /* "%2d" */
		line.p++;
		line.len--;
	}
	if (word(&line, &w) || number(&w, &e->pcr) || word(&line, &w) ||
	    w.len != 2u * i->log_size ||
	    shinrai_hex_decode(w.p, w.len, i->scratch) || word(&line, &w))
		return -EBADMSG;
	e->template_hash = i->scratch;
	e->name.p = (const u8 *)w.p;
	e->name.len = w.len;
	/* Without the field list there is no telling what was hashed. */
	if (shinrai_ima_template_find(&e->name, &t) || split(&line, &t, part))
		return -EBADMSG;
	shinrai_wr_init(&out, i->scratch + i->log_size,
			(size_t)(i->rd.p - i->base) - e->offset + 96);
	for (n = 0; n < t.nfields; n++) {
		if (put_field(&out, i, t.field[n], &part[n]))
			return -EBADMSG;
	}
	e->data.p = i->scratch + i->log_size;
	e->data.len = out.len;
	return 1;
}
