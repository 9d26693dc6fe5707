// SPDX-License-Identifier: MIT
/* What a verifier offers to shinraid: what is taken is within the limits. */
/* links: userspace/shinraid/offer.c userspace/shinraid/items.c */
#include <stdlib.h>

#include "../../userspace/shinraid/offer.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	json_t *j = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES,
			       NULL);
	struct offer o;

	if (offer_parse(j, &o) &&
	    (o.nonce_len < SHINRAI_NONCE_MIN ||
	     o.nonce_len > SHINRAI_NONCE_MAX || o.from > INT64_MAX ||
	     o.ima_from > INT64_MAX))
		abort();
	json_decref(j);
	return 0;
}
