// SPDX-License-Identifier: MIT
/* Appraisal: the kernel's own IMA list, beside our log. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/ima.h>

#include "appraise_ctx.h"

/* Findings of the list that are kept; with more of them all of it is judged again. */
#define KEPT_FINDINGS 16

static bool is_same_boot(const struct appraise *a)
{
	const struct shinrai_state *last = a->in->last;

	return last && a->have_challenge &&
	       !memcmp(a->challenge.boot_id, last->boot_id,
		       sizeof(last->boot_id));
}

/*
 * What is kept of the list and what came, as one, when the machine says that this is
 * where it begins.  It is read as if all of it came: PCR 10 says whether it is right.
 */
static void join(struct appraise *a)
{
	const struct shinrai_item *before = &a->in->ima_before;
	const struct shinrai_item *item = appraise_item(a, SHINRAI_ITEM_IMA);

	a->ima_list = *item;
	if (!item->data || !before->len || a->in->whole ||
	    a->ima_first != before->len || !is_same_boot(a))
		return;
	a->ima_joined = malloc(before->len + item->len);
	if (!a->ima_joined) {
		a->err = -ENOMEM;
		return;
	}
	memcpy(a->ima_joined, before->data, before->len);
	memcpy(a->ima_joined + before->len, item->data, item->len);
	a->ima_list.data = a->ima_joined;
	a->ima_list.len += before->len;
	a->out->ima_first = before->len;
}

/*
 * Does the list go on where that of the last appraisal ended?  The machine says so,
 * and what of it is remembered was judged as it would be now.
 */
static bool goes_on(const struct appraise *a)
{
	const struct shinrai_state *last = a->in->last;

	return !a->ima_joined && is_same_boot(a) && last->ima.entries &&
	       !a->in->whole && a->ima_first &&
	       a->ima_first == last->ima.offset && last->ima.bank == a->bank &&
	       last->ima.size == shinrai_bank_size(a->bank) &&
	       !memcmp(last->policy, a->policy, sizeof(a->policy));
}

/* Of the whole list. */
static u64 offset_of(const struct appraise *a, const struct shinrai_ima *ima)
{
	return shinrai_ima_offset(ima) +
	       (a->ima_goes_on ? a->in->last->ima.offset : 0);
}

static int begin(const struct appraise *a, unsigned int flags,
		 struct shinrai_ima *ima)
{
	const struct shinrai_item *item = &a->ima_list;
	const struct shinrai_ima_state *last;
	int ret;

	if (!a->ima_goes_on)
		return shinrai_ima_init(ima, item->data, item->len,
					flags | shinrai_ima_order(item->data,
								  item->len),
					&a->bank, 1);
	last = &a->in->last->ima;
	ret = shinrai_ima_init(
		ima, item->data, item->len,
		flags | (last->big_endian ? SHINRAI_IMA_BIG_ENDIAN : 0),
		&a->bank, 1);
	if (ret)
		return ret;
	ima->entries = last->entries;
	ima->violations = last->violations;
	return shinrai_replay_set(&ima->replay, a->bank, APPRAISE_IMA_PCR,
				  last->pcr, last->size);
}

/* Where the reader is now. */
static void mark(struct appraise *a, const struct shinrai_ima *ima)
{
	const u8 *value =
		shinrai_replay_get(&ima->replay, a->bank, APPRAISE_IMA_PCR);
	struct appraise_ima_point *p = &a->ima[a->nima_all % APPRAISE_IMA_TAIL];

	if (!value)
		return;
	p->entries = ima->entries;
	p->offset = offset_of(a, ima);
	p->violations = ima->violations;
	memcpy(p->pcr, value, shinrai_bank_size(a->bank));
	a->nima_all++;
}

/* Nearly all entries are of what is known: they need not be read again. */
static void look_at(struct appraise *a, const struct shinrai_ima_entry *e)
{
	if (a->nima_odd > APPRAISE_IMA_ODD ||
	    !shinrai_appraise_ima_is_odd(a, e))
		return;
	if (a->nima_odd < APPRAISE_IMA_ODD)
		a->ima_odd[a->nima_odd] = (struct appraise_ima_odd){
			.index = e->index,
			.offset = e->offset,
		};
	a->nima_odd++;
}

