// SPDX-License-Identifier: MIT
/* A log that comes in parts, as shinrai-verify live puts it together. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include <shinrai/client.h>
#include <shinrai/evidence.h>
#include <shinrai/record.h>

#define LONG (SHINRAI_MAX_ANSWER_LOG - SHINRAI_MAX_RECORD + 1)

/* Records of nearly a MiB each; @len is 0 for a single small one. */
static size_t make_log(u8 *buf, u64 first, u8 boot, size_t len)
{
	static u8 event[SHINRAI_MAX_RECORD - 512];
	struct shinrai_header h = { .version = SHINRAI_RECORD_VERSION,
				    .type = SHINRAI_RECORD_EVENTS,
				    .pcr = 12,
				    .recnum = first };
	struct shinrai_wr w;

	memset(h.boot_id, boot, sizeof(h.boot_id));
	shinrai_wr_init(&w, buf, SHINRAI_MAX_ANSWER_LOG);
	do {
		shinrai_record_encode(&w, &h, NULL, 0, event,
				      len ? sizeof(event) : 100);
		h.recnum++;
	} while (w.len < len);
	assert_int_equal(w.err, 0);
	return w.len;
}

struct step {
	u64 first;
	u8 boot;
	size_t len; /* at least; 0: one small record */
	bool damaged;
	int expected;
	int kept; /* parts in the log afterwards, the last ones; 0: NULL */
	const char *why;
};

static void run(const struct step *s, size_t n)
{
	struct shinrai_collect c = { 0 };
	u8 *buf = malloc(SHINRAI_MAX_ANSWER_LOG);
	size_t len[4], kept, i;
	int k;

	assert_non_null(buf);
	for (i = 0; i < n; i++) {
		len[i] = make_log(buf, s[i].first, s[i].boot, s[i].len);
		if (s[i].damaged)
			len[i] -= 1;
		if (shinrai_collect_add(&c, buf, len[i]) != s[i].expected)
			fail_msg("%s: answer", s[i].why);
		kept = 0;
		for (k = 0; k < s[i].kept; k++)
			kept += len[i - (size_t)k];
		if (c.len != kept || !c.log != !kept)
			fail_msg("%s: %zu bytes, expected %zu", s[i].why, c.len,
				 kept);
		if (kept && memcmp(c.log + c.len - len[i], buf, len[i]))
			fail_msg("%s: other bytes", s[i].why);
		if (s[i].expected == 1 &&
		    (c.next <= s[i].first || c.boot_id[0] != s[i].boot))
			fail_msg("%s: asks for %llu", s[i].why,
				 (unsigned long long)c.next);
	}
	free(c.log);
	free(buf);
}
#define RUN(...)                                         \
	do {                                             \
		const struct step s[] = { __VA_ARGS__ }; \
		run(s, ARRAY_SIZE(s));                   \
	} while (0)

static void test_parts(void **state)
{
	(void)state;
	RUN({ 0, 1, 0, false, 0, 0, "a log of one part is not copied" });
	RUN({ 0, 1, LONG - (2 << 20), false, 0, 0, "a long one that ended" });
	RUN({ 0, 1, LONG, false, 1, 1, "a part that may have been cut" },
	    { 24, 1, LONG, false, 1, 2, "the next, cut as well" },
	    { 48, 1, 0, false, 0, 3, "the last" });
	RUN({ 7, 1, LONG, false, 1, 1, "the rest of a log" },
	    { 31, 1, 0, false, 0, 2, "goes on, too" });
	RUN({ 0, 1, LONG, false, 1, 1, "cut" },
	    { 0, 2, LONG, false, 1, 1, "booted anew: only that counts" },
	    { 24, 2, 0, false, 0, 2, "and goes on" });
	RUN({ 0, 1, LONG, false, 1, 1, "cut" },
	    { 0, 2, 0, false, 0, 0, "booted anew, all in one part" });
	RUN({ 0, 1, LONG, false, 1, 1, "cut" },
	    { 24, 2, 0, false, 0, 0, "the number fits, the boot does not" });
	RUN({ 0, 1, LONG, false, 1, 1, "cut" },
	    { 23, 1, 0, false, 0, 0, "a record again" });
	RUN({ 0, 1, LONG, true, 0, 0, "malformed: for the appraisal" });
	RUN({ 0, 1, LONG, false, 1, 1, "cut" },
	    { 24, 1, 0, true, 0, 2, "malformed afterwards: the same" });
}

