// SPDX-License-Identifier: MIT
/*
 * The verifier's judgement of what appraise_fuzz.c appraises, with a key that is pinned
 * or comes with it, and then of what follows: it says what the appraisal says.
 */
/* links: userspace/verifier/judge.c userspace/verifier/policy.c selftests/fuzz/appraise_plan.c selftests/verify/forge.c selftests/verify/forge_log.c selftests/verify/forge_boot.c selftests/verify/forge_ima.c selftests/verify/forge_quote.c selftests/verify/forge_session.c selftests/verify/forge_data.c */
#include <shinrai/verdict.h>

#include "../../userspace/verifier/judge.h"
#include "appraise_plan.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static struct conf_policy conf[POLICIES];
static struct policy policies[POLICIES];

/* @p is packed: it is these bytes, or there is nothing of the kind. */
static void same(u8 *p, size_t n, const u8 *told, size_t told_len)
{
	plan_check(told && n == told_len && !memcmp(p, told, n));
	free(p);
}

static void check_accesses(const struct judgement *j)
{
	plan_check(j->unlisted <= j->violations);
	plan_check(!j->violations ||
		   json_array_size(j->accesses) + j->unlisted);
}

/* The same, as the library has it. */
static void compare(const struct judgement *j,
		    const struct shinrai_evidence *ev,
		    const struct shinrai_state *last)
{
	static struct shinrai_appraisal a;
	struct shinrai_appraise_input in = { .ev = ev,
					     .session = &j->session,
					     .last = last,
					     .whole = j->whole,
					     .known = j->known,
					     .ima_before = j->ima_known,
					     .keep_facts = true,
					     .violations = true,
					     .ak_name = j->ak_name,
					     .ak_name_len = j->ak_name_len };
	u8 name[SHINRAI_NAME_MAX], *p;
	size_t n;

	policy_expect(j->policy, &in);
	if (!j->ak_name_len) {
		plan_check(!shinrai_appraise(&in, &a));
		memcpy(name, a.ak_name, a.ak_name_len);
		in.ak_name = name;
		in.ak_name_len = a.ak_name_len;
		in.learned = true;
		shinrai_appraisal_free(&a);
	}
	plan_check(!shinrai_appraise(&in, &a) && a.verdict == j->verdict);
	plan_check(!shinrai_verdict_pack(&a, &p, &n));
	same(p, n, j->told, j->told_len);
	plan_check(a.have_next == !!j->next);
	if (a.have_next) {
		plan_check(!shinrai_state_pack(&a.next, &p, &n));
		same(p, n, j->next, j->next_len);
		plan_check(j->records == a.next.records &&
			   j->facts.n == a.facts.n);
	}
	plan_check(!j->ima_new || (j->next && j->ima_new_len &&
				   j->ima_new_len <= j->ima_next));
	plan_check(!j->learned_len || (!j->ak_name_len && a.have_quote));
	check_accesses(j);
	shinrai_appraisal_free(&a);
}

static void judge_this(struct judgement *j, const struct shinrai_state *last)
{
	const struct shinrai_evidence ev = plan_evidence();
	u8 *data;

	plan_check(!shinrai_evidence_pack(&ev, &data, &j->len));
	j->evidence = data;
	j->session = plan_forge->session;
	plan_check(!judge(j));
	compare(j, &ev, last);
	free(data);
}

static void end(struct judgement *j)
{
	free(j->told);
	free(j->next);
	free(j->boot_text);
	free(j->ima_new);
	json_decref(j->accesses);
	json_decref(j->past);
	shinrai_facts_free(&j->facts);
	EVP_PKEY_CTX_free(j->key);
}

