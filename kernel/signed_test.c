// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: forms of admissions and of their signatures. */
#include <kunit/test.h>

#include "pure.h"

/* As openssl writes it, with a name and a signature of few bytes. */
static const u8 plain[] = {
	0x30, 0x52, /* ContentInfo */
	0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
	0x0d, 0x01, 0x07, 0x02, 0xa0, 0x45, /* 13 */
	0x30, 0x43, /* 15: SignedData */
	0x02, 0x01, 0x01, /* 17: version */
	0x31, 0x0d, /* 20: digest algorithms */
	0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48,
	0x01, 0x65, 0x03, 0x04, 0x02, 0x01, /* up to 34 */
	0x30, 0x0b, /* 35: what is signed, detached */
	0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
	0x0d, 0x01, 0x07, 0x01, 0x31, 0x22, /* 48 */
	0x30, 0x20, /* 50: SignerInfo */
	0x02, 0x01, 0x01, /* 52 */
	0x30, 0x05, /* 55: issuer and serial number */
	0x30, 0x00, 0x02, 0x01, 0x07, /* up to 61 */
	0x30, 0x0b, /* 62: digest algorithm */
	0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
	0x03, 0x04, 0x02, 0x01, 0x30, 0x01, 0x05, /* 75: signature algorithm */
	0x04, 0x04, 0xde, 0xad, 0xbe, 0xef, /* 78 */
};

/* One byte of it is another one. */
static const struct {
	size_t at;
	u8 value;
	int expected;
	const char *why;
} bytes[] = {
	{ 0, 0x30, 0, "as it is" },
	{ 0, 0x31, -EBADMSG, "no sequence" },
	{ 1, 0x51, -EBADMSG, "too short" },
	{ 1, 0x53, -EBADMSG, "too long" },
	{ 1, 0x80, -EBADMSG, "indefinite length" },
	{ 12, 0x03, -EBADMSG, "enveloped data" },
	{ 13, 0xa1, -EBADMSG, "another context" },
	{ 14, 0x44, -EBADMSG, "shorter than it is" },
	{ 15, 0x31, -EBADMSG, "SignedData is no set" },
	{ 17, 0x04, -EBADMSG, "a version of another type" },
	{ 20, 0xa0, -EBADMSG, "certificates for the algorithms" },
	{ 36, 0x0a, -EBADMSG, "an identifier that is cut" },
	{ 47, 0x02, -EBADMSG, "another content" },
	{ 48, 0xa0, -EBADMSG, "certificates for the signers" },
	{ 50, 0x31, -EBADMSG, "a signer that is a set" },
	{ 51, 0x1f, -EBADMSG, "a signer that is cut" },
	{ 55, 0x80, 0, "a signer named by its key's identifier" },
	{ 55, 0xa0, -EBADMSG, "or otherwise" },
	{ 74, 0x02, -EBADMSG, "SHA-384" },
	{ 75, 0xa0, -EBADMSG, "attributes" },
	{ 78, 0x03, -EBADMSG, "a bit string for a signature" },
	{ 79, 0x03, -EBADMSG, "bytes behind the signature" },
};

static void bytes_test(struct kunit *test)
{
	u8 der[sizeof(plain)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bytes); i++) {
		memcpy(der, plain, sizeof(der));
		der[bytes[i].at] = bytes[i].value;
		KUNIT_EXPECT_EQ_MSG(test, bytes[i].expected,
				    shinrai_signature_plain(der, sizeof(der)),
				    "%s", bytes[i].why);
	}
}

