// SPDX-License-Identifier: MIT
/* What one appraisal leaves for the next: all that was vouched for, no more. */
/* links: selftests/verify/forge.c selftests/verify/forge_log.c selftests/verify/forge_boot.c selftests/verify/forge_ima.c selftests/verify/forge_quote.c selftests/verify/forge_session.c selftests/verify/forge_data.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/ec.h>

#include "../verify/forge.h"

#define BAD SHINRAI_UNTRUSTED
#define OPEN SHINRAI_UNKNOWN
#define GOOD SHINRAI_TRUSTED

/* One exchange with the machine; each plans all that happened so far. */
struct turn {
	void (*plan)(struct forge *f); /* before it is built, or NULL */
	void (*bend)(struct forge *f); /* afterwards, or NULL */
	enum shinrai_verdict verdict;
	const char *code; /* first reason; NULL: none */
};

struct story {
	const char *name;
	struct turn first, second;
};

/* Record 8 came after the quote. */
static void tail_renumbered(struct forge *f)
{
	f->rec[8].header_number = 9;
}

static void tail_repeats(struct forge *f)
{
	f->rec[8].number = f->rec[8].header_number = 7;
}

static void tail_of_other_boot(struct forge *f)
{
	f->rec[8].boot_id[0] ^= 1;
}

static void tail_edited(struct forge *f)
{
	f->rec[8].events[20] ^= 1;
}

static void overflow(struct forge *f)
{
	forge_simple(&f->rec[4], SHINRAI_EVENT_OVERFLOW,
		     SHINRAI_REASON_LOG_FULL);
}

/* More than a state holds, and then what must not be lost. */
static void weak_ones_first(struct forge *f)
{
	unsigned int i;

	for (i = 0; i < SHINRAI_STATE_REASONS + 6; i++)
		forge_simple(&f->rec[3], SHINRAI_EVENT_ANON_EXEC, 1);
	overflow(f);
}

static void weak_ones_last(struct forge *f)
{
	unsigned int i;

	overflow(f);
	for (i = 0; i < SHINRAI_STATE_REASONS + 6; i++)
		forge_simple(&f->rec[5], SHINRAI_EVENT_ANON_EXEC, 1);
}

/* The first of them is told first. */
static void bad_ones(struct forge *f)
{
	unsigned int i;

	for (i = 0; i < SHINRAI_STATE_REASONS; i++)
		forge_simple(&f->rec[3], SHINRAI_EVENT_OVERFLOW, 1);
	forge_simple(&f->rec[4], SHINRAI_EVENT_UNMEASURED, 1);
}

/* Only what is new, as a daemon sends it. */
static void nothing_new(struct forge *f)
{
	f->len[SHINRAI_ITEM_LOG] = 0;
}

/* As a daemon does that was asked for all and sends less. */
static void nothing_for_all(struct forge *f)
{
	nothing_new(f);
	f->whole = true;
}

static void tail_for_all(struct forge *f)
{
	forge_from(f, 8);
	f->whole = true;
}

static void anon_exec(struct forge *f)
{
	forge_simple(&f->rec[4], SHINRAI_EVENT_ANON_EXEC, 1);
}

static void anon_exec_allowed(struct forge *f)
{
	anon_exec(f);
	f->allow_anon_exec = true;
}

static void no_digests(struct forge *f)
{
	f->digests = NULL;
}

/* Without /id, the last program that is covered. */
static void fewer_digests(struct forge *f)
{
	static char text[2048];
	char *line;

	strcpy(text, f->digests);
	line = strstr(text, " exec /id\n");
	assert_non_null(line);
	memmove(line - 64, line + strlen(" exec /id\n"),
		strlen(line + strlen(" exec /id\n")) + 1);
	f->digests = text;
}

/* The same entries, the first one last, and once more. */
static void digests_in_other_order(struct forge *f)
{
	static char text[4096];
	const char *source = strstr(f->digests, "# source");
	const char *first = strchr(source, '\n') + 1;
	const char *second = strchr(first, '\n') + 1;

	snprintf(text, sizeof(text), "# shinrai-digests v1\n%s%.*s%.*s", second,
		 (int)(second - first), first, (int)(second - first), first);
	f->digests = text;
}

static void more_references(struct forge *f)
{
	f->reference_tail = ",{\"text\":\"quiet splash\"}";
}

static void references_in_other_order(struct forge *f)
{
	f->reference_head = "{\"text\":\"quiet splash\"},";
}

