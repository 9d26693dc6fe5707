// SPDX-License-Identifier: MIT
/* The end of a file, read in order, in memory that does not grow with it. */
/* links: userspace/shinraid/blob.c */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../userspace/shinraid/blob.h"

#define MAX 100000 /* no power of two */

static const struct {
	u64 size, from, first;
	const char *what;
} cases[] = {
	{ 0, 0, 0, "an empty file" },
	{ 0, 5, 0, "an empty file, from beyond it" },
	{ 7, 0, 0, "a short file" },
	{ 7, 4, 4, "a short file, from a byte on" },
	{ 7, 7, 7, "a short file, from its end" },
	{ 7, 8, 7, "a short file, from beyond it" },
	{ MAX, 0, 0, "as much as is kept" },
	{ MAX + 1, 0, 1, "one byte more" },
	{ MAX + 1, 1, 1, "one byte more, which is not wanted" },
	{ 2 * MAX, 0, MAX, "twice as much" },
	{ 12 * MAX + 345, 0, 11 * MAX + 345, "much more" },
	{ 12 * MAX + 345, 7 * MAX, 11 * MAX + 345, "... from its middle on" },
	{ 12 * MAX + 345, 12 * MAX, 12 * MAX, "... from near its end on" },
	{ 12 * MAX + 345, UINT64_MAX, 12 * MAX + 345, "... from beyond it" },
};

static u8 byte_at(u64 i)
{
	return (u8)(i * 31 + i / 251);
}

static FILE *make_file(u64 size)
{
	FILE *f = tmpfile();
	u64 i;

	assert_non_null(f);
	for (i = 0; i < size; i++)
		assert_int_not_equal(putc(byte_at(i), f), EOF);
	assert_int_equal(fflush(f), 0);
	return f;
}

static void test_tail(void **state)
{
	struct blob *b;
	u64 first, k;
	size_t i;
	FILE *f;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("%s\n", cases[i].what);
		f = make_file(cases[i].size);
		b = blob_read_tail(fileno(f), cases[i].from, MAX, &first);
		assert_non_null(b);
		assert_int_equal(first, cases[i].first);
		assert_int_equal(first + blob_size(b), cases[i].size);
		assert_in_range(malloc_usable_size((void *)blob_data(b)), 1,
				3 * MAX);
		for (k = 0; k < blob_size(b); k++)
			assert_int_equal(blob_data(b)[k], byte_at(first + k));
		blob_put(b);
		fclose(f);
	}
}

static void test_unreadable(void **state)
{
	int ends[2];
	u64 first;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_null(blob_read_tail(ends[0], 0, MAX, &first));
	assert_int_equal(errno, ESPIPE);
	assert_null(blob_read_tail(-1, 0, MAX, &first));
	assert_int_equal(errno, EBADF);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tail),
		cmocka_unit_test(test_unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
