// SPDX-License-Identifier: MIT
/* Leases of devices: who has lost one writes nothing of the device any more. */
/* links: userspace/verifier/store_url.c userspace/verifier/store_sql.c userspace/verifier/store_sqlite.c userspace/verifier/store_schema.c userspace/verifier/store_postgres.c userspace/verifier/store_tables.c userspace/verifier/store_device.c userspace/verifier/store_enrol.c userspace/verifier/store_lease.c userspace/verifier/lease_peers.c userspace/verifier/device.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../userspace/verifier/lease_peers.h"
#include "../../userspace/verifier/store_sql.h"
#include "store_place.h"

#define N 5

/* Two verifiers. */
static struct store *store[2];
static struct store_lease lease[2];
static struct lease_peers peers[2];
static s64 clock_ms = 1000000; /* of both */

static int setup(void **state)
{
	char err[256];
	int i;

	(void)state;
	place_make();
	for (i = 0; i < 2 && !place_is_file(); i++) {
		if (store_open(path, &store[i], err, sizeof(err)))
			fail_msg("%s", err);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_close(store[0]);
	store_close(store[1]);
	lease_peers_free(&peers[0]);
	lease_peers_free(&peers[1]);
	return place_remove();
}

struct found {
	unsigned int n, ours, remembered;
	s64 id[N + 1], fence[N + 1];
	char group[16]; /* of the last one */
};

static int take_news(void *arg, struct device_record *r)
{
	struct found *f = arg;

	f->id[f->n] = r->id;
	f->fence[f->n++] = r->fence;
	f->ours += r->fence != 0;
	f->remembered += r->memory != NULL;
	snprintf(f->group, sizeof(f->group), "%s", r->group);
	device_record_free(r);
	return 0;
}

static int count(void *arg, s64 id)
{
	assert_true(id > 0);
	++*(unsigned int *)arg;
	return 0;
}

/* Verifier @v is alive, and takes some. */
static struct found sync_lease(int v, u64 most)
{
	struct found f = { 0 };

	assert_int_equal(store_begin(store[v]), 0);
	assert_int_equal(store_lease_renew(store[v], &lease[v]), 0);
	assert_int_equal(lease_peers_look(&peers[v], store[v], lease[v].id,
					  clock_ms),
			 0);
	assert_int_equal(store_lease_share(store[v], &lease[v]), 0);
	assert_int_equal(store_lease_take(store[v], &lease[v], most), 0);
	assert_int_equal(store_lease_news(store[v], &lease[v], take_news, &f),
			 0);
	assert_int_equal(store_commit(store[v]), 0);
	return f;
}

static struct device_record device(const char *name)
{
	return (struct device_record){
		.name = (char *)(uintptr_t)name,
		.url = (char *)(uintptr_t) "",
		.tls_name = (char *)(uintptr_t) "",
		.policy = (char *)(uintptr_t) "plc",
		.group = (char *)(uintptr_t)DEVICE_GROUP,
		.memory = (u8 *)(uintptr_t) "m",
		.memory_len = 1,
	};
}

static int judged(int v, s64 id, s64 fence)
{
	struct device_record r = device("");
	int ret;

	r.id = id;
	r.fence = fence;
	assert_int_equal(store_begin(store[v]), 0);
	ret = store_judged(store[v], &r);
	assert_int_equal(store_commit(store[v]), 0);
	return ret;
}

/* Verifier @v looks once more, after that time; others do not. */
static struct found look_after(int v, s64 ms)
{
	clock_ms += ms;
	return sync_lease(v, 9);
}

/* Two of them share the devices: @a and @b is what each found last. */
static void share(struct found *a, struct found *b)
{
	static const char *const names[N] = { "a", "b", "c", "d", "e" };
	struct device_record r;
	unsigned int ids = 0;
	int i;

	for (i = 0; i < N; i++) {
		r = device(names[i]);
		assert_int_equal(store_add(store[0], &r), 0);
	}
	assert_int_equal(store_lease_ids(store[1], count, &ids), 0);
	assert_int_equal(ids, N);
	*a = sync_lease(0, 3);
	assert_int_equal(a->n, N);
	assert_int_equal(a->ours, 3);
	*b = sync_lease(1, 9);
	assert_int_equal(b->n, N);
	assert_int_equal(b->ours, 2);
	assert_int_equal(lease[1].devices, N);
	assert_int_equal(lease[1].verifiers, 2);
	assert_int_equal(lease[1].first, lease[0].id);
	assert_int_not_equal(lease[0].id, lease[1].id);
	/* Only of what is ours, by the fence that it was taken with. */
	assert_int_equal(judged(0, a->id[0], a->fence[0]), 0);
	assert_int_equal(judged(0, a->id[0], a->fence[1]), -ESTALE);
	assert_int_equal(judged(0, a->id[4], a->fence[0]), -ESTALE);
	/* What one writes is news to the other one, without its memory. */
	*b = sync_lease(1, 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->id[0], a->id[0]);
	assert_int_equal(b->ours, 0);
	assert_int_equal(b->remembered, 0);
}

/* The first one is stopped, and the other one has all. */
static void stop_first(struct found *a, struct found *b)
{
	s64 was;

	assert_int_equal(look_after(1, 5000).ours, 0);
	assert_int_equal(look_after(1, 999).ours, 0);
	*b = look_after(1, 1);
	assert_int_equal(b->ours, 3);
	assert_int_equal(b->remembered, 1);
	assert_int_equal(lease[1].verifiers, 1);
	assert_int_equal(judged(0, a->id[0], a->fence[0]), -ESTALE);
	assert_int_equal(judged(1, a->id[0], b->fence[0]), 0);
	/* It goes on, as another one; what it had before stays lost. */
	was = lease[0].id;
	*a = sync_lease(0, 9);
	assert_int_not_equal(lease[0].id, was);
	assert_int_equal(a->ours, 0);
	assert_int_equal(lease[0].owned, 0);
	/* Who did not look for long does not know who is dead, ... */
	assert_int_equal(look_after(0, 3600000).ours, 0);
	assert_int_equal(look_after(0, 5999).ours, 0);
	/* ... and who is counting on is not. */
	assert_int_equal(sync_lease(1, 0).ours, 0);
	assert_int_equal(look_after(0, 1).ours, 0);
	assert_int_equal(lease[0].verifiers, 2);
}

/* The first one claims one that nobody asks, and gives it back. */
static void claim(struct found *a, struct found *b)
{
	assert_int_equal(store_lease_claim(store[0], &lease[0], b->id[0]), 0);
	*a = sync_lease(0, 0);
	assert_int_equal(a->ours, 1);
	assert_int_equal(judged(1, b->id[0], b->fence[0]), -ESTALE);
	assert_int_equal(store_lease_give(store[0], a->id[0], a->fence[0] - 1),
			 0);
	assert_int_equal(judged(0, a->id[0], a->fence[0]), 0);
	assert_int_equal(store_lease_give(store[0], a->id[0], a->fence[0]), 0);
	*b = sync_lease(1, 9);
	assert_int_equal(b->ours, 1);
	assert_int_equal(judged(0, a->id[0], a->fence[0]), -ESTALE);
}

/* Enrolled again by any of them, the answer of before is not kept. */
static void enrol_again(struct found *b)
{
	struct device_record r = device("a");
	enum store_conflict conflict;

	assert_int_equal(store_begin(store[0]), 0);
	assert_int_equal(store_enrol(store[0], &r, true, false, 1, &conflict),
			 0);
	assert_int_equal(store_commit(store[0]), 0);
	assert_int_equal(judged(1, b->id[0], b->fence[0]), -ESTALE);
	*b = sync_lease(1, 9);
	assert_int_equal(b->ours, 1);
	assert_int_equal(judged(1, b->id[0], b->fence[0]), 0);
}

/* Moved by any of them: who has it learns that, with its memory. */
static void move(struct found *b)
{
	struct device_record r = { .id = b->id[0] };

	r.group = (char *)(uintptr_t) "line-4";
	assert_int_equal(store_begin(store[0]), 0);
	assert_int_equal(store_place(store[0], &r), 0);
	assert_int_equal(store_commit(store[0]), 0);
	assert_string_equal(r.policy, "plc");
	free(r.policy);
	*b = sync_lease(1, 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->ours, 1);
	assert_int_equal(b->remembered, 1);
	assert_string_equal(b->group, "line-4");
	assert_int_equal(judged(1, b->id[0], b->fence[0]), 0);
}

/*
 * What the second one judged may or may not have been kept: it writes nothing more of
 * what it had before it knows what became of that, which it does whoever has them.
 */
static void doubt(struct found *b)
{
	const struct found before = *b;
	struct found a;

	assert_int_equal(judged(1, before.id[0], before.fence[0]), 0);
	sync_lease(1, 0);
	store[1]->doubt = true;
	assert_int_equal(judged(1, before.id[0], before.fence[0]), -ESTALE);
	*b = sync_lease(1, 0);
	assert_int_equal(b->ours, N);
	assert_true(b->remembered >= 1);
	assert_int_equal(judged(1, b->id[0], b->fence[0]), 0);
	sync_lease(1, 0);
	assert_int_equal(sync_lease(1, 0).n, 0);
	/* What was not kept itself leaves the doubt. */
	store[1]->doubt = true;
	assert_int_equal(store_begin(store[1]), 0);
	store_rollback(store[1]);
	assert_int_equal(judged(1, b->id[0], b->fence[0]), -ESTALE);
	*b = sync_lease(1, 0);
	assert_int_equal(b->ours, N);
	/* Nobody has them meanwhile; what somebody has is not ours to change. */
	store[1]->doubt = true;
	assert_int_equal(store_lease_end(store[0], lease[1].id), 0);
	a = sync_lease(0, 1);
	assert_int_equal(a.ours, 1);
	assert_int_equal(judged(1, b->id[1], b->fence[1]), -ESTALE);
	assert_int_equal(judged(0, a.id[0], a.fence[0]), 0);
	assert_int_equal(store_lease_give(store[0], a.id[0], a.fence[0]), 0);
	*b = sync_lease(1, 9);
	assert_int_equal(b->ours, N);
}

static void test_leases(void **state)
{
	struct found a, b;

	(void)state;
	if (place_is_file())
		skip();
	share(&a, &b);
	stop_first(&a, &b);
	claim(&a, &b);
	enrol_again(&b);
	move(&b);
	doubt(&b);
	/* An end gives all back. */
	assert_int_equal(store_lease_end(store[1], lease[1].id), 0);
	assert_int_equal(sync_lease(0, 9).ours, N);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leases),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
