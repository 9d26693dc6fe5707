// SPDX-License-Identifier: MIT
/* Disclosures that somebody gave, put into an entry that has hashes of some. */
#include <shinrai/sealed.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/* {"entry": as the log has it, "disclosures": [text]} */
int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	json_t *j = json_loadb((const char *)data, len, JSON_REJECT_DUPLICATES,
			       NULL);
	json_t *entry = json_object_get(j, "entry");

	shinrai_unseal(entry, json_object_get(j, "disclosures"));
	shinrai_redact(entry, 0);
	json_decref(j);
	return 0;
}
