// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: what the builder takes and refuses, and what a text may be. */
#include <kunit/test.h>

#include <shinrai/hash.h>

#include "policy_sound.h"

static const struct {
	const char *text;
	bool ok;
	const char *why;
} texts[] = {
	{ "a", true, "a letter" },
	{ " ~", true, "the first and the last of ASCII" },
	{ "\t", false, "a tab" },
	{ "a\n", false, "a new line" },
	{ "\x1b[2J", false, "an escape" },
	{ "\x7f", false, "DEL" },
	{ "\xc2\x85", false, "U+0085, next line" },
	{ "\xc2\x9b", false, "U+009B, another escape" },
	{ "\xc2\xa0", true, "U+00A0" },
	{ "\xc3\xa9", true, "two bytes" },
	{ "\xe2\x82\xac", true, "three bytes" },
	{ "\xf0\x9f\x98\x80", true, "four bytes" },
	{ "\xf4\x8f\xbf\xbf", true, "U+10FFFF" },
	{ "\xf4\x90\x80\x80", false, "one more" },
	{ "\xf5\x80\x80\x80", false, "a byte that there is not" },
	{ "\xff", false, "another" },
	{ "\x80", false, "a continuation of nothing" },
	{ "\xc3", false, "a character cut off" },
	{ "\xe2\x82", false, "a longer one" },
	{ "\xe2\x82\x61", false, "one broken off" },
	{ "\xc3\xc3\xa9", false, "one broken off by the next" },
	{ "\xc0\xaf", false, "a slash in two bytes" },
	{ "\xc1\xbf", false, "DEL in two bytes" },
	{ "\xe0\x80\xaf", false, "a slash in three" },
	{ "\xe0\x9f\xbf", false, "U+07FF in three" },
	{ "\xf0\x8f\xbf\xbf", false, "U+FFFF in four" },
	{ "\xed\xa0\x80", false, "a surrogate" },
	{ "\xed\xbf\xbf", false, "the last surrogate" },
	{ "\xed\x9f\xbf", true, "U+D7FF" },
	{ "\xee\x80\x80", true, "U+E000" },
};

static void texts_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		golden_init(&g);
		golden_label(&g, DENY);
		g.label[0].name = golden_text(&g, texts[i].text);
		KUNIT_EXPECT_EQ_MSG(test, golden_load(&g),
				    texts[i].ok ? 0 : -EINVAL, "%s",
				    texts[i].why);
	}
}

static const struct {
	const char *path;
	bool ok;
} paths[] = {
	{ "/", true },	    { "/a", true },	{ "/a/b.c/d", true },
	{ "", false },	    { "a", false },	{ "/a/", false },
	{ "//", false },    { "//a", false },	{ "/a//b", false },
	{ "/.", false },    { "/..", false },	{ "/a/.", false },
	{ "/a/..", false }, { "/./a", false },	{ "/../a", false },
	{ "/.a", true },    { "/..a", true },	{ "/...", true },
	{ "/a.", true },    { "/a../b", true }, { "/a/./", false },
	{ "/a\n", false },  { "./a", false },
};

static void paths_test(struct kunit *test)
{
	struct shinrai_policy_rule *r;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		golden_init(&g);
		golden_label(&g, DENY);
		r = golden_rule(&g, ALLOW, 0);
		r->subject_kind = SHINRAI_SUBJECT_CGROUP;
		r->subject = golden_text(&g, paths[i].path);
		KUNIT_EXPECT_EQ_MSG(test, golden_load(&g),
				    paths[i].ok ? 0 : -EINVAL, "%s",
				    paths[i].path);
	}
}

static const struct {
	u8 prefix;
	u8 addr[16];
	bool ok;
	const char *why;
} mapped[] = {
	{ 96, { [10] = 0xff, [11] = 0xff }, false, "all of IPv4" },
	{ 128, { [10] = 0xff, 0xff, 10, 0, 0, 1 }, false, "one host of it" },
	{ 95, { [10] = 0xff, 0xfe }, true, "a prefix that has more" },
	{ 128, { [10] = 0xff, 0xfe, 1 }, true, "one that is no IPv4" },
	{ 128, { [9] = 1, 0xff, 0xff }, true, "nor this" },
	{ 0, { 0 }, true, "all of IPv6" },
};

