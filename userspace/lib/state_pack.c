// SPDX-License-Identifier: MIT
/*
 * A verifier's memory of one machine as bytes, for who keeps thousands of them.
 * One walk over the fields both writes and reads, so that the two cannot differ.
 */
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/appraise.h>
#include <shinrai/rd.h>
#include <shinrai/state.h>

#define MAGIC "SHNRMEM\1" /* its last byte is the version */
#define MAGIC_SIZE 8

struct walk {
	struct shinrai_wr *w; /* NULL: read */
	struct shinrai_rd r;
};

/* @most: the largest that may be.  Return: what is written, or was read. */
static u64 number(struct walk *k, u64 v, unsigned int n, u64 most)
{
	if (k->w) {
		shinrai_wr_be(k->w, v, n);
		return v;
	}
	v = shinrai_rd_be(&k->r, n);
	if (v > most)
		shinrai_rd_fail(&k->r, -EBADMSG);
	return shinrai_rd_err(&k->r) ? 0 : v;
}

/* What is written may be somebody's constant: it is only read. */
#define FIELD(k, field, size, most)                          \
	do {                                                 \
		const u64 v_ = number(k, field, size, most); \
		if (!(k)->w)                                 \
			field = (__typeof__(field))v_;       \
	} while (0)
#define U64(k, field) FIELD(k, field, 8, UINT64_MAX)
#define FLAG(k, field) FIELD(k, field, 1, 1)

static void bytes(struct walk *k, void *p, size_t n)
{
	if (k->w)
		shinrai_wr_bytes(k->w, p, n);
	else
		shinrai_rd_copy(&k->r, p, n);
}

/* Its NUL is not written. */
static void string(struct walk *k, char *text, size_t size)
{
	size_t n = number(k, k->w ? strlen(text) : 0, 1, size - 1);

	bytes(k, text, n);
	if (k->w)
		return;
	text[n] = '\0';
	if (strlen(text) != n)
		shinrai_rd_fail(&k->r, -EBADMSG);
}

static void walk_banks(struct walk *k, struct shinrai_state *s)
{
	unsigned int i;

	FIELD(k, s->nbanks, 1, SHINRAI_MAX_BANKS);
	for (i = 0; i < s->nbanks; i++) {
		FIELD(k, s->banks[i].alg, 2, 0xff);
		FIELD(k, s->banks[i].size, 1, SHINRAI_MAX_BANK_SIZE);
		FIELD(k, s->banks[i].capped, 1, 1);
	}
}

static void walk_pcrs(struct walk *k, struct shinrai_pcrs *p)
{
	struct shinrai_wr size = { 0 };
	const u8 *data;
	size_t n;

	if (k->w)
		shinrai_pcrs_encode(&size, p);
	n = number(k, size.len, 2, 0xffff);
	if (k->w) {
		shinrai_pcrs_encode(k->w, p);
		return;
	}
	data = shinrai_rd_bytes(&k->r, n);
	if (!data || shinrai_pcrs_parse(data, n, p))
		shinrai_rd_fail(&k->r, -EBADMSG);
}

static void walk_owner(struct walk *k, struct shinrai_owner_state *o)
{
	bytes(k, o->owner, sizeof(o->owner));
	string(k, o->name, sizeof(o->name));
	FLAG(k, o->revoked);
	U64(k, o->admitted);
	FLAG(k, o->in_force);
	U64(k, o->generation);
	U64(k, o->rules);
	bytes(k, o->policy, sizeof(o->policy));
	U64(k, o->first);
	U64(k, o->before);
	U64(k, o->since_ns);
	U64(k, o->before_ns);
	U64(k, o->change_ns);
}

static void walk_data(struct walk *k, struct shinrai_data_state *d)
{
	unsigned int i;

	FLAG(k, d->enforcing);
	U64(k, d->generation);
	for (i = 0; i < SHINRAI_FLOW_OUTCOMES; i++)
		U64(k, d->flows[i]);
	U64(k, d->lost);
	FIELD(k, d->nowners, 1, SHINRAI_MAX_OWNERS);
	for (i = 0; i < d->nowners; i++)
		walk_owner(k, &d->owner[i]);
}

/* Reasons are kept by their stable names. */
static void walk_finding(struct walk *k, struct shinrai_sticky *t)
{
	char code[64] = "";
	int why;

	if (k->w)
		snprintf(code, sizeof(code), "%s",
			 shinrai_reason_info(t->code)->code);
	string(k, code, sizeof(code));
	U64(k, t->record);
	string(k, t->text, sizeof(t->text));
	if (k->w || shinrai_rd_err(&k->r))
		return;
	why = shinrai_reason_by_code(code);
	if (why < 0)
		shinrai_rd_fail(&k->r, -EPROTONOSUPPORT);
	else
		t->code = (u32)why;
}

static void walk_findings(struct walk *k, struct shinrai_state *s)
{
	unsigned int i;

	FIELD(k, s->nsticky, 1, SHINRAI_STATE_REASONS);
	for (i = 0; i < s->nsticky && !shinrai_rd_err(&k->r); i++)
		walk_finding(k, &s->sticky[i]);
}

static void walk_state(struct walk *k, struct shinrai_state *s)
{
	FIELD(k, s->ak_name_len, 1, sizeof(s->ak_name));
	bytes(k, s->ak_name, s->ak_name_len);
	bytes(k, s->boot_id, sizeof(s->boot_id));
	U64(k, s->clock.clock);
	FIELD(k, s->clock.reset_count, 4, U32_MAX);
	FIELD(k, s->clock.restart_count, 4, U32_MAX);
	U64(k, s->firmware);
	U64(k, s->records);
	bytes(k, s->policy, sizeof(s->policy));
	FIELD(k, s->code_pcr, 1, SHINRAI_PCR_COUNT - 1);
	FIELD(k, s->flow_pcr, 1, SHINRAI_PCR_COUNT - 1);
	FLAG(k, s->start_nonzero);
	FLAG(k, s->armed);
	FIELD(k, s->module_id_len, 1, sizeof(s->module_id));
	bytes(k, s->module_id, s->module_id_len);
	bytes(k, s->programs, sizeof(s->programs));
	U64(k, s->modules);
	U64(k, s->running_want);
	U64(k, s->running_seen);
	U64(k, s->code);
	walk_banks(k, s);
	walk_pcrs(k, &s->pcrs);
	walk_data(k, &s->data);
	walk_findings(k, s);
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
	/* It is not written to. */
	struct shinrai_state *from = (struct shinrai_state *)(uintptr_t)s;
	struct shinrai_wr w;
	struct walk k = { .w = &w };
	u8 *buf = NULL;

	for (;;) {
		shinrai_wr_init(&w, buf, buf ? *len : 0);
		shinrai_wr_bytes(&w, MAGIC, MAGIC_SIZE);
		walk_state(&k, from);
		if (buf)
			break;
		*len = w.len;
		buf = malloc(*len);
		if (!buf)
			return -ENOMEM;
	}
	*out = buf;
	return 0;
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
	struct walk k = { 0 };
	const u8 *magic;

	memset(s, 0, sizeof(*s));
	shinrai_rd_init(&k.r, data, len);
	magic = shinrai_rd_bytes(&k.r, MAGIC_SIZE);
	if (!magic || memcmp(magic, MAGIC, MAGIC_SIZE - 1))
		return -EBADMSG;
	if (magic[MAGIC_SIZE - 1] != MAGIC[MAGIC_SIZE - 1])
		return -EPROTONOSUPPORT;
	walk_state(&k, s);
	return shinrai_rd_end(&k.r);
}
