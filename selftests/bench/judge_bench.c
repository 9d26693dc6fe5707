// SPDX-License-Identifier: MIT
/*
 * What judging one device costs, from the bytes that came to the verdict and the
 * memory that are kept: a quote and a few new records, or many, a quote and a long
 * IMA list, a whole log; against the ECDSA P-256 verification that is in it.  How much
 * of it that is, is measured apart from how fast it goes.  Prints JSON.
 *
 * usage: judge_bench [SECONDS]          of each measurement
 *
 * Linked with --wrap=EVP_PKEY_verify.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include <jansson.h>

#include <shinrai/hex.h>

#include "../../userspace/verifier/judge.h"
#include "../fleet/sim.h"

#define NEW_RECORDS 20
#define MANY_RECORDS 200
#define IMA_ENTRIES 780
#define WHOLE_LOG 10000

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* CPU time within EVP_PKEY_verify(), s; it is not taken unless asked for. */
static struct {
	bool taken;
	double used;
	long calls;
} verifying_time;

int __real_EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const u8 *sig, size_t siglen,
			   const u8 *tbs, size_t tbslen);
int __wrap_EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const u8 *sig, size_t siglen,
			   const u8 *tbs, size_t tbslen);

int __wrap_EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const u8 *sig, size_t siglen,
			   const u8 *tbs, size_t tbslen)
{
	double begun;
	int ret;

	if (!verifying_time.taken)
		return __real_EVP_PKEY_verify(ctx, sig, siglen, tbs, tbslen);
	begun = cpu_seconds();
	ret = __real_EVP_PKEY_verify(ctx, sig, siglen, tbs, tbslen);
	verifying_time.used += cpu_seconds() - begun;
	verifying_time.calls++;
	return ret;
}

/* A policy for IMA that knows each file of the list. */
static void write_rules(const char *name, unsigned int nima)
{
	json_t *known = json_array(), *all;
	char hex[2 * 32 + 1];
	unsigned int i;
	u8 digest[32];

	for (i = 0; i < nima; i++) {
		forge_ima_digest(i, digest);
		json_array_append_new(known, json_string(shinrai_hex_encode(
						     digest, 32, hex)));
	}
	all = json_pack("{s:{s:i}, s:{s:o}, s:[]}", "meta", "version", 1,
			"digests", FORGE_IMA_PATH, known, "excludes");
	if (!all || json_dump_file(all, name, 0)) {
		perror(name);
		exit(1);
	}
	json_decref(all);
}

static void load_policy(struct policy *p, unsigned int nima)
{
	static struct conf_policy conf;
	char err[256];

	sim_write_files();
	memset(p, 0, sizeof(*p));
	conf.reference[0] = realpath("known.txt", NULL);
	conf.reference[1] = realpath("boot.json", NULL);
	write_rules("ima.json", nima);
	conf.reference[2] = realpath("ima.json", NULL);
	if (policy_load(p, &conf, err, sizeof(err))) {
		fprintf(stderr, "judge_bench: %s\n", err);
		exit(1);
	}
}

/* One judgement of one device, again and again. */
struct subject {
	struct sim_device d;
	struct policy policy;
	u8 name[SHINRAI_NAME_MAX];
	u8 boot[32];
	struct judgement j;
	u8 *evidence;
};

static void judge_once(struct judgement *j)
{
	if (judge(j) || j->verdict != SHINRAI_TRUSTED || !j->next) {
		fprintf(stderr, "judge_bench: not trusted: %s: %s\n", j->code,
			j->reason);
		exit(1);
	}
}

/* Its first appraisal, of @records; what follows is of @more new ones. */
static void prepare(struct subject *s, EVP_PKEY *key, unsigned int nima,
		    u64 records, u64 more)
{
	struct sim_question q = { .have_boot = more };
	struct judgement *j = &s->j;

	memset(s, 0, sizeof(*s));
	s->d.key = key;
	s->d.clock = 100000;
	sim_prepare(key, nima);
	load_policy(&s->policy, nima);
	sim_boot(&s->d);
	sim_grow(&s->d, records - s->d.log.records);
	s->d.ima = nima; /* all of it comes each time */
	memset(q.nonce, 1, sizeof(q.nonce));
	memset(q.exporter, 2, sizeof(q.exporter));
	memset(q.verifier_key, 3, sizeof(q.verifier_key));
	j->policy = &s->policy;
	j->session.nonce_len = 32;
	memcpy(j->session.nonce, q.nonce, 32);
	memcpy(j->session.exporter, q.exporter, 32);
	memcpy(j->session.verifier_key, q.verifier_key, 32);
	j->session.time = 1700000000;
	j->whole = true;
	assert(!sim_answer(&s->d, NULL, &q, &s->evidence, &j->len));
	j->evidence = s->evidence;
	judge_once(j);
	memcpy(s->name, j->learned, j->learned_len);
	j->ak_name = s->name;
	j->ak_name_len = j->learned_len;
	memcpy(s->boot, j->boot, sizeof(s->boot));
	j->boot_known = s->boot;
	free(j->boot_text);
	if (!more)
		return;
	j->whole = false;
	j->memory = j->next;
	j->memory_len = j->next_len;
	q.from = j->records;
	if (nima != IMA_ENTRIES) /* which is what is measured there */
		q.ima_from = j->ima_from = j->ima_next;
	q.no_firmware = j->no_firmware = j->no_firmware_next;
	memcpy(q.boot_id, j->boot_id, sizeof(q.boot_id));
	free(s->evidence);
	sim_grow(&s->d, more);
	assert(!sim_answer(&s->d, NULL, &q, &s->evidence, &j->len));
	j->evidence = s->evidence;
	judge_once(j);
	assert(j->records == records + more);
}

