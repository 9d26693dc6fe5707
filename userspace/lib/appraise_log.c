// SPDX-License-Identifier: MIT
/*
 * Appraisal: our log.  First the point is found at which the quote was taken,
 * then the records up to there are judged.
 */
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

static bool goes_on(const struct appraise *a, const struct shinrai_record *r)
{
	const struct shinrai_state *last = a->in->last;
	struct shinrai_header h;
	const u8 *header_tlv;
	struct shinrai_rd events;

	return last && last->records && r->recnum == last->records &&
	       !shinrai_content_parse(r, &h, &header_tlv, &events) &&
	       !memcmp(h.boot_id, last->boot_id, sizeof(h.boot_id));
}

/* Takes up where the last appraisal ended. */
static void resume(struct appraise *a, struct shinrai_cel *c)
{
	const struct shinrai_state *last = a->in->last;
	const struct shinrai_pcr_value *v;
	unsigned int i;

	c->have_first = true;
	c->next = last->records;
	c->records = last->records;
	c->ours = true;
	c->have_boot_id = true;
	memcpy(c->boot_id, last->boot_id, sizeof(c->boot_id));
	c->have_banks = true;
	c->nbanks = last->nbanks;
	for (i = 0; i < last->nbanks; i++) {
		c->banks[i].alg = last->banks[i].alg;
		c->banks[i].size = last->banks[i].size;
		c->banks[i].capped = last->banks[i].capped;
		shinrai_replay_add(&c->replay, last->banks[i].alg,
				   last->banks[i].size);
	}
	for (v = last->pcrs.v; v < last->pcrs.v + last->pcrs.count; v++)
		shinrai_replay_set(&c->replay, v->alg, v->pcr, v->value,
				   v->size);
}

/* A reader at the log's begin; an empty log goes on after the last one. */
static void begin(const struct appraise *a, struct shinrai_cel *c)
{
	const struct shinrai_item *log = appraise_item(a, SHINRAI_ITEM_LOG);

	shinrai_cel_init(c, log->data, log->len);
	if (a->incremental)
		resume((struct appraise *)(uintptr_t)a, c);
}

/* START says which PCRs are ours; what else it says is judged later. */
static void read_start(struct appraise *a, const struct shinrai_record *r)
{
	struct shinrai_header h;
	const struct shinrai_field *f;
	struct shinrai_event ev;
	struct shinrai_rd events;
	const u8 *header_tlv;

	if (shinrai_content_parse(r, &h, &header_tlv, &events) ||
	    h.type != SHINRAI_RECORD_START)
		return;
	memcpy(a->now.boot_id, h.boot_id, sizeof(h.boot_id));
	if (shinrai_event_next(&events, &ev) <= 0 ||
	    ev.type != SHINRAI_EVENT_START)
		return;
	f = shinrai_event_field(&ev, SHINRAI_FIELD_PCRS);
	if (!f || f->len != 2 || f->data[0] >= SHINRAI_PCR_COUNT ||
	    f->data[1] >= SHINRAI_PCR_COUNT)
		return;
	a->now.code_pcr = f->data[0];
	a->now.flow_pcr = f->data[1];
	a->have_start = true;
}

static void look_at_first(struct appraise *a)
{
	const struct shinrai_item *log = appraise_item(a, SHINRAI_ITEM_LOG);
	const struct shinrai_state *last = a->in->last;
	struct shinrai_record r;
	struct shinrai_rd rd;
	int ret;

	shinrai_rd_init(&rd, log->data, log->len);
	ret = shinrai_record_next(&rd, &r);
	/* Nothing new: then the quote names the boot. */
	a->incremental =
		(ret == 0 && last && last->records && a->have_challenge &&
		 !memcmp(a->challenge.boot_id, last->boot_id,
			 sizeof(last->boot_id))) ||
		(ret > 0 && goes_on(a, &r));
	if (a->incremental) {
		a->now = *last;
		a->have_start = true;
	} else if (ret > 0) {
		read_start(a, &r);
	}
}

/* Our PCRs as the records so far leave them, the others as in @base. */
static bool values_at(const struct appraise *a, const struct shinrai_cel *c,
		      struct shinrai_pcrs *base)
{
	const u8 own[2] = { a->now.code_pcr, a->now.flow_pcr };
	const u8 *value;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		value = shinrai_replay_get(&c->replay, a->bank, own[i]);
		if (!value || shinrai_pcrs_set(base, a->bank, own[i], value,
					       shinrai_bank_size(a->bank)))
			return false;
	}
	return true;
}

