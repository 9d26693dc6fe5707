// SPDX-License-Identifier: MIT
/* Judging anew by the facts: what judging the whole log by that policy says. */
/* links: selftests/verify/forge.c selftests/verify/forge_log.c selftests/verify/forge_boot.c selftests/verify/forge_ima.c selftests/verify/forge_quote.c selftests/verify/forge_session.c selftests/verify/forge_data.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/sha.h>

#include "../verify/forge.h"

#define ROUNDS 200
#define PLANNED 8 /* records, by forge_plan_log(), that are quoted */
#define PLANNED_CODE 7 /* in them, where nothing is known */
#define FULL 20 /* events that a record is given */
#define POOL 14 /* the last two run at the start */

static const char *const pool[POOL] = { "ls",	"lib", "sh",   "mod", "id",
					"both", "p0",  "p1",   "p2",  "p3",
					"p4",	"p5",  "init", "libc" };
static const char *const known_as[] = { "exec", "lib", "script", "module",
					"any" };

static EVP_PKEY *key;
static struct forge *f;
static u32 seed;

static u32 any(u32 below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

/* How a log goes on; the same for the same seed. */
static void plan(unsigned int more)
{
	static const u8 kinds[] = { SHINRAI_KIND_EXEC, SHINRAI_KIND_SCRIPT,
				    SHINRAI_KIND_MMAP, SHINRAI_KIND_MODULE };
	struct forge_record *r;
	unsigned int n;

	forge_init(f, key);
	f->nrec = PLANNED;
	while (more--) {
		r = forge_more(f, false);
		for (n = any(4) + 1; n; n--) {
			const char *what = pool[any(any(2) ? 6 : POOL - 2)];

			forge_code(r, SHINRAI_EVENT_CODE,
				   kinds[any(ARRAY_SIZE(kinds))], what, what);
		}
		if (!any(12))
			forge_simple(r, SHINRAI_EVENT_ANON_EXEC, 0);
		if (!any(20))
			forge_simple(r, SHINRAI_EVENT_OVERFLOW, 0);
	}
}

struct rules {
	char known[2048], deny[2048];
	bool anon;
};

static void add(char *list, const char *content, const char *rest)
{
	u8 digest[32];
	size_t i;

	SHA256((const u8 *)content, strlen(content), digest);
	list += strlen(list);
	for (i = 0; i < 32; i++)
		list += sprintf(list, "%02x", digest[i]);
	sprintf(list, " %s\n", rest);
}

static void make_rules(struct rules *r)
{
	char as[32];
	bool mild = any(2);
	size_t i;

	strcpy(r->known, "# shinrai-digests v1\n");
	strcpy(r->deny, "# shinrai-deny v1\n");
	for (i = 0; i < POOL; i++) {
		snprintf(as, sizeof(as), "%s /x", known_as[any(5)]);
		if (mild || any(8))
			add(r->known, pool[i], mild || any(4) ? "any /x" : as);
		if (!any(mild ? 100 : 12))
			add(r->deny, pool[i], "withdrawn");
	}
	r->anon = any(2);
}

static void by(const struct rules *r)
{
	f->digests = r->known;
	f->deny = r->deny;
	f->allow_anon_exec = r->anon;
}

/* The first @n records are there, and quoted; the log item begins at @from. */
static void show(unsigned int n, u64 from)
{
	f->nrec = f->quoted = n;
	f->clock += 1000;
	forge_build(f);
	if (from)
		forge_from(f, from);
}

static void go_on(struct shinrai_appraisal *a)
{
	assert_int_equal(forge_appraise(f, a), 0);
	assert_true(a->have_next);
	shinrai_state_copy(&f->last, &a->next);
	f->have_last = true;
}

static void gather(struct shinrai_facts *all, struct shinrai_appraisal *a)
{
	size_t i;

	if (a->facts_all)
		shinrai_facts_free(all);
	for (i = 0; i < a->facts.n; i++)
		assert_int_equal(shinrai_facts_add(all, &a->facts.v[i]), 0);
	shinrai_appraisal_free(a);
}

/* The first record of each reason, and what it says. */
static const struct shinrai_why *first_of(const struct shinrai_appraisal *a,
					  unsigned int code)
{
	const struct shinrai_why *w, *first = NULL;

	for (w = a->why; w < a->why + a->nwhy; w++) {
		if (w->code == code && (!first || w->record < first->record))
			first = w;
	}
	return first;
}

static void compare(const struct shinrai_appraisal *anew,
		    const struct shinrai_appraisal *whole, u32 round)
{
	const struct shinrai_why *x, *y;
	unsigned int i;

	for (i = 0; i < SHINRAI_WHYS; i++) {
		x = first_of(anew, i);
		y = first_of(whole, i);
		if (!x != !y || (x && (x->record != y->record ||
				       strcmp(x->detail, y->detail))))
			fail_msg("round %u: %s: \"%s\", not \"%s\"", round,
				 shinrai_reason_info(i)->code,
				 x ? x->detail : "-", y ? y->detail : "-");
	}
	assert_int_equal(anew->verdict, whole->verdict);
	assert_memory_equal(anew->next.policy, whole->next.policy,
			    SHINRAI_POLICY_SIZE);
	assert_int_equal(anew->next.records, whole->next.records);
	assert_int_equal(anew->next.pcrs.count, whole->next.pcrs.count);
	assert_memory_equal(anew->next.pcrs.v[0].value,
			    whole->next.pcrs.v[0].value, 32);
}

/* Judged in two parts by one policy, then with a third part by another one. */
static enum shinrai_verdict try(u32 round)
{
	unsigned int one = PLANNED + any(8), two = one + 1 + any(6),
		     three = two + any(3);
	struct shinrai_facts all = { .seed = round };
	struct shinrai_appraisal a, whole;
	enum shinrai_verdict verdict;
	struct rules before, after;

	make_rules(&before);
	make_rules(&after);
	plan(three - PLANNED);
	f->keep_facts = true;
	by(&before);
	show(one, 0);
	go_on(&a);
	assert_true(a.facts_all && a.next.facts);
	gather(&all, &a);
	f->nrec = three;
	show(two, one);
	go_on(&a);
	assert_true(!a.facts_all && a.next.facts);
	gather(&all, &a);

	by(&after);
	show(three, three > two ? two : 0);
	if (three == two)
		f->len[SHINRAI_ITEM_LOG] = 0;
	f->known = &all;
	assert_int_equal(forge_appraise(f, &a), 0);
	f->known = NULL;
	f->have_last = false;
	show(three, 0);
	assert_int_equal(forge_appraise(f, &whole), 0);
	compare(&a, &whole, round);
	verdict = whole.verdict;
	shinrai_appraisal_free(&a);
	shinrai_appraisal_free(&whole);
	shinrai_facts_free(&all);
	return verdict;
}

static void test_random(void **state)
{
	unsigned int seen[3] = { 0 };
	u32 i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		seed = i;
		seen[try(i)]++;
	}
	/* Else it would prove little. */
	assert_true(seen[SHINRAI_TRUSTED] > 5);
	assert_true(seen[SHINRAI_UNTRUSTED] > 50);
}

