// SPDX-License-Identifier: MIT
/* A verifier's memory of one machine as bytes, for who keeps thousands of them. */
#include <shinrai/appraise.h>

#include "walk.h"

#define MAGIC "SHNRMEM\4"
#define MAGIC_V3 "SHNRMEM\3" /* without the boot */
#define MAGIC_V2 "SHNRMEM\2" /* without the IMA list */
#define MAGIC_V1 "SHNRMEM\1" /* without facts */

static void walk_banks(struct walk *k, struct shinrai_state *s)
{
	unsigned int i;

	WALK_FIELD(k, s->nbanks, 1, SHINRAI_MAX_BANKS);
	for (i = 0; i < s->nbanks; i++) {
		WALK_FIELD(k, s->banks[i].alg, 2, 0xffff);
		WALK_FIELD(k, s->banks[i].size, 1, SHINRAI_MAX_BANK_SIZE);
		WALK_FIELD(k, s->banks[i].capped, 1, 1);
	}
}

static void walk_pcrs(struct walk *k, struct shinrai_pcrs *p)
{
	struct shinrai_wr size = { 0 };
	const u8 *data;
	size_t n;

	if (k->w)
		shinrai_pcrs_encode(&size, p);
	n = shinrai_walk_number(k, size.len, 2, 0xffff);
	if (k->w) {
		shinrai_pcrs_encode(k->w, p);
		return;
	}
	data = shinrai_rd_bytes(&k->r, n);
	if (!data || shinrai_pcrs_parse(data, n, p))
		shinrai_rd_fail(&k->r, -EBADMSG);
}

static void walk_findings(struct walk *k, struct shinrai_state *s)
{
	struct shinrai_sticky *t;
	unsigned int i;

	WALK_FIELD(k, s->nsticky, 1, SHINRAI_STATE_REASONS);
	for (i = 0; i < s->nsticky && !shinrai_rd_err(&k->r); i++) {
		t = &s->sticky[i];
		shinrai_walk_reason(k, &t->code);
		WALK_U64(k, t->record);
		shinrai_walk_string(k, t->text, sizeof(t->text));
	}
}

static void walk_v1(struct walk *k, void *state)
{
	struct shinrai_state *s = state;

	WALK_FIELD(k, s->ak_name_len, 1, sizeof(s->ak_name));
	shinrai_walk_bytes(k, s->ak_name, s->ak_name_len);
	shinrai_walk_bytes(k, s->boot_id, sizeof(s->boot_id));
	WALK_U64(k, s->clock.clock);
	WALK_FIELD(k, s->clock.reset_count, 4, U32_MAX);
	WALK_FIELD(k, s->clock.restart_count, 4, U32_MAX);
	WALK_U64(k, s->firmware);
	WALK_U64(k, s->records);
	shinrai_walk_bytes(k, s->policy, sizeof(s->policy));
	WALK_FIELD(k, s->code_pcr, 1, SHINRAI_PCR_COUNT - 1);
	WALK_FIELD(k, s->flow_pcr, 1, SHINRAI_PCR_COUNT - 1);
	WALK_FLAG(k, s->start_nonzero);
	WALK_FLAG(k, s->armed);
	WALK_FIELD(k, s->module_id_len, 1, sizeof(s->module_id));
	shinrai_walk_bytes(k, s->module_id, s->module_id_len);
	shinrai_walk_bytes(k, s->programs, sizeof(s->programs));
	WALK_U64(k, s->modules);
	WALK_U64(k, s->running_want);
	WALK_U64(k, s->running_seen);
	WALK_U64(k, s->code);
	walk_banks(k, s);
	walk_pcrs(k, &s->pcrs);
	shinrai_walk_data(k, &s->data);
	walk_findings(k, s);
}

static void walk_v2(struct walk *k, void *state)
{
	struct shinrai_state *s = state;

	walk_v1(k, s);
	WALK_U64(k, s->facts);
}

static void walk_v3(struct walk *k, void *state)
{
	struct shinrai_state *s = state;

	walk_v2(k, s);
	WALK_U64(k, s->ima.entries);
	WALK_U64(k, s->ima.offset);
	WALK_U64(k, s->ima.violations);
	WALK_FIELD(k, s->ima.bank, 2, 0xffff);
	WALK_FLAG(k, s->ima.big_endian);
	WALK_FIELD(k, s->ima.size, 1, sizeof(s->ima.pcr));
	shinrai_walk_bytes(k, s->ima.pcr, s->ima.size);
}

