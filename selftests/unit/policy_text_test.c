// SPDX-License-Identifier: MIT
/*
 * The policy language: every file of selftests/policy/bad is told of as its
 * table says, and nothing else is; patterns; limits; the same text is the same
 * blob.  What good policies mean is policy_golden_test's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <glob.h>

#include <shinrai/policy_text.h>
#include <shinrai/util.h>

#define BAD "selftests/policy/bad/"

static FILE *open_list(void *ctx, const char *name)
{
	char path[4096];

	(void)ctx;
	snprintf(path, sizeof(path), BAD "%s", name);
	return fopen(path, "re");
}

static int compile(const char *text, size_t len,
		   struct shinrai_policy_notes *notes, u8 **blob, size_t *size)
{
	const struct shinrai_policy_source source = { .text = text,
						      .len = len,
						      .list = open_list };

	*blob = NULL;
	return shinrai_policy_compile(&source, notes, blob, size);
}

/* One line of what was told, as the table has it. */
static void note_text(const char *name, const struct shinrai_policy_note *n,
		      char *out, size_t size)
{
	snprintf(out, size, "%s %u:%u %s%s\n", name, n->line, n->column,
		 n->warning ? "warning " : "", n->message);
}

/* Takes from the table what begins with the name. */
static char *take(char *table, const char *name, char *out, size_t size)
{
	size_t n = strlen(name), used = 0;
	char *line, *end;

	for (line = table; *line; line = end) {
		end = strchr(line, '\n') + 1;
		if (strncmp(line, name, n) || line[n] != ' ')
			continue;
		assert_true(used + (size_t)(end - line) < size);
		memcpy(out + used, line, (size_t)(end - line));
		used += (size_t)(end - line);
		*line = '#';
	}
	out[used] = '\0';
	return out;
}

/* Return: whether what was told is in the table. */
static bool check_file(const char *path, char *table)
{
	const char *base = strrchr(path, '/') + 1;
	char name[256], want[8192], got[8192], line[1024];
	struct shinrai_policy_notes notes;
	size_t len, size, used = 0;
	unsigned int i;
	u8 *text, *blob;
	int ret;

	snprintf(name, sizeof(name), "%.*s", (int)(strrchr(base, '.') - base),
		 base);
	assert_int_equal(
		shinrai_file_read(path, SHINRAI_POLICY_SOURCE, &text, &len), 0);
	ret = compile((char *)text, len, &notes, &blob, &size);
	for (i = 0; i < notes.count; i++) {
		note_text(name, &notes.note[i], line, sizeof(line));
		assert_true(used + strlen(line) < sizeof(got));
		strcpy(got + used, line);
		used += strlen(line);
	}
	got[used] = '\0';
	take(table, name, want, sizeof(want));
	if (strcmp(got, want))
		print_error("expected\n%sgot\n%s", want, got);
	assert_int_equal(ret, notes.errors ? -EINVAL : 0);
	assert_true(!blob == !!notes.errors);
	assert_int_equal(notes.errors + notes.warnings, notes.count);
	shinrai_policy_notes_free(&notes);
	free(blob);
	free(text);
	return !strcmp(got, want);
}

