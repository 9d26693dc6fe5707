// SPDX-License-Identifier: MIT
/*
 * The policy compiler and printer with every allocation failing once: each run
 * ends in -ENOMEM, tells nothing false, and leaks nothing (ASan looks).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <shinrai/util.h>

/* Which allocation fails, counted from 1; 0: none does. */
static unsigned int failing, count;

static bool fails(void)
{
	return ++count == failing;
}

static void *test_malloc_(size_t n)
{
	return fails() ? NULL : malloc(n);
}

static void *test_calloc_(size_t n, size_t size)
{
	return fails() ? NULL : calloc(n, size);
}

static void *test_reallocarray_(void *p, size_t n, size_t size)
{
	return fails() ? NULL : reallocarray(p, n, size);
}

static FILE *test_memstream(char **text, size_t *len)
{
	return fails() ? NULL : open_memstream(text, len);
}

/* The sources are taken in, for their allocations to be ours. */
#define malloc test_malloc_
#define calloc test_calloc_
#define reallocarray test_reallocarray_
#define open_memstream test_memstream
#include "userspace/lib/policy_vec.c"
#include "userspace/lib/policy_note.c"
#define compile compile_text
#include "userspace/lib/policy_compile.c"
#undef compile
#include "userspace/lib/policy_list.c"
#include "userspace/lib/policy_build.c"
#undef malloc
#undef calloc
#undef reallocarray
#undef open_memstream

static FILE *open_list(void *ctx, const char *name)
{
	char path[4096];

	(void)ctx;
	if (fails()) {
		errno = ENOMEM;
		return NULL;
	}
	snprintf(path, sizeof(path), "selftests/policy/good/%s", name);
	return fopen(path, "re");
}

/* Return: of compiling and telling, the first error. */
static int run(const char *text, size_t len)
{
	const struct shinrai_policy_source source = { .text = text,
						      .len = len,
						      .list = open_list };
	struct shinrai_policy_list list;
	struct shinrai_policy_notes notes;
	struct shinrai_policy p;
	size_t size;
	u8 *blob;
	int ret;

	ret = shinrai_policy_compile(&source, &notes, &blob, &size);
	/* What is told is told of the text, not of the memory. */
	assert_true(!notes.errors || ret == -EINVAL || ret == -ENOMEM);
	shinrai_policy_notes_free(&notes);
	if (ret)
		return ret;
	assert_int_equal(shinrai_policy_check(&p, blob, size), 0);
	ret = shinrai_policy_list(&p, &list);
	if (!ret)
		shinrai_policy_list_free(&list);
	free(blob);
	return ret;
}

static void each(const char *path)
{
	unsigned int total;
	size_t len;
	u8 *text;
	int ret;

	assert_int_equal(
		shinrai_file_read(path, SHINRAI_POLICY_SOURCE, &text, &len), 0);
	failing = 0;
	count = 0;
	ret = run((char *)text, len);
	assert_int_not_equal(ret, -ENOMEM);
	total = count;
	assert_true(total > 5);
	for (failing = 1; failing <= total; failing++) {
		count = 0;
		if (run((char *)text, len) != -ENOMEM)
			fail_msg("%s: allocation %u of %u failed in vain", path,
				 failing, total);
	}
	print_message("%s: %u allocations\n", path, total);
	free(text);
}

static void test_good(void **state)
{
	(void)state;
	each("selftests/policy/good/acme.policy");
	each("selftests/policy/good/programs.policy");
	each("selftests/policy/good/random11.policy");
}

static void test_bad(void **state)
{
	(void)state;
	each("selftests/policy/bad/no-cascade.policy");
	each("selftests/policy/bad/many-errors.policy");
	each("selftests/policy/bad/warn-unused.policy");
	each("selftests/policy/bad/warn-denied.policy");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
