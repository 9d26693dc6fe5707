// SPDX-License-Identifier: MIT
/* IMA measurement lists: entries, template hashes, replay. */
#include <stdlib.h>

#include "ima.h"

#define FAULT(name, code, text) [SHINRAI_IMA_##name] = { code, text }
static const struct {
	const char *code;
	const char *text;
} faults[SHINRAI_IMA_FAULTS] = {
	FAULT(TEMPLATE_HASH, "template-hash",
	      "template hash is not that of the data"),
	FAULT(TEMPLATE_UNKNOWN, "template-unknown", "template is not known"),
	FAULT(FIELD, "field", "a field is malformed"),
	FAULT(PCR_RANGE, "pcr-range", "there is no such PCR"),
};

const char *shinrai_ima_fault_code(unsigned int fault)
{
	return fault < SHINRAI_IMA_FAULTS ? faults[fault].code : "unknown";
}

const char *shinrai_ima_fault_text(unsigned int fault)
{
	return fault < SHINRAI_IMA_FAULTS ? faults[fault].text :
					    "unknown fault";
}

bool shinrai_ima_is_ascii(const void *log, size_t len)
{
	const u8 *p = log;

	/* "%2d ": a binary list holds the PCR in four bytes instead. */
	return len > 2 && (p[0] == ' ' || (p[0] >= '0' && p[0] <= '9')) &&
	       p[1] >= '0' && p[1] <= '9' && p[2] == ' ';
}

int shinrai_ima_init(struct shinrai_ima *i, const void *log, size_t len,
		     unsigned int flags, const u16 *banks, unsigned int nbanks)
{
	unsigned int b;

	if (flags & ~(unsigned int)(SHINRAI_IMA_BIG_ENDIAN | SHINRAI_IMA_ASCII |
				    SHINRAI_IMA_AGAIN))
		return -EINVAL;
	memset(i, 0, sizeof(*i));
	shinrai_rd_init(&i->rd, log, len);
	i->base = log;
	i->flags = flags;
	i->log_alg = SHINRAI_ALG_SHA1;
	i->log_size = (u8)shinrai_bank_size(i->log_alg);
	shinrai_replay_init(&i->replay);
	for (b = 0; b < nbanks; b++) {
		if (!shinrai_replay_add(&i->replay, banks[b],
					shinrai_bank_size(banks[b])))
			return -EINVAL;
	}
	if (flags & SHINRAI_IMA_ASCII) {
		/* A decimal digit becomes up to 4 bytes, the rest shrinks. */
		i->scratch = malloc(len + 128);
		if (!i->scratch)
			return -ENOMEM;
	}
	return 0;
}

void shinrai_ima_fini(struct shinrai_ima *i)
{
	free(i->scratch);
	i->scratch = NULL;
}

size_t shinrai_ima_offset(const struct shinrai_ima *i)
{
	return (size_t)(i->rd.p - i->base);
}

void shinrai_ima_seek(struct shinrai_ima *i, size_t offset, u64 index)
{
	const size_t len = shinrai_ima_offset(i) + shinrai_rd_left(&i->rd);

	shinrai_rd_init(&i->rd, i->base, len);
	shinrai_rd_bytes(&i->rd, offset);
	i->entries = index;
}

static u32 read32(const struct shinrai_ima *i, struct shinrai_rd *r)
{
	return i->flags & SHINRAI_IMA_BIG_ENDIAN ? shinrai_rd_be32(r) :
						   shinrai_rd_le32(r);
}

static void read_bytes(struct shinrai_rd *r, size_t n, struct shinrai_bytes *b)
{
	b->p = shinrai_rd_bytes(r, n);
	b->len = b->p ? n : 0;
}

static bool name_is(const struct shinrai_bytes *b, const char *text)
{
	return b->len == strlen(text) && !memcmp(b->p, text, b->len);
}

/* Template "ima" has no length of its own and none for its digest. */
static void binary_old(struct shinrai_ima *i, struct shinrai_rd *r,
		       struct shinrai_ima_entry *e)
{
	const u8 *start = r->p;
	u32 len;

	shinrai_rd_bytes(r, IMA_DIGEST_LEN);
	len = read32(i, r);
	if (len > IMA_NAME_MAX)
		shinrai_rd_fail(r, -EBADMSG);
	shinrai_rd_bytes(r, len);
	e->data.p = start;
	e->data.len = (size_t)(r->p - start);
}

