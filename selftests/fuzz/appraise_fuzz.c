// SPDX-License-Identifier: MIT
/*
 * Appraisal behind a valid quote, and with memory: whatever log, IMA list and firmware
 * log the pinned key signed for, and then what follows them.  Trusted is only what
 * leads to the quoted PCRs and ran nothing but known code, however it came in parts.
 */
/* links: selftests/fuzz/appraise_plan.c selftests/verify/forge.c selftests/verify/forge_log.c selftests/verify/forge_boot.c selftests/verify/forge_ima.c selftests/verify/forge_quote.c selftests/verify/forge_session.c selftests/verify/forge_data.c */
#include <shinrai/verdict.h>

#include "appraise_plan.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static EVP_PKEY_CTX *kept;
static u8 ak_name[SHINRAI_NAME_MAX];
static size_t ak_name_len;

static void appraise(struct shinrai_appraise_input *in,
		     struct shinrai_appraisal *a)
{
	const struct shinrai_evidence ev = plan_evidence();

	in->ev = &ev;
	in->session = &plan_forge->session;
	plan_check(!shinrai_appraise(in, a));
	in->ev = NULL;
}

/* What is packed; for free(). */
struct packed {
	u8 *p;
	size_t n;
};

static struct packed pack_verdict(const struct shinrai_appraisal *a)
{
	struct packed k = { 0 };

	plan_check(!shinrai_verdict_pack(a, &k.p, &k.n));
	return k;
}

static struct packed pack_facts(const struct shinrai_facts *facts)
{
	struct packed k = { 0 };

	plan_check(!shinrai_facts_pack(facts, &k.p, &k.n));
	return k;
}

static struct packed pack_state(const struct shinrai_state *s)
{
	struct packed k = { 0 };

	plan_check(!shinrai_state_pack(s, &k.p, &k.n));
	return k;
}

static void same(struct packed a, struct packed b)
{
	plan_check(a.n == b.n && !memcmp(a.p, b.p, a.n));
	free(a.p);
	free(b.p);
}

static void same_verdict(const struct shinrai_appraisal *a,
			 const struct shinrai_appraisal *b)
{
	same(pack_verdict(a), pack_verdict(b));
	same(pack_facts(&a->facts), pack_facts(&b->facts));
	plan_check(a->have_next == b->have_next);
	if (a->have_next)
		same(pack_state(&a->next), pack_state(&b->next));
}

/* What was remembered, as it comes back from where it is kept. */
static void remember(const struct shinrai_appraisal *a,
		     struct shinrai_state *last, struct shinrai_facts *known)
{
	struct packed s = pack_state(&a->next), k = pack_facts(&a->facts);

	plan_check(!shinrai_state_unpack(s.p, s.n, last));
	same(s, pack_state(last));
	known->seed = 7;
	plan_check(!shinrai_facts_unpack(known, k.p, k.n));
	same(k, pack_facts(known));
}

/* What must be so, whoever made the log.  @f: shows all of it again then */
static void judge(const struct plan *p, const struct shinrai_appraisal *a)
{
	u8 pcr[24][32] = { 0 };
	bool known;

	plan_check(!(p->lies & LIE_IMA) || !a->proven[SHINRAI_STEP_IMA]);
	if (a->verdict != SHINRAI_TRUSTED)
		return;
	plan_check(a->have_quote && a->have_quoted && !a->nwhy);
	plan_show_all(p);
	known = plan_replay(pcr, a->quoted);
	/* That would need a log which leads to another PCR. */
	plan_check(known && !memcmp(pcr[CODE], plan_quoted[CODE], 32) &&
		   !memcmp(pcr[FLOW], plan_quoted[FLOW], 32) &&
		   !memcmp(p->boot, plan_quoted, sizeof(p->boot)));
}

static void expect(struct shinrai_appraise_input *in, const struct plan *p,
		   unsigned int policy)
{
	policy %= POLICIES;
	memset(in, 0, sizeof(*in));
	shinrai_refs_expect(&plan_refs[policy], in);
	in->allow_anon_exec = policy == 2;
	in->keep_facts = !(p->more & NO_FACTS);
	in->violations = p->more & VIOLATIONS;
	if (p->more & PIN_NAME) {
		in->ak_name = ak_name;
		in->ak_name_len = ak_name_len;
		in->kept_key = &kept;
	} else {
		in->ak_key = plan_forge->key;
	}
}

/* Twice the same, of which one is left. */
static void appraise_twice(struct shinrai_appraise_input *in,
			   struct shinrai_appraisal *a)
{
	static struct shinrai_appraisal again;

	appraise(in, a);
	appraise(in, &again);
	same_verdict(a, &again);
	shinrai_appraisal_free(&again);
}

/*
 * What comes in parts is judged no milder than when it comes whole, unless it says that
 * a part lacks; but for roots of checkpoints, which need the records before them.
 */
static void compare(const struct plan *p, const struct shinrai_appraisal *part)
{
	static struct shinrai_appraisal whole;
	struct shinrai_appraise_input in;

	if (part->verdict == SHINRAI_UNTRUSTED ||
	    part->count[SHINRAI_WHY_POLICY_OTHER] ||
	    part->count[SHINRAI_WHY_FIRMWARE_MISSING])
		return;
	plan_show_all(p);
	expect(&in, p, p->more >> 2);
	in.whole = true;
	appraise(&in, &whole);
	plan_check(whole.verdict <= part->verdict ||
		   whole.count[SHINRAI_WHY_CHECKPOINT]);
	shinrai_appraisal_free(&whole);
}

static void follow(const struct plan *p, const struct shinrai_appraisal *first)
{
	static struct shinrai_state last;
	static struct shinrai_appraisal a;
	struct shinrai_facts known = { 0 };
	struct shinrai_appraise_input in;

	remember(first, &last, &known);
	plan_quote(p, true);
	plan_show_part(p, &last);
	expect(&in, p, p->more >> 2);
	in.last = &last;
	in.whole = p->how & HOW_WHOLE;
	if (last.facts && first->facts_all && !(p->more & NOT_KNOWN))
		in.known = &known;
	appraise_twice(&in, &a);
	judge(p, &a);
	compare(p, &a);
	shinrai_appraisal_free(&a);
	shinrai_facts_free(&known);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static struct shinrai_appraisal a;
	struct shinrai_appraise_input in;
	static struct plan p;

	if (!plan_read(&p, data, len))
		return 0;
	plan_quote(&p, false);
	plan_forge->absent[SHINRAI_ITEM_IMA] = p.how & HOW_IMA_LATER;
	expect(&in, &p, p.more);
	in.whole = true;
	appraise_twice(&in, &a);
	judge(&p, &a);
	if (a.have_next)
		follow(&p, &a);
	shinrai_appraisal_free(&a);
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	/* All of the planned log, in two parts. */
	static const u8 plain[PLAN_HEAD] = { [3] = PLANNED, [4] = 5, [5] = 2 };
	static struct shinrai_appraisal a;
	struct shinrai_appraise_input in;
	struct plan p;

	(void)argc;
	(void)argv;
	plan_setup();
	plan_check(plan_read(&p, plain, sizeof(plain)));
	plan_quote(&p, false);
	expect(&in, &p, 0);
	in.whole = true;
	appraise(&in, &a);
	plan_check(a.verdict == SHINRAI_TRUSTED && a.have_next);
	memcpy(ak_name, a.ak_name, a.ak_name_len);
	ak_name_len = a.ak_name_len;
	shinrai_appraisal_free(&a);
	return 0;
}