/* The key that was learned, or is pinned, signs again. */
static void follow(const struct plan *p, const struct judgement *first)
{
	static struct shinrai_state last;
	struct judgement j = { .policy = &policies[p->more >> 2 & 3],
			       .whole = p->how & HOW_WHOLE,
			       .no_firmware = !(p->how & HOW_FIRMWARE_AGAIN),
			       .memory = first->next,
			       .memory_len = first->next_len,
			       .ak_name = first->learned,
			       .ak_name_len = first->learned_len,
			       .enrolled = p->more & PIN_NAME,
			       .boot_known = first->boot };

	plan_check(!shinrai_state_unpack(first->next, first->next_len, &last));
	plan_quote(p, true);
	plan_show_part(p, &last);
	j.ima_from = plan_forge->ima_from;
	if (first->kept && first->facts_all && !(p->more & NOT_KNOWN))
		j.known = &first->facts;
	/* As the store has it; by the same policy it would not be read. */
	if (p->more & IMA_KNOWN)
		j.ima_known = (struct shinrai_item){ first->ima_new,
						     first->ima_new_len };
	judge_this(&j, &last);
	end(&j);
}

/* A memory of another boot than that of the evidence. */
static void other_boot(const struct judgement *first, struct judgement *j)
{
	static struct shinrai_state last;
	u8 *memory;

	plan_check(!shinrai_state_unpack(first->next, first->next_len, &last));
	last.boot_id[5] ^= 1;
	plan_check(!shinrai_state_pack(&last, &memory, &j->memory_len));
	j->memory = memory;
}

static void check_past(const struct judgement *j,
		       const struct shinrai_item *past)
{
	size_t bytes = j->past ? json_dumpb(j->past, NULL, 0, JSON_COMPACT) : 0;

	plan_check(!j->past || (j->next && past->len));
	/* Beside what is listed a boot has its id, four numbers and names. */
	plan_check(bytes <= JUDGE_PAST_MAX + 64 * 300);
}

/* Whatever is said of earlier boots: the verdict stays, and so does what is kept. */
static void tell_past(const struct plan *p, const struct judgement *first)
{
	const struct shinrai_item raw = { p->log, p->log_len }, planned = {
		plan_forge->item[SHINRAI_ITEM_LOG],
		plan_forge->len[SHINRAI_ITEM_LOG]
	};
	struct judgement j = { .policy = &policies[p->more & 3],
			       .whole = true,
			       .ak_name = first->learned,
			       .ak_name_len = first->learned_len,
			       .past_more = p->more & NOT_KNOWN,
			       .past_log = p->lies & LIE_CODE ? &raw :
								&planned };
	const struct shinrai_evidence ev = plan_evidence();
	struct judgement without;
	u8 *data;

	other_boot(first, &j);
	plan_check(!shinrai_evidence_pack(&ev, &data, &j.len));
	j.evidence = data;
	j.session = plan_forge->session;
	without = j;
	without.past_log = NULL;
	plan_check(!judge(&without) && !without.past);
	plan_check(!judge(&j));
	plan_check(j.verdict == without.verdict &&
		   !strcmp(j.reason, without.reason) &&
		   j.next_len == without.next_len && !j.next == !without.next &&
		   (!j.next || !memcmp(j.next, without.next, j.next_len)));
	check_past(&j, j.past_log);
	free((void *)(uintptr_t)j.memory);
	free(data);
	end(&j);
	end(&without);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct judgement j = { .whole = true };
	static struct plan p;

	if (!plan_read(&p, data, len))
		return 0;
	plan_quote(&p, false);
	plan_forge->absent[SHINRAI_ITEM_IMA] = p.how & HOW_IMA_LATER;
	j.policy = &policies[p.more & 3];
	judge_this(&j, NULL);
	if (j.next && j.learned_len) {
		tell_past(&p, &j);
		follow(&p, &j);
	}
	end(&j);
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	int i;

	(void)argc;
	(void)argv;
	plan_setup();
	for (i = 0; i < POLICIES; i++) {
		conf[i].allow_anon_exec = i == 2;
		policies[i].conf = &conf[i];
		policies[i].refs = plan_refs[i];
	}
	return 0;
}
