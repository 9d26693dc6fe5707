// SPDX-License-Identifier: MIT
/* Challenge items and qualifying data against userspace/testvectors.json. */
#include "testdata.h"

#include <shinrai/challenge.h>

static json_t *vectors;

static int setup(void **state)
{
	(void)state;
	vectors = testdata_json("userspace/testvectors.json", 0);
	return 0;
}

static void test_challenge(void **state)
{
	struct shinrai_challenge c, d;
	u8 hash[32], buf[SHINRAI_CHALLENGE_MAX];
	struct shinrai_bytes b, copy;
	struct shinrai_wr w;
	const json_t *j;
	size_t i, k;

	(void)state;
	json_array_foreach(json_object_get(vectors, "challenges"), i, j) {
		b = testdata_hex(j, "item");
		assert_int_equal(shinrai_challenge_parse(b.p, b.len, &c), 0);
		assert_int_equal(c.index, testdata_uint(j, "index"));
		assert_int_equal(c.size, testdata_uint(j, "size"));
		assert_int_equal(shinrai_challenge_leaf(&c, hash), 0);
		testdata_same("leaf", hash, 32, testdata_hex(j, "leaf"));
		assert_int_equal(shinrai_challenge_qualifying(&c, hash), 0);
		testdata_same("qualifying", hash, 32,
			      testdata_hex(j, "qualifying"));
		shinrai_wr_init(&w, buf, sizeof(buf));
		assert_int_equal(shinrai_challenge_encode(&w, &c), 0);
		testdata_same("item", buf, w.len, b);
		for (k = 0; k < b.len; k++) {
			copy = testdata_copy(b.p, k);
			assert_int_equal(shinrai_challenge_parse(copy.p, k, &d),
					 -EBADMSG);
		}
		copy = testdata_longer(b);
		assert_int_equal(shinrai_challenge_parse(copy.p, b.len + 1, &d),
				 -EBADMSG);
		((u8 *)copy.p)[0] = 2;
		assert_int_equal(shinrai_challenge_parse(copy.p, b.len, &d),
				 -EPROTONOSUPPORT);
		c.index = c.size; /* no leaf of the tree */
		shinrai_wr_init(&w, buf, sizeof(buf));
		assert_int_equal(shinrai_challenge_encode(&w, &c), 0);
		assert_int_equal(shinrai_challenge_parse(buf, w.len, &d),
				 -EBADMSG);
		c.nonce_len = 15;
		assert_int_equal(shinrai_challenge_leaf(&c, hash), -EINVAL);
		assert_int_equal(shinrai_challenge_encode(&w, &c), -EINVAL);
	}
}

/* Each part of a challenge that a leaf must bind changes what is expected. */
static void test_challenge_binds(void **state)
{
	const json_t *j =
		json_array_get(json_object_get(vectors, "challenges"), 1);
	struct shinrai_bytes b = testdata_hex(j, "item"), copy;
	u8 want[32], got[32];
	struct shinrai_challenge c;
	size_t i;

	(void)state;
	memcpy(want, testdata_hex(j, "qualifying").p, 32);
	for (i = 1; i < b.len; i++) {
		copy = testdata_copy(b.p, b.len);
		((u8 *)copy.p)[i] ^= 1;
		if (shinrai_challenge_parse(copy.p, copy.len, &c) ||
		    shinrai_challenge_qualifying(&c, got))
			continue;
		if (!memcmp(got, want, 32))
			fail_msg("byte %zu of a challenge is not bound", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_challenge),
		cmocka_unit_test(test_challenge_binds),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
