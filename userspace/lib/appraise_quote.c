// SPDX-License-Identifier: MIT
/* Appraisal: the quote, its key, whom it answers, and when. */
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "appraise_ctx.h"

/* One to one; the rest of the quote's faults are not asked for. */
static const struct {
	enum shinrai_quote_fault fault;
	enum shinrai_reason_code why;
} faults[] = {
	/* A forger signs what is no quote with a key that may sign anything. */
	{ SHINRAI_QUOTE_MAGIC, SHINRAI_WHY_ATTEST_MAGIC },
	{ SHINRAI_QUOTE_TYPE, SHINRAI_WHY_ATTEST_TYPE },
	{ SHINRAI_QUOTE_ATTEST_SYNTAX, SHINRAI_WHY_ATTEST_SYNTAX },
	{ SHINRAI_QUOTE_SIGNATURE_SYNTAX, SHINRAI_WHY_SIGNATURE_SYNTAX },
	{ SHINRAI_QUOTE_SIGNATURE_SCHEME, SHINRAI_WHY_SIGNATURE_SCHEME },
	{ SHINRAI_QUOTE_SIGNATURE_HASH, SHINRAI_WHY_SIGNATURE_HASH },
	{ SHINRAI_QUOTE_KEY_TYPE, SHINRAI_WHY_KEY_TYPE },
	{ SHINRAI_QUOTE_KEY_WEAK, SHINRAI_WHY_KEY_WEAK },
	{ SHINRAI_QUOTE_KEY_INVALID, SHINRAI_WHY_KEY_INVALID },
	{ SHINRAI_QUOTE_KEY_NOT_AK, SHINRAI_WHY_KEY_UNFIT },
	{ SHINRAI_QUOTE_SIGNATURE, SHINRAI_WHY_SIGNATURE },
	/* An old quote cannot contain a nonce that came later. */
	{ SHINRAI_QUOTE_PATH, SHINRAI_WHY_QUALIFYING_PATH },
	{ SHINRAI_QUOTE_CHALLENGE, SHINRAI_WHY_CHALLENGE_ABSENT },
	/* PCRs that say nothing, or that software can set, prove nothing. */
	{ SHINRAI_QUOTE_BANK, SHINRAI_WHY_BANK },
	{ SHINRAI_QUOTE_SELECTION, SHINRAI_WHY_SELECTION },
	{ SHINRAI_QUOTE_PCR_RESETTABLE, SHINRAI_WHY_PCR_RESETTABLE },
};

/* Stops a key of software's own, and any key but the pinned one. */
static void check_pin(struct appraise *a, const struct shinrai_public *ak)
{
	const struct shinrai_appraise_input *in = a->in;
	struct shinrai_appraisal *out = a->out;
	EVP_PKEY *key = NULL;

	if (shinrai_public_name(ak, out->ak_name, &out->ak_name_len))
		out->ak_name_len = 0;
	if (in->last &&
	    (out->ak_name_len != in->last->ak_name_len ||
	     memcmp(out->ak_name, in->last->ak_name, out->ak_name_len)))
		shinrai_appraise_why(a, SHINRAI_WHY_AK_OTHER,
				     "the state file remembers another one");
	if (in->ak_name) {
		if (in->ak_name_len != out->ak_name_len ||
		    memcmp(in->ak_name, out->ak_name, out->ak_name_len))
			shinrai_appraise_why(a, SHINRAI_WHY_AK_OTHER, "%s", "");
	} else if (in->ak_key) {
		if (shinrai_public_key(ak, &key) ||
		    EVP_PKEY_eq(key, in->ak_key) != 1)
			shinrai_appraise_why(a, SHINRAI_WHY_AK_OTHER, "%s", "");
		EVP_PKEY_free(key);
	} else if (!in->last) {
		shinrai_appraise_why(a, SHINRAI_WHY_AK_UNPINNED, "%s", "");
	}
}

static void read_challenge(struct appraise *a)
{
	const struct shinrai_item *c = appraise_item(a, SHINRAI_ITEM_CHALLENGE);
	int ret;

	if (!c->data)
		return;
	ret = shinrai_challenge_parse(c->data, c->len, &a->challenge);
	a->have_challenge = !ret;
	if (ret == -EPROTONOSUPPORT)
		shinrai_appraise_why(a, SHINRAI_WHY_CHALLENGE_VERSION, "%s",
				     "");
	else if (ret)
		shinrai_appraise_why(a, SHINRAI_WHY_CHALLENGE_SYNTAX, "%s", "");
}

