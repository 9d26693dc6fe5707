// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: no index that hides a rule, or has what no rule needs, is accepted. */
#include <kunit/test.h>

#include "policy_sound.h"

/* Each entry and each bucket with another value. */
static void values_test(struct kunit *test)
{
	const struct shinrai_policy_head *h;
	u32 i, value, way;

	KUNIT_ASSERT_EQ(test, 0, sound());
	h = g.p.head;
	for (i = 0; i < h->entries; i++) {
		for (way = 0; way < 32; way++)
			KUNIT_EXPECT_EQ_MSG(test, -EBADMSG,
					    check_with(ENTRY, i * 8, 4,
						       g.p.entry[i].hash ^
							       1U << way),
					    "entry %u", i);
		for (value = 0; value < h->rules; value++)
			KUNIT_EXPECT_EQ_MSG(
				test, !check_with(ENTRY, i * 8 + 4, 4, value),
				value == g.p.entry[i].rule, "entry %u, rule %u",
				i, value);
	}
	for (i = 0; i < h->buckets; i++) {
		for (value = 0; value <= h->entries + 1; value++)
			KUNIT_EXPECT_EQ_MSG(
				test, !check_with(BUCKET, i * 4, 4, value),
				value == g.p.bucket[i], "bucket %u: %u", i,
				value);
		for (way = 20; way < 32; way++)
			KUNIT_EXPECT_EQ_MSG(test, -EBADMSG,
					    check_with(BUCKET, i * 4, 4,
						       1U << way),
					    "bucket %u: %u", i, 1U << way);
	}
}

/*
 * A copy with @size more bytes at @at, and the header says so: an entry, a
 * bucket or a shape, of which @count is the number.
 */
static u8 *insert(size_t at, const void *data, size_t size, size_t count)
{
	const u32 old = g.p.head->size;
	u8 *copy = (u8 *)copy_room;

	memcpy(copy, g.blob, at);
	memcpy(copy + at, data, size);
	memcpy(copy + at + size, (u8 *)g.blob + at, old - at);
	*(u32 *)(copy + count) += 1;
	((struct shinrai_policy_head *)copy)->size += (u32)size;
	return copy;
}

/* An entry, a bucket or a shape that nothing needs. */
static void surplus_test(struct kunit *test)
{
	struct shinrai_policy_shape shape = { .subject_kind = 9 };
	const struct shinrai_policy_head *h;
	struct shinrai_policy p;
	u32 end[2], *last;
	u8 *copy;

	KUNIT_ASSERT_EQ(test, 0, sound());
	h = g.p.head;
	end[0] = end[1] = h->entries;
	copy = insert(part_of(BUCKET), &g.p.entry[h->entries - 1], 8,
		      offsetof(struct shinrai_policy_head, entries));
	last = (u32 *)(copy + part_of(STRING) + 8) - 1;
	KUNIT_ASSERT_EQ(test, *last, h->entries);
	++*last;
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			shinrai_policy_check(&p, copy, h->size + 8));

	copy = insert(part_of(STRING), end, 4,
		      offsetof(struct shinrai_policy_head, buckets));
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			shinrai_policy_check(&p, copy, h->size + 4));

	/* The shape comes last, and has one empty bucket. */
	shape.first_bucket = h->buckets;
	copy = insert(part_of(STRING), end, 8,
		      offsetof(struct shinrai_policy_head, buckets));
	((struct shinrai_policy_head *)copy)->buckets++;
	((struct shinrai_policy_head *)copy)->shapes++;
	((struct shinrai_policy_head *)copy)->size += 16;
	memmove(copy + part_of(ENTRY) + 16, copy + part_of(ENTRY),
		h->size + 8 - part_of(ENTRY));
	memcpy(copy + part_of(ENTRY), &shape, sizeof(shape));
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			shinrai_policy_check(&p, copy, h->size + 24));
}

/* Two labels' rules for one group of two digests that hash alike. */
static void twins(void)
{
	golden_init(&g);
	golden_label(&g, AUDIT);
	golden_label(&g, AUDIT);
	g.digest[1][SHINRAI_DIGEST_SIZE - 1] = 1;
	g.group[0].count = 2;
	g.t.groups = 1;
	g.t.digests = 2;
	golden_rule(&g, ALLOW, 0)->subject_kind = SHINRAI_SUBJECT_PROGRAM;
	golden_rule(&g, DENY, 1)->subject_kind = SHINRAI_SUBJECT_PROGRAM;
}

/*
 * Equal hashes make equal entries, of which one may propose something else:
 * when that is in range, it changes nothing.
 */
static void twins_test(struct kunit *test)
{
	const struct shinrai_access a = { .action = SEND,
					  .program = g.digest[0] };
	struct shinrai_answer out;
	struct shinrai_policy p;
	size_t at = 0;

	twins();
	KUNIT_ASSERT_EQ(test, 0, golden_load(&g));
	KUNIT_ASSERT_EQ(test, 4U, g.p.head->entries);
	while (g.p.entry[at].rule)
		at++;
	KUNIT_ASSERT_EQ(test, g.p.entry[at].hash, g.p.entry[at + 1].hash);
	at = (at + 1) * 8 + 4;

	KUNIT_ASSERT_EQ(test, 0, check_with(ENTRY, at, 4, 1));
	KUNIT_ASSERT_EQ(test, 0,
			shinrai_policy_check(&p, copy_of(g.p.head->size),
					     g.p.head->size));
	shinrai_policy_judge(&p, 1, &a, NULL, false, &out);
	KUNIT_EXPECT_EQ(test, out.verdict, ALLOW);
	shinrai_policy_judge(&p, 2, &a, NULL, false, &out);
	KUNIT_EXPECT_EQ(test, out.verdict, DENY);

	KUNIT_EXPECT_EQ(test, -EBADMSG, check_with(ENTRY, at, 4, 2));
	KUNIT_EXPECT_EQ(test, -EBADMSG, check_with(ENTRY, at, 4, U32_MAX));
	KUNIT_EXPECT_EQ(test, -EBADMSG, check_with(DIGEST, 31, 1, 1));
	KUNIT_EXPECT_EQ(test, -EBADMSG, check_with(DIGEST, 31, 1, 2));
	KUNIT_EXPECT_EQ(test, 0, check_with(DIGEST, 63, 1, 2));
}

static struct kunit_case cases[] = { KUNIT_CASE(values_test),
				     KUNIT_CASE(surplus_test),
				     KUNIT_CASE(twins_test),
				     {} };

static struct kunit_suite suite = {
	.name = "shinrai_policy_index",
	.test_cases = cases,
};

kunit_test_suite(suite);
