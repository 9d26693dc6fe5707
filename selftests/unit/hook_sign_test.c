// SPDX-License-Identifier: MIT
/* Signatures of webhooks, and the secrets that they are made with. */
/* links: userspace/verifier/hook_sign.c */
#include "testdata.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../userspace/verifier/hook.h"

static char path[] = "/tmp/hook-XXXXXX";

static int setup(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

static int read_text(const char *text, size_t len, struct hook_secret *s)
{
	FILE *f = fopen(path, "w");
	char err[256] = "";
	int ret;

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	fclose(f);
	ret = hook_secret_read(path, s, err, sizeof(err));
	assert_int_equal(!ret, !*err);
	return ret;
}

/* The example of Standard Webhooks' libraries; of Svix before that. */
static void test_known(void **state)
{
	static const char secret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n";
	char out[HOOK_SIGNATURE_SIZE];
	struct hook_secret s;

	(void)state;
	assert_int_equal(read_text(secret, strlen(secret), &s), 0);
	assert_int_equal(s.len, 24);
	assert_int_equal(hook_sign(&s, "msg_p5jXN8AQM9LWM0D4loKWxJek",
				   1614265330, "{\"test\": 2432232314}", out),
			 0);
	assert_string_equal(out,
			    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#define B8 "AAAAAAAA"
#define B32 B8 B8 B8 B8

static void test_secrets(void **state)
{
	static const struct {
		const char *text;
		size_t len; /* of the key; 0: refused */
		const char *why;
	} table[] = {
		{ "whsec_" B32, 24, "24 bytes, no line feed" },
		{ "whsec_" B32 "AA==", 25, "padded" },
		{ "whsec_" B32 "AAA=\r\n", 26, "padded, and DOS" },
		{ "whsec_" B32 B32 B8 B8 "AAAAAA==", 64, "64 bytes" },
		{ "whsec_" B32 B32 B8 B8 "AAAAAAA=", 0, "65 bytes" },
		{ "whsec_" B8 B8 B8 "AAAAAAA=", 0, "23 bytes" },
		{ "whsec_" B32 "AAA", 0, "not whole" },
		{ "whsec_" B32 "====", 0, "only padding" },
		{ "whsec_" B32 "A A=", 0, "not base64" },
		{ "whsec_", 0, "none" },
		{ "whsec_=", 0, "hardly any" },
		{ "WHSEC_" B32, 0, "other letters" },
		{ B32, 0, "no prefix" },
		{ "", 0, "nothing" },
	};
	struct hook_secret s;
	size_t i;
	int ret;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		ret = read_text(table[i].text, strlen(table[i].text), &s);
		if (ret != (table[i].len ? 0 : -EBADMSG) ||
		    (!ret && s.len != table[i].len))
			fail_msg("%s: %d, %zu", table[i].why, ret, s.len);
	}
	assert_int_equal(read_text("whsec_" B32 "\0AAAA", 43, &s), -EBADMSG);
}

static void test_file(void **state)
{
	struct hook_secret s;
	char err[256];

	(void)state;
	assert_int_equal(read_text("whsec_" B32, 38, &s), 0);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(hook_secret_read(path, &s, err, sizeof(err)), -EACCES);
	assert_int_equal(chmod(path, 0400), 0);
	assert_int_equal(hook_secret_read(path, &s, err, sizeof(err)), 0);
	assert_int_equal(hook_secret_read("/nothing", &s, err, sizeof(err)),
			 -ENOENT);
	assert_string_equal(err,
			    "cannot read /nothing: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
