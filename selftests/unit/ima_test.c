// SPDX-License-Identifier: MIT
/* IMA lists: fixtures for every template and fault, public logs. */
#include "testdata.h"

#include <shinrai/ima.h>

static const u16 banks[] = { SHINRAI_ALG_SHA1, SHINRAI_ALG_SHA256,
			     SHINRAI_ALG_SHA384, SHINRAI_ALG_SHA512 };
static json_t *fixtures;

static int setup(void **state)
{
	(void)state;
	fixtures = testdata_json("selftests/unit/fixtures.json", 0);
	return 0;
}

static void begin(struct shinrai_ima *i, struct shinrai_bytes log,
		  unsigned int flags)
{
	assert_int_equal(shinrai_ima_init(i, log.p, log.len, flags, banks,
					  ARRAY_SIZE(banks)),
			 0);
}

/* Return: 0 or -EBADMSG.  The reader must be released. */
static int run(struct shinrai_ima *i, struct shinrai_bytes log,
	       unsigned int flags)
{
	struct shinrai_ima_entry e;
	int ret;

	begin(i, log, flags);
	while ((ret = shinrai_ima_next(i, &e)) > 0)
		;
	return ret;
}

static void check_pcr(const char *why, const struct shinrai_ima *i,
		      const char *alg, struct shinrai_bytes want)
{
	u16 id = shinrai_bank_by_name(alg, strlen(alg));
	const u8 *got = shinrai_replay_get(&i->replay, id, 10);

	assert_non_null(got);
	testdata_same(why, got, shinrai_bank_size(id), want);
}

static void check_fixture(const json_t *j)
{
	const json_t *pcrs = json_object_get(j, "pcr10"), *value;
	const json_t *want = json_object_get(j, "faults"), *fault;
	const char *why = testdata_text(j, "name"), *alg;
	struct shinrai_ima_entry e;
	struct shinrai_bytes log;
	struct shinrai_ima i;
	char index[8];
	unsigned int f, flags;
	int ret;

	log = testdata_hex(j, "log");
	flags = json_is_true(json_object_get(j, "big_endian")) ?
			SHINRAI_IMA_BIG_ENDIAN :
			0;
	testdata_int(why, shinrai_ima_order(log.p, log.len), flags);
	begin(&i, log, flags);
	while ((ret = shinrai_ima_next(&i, &e)) > 0) {
		snprintf(index, sizeof(index), "%u", (unsigned int)e.index);
		fault = json_object_get(want, index);
		for (f = 0; f < SHINRAI_IMA_FAULTS; f++) {
			bool is = e.faults >> f & 1;
			bool should = fault &&
				      !strcmp(json_string_value(fault),
					      shinrai_ima_fault_code(f));

			if (is != should)
				fail_msg("%s: entry %s: %s is %d", why, index,
					 shinrai_ima_fault_code(f), is);
		}
	}
	testdata_int(why, ret, 0);
	testdata_int(why, i.entries, testdata_uint(j, "entries"));
	testdata_int(why, i.violations, testdata_uint(j, "violations"));
	json_object_foreach((json_t *)pcrs, alg, value)
		check_pcr(why, &i, alg, testdata_hex(pcrs, alg));
	shinrai_ima_fini(&i);
}

static void test_fixtures(void **state)
{
	const json_t *j;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(fixtures, "ima"), i, j)
		check_fixture(j);
}

static struct shinrai_bytes all_templates(void)
{
	return testdata_hex(json_array_get(json_object_get(fixtures, "ima"), 0),
			    "log");
}

