// SPDX-License-Identifier: MIT
/* Evidence of what a fuzzer gives; see appraise_plan.h. */
#include "appraise_plan.h"

#include <stdio.h>

#include <openssl/ec.h>
#include <openssl/sha.h>

#include <shinrai/abridge.h>
#include <shinrai/bootlog.h>
#include <shinrai/cel.h>

#include "../verify/forge_parts.h"

#define MOST 16384 /* bytes of an input */
#define DIGEST_4 \
	"0404040404040404040404040404040404040404040404040404040404040404"
#define DIGEST_5 \
	"0505050505050505050505050505050505050505050505050505050505050505"

struct forge *plan_forge;
struct shinrai_refs plan_refs[POLICIES];
u8 plan_quoted[24][32];

static u8 list[FORGE_ITEM]; /* of IMA */
static size_t list_len;
static struct shinrai_item planned_boot;
static u8 planned_pcr[IMA][32];

static void read_refs(struct shinrai_refs *r, const char *text,
		      const char *name)
{
	char why[200];
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	plan_check(file && !shinrai_refs_read(r, file, name, why, sizeof(why)));
	fclose(file);
}

/* The one as planned; a strict, a mild one, and one that lacks the boot. */
static void make_policies(void)
{
	static const char deny[] = "# shinrai-deny v1\n" DIGEST_5 " bad\n";
	static const char rules[] =
		"{\"meta\":{\"version\":1},\"digests\":{\"/bin/ab\":"
		"[\"" DIGEST_4 "\",\"" DIGEST_5 "\"]},"
		"\"excludes\":[\"/tmp/.*\"]}";
	const char *boot = forge_make_reference(plan_forge);
	char why[200];
	int i;

	for (i = 0; i < POLICIES; i++) {
		shinrai_refs_init(&plan_refs[i]);
		if (i == 1) {
			read_refs(&plan_refs[i], deny, "deny.list");
			read_refs(&plan_refs[i], rules, "keylime.json");
		}
		read_refs(&plan_refs[i], plan_forge->digests, "known.txt");
		if (i < 3)
			read_refs(&plan_refs[i], boot, "boot.json");
		plan_check(
			!shinrai_refs_ready(&plan_refs[i], why, sizeof(why)));
	}
}

/* Does this event run only what the lists of all policies know? */
static bool is_known(const struct shinrai_event *ev)
{
	static const char *const known[] = { "init", "libc", "ls", "lib",
					     "sh",   "mod",  "id", "both" };
	const struct shinrai_field *field =
		shinrai_event_field(ev, SHINRAI_FIELD_DIGEST);
	u8 digest[32];
	size_t i;

	if (ev->type != SHINRAI_EVENT_CODE && ev->type != SHINRAI_EVENT_RUNNING)
		return true;
	if (!field || field->len != sizeof(digest))
		return false;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		SHA256((const u8 *)known[i], strlen(known[i]), digest);
		if (!memcmp(digest, field->data, sizeof(digest)))
			return true;
	}
	return false;
}

bool plan_replay(u8 pcr[24][32], u64 count)
{
	struct shinrai_rd rd, events;
	struct shinrai_header h;
	struct shinrai_record r;
	struct shinrai_event ev;
	const u8 *tlv;
	u8 digest[32];
	bool known = true;

	shinrai_rd_init(&rd, plan_forge->item[SHINRAI_ITEM_LOG],
			plan_forge->len[SHINRAI_ITEM_LOG]);
	while (count-- && shinrai_record_next(&rd, &r) > 0) {
		if (shinrai_content_parse(&r, &h, &tlv, &events))
			break;
		SHA256(tlv, SHINRAI_HEADER_TLV, digest);
		if (!r.nv && r.index > IMA && r.index < 24)
			forge_extend(pcr[r.index], digest);
		while (shinrai_shown_next(&events, &ev) > 0)
			known &= is_known(&ev);
	}
	return known;
}

static u32 get32(const u8 *p, bool big)
{
	return big ? (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3] :
		     (u32)p[3] << 24 | (u32)p[2] << 16 | (u32)p[1] << 8 | p[0];
}

/* Extends one entry.  Return: its bytes; 0: it is none. */
static size_t entry(u8 *p, size_t len, u8 how, u8 pcr[32])
{
	static const u8 zero[20];
	const bool big = how & HOW_BIG_ENDIAN;
	u8 digest[32];
	size_t name, size;

	if (len < 28)
		return 0;
	name = get32(p + 24, big);
	if (name > 64 || len < 32 + name)
		return 0;
	size = get32(p + 28 + name, big);
	if (size > len - 32 - name)
		return 0;
	SHA256(p + 32 + name, size, digest);
	if (!memcmp(p + 4, zero, sizeof(zero)))
		memset(digest, 0xff, sizeof(digest));
	else if (!(how & HOW_HASHES))
		SHA1(p + 32 + name, size, p + 4);
	if (get32(p, big) == IMA)
		forge_extend(pcr, digest);
	return 32 + name + size;
}

