// SPDX-License-Identifier: MIT
/* Appraisal: what one entry of the IMA list means for trust. */
#include <stdio.h>

#include <shinrai/hex.h>
#include <shinrai/ima.h>

#include "appraise_ctx.h"

static void add_reason(struct appraise *a, enum shinrai_reason_code code,
		       const struct shinrai_ima_entry *e, const char *more)
{
	char path[APPRAISE_TEXT], hex[2 * SHINRAI_BANK_MAX + 1] = "none";

	if (e->digest.len && e->digest.len <= SHINRAI_BANK_MAX)
		shinrai_hex_encode(e->digest.p, e->digest.len, hex);
	shinrai_appraise_ima_why(a, code, "entry %llu: %s, %s %s%s",
				 (unsigned long long)e->index,
				 shinrai_appraise_printable(e->path.p,
							    e->path.len, path),
				 shinrai_bank_text(e->digest_alg), hex, more);
}

/*
 * The entry that IMA begins with: PCRs 0 to 7 together, and 8 and 9 where the
 * hash is not SHA-1 (ima_crypto.c, ima_calc_boot_aggregate_tfm()).
 */
static bool is_boot_aggregate(const struct appraise *a,
			      const struct shinrai_ima_entry *e)
{
	static const char name[] = "boot_aggregate";
	const unsigned int n = a->bank == SHINRAI_ALG_SHA1 ? 8 : 10;
	const struct shinrai_pcr_value *v;
	struct shinrai_bank_ctx c;
	u8 sum[SHINRAI_BANK_MAX];
	unsigned int i;

	if (e->path.len != strlen(name) ||
	    memcmp(e->path.p, name, e->path.len) || e->digest_alg != a->bank ||
	    e->digest.len != shinrai_bank_size(a->bank) ||
	    shinrai_bank_init(&c, a->bank))
		return false;
	for (i = 0; i < n; i++) {
		v = shinrai_pcrs_get(&a->quoted, a->bank, i);
		if (!v)
			return false;
		shinrai_bank_update(&c, v->value, v->size);
	}
	shinrai_bank_final(&c, sum);
	return !memcmp(sum, e->digest.p, e->digest.len);
}

/* What there is to say of an entry. */
struct finding {
	const char *denied; /* the list that denies its file */
	bool hidden; /* nobody can tell whether one does */
	bool elsewhere; /* in a PCR where nothing proves what became of it */
	enum shinrai_ima_judged judged;
};

/* Return: the list that denies its file; NULL. */
static const char *denied_by(const struct appraise *a,
			     const struct shinrai_ima_entry *e)
{
	const struct shinrai_digests *d = a->in->digests;
	u8 key[32];

	if (!d || !d->denies ||
	    shinrai_digests_key(e->digest_alg, e->digest.p, e->digest.len, key))
		return NULL;
	return shinrai_digests_denied(d, key);
}

/*
 * Deny lists name files by SHA-256.  By which hash IMA measures one, the file itself
 * says in its extended attribute (ima_get_hash_algo()).
 */
static bool is_hidden(const struct appraise *a,
		      const struct shinrai_ima_entry *e)
{
	if (!a->in->digests || !a->in->digests->denies || e->violation ||
	    e->faults & SHINRAI_IMA_CANNOT_TELL)
		return false;
	/* "verity:" is the hash of a tree. */
	if (e->digest_alg == SHINRAI_ALG_SHA256 &&
	    e->digest_type.len != strlen("verity"))
		return false;
	return !is_boot_aggregate(a, e);
}

/*
 * Denied files always count; what is not known does where rules are given.
 * Return: whether there is anything to say.
 */
static bool find(const struct appraise *a, const struct shinrai_ima_entry *e,
		 struct finding *f)
{
	f->denied = denied_by(a, e);
	f->hidden = is_hidden(a, e);
	f->elsewhere = false;
	f->judged = SHINRAI_IMA_KNOWN;
	/* Of a template that is not known here, nobody can tell: told already. */
	if (!f->denied && a->in->ima &&
	    !(e->faults & SHINRAI_IMA_CANNOT_TELL)) {
		f->elsewhere = e->pcr != APPRAISE_IMA_PCR;
		f->judged =
			shinrai_ima_rules_judge(a->in->ima, a->in->digests, e);
	}
	return f->denied || f->hidden || f->elsewhere ||
	       (f->judged != SHINRAI_IMA_KNOWN &&
		f->judged != SHINRAI_IMA_EXCLUDED);
}

/**
 * shinrai_appraise_ima_is_odd() - is there something to say of an entry?
 * @a: the appraisal
 * @e: an entry
 *
 * Return: whether shinrai_appraise_ima_entry() may say something.
 */
bool shinrai_appraise_ima_is_odd(const struct appraise *a,
				 const struct shinrai_ima_entry *e)
{
	struct finding f;

	return find(a, e, &f);
}

static void tell_judged(struct appraise *a, const struct shinrai_ima_entry *e,
			enum shinrai_ima_judged judged)
{
	switch (judged) {
	case SHINRAI_IMA_KNOWN:
	case SHINRAI_IMA_EXCLUDED:
		break;
	case SHINRAI_IMA_VIOLATED:
		add_reason(a, SHINRAI_WHY_IMA_VIOLATION, e, "");
		break;
	case SHINRAI_IMA_ELSEWHERE:
		add_reason(a, SHINRAI_WHY_IMA_UNKNOWN, e,
			   ", known at another path only");
		break;
	case SHINRAI_IMA_NO_MEMORY:
		a->err = -ENOMEM;
		break;
	case SHINRAI_IMA_UNKNOWN:
		if (!is_boot_aggregate(a, e))
			add_reason(a, SHINRAI_WHY_IMA_UNKNOWN, e, "");
		break;
	}
}

/**
 * shinrai_appraise_ima_entry() - hold one entry against lists and rules
 * @a: the appraisal
 * @e: an entry that the quote covers
 */
void shinrai_appraise_ima_entry(struct appraise *a,
				const struct shinrai_ima_entry *e)
{
	char more[APPRAISE_TEXT + 16];
	struct finding f;

	if (!find(a, e, &f))
		return;
	if (f.denied) {
		snprintf(more, sizeof(more), ", list %s", f.denied);
		add_reason(a, SHINRAI_WHY_IMA_DENIED, e, more);
	}
	/* Once: where there is one, there are many, and one is enough. */
	if (f.hidden && !a->out->count[SHINRAI_WHY_IMA_HASH])
		add_reason(a, SHINRAI_WHY_IMA_HASH, e, ", the first of them");
	if (f.elsewhere)
		add_reason(a, SHINRAI_WHY_IMA_PCR, e, "");
	tell_judged(a, e, f.judged);
}
