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
		fprintf(stderr, "judge_bench: not trusted: %s\n", j->json);
		exit(1);
	}
}

static double judging_rate(struct judgement *j, double seconds)
{
	double begun = cpu_seconds(), used;
	long n = 0;

	do {
		judge_once(j);
		free(j->json);
		free(j->next);
		n++;
		used = cpu_seconds() - begun;
	} while (used < seconds);
	return (double)n / used;
}

static double verifying_rate(EVP_PKEY *key, double seconds)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	u8 data[128] = { 1 }, sig[80], digest[32];
	size_t len = sizeof(sig);
	EVP_PKEY_CTX *verify = EVP_PKEY_CTX_new(key, NULL);
	double begun, used;
	long n = 0;

	assert(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	       EVP_DigestSign(ctx, sig, &len, data, sizeof(data)) == 1);
	SHA256(data, sizeof(data), digest);
	assert(EVP_PKEY_verify_init(verify) == 1);
	begun = cpu_seconds();
	do {
		assert(EVP_PKEY_verify(verify, sig, len, digest, 32) == 1);
		n++;
		used = cpu_seconds() - begun;
	} while (used < seconds);
	EVP_PKEY_CTX_free(verify);
	EVP_MD_CTX_free(ctx);
	return (double)n / used;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 2, judged, verified;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct forge *f = malloc(sizeof(*f));
	struct policy policy = { 0 };
	struct judgement first, j;
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
	verified = verifying_rate(key, seconds / 2);
	judged = judging_rate(&j, seconds);
	verified = (verified + verifying_rate(key, seconds / 2)) / 2;
	printf("{\"ecdsa_p256_verifications_per_s\":%.0f,"
	       "\"judgements_per_s\":%.0f,\"ratio\":%.3f,\"records\":%d,"
	       "\"evidence_bytes\":%zu,\"memory_bytes\":%zu}\n",
	       verified, judged, judged / verified, NEW_RECORDS, len,
	       first.next_len);
	return 0;
}
