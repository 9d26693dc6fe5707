// SPDX-License-Identifier: MIT
/* PCR value lists and the digests of selections. */
#include <shinrai/pcrs.h>

static int order(u16 alg_a, u8 pcr_a, u16 alg_b, u8 pcr_b)
{
	if (alg_a != alg_b)
		return alg_a < alg_b ? -1 : 1;
	return (int)pcr_a - (int)pcr_b;
}

/* Is @size right for a digest of @alg? */
static bool size_fits(u16 alg, size_t size)
{
	size_t want = shinrai_bank_size_any(alg);

	return size && size <= SHINRAI_MAX_BANK_SIZE && (!want || want == size);
}

int shinrai_pcrs_parse(const void *data, size_t len, struct shinrai_pcrs *p)
{
	struct shinrai_pcr_value *v, *prev = NULL;
	unsigned int i, count;
	struct shinrai_rd r;

	shinrai_rd_init(&r, data, len);
	count = shinrai_rd_be16(&r);
	if (count > SHINRAI_PCRS_MAX)
		return -EBADMSG;
	for (i = 0; i < count; i++) {
		v = &p->v[i];
		v->alg = shinrai_rd_be16(&r);
		v->pcr = shinrai_rd_u8(&r);
		v->size = shinrai_rd_u8(&r);
		if (shinrai_rd_err(&r) || v->pcr >= SHINRAI_PCR_COUNT ||
		    !size_fits(v->alg, v->size))
			return -EBADMSG;
		if (prev && order(prev->alg, prev->pcr, v->alg, v->pcr) >= 0)
			return -EBADMSG;
		shinrai_rd_copy(&r, v->value, v->size);
		prev = v;
	}
	if (shinrai_rd_end(&r))
		return -EBADMSG;
	p->count = count;
	return 0;
}

void shinrai_pcrs_encode(struct shinrai_wr *w, const struct shinrai_pcrs *p)
{
	const struct shinrai_pcr_value *v;

	shinrai_wr_be16(w, (u16)p->count);
	for (v = p->v; v < p->v + p->count; v++) {
		shinrai_wr_be16(w, v->alg);
		shinrai_wr_u8(w, v->pcr);
		shinrai_wr_u8(w, v->size);
		shinrai_wr_bytes(w, v->value, v->size);
	}
}

#define TOOLS_DIGESTS 8 /* in one TPML_DIGEST */
#define TOOLS_LISTS 16 /* sizeof(tpm2_pcrs.pcr_values) in tpm2-tools */

/* TPML_PCR_SELECTION as tpm2-tss lays it out in memory, little-endian. */
static void tools_selection(struct shinrai_rd *r, struct shinrai_selection *s)
{
	struct shinrai_selection_bank b;
	u32 i;

	s->count = shinrai_rd_le32(r);
	if (s->count > SHINRAI_SELECTION_MAX) {
		shinrai_rd_fail(r, -EBADMSG);
		s->count = 0;
	}
	for (i = 0; i < SHINRAI_SELECTION_MAX; i++) {
		b.alg = shinrai_rd_le16(r);
		b.size = shinrai_rd_u8(r);
		b.mask = shinrai_rd_le32(r);
		shinrai_rd_u8(r); /* padding */
		if (i >= s->count)
			continue;
		if (b.size > 4 || b.mask >> SHINRAI_PCR_COUNT)
			shinrai_rd_fail(r, -EBADMSG);
		s->bank[i] = b;
	}
}

/* Walks over the PCRs of a selection in the order in which they are hashed. */
struct walk {
	const struct shinrai_selection *s;
	u32 bank;
	unsigned int pcr;
};

static bool walk_next(struct walk *w, u16 *alg, u8 *pcr)
{
	const struct shinrai_selection_bank *b;

	for (; w->bank < w->s->count; w->bank++, w->pcr = 0) {
		b = &w->s->bank[w->bank];
		while (w->pcr < 32 && !(b->mask >> w->pcr & 1))
			w->pcr++;
		if (w->pcr < 32) {
			*alg = b->alg;
			*pcr = (u8)w->pcr++;
			return true;
		}
	}
	return false;
}

