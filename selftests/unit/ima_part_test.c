// SPDX-License-Identifier: MIT
/*
 * An IMA list that comes in parts is judged as if it came whole: lists with whatever
 * can be found in one, split at random, by one policy, or by others in turn, with what
 * is kept of it.  And what is no part of it is not believed.
 */
/* links: selftests/verify/forge.c selftests/verify/forge_log.c selftests/verify/forge_boot.c selftests/verify/forge_ima.c selftests/verify/forge_quote.c selftests/verify/forge_session.c selftests/verify/forge_data.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <jansson.h>
#include <openssl/ec.h>

#include <shinrai/verdict.h>

#include "../verify/forge.h"

#define LIST 24 /* entries of a list */
#define RUNS 40
#define ENTRY 94 /* bytes of one: ima-ng, SHA-256, a path of 7 letters */
#define KNOWN "0303030303030303030303030303030303030303030303030303030303030303"
#define OTHER "0404040404040404040404040404040404040404040404040404040404040404"
#define DENIED \
	"0202020202020202020202020202020202020202020202020202020202020202"

static EVP_PKEY *key;

/* What an entry may be; the first kinds are no fault of it. */
enum kind { GOOD, OUTSIDE, UNKNOWN, DENY, VIOLATE, OTHER_PCR, FAULTY, KINDS };

struct plan {
	enum kind kind[LIST + 1];
	bool rules, deny, big_endian;
};

/* No two neighbours are alike. */
static void set_entry(struct forge_ima *e, enum kind kind, bool odd)
{
	e->path = kind == OUTSIDE ? "/tmp/ab" : "/bin/ab";
	e->pcr = kind == OTHER_PCR ? 11 : 10;
	e->violation = kind == VIOLATE;
	e->wrong_hash = kind == FAULTY;
	memset(e->digest,
	       kind == UNKNOWN ? 9 + odd :
	       kind == DENY    ? 2 :
				 3 + odd,
	       32);
}

static struct forge *forge(const struct plan *p, unsigned int entries)
{
	struct forge *f = malloc(sizeof(*f));
	unsigned int i;

	assert_non_null(f);
	forge_init(f, key);
	for (i = 0; i < LIST && i < FORGE_IMA; i++)
		set_entry(&f->ima[i], p->kind[i], i & 1);
	f->nima = entries;
	f->ima_big_endian = p->big_endian;
	f->whole = true;
	if (p->rules)
		f->rules = "{\"meta\":{\"version\":1},\"digests\":{"
			   "\"/bin/ab\":[\"" KNOWN "\",\"" OTHER "\",\"" DENIED
			   "\"]},\"excludes\":[\"/tmp/.*\"]}";
	if (p->deny)
		f->deny = "# shinrai-deny v1\n" DENIED " CVE-2026-1\n";
	return f;
}

/* What is told of it, for free(). */
static char *told(struct forge *f, struct shinrai_appraisal *a)
{
	json_t *j;
	char *text;

	forge_build(f);
	assert_int_equal(forge_appraise(f, a), 0);
	j = shinrai_verdict_json(a);
	text = json_dumps(j, JSON_SORT_KEYS);
	json_decref(j);
	assert_non_null(text);
	return text;
}

/* The list up to @entries, which goes on where @last ended. */
static struct forge *follow(const struct plan *p, unsigned int entries,
			    const struct shinrai_state *last)
{
	struct forge *f = forge(p, entries);

	f->whole = false;
	f->have_last = true;
	f->last = *last;
	f->clock = last->clock.clock + 1;
	f->ima_from = last->ima.offset;
	return f;
}

static void compare(const struct plan *p, unsigned int entries,
		    const char *part, const struct shinrai_appraisal *a)
{
	struct forge *f = forge(p, entries);
	struct shinrai_appraisal whole;
	char *text;

	f->clock = a->clock.clock;
	text = told(f, &whole);
	if (strcmp(text, part)) {
		fprintf(stderr, "%u entries\nwhole: %s\n", entries, text);
		fprintf(stderr, "parts: %s\n", part);
		fail();
	}
	assert_memory_equal(&whole.next.ima, &a->next.ima,
			    sizeof(whole.next.ima));
	assert_int_equal(whole.next.nsticky, a->next.nsticky);
	free(text);
	shinrai_appraisal_free(&whole);
	free(f);
}

/* As the verifier's store has it. */
struct kept {
	u8 data[FORGE_ITEM];
	size_t len;
};

static void keep(struct kept *k, const struct forge *f,
		 const struct shinrai_appraisal *a)
{
	const u64 end = a->next.ima.offset;

	k->len = 0;
	if (!end)
		return;
	assert_int_equal(a->ima_first, f->ima_from);
	assert_in_range(end, a->ima_first,
			a->ima_first + f->len[SHINRAI_ITEM_IMA]);
	memcpy(k->data + a->ima_first, f->item[SHINRAI_ITEM_IMA],
	       end - a->ima_first);
	k->len = end;
}

