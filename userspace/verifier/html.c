// SPDX-License-Identifier: MIT
/* HTML that escapes by default, HTML 5 13.1.2 and 13.1.4. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <shinrai/utf8.h>

#include "html.h"

static void put(struct html *h, const char *data, size_t len)
{
	if (len && (!h->out || evbuffer_add(h->out, data, len)))
		h->failed = true;
}

static const char *reference(u32 code)
{
	switch (code) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	return NULL;
}

/* What is no UTF-8, or what a reader would not see, is shown as what it is. */
static void text(struct html *h, const char *s)
{
	size_t left = strlen(s), len;
	const char *as;
	char buf[16];
	u32 code;

	for (; left; s += len, left -= len) {
		len = shinrai_utf8_next(s, left, &code);
		as = len ? reference(code) : buf;
		if (!len)
			snprintf(buf, sizeof(buf), "\\x%02x", (u8)*s);
		if (len && !shinrai_utf8_visible(code)) {
			snprintf(buf, sizeof(buf), "\\u{%x}", code);
			as = buf;
		}
		if (as)
			put(h, as, strlen(as));
		else
			put(h, s, len);
		len += !len;
	}
}

/* Return: what follows the directive. */
static const char *fill(struct html *h, const char *at, va_list *args)
{
	char number[24];
	const char *s;

	switch (*at) {
	case 's':
		s = va_arg(*args, const char *);
		text(h, s ? s : "");
		return at + 1;
	case 'u':
		put(h, number,
		    (size_t)snprintf(number, sizeof(number), "%u",
				     va_arg(*args, unsigned int)));
		return at + 1;
	case '%':
		put(h, at, 1);
		return at + 1;
	}
	if (!strncmp(at, "llu", 3)) {
		put(h, number,
		    (size_t)snprintf(number, sizeof(number), "%llu",
				     va_arg(*args, unsigned long long)));
		return at + 3;
	}
	h->failed = true; /* the arguments that follow cannot be found */
	return at + strlen(at);
}

/**
 * html_write() - html() without its check that @markup is a literal
 * @h: is added to
 * @markup: with %s, %u, %llu and %%
 */
void html_write(struct html *h, const char *markup, ...)
{
	va_list args;
	size_t len;

	va_start(args, markup);
	while (*markup) {
		len = strcspn(markup, "%");
		put(h, markup, len);
		markup += len;
		if (*markup)
			markup = fill(h, markup + 1, &args);
	}
	va_end(args);
}
