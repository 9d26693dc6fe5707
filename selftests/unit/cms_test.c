// SPDX-License-Identifier: MIT
/* Signatures for the module, byte for byte those of the openssl command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <shinrai/cms.h>
#include <shinrai/hex.h>
#include <shinrai/util.h>

#include "kernel/pure.h"

#define CERT " -x509 -nodes -subj /CN=cms-test -keyout "

/* Runs in a folder of its own, which is made once. */
static void sh(const char *command)
{
	if (system(command))
		fail_msg("failed: %s", command);
}

static int setup(void **state)
{
	static char dir[] = "/tmp/cms-test.XXXXXX";

	(void)state;
	if (!mkdtemp(dir) || chdir(dir))
		return -1;
	sh("for n in a b; do openssl req -newkey rsa:2048" CERT "$n.key"
	   " -out $n.pem 2>/dev/null || exit 1; done");
	sh("openssl x509 -in a.pem -outform DER -out a.der");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return system("rm -rf \"$PWD\"");
}

static X509 *cert(const char *path)
{
	X509 *x = NULL;

	assert_int_equal(shinrai_cms_read_cert(path, &x), 0);
	return x;
}

static EVP_PKEY *key(const char *path)
{
	EVP_PKEY *k = NULL;

	assert_int_equal(shinrai_cms_read_key(path, NULL, NULL, &k), 0);
	return k;
}

static void write_file(const char *path, const void *data, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void test_equal(void **state)
{
	static const size_t sizes[] = { 0, 1, 128, 4096, 1000003 };
	X509 *x = cert("a.pem");
	EVP_PKEY *k = key("a.key");
	u8 *data = malloc(1000003), *sig, *want;
	size_t i, j, len, want_len;

	(void)state;
	assert_non_null(data);
	/* Line ends must stay as they are. */
	for (j = 0; j < 1000003; j++)
		data[j] = j % 3 ? (u8)(j * 7) : '\n';
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		write_file("data", data, sizes[i]);
		sh("openssl cms -sign -binary -noattr -md sha256 -nocerts"
		   " -outform DER -signer a.pem -inkey a.key -in data"
		   " -out data.sig");
		assert_int_equal(shinrai_file_read("data.sig", 65536, &want,
						   &want_len),
				 0);
		assert_int_equal(
			shinrai_cms_sign(x, k, data, sizes[i], &sig, &len), 0);
		assert_int_equal(len, want_len);
		assert_memory_equal(sig, want, len);
		free(sig);
		free(want);
	}
	free(data);
	X509_free(x);
	EVP_PKEY_free(k);
}

/* The owner is the SHA-256 of what openssl calls an RSAPublicKey. */
static void test_owner(void **state)
{
	static const char *const paths[] = { "a.pem", "a.der" };
	u8 owner[32], want[32];
	char text[65] = "";
	size_t i, len;
	FILE *f;

	(void)state;
	f = popen("openssl rsa -in a.key -RSAPublicKey_out -outform DER"
		  " 2>/dev/null | sha256sum",
		  "r");
	assert_non_null(f);
	assert_int_equal(fread(text, 1, 64, f), 64);
	pclose(f);
	assert_int_equal(shinrai_hex_parse(text, want, 32, &len), 0);
	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		X509 *x = cert(paths[i]);

		memset(owner, 0, sizeof(owner));
		assert_int_equal(shinrai_cms_owner(x, owner), 0);
		assert_memory_equal(owner, want, 32);
		X509_free(x);
	}
}

static const struct {
	const char *make; /* k.pem, k.key */
	int expected;
	const char *why;
} keys[] = {
	{ "openssl req -newkey rsa:3072" CERT "k.key -out k.pem", 0,
	  "RSA-3072" },
	{ "openssl req -newkey rsa:4096" CERT "k.key -out k.pem", 0,
	  "RSA-4096" },
	{ "openssl req -newkey rsa:1024" CERT "k.key -out k.pem", -ENOTSUP,
	  "too small" },
	{ "openssl req -newkey rsa:2560" CERT "k.key -out k.pem", -ENOTSUP,
	  "a size that Linux refuses" },
	{ "openssl req -newkey rsa-pss -pkeyopt rsa_keygen_bits:2048" CERT
	  "k.key -out k.pem",
	  -ENOTSUP, "RSA-PSS" },
	{ "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256" CERT
	  "k.key -out k.pem",
	  -ENOTSUP, "ECDSA" },
	{ "openssl req -newkey ed25519" CERT "k.key -out k.pem", -ENOTSUP,
	  "Ed25519" },
	{ "cp a.pem k.pem && cp b.key k.key", -EKEYREJECTED,
	  "another certificate's key" },
};

