// SPDX-License-Identifier: MIT
/* TPM structures and the quote check: fixtures, a public quote, challenges. */
#include "testdata.h"

#include <openssl/evp.h>

#include <shinrai/quote.h>

static json_t *fixtures, *vectors;

static int setup(void **state)
{
	(void)state;
	fixtures = testdata_json("selftests/unit/fixtures.json", 0);
	vectors = testdata_json("userspace/testvectors.json", 0);
	return 0;
}

#define F(name) (1u << SHINRAI_QUOTE_##name)

/* A quote with everything that is expected of it. */
struct sample {
	struct shinrai_quote_input in;
	struct shinrai_public ak;
	struct shinrai_selection selection;
	struct shinrai_pcrs pcrs;
};

static void load(const json_t *j, struct sample *s)
{
	struct shinrai_bytes b;

	memset(s, 0, sizeof(*s));
	s->in.attest = testdata_hex(j, "attest");
	s->in.signature = testdata_hex(j, "signature");
	b = testdata_hex(j, "nonce");
	s->in.nonce = b.p;
	s->in.nonce_len = b.len;
	b = testdata_hex(j, "public");
	assert_int_equal(shinrai_public_parse(b.p, b.len, &s->ak), 0);
	s->in.ak = &s->ak;
	b = testdata_hex(j, "pcrs");
	assert_int_equal(shinrai_pcrs_parse(b.p, b.len, &s->pcrs), 0);
	s->in.pcrs = &s->pcrs;
	s->selection.count = 1;
	s->selection.bank[0] =
		(struct shinrai_selection_bank){ SHINRAI_ALG_SHA256, 3,
						 1u << 12 | 1u << 13 };
	s->in.selection = &s->selection;
	s->in.bank = SHINRAI_ALG_SHA256;
	s->in.refused_pcrs = SHINRAI_PCR_RESETTABLE;
}

static void load_name(const char *name, struct sample *s)
{
	const json_t *j;
	size_t i;

	json_array_foreach(json_object_get(fixtures, "quotes"), i, j) {
		if (!strcmp(testdata_text(j, "name"), name)) {
			load(j, s);
			return;
		}
	}
	fail_msg("no quote \"%s\"", name);
}

static void expect(const char *why, const struct sample *s, u32 faults)
{
	struct shinrai_quote_result r;
	int ret = shinrai_quote_check(&s->in, &r);

	if (r.faults != faults || ret != (faults ? -EKEYREJECTED : 0))
		fail_msg("%s: faults %#x (ret %d), not %#x", why, r.faults, ret,
			 faults);
}

/* Signatures by openssl(1); key once from PEM, once from the public area. */
static void test_schemes(void **state)
{
	u8 name[SHINRAI_NAME_MAX];
	struct sample s;
	const json_t *j;
	size_t i, len;

	(void)state;
	json_array_foreach(json_object_get(fixtures, "quotes"), i, j) {
		const char *why = testdata_text(j, "name");
		const char *pem = testdata_text(j, "pem");
		bool sha1 = strstr(why, "sha1");
		EVP_PKEY *key = NULL;

		load(j, &s);
		if (sha1) {
			expect(why, &s, F(SIGNATURE_HASH) | F(KEY_NOT_AK));
			s.in.allow_sha1 = true;
			expect(why, &s, F(KEY_NOT_AK));
		} else {
			expect(why, &s, 0);
		}
		testdata_int(why, shinrai_public_name(&s.ak, name, &len), 0);
		testdata_same(why, name, len, testdata_hex(j, "object_name"));
		testdata_int(why, shinrai_key_from_pem(pem, strlen(pem), &key),
			     0);
		s.in.key = key;
		s.in.ak = NULL;
		expect(why, &s, 0);
		s.in.signature =
			testdata_copy(s.in.signature.p, s.in.signature.len);
		((u8 *)s.in.signature.p)[s.in.signature.len - 1] ^= 1;
		expect(why, &s, F(SIGNATURE));
		EVP_PKEY_free(key);
	}
}

/* The fields that the script put in. */
static void test_fields(void **state)
{
	struct shinrai_attest a;
	struct sample s;

	(void)state;
	load_name("P-256 sha256", &s);
	assert_int_equal(
		shinrai_attest_parse(s.in.attest.p, s.in.attest.len, &a), 0);
	assert_int_equal(a.magic, SHINRAI_TPM2_MAGIC);
	assert_int_equal(a.type, SHINRAI_TPM2_ST_QUOTE);
	assert_int_equal(a.signer.len, 34);
	assert_int_equal(a.extra.len, 32);
	assert_int_equal(a.clock, 123456);
	assert_int_equal(a.reset_count, 7);
	assert_int_equal(a.restart_count, 2);
	assert_true(a.safe);
	assert_true(a.firmware == 0x0001000200030004);
	assert_int_equal(a.selection.count, 1);
	assert_int_equal(shinrai_selection_mask(&a.selection, 0xb), 0x3000);
	assert_int_equal(shinrai_selection_mask(&a.selection, 4), 0);
	assert_int_equal(a.pcr_digest.len, 32);
}

