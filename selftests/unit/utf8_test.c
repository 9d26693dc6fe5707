// SPDX-License-Identifier: MIT
/* UTF-8: every code point there and back, and what is not one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <locale.h>

#include <cmocka.h>

#include <shinrai/utf8.h>

static const struct {
	const char *in;
	size_t n, len;
	u32 code;
	const char *why;
} table[] = {
	{ "a", 1, 1, 'a', "ASCII" },
	{ "\0", 1, 1, 0, "NUL is a character" },
	{ "\xc2\x80", 2, 2, 0x80, "first of two" },
	{ "\xdf\xbf", 2, 2, 0x7ff, "last of two" },
	{ "\xe0\xa0\x80", 3, 3, 0x800, "first of three" },
	{ "\xed\x9f\xbf", 3, 3, 0xd7ff, "before the surrogates" },
	{ "\xee\x80\x80", 3, 3, 0xe000, "after the surrogates" },
	{ "\xf0\x90\x80\x80", 4, 4, 0x10000, "first of four" },
	{ "\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff, "last of all" },
	{ "\xf4\x90\x80\x80", 4, 0, 0, "beyond the last" },
	{ "\xc1\xbf", 2, 0, 0, "overlong two" },
	{ "\xe0\x9f\xbf", 3, 0, 0, "overlong three" },
	{ "\xf0\x8f\xbf\xbf", 4, 0, 0, "overlong four" },
	{ "\xed\xa0\x80", 3, 0, 0, "surrogate" },
	{ "\x80", 1, 0, 0, "begins in the middle" },
	{ "\xff", 1, 0, 0, "no such byte" },
	{ "\xe4\xbf\xa1", 2, 0, 0, "cut" },
	{ "\xe4z\xa1", 3, 0, 0, "interrupted" },
};

static void test_table(void **state)
{
	size_t i, len;
	u32 code;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		len = shinrai_utf8_next(table[i].in, table[i].n, &code);
		if (len != table[i].len || (len && code != table[i].code))
			fail_msg("%s: %zu bytes", table[i].why, len);
	}
}

/* What the C library makes of each code point is one character. */
static void test_all(void **state)
{
	mbstate_t mb = { 0 };
	char buf[8];
	size_t n;
	u32 i, code;

	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	for (i = 0; i < 0x110000; i++) {
		n = wcrtomb(buf, (wchar_t)i, &mb);
		if (n == (size_t)-1) {
			assert_in_range(i, 0xd800, 0xdfff);
			memset(&mb, 0, sizeof(mb));
			continue;
		}
		assert_int_equal(shinrai_utf8_next(buf, n, &code), n);
		assert_int_equal(code, i);
	}
}

static void test_visible(void **state)
{
	static const u32 hidden[] = { 0,      0x1b,   0x7f,   0x9f,
				      0xad,   0x61c,  0x200b, 0x200f,
				      0x202e, 0x2066, 0xfeff, 0xe0041 };
	static const u32 seen[] = { ' ', '~', 0xa0, 0x4fe1, 0x1f600 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(hidden); i++)
		assert_false(shinrai_utf8_visible(hidden[i]));
	for (i = 0; i < ARRAY_SIZE(seen); i++)
		assert_true(shinrai_utf8_visible(seen[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_visible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
