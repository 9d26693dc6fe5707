// SPDX-License-Identifier: MIT
/* TPM 2.0 structures of evidence (TPM 2.0 Library, Part 2), parsed. */
#include <shinrai/tpm2.h>

static void read_2b(struct shinrai_rd *r, struct shinrai_bytes *b)
{
	b->len = shinrai_rd_be16(r);
	b->p = shinrai_rd_bytes(r, b->len);
	if (!b->p)
		b->len = 0;
}

void shinrai_selection_read(struct shinrai_rd *r, struct shinrai_selection *s)
{
	struct shinrai_selection_bank *b;
	u32 i, j;

	s->count = shinrai_rd_be32(r);
	if (s->count > SHINRAI_SELECTION_MAX) {
		shinrai_rd_fail(r, -EBADMSG);
		s->count = 0;
	}
	for (i = 0; i < s->count; i++) {
		b = &s->bank[i];
		b->alg = shinrai_rd_be16(r);
		b->size = shinrai_rd_u8(r);
		if (!b->size || b->size > 4)
			shinrai_rd_fail(r, -EBADMSG);
		/* Octet n holds PCRs 8n to 8n + 7, low bit first. */
		b->mask = (u32)shinrai_rd_le(r, b->size);
		for (j = 0; j < i; j++) {
			if (s->bank[j].alg == b->alg)
				shinrai_rd_fail(r, -EBADMSG);
		}
	}
}

int shinrai_selection_parse(const void *data, size_t len,
			    struct shinrai_selection *s)
{
	struct shinrai_selection tmp;
	struct shinrai_rd r;

	shinrai_rd_init(&r, data, len);
	shinrai_selection_read(&r, &tmp);
	if (shinrai_rd_end(&r))
		return -EBADMSG;
	*s = tmp;
	return 0;
}

void shinrai_selection_encode(struct shinrai_wr *w,
			      const struct shinrai_selection *s)
{
	unsigned int i, j, n;

	shinrai_wr_be32(w, s->count);
	for (i = 0; i < s->count && i < SHINRAI_SELECTION_MAX; i++) {
		n = s->bank[i].size ? s->bank[i].size : 3;
		shinrai_wr_be16(w, s->bank[i].alg);
		shinrai_wr_u8(w, (u8)n);
		for (j = 0; j < n; j++)
			shinrai_wr_u8(w,
				      j < 4 ? s->bank[i].mask >> (8 * j) : 0);
	}
}

u32 shinrai_selection_mask(const struct shinrai_selection *s, u16 alg)
{
	u32 i;

	for (i = 0; i < s->count; i++) {
		if (s->bank[i].alg == alg)
			return s->bank[i].mask;
	}
	return 0;
}

static bool covers(const struct shinrai_selection *a,
		   const struct shinrai_selection *b)
{
	u32 i;

	for (i = 0; i < b->count; i++) {
		if (shinrai_selection_mask(a, b->bank[i].alg) !=
		    b->bank[i].mask)
			return false;
	}
	return true;
}

bool shinrai_selection_equal(const struct shinrai_selection *a,
			     const struct shinrai_selection *b)
{
	return covers(a, b) && covers(b, a);
}

int shinrai_attest_parse(const void *data, size_t len, struct shinrai_attest *a)
{
	struct shinrai_attest t = { .raw = { data, len } };
	struct shinrai_rd r;
	u8 safe;

	shinrai_rd_init(&r, data, len);
	t.magic = shinrai_rd_be32(&r);
	if (shinrai_rd_err(&r))
		return -EBADMSG;
	if (t.magic != SHINRAI_TPM2_MAGIC)
		return -EPROTO;
	t.type = shinrai_rd_be16(&r);
	if (shinrai_rd_err(&r))
		return -EBADMSG;
	if (t.type != SHINRAI_TPM2_ST_QUOTE)
		return -EPROTOTYPE;
	read_2b(&r, &t.signer);
	read_2b(&r, &t.extra);
	t.clock = shinrai_rd_be64(&r);
	t.reset_count = shinrai_rd_be32(&r);
	t.restart_count = shinrai_rd_be32(&r);
	safe = shinrai_rd_u8(&r);
	if (safe > 1) /* TPMI_YES_NO */
		shinrai_rd_fail(&r, -EBADMSG);
	t.safe = safe;
	t.firmware = shinrai_rd_be64(&r);
	shinrai_selection_read(&r, &t.selection);
	read_2b(&r, &t.pcr_digest);
	if (t.pcr_digest.len > SHINRAI_BANK_MAX)
		shinrai_rd_fail(&r, -EBADMSG);
	if (shinrai_rd_end(&r))
		return -EBADMSG;
	*a = t;
	return 0;
}

