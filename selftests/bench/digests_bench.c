// SPDX-License-Identifier: MIT
/*
 * What a million reference digests cost: time to load, memory that stays, time of
 * one look-up, half of them of digests that are not there.  Prints JSON.
 *
 * usage: digests_bench [COUNT [FILE]]
 */
#include <assert.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include <openssl/sha.h>

#include <shinrai/hex.h>
#include <shinrai/refs.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double peak_mib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_maxrss / 1024;
}

static void digest_of(u32 i, u8 out[32])
{
	SHA256((const u8 *)&i, sizeof(i), out);
}

static void write_list(FILE *f, u32 count)
{
	char hex[65];
	u8 digest[32];
	u32 i;

	fputs("# shinrai-digests v1\n# source: bench\n", f);
	for (i = 0; i < count; i++) {
		digest_of(i, digest);
		fprintf(f, "%s %s /usr/lib/x86_64-linux-gnu/some/package-%u\n",
			shinrai_hex_encode(digest, 32, hex),
			i % 3 ? "lib" : "exec", i);
	}
}

/* Digests are made before the clock starts, found in no order of theirs. */
static double lookup_ns(const struct shinrai_refs *r, u32 count)
{
	u32 i, n = 2 * count, hits = 0;
	u8(*wanted)[32] = malloc((size_t)n * 32);
	double begun, took;

	assert(wanted);
	for (i = 0; i < n; i++)
		digest_of((u32)((u64)i * 2654435761u % n), wanted[i]);
	begun = now();
	for (i = 0; i < n; i++)
		hits += !!shinrai_digests_find(&r->digests, wanted[i]);
	took = now() - begun;
	free(wanted);
	assert(hits == count);
	return took / n * 1e9;
}

int main(int argc, char **argv)
{
	u32 count = argc > 1 ? (u32)atol(argv[1]) : 1000000;
	const char *path = argc > 2 ? argv[2] : "digests_bench.list";
	FILE *f = fopen(path, "w");
	double begun, load, before, after;
	struct shinrai_refs r;
	char why[256];

	assert(f);
	write_list(f, count);
	assert(!fclose(f));
	before = peak_mib();
	begun = now();
	shinrai_refs_init(&r);
	if (shinrai_refs_load(&r, path, why, sizeof(why)) ||
	    shinrai_refs_ready(&r, why, sizeof(why))) {
		fprintf(stderr, "digests_bench: %s\n", why);
		return 1;
	}
	load = now() - begun;
	after = peak_mib();
	printf("{\"digests\":%u,\"load_s\":%.3f,\"peak_mib\":%.1f,"
	       "\"kept_mib\":%.1f,\"lookup_ns\":%.0f}\n",
	       count, load, after - before,
	       (double)mallinfo2().hblkhd / (1 << 20), lookup_ns(&r, count));
	shinrai_refs_free(&r);
	remove(path);
	return 0;
}
