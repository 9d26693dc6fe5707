// SPDX-License-Identifier: MIT
/* Body of a challenge to shinraid: what is accepted is within the limits. */
/* links: userspace/shinraid/request.c userspace/shinraid/items.c */
#include <stdlib.h>

#include "../../userspace/shinraid/net.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void parse(const u8 *data, size_t size, bool report)
{
	struct evbuffer *body = evbuffer_new();
	struct challenge c = { .report = report };
	u8 leaf[SHINRAI_TREE_HASH];

	if (!body || evbuffer_add(body, data, size))
		abort();
	if (!request_parse(body, &c) &&
	    (shinrai_challenge_leaf(&c.c, leaf) || c.items & ~ITEMS_ALL))
		abort();
	evbuffer_free(body);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	parse(data, size, false);
	parse(data, size, true);
	return 0;
}
