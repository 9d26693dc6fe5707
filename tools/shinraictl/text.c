// SPDX-License-Identifier: MIT
/* Escapes for what others wrote into the log, and memory. */
#include <string.h>

#include <shinrai/utf8.h>

#include "ctl.h"

enum {
	ESCAPE_BACKSLASH = 1, /* it begins an escape */
	ESCAPE_BLANKS = 2, /* they break tables */
};

static bool plain(uint32_t c, unsigned int also)
{
	if (!shinrai_utf8_visible(c) || (c == '\\' && also & ESCAPE_BACKSLASH))
		return false;
	return !(also & ESCAPE_BLANKS) ||
	       (c != ' ' && c != 0xa0 && c != 0x3000);
}

static char *escape(const void *data, size_t len, unsigned int also)
{
	const uint8_t *p = data, *end = p + len;
	char *out = ctl_alloc(4 * len + 1), *o = out;
	uint32_t code = 0;
	size_t n, i;

	while (p < end) {
		n = shinrai_utf8_next(p, (size_t)(end - p), &code);
		if (n && plain(code, also)) {
			memcpy(o, p, n);
			o += n;
			p += n;
			continue;
		}
		for (i = 0; i < (n ? n : 1); i++)
			o += sprintf(o, "\\x%02x", *p++);
	}
	*o = '\0';
	return out;
}

/*
 * Bytes from outside as printable UTF-8: what is not shown as it is becomes
 * \xNN for each byte, a backslash too, so that it can be undone.  @spaces
 * escapes blanks as well, for tables.  Return: caller frees; never NULL.
 */
char *ctl_escape(const void *data, size_t len, bool spaces)
{
	return escape(data, len,
		      ESCAPE_BACKSLASH | (spaces ? ESCAPE_BLANKS : 0));
}

/* The same of what may have such escapes already: they stay as they are. */
char *ctl_inert(const char *text)
{
	return escape(text, strlen(text), 0);
}

/* Memory, or the end of the program: there is nothing else to do. */
void *ctl_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p) {
		fputs("shinraictl: out of memory\n", stderr);
		exit(EXIT_ERROR);
	}
	return p;
}

/* An array of at least @n + 1 entries of @size; grows by doubling. */
void *ctl_grow(void *p, size_t n, size_t size)
{
	if (n & (n - 1) && n)
		return p;
	p = reallocarray(p, n ? 2 * n : 1, size);
	if (!p) {
		fputs("shinraictl: out of memory\n", stderr);
		exit(EXIT_ERROR);
	}
	return p;
}