static bool own_match(const struct appraise *a, const struct shinrai_pcrs *x,
		      const struct shinrai_pcrs *y)
{
	const u8 own[2] = { a->now.code_pcr, a->now.flow_pcr };
	const struct shinrai_pcr_value *v, *w;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		v = shinrai_pcrs_get(x, a->bank, own[i]);
		w = shinrai_pcrs_get(y, a->bank, own[i]);
		if (!v || !w || memcmp(v->value, w->value, v->size))
			return false;
	}
	return true;
}

/*
 * Goes through the log until our PCRs, with the others as in @base, are those
 * that were quoted.  Leaves them in @base.
 */
static bool search(struct appraise *a, struct shinrai_pcrs *base, bool proven)
{
	struct shinrai_cel_record r;
	struct shinrai_cel c;

	begin(a, &c);
	do {
		if (!c.records || !values_at(a, &c, base))
			continue;
		if (proven ? own_match(a, base, &a->given) :
			     shinrai_appraise_composite(a, base)) {
			a->placed = true;
			a->position = c.next;
			return true;
		}
	} while (shinrai_cel_next(&c, &r) > 0);
	return false;
}

/* What the firmware log leads to, and zero for what nobody states. */
static void base_from_logs(const struct appraise *a, struct shinrai_pcrs *base)
{
	static const u8 zero[SHINRAI_BANK_MAX];
	size_t size = shinrai_bank_size(a->bank);
	const u8 *value;
	u8 pcr;

	for (pcr = 0; pcr < SHINRAI_PCR_COUNT; pcr++) {
		if (!shinrai_pcrs_get(base, a->bank, pcr))
			shinrai_pcrs_set(base, a->bank, pcr, zero, size);
	}
	for (pcr = 0; a->have_firmware && pcr < APPRAISE_IMA_PCR; pcr++) {
		value = shinrai_replay_get(&a->firmware.replay, a->bank, pcr);
		if (value)
			shinrai_pcrs_set(base, a->bank, pcr, value, size);
	}
}

/* For a list of PCR values that lies or is absent: the logs alone. */
static bool search_logs(struct appraise *a, struct shinrai_pcrs *base)
{
	unsigned int i;

	if (search(a, base, false))
		return true;
	base_from_logs(a, base);
	if (search(a, base, false))
		return true;
	/* The list was read after the quote: entries may have come between. */
	for (i = 0; i < a->nima; i++) {
		shinrai_pcrs_set(base, a->bank, APPRAISE_IMA_PCR, a->ima[i],
				 shinrai_bank_size(a->bank));
		if (search(a, base, false))
			return true;
	}
	return false;
}

/* Values read after the quote may have moved on; those of the boot may not. */
static void compare_given(struct appraise *a)
{
	const struct shinrai_pcr_value *v, *w;
	u8 pcr;

	for (pcr = 0; a->have_given && pcr < APPRAISE_IMA_PCR; pcr++) {
		v = shinrai_pcrs_get(&a->given, a->bank, pcr);
		w = shinrai_pcrs_get(&a->quoted, a->bank, pcr);
		if (v && w && memcmp(v->value, w->value, v->size))
			shinrai_appraise_why(a, SHINRAI_WHY_PCRS_CONTRADICT,
					     "PCR %u", pcr);
	}
}

/**
 * shinrai_appraise_place() - find what the quote covers, and the quoted values
 * @a: the appraisal, after firmware and IMA logs were read
 *
 * Only pcrDigest decides.  Values that lead to it are right, whoever stated
 * them; where none are stated that do, the logs themselves are tried.
 */
