// SPDX-License-Identifier: MIT
/* Hexadecimal, both directions. */
#include <shinrai/hex.h>

char *shinrai_hex_encode(const void *data, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const u8 *p = data;
	size_t i;

	for (i = 0; i < len; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * len] = '\0';
	return out;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int shinrai_hex_decode(const char *text, size_t len, u8 *out)
{
	size_t i;
	int h, l;

	if (len % 2)
		return -EINVAL;
	for (i = 0; i < len; i += 2) {
		h = nibble(text[i]);
		l = nibble(text[i + 1]);
		if (h < 0 || l < 0)
			return -EINVAL;
		out[i / 2] = (u8)(h << 4 | l);
	}
	return 0;
}

int shinrai_hex_parse(const char *text, u8 *out, size_t cap, size_t *len)
{
	size_t n = strlen(text);
	int ret;

	if (n / 2 > cap)
		return -ENOSPC;
	ret = shinrai_hex_decode(text, n, out);
	if (!ret)
		*len = n / 2;
	return ret;
}
