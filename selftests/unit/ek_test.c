// SPDX-License-Identifier: MIT
/* Endorsement keys, against certificates that ek_certs.sh has openssl make. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <shinrai/ak_cert.h>
#include <shinrai/cms.h>
#include <shinrai/hex.h>
#include <shinrai/util.h>

#include "../../userspace/lib/ek_lib.h"

#define HARDWARE SHINRAI_ASSURANCE_HARDWARE
#define FIRMWARE SHINRAI_ASSURANCE_FIRMWARE
#define VIRTUAL SHINRAI_ASSURANCE_VIRTUAL
#define SOFTWARE SHINRAI_ASSURANCE_SOFTWARE
#define NONE SHINRAI_ASSURANCE_NONE

/* TPMT_PUBLIC of templates L-1 and L-2, TCG EK Credential Profile, B.3. */
#define ATTRIBUTES "000300b2"
#define POLICY                                                             \
	"0020837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b3314" \
	"69aa"
#define L1 "0001000b" ATTRIBUTES POLICY "00060080004300100800000000000100"
#define L2 "0023000b" ATTRIBUTES POLICY "000600800043001000030010"

static u8 rsa[512], ecc[256];
static char vectors[PATH_MAX];
static size_t rsa_len, ecc_len;

static void decode(const char *text, u8 *out, size_t cap, size_t *len)
{
	assert_int_equal(shinrai_hex_parse(text, out, cap, len), 0);
}

static void read_text(const char *path, char *text, size_t size)
{
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_non_null(fgets(text, (int)size, f));
	fclose(f);
	text[strcspn(text, "\n")] = '\0';
}

static int setup(void **state)
{
	static char dir[] = "/tmp/ek-test.XXXXXX";
	char command[PATH_MAX + 128], cwd[PATH_MAX], text[600], all[1024];

	(void)state;
	if (!realpath(getenv("SHINRAI_VECTORS") ?: "../shared/vectors",
		      vectors))
		*vectors = '\0';
	if (!getcwd(cwd, sizeof(cwd)) || !mkdtemp(dir) || chdir(dir))
		return -1;
	snprintf(command, sizeof(command),
		 "bash '%s/selftests/unit/ek_certs.sh' >log 2>&1 || "
		 "{ cat log; false; }",
		 cwd);
	if (system(command))
		return -1;
	read_text("modulus", text, sizeof(text));
	snprintf(all, sizeof(all), "%s%s", L1, text);
	decode(all, rsa, sizeof(rsa), &rsa_len);
	read_text("point", text, sizeof(text));
	snprintf(all, sizeof(all), "%s0020%.64s0020%.64s", L2, text, text + 64);
	decode(all, ecc, sizeof(ecc), &ecc_len);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return system("rm -rf \"$PWD\"");
}

static void load(struct shinrai_ek_trust *t, const char *path,
		 enum shinrai_assurance level)
{
	SHINRAI_FREE u8 *data = NULL;
	size_t len;

	if (!path)
		return;
	assert_int_equal(shinrai_file_read(path, 1 << 20, &data, &len), 0);
	if (shinrai_ek_trust_add(t, data, len, level))
		fail_msg("%s is not taken", path);
}

struct row {
	const char *cert;
	const char *with; /* DER that comes with it, or NULL */
	const char *anchor; /* NULL: root.pem */
	enum shinrai_assurance level; /* of the anchor; 0: hardware */
	const char *other; /* configured: intermediates, CRLs; or NULL */
	enum shinrai_assurance want; /* 0: it is refused ... */
	const char *why; /* ... and the error has this */
	const char *about;
	bool simulators; /* allowed */
};

