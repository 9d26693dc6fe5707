// SPDX-License-Identifier: MIT
/* One appraisal.  Pure but for memory: no file, socket, clock or lock. */
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/hash.h>
#include <shinrai/hex.h>
#include <shinrai/learn.h>
#include <shinrai/util.h>
#include <shinrai/verdict.h>

#include "judge.h"

/* On first use the key that comes is taken for the pinned one. */
static void take_key(const struct judgement *j,
		     const struct shinrai_evidence *ev,
		     u8 name[SHINRAI_NAME_MAX],
		     struct shinrai_appraise_input *in)
{
	const struct shinrai_item *ak = &ev->item[SHINRAI_ITEM_AK];
	struct shinrai_public pub;

	in->ak_name = j->ak_name;
	in->ak_name_len = j->ak_name_len;
	if (j->ak_name_len)
		return;
	in->learned = true;
	if (!ak->data || shinrai_public_parse(ak->data, ak->len, &pub) ||
	    shinrai_public_name(&pub, name, &in->ak_name_len))
		in->ak_name_len = 0;
	else
		in->ak_name = name;
}

/* Another key of the same TPM, since then: what is remembered is of that TPM. */
static void follow_key(const struct judgement *j, struct shinrai_state *last)
{
	if (!j->enrolled || !j->ak_name_len)
		return;
	memcpy(last->ak_name, j->ak_name, j->ak_name_len);
	last->ak_name_len = j->ak_name_len;
}

static u64 denied(const struct shinrai_state *s)
{
	return shinrai_sum(s->data.flows[SHINRAI_FLOW_REFUSED],
			   s->data.flows[SHINRAI_FLOW_LEFT]);
}

static bool of_this_boot(const struct shinrai_state *last,
			 const struct shinrai_appraisal *a)
{
	return last &&
	       !memcmp(last->boot_id, a->next.boot_id, sizeof(last->boot_id));
}

/* What records that are judged now prove of this boot. */
static u64 new_violations(const struct shinrai_state *last,
			  const struct shinrai_appraisal *a)
{
	u64 now, before = 0;

	if (!a->have_next)
		return 0;
	now = denied(&a->next);
	if (of_this_boot(last, a))
		before = denied(last);
	return now > before ? now - before : 0;
}

/* @one: is taken.  Return: 0 it is listed; 1 there is no room any more; -ENOMEM. */
static int list_one(json_t *list, json_t *one, size_t *room)
{
	const size_t len = one ? json_dumpb(one, NULL, 0, JSON_COMPACT) : 0;

	if (!len)
		return -ENOMEM;
	if (len > *room) {
		json_decref(one);
		return 1;
	}
	*room -= len;
	return json_array_append_new(list, one) ? -ENOMEM : 0;
}

/*
 * As a report has them, from record @from on.  @listed: out: how many accesses are
 * in the list.  Return: 0; -ENOMEM.
 */
static int list_violations(json_t *list, const struct shinrai_appraisal *a,
			   u64 from, size_t *room, u64 *listed)
{
	struct shinrai_flow_names get;
	struct shinrai_names names;
	int ret = list ? 0 : -ENOMEM;
	size_t i;

	shinrai_report_names(a, &names);
	get = shinrai_names_get(&names);
	*listed = 0;
	for (i = 0; i < a->nviolations && !ret; i++) {
		if (a->violation[i].record < from)
			continue;
		ret = list_one(list,
			       shinrai_violation_json(&a->violation[i], &get),
			       room);
		if (!ret)
			*listed = shinrai_sum(*listed,
					      a->violation[i].flow.count);
	}
	return ret < 0 ? ret : 0;
}

/* What is new of them. */
static int list_accesses(struct judgement *j, const struct shinrai_state *last,
			 const struct shinrai_appraisal *a)
{
	size_t room = JUDGE_ACCESSES_MAX;
	u64 listed;
	int ret;

	j->accesses = json_array();
	ret = list_violations(j->accesses, a,
			      of_this_boot(last, a) ? last->records : 0, &room,
			      &listed);
	j->unlisted = j->violations > listed ? j->violations - listed : 0;
	return ret;
}