/* Something that is done again and again, and how often and how long it was. */
struct course {
	void (*step)(struct course *c);
	long n;
	double used; /* s of this thread */
	struct judgement *j;
	EVP_PKEY_CTX *verify;
	u8 sig[80], digest[32];
	size_t len;
};

static void judge_step(struct course *c)
{
	judge_once(c->j);
	free(c->j->told);
	free(c->j->next);
	free(c->j->ima_new);
	shinrai_facts_free(&c->j->facts);
}

static void verify_step(struct course *c)
{
	assert(EVP_PKEY_verify(c->verify, c->sig, c->len, c->digest,
			       sizeof(c->digest)) == 1);
}

static void run_for(struct course *c, double seconds)
{
	double begun = cpu_seconds(), used;

	do {
		c->step(c);
		c->n++;
		used = cpu_seconds() - begun;
	} while (used < seconds);
	c->used += used;
}

/* In turns, so that what else the machine does slows all alike. */
static void run_all(struct course *c, unsigned int n, double seconds)
{
	const unsigned int turns = 40;
	unsigned int i, k;

	for (i = 0; i < turns; i++) {
		for (k = 0; k < n; k++)
			run_for(&c[k], seconds / turns);
	}
}

static struct course verifying(EVP_PKEY *key)
{
	struct course c = { .step = verify_step, .len = sizeof(c.sig) };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	u8 data[128] = { 1 };

	assert(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	       EVP_DigestSign(ctx, c.sig, &c.len, data, sizeof(data)) == 1);
	EVP_MD_CTX_free(ctx);
	SHA256(data, sizeof(data), c.digest);
	c.verify = EVP_PKEY_CTX_new(key, NULL);
	assert(c.verify && EVP_PKEY_verify_init(c.verify) == 1);
	return c;
}

static double rate(const struct course *c)
{
	return (double)c->n / c->used;
}

/* Of judgements: the share of their CPU time that is verification. */
static double verifying_share(const struct course *of, double seconds)
{
	struct course c = { .step = judge_step, .j = of->j };

	verifying_time.used = 0;
	verifying_time.calls = 0;
	verifying_time.taken = true;
	run_for(&c, seconds);
	verifying_time.taken = false;
	assert(verifying_time.calls == c.n); /* one quote each */
	return verifying_time.used / c.used;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 2;
	EVP_PKEY *key = EVP_EC_gen("P-256"), *rsa = EVP_RSA_gen(2048);
	static struct subject few, ima, whole, many;
	struct course c[5];

	assert(key && rsa);
	prepare(&few, key, 2, 8, NEW_RECORDS);
	prepare(&ima, rsa, IMA_ENTRIES, 8, 1);
	prepare(&whole, key, 2, WHOLE_LOG, 0);
	prepare(&many, key, 2, 8, MANY_RECORDS);
	c[0] = verifying(key);
	c[1] = (struct course){ .step = judge_step, .j = &few.j };
	c[2] = (struct course){ .step = judge_step, .j = &ima.j };
	c[3] = (struct course){ .step = judge_step, .j = &whole.j };
	c[4] = (struct course){ .step = judge_step, .j = &many.j };
	run_all(c, ARRAY_SIZE(c), seconds);
	printf("{\"ecdsa_p256_verifications_per_s\":%.0f,"
	       "\"ecdsa_20_records_per_s\":%.0f,\"ratio\":%.3f,"
	       "\"ecdsa_200_records_per_s\":%.0f,"
	       "\"ecdsa_share_of_cpu_20_records\":%.3f,"
	       "\"ecdsa_share_of_cpu_200_records\":%.3f,"
	       "\"rsa2048_780_ima_entries_per_s\":%.0f,"
	       "\"replay_10000_records_ms\":%.2f,\"evidence_bytes\":%zu,"
	       "\"memory_bytes\":%zu,\"verdict_bytes\":%zu}\n",
	       rate(&c[0]), rate(&c[1]), rate(&c[1]) / rate(&c[0]), rate(&c[4]),
	       verifying_share(&c[1], seconds), verifying_share(&c[4], seconds),
	       rate(&c[2]), 1000 / rate(&c[3]), few.j.len, few.j.memory_len,
	       few.j.told_len);
	return 0;
}
