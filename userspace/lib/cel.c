// SPDX-License-Identifier: MIT
/* Replay of a CEL-TLV log; ours is checked in full. */
#include <shinrai/abridge.h>
#include <shinrai/cel.h>

#define FAULT(name, code, text) [SHINRAI_CEL_##name] = { code, text }
static const struct {
	const char *code;
	const char *text;
} table[SHINRAI_CEL_FAULTS] = {
	FAULT(SYNTAX, "syntax", "content is malformed"),
	FAULT(VERSION, "version", "format version is not known"),
	FAULT(RECNUM_HEADER, "record-number",
	      "header names another record number"),
	FAULT(PCR_HEADER, "pcr", "header names another PCR"),
	FAULT(COUNT, "event-count", "events are missing or added"),
	FAULT(ROOT, "root", "events are not those that were extended"),
	FAULT(DIGEST, "digest", "digest is not that of the header"),
	FAULT(CAPPED, "capped", "capped bank is not all ones"),
	FAULT(BANKS, "banks", "banks are not those START names"),
	FAULT(BANK_UNKNOWN, "bank-unknown",
	      "hash of a bank cannot be computed"),
	FAULT(GAP, "gap", "record number does not follow"),
	FAULT(BOOT_ID, "boot-id", "record is of another boot"),
	FAULT(NO_START, "no-start", "record 0 is not START"),
	FAULT(START_AGAIN, "start-again", "START is not the first record"),
	FAULT(START_FIELDS, "start-fields",
	      "START lacks valid banks or PCR values"),
	FAULT(TYPE, "record-type", "record type is not known"),
	FAULT(EVENT_TYPE, "event-type", "event type is not known"),
	FAULT(PCR_RANGE, "pcr-range", "there is no such PCR"),
	FAULT(NV, "nv-index", "NV index cannot be replayed"),
	FAULT(MIXED, "mixed", "foreign record inside a log of ours"),
};

const char *shinrai_cel_fault_code(unsigned int fault)
{
	return fault < SHINRAI_CEL_FAULTS ? table[fault].code : "unknown";
}

const char *shinrai_cel_fault_text(unsigned int fault)
{
	return fault < SHINRAI_CEL_FAULTS ? table[fault].text : "unknown fault";
}

void shinrai_cel_init(struct shinrai_cel *c, const void *log, size_t len)
{
	memset(c, 0, offsetof(struct shinrai_cel, replay));
	shinrai_replay_init(&c->replay);
	shinrai_cel_continue(c, log, len);
}

void shinrai_cel_continue(struct shinrai_cel *c, const void *log, size_t len)
{
	shinrai_rd_init(&c->rd, log, len);
	c->base = log;
}

size_t shinrai_cel_offset(const struct shinrai_cel *c)
{
	return (size_t)(c->rd.p - c->base);
}

static void fault(struct shinrai_cel_record *r, enum shinrai_cel_fault f)
{
	r->faults |= 1u << f;
}

/* START's BANKS: what every record of this boot must carry. */
static int start_banks(struct shinrai_cel *c, const struct shinrai_event *ev)
{
	const struct shinrai_field *f;
	unsigned int n, i;
	struct shinrai_rd r;

	f = shinrai_event_field(ev, SHINRAI_FIELD_BANKS);
	if (!f || !f->len)
		return -EBADMSG;
	shinrai_rd_init(&r, f->data, f->len);
	for (n = 0; shinrai_rd_left(&r); n++) {
		if (n == SHINRAI_MAX_BANKS)
			return -EBADMSG;
		c->banks[n].alg = shinrai_rd_be16(&r);
		c->banks[n].size = shinrai_rd_u8(&r);
		c->banks[n].capped = shinrai_rd_u8(&r);
		if (shinrai_rd_err(&r) || c->banks[n].capped > 1)
			return -EBADMSG;
		for (i = 0; i < n; i++) {
			if (c->banks[i].alg == c->banks[n].alg)
				return -EBADMSG;
		}
		if (!shinrai_replay_add(&c->replay, c->banks[n].alg,
					c->banks[n].size))
			return -EBADMSG;
	}
	c->nbanks = n;
	c->have_banks = true;
	return 0;
}

/* Every bank that counts must have a start value for both our PCRs. */
static bool values_complete(const struct shinrai_cel *c,
			    const struct shinrai_event *ev,
			    const struct shinrai_pcrs *pcrs)
{
	const struct shinrai_field *f;
	unsigned int i;

	f = shinrai_event_field(ev, SHINRAI_FIELD_PCRS);
	if (!f || f->len != 2)
		return false;
	for (i = 0; i < c->nbanks; i++) {
		if (c->banks[i].capped)
			continue;
		if (!shinrai_pcrs_get(pcrs, c->banks[i].alg, f->data[0]) ||
		    !shinrai_pcrs_get(pcrs, c->banks[i].alg, f->data[1]))
			return false;
	}
	return true;
}