/**
 * shinrai_appraise_ima_read() - read the list to its end and see where it leads
 * @a: the appraisal
 */
void shinrai_appraise_ima_read(struct appraise *a)
{
	struct shinrai_ima_entry e;
	struct shinrai_ima ima;
	int ret;

	join(a);
	a->ima_goes_on = goes_on(a);
	if (a->ima_goes_on)
		a->out->ima_first = a->in->last->ima.offset;
	if (!a->ima_list.data || begin(a, 0, &ima))
		return;
	do {
		mark(a, &ima);
		ret = shinrai_ima_next(&ima, &e);
		a->ima_faults |= ret > 0 && e.faults;
		if (ret > 0)
			look_at(a, &e);
	} while (ret > 0);
	if (ret)
		shinrai_appraise_why(a, SHINRAI_WHY_IMA_SYNTAX, "at byte %llu",
				     (unsigned long long)offset_of(a, &ima));
	a->have_ima = !ret;
	a->ima_violations = ima.violations;
	if (a->have_ima)
		a->nima = a->nima_all < APPRAISE_IMA_TAIL ?
				  (unsigned int)a->nima_all :
				  APPRAISE_IMA_TAIL;
	shinrai_ima_fini(&ima);
}

static unsigned int times_kept(const struct shinrai_state *s,
			       enum shinrai_reason_code code)
{
	unsigned int i, n = 0;

	for (i = 0; i < s->nsticky; i++)
		n += s->sticky[i].code == code;
	return n;
}

/*
 * A place for a finding.  When there is none left, that of one that weighs less, or of
 * which there are several, where this is the first of its kind; or NULL.
 */
static struct shinrai_sticky *place_for(struct appraise *a,
					enum shinrai_reason_code code)
{
	const enum shinrai_verdict verdict = shinrai_reason_info(code)->verdict;
	struct shinrai_state *s = &a->now;
	const bool first = !times_kept(s, code);
	struct shinrai_sticky *t;

	if (a->nima_kept < KEPT_FINDINGS &&
	    s->nsticky < SHINRAI_STATE_REASONS) {
		a->nima_kept++;
		return &s->sticky[s->nsticky++];
	}
	a->ima_full = true;
	for (t = s->sticky + s->nsticky; t-- > s->sticky;) {
		const struct shinrai_reason_info *info =
			shinrai_reason_info(t->code);

		if (info->step != SHINRAI_STEP_IMA &&
		    !shinrai_appraise_by_policy(t->code))
			continue;
		if (info->verdict < verdict ||
		    (first && times_kept(s, t->code) > 1))
			return t;
	}
	return NULL;
}

/*
 * For the next appraisal, which does not see the entry again.  What has no place, or
 * not all of its text, is found again in the list itself, as long as that is there.
 */
static void keep_finding(struct appraise *a, enum shinrai_reason_code code,
			 const char *text)
{
	struct shinrai_sticky *t = place_for(a, code);

	if (!t)
		return;
	a->ima_full |= strlen(text) >= sizeof(t->text);
	t->code = code;
	t->record = 0;
	snprintf(t->text, sizeof(t->text), "%.*s", (int)sizeof(t->text) - 1,
		 text);
}

/**
 * shinrai_appraise_ima_why() - add a reason that an entry of the list gives
 * @a: the appraisal, whose log was judged
 * @code: the reason
 * @fmt: detail, printable
 */
