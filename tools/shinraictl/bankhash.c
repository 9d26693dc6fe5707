// SPDX-License-Identifier: MIT
/* Do a record's bank digests belong to its header?  PROTOCOL.md 2.2 */
#include <shinrai/bank.h>

#include "decode.h"

static bool all_ones(const u8 *p, size_t n)
{
	while (n && *p == 0xff) {
		p++;
		n--;
	}
	return !n;
}

/*
 * Capped banks (all 0xff), and those whose hash cannot be computed here, say
 * nothing; one at least must.  Return: NULL when they do, else what is wrong.
 */
const char *decode_digest_fault(const struct shinrai_record *rec)
{
	u8 md[SHINRAI_BANK_MAX];
	const struct shinrai_digest *d;
	struct shinrai_header h;
	struct shinrai_rd events;
	unsigned int i, good = 0;
	const u8 *header;

	if (shinrai_content_parse(rec, &h, &header, &events))
		return NULL;
	for (i = 0; i < rec->ndigests; i++) {
		d = &rec->digest[i];
		if (all_ones(d->value, d->size) ||
		    shinrai_bank_hash(d->alg, header, SHINRAI_HEADER_TLV, md))
			continue;
		if (shinrai_bank_size(d->alg) != d->size ||
		    memcmp(md, d->value, d->size))
			return "digests are not those of the header";
		good++;
	}
	return good ? NULL : "no digest that can be checked";
}
