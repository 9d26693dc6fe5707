// SPDX-License-Identifier: MIT
/* Replay of whole CEL logs: values, place of a quote, every kind of fault. */
#include "testdata.h"

#include <shinrai/cel.h>

static json_t *vectors;
static struct shinrai_bytes record[8], whole;

static int setup(void **state)
{
	const json_t *rec;
	size_t i, len = 0;
	u8 buf[16384];

	(void)state;
	vectors = testdata_json("userspace/testvectors.json", 0);
	json_array_foreach(json_object_get(vectors, "records"), i, rec) {
		record[i] = testdata_hex(rec, "cel");
		memcpy(buf + len, record[i].p, record[i].len);
		len += record[i].len;
	}
	whole = testdata_copy(buf, len);
	return 0;
}

static u8 *mutable(struct shinrai_bytes b)
{
	return (u8 *)b.p;
}

/* Joins records by their number in @order, which ends at the first other. */
static struct shinrai_bytes join(const char *order)
{
	size_t len = 0;
	u8 buf[16384];

	for (; *order >= '0' && *order <= '7'; order++) {
		memcpy(buf + len, record[*order - '0'].p,
		       record[*order - '0'].len);
		len += record[*order - '0'].len;
	}
	return testdata_copy(buf, len);
}

/* Return: 0 or -EBADMSG; all faults in @c. */
static int run(struct shinrai_cel *c, struct shinrai_bytes log)
{
	struct shinrai_cel_record r;
	int ret;

	shinrai_cel_init(c, log.p, log.len);
	while ((ret = shinrai_cel_next(c, &r)) > 0)
		;
	return ret;
}

static void test_replay(void **state)
{
	const json_t *bank, *value, *all = json_object_get(vectors, "replay");
	struct shinrai_cel_record r;
	struct shinrai_tree tree;
	struct shinrai_cel c;
	u8 hash[SHINRAI_TREE_HASH];
	const char *alg, *pcr;
	u64 n = 0;

	(void)state;
	shinrai_tree_init(&tree);
	shinrai_cel_init(&c, whole.p, whole.len);
	while (shinrai_cel_next(&c, &r) > 0) {
		assert_int_equal(r.faults, 0);
		assert_true(r.ours && r.have_header);
		assert_int_equal(r.header.recnum, n++);
		shinrai_tree_leaf(r.header_tlv, SHINRAI_HEADER_TLV, hash);
		shinrai_tree_add(&tree, hash);
	}
	assert_int_equal(c.records, 8);
	assert_int_equal(shinrai_cel_offset(&c), whole.len);
	assert_int_equal(c.faults, 0);
	shinrai_tree_root(&tree, hash);
	testdata_same("log root", hash, sizeof(hash),
		      testdata_hex(vectors, "log_root"));
	json_object_foreach((json_t *)all, alg, bank) {
		u16 id = shinrai_bank_by_name(alg, strlen(alg));

		json_object_foreach((json_t *)bank, pcr, value) {
			const u8 *got = shinrai_replay_get(&c.replay, id,
							   (u8)atoi(pcr));

			assert_non_null(got);
			testdata_same(alg, got, shinrai_bank_size(id),
				      testdata_hex(bank, pcr));
		}
	}
}

static void put(const struct shinrai_cel *c, struct shinrai_pcr_value *v,
		u8 pcr)
{
	v->alg = SHINRAI_ALG_SHA256;
	v->pcr = pcr;
	v->size = 32;
	memcpy(v->value, shinrai_replay_get(&c->replay, v->alg, pcr), 32);
}

