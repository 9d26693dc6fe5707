// SPDX-License-Identifier: MIT
/*
 * A verdict as bytes: a tenth of its JSON, which is made of them when somebody wants
 * to read it.
 */
#include <stdlib.h>

#include <shinrai/verdict.h>

#include "walk.h"

#define MAGIC "SHNRVER\1"

static void walk_why(struct walk *k, struct shinrai_appraisal *v,
		     struct shinrai_why *w)
{
	u32 code = w->code;

	shinrai_walk_reason(k, &code);
	if (code >= SHINRAI_WHYS)
		return;
	w->code = code;
	WALK_FLAG(k, w->has_record);
	WALK_U64(k, w->record);
	WALK_U64(k, v->count[code]);
	shinrai_walk_text(k, &w->detail);
}

static void walk_whys(struct walk *k, struct shinrai_appraisal *v)
{
	unsigned int i, n = v->nwhy;

	WALK_FIELD(k, n, 2, SHINRAI_WHYS * SHINRAI_MAX_WHY);
	if (!k->w) {
		v->why = calloc(n + 1, sizeof(*v->why));
		if (!v->why) {
			shinrai_rd_fail(&k->r, -ENOMEM);
			return;
		}
	}
	for (i = 0; i < n && !shinrai_rd_err(&k->r); i++) {
		walk_why(k, v, &v->why[i]);
		if (!k->w)
			v->nwhy = i + 1; /* shinrai_appraisal_free() sees it */
	}
}

static void walk_notes(struct walk *k, struct shinrai_appraisal *v)
{
	unsigned int i, n = v->nnotes;

	WALK_FIELD(k, n, 2, SHINRAI_MAX_NOTES);
	for (i = 0; i < n && !shinrai_rd_err(&k->r); i++) {
		shinrai_walk_text(k, &v->note[i]);
		if (!k->w)
			v->nnotes = i + 1;
	}
}

static void walk_verdict(struct walk *k, void *appraisal)
{
	struct shinrai_appraisal *v = appraisal;
	unsigned int i;

	WALK_FIELD(k, v->verdict, 1, SHINRAI_UNTRUSTED);
	for (i = 0; i < SHINRAI_STEPS; i++)
		WALK_FLAG(k, v->proven[i]);
	WALK_FLAG(k, v->have_quote);
	WALK_U64(k, v->clock.clock);
	WALK_FIELD(k, v->clock.reset_count, 4, U32_MAX);
	WALK_FIELD(k, v->clock.restart_count, 4, U32_MAX);
	WALK_FLAG(k, v->safe);
	WALK_U64(k, v->firmware);
	WALK_FIELD(k, v->ak_name_len, 1, sizeof(v->ak_name));
	shinrai_walk_bytes(k, v->ak_name, v->ak_name_len);
	WALK_FLAG(k, v->have_boot_id);
	shinrai_walk_bytes(k, v->boot_id, sizeof(v->boot_id));
	WALK_U64(k, v->records);
	WALK_FLAG(k, v->have_quoted);
	WALK_U64(k, v->quoted);
	WALK_U64(k, v->code);
	WALK_U64(k, v->modules);
	shinrai_walk_data(k, &v->data);
	WALK_FLAG(k, v->have_session);
	WALK_U64(k, v->session.time);
	shinrai_walk_string(k, v->machine, sizeof(v->machine));
	walk_whys(k, v);
	walk_notes(k, v);
}

/**
 * shinrai_verdict_pack() - a verdict as bytes
 * @v: of a machine, not of a report
 * @out: out, for free()
 * @len: out, bytes
 *
 * Return: 0; -EINVAL of a report; -ENOMEM.
 */
int shinrai_verdict_pack(const struct shinrai_appraisal *v, u8 **out,
			 size_t *len)
{
	if (v->report)
		return -EINVAL;
	return shinrai_walk_pack(MAGIC, walk_verdict, (void *)(uintptr_t)v, out,
				 len);
}

/**
 * shinrai_verdict_unpack() - a verdict from bytes
 * @data: @len bytes
 * @len: their number
 * @v: out, for shinrai_appraisal_free(), also on error; what shinrai_verdict_json()
 *     and shinrai_verdict_headline() need is there, and no state to remember
 *
 * Return: 0; -EPROTONOSUPPORT for a version, or a reason, not known here; -EBADMSG;
 * -ENOMEM.
 */
int shinrai_verdict_unpack(const void *data, size_t len,
			   struct shinrai_appraisal *v)
{
	shinrai_appraisal_clear(v);
	return shinrai_walk_unpack(MAGIC, walk_verdict, v, data, len);
}
