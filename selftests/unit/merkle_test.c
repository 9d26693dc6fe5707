// SPDX-License-Identifier: MIT
/*
 * Merkle logs: every root and proof is that of merkle_oracle.py, which has the RFC's
 * own recursion; and few nodes are read for one.
 */
#include "testdata.h"

#include <inttypes.h>
#include <stdio.h>

#include <shinrai/merkle.h>

#define ALL 130
#define MOST 6000

/* Nodes of the log under test; which are there is remembered. */
static struct {
	u8 hash[MOST][SHINRAI_TREE_HASH];
	bool have[MOST];
} level[14];
static unsigned int gets;
static int fails; /* what get() gives, for a while */

static int get(void *arg, unsigned int l, u64 n, u8 hash[SHINRAI_TREE_HASH])
{
	(void)arg;
	gets++;
	if (fails)
		return fails;
	assert_true(l < ARRAY_SIZE(level) && n < MOST && level[l].have[n]);
	memcpy(hash, level[l].hash[n], SHINRAI_TREE_HASH);
	return 0;
}

static int put(void *arg, unsigned int l, u64 n,
	       const u8 hash[SHINRAI_TREE_HASH])
{
	(void)arg;
	assert_true(l < ARRAY_SIZE(level) && n < MOST && !level[l].have[n]);
	level[l].have[n] = true;
	memcpy(level[l].hash[n], hash, SHINRAI_TREE_HASH);
	return 0;
}

static const struct shinrai_merkle m = { get, put, NULL };

static void clear(void)
{
	memset(level, 0, sizeof(level));
}

static int fill(void **state)
{
	u8 leaf[SHINRAI_TREE_HASH];
	char text[16];
	u64 i;

	(void)state;
	clear();
	for (i = 0; i < MOST; i++) {
		snprintf(text, sizeof(text), "%" PRIu64, i);
		shinrai_tree_leaf(text, strlen(text), leaf);
		assert_int_equal(shinrai_merkle_add(&m, i, leaf), 0);
	}
	return 0;
}

/* The test log of RFC 6962's authors, certificate-transparency's merkle_tree_test. */
static void test_known(void **state)
{
	static const struct {
		const char *leaf, *root; /* of the tree that ends with it */
	} table[] = {
		{ "", "6e340b9cffb37a989ca544e6bb780a2c"
		      "78901d3fb33738768511a30617afa01d" },
		{ "00", "fac54203e7cc696cf0dfcb42c92a1d9d"
			"baf70ad9e621f4bd8d98662f00e3c125" },
		{ "10", "aeb6bcfe274b70a14fb067a5e5578264"
			"db0fa9b51af5e0ba159158f329e06e77" },
		{ "2021", "d37ee418976dd95753c1c73862b9398f"
			  "a2a2cf9b4ff0fdfe8b30cd95209614b7" },
		{ "3031", "4e3bbb1f7b478dcfe71fb631631519a3"
			  "bca12c9aefca1612bfce4c13a86264d4" },
		{ "40414243", "76e67dadbcdf1e10e1b74ddc608abd2f"
			      "98dfb16fbce75277b5232a127f2087ef" },
		{ "5051525354555657", "ddb89be403809e325750d3d263cd7892"
				      "9c2942b7942a34b77e122c9594a74c8c" },
		{ "606162636465666768696a6b6c6d6e6f",
		  "5dc9da79a70659a9ad559cb701ded9a2"
		  "ab9d823aad2f4960cfe370eff4604328" },
	};
	/* PATH(0, D[8]) of the same */
	static const char *const path[] = {
		"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09"
		"cfc7",
		"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3"
		"031e",
		"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39b"
		"f6e4",
	};
	u8 leaf[SHINRAI_TREE_HASH], root[SHINRAI_TREE_HASH];
	struct shinrai_proof proof;
	struct shinrai_bytes b;
	size_t i;

	(void)state;
	clear();
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		b = testdata_unhex(table[i].leaf);
		shinrai_tree_leaf(b.p, b.len, leaf);
		assert_int_equal(shinrai_merkle_add(&m, i, leaf), 0);
		assert_int_equal(shinrai_merkle_root(&m, i + 1, root), 0);
		testdata_same(table[i].leaf, root, sizeof(root),
			      testdata_unhex(table[i].root));
	}
	assert_int_equal(shinrai_merkle_inclusion(&m, 0, 8, &proof), 0);
	assert_int_equal(proof.len, ARRAY_SIZE(path));
	for (i = 0; i < ARRAY_SIZE(path); i++)
		testdata_same("path", proof.hash[i], SHINRAI_TREE_HASH,
			      testdata_unhex(path[i]));
	fill(NULL);
}