int shinrai_signature_parse(const void *data, size_t len,
			    struct shinrai_signature *s)
{
	struct shinrai_signature t = { 0 };
	struct shinrai_rd r;

	shinrai_rd_init(&r, data, len);
	t.scheme = shinrai_rd_be16(&r);
	t.hash = shinrai_rd_be16(&r);
	if (shinrai_rd_err(&r))
		return -EBADMSG;
	if (!shinrai_bank_size(t.hash))
		return -ENOTSUP;
	switch (t.scheme) {
	case SHINRAI_ALG_RSASSA:
	case SHINRAI_ALG_RSAPSS:
		read_2b(&r, &t.rsa);
		break;
	case SHINRAI_ALG_ECDSA:
		read_2b(&r, &t.r);
		read_2b(&r, &t.s);
		break;
	default:
		return -ENOTSUP;
	}
	if (shinrai_rd_end(&r))
		return -EBADMSG;
	*s = t;
	return 0;
}

/* TPMT_ASYM_SCHEME: every signing scheme carries one hash, NULL none. */
static void read_scheme(struct shinrai_rd *r, struct shinrai_public *p)
{
	p->scheme = shinrai_rd_be16(r);
	switch (p->scheme) {
	case SHINRAI_ALG_NULL:
		break;
	case SHINRAI_ALG_RSASSA:
	case SHINRAI_ALG_RSAPSS:
		if (p->type != SHINRAI_ALG_RSA)
			shinrai_rd_fail(r, -EBADMSG);
		p->scheme_hash = shinrai_rd_be16(r);
		break;
	case SHINRAI_ALG_ECDSA:
		if (p->type != SHINRAI_ALG_ECC)
			shinrai_rd_fail(r, -EBADMSG);
		p->scheme_hash = shinrai_rd_be16(r);
		break;
	default:
		shinrai_rd_fail(r, -ENOTSUP);
	}
}

static void read_rsa(struct shinrai_rd *r, struct shinrai_public *p)
{
	p->bits = shinrai_rd_be16(r);
	p->exponent = shinrai_rd_be32(r);
	read_2b(r, &p->modulus);
	if (p->modulus.len * 8 != p->bits)
		shinrai_rd_fail(r, -EBADMSG);
}

static void read_ecc(struct shinrai_rd *r, struct shinrai_public *p)
{
	size_t size = 0;
	u16 kdf;

	p->curve = shinrai_rd_be16(r);
	kdf = shinrai_rd_be16(r);
	if (p->curve == SHINRAI_ECC_P256)
		size = 32;
	else if (p->curve == SHINRAI_ECC_P384)
		size = 48;
	else
		shinrai_rd_fail(r, -ENOTSUP);
	if (kdf != SHINRAI_ALG_NULL)
		shinrai_rd_fail(r, -ENOTSUP);
	read_2b(r, &p->x);
	read_2b(r, &p->y);
	if (p->x.len > size || p->y.len > size)
		shinrai_rd_fail(r, -EBADMSG);
}

/* TPMT_SYM_DEF_OBJECT: NULL, or algorithm, key bits and mode. */
static void read_symmetric(struct shinrai_rd *r, struct shinrai_public *p)
{
	p->symmetric = shinrai_rd_be16(r);
	if (p->symmetric != SHINRAI_ALG_NULL) {
		p->symmetric_bits = shinrai_rd_be16(r);
		p->symmetric_mode = shinrai_rd_be16(r);
	}
}