static void test_nothing_more(void **state)
{
	struct shinrai_collect c = { 0 };
	u8 *buf = malloc(SHINRAI_MAX_ANSWER_LOG);
	size_t len;

	(void)state;
	assert_non_null(buf);
	assert_int_equal(shinrai_collect_add(&c, NULL, 0), 0);
	assert_null(c.log);
	len = make_log(buf, 0, 1, LONG);
	assert_int_equal(shinrai_collect_add(&c, buf, len), 1);
	assert_int_equal(shinrai_collect_add(&c, NULL, 0), 0);
	assert_int_equal(c.len, len);
	free(c.log);
	free(buf);
}

/* Of earlier boots: each part is added, until there is no more or too much. */
static void test_past(void **state)
{
	static const struct {
		u8 boot;
		u64 first;
		size_t len;
		bool keep;
		int expected;
		size_t parts; /* afterwards */
		const char *why;
	} table[] = {
		{ 1, 5, 0, false, 0, 0, "one part, which is in the answer" },
		{ 1, 5, 0, true, 0, 1, "which another answer replaces" },
		{ 1, 6, SHINRAI_MAX_PAST - SHINRAI_MAX_RECORD + 1, false, 1, 2,
		  "cut at the limit" },
		{ 2, 0, 0, false, 0, 3, "the rest, of the next boot" },
	};
	struct shinrai_collect c = { 0 };
	u8 *buf = malloc(SHINRAI_MAX_ANSWER_LOG);
	size_t len, all = 0, parts = 0, i;

	(void)state;
	assert_non_null(buf);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		len = make_log(buf, table[i].first, table[i].boot,
			       table[i].len);
		if (shinrai_collect_past(&c, buf, len, table[i].keep) !=
		    table[i].expected)
			fail_msg("%s: answer", table[i].why);
		if (table[i].parts > parts) {
			all += len;
			assert_memory_equal(c.past + all - len, buf, len);
		}
		parts = table[i].parts;
		if (c.past_len != all)
			fail_msg("%s: %zu bytes", table[i].why, c.past_len);
		if (table[i].expected && (c.next != table[i].first + 3 ||
					  c.boot_id[3] != table[i].boot))
			fail_msg("%s: what is next", table[i].why);
	}
	shinrai_collect_free(&c);
	assert_null(c.past);
	/* However much there is: what is asked for has room. */
	do {
		len = make_log(buf, c.next, 1,
			       SHINRAI_MAX_PAST - SHINRAI_MAX_RECORD + 1);
		assert_in_range(shinrai_collect_past(&c, buf, len, false), 0,
				1);
	} while (!c.past_more);
	assert_in_range(c.past_len, SHINRAI_MAX_PASTS - SHINRAI_MAX_PAST + 1,
			SHINRAI_MAX_PASTS);
	assert_int_equal(shinrai_collect_past(&c, buf, SHINRAI_MAX_PAST + 1,
					      false),
			 -EFBIG);
	shinrai_collect_free(&c);
	free(buf);
}

/* It boots anew while parts come: of what came nothing joins what will. */
static void test_anew(void **state)
{
	struct shinrai_collect c = { 0 };
	struct shinrai_evidence ev = { 0 };
	struct shinrai_item *log = &ev.item[SHINRAI_ITEM_LOG];
	struct shinrai_item *past = &ev.item[SHINRAI_ITEM_PAST];
	u8 *buf = malloc(SHINRAI_MAX_ANSWER_LOG), *before = malloc(4096);

	(void)state;
	assert_non_null(buf);
	assert_non_null(before);
	past->data = before;
	log->data = buf;
	past->len = make_log(before, 7, 1, 0);
	log->len = make_log(buf, 0, 2, LONG);
	assert_int_equal(shinrai_collect(&c, &ev, NULL), 1);
	assert_int_equal(c.past_len, past->len);
	assert_int_equal(c.boot_id[0], 2);
	/* The same again, as with each part of what was before. */
	assert_int_equal(shinrai_collect(&c, &ev, NULL), 1);
	assert_false(c.anew);
	assert_int_equal(c.len, log->len);
	past->len = make_log(before, c.next, 2, 0);
	log->len = make_log(buf, 0, 3, 0);
	assert_int_equal(shinrai_collect(&c, &ev, NULL), 1);
	assert_true(c.anew);
	assert_null(c.log);
	assert_null(c.past);
	c.anew = false;
	assert_int_equal(shinrai_collect(&c, &ev, NULL), 0);
	assert_false(c.anew);
	shinrai_collect_free(&c);
	free(before);
	free(buf);
}

