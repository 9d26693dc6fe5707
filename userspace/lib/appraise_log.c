// SPDX-License-Identifier: MIT
/* Appraisal: our log, the records that the quote covers. */
#include "appraise_ctx.h"

static const struct {
	unsigned int fault;
	enum shinrai_reason_code why;
} faults[] = {
	/* Stops records that were dropped, reordered, repeated, mixed in. */
	{ SHINRAI_CEL_BOOT_ID, SHINRAI_WHY_LOG_BOOT_ID },
	{ SHINRAI_CEL_MIXED, SHINRAI_WHY_LOG_FOREIGN },
	/* Stops records that were edited, renumbered, moved. */
	{ SHINRAI_CEL_SYNTAX, SHINRAI_WHY_RECORD_SYNTAX },
	{ SHINRAI_CEL_VERSION, SHINRAI_WHY_RECORD_VERSION },
	{ SHINRAI_CEL_RECNUM_HEADER, SHINRAI_WHY_RECORD_NUMBER },
	{ SHINRAI_CEL_PCR_HEADER, SHINRAI_WHY_RECORD_PCR },
	{ SHINRAI_CEL_COUNT, SHINRAI_WHY_RECORD_COUNT },
	/* Stops events exchanged behind an honest header, redacted ones too. */
	{ SHINRAI_CEL_ROOT, SHINRAI_WHY_RECORD_ROOT },
	{ SHINRAI_CEL_BANKS, SHINRAI_WHY_RECORD_BANKS },
	{ SHINRAI_CEL_DIGEST, SHINRAI_WHY_RECORD_DIGEST },
	{ SHINRAI_CEL_CAPPED, SHINRAI_WHY_RECORD_CAPPED },
	{ SHINRAI_CEL_BANK_UNKNOWN, SHINRAI_WHY_BANK_UNKNOWN },
	{ SHINRAI_CEL_NO_START, SHINRAI_WHY_START_MISSING },
	{ SHINRAI_CEL_START_AGAIN, SHINRAI_WHY_START_AGAIN },
	{ SHINRAI_CEL_START_FIELDS, SHINRAI_WHY_START_FIELDS },
	{ SHINRAI_CEL_TYPE, SHINRAI_WHY_RECORD_TYPE },
	{ SHINRAI_CEL_EVENT_TYPE, SHINRAI_WHY_EVENT_TYPE },
	{ SHINRAI_CEL_PCR_RANGE, SHINRAI_WHY_PCR_RANGE },
	{ SHINRAI_CEL_NV, SHINRAI_WHY_LOG_FOREIGN },
};

/* @next: what the number must be, when there was a record before. */
static void numbering(struct appraise *a, bool have_first, u64 next,
		      const struct shinrai_cel_record *r)
{
	u64 n = r->rec.recnum;

	if (!have_first) {
		if (n)
			shinrai_appraise_record(a, SHINRAI_WHY_LOG_FIRST, n,
						"%s", "");
	} else if (n > next) {
		shinrai_appraise_record(a, SHINRAI_WHY_LOG_GAP, n,
					"after record %llu",
					(unsigned long long)next - 1);
	} else if (n < next) {
		shinrai_appraise_record(a, SHINRAI_WHY_LOG_REPEAT, n,
					"after record %llu",
					(unsigned long long)next - 1);
	}
}

static void add_faults(struct appraise *a, const struct shinrai_cel_record *r)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (r->faults & 1u << faults[i].fault)
			shinrai_appraise_record(a, faults[i].why, r->rec.recnum,
						"%s", "");
	}
	if (!r->ours && !(r->faults & 1u << SHINRAI_CEL_MIXED))
		shinrai_appraise_record(a, SHINRAI_WHY_LOG_FOREIGN,
					r->rec.recnum, "%s", "");
}

