// SPDX-License-Identifier: MIT
/* Bank hashes, hexadecimal, PCR value lists and replay state. */
#include "testdata.h"

#include <shinrai/pcrs.h>

/* Expected: printf abc | sha1sum and so on. */
static void test_hash(void **state)
{
	static const struct {
		u16 alg;
		const char *name;
		const char *abc;
	} table[] = {
		{ SHINRAI_ALG_SHA1, "sha1",
		  "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ SHINRAI_ALG_SHA256, "sha256",
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61"
		  "f20015ad" },
		{ SHINRAI_ALG_SHA384, "sha384",
		  "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a"
		  "43ff5bed8086072ba1e7cc2358baeca134c825a7" },
		{ SHINRAI_ALG_SHA512, "sha512",
		  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee6"
		  "4b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e"
		  "2a9ac94fa54ca49f" },
	};
	struct shinrai_bank_ctx c;
	u8 out[SHINRAI_BANK_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const char *name = table[i].name;
		u16 alg = table[i].alg;

		testdata_int(name, shinrai_bank_by_name(name, strlen(name)),
			     alg);
		assert_string_equal(shinrai_bank_name(alg), name);
		testdata_int(name, shinrai_bank_hash(alg, "abc", 3, out), 0);
		testdata_same(name, out, shinrai_bank_size(alg),
			      testdata_unhex(table[i].abc));
		assert_int_equal(shinrai_bank_init(&c, alg), 0);
		shinrai_bank_update(&c, "a", 1);
		shinrai_bank_update(&c, NULL, 0);
		shinrai_bank_update(&c, "bc", 2);
		shinrai_bank_final(&c, out);
		testdata_same(name, out, shinrai_bank_size(alg),
			      testdata_unhex(table[i].abc));
	}
	assert_int_equal(shinrai_bank_hash(0x12, "abc", 3, out), -ENOTSUP);
	assert_int_equal(shinrai_bank_size(0x12), 0);
	assert_int_equal(shinrai_bank_size_any(0x12), 32);
	assert_int_equal(shinrai_bank_size_any(0x99), 0);
	assert_null(shinrai_bank_name(0x99));
	assert_string_equal(shinrai_bank_text(0x99), "unknown");
	assert_int_equal(shinrai_bank_by_name("sha25", 5), 0);
	assert_int_equal(shinrai_bank_by_name("sha2567", 7), 0);
}

/*
 * Expected: (head -c 32 /dev/zero; printf abc | openssl sha256 -binary) |
 * sha256sum.
 */
static void test_extend(void **state)
{
	u8 pcr[32] = { 0 }, digest[32];

	(void)state;
	shinrai_bank_hash(SHINRAI_ALG_SHA256, "abc", 3, digest);
	assert_int_equal(shinrai_bank_extend(SHINRAI_ALG_SHA256, pcr, digest),
			 0);
	testdata_same("extend", pcr, sizeof(pcr),
		      testdata_unhex("589f9ffed4c477966bfb8d41f37895b08c690"
				     "47df8f911d6f3b57fbe08faee8d"));
	assert_int_equal(shinrai_bank_extend(0x12, pcr, digest), -ENOTSUP);
}

static void test_hex(void **state)
{
	static const struct {
		const char *text;
		int ret;
		size_t len;
		const char *why;
	} table[] = {
		{ "", 0, 0, "nothing" },
		{ "00ffAb", 0, 3, "either case" },
		{ "0", -EINVAL, 0, "odd" },
		{ "0g", -EINVAL, 0, "no digit" },
		{ "0x00", -EINVAL, 0, "prefix" },
		{ " 00", -EINVAL, 0, "space" },
		{ "0011223344", -ENOSPC, 0, "too long" },
	};
	char text[9];
	u8 out[4];
	size_t i, len;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		len = 0;
		testdata_int(table[i].why,
			     shinrai_hex_parse(table[i].text, out, sizeof(out),
					       &len),
			     table[i].ret);
		testdata_int(table[i].why, len, table[i].len);
	}
	assert_string_equal(shinrai_hex_encode("\x00\xff\x1a\x80", 4, text),
			    "00ff1a80");
}

