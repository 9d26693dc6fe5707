// SPDX-License-Identifier: MIT
/* Reads the reference values that a policy of the configuration names. */
#include <stdio.h>

#include "policy.h"

static int read_all(struct policy *p, const struct conf_policy *conf, char *err,
		    size_t errlen)
{
	char *const *file;
	int ret = 0;

	for (file = conf->reference_keys; *file && !ret; file++)
		ret = shinrai_refs_key(&p->refs, *file, err, errlen);
	for (file = conf->reference_signers; *file && !ret; file++)
		ret = shinrai_refs_signer(&p->refs, *file, err, errlen);
	for (file = conf->reference; *file && !ret; file++)
		ret = shinrai_refs_load(&p->refs, *file, err, errlen);
	return ret ? ret : shinrai_refs_ready(&p->refs, err, errlen);
}

/**
 * policy_load() - read what a policy names
 * @p: out, for policy_free() in every case
 * @conf: stays where it is as long as @p
 * @err: out on error: where it is, which file, and why
 * @errlen: its room
 *
 * Return: 0; -errno.
 */
int policy_load(struct policy *p, const struct conf_policy *conf, char *err,
		size_t errlen)
{
	struct shinrai_appraise_input in = { 0 };
	char why[512];
	int ret;

	memset(p, 0, sizeof(*p));
	p->conf = conf;
	shinrai_refs_init(&p->refs);
	ret = read_all(p, conf, why, sizeof(why));
	if (ret) {
		snprintf(err, errlen, "%s: policy %s: %s", conf->where,
			 conf->name, why);
		return ret;
	}
	policy_expect(p, &in);
	shinrai_appraise_policy(&in, p->id);
	p->base = shinrai_appraise_base(&in);
	return 0;
}

/**
 * policy_free() - release what it holds
 * @p: the policy
 */
void policy_free(struct policy *p)
{
	shinrai_refs_free(&p->refs);
}

/**
 * policy_expect() - what evidence is held against
 * @p: the policy
 * @in: out: what is the policy's in it; points into @p
 *
 * Context: any thread.
 */
void policy_expect(const struct policy *p, struct shinrai_appraise_input *in)
{
	shinrai_refs_expect(&p->refs, in);
	in->pcr_code = (u8)p->conf->pcr_code;
	in->pcr_flow = (u8)p->conf->pcr_flow;
	in->allow_anon_exec = p->conf->allow_anon_exec;
	in->policy = p->conf->require;
	in->npolicies = p->conf->nrequired;
}