static void other_pcrs_expected(struct forge *f)
{
	f->expect[0] = 11;
	f->expect[1] = 15;
}

/* As a verifier that knew of no policies left it. */
static void no_policy_known(struct forge *f)
{
	memset(f->last.policy, 0, sizeof(f->last.policy));
}

static void no_policy_known_nothing_new(struct forge *f)
{
	no_policy_known(f);
	nothing_new(f);
}

/* Owners are admitted; the rest comes after the quote. */
static void owners_only(struct forge *f)
{
	forge_plan_data(f);
	f->quoted = 10;
}

static void from_policies(struct forge *f)
{
	forge_from(f, 10);
}

static void policies_required(struct forge *f)
{
	forge_policy_id(FORGE_ACME, 7, f->policy[0]);
	f->npolicies = 1;
}

static void owners_only_policies_required(struct forge *f)
{
	owners_only(f);
	policies_required(f);
}

static void all_data_policies_required(struct forge *f)
{
	forge_plan_data(f);
	policies_required(f);
}

static void add_denied(struct forge *f, u64 generation, bool refused)
{
	struct forge_fields e;

	forge_flow(&e, FORGE_ACME, generation, SHINRAI_VERDICT_DENY, refused);
	forge_add(forge_more(f, true), &e);
}

static void older_policy(struct forge *f)
{
	forge_plan_data(f);
	forge_add_policy(f, FORGE_ACME, 6);
}

static void flow_of_policy_to_come(struct forge *f)
{
	forge_plan_data(f);
	add_denied(f, 8, true);
}

static void data_left(struct forge *f)
{
	forge_plan_data(f);
	add_denied(f, 7, false);
}

static void from_end(struct forge *f)
{
	forge_from(f, 15);
}

static const struct story stories[] = {
	{ "owners first, then what they load",
	  { owners_only, NULL, GOOD, NULL },
	  { forge_plan_data, from_policies, GOOD, NULL } },
	{ "a required policy is loaded later",
	  { owners_only_policies_required, NULL, BAD, "policy-absent" },
	  { all_data_policies_required, from_policies, GOOD, NULL } },
	{ "a required policy, nothing new",
	  { all_data_policies_required, NULL, GOOD, NULL },
	  { all_data_policies_required, nothing_new, GOOD, NULL } },
	{ "an older policy, for what is new",
	  { forge_plan_data, NULL, GOOD, NULL },
	  { older_policy, from_end, BAD, "policy-generation" } },
	{ "a flow of no policy, for what is new",
	  { forge_plan_data, NULL, GOOD, NULL },
	  { flow_of_policy_to_come, from_end, BAD, "flow-policy" } },
	{ "data that left stays away",
	  { data_left, NULL, BAD, "data-left" },
	  { data_left, nothing_new, BAD, "data-left" } },
	{ "nothing happened",
	  { NULL, NULL, GOOD, NULL },
	  { NULL, nothing_new, GOOD, NULL } },
	{ "what is covered stays",
	  { overflow, NULL, BAD, "overflow" },
	  { overflow, nothing_new, BAD, "overflow" } },
	{ "weak ones, then a bad one",
	  { weak_ones_first, NULL, BAD, "overflow" },
	  { weak_ones_first, nothing_new, BAD, "overflow" } },
	{ "a bad one, then weak ones",
	  { weak_ones_last, NULL, BAD, "overflow" },
	  { weak_ones_last, nothing_new, BAD, "overflow" } },
	{ "more bad ones than there is room",
	  { bad_ones, NULL, BAD, "overflow" },
	  { bad_ones, nothing_new, BAD, "overflow" } },
	{ "no list, then one",
	  { no_digests, NULL, OPEN, "digests-missing" },
	  { NULL, NULL, GOOD, NULL } },
	{ "no list, then one, for what is new",
	  { no_digests, NULL, OPEN, "digests-missing" },
	  { NULL, nothing_new, OPEN, "policy-other" } },
	{ "a shorter list",
	  { NULL, NULL, GOOD, NULL },
	  { fewer_digests, NULL, BAD, "code-unknown" } },
	{ "a shorter list, for what is new",
	  { NULL, NULL, GOOD, NULL },
	  { fewer_digests, nothing_new, OPEN, "policy-other" } },
	{ "a shorter list, all was asked for, nothing is sent",
	  { NULL, NULL, GOOD, NULL },
	  { fewer_digests, nothing_for_all, BAD, "start-missing" } },
	{ "a shorter list, all was asked for, the end is sent",
	  { NULL, NULL, GOOD, NULL },
	  { fewer_digests, tail_for_all, BAD, "log-first" } },
	{ "a longer list",
	  { fewer_digests, NULL, BAD, "code-unknown" },
	  { NULL, NULL, GOOD, NULL } },
	{ "a longer list, for what is new",
	  { fewer_digests, NULL, BAD, "code-unknown" },
	  { NULL, nothing_new, BAD, "code-unknown" } },
	{ "a list in another order",
	  { NULL, NULL, GOOD, NULL },
	  { digests_in_other_order, nothing_new, GOOD, NULL } },
	{ "JIT compilers are expected no more",
	  { anon_exec_allowed, NULL, GOOD, NULL },
	  { anon_exec, NULL, OPEN, "anon-exec" } },
	{ "JIT compilers are expected no more, for what is new",
	  { anon_exec_allowed, NULL, GOOD, NULL },
	  { anon_exec, nothing_new, OPEN, "policy-other" } },
	{ "JIT compilers are expected still",
	  { anon_exec_allowed, NULL, GOOD, NULL },
	  { anon_exec_allowed, nothing_new, GOOD, NULL } },
	{ "more references",
	  { NULL, NULL, GOOD, NULL },
	  { more_references, NULL, GOOD, NULL } },
	{ "more references, for what is new",
	  { NULL, NULL, GOOD, NULL },
	  { more_references, nothing_new, OPEN, "policy-other" } },
	{ "references in another order",
	  { more_references, NULL, GOOD, NULL },
	  { references_in_other_order, nothing_new, GOOD, NULL } },
	{ "other PCRs are expected",
	  { NULL, NULL, GOOD, NULL },
	  { other_pcrs_expected, nothing_new, BAD, "start-pcrs" } },
	{ "a state without a policy",
	  { NULL, NULL, GOOD, NULL },
	  { no_policy_known, NULL, GOOD, NULL } },
	{ "a state without a policy, for what is new",
	  { NULL, NULL, GOOD, NULL },
	  { NULL, no_policy_known_nothing_new, OPEN, "policy-other" } },
	{ "renumbered after the quote",
	  { tail_renumbered, NULL, BAD, "record-number" },
	  { NULL, nothing_new, GOOD, NULL } },
	{ "repeated after the quote",
	  { tail_repeats, NULL, BAD, "log-repeat" },
	  { NULL, nothing_new, GOOD, NULL } },
	{ "another boot after the quote",
	  { tail_of_other_boot, NULL, BAD, "log-boot-id" },
	  { NULL, nothing_new, GOOD, NULL } },
	{ "edited after the quote",
	  { tail_edited, NULL, BAD, "record-root" },
	  { NULL, nothing_new, GOOD, NULL } },
};

