// SPDX-License-Identifier: MIT
/*
 * TPM structures; the first byte chooses which.  Whatever parses as a public
 * area is made a key, whatever parses as a quote is checked with it.
 */
#include <stdlib.h>

#include <openssl/evp.h>

#include <shinrai/quote.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static void fuzz_public(const u8 *data, size_t len)
{
	struct shinrai_public p;
	u8 name[SHINRAI_NAME_MAX];
	EVP_PKEY *key = NULL;
	size_t n;

	if (shinrai_public_parse(data, len, &p) &&
	    shinrai_public2b_parse(data, len, &p))
		return;
	shinrai_public_ak_fault(&p);
	shinrai_public_name(&p, name, &n);
	if (!shinrai_public_key(&p, &key))
		EVP_PKEY_free(key);
}

/* Attestation and signature, split where the second byte says. */
static void fuzz_quote(const u8 *data, size_t len)
{
	static const u8 nonce[32];
	static const struct shinrai_selection all = {
		1, { { SHINRAI_ALG_SHA256, 3, 0x3000 } }
	};
	static struct shinrai_pcrs pcrs;
	struct shinrai_quote_result r;
	struct shinrai_quote_input in = {
		.nonce = nonce,
		.nonce_len = 32,
		.selection = &all,
		.bank = SHINRAI_ALG_SHA256,
		.pcrs = &pcrs,
		.refused_pcrs = SHINRAI_PCR_RESETTABLE,
	};
	struct shinrai_public ak = { .type = SHINRAI_ALG_ECC };
	size_t at;
	int ret;

	if (!len)
		return;
	at = data[0] < len - 1 ? data[0] : len - 1;
	in.attest = (struct shinrai_bytes){ data + 1, at };
	in.signature = (struct shinrai_bytes){ data + 1 + at, len - 1 - at };
	in.ak = &ak;
	ak.curve = SHINRAI_ECC_P256;
	ak.x = ak.y = (struct shinrai_bytes){ nonce, 32 };
	ret = shinrai_quote_check(&in, &r);
	if (!ret)
		abort(); /* no key, no valid quote */
	if (r.faults & ~r.checked)
		abort();
}

static void fuzz_selection(const u8 *data, size_t len)
{
	u8 out[SHINRAI_SELECTION_BYTES];
	struct shinrai_selection s;
	struct shinrai_wr w;

	if (shinrai_selection_parse(data, len, &s))
		return;
	shinrai_wr_init(&w, out, sizeof(out));
	shinrai_selection_encode(&w, &s);
	if (w.err || w.len != len || memcmp(out, data, len) ||
	    !shinrai_selection_equal(&s, &s))
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct shinrai_signature sig;

	if (!len)
		return 0;
	switch (data[0] & 3) {
	case 0:
		fuzz_quote(data + 1, len - 1);
		break;
	case 1:
		fuzz_public(data + 1, len - 1);
		break;
	case 2:
		fuzz_selection(data + 1, len - 1);
		break;
	default:
		shinrai_signature_parse(data + 1, len - 1, &sig);
	}
	return 0;
}
