// SPDX-License-Identifier: MIT
/* Challenge items: what parses is written back as it was. */
#include <stdlib.h>

#include <shinrai/challenge.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	u8 out[SHINRAI_CHALLENGE_MAX], hash[32];
	struct shinrai_challenge c;
	struct shinrai_wr w;

	if (shinrai_challenge_parse(data, len, &c))
		return 0;
	shinrai_challenge_qualifying(&c, hash);
	shinrai_wr_init(&w, out, sizeof(out));
	if (shinrai_challenge_encode(&w, &c) || w.len != len ||
	    memcmp(out, data, len))
		abort();
	return 0;
}