static void test_bad_files(void **state)
{
	char *table, *rest;
	size_t len, i, bad = 0;
	glob_t found;
	u8 *data;

	(void)state;
	assert_int_equal(
		shinrai_file_read(BAD "table.txt", 1 << 20, &data, &len), 0);
	table = strndup((char *)data, len);
	assert_non_null(table);
	assert_int_equal(glob(BAD "*.policy", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 60);
	for (i = 0; i < found.gl_pathc; i++)
		bad += !check_file(found.gl_pathv[i], table);
	assert_int_equal(bad, 0);
	/* Every line was about a file that is there. */
	for (rest = table; *rest; rest = strchr(rest, '\n') + 1)
		assert_int_equal(*rest, '#');
	globfree(&found);
	free(table);
	free(data);
}

#define HEAD                      \
	"policy p generation 1\n" \
	"label x 6f1c2a9e-0000-4000-8000-000000000001\n"

static const struct {
	const char *text;
	unsigned int errors;
	const char *hint; /* of the first note; NULL: not looked at */
	const char *why;
} table[] = {
	{ HEAD, 0, NULL, "a label alone is a policy" },
	{ "policy p generation 1\n", 0, NULL, "and so is none" },
	{ "policy p generation 1", 0, NULL, "no line feed at the end" },
	{ "\xef\xbb\xbfpolicy p generation 1", 0, NULL, "byte order mark" },
	{ "\xef\xbb\xbf\xef\xbb\xbfpolicy p generation 1", 1, "remove it",
	  "two of them" },
	{ "\n\n#\n \t\npolicy p generation 1", 0, NULL, "blank lines" },
	{ "policy p generation 1 # c", 0, NULL, "comment behind" },
	{ "policy p generation 1#c", 0, NULL, "comment at once" },
	{ "policy p generation 1\r\n", 0, NULL, "CR LF" },
	{ "policy p generation 1\r", 1, "remove it", "CR alone" },
	{ "policy p\\\n generation 1", 0, NULL, "continued" },
	{ "policy p \\  \n \\\n\\\ngeneration 1", 0, NULL, "thrice" },
	{ "policy p # \\\ngeneration 1", 2, NULL, "not by a comment" },
	{ "policy p generation 1 ,", 1, NULL, "a comma too many" },
	{ "Policy p generation 1", 1, "did you mean 'policy'?", "case" },
	{ "polciy p generation 1", 1, "did you mean 'policy'?", "swapped" },
	{ "polcy p generation 1", 1, "did you mean 'policy'?", "one lacks" },
	{ "pxyz p generation 1", 1,
	  "policy, label, default, program, network, media, time, allow,"
	  " audit, deny or grant",
	  "too far away" },
	{ HEAD "allow any sned x", 1, "did you mean 'send'?", "an action" },
	{ HEAD "allow any print x", 1,
	  "read, write, send, export, derive, delete or trace", "all of them" },
	{ HEAD "allow any read y", 1, "names are defined above their use",
	  "nothing near" },
	{ HEAD "label drawings 6f1c2a9e-0000-4000-8000-000000000002\n"
	       "allow any read x, drawing",
	  1, "did you mean 'drawings'?", "a label" },
	{ HEAD "allow any send x to other netlnk", 1, "did you mean 'netlink'?",
	  "a family" },
	{ HEAD "allow any send x notfy", 1, "did you mean 'notify'?",
	  "a clause" },
	{ HEAD "allow usr 5 read x", 1, "did you mean 'user'?", "a subject" },
	{ HEAD "network n 10.1.2.3/24", 1, "the network is 10.1.2.0/24",
	  "IPv4 network" },
	{ HEAD "network n 2001:db8::5/64", 1, "the network is 2001:db8::/64",
	  "IPv6 network" },
	{ HEAD "network n ::5/0", 1, "the network is ::/0", "no bits" },
	{ HEAD "network n 10.1.2.3/", 1, NULL, "no number" },
	{ HEAD "network n 10.1.2.3/-1", 1, NULL, "a sign" },
	{ HEAD "network n 10.1.2", 1, NULL, "three octets" },
	{ HEAD "network n 010.1.2.3", 1, NULL, "octal or not" },
	{ HEAD "network n 1:2:3:4:5:6:7", 1, NULL, "seven groups" },
	{ HEAD "network n fe80::1%eth0", 1, NULL, "a zone" },
	{ HEAD "allow any send x to 10.0.0.1 port 0", 0, NULL, "port 0" },
	{ HEAD "allow any send x to 10.0.0.1 port 0-65535/tcp", 0, NULL,
	  "all ports" },
	{ HEAD "allow any send x to 10.0.0.1 port 80/", 1, NULL,
	  "no protocol" },
	{ HEAD "allow any send x to 10.0.0.1 port -80", 1, NULL, "half" },
	{ HEAD "allow any send x to 10.0.0.1 port 80-", 1, NULL,
	  "the other half" },
	{ HEAD "allow any send x to 10.0.0.1 protocol 256", 1, NULL,
	  "no such protocol" },
	{ HEAD "allow any send x to 10.0.0.1 protocol 0", 1, NULL,
	  "none is any" },
	{ HEAD "allow any send x to 10.0.0.1 protocol udp port 5", 1, NULL,
	  "both" },
	{ HEAD "allow any export x to usb 0781:", 1, NULL, "no product" },
	{ HEAD "allow any export x to usb 07811", 1, NULL, "five digits" },
	{ HEAD "allow any export x to usb 0x78", 1, NULL, "not so" },
	{ HEAD "allow any export x to serial \"\"", 1, NULL, "empty serial" },
	{ HEAD "allow any write x to filesystem", 1, NULL, "no type" },
	{ HEAD "allow any write x to filesystem \"\"", 1, NULL, "empty type" },
	{ HEAD "allow any send x to local \"@abstract\"", 0, NULL,
	  "abstract socket" },
	{ HEAD "allow any send x to local notify", 0, NULL, "any socket" },
	{ HEAD "allow any send x to other notify", 0, NULL, "any family" },
	{ HEAD "allow any send x to other 255", 0, NULL, "last family" },
	{ HEAD "allow any send x to other 256", 1, NULL, "no family" },
	{ HEAD "allow any read x when mon", 0, NULL, "a day" },
	{ HEAD "allow any read x when mon 00:00-24:00", 0, NULL,
	  "all of a day" },
	{ HEAD "allow any read x when mon 24:00-08:00", 1,
	  "a whole day is 00:00-24:00", "begins at its end" },
	{ HEAD "allow any read x when 08:00", 1, NULL, "no end" },
	{ HEAD "allow any read x when 8:00-9:00", 1, NULL, "one digit" },
	{ HEAD "allow any read x when 08:60-09:00", 1, NULL, "sixty" },
	{ HEAD "allow any read x when mon,", 1, NULL, "no other day" },
	{ HEAD "allow any read x when daily mon", 1, NULL, "daily and one" },
	{ HEAD "allow any read x when", 1, NULL, "when?" },
	{ HEAD "allow any send x limit 5 use, 5 B per s", 0, NULL,
	  "both limits" },
	{ HEAD "allow any send x limit 5uses,5B per 1s", 0, NULL,
	  "without blanks" },
	{ HEAD "allow any send x limit 18446744073709551615 uses", 0, NULL,
	  "greatest limit" },
	{ HEAD "allow any send x limit 18446744073709551616 uses", 1, NULL,
	  "one more" },
	{ HEAD "allow any send x limit 16777215TiB", 0, NULL,
	  "greatest of bytes" },
	{ HEAD "allow any send x limit 16777216TiB", 1, NULL, "one more" },
	{ HEAD "allow any send x limit 1 use per 4294967295s", 0, NULL,
	  "longest" },
	{ HEAD "allow any send x limit 1 use per 4294967296s", 1, NULL,
	  "one more" },
	{ HEAD "allow any send x limit 1 use per 0d", 1, NULL, "no time" },
	{ HEAD "allow any send x limit", 1, "such as 10MiB or 100 uses",
	  "how much?" },
	{ HEAD "allow any send x rate 0 per 1d", 1, NULL, "none at all" },
	{ HEAD "allow any send x notify notify", 1, NULL, "twice" },
	{ HEAD "deny any send x when mon notify", 0, NULL, "a deny can" },
	{ HEAD "allow user 0, 4294967294 read x", 0, NULL, "users" },
	{ HEAD "allow user -1 read x", 1, NULL, "no user" },
	{ HEAD "allow any, user 5 read x", 1, NULL, "any is no list" },
	{ HEAD "allow program c read x", 1, NULL, "unknown program" },
	{ HEAD "allow program sha256: read x", 1, NULL, "no digest" },
	{ HEAD "allow cgroup \"/a//b\" read x", 1, NULL, "empty part" },
	{ HEAD "allow cgroup \"/a/./b\" read x", 1, NULL, "dot" },
	{ HEAD "allow cgroup \"/a/...\" read x", 0, NULL, "dots are a name" },
	{ HEAD "default x read deny,", 1, NULL, "nothing behind" },
	{ HEAD "default x", 1, NULL, "of what?" },
	{ HEAD "default all labels send allow", 0, NULL, "of all" },
	{ HEAD "default y send allow", 1, NULL, "of none" },
	{ HEAD "deny any read x \xc3\xa4", 1, NULL, "a letter elsewhere" },
	{ HEAD "deny any read x # \xc3\xa4", 0, NULL, "and in a comment" },
	{ "", 1, NULL, "nothing" },
	{ "\\", 1, NULL, "a backslash" },
	{ "\"", 1, NULL, "a quote" },
	{ ",", 1, NULL, "a comma" },
};

static void test_table(void **state)
{
	struct shinrai_policy_notes n;
	size_t i, len;
	u8 *blob;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		compile(table[i].text, strlen(table[i].text), &n, &blob, &len);
		if (n.errors != table[i].errors)
			fail_msg("%s: %u errors: %s", table[i].why, n.errors,
				 n.count ? n.note[0].message : "-");
		if (table[i].hint && (!n.count || !n.note[0].hint ||
				      strcmp(n.note[0].hint, table[i].hint)))
			fail_msg("%s: hint %s", table[i].why,
				 n.count ? n.note[0].hint : "-");
		shinrai_policy_notes_free(&n);
		free(blob);
	}
}

