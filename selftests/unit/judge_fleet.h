/* SPDX-License-Identifier: MIT */
/* A simulated fleet, a policy that it is held against, and judgements of it. */
#ifndef SHINRAI_UNIT_JUDGE_FLEET_H
#define SHINRAI_UNIT_JUDGE_FLEET_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/ec.h>

#include "../../userspace/verifier/judge.h"
#include "../fleet/sim.h"

static struct policy policy;
static struct conf_policy conf;
static EVP_PKEY *any; /* what is common to all devices is made with it */
static char dir[] = "/tmp/judge-XXXXXX";

static struct sim_question ask(void)
{
	struct sim_question q = { .from = 0 };

	memset(q.nonce, 1, sizeof(q.nonce));
	memset(q.exporter, 2, sizeof(q.exporter));
	memset(q.verifier_key, 3, sizeof(q.verifier_key));
	return q;
}

static struct judgement plan(const struct sim_question *q)
{
	struct judgement j = { .policy = &policy, .whole = true };

	j.session.nonce_len = 32;
	memcpy(j.session.nonce, q->nonce, 32);
	memcpy(j.session.exporter, q->exporter, 32);
	memcpy(j.session.verifier_key, q->verifier_key, 32);
	j.session.time = 1700000000;
	return j;
}

static void end(struct judgement *j)
{
	free(j->told);
	free(j->next);
	free(j->boot_text);
	free(j->ima_new);
	json_decref(j->past);
	shinrai_facts_free(&j->facts);
	j->told = j->next = j->ima_new = NULL;
	j->boot_text = NULL;
}

/* Evidence of @d; with @mode as another device that has the key @other. */
static u8 *evidence(struct sim_device *d, enum sim_mode mode,
		    const struct sim_device *other, size_t *len)
{
	const struct sim_question q = ask();
	u8 *out;

	d->mode = mode;
	assert_int_equal(sim_answer(d, other, &q, &out, len), 0);
	return out;
}

static int make_fleet(void **state)
{
	char err[256], path[64];

	(void)state;
	if (!mkdtemp(dir) || chdir(dir))
		return -1;
	any = EVP_EC_gen("P-256");
	sim_prepare(any, 3);
	sim_write_files();
	snprintf(path, sizeof(path), "%s/known.txt", dir);
	conf.reference[0] = strdup(path);
	snprintf(path, sizeof(path), "%s/boot.json", dir);
	conf.reference[1] = strdup(path);
	return policy_load(&policy, &conf, err, sizeof(err));
}

static int end_fleet(void **state)
{
	(void)state;
	policy_free(&policy);
	EVP_PKEY_free(any);
	free(conf.reference[0]);
	free(conf.reference[1]);
	unlink("known.txt");
	unlink("boot.json");
	return rmdir(dir);
}

#endif
