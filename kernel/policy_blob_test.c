// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: a sound blob, and each way to spoil it; what is accepted is judged. */
#include <kunit/test.h>

#include "decide_naive.h"
#include "policy_sound.h"

#define AT(part, type, i, field)                                       \
	part,                                                          \
		(i) * sizeof(struct shinrai_policy_##type) +           \
			offsetof(struct shinrai_policy_##type, field), \
		sizeof(((struct shinrai_policy_##type *)NULL)->field)

/* One field of the sound blob, and a value that it must not have. */
static const struct {
	enum part part;
	size_t at;
	size_t size;
	u64 value;
	int err;
	const char *why;
} spoilt[] = {
	{ AT(HEAD, head, 0, magic[0]), 's', -EBADMSG, "magic" },
	{ AT(HEAD, head, 0, magic[7]), ' ', -EBADMSG, "magic's NUL" },
	{ AT(HEAD, head, 0, version), 0, -EPROTONOSUPPORT, "version 0" },
	{ AT(HEAD, head, 0, version), 2, -EPROTONOSUPPORT, "version 2" },
	{ AT(HEAD, head, 0, size), 0, -EBADMSG, "size 0" },
	{ AT(HEAD, head, 0, generation), 0, -EBADMSG, "generation 0" },
	{ AT(HEAD, head, 0, name[0]), 0, -EBADMSG, "no name" },
	{ AT(HEAD, head, 0, name[0]), '\n', -EBADMSG, "a name of two lines" },
	{ AT(HEAD, head, 0, name[63]), 'x', -EBADMSG, "name after its end" },
	{ AT(HEAD, head, 0, seed), 1, -EBADMSG, "another seed" },
	{ AT(HEAD, head, 0, flags), 0, -EBADMSG, "no flags" },
	{ AT(HEAD, head, 0, flags), 6, -EBADMSG, "not METERED" },
	{ AT(HEAD, head, 0, flags), 5, -EBADMSG, "not TIMED" },
	{ AT(HEAD, head, 0, flags), 3, -EBADMSG, "not CGROUPS" },
	{ AT(HEAD, head, 0, flags), 15, -EBADMSG, "an unknown flag" },
	{ AT(HEAD, head, 0, labels), 65, -E2BIG, "65 labels" },
	{ AT(HEAD, head, 0, labels), 1, -EBADMSG, "one label less" },
	{ AT(HEAD, head, 0, labels), 3, -EBADMSG, "one label more" },
	{ AT(HEAD, head, 0, patterns), U32_MAX, -EBADMSG, "patterns" },
	{ AT(HEAD, head, 0, groups), 1, -EBADMSG, "one group less" },
	{ AT(HEAD, head, 0, digests), 0x8000000, -EBADMSG, "2^32 bytes" },
	{ AT(HEAD, head, 0, digests), 2, -EBADMSG, "one digest less" },
	{ AT(HEAD, head, 0, sinks), 11, -EBADMSG, "one sink more" },
	{ AT(HEAD, head, 0, conditions), 1, -EBADMSG, "a condition less" },
	{ AT(HEAD, head, 0, grants), 1025, -E2BIG, "1025 grants" },
	{ AT(HEAD, head, 0, grants), 0, -EBADMSG, "no grant" },
	{ AT(HEAD, head, 0, rules), 100001, -E2BIG, "100001 rules" },
	{ AT(HEAD, head, 0, rules), 5, -EBADMSG, "one rule less" },
	{ AT(HEAD, head, 0, rules), 7, -EBADMSG, "one rule more" },
	{ AT(HEAD, head, 0, shapes), 257, -E2BIG, "257 shapes" },
	{ AT(HEAD, head, 0, shapes), 5, -EBADMSG, "one shape less" },
	{ AT(HEAD, head, 0, entries), 6, -EBADMSG, "one entry less" },
	{ AT(HEAD, head, 0, entries), 0, -EBADMSG, "no entries" },
	{ AT(HEAD, head, 0, buckets), 0, -EBADMSG, "no buckets" },
	{ AT(HEAD, head, 0, buckets), U32_MAX, -EBADMSG, "buckets" },
	{ AT(HEAD, head, 0, strings), 0, -EBADMSG, "no strings" },
	{ AT(HEAD, head, 0, strings), 1, -EBADMSG, "one byte of strings" },
	{ AT(LABEL, label, 1, uuid[0]), 1, -EBADMSG, "a label twice" },
	{ AT(LABEL, label, 0, name), 0, -EBADMSG, "a label without a name" },
	{ AT(LABEL, label, 0, name), 2, -EBADMSG, "the middle of a text" },
	{ AT(LABEL, label, 0, name), 1 << 20, -EBADMSG, "no text" },
	{ AT(LABEL, label, 0, otherwise[0]), 1, -EBADMSG, "of no action" },
	{ AT(LABEL, label, 0, otherwise[1]), 0, -EBADMSG, "no verdict" },
	{ AT(LABEL, label, 1, otherwise[7]), 4, -EBADMSG, "a 4th verdict" },
	{ AT(PATTERN, pattern, 0, label), 2, -EBADMSG, "no such label" },
	{ AT(PATTERN, pattern, 0, text), 0, -EBADMSG, "an empty pattern" },
	{ AT(PATTERN, pattern, 0, text), U32_MAX, -EBADMSG, "no text" },
	{ AT(GROUP, group, 0, name), U32_MAX, -EBADMSG, "no text" },
	{ AT(GROUP, group, 0, first), 1, -EBADMSG, "a gap before" },
	{ AT(GROUP, group, 1, first), 1, -EBADMSG, "groups that overlap" },
	{ AT(GROUP, group, 0, count), 1, -EBADMSG, "a gap between" },
	{ AT(GROUP, group, 1, count), 0, -EBADMSG, "a gap at the end" },
	{ AT(GROUP, group, 1, count), U32_MAX, -EBADMSG, "too many" },
	{ DIGEST, 0, 1, 4, -EBADMSG, "digests that descend" },
	{ AT(SINK, sink, 0, kind), 0, -EBADMSG, "a sink of no kind" },
	{ AT(SINK, sink, 0, kind), 6, -EBADMSG, "a sixth kind" },
	{ AT(SINK, sink, 0, kind), 5, -EBADMSG, "OTHER with an address" },
	{ AT(SINK, sink, 0, family), 5, -EBADMSG, "IPv5" },
	{ AT(SINK, sink, 0, family), 0, -EBADMSG, "a prefix of no family" },
	{ AT(SINK, sink, 6, family), 6, -EBADMSG, "another family" },
	{ AT(SINK, sink, 0, prefix), 33, -EBADMSG, "33 bits" },
	{ AT(SINK, sink, 0, prefix), 11, -EBADMSG, "one bit too short" },
	{ AT(SINK, sink, 0, prefix), 8, -EBADMSG, "a byte too short" },
	{ AT(SINK, sink, 6, proto), 17, -EBADMSG, "not what is indexed" },
	{ AT(SINK, sink, 0, port_first), 444, -EBADMSG, "444 to 443" },
	{ AT(SINK, sink, 6, port_last), 444, -EBADMSG, "not what is indexed" },
	{ AT(SINK, sink, 0, vendor), 1, -EBADMSG, "a network's vendor" },
	{ AT(SINK, sink, 0, product), 1, -EBADMSG, "a network's product" },
	{ AT(SINK, sink, 0, exact), 1, -EBADMSG, "a network's bits" },
	{ AT(SINK, sink, 0, reserved[2]), 1, -EBADMSG, "reserved" },
	{ AT(SINK, sink, 0, addr[1]), 17, -EBADMSG, "a bit after the prefix" },
	{ AT(SINK, sink, 0, addr[2]), 1, -EBADMSG, "a byte after it" },
	{ AT(SINK, sink, 0, addr[15]), 1, -EBADMSG, "the last byte" },
	{ AT(SINK, sink, 0, text), 1, -EBADMSG, "a network's text" },
	{ AT(SINK, sink, 0, name), 2, -EBADMSG, "the middle of a text" },
	{ AT(SINK, sink, 2, family), 4, -EBADMSG, "a stick's family" },
	{ AT(SINK, sink, 2, prefix), 1, -EBADMSG, "a stick's prefix" },
	{ AT(SINK, sink, 2, proto), 6, -EBADMSG, "a stick's protocol" },
	{ AT(SINK, sink, 2, port_last), 1, -EBADMSG, "a stick's port" },
	{ AT(SINK, sink, 2, product), 1, -EBADMSG, "a product of no use" },
	{ AT(SINK, sink, 2, exact), 8, -EBADMSG, "a fourth bit" },
	{ AT(SINK, sink, 2, exact), 1, -EBADMSG, "a serial of no use" },
	{ AT(SINK, sink, 2, exact), 4, -EBADMSG, "a vendor of no use" },
	{ AT(SINK, sink, 2, addr[0]), 1, -EBADMSG, "a stick's address" },
	{ AT(SINK, sink, 2, text), U32_MAX, -EBADMSG, "no text" },
	{ AT(SINK, sink, 3, proto), 1, -EBADMSG, "a filesystem's protocol" },
	{ AT(SINK, sink, 3, vendor), 1, -EBADMSG, "a filesystem's vendor" },
	{ AT(SINK, sink, 4, exact), 1, -EBADMSG, "a socket's bits" },
	{ AT(SINK, sink, 8, text), 0, -EBADMSG, "not what is indexed" },
	{ AT(SINK, sink, 5, text), 1, -EBADMSG, "a family's text" },
	{ AT(SINK, sink, 9, proto), 41, -EBADMSG, "not what is indexed" },
	{ AT(CONDITION, condition, 0, max_uses), 0, -EBADMSG, "no counter" },
	{ AT(CONDITION, condition, 1, max_bytes), 1, -EBADMSG, "no meter" },
	{ AT(CONDITION, condition, 0, meter), 1, -EBADMSG, "another meter" },
	{ AT(CONDITION, condition, 0, meter), NONE, -EBADMSG, "none" },
	{ AT(CONDITION, condition, 1, meter), 1, -EBADMSG, "one too many" },
	{ AT(CONDITION, condition, 1, per_s), 1, -EBADMSG, "for nothing" },
	{ AT(CONDITION, condition, 1, from), 1440, -EBADMSG, "24:00" },
	{ AT(CONDITION, condition, 1, until), 1440, -EBADMSG, "24:00" },
	{ AT(CONDITION, condition, 1, until), 60, -EBADMSG, "01:00 to 01:00" },
	{ AT(CONDITION, condition, 1, from), 0, -EBADMSG, "says nothing" },
	{ AT(CONDITION, condition, 0, days), 0, -EBADMSG, "never" },
	{ AT(CONDITION, condition, 0, days), 0xff, -EBADMSG, "an eighth day" },
	{ AT(CONDITION, condition, 0, reserved[0]), 1, -EBADMSG, "reserved" },
	{ AT(GRANT, grant, 0, label), 2, -EBADMSG, "no such label" },
	{ AT(GRANT, grant, 0, group), 2, -EBADMSG, "no such group" },
	{ AT(GRANT, grant, 0, reserved), 1, -EBADMSG, "reserved" },
	{ AT(RULE, rule, 0, verdict), 0, -EBADMSG, "no verdict" },
	{ AT(RULE, rule, 0, verdict), 4, -EBADMSG, "a fourth verdict" },
	{ AT(RULE, rule, 0, verdict), 3, -EBADMSG, "a deny that counts" },
	{ AT(RULE, rule, 0, action), 0, -EBADMSG, "no action" },
	{ AT(RULE, rule, 0, action), 8, -EBADMSG, "an eighth action" },
	{ AT(RULE, rule, 0, action), 4, -EBADMSG, "not what is indexed" },
	{ AT(RULE, rule, 0, subject_kind), 4, -EBADMSG, "a fifth kind" },
	{ AT(RULE, rule, 3, subject_kind), 2, -EBADMSG, "another shape" },
	{ AT(RULE, rule, 0, label), 2, -EBADMSG, "no such label" },
	{ AT(RULE, rule, 0, label), 1, -EBADMSG, "not what is indexed" },
	{ AT(RULE, rule, 1, label), 0, -EBADMSG, "another shape" },
	{ AT(RULE, rule, 0, subject), 2, -EBADMSG, "no such group" },
	{ AT(RULE, rule, 0, subject), 1, -EBADMSG, "a group less indexed" },
	{ AT(RULE, rule, 1, subject), 1001, -EBADMSG, "another user" },
	{ AT(RULE, rule, 2, subject), 1, -EBADMSG, "no path" },
	{ AT(RULE, rule, 2, subject), U32_MAX, -EBADMSG, "no text" },
	{ AT(RULE, rule, 3, subject), 1, -EBADMSG, "anybody's number" },
	{ AT(RULE, rule, 0, sink), 10, -EBADMSG, "no such sink" },
	{ AT(RULE, rule, 0, sink), NONE, -EBADMSG, "another shape" },
	{ AT(RULE, rule, 0, sink), 1, -EBADMSG, "another sink" },
	{ AT(RULE, rule, 0, condition), 2, -EBADMSG, "no such condition" },
	{ AT(RULE, rule, 1, condition), 0, -EBADMSG, "a deny that counts" },
	{ AT(RULE, rule, 0, flags), 2, -EBADMSG, "an unknown flag" },
	{ AT(SHAPE, shape, 0, label_any), 2, -EBADMSG, "label_any" },
	{ AT(SHAPE, shape, 0, subject_kind), 1, -EBADMSG, "subject_kind" },
	{ AT(SHAPE, shape, 0, sink_kind), 9, -EBADMSG, "sink_kind" },
	{ AT(SHAPE, shape, 0, family), 9, -EBADMSG, "family" },
	{ AT(SHAPE, shape, 0, prefix), 9, -EBADMSG, "prefix" },
	{ AT(SHAPE, shape, 0, exact), 9, -EBADMSG, "exact" },
	{ AT(SHAPE, shape, 0, actions), 0, -EBADMSG, "no action" },
	{ AT(SHAPE, shape, 0, actions), 0x18, -EBADMSG, "an action more" },
	{ AT(SHAPE, shape, 0, first_bucket), 1, -EBADMSG, "a gap" },
	{ AT(SHAPE, shape, 0, mask), 1, -EBADMSG, "too large a mask" },
	{ AT(SHAPE, shape, 0, mask), 2, -EBADMSG, "no power of two" },
	{ AT(SHAPE, shape, 0, mask), U32_MAX, -EBADMSG, "all ones" },
	{ AT(ENTRY, entry, 0, rule), 6, -EBADMSG, "no such rule" },
	{ AT(ENTRY, entry, 0, rule), U32_MAX, -EBADMSG, "no rule" },
	{ STRING, 0, 1, 'x', -EBADMSG, "a first text that is not empty" },
	{ STRING, 1, 1, 0x1b, -EBADMSG, "an escape" },
	{ STRING, 1, 1, 0x80, -EBADMSG, "no UTF-8" },
};

/* Free to be anything: what the index and other tables do not depend on. */
static const struct {
	enum part part;
	size_t at;
	size_t size;
	u64 value;
	const char *why;
} harmless[] = {
	{ AT(HEAD, head, 0, generation), ~0ULL, "generation" },
	{ AT(HEAD, head, 0, owner[31]), 1, "owner" },
	{ AT(HEAD, head, 0, source[0]), 1, "source" },
	{ AT(HEAD, head, 0, name[62]), 0, "name, as it was" },
	{ AT(LABEL, label, 1, uuid[15]), 1, "uuid" },
	{ AT(LABEL, label, 1, line), 9, "line" },
	{ AT(LABEL, label, 1, otherwise[7]), 3, "default" },
	{ AT(GROUP, group, 1, name), 1, "name" },
	{ AT(SINK, sink, 3, kind), 4, "a sink that no rule names" },
	{ AT(RULE, rule, 0, sink), 0, "an equal sink" },
	{ AT(SINK, sink, 0, name), 1, "name" },
	{ AT(CONDITION, condition, 0, max_bytes), 1, "bytes, too" },
	{ AT(CONDITION, condition, 0, per_s), 1, "period" },
	{ AT(CONDITION, condition, 1, until), 1439, "window" },
	{ AT(CONDITION, condition, 0, days), 0x7e, "a window, too" },
	{ AT(RULE, rule, 3, verdict), 3, "verdict" },
	{ AT(RULE, rule, 3, flags), 1, "flags" },
	{ AT(RULE, rule, 3, condition), 1, "condition" },
	{ AT(RULE, rule, 3, line), 1, "line" },
};

static void fields_test(struct kunit *test)
{
	size_t i;

	KUNIT_ASSERT_EQ(test, 0, sound());
	for (i = 0; i < ARRAY_SIZE(spoilt); i++)
		KUNIT_EXPECT_EQ_MSG(test, spoilt[i].err,
				    check_with(spoilt[i].part, spoilt[i].at,
					       spoilt[i].size, spoilt[i].value),
				    "%s: row %zu", spoilt[i].why, i);
	for (i = 0; i < ARRAY_SIZE(harmless); i++)
		KUNIT_EXPECT_EQ_MSG(test, 0,
				    check_with(harmless[i].part, harmless[i].at,
					       harmless[i].size,
					       harmless[i].value),
				    "%s: row %zu", harmless[i].why, i);
}

static void length_test(struct kunit *test)
{
	struct shinrai_policy p;
	u32 size, len;
	u8 *copy;

	KUNIT_ASSERT_EQ(test, 0, sound());
	size = g.p.head->size;
	for (len = 0; len <= size + 9; len++) {
		copy = copy_of(len);
		memset(copy_room, 0, sizeof(copy_room));
		memcpy(copy, g.blob, len < size ? len : size);
		KUNIT_EXPECT_EQ_MSG(test, len == size,
				    !shinrai_policy_check(&p, copy, len),
				    "%u bytes of %u", len, size);
		if (len < 16)
			continue;
		/* The same, and the header says so. */
		memcpy(copy + offsetof(struct shinrai_policy_head, size), &len,
		       sizeof(len));
		KUNIT_EXPECT_EQ_MSG(test, len == size,
				    !shinrai_policy_check(&p, copy, len),
				    "%u bytes of %u, says the blob", len, size);
	}
	copy = (u8 *)copy_room + 4;
	memcpy(copy, g.blob, size);
	KUNIT_EXPECT_EQ(test, -EINVAL, shinrai_policy_check(&p, copy, size));
	KUNIT_EXPECT_EQ(test, -E2BIG,
			shinrai_policy_check(&p, copy_room,
					     SHINRAI_POLICY_MAX + 1));
}

static const u8 program[SHINRAI_DIGEST_SIZE] = { 2, 2, 2 };

static const struct shinrai_access accesses[] = {
	{ .action = SEND,
	  .sink_kind = SHINRAI_SINK_INET,
	  .family = 4,
	  .proto = TCP,
	  .port = 443,
	  .addr = { 10, 17, 1, 1 },
	  .uid = 1000,
	  .cgroup = "/a/b/c",
	  .cgroup_len = 6,
	  .wall_s = 43200 },
	{ .action = SEND,
	  .sink_kind = SHINRAI_SINK_MEDIA,
	  .vendor = 0x951,
	  .text = "A1",
	  .text_len = 2,
	  .program = program },
	{ .action = SEND,
	  .sink_kind = SHINRAI_SINK_LOCAL,
	  .text = "/run/x",
	  .text_len = 6 },
	{ .action = SEND, .sink_kind = SHINRAI_SINK_OTHER, .proto = 40 },
	{ .action = SHINRAI_ACTION_TRACE, .cgroup = "/", .cgroup_len = 1 },
};

/* Return: how many accesses the core and the naive oracle judge differently. */
static u32 unlike(const struct shinrai_policy *p)
{
	struct shinrai_answer out, naive;
	u32 i, n = 0;

	for (i = 0; i < ARRAY_SIZE(accesses); i++) {
		shinrai_policy_judge(p, 3, &accesses[i], NULL, false, &out);
		naive_judge(p, 3, &accesses[i], NULL, false, &naive);
		n += !!memcmp(&out, &naive, sizeof(out));
	}
	return n;
}

/* Each bit flipped: refused, or a policy that means what its rules say. */
static void bits_test(struct kunit *test)
{
	struct shinrai_policy p;
	u32 bit, accepted = 0, refused = 0, size;
	u8 *copy;

	KUNIT_ASSERT_EQ(test, 0, sound());
	size = g.p.head->size;
	copy = copy_of(size);
	for (bit = 0; bit < size * 8; bit++) {
		memcpy(copy, g.blob, size);
		copy[bit / 8] ^= 1 << bit % 8;
		if (shinrai_policy_check(&p, copy, size)) {
			refused++;
			continue;
		}
		accepted++;
		KUNIT_EXPECT_EQ_MSG(test, 0U, unlike(&p), "bit %u", bit);
	}
	KUNIT_EXPECT_LT(test, size * 8 / 3, refused);
	KUNIT_EXPECT_LT(test, size, accepted);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(fields_test),
	KUNIT_CASE(length_test),
	KUNIT_CASE(bits_test),
	{},
};

static struct kunit_suite suite = {
	.name = "shinrai_policy_blob",
	.test_cases = cases,
};

kunit_test_suite(suite);