static int binary_next(struct shinrai_ima *i, struct shinrai_ima_entry *e)
{
	struct shinrai_rd *r = &i->rd;
	u32 len;

	if (!shinrai_rd_left(r))
		return shinrai_rd_err(r);
	e->pcr = read32(i, r);
	e->template_hash = shinrai_rd_bytes(r, i->log_size);
	len = read32(i, r);
	if (!len || len > IMA_NAME_MAX)
		shinrai_rd_fail(r, -EBADMSG);
	read_bytes(r, len, &e->name);
	if (shinrai_rd_err(r))
		return -EBADMSG;
	if (name_is(&e->name, "ima")) {
		binary_old(i, r, e);
	} else {
		len = read32(i, r);
		read_bytes(r, len, &e->data);
	}
	return shinrai_rd_err(r) ? -EBADMSG : 1;
}

unsigned int shinrai_ima_order(const void *log, size_t len)
{
	struct shinrai_ima_entry e = { 0 };
	struct shinrai_ima i;

	if (shinrai_ima_init(&i, log, len, SHINRAI_IMA_BIG_ENDIAN, NULL, 0))
		return 0;
	return binary_next(&i, &e) > 0 ? SHINRAI_IMA_BIG_ENDIAN : 0;
}

static bool all_are(const u8 *p, size_t len, u8 value)
{
	while (len && p[len - 1] == value)
		len--;
	return !len;
}

static bool parse_d(struct shinrai_ima_entry *e, const struct shinrai_bytes *v)
{
	e->digest_alg = SHINRAI_ALG_SHA1;
	e->digest = *v;
	return v->len == IMA_DIGEST_LEN;
}

/* "alg:" NUL digest; @type also takes "type:" before it. */
static bool split_digest(struct shinrai_ima_entry *e,
			 const struct shinrai_bytes *v, bool typed)
{
	const u8 *nul = v->len ? memchr(v->p, 0, v->len) : NULL;
	struct shinrai_bytes alg;
	const u8 *colon;
	size_t want;

	if (!nul || nul - v->p < 2 || nul[-1] != ':')
		return false;
	alg.p = v->p;
	alg.len = (size_t)(nul - 1 - v->p);
	colon = memchr(alg.p, ':', alg.len);
	if (!colon != !typed)
		return false;
	if (typed) {
		e->digest_type.p = alg.p;
		e->digest_type.len = (size_t)(colon - alg.p);
		alg.p = colon + 1;
		alg.len = (size_t)(nul - 1 - alg.p);
		if (!name_is(&e->digest_type, "ima") &&
		    !name_is(&e->digest_type, "verity"))
			return false;
		if (!alg.len || memchr(alg.p, ':', alg.len))
			return false;
	}
	e->digest_alg = shinrai_bank_by_name((const char *)alg.p, alg.len);
	e->digest.p = nul + 1;
	e->digest.len = v->len - (size_t)(nul + 1 - v->p);
	want = shinrai_bank_size_any(e->digest_alg);
	return e->digest.len && (!want || e->digest.len == want);
}

/* A violation has no digest: zeros, in some kernels without the name. */
static bool parse_d_ng(struct shinrai_ima_entry *e,
		       const struct shinrai_bytes *v)
{
	if (e->violation && all_are(v->p, v->len, 0))
		return true;
	return split_digest(e, v, false);
}

static bool parse_d_ngv2(struct shinrai_ima_entry *e,
			 const struct shinrai_bytes *v)
{
	if (e->violation && all_are(v->p, v->len, 0))
		return true;
	return split_digest(e, v, true);
}

static bool parse_n(struct shinrai_ima_entry *e, const struct shinrai_bytes *v)
{
	e->path = *v;
	return v->len <= IMA_NAME_MAX && !(v->len && memchr(v->p, 0, v->len));
}

static bool parse_n_ng(struct shinrai_ima_entry *e,
		       const struct shinrai_bytes *v)
{
	/* An inner NUL would show one name and hash another. */
	if (!v->len || memchr(v->p, 0, v->len) != v->p + v->len - 1)
		return false;
	e->path.p = v->p;
	e->path.len = v->len - 1;
	return true;
}

static bool parse_any(struct shinrai_ima_entry *e,
		      const struct shinrai_bytes *v)
{
	(void)e, (void)v;
	return true;
}

/* Absent when the file has no appended signature. */
static bool parse_d_modsig(struct shinrai_ima_entry *e,
			   const struct shinrai_bytes *v)
{
	struct shinrai_ima_entry scratch;

	(void)e;
	return !v->len || split_digest(&scratch, v, false);
}

static bool parse_id(struct shinrai_ima_entry *e, const struct shinrai_bytes *v)
{
	(void)e;
	return !v->len || v->len == 4;
}

static bool parse_mode(struct shinrai_ima_entry *e,
		       const struct shinrai_bytes *v)
{
	(void)e;
	return !v->len || v->len == 2;
}

