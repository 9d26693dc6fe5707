// SPDX-License-Identifier: MIT
/*
 * What judging one device once more costs: an ECDSA quote and 20 new records, from
 * the bytes that came to the verdict and the state that are kept, against the ECDSA
 * P-256 verification that is in it.  Prints JSON.
 *
 * usage: judge_bench [SECONDS]          of each measurement
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/ec.h>
#include <openssl/sha.h>

#include "../../userspace/verifier/judge.h"
#include "../verify/forge.h"

#define NEW_RECORDS 20

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void load_policy(struct policy *p, const struct forge *f)
{
	static struct conf_policy conf;
	struct shinrai_appraise_input in = { 0 };
	unsigned long line;
	char why[200];
	FILE *list = fmemopen((void *)(uintptr_t)f->digests, strlen(f->digests),
			      "r");

	conf.digests[0] = conf.reference = (char *)(uintptr_t) "forged";
	p->conf = &conf;
	shinrai_digests_init(&p->known);
	assert(!shinrai_digests_load(&p->known, list, &line));
	fclose(list);
	assert(!shinrai_digests_ready(&p->known));
	assert(!shinrai_reference_parse(f->reference, strlen(f->reference),
					&p->ref, why, sizeof(why)));
	policy_expect(p, &in);
	shinrai_appraise_policy(&in, p->id);
}

/* Its evidence as it travels, @more records later. */
static u8 *evidence(EVP_PKEY *key, unsigned int more, struct forge *f,
		    size_t *len)
{
	struct shinrai_evidence ev = { 0 };
	unsigned int i, from;
	u8 *out;

	forge_init(f, key);
	from = --f->nrec; /* the last one is of a rogue program */
	for (i = 0; i < more; i++)
		forge_code(forge_record(f, SHINRAI_RECORD_EVENTS, f->own[0]),
			   SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, "ls",
			   "/usr/bin/ls");
	f->quoted = f->nrec;
	f->clock += more;
	forge_build(f);
	if (more)
		forge_from(f, from);
	for (i = 0; i < SHINRAI_NITEMS; i++) {
		ev.item[i].data = f->len[i] ? f->item[i] : NULL;
		ev.item[i].len = f->len[i];
	}
	assert(!shinrai_evidence_pack(&ev, &out, len));
	return out;
}

static struct judgement plan(const struct policy *p, const struct forge *f,
			     const u8 *data, size_t len)
{
	static u8 name[SHINRAI_NAME_MAX];
	struct judgement j = { .policy = p,
			       .evidence = data,
			       .len = len,
			       .session = f->session,
			       .ak_name = name };
	struct shinrai_public pub;

	memcpy(j.session.nonce, f->session_nonce, 32);
	assert(!shinrai_public_parse(f->item[SHINRAI_ITEM_AK],
				     f->len[SHINRAI_ITEM_AK], &pub));
	assert(!shinrai_public_name(&pub, name, &j.ak_name_len));
	return j;
}

static void judge_once(struct judgement *j)
{
	if (judge(j) || j->verdict != SHINRAI_TRUSTED || !j->next) {
		fprintf(stderr, "judge_bench: not trusted: %s: %s\n", j->code,
			j->reason);
		exit(1);
	}
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

/* In turns, so that what else the machine does slows both alike. */
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

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 2;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct forge *f = malloc(sizeof(*f));
	struct policy policy = { 0 };
	struct judgement first, j;
	struct course c[2];
	u8 *data;
	size_t len;

	assert(key && f);
	data = evidence(key, 0, f, &len);
	load_policy(&policy, f);
	first = plan(&policy, f, data, len);
	first.whole = true;
	judge_once(&first);
	data = evidence(key, NEW_RECORDS, f, &len);
	j = plan(&policy, f, data, len);
	j.memory = first.next;
	j.memory_len = first.next_len;
	judge_once(&j);
	assert(j.records == first.records + NEW_RECORDS);
	c[0] = (struct course){ .step = judge_step, .j = &j };
	c[1] = verifying(key);
	run_all(c, ARRAY_SIZE(c), seconds);
	printf("{\"ecdsa_p256_verifications_per_s\":%.0f,"
	       "\"judgements_per_s\":%.0f,\"ratio\":%.3f,\"records\":%d,"
	       "\"evidence_bytes\":%zu,\"memory_bytes\":%zu}\n",
	       rate(&c[1]), rate(&c[0]), rate(&c[0]) / rate(&c[1]), NEW_RECORDS,
	       len, first.next_len);
	return 0;
}