/* The rest of a log that was read before leads to the same values. */
static void test_continue(void **state)
{
	struct shinrai_bytes first = join("01"), rest = join("234567");
	struct shinrai_pcr_value want;
	struct shinrai_cel c, one;
	struct shinrai_cel_record r;

	(void)state;
	assert_int_equal(run(&one, whole), 0);
	assert_int_equal(run(&c, first), 0);
	shinrai_cel_continue(&c, rest.p, rest.len);
	put(&one, &want, 12);
	while (shinrai_cel_next(&c, &r) > 0)
		;
	assert_memory_equal(shinrai_replay_get(&c.replay, want.alg, 12),
			    want.value, want.size);
	assert_int_equal(c.faults, 0);
	assert_int_equal(c.records, 8);
	put(&c, &want, 13);
	assert_memory_equal(want.value,
			    shinrai_replay_get(&one.replay, want.alg, 13), 32);
}

#define F(name) (1u << SHINRAI_CEL_##name)

static void test_orders(void **state)
{
	static const struct {
		const char *order;
		u32 faults;
		const char *why;
	} table[] = {
		{ "01234567", 0, "as written" },
		{ "012", 0, "a prefix is a log too" },
		{ "", 0, "nothing" },
		{ "013", F(GAP), "dropped record" },
		{ "0213", F(GAP), "two swapped" },
		{ "0112", F(GAP), "duplicate" },
		{ "123", F(GAP) | F(NO_START) | F(DIGEST),
		  "START missing: nothing says that a bank is capped" },
		{ "0120", F(GAP) | F(START_AGAIN), "START twice" },
		{ "10", F(GAP) | F(NO_START) | F(START_AGAIN) | F(DIGEST),
		  "START is second" },
	};
	struct shinrai_cel c;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		testdata_int(table[i].why, run(&c, join(table[i].order)), 0);
		testdata_int(table[i].why, c.faults, table[i].faults);
	}
}

static size_t offset_of(unsigned int rec)
{
	size_t at = 0;
	unsigned int i;

	for (i = 0; i < rec; i++)
		at += record[i].len;
	return at;
}

/* One byte of one record is changed, and nothing is made to fit it. */
static void test_edits(void **state)
{
	enum {
		DIGESTS = 24,
		CONTENT = 13 + 6 + 5 + 4 * 5 + 164,
		HEADER = CONTENT + 5,
		EVENT = HEADER + 81
	};
	static const struct {
		unsigned int rec;
		size_t at;
		u8 xor ;
		u32 faults;
		const char *why;
	} table[] = {
		{ 2, DIGESTS + 5, 1, F(DIGEST), "SHA-1 digest" },
		{ 2, DIGESTS + 25 + 5, 1, F(DIGEST), "SHA-256 digest" },
		{ 2, DIGESTS + 25 + 37 + 53 + 5, 1, F(CAPPED),
		  "capped bank is not all ones" },
		{ 2, DIGESTS, 0x16, F(BANKS) | F(BANK_UNKNOWN),
		  "a bank that START does not name" },
		{ 2, 18, 1, F(PCR_HEADER), "moved to the other PCR" },
		{ 2, 18, 0x10, F(PCR_HEADER) | F(PCR_RANGE), "no PCR" },
		{ 2, HEADER + 12, 1, F(PCR_HEADER) | F(DIGEST),
		  "PCR in the header" },
		{ 2, HEADER + 13, 1, F(BOOT_ID) | F(DIGEST), "boot id" },
		{ 2, HEADER + 44, 1, F(DIGEST), "time" },
		{ 2, HEADER + 5, 3, F(VERSION) | F(DIGEST), "format version" },
		{ 2, HEADER + 6, 0x10, F(TYPE) | F(DIGEST),
		  "unknown critical record type" },
		{ 2, HEADER + 6, 0x90, F(DIGEST),
		  "unknown record type that may be skipped" },
		{ 2, HEADER + 6, 2, F(START_AGAIN) | F(DIGEST),
		  "EVENTS made START" },
		{ 2, HEADER + 80, 1, F(ROOT) | F(DIGEST), "root" },
		{ 2, EVENT + 6, 0x40, F(ROOT) | F(EVENT_TYPE),
		  "unknown critical event" },
		{ 7, EVENT + 6, 0x10, F(ROOT) | F(EVENT_TYPE),
		  "the first event type that is not known" },
		{ 2, EVENT + 5, 0x80, F(ROOT),
		  "unknown event that may be skipped" },
		{ 2, EVENT + 16, 1, F(ROOT), "an event's field" },
		{ 2, EVENT, 1, F(SYNTAX), "event TLV" },
		{ 2, CONTENT, 1, F(MIXED), "foreign content in our log" },
		{ 2, 12, 1, F(GAP) | F(RECNUM_HEADER), "renumbered" },
		{ 2, 13, 3, F(NV) | F(MIXED), "NV index" },
		{ 0, EVENT + 6, 2, F(ROOT) | F(START_FIELDS) | F(DIGEST),
		  "no START event, and so no word of a capped bank" },
	};
	struct shinrai_bytes log;
	struct shinrai_cel c;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		log = testdata_copy(whole.p, whole.len);
		mutable(log)[offset_of(table[i].rec) + table[i].at] ^=
			table[i].xor
			;
		testdata_int(table[i].why, run(&c, log), 0);
		if (c.faults != table[i].faults)
			fail_msg("%s: faults %#x, not %#x", table[i].why,
				 c.faults, table[i].faults);
	}
}

