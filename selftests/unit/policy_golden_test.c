// SPDX-License-Identifier: MIT
/* links: tools/shinraictl/policy_access.c tools/shinraictl/report.c tools/shinraictl/text.c */
/*
 * Policies and accesses with the answers that selftests/policy/oracle.py, or a
 * person, found: text to blob to verdict.  And what a blob is told as must say
 * the same.  usage: policy_golden_test [DIR], by default selftests/policy/good
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <glob.h>

#include <shinrai/util.h>

#include "tools/shinraictl/policy.h"

static const char *folder = "selftests/policy/good";

struct golden {
	char path[4096]; /* of the policy */
	u8 *blob;
	size_t len;
	struct shinrai_policy p;
	struct shinrai_meter *meters;
	unsigned int cases;
};

static FILE *open_list(void *ctx, const char *name)
{
	char path[4096];

	(void)ctx;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return fopen(path, "re");
}

static void compile(struct golden *g, const char *text, size_t len)
{
	const struct shinrai_policy_source source = { .text = text,
						      .len = len,
						      .list = open_list };
	struct shinrai_policy_notes notes;
	int ret;

	ret = shinrai_policy_compile(&source, &notes, &g->blob, &g->len);
	if (ret)
		fail_msg("%s: %d, line %u: %s", g->path, ret,
			 notes.count ? notes.note[0].line : 0,
			 notes.count ? notes.note[0].message : "");
	shinrai_policy_notes_free(&notes);
	assert_int_equal(shinrai_policy_check(&g->p, g->blob, g->len), 0);
	g->meters =
		calloc(shinrai_policy_meters(&g->p) + 1, sizeof(*g->meters));
	assert_non_null(g->meters);
}

static void release(struct golden *g)
{
	free(g->blob);
	free(g->meters);
}

static void set(struct policy_access *x, const char *key, char *value)
{
	const struct {
		const char *key;
		const char **to;
	} texts[] = {
		{ "program", &x->program }, { "to", &x->to },
		{ "media", &x->media },	    { "filesystem", &x->filesystem },
		{ "local", &x->local },	    { "family", &x->family },
		{ "cgroup", &x->cgroup },   { "at", &x->at },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		if (!strcmp(texts[i].key, key)) {
			*texts[i].to = value;
			return;
		}
	}
	if (!strcmp(key, "user"))
		x->user = strtoull(value, NULL, 10);
	else if (!strcmp(key, "bytes"))
		x->bytes = strtoull(value, NULL, 10);
	else
		fail_msg("no such key: %s", key);
}

/* LABEL[,LABEL]... ACTION [KEY=VALUE]... [charge] */
static u64 parse(const struct golden *g, char *line, struct policy_access *x,
		 bool *charge)
{
	static const struct ctl_verb verb = { .name = "test" };
	static struct ctl ctl = { .verb = &verb };
	char *save, *word, *value;
	char def[] = "2023-11-14T22:13:20Z";
	u64 labels = 0;

	x->labels = strtok_r(line, " ", &save);
	x->action = strtok_r(NULL, " ", &save);
	x->at = def;
	while ((word = strtok_r(NULL, " ", &save))) {
		if (!strcmp(word, "charge")) {
			*charge = true;
			continue;
		}
		value = strchr(word, '=');
		if (!value)
			fail_msg("%s: what is '%s'?", g->path, word);
		*value++ = '\0';
		set(x, word, value);
	}
	assert_int_equal(policy_access_parse(x, &ctl), 0);
	assert_int_equal(policy_labels(&ctl, &g->p, x->labels, &labels), 0);
	return labels;
}

static void answer_text(const struct golden *g, const struct shinrai_answer *a,
			char *out, size_t size)
{
	snprintf(out, size, "%s %u%s",
		 shinrai_policy_word(SHINRAI_WORDS_VERDICTS, a->verdict),
		 a->rule == SHINRAI_POLICY_NONE ? 0 : g->p.rule[a->rule].line,
		 a->flags & SHINRAI_ANSWER_NOTIFY ? " notify" : "");
}

/* Of rules that match none is missed, and of others all are. */
static void check_misses(const struct golden *g, u64 labels,
			 const struct shinrai_access *a)
{
	enum shinrai_policy_miss m;
	u32 i;
	u8 k;

	for (k = 0; k < g->p.head->labels; k++) {
		for (i = 0; i < g->p.head->rules && labels >> k & 1; i++) {
			m = shinrai_policy_misses(&g->p, i, k, a);
			if ((m == SHINRAI_MISS_NONE) !=
			    shinrai_policy_matches(&g->p, i, k, a, NULL))
				fail_msg("%s: rule %u misses %d", g->path, i,
					 m);
		}
	}
}