static void walk_state(struct walk *k, void *state)
{
	struct shinrai_boot_state *b = &((struct shinrai_state *)state)->boot;
	unsigned int i;

	walk_v3(k, state);
	WALK_U64(k, b->base);
	if (!b->base)
		return;
	shinrai_walk_bytes(k, b->pcrs, sizeof(b->pcrs));
	WALK_FIELD(k, b->nevents, 1, SHINRAI_BOOT_EVENTS);
	for (i = 0; i < b->nevents; i++) {
		WALK_FIELD(k, b->event[i].kind, 1, SHINRAI_BOOT_KINDS - 1);
		WALK_FIELD(k, b->event[i].index, 4, U32_MAX);
		shinrai_walk_bytes(k, b->event[i].digest, 32);
	}
}

/* All versions that can be read, the newest first. */
static const struct {
	const char *magic;
	void (*walk)(struct walk *k, void *state);
} versions[] = {
	{ MAGIC, walk_state },
	{ MAGIC_V3, walk_v3 },
	{ MAGIC_V2, walk_v2 },
	{ MAGIC_V1, walk_v1 },
};

/**
 * shinrai_data_clear() - nothing is known of data handling
 * @d: out; owners that are not there are left as they are
 */
void shinrai_data_clear(struct shinrai_data_state *d)
{
	memset(d, 0, offsetof(struct shinrai_data_state, owner));
}

/**
 * shinrai_data_copy() - copy what is there
 * @to: out
 * @from: another one
 */
void shinrai_data_copy(struct shinrai_data_state *to,
		       const struct shinrai_data_state *from)
{
	memcpy(to, from,
	       offsetof(struct shinrai_data_state, owner) +
		       from->nowners * sizeof(from->owner[0]));
}

/**
 * shinrai_state_clear() - nothing is known
 * @s: out; elements of lists that are not there are left as they are
 */
void shinrai_state_clear(struct shinrai_state *s)
{
	memset(s, 0, offsetof(struct shinrai_state, pcrs));
	s->pcrs.count = 0;
	shinrai_data_clear(&s->data);
	s->nsticky = 0;
}

/**
 * shinrai_state_copy() - copy what is there
 * @to: out
 * @from: another one
 */
void shinrai_state_copy(struct shinrai_state *to,
			const struct shinrai_state *from)
{
	memcpy(to, from, offsetof(struct shinrai_state, pcrs));
	shinrai_pcrs_copy(&to->pcrs, &from->pcrs);
	shinrai_data_copy(&to->data, &from->data);
	to->nsticky = from->nsticky;
	memcpy(to->sticky, from->sticky,
	       from->nsticky * sizeof(from->sticky[0]));
}

/**
 * shinrai_state_pack() - state as bytes
 * @s: the state
 * @out: out, for free()
 * @len: out, bytes
 *
 * Return: 0; -ENOMEM.
 */
int shinrai_state_pack(const struct shinrai_state *s, u8 **out, size_t *len)
{
	return shinrai_walk_pack(MAGIC, walk_state, (void *)(uintptr_t)s, out,
				 len);
}

/**
 * shinrai_state_unpack() - state from bytes
 * @data: @len bytes
 * @len: their number
 * @s: out, undefined on error
 *
 * Return: 0; -EPROTONOSUPPORT for a version, or a reason, not known here; -EBADMSG.
 */
int shinrai_state_unpack(const void *data, size_t len, struct shinrai_state *s)
{
	int ret = -EPROTONOSUPPORT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(versions); i++) {
		/* Also of this version it may have a reason not known here. */
		if (i && (len < WALK_MAGIC_SIZE ||
			  memcmp(data, versions[i].magic, WALK_MAGIC_SIZE)))
			continue;
		shinrai_state_clear(s);
		ret = shinrai_walk_unpack(versions[i].magic, versions[i].walk,
					  s, data, len);
		if (ret != -EPROTONOSUPPORT)
			break;
	}
	return ret;
}