void shinrai_appraise_place(struct appraise *a)
{
	struct shinrai_pcrs base = a->given;

	if (appraise_item(a, SHINRAI_ITEM_LOG)->data)
		look_at_first(a);
	if (a->given_proven) {
		a->quoted = a->given;
		a->have_quoted = true;
		if (a->have_start)
			search(a, &base, true);
		return;
	}
	if (!a->have_start || !a->quote.have_attest)
		return;
	if (!search_logs(a, &base))
		return;
	a->quoted = base;
	a->have_quoted = true;
	compare_given(a);
}

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
	struct shinrai_rd events = r->events;
	unsigned int starts = 0, arms = 0;
	struct shinrai_event ev;

	if (a->have_start && r->header.pcr != a->now.code_pcr &&
	    r->header.pcr != a->now.flow_pcr)
		shinrai_appraise_record(a, SHINRAI_WHY_PCR_OTHER, r->rec.recnum,
					"PCR %u", r->header.pcr);
	while (shinrai_event_next(&events, &ev) > 0) {
		shinrai_appraise_event(a, &r->header, &ev);
		starts += ev.type == SHINRAI_EVENT_START;
		arms += ev.type == SHINRAI_EVENT_ARM;
	}
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

	while (shinrai_event_next(&events, &ev) > 0) {
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
		/* From a middle of the log the root cannot be computed. */
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

	a->now.records = c->next;
	a->now.nbanks = c->nbanks;
	a->now.pcrs.count = 0;
	for (i = 0; i < c->nbanks; i++) {
		a->now.banks[i].alg = c->banks[i].alg;
		a->now.banks[i].size = c->banks[i].size;
		a->now.banks[i].capped = c->banks[i].capped;
		for (k = 0; k < 2; k++) {
			value = shinrai_replay_get(&c->replay, c->banks[i].alg,
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
	bool covered, have_first;
	u64 next;
	int ret;

	shinrai_tree_init(&tree);
	for (;;) {
		have_first = c->have_first;
		next = c->next;
		ret = shinrai_cel_next(c, &r);
		if (ret <= 0)
			break;
		numbering(a, have_first, next, &r);
		add_faults(a, &r);
		covered = !a->placed || r.rec.recnum < a->position;
		if (r.have_header && covered)
			judge_events(a, &r);
		if (r.have_header && covered &&
		    r.header.type == SHINRAI_RECORD_CHECKPOINT)
			check_checkpoint(a, c, &r, &tree);
		if (r.have_header) {
			shinrai_tree_leaf(r.header_tlv, SHINRAI_HEADER_TLV,
					  leaf);
			if (tree.size < U32_MAX >> 1)
				shinrai_tree_add(&tree, leaf);
		}
		if (a->placed && c->next == a->position)
			keep(a, c);
	}
	if (ret < 0)
		shinrai_appraise_why(a, SHINRAI_WHY_LOG_SYNTAX, "at byte %zu",
				     shinrai_cel_offset(c));
}

static void replay_sticky(struct appraise *a)
{
	const struct shinrai_state *last = a->in->last;
	unsigned int i, n;

	/* The list in @now grows again while they are added. */
	n = a->now.nsticky;
	a->now.nsticky = 0;
	for (i = 0; i < n; i++)
		shinrai_appraise_record(a, last->sticky[i].code,
					last->sticky[i].record, "%s",
					last->sticky[i].text);
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

	out->records = c->next;
	out->have_boot_id = c->have_boot_id;
	memcpy(out->boot_id, c->boot_id, sizeof(out->boot_id));
	memcpy(a->now.boot_id, c->boot_id, sizeof(a->now.boot_id));
	out->have_quoted = a->placed;
	out->quoted = a->position;
	if (a->placed && c->next > a->position)
		shinrai_appraise_note(
			a,
			"%llu records after the quote are not covered "
			"by it",
			(unsigned long long)(c->next - a->position));
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

	if (!appraise_item(a, SHINRAI_ITEM_LOG)->data)
		return;
	begin(a, &c);
	if (a->incremental) {
		replay_sticky(a);
		keep(a, &c);
	}
	judge(a, &c);
	if (!c.records)
		shinrai_appraise_why(a, SHINRAI_WHY_START_MISSING,
				     "log is empty");
	report(a, &c);
	check_quote(a);
	shinrai_appraise_arm(a);
	a->out->code = a->now.code;
	a->out->modules = a->now.modules;
	a->out->proven[SHINRAI_STEP_LOG] = a->placed;
	a->out->proven[SHINRAI_STEP_START] = a->placed && a->have_start;
	a->out->proven[SHINRAI_STEP_ARM] = a->placed && a->now.armed;
	a->out->proven[SHINRAI_STEP_RUNNING] = a->placed && a->now.armed;
	a->out->proven[SHINRAI_STEP_CODE] = a->placed && a->now.armed;
}