static const struct {
	const char *pattern, *path;
	bool matches;
} globs[] = {
	{ "/a", "/a", true },
	{ "/a", "/ab", false },
	{ "/a", "/", false },
	{ "/*", "/abc", true },
	{ "/*", "/", true },
	{ "/*", "/a/b", false },
	{ "/*/b", "/a/b", true },
	{ "/*/b", "//b", true },
	{ "/a*c", "/abcbc", true },
	{ "/a*c", "/ab/c", false },
	{ "/a*b*c", "/axbxbxc", true },
	{ "/a*b*c", "/axbx", false },
	{ "/**", "/a/b/c", true },
	{ "/**", "/", true },
	{ "/a/**", "/a", false },
	{ "/a/**", "/a/", true },
	{ "/a/**/z", "/a/z", true },
	{ "/a/**/z", "/a/b/z", true },
	{ "/a/**/z", "/a/b/c/z", true },
	{ "/a/**/z", "/a/bz", false },
	{ "/a/**/z", "/az", false },
	{ "/a/**z", "/a/b/cz", true },
	{ "/a/**z", "/a/z", true },
	{ "/a**z", "/a/b/z", true },
	{ "/a/**/b/**/c", "/a/b/b/x/c", true },
	{ "/a/**/b/**/c", "/a/x/c", false },
	{ "/a/**/*.dwg", "/a/b/c.dwg", true },
	{ "/a/**/*.dwg", "/a/c.dwg", true },
	{ "/a/**/*.dwg", "/a/b.dwg/c", false },
	{ "/**/x*y/*z", "/a/xby/b/x1y/2z", true },
	{ "/?", "/a", true },
	{ "/?", "//", false },
	{ "/?", "/\xc3\xa4", true },
	{ "/??", "/\xc3\xa4", false },
	{ "/[a-c]x", "/bx", true },
	{ "/[a-c]x", "/dx", false },
	{ "/[!a-c]x", "/dx", true },
	{ "/[^a-c]x", "/ax", false },
	{ "/[!a]x", "/\xc3\xa4x", true },
	{ "/[]]x", "/]x", true },
	{ "/[!]]x", "/]x", false },
	{ "/[a-]x", "/-x", true },
	{ "/[!x]", "//", false },
	{ "/\\*", "/*", true },
	{ "/\\*", "/a", false },
	{ "/\\[a]", "/[a]", true },
	{ "/a\\/b", "/a/b", true },
};

