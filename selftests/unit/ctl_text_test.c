// SPDX-License-Identifier: MIT
/* links: tools/shinraictl/text.c */
/* What others wrote is printed inert, and can be undone. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tools/shinraictl/ctl.h"

#define IN(s) s, sizeof(s) - 1

static const struct {
	const char *in;
	size_t len;
	bool spaces;
	const char *out;
	const char *why;
} table[] = {
	{ IN(""), false, "", "empty" },
	{ IN("/usr/bin/ls"), false, "/usr/bin/ls", "plain" },
	{ IN("a b"), false, "a b", "blank kept" },
	{ IN("a b"), true, "a\\x20b", "blank escaped in tables" },
	{ IN("a\\x41"), false, "a\\x5cx41", "backslash, or it is ambiguous" },
	{ IN("\x1b[2J\n\t\r\x7f"), false, "\\x1b[2J\\x0a\\x09\\x0d\\x7f",
	  "controls" },
	{ IN("a\0b"), false, "a\\x00b", "NUL is a byte like others" },
	{ IN("\xe4\xbf\xa1\xe9\xa0\xbc"), true, "\xe4\xbf\xa1\xe9\xa0\xbc",
	  "UTF-8 kept" },
	{ IN("\xf0\x9f\x98\x80"), false, "\xf0\x9f\x98\x80", "4 bytes kept" },
	{ IN("\xc2\x9b"), false, "\\xc2\\x9b", "C1 control: CSI" },
	{ IN("\xe2\x80\xae"), false, "\\xe2\\x80\\xae", "direction override" },
	{ IN("\xe2\x81\xa6"), false, "\\xe2\\x81\\xa6", "direction isolate" },
	{ IN("\xe2\x80\x8b"), false, "\\xe2\\x80\\x8b", "zero width" },
	{ IN("\xef\xbb\xbf"), false, "\\xef\\xbb\\xbf", "byte order mark" },
	{ IN("\xf3\xa0\x81\x81"), false, "\\xf3\\xa0\\x81\\x81", "tags" },
	{ IN("\xe3\x80\x80"), true, "\\xe3\\x80\\x80", "wide blank in tables" },
	{ IN("\xff\xfe"), false, "\\xff\\xfe", "not UTF-8" },
	{ IN("\xc0\xaf"), false, "\\xc0\\xaf", "overlong" },
	{ IN("\xe0\x80\xaf"), false, "\\xe0\\x80\\xaf", "overlong, 3 bytes" },
	{ IN("\xed\xa0\x80"), false, "\\xed\\xa0\\x80", "surrogate" },
	{ IN("\xf4\x90\x80\x80"), false, "\\xf4\\x90\\x80\\x80",
	  "above U+10FFFF" },
	{ IN("\xe4\xbf"), false, "\\xe4\\xbf", "cut at the end" },
	{ IN("\xe4z"), false, "\\xe4z", "cut in the middle" },
};

static void test_escape(void **state)
{
	char *out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		out = ctl_escape(table[i].in, table[i].len, table[i].spaces);
		if (strcmp(out, table[i].out))
			fail_msg("%s: got %s, want %s", table[i].why, out,
				 table[i].out);
		free(out);
	}
}

/* What a verifier says may have escapes already; it is one line. */
static void test_inert(void **state)
{
	static const char *const rows[][2] = {
		{ "a\\x1b b", "a\\x1b b" },
		{ "\x1b[2J\n\xc2\x9b", "\\x1b[2J\\x0a\\xc2\\x9b" },
		{ "\xe2\x80\xae\xe4\xbf\xa1", "\\xe2\\x80\\xae\xe4\xbf\xa1" },
		{ "", "" },
	};
	char *out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		out = ctl_inert(rows[i][0]);
		assert_string_equal(out, rows[i][1]);
		free(out);
	}
}

static int digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Every byte pair survives there and back. */
static void test_undo(void **state)
{
	char in[2], back[2], *out, *p;
	int a, b, n;

	(void)state;
	for (a = 0; a < 256; a++) {
		for (b = 0; b < 256; b++) {
			in[0] = (char)a;
			in[1] = (char)b;
			out = ctl_escape(in, 2, a & 1);
			for (p = out, n = 0; *p && n < 2; n++) {
				if (*p != '\\') {
					back[n] = *p++;
					continue;
				}
				back[n] =
					(char)(digit(p[2]) << 4 | digit(p[3]));
				p += 4;
			}
			assert_int_equal(n, 2);
			assert_int_equal(*p, 0);
			assert_memory_equal(in, back, 2);
			free(out);
		}
	}
}

static void test_grow(void **state)
{
	int *p = NULL;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		p = ctl_grow(p, (size_t)i, sizeof(*p));
		p[i] = i;
	}
	for (i = 0; i < 1000; i++)
		assert_int_equal(p[i], i);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_inert),
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