/* The same access, asked of what the blob was told as, too. */
static void ask(struct golden *g, struct golden *again, struct golden *odd,
		const char *line)
{
	const char *want = strstr(line, " -> ");
	struct policy_access x = { 0 };
	struct shinrai_answer a, b;
	char *copy, got[64];
	bool charge = false;
	u64 labels;

	assert_non_null(want);
	copy = strndup(line, (size_t)(want - line));
	assert_non_null(copy);
	labels = parse(g, copy, &x, &charge);
	shinrai_policy_judge(&g->p, labels, &x.a, g->meters, charge, &a);
	answer_text(g, &a, got, sizeof(got));
	if (strcmp(got, want + 4))
		fail_msg("%s: %s\n  but got %s", g->path, line, got);
	shinrai_policy_judge(&again->p, labels, &x.a, again->meters, charge,
			     &b);
	if (a.verdict != b.verdict || a.rule != b.rule || a.flags != b.flags)
		fail_msg("%s: %s\n  but otherwise as it is shown", g->path,
			 line);
	shinrai_policy_judge(&g->p, labels, &x.a, NULL, false, &a);
	shinrai_policy_judge(&odd->p, labels, &x.a, NULL, false, &b);
	if (a.verdict != b.verdict || a.flags != b.flags)
		fail_msg("%s: %s\n  but otherwise without lines", g->path,
			 line);
	check_misses(g, labels, &x.a);
	free(copy);
	g->cases++;
}

/* Statements of the blob, compiled again. */
static void tell_again(const struct golden *g, struct golden *again)
{
	struct shinrai_policy_list list;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	u32 i;

	assert_non_null(f);
	assert_int_equal(shinrai_policy_list(&g->p, &list), 0);
	for (i = 0; i < list.count; i++)
		fprintf(f, "%s\n", list.item[i].text);
	fclose(f);
	shinrai_policy_list_free(&list);
	snprintf(again->path, sizeof(again->path), "%.4000s, as shown",
		 g->path);
	compile(again, text, len);
	free(text);
}

/* Equal but for what is not in the statements: lines, source, index. */
static void same_tables(const struct golden *a, const struct golden *b)
{
	const struct shinrai_policy_head *x = a->p.head, *y = b->p.head;
	struct shinrai_policy_rule r, s;
	u32 i;

	assert_int_equal(x->labels, y->labels);
	assert_int_equal(x->patterns, y->patterns);
	assert_int_equal(x->digests, y->digests);
	assert_int_equal(x->conditions, y->conditions);
	assert_int_equal(x->grants, y->grants);
	assert_int_equal(x->rules, y->rules);
	for (i = 0; i < x->rules; i++) {
		r = a->p.rule[i];
		s = b->p.rule[i];
		assert_int_equal(r.verdict, s.verdict);
		assert_int_equal(r.action, s.action);
		assert_int_equal(r.label, s.label);
		assert_int_equal(r.subject_kind, s.subject_kind);
		assert_int_equal(r.condition, s.condition);
		assert_int_equal(r.flags, s.flags);
	}
}

/*
 * Rules that all claim to be of one line, as a compiler of ours would not make
 * them: they are told one by one, and none for another.
 */
static void tell_odd(struct golden *g, struct golden *odd)
{
	struct shinrai_policy_rule *r = (void *)(uintptr_t)g->p.rule;
	u32 *lines = calloc(g->p.head->rules + 1, sizeof(*lines));
	u32 i;

	assert_non_null(lines);
	for (i = 0; i < g->p.head->rules; i++) {
		lines[i] = r[i].line;
		r[i].line = 1;
	}
	tell_again(g, odd);
	for (i = 0; i < g->p.head->rules; i++)
		r[i].line = lines[i];
	free(lines);
}

static void run(struct golden *g)
{
	struct golden again = { 0 }, odd = { 0 };
	char *text, *line, *save, cases[4096];
	size_t len;
	u8 *data;

	assert_int_equal(shinrai_file_read(g->path, SHINRAI_POLICY_SOURCE,
					   &data, &len),
			 0);
	compile(g, (char *)data, len);
	free(data);
	tell_again(g, &again);
	same_tables(g, &again);
	tell_odd(g, &odd);
	snprintf(cases, sizeof(cases), "%.*s.cases",
		 (int)(strlen(g->path) - strlen(".policy")), g->path);
	assert_int_equal(shinrai_file_read(cases, 16 << 20, &data, &len), 0);
	text = strndup((char *)data, len);
	assert_non_null(text);
	free(data);
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (*line != '#')
			ask(g, &again, &odd, line);
	}
	free(text);
	release(&again);
	release(&odd);
}

static void test_golden(void **state)
{
	unsigned int cases = 0;
	char pattern[4096];
	struct golden g;
	glob_t found;
	size_t i;

	(void)state;
	snprintf(pattern, sizeof(pattern), "%s/*.policy", folder);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++) {
		memset(&g, 0, sizeof(g));
		snprintf(g.path, sizeof(g.path), "%s", found.gl_pathv[i]);
		run(&g);
		cases += g.cases;
		release(&g);
	}
	print_message("%u cases of %zu policies\n", cases, found.gl_pathc);
	assert_true(cases >= 200);
	globfree(&found);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
	};

	if (argc > 1)
		folder = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