/* START's PCR_VALUES: where the replay begins (PROTOCOL.md 2.7). */
static int start_values(struct shinrai_cel *c, const struct shinrai_event *ev)
{
	const struct shinrai_pcr_value *v;
	const struct shinrai_field *f;
	struct shinrai_pcrs pcrs;

	f = shinrai_event_field(ev, SHINRAI_FIELD_PCR_VALUES);
	if (!f || shinrai_pcrs_parse(f->data, f->len, &pcrs) ||
	    !values_complete(c, ev, &pcrs))
		return -EBADMSG;
	for (v = pcrs.v; v < pcrs.v + pcrs.count; v++) {
		if (!shinrai_replay_bank(&c->replay, v->alg) ||
		    shinrai_replay_set(&c->replay, v->alg, v->pcr, v->value,
				       v->size))
			return -EBADMSG;
	}
	return 0;
}

static void take_start(struct shinrai_cel *c, struct shinrai_cel_record *r)
{
	struct shinrai_rd events = r->events;
	struct shinrai_event ev;

	while (shinrai_shown_next(&events, &ev) > 0) {
		if (ev.type != SHINRAI_EVENT_START)
			continue;
		if (start_banks(c, &ev) || start_values(c, &ev))
			break;
		return;
	}
	fault(r, SHINRAI_CEL_START_FIELDS);
}

static bool event_known(u16 type)
{
	return (type >= SHINRAI_EVENT_START && type <= SHINRAI_EVENT_FLOW) ||
	       type & SHINRAI_EVENT_NONCRITICAL;
}

static bool record_known(u8 type)
{
	return (type >= SHINRAI_RECORD_START &&
		type <= SHINRAI_RECORD_CHECKPOINT) ||
	       type & SHINRAI_RECORD_NONCRITICAL;
}

static void check_chain(struct shinrai_cel *c, struct shinrai_cel_record *r)
{
	const struct shinrai_header *h = &r->header;

	if (!c->have_boot_id) {
		memcpy(c->boot_id, h->boot_id, sizeof(c->boot_id));
		c->have_boot_id = true;
	} else if (memcmp(c->boot_id, h->boot_id, sizeof(c->boot_id))) {
		fault(r, SHINRAI_CEL_BOOT_ID);
	}
	if (!record_known(h->type))
		fault(r, SHINRAI_CEL_TYPE);
	if (c->records == 0 && h->type != SHINRAI_RECORD_START)
		fault(r, SHINRAI_CEL_NO_START);
	if (h->type == SHINRAI_RECORD_START) {
		if (c->records)
			fault(r, SHINRAI_CEL_START_AGAIN);
		else
			take_start(c, r);
	}
}

static void check_events(struct shinrai_cel_record *r)
{
	struct shinrai_rd events = r->events;
	struct shinrai_event ev;

	if (r->header.type & SHINRAI_RECORD_NONCRITICAL)
		return;
	while (shinrai_shown_next(&events, &ev) > 0) {
		if (!event_known(ev.type))
			fault(r, SHINRAI_CEL_EVENT_TYPE);
	}
}

static bool all_ones(const u8 *p, size_t len)
{
	while (len && p[len - 1] == 0xff)
		len--;
	return !len;
}

/* -1 when START does not name the bank, else whether it is capped. */
static int bank_capped(const struct shinrai_cel *c,
		       const struct shinrai_digest *d)
{
	unsigned int i;

	for (i = 0; i < c->nbanks; i++) {
		if (c->banks[i].alg == d->alg && c->banks[i].size == d->size)
			return c->banks[i].capped;
	}
	return -1;
}

/* @size: of the header TLV */
static void check_digests(const struct shinrai_cel *c,
			  struct shinrai_cel_record *r, size_t size)
{
	const struct shinrai_digest *d = r->rec.digest;
	u8 digest[SHINRAI_BANK_MAX];
	unsigned int i;
	int capped;

	if (c->have_banks && r->rec.ndigests != c->nbanks)
		fault(r, SHINRAI_CEL_BANKS);
	if (!r->rec.ndigests)
		fault(r, SHINRAI_CEL_BANKS);
	for (i = 0; i < r->rec.ndigests; i++, d++) {
		capped = c->have_banks ? bank_capped(c, d) : 0;
		if (capped < 0)
			fault(r, SHINRAI_CEL_BANKS);
		if (capped > 0) {
			if (!all_ones(d->value, d->size))
				fault(r, SHINRAI_CEL_CAPPED);
			continue;
		}
		if (shinrai_bank_hash(d->alg, r->header_tlv, size, digest))
			fault(r, SHINRAI_CEL_BANK_UNKNOWN);
		else if (d->size != shinrai_bank_size(d->alg) ||
			 memcmp(digest, d->value, d->size))
			fault(r, SHINRAI_CEL_DIGEST);
	}
}

