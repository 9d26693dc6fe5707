// SPDX-License-Identifier: MIT
/*
 * The core's verdicts against those of policy_oracle.py, which knows nothing of
 * it.  SHINRAI_POLICY_INPUTS is how many; with 1000000 the digest printed is the
 * one that kernel/decide_random_test.c expects everywhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <shinrai/hash.h>
#include <shinrai/hex.h>

#include "kernel/decide_random.h"

/* The oracle's ACCESS. */
struct wire {
	u64 labels;
	u64 bytes;
	u64 wall;
	u32 uid;
	u8 action, sink_kind, family, proto;
	u16 port, vendor, product;
	u8 addr[16];
	u8 metered, charge;
	u8 program, text, cgroup; /* lengths, 255 for none */
	u8 reserved;
} __attribute__((packed));

static u8 length(const void *data, size_t len)
{
	return (u8)(data ? len : 255);
}

static void put(FILE *f, const void *data, size_t len)
{
	if (data)
		fwrite(data, 1, len, f);
}

static void put_input(FILE *f, const struct random_input *in,
		      const struct shinrai_answer *answer)
{
	const struct shinrai_access *a = &in->access;
	struct wire w = {
		.labels = in->labels,
		.bytes = a->bytes,
		.wall = a->wall_s,
		.uid = a->uid,
		.action = a->action,
		.sink_kind = a->sink_kind,
		.family = a->family,
		.proto = a->proto,
		.port = a->port,
		.vendor = a->vendor,
		.product = a->product,
		.metered = in->metered,
		.charge = in->charge,
		.program = length(a->program, SHINRAI_DIGEST_SIZE),
		.text = length(a->text, a->text_len),
		.cgroup = length(a->cgroup, a->cgroup_len),
	};

	memcpy(w.addr, a->addr, sizeof(w.addr));
	fputc('A', f);
	put(f, &w, sizeof(w));
	put(f, a->program, SHINRAI_DIGEST_SIZE);
	put(f, a->text, a->text_len);
	put(f, a->cgroup, a->cgroup_len);
	put(f, answer, sizeof(*answer));
}

static void put_policy(FILE *f, struct random *g, struct shinrai_policy *p)
{
	size_t len;
	u32 size;

	assert_int_equal(random_policy(g, &len), 0);
	assert_int_equal(shinrai_policy_check(p, g->blob, len), 0);
	size = (u32)len;
	fputc('P', f);
	put(f, &size, sizeof(size));
	put(f, g->blob, len);
}

/* Writes @inputs of them; @digest: of the core's answers. */
static void put_all(FILE *f, u32 inputs, u8 digest[32])
{
	static struct shinrai_meter meters[RANDOM_CONDITIONS];
	static struct random g;
	struct shinrai_answer answer;
	struct shinrai_sha256 hash;
	struct random_input in;
	struct shinrai_policy p;
	u32 i;

	g.state = RANDOM_SEED;
	shinrai_sha256_init(&hash);
	for (i = 0; i < inputs; i++) {
		if (i % RANDOM_EVENTS == 0) {
			put_policy(f, &g, &p);
			memset(meters, 0, sizeof(meters));
		}
		random_input(&g, &in);
		shinrai_policy_judge(&p, in.labels, &in.access,
				     in.metered ? meters : NULL, in.charge,
				     &answer);
		put_input(f, &in, &answer);
		shinrai_sha256_update(&hash, &answer, sizeof(answer));
	}
	shinrai_sha256_final(&hash, digest);
}

static void test_oracle(void **state)
{
	const char *wanted = getenv("SHINRAI_POLICY_INPUTS");
	const u32 inputs = wanted ? (u32)strtoul(wanted, NULL, 10) : 20000;
	char path[] = "/tmp/shinrai-oracle.XXXXXX", command[128], line[128];
	char expected[128], hex[2 * 32 + 1];
	int fd = mkstemp(path);
	u8 digest[32];
	FILE *f;

	(void)state;
	assert_true(fd >= 0);
	snprintf(command, sizeof(command),
		 "python3 selftests/unit/policy_oracle.py >%s", path);
	f = popen(command, "w");
	assert_non_null(f);
	put_all(f, inputs, digest);
	assert_int_equal(pclose(f), 0);
	f = fdopen(fd, "r");
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	unlink(path);
	snprintf(expected, sizeof(expected), "%u %s\n", inputs,
		 shinrai_hex_encode(digest, sizeof(digest), hex));
	assert_string_equal(line, expected);
	printf("# seed %llx: %s", (unsigned long long)RANDOM_SEED, line);
}

/* The builder that allocates gives the same bytes. */
static void test_build(void **state)
{
	static struct random g;
	size_t len, built_len;
	u8 *built;

	(void)state;
	g.state = RANDOM_SEED;
	assert_int_equal(random_policy(&g, &len), 0);
	assert_int_equal(shinrai_policy_build(&g.t, &built, &built_len), 0);
	assert_int_equal(built_len, len);
	assert_memory_equal(built, g.blob, len);
	free(built);
	built = (void *)&g;
	g.t.generation = 0;
	assert_int_equal(shinrai_policy_build(&g.t, &built, &len), -EINVAL);
	assert_ptr_equal(built, &g);
	g.t.rules = SHINRAI_POLICY_RULES + 1;
	assert_int_equal(shinrai_policy_build(&g.t, &built, &len), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oracle),
		cmocka_unit_test(test_build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