/* Offsets into TPMS_ATTEST: magic, type, signer 2+34, extra 2+32, clock... */
static void test_mutations(void **state)
{
	static const struct {
		size_t at;
		u8 xor ;
		u32 faults;
		const char *why;
	} table[] = {
		{ 0, 1, F(MAGIC), "magic" },
		{ 5, 1, F(TYPE), "type" },
		{ 7, 0x40, F(ATTEST_SYNTAX), "length of the signer" },
		{ 10, 1, 0, "signer" },
		{ 44, 1, F(NONCE), "extra data" },
		{ 80, 1, 0, "clock" },
		{ 87, 1, 0, "reset count" },
		{ 91, 1, 0, "restart count" },
		{ 92, 2, F(ATTEST_SYNTAX), "safe is neither 0 nor 1" },
		{ 100, 1, 0, "firmware" },
		{ 104, 2, F(ATTEST_SYNTAX), "banks in the selection" },
		{ 106, 7, F(SELECTION) | F(BANK) | F(PCR_MISSING), "bank" },
		{ 107, 4, F(ATTEST_SYNTAX), "size of the selection" },
		{ 110, 1, F(SELECTION) | F(PCR_RESETTABLE) | F(PCR_MISSING),
		  "PCR 16 added" },
		{ 109, 0x10, F(SELECTION) | F(PCR_DIGEST), "PCR 12 gone" },
		{ 112, 1, F(ATTEST_SYNTAX), "length of the digest" },
		{ 113, 1, F(PCR_DIGEST), "PCR digest" },
	};
	struct shinrai_bytes whole;
	struct sample s;
	size_t i;

	(void)state;
	load_name("P-256 sha256", &s);
	whole = s.in.attest;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		s.in.attest = testdata_copy(whole.p, whole.len);
		((u8 *)s.in.attest.p)[table[i].at] ^= table[i].xor ;
		expect(table[i].why, &s, table[i].faults | F(SIGNATURE));
	}
	for (i = 0; i < whole.len; i++) {
		s.in.attest = testdata_copy(whole.p, i);
		expect("truncated", &s, F(ATTEST_SYNTAX) | F(SIGNATURE));
	}
	s.in.attest = testdata_longer(whole);
	expect("trailing byte", &s, F(ATTEST_SYNTAX) | F(SIGNATURE));
}

static void test_expectations(void **state)
{
	struct shinrai_quote_clock last = { 123456, 7, 2 };
	struct sample s, other;
	u8 nonce[33] = { 0 };

	(void)state;
	load_name("P-256 sha256", &s);
	s.in.last = &last;
	expect("same clock as last", &s, 0);
	last.clock++;
	expect("clock behind", &s, F(CLOCK_BACK));
	last = (struct shinrai_quote_clock){ 1, 7, 3 };
	expect("restart count fell", &s, F(RESET_BACK));
	last = (struct shinrai_quote_clock){ 1, 8, 0 };
	expect("reset count fell", &s, F(RESET_BACK));
	last = (struct shinrai_quote_clock){ 1, 6, 9 };
	expect("restart count begins again with a reset", &s, 0);
	s.in.require_safe = true;
	expect("safe clock", &s, 0);
	memcpy(nonce, s.in.nonce, 32);
	s.in.nonce = nonce;
	s.in.nonce_len = 33;
	expect("nonce longer", &s, F(NONCE));
	s.in.nonce_len = 31;
	expect("nonce shorter", &s, F(NONCE));
	s.in.nonce_len = 0;
	expect("no nonce wanted, one there", &s, F(NONCE));
	s.in.nonce = NULL;
	s.in.bank = SHINRAI_ALG_SHA1;
	expect("another bank wanted", &s, F(BANK));
	s.in.bank = 0;
	s.selection.bank[0].mask |= 1;
	expect("more PCRs wanted", &s, F(SELECTION));
	s.in.selection = NULL;
	s.pcrs.v[1].value[0] ^= 1;
	expect("PCR values of another machine", &s, F(PCR_DIGEST));
	s.pcrs.count = 1;
	expect("PCR value missing", &s, F(PCR_MISSING));
	s.in.pcrs = NULL;
	load_name("P-384 sha384", &other);
	s.in.ak = &other.ak;
	expect("key of another curve", &s, F(SIGNATURE));
	load_name("rsassa sha256", &other);
	s.in.ak = &other.ak;
	expect("key of another type", &s, F(KEY_TYPE));
	s.in.ak = NULL;
	struct shinrai_quote_result r;

	assert_int_equal(shinrai_quote_check(&s.in, &r), -EINVAL);
}

