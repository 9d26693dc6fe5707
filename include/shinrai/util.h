/* SPDX-License-Identifier: MIT */
/* What every program that reads evidence from files needs. */
#ifndef _SHINRAI_UTIL_H
#define _SHINRAI_UTIL_H

#include "platform.h"

/* Frees what a variable declared with it points to, when it leaves scope. */
#define SHINRAI_FREE __attribute__((cleanup(shinrai_free_ptr)))
void shinrai_free_ptr(void *pp);

/*
 * Counts that come from outside: they end where JSON has no larger integers.
 * Return: the sum, INT64_MAX at most.
 */
static inline u64 shinrai_sum(u64 a, u64 b)
{
	const u64 most = INT64_MAX;

	return a > most || b > most - a ? most : a + b;
}

/*
 * Reads a whole file; pseudo files (securityfs, pipes) too, whose size is not
 * known beforehand.
 * @path: "-" is standard input
 * @max: refuse files with more bytes
 * @data: out, for the caller to free(); never NULL on success
 * @len: out
 * Return: 0; -EFBIG; -ENOMEM; the errno of open() or read().  May block.
 */
int shinrai_file_read(const char *path, size_t max, u8 **data, size_t *len);

#endif
