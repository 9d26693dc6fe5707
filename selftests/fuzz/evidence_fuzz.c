// SPDX-License-Identifier: MIT
/* Evidence: what parses packs and parses to the same; all of it is appraised. */
#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/x509.h>

#include <shinrai/appraise.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static void again(const struct shinrai_evidence *ev)
{
	struct shinrai_evidence back;
	unsigned int i;
	size_t len;
	u8 *out;

	if (shinrai_evidence_pack(ev, &out, &len))
		abort();
	if (shinrai_evidence_parse(out, len, &back) ||
	    ev->report != back.report)
		abort();
	for (i = 0; i < SHINRAI_NITEMS; i++) {
		if (!ev->item[i].data != !back.item[i].data ||
		    ev->item[i].len != back.item[i].len ||
		    (ev->item[i].len &&
		     memcmp(ev->item[i].data, back.item[i].data,
			    back.item[i].len)))
			abort();
	}
	free(out);
}

/* A verifier that signed none of this. */
static const X509 *saver(void)
{
	static X509 *cert;
	EVP_PKEY *key;

	if (!cert) {
		key = EVP_EC_gen("P-256");
		cert = X509_new();
		if (!key || !cert || !X509_set_pubkey(cert, key))
			abort();
		EVP_PKEY_free(key);
	}
	return cert;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct shinrai_appraise_input in = { 0 };
	struct shinrai_session session;
	struct shinrai_appraisal a;
	struct shinrai_evidence ev;

	if (shinrai_evidence_parse(data, len, &ev))
		return 0;
	again(&ev);
	in.ev = &ev;
	in.saver = saver();
	/* As seen, or as saved. */
	if (ev.item[SHINRAI_ITEM_SESSION].data &&
	    !ev.item[SHINRAI_ITEM_SESSION_SIGNATURE].data &&
	    !shinrai_session_parse(ev.item[SHINRAI_ITEM_SESSION].data,
				   ev.item[SHINRAI_ITEM_SESSION].len, &session))
		in.session = &session;
	in.report = ev.report;
	/* Nothing is pinned and nothing known: it cannot be trusted. */
	if (shinrai_appraise(&in, &a) || a.verdict == SHINRAI_TRUSTED)
		abort();
	shinrai_appraisal_free(&a);
	return 0;
}