static void plan_ima(struct plan *p, const u8 *data, size_t len)
{
	unsigned int n = 0;
	u8 pcr[32] = { 0 };
	size_t at = 0, size;

	plan_forge->ima_big_endian = p->how & HOW_BIG_ENDIAN;
	if (len) {
		memcpy(list, data, len);
		list_len = len;
	} else {
		plan_forge->nima = 5;
		plan_forge->ima_from = 0;
		forge_build_ima(plan_forge);
		list_len = plan_forge->len[SHINRAI_ITEM_IMA];
		memcpy(list, plan_forge->item[SHINRAI_ITEM_IMA], list_len);
	}
	do {
		if (n++ <= p->entries)
			memcpy(p->ima[0], pcr, 32);
		size = entry(list + at, list_len - at, p->how, pcr);
		at += size;
	} while (size);
	memcpy(p->ima[1], pcr, 32);
}

static void plan_firmware(struct plan *p, const u8 *data, size_t len)
{
	struct shinrai_bootlog_event e;
	struct shinrai_bootlog b;
	const u8 *value;
	u8 i;

	p->firmware = (struct shinrai_item){ data, len };
	if (!len) {
		p->firmware = planned_boot;
		memcpy(p->boot, planned_pcr, sizeof(p->boot));
		return;
	}
	memset(p->boot, 0, sizeof(p->boot));
	if (shinrai_bootlog_init(&b, data, len))
		return;
	while (shinrai_bootlog_next(&b, &e) > 0)
		;
	for (i = 0; i < IMA; i++) {
		value = shinrai_replay_get(&b.replay, SHINRAI_ALG_SHA256, i);
		if (value)
			memcpy(p->boot[i], value, 32);
	}
}

/* @data: type and flow, size, and as many bytes of events */
static size_t add_record(const u8 *data, size_t len)
{
	struct forge_record *r;
	struct shinrai_event ev;
	struct shinrai_rd rd;
	size_t n;
	u8 leaf[32];

	if (len < 3)
		return len;
	n = (size_t)data[1] << 8 | data[2];
	if (n > len - 3)
		n = len - 3;
	if (n > FORGE_EVENTS)
		n = FORGE_EVENTS;
	r = forge_record(plan_forge, data[0] & 0x7f,
			 data[0] & 0x80 ? FLOW : CODE);
	memcpy(r->events, data + 3, n);
	r->len = n;
	shinrai_rd_init(&rd, r->events, n);
	while (shinrai_event_next(&rd, &ev) > 0) {
		if (shinrai_event_leaf(&ev, leaf))
			abort(); /* what was parsed can be hashed */
		shinrai_tree_add(&r->tree, leaf);
		r->count++;
	}
	return n + 3;
}

/* Some records as forge_plan_log() has them, then those of the input. */
static void plan_log(struct plan *p, unsigned int planned)
{
	size_t at = 0;

	forge_plan_log(plan_forge);
	plan_forge->nrec = planned;
	forge_checkpoints(plan_forge);
	while (!(p->how & HOW_RAW) && at < p->log_len &&
	       plan_forge->nrec < FORGE_RECORDS)
		at += add_record(p->log + at, p->log_len - at);
	if (!(p->how & HOW_CHECKPOINTS))
		forge_checkpoints(plan_forge);
}

bool plan_read(struct plan *p, const u8 *data, size_t len)
{
	size_t ima;

	if (len < PLAN_HEAD || len > MOST)
		return false;
	p->lies = data[0];
	p->how = data[1];
	p->more = data[2];
	p->records = data[4];
	p->entries = data[5];
	p->log_len = (size_t)data[6] << 8 | data[7];
	ima = (size_t)data[8] << 8 | data[9];
	p->log = data + PLAN_HEAD;
	len -= PLAN_HEAD;
	if (p->log_len > len)
		p->log_len = len;
	len -= p->log_len;
	if (ima > len)
		ima = len;
	plan_ima(p, p->log + p->log_len, ima);
	plan_firmware(p, p->log + p->log_len + ima, len - ima);
	plan_log(p, data[3] % (PLANNED + 1));
	return true;
}

static void put(enum shinrai_item_id id, const void *data, size_t len)
{
	memcpy(plan_forge->item[id], data, len);
	plan_forge->len[id] = len;
}