/* Return: how often another policy judged it, and it came in part. */
static unsigned int split_anew(struct plan *p)
{
	struct shinrai_state last = { 0 };
	static struct kept kept;
	struct shinrai_appraisal a;
	unsigned int entries = 1 + (unsigned int)random() % 4, parts = 0;
	struct forge *f;
	char *text;

	for (; entries <= LIST; entries += (unsigned int)random() % 7) {
		f = last.records ? follow(p, entries, &last) :
				   forge(p, entries);
		f->ima_before = (struct shinrai_item){ kept.data, f->ima_from };
		parts += f->ima_from != 0;
		text = told(f, &a);
		assert_true(a.have_next);
		compare(p, entries, text, &a);
		keep(&kept, f, &a);
		last = a.next;
		shinrai_appraisal_free(&a);
		free(text);
		free(f);
		p->rules ^= random() & 1;
		p->deny ^= !p->rules || random() & 1;
	}
	return parts;
}

/* Return: how often it came in part. */
static unsigned int split(const struct plan *p)
{
	struct shinrai_state last = { 0 };
	struct shinrai_appraisal a;
	unsigned int entries = 1 + (unsigned int)random() % 4, parts = 0;
	struct forge *f;
	char *text;

	for (; entries <= LIST; entries += (unsigned int)random() % 7) {
		f = last.records ? follow(p, entries, &last) :
				   forge(p, entries);
		parts += f->ima_from != 0;
		text = told(f, &a);
		assert_true(a.have_next);
		compare(p, entries, text, &a);
		last = a.next;
		shinrai_appraisal_free(&a);
		free(text);
		free(f);
	}
	return parts;
}

static void test_splits(void **state)
{
	unsigned int i, k, parts = 0, anew = 0;
	struct plan p;

	(void)state;
	srandom(7);
	for (i = 0; i < RUNS; i++) {
		/* More and more of what is no good, and then nothing else. */
		for (k = 0; k <= LIST; k++)
			p.kind[k] = i + 2 >= RUNS ?
					    UNKNOWN :
				    (unsigned int)random() % RUNS < i ?
					    (unsigned int)random() % KINDS :
					    GOOD;
		p.rules = i & 1;
		p.deny = i & 2;
		p.big_endian = i & 4;
		parts += split(&p);
		anew += split_anew(&p);
	}
	print_message("%u lists came in part, %u for another policy\n", parts,
		      anew);
	assert_true(parts > 2 * RUNS && anew > 2 * RUNS);
}

static const struct plan plain;

static void other_position(struct forge *f)
{
	f->last.ima.offset++; /* the machine says another one */
}

static void drops_entry(struct forge *f)
{
	f->ima_from += ENTRY; /* of one entry; and does not say so */
	forge_build(f);
	f->ima_from -= ENTRY;
	f->len[SHINRAI_ITEM_MACHINE] = (size_t)sprintf(
		(char *)f->item[SHINRAI_ITEM_MACHINE], "{\"ima_first\":%llu}",
		(unsigned long long)f->ima_from);
}

static void other_value(struct forge *f)
{
	f->last.ima.pcr[0] ^= 1;
}

static void other_boot(struct forge *f)
{
	f->last.boot_id[0] ^= 1;
}

static void other_policy(struct forge *f)
{
	f->last.policy[0] ^= 1;
}

static void other_bank(struct forge *f)
{
	f->last.ima.bank = SHINRAI_ALG_SHA384;
}

static void other_size(struct forge *f)
{
	f->last.ima.size = 20;
}

static void all_was_asked_for(struct forge *f)
{
	f->whole = true;
}

static void forgotten(struct forge *f)
{
	f->last.ima.entries = 0;
}

static void garbage(struct forge *f)
{
	memset(f->item[SHINRAI_ITEM_IMA] + 24, 0xff, 4);
}

static void cut_short(struct forge *f)
{
	f->len[SHINRAI_ITEM_IMA] = ENTRY; /* ends before the quote */
}

static void nothing(struct forge *f)
{
	(void)f;
}

/* Of the first two entries; another policy needs it. */
static struct kept kept;

static void kept_too(struct forge *f)
{
	other_policy(f);
	f->ima_before = (struct shinrai_item){ kept.data, kept.len };
}

static void kept_all(struct forge *f)
{
	kept_too(f);
	f->nima = 2;
}

static void no_more_comes(struct forge *f)
{
	f->len[SHINRAI_ITEM_IMA] = 0;
}