static void test_glob(void **state)
{
	char many[4096] = "/", text[8192] = "/";
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(globs); i++) {
		assert_null(shinrai_policy_glob_check(globs[i].pattern));
		if (shinrai_policy_glob(globs[i].pattern, globs[i].path,
					strlen(globs[i].path)) !=
		    globs[i].matches)
			fail_msg("%s and %s", globs[i].pattern, globs[i].path);
	}
	/* Many stars cost time in proportion, not its power. */
	for (i = 0; i < 1000; i++)
		strcat(many, "*a");
	strcat(many, "b");
	memset(text + 1, 'a', sizeof(text) - 2);
	assert_false(shinrai_policy_glob(many, text, strlen(text)));
}

static void test_limits(void **state)
{
	size_t len = SHINRAI_POLICY_SOURCE + 1, size;
	char *text = malloc(len);
	struct shinrai_policy_notes n;
	const char *head = HEAD "# ";
	u8 *blob;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', len);
	memcpy(text, head, strlen(head));
	memset(text + strlen(head), 'c', SHINRAI_POLICY_LINE - 2);
	assert_int_equal(compile(text, len, &n, &blob, &size), -EFBIG);
	assert_int_equal(n.count, 0);
	assert_int_equal(compile(text, len - 1, &n, &blob, &size), 0);
	assert_int_equal(n.count, 1); /* the label is in no rule */
	shinrai_policy_notes_free(&n);
	free(blob);
	text[strlen(head) + SHINRAI_POLICY_LINE - 2] = 'c';
	assert_int_equal(compile(text, len - 1, &n, &blob, &size), -EINVAL);
	shinrai_policy_notes_free(&n);
	free(text);
}

