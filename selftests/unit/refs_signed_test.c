// SPDX-License-Identifier: MIT
/* Reference values that must be signed: signatures of the openssl command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <shinrai/refs.h>

#define REQ "openssl req -newkey rsa:2048 -nodes -subj "
#define SIGN \
	"openssl cms -sign -binary -noattr -md sha256 -nocerts -outform DER "
#define BY(n) "-signer " n ".pem -inkey " n ".key "

/* Runs in a folder of its own, which is made once. */
static void sh(const char *command)
{
	if (system(command))
		fail_msg("failed: %s", command);
}

static int setup(void **state)
{
	static char dir[] = "/tmp/refs-signed-test.XXXXXX";

	(void)state;
	if (!mkdtemp(dir) || chdir(dir))
		return -1;
	sh("{ " REQ "/CN=ada -x509 -keyout a.key -out a.pem &&" REQ
	   "\"/CN=bo$(printf '\\033')[1m\" -x509 -keyout b.key -out b.pem &&" REQ
	   "/CN=old -keyout o.key -out o.csr && openssl x509 -req -in o.csr"
	   " -signkey o.key -days -1 -out o.pem &&" REQ "/CN=ca -x509 -addext"
	   " keyUsage=critical,keyCertSign -keyout u.key -out u.pem &&"
	   " openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256"
	   " -nodes -subj /CN=ec -keyout e.key -out e.pem; } 2>/dev/null");
	/* Issuer and serial number of a.pem, and another key. */
	sh("{ " REQ "/CN=ada -x509 -keyout t.key -out t.pem"
	   " -set_serial 0x$(openssl x509 -in a.pem -noout -serial |"
	   " cut -d= -f2); } 2>/dev/null");
	sh("printf '# shinrai-digests v1\\n%064d exec /bin/a\\n' 1 >list;"
	   " echo '{\"format\":\"shinrai-boot-v1\"}' >boot;"
	   " printf '# shinrai-digests v1\\nnonsense\\n' >bad;"
	   " echo '{\"meta\":{\"version\":1},\"digests\":{}}' >keylime");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return system("rm -rf \"$PWD\"");
}

static const struct {
	const char *make; /* FILE.sig */
	const char *signers, *file;
	int expected;
	const char *says; /* the reason, or who signed */
	const char *why;
} table[] = {
	{ SIGN BY("a") "-in list -out list.sig", "a", "list", 0,
	  "1 signed by CN=ada", "a digest list" },
	{ SIGN BY("a") "-in boot -out boot.sig", "a", "boot", 0,
	  "1 signed by CN=ada", "boot references" },
	{ SIGN BY("a") "-in keylime -out keylime.sig", "a", "keylime", 0,
	  "1 signed by CN=ada", "a Keylime policy" },
	{ SIGN BY("b") "-in list -out list.sig", "ab", "list", 0,
	  "1 signed by CN=bo\\1B[1m", "the other one of two" },
	{ SIGN BY("a") "-in list -out list.sig", "ta", "list", 0,
	  "1 signed by CN=ada", "his name is another's, too" },
	{ SIGN BY("a") "-keyid -in list -out list.sig", "a", "list", 0,
	  "1 signed by CN=ada", "the key named by its identifier" },
	{ "rm -f list.sig", "a", "list", -EKEYREJECTED,
	  "list: not signed: there is no list.sig", "not signed" },
	{ ": >list.sig", "a", "list", -EKEYREJECTED, "no signature",
	  "an empty signature" },
	{ "cp a.pem list.sig", "a", "list", -EKEYREJECTED, "no signature",
	  "another file" },
	{ "head -c 65537 /dev/zero >list.sig", "a", "list", -EFBIG,
	  "cannot read its .sig: File too large", "too large" },
	{ SIGN BY("b") "-in list -out list.sig", "a", "list", -EKEYREJECTED,
	  "signed by somebody", "another's signature" },
	{ SIGN BY("t") "-in list -out list.sig", "a", "list", -EKEYREJECTED,
	  "not what was signed", "another's, in his name" },
	{ SIGN BY("a") "-in boot -out list.sig", "a", "list", -EKEYREJECTED,
	  "list: it is not what was signed", "another file's signature" },
	{ SIGN BY("a") "-in list -out changed.sig; sed 's/1 /2 /' list >changed",
	  "a", "changed", -EKEYREJECTED, "not what was signed",
	  "a byte is another one" },
	{ SIGN BY("a") "-in list -out more.sig; { cat list; echo; } >more", "a",
	  "more", -EKEYREJECTED, "not what was signed", "a line more" },
	{ SIGN BY("o") "-in list -out list.sig", "ao", "list", -EKEYEXPIRED,
	  "valid from 20", "his certificate has expired" },
	{ SIGN BY("u") "-in list -out list.sig", "u", "list", -EKEYREJECTED,
	  "not one for signing", "a CA that may sign certificates only" },
	{ "openssl cms -sign -binary -md sha256 -nocerts -outform DER " BY(
		  "a") "-in list -out list.sig",
	  "a", "list", -EKEYREJECTED, "no signature", "with attributes" },
	{ "openssl cms -sign -binary -noattr -md sha256 -outform DER " BY(
		  "a") "-in list -out list.sig",
	  "a", "list", -EKEYREJECTED, "no signature", "with a certificate" },
	{ "openssl cms -sign -binary -noattr -md sha1 -nocerts -outform DER " BY(
		  "a") "-in list -out list.sig",
	  "a", "list", -EKEYREJECTED, "no signature", "over SHA-1" },
	{ SIGN BY("a") BY("b") "-in list -out list.sig", "ab", "list",
	  -EKEYREJECTED, "no signature", "by two" },
	{ SIGN BY("a") "-in bad -out bad.sig", "a", "bad", -EBADMSG,
	  "bad: line 2", "signed nonsense" },
	{ "rm -f list.sig", "", "list", 0, NULL, "nobody is asked" },
	{ SIGN BY("b") "-in list -out list.sig", "", "list", 0, NULL,
	  "nor is a signature looked at" },
};

