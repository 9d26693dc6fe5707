// SPDX-License-Identifier: MIT
/* One TPM quote against everything that is expected of it. */
#include <openssl/evp.h>

#include <shinrai/quote.h>

#define FAULT(name, code, text) [SHINRAI_QUOTE_##name] = { code, text }
static const struct {
	const char *code;
	const char *text;
} table[SHINRAI_QUOTE_FAULTS] = {
	FAULT(MAGIC, "magic", "attestation was not made by a TPM"),
	FAULT(TYPE, "type", "attestation is not a quote"),
	FAULT(ATTEST_SYNTAX, "attest-syntax", "attestation is malformed"),
	FAULT(SIGNATURE_SYNTAX, "signature-syntax", "signature is malformed"),
	FAULT(SIGNATURE_SCHEME, "signature-scheme",
	      "signature scheme is not supported"),
	FAULT(SIGNATURE_HASH, "signature-hash",
	      "signature hash SHA-1 is not accepted"),
	FAULT(KEY_TYPE, "key-type",
	      "key is of another type than the signature"),
	FAULT(KEY_WEAK, "key-weak", "curve or size of the key is not accepted"),
	FAULT(KEY_INVALID, "key-invalid", "public area holds no valid key"),
	FAULT(KEY_NOT_AK, "key-not-ak", "key is no attestation key"),
	FAULT(SIGNATURE, "signature", "signature does not verify"),
	FAULT(NONCE, "nonce", "quote does not carry the expected nonce"),
	FAULT(PATH, "path", "challenge path does not fit its tree"),
	FAULT(CHALLENGE, "challenge", "challenge is not part of this quote"),
	FAULT(SELECTION, "selection", "other PCRs were quoted than asked for"),
	FAULT(BANK, "bank", "PCRs of another bank were quoted"),
	FAULT(PCR_RESETTABLE, "pcr-resettable",
	      "a quoted PCR can be reset by software"),
	FAULT(PCR_MISSING, "pcr-missing", "value of a quoted PCR is not given"),
	FAULT(PCR_DIGEST, "pcr-digest",
	      "PCR values are not those that were quoted"),
	FAULT(CLOCK_UNSAFE, "clock-unsafe", "TPM clock may have been set back"),
	FAULT(CLOCK_BACK, "clock-back",
	      "TPM clock is behind the last seen value"),
	FAULT(RESET_BACK, "reset-back",
	      "TPM reset or restart count has fallen"),
};

const char *shinrai_quote_fault_code(unsigned int fault)
{
	return fault < SHINRAI_QUOTE_FAULTS ? table[fault].code : "unknown";
}

const char *shinrai_quote_fault_text(unsigned int fault)
{
	return fault < SHINRAI_QUOTE_FAULTS ? table[fault].text :
					      "unknown fault";
}

static void note(struct shinrai_quote_result *out,
		 enum shinrai_quote_fault fault, bool wrong)
{
	out->checked |= 1u << fault;
	if (wrong)
		out->faults |= 1u << fault;
}

static void check_syntax(const struct shinrai_quote_input *in,
			 struct shinrai_quote_result *out)
{
	int ret = shinrai_attest_parse(in->attest.p, in->attest.len,
				       &out->attest);

	out->have_attest = !ret;
	note(out, SHINRAI_QUOTE_MAGIC, ret == -EPROTO);
	note(out, SHINRAI_QUOTE_TYPE, ret == -EPROTOTYPE);
	note(out, SHINRAI_QUOTE_ATTEST_SYNTAX, ret == -EBADMSG);
	ret = shinrai_signature_parse(in->signature.p, in->signature.len,
				      &out->signature);
	out->have_signature = !ret;
	note(out, SHINRAI_QUOTE_SIGNATURE_SCHEME, ret == -ENOTSUP);
	note(out, SHINRAI_QUOTE_SIGNATURE_SYNTAX, ret == -EBADMSG);
}

/* Return: 0; -EBADMSG no valid key; -ENOKEY one that cannot verify; -ENOMEM. */
static int begin(const struct shinrai_quote_input *in, EVP_PKEY_CTX **begun)
{
	EVP_PKEY *made = NULL;
	int ret = in->key ? 0 : shinrai_public_key(in->ak, &made);

	if (!ret)
		ret = shinrai_signature_begin(in->key ?: made, begun);
	EVP_PKEY_free(made);
	return ret;
}

/* @err: of shinrai_signature_verify() */
static void note_signature(struct shinrai_quote_result *out, int err)
{
	note(out, SHINRAI_QUOTE_KEY_TYPE, err == -ENOKEY);
	note(out, SHINRAI_QUOTE_KEY_WEAK, err == -ENOTSUP);
	if (err != -ENOKEY && err != -ENOTSUP)
		note(out, SHINRAI_QUOTE_SIGNATURE, err);
}

static int check_signature(const struct shinrai_quote_input *in,
			   struct shinrai_quote_result *out)
{
	EVP_PKEY_CTX *begun = in->verifying;
	int ret = 0;