void shinrai_appraise_ima_why(struct appraise *a, enum shinrai_reason_code code,
			      const char *fmt, ...)
{
	char text[2 * APPRAISE_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	shinrai_appraise_why(a, code, "%s", text);
	keep_finding(a, code, text);
}

static bool is_kept(const struct shinrai_state *s,
		    const struct shinrai_sticky *t)
{
	unsigned int i;

	for (i = 0; i < s->nsticky; i++) {
		if (s->sticky[i].code == t->code &&
		    !strcmp(s->sticky[i].text, t->text))
			return true;
	}
	return false;
}

/* What was found in entries that do not come again. */
static void add_kept(struct appraise *a, bool faults)
{
	const struct shinrai_state *last = a->in->last;
	const struct shinrai_sticky *t;

	for (t = last->sticky; t < last->sticky + last->nsticky; t++) {
		bool fault = t->code == SHINRAI_WHY_IMA_ENTRY ||
			     t->code == SHINRAI_WHY_IMA_TEMPLATE;

		if (shinrai_reason_info(t->code)->step == SHINRAI_STEP_IMA &&
		    fault == faults && !is_kept(&a->now, t))
			shinrai_appraise_ima_why(a, t->code, "%s", t->text);
	}
}

static void add_faults(struct appraise *a, const struct shinrai_ima_entry *e)
{
	unsigned int i;

	for (i = 0; i < SHINRAI_IMA_FAULTS; i++) {
		if (e->faults & 1u << i)
			shinrai_appraise_ima_why(
				a,
				i == SHINRAI_IMA_TEMPLATE_UNKNOWN ?
					SHINRAI_WHY_IMA_TEMPLATE :
					SHINRAI_WHY_IMA_ENTRY,
				"entry %llu: %s", (unsigned long long)e->index,
				shinrai_ima_fault_text(i));
	}
}

/*
 * Most lists are in order, and end near where the quote was taken.  Entries of other
 * PCRs that follow there are not covered: what the quote says is said before them.
 */
static bool tail_reaches(const struct appraise *a,
			 const struct shinrai_pcr_value *want,
			 struct appraise_ima_point *at)
{
	const struct appraise_ima_point *p;
	bool found = false;
	unsigned int i;

	for (i = 1; i <= a->nima && !a->ima_faults; i++) {
		p = &a->ima[(a->nima_all - i) % APPRAISE_IMA_TAIL];
		if (!memcmp(p->pcr, want->value, want->size)) {
			*at = *p;
			found = true;
		} else if (found) {
			break;
		}
	}
	return found;
}

/* Stops an edited list: some prefix of it leads to the quoted value. */
static bool reaches(struct appraise *a, const struct shinrai_pcr_value *want,
		    struct appraise_ima_point *at)
{
	struct shinrai_ima_entry e;
	struct shinrai_ima ima;
	bool found = false;

	if (begin(a, 0, &ima))
		return false;
	for (;;) {
		mark(a, &ima);
		*at = a->ima[(a->nima_all - 1) % APPRAISE_IMA_TAIL];
		found = !memcmp(at->pcr, want->value, want->size);
		if (found || shinrai_ima_next(&ima, &e) <= 0)
			break;
		add_faults(a, &e);
	}
	shinrai_ima_fini(&ima);
	return found;
}

/* @entries: that the quote covers */
static void judge_entries(struct appraise *a, u64 entries)
{
	struct shinrai_ima_entry e;
	struct shinrai_ima ima;
	unsigned int i;

	if (!a->nima_odd || begin(a, SHINRAI_IMA_AGAIN, &ima))
		return;
	if (a->nima_odd > APPRAISE_IMA_ODD) {
		while (ima.entries < entries && shinrai_ima_next(&ima, &e) > 0)
			shinrai_appraise_ima_entry(a, &e);
	} else {
		for (i = 0; i < a->nima_odd; i++) {
			shinrai_ima_seek(&ima, a->ima_odd[i].offset,
					 a->ima_odd[i].index);
			if (ima.entries < entries &&
			    shinrai_ima_next(&ima, &e) > 0)
				shinrai_appraise_ima_entry(a, &e);
		}
	}
	shinrai_ima_fini(&ima);
}

static void tell(struct appraise *a, u64 entries)
{
	shinrai_appraise_note(a,
			      "IMA log replays to the quoted PCR 10: %llu "
			      "entries",
			      (unsigned long long)entries);
	if (a->ima_violations)
		shinrai_appraise_note(
			a, "IMA log has violations: %llu of its entries",
			(unsigned long long)a->ima_violations);
}

/* Is there anything to hold entries against?  @why: printable */
static void not_covered(struct appraise *a, bool asked, const char *why)
{
	if (asked)
		shinrai_appraise_why(a, SHINRAI_WHY_IMA_MISSING, "%s", why);
	else
		shinrai_appraise_note(a, "IMA log is not covered: %s", why);
}

static bool denies(const struct appraise *a)
{
	return a->in->digests && a->in->digests->denies;
}

static const struct shinrai_pcr_value *quoted_pcr(const struct appraise *a)
{
	if (!a->have_quoted ||
	    !(shinrai_selection_mask(&a->quote.attest.selection, a->bank) >>
		      APPRAISE_IMA_PCR &
	      1))
		return NULL;
	return shinrai_pcrs_get(&a->quoted, a->bank, APPRAISE_IMA_PCR);
}

/* That the list need not come again. */
static void keep(struct appraise *a, const struct appraise_ima_point *at)
{
	struct shinrai_ima_state *s = &a->now.ima;
	const struct shinrai_item *item = &a->ima_list;

	if (!at || !at->entries || !a->has_ima_first ||
	    (a->ima_full && !a->in->keeps_ima))
		return;
	s->entries = a->ima_full ? 0 : at->entries;
	s->offset = at->offset;
	s->violations = at->violations;
	s->bank = a->bank;
	s->size = (u8)shinrai_bank_size(a->bank);
	s->big_endian = a->ima_goes_on ?
				a->in->last->ima.big_endian :
				shinrai_ima_order(item->data, item->len) != 0;
	memcpy(s->pcr, at->pcr, s->size);
}

/* Return: whether @at is where the quote was taken. */
static bool judge(struct appraise *a, const struct shinrai_pcr_value *want,
		  struct appraise_ima_point *at)
{
	bool found;

	if (a->ima_goes_on)
		add_kept(a, true);
	found = tail_reaches(a, want, at) || reaches(a, want, at);
	if (!found) {
		shinrai_appraise_why(a, SHINRAI_WHY_IMA_REPLAY, "%s", "");
	} else if (!at->entries) {
		not_covered(a, a->in->ima, "the kernel never extended PCR 10");
	} else {
		if (a->ima_goes_on)
			add_kept(a, false);
		judge_entries(a, at->entries);
		tell(a, at->entries);
	}
	a->out->proven[SHINRAI_STEP_IMA] = found && at->entries;
	return found;
}

/* Where nothing was measured there need not be a list, unless there are rules. */
static bool may_lack(const struct appraise *a,
		     const struct shinrai_pcr_value *want)
{
	static const u8 zeros[SHINRAI_BANK_MAX];

	return !a->in->ima &&
	       (!denies(a) ||
		(want && !memcmp(want->value, zeros, want->size)));
}

/*
 * A list that is not shown, or is another one, does not undo what was found in it.
 * @absent: it goes on where it was, when it is there again
 */
static void recall(struct appraise *a, bool absent)
{
	const struct shinrai_state *last = a->in->last;
	bool other;

	if (!is_same_boot(a))
		return;
	other = memcmp(a->policy, last->policy, sizeof(a->policy));
	/* Faults of entries are none of a policy. */
	add_kept(a, true);
	if (!other)
		add_kept(a, false);
	if (!absent || (other && !a->in->keeps_ima))
		return;
	a->now.ima = last->ima;
	/* The other policy judges it when it is there again. */
	if (other)
		a->now.ima.entries = 0;
}

/**
 * shinrai_appraise_ima() - hold the list against the quoted PCR 10
 * @a: the appraisal, after the quoted values were established
 */
void shinrai_appraise_ima(struct appraise *a)
{
	const struct shinrai_pcr_value *want = quoted_pcr(a);
	const bool absent = !a->ima_list.data;
	struct appraise_ima_point at;
	bool found = false;

	memset(&a->now.ima, 0, sizeof(a->now.ima));
	if (absent) {
		if (!may_lack(a, want))
			not_covered(a, true, "there is none");
	} else if (a->have_ima && !want) {
		not_covered(a, a->in->ima || denies(a),
			    "PCR 10 was not quoted");
	} else if (a->have_ima) {
		found = judge(a, want, &at);
	}
	if (!found)
		recall(a, absent);
	keep(a, found ? &at : NULL);
}
