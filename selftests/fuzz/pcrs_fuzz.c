// SPDX-License-Identifier: MIT
/* PCR value lists: ours is written back as it was, tpm2-tools' is only read. */
#include <stdlib.h>

#include <shinrai/pcrs.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static const struct shinrai_selection all = {
		2,
		{ { SHINRAI_ALG_SHA256, 3, 0xffffff },
		  { SHINRAI_ALG_SHA1, 3, 1 } }
	};
	static u8 out[16384];
	struct shinrai_pcrs p;
	struct shinrai_wr w;
	u8 digest[32];

	if (!shinrai_pcrs_parse(data, len, &p)) {
		shinrai_wr_init(&w, out, sizeof(out));
		shinrai_pcrs_encode(&w, &p);
		if (w.err || w.len != len || memcmp(out, data, len))
			abort();
		shinrai_pcrs_digest(&p, &all, SHINRAI_ALG_SHA256, digest);
	}
	if (!shinrai_pcrs_parse_tools(data, len, &p)) {
		shinrai_wr_init(&w, out, sizeof(out));
		shinrai_pcrs_encode(&w, &p);
		if (w.err || shinrai_pcrs_parse(out, w.len, &p))
			abort();
	}
	return 0;
}