/* Bytes put in, with the lengths around them corrected. */
static const struct {
	size_t at;
	size_t len;
	u8 bytes[4];
	size_t longer[5]; /* offsets of lengths; 0: no more */
	const char *why;
} inserted[] = {
	{ 35 + 13, 2, { 0xa0, 0x00 }, { 1, 14, 16 }, "certificates" },
	{ 35 + 13, 2, { 0xa1, 0x00 }, { 1, 14, 16 }, "revocation lists" },
	{ 35 + 13, 2, { 0xa0, 0x00 }, { 1, 14, 16, 36 }, "data inside" },
	{ 75, 2, { 0xa0, 0x00 }, { 1, 14, 16, 49, 51 }, "attributes, shifted" },
	{ 84, 2, { 0x30, 0x00 }, { 1, 14, 16, 49 }, "a second signer" },
	{ 84, 2, { 0x05, 0x00 }, { 1, 14, 16 }, "more behind the signers" },
	{ 84, 2, { 0x05, 0x00 }, { 1, 14 }, "behind SignedData" },
	{ 84, 2, { 0x05, 0x00 }, { 1 }, "behind the content" },
	{ 84, 1, { 0x00 }, {}, "a trailing byte" },
};

static void inserted_test(struct kunit *test)
{
	u8 der[sizeof(plain) + 4];
	size_t i, j, n;

	for (i = 0; i < ARRAY_SIZE(inserted); i++) {
		n = inserted[i].at;
		memcpy(der, plain, n);
		memcpy(der + n, inserted[i].bytes, inserted[i].len);
		memcpy(der + n + inserted[i].len, plain + n, sizeof(plain) - n);
		for (j = 0; j < 5 && inserted[i].longer[j]; j++)
			der[inserted[i].longer[j]] += (u8)inserted[i].len;
		n = sizeof(plain) + inserted[i].len;
		KUNIT_EXPECT_EQ_MSG(test, -EBADMSG,
				    shinrai_signature_plain(der, n), "%s",
				    inserted[i].why);
	}
}

static void cut_test(struct kunit *test)
{
	size_t n;

	for (n = 0; n < sizeof(plain); n++)
		KUNIT_EXPECT_EQ_MSG(test, -EBADMSG,
				    shinrai_signature_plain(plain, n), "%zu",
				    n);
}

static const struct {
	u8 der[8];
	size_t len;
	int expected;
	const char *why;
} wholes[] = {
	{ { 0x30, 0x00 }, 2, 0, "empty" },
	{ { 0x30, 0x02, 0x05, 0x00 }, 4, 0, "one element" },
	{ { 0x30, 0x81, 0x01, 0x05 }, 4, 0, "a long form" },
	{ { 0x30, 0x82, 0x00, 0x01, 0x05 }, 5, 0, "a longer one" },
	{ { 0x30, 0x83, 0x00, 0x00, 0x01, 0x05 }, 6, -EBADMSG, "too long" },
	{ { 0x30, 0x80, 0x00, 0x00 }, 4, -EBADMSG, "indefinite" },
	{ { 0x30, 0x02, 0x05, 0x00, 0x00 }, 5, -EBADMSG, "trailing" },
	{ { 0x30, 0x02, 0x05 }, 3, -EBADMSG, "cut" },
	{ { 0x30 }, 1, -EBADMSG, "no length" },
	{ { 0x31, 0x00 }, 2, -EBADMSG, "a set" },
	{ { 0 }, 0, -EBADMSG, "nothing" },
};

static void whole_test(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wholes); i++)
		KUNIT_EXPECT_EQ_MSG(test, wholes[i].expected,
				    shinrai_der_whole(wholes[i].der,
						      wholes[i].len),
				    "%s", wholes[i].why);
}

static const struct {
	const char *name;
	size_t len; /* of the name; NULs follow */
	bool valid;
	const char *why;
} names[] = {
	{ "acme", 4, true, "plain" },
	{ "a", 1, true, "short" },
	{ "0.9_x-y", 7, true, "all that is allowed" },
	{ "", 0, false, "empty" },
	{ "Acme", 4, false, "upper case" },
	{ "a b", 3, false, "a blank" },
	{ "a/b", 3, false, "a slash" },
	{ "a\n", 2, false, "a line's end" },
	{ "\xc3\xa4", 2, false, "not ASCII" },
	{ "a\0b", 3, false, "something behind its end" },
};

