// SPDX-License-Identifier: MIT
/* RFC 9162 trees: roots, inclusion and consistency proofs. */
#include "testdata.h"

#include <dirent.h>

#include <shinrai/tree.h>

#define LEAVES 40

static u8 leaves[LEAVES][SHINRAI_TREE_HASH];

static int setup(void **state)
{
	u8 i;

	(void)state;
	for (i = 0; i < LEAVES; i++)
		shinrai_tree_leaf(&i, 1, leaves[i]);
	return 0;
}

/* RFC 9162 2.1.1, written down recursively as it stands there. */
static void mth(const u8 (*l)[SHINRAI_TREE_HASH], u64 n, u8 *out)
{
	u8 left[SHINRAI_TREE_HASH], right[SHINRAI_TREE_HASH];
	u64 k = 1;

	if (n == 1) {
		memcpy(out, l[0], SHINRAI_TREE_HASH);
		return;
	}
	while (k * 2 < n)
		k *= 2;
	mth(l, k, left);
	mth(l + k, n - k, right);
	shinrai_tree_node(left, right, out);
}

/* SUBPROOF of RFC 9162 2.1.4.1. */
static size_t subproof(const u8 (*l)[SHINRAI_TREE_HASH], u64 m, u64 n, bool b,
		       u8 (*out)[SHINRAI_TREE_HASH])
{
	size_t len;
	u64 k = 1;

	if (m == n) {
		if (b)
			return 0;
		mth(l, n, out[0]);
		return 1;
	}
	while (k * 2 < n)
		k *= 2;
	if (m <= k) {
		len = subproof(l, m, k, b, out);
		mth(l + k, n - k, out[len]);
	} else {
		len = subproof(l + k, m - k, n - k, false, out);
		mth(l, k, out[len]);
	}
	return len + 1;
}

static void root_of(u64 n, u8 *root)
{
	struct shinrai_tree t;
	u64 i;

	shinrai_tree_init(&t);
	for (i = 0; i < n; i++)
		shinrai_tree_add(&t, leaves[i]);
	shinrai_tree_root(&t, root);
}

/* Expected: printf ... | sha256sum. */
static void test_known(void **state)
{
	static const struct {
		u64 size;
		const char *root, *why;
	} table[] = {
		{ 0,
		  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
		  "7852b855",
		  "empty tree: hash of nothing" },
		{ 1,
		  "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b7863"
		  "0a09cfc7",
		  "leaf of one byte 00: SHA-256(00 00)" },
		{ 2,
		  "a20bf9a7cc2dc8a08f5f415a71b19f6ac427bab54d24eec868b5d310"
		  "3449953a",
		  "node over leaves of 00 and 01" },
	};
	u8 root[SHINRAI_TREE_HASH];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		root_of(table[i].size, root);
		testdata_same(table[i].why, root, sizeof(root),
			      testdata_unhex(table[i].root));
	}
}

static void test_inclusion(void **state)
{
	u8 root[SHINRAI_TREE_HASH], want[SHINRAI_TREE_HASH];
	u8 path[SHINRAI_TREE_DEPTH][SHINRAI_TREE_HASH];
	size_t len;
	u64 n, m;

	(void)state;
	for (n = 1; n <= LEAVES; n++) {
		root_of(n, root);
		mth((const u8(*)[32])leaves, n, want);
		assert_memory_equal(root, want, sizeof(root));
		for (m = 0; m < n; m++) {
			assert_int_equal(
				shinrai_tree_path((const u8(*)[32])leaves, n, m,
						  path, ARRAY_SIZE(path), &len),
				0);
			assert_int_equal(
				shinrai_tree_check(leaves[m], m, n,
						   (const u8(*)[32])path, len,
						   root),
				0);
			if (len) {
				path[len - 1][0] ^= 1;
				assert_int_equal(shinrai_tree_check(
							 leaves[m], m, n,
							 (const u8(*)[32])path,
							 len, root),
						 -EBADMSG);
			}
		}
	}
	assert_int_equal(shinrai_tree_path((const u8(*)[32])leaves, 4, 4, path,
					   ARRAY_SIZE(path), &len),
			 -EINVAL);
	assert_int_equal(shinrai_tree_path((const u8(*)[32])leaves, 4, 0, path,
					   1, &len),
			 -ENOSPC);
}

