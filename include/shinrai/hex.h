/* SPDX-License-Identifier: MIT */
/* Hexadecimal, both directions. */
#ifndef _SHINRAI_HEX_H
#define _SHINRAI_HEX_H

#include "platform.h"

/* @out: 2 * @len + 1 bytes; lower case and NUL.  Return: @out. */
char *shinrai_hex_encode(const void *data, size_t len, char *out);

/*
 * @text: @len characters, either case, an even number of them
 * @out: @len / 2 bytes, undefined on error
 * Return: 0; -EINVAL.
 */
int shinrai_hex_decode(const char *text, size_t len, u8 *out);

/*
 * Decodes a NUL-terminated text of unknown length.
 * @len: out, bytes written
 * Return: 0; -EINVAL; -ENOSPC above @cap.
 */
int shinrai_hex_parse(const char *text, u8 *out, size_t cap, size_t *len);

#endif