/* 0 of cert is the RSA key, unless it is "ecc.der". */
static int check(const struct row *r, struct shinrai_ek *ek, char *err,
		 size_t errlen)
{
	struct shinrai_ek_trust *t = shinrai_ek_trust_new();
	SHINRAI_FREE u8 *cert = NULL;
	SHINRAI_FREE u8 *with = NULL;
	struct shinrai_bytes certs[2] = { 0 };
	struct shinrai_public pub;
	struct shinrai_ek_input in = {
		.cert = certs,
		.ncerts = r->with ? 2 : 1,
		.pub = &pub,
		.allow_software = r->simulators,
	};
	int ret;

	assert_non_null(t);
	load(t, r->anchor ? r->anchor : "root.pem",
	     r->level ? r->level : HARDWARE);
	load(t, r->other, NONE);
	if (strcmp(r->cert, "ecc.der"))
		ret = shinrai_public_parse(rsa, rsa_len, &pub);
	else
		ret = shinrai_public_parse(ecc, ecc_len, &pub);
	assert_int_equal(ret, 0);
	ret = shinrai_file_read(r->cert, 1 << 20, &cert, &certs[0].len);
	assert_int_equal(ret, 0);
	certs[0].p = cert;
	if (r->with) {
		ret = shinrai_file_read(r->with, 1 << 20, &with, &certs[1].len);
		assert_int_equal(ret, 0);
		certs[1].p = with;
	}
	*err = '\0';
	ret = shinrai_ek_check(t, &in, ek, err, errlen);
	shinrai_ek_trust_free(t);
	return ret;
}

