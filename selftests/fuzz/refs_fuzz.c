// SPDX-License-Identifier: MIT
/*
 * Reference values of every format; what a policy says of an entry whose path is
 * the end of the input; the first byte says whether a key is configured.
 */
#include <stdio.h>
#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/evp.h>

#include <shinrai/refs.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static void judge(const struct shinrai_refs *r, const u8 *data, size_t len)
{
	struct shinrai_ima_entry e = { .path = { data, len },
				       .digest_alg = SHINRAI_ALG_SHA256,
				       .digest = { data, 32 },
				       .present = 1u << SHINRAI_IMA_BUF };

	e.field[SHINRAI_IMA_BUF] = e.path;
	shinrai_ima_rules_judge(&r->ima, &r->digests, &e);
	e.present = 0;
	e.field[SHINRAI_IMA_SIG] =
		(struct shinrai_bytes){ data + 32, len - 32 };
	if (len >= 32 &&
	    shinrai_ima_rules_judge(&r->ima, &r->digests, &e) ==
		    SHINRAI_IMA_KNOWN &&
	    !shinrai_digests_find(&r->digests, data) &&
	    !shinrai_ima_rules_signed(&r->ima, &e))
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct shinrai_refs r;
	char why[256];
	FILE *f;

	if (len < 2)
		return 0;
	f = fmemopen((void *)(uintptr_t)(data + 1), len - 1, "r");
	if (!f)
		return 0;
	shinrai_refs_init(&r);
	if (*data & 1)
		r.key[r.nkeys++] = EVP_EC_gen("P-256");
	if (!shinrai_refs_read(&r, f, "fuzz", why, sizeof(why)) &&
	    !shinrai_refs_ready(&r, why, sizeof(why)) && len > 64)
		judge(&r, data + len - 64, 64);
	fclose(f);
	shinrai_refs_free(&r);
	return 0;
}