void plan_show_all(const struct plan *p)
{
	if (p->how & HOW_RAW)
		put(SHINRAI_ITEM_LOG, p->log, p->log_len);
	else
		forge_log(plan_forge, plan_forge->nrec);
	put(SHINRAI_ITEM_IMA, list, list_len);
	put(SHINRAI_ITEM_FIRMWARE, p->firmware.data, p->firmware.len);
	memset(plan_forge->absent, 0, sizeof(plan_forge->absent));
	plan_forge->absent[SHINRAI_ITEM_SESSION] = true;
	plan_forge->absent[SHINRAI_ITEM_SESSION_SIGNATURE] = true;
	plan_forge->absent[SHINRAI_ITEM_PCRS] = p->lies & LIE_NO_PCRS;
	plan_forge->ima_from = 0;
	forge_build_machine(plan_forge);
}

static void lie(const struct plan *p, bool again)
{
	plan_forge->pcr[CODE][3] ^= !!(p->lies & LIE_CODE);
	plan_forge->pcr[FLOW][3] ^= !!(p->lies & LIE_FLOW);
	plan_forge->pcr[IMA][3] ^= !!(p->lies & LIE_IMA);
	plan_forge->pcr[p->records % IMA][3] ^= !!(p->lies & LIE_BOOT);
	memset(plan_forge->boot_id, 0xb0, sizeof(plan_forge->boot_id));
	plan_forge->clock = 100000;
	if (!again)
		return;
	plan_forge->boot_id[0] ^= !!(p->lies & LIE_OTHER_BOOT);
	plan_forge->clock = p->lies & LIE_CLOCK ? 1 : 200000;
}

void plan_quote(const struct plan *p, bool again)
{
	plan_show_all(p);
	memset(plan_forge->pcr, 0, sizeof(plan_forge->pcr));
	plan_replay(plan_forge->pcr, again ? ~0ull : p->records);
	memcpy(plan_forge->pcr, p->boot, sizeof(p->boot));
	memcpy(plan_forge->pcr[IMA], p->ima[again], 32);
	lie(p, again);
	memcpy(plan_quoted, plan_forge->pcr, sizeof(plan_quoted));
	forge_quote(plan_forge);
}

/* The log from a record on, where there is one of this number. */
static void cut_log(u64 number)
{
	u8 *log = plan_forge->item[SHINRAI_ITEM_LOG];
	struct shinrai_record r;
	struct shinrai_rd rd;

	shinrai_rd_init(&rd, log, plan_forge->len[SHINRAI_ITEM_LOG]);
	while (shinrai_record_next(&rd, &r) > 0) {
		if (r.recnum == number) {
			plan_forge->len[SHINRAI_ITEM_LOG] -=
				(size_t)(r.raw - log);
			memmove(log, r.raw, plan_forge->len[SHINRAI_ITEM_LOG]);
			return;
		}
	}
	plan_forge->len[SHINRAI_ITEM_LOG] = 0;
}

void plan_show_part(const struct plan *p, const struct shinrai_state *last)
{
	if (p->lies & LIE_NOTHING_NEW)
		plan_forge->len[SHINRAI_ITEM_LOG] = 0;
	else if (!(p->how & HOW_WHOLE))
		cut_log(last->records);
	if (!(p->how & HOW_IMA_WHOLE) && last->ima.offset <= list_len) {
		plan_forge->ima_from = last->ima.offset;
		put(SHINRAI_ITEM_IMA, list + plan_forge->ima_from,
		    list_len - plan_forge->ima_from);
		forge_build_machine(plan_forge);
	}
	plan_forge->absent[SHINRAI_ITEM_FIRMWARE] =
		!(p->how & HOW_FIRMWARE_AGAIN);
}

struct shinrai_evidence plan_evidence(void)
{
	struct shinrai_evidence ev = { 0 };
	int i;

	for (i = 0; i < SHINRAI_NITEMS; i++) {
		if (!plan_forge->absent[i])
			ev.item[i] =
				(struct shinrai_item){ plan_forge->item[i],
						       plan_forge->len[i] };
	}
	return ev;
}

void plan_setup(void)
{
	struct forge *f = malloc(sizeof(*f));
	u8 *boot;

	plan_check(f);
	plan_forge = f;
	forge_init(f, EVP_EC_gen("P-256"));
	memcpy(f->session.nonce, f->session_nonce, 32);
	forge_build_ak(f);
	forge_build_boot(f);
	memcpy(planned_pcr, f->pcr, sizeof(planned_pcr));
	planned_boot.len = f->len[SHINRAI_ITEM_FIRMWARE];
	boot = malloc(planned_boot.len);
	plan_check(boot);
	memcpy(boot, f->item[SHINRAI_ITEM_FIRMWARE], planned_boot.len);
	planned_boot.data = boot;
	make_policies();
}