/* What is remembered goes into the next turn. */
static bool take(struct forge *f, const struct turn *t, const char *name)
{
	const char *code = NULL;
	struct shinrai_appraisal a;
	bool ok;

	if (t->plan)
		t->plan(f);
	forge_build(f);
	if (t->bend)
		t->bend(f);
	assert_int_equal(forge_appraise(f, &a), 0);
	if (a.nwhy)
		code = shinrai_reason_info(a.why[0].code)->code;
	ok = a.verdict == t->verdict && !code == !t->code &&
	     (!code || !strcmp(code, t->code));
	if (!ok)
		print_error("%s: %s for %s %s, expected %s\n", name,
			    shinrai_verdict_name(a.verdict), code,
			    a.nwhy ? a.why[0].detail : "", t->code);
	if (a.have_next)
		f->last = a.next;
	f->have_last |= a.have_next;
	shinrai_appraisal_free(&a);
	return ok;
}

static bool tell(struct forge *f, EVP_PKEY *key, const struct story *s)
{
	static struct shinrai_state last;
	bool have_last, ok;

	forge_init(f, key);
	ok = take(f, &s->first, s->name);
	last = f->last;
	have_last = f->have_last;
	forge_init(f, key);
	f->last = last;
	f->have_last = have_last;
	return take(f, &s->second, s->name) && ok;
}

static void test_stories(void **state)
{
	struct forge *f = malloc(sizeof(*f));
	EVP_PKEY *key = EVP_EC_gen("P-256");
	size_t i, wrong = 0;

	(void)state;
	assert_non_null(f);
	for (i = 0; i < ARRAY_SIZE(stories); i++)
		wrong += !tell(f, key, &stories[i]);
	EVP_PKEY_free(key);
	free(f);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
