// SPDX-License-Identifier: MIT
/* Evidence made from nothing: our log, record by record. */
#include <assert.h>

#include <openssl/sha.h>

#include "forge_parts.h"

static const u8 salt[16] = "saltsaltsaltsal";

struct forge_record *forge_record(struct forge *f, u8 type, u32 pcr)
{
	struct forge_record *r = &f->rec[f->nrec];

	assert(f->nrec < FORGE_RECORDS);
	memset(r, 0, sizeof(*r));
	r->version = SHINRAI_RECORD_VERSION;
	r->type = type;
	r->pcr = pcr;
	r->index = (u8)pcr;
	r->number = r->header_number = f->nrec++;
	memcpy(r->boot_id, f->boot_id, 16);
	shinrai_tree_init(&r->tree);
	return r;
}

void forge_event(struct forge_record *r, const struct shinrai_event *ev)
{
	u8 leaf[32];
	struct shinrai_wr w;

	shinrai_wr_init(&w, r->events + r->len, sizeof(r->events) - r->len);
	assert(!shinrai_event_encode(&w, ev));
	r->len += w.len;
	assert(!shinrai_event_leaf(ev, leaf));
	shinrai_tree_add(&r->tree, leaf);
	r->count++;
}

void forge_code(struct forge_record *r, u16 type, u8 kind, const char *content,
		const char *path)
{
	const u8 zero[8] = { 0 };
	u8 digest[32];
	struct shinrai_event ev = { .type = type, .nfields = 6 };

	SHA256((const u8 *)content, strlen(content), digest);
	ev.field[0] = (struct shinrai_field){ 0x01, false, 1, NULL, &kind };
	ev.field[1] = (struct shinrai_field){ 0x02, false, 32, NULL, digest };
	ev.field[2] = (struct shinrai_field){ 0x03, false, 8, NULL, zero };
	ev.field[3] = (struct shinrai_field){ 0x04, false, 4, NULL, zero };
	ev.field[4] = (struct shinrai_field){ 0x80, false, (u16)strlen(path),
					      salt, (const u8 *)path };
	ev.field[5] = (struct shinrai_field){ 0x81, false, 8, salt, zero };
	forge_event(r, &ev);
}

void forge_simple(struct forge_record *r, u16 type, u32 reason)
{
	const u8 be[4] = { 0, 0, (u8)(reason >> 8), (u8)reason };
	struct shinrai_event ev = { .type = type, .nfields = 1 };

	ev.field[0] = (struct shinrai_field){ 0x05, false, 4, NULL, be };
	forge_event(r, &ev);
}

void forge_drop(struct forge *f, unsigned int n)
{
	memmove(&f->rec[n], &f->rec[n + 1],
		(f->nrec - n - 1) * sizeof(f->rec[0]));
	f->nrec--;
	if (f->quoted > n)
		f->quoted--;
}

static void start_event(struct forge *f)
{
	static const u8 one[4] = { 0, 0, 0, 1 };
	const u8 banks[4] = { 0, 0x0b, 32, f->capped };
	struct shinrai_event ev = { .type = SHINRAI_EVENT_START, .nfields = 5 };
	u8 values[2 + 2 * 36];
	struct shinrai_wr w;
	unsigned int i;

	shinrai_wr_init(&w, values, sizeof(values));
	shinrai_wr_be16(&w, 2);
	for (i = 0; i < 2; i++) {
		shinrai_wr_be16(&w, 0x0b);
		shinrai_wr_u8(&w, f->own[i]);
		shinrai_wr_u8(&w, 32);
		shinrai_wr_bytes(&w, f->start[i], 32);
	}
	ev.field[0] = (struct shinrai_field){ 0x10, false, 4, NULL, one };
	ev.field[1] = (struct shinrai_field){ 0x12, false,
					      (u16)strlen(f->module_id), NULL,
					      (const u8 *)f->module_id };
	ev.field[2] = (struct shinrai_field){ 0x13, false, 4, NULL, banks };
	ev.field[3] = (struct shinrai_field){ 0x14, false, 2, NULL, f->own };
	ev.field[4] = (struct shinrai_field){ 0x15, false, sizeof(values), NULL,
					      values };
	forge_event(&f->rec[0], &ev);
}

static void arm_events(const struct forge *f, struct forge_record *r)
{
	static const u8 three[4] = { 0, 0, 0, 3 };
	static const u8 zero[1] = { 0 };
	struct shinrai_event ev = { .type = SHINRAI_EVENT_ARM, .nfields = 6 };
	struct shinrai_event mod = { .type = SHINRAI_EVENT_MODULE,
				     .nfields = 1 };

	ev.field[0] =
		(struct shinrai_field){ 0x20, false, 34, NULL, f->programs };
	ev.field[1] = (struct shinrai_field){ 0x21, false, 4, NULL, three };
	ev.field[2] = (struct shinrai_field){ 0x22, false, 0, NULL, zero };
	ev.field[3] = (struct shinrai_field){ 0x23, false, 4, NULL, three };
	ev.field[4] = (struct shinrai_field){ 0x24, false, 1, NULL, zero };
	ev.field[5] = (struct shinrai_field){ 0x25, false, 1, NULL, zero };
	forge_event(r, &ev);
	forge_code(r, SHINRAI_EVENT_RUNNING, SHINRAI_KIND_EXEC, "init",
		   "/init");
	forge_code(r, SHINRAI_EVENT_RUNNING, SHINRAI_KIND_MMAP, "libc",
		   "/lib/libc.so.6");
	mod.field[0] = (struct shinrai_field){ 0x84, false, 4, salt,
					       (const u8 *)"ext4" };
	forge_event(r, &mod);
}

