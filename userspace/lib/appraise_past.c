// SPDX-License-Identifier: MIT
/*
 * Appraisal: records of earlier boots, which came after the last quote that was judged.
 * Nothing proves them any more: what they tell is told, and changes no verdict.
 */
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/hex.h>

#include "appraise_ctx.h"

#define MAX_BOOTS 64
#define MAX_TOLD 8 /* findings of a boot that become notes */

/* Records of one boot that follow each other, and what cannot be read of them. */
struct stretch {
	struct shinrai_item log;
	u8 boot_id[SHINRAI_BOOT_ID_SIZE];
	bool known; /* whose they are: else of the boot that was asked for */
	u64 first, records;
};

/* Was it judged, with a quote?  Who asked for the whole log gets it again. */
static bool is_judged(const struct shinrai_state *last,
		      const struct shinrai_header *h)
{
	return h->recnum < last->records &&
	       !memcmp(h->boot_id, last->boot_id, sizeof(h->boot_id));
}

/* Return: whether it belongs there; then it is added. */
static bool add(struct stretch *s, const struct shinrai_record *r,
		const struct shinrai_state *last)
{
	struct shinrai_header h;
	struct shinrai_rd events;
	const u8 *tlv;

	if (!shinrai_content_parse(r, &h, &tlv, &events)) {
		if (!s->log.len && is_judged(last, &h))
			return true;
		if (s->known &&
		    memcmp(s->boot_id, h.boot_id, sizeof(h.boot_id)))
			return false;
		memcpy(s->boot_id, h.boot_id, sizeof(s->boot_id));
		s->known = true;
	}
	if (!s->log.len) {
		s->log.data = r->raw;
		s->first = r->recnum;
	}
	s->log.len += r->raw_len;
	s->records++;
	return true;
}

/*
 * What cannot be read is part of it, for the judgement to tell.  @all: of whatever boots
 * Return: whether there is one; @rd is behind it.
 */
static bool next_stretch(struct shinrai_rd *rd, bool all,
			 const struct shinrai_state *last, struct stretch *s)
{
	struct shinrai_rd ahead = *rd;
	struct shinrai_record r;

	memset(s, 0, sizeof(*s));
	memcpy(s->boot_id, last->boot_id, sizeof(s->boot_id));
	while (!all && shinrai_record_next(&ahead, &r) > 0) {
		if (!add(s, &r, last))
			return true;
		*rd = ahead;
	}
	if (shinrai_rd_left(rd)) {
		if (!s->log.len)
			s->log.data = rd->p;
		s->log.len += shinrai_rd_left(rd);
		shinrai_rd_init(rd, rd->p + shinrai_rd_left(rd), 0);
	}
	return s->log.len;
}

/* As if a quote covered them, by the same policy, after what is known of that boot. */
static int judge_stretch(const struct appraise *of, const struct stretch *s,
			 struct shinrai_appraisal *out)
{
	const struct shinrai_evidence ev = {
		.item = { [SHINRAI_ITEM_LOG] = s->log },
	};
	struct shinrai_appraise_input in = *of->in;
	struct appraise *a;
	int ret;

	in.ev = &ev;
	in.session = NULL;
	in.kept_key = NULL;
	in.known = NULL;
	in.keep_facts = in.whole = false;
	in.violations = true;
	a = shinrai_appraise_new(&in, out);
	if (!a)
		return -ENOMEM;
	out->names = in.names;
	ret = shinrai_appraise_expect(a);
	if (!ret) {
		shinrai_appraise_place(a);
		shinrai_appraise_unproven(a);
		shinrai_appraise_conclude(out);
		ret = a->err;
	}
	free(a);
	return ret;
}

