// SPDX-License-Identifier: MIT
/* IMA lists; the first byte chooses byte order and form. */
#include <stdlib.h>

#include <shinrai/ima.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/* Keeps what was read from being optimised away. */
static volatile u64 sink;

static u64 touch(const struct shinrai_bytes *b)
{
	u64 sum = 0;
	size_t i;

	for (i = 0; i < b->len; i++)
		sum += b->p[i];
	return sum;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static const u16 banks[] = { SHINRAI_ALG_SHA1, SHINRAI_ALG_SHA256 };
	struct shinrai_ima_entry e;
	u64 sum = 0;
	struct shinrai_ima i;
	unsigned int f;
	int ret;

	if (!len)
		return 0;
	if (shinrai_ima_init(&i, data + 1, len - 1, data[0] & 3, banks, 2))
		return 0;
	while ((ret = shinrai_ima_next(&i, &e)) > 0) {
		sum += touch(&e.name) + touch(&e.path) + touch(&e.digest) +
		       touch(&e.data) + touch(&e.digest_type);
		for (f = 0; f < SHINRAI_IMA_FIELDS; f++)
			sum += touch(&e.field[f]);
	}
	if (!ret != (shinrai_ima_offset(&i) == len - 1))
		abort();
	/* What can be read in one byte order is seen to be of it. */
	if (i.entries && !(data[0] & SHINRAI_IMA_ASCII) &&
	    shinrai_ima_order(data + 1, len - 1) != (data[0] & 3))
		abort();
	shinrai_ima_fini(&i);
	sink = sum;
	return 0;
}
