// SPDX-License-Identifier: MIT
/* Boot references; the same bytes are also tried as PE image and as module. */
#include <shinrai/reference.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct shinrai_reference r;
	struct shinrai_ref_module m;
	char why[128];
	u8 out[64];
	size_t i;

	if (!shinrai_reference_parse(data, len, &r, why, sizeof(why))) {
		for (i = 0; i < r.ncmdlines; i++)
			shinrai_cmdline_digest(SHINRAI_ALG_SHA256, r.cmdline[i],
					       out);
		shinrai_reference_free(&r);
	}
	shinrai_authenticode(SHINRAI_ALG_SHA256, data, len, out);
	shinrai_module_read(data, len, &m);
	return 0;
}
