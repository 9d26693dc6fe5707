// SPDX-License-Identifier: MIT
/* Batches of challenges: every path leads to what the quote signs. */
/* links: userspace/shinraid/batch.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../userspace/shinraid/batch.h"

static const struct shinrai_selection selection = {
	.count = 1,
	.bank = { { .alg = 0x0b, .size = 3, .mask = 1u << 12 } },
};
static const u8 boot_id[SHINRAI_BOOT_ID_SIZE] = { 1, 2, 3 };

static void enqueue(struct challenge_list *list, u64 count)
{
	struct challenge *c;
	u64 i;

	TAILQ_INIT(list);
	for (i = 0; i < count; i++) {
		c = calloc(1, sizeof(*c));
		assert_non_null(c);
		c->c.nonce_len = 16;
		memcpy(c->c.nonce, &i, sizeof(i));
		TAILQ_INSERT_TAIL(list, c, link);
	}
}

/* The leaves hash alike, so the reference is the library's own tree. */
static void check_paths(const struct batch *b)
{
	u8(*leaf)[SHINRAI_TREE_HASH] = calloc(b->size, SHINRAI_TREE_HASH);
	u8 path[SHINRAI_TREE_DEPTH][SHINRAI_TREE_HASH];
	u8 qualifying[SHINRAI_QUALIFYING_SIZE];
	const struct shinrai_challenge *c;
	size_t len;
	u64 i;

	assert_non_null(leaf);
	for (i = 0; i < b->size; i++)
		assert_int_equal(shinrai_challenge_leaf(&b->challenge[i]->c,
							leaf[i]),
				 0);
	for (i = 0; i < b->size; i++) {
		c = &b->challenge[i]->c;
		assert_int_equal(c->index, i);
		assert_int_equal(c->size, b->size);
		assert_int_equal(
			shinrai_tree_path((const u8(*)[SHINRAI_TREE_HASH])leaf,
					  b->size, i, path, SHINRAI_TREE_DEPTH,
					  &len),
			0);
		assert_int_equal(c->path_len, len);
		assert_memory_equal(c->path, path, len * SHINRAI_TREE_HASH);
		assert_int_equal(shinrai_challenge_qualifying(c, qualifying),
				 0);
		assert_memory_equal(qualifying, b->qualifying,
				    sizeof(qualifying));
	}
	free(leaf);
}

static void test_sizes(void **state)
{
	struct challenge_list list;
	struct batch b;
	u64 n;

	(void)state;
	for (n = 1; n <= 70; n++) {
		enqueue(&list, n);
		assert_int_equal(batch_form(&b, &list, &selection, boot_id), 0);
		assert_true(TAILQ_EMPTY(&list));
		assert_int_equal(b.size, n);
		check_paths(&b);
		batch_release(&b);
	}
}

static void test_large(void **state)
{
	struct challenge_list list;
	struct batch b;

	(void)state;
	enqueue(&list, 4097);
	assert_int_equal(batch_form(&b, &list, &selection, boot_id), 0);
	assert_int_equal(b.challenge[4096]->c.path_len, 1);
	assert_int_equal(b.challenge[0]->c.path_len, 13);
	batch_release(&b);
}

/* One that cannot be encoded must not take the others with it. */
static void test_refused(void **state)
{
	struct challenge_list list;
	struct challenge *c;
	struct batch b;
	u64 n = 0;

	(void)state;
	enqueue(&list, 3);
	TAILQ_LAST(&list, challenge_list)->c.nonce_len = 1;
	assert_int_equal(batch_form(&b, &list, &selection, boot_id), -EINVAL);
	while ((c = TAILQ_FIRST(&list))) {
		TAILQ_REMOVE(&list, c, link);
		free(c);
		n++;
	}
	assert_int_equal(n, 3);
	batch_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