static void add(struct shinrai_wr *w, u16 alg, u8 pcr, u8 len)
{
	static const u8 zeros[65];

	shinrai_wr_be16(w, alg);
	shinrai_wr_u8(w, pcr);
	shinrai_wr_u8(w, len);
	shinrai_wr_bytes(w, zeros, len);
}

static void test_list_refuses(void **state)
{
	static const struct {
		unsigned int count;
		struct {
			u16 alg;
			u8 pcr;
			u8 len;
		} v[2];
		unsigned int extra;
		int ret;
		const char *why;
	} table[] = {
		{ 0, { { 0 } }, 0, 0, "empty" },
		{ 1, { { 0xb, 12, 32 } }, 0, 0, "one" },
		{ 2, { { 0xb, 12, 32 }, { 0xb, 13, 32 } }, 0, 0, "two PCRs" },
		{ 2, { { 4, 13, 20 }, { 0xb, 12, 32 } }, 0, 0, "two banks" },
		{ 1, { { 0x99, 12, 7 } }, 0, 0, "unknown algorithm" },
		{ 1, { { 0xb, 12, 20 } }, 0, -EBADMSG, "size of another" },
		{ 1, { { 0xb, 24, 32 } }, 0, -EBADMSG, "no such PCR" },
		{ 1, { { 0x99, 1, 0 } }, 0, -EBADMSG, "no value" },
		{ 1, { { 0x99, 1, 65 } }, 0, -EBADMSG, "longer than any" },
		{ 2,
		  { { 0xb, 13, 32 }, { 0xb, 12, 32 } },
		  0,
		  -EBADMSG,
		  "PCRs not sorted" },
		{ 2,
		  { { 0xb, 12, 32 }, { 4, 12, 20 } },
		  0,
		  -EBADMSG,
		  "banks not sorted" },
		{ 2,
		  { { 0xb, 12, 32 }, { 0xb, 12, 32 } },
		  0,
		  -EBADMSG,
		  "twice" },
		{ 1, { { 0xb, 12, 32 } }, 1, -EBADMSG, "trailing byte" },
	};
	struct shinrai_pcrs p;
	struct shinrai_bytes b;
	struct shinrai_wr w;
	u8 buf[256], back[256];
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		shinrai_wr_init(&w, buf, sizeof(buf));
		shinrai_wr_be16(&w, (u16)table[i].count);
		for (k = 0; k < table[i].count; k++)
			add(&w, table[i].v[k].alg, table[i].v[k].pcr,
			    table[i].v[k].len);
		b = testdata_copy(buf, w.len + table[i].extra);
		p.count = 77;
		testdata_int(table[i].why, shinrai_pcrs_parse(b.p, b.len, &p),
			     table[i].ret);
		if (table[i].ret) {
			testdata_int(table[i].why, p.count, 77);
			continue;
		}
		shinrai_wr_init(&w, back, sizeof(back));
		shinrai_pcrs_encode(&w, &p);
		testdata_same(table[i].why, back, w.len, b);
		for (k = 0; k < b.len; k++)
			testdata_int(table[i].why,
				     shinrai_pcrs_parse(testdata_copy(b.p, k).p,
							k, &p),
				     -EBADMSG);
	}
}

static void test_set_get(void **state)
{
	static const u8 order[] = { 13, 0, 23, 12, 5 };
	struct shinrai_pcrs p = { 0 };
	u8 v[64];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		memset(v, order[i], sizeof(v));
		assert_int_equal(shinrai_pcrs_set(&p, 0xb, order[i], v, 32), 0);
		assert_int_equal(shinrai_pcrs_set(&p, 4, order[i], v, 20), 0);
	}
	assert_int_equal(p.count, 10);
	for (i = 1; i < p.count; i++)
		assert_true(p.v[i - 1].alg < p.v[i].alg ||
			    p.v[i - 1].pcr < p.v[i].pcr);
	assert_int_equal(shinrai_pcrs_get(&p, 0xb, 12)->value[31], 12);
	assert_null(shinrai_pcrs_get(&p, 0xb, 1));
	assert_null(shinrai_pcrs_get(&p, 0xc, 12));
	memset(v, 0xaa, sizeof(v));
	assert_int_equal(shinrai_pcrs_set(&p, 0xb, 12, v, 32), 0);
	assert_int_equal(p.count, 10);
	assert_int_equal(shinrai_pcrs_get(&p, 0xb, 12)->value[0], 0xaa);
	assert_int_equal(shinrai_pcrs_set(&p, 0xb, 24, v, 32), -EINVAL);
	assert_int_equal(shinrai_pcrs_set(&p, 0xb, 1, v, 31), -EINVAL);
}