static void header_of(const struct forge_record *r, struct shinrai_header *h)
{
	memset(h, 0, sizeof(*h));
	h->version = r->version;
	h->type = r->type;
	h->pcr = r->pcr;
	memcpy(h->boot_id, r->boot_id, 16);
	h->recnum = r->header_number;
	h->time_ns = r->time_ns ? r->time_ns : 1000 * r->number;
	h->event_count = r->count;
	shinrai_tree_root(&r->tree, h->root);
}

static void checkpoint_event(struct forge *f, struct forge_record *r)
{
	struct shinrai_event ev = { .type = SHINRAI_EVENT_CHECKPOINT,
				    .nfields = 2 };
	const u8 records[8] = { 0, 0, 0, 0, 0, 0, 0, (u8)r->number };
	u8 tlv[SHINRAI_HEADER_TLV], leaf[32], root[32];
	struct shinrai_header h;
	struct shinrai_tree tree;
	unsigned int i;

	shinrai_tree_init(&tree);
	for (i = 0; i < r->number; i++) {
		header_of(&f->rec[i], &h);
		shinrai_header_encode(&h, tlv);
		shinrai_tree_leaf(tlv, sizeof(tlv), leaf);
		shinrai_tree_add(&tree, leaf);
	}
	shinrai_tree_root(&tree, root);
	root[0] ^= f->wrong_root;
	r->len = 0;
	r->count = 0;
	shinrai_tree_init(&r->tree);
	ev.field[0] = (struct shinrai_field){ 0x30, false, 8, NULL, records };
	ev.field[1] = (struct shinrai_field){ 0x31, false, 32, NULL, root };
	forge_event(r, &ev);
}

void forge_plan_log(struct forge *f)
{
	struct forge_record *r;

	f->nrec = 0;
	forge_record(f, SHINRAI_RECORD_START, f->own[0]);
	start_event(f);
	r = forge_record(f, SHINRAI_RECORD_ARM, f->own[0]);
	arm_events(f, r);
	r = forge_record(f, SHINRAI_RECORD_EVENTS, f->own[0]);
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, "ls", "/bin/ls");
	r = forge_record(f, SHINRAI_RECORD_EVENTS, f->own[0]);
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_MMAP, "lib", "/lib/x");
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_SCRIPT, "sh", "/x.sh");
	r = forge_record(f, SHINRAI_RECORD_EVENTS, f->own[1]);
	forge_simple(r, SHINRAI_EVENT_STATE, SHINRAI_REASON_MODE);
	r = forge_record(f, SHINRAI_RECORD_EVENTS, f->own[0]);
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_MODULE, "mod", "/m.ko");
	forge_record(f, SHINRAI_RECORD_CHECKPOINT, f->own[0]);
	r = forge_record(f, SHINRAI_RECORD_EVENTS, f->own[0]);
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, "id", "/bin/id");
	f->quoted = f->nrec;
	r = forge_record(f, SHINRAI_RECORD_EVENTS, f->own[0]);
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, "later", "/l");
}

void forge_own_pcrs(struct forge *f, u8 code, u8 flow)
{
	f->own[0] = code;
	f->own[1] = flow;
	f->mask |= 1u << code | 1u << flow;
	f->asked_mask = f->mask;
	forge_plan_log(f);
}

/* Roots of checkpoints, once all records before them are as they shall be. */
void forge_checkpoints(struct forge *f)
{
	struct forge_record *r;

	for (r = f->rec; r < f->rec + f->nrec; r++) {
		if (r->type == SHINRAI_RECORD_CHECKPOINT)
			checkpoint_event(f, r);
	}
}

void forge_log(struct forge *f, unsigned int count)
{
	u8 tlv[SHINRAI_HEADER_TLV], digest[32];
	struct shinrai_digest d = { 0x0b, 32, digest };
	struct forge_record *r;
	struct shinrai_header h;
	struct shinrai_wr w;

	shinrai_wr_init(&w, f->item[SHINRAI_ITEM_LOG], FORGE_ITEM);
	memcpy(f->pcr[f->own[0]], f->start[0], 32);
	memcpy(f->pcr[f->own[1]], f->start[1], 32);
	for (r = f->rec; r < f->rec + count; r++) {
		header_of(r, &h);
		shinrai_header_encode(&h, tlv);
		SHA256(tlv, sizeof(tlv), digest);
		if (f->capped)
			memset(digest, 0xff, sizeof(digest));
		if (r < f->rec + f->quoted)
			forge_extend(f->pcr[r->pcr], digest);
		digest[0] ^= r->flip;
		/* The library writes the header's numbers: put ours after. */
		d.value = digest;
		size_t at = w.len;

		shinrai_record_encode(&w, &h, &d, 1, r->events, r->len);
		f->item[SHINRAI_ITEM_LOG][at + 12] = (u8)r->number;
		f->item[SHINRAI_ITEM_LOG][at + 18] = r->index;
	}
	assert(!w.err);
	f->len[SHINRAI_ITEM_LOG] = w.len;
}

void forge_from(struct forge *f, u64 number)
{
	u8 *log = f->item[SHINRAI_ITEM_LOG];
	struct shinrai_record r;
	struct shinrai_rd rd;

	shinrai_rd_init(&rd, log, f->len[SHINRAI_ITEM_LOG]);
	while (shinrai_record_next(&rd, &r) > 0) {
		if (r.recnum != number)
			continue;
		f->len[SHINRAI_ITEM_LOG] -= (size_t)(r.raw - log);
		memmove(log, r.raw, f->len[SHINRAI_ITEM_LOG]);
		return;
	}
	assert(false);
}