/* Stops relays: evidence made for somebody else, or over another connection. */
static void check_session(struct appraise *a)
{
	const struct shinrai_session *s = &a->out->session;
	const struct shinrai_challenge *c = &a->challenge;

	shinrai_appraise_session(a);
	if (!a->out->have_session || !a->have_challenge)
		return;
	if (s->nonce_len != c->nonce_len ||
	    CRYPTO_memcmp(s->nonce, c->nonce, c->nonce_len))
		shinrai_appraise_why(a, SHINRAI_WHY_NONCE, "%s", "");
	if (CRYPTO_memcmp(s->exporter, c->exporter, sizeof(c->exporter)))
		shinrai_appraise_why(a, SHINRAI_WHY_EXPORTER, "%s", "");
	if (CRYPTO_memcmp(s->verifier_key, c->verifier_key,
			  sizeof(c->verifier_key)))
		shinrai_appraise_why(a, SHINRAI_WHY_VERIFIER_KEY, "%s", "");
}

static void take_attest(struct appraise *a)
{
	const struct shinrai_attest *q = &a->quote.attest;
	u32 lacking = APPRAISE_BOOT_PCRS &
		      ~shinrai_selection_mask(&q->selection, a->bank);

	a->out->clock.clock = q->clock;
	a->out->clock.reset_count = q->reset_count;
	a->out->clock.restart_count = q->restart_count;
	a->out->safe = q->safe;
	a->out->firmware = q->firmware;
	if (!q->safe)
		shinrai_appraise_note(
			a, "TPM clock is not marked safe: the machine "
			   "lost power, or was reset uncleanly");
	if (lacking && !a->out->count[SHINRAI_WHY_BANK])
		shinrai_appraise_why(a, SHINRAI_WHY_PCR_REQUIRED,
				     "PCR %d is not quoted",
				     __builtin_ctz(lacking));
}

/* To begin with a key of the same bytes again and again is waste. */
static EVP_PKEY_CTX *kept_key(const struct appraise *a,
			      const struct shinrai_public *ak)
{
	const struct shinrai_appraise_input *in = a->in;
	EVP_PKEY *key = NULL;

	if (!in->kept_key || !in->ak_name ||
	    in->ak_name_len != a->out->ak_name_len ||
	    memcmp(in->ak_name, a->out->ak_name, in->ak_name_len))
		return NULL;
	/* Why it cannot be made is told where it is needed. */
	if (!*in->kept_key && !shinrai_public_key(ak, &key) &&
	    shinrai_signature_begin(key, in->kept_key))
		*in->kept_key = NULL;
	EVP_PKEY_free(key);
	return *in->kept_key;
}

static void check_quote(struct appraise *a, const struct shinrai_public *ak)
{
	const struct shinrai_item *attest =
		appraise_item(a, SHINRAI_ITEM_ATTEST);
	const struct shinrai_item *sig =
		appraise_item(a, SHINRAI_ITEM_SIGNATURE);
	struct shinrai_quote_input in = {
		.attest = { attest->data, attest->len },
		.signature = { sig->data, sig->len },
		.ak = ak,
		.verifying = kept_key(a, ak),
		.bank = a->bank,
		.refused_pcrs = SHINRAI_PCR_RESETTABLE,
	};
	struct shinrai_selection asked;
	size_t i;

	if (a->have_challenge) {
		in.challenge = &a->challenge;
		if (!shinrai_selection_parse(a->challenge.selection,
					     a->challenge.selection_len,
					     &asked))
			in.selection = &asked;
	}
	if (shinrai_quote_check(&in, &a->quote) == -ENOMEM)
		a->err = -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (a->quote.faults & 1u << faults[i].fault)
			shinrai_appraise_why(
				a, faults[i].why, "%s",
				faults[i].fault == SHINRAI_QUOTE_KEY_NOT_AK ?
					shinrai_ak_fault_text(
						a->quote.ak_fault) :
					"");
	}
	if (a->quote.have_attest)
		take_attest(a);
}

/* The pcrs item is only a help: what it says must lead to the digest. */
static void read_pcrs(struct appraise *a)
{
	const struct shinrai_item *p = appraise_item(a, SHINRAI_ITEM_PCRS);

	if (!p->data)
		return;
	if (shinrai_pcrs_parse(p->data, p->len, &a->given)) {
		shinrai_appraise_why(a, SHINRAI_WHY_PCRS_SYNTAX, "%s", "");
		return;
	}
	a->have_given = true;
	a->given_proven = shinrai_appraise_composite(a, &a->given);
}

/**
 * shinrai_appraise_composite() - do these values make the quoted digest?
 * @a: the appraisal, after the quote was read
 * @values: at least the quoted PCRs
 *
 * Return: true when they do.
 */
bool shinrai_appraise_composite(const struct appraise *a,
				const struct shinrai_pcrs *values)
{
	const struct shinrai_attest *q = &a->quote.attest;
	u8 digest[SHINRAI_BANK_MAX];
	u16 alg = a->quote.signature.hash;

	return a->quote.have_attest && a->quote.have_signature &&
	       !shinrai_pcrs_digest(values, &q->selection, alg, digest) &&
	       q->pcr_digest.len == shinrai_bank_size(alg) &&
	       !memcmp(q->pcr_digest.p, digest, q->pcr_digest.len);
}

