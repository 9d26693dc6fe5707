// SPDX-License-Identifier: MIT
/* Appraisal: the kernel's own IMA list, beside our log. */
#include <shinrai/ima.h>

#include "appraise_ctx.h"

static int begin(const struct appraise *a, unsigned int flags,
		 struct shinrai_ima *ima)
{
	const struct shinrai_item *item = appraise_item(a, SHINRAI_ITEM_IMA);

	return shinrai_ima_init(
		ima, item->data, item->len,
		flags | shinrai_ima_order(item->data, item->len), &a->bank, 1);
}

/**
 * shinrai_appraise_ima_read() - read the list to its end and see where it leads
 * @a: the appraisal
 */
void shinrai_appraise_ima_read(struct appraise *a)
{
	struct shinrai_ima_entry e;
	struct shinrai_ima ima;
	const u8 *value;
	int ret;

	if (!appraise_item(a, SHINRAI_ITEM_IMA)->data || begin(a, 0, &ima))
		return;
	while ((ret = shinrai_ima_next(&ima, &e)) > 0) {
		value = shinrai_replay_get(&ima.replay, a->bank,
					   APPRAISE_IMA_PCR);
		a->ima_faults |= e.faults;
		if (value)
			memcpy(a->ima[ima.entries % APPRAISE_IMA_TAIL], value,
			       shinrai_bank_size(a->bank));
	}
	if (ret)
		shinrai_appraise_why(a, SHINRAI_WHY_IMA_SYNTAX, "at byte %zu",
				     shinrai_ima_offset(&ima));
	a->have_ima = !ret;
	a->ima_entries = ima.entries;
	a->ima_violations = ima.violations;
	if (a->have_ima)
		a->nima = ima.entries < APPRAISE_IMA_TAIL ? ima.entries + 1 :
							    APPRAISE_IMA_TAIL;
	shinrai_ima_fini(&ima);
}

static void add_faults(struct appraise *a, const struct shinrai_ima_entry *e)
{
	unsigned int i;

	for (i = 0; i < SHINRAI_IMA_FAULTS; i++) {
		if (e->faults & 1u << i)
			shinrai_appraise_why(a,
					     i == SHINRAI_IMA_TEMPLATE_UNKNOWN ?
						     SHINRAI_WHY_IMA_TEMPLATE :
						     SHINRAI_WHY_IMA_ENTRY,
					     "entry %llu: %s",
					     (unsigned long long)e->index,
					     shinrai_ima_fault_text(i));
	}
}

/* Most lists are in order, and end near where the quote was taken. */
static bool tail_reaches(const struct appraise *a,
			 const struct shinrai_pcr_value *want, u64 *entries)
{
	unsigned int i;

	for (i = 0; i < a->nima && !a->ima_faults; i++) {
		*entries = a->ima_entries - i;
		if (!memcmp(a->ima[*entries % APPRAISE_IMA_TAIL], want->value,
			    want->size))
			return true;
	}
	return false;
}

/* Stops an edited list: some prefix of it leads to the quoted value. */
static bool reaches(struct appraise *a, const struct shinrai_pcr_value *want,
		    u64 *entries)
{
	struct shinrai_ima_entry e;
	struct shinrai_ima ima;
	bool found = false;
	const u8 *value;

	if (begin(a, 0, &ima))
		return false;
	do {
		*entries = ima.entries;
		value = shinrai_replay_get(&ima.replay, a->bank,
					   APPRAISE_IMA_PCR);
		found = value && !memcmp(value, want->value, want->size);
		if (found || shinrai_ima_next(&ima, &e) <= 0)
			break;
		add_faults(a, &e);
	} while (true);
	shinrai_ima_fini(&ima);
	return found;
}

/* @entries: that the quote covers */
static void judge_entries(struct appraise *a, u64 entries)
{
	const struct shinrai_digests *d = a->in->digests;
	struct shinrai_ima_entry e;
	struct shinrai_ima ima;

	if ((!a->in->ima && (!d || !d->denies)) ||
	    begin(a, SHINRAI_IMA_AGAIN, &ima))
		return;
	while (ima.entries < entries && shinrai_ima_next(&ima, &e) > 0)
		shinrai_appraise_ima_entry(a, &e);
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

/* @why: printable.  Nothing to hold against is no fault unless it is asked. */
static void not_covered(struct appraise *a, const char *why)
{
	if (a->in->ima)
		shinrai_appraise_why(a, SHINRAI_WHY_IMA_MISSING, "%s", why);
	else
		shinrai_appraise_note(a, "IMA log is not covered: %s", why);
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

/**
 * shinrai_appraise_ima() - hold the list against the quoted PCR 10
 * @a: the appraisal, after the quoted values were established
 */
void shinrai_appraise_ima(struct appraise *a)
{
	const struct shinrai_pcr_value *want = quoted_pcr(a);
	u64 entries = 0;

	if (!a->have_ima && a->in->ima &&
	    !appraise_item(a, SHINRAI_ITEM_IMA)->data)
		not_covered(a, "there is none");
	if (!a->have_ima)
		return;
	if (!want) {
		not_covered(a, "PCR 10 was not quoted");
		return;
	}
	if (!tail_reaches(a, want, &entries) && !reaches(a, want, &entries)) {
		shinrai_appraise_why(a, SHINRAI_WHY_IMA_REPLAY, "%s", "");
	} else if (!entries) {
		not_covered(a, "the kernel never extended PCR 10");
	} else {
		judge_entries(a, entries);
		tell(a, entries);
	}
	a->out->proven[SHINRAI_STEP_IMA] = entries;
}
