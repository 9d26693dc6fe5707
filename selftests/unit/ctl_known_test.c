// SPDX-License-Identifier: MIT
/* links: tools/shinraictl/known.c tools/shinraictl/text.c tools/shinraictl/report.c tools/shinraictl/file.c */
/* What digests make writes is what verifiers read. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <shinrai/digests.h>

#include "tools/shinraictl/known.h"

static const struct {
	u8 byte; /* the digest is 32 of them */
	const char *kind;
	const char *path;
	unsigned int kinds; /* as the reader sees the digest */
} table[] = {
	{ 0x30, "exec", "/bin/a", SHINRAI_KNOWN_EXEC },
	{ 0x20, "lib", "/lib/b", SHINRAI_KNOWN_LIB | SHINRAI_KNOWN_EXEC },
	{ 0x20, "exec", "/lib/b", SHINRAI_KNOWN_LIB | SHINRAI_KNOWN_EXEC },
	{ 0x20, "exec", "/lib/b", SHINRAI_KNOWN_LIB | SHINRAI_KNOWN_EXEC },
	{ 0x10, "script", "/bin/new\nline \xff", SHINRAI_KNOWN_SCRIPT },
	{ 0xff, "module", "-", SHINRAI_KNOWN_MODULE },
	{ 0x00, "any", "a b \\ c", SHINRAI_KNOWN_ANY },
	{ 0x40, "any", NULL, SHINRAI_KNOWN_ANY }, /* a path of 16 KiB */
};

static void fill(struct known *k)
{
	static char longest[4 * 4096 + 1];
	u8 sha256[32];
	size_t i;

	memset(longest, 1, sizeof(longest) - 1);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		memset(sha256, table[i].byte, sizeof(sha256));
		known_add(k, sha256, table[i].kind,
			  table[i].path ? table[i].path : longest);
	}
	known_source(k, "local %s", "/tmp");
	known_source(k,
		     "debian bookworm InRelease SHA256 %064d signed-by %040d",
		     0, 1);
	known_source(k, "local %s", "/tmp");
}

static void test_round_trip(void **state)
{
	char path[] = "/tmp/ctl_known.XXXXXX";
	struct ctl ctl = { .json = true };
	struct known k = { .ctl = &ctl };
	struct shinrai_digests d;
	unsigned long line = 0;
	u8 sha256[32];
	size_t i;
	FILE *f;
	int fd;

	(void)state;
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	fill(&k);
	fd = dup(STDOUT_FILENO);
	assert_non_null(freopen("/dev/null", "w", stdout));
	i = (size_t)known_write(&k, path);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	close(fd);
	assert_int_equal(i, EXIT_OK);
	known_free(&k);
	f = fopen(path, "r");
	assert_non_null(f);
	shinrai_digests_init(&d);
	if (shinrai_digests_load(&d, f, &line))
		fail_msg("line %lu is refused", line);
	assert_int_equal(shinrai_digests_ready(&d), 0);
	assert_true(d.local);
	assert_int_equal(d.nsources, 2);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		memset(sha256, table[i].byte, sizeof(sha256));
		assert_int_equal(shinrai_digests_find(&d, sha256),
				 table[i].kinds);
	}
	shinrai_digests_free(&d);
	fclose(f);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