static void test_keys(void **state)
{
	char command[256];
	size_t i, len;
	int ret;
	u8 *sig;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		snprintf(command, sizeof(command), "{ %s; } 2>/dev/null",
			 keys[i].make);
		sh(command);
		X509 *x = cert("k.pem");
		EVP_PKEY *k = key("k.key");

		sig = NULL;
		ret = shinrai_cms_sign(x, k, "text", 4, &sig, &len);
		if (ret != keys[i].expected)
			fail_msg("%s: %d", keys[i].why, ret);
		assert_int_equal(!sig, !!ret);
		free(sig);
		X509_free(x);
		EVP_PKEY_free(k);
	}
}

/* What openssl signs in other ways, the module does not take. */
static const struct {
	const char *options;
	int expected;
	const char *why;
} forms[] = {
	{ "-binary -noattr -md sha256 -nocerts", 0, "as the module wants it" },
	{ "-binary -noattr -md sha256 -nocerts -keyid", 0,
	  "the key named by its identifier" },
	{ "-noattr -nocerts", 0, "text, but still plain" },
	{ "-binary -noattr -md sha256", -EBADMSG, "with its certificate" },
	{ "-binary -md sha256 -nocerts", -EBADMSG, "with attributes" },
	{ "-binary -noattr -md sha256 -nocerts -nodetach", -EBADMSG,
	  "with the data" },
	{ "-binary -noattr -md sha1 -nocerts", -EBADMSG, "over SHA-1" },
	{ "-binary -noattr -md sha512 -nocerts", -EBADMSG, "over SHA-512" },
	{ "-binary -noattr -md sha256 -nocerts -signer b.pem -inkey b.key",
	  -EBADMSG, "by two signers" },
};

static void test_forms(void **state)
{
	char command[256];
	size_t i, n, len;
	u8 *sig;
	int ret;

	(void)state;
	sh("echo data >data");
	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		snprintf(command, sizeof(command),
			 "openssl cms -sign %s -signer a.pem -inkey a.key"
			 " -in data -outform DER -out data.sig",
			 forms[i].options);
		sh(command);
		assert_int_equal(
			shinrai_file_read("data.sig", 65536, &sig, &len), 0);
		ret = shinrai_signature_plain(sig, len);
		if (ret != forms[i].expected)
			fail_msg("%s: %d", forms[i].why, ret);
		for (n = 0; !i && n < len; n++) {
			if (shinrai_signature_plain(sig, n) != -EBADMSG)
				fail_msg("cut to %zu of %zu bytes", n, len);
		}
		free(sig);
	}
}

static int say_secret(char *buf, int size, int writing, void *arg)
{
	(void)writing;
	return snprintf(buf, (size_t)size, "%s", (const char *)arg);
}

static void test_files(void **state)
{
	static const char *const bad[] = { "empty", "cut", "text" };
	EVP_PKEY *k = NULL;
	X509 *x = NULL;
	size_t i;

	(void)state;
	sh(": >empty; head -c 700 a.pem >cut; echo hello >text;"
	   " openssl pkcs8 -topk8 -in a.key -passout pass:secret -out e.key;"
	   " head -c 65537 /dev/zero >large");
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(shinrai_cms_read_cert(bad[i], &x), -EBADMSG);
		assert_int_equal(shinrai_cms_read_key(bad[i], NULL, NULL, &k),
				 -EBADMSG);
	}
	assert_int_equal(shinrai_cms_read_cert("none", &x), -ENOENT);
	assert_int_equal(shinrai_cms_read_cert("large", &x), -EFBIG);
	assert_int_equal(shinrai_cms_read_key("none", NULL, NULL, &k), -ENOENT);
	assert_int_equal(shinrai_cms_read_key("a.pem", NULL, NULL, &k),
			 -EBADMSG);
	assert_int_equal(shinrai_cms_read_key("e.key", NULL, NULL, &k),
			 -EBADMSG);
	assert_int_equal(shinrai_cms_read_key("e.key", say_secret,
					      (char[]){ "wrong" }, &k),
			 -EBADMSG);
	assert_null(k);
	assert_null(x);
	assert_int_equal(shinrai_cms_read_key("e.key", say_secret,
					      (char[]){ "secret" }, &k),
			 0);
	EVP_PKEY_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal), cmocka_unit_test(test_owner),
		cmocka_unit_test(test_keys),  cmocka_unit_test(test_forms),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