	if (in->ak) {
		out->ak_fault = shinrai_public_ak_fault(in->ak);
		note(out, SHINRAI_QUOTE_KEY_NOT_AK, out->ak_fault);
	}
	if (!begun)
		ret = begin(in, &begun);
	if (ret == -ENOMEM)
		return ret;
	if (!in->verifying && !in->key)
		note(out, SHINRAI_QUOTE_KEY_INVALID, ret == -EBADMSG);
	if (ret == -EBADMSG || !out->have_signature)
		goto out;
	note(out, SHINRAI_QUOTE_SIGNATURE_HASH,
	     out->signature.hash == SHINRAI_ALG_SHA1 && !in->allow_sha1);
	if (!ret)
		ret = shinrai_signature_verify(&out->signature, begun,
					       in->attest.p, in->attest.len);
	if (ret != -ENOMEM)
		note_signature(out, ret);
out:
	if (begun != in->verifying)
		EVP_PKEY_CTX_free(begun);
	return ret == -ENOMEM ? ret : 0;
}

static bool bytes_equal(const struct shinrai_bytes *b, const void *p,
			size_t len)
{
	return b->len == len && (!len || !memcmp(b->p, p, len));
}

static void check_nonce(const struct shinrai_quote_input *in,
			struct shinrai_quote_result *out)
{
	u8 expected[SHINRAI_QUALIFYING_SIZE];
	int ret;

	if (in->nonce)
		note(out, SHINRAI_QUOTE_NONCE,
		     !bytes_equal(&out->attest.extra, in->nonce,
				  in->nonce_len));
	if (!in->challenge)
		return;
	ret = shinrai_challenge_qualifying(in->challenge, expected);
	note(out, SHINRAI_QUOTE_PATH, ret);
	if (!ret)
		note(out, SHINRAI_QUOTE_CHALLENGE,
		     !bytes_equal(&out->attest.extra, expected,
				  sizeof(expected)));
}

static void check_selection(const struct shinrai_quote_input *in,
			    struct shinrai_quote_result *out)
{
	const struct shinrai_selection *s = &out->attest.selection;
	bool other_bank = false;
	u32 i, mask = 0;

	for (i = 0; i < s->count; i++) {
		mask |= s->bank[i].mask;
		other_bank |= s->bank[i].mask && s->bank[i].alg != in->bank;
	}
	if (in->selection)
		note(out, SHINRAI_QUOTE_SELECTION,
		     !shinrai_selection_equal(in->selection, s));
	if (in->bank)
		note(out, SHINRAI_QUOTE_BANK, other_bank);
	if (in->refused_pcrs)
		note(out, SHINRAI_QUOTE_PCR_RESETTABLE,
		     mask & in->refused_pcrs);
}

/* The digest is of the hash of the signature: TPM 2.0 Part 3, 18.4. */
static void check_pcrs(const struct shinrai_quote_input *in,
		       struct shinrai_quote_result *out)
{
	u8 digest[SHINRAI_BANK_MAX];
	int ret;

	if (!in->pcrs || !out->have_signature)
		return;
	ret = shinrai_pcrs_digest(in->pcrs, &out->attest.selection,
				  out->signature.hash, digest);
	note(out, SHINRAI_QUOTE_PCR_MISSING, ret);
	if (!ret)
		note(out, SHINRAI_QUOTE_PCR_DIGEST,
		     !bytes_equal(&out->attest.pcr_digest, digest,
				  shinrai_bank_size(out->signature.hash)));
}

/*
 * resetCount grows at each power cycle, restartCount between two of those; the
 * clock never falls, whatever the counts do (TPM 2.0 Part 1, 36.3), except by
 * TPM2_Clear, which is what "fell" then means to the caller.
 */
static void check_clock(const struct shinrai_quote_input *in,
			struct shinrai_quote_result *out)
{
	const struct shinrai_attest *a = &out->attest;
	const struct shinrai_quote_clock *last = in->last;

	if (in->require_safe)
		note(out, SHINRAI_QUOTE_CLOCK_UNSAFE, !a->safe);
	if (!last)
		return;
	note(out, SHINRAI_QUOTE_CLOCK_BACK, a->clock < last->clock);
	note(out, SHINRAI_QUOTE_RESET_BACK,
	     a->reset_count < last->reset_count ||
		     (a->reset_count == last->reset_count &&
		      a->restart_count < last->restart_count));
}

int shinrai_quote_check(const struct shinrai_quote_input *in,
			struct shinrai_quote_result *out)
{
	int ret;

	memset(out, 0, sizeof(*out));
	if (!in->verifying && !in->key && !in->ak)
		return -EINVAL;
	check_syntax(in, out);
	ret = check_signature(in, out);
	if (ret)
		return ret;
	if (out->have_attest) {
		check_nonce(in, out);
		check_selection(in, out);
		check_pcrs(in, out);
		check_clock(in, out);
	}
	return out->faults ? -EKEYREJECTED : 0;
}