static void test_ak(void **state)
{
	static const struct {
		u32 xor ;
		enum shinrai_ak_fault fault;
	} table[] = {
		{ 0, SHINRAI_AK_NONE },
		{ SHINRAI_ATTR_RESTRICTED, SHINRAI_AK_RESTRICTED },
		{ SHINRAI_ATTR_SIGN, SHINRAI_AK_SIGN },
		{ SHINRAI_ATTR_DECRYPT, SHINRAI_AK_DECRYPT },
		{ SHINRAI_ATTR_FIXED_TPM, SHINRAI_AK_FIXED_TPM },
		{ SHINRAI_ATTR_FIXED_PARENT, SHINRAI_AK_FIXED_PARENT },
		{ SHINRAI_ATTR_SENSITIVE_ORIGIN, SHINRAI_AK_ORIGIN },
		{ SHINRAI_ATTR_USER_WITH_AUTH, SHINRAI_AK_NONE },
	};
	struct shinrai_public p;
	struct sample s;
	size_t i;

	(void)state;
	load_name("P-256 sha256", &s);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		p = s.ak;
		p.attributes ^= table[i].xor ;
		s.in.ak = &p;
		testdata_int(shinrai_ak_fault_text(table[i].fault),
			     shinrai_public_ak_fault(&p), table[i].fault);
		expect("attributes", &s, table[i].fault ? F(KEY_NOT_AK) : 0);
	}
	p = s.ak;
	p.scheme = SHINRAI_ALG_NULL;
	assert_int_equal(shinrai_public_ak_fault(&p), SHINRAI_AK_SCHEME);
	p = s.ak;
	p.name_alg = SHINRAI_ALG_NULL;
	assert_int_equal(shinrai_public_ak_fault(&p), SHINRAI_AK_NAME_ALG);
}

static void test_public(void **state)
{
	struct shinrai_bytes b, copy;
	struct shinrai_public p;
	EVP_PKEY *key = NULL;
	struct sample s;
	size_t i;
	u8 two[512];

	(void)state;
	load_name("P-256 sha256", &s);
	b = s.ak.raw;
	for (i = 0; i < b.len; i++) {
		copy = testdata_copy(b.p, i);
		assert_int_not_equal(shinrai_public_parse(copy.p, i, &p), 0);
	}
	copy = testdata_longer(b);
	assert_int_equal(shinrai_public_parse(copy.p, copy.len, &p), -EBADMSG);
	copy = testdata_copy(b.p, b.len);
	((u8 *)copy.p)[copy.len - 1] ^= 1; /* a point beside the curve */
	assert_int_equal(shinrai_public_parse(copy.p, copy.len, &p), 0);
	assert_int_equal(shinrai_public_key(&p, &key), -EBADMSG);
	s.in.ak = &p;
	expect("no point of the curve", &s, F(KEY_INVALID));
	((u8 *)copy.p)[1] = 0x08; /* keyed hash */
	assert_int_equal(shinrai_public_parse(copy.p, copy.len, &p), -ENOTSUP);
	two[0] = (u8)(b.len >> 8);
	two[1] = (u8)b.len;
	memcpy(two + 2, b.p, b.len);
	assert_int_equal(shinrai_public2b_parse(two, b.len + 2, &p), 0);
	assert_int_equal(p.raw.len, b.len);
	assert_int_equal(shinrai_public2b_parse(two, b.len + 3, &p), -EBADMSG);
	assert_int_equal(shinrai_key_from_pem("nonsense", 8, &key), -EBADMSG);
}

static void test_signature_parse(void **state)
{
	struct shinrai_signature sig;
	struct shinrai_bytes b, copy;
	struct sample s;
	size_t i;

	(void)state;
	load_name("P-256 sha256", &s);
	b = s.in.signature;
	for (i = 0; i < b.len; i++) {
		copy = testdata_copy(b.p, i);
		assert_int_equal(shinrai_signature_parse(copy.p, i, &sig),
				 -EBADMSG);
	}
	s.in.signature = testdata_longer(b);
	expect("trailing byte", &s, F(SIGNATURE_SYNTAX));
	s.in.signature = copy = testdata_copy(b.p, b.len);
	((u8 *)copy.p)[1] = 0x1a; /* ECDAA */
	expect("other scheme", &s, F(SIGNATURE_SCHEME));
	((u8 *)copy.p)[1] = 0x18;
	((u8 *)copy.p)[3] = 0x12; /* SM3 */
	expect("other hash", &s, F(SIGNATURE_SCHEME));
}