static void kept_less(struct forge *f)
{
	kept_too(f);
	f->ima_before.len -= ENTRY;
}

static void kept_less_and_says_so(struct forge *f)
{
	kept_less(f);
	f->ima_from -= ENTRY;
}

static void kept_more(struct forge *f)
{
	kept_too(f);
	f->ima_before.len++;
}

static void kept_of_other_boot(struct forge *f)
{
	kept_too(f);
	other_boot(f);
}

static void kept_and_all_was_asked_for(struct forge *f)
{
	kept_too(f);
	f->whole = true;
}

static void kept_and_all_comes(struct forge *f)
{
	kept_too(f);
	f->ima_from = 0;
}

/* Of the path in the first entry. */
static void kept_spoilt(struct forge *f)
{
	static u8 spoilt[sizeof(kept.data)];

	kept_too(f);
	memcpy(spoilt, kept.data, kept.len);
	spoilt[ENTRY - 3] ^= 1;
	f->ima_before.data = spoilt;
}

static void kept_cut(struct forge *f)
{
	static u8 spoilt[sizeof(kept.data)];

	kept_too(f);
	memset(spoilt, 0xff, sizeof(spoilt));
	memcpy(spoilt, kept.data, ENTRY);
	f->ima_before.data = spoilt;
}

static const struct {
	const char *name;
	void (*plan)(struct forge *f);
	void (*bend)(struct forge *f);
	const char *code; /* that it is refused with; NULL: trusted */
} table[] = {
	{ "a part", nothing, NULL, NULL },
	{ "another position", other_position, NULL, "ima-replay" },
	{ "an entry is left out", nothing, drops_entry, "ima-replay" },
	{ "another value is remembered", other_value, NULL, "ima-replay" },
	{ "of another boot", other_boot, NULL, "ima-replay" },
	{ "by another policy", other_policy, NULL, "ima-replay" },
	{ "in another bank", other_bank, NULL, "ima-replay" },
	{ "of another size", other_size, NULL, "ima-replay" },
	{ "all was asked for", all_was_asked_for, NULL, "ima-replay" },
	{ "nothing is remembered", forgotten, NULL, "ima-replay" },
	{ "no list", nothing, garbage, "ima-syntax" },
	{ "it ends before the quote", nothing, cut_short, "ima-replay" },
	{ "another policy, and what came before is kept", kept_too, NULL,
	  NULL },
	{ "which is all of it", kept_all, no_more_comes, NULL },
	{ "all of it comes, though", kept_and_all_comes, NULL, NULL },
	{ "less is kept than was asked after", kept_less, NULL, "ima-replay" },
	{ "and that is asked after", kept_less_and_says_so, NULL, NULL },
	{ "more is kept", kept_more, NULL, "ima-replay" },
	{ "of another boot", kept_of_other_boot, NULL, "ima-replay" },
	{ "all was asked for", kept_and_all_was_asked_for, NULL, "ima-replay" },
	{ "what is kept is spoilt", kept_spoilt, NULL, "ima-replay" },
	{ "or is no list any more", kept_cut, NULL, "ima-syntax" },
	{ "an entry is left out after it", kept_too, drops_entry,
	  "ima-replay" },
	{ "it ends before the quote", kept_too, cut_short, "ima-replay" },
};

static bool has(const struct shinrai_appraisal *a, const char *code)
{
	return a->count[shinrai_reason_by_code(code)];
}

static void test_lies(void **state)
{
	struct forge *f = forge(&plain, 2);
	struct shinrai_appraisal a;
	struct shinrai_state last;
	size_t i;

	(void)state;
	free(told(f, &a));
	last = a.next;
	assert_int_equal(last.ima.entries, 2);
	assert_int_equal(last.ima.offset, 2 * ENTRY);
	keep(&kept, f, &a);
	shinrai_appraisal_free(&a);
	free(f);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		f = follow(&plain, 5, &last);
		table[i].plan(f);
		forge_build(f);
		if (table[i].bend)
			table[i].bend(f);
		assert_int_equal(forge_appraise(f, &a), 0);
		if (table[i].code ? !has(&a, table[i].code) :
				    a.verdict != SHINRAI_TRUSTED)
			fail_msg("%s: %s", table[i].name,
				 a.nwhy ? shinrai_reason_info(a.why[0].code)
						  ->code :
					  "trusted");
		/* What does not join is not gone on from. */
		if (table[i].code)
			assert_int_equal(a.next.ima.offset + a.next.ima.bank,
					 0);
		shinrai_appraisal_free(&a);
		free(f);
	}
}

