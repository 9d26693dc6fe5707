// SPDX-License-Identifier: MIT
/* HTML of the verifier's pages: what is filled in is never markup. */
/* links: userspace/verifier/html.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <shinrai/utf8.h>

#include "../../userspace/verifier/html.h"

static char *written(struct html *h)
{
	static char text[4096];
	size_t len = evbuffer_get_length(h->out);

	assert_true(len < sizeof(text));
	evbuffer_remove(h->out, text, len);
	text[len] = '\0';
	return text;
}

static void escapes(void **state)
{
	static const struct {
		const char *text, *want, *why;
	} table[] = {
		{ "plain", "plain", "as it is" },
		{ "<b>", "&lt;b&gt;", "no element begins" },
		{ "a&lt;", "a&amp;lt;", "no reference begins" },
		{ "\" onload=\"x", "&quot; onload=&quot;x",
		  "no attribute ends" },
		{ "' x", "&#39; x", "nor one in single quotes" },
		{ "%s%n", "%s%n", "no directive of ours" },
		{ "\xc3\xa4\xe6\xbc\xa2", "\xc3\xa4\xe6\xbc\xa2", "UTF-8" },
		{ "a\xffz", "a\\xffz", "no UTF-8" },
		{ "\xc0\xbc", "\\xc0\\xbc", "an overlong <" },
		{ "\xe2\x80", "\\xe2\\x80", "cut" },
		{ "x\xe2\x80\xaey", "x\\u{202e}y", "reorders what follows" },
		{ "a\nb\x1b", "a\\u{a}b\\u{1b}", "control characters" },
		{ "", "", "nothing" },
	};
	struct html h = { .out = evbuffer_new() };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		html(&h, "%s", table[i].text);
		assert_string_equal(written(&h), table[i].want);
	}
	assert_false(h.failed);
	evbuffer_free(h.out);
}

static void every_pair(void **state)
{
	struct html h = { .out = evbuffer_new() };
	unsigned int a, b;
	char in[3] = "";
	const char *s;
	size_t len;
	u32 code;

	(void)state;
	for (a = 1; a < 256; a++) {
		for (b = 1; b < 256; b++) {
			in[0] = (char)a;
			in[1] = (char)b;
			html(&h, "%s", in);
			for (s = written(&h); *s; s += len) {
				len = shinrai_utf8_next(s, strlen(s), &code);
				assert_true(len);
				assert_null(strchr("<>\"'\n", *s));
			}
		}
	}
	evbuffer_free(h.out);
}

static void fills(void **state)
{
	struct html h = { .out = evbuffer_new() };
	const char *volatile none = NULL;

	(void)state;
	html(&h, "<p id=\"%s\">%u of %llu, 100%%</p>", "a<", 7u, ~0ull);
	assert_string_equal(
		written(&h),
		"<p id=\"a&lt;\">7 of 18446744073709551615, 100%</p>");
	html(&h, "%s", none);
	assert_string_equal(written(&h), "");
	assert_false(h.failed);
	html(&h, "<p>%d %s</p>", 1, "x");
	assert_true(h.failed);
	evbuffer_free(h.out);
}

static void without_memory(void **state)
{
	struct html h = { 0 };

	(void)state;
	html(&h, "<p>");
	assert_true(h.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(every_pair),
		cmocka_unit_test(fills),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