/* Such a rule would never match. */
static void mapped_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mapped); i++) {
		golden_init(&g);
		golden_label(&g, DENY);
		g.t.sinks = 1;
		g.sink[0].kind = SHINRAI_SINK_INET;
		g.sink[0].family = 6;
		g.sink[0].prefix = mapped[i].prefix;
		g.sink[0].port_last = 65535;
		memcpy(g.sink[0].addr, mapped[i].addr, 16);
		KUNIT_EXPECT_EQ_MSG(test, golden_load(&g),
				    mapped[i].ok ? 0 : -EINVAL, "%s",
				    mapped[i].why);
	}
}

/* The longest text, and one more byte. */
static void long_test(struct kunit *test)
{
	static char text[1 + SHINRAI_POLICY_TEXT + 1];
	struct shinrai_policy_rule *r;

	golden_init(&g);
	golden_label(&g, DENY);
	g.label[0].name = 1;
	r = golden_rule(&g, ALLOW, 0);
	r->subject_kind = SHINRAI_SUBJECT_CGROUP;
	r->subject = 1;
	memset(text + 1, 'a', SHINRAI_POLICY_TEXT);
	text[1] = '/';
	g.t.string = text;
	g.t.strings = sizeof(text);
	KUNIT_EXPECT_EQ(test, -EINVAL, golden_load(&g));
	text[SHINRAI_POLICY_TEXT] = 0;
	g.t.strings--;
	KUNIT_EXPECT_EQ(test, 0, golden_load(&g));
}

static void refused_test(struct kunit *test)
{
	struct shinrai_policy_rule *r;
	size_t len = 7;

	golden_init(&g);
	golden_label(&g, DENY);
	r = golden_rule(&g, ALLOW, 0);
	r->sink = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL, golden_load(&g));
	r->sink = NONE;
	r->action = 255;
	KUNIT_EXPECT_EQ(test, -EINVAL, golden_load(&g));
	r->action = SEND;
	r->subject_kind = SHINRAI_SUBJECT_PROGRAM;
	KUNIT_EXPECT_EQ(test, -EINVAL, golden_load(&g));
	g.t.groups = 1;
	g.group[0].count = 1;
	KUNIT_EXPECT_EQ(test, -EINVAL, golden_load(&g));
	g.t.digests = 1;
	KUNIT_EXPECT_EQ(test, 0, golden_load(&g));
	r->subject_kind = SHINRAI_SUBJECT_CGROUP;
	r->subject = g.t.strings;
	KUNIT_EXPECT_EQ(test, -EINVAL, golden_load(&g));
	r->subject_kind = SHINRAI_SUBJECT_ANY;
	r->subject = 0;
	g.sink[0].kind = SHINRAI_SINK_LOCAL;
	g.sink[0].text = g.t.strings; /* "" that is not the first one */
	g.t.sinks = 1;
	g.t.strings++;
	KUNIT_EXPECT_EQ(test, -EINVAL, golden_load(&g));
	g.sink[0].text = 0;
	KUNIT_EXPECT_EQ(test, 0, golden_load(&g));
	g.string[g.t.strings - 1] = 'x';
	KUNIT_EXPECT_EQ(test, -EINVAL, golden_load(&g));
	g.string[g.t.strings - 1] = 0;
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			shinrai_policy_pack(&g.t, g.blob, 300, &len));
	KUNIT_EXPECT_EQ(test, len, (size_t)7);
	KUNIT_EXPECT_EQ(test, 0, golden_load(&g));
}

static void limits_test(struct kunit *test)
{
	u32 *const counts[] = { &g.t.labels,  &g.t.patterns, &g.t.groups,
				&g.t.digests, &g.t.sinks,    &g.t.conditions,
				&g.t.grants,  &g.t.rules,    &g.t.strings };
	const u32 most[] = { SHINRAI_POLICY_LABELS,   SHINRAI_POLICY_MAX / 8,
			     SHINRAI_POLICY_MAX / 16, SHINRAI_POLICY_MAX / 32,
			     SHINRAI_POLICY_MAX / 40, SHINRAI_POLICY_MAX / 32,
			     SHINRAI_POLICY_GRANTS,   SHINRAI_POLICY_RULES,
			     SHINRAI_POLICY_MAX };
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		golden_init(&g);
		*counts[i] = most[i] + 1;
		KUNIT_EXPECT_EQ_MSG(test, -E2BIG,
				    shinrai_policy_pack(&g.t, g.blob,
							sizeof(g.blob), &len),
				    "count %zu", i);
		*counts[i] = U32_MAX;
		KUNIT_EXPECT_EQ_MSG(test, -E2BIG,
				    shinrai_policy_pack(&g.t, g.blob,
							sizeof(g.blob), &len),
				    "count %zu at most", i);
	}
}