static const u8 (*hashes(const struct shinrai_proof *p))[SHINRAI_TREE_HASH]
{
	return (const u8(*)[SHINRAI_TREE_HASH])p->hash;
}

/* And what is proven is taken by those who check it. */
static void check(bool inclusion, u64 a, u64 size,
		  const struct shinrai_proof *p)
{
	u8 old[SHINRAI_TREE_HASH], root[SHINRAI_TREE_HASH];

	assert_int_equal(shinrai_merkle_root(&m, size, root), 0);
	if (inclusion) {
		assert_int_equal(shinrai_tree_check(level[0].hash[a], a, size,
						    hashes(p), p->len, root),
				 0);
		return;
	}
	assert_int_equal(shinrai_merkle_root(&m, a, old), 0);
	assert_int_equal(shinrai_tree_consistent(a, old, size, root, hashes(p),
						 p->len),
			 0);
}

/* Return: what the oracle's line should be. */
static void line_of(char *kind, u64 a, u64 size, char *out)
{
	struct shinrai_proof p = { .len = 1 };
	size_t i;

	gets = 0;
	if (!strcmp(kind, "root")) {
		assert_int_equal(shinrai_merkle_root(&m, size, p.hash[0]), 0);
	} else if (!strcmp(kind, "in")) {
		assert_int_equal(shinrai_merkle_inclusion(&m, a, size, &p), 0);
	} else {
		assert_string_equal(kind, "con");
		assert_int_equal(shinrai_merkle_consistency(&m, a, size, &p),
				 0);
	}
	assert_true(gets <= 2 * 13);
	for (i = 0; i < p.len; i++) {
		*out++ = ' ';
		shinrai_hex_encode(p.hash[i], SHINRAI_TREE_HASH, out);
		out += 2 * SHINRAI_TREE_HASH;
	}
	strcpy(out, "\n");
	if (strcmp(kind, "root"))
		check(!strcmp(kind, "in"), a, size, &p);
}

static void test_oracle(void **state)
{
	char line[64 * 65 + 64], want[64 * 65 + 64], kind[8];
	unsigned int lines = 0;
	unsigned long long a, size;
	FILE *f;
	int at;

	(void)state;
	snprintf(line, sizeof(line),
		 "python3 selftests/unit/merkle_oracle.py %d 1 500 %d", ALL,
		 MOST);
	f = popen(line, "r");
	assert_non_null(f);
	for (; fgets(line, sizeof(line), f); lines++) {
		assert_int_equal(sscanf(line, "%7s %llu%n", kind, &a, &at), 2);
		size = a;
		if (strcmp(kind, "root"))
			assert_int_equal(sscanf(line, "%7s %llu %llu%n", kind,
						&a, &size, &at),
					 3);
		line_of(kind, a, size, want);
		if (strcmp(want, line + at))
			fail_msg("%s %llu %llu:%s, want:%s", kind, a, size,
				 want, line + at);
	}
	assert_int_equal(pclose(f), 0);
	assert_int_equal(lines, ALL + 1 + ALL * (ALL + 1) + 3 * 500);
}

static void test_refused(void **state)
{
	u8 root[SHINRAI_TREE_HASH];
	struct shinrai_proof p;

	(void)state;
	assert_int_equal(shinrai_merkle_inclusion(&m, 4, 4, &p), -EINVAL);
	assert_int_equal(shinrai_merkle_inclusion(&m, 0, 0, &p), -EINVAL);
	assert_int_equal(shinrai_merkle_inclusion(&m, 0, UINT64_MAX, &p),
			 -EINVAL);
	assert_int_equal(shinrai_merkle_consistency(&m, 5, 4, &p), -EINVAL);
	assert_int_equal(shinrai_merkle_consistency(&m, 5, UINT64_MAX, &p),
			 -EINVAL);
	assert_int_equal(shinrai_merkle_consistency(&m, 0, 4, &p), 0);
	assert_int_equal(p.len, 0);
	assert_int_equal(shinrai_merkle_add(&m, INT64_MAX, root), -EOVERFLOW);
	fails = -EIO;
	assert_int_equal(shinrai_merkle_root(&m, 5, root), -EIO);
	assert_int_equal(shinrai_merkle_inclusion(&m, 3, 5, &p), -EIO);
	assert_int_equal(shinrai_merkle_consistency(&m, 3, 5, &p), -EIO);
	fails = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_oracle),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, fill, NULL);
}
