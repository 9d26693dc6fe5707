// SPDX-License-Identifier: MIT
/* The answer's head, as a hostile server might send it. */
#include "client_http.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct client_head h;
	size_t end = shinrai_http_head_end((const char *)data, len);

	if (end)
		shinrai_http_head((const char *)data, end, &h);
	return 0;
}