/* 129 prefixes, for one label and for every one, are 258 shapes. */
static void shapes_test(struct kunit *test)
{
	static struct shinrai_policy_sink sink[129];
	static struct shinrai_policy_rule rule[258];
	static u64 blob[4096];
	struct shinrai_policy p;
	size_t len;
	u32 i;

	golden_init(&g);
	golden_label(&g, DENY);
	for (i = 0; i < 129; i++) {
		sink[i].kind = SHINRAI_SINK_INET;
		sink[i].family = 6;
		sink[i].prefix = (u8)i;
		sink[i].port_last = 65535;
	}
	g.t.sink = sink;
	g.t.sinks = 129;
	for (i = 0; i < 258; i++) {
		rule[i] = *golden_rule(&g, ALLOW, i & 1 ? EVERY : 0);
		rule[i].sink = i / 2;
		g.t.rules = 0;
	}
	g.t.rule = rule;
	g.t.rules = 257;
	KUNIT_EXPECT_EQ(test, -E2BIG,
			shinrai_policy_pack(&g.t, blob, sizeof(blob), &len));
	g.t.rules = 256;
	KUNIT_ASSERT_EQ(test, 0,
			shinrai_policy_pack(&g.t, blob, sizeof(blob), &len));
	KUNIT_EXPECT_EQ(test, 0, shinrai_policy_check(&p, blob, len));
	KUNIT_EXPECT_EQ(test, 256U, p.head->shapes);
}

/* The least there can be. */
static void empty_test(struct kunit *test)
{
	golden_init(&g);
	g.t.strings = 0;
	KUNIT_ASSERT_EQ(test, 0, golden_load(&g));
	KUNIT_EXPECT_EQ(test, g.p.head->size,
			(u32)sizeof(struct shinrai_policy_head) + 1);
	g.t.name = "";
	KUNIT_EXPECT_EQ(test, -EINVAL, golden_load(&g));
	g.t.name = "x";
	g.t.generation = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL, golden_load(&g));
}

/*
 * SHA-256 of the sound policy, from selftests/unit/policy_pack.py.  Blobs are
 * signed and kept: when it changes, SHINRAI_POLICY_VERSION has to.
 */
static const u8 version_1[] = {
	0x67, 0x78, 0xad, 0xaa, 0xb9, 0x59, 0x43, 0x51, 0xd5, 0x09, 0x7c,
	0xa5, 0x72, 0x95, 0x0e, 0xde, 0xd5, 0x05, 0x47, 0xac, 0xa1, 0xd9,
	0x53, 0x87, 0xb9, 0xd7, 0xf9, 0xae, 0x0e, 0x32, 0xc5, 0xae
};

static void bytes_test(struct kunit *test)
{
	struct shinrai_sha256 hash;
	u8 digest[32];

	KUNIT_ASSERT_EQ(test, 0, sound());
	shinrai_sha256_init(&hash);
	shinrai_sha256_update(&hash, g.blob, g.p.head->size);
	shinrai_sha256_final(&hash, digest);
	KUNIT_EXPECT_EQ(test, 0, memcmp(digest, version_1, sizeof(digest)));
	KUNIT_EXPECT_EQ(test, 0, check_with(HEAD, 0, 0, 0));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(texts_test),	 KUNIT_CASE(paths_test),
	KUNIT_CASE(long_test),	 KUNIT_CASE(refused_test),
	KUNIT_CASE(limits_test), KUNIT_CASE(shapes_test),
	KUNIT_CASE(empty_test),	 KUNIT_CASE(bytes_test),
	KUNIT_CASE(mapped_test), {},
};

static struct kunit_suite suite = {
	.name = "shinrai_policy_pack",
	.test_cases = cases,
};

kunit_test_suite(suite);