/* Return: how many are in the list; -ENOMEM. */
static int list_reasons(json_t *list, const struct shinrai_appraisal *told,
			size_t *room)
{
	int ret = list ? 0 : -ENOMEM;
	unsigned int i;

	for (i = 0; i < told->nwhy && !ret; i++)
		ret = list_one(list, shinrai_reason_json(told, &told->why[i]),
			       room);
	return ret < 0 ? ret : (int)json_array_size(list);
}

static u64 accesses_of(const struct shinrai_appraisal *told)
{
	u64 n = 0;
	size_t i;

	for (i = 0; i < told->nviolations; i++)
		n = shinrai_sum(n, told->violation[i].flow.count);
	return n;
}

/* Return: a new object; NULL when memory lacks. */
static json_t *past_json(const struct shinrai_past *p, size_t *room)
{
	const u64 denied = accesses_of(p->told);
	json_t *reasons = json_array(), *accesses = json_array();
	char boot_id[2 * SHINRAI_BOOT_ID_SIZE + 1];
	int shown = list_reasons(reasons, p->told, room);
	u64 listed = 0;

	if (shown < 0 || list_violations(accesses, p->told, 0, room, &listed)) {
		json_decref(reasons);
		json_decref(accesses);
		return NULL;
	}
	shinrai_hex_encode(p->boot_id, sizeof(p->boot_id), boot_id);
	return json_pack("{s:s, s:I, s:I, s:o, s:o, s:I, s:{s:I, s:I}}",
			 "boot_id", boot_id, "first",
			 (json_int_t)shinrai_sum(p->first, 0), "records",
			 (json_int_t)p->records, "reasons", reasons, "accesses",
			 accesses, "violations", (json_int_t)denied, "left_out",
			 "reasons", (json_int_t)p->told->nwhy - shown,
			 "accesses", (json_int_t)(denied - listed));
}

/* @what did not come, of that boot or later ones.  Return: 0; -1: no memory. */
static int add_missing(json_t *list, const u8 boot[SHINRAI_BOOT_ID_SIZE],
		       const char *what)
{
	char boot_id[2 * SHINRAI_BOOT_ID_SIZE + 1];

	shinrai_hex_encode(boot, SHINRAI_BOOT_ID_SIZE, boot_id);
	return json_array_append_new(list, json_pack("{s:s, s:b}", "boot_id",
						     boot_id, what, true));
}

/* Of earlier boots: those that tell anything, and what is missing. */
static int list_past(struct judgement *j, const struct shinrai_state *last,
		     const struct shinrai_appraisal *a)
{
	const struct shinrai_past *end = a->npast ? &a->past[a->npast - 1] :
						    NULL;
	const bool more =
		j->past_more && last && a->have_next &&
		memcmp(last->boot_id, a->next.boot_id, sizeof(last->boot_id));
	size_t room = JUDGE_PAST_MAX;
	unsigned int i;
	int ret = 0;

	j->past = json_array();
	if (a->past_gone)
		ret = add_missing(j->past, last->boot_id, "gone");
	for (i = 0; i < a->npast && !ret; i++) {
		const struct shinrai_past *p = &a->past[i];

		if (p->told->nwhy || p->told->nviolations)
			ret = json_array_append_new(j->past,
						    past_json(p, &room));
	}
	if (!ret && more)
		ret = add_missing(j->past, end ? end->boot_id : last->boot_id,
				  "more");
	if (!json_array_size(j->past)) {
		json_decref(j->past);
		j->past = NULL;
	}
	return ret ? -ENOMEM : 0;
}

/* A name that evidence brings itself is no reason to believe a key that is kept. */
static EVP_PKEY_CTX **pinned_key(struct judgement *j)
{
	return j->ak_name_len ? &j->key : NULL;
}

/* Return: 0; -ENOMEM; else it is too much, or of other hashes. */
static int describe_boot(struct judgement *j,
			 const struct shinrai_item *firmware,
			 const struct shinrai_appraisal *a)
{
	char boot_id[2 * SHINRAI_BOOT_ID_SIZE + 1];
	char ak[2 * SHINRAI_NAME_MAX + 1];
	json_t *all;
	int ret = shinrai_learn_boot(firmware->data, firmware->len, &all);

	if (ret)
		return ret;
	shinrai_hex_encode(a->next.boot_id, sizeof(a->next.boot_id), boot_id);
	shinrai_hex_encode(a->ak_name, a->ak_name_len, ak);
	json_object_set_new(all, "boot_id", json_string(boot_id));
	json_object_set_new(all, "ak", json_string(ak));
	j->boot_text = json_dumps(all, JSON_COMPACT);
	json_decref(all);
	return j->boot_text ? 0 : -ENOMEM;
}