static void test_malformed(void **state)
{
	struct shinrai_bytes log;
	struct shinrai_cel c;
	size_t at = 0, n = 0, i;

	(void)state;
	for (i = 1; i <= whole.len; i++) {
		log = testdata_copy(whole.p, i);
		if (i == at + record[n].len) {
			at = i;
			n++;
			assert_int_equal(run(&c, log), 0);
		} else {
			assert_int_equal(run(&c, log), -EBADMSG);
			assert_int_equal(shinrai_cel_offset(&c), at);
		}
		assert_int_equal(c.records, n);
	}
}

/* systemd's content type 81 and such: digests are replayed, no more. */
static void test_foreign(void **state)
{
	u8 digest[32], buf[256], pcr[32] = { 0 };
	struct shinrai_bytes log;
	struct shinrai_cel c;
	struct shinrai_wr w;
	unsigned int n;

	(void)state;
	shinrai_wr_init(&w, buf, sizeof(buf));
	for (n = 5; n < 7; n++) {
		memset(digest, (int)n, sizeof(digest));
		shinrai_bank_extend(SHINRAI_ALG_SHA256, pcr, digest);
		shinrai_wr_u8(&w, 0);
		shinrai_wr_be32(&w, 4);
		shinrai_wr_be32(&w, n);
		shinrai_wr_u8(&w, 1);
		shinrai_wr_be32(&w, 4);
		shinrai_wr_be32(&w, 11);
		shinrai_wr_u8(&w, 3);
		shinrai_wr_be32(&w, 37);
		shinrai_wr_u8(&w, 0x0b);
		shinrai_wr_be32(&w, 32);
		shinrai_wr_bytes(&w, digest, 32);
		shinrai_wr_u8(&w, 0x51);
		shinrai_wr_be32(&w, 2);
		shinrai_wr_bytes(&w, "{}", 2);
	}
	log = testdata_copy(buf, w.len);
	assert_int_equal(run(&c, log), 0);
	assert_int_equal(c.faults, 0);
	assert_int_equal(c.foreign, 2);
	assert_false(c.ours);
	assert_memory_equal(shinrai_replay_get(&c.replay, SHINRAI_ALG_SHA256,
					       11),
			    pcr, sizeof(pcr));
}

static void test_names(void **state)
{
	unsigned int f, g;

	(void)state;
	for (f = 0; f < SHINRAI_CEL_FAULTS; f++) {
		assert_non_null(shinrai_cel_fault_code(f));
		assert_non_null(shinrai_cel_fault_text(f));
		for (g = 0; g < f; g++)
			assert_string_not_equal(shinrai_cel_fault_code(f),
						shinrai_cel_fault_code(g));
	}
	assert_string_equal(shinrai_cel_fault_code(f), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_continue),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_edits),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
