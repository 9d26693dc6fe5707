// SPDX-License-Identifier: MIT
/* A signed tree head or verdict from somebody else, and a key set. */
#include <stdlib.h>

#include <shinrai/jws.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static json_t *known;
	json_t *keys, *payload;
	char *text = strndup((const char *)data, len);

	if (!known)
		known = json_pack(
			"{s:[{s:s, s:s, s:s, s:s, s:s}]}", "keys", "kty", "EC",
			"crv", "P-256", "kid", "k", "x",
			"Cb4ZMFb1aJnbsdpvPauuSNiHWlTwz_vexfrIrP4pljI", "y",
			"sQbUO5NTiCO2Rfk6hrqQLzX3hkZSvH5vcmIq9fZhIgc");
	if (!text || !known)
		abort();
	if (!shinrai_jws_check(text, known, "test+jwt", &payload))
		json_decref(payload);
	keys = json_loads(text, 0, NULL);
	if (keys &&
	    !shinrai_jws_check(
		    json_string_value(json_object_get(keys, "jws")) ?: "", keys,
		    "test+jwt", &payload))
		json_decref(payload);
	json_decref(keys);
	free(text);
	return 0;
}
