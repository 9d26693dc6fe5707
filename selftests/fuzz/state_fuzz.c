// SPDX-License-Identifier: MIT
/* State files: what parses is written so that it parses to the same again. */
#include <stdlib.h>

#include <shinrai/session.h>
#include <shinrai/state.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static struct shinrai_state s, back;
	struct shinrai_session session;
	char *text;
	u8 *packed;
	size_t n;

	if (!shinrai_state_unpack(data, len, &s)) {
		if (shinrai_state_pack(&s, &packed, &n) || n != len ||
		    memcmp(packed, data, n))
			abort();
		free(packed);
	}
	shinrai_session_parse(data, len, &session);
	if (shinrai_state_parse(data, len, &s))
		return 0;
	if (shinrai_state_format(&s, &text))
		abort();
	if (shinrai_state_parse(text, strlen(text), &back) ||
	    memcmp(&s, &back, sizeof(s)))
		abort();
	free(text);
	return 0;
}