/* What booted, when this verdict bears that references are learned from it. */
static int learn(struct judgement *j, const struct shinrai_item *firmware,
		 const struct shinrai_appraisal *a)
{
	struct shinrai_sha256 c;
	int ret;

	if (!a->have_boot || !a->have_next)
		return 0;
	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, a->boot, sizeof(a->boot));
	shinrai_sha256_update(&c, a->next.boot_id, sizeof(a->next.boot_id));
	shinrai_sha256_update(&c, a->ak_name, a->ak_name_len);
	shinrai_sha256_final(&c, j->boot);
	if (j->boot_known && !memcmp(j->boot, j->boot_known, sizeof(j->boot)))
		return 0;
	/* What is kept of it is of another key, or boot. */
	j->again |= j->no_firmware && !firmware->data;
	ret = describe_boot(j, firmware, a);
	if (!ret || ret == -ENOMEM)
		return ret;
	memset(j->boot, 0, sizeof(j->boot));
	return 0;
}

/* What the quote covers of what came: the caller's evidence does not last. */
static int take_ima(struct judgement *j, const struct shinrai_item *ima,
		    const struct shinrai_state *last,
		    const struct shinrai_appraisal *a)
{
	const u64 end = a->next.ima.offset;

	if (!a->have_next)
		return 0;
	j->ima_gone = !last || last->ima.offset > end;
	if (!ima->data || end <= a->ima_first)
		return 0;
	j->ima_new_len = end - a->ima_first;
	j->ima_new = malloc(j->ima_new_len);
	if (!j->ima_new)
		return -ENOMEM;
	memcpy(j->ima_new, ima->data, j->ima_new_len);
	return 0;
}

/* Is this found, and was not before? */
static bool is_news(const struct shinrai_state *last,
		    const struct shinrai_appraisal *a,
		    enum shinrai_reason_code code)
{
	unsigned int i;

	for (i = 0; i < last->nsticky; i++) {
		if (last->sticky[i].code == code)
			return false;
	}
	return a->count[code];
}

/*
 * The device, or what is remembered of it, may be wrong about where the list begins,
 * and it may have booted anew.  What is kept of the list may be damaged.
 */
static bool is_ima_apart(const struct judgement *j,
			 const struct shinrai_state *last,
			 const struct shinrai_appraisal *a)
{
	return (j->ima_from && (a->count[SHINRAI_WHY_IMA_REPLAY] ||
				a->count[SHINRAI_WHY_IMA_SYNTAX])) ||
	       (j->ima_known.len && last &&
		(is_news(last, a, SHINRAI_WHY_IMA_ENTRY) ||
		 is_news(last, a, SHINRAI_WHY_IMA_TEMPLATE)));
}

static int appraise(struct judgement *j, struct shinrai_appraisal *a)
{
	struct shinrai_appraise_input in = { .session = &j->session,
					     .whole = j->whole,
					     .keep_facts = true,
					     .violations = true,
					     .past_more = j->past_more,
					     .past_gone = j->past_gone,
					     .known = j->known,
					     .ima_before = j->ima_known,
					     .keeps_ima = true,
					     .kept_key = pinned_key(j) };
	SHINRAI_FREE struct shinrai_state *last = NULL;
	struct shinrai_evidence ev;
	u8 name[SHINRAI_NAME_MAX];
	int ret;

	ret = shinrai_evidence_parse(j->evidence, j->len, &ev);
	if (ret)
		return shinrai_appraise_malformed(ret, a);
	if (j->log)
		ev.item[SHINRAI_ITEM_LOG] = *j->log;
	if (j->past_log)
		ev.item[SHINRAI_ITEM_PAST] = *j->past_log;
	if (j->memory) {
		last = malloc(sizeof(*last));
		if (!last)
			return -ENOMEM;
		ret = shinrai_state_unpack(j->memory, j->memory_len, last);
		if (ret)
			return ret;
		follow_key(j, last);
		in.last = last;
	}
	policy_expect(j->policy, &in);
	in.ev = &ev;
	take_key(j, &ev, name, &in);
	ret = shinrai_appraise(&in, a);
	if (ret)
		return ret;
	j->violations = new_violations(last, a);
	j->ima_apart = is_ima_apart(j, last, a);
	j->again = j->ima_apart ||
		   (j->no_firmware && a->count[SHINRAI_WHY_FIRMWARE_MISSING]);
	ret = take_ima(j, &ev.item[SHINRAI_ITEM_IMA], last, a);
	if (!ret)
		ret = learn(j, &ev.item[SHINRAI_ITEM_FIRMWARE], a);
	if (!ret && j->violations)
		ret = list_accesses(j, last, a);
	return ret ? ret : list_past(j, last, a);
}