static const struct row rows[] = {
	{ "good.der", "int.der", .want = HARDWARE,
	  .about = "the intermediate came with it" },
	{ "good.der", .other = "int.pem", .want = HARDWARE,
	  .about = "the intermediate is configured" },
	{ "good.der", .anchor = "int.pem", .want = HARDWARE,
	  .about = "an anchor that is not self-signed" },
	{ "good.der", .anchor = "int.der", .want = HARDWARE,
	  .about = "an anchor in DER" },
	{ "good.der", .anchor = "padded.der", .want = HARDWARE,
	  .about = "an anchor whose serial number is padded, as some of ST" },
	{ "good.der", .anchor = "both.pem", .want = HARDWARE,
	  .about = "two anchors in a file" },
	{ "good.der", .anchor = "int.pem", .level = FIRMWARE, .want = FIRMWARE,
	  .about = "a CA that is worth less" },
	{ "good.der", .anchor = "int.pem", .level = SOFTWARE,
	  .why = "simulator", .about = "a CA of simulators" },
	{ "good.der", .anchor = "int.pem", .level = SOFTWARE, .want = SOFTWARE,
	  .simulators = true, .about = "the same, and the setting says so" },
	{ "good.der", .why = "the CA \"CN=int,O=Test\" with key id ",
	  .about = "the intermediate is nowhere: it is named" },
	{ "good.der", "int.der", .anchor = "lone.pem",
	  .why = "the CA \"CN=root,O=Test\" with key id ",
	  .about = "the root is not believed: it is named" },
	{ "good.der", "lone.der", .why = "the CA \"CN=int,O=Test\"",
	  .about = "another certificate came with it" },
	{ "good.der", "short.der", .why = "certificate 2 of those that came",
	  .about = "what came with it is none" },
	{ "good.der", "past.der",
	  .why = "at the CA \"CN=int,O=Test\": certificate has expired",
	  .about = "the intermediate has expired" },
	{ "deep.der", "sub.der", .other = "int.pem", .want = HARDWARE,
	  .about = "two intermediates" },
	{ "deep.der", "int.der", .other = "sub.pem", .want = HARDWARE,
	  .about = "the other way round" },
	{ "deep.der", "sub.der", .why = "the CA \"CN=int,O=Test\" with key id ",
	  .about = "one of two is nowhere: it is named" },
	{ "ecc.der", "int.der", .want = HARDWARE, .about = "ECC" },
	{ "plain.der", "int.der", .want = HARDWARE,
	  .about = "a subjectAltName that is not critical" },
	{ "multi.der", "int.der", .want = HARDWARE,
	  .about = "one RDN of three attributes, as Nuvoton's" },
	{ "oaep.der", "int.der", .why = "of a key that OpenSSL cannot read",
	  .about = "a key for OAEP only" },
	{ "nousage.der", "int.der", .want = HARDWARE,
	  .about = "neither key usage nor extended key usage" },
	{ "agree.der", "int.der", .want = HARDWARE, .about = "keyAgreement" },
	{ "zeros.der", "int.der", .want = HARDWARE, .about = "padded with 0" },
	{ "ones.der", "int.der", .want = HARDWARE, .about = "padded with ff" },
	{ "garbage.der", "int.der", .why = "certificate is none",
	  .about = "followed by something else" },
	{ "short.der", "int.der", .why = "certificate is none",
	  .about = "cut" },
	{ "huge.der", "int.der", .why = "certificate is none",
	  .about = "longer than any" },
	{ "empty.der", "int.der", .why = "certificate is none",
	  .about = "nothing" },
	{ "amd.der", "int.der", .want = FIRMWARE,
	  .about = "a manufacturer of firmware below a hardware CA" },
	{ "goog.der", "int.der", .want = VIRTUAL, .about = "a cloud's" },
	{ "swtpm.der", "int.der", .why = "simulator (manufacturer id:00001014)",
	  .about = "a simulator below a hardware CA" },
	{ "swtpm.der", "int.der", .want = SOFTWARE, .simulators = true,
	  .about = "the same, and the setting says so" },
	{ "expired.der", "int.der", .why = "certificate has expired",
	  .about = "expired" },
	{ "later.der", "int.der", .why = "certificate is not yet valid",
	  .about = "not valid yet" },
	{ "weak.der", "int.der",
	  .why = "CA signature digest algorithm too weak",
	  .about = "signed over SHA-1" },
	{ "tls.der", "int.der", .why = "tcg-kp-EKCertificate",
	  .about = "for a TLS server" },
	{ "asn.der", "int.der", .why = "the EK certificate: ",
	  .about = "an extended key usage that is none" },
	{ "anca.der", "int.der", .why = "it is that of a CA", .about = "a CA" },
	{ "sign.der", "int.der", .why = "key usage", .about = "may sign" },
	{ "other.der", "int.der", .why = "key usage",
	  .about = "neither encrypts nor agrees" },
	{ "unknown.der", "int.der", .why = "unhandled critical extension",
	  .about = "a critical extension that nobody knows" },
	{ "nosan.der", "int.der", .why = "manufacturer",
	  .about = "no subjectAltName" },
	{ "dns.der", "int.der", .why = "manufacturer",
	  .about = "a subjectAltName of another kind" },
	{ "nomaker.der", "int.der", .why = "manufacturer",
	  .about = "it does not say whose TPM" },
	{ "good.der", "int.der", .other = "int.crl", .want = HARDWARE,
	  .about = "not on the CRL of its CA; the root has none" },
	{ "revoked.der", "int.der", .other = "int.crl",
	  .why = "certificate revoked", .about = "on the CRL" },
	{ "revoked.der", "int.der", .want = HARDWARE, .about = "no CRL" },
	{ "good.der", "int.der", .other = "stale.crl", .why = "CRL has expired",
	  .about = "a CRL that is out of date" },
};

static void test_rows(void **state)
{
	struct shinrai_ek ek;
	char err[512];
	size_t i;
	int ret;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ret = check(&rows[i], &ek, err, sizeof(err));
		if (ret && ret != -EKEYREJECTED)
			fail_msg("%s: error %d", rows[i].about, ret);
		if (!ret != !!rows[i].want)
			fail_msg("%s: %d, %s", rows[i].about, ret, err);
		if (!ret && ek.assurance != rows[i].want)
			fail_msg("%s: it is %s", rows[i].about,
				 shinrai_assurance_name(ek.assurance));
		if (ret && !strstr(err, rows[i].why))
			fail_msg("%s: \"%s\" lacks \"%s\"", rows[i].about, err,
				 rows[i].why);
	}
}