static void test_fields(void **state)
{
	static const struct {
		unsigned int index;
		const char *path, *type;
		u16 alg;
		size_t digest;
		u32 present;
	} table[] = {
		{ 0, "/bin/sh", "", SHINRAI_ALG_SHA1, 20,
		  1u << SHINRAI_IMA_D | 1u << SHINRAI_IMA_N },
		{ 1, "/usr/bin/with space", "", SHINRAI_ALG_SHA256, 32,
		  1u << SHINRAI_IMA_D_NG | 1u << SHINRAI_IMA_N_NG },
		{ 4, "/usr/bin/with space", "", SHINRAI_ALG_SHA256, 32,
		  1u << SHINRAI_IMA_D_NG | 1u << SHINRAI_IMA_N_NG |
			  1u << SHINRAI_IMA_SIG },
		{ 5, "/usr/bin/with space", "ima", SHINRAI_ALG_SHA256, 32,
		  1u << SHINRAI_IMA_D_NGV2 | 1u << SHINRAI_IMA_N_NG },
		{ 6, "/usr/bin/with space", "verity", SHINRAI_ALG_SHA256, 32,
		  1u << SHINRAI_IMA_D_NGV2 | 1u << SHINRAI_IMA_N_NG |
			  1u << SHINRAI_IMA_SIG },
		{ 13, "/usr/bin/with space", "", 0, 0,
		  1u << SHINRAI_IMA_D_NG | 1u << SHINRAI_IMA_N_NG },
	};
	struct shinrai_ima_entry e;
	struct shinrai_ima i;
	size_t k = 0;

	(void)state;
	begin(&i, all_templates(), 0);
	while (shinrai_ima_next(&i, &e) > 0) {
		if (k == ARRAY_SIZE(table) || e.index != table[k].index)
			continue;
		assert_int_equal(e.path.len, strlen(table[k].path));
		assert_memory_equal(e.path.p, table[k].path, e.path.len);
		assert_int_equal(e.digest_type.len, strlen(table[k].type));
		assert_int_equal(e.digest_alg, table[k].alg);
		assert_int_equal(e.digest.len, table[k].digest);
		assert_int_equal(e.present, table[k].present);
		k++;
	}
	assert_int_equal(k, ARRAY_SIZE(table));
	shinrai_ima_fini(&i);
}

/* A cut list is read up to the last whole entry and then refused. */
static void test_truncated(void **state)
{
	struct shinrai_bytes log = all_templates();
	struct shinrai_ima i;
	size_t n, whole = 0;

	(void)state;
	for (n = 0; n <= log.len; n++) {
		if (!run(&i, testdata_copy(log.p, n), 0)) {
			assert_int_equal(shinrai_ima_offset(&i), n);
			whole++;
		}
		shinrai_ima_fini(&i);
	}
	assert_int_equal(whole, 15); /* nothing, and after each entry */
}

static void test_malformed(void **state)
{
	static const struct {
		size_t at;
		u8 value;
		const char *why;
	} table[] = {
		{ 24, 0, "template name without a byte" },
		{ 25, 1, "template name longer than 255" },
		{ 27, 0x7f, "template name longer than the list" },
		{ 34, 0xff, "file name longer than the list" },
	};
	struct shinrai_bytes log;
	struct shinrai_ima i;
	size_t k;

	(void)state;
	for (k = 0; k < ARRAY_SIZE(table); k++) {
		log = all_templates();
		((u8 *)log.p)[table[k].at] = table[k].value;
		if (table[k].at == 34)
			((u8 *)log.p)[31 + 20 + 1] = 0xff;
		testdata_int(table[k].why, run(&i, log, 0), -EBADMSG);
		testdata_int(table[k].why, i.entries, 0);
		testdata_int(table[k].why, shinrai_ima_offset(&i), 0);
		shinrai_ima_fini(&i);
	}
	assert_int_equal(run(&i, all_templates(), SHINRAI_IMA_BIG_ENDIAN),
			 -EBADMSG);
	assert_int_equal(shinrai_ima_init(&i, "", 0, 8, banks, 4), -EINVAL);
	assert_int_equal(shinrai_ima_init(&i, "", 0, 0, (u16[]){ 0x12 }, 1),
			 -EINVAL);
}

#define D256 "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
#define D1 "11f6ad8ec52a2984abaafd7c3b516503785c2072"

