/* SPDX-License-Identifier: MIT */
/*
 * One TPM quote against everything that is expected of it.  Each way to fail
 * has a code of its own; all of them are reported, not just the first.
 */
#ifndef _SHINRAI_QUOTE_H
#define _SHINRAI_QUOTE_H

#include "challenge.h"
#include "pcrs.h"
#include "tpm2.h"

enum shinrai_quote_fault {
	SHINRAI_QUOTE_MAGIC, /* not made by a TPM */
	SHINRAI_QUOTE_TYPE, /* attestation, but not a quote */
	SHINRAI_QUOTE_ATTEST_SYNTAX,
	SHINRAI_QUOTE_SIGNATURE_SYNTAX,
	SHINRAI_QUOTE_SIGNATURE_SCHEME, /* scheme or hash not supported */
	SHINRAI_QUOTE_SIGNATURE_HASH, /* SHA-1, and it is not allowed */
	SHINRAI_QUOTE_KEY_TYPE, /* key and signature do not fit */
	SHINRAI_QUOTE_KEY_WEAK, /* curve or size is not accepted */
	SHINRAI_QUOTE_KEY_INVALID, /* public area holds no valid key */
	SHINRAI_QUOTE_KEY_NOT_AK, /* see result.ak_fault */
	SHINRAI_QUOTE_SIGNATURE, /* does not verify */
	SHINRAI_QUOTE_NONCE, /* extraData is not the nonce */
	SHINRAI_QUOTE_PATH, /* challenge path does not fit its tree */
	SHINRAI_QUOTE_CHALLENGE, /* challenge is not in this quote */
	SHINRAI_QUOTE_SELECTION, /* other PCRs than asked for */
	SHINRAI_QUOTE_BANK, /* PCRs of another bank */
	SHINRAI_QUOTE_PCR_RESETTABLE, /* PCR that user space can reset */
	SHINRAI_QUOTE_PCR_MISSING, /* value of a quoted PCR is not given */
	SHINRAI_QUOTE_PCR_DIGEST, /* PCR values are not those quoted */
	SHINRAI_QUOTE_CLOCK_UNSAFE, /* clock may have been set back */
	SHINRAI_QUOTE_CLOCK_BACK, /* clock below the last seen */
	SHINRAI_QUOTE_RESET_BACK, /* reset or restart count fell */
	SHINRAI_QUOTE_FAULTS
};

/* PCRs that TPM2_PCR_Reset clears at locality 0 (PC Client PTP 4.6.2). */
#define SHINRAI_PCR_RESETTABLE (1u << 16 | 1u << 23)

/* Clock of an earlier quote of the same machine. */
struct shinrai_quote_clock {
	u64 clock; /* ms */
	u32 reset_count;
	u32 restart_count;
};

/* What is to be checked and what is expected; NULL and 0 are not checked. */
struct shinrai_quote_input {
	struct shinrai_bytes attest; /* TPMS_ATTEST */
	struct shinrai_bytes signature; /* TPMT_SIGNATURE */
	EVP_PKEY *key; /* verifies the signature; NULL: made from @ak */
	EVP_PKEY_CTX *verifying; /* begun with that key; NULL: not yet */
	const struct shinrai_public *ak; /* must be a proper AK */
	const u8 *nonce; /* exact extraData */
	size_t nonce_len;
	const struct shinrai_challenge *challenge; /* extraData follows */
	const struct shinrai_selection *selection; /* exactly these PCRs */
	u16 bank; /* no other bank */
	u32 refused_pcrs; /* such as SHINRAI_PCR_RESETTABLE */
	const struct shinrai_pcrs *pcrs; /* must lead to pcrDigest */
	const struct shinrai_quote_clock *last;
	bool require_safe; /* the clock's safe flag must be set */
	bool allow_sha1; /* signature over SHA-1 */
};

struct shinrai_quote_result {
	u32 faults; /* bit per enum shinrai_quote_fault; 0: all is well */
	u32 checked; /* same bits: what was looked at */
	bool have_attest; /* @attest is valid */
	bool have_signature; /* @signature is valid */
	struct shinrai_attest attest; /* points into the input */
	struct shinrai_signature signature;
	enum shinrai_ak_fault ak_fault;
};

/*
 * Checks one quote.  A key is needed: @verifying, @key, @ak, or several, when the
 * caller has made them from @ak before.  When the attestation itself is malformed nothing
 * that depends on it is looked at.
 * @out: always set
 * Return: 0 when nothing is wrong; -EKEYREJECTED with @out->faults set;
 * -EINVAL neither key nor ak; -ENOMEM.
 */
int shinrai_quote_check(const struct shinrai_quote_input *in,
			struct shinrai_quote_result *out);

/* Return: "signature", "pcr-digest", ...: stable names for JSON, not NULL. */
const char *shinrai_quote_fault_code(unsigned int fault);

/* Return: one English clause, not NULL. */
const char *shinrai_quote_fault_text(unsigned int fault);

#endif