static void judge_events(struct appraise *a, const struct shinrai_cel_record *r)
{
	const bool collect = a->in->report || a->in->violations;
	unsigned int starts = 0, arms = 0, shown = 0;
	struct shinrai_rd events = r->events;
	struct shinrai_event ev;

	if (a->have_start && r->header.pcr != a->now.code_pcr &&
	    r->header.pcr != a->now.flow_pcr)
		shinrai_appraise_record(a, SHINRAI_WHY_PCR_OTHER, r->rec.recnum,
					"PCR %u", r->header.pcr);
	while (shinrai_shown_next(&events, &ev) > 0) {
		shinrai_appraise_event(a, &r->header, &ev);
		if (collect && ev.type == SHINRAI_EVENT_FLOW)
			shinrai_appraise_reported(a, &r->header, &ev, shown);
		shown++;
		starts += ev.type == SHINRAI_EVENT_START;
		arms += ev.type == SHINRAI_EVENT_ARM;
	}
	if (collect)
		shinrai_appraise_left_out(a, &r->header, shown);
	/* Stops a START or an ARM that is one by its header only. */
	if (r->header.type == SHINRAI_RECORD_START && starts != 1)
		shinrai_appraise_record(a, SHINRAI_WHY_START_FIELDS,
					r->rec.recnum, "%u START events",
					starts);
	if (r->header.type == SHINRAI_RECORD_ARM && arms != 1)
		shinrai_appraise_record(a, SHINRAI_WHY_ARM_FIELDS,
					r->rec.recnum, "%u ARM events", arms);
	if (r->header.type == SHINRAI_RECORD_ARM && r->rec.recnum != 1)
		shinrai_appraise_record(a,
					a->now.armed ? SHINRAI_WHY_ARM_AGAIN :
						       SHINRAI_WHY_ARM_PLACE,
					r->rec.recnum, "%s", "");
	if (r->header.type == SHINRAI_RECORD_ARM)
		a->now.armed = true;
}

/* CHECKPOINT is known to be right only by the records before it. */
static void check_checkpoint(struct appraise *a, const struct shinrai_cel *c,
			     const struct shinrai_cel_record *r,
			     const struct shinrai_tree *tree)
{
	const struct shinrai_field *f;
	u8 root[SHINRAI_TREE_HASH];
	struct shinrai_event ev;
	struct shinrai_rd events = r->events;
	u64 records;

	while (shinrai_shown_next(&events, &ev) > 0) {
		if (ev.type != SHINRAI_EVENT_CHECKPOINT)
			continue;
		f = shinrai_event_field(&ev, SHINRAI_FIELD_LOG_ROOT);
		if (!f || f->len != sizeof(root) ||
		    shinrai_event_uint(&ev, SHINRAI_FIELD_RECORDS, 8,
				       &records)) {
			shinrai_appraise_record(a, SHINRAI_WHY_EVENT_FIELDS,
						r->rec.recnum, "CHECKPOINT");
			continue;
		}
		if (a->incremental || records != tree->size)
			f = NULL;
		shinrai_tree_root(tree, root);
		if (records > c->next ||
		    (f && memcmp(f->data, root, sizeof(root))))
			shinrai_appraise_record(a, SHINRAI_WHY_CHECKPOINT,
						r->rec.recnum, "%s", "");
	}
}

/* State after a covered record, for the next appraisal. */
static void keep(struct appraise *a, const struct shinrai_cel *c)
{
	const u8 own[2] = { a->now.code_pcr, a->now.flow_pcr };
	const u8 *value;
	unsigned int i, k;

	a->now.records = c->records;
	memcpy(a->now.policy, a->policy, sizeof(a->now.policy));
	a->now.nbanks = c->nbanks;
	a->now.pcrs.count = 0;
	for (i = 0; i < c->nbanks; i++) {
		a->now.banks[i].alg = c->banks[i].alg;
		a->now.banks[i].size = c->banks[i].size;
		a->now.banks[i].capped = c->banks[i].capped;
		for (k = 0; k < 2; k++) {
			value = c->banks[i].alg == c->except ?
					a->own[k] :
					shinrai_replay_get(&c->replay,
							   c->banks[i].alg,
							   own[k]);
			if (value)
				shinrai_pcrs_set(&a->now.pcrs, c->banks[i].alg,
						 own[k], value,
						 c->banks[i].size);
		}
	}
}

