// SPDX-License-Identifier: MIT
/* Patterns of labelled files, against what a shell with globstar would match. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <shinrai/policy_text.h>
#include <string.h>

static const struct {
	const char *pattern;
	const char *path;
	bool matches;
	const char *why;
} rows[] = {
	{ "/srv/a", "/srv/a", true, "itself" },
	{ "/srv/a", "/srv/ab", false, "a longer name" },
	{ "/srv/ab", "/srv/a", false, "a shorter name" },
	{ "/srv/*", "/srv/a", true, "a name" },
	{ "/srv/*", "/srv/", true, "an empty name" },
	{ "/srv/*", "/srv/a/b", false, "a star stays within a name" },
	{ "/srv/**", "/srv/a/b", true, "two stars do not" },
	{ "/srv/**", "/srv/", true, "two stars match nothing, too" },
	{ "/srv/**", "/srv", false, "but what is before them has to be" },
	{ "/srv/**/x", "/srv/a/b/x", true, "in between" },
	{ "/srv/**/x", "/srv/a/b/xy", false, "and then the rest" },
	{ "/srv/**.dwg", "/srv/a/b.dwg", true, "an ending, anywhere below" },
	{ "/home/*/cad/*.dwg", "/home/me/cad/x.dwg", true, "two names" },
	{ "/home/*/cad/*.dwg", "/home/me/x/cad/x.dwg", false, "one too many" },
	{ "/home/*/cad/*.dwg", "/home/me/cad/x.dwg.bak", false, "the ending" },
	{ "/a/*b*c", "/a/xbybzc", true, "stars that have to be tried again" },
	{ "/a/*b*c", "/a/xbybz", false, "in vain" },
	{ "/**/a*/b", "/x/ab/y/ac/b", true, "both kinds" },
	{ "/**/a*/b", "/x/ab/y/ac/c", false, "both kinds in vain" },
	{ "/a?", "/ab", true, "a character" },
	{ "/a?b", "/a/b", false, "but no slash" },
	{ "/a\\*", "/a*", true, "an escaped star" },
	{ "/a\\*", "/ab", false, "which is no star" },
	{ "", "", true, "nothing" },
	{ "", "/", false, "which is not something" },
};

static void matches_test(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (shinrai_policy_glob(rows[i].pattern, rows[i].path,
					strlen(rows[i].path)) !=
		    rows[i].matches)
			fail_msg("%s on %s: %s", rows[i].pattern, rows[i].path,
				 rows[i].why);
	}
}

/* What takes time that grows faster than the lengths' product would hang. */
static void bounded_test(void **state)
{
	char pattern[2002], path[4002];
	size_t i;

	(void)state;
	for (i = 0; i < 2000; i += 2) {
		pattern[i] = '*';
		pattern[i + 1] = 'a';
	}
	pattern[2000] = 'b';
	pattern[2001] = '\0';
	for (i = 0; i < 4000; i++)
		path[i] = 'a';
	path[4000] = 'c';
	path[4001] = '\0';
	assert_false(shinrai_policy_glob(pattern, path, strlen(path)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_test),
		cmocka_unit_test(bounded_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