/* A list with something that is denied does not become good by being left out. */
static void test_left_out(void **state)
{
	struct plan p = { .deny = true };
	struct shinrai_appraisal a;
	struct shinrai_state last;
	struct forge *f;
	int again;

	(void)state;
	p.kind[1] = DENY;
	f = forge(&p, 3);
	free(told(f, &a));
	assert_int_equal(a.verdict, SHINRAI_UNTRUSTED);
	last = a.next;
	shinrai_appraisal_free(&a);
	free(f);
	for (again = 0; again < 3; again++) {
		f = follow(&p, 3, &last);
		f->absent[SHINRAI_ITEM_IMA] = true;
		free(told(f, &a));
		assert_true(has(&a, "ima-missing"));
		assert_true(has(&a, "ima-denied"));
		assert_int_equal(a.verdict, SHINRAI_UNTRUSTED);
		assert_int_equal(a.next.ima.offset, 3 * ENTRY);
		last = a.next;
		shinrai_appraisal_free(&a);
		free(f);
	}
	/* It is there again, and goes on. */
	f = follow(&p, 4, &last);
	free(told(f, &a));
	assert_true(has(&a, "ima-denied"));
	assert_int_equal(a.next.ima.entries, 4);
	shinrai_appraisal_free(&a);
	free(f);
}

/* Neither does what any policy finds fault with; and the list that is kept stays. */
static void test_left_out_anew(void **state)
{
	static const struct {
		const char *why;
		bool keeps, other;
		u64 offset, entries; /* where it goes on */
	} row[] = {
		{ "the same policy", false, false, 3, 3 },
		{ "another one", false, true, 0, 0 },
		{ "another one, which has the list", true, true, 3, 0 },
	};
	struct plan p = { .deny = false };
	struct shinrai_appraisal a;
	struct shinrai_state last;
	struct forge *f;
	size_t i;

	(void)state;
	p.kind[1] = FAULTY;
	f = forge(&p, 3);
	free(told(f, &a));
	assert_true(has(&a, "ima-entry"));
	last = a.next;
	shinrai_appraisal_free(&a);
	free(f);
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		p.deny = row[i].other;
		f = follow(&p, 3, &last);
		f->keeps_ima = row[i].keeps;
		f->absent[SHINRAI_ITEM_IMA] = true;
		free(told(f, &a));
		if (!has(&a, "ima-entry") ||
		    a.next.ima.offset != row[i].offset * ENTRY ||
		    a.next.ima.entries != row[i].entries)
			fail_msg("%s", row[i].why);
		shinrai_appraisal_free(&a);
		free(f);
	}
}

/* Of more findings than are kept, the worst are, and one of each kind. */
static void test_worst_kept(void **state)
{
	static const struct {
		const char *why;
		enum kind many, last;
		const char *code; /* of the last one */
	} row[] = {
		{ "as bad", UNKNOWN, DENY, "ima-denied" },
		{ "worse", OTHER_PCR, DENY, "ima-denied" },
		{ "less", UNKNOWN, OTHER_PCR, "ima-pcr" },
		{ "not kept of another policy", DENY, FAULTY, "ima-entry" },
	};
	struct shinrai_appraisal a;
	struct shinrai_state last;
	struct forge *f;
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		struct plan p = { .deny = true, .rules = true };

		for (k = 0; k < 20; k++)
			p.kind[k] = row[i].many;
		p.kind[20] = row[i].last;
		f = forge(&p, 22);
		f->keeps_ima = true;
		free(told(f, &a));
		assert_int_equal(a.next.ima.entries, 0);
		assert_int_equal(a.next.ima.offset, 22 * ENTRY);
		last = a.next;
		shinrai_appraisal_free(&a);
		free(f);
		f = follow(&p, 22, &last);
		f->keeps_ima = true;
		f->absent[SHINRAI_ITEM_IMA] = true;
		free(told(f, &a));
		if (!has(&a, row[i].code) || a.next.ima.entries ||
		    a.next.ima.offset != 22 * ENTRY)
			fail_msg("%s", row[i].why);
		shinrai_appraisal_free(&a);
		free(f);
	}
}

/* Who cannot give it in part is never asked for a part. */
static void test_whole_only(void **state)
{
	struct forge *f = forge(&plain, 2);
	struct shinrai_appraisal a;

	(void)state;
	f->ima_whole = true;
	free(told(f, &a));
	assert_true(a.have_next);
	assert_int_equal(a.verdict, SHINRAI_TRUSTED);
	assert_int_equal(a.next.ima.offset + a.next.ima.bank, 0);
	shinrai_appraisal_free(&a);
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_left_out_anew),
		cmocka_unit_test(test_worst_kept),
		cmocka_unit_test(test_whole_only),
	};
	int ret;

	key = EVP_EC_gen("P-256");
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	EVP_PKEY_free(key);
	return ret;
}