static const struct {
	const char *name;
	/* Return: does the value have its form?  Also fills the entry. */
	bool (*parse)(struct shinrai_ima_entry *e,
		      const struct shinrai_bytes *v);
} fields[SHINRAI_IMA_FIELDS] = {
	[SHINRAI_IMA_D] = { "d", parse_d },
	[SHINRAI_IMA_N] = { "n", parse_n },
	[SHINRAI_IMA_D_NG] = { "d-ng", parse_d_ng },
	[SHINRAI_IMA_D_NGV2] = { "d-ngv2", parse_d_ngv2 },
	[SHINRAI_IMA_N_NG] = { "n-ng", parse_n_ng },
	[SHINRAI_IMA_SIG] = { "sig", parse_any },
	[SHINRAI_IMA_BUF] = { "buf", parse_any },
	[SHINRAI_IMA_D_MODSIG] = { "d-modsig", parse_d_modsig },
	[SHINRAI_IMA_MODSIG] = { "modsig", parse_any },
	[SHINRAI_IMA_EVMSIG] = { "evmsig", parse_any },
	[SHINRAI_IMA_IUID] = { "iuid", parse_id },
	[SHINRAI_IMA_IGID] = { "igid", parse_id },
	[SHINRAI_IMA_IMODE] = { "imode", parse_mode },
	[SHINRAI_IMA_XATTRNAMES] = { "xattrnames", parse_any },
	[SHINRAI_IMA_XATTRLENGTHS] = { "xattrlengths", parse_any },
	[SHINRAI_IMA_XATTRVALUES] = { "xattrvalues", parse_any },
};

#define D_NG SHINRAI_IMA_D_NG
#define N_NG SHINRAI_IMA_N_NG
static const struct ima_template templates[] = {
	{ "ima", 2, { SHINRAI_IMA_D, SHINRAI_IMA_N } },
	{ "ima-ng", 2, { D_NG, N_NG } },
	{ "ima-sig", 3, { D_NG, N_NG, SHINRAI_IMA_SIG } },
	{ "ima-ngv2", 2, { SHINRAI_IMA_D_NGV2, N_NG } },
	{ "ima-sigv2", 3, { SHINRAI_IMA_D_NGV2, N_NG, SHINRAI_IMA_SIG } },
	{ "ima-buf", 3, { D_NG, N_NG, SHINRAI_IMA_BUF } },
	{ "ima-modsig",
	  5,
	  { D_NG, N_NG, SHINRAI_IMA_SIG, SHINRAI_IMA_D_MODSIG,
	    SHINRAI_IMA_MODSIG } },
	{ "evm-sig",
	  9,
	  { D_NG, N_NG, SHINRAI_IMA_EVMSIG, SHINRAI_IMA_XATTRNAMES,
	    SHINRAI_IMA_XATTRLENGTHS, SHINRAI_IMA_XATTRVALUES, SHINRAI_IMA_IUID,
	    SHINRAI_IMA_IGID, SHINRAI_IMA_IMODE } },
};

static int field_find(const u8 *p, size_t len)
{
	int f;

	for (f = 0; f < SHINRAI_IMA_FIELDS; f++) {
		if (strlen(fields[f].name) == len &&
		    !memcmp(fields[f].name, p, len))
			return f;
	}
	return -1;
}

/*
 * What is hashed of an entry does not tell its fields apart: by a name that suits, a
 * list could show a signature as the digest.  So digest and path come first, where
 * every template of the kernel has them but "ima", and nothing comes twice.
 */
static bool may_be(const struct ima_template *t, u32 present)
{
	return t->nfields >= 2 && t->field[1] == SHINRAI_IMA_N_NG &&
	       (t->field[0] == SHINRAI_IMA_D_NG ||
		t->field[0] == SHINRAI_IMA_D_NGV2) &&
	       (unsigned int)__builtin_popcount(present) == t->nfields &&
	       /* Alone, as ima-buf: rules for buffers speak of it. */
	       (!(present & 1u << SHINRAI_IMA_BUF) || t->nfields == 3);
}

/* A template without a name is written as its format: "d-ng|n-ng|sig". */
static int template_format(const struct shinrai_bytes *name,
			   struct ima_template *t)
{
	const u8 *p = name->p, *end = p + name->len, *bar;
	u32 present = 0;
	int f;

	t->name = "";
	for (t->nfields = 0; p <= end; p = bar + 1) {
		bar = memchr(p, '|', (size_t)(end - p));
		if (!bar)
			bar = end;
		f = field_find(p, (size_t)(bar - p));
		if (f < 0 || t->nfields == SHINRAI_IMA_MAX_FIELDS)
			return -ENOENT;
		t->field[t->nfields++] = (u8)f;
		present |= 1u << f;
	}
	return may_be(t, present) ? 0 : -ENOENT;
}

int shinrai_ima_template_find(const struct shinrai_bytes *name,
			      struct ima_template *t)
{
	struct ima_template format;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(templates); i++) {
		if (name_is(name, templates[i].name)) {
			*t = templates[i];
			return 0;
		}
	}
	if (template_format(name, &format))
		return -ENOENT;
	*t = format;
	return 0;
}