static void name_test(struct kunit *test)
{
	u8 name[SHINRAI_MAX_NAMESPACE];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		memset(name, 0, sizeof(name));
		memcpy(name, names[i].name, names[i].len);
		KUNIT_EXPECT_EQ_MSG(test, names[i].valid,
				    shinrai_namespace_valid(name), "%s",
				    names[i].why);
	}
	memset(name, 'a', sizeof(name));
	KUNIT_EXPECT_FALSE(test, shinrai_namespace_valid(name));
	name[sizeof(name) - 1] = 0;
	KUNIT_EXPECT_TRUE(test, shinrai_namespace_valid(name));
	name[sizeof(name) - 2] = 0;
	name[sizeof(name) - 1] = 'a';
	KUNIT_EXPECT_FALSE(test, shinrai_namespace_valid(name));
}

/* One byte of a good admission is another one. */
static const struct {
	size_t at;
	u8 value;
	int expected;
	const char *why;
} admissions[] = {
	{ 0, 'S', 0, "as it is" },
	{ 0, 's', -EBADMSG, "magic" },
	{ 7, 1, -EBADMSG, "the magic's end" },
	{ 8, 2, -EPROTONOSUPPORT, "version" },
	{ 11, 1, -EPROTONOSUPPORT, "the version's last byte" },
	{ 12, 0, -EBADMSG, "no operation" },
	{ 12, 2, -EBADMSG, "a revocation with a certificate" },
	{ 12, 3, -EBADMSG, "an unknown operation" },
	{ 16, 0, -EBADMSG, "no generation" },
	{ 23, 1, 0, "a large generation" },
	{ 24, 'A', -EBADMSG, "name" },
	{ 24, 0, -EBADMSG, "the name begins late" },
	{ 87, 'a', -EBADMSG, "behind the name" },
	{ 120, 2, -EBADMSG, "a shorter certificate" },
	{ 120, 4, -EBADMSG, "a longer certificate" },
	{ 123, 1, -EBADMSG, "a much longer certificate" },
	{ 124, 1, -EBADMSG, "reserved" },
	{ 127, 1, -EBADMSG, "the last of it" },
};

static void make_admission(u8 data[131])
{
	struct shinrai_admission a = {
		.magic = SHINRAI_ADMISSION_MAGIC,
		.version = 1,
		.operation = SHINRAI_OWNER_ADMIT,
		.generation = 1,
		.name = "acme",
		.cert_len = 3,
	};

	memcpy(data, &a, sizeof(a));
	memset(data + sizeof(a), 0x30, 3);
}

static void admission_test(struct kunit *test)
{
	struct shinrai_admission a;
	u8 data[131];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(admissions); i++) {
		make_admission(data);
		data[admissions[i].at] = admissions[i].value;
		KUNIT_EXPECT_EQ_MSG(test, admissions[i].expected,
				    shinrai_admission_parse(data, sizeof(data),
							    &a),
				    "%s", admissions[i].why);
	}
	make_admission(data);
	for (i = 0; i < sizeof(data); i++)
		KUNIT_EXPECT_EQ_MSG(test, -EBADMSG,
				    shinrai_admission_parse(data, i, &a), "%zu",
				    i);
	/* A revocation is the head alone. */
	data[12] = SHINRAI_OWNER_REVOKE;
	data[120] = 0;
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			shinrai_admission_parse(data, sizeof(data), &a));
	KUNIT_EXPECT_EQ(test, 0, shinrai_admission_parse(data, sizeof(a), &a));
	KUNIT_EXPECT_EQ(test, SHINRAI_OWNER_REVOKE, (int)a.operation);
	/* An admission has a certificate. */
	data[12] = SHINRAI_OWNER_ADMIT;
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			shinrai_admission_parse(data, sizeof(a), &a));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(bytes_test),
	KUNIT_CASE(inserted_test),
	KUNIT_CASE(cut_test),
	KUNIT_CASE(whole_test),
	KUNIT_CASE(name_test),
	KUNIT_CASE(admission_test),
	{},
};

static struct kunit_suite suite = {
	.name = "shinrai_signed",
	.test_cases = cases,
};

kunit_test_suite(suite);
