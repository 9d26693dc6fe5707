// SPDX-License-Identifier: MIT
/* Appraisal: what is expected where nothing is said, and by which policy. */
#include <shinrai/hash.h>

#include "appraise_ctx.h"

/* Others, both, when the same records and lists give another verdict. */
#define RULES_VERSION 3ull
#define RULES "shinrai-appraisal-v3"

static u16 bank_of(const struct shinrai_appraise_input *in)
{
	return in->bank ? in->bank : SHINRAI_ALG_SHA256;
}

static u8 pcr_code_of(const struct shinrai_appraise_input *in)
{
	return in->pcr_code ? in->pcr_code : SHINRAI_DEFAULT_PCR_CODE;
}

static u8 pcr_flow_of(const struct shinrai_appraise_input *in)
{
	return in->pcr_flow ? in->pcr_flow : SHINRAI_DEFAULT_PCR_FLOW;
}

static void put(struct shinrai_sha256 *c, const u8 id[32])
{
	static const u8 none[32];

	shinrai_sha256_update(c, id ? id : none, 32);
}

/**
 * shinrai_appraise_policy() - all that decides what a record is judged to be
 * @in: with known digests, references and expectations; nothing else is read
 * @id: out, equal for equal policies, in whatever order they were given
 *
 * What was judged by one policy says nothing about another: a verifier whose
 * state has another id must ask for the whole log, or give the facts.
 */
void shinrai_appraise_policy(const struct shinrai_appraise_input *in,
			     u8 id[SHINRAI_POLICY_SIZE])
{
	const u8 rest[] = {
		(u8)(bank_of(in) >> 8), (u8)bank_of(in),
		pcr_code_of(in),	pcr_flow_of(in),
		in->allow_anon_exec,	in->digests && in->digests->allows
	};
	struct shinrai_sha256 c;

	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, RULES, sizeof(RULES));
	put(&c, in->digests ? in->digests->id : NULL);
	put(&c, in->ref ? in->ref->id : NULL);
	if (in->ima)
		put(&c, in->ima->at.id);
	shinrai_sha256_update(&c, rest, sizeof(rest));
	shinrai_sha256_final(&c, id);
}

/**
 * shinrai_appraise_base() - what stays when a policy changes
 * @in: as for shinrai_appraise_policy()
 *
 * Policies of the same base judge by one another's facts.
 *
 * Return: not 0.
 */
u64 shinrai_appraise_base(const struct shinrai_appraise_input *in)
{
	return RULES_VERSION << 32 | (u64)bank_of(in) << 16 |
	       (u64)pcr_code_of(in) << 8 | pcr_flow_of(in);
}

/**
 * shinrai_appraise_expect() - take over what is expected of the machine
 * @a: the appraisal, before all else
 *
 * Return: 0; -EINVAL for a bank that is not known or PCRs that cannot be ours.
 */
int shinrai_appraise_expect(struct appraise *a)
{
	a->bank = bank_of(a->in);
	a->pcr_code = pcr_code_of(a->in);
	a->pcr_flow = pcr_flow_of(a->in);
	shinrai_appraise_policy(a->in, a->policy);
	a->base = shinrai_appraise_base(a->in);
	if (!shinrai_bank_size(a->bank) ||
	    shinrai_own_pcrs_refused(a->pcr_code, a->pcr_flow))
		return -EINVAL;
	return 0;
}