static void test_selection(void **state)
{
	static const struct {
		const char *hex;
		int ret;
		const char *why;
	} table[] = {
		{ "00000000", 0, "none" },
		{ "00000001000b03003000", 0, "one bank" },
		{ "00000002000403000000000b03003000", 0, "with an empty one" },
		{ "00000002000b03003000000403000000", 0, "in other order" },
		{ "00000001000b0400300000", 0, "four octets" },
		{ "00000001000b020030", 0, "two octets" },
		{ "00000002000b03003000000b03003000", -EBADMSG, "bank twice" },
		{ "00000001000b00", -EBADMSG, "no octet" },
		{ "00000001000b050030000000", -EBADMSG, "five octets" },
		{ "00000011", -EBADMSG, "17 banks" },
		{ "00000001000b0300300000", -EBADMSG, "trailing byte" },
		{ "00000001000b030030", -EBADMSG, "cut" },
	};
	struct shinrai_selection first, sel;
	struct shinrai_bytes b;
	struct shinrai_wr w;
	u8 buf[SHINRAI_SELECTION_BYTES];
	size_t i;

	(void)state;
	b = testdata_unhex(table[1].hex);
	assert_int_equal(shinrai_selection_parse(b.p, b.len, &first), 0);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		b = testdata_unhex(table[i].hex);
		testdata_int(table[i].why,
			     shinrai_selection_parse(b.p, b.len, &sel),
			     table[i].ret);
		if (table[i].ret)
			continue;
		testdata_int(table[i].why,
			     shinrai_selection_equal(&first, &sel), i > 0);
		testdata_int(table[i].why,
			     shinrai_selection_equal(&sel, &first), i > 0);
		shinrai_wr_init(&w, buf, sizeof(buf));
		shinrai_selection_encode(&w, &sel);
		testdata_same(table[i].why, buf, w.len, b);
	}
	sel = first;
	sel.bank[0].mask ^= 1u << 12;
	assert_false(shinrai_selection_equal(&first, &sel));
}

/* A quote is only good for the challenges that are in its tree. */
static void test_challenge(void **state)
{
	struct shinrai_challenge c;
	struct shinrai_bytes b;
	struct sample s;
	const json_t *j;

	(void)state;
	load_name("P-256 sha256", &s);
	j = json_array_get(json_object_get(vectors, "challenges"), 1);
	b = testdata_hex(j, "item");
	assert_int_equal(shinrai_challenge_parse(b.p, b.len, &c), 0);
	s.in.nonce = NULL;
	s.in.challenge = &c;
	expect("challenge of another quote", &s, F(CHALLENGE));
	c.path_len++;
	expect("path too long for the tree", &s, F(PATH));
	c.path_len -= 2;
	expect("path too short for the tree", &s, F(PATH));
}

static void test_keylime(void **state)
{
	struct shinrai_bytes pem = testdata_vector("quotes/keylime/akpub.pem");
	struct shinrai_bytes p = testdata_vector("quotes/keylime/quotepcr.out");
	struct sample s = { 0 };
	EVP_PKEY *key = NULL;

	(void)state;
	s.in.attest = testdata_vector("quotes/keylime/quote.out");
	s.in.signature = testdata_vector("quotes/keylime/quotesig.out");
	assert_int_equal(shinrai_key_from_pem(pem.p, pem.len, &key), 0);
	assert_int_equal(shinrai_pcrs_parse_tools(p.p, p.len, &s.pcrs), 0);
	s.in.key = key;
	s.in.pcrs = &s.pcrs;
	s.in.bank = SHINRAI_ALG_SHA256;
	expect("keylime's quote", &s, 0);
	s.in.refused_pcrs = SHINRAI_PCR_RESETTABLE;
	expect("PCR 16 is refused when asked for", &s, F(PCR_RESETTABLE));
	s.in.refused_pcrs = 0;
	s.pcrs.v[0].value[0] ^= 1;
	expect("another PCR value", &s, F(PCR_DIGEST));
	EVP_PKEY_free(key);
}

static void test_names(void **state)
{
	unsigned int f, g;

	(void)state;
	for (f = 0; f < SHINRAI_QUOTE_FAULTS; f++) {
		assert_non_null(shinrai_quote_fault_text(f));
		for (g = 0; g < f; g++)
			assert_string_not_equal(shinrai_quote_fault_code(f),
						shinrai_quote_fault_code(g));
	}
	assert_string_equal(shinrai_quote_fault_code(f), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schemes),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_expectations),
		cmocka_unit_test(test_ak),
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_signature_parse),
		cmocka_unit_test(test_selection),
		cmocka_unit_test(test_challenge),
		cmocka_unit_test(test_keylime),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