static void judge(struct appraise *a, struct shinrai_cel *c)
{
	struct shinrai_cel_record r;
	struct shinrai_tree tree;
	u8 leaf[SHINRAI_TREE_HASH];
	bool have_first;
	u64 next;
	int ret;

	shinrai_tree_init(&tree);
	if (a->placed)
		c->except = a->bank; /* shinrai_appraise_place() replayed it */
	for (;;) {
		have_first = c->have_first;
		next = c->next;
		a->vouched = !a->placed || c->records < a->position;
		ret = shinrai_cel_next(c, &r);
		if (ret <= 0)
			break;
		numbering(a, have_first, next, &r);
		add_faults(a, &r);
		if (r.have_header && a->vouched)
			judge_events(a, &r);
		if (r.have_header && a->vouched &&
		    r.header.type == SHINRAI_RECORD_CHECKPOINT)
			check_checkpoint(a, c, &r, &tree);
		/* From a middle of the log the root cannot be computed. */
		if (r.have_header && !a->incremental) {
			shinrai_tree_leaf(r.header_tlv, SHINRAI_HEADER_TLV,
					  leaf);
			if (tree.size < U32_MAX >> 1)
				shinrai_tree_add(&tree, leaf);
		}
		if (a->placed && c->records == a->position)
			keep(a, c);
	}
	if (ret < 0)
		shinrai_appraise_why(a, SHINRAI_WHY_LOG_SYNTAX, "at byte %zu",
				     shinrai_cel_offset(c));
}

/**
 * shinrai_appraise_unproven() - judge records that no quote covers
 * @a: the appraisal, after shinrai_appraise_place()
 */
void shinrai_appraise_unproven(struct appraise *a)
{
	struct shinrai_cel c;

	shinrai_appraise_begin(a, &c);
	judge(a, &c);
	shinrai_data_copy(&a->out->data, &a->now.data);
}

/* @anew: without what another policy found. */
static void replay_sticky(struct appraise *a, bool anew)
{
	const struct shinrai_state *last = a->in->last;
	unsigned int i, n;

	/* The list in @now grows again while they are added. */
	n = a->now.nsticky;
	a->now.nsticky = 0;
	a->vouched = true;
	for (i = 0; i < n; i++) {
		/* Those of the IMA list come with it. */
		if (shinrai_reason_info(last->sticky[i].code)->step ==
		    SHINRAI_STEP_IMA)
			continue;
		if (anew && shinrai_appraise_by_policy(last->sticky[i].code))
			continue;
		shinrai_appraise_record(a, last->sticky[i].code,
					last->sticky[i].record, "%s",
					last->sticky[i].text);
	}
}

/* Stops what was judged leniently once from counting as judged for ever. */
static void take_up(struct appraise *a)
{
	const struct shinrai_state *last = a->in->last;
	bool other = memcmp(a->policy, last->policy, sizeof(a->policy));
	bool anew = other && a->in->known && last->facts == a->base;

	if (other && !anew)
		shinrai_appraise_why(a, SHINRAI_WHY_POLICY_OTHER,
				     "records 0 to %llu",
				     (unsigned long long)last->records - 1);
	replay_sticky(a, anew);
	if (anew)
		shinrai_appraise_anew(a);
}

static bool told_why(const struct appraise *a)
{
	unsigned int i;

	for (i = 0; i < SHINRAI_WHYS; i++) {
		const struct shinrai_reason_info *info = shinrai_reason_info(i);

		if (a->out->count[i] && info->verdict == SHINRAI_UNTRUSTED &&
		    (info->step == SHINRAI_STEP_LOG ||
		     info->step == SHINRAI_STEP_START))
			return true;
	}
	return false;
}

