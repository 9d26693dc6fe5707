// SPDX-License-Identifier: MIT
/* What a verifier reads: evidence, digest lists, boot references. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/sha.h>

#include <shinrai/digests.h>
#include <shinrai/evidence.h>
#include <shinrai/hex.h>
#include <shinrai/reference.h>

/* Expected: RFC 8949 by hand, "d9" and so on are CBOR heads. */
static void test_evidence_refused(void **state)
{
#define TYPE "\x68__cmwc_t\x78\x1ctag:shinrai,2026:evidence-v1"
#define MACHINE               \
	"\x67machine\x82\x70" \
	"application/json"
	static const struct {
		const char *bytes;
		size_t len;
		int expected;
		const char *why;
	} table[] = {
#define T(s, e, w) { s, sizeof(s) - 1, e, w }
		T("\xa1" TYPE, 0, "no items"),
		T("\xa2" TYPE MACHINE "\x42{}", 0, "one item"),
		T("\xa2" TYPE "\x61x\x82\x01\x81\xf6", 0, "unknown key"),
		T("\xa2" TYPE "\x61x\xc1\x01", 0, "unknown key, tagged"),
		T("\xa2" TYPE MACHINE "\x40", 0, "empty item"),
		T("", -EBADMSG, "nothing"),
		T("\xa0", -EBADMSG, "no type"),
		T("\xa1" TYPE "\x00", -EBADMSG, "trailing byte"),
		T("\xa2" TYPE TYPE, -EBADMSG, "key twice"),
		T("\xa3" TYPE MACHINE "\x40" MACHINE "\x40", -EBADMSG,
		  "item twice"),
		T("\xa3" TYPE "\x61x\x01\x61x\x01", -EBADMSG,
		  "unknown key twice"),
		T("\xbf" TYPE "\xff", -EBADMSG, "indefinite map"),
		T("\xa2" TYPE MACHINE "\x5f\x41{\xff", -EBADMSG,
		  "indefinite bytes"),
		T("\xa2" TYPE "\x61x\x9f\xff", -EBADMSG, "indefinite, skipped"),
		T("\xa2" TYPE MACHINE "\x62{}", -EBADMSG, "text, not bytes"),
		T("\xa2" TYPE "\x67machine\x82\x64text\x42{}", -EBADMSG,
		  "other media type"),
		T("\xa2" TYPE "\x67machine\x83\x70"
		  "application/json\x40\x40",
		  -EBADMSG, "three parts"),
		T("\xa2" TYPE MACHINE "\x43{}", -EBADMSG, "cut"),
		T("\xa2" TYPE MACHINE "\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
		  -EBADMSG, "length near 2^64"),
		T("\xa2" TYPE "\x61x\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
		  -EBADMSG, "array near 2^64"),
		T("\xa2" TYPE "\x61x\x81\x81\x81\x81\x81\x81\x81\x81\x81\x01",
		  -EBADMSG, "too deep"),
		T("\xa2" TYPE "\x01\x01", -EBADMSG, "key is a number"),
		T("\xa1\x68__cmwc_t\x61x", -EPROTONOSUPPORT, "other type"),
		T("\xb8\x41" TYPE, -EBADMSG, "65 keys"),
	};
	struct shinrai_evidence ev;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (shinrai_evidence_parse(table[i].bytes, table[i].len, &ev) !=
		    table[i].expected)
			fail_msg("%s", table[i].why);
	}
}

static void test_evidence_limits(void **state)
{
	struct shinrai_evidence ev = { 0 }, back;
	u8 *log = calloc(1, SHINRAI_MAX_LOG + 1), *out;
	char path[] = "/tmp/shinrai-evidence.XXXXXX";
	size_t len;

	(void)state;
	assert_non_null(log);
	log[SHINRAI_MAX_LOG - 1] = 7;
	ev.item[SHINRAI_ITEM_LOG] =
		(struct shinrai_item){ log, SHINRAI_MAX_LOG };
	assert_int_equal(shinrai_evidence_pack(&ev, &out, &len), 0);
	assert_int_equal(shinrai_evidence_parse(out, len, &back), 0);
	assert_int_equal(back.item[SHINRAI_ITEM_LOG].len, SHINRAI_MAX_LOG);
	assert_int_equal(back.item[SHINRAI_ITEM_LOG].data[SHINRAI_MAX_LOG - 1],
			 7);
	free(out);
	close(mkstemp(path));
	assert_int_equal(shinrai_evidence_save(path, &ev), 0);
	assert_int_equal(shinrai_evidence_load(path, &out, &back), 0);
	assert_int_equal(back.item[SHINRAI_ITEM_LOG].len, SHINRAI_MAX_LOG);
	unlink(path);
	free(out);
	ev.item[SHINRAI_ITEM_LOG].len++;
	assert_int_equal(shinrai_evidence_pack(&ev, &out, &len), -EMSGSIZE);
	ev.item[SHINRAI_ITEM_LOG].data = NULL;
	ev.item[SHINRAI_ITEM_LOG].len = 0;
	ev.item[SHINRAI_ITEM_PCRS] =
		(struct shinrai_item){ log, SHINRAI_MAX_ITEM + 1 };
	assert_int_equal(shinrai_evidence_pack(&ev, &out, &len), -EMSGSIZE);
	free(log);
}

