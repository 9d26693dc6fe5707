// SPDX-License-Identifier: MIT
/* UTF-8: well-formed sequences, and characters that deceive a reader. */
#include <shinrai/utf8.h>

/**
 * shinrai_utf8_next() - one character
 * @p: where it begins
 * @n: bytes there, at least one
 * @code: out, its code point; undefined when it is not one
 *
 * Unicode 15, table 3-7: no overlong forms, no surrogates.
 *
 * Return: its length in bytes; 0 when it is malformed or cut.
 */
size_t shinrai_utf8_next(const void *p, size_t n, u32 *code)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const u8 *s = p;
	size_t len, i;

	if (*s < 0x80)
		len = 1;
	else if (*s >= 0xc2 && *s < 0xf5)
		len = *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;
	else
		return 0;
	if (len > n)
		return 0;
	*code = len == 1 ? *s : *s & (0x7fu >> len);
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least[len] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return len;
}

/**
 * shinrai_utf8_visible() - does a reader see what is there?
 * @code: code point
 *
 * Return: false for what steers a terminal, reorders text or has no width.
 */
bool shinrai_utf8_visible(u32 code)
{
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return false;
	if ((code >= 0x200b && code <= 0x200f) ||
	    (code >= 0x2028 && code <= 0x202e) ||
	    (code >= 0x2060 && code <= 0x206f))
		return false;
	return code != 0xad && code != 0x61c && code != 0xfeff &&
	       code < 0xe0000;
}
