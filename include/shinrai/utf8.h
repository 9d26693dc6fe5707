/* SPDX-License-Identifier: MIT */
/* UTF-8, byte by byte checked, and what of it a reader can see. */
#ifndef _SHINRAI_UTF8_H
#define _SHINRAI_UTF8_H

#include "platform.h"

size_t shinrai_utf8_next(const void *p, size_t n, u32 *code);
bool shinrai_utf8_visible(u32 code);

#endif