static bool any(const struct appraise *a, enum shinrai_step step)
{
	unsigned int i;

	for (i = 0; i < SHINRAI_WHYS; i++) {
		if (a->out->count[i] && shinrai_reason_info(i)->step == step &&
		    shinrai_reason_info(i)->verdict == SHINRAI_UNTRUSTED)
			return true;
	}
	return false;
}

static const enum shinrai_item_id required[] = {
	SHINRAI_ITEM_ATTEST,	SHINRAI_ITEM_SIGNATURE, SHINRAI_ITEM_AK,
	SHINRAI_ITEM_CHALLENGE, SHINRAI_ITEM_LOG,
};

/**
 * shinrai_appraise_quote() - items, signature, key, challenge, selection
 * @a: the appraisal
 */
void shinrai_appraise_quote(struct appraise *a)
{
	const struct shinrai_item *item = appraise_item(a, SHINRAI_ITEM_AK);
	struct shinrai_public ak;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(required); i++) {
		if (!appraise_item(a, required[i])->data)
			shinrai_appraise_why(a, SHINRAI_WHY_ITEM_MISSING, "%s",
					     shinrai_item_key(required[i]));
	}
	read_challenge(a);
	if (item->data && shinrai_public_parse(item->data, item->len, &ak)) {
		shinrai_appraise_why(a, SHINRAI_WHY_AK_SYNTAX, "%s", "");
	} else if (item->data) {
		check_pin(a, &ak);
		check_quote(a, &ak);
		read_pcrs(a);
	}
	check_session(a);
	a->out->have_quote = a->quote.have_attest &&
			     !a->out->count[SHINRAI_WHY_SIGNATURE] &&
			     !any(a, SHINRAI_STEP_QUOTE);
	a->authentic = a->out->have_quote && !any(a, SHINRAI_STEP_FRESH) &&
		       a->have_challenge;
	a->out->proven[SHINRAI_STEP_QUOTE] = a->out->have_quote;
	a->out->proven[SHINRAI_STEP_FRESH] = a->authentic &&
					     a->out->have_session;
}

/* Stops a TPM whose past was rewound, or exchanged for another TPM. */
static void compare_clock(struct appraise *a,
			  const struct shinrai_quote_clock *last)
{
	const struct shinrai_attest *q = &a->quote.attest;
	bool reset = q->reset_count != last->reset_count;

	if (q->reset_count < last->reset_count ||
	    (!reset && q->restart_count < last->restart_count)) {
		shinrai_appraise_why(a, SHINRAI_WHY_RESET_BACK,
				     "resets %u, restarts %u; last seen %u, %u",
				     q->reset_count, q->restart_count,
				     last->reset_count, last->restart_count);
		return;
	}
	/* After a reset an unsafe clock may lag by its NV interval. */
	if (q->clock < last->clock && (!reset || q->safe))
		shinrai_appraise_why(a, SHINRAI_WHY_CLOCK_BACK,
				     "%llu ms; last seen %llu ms",
				     (unsigned long long)q->clock,
				     (unsigned long long)last->clock);
}

/**
 * shinrai_appraise_clock() - counters and boot id against those last seen
 * @a: the appraisal, after the log was read
 */
void shinrai_appraise_clock(struct appraise *a)
{
	const struct shinrai_attest *q = &a->quote.attest;
	const struct shinrai_state *last = a->in->last;
	bool reset, same;

	a->now.clock = a->out->clock;
	a->now.firmware = a->out->firmware;
	memcpy(a->now.ak_name, a->out->ak_name, sizeof(a->now.ak_name));
	a->now.ak_name_len = a->out->ak_name_len;
	if (!last || !a->out->have_quote)
		return;
	compare_clock(a, &last->clock);
	if (q->firmware != last->firmware)
		shinrai_appraise_note(
			a,
			"TPM firmware version changed from %016llx "
			"to %016llx",
			(unsigned long long)last->firmware,
			(unsigned long long)q->firmware);
	if (!a->out->have_boot_id)
		return;
	reset = q->reset_count > last->clock.reset_count;
	same = !memcmp(a->out->boot_id, last->boot_id, sizeof(last->boot_id));
	if (reset && same)
		shinrai_appraise_why(a, SHINRAI_WHY_BOOT_ID_REUSED, "%s", "");
	if (!reset && !same)
		shinrai_appraise_why(a, SHINRAI_WHY_BOOT_ID_CHANGED, "%s", "");
	if (same && a->placed && a->position < last->records)
		shinrai_appraise_why(a, SHINRAI_WHY_LOG_ROLLBACK,
				     "%llu records; last seen %llu",
				     (unsigned long long)a->position,
				     (unsigned long long)last->records);
}