/* What openssl says of the same certificate. */
static void output(const char *command, char *out, size_t size)
{
	FILE *f = popen(command, "r");

	assert_non_null(f);
	assert_non_null(fgets(out, (int)size, f));
	pclose(f);
	out[strcspn(out, " \n")] = '\0';
}

static void test_digests(void **state)
{
	const struct row padded = { .cert = "ones.der", .anchor = "int.pem" };
	struct shinrai_ek ek;
	char want[128], hex[65], err[512];

	(void)state;
	assert_int_equal(check(&padded, &ek, err, sizeof(err)), 0);
	output("sha256sum <good.der", want, sizeof(want));
	assert_string_equal(shinrai_hex_encode(ek.cert_digest, 32, hex), want);
	output("openssl rsa -in ek.key -pubout -outform DER 2>/dev/null |"
	       " sha256sum",
	       want, sizeof(want));
	assert_string_equal(shinrai_hex_encode(ek.id, 32, hex), want);
	assert_string_equal(ek.manufacturer, "id:49465800");
	assert_string_equal(ek.model, "SLB9670");
	assert_string_equal(ek.version, "id:0007003D");
}

/* A certificate is of the key that came, and of no other. */
static void test_other_key(void **state)
{
	static const struct {
		const char *cert;
		bool ecc;
		size_t flip; /* offset in the public area */
		const char *why;
	} table[] = {
		{ "ecc.der", false, 0, "another key" },
		{ "good.der", true, 0, "another key" },
		{ "good.der", false, 300, "another key" },
		{ "ecc.der", true, 80, "another key" }, /* not on the curve */
		{ "good.der", false, 5, "the EK: " }, /* not restricted */
		{ "good.der", false, 7, "the EK: " }, /* not fixed */
		{ "good.der", false, 45, "the EK: " }, /* AES of 129 bits */
	};
	struct shinrai_ek_trust *t = shinrai_ek_trust_new();
	struct shinrai_bytes cert;
	struct shinrai_public pub;
	struct shinrai_ek_input in = { &cert, 1, &pub, false, 0 };
	struct shinrai_ek ek;
	char err[512];
	u8 copy[512], *der;
	size_t i;
	int ret;

	(void)state;
	load(t, "int.pem", HARDWARE);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		ret = shinrai_file_read(table[i].cert, 65536, &der, &cert.len);
		assert_int_equal(ret, 0);
		cert.p = der;
		memcpy(copy, table[i].ecc ? ecc : rsa, 256);
		memcpy(copy + 256, rsa + 256, sizeof(rsa) - 256);
		if (table[i].flip)
			copy[table[i].flip] ^= table[i].flip == 7 ? 2 : 1;
		ret = shinrai_public_parse(
			copy, table[i].ecc ? ecc_len : rsa_len, &pub);
		assert_int_equal(ret, 0);
		ret = shinrai_ek_check(t, &in, &ek, err, sizeof(err));
		assert_int_equal(ret, -EKEYREJECTED);
		if (!strstr(err, table[i].why))
			fail_msg("%zu: %s", i, err);
		free(der);
	}
	shinrai_ek_trust_free(t);
}

static void test_files(void **state)
{
	static const struct {
		const char *path;
		enum shinrai_assurance level;
		int want;
	} table[] = {
		{ "root.pem", HARDWARE, 0 },
		{ "both.pem", NONE, 0 },
		{ "int.der", NONE, 0 },
		{ "int.crl", NONE, 0 },
		{ "int.crl", HARDWARE, -EBADMSG }, /* no anchor */
		{ "root.key", HARDWARE, -EBADMSG },
		{ "ek.key", NONE, -EBADMSG },
		{ "short.der", NONE, -EBADMSG },
		{ "empty.der", NONE, -EBADMSG },
		{ "index", NONE, -EBADMSG },
		{ "padded.der", NONE, -EBADMSG }, /* its signature counts */
	};
	struct shinrai_ek_trust *t = shinrai_ek_trust_new();
	size_t i, len;
	u8 *data;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		assert_int_equal(shinrai_file_read(table[i].path, 65536, &data,
						   &len),
				 0);
		if (shinrai_ek_trust_add(t, data, len, table[i].level) !=
		    table[i].want)
			fail_msg("%s", table[i].path);
		free(data);
	}
	shinrai_ek_trust_free(t);
}