/* What answers say of boots that there are logs of, whichever part comes last. */
static void test_gone(void **state)
{
#define B1 "01000000000000000000000000000000"
#define B2 "02000000000000000000000000000000"
	static const struct {
		const char *machine[2]; /* of two answers; NULL: none */
		u8 named[2]; /* first byte of the boot that was named; 0: none */
		bool gone;
		const char *why;
	} t[] = {
		{ { "{\"boots\":[\"" B1 "\"]}" }, { 1 }, false, "it is there" },
		{ { "{\"boots\":[\"" B2 "\",\"" B1 "\"]}" },
		  { 1 },
		  false,
		  "behind another one" },
		{ { "{\"boots\":[\"" B2 "\"]}" },
		  { 1 },
		  true,
		  "another one is" },
		{ { "{\"boots\":[]}" }, { 1 }, true, "none is" },
		{ { "{\"boots\":[]}" }, { 0 }, false, "none was named" },
		{ { "{\"name\":\"a\"}" }, { 1 }, false, "it is this one" },
		{ { "{\"boots\":[]}", "{}" },
		  { 1, 3 },
		  true,
		  "the log of this one comes in parts" },
		{ { "{\"boots\":[\"" B2 "\"]}", "{\"boots\":[\"" B2 "\"]}" },
		  { 1, 2 },
		  true,
		  "what there is comes in parts" },
		{ { "{\"boots\":[\"" B1 "\"]}", "{}" },
		  { 1, 3 },
		  false,
		  "neither" },
		{ { "{\"boots\":1}" }, { 1 }, false, "no list" },
		{ { "{\"boots\":[1,null,{}]}" }, { 1 }, true, "of no names" },
		{ { "{\"boots\":[" }, { 1 }, false, "no JSON" },
		{ { NULL }, { 1 }, false, "nothing" },
	};
	u8 boot_id[SHINRAI_BOOT_ID_SIZE] = { 0 };
	struct shinrai_collect c = { 0 };
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		for (k = 0; k < 2; k++) {
			const char *text = t[i].machine[k] ?: "";
			struct shinrai_evidence ev = { 0 };

			ev.item[SHINRAI_ITEM_MACHINE] =
				(struct shinrai_item){ (const u8 *)text,
						       strlen(text) };
			boot_id[0] = t[i].named[k];
			assert_int_equal(shinrai_collect(&c, &ev,
							 boot_id[0] ? boot_id :
								      NULL),
					 0);
		}
		if (c.past_gone != t[i].gone)
			fail_msg("%s", t[i].why);
		shinrai_collect_free(&c);
		assert_false(c.past_gone);
	}
#undef B1
#undef B2
}

/* Whoever answers decides how much; not how much memory it takes. */
static void test_endless(void **state)
{
	struct shinrai_collect c = { 0 };
	u8 *buf = malloc(SHINRAI_MAX_ANSWER_LOG);
	size_t len;
	int ret;

	(void)state;
	assert_non_null(buf);
	do {
		len = make_log(buf, c.next, 1, LONG);
		ret = shinrai_collect_add(&c, buf, len);
	} while (ret == 1);
	assert_int_equal(ret, -EMSGSIZE);
	assert_in_range(c.len, SHINRAI_MAX_LOG - len, SHINRAI_MAX_LOG);
	free(c.log);
	free(buf);
}

static void test_over_the_limit(void **state)
{
	struct shinrai_collect c = { 0 };
	u8 *buf = calloc(1, SHINRAI_MAX_ANSWER_LOG + 1);

	(void)state;
	assert_non_null(buf);
	assert_int_equal(shinrai_collect_add(&c, buf, SHINRAI_MAX_ANSWER_LOG),
			 0);
	assert_int_equal(shinrai_collect_add(&c, buf,
					     SHINRAI_MAX_ANSWER_LOG + 1),
			 -EFBIG);
	assert_null(c.log);
	free(buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_nothing_more),
		cmocka_unit_test(test_past),
		cmocka_unit_test(test_anew),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_over_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
