// SPDX-License-Identifier: MIT
/* Digest lists: every entry of a list that loads is found, as what it is. */
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/digests.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct shinrai_digests d;
	unsigned long line;
	size_t i;
	FILE *f;

	if (!len)
		return 0;
	f = fmemopen((void *)(uintptr_t)data, len, "r");
	if (!f)
		return 0;
	shinrai_digests_init(&d);
	if (!shinrai_digests_load(&d, f, &line) && d.count < 64) {
		if (shinrai_digests_ready(&d))
			abort();
		for (i = 0; i < d.count; i++) {
			if ((shinrai_digests_find(&d, d.entry[i].sha256) &
			     d.entry[i].kinds) != d.entry[i].kinds)
				abort();
		}
	}
	fclose(f);
	shinrai_digests_free(&d);
	return 0;
}