/* Stops records that nothing binds to the quote. */
static void check_bank(struct appraise *a, const struct shinrai_cel *c)
{
	unsigned int i;

	for (i = 0; i < c->nbanks; i++) {
		if (c->banks[i].alg == a->bank && c->banks[i].capped)
			shinrai_appraise_why(a, SHINRAI_WHY_BANK_CAPPED, "%s",
					     shinrai_bank_text(a->bank));
	}
}

static void check_quote(struct appraise *a)
{
	const struct shinrai_selection *s = &a->quote.attest.selection;
	u32 mask;

	if (a->quote.have_attest && a->have_start) {
		mask = shinrai_selection_mask(s, a->bank);
		if (!(mask >> a->now.code_pcr & 1) ||
		    !(mask >> a->now.flow_pcr & 1))
			shinrai_appraise_why(a, SHINRAI_WHY_PCR_REQUIRED,
					     "PCRs %u and %u carry the log",
					     a->now.code_pcr, a->now.flow_pcr);
	}
	/* Stops a log of one boot under a quote of another. */
	if (a->have_challenge && a->out->have_boot_id &&
	    memcmp(a->challenge.boot_id, a->out->boot_id,
		   sizeof(a->out->boot_id)))
		shinrai_appraise_why(a, SHINRAI_WHY_QUOTE_BOOT_ID, "%s", "");
	/*
	 * Stops a log that was cut, forged, or is not this machine's.  Not
	 * said again where a record told already why it cannot be replayed.
	 */
	if (a->have_quoted && !a->placed && !told_why(a))
		shinrai_appraise_why(a, SHINRAI_WHY_QUOTE_NOT_IN_LOG, "%s", "");
	if (!a->have_quoted && a->quote.have_attest && a->quote.have_signature)
		shinrai_appraise_why(a, SHINRAI_WHY_PCR_DIGEST, "%s", "");
}

static void report(struct appraise *a, const struct shinrai_cel *c)
{
	struct shinrai_appraisal *out = a->out;

	out->records = c->records;
	out->have_boot_id = c->have_boot_id;
	memcpy(out->boot_id, c->boot_id, sizeof(out->boot_id));
	memcpy(a->now.boot_id, c->boot_id, sizeof(a->now.boot_id));
	out->have_quoted = a->placed;
	out->quoted = a->position;
	if (a->placed && c->records > a->position)
		shinrai_appraise_note(
			a,
			"%llu records after the quote are not covered "
			"by it",
			(unsigned long long)(c->records - a->position));
}

/**
 * shinrai_appraise_log() - judge the records that the quote covers
 * @a: the appraisal, after shinrai_appraise_place()
 *
 * When the quote could not be placed all records are judged, so that the
 * reader learns why.
 */
void shinrai_appraise_log(struct appraise *a)
{
	struct shinrai_cel c;
	bool armed;

	if (!appraise_item(a, SHINRAI_ITEM_LOG)->data)
		return;
	shinrai_appraise_begin(a, &c);
	if (a->incremental) {
		take_up(a);
		keep(a, &c);
	}
	judge(a, &c);
	if (!c.records)
		shinrai_appraise_why(a, SHINRAI_WHY_START_MISSING,
				     "log is empty");
	report(a, &c);
	check_bank(a, &c);
	check_quote(a);
	shinrai_appraise_arm(a);
	shinrai_appraise_needed(a);
	shinrai_data_copy(&a->out->data, &a->now.data);
	a->out->code = a->now.code;
	a->out->modules = a->now.modules;
	a->out->proven[SHINRAI_STEP_LOG] = a->placed;
	a->out->proven[SHINRAI_STEP_START] = a->placed && a->have_start;
	armed = a->placed && a->now.armed;
	a->out->proven[SHINRAI_STEP_ARM] = armed;
	/* Reports do not show what code ran. */
	a->out->proven[SHINRAI_STEP_RUNNING] = armed && !a->in->report;
	a->out->proven[SHINRAI_STEP_CODE] = armed && !a->in->report;
	a->out->proven[SHINRAI_STEP_DATA] = armed;
}
