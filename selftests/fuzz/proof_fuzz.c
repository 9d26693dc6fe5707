// SPDX-License-Identifier: MIT
/* Proofs that somebody gave, against heads of sizes that fit some of them. */
#include <shinrai/proof.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct shinrai_log_head old = { .size = 3 }, head = { .size = 7 };
	json_t *j = json_loadb((const char *)data, len, JSON_REJECT_DUPLICATES,
			       NULL);

	shinrai_log_includes(&head, j);
	shinrai_log_grew(&old, &head, j);
	old.size = 4;
	shinrai_log_grew(&old, &head, j);
	json_decref(j);
	return 0;
}