static void test_consistency(void **state)
{
	u8 old[SHINRAI_TREE_HASH], root[SHINRAI_TREE_HASH];
	u8 path[SHINRAI_TREE_DEPTH + 1][SHINRAI_TREE_HASH];
	const u8(*p)[SHINRAI_TREE_HASH] = (const u8(*)[32])path;
	size_t len;
	u64 m, n;

	(void)state;
	for (n = 1; n <= LEAVES; n++) {
		root_of(n, root);
		for (m = 1; m <= n; m++) {
			root_of(m, old);
			len = subproof((const u8(*)[32])leaves, m, n, true,
				       path);
			assert_int_equal(shinrai_tree_consistent(m, old, n,
								 root, p, len),
					 0);
			old[0] ^= 1;
			assert_int_equal(shinrai_tree_consistent(m, old, n,
								 root, p, len),
					 -EBADMSG);
			old[0] ^= 1;
			if (!len)
				continue;
			assert_int_equal(shinrai_tree_consistent(
						 m, old, n, root, p, len - 1),
					 -EBADMSG);
			path[len - 1][31] ^= 1;
			assert_int_equal(shinrai_tree_consistent(m, old, n,
								 root, p, len),
					 -EBADMSG);
		}
	}
	assert_int_equal(shinrai_tree_consistent(3, root, 2, root, p, 0),
			 -EBADMSG);
	root_of(0, old);
	assert_int_equal(shinrai_tree_consistent(0, old, 2, root, p, 0), 0);
	assert_int_equal(shinrai_tree_consistent(0, old, 2, root, p, 1),
			 -EBADMSG);
	assert_int_equal(shinrai_tree_consistent(0, root, 2, root, p, 0),
			 -EBADMSG);
}

/* A hash of another length than ours can never verify. */
static bool hash_of(const json_t *j, u8 out[SHINRAI_TREE_HASH])
{
	const char *text = json_string_value(j);
	struct shinrai_bytes b;

	if (!text)
		return false;
	b = testdata_unbase64(text, strlen(text));
	if (b.len != SHINRAI_TREE_HASH)
		return false;
	memcpy(out, b.p, SHINRAI_TREE_HASH);
	return true;
}

static int check_inclusion(const json_t *j, const u8 (*path)[32], size_t len)
{
	u8 leaf[SHINRAI_TREE_HASH], root[SHINRAI_TREE_HASH];

	if (!hash_of(json_object_get(j, "leafHash"), leaf) ||
	    !hash_of(json_object_get(j, "root"), root))
		return -EBADMSG;
	return shinrai_tree_check(leaf, testdata_uint(j, "leafIdx"),
				  testdata_uint(j, "treeSize"), path, len,
				  root);
}

static int check_consistency(const json_t *j, const u8 (*path)[32], size_t len)
{
	u8 old[SHINRAI_TREE_HASH], root[SHINRAI_TREE_HASH];

	if (!hash_of(json_object_get(j, "root1"), old) ||
	    !hash_of(json_object_get(j, "root2"), root))
		return -EBADMSG;
	return shinrai_tree_consistent(testdata_uint(j, "size1"), old,
				       testdata_uint(j, "size2"), root, path,
				       len);
}

static bool check_file(const char *path, bool inclusion)
{
	/* Indices go up to 2^64 - 1. */
	json_t *j = testdata_json(path, JSON_DECODE_INT_AS_REAL);
	const json_t *proof = json_object_get(j, "proof");
	bool want = json_is_false(json_object_get(j, "wantErr"));
	u8 hash[64][SHINRAI_TREE_HASH];
	bool good = true;
	size_t i, n = json_array_size(proof);

	assert_true(n < ARRAY_SIZE(hash));
	for (i = 0; i < n; i++)
		good &= hash_of(json_array_get(proof, i), hash[i]);
	if (good)
		good = !(
			inclusion ?
				check_inclusion(j, (const u8(*)[32])hash, n) :
				check_consistency(j, (const u8(*)[32])hash, n));
	if (good != want)
		print_error("%s: %s, wrongly\n", path,
			    good ? "accepted" : "refused");
	return good == want;
}

static void walk(const char *folder, bool inclusion, unsigned int *files,
		 unsigned int *bad)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	char path[512];

	assert_non_null(d);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (!strchr(e->d_name, '.')) {
			walk(path, inclusion, files, bad);
			continue;
		}
		(*files)++;
		*bad += !check_file(path, inclusion);
	}
	closedir(d);
}

static void test_vectors(void **state)
{
	const char *name[] = { "consistency", "inclusion" };
	unsigned int files = 0, bad = 0, i;
	char folder[512];

	(void)state;
	testdata_vector_path("merkle/inclusion/0/happy-path.json");
	for (i = 0; i < 2; i++) {
		snprintf(folder, sizeof(folder), "%s/merkle/%s",
			 testdata_folder(), name[i]);
		walk(folder, i, &files, &bad);
	}
	assert_int_equal(bad, 0);
	assert_true(files > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_inclusion),
		cmocka_unit_test(test_consistency),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