/* Programs that nobody knows, each with a name of its own. */
static void strangers(unsigned int n)
{
	struct forge_record *r = NULL;
	char name[32];
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!(i % FULL))
			r = forge_more(f, false);
		snprintf(name, sizeof(name), "strange%u", i);
		forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, name,
			   name);
	}
}

/* Events of a type whose only field is a reason. */
static void findings(u16 type, u32 reason, unsigned int n)
{
	struct forge_record *r = NULL;
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!(i % FULL))
			r = forge_more(f, false);
		forge_simple(r, type, reason);
	}
}

/* What is remembered is enough for the verdict. */
static bool stays_untrusted(const struct shinrai_state *s)
{
	unsigned int i;

	for (i = 0; i < s->nsticky; i++) {
		if (shinrai_reason_info(s->sticky[i].code)->verdict ==
		    SHINRAI_UNTRUSTED)
			return true;
	}
	return false;
}

/* What cannot be told from facts is not. */
static void test_refused(void **state)
{
	static const struct {
		const char *why;
		bool keep, give;
		u8 code_pcr; /* of the other policy; 0: the same */
		unsigned int strange; /* programs that nobody knows */
		unsigned int
			unmeasured; /* findings of any policy, behind those */
		unsigned int odd; /* such that prove nothing, behind those */
		bool anew;
	} table[] = {
		{ "facts were kept and are given", true, true, 0, 3, 0, 0,
		  true },
		{ "they are not given", true, false, 0, 3, 0, 0, false },
		{ "they were not kept", false, true, 0, 3, 0, 0, false },
		{ "the log is elsewhere", true, true, 11, 3, 0, 0, false },
		{ "what was pushed out is in the facts", true, true, 0, 64, 0,
		  0, true },
		{ "however much", true, true, 0, 150, 0, 0, true },
		{ "it gives way", true, true, 0, 64, 64, 0, true },
		{ "also to what weighs less", true, true, 0, 64, 0, 63, true },
		{ "but for the last one, for the verdict's sake", true, true, 0,
		  64, 0, 64, false },
		{ "what is not there was pushed out", true, true, 0, 0, 65, 0,
		  false },
		{ "the same, beside others", true, true, 0, 64, 65, 0, false },
	};
	struct rules before = { "# shinrai-digests v1\n", "", false };
	struct shinrai_appraisal a;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct shinrai_facts all = { 0 };

		forge_init(f, key);
		f->nrec = PLANNED;
		strangers(table[i].strange);
		findings(SHINRAI_EVENT_UNMEASURED, 0, table[i].unmeasured);
		findings(SHINRAI_EVENT_STATE, 999, table[i].odd);
		f->keep_facts = table[i].keep;
		f->deny = NULL;
		f->digests = before.known;
		show(f->nrec, 0);
		go_on(&a);
		assert_true(stays_untrusted(&a.next));
		gather(&all, &a);
		f->expect[0] = table[i].code_pcr;
		f->allow_anon_exec = true;
		show(f->nrec, 0);
		f->len[SHINRAI_ITEM_LOG] = 0;
		f->known = table[i].give ? &all : NULL;
		assert_int_equal(forge_appraise(f, &a), 0);
		if (!a.count[SHINRAI_WHY_POLICY_OTHER] != table[i].anew)
			fail_msg("%s", table[i].why);
		if (table[i].anew) {
			assert_int_equal(a.count[SHINRAI_WHY_CODE_UNKNOWN],
					 PLANNED_CODE + table[i].strange);
			assert_int_equal(a.count[SHINRAI_WHY_UNMEASURED],
					 table[i].unmeasured);
			assert_int_equal(a.count[SHINRAI_WHY_STATE_OTHER],
					 table[i].odd);
		}
		shinrai_appraisal_free(&a);
		shinrai_facts_free(&all);
	}
}