static void check(size_t n)
{
	const char *s, *says = table[n].says;
	struct shinrai_appraise_input in = { 0 };
	char path[] = "?.pem", why[512] = "";
	struct shinrai_refs r;
	int ret;

	shinrai_refs_init(&r);
	for (s = table[n].signers; *s; s++) {
		path[0] = *s;
		assert_int_equal(
			shinrai_refs_signer(&r, path, why, sizeof(why)), 0);
	}
	ret = shinrai_refs_load(&r, table[n].file, why, sizeof(why));
	if (ret != table[n].expected || (ret && !strstr(why, says)))
		fail_msg("%s: %d, %s", table[n].why, ret, why);
	if (!ret) {
		assert_int_equal(shinrai_refs_ready(&r, why, sizeof(why)), 0);
		shinrai_refs_expect(&r, &in);
		assert_int_equal(in.nunsigned, !*table[n].signers);
		if (!says)
			assert_null(in.signers);
		else if (!in.signers || strcmp(in.signers, says))
			fail_msg("%s: \"%s\"", table[n].why, in.signers);
	}
	shinrai_refs_free(&r);
}

static void test_files(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		sh(table[i].make);
		check(i);
	}
}

static int load_boot(void)
{
	struct shinrai_refs r;
	char why[512];
	int ret;

	shinrai_refs_init(&r);
	assert_int_equal(shinrai_refs_signer(&r, "a.pem", why, sizeof(why)), 0);
	ret = shinrai_refs_load(&r, "boot", why, sizeof(why));
	shinrai_refs_free(&r);
	return ret;
}

/* Each byte of a file counts. */
static void test_bytes(void **state)
{
	FILE *f;
	long at;
	int c;

	(void)state;
	sh(SIGN BY("a") "-in boot -out boot.sig");
	f = fopen("boot", "r+");
	assert_non_null(f);
	setvbuf(f, NULL, _IONBF, 0);
	for (at = 0; (c = getc(f)) != EOF; at++) {
		fseek(f, at, SEEK_SET);
		putc(c ^ 1, f);
		assert_int_equal(load_boot(), -EKEYREJECTED);
		fseek(f, at, SEEK_SET);
		putc(c, f);
		fseek(f, at + 1, SEEK_SET);
	}
	assert_true(at > 20);
	assert_int_equal(load_boot(), 0);
	fclose(f);
}

static void test_signers(void **state)
{
	static const struct {
		const char *path;
		int expected;
		const char *says;
	} bad[] = {
		{ "e.pem", -ENOTSUP, "e.pem: its key is not RSA of 2048" },
		{ "a.key", -EBADMSG, "a.key: not a certificate" },
		{ "list", -EBADMSG, "list: not a certificate" },
		{ "none", -ENOENT, "cannot read none: No such file" },
	};
	struct shinrai_refs r;
	char why[512];
	size_t i;

	(void)state;
	shinrai_refs_init(&r);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(shinrai_refs_signer(&r, bad[i].path, why,
						     sizeof(why)),
				 bad[i].expected);
		assert_non_null(strstr(why, bad[i].says));
	}
	for (i = 0; i < SHINRAI_MAX_REFS_KEYS; i++)
		assert_int_equal(
			shinrai_refs_signer(&r, "a.pem", why, sizeof(why)), 0);
	assert_int_equal(shinrai_refs_signer(&r, "a.pem", why, sizeof(why)),
			 -E2BIG);
	shinrai_refs_free(&r);
}

/* Without a .sig it may be an envelope, whose signature is inside: no other thing. */
static void test_disguised(void **state)
{
	static const char *const object[] = {
		"{\"payloadType\":\"x\",\"spdxVersion\":\"SPDX-2.3\",\"files\":[]}",
		("{\"payloadType\":\"x\",\"bomFormat\":\"CycloneDX\","
		 "\"specVersion\":\"1.6\",\"components\":[]}"),
		"{\"payloadType\":\"x\",\"format\":\"shinrai-boot-v1\"}",
		"{\"payloadType\":\"x\",\"meta\":{\"version\":1},\"digests\":{}}",
	};
	struct shinrai_refs r;
	char why[512];
	size_t i;
	FILE *f;

	(void)state;
	sh("openssl x509 -in e.pem -noout -pubkey >e.pub; rm -f dressed.sig");
	for (i = 0; i < ARRAY_SIZE(object); i++) {
		f = fopen("dressed", "w");
		assert_non_null(f);
		fputs(object[i], f);
		fclose(f);
		shinrai_refs_init(&r);
		assert_int_equal(
			shinrai_refs_signer(&r, "a.pem", why, sizeof(why)), 0);
		assert_int_equal(
			shinrai_refs_key(&r, "e.pub", why, sizeof(why)), 0);
		if (!shinrai_refs_load(&r, "dressed", why, sizeof(why)))
			fail_msg("believed: %s", object[i]);
		shinrai_refs_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_signers),
		cmocka_unit_test(test_disguised),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
