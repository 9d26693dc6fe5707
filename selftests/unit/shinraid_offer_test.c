// SPDX-License-Identifier: MIT
/* What a verifier offers, and what is no offer. */
/* links: userspace/shinraid/offer.c userspace/shinraid/items.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../userspace/shinraid/offer.h"

/* printf '%s' 0123456789abcdef | base64, and so on */
#define N16 "MDEyMzQ1Njc4OWFiY2RlZg=="
#define N15 "MDEyMzQ1Njc4OWFiY2Rl"
#define N64                                                            \
	"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJj" \
	"ZGVmMDEyMzQ1Njc4OWFiY2RlZg=="
#define N65                                                            \
	"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJj" \
	"ZGVmMDEyMzQ1Njc4OWFiY2RlZiE="
#define BOOT "00112233445566778899aabbccddeeff"
#define OFFER(nonce, rest) "{\"nonce\":\"" nonce "\"" rest "}"

static const struct {
	const char *json;
	size_t nonce_len;
	u64 from, ima_from;
	bool boot_known;
	u32 items;
} offers[] = {
	{ OFFER(N16, ",\"from\":7,\"ima_from\":9,\"boot_id\":\"" BOOT "\""), 16,
	  7, 9, true, ITEMS_ALL },
	/* of an earlier verifier, of a later one */
	{ OFFER(N16, ",\"from\":7,\"boot_id\":null"), 16, 7, 0, false,
	  ITEMS_ALL },
	{ OFFER(N64, ",\"from\":0,\"more\":[]"), 64, 0, 0, false, ITEMS_ALL },
	{ OFFER(N16, ",\"from\":7,\"items\":[\"log\",\"ima\",\"machine\"]"), 16,
	  7, 0, false, ITEM_LOG | ITEM_IMA | ITEM_MACHINE },
	{ OFFER(N16, ",\"from\":7,\"items\":[\"log\",\"dice\",7]"), 16, 7, 0,
	  false, ITEM_LOG },
};

static const char *const others[] = {
	OFFER(N15, ",\"from\":0"),
	OFFER(N65, ",\"from\":0"),
	OFFER("", ",\"from\":0"),
	OFFER("MDEyMzQ1Njc4OWFiY2RlZg", ",\"from\":0"),
	OFFER("MDEyMzQ1Njc4OWFi*2RlZg==", ",\"from\":0"),
	OFFER(N16, ""),
	OFFER(N16, ",\"from\":-1"),
	OFFER(N16, ",\"from\":\"7\""),
	OFFER(N16, ",\"from\":7,\"ima_from\":-1"),
	OFFER(N16, ",\"from\":7,\"ima_from\":1.5"),
	OFFER(N16, ",\"from\":7,\"items\":\"log\""),
	OFFER(N16, ",\"from\":7,\"boot_id\":7"),
	OFFER(N16, ",\"from\":7,\"boot_id\":\"00\""),
	OFFER(N16, ",\"from\":7,\"boot_id\":\"" BOOT "00\""),
	"{\"nonce\":7,\"from\":7}",
	"[]",
	"no JSON",
};

static bool read_offer(const char *text, struct offer *o)
{
	json_t *j = json_loads(text, 0, NULL);
	bool ok = offer_parse(j, o);

	json_decref(j);
	return ok;
}

static void test_offers(void **state)
{
	struct offer o;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(offers); i++) {
		if (!read_offer(offers[i].json, &o))
			fail_msg("%s", offers[i].json);
		assert_int_equal(o.nonce_len, offers[i].nonce_len);
		assert_memory_equal(o.nonce, "0123456789abcdef", 16);
		assert_int_equal(o.from, offers[i].from);
		assert_int_equal(o.ima_from, offers[i].ima_from);
		assert_int_equal(o.items, offers[i].items);
		assert_int_equal(o.boot_known, offers[i].boot_known);
		if (o.boot_known)
			assert_int_equal(o.boot_id[15], 0xff);
	}
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		if (read_offer(others[i], &o))
			fail_msg("%s", others[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