static void test_set(void **state)
{
	struct shinrai_facts all = { .seed = 1 };
	struct shinrai_fact x = { .what = 1 };
	u32 i;

	(void)state;
	for (i = 0; i < 3000; i++) {
		memcpy(x.digest + 28 * (i & 1), &(u32){ i / 3 }, 4);
		x.what = (u16)(1 + i % 2);
		x.record = i;
		assert_int_equal(shinrai_facts_add(&all, &x), 0);
		assert_true(shinrai_facts_have(&all, x.what, x.digest));
		assert_false(shinrai_facts_have(&all, 9, x.digest));
	}
	for (i = 1; i < all.n; i++)
		assert_true(all.v[i].record > all.v[i - 1].record);
	shinrai_facts_free(&all);
	assert_false(shinrai_facts_have(&all, x.what, x.digest));
}

static int begin(void **state)
{
	(void)state;
	key = EVP_EC_gen("P-256");
	f = malloc(sizeof(*f));
	return key && f ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	EVP_PKEY_free(key);
	free(f);
	return 0;
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(shinrai_fact_name(SHINRAI_KIND_EXEC), "program");
	assert_string_equal(shinrai_fact_name(SHINRAI_KIND_KERNEL_READ),
			    "file read by the kernel");
	assert_string_equal(shinrai_fact_name(SHINRAI_FACT_ANON),
			    "anonymous memory made executable");
	assert_string_equal(shinrai_fact_name(0), "code of unknown kind");
	assert_string_equal(shinrai_fact_name(SHINRAI_KIND_KERNEL_READ + 1),
			    "code of unknown kind");
	assert_string_equal(shinrai_fact_name(UINT64_MAX),
			    "code of unknown kind");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
