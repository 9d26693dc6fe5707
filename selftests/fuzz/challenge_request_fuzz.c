// SPDX-License-Identifier: MIT
/* Body of a challenge to shinraid: what is accepted is within the limits. */
/* links: userspace/shinraid/request.c */
#include <stdlib.h>

#include "../../userspace/shinraid/net.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct evbuffer *body = evbuffer_new();
	struct challenge c = { 0 };
	u8 leaf[SHINRAI_TREE_HASH];

	if (!body || evbuffer_add(body, data, size))
		abort();
	if (!request_parse(body, &c) &&
	    (shinrai_challenge_leaf(&c.c, leaf) || c.items & ~ITEMS_ALL))
		abort();
	evbuffer_free(body);
	return 0;
}