static void note_findings(struct appraise *a, const char *boot,
			  const struct shinrai_appraisal *told)
{
	const struct shinrai_reason_info *info;
	const struct shinrai_why *w;
	char record[40];
	unsigned int i;

	for (i = 0; i < told->nwhy && i < MAX_TOLD; i++) {
		w = &told->why[i];
		info = shinrai_reason_info(w->code);
		if (w->has_record)
			snprintf(record, sizeof(record), "record %llu: ",
				 (unsigned long long)w->record);
		shinrai_appraise_note(a, "boot %s, unproven: %s%s%s%s [%s]",
				      boot, w->has_record ? record : "",
				      info->text, *w->detail ? ": " : "",
				      w->detail, info->code);
	}
	if (told->nwhy > MAX_TOLD)
		shinrai_appraise_note(a, "boot %s, unproven: %u more findings",
				      boot, told->nwhy - MAX_TOLD);
	for (i = 0; i < told->nnotes && i < MAX_TOLD; i++)
		shinrai_appraise_note(a, "boot %s, unproven: %s", boot,
				      told->note[i]);
	if (told->nnotes > MAX_TOLD)
		shinrai_appraise_note(a, "boot %s, unproven: %u more notes",
				      boot, told->nnotes - MAX_TOLD);
}

static void note_stretch(struct appraise *a, const struct shinrai_past *p)
{
	char boot[2 * SHINRAI_BOOT_ID_SIZE + 1];

	shinrai_hex_encode(p->boot_id, sizeof(p->boot_id), boot);
	shinrai_appraise_note(
		a,
		"boot %s, an earlier one: %llu records from %llu on came after "
		"its last quote, and nothing proves them; %s",
		boot, (unsigned long long)p->records,
		(unsigned long long)p->first,
		p->told->nwhy ? "they speak against it" :
				"nothing in them speaks against it");
	note_findings(a, boot, p->told);
}

/* Return: 0; -ENOMEM. */
static int take(struct appraise *a, const struct stretch *s)
{
	struct shinrai_appraisal *out = a->out;
	struct shinrai_past *all, *p;
	int ret;

	all = reallocarray(out->past, out->npast + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	out->past = all;
	p = &all[out->npast];
	memcpy(p->boot_id, s->boot_id, sizeof(p->boot_id));
	p->first = s->first;
	p->records = s->records;
	p->told = malloc(sizeof(*p->told));
	if (!p->told)
		return -ENOMEM;
	out->npast++;
	shinrai_appraisal_clear(p->told);
	ret = judge_stretch(a, s, p->told);
	if (!ret)
		note_stretch(a, p);
	return ret;
}

static void note_gone(struct appraise *a)
{
	const struct shinrai_state *last = a->in->last;
	char boot[2 * SHINRAI_BOOT_ID_SIZE + 1];

	shinrai_hex_encode(last->boot_id, sizeof(last->boot_id), boot);
	shinrai_appraise_note(a,
			      "boot %s was judged last: the machine sends no "
			      "log of it any more, nor perhaps of later ones",
			      boot);
}

/* Only of who was known before, and begins anew now, by a quote that counts. */
static bool has_past(const struct appraise *a)
{
	const struct shinrai_state *last = a->in->last;

	return last && a->out->have_next &&
	       memcmp(last->boot_id, a->now.boot_id, sizeof(last->boot_id));
}

/**
 * shinrai_appraise_past() - what earlier boots recorded that no quote was judged of
 * @a: the appraisal, whose verdict is there, as is whether it is remembered
 */
void shinrai_appraise_past(struct appraise *a)
{
	const struct shinrai_item *item = appraise_item(a, SHINRAI_ITEM_PAST);
	struct shinrai_rd rd;
	struct stretch s;
	int ret = 0;

	if (!has_past(a))
		return;
	shinrai_rd_init(&rd, item->data, item->len);
	a->out->past_note = a->out->nnotes;
	a->out->past_gone = a->in->past_gone;
	if (a->in->past_gone)
		note_gone(a);
	while (!ret && next_stretch(&rd, a->out->npast == MAX_BOOTS - 1,
				    a->in->last, &s))
		ret = take(a, &s);
	if (ret)
		a->err = ret;
	if (a->in->past_more)
		shinrai_appraise_note(a,
				      "earlier boots recorded more, which the "
				      "machine has on its disk only");
}
