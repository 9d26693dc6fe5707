/* SPDX-License-Identifier: MIT */
/*
 * KUnit's words in user space: the kernel's tests run here too, under the
 * sanitizers.  One suite a file; TAP on standard output.
 */
#ifndef _KUNIT_TEST_H
#define _KUNIT_TEST_H

#include <setjmp.h>
#include <stdio.h>

#include <shinrai/platform.h>

struct kunit {
	bool failed;
	jmp_buf out;
};

struct kunit_case {
	void (*run)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(f)                \
	{                            \
		.run = f, .name = #f \
	}

static inline void kunit_note(struct kunit *test, const char *file, int line,
			      const char *text)
{
	test->failed = true;
	printf("# %s:%d: not so: %s\n", file, line, text);
}

#define kunit_say(...)                    \
	do {                              \
		printf("# " __VA_ARGS__); \
		putchar('\n');            \
	} while (0)
#define kunit_check(t, cond, text, fatal, ...)           \
	do {                                             \
		if (cond)                                \
			break;                           \
		kunit_note(t, __FILE__, __LINE__, text); \
		kunit_say(__VA_ARGS__);                  \
		if (fatal)                               \
			longjmp((t)->out, 1);            \
	} while (0)
#define kunit_compare(t, a, op, b, fatal, ...) \
	kunit_check(t, (a)op(b), #a " " #op " " #b, fatal, __VA_ARGS__)

#define KUNIT_ASSERT_EQ(t, a, b) kunit_compare(t, a, ==, b, true, " ")
#define KUNIT_ASSERT_NE(t, a, b) kunit_compare(t, a, !=, b, true, " ")
#define KUNIT_EXPECT_EQ(t, a, b) kunit_compare(t, a, ==, b, false, " ")
#define KUNIT_EXPECT_NE(t, a, b) kunit_compare(t, a, !=, b, false, " ")
#define KUNIT_EXPECT_LT(t, a, b) kunit_compare(t, a, <, b, false, " ")
#define KUNIT_EXPECT_EQ_MSG(t, a, b, ...) \
	kunit_compare(t, a, ==, b, false, __VA_ARGS__)
#define KUNIT_EXPECT_NE_MSG(t, a, b, ...) \
	kunit_compare(t, a, !=, b, false, __VA_ARGS__)
#define KUNIT_EXPECT_LE_MSG(t, a, b, ...) \
	kunit_compare(t, a, <=, b, false, __VA_ARGS__)
#define KUNIT_EXPECT_TRUE(t, a) kunit_check(t, a, #a, false, " ")
#define KUNIT_EXPECT_FALSE(t, a) kunit_check(t, !(a), "!(" #a ")", false, " ")

static inline int kunit_run(const struct kunit_suite *suite)
{
	static struct kunit test;
	static int failed, n;

	for (; suite->test_cases[n].run; n++) {
		test.failed = false;
		if (!setjmp(test.out))
			suite->test_cases[n].run(&test);
		failed += test.failed;
		printf("%sok %d - %s\n", test.failed ? "not " : "", n + 1,
		       suite->test_cases[n].name);
	}
	printf("1..%d\n", n);
	return failed ? 1 : 0;
}

#define kunit_test_suite(suite)             \
	int main(void)                      \
	{                                   \
		return kunit_run(&(suite)); \
	}                                   \
	extern int kunit_unused

#define kunit_info(t, ...) kunit_say(__VA_ARGS__)

#define MODULE_LICENSE(text) extern int kunit_unused

#endif