static void take_field(struct shinrai_ima_entry *e, unsigned int f,
		       const struct shinrai_bytes *v)
{
	e->present |= 1u << f;
	e->field[f] = *v;
	if (!fields[f].parse(e, v))
		e->faults |= 1u << SHINRAI_IMA_FIELD;
}

static void parse_fields(struct shinrai_ima *i, struct shinrai_ima_entry *e)
{
	struct shinrai_bytes v;
	struct ima_template t;
	struct shinrai_rd r;
	unsigned int n;

	if (shinrai_ima_template_find(&e->name, &t)) {
		e->faults |= 1u << SHINRAI_IMA_TEMPLATE_UNKNOWN;
		return;
	}
	shinrai_rd_init(&r, e->data.p, e->data.len);
	for (n = 0; n < t.nfields; n++) {
		read_bytes(&r,
			   t.field[n] == SHINRAI_IMA_D ? IMA_DIGEST_LEN :
							 read32(i, &r),
			   &v);
		if (shinrai_rd_err(&r))
			break;
		take_field(e, t.field[n], &v);
	}
	if (shinrai_rd_end(&r))
		e->faults |= 1u << SHINRAI_IMA_FIELD;
}

/* Template hash: ima_calc_field_array_hash_tfm(). */
static void template_hash(const struct shinrai_ima_entry *e, u16 alg, u8 *out)
{
	static const u8 zeros[IMA_NAME_MAX + 1];
	struct shinrai_bank_ctx c;
	size_t n;

	if (shinrai_bank_init(&c, alg))
		return;
	if (name_is(&e->name, "ima")) {
		/* Digest, then the name padded to 256 bytes, no lengths. */
		n = e->data.len - IMA_DIGEST_LEN - 4;
		shinrai_bank_update(&c, e->data.p, IMA_DIGEST_LEN);
		shinrai_bank_update(&c, e->data.p + IMA_DIGEST_LEN + 4, n);
		shinrai_bank_update(&c, zeros, sizeof(zeros) - n);
	} else {
		shinrai_bank_update(&c, e->data.p, e->data.len);
	}
	shinrai_bank_final(&c, out);
}

static void replay(struct shinrai_ima *i, struct shinrai_ima_entry *e)
{
	struct shinrai_replay_bank *b;
	u8 digest[SHINRAI_BANK_MAX];

	if (!e->violation) {
		template_hash(e, i->log_alg, digest);
		if (memcmp(digest, e->template_hash, i->log_size))
			e->faults |= 1u << SHINRAI_IMA_TEMPLATE_HASH;
	}
	for (b = i->replay.bank; b < i->replay.bank + i->replay.nbanks; b++) {
		if (e->violation)
			memset(digest, 0xff, sizeof(digest));
		else if (b->alg == i->log_alg)
			memcpy(digest, e->template_hash, i->log_size);
		else
			template_hash(e, b->alg, digest);
		if (b->alg == SHINRAI_ALG_SHA256) {
			memcpy(i->sha256, digest, sizeof(i->sha256));
			e->sha256 = i->sha256;
		}
		if (shinrai_replay_extend(b, e->pcr, digest))
			e->faults |= 1u << SHINRAI_IMA_PCR_RANGE;
	}
	if (e->pcr >= SHINRAI_PCR_COUNT)
		e->faults |= 1u << SHINRAI_IMA_PCR_RANGE;
}

static bool is_plain(const struct shinrai_ima *i,
		     const struct shinrai_ima_entry *e)
{
	return !(i->flags & SHINRAI_IMA_BIG_ENDIAN) && !e->violation &&
	       !e->faults && e->digest_alg == SHINRAI_ALG_SHA256 &&
	       name_is(&e->name, "ima-ng");
}

int shinrai_ima_next(struct shinrai_ima *i, struct shinrai_ima_entry *e)
{
	int ret;

	memset(e, 0, sizeof(*e));
	e->offset = shinrai_ima_offset(i);
	e->index = i->entries;
	ret = i->flags & SHINRAI_IMA_ASCII ? shinrai_ima_ascii_next(i, e) :
					     binary_next(i, e);
	if (ret < 0) {
		shinrai_rd_fail(&i->rd, -EBADMSG);
		i->rd.p = i->base + e->offset;
	}
	if (ret <= 0)
		return ret;
	e->violation = all_are(e->template_hash, i->log_size, 0);
	parse_fields(i, e);
	if (!(i->flags & SHINRAI_IMA_AGAIN))
		replay(i, e);
	if (!is_plain(i, e))
		e->sha256 = NULL;
	i->entries++;
	i->violations += e->violation;
	i->faults |= e->faults;
	return 1;
}