/* One TPML_DIGEST: values for the next PCRs of the walk. */
static int tools_digests(struct shinrai_rd *r, struct walk *w,
			 struct shinrai_pcrs *p)
{
	u32 i, count = shinrai_rd_le32(r);
	const u8 *value;
	u16 size, alg;
	u8 pcr;

	if (count > TOOLS_DIGESTS)
		return -EBADMSG;
	for (i = 0; i < TOOLS_DIGESTS; i++) {
		size = shinrai_rd_le16(r);
		value = shinrai_rd_bytes(r, SHINRAI_MAX_BANK_SIZE);
		if (i >= count)
			continue;
		if (!value || !walk_next(w, &alg, &pcr) ||
		    shinrai_pcrs_get(p, alg, pcr) ||
		    shinrai_pcrs_set(p, alg, pcr, value, size))
			return -EBADMSG;
	}
	return 0;
}

int shinrai_pcrs_parse_tools(const void *data, size_t len,
			     struct shinrai_pcrs *p)
{
	struct shinrai_selection s;
	struct walk w = { .s = &s };
	struct shinrai_pcrs t;
	struct shinrai_rd r;
	u32 lists, i;
	u16 alg;
	u8 pcr;

	shinrai_rd_init(&r, data, len);
	tools_selection(&r, &s);
	lists = shinrai_rd_le32(&r);
	if (shinrai_rd_err(&r) || lists > TOOLS_LISTS)
		return -EBADMSG;
	t.count = 0;
	for (i = 0; i < lists; i++) {
		if (tools_digests(&r, &w, &t))
			return -EBADMSG;
	}
	if (shinrai_rd_end(&r) || walk_next(&w, &alg, &pcr))
		return -EBADMSG;
	*p = t;
	return 0;
}

/* Return: where (alg, pcr) is or belongs. */
static unsigned int position(const struct shinrai_pcrs *p, u16 alg, u8 pcr)
{
	unsigned int i;

	for (i = 0; i < p->count; i++) {
		if (order(p->v[i].alg, p->v[i].pcr, alg, pcr) >= 0)
			break;
	}
	return i;
}

const struct shinrai_pcr_value *shinrai_pcrs_get(const struct shinrai_pcrs *p,
						 u16 alg, u8 pcr)
{
	unsigned int i = position(p, alg, pcr);

	if (i == p->count || order(p->v[i].alg, p->v[i].pcr, alg, pcr))
		return NULL;
	return &p->v[i];
}

int shinrai_pcrs_set(struct shinrai_pcrs *p, u16 alg, u8 pcr, const void *value,
		     size_t size)
{
	unsigned int i = position(p, alg, pcr);
	struct shinrai_pcr_value *v = &p->v[i];

	if (pcr >= SHINRAI_PCR_COUNT || !size_fits(alg, size))
		return -EINVAL;
	if (i == p->count || order(v->alg, v->pcr, alg, pcr)) {
		if (p->count == SHINRAI_PCRS_MAX)
			return -ENOSPC;
		memmove(v + 1, v, (p->count - i) * sizeof(*v));
		p->count++;
	}
	v->alg = alg;
	v->pcr = pcr;
	v->size = (u8)size;
	memset(v->value, 0, sizeof(v->value)); /* of what moved on */
	memcpy(v->value, value, size);
	return 0;
}

int shinrai_pcrs_digest(const struct shinrai_pcrs *p,
			const struct shinrai_selection *s, u16 alg, u8 *out)
{
	const struct shinrai_pcr_value *v;
	struct shinrai_bank_ctx c;
	struct walk w = { .s = s };
	u16 bank;
	u8 pcr;

	if (shinrai_bank_init(&c, alg))
		return -ENOTSUP;
	while (walk_next(&w, &bank, &pcr)) {
		v = shinrai_pcrs_get(p, bank, pcr);
		if (!v)
			return -ENOENT;
		shinrai_bank_update(&c, v->value, v->size);
	}
	shinrai_bank_final(&c, out);
	return 0;
}