int shinrai_public_parse(const void *data, size_t len, struct shinrai_public *p)
{
	struct shinrai_public t = { .raw = { data, len } };
	struct shinrai_rd r;

	shinrai_rd_init(&r, data, len);
	t.type = shinrai_rd_be16(&r);
	t.name_alg = shinrai_rd_be16(&r);
	t.attributes = shinrai_rd_be32(&r);
	read_2b(&r, &t.policy);
	if (shinrai_rd_err(&r))
		return -EBADMSG;
	if (t.type != SHINRAI_ALG_RSA && t.type != SHINRAI_ALG_ECC)
		return -ENOTSUP;
	read_symmetric(&r, &t);
	read_scheme(&r, &t);
	if (t.type == SHINRAI_ALG_RSA)
		read_rsa(&r, &t);
	else
		read_ecc(&r, &t);
	if (shinrai_rd_end(&r))
		return shinrai_rd_err(&r);
	*p = t;
	return 0;
}

int shinrai_public2b_parse(const void *data, size_t len,
			   struct shinrai_public *p)
{
	struct shinrai_bytes b;
	struct shinrai_rd r;

	shinrai_rd_init(&r, data, len);
	read_2b(&r, &b);
	if (shinrai_rd_end(&r))
		return -EBADMSG;
	return shinrai_public_parse(b.p, b.len, p);
}

enum shinrai_ak_fault shinrai_public_ak_fault(const struct shinrai_public *p)
{
	static const struct {
		u32 bit;
		enum shinrai_ak_fault fault;
	} need[] = {
		{ SHINRAI_ATTR_RESTRICTED, SHINRAI_AK_RESTRICTED },
		{ SHINRAI_ATTR_SIGN, SHINRAI_AK_SIGN },
		{ SHINRAI_ATTR_FIXED_TPM, SHINRAI_AK_FIXED_TPM },
		{ SHINRAI_ATTR_FIXED_PARENT, SHINRAI_AK_FIXED_PARENT },
		{ SHINRAI_ATTR_SENSITIVE_ORIGIN, SHINRAI_AK_ORIGIN },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(need); i++) {
		if (!(p->attributes & need[i].bit))
			return need[i].fault;
	}
	if (p->attributes & SHINRAI_ATTR_DECRYPT)
		return SHINRAI_AK_DECRYPT;
	if (p->scheme == SHINRAI_ALG_NULL ||
	    p->scheme_hash == SHINRAI_ALG_SHA1 ||
	    !shinrai_bank_size(p->scheme_hash))
		return SHINRAI_AK_SCHEME;
	if (!shinrai_bank_size(p->name_alg))
		return SHINRAI_AK_NAME_ALG;
	return SHINRAI_AK_NONE;
}

const char *shinrai_ak_fault_text(enum shinrai_ak_fault fault)
{
	static const char *const text[] = {
		[SHINRAI_AK_NONE] = "it is an attestation key",
		[SHINRAI_AK_RESTRICTED] = "it is not restricted",
		[SHINRAI_AK_SIGN] = "it is not a signing key",
		[SHINRAI_AK_DECRYPT] = "it can decrypt",
		[SHINRAI_AK_FIXED_TPM] = "it can be moved to another TPM",
		[SHINRAI_AK_FIXED_PARENT] = "it can be moved to another parent",
		[SHINRAI_AK_ORIGIN] = "its private part was not made by a TPM",
		[SHINRAI_AK_SCHEME] = "it has no fixed scheme, or a weak hash",
		[SHINRAI_AK_NAME_ALG] = "its name algorithm is not supported",
	};

	return (size_t)fault < ARRAY_SIZE(text) ? text[fault] : "unknown";
}

int shinrai_public_name(const struct shinrai_public *p,
			u8 name[SHINRAI_NAME_MAX], size_t *len)
{
	int ret =
		shinrai_bank_hash(p->name_alg, p->raw.p, p->raw.len, name + 2);

	if (ret)
		return ret;
	name[0] = (u8)(p->name_alg >> 8);
	name[1] = (u8)p->name_alg;
	*len = 2 + shinrai_bank_size(p->name_alg);
	return 0;
}