static void test_full(void **state)
{
	struct shinrai_pcrs p = { 0 };
	u8 v[64] = { 0 };
	unsigned int i;

	(void)state;
	for (i = 0; i < SHINRAI_PCRS_MAX; i++)
		assert_int_equal(shinrai_pcrs_set(&p, (u16)(0x100 + i / 24),
						  (u8)(i % 24), v, 32),
				 0);
	assert_int_equal(shinrai_pcrs_set(&p, 0x200, 0, v, 32), -ENOSPC);
	assert_int_equal(shinrai_pcrs_set(&p, 1, 0, v, 32), -ENOSPC);
}

static void test_replay(void **state)
{
	struct shinrai_replay r;
	struct shinrai_replay_bank *b;
	struct shinrai_pcrs p;
	u8 v[64] = { 0 };
	unsigned int i;

	(void)state;
	shinrai_replay_init(&r);
	b = shinrai_replay_add(&r, 0xb, 32);
	assert_non_null(b);
	assert_ptr_equal(shinrai_replay_add(&r, 0xb, 32), b);
	assert_null(shinrai_replay_add(&r, 0xb, 20));
	assert_null(shinrai_replay_add(&r, 4, 32));
	assert_null(shinrai_replay_add(&r, 0x99, 65));
	assert_null(shinrai_replay_add(&r, 0x99, 0));
	for (i = 0; i < SHINRAI_PCR_COUNT; i++)
		assert_int_equal(shinrai_replay_get(&r, 0xb, (u8)i)[31],
				 i >= 17 && i <= 22 ? 0xff : 0);
	assert_null(shinrai_replay_get(&r, 0xb, 24));
	assert_null(shinrai_replay_get(&r, 4, 0));
	assert_int_equal(shinrai_replay_extend(b, 24, v), -EINVAL);
	assert_int_equal(shinrai_replay_extend(b, 10, v), 0);
	assert_int_equal(shinrai_replay_set(&r, 0xb, 24, v, 32), -EINVAL);
	assert_int_equal(shinrai_replay_set(&r, 0x12, 1, v, 32), 0);
	assert_null(shinrai_replay_get(&r, 0x12, 1));
	assert_int_equal(shinrai_replay_values(&r, &p), 0);
	assert_int_equal(p.count, 1);
	assert_int_equal(p.v[0].pcr, 10);
	for (i = 2; i < SHINRAI_MAX_BANKS; i++)
		assert_non_null(shinrai_replay_add(&r, (u16)(0x200 + i), 8));
	assert_null(shinrai_replay_add(&r, 4, 20));
	assert_int_equal(shinrai_replay_set(&r, 4, 1, v, 20), -ENOSPC);
}

static void test_tools(void **state)
{
	static const u8 pcrs[] = { 15, 16, 22 };
	struct shinrai_bytes b = testdata_vector("quotes/keylime/quotepcr.out");
	struct shinrai_bytes cut;
	struct shinrai_pcrs p;
	size_t i;

	(void)state;
	assert_int_equal(shinrai_pcrs_parse_tools(b.p, b.len, &p), 0);
	assert_int_equal(p.count, 3);
	for (i = 0; i < 3; i++)
		assert_non_null(shinrai_pcrs_get(&p, 0xb, pcrs[i]));
	for (i = 0; i < b.len; i++) {
		cut = testdata_copy(b.p, i);
		assert_int_equal(shinrai_pcrs_parse_tools(cut.p, i, &p),
				 -EBADMSG);
	}
	cut = testdata_copy(b.p, b.len);
	((u8 *)cut.p)[136] = 2; /* one digest fewer than PCRs selected */
	assert_int_equal(shinrai_pcrs_parse_tools(cut.p, cut.len, &p),
			 -EBADMSG);
	((u8 *)cut.p)[136] = 4;
	assert_int_equal(shinrai_pcrs_parse_tools(cut.p, cut.len, &p),
			 -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_extend),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_list_refuses),
		cmocka_unit_test(test_set_get),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_tools),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
