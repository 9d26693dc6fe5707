// SPDX-License-Identifier: MIT
/* Appraisal: the point in our log at which the quote was taken. */
#include "appraise_ctx.h"

#define TRIES (1u << 18)

static bool goes_on(const struct appraise *a, const struct shinrai_record *r)
{
	const struct shinrai_state *last = a->in->last;
	struct shinrai_header h;
	const u8 *header_tlv;
	struct shinrai_rd events;

	return last && last->records && !a->in->whole &&
	       r->recnum == last->records &&
	       !shinrai_content_parse(r, &h, &header_tlv, &events) &&
	       !memcmp(h.boot_id, last->boot_id, sizeof(h.boot_id));
}

/* Takes up where the last appraisal ended. */
static void resume(const struct appraise *a, struct shinrai_cel *c)
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

/**
 * shinrai_appraise_begin() - a reader at the log's begin
 * @a: the appraisal, after shinrai_appraise_place() looked at the first record
 * @c: out; goes on where the last appraisal ended when the log does
 */
void shinrai_appraise_begin(const struct appraise *a, struct shinrai_cel *c)
{
	const struct shinrai_item *log = appraise_item(a, SHINRAI_ITEM_LOG);

	shinrai_cel_init(c, log->data, log->len);
	c->abridged = a->in->report && a->in->ev->report;
	if (a->incremental)
		resume(a, c);
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
	if (shinrai_shown_next(&events, &ev) <= 0 ||
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

/* Then the quote names the boot. */
static bool nothing_new(const struct appraise *a)
{
	const struct shinrai_state *last = a->in->last;

	return last && last->records && !a->in->whole && a->have_challenge &&
	       !memcmp(a->challenge.boot_id, last->boot_id,
		       sizeof(last->boot_id));
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
	a->incremental = ret ? ret > 0 && goes_on(a, &r) : nothing_new(a);
	if (a->incremental) {
		shinrai_state_copy(&a->now, last);
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

/* Our PCRs as they were given, by a list that the quote proves; NULL: not in it. */
struct own_values {
	const u8 *pcr[2];
};

static struct own_values own_given(const struct appraise *a)
{
	const u8 own[2] = { a->now.code_pcr, a->now.flow_pcr };
	const struct shinrai_pcr_value *v;
	struct own_values o = { 0 };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		v = shinrai_pcrs_get(&a->given, a->bank, own[i]);
		if (v && v->size == shinrai_bank_size(a->bank))
			o.pcr[i] = v->value;
	}
	return o;
}

static bool own_match(const struct appraise *a, const struct shinrai_cel *c,
		      const struct own_values *given)
{
	const u8 own[2] = { a->now.code_pcr, a->now.flow_pcr };
	const u8 *value;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		value = shinrai_replay_get(&c->replay, a->bank, own[i]);
		if (!value || !given->pcr[i] ||
		    memcmp(value, given->pcr[i], shinrai_bank_size(a->bank)))
			return false;
	}
	return true;
}

/* Here: what was compared is there. */
static void take_own(struct appraise *a, const struct shinrai_cel *c)
{
	const u8 own[2] = { a->now.code_pcr, a->now.flow_pcr };
	unsigned int i;

	for (i = 0; i < 2; i++)
		memcpy(a->own[i],
		       shinrai_replay_get(&c->replay, a->bank, own[i]),
		       shinrai_bank_size(a->bank));
	a->placed = true;
	a->position = c->records;
}

/*
 * Goes through the log until our PCRs are those that were quoted: as given, where
 * @base is NULL, or with the others as in @base, in which they are left then.  Ends
 * at a foreign record: such a log is refused whatever it leads to, and may have
 * millions of them.  What is tried is bounded, too: a second of work, which is that of
 * 14,000 records by all the ways there are.
 */
static bool search(struct appraise *a, struct shinrai_pcrs *base)
{
	const struct own_values given = own_given(a);
	struct shinrai_cel_record r;
	struct shinrai_cel c;

	shinrai_appraise_begin(a, &c);
	c.only = a->bank; /* shinrai_appraise_log() checks all of it */
	do {
		if (!c.records)
			continue;
		if (base && ++a->tried > TRIES)
			break;
		if (!base ? own_match(a, &c, &given) :
			    values_at(a, &c, base) &&
				    shinrai_appraise_composite(a, base)) {
			take_own(a, &c);
			return true;
		}
	} while (shinrai_cel_next(&c, &r) > 0 && r.ours);
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

	if (search(a, base))
		return true;
	base_from_logs(a, base);
	if (search(a, base))
		return true;
	/* The list was read after the quote: entries may have come between. */
	for (i = 0; i < a->nima; i++) {
		shinrai_pcrs_set(base, a->bank, APPRAISE_IMA_PCR, a->ima[i].pcr,
				 shinrai_bank_size(a->bank));
		if (search(a, base))
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

/* A list may state more than was quoted; the digest says nothing of that. */
static void take_quoted(struct appraise *a, const struct shinrai_pcrs *values)
{
	u32 mask = shinrai_selection_mask(&a->quote.attest.selection, a->bank);
	const struct shinrai_pcr_value *v;

	for (v = values->v; v < values->v + values->count; v++) {
		if (v->alg == a->bank && mask >> v->pcr & 1)
			shinrai_pcrs_set(&a->quoted, v->alg, v->pcr, v->value,
					 v->size);
	}
	a->have_quoted = true;
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
	struct shinrai_pcrs base;

	if (appraise_item(a, SHINRAI_ITEM_LOG)->data)
		look_at_first(a);
	if (a->given_proven) {
		take_quoted(a, &a->given);
		if (a->have_start)
			search(a, NULL);
		return;
	}
	if (!a->have_start || !a->quote.have_attest)
		return;
	shinrai_pcrs_copy(&base, &a->given);
	if (!search_logs(a, &base))
		return;
	take_quoted(a, &base);
	compare_given(a);
}