static void test_same_bytes(void **state)
{
	const char *text = HEAD "network n 10.0.0.0/8 ::/0\n"
				"allow user 1, 2 send x to n port 1, 2 when mon"
				" limit 5 uses\nallow program sha256:"
				"abababababababababababababababab"
				"abababababababababababababababab read x\n";
	u8 owner[SHINRAI_DIGEST_SIZE] = { 1, 2, 3 };
	struct shinrai_policy_source s = { .text = text,
					   .len = strlen(text),
					   .owner = owner };
	struct shinrai_policy_notes n;
	size_t la, lb;
	u8 *a, *b;
	int i;

	(void)state;
	assert_int_equal(shinrai_policy_compile(&s, &n, &a, &la), 0);
	assert_memory_equal(((struct shinrai_policy_head *)a)->owner, owner,
			    sizeof(owner));
	for (i = 0; i < 3; i++) {
		assert_int_equal(shinrai_policy_compile(&s, &n, &b, &lb), 0);
		assert_int_equal(la, lb);
		assert_memory_equal(a, b, la);
		free(b);
	}
	free(a);
	/* Without whoever opens lists, none can be read. */
	s.text = "policy p generation 1\nprogram c from \"l\" \"/x\"";
	s.len = strlen(s.text);
	assert_int_equal(shinrai_policy_compile(&s, &n, &b, &lb), -EINVAL);
	assert_int_equal(n.note[0].column, 16);
	shinrai_policy_notes_free(&n);
}

/* All that is written of a word is read again. */
static void test_words(void **state)
{
	enum shinrai_policy_words w;
	const char *word;
	u32 i, value;

	(void)state;
	for (w = SHINRAI_WORDS_ACTIONS; w <= SHINRAI_WORDS_FAMILIES; w++) {
		for (i = 0; i < 256; i++) {
			word = shinrai_policy_word(w, i);
			if (!word)
				continue;
			assert_int_equal(
				shinrai_policy_word_value(w, word, &value), 0);
			assert_int_equal(value, i);
		}
		assert_int_equal(shinrai_policy_word_value(w, "x", &value),
				 -EINVAL);
		assert_int_equal(shinrai_policy_word_value(w, "", &value),
				 -EINVAL);
	}
	assert_string_equal(shinrai_policy_word(SHINRAI_WORDS_ACTIONS, 3),
			    "send");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_glob),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