/* One to one: what the core finds becomes a fault of this record. */
static bool check_content(const struct shinrai_cel *c,
			  struct shinrai_cel_record *r)
{
	static const u8 map[] = {
		[SHINRAI_FAULT_SYNTAX] = SHINRAI_CEL_SYNTAX,
		[SHINRAI_FAULT_VERSION] = SHINRAI_CEL_VERSION,
		[SHINRAI_FAULT_RECNUM] = SHINRAI_CEL_RECNUM_HEADER,
		[SHINRAI_FAULT_PCR] = SHINRAI_CEL_PCR_HEADER,
		[SHINRAI_FAULT_COUNT] = SHINRAI_CEL_COUNT,
		[SHINRAI_FAULT_ROOT] = SHINRAI_CEL_ROOT,
	};
	enum shinrai_fault f;

	f = c->abridged ? shinrai_abridged_check(&r->rec, &r->header) :
			  shinrai_record_check(&r->rec, &r->header);
	if (f != SHINRAI_FAULT_NONE)
		fault(r, map[f]);
	if (f == SHINRAI_FAULT_VERSION)
		return false;
	r->have_header = !shinrai_content_parse(&r->rec, &r->header,
						&r->header_tlv, &r->events);
	return r->have_header;
}

/*
 * Of a later version nothing is known but that its digests are of the header
 * TLV, as they are in each: without that, any record would pass as one.
 */
static void check_later(const struct shinrai_cel *c,
			struct shinrai_cel_record *r)
{
	struct shinrai_rd rd;
	size_t size;

	shinrai_rd_init(&rd, r->rec.content, r->rec.content_len);
	shinrai_rd_u8(&rd);
	size = SHINRAI_TLV_SIZE + shinrai_rd_be32(&rd);
	if (shinrai_rd_err(&rd) || size > r->rec.content_len) {
		fault(r, SHINRAI_CEL_SYNTAX);
		return;
	}
	r->header_tlv = r->rec.content;
	check_digests(c, r, size);
}

static void check_ours(struct shinrai_cel *c, struct shinrai_cel_record *r)
{
	r->ours = true;
	if (c->only) { /* START sets where PCRs begin, and nothing else does */
		r->have_header = !c->records &&
				 !shinrai_content_parse(&r->rec, &r->header,
							&r->header_tlv,
							&r->events);
		if (r->have_header)
			check_chain(c, r);
		return;
	}
	if (!check_content(c, r)) {
		if (r->faults & 1u << SHINRAI_CEL_VERSION)
			check_later(c, r);
		return;
	}
	check_chain(c, r);
	check_events(r);
	check_digests(c, r, SHINRAI_HEADER_TLV);
}

static void extend(struct shinrai_cel *c, struct shinrai_cel_record *r)
{
	const struct shinrai_digest *d = r->rec.digest;
	struct shinrai_replay_bank *b;
	unsigned int i;

	if (r->rec.nv) {
		fault(r, SHINRAI_CEL_NV);
		return;
	}
	for (i = 0; i < r->rec.ndigests; i++, d++) {
		if (c->only && d->alg != c->only)
			continue;
		b = shinrai_replay_add(&c->replay, d->alg, d->size);
		if (!b) {
			fault(r, SHINRAI_CEL_BANKS);
			continue;
		}
		if (b->opaque && !r->ours)
			fault(r, SHINRAI_CEL_BANK_UNKNOWN);
		if (d->alg == c->except ?
			    r->rec.index >= SHINRAI_PCR_COUNT :
			    shinrai_replay_extend(b, r->rec.index, d->value))
			fault(r, SHINRAI_CEL_PCR_RANGE);
	}
}

int shinrai_cel_next(struct shinrai_cel *c, struct shinrai_cel_record *r)
{
	int ret;

	r->offset = shinrai_cel_offset(c);
	ret = shinrai_record_next(&c->rd, &r->rec);
	if (ret < 0)
		c->rd.p = c->base + r->offset;
	if (ret <= 0)
		return ret;
	r->faults = 0;
	r->ours = false;
	r->have_header = false;
	if (c->have_first && r->rec.recnum != c->next)
		fault(r, SHINRAI_CEL_GAP);
	if (r->rec.content_type == SHINRAI_CEL_CONTENT && !r->rec.nv) {
		if (!c->have_first && r->rec.recnum)
			fault(r, SHINRAI_CEL_GAP);
		if (c->foreign)
			fault(r, SHINRAI_CEL_MIXED);
		check_ours(c, r);
		c->ours = true;
	} else {
		c->foreign++;
		if (c->ours)
			fault(r, SHINRAI_CEL_MIXED);
	}
	extend(c, r);
	c->have_first = true;
	c->next = r->rec.recnum + 1;
	c->records++;
	c->faults |= r->faults;
	return 1;
}