/* Template hashes by sha1sum over what the kernel hashes. */
static void test_ascii(void **state)
{
	static const struct {
		const char *line;
		int ret;
		u32 faults;
		const char *why;
	} table[] = {
		{ "", 0, 0, "empty" },
		{ "10 0000000000000000000000000000000000000000 ima-ng sha1:"
		  "0000000000000000000000000000000000000000 /x y\n",
		  0, 0, "violation, path with a space" },
		{ "10 1000000000000000000000000000000000000000 ima-ng sha256:" D256
		  " /bin/x\n",
		  0, 1u << SHINRAI_IMA_TEMPLATE_HASH, "wrong hash" },
		{ "10 0000000000000000000000000000000000000000 ima-sig sha256:" D256
		  " /bin/a b 0302\n",
		  0, 0, "signature after a path with a space" },
		{ "10 0000000000000000000000000000000000000000 ima-sig sha256:" D256
		  " /bin/a \n",
		  0, 0, "no signature: the space before it stays" },
		{ "10 0000000000000000000000000000000000000000 ima " D1
		  " /bin/a\n",
		  0, 0, "template ima" },
		{ "10 0000000000000000000000000000000000000000 ima-ng sha256:" D256
		  " /bin/x",
		  -EBADMSG, 0, "line without end" },
		{ "10 0000 ima-ng sha256:" D256 " /bin/x\n", -EBADMSG, 0,
		  "short template hash" },
		{ "1x 0000000000000000000000000000000000000000 ima-ng sha256:" D256
		  " /bin/x\n",
		  -EBADMSG, 0, "no PCR" },
		{ "10 0000000000000000000000000000000000000000 other x y\n",
		  -EBADMSG, 0, "unknown template" },
		{ "10 0000000000000000000000000000000000000000 ima-ng sha256:"
		  "xyz /bin/x\n",
		  -EBADMSG, 0, "digest is not hexadecimal" },
		{ "99999999999 0000000000000000000000000000000000000000 ima-ng"
		  " sha1:" D1 " /bin/x\n",
		  -EBADMSG, 0, "PCR beyond 32 bits" },
		{ "\n", -EBADMSG, 0, "empty line" },
	};
	struct shinrai_ima i;
	size_t k;

	(void)state;
	for (k = 0; k < ARRAY_SIZE(table); k++) {
		testdata_int(
			table[k].why,
			run(&i,
			    testdata_copy(table[k].line, strlen(table[k].line)),
			    SHINRAI_IMA_ASCII),
			table[k].ret);
		testdata_int(table[k].why, i.faults, table[k].faults);
		shinrai_ima_fini(&i);
	}
}

static void hex_append(char *out, const struct shinrai_bytes *b)
{
	shinrai_hex_encode(b->p, b->len, out + strlen(out));
}

/* As the kernel prints an entry: ima_ascii_measurements_show(). */
static void show(const struct shinrai_ima_entry *e, char *out)
{
	static const u8 order[] = {
		SHINRAI_IMA_D,		 SHINRAI_IMA_D_NG,
		SHINRAI_IMA_D_NGV2,	 SHINRAI_IMA_N,
		SHINRAI_IMA_N_NG,	 SHINRAI_IMA_SIG,
		SHINRAI_IMA_BUF,	 SHINRAI_IMA_D_MODSIG,
		SHINRAI_IMA_MODSIG,	 SHINRAI_IMA_EVMSIG,
		SHINRAI_IMA_XATTRNAMES,	 SHINRAI_IMA_XATTRLENGTHS,
		SHINRAI_IMA_XATTRVALUES, SHINRAI_IMA_IUID,
		SHINRAI_IMA_IGID,	 SHINRAI_IMA_IMODE,
	};
	struct shinrai_bytes b;
	size_t k, n;

	n = (size_t)sprintf(out, "%2d ", (int)e->pcr);
	shinrai_hex_encode(e->template_hash, 20, out + n);
	sprintf(out + strlen(out), " %.*s", (int)e->name.len,
		(const char *)e->name.p);
	for (k = 0; k < ARRAY_SIZE(order); k++) {
		if (!(e->present >> order[k] & 1))
			continue;
		strcat(out, " ");
		b = e->field[order[k]];
		if (!b.len)
			continue;
		switch (order[k]) {
		case SHINRAI_IMA_N:
		case SHINRAI_IMA_N_NG:
		case SHINRAI_IMA_XATTRNAMES:
			strncat(out, (const char *)b.p, b.len);
			break;
		case SHINRAI_IMA_IUID:
		case SHINRAI_IMA_IGID:
		case SHINRAI_IMA_IMODE:
			sprintf(out + strlen(out), "%d", b.p[0] | b.p[1] << 8);
			break;
		case SHINRAI_IMA_D_NG:
		case SHINRAI_IMA_D_NGV2:
		case SHINRAI_IMA_D_MODSIG:
			if (b.p[0]) {
				strcat(out, (const char *)b.p);
				n = strlen((const char *)b.p) + 1;
				b.p += n;
				b.len -= n;
			}
			hex_append(out, &b);
			break;
		default:
			hex_append(out, &b);
		}
	}
	strcat(out, "\n");
}

