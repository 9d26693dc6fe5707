// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: events and records, there and back, and what is refused. */
#include <kunit/test.h>

#include <shinrai/record.h>

static const u8 salt[SHINRAI_SALT_SIZE] = { 0, 1, 2,  3,  4,  5,  6,  7,
					    8, 9, 10, 11, 12, 13, 14, 15 };
static const u8 kind[] = { SHINRAI_KIND_EXEC };
static const u8 path[] = { '/', 'b', 'i', 'n', '/', 'x' };

/* Computed with Python's hashlib and struct from PROTOCOL.md 2.3. */
static const u8 commitment_bytes[] = { 0x4b, 0x75, 0x40, 0x42, 0x0d, 0xdc, 0xc4,
				       0x3e, 0xc1, 0xf7, 0xaa, 0xc0, 0xca, 0xc4,
				       0xcc, 0xe4, 0x0c, 0x6c, 0x2f, 0x21, 0x13,
				       0x53, 0x08, 0xf6, 0xdb, 0x42, 0xa9, 0xc5,
				       0x7a, 0x6f, 0xe2, 0x9f };
static const u8 leaf_bytes[] = {
	0xf2, 0x9f, 0xd8, 0x35, 0x80, 0xbe, 0x9c, 0xd2, 0xad, 0x27, 0xe3,
	0x3b, 0xb9, 0x07, 0xfd, 0x9f, 0x9a, 0x2f, 0x8c, 0x52, 0x84, 0x5c,
	0x09, 0x44, 0x7d, 0x0f, 0xb0, 0x20, 0xda, 0xb3, 0x8e, 0x4f
};
static const u8 event_bytes[] = { 0x02, 0x00, 0x00, 0x00, 0x21, 0x00, 0x03,
				  0x01, 0x00, 0x00, 0x01, 0x01, 0x80, 0x00,
				  0x00, 0x16, 0x00, 0x01, 0x02, 0x03, 0x04,
				  0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
				  0x0c, 0x0d, 0x0e, 0x0f, 0x2f, 0x62, 0x69,
				  0x6e, 0x2f, 0x78 };

static struct shinrai_event sample(void)
{
	struct shinrai_event ev = { .type = SHINRAI_EVENT_CODE, .nfields = 2 };

	ev.field[0].id = SHINRAI_FIELD_KIND;
	ev.field[0].len = sizeof(kind);
	ev.field[0].data = kind;
	ev.field[1].id = SHINRAI_FIELD_PATH;
	ev.field[1].len = sizeof(path);
	ev.field[1].data = path;
	ev.field[1].salt = salt;
	return ev;
}

#define EXPECT_BYTES(test, want, got, len)                        \
	do {                                                      \
		KUNIT_ASSERT_EQ(test, sizeof(want), len);         \
		KUNIT_EXPECT_EQ(test, 0, memcmp(want, got, len)); \
	} while (0)

static void event_test(struct kunit *test)
{
	struct shinrai_event ev = sample();
	u8 leaf[SHINRAI_TREE_HASH], commitment[SHINRAI_DIGEST_SIZE];
	struct shinrai_wr w;
	u8 buf[64];

	shinrai_field_commit(SHINRAI_FIELD_PATH, salt, path, sizeof(path),
			     commitment);
	EXPECT_BYTES(test, commitment_bytes, commitment, sizeof(commitment));
	KUNIT_ASSERT_EQ(test, 0, shinrai_event_leaf(&ev, leaf));
	EXPECT_BYTES(test, leaf_bytes, leaf, sizeof(leaf));
	shinrai_wr_init(&w, buf, sizeof(buf));
	KUNIT_ASSERT_EQ(test, 0, shinrai_event_encode(&w, &ev));
	EXPECT_BYTES(test, event_bytes, buf, w.len);
}

/* Withholding a path changes no leaf. */
static void withheld_test(struct kunit *test)
{
	struct shinrai_event ev = sample();
	u8 leaf[SHINRAI_TREE_HASH], commitment[SHINRAI_DIGEST_SIZE];

	shinrai_field_commit(SHINRAI_FIELD_PATH, salt, path, sizeof(path),
			     commitment);
	ev.field[1].withheld = true;
	ev.field[1].data = commitment;
	ev.field[1].len = sizeof(commitment);
	KUNIT_ASSERT_EQ(test, 0, shinrai_event_leaf(&ev, leaf));
	EXPECT_BYTES(test, leaf_bytes, leaf, sizeof(leaf));
}