/* What another verifier reads in a certificate of an AK. */
static void test_ak(void **state)
{
	static const struct {
		const char *cert;
		enum shinrai_assurance anchor, want; /* 0: it is refused ... */
		const char *why; /* ... and the error has this */
	} table[] = {
		{ "ak-hardware.der", HARDWARE, HARDWARE, NULL },
		{ "ak-hardware.der", VIRTUAL, VIRTUAL, NULL },
		{ "ak-software.der", HARDWARE, SOFTWARE, NULL },
		{ "ak-hardware.der", NONE, NONE, "is missing" },
		{ "ak-expired.der", HARDWARE, NONE, "certificate has expired" },
		{ "ak-nothing.der", HARDWARE, NONE, "does not say" },
		{ "ak-usage.der", HARDWARE, NONE, "extended key usage" },
		{ "good.der", HARDWARE, NONE, "extended key usage" },
		{ "ak-level.der", HARDWARE, NONE, "does not say" },
		{ "ak-empty.der", HARDWARE, NONE, "does not say" },
		{ "ak-longer.der", HARDWARE, NONE, "does not say" },
		{ "ak-behind.der", HARDWARE, NONE, "does not say" },
		{ "ak-short.der", HARDWARE, NONE, "does not say" },
		{ "ak-beyond.der", HARDWARE, NONE, "does not say" },
		{ "ak-type.der", HARDWARE, NONE, "does not say" },
	};
	enum shinrai_assurance level;
	struct shinrai_ek_trust *t;
	char err[512];
	X509 *x;
	size_t i;
	int ret;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		t = shinrai_ek_trust_new();
		if (table[i].anchor)
			load(t, "int.pem", table[i].anchor);
		assert_int_equal(shinrai_cms_read_cert(table[i].cert, &x), 0);
		level = NONE;
		ret = shinrai_ak_cert_check(t, x, 0, &level, err, sizeof(err));
		if (level != table[i].want || !ret != !table[i].why)
			fail_msg("%s: %d, %d", table[i].cert, ret, level);
		if (ret && !strstr(err, table[i].why))
			fail_msg("%s: %s", table[i].cert, err);
		X509_free(x);
		shinrai_ek_trust_free(t);
	}
}

/* Certificates of TPM makers are public; they are not part of these sources. */
static void test_makers(void **state)
{
	struct shinrai_ek_trust *t = shinrai_ek_trust_new();
	char pattern[PATH_MAX + 64];
	glob_t found;
	size_t i;

	(void)state;
	snprintf(pattern, sizeof(pattern), "%s/ekcerts/roots/*.pem", vectors);
	if (glob(pattern, 0, NULL, &found)) {
		shinrai_ek_trust_free(t);
		print_message("# no %s, skipped (SHINRAI_VECTORS tells where"
			      " public vectors are)\n",
			      pattern);
		skip();
	}
	for (i = 0; i < found.gl_pathc; i++)
		load(t, found.gl_pathv[i], HARDWARE);
	assert_int_equal(sk_X509_num(t->anchors), (int)found.gl_pathc);
	globfree(&found);
	shinrai_ek_trust_free(t);
}

static void test_names(void **state)
{
	enum shinrai_assurance level, back;

	(void)state;
	for (level = SOFTWARE; level <= HARDWARE; level++) {
		assert_int_equal(shinrai_assurance_by_name(
					 shinrai_assurance_name(level), &back),
				 0);
		assert_int_equal(back, level);
	}
	assert_int_equal(shinrai_assurance_by_name("none", &back), -ENOENT);
	assert_int_equal(shinrai_assurance_by_name("", &back), -ENOENT);
	assert_string_equal(shinrai_assurance_name(77), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_other_key),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_ak),
		cmocka_unit_test(test_makers),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