/* The ASCII form of a list leads to the same PCR values as the binary one. */
static void test_both_forms(void **state)
{
	struct shinrai_bytes log = all_templates();
	struct shinrai_ima bin, ascii;
	struct shinrai_ima_entry e;
	static char text[16384];
	size_t k;

	(void)state;
	begin(&bin, log, 0);
	text[0] = '\0';
	while (shinrai_ima_next(&bin, &e) > 0)
		show(&e, text + strlen(text));
	assert_true(shinrai_ima_is_ascii(text, strlen(text)));
	assert_false(shinrai_ima_is_ascii(log.p, log.len));
	assert_int_equal(run(&ascii, testdata_copy(text, strlen(text)),
			     SHINRAI_IMA_ASCII),
			 0);
	assert_int_equal(ascii.entries, bin.entries);
	assert_int_equal(ascii.faults, 0);
	assert_int_equal(ascii.violations, bin.violations);
	for (k = 0; k < ARRAY_SIZE(banks); k++)
		assert_memory_equal(
			shinrai_replay_get(&ascii.replay, banks[k], 10),
			shinrai_replay_get(&bin.replay, banks[k], 10),
			shinrai_bank_size(banks[k]));
	shinrai_ima_fini(&ascii);
	shinrai_ima_fini(&bin);
}

/* What the README of the vectors states, to the letter. */
static void test_charra(void **state)
{
	struct shinrai_ima i;

	(void)state;
	assert_int_equal(
		run(&i,
		    testdata_vector("ima/charra/binary_runtime_measurements"),
		    0),
		0);
	assert_int_equal(i.entries, 1650);
	assert_int_equal(i.violations, 0);
	assert_int_equal(i.faults, 0);
	check_pcr("charra", &i, "sha1",
		  testdata_unhex("b9d6433e7b6f9d17ee6ae6bf42df902984df2dcd"));
	check_pcr("charra", &i, "sha256",
		  testdata_unhex("9842c6f3a154484c12df027b9becd4e7fe9590b9a877"
				 "936504b079a7b894af56"));
	shinrai_ima_fini(&i);
}

static void test_rust_keylime(void **state)
{
	struct shinrai_ima i;

	(void)state;
	assert_int_equal(
		run(&i,
		    testdata_vector(
			    "ima/rust-keylime/ascii_runtime_measurements"),
		    SHINRAI_IMA_ASCII),
		0);
	assert_int_equal(i.entries, 826);
	assert_int_equal(i.faults, 0);
	shinrai_ima_fini(&i);
}

/* tpm2-tss' logs end with a byte too many, or are violations. */
static void test_fapi(void **state)
{
	static const struct {
		const char *file;
		u64 entries, violations;
		int ret, without; /* as it is, and without its last byte */
	} table[] = {
		{ "fapi/sml-ima-sha1.b64", 12, 0, -EBADMSG, 0 },
		{ "fapi/sml-ima-ng-sha1.b64", 6, 0, -EBADMSG, 0 },
		{ "fapi/sml-ima-sha1-invalidated.b64", 1, 1, 0, -EBADMSG },
		{ "fapi/sml-ima-sig-sha256-invalidated.b64", 2, 1, 0,
		  -EBADMSG },
		/* Six bytes too many. */
		{ "fapi/sml-ima-sig-sha256.b64", 9, 0, -EBADMSG, -EBADMSG },
		/* This one lacks the NUL of its path. */
		{ "fapi/sml-ima-ng-sha1-invalidated.b64", 0, 0, -EBADMSG,
		  -EBADMSG },
	};
	struct shinrai_bytes log;
	struct shinrai_ima i;
	size_t k;

	(void)state;
	for (k = 0; k < ARRAY_SIZE(table); k++) {
		log = testdata_vector64(table[k].file);
		testdata_int(table[k].file, run(&i, log, 0), table[k].ret);
		testdata_int(table[k].file, i.entries, table[k].entries);
		testdata_int(table[k].file, i.violations, table[k].violations);
		testdata_int(table[k].file, i.faults, 0);
		shinrai_ima_fini(&i);
		testdata_int(table[k].file,
			     run(&i, testdata_copy(log.p, log.len - 1), 0),
			     table[k].without);
		shinrai_ima_fini(&i);
	}
	log = testdata_longer(
		testdata_vector64("fapi/sml-ima-ng-sha1-invalidated.b64"));
	assert_int_equal(run(&i, log, 0), 0);
	assert_int_equal(i.violations, 1);
	shinrai_ima_fini(&i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_both_forms),
		cmocka_unit_test(test_charra),
		cmocka_unit_test(test_rust_keylime),
		cmocka_unit_test(test_fapi),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
