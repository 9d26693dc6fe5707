// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: a million random accesses, judged by the core and by the naive oracle,
 * and the digest of all verdicts, which is the same wherever the core runs.
 */
#include <kunit/test.h>

#include <shinrai/hash.h>

#include "decide_naive.h"
#include "decide_random.h"

#define INPUTS 1000000

/* SHA-256 of the answers, as selftests/unit/policy_oracle.py has them. */
static const u8 expected[32] = {
	0x4c, 0x9c, 0x3f, 0x5a, 0x91, 0xe3, 0x4d, 0x01, 0xee, 0x08, 0xc9,
	0x28, 0x78, 0xc9, 0xc0, 0x60, 0x77, 0xa1, 0x0d, 0x25, 0x6b, 0x96,
	0xd3, 0x25, 0x5a, 0x66, 0x9d, 0xb3, 0x58, 0xca, 0x84, 0x96
};

static struct random g;
static struct shinrai_meter meters[RANDOM_CONDITIONS];
static struct shinrai_meter naive_meters[RANDOM_CONDITIONS];

struct tally {
	u32 verdict[4];
	u32 by_rule;
	u32 wavering;
	u32 notify;
	u32 uncharged;
};

static void count(struct tally *t, const struct shinrai_answer *a)
{
	t->verdict[a->verdict & 3]++;
	t->by_rule += a->rule != SHINRAI_POLICY_NONE;
	t->wavering += !!(a->flags & SHINRAI_ANSWER_VOLATILE);
	t->notify += !!(a->flags & SHINRAI_ANSWER_NOTIFY);
}

/* One access.  Return: whether both say the same, and count the same. */
static bool one_access(const struct shinrai_policy *p,
		       struct shinrai_answer *out, struct shinrai_answer *naive)
{
	struct random_input in;

	random_input(&g, &in);
	shinrai_policy_judge(p, in.labels, &in.access,
			     in.metered ? meters : NULL, in.charge, out);
	naive_judge(p, in.labels, &in.access, in.metered ? naive_meters : NULL,
		    in.charge, naive);
	return !memcmp(out, naive, sizeof(*naive)) &&
	       !memcmp(meters, naive_meters, sizeof(meters));
}

static void next_policy(struct kunit *test, struct shinrai_policy *p)
{
	size_t len;

	KUNIT_ASSERT_EQ(test, 0, random_policy(&g, &len));
	KUNIT_ASSERT_EQ(test, 0, shinrai_policy_check(p, g.blob, len));
	memset(meters, 0, sizeof(meters));
	memset(naive_meters, 0, sizeof(naive_meters));
}

static u64 first_bytes(const u8 *digest)
{
	u64 v = 0;
	u32 i;

	for (i = 0; i < 8; i++)
		v = v << 8 | digest[i];
	return v;
}

/* A million accesses that meet no rule would prove nothing. */
static void check_tally(struct kunit *test, const struct tally *t)
{
	kunit_info(test, "%u allow, %u audit, %u deny", t->verdict[1],
		   t->verdict[2], t->verdict[3]);
	kunit_info(test, "%u by a rule, %u volatile, %u notify", t->by_rule,
		   t->wavering, t->notify);
	KUNIT_EXPECT_EQ(test, 0U, t->verdict[0]);
	KUNIT_EXPECT_LT(test, INPUTS / 20, t->verdict[1]);
	KUNIT_EXPECT_LT(test, INPUTS / 20, t->verdict[2]);
	KUNIT_EXPECT_LT(test, INPUTS / 20, t->verdict[3]);
	KUNIT_EXPECT_LT(test, INPUTS / 4, t->by_rule);
	KUNIT_EXPECT_LT(test, INPUTS / 8, t->wavering);
	KUNIT_EXPECT_LT(test, INPUTS / 25, t->notify);
}

static void judge_test(struct kunit *test)
{
	struct shinrai_answer answer, naive;
	struct shinrai_sha256 hash;
	struct shinrai_policy p;
	struct tally t = { .by_rule = 0 };
	u8 digest[32];
	bool same = true;
	u32 i;

	g.state = RANDOM_SEED;
	shinrai_sha256_init(&hash);
	for (i = 0; i < INPUTS && same; i++) {
		if (i % RANDOM_EVENTS == 0)
			next_policy(test, &p);
		same = one_access(&p, &answer, &naive);
		shinrai_sha256_update(&hash, &answer, sizeof(answer));
		count(&t, &answer);
	}
	shinrai_sha256_final(&hash, digest);
	KUNIT_EXPECT_EQ_MSG(test, same, true,
			    "input %u: %u rule %u flags %u, not %u %u %u", i,
			    answer.verdict, answer.rule, answer.flags,
			    naive.verdict, naive.rule, naive.flags);
	kunit_info(test, "seed %llx, %u inputs, digest %016llx...",
		   (unsigned long long)RANDOM_SEED, i,
		   (unsigned long long)first_bytes(digest));
	check_tally(test, &t);
	KUNIT_EXPECT_EQ(test, 0, memcmp(digest, expected, sizeof(digest)));
}

/* Every rule and label of one policy, for one access. */
static u32 unlike(const struct shinrai_policy *p,
		  const struct shinrai_access *a)
{
	u32 rule, label, n = 0;

	for (rule = 0; rule < p->head->rules; rule++)
		for (label = 0; label < p->head->labels; label++)
			n += shinrai_policy_matches(p, rule, (u8)label, a,
						    meters) !=
			     naive_matches(p, rule, label, a, meters);
	return n;
}

static u64 naive_granted(const struct shinrai_policy *p, const u8 *program)
{
	const struct shinrai_policy_group *group;
	u64 labels = 0;
	u32 i, k;

	for (i = 0; i < p->head->grants; i++) {
		group = &p->group[p->grant[i].group];
		for (k = 0; k < group->count; k++)
			if (!memcmp(p->digest[group->first + k], program, 32))
				labels |= 1ULL << p->grant[i].label;
	}
	return labels;
}

static void rules_test(struct kunit *test)
{
	struct random_input in;
	struct shinrai_policy p;
	u32 i, k, bad = 0, granted = 0;
	u8 program[32];

	g.state = RANDOM_SEED + 1;
	for (i = 0; i < 2000; i++) {
		next_policy(test, &p);
		for (k = 0; k < ARRAY_SIZE(meters); k++)
			meters[k].uses = random_below(&g, 3);
		random_input(&g, &in);
		bad += unlike(&p, &in.access);
		for (k = 0; k < RANDOM_PROGRAMS; k++) {
			random_program(k, program);
			bad += shinrai_policy_granted(&p, program) !=
			       naive_granted(&p, program);
			granted += !!naive_granted(&p, program);
		}
	}
	KUNIT_EXPECT_EQ(test, 0U, bad);
	KUNIT_EXPECT_LT(test, 2000U, granted);
}

static struct kunit_case cases[] = { KUNIT_CASE(judge_test),
				     KUNIT_CASE(rules_test),
				     {} };

static struct kunit_suite suite = {
	.name = "shinrai_decide_random",
	.test_cases = cases,
};

kunit_test_suite(suite);