#define H "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define HEAD "# shinrai-digests v1\n"

static void test_digests(void **state)
{
	static const struct {
		const char *text;
		int expected;
		unsigned long line;
		const char *why;
	} table[] = {
		{ HEAD, 0, 1, "empty list" },
		{ HEAD "# source: local /opt\n" H " exec /a b\n", 0, 3,
		  "path with a space" },
		{ HEAD H " exec /a\n" H " module /b\n", 0, 3, "both kinds" },
		{ "", -EBADMSG, 1, "empty file" },
		{ "# shinrai-digests v2\n", -EBADMSG, 1, "other version" },
		{ HEAD "# comment\n", -EBADMSG, 2, "comment" },
		{ HEAD "# source: \n", -EBADMSG, 2, "empty source" },
		{ HEAD "\n", -EBADMSG, 2, "empty line" },
		{ HEAD H " exec /a", -EBADMSG, 2, "no LF" },
		{ HEAD H " exec \n", -EBADMSG, 2, "no path" },
		{ HEAD H " exec\n", -EBADMSG, 2, "no path at all" },
		{ HEAD H "  /a\n", -EBADMSG, 2, "no kind" },
		{ HEAD H " Exec /a\n", -EBADMSG, 2, "unknown kind" },
		{ HEAD "BA" H " exec /a\n", -EBADMSG, 2, "upper case" },
		{ HEAD "ab exec /a\n", -EBADMSG, 2, "short digest" },
		{ HEAD H H " exec /a\n", -EBADMSG, 2, "long digest" },
	};
	struct shinrai_digests d;
	unsigned long line;
	u8 h[32];
	size_t i;
	FILE *f;

	(void)state;
	shinrai_hex_decode(H, 64, h);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		shinrai_digests_init(&d);
		f = fmemopen((void *)(uintptr_t)table[i].text,
			     strlen(table[i].text) + !*table[i].text, "r");
		if (shinrai_digests_load(&d, f, &line) != table[i].expected ||
		    line != table[i].line)
			fail_msg("%s, line %lu", table[i].why, line);
		assert_int_equal(shinrai_digests_ready(&d), 0);
		if (i == 1) {
			assert_true(d.local);
			assert_int_equal(shinrai_digests_find(&d, h),
					 SHINRAI_KNOWN_EXEC);
		}
		if (i == 2)
			assert_int_equal(shinrai_digests_find(&d, h),
					 SHINRAI_KNOWN_EXEC |
						 SHINRAI_KNOWN_MODULE);
		h[31] ^= 1;
		assert_int_equal(shinrai_digests_find(&d, h), 0);
		h[31] ^= 1;
		fclose(f);
		shinrai_digests_free(&d);
	}
}

static void test_digests_many(void **state)
{
	struct shinrai_digests d;
	u32 i, n = 20000;
	u8 h[32];

	(void)state;
	shinrai_digests_init(&d);
	d.entry = calloc(n, sizeof(*d.entry));
	d.count = d.cap = n;
	for (i = 0; i < n; i++) {
		SHA256((const u8 *)&i, sizeof(i), d.entry[i].sha256);
		d.entry[i].kinds = (u8)(1 << i % 5);
	}
	assert_int_equal(shinrai_digests_ready(&d), 0);
	for (i = 0; i < 2 * n; i++) {
		SHA256((const u8 *)&i, sizeof(i), h);
		assert_int_equal(shinrai_digests_find(&d, h),
				 i < n ? 1u << i % 5 : 0);
	}
	shinrai_digests_free(&d);
}