static void name_worst(struct judgement *j, const struct shinrai_appraisal *a)
{
	const struct shinrai_reason_info *info;

	j->code[0] = j->reason[0] = '\0';
	if (!a->nwhy)
		return;
	info = shinrai_reason_info(a->why[0].code);
	snprintf(j->code, sizeof(j->code), "%s", info->code);
	snprintf(j->reason, sizeof(j->reason), "%s%s%s", info->text,
		 *a->why[0].detail ? ": " : "", a->why[0].detail);
}

static int tell(struct judgement *j, struct shinrai_appraisal *a)
{
	int ret = shinrai_verdict_pack(a, &j->told, &j->told_len);

	if (ret)
		return ret;
	j->verdict = a->verdict;
	name_worst(j, a);
	/* Only a key that just signed a fresh quote is worth pinning. */
	if (!j->ak_name_len && a->proven[SHINRAI_STEP_QUOTE] &&
	    a->proven[SHINRAI_STEP_FRESH]) {
		memcpy(j->learned, a->ak_name, a->ak_name_len);
		j->learned_len = a->ak_name_len;
	}
	if (!a->have_next)
		return 0;
	j->records = a->next.records;
	j->ima_next = a->next.ima.offset;
	j->ima_again = a->next.ima.offset && !a->next.ima.entries;
	j->no_firmware_next = a->next.boot.base != 0;
	j->kept = a->next.facts;
	j->facts_all = a->facts_all;
	j->facts = a->facts;
	memset(&a->facts, 0, sizeof(a->facts));
	memcpy(j->boot_id, a->next.boot_id, sizeof(j->boot_id));
	return shinrai_state_pack(&a->next, &j->next, &j->next_len);
}

/**
 * judge() - appraise what a device sent
 * @j: out on success: verdict and what follows; nothing more to free on error, but
 *     its key may be there
 *
 * Context: any thread.
 *
 * Return: 0; -EBADMSG, -EPROTONOSUPPORT: what was remembered cannot be read;
 * -ENOMEM.
 */
int judge(struct judgement *j)
{
	struct shinrai_appraisal *a = malloc(sizeof(*a));
	int ret;

	j->again = j->ima_apart = false;
	j->boot_text = NULL;
	memset(j->boot, 0, sizeof(j->boot));
	j->violations = j->unlisted = 0;
	j->accesses = j->past = NULL;
	j->ima_new = NULL;
	j->ima_new_len = 0;
	j->ima_gone = false;
	if (!a)
		return -ENOMEM;
	shinrai_appraisal_clear(a); /* it may end before there is one */
	ret = appraise(j, a);
	j->told = NULL;
	j->next = NULL;
	memset(&j->facts, 0, sizeof(j->facts));
	j->learned_len = 0;
	if (!ret)
		ret = tell(j, a);
	shinrai_appraisal_free(a);
	free(a);
	if (ret) {
		free(j->told);
		free(j->next);
		free(j->boot_text);
		free(j->ima_new);
		shinrai_facts_free(&j->facts);
		json_decref(j->accesses);
		json_decref(j->past);
		j->told = NULL;
		j->next = NULL;
		j->boot_text = NULL;
		j->ima_new = NULL;
		j->accesses = j->past = NULL;
		j->violations = 0;
	}
	return ret;
}
