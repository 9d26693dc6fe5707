// SPDX-License-Identifier: MIT
/* Escapes for what others wrote into the log, and memory. */
#include <string.h>

#include "ctl.h"

/* Length of one well-formed UTF-8 sequence (Unicode 15, table 3-7), or 0. */
static size_t utf8(const uint8_t *p, size_t n, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len, i;

	if (*p < 0x80)
		len = 1;
	else if (*p >= 0xc2 && *p < 0xf5)
		len = *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	else
		return 0;
	if (len > n)
		return 0;
	*code = len == 1 ? *p : *p & (0x7fu >> len);
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3f);
	}
	if (*code < least[len] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return len;
}

/* Characters that steer a terminal, or that a reader cannot see. */
static bool harmless(uint32_t c, bool spaces)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == '\\')
		return false;
	if (c == ' ' || c == 0xa0 || c == 0x3000)
		return !spaces;
	if ((c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f))
		return false;
	return c != 0xad && c != 0x61c && c != 0xfeff && c < 0xe0000;
}

/*
 * Bytes from outside as printable UTF-8: what is not shown as it is becomes
 * \xNN for each byte, a backslash too, so that it can be undone.  @spaces
 * escapes blanks as well, for tables.  Return: caller frees; never NULL.
 */
char *ctl_escape(const void *data, size_t len, bool spaces)
{
	const uint8_t *p = data, *end = p + len;
	char *out = ctl_alloc(4 * len + 1), *o = out;
	uint32_t code = 0;
	size_t n, i;

	while (p < end) {
		n = utf8(p, (size_t)(end - p), &code);
		if (n && harmless(code, spaces)) {
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
