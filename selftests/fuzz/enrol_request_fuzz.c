// SPDX-License-Identifier: MIT
/* links: userspace/verifier/enrol_request.c userspace/daemon/url.c */
/* What a device sends to be enrolled by its TPM: no bytes but those that came. */
#include <stdlib.h>

#include "../../userspace/verifier/enrol.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct enrol_request q;
	const char *wrong;
	json_t *j;
	size_t i;

	if (len > ENROL_BODY_MAX)
		return 0;
	j = json_loadb((const char *)data, len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(j)) {
		json_decref(j);
		return 0;
	}
	wrong = enrol_request_parse(j, &q);
	if (!wrong) {
		if (!q.name || !q.ncerts || q.ncerts > SHINRAI_EK_CHAIN_MAX)
			abort();
		for (i = 0; i < q.ncerts; i++) {
			if (!q.cert[i].len ||
			    q.cert[i].len > SHINRAI_EK_CERT_MAX)
				abort();
		}
		shinrai_public_ak_fault(&q.ak);
		shinrai_ek_fault(&q.ek);
		if (!q.csr != !q.tls_key)
			abort();
		enrol_request_is_signed(&q);
	}
	enrol_request_free(&q);
	json_decref(j);
	return 0;
}