static void refused_test(struct kunit *test)
{
	struct shinrai_event ev = sample();
	u8 leaf[SHINRAI_TREE_HASH];
	struct shinrai_wr w;
	u8 buf[38];

	shinrai_wr_init(&w, buf, sizeof(buf) - 1);
	KUNIT_EXPECT_EQ(test, -ENOSPC, shinrai_event_encode(&w, &ev));
	KUNIT_EXPECT_EQ(test, w.len, (size_t)38);
	ev.field[1].salt = NULL;
	KUNIT_EXPECT_EQ_MSG(test, -EINVAL, shinrai_event_leaf(&ev, leaf),
			    "no salt");
	ev = sample();
	ev.field[0].id = SHINRAI_FIELD_PATH;
	KUNIT_EXPECT_EQ_MSG(test, -EINVAL, shinrai_event_leaf(&ev, leaf),
			    "the same field twice");
	ev = sample();
	ev.nfields = SHINRAI_MAX_FIELDS + 1;
	KUNIT_EXPECT_EQ_MSG(test, -EINVAL, shinrai_event_leaf(&ev, leaf),
			    "too many fields");
}

static size_t make_record(u8 *buf, size_t cap)
{
	static const u8 value[32];
	struct shinrai_digest digest = { .alg = 11, .size = 32 };
	struct shinrai_header h = { .version = 1, .type = 3, .pcr = 12 };
	struct shinrai_event ev = sample();
	struct shinrai_tree tree;
	u8 events[64], leaf[SHINRAI_TREE_HASH];
	struct shinrai_wr w;
	size_t len;

	digest.value = value;
	shinrai_wr_init(&w, events, sizeof(events));
	shinrai_event_encode(&w, &ev);
	len = w.len;
	shinrai_event_leaf(&ev, leaf);
	shinrai_tree_init(&tree);
	shinrai_tree_add(&tree, leaf);
	shinrai_tree_root(&tree, h.root);
	h.recnum = 5;
	h.event_count = 1;
	shinrai_wr_init(&w, buf, cap);
	shinrai_record_encode(&w, &h, &digest, 1, events, len);
	return w.err ? 0 : w.len;
}

/* Every truncation, and every bit flipped behind the digests, is noticed. */
static void record_test(struct kunit *test)
{
	const size_t digest_end = 13 + 6 + 5 + 5 + 32;
	struct shinrai_record rec;
	struct shinrai_header h;
	struct shinrai_rd rd;
	u8 buf[256];
	size_t len = make_record(buf, sizeof(buf)), i;

	KUNIT_ASSERT_NE(test, len, (size_t)0);
	shinrai_rd_init(&rd, buf, len);
	KUNIT_ASSERT_EQ(test, 1, shinrai_record_next(&rd, &rec));
	KUNIT_EXPECT_EQ(test, 0, shinrai_record_next(&rd, &rec));
	KUNIT_EXPECT_EQ(test, (int)SHINRAI_FAULT_NONE,
			(int)shinrai_record_check(&rec, &h));
	KUNIT_EXPECT_EQ(test, h.recnum, 5ULL);
	for (i = 0; i < len; i++) {
		shinrai_rd_init(&rd, buf, i);
		KUNIT_EXPECT_LE_MSG(test, shinrai_record_next(&rd, &rec), 0,
				    "cut at %zu", i);
	}
	/* The header's own bytes are what the digests are for. */
	for (i = digest_end + 5 + SHINRAI_HEADER_TLV; i < len; i++) {
		buf[i] ^= 1;
		shinrai_rd_init(&rd, buf, len);
		KUNIT_ASSERT_EQ(test, 1, shinrai_record_next(&rd, &rec));
		KUNIT_EXPECT_NE_MSG(test, (int)SHINRAI_FAULT_NONE,
				    (int)shinrai_record_check(&rec, &h),
				    "byte %zu", i);
		buf[i] ^= 1;
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(event_test),
	KUNIT_CASE(withheld_test),
	KUNIT_CASE(refused_test),
	KUNIT_CASE(record_test),
	{},
};

static struct kunit_suite suite = {
	.name = "shinrai_record",
	.test_cases = cases,
};

kunit_test_suite(suite);