#define F "{\"format\":\"shinrai-boot-v1\""
static const struct {
	const char *json;
	int expected;
	const char *why;
} references[] = {
	{ F "}", 0, "nothing" },
	{ F ",\"kernel\":[{\"sha256\":\"" H "\",\"name\":\"k\"}]}", 0,
	  "kernel" },
	{ F ",\"initramfs\":[{\"sha256\":\"" H "\",\"arms\":true}]}", 0,
	  "initramfs" },
	{ F ",\"cmdline\":[{\"text\":\"quiet\"}]}", 0, "cmdline" },
	{ F ",\"firmware\":[{\"bank\":\"sha256\",\"pcrs\":{\"0\":\"" H "\"}}]}",
	  0, "firmware" },
	{ F ",\"module\":[{\"srcversion\":\"A1\",\"programs\":\"" H "\"}]}", 0,
	  "module" },
	{ F ",\"module\":[{\"srcversion\":\"A1\"}]}", -EBADMSG,
	  "module without programs" },
	{ F ",\"module\":[{\"srcversion\":\"\",\"programs\":\"" H "\"}]}",
	  -EBADMSG, "module without srcversion" },
	{ F ",\"module\":[{\"srcversion\":\"" H "0\",\"programs\":"
	    "\"" H "\"}]}",
	  -EBADMSG, "srcversion of 65 letters" },
	{ F ",\"learned\":{\"device\":\"a\",\"ek\":\"" H "\"}}", 0,
	  "where it is from" },
	{ F ",\"learned\":{}}", 0, "from nowhere" },
	{ F ",\"learned\":\"a\"}", -EBADMSG, "learned is a text" },
	{ F ",\"learned\":{\"divice\":\"a\"}}", -EBADMSG, "divice" },
	{ F ",\"learned\":{\"device\":1}}", -EBADMSG,
	  "the device is a number" },
	{ F ",\"learned\":{\"device\":\"" H H H H "0\"}}", -EBADMSG,
	  "257 letters" },
	{ "[]", -EBADMSG, "not an object" },
	{ "{", -EBADMSG, "not JSON" },
	{ "{}", -EBADMSG, "no format" },
	{ F ",\"format\":\"shinrai-boot-v1\"}", -EBADMSG, "twice" },
	{ F ",\"kernels\":[]}", -EBADMSG, "typing error" },
	{ F ",\"kernel\":{}}", -EBADMSG, "not an array" },
	{ F ",\"kernel\":[{\"sha256\":\"ab\"}]}", -EBADMSG, "short" },
	{ F ",\"kernel\":[{\"sha256\":\"" H "\",\"arms\":true}]}", -EBADMSG,
	  "a kernel does not arm" },
	{ F ",\"initramfs\":[{\"sha256\":\"" H "\",\"arms\":1}]}", -EBADMSG,
	  "arms is a number" },
	{ F ",\"initramfs\":[{\"sha256\":\"" H "\",\"arm\":true}]}", -EBADMSG,
	  "arm" },
	{ F ",\"cmdline\":[\"quiet\"]}", -EBADMSG, "bare text" },
	{ F ",\"firmware\":[{\"bank\":\"md5\",\"pcrs\":{\"0\":\"" H "\"}}]}",
	  -EBADMSG, "unknown bank" },
	{ F ",\"firmware\":[{\"bank\":\"sha256\",\"pcrs\":{\"24\":\"" H
	    "\"}}]}",
	  -EBADMSG, "PCR 24" },
	{ F ",\"firmware\":[{\"bank\":\"sha256\",\"pcrs\":{\"00\":\"" H
	    "\"}}]}",
	  -EBADMSG, "PCR 00" },
	{ F ",\"firmware\":[{\"bank\":\"sha256\",\"pcrs\":{}}]}", -EBADMSG,
	  "no PCRs" },
};

static void test_reference(void **state)
{
	struct shinrai_reference r;
	char why[128];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(references); i++) {
		if (shinrai_reference_parse(
			    references[i].json, strlen(references[i].json), &r,
			    why, sizeof(why)) != references[i].expected)
			fail_msg("%s: %s", references[i].why, why);
		shinrai_reference_free(&r);
	}
}

/*
 * Expected: python3 -c 'import hashlib; print(hashlib.sha256(
 * ("text" + "\0").encode("utf-16-le")).hexdigest())'
 */
static void test_cmdline(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} table[] = {
		{ "quiet", "2d7d7381227937c3ac164a2f36c1e8e8"
			   "268e91eb28814d8a75ba4c72c2be0155" },
		{ "root=/dev/vda \xe4\xbf\xa1 \xf0\x9f\x94\x92",
		  "d098e6fb6957d4f336dfda54dddef9a4"
		  "c16070f508d18e193eb48dd08a42dc6a" },
		{ "\xff", NULL },
		{ "\xe4\xbf", NULL },
		{ "\xc0\x80", NULL },
		{ "\xed\xa0\x80", NULL },
	};
	char hex[65];
	u8 out[32];
	size_t i;
	int ret;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		ret = shinrai_cmdline_digest(SHINRAI_ALG_SHA256, table[i].text,
					     out);
		assert_int_equal(ret, table[i].expected ? 0 : -EINVAL);
		if (!ret)
			assert_string_equal(shinrai_hex_encode(out, 32, hex),
					    table[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evidence_refused),
		cmocka_unit_test(test_evidence_limits),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_digests_many),
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_cmdline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
