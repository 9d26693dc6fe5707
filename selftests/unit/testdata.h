/* SPDX-License-Identifier: MIT */
/*
 * Files that tests read: fixtures beside them and public vectors, which may be
 * absent.  Tests run in the top folder of the sources.  What is loaded stays
 * until the program ends.
 */
#ifndef SELFTESTS_TESTDATA_H
#define SELFTESTS_TESTDATA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include <openssl/evp.h>

#include <shinrai/hex.h>
#include <shinrai/tpm2.h>
#include <shinrai/util.h>

struct testdata_kept {
	struct testdata_kept *next;
	void *p;
};

static struct testdata_kept *testdata_kept;

static inline void *testdata_keep(void *p)
{
	struct testdata_kept *k = malloc(sizeof(*k));

	assert_non_null(k);
	assert_non_null(p);
	k->p = p;
	k->next = testdata_kept;
	testdata_kept = k;
	return p;
}

/* A copy of exactly @len bytes, so that ASan sees each read beyond them. */
static inline struct shinrai_bytes testdata_copy(const void *p, size_t len)
{
	u8 *copy = testdata_keep(malloc(len ? len : 1));

	if (len)
		memcpy(copy, p, len);
	return (struct shinrai_bytes){ copy, len };
}

/* The same with one more byte, zero. */
static inline struct shinrai_bytes testdata_longer(struct shinrai_bytes b)
{
	u8 *copy = testdata_keep(calloc(1, b.len + 1));

	memcpy(copy, b.p, b.len);
	return (struct shinrai_bytes){ copy, b.len + 1 };
}

/* The JSON file @path, which must be there.  @flags: JSON_... or 0 */
static inline json_t *testdata_json(const char *path, size_t flags)
{
	json_error_t error;
	json_t *j =
		json_load_file(path, JSON_REJECT_DUPLICATES | flags, &error);

	if (!j)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	return testdata_keep(j);
}

static inline const char *testdata_text(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	if (!s)
		fail_msg("fixture has no text \"%s\"", key);
	return s;
}

static inline u64 testdata_uint(const json_t *j, const char *key)
{
	const json_t *n = json_object_get(j, key);

	if (json_is_real(n))
		return json_real_value(n) >= 0x1p64 ? UINT64_MAX :
						      (u64)json_real_value(n);
	if (!json_is_integer(n))
		fail_msg("fixture has no number \"%s\"", key);
	return (u64)json_integer_value(n);
}

/* Bytes that @j holds in hexadecimal. */
static inline struct shinrai_bytes testdata_unhex(const char *hex)
{
	size_t len = strlen(hex) / 2;
	u8 *p = malloc(len ? len : 1);
	struct shinrai_bytes b;

	assert_non_null(p);
	assert_int_equal(shinrai_hex_decode(hex, strlen(hex), p), 0);
	b = testdata_copy(p, len);
	free(p);
	return b;
}

static inline struct shinrai_bytes testdata_hex(const json_t *j,
						const char *key)
{
	return testdata_unhex(testdata_text(j, key));
}

static inline const char *testdata_folder(void)
{
	const char *folder = getenv("SHINRAI_VECTORS");

	return folder ? folder : "../shared/vectors";
}

/* One public vector.  Return: its path; the test is skipped when absent. */
static inline const char *testdata_vector_path(const char *name)
{
	char *path = NULL;
	FILE *f;

	if (asprintf(&path, "%s/%s", testdata_folder(), name) < 0)
		fail_msg("out of memory");
	testdata_keep(path);
	f = fopen(path, "r");
	if (!f) {
		print_message("# no %s, skipped (SHINRAI_VECTORS tells where"
			      " public vectors are)\n",
			      path);
		skip();
	}
	fclose(f);
	return path;
}

static inline struct shinrai_bytes testdata_vector(const char *name)
{
	const char *path = testdata_vector_path(name);
	struct shinrai_bytes b;
	size_t len = 0;
	u8 *data = NULL;

	assert_int_equal(shinrai_file_read(path, 1 << 24, &data, &len), 0);
	b = testdata_copy(data, len);
	free(data);
	return b;
}

static inline struct shinrai_bytes testdata_unbase64(const char *text,
						     size_t len)
{
	u8 *out = malloc(len + 4);
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	struct shinrai_bytes b;
	int n = 0, tail = 0;

	assert_non_null(out);
	assert_non_null(ctx);
	EVP_DecodeInit(ctx);
	assert_true(EVP_DecodeUpdate(ctx, out, &n, (const u8 *)text,
				     (int)len) >= 0);
	assert_int_equal(EVP_DecodeFinal(ctx, out + n, &tail), 1);
	b = testdata_copy(out, (size_t)(n + tail));
	EVP_ENCODE_CTX_free(ctx);
	free(out);
	return b;
}

/* A public vector that is stored as base64. */
static inline struct shinrai_bytes testdata_vector64(const char *name)
{
	struct shinrai_bytes b = testdata_vector(name);

	return testdata_unbase64((const char *)b.p, b.len);
}

/* Compares and names the case on failure. */
#define testdata_same(name, got, got_len, want)                              \
	do {                                                                 \
		struct shinrai_bytes want_ = (want);                         \
		if ((size_t)(got_len) != want_.len ||                        \
		    memcmp((got), want_.p, want_.len))                       \
			fail_msg("%s: %s is not as expected", (name), #got); \
	} while (0)

#define testdata_int(name, got, want)                                      \
	do {                                                               \
		long long got_ = (got), want_ = (want);                    \
		if (got_ != want_)                                         \
			fail_msg("%s: %s is %lld, not %lld", (name), #got, \
				 got_, want_);                             \
	} while (0)

#endif
