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

static bool denied(struct appraise *a, const struct shinrai_ima_entry *e)
{
	const struct shinrai_digests *d = a->in->digests;
	char more[APPRAISE_TEXT + 16];
	const char *list;
	u8 key[32];

	if (!d || !d->denies ||
	    shinrai_digests_key(e->digest_alg, e->digest.p, e->digest.len, key))
		return false;
	list = shinrai_digests_denied(d, key);
	if (!list)
		return false;
	snprintf(more, sizeof(more), ", list %s", list);
	add_reason(a, SHINRAI_WHY_IMA_DENIED, e, more);
	return true;
}

/**
 * shinrai_appraise_ima_entry() - hold one entry against lists and rules
 * @a: the appraisal
 * @e: an entry that the quote covers
 *
 * Denied files always count; what is not known does where rules are given.
 */
void shinrai_appraise_ima_entry(struct appraise *a,
				const struct shinrai_ima_entry *e)
{
	/* Of a template that is not known here, nobody can tell: told already. */
	if (denied(a, e) || !a->in->ima || e->faults & SHINRAI_IMA_CANNOT_TELL)
		return;
	/* Nothing proves what became of an entry there. */
	if (e->pcr != APPRAISE_IMA_PCR)
		add_reason(a, SHINRAI_WHY_IMA_PCR, e, "");
	switch (shinrai_ima_rules_judge(a->in->ima, a->in->digests, e)) {
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
