// SPDX-License-Identifier: MIT
/*
 * Appraisal behind a valid quote, and with memory: whatever log, IMA list and firmware
 * log the pinned key signed for, and then what follows them.  Trusted is only what
 * leads to the quoted PCRs and ran nothing but known code, however it came in parts.
 */
/* links: selftests/verify/forge.c selftests/verify/forge_log.c selftests/verify/forge_boot.c selftests/verify/forge_ima.c selftests/verify/forge_quote.c selftests/verify/forge_session.c selftests/verify/forge_data.c */
#include <stdio.h>
#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/sha.h>

#include <shinrai/abridge.h>
#include <shinrai/bootlog.h>
#include <shinrai/cel.h>
#include <shinrai/verdict.h>

#include "../verify/forge_parts.h"

#define HEAD 10 /* bytes of the input that plan it */
#define MOST 16384
#define PLANNED 8 /* records of known code, by forge_plan_log() */
#define CODE 12
#define FLOW 13
#define IMA 10
#define POLICIES 4
#define DIGEST_4 \
	"0404040404040404040404040404040404040404040404040404040404040404"
#define DIGEST_5 \
	"0505050505050505050505050505050505050505050505050505050505050505"

/* What is not as it was quoted, or not as it was before. */
enum {
	LIE_CODE = 1,
	LIE_FLOW = 2,
	LIE_IMA = 4,
	LIE_BOOT = 8,
	LIE_NO_PCRS = 16, /* the list of them is not there */
	LIE_OTHER_BOOT = 32, /* the second quote is of another boot */
	LIE_CLOCK = 64, /* which ran back */
	LIE_NOTHING_NEW = 128, /* the second log is empty */
};

enum {
	HOW_RAW = 1, /* the log as it stands, else events that are wrapped */
	HOW_CHECKPOINTS = 2, /* as they stand */
	HOW_HASHES = 4, /* of the IMA list, as they stand */
	HOW_BIG_ENDIAN = 8,
	HOW_WHOLE = 16, /* the second time all is shown */
	HOW_IMA_WHOLE = 32,
	HOW_FIRMWARE_AGAIN = 64,
	HOW_IMA_LATER = 128, /* the first time there is none */
};

enum {
	PIN_NAME = 16,
	NO_FACTS = 32,
	VIOLATIONS = 64,
	NOT_KNOWN = 128, /* the facts are lost */
};

struct plan {
	u8 lies, how, more;
	u8 records, entries; /* that the first quote covers */
	const u8 *log;
	size_t log_len;
	struct shinrai_item firmware;
	u8 boot[IMA][32];
	u8 ima[2][32];
};

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static struct forge *f;
static struct shinrai_refs refs[POLICIES];
static EVP_PKEY_CTX *kept;
static u8 ak_name[SHINRAI_NAME_MAX];
static size_t ak_name_len;
static u8 list[FORGE_ITEM]; /* of IMA */
static size_t list_len;
static struct shinrai_item planned_boot;
static u8 planned_pcr[IMA][32];
static u8 quoted[24][32];

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void read_refs(struct shinrai_refs *r, const char *text,
		      const char *name)
{
	char why[200];
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	check(file && !shinrai_refs_read(r, file, name, why, sizeof(why)));
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
	const char *boot = forge_make_reference(f);
	char why[200];
	int i;

	for (i = 0; i < POLICIES; i++) {
		shinrai_refs_init(&refs[i]);
		if (i == 1) {
			read_refs(&refs[i], deny, "deny.list");
			read_refs(&refs[i], rules, "keylime.json");
		}
		read_refs(&refs[i], f->digests, "known.txt");
		if (i < 3)
			read_refs(&refs[i], boot, "boot.json");
		check(!shinrai_refs_ready(&refs[i], why, sizeof(why)));
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

/* Where @count records of the log item lead to; whether all code is known. */
static bool replay(u8 pcr[24][32], u64 count)
{
	struct shinrai_rd rd, events;
	struct shinrai_header h;
	struct shinrai_record r;
	struct shinrai_event ev;
	const u8 *tlv;
	u8 digest[32];
	bool known = true;

	shinrai_rd_init(&rd, f->item[SHINRAI_ITEM_LOG],
			f->len[SHINRAI_ITEM_LOG]);
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

	f->ima_big_endian = p->how & HOW_BIG_ENDIAN;
	if (len) {
		memcpy(list, data, len);
		list_len = len;
	} else {
		f->nima = 5;
		f->ima_from = 0;
		forge_build_ima(f);
		list_len = f->len[SHINRAI_ITEM_IMA];
		memcpy(list, f->item[SHINRAI_ITEM_IMA], list_len);
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
	r = forge_record(f, data[0] & 0x7f, data[0] & 0x80 ? FLOW : CODE);
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

	forge_plan_log(f);
	f->nrec = planned;
	forge_checkpoints(f);
	while (!(p->how & HOW_RAW) && at < p->log_len &&
	       f->nrec < FORGE_RECORDS)
		at += add_record(p->log + at, p->log_len - at);
	if (!(p->how & HOW_CHECKPOINTS))
		forge_checkpoints(f);
}

/* Return: whether there is a plan. */
static bool make_plan(struct plan *p, const u8 *data, size_t len)
{
	size_t ima;

	if (len < HEAD || len > MOST)
		return false;
	p->lies = data[0];
	p->how = data[1];
	p->more = data[2];
	p->records = data[4];
	p->entries = data[5];
	p->log_len = (size_t)data[6] << 8 | data[7];
	ima = (size_t)data[8] << 8 | data[9];
	p->log = data + HEAD;
	len -= HEAD;
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
	memcpy(f->item[id], data, len);
	f->len[id] = len;
}

/* All of the three logs, as they are at last. */
static void show_all(const struct plan *p)
{
	if (p->how & HOW_RAW)
		put(SHINRAI_ITEM_LOG, p->log, p->log_len);
	else
		forge_log(f, f->nrec);
	put(SHINRAI_ITEM_IMA, list, list_len);
	put(SHINRAI_ITEM_FIRMWARE, p->firmware.data, p->firmware.len);
	memset(f->absent, 0, sizeof(f->absent));
	f->absent[SHINRAI_ITEM_SESSION] = true;
	f->absent[SHINRAI_ITEM_SESSION_SIGNATURE] = true;
	f->absent[SHINRAI_ITEM_PCRS] = p->lies & LIE_NO_PCRS;
	f->ima_from = 0;
	forge_build_machine(f);
}

static void lie(const struct plan *p, bool again)
{
	f->pcr[CODE][3] ^= !!(p->lies & LIE_CODE);
	f->pcr[FLOW][3] ^= !!(p->lies & LIE_FLOW);
	f->pcr[IMA][3] ^= !!(p->lies & LIE_IMA);
	f->pcr[p->records % IMA][3] ^= !!(p->lies & LIE_BOOT);
	memset(f->boot_id, 0xb0, sizeof(f->boot_id));
	f->clock = 100000;
	if (!again)
		return;
	f->boot_id[0] ^= !!(p->lies & LIE_OTHER_BOOT);
	f->clock = p->lies & LIE_CLOCK ? 1 : 200000;
}

/* The quote over that.  @again: the second one, which covers all */
static void quote(const struct plan *p, bool again)
{
	show_all(p);
	memset(f->pcr, 0, sizeof(f->pcr));
	replay(f->pcr, again ? ~0ull : p->records);
	memcpy(f->pcr, p->boot, sizeof(p->boot));
	memcpy(f->pcr[IMA], p->ima[again], 32);
	lie(p, again);
	memcpy(quoted, f->pcr, sizeof(quoted));
	forge_quote(f);
}

/* The log from a record on, where there is one of this number. */
static void cut_log(u64 number)
{
	u8 *log = f->item[SHINRAI_ITEM_LOG];
	struct shinrai_record r;
	struct shinrai_rd rd;

	shinrai_rd_init(&rd, log, f->len[SHINRAI_ITEM_LOG]);
	while (shinrai_record_next(&rd, &r) > 0) {
		if (r.recnum == number) {
			f->len[SHINRAI_ITEM_LOG] -= (size_t)(r.raw - log);
			memmove(log, r.raw, f->len[SHINRAI_ITEM_LOG]);
			return;
		}
	}
	f->len[SHINRAI_ITEM_LOG] = 0;
}

/* Only what is new since then. */
static void show_part(const struct plan *p, const struct shinrai_state *last)
{
	if (p->lies & LIE_NOTHING_NEW)
		f->len[SHINRAI_ITEM_LOG] = 0;
	else if (!(p->how & HOW_WHOLE))
		cut_log(last->records);
	if (!(p->how & HOW_IMA_WHOLE) && last->ima.offset <= list_len) {
		f->ima_from = last->ima.offset;
		put(SHINRAI_ITEM_IMA, list + f->ima_from,
		    list_len - f->ima_from);
		forge_build_machine(f);
	}
	f->absent[SHINRAI_ITEM_FIRMWARE] = !(p->how & HOW_FIRMWARE_AGAIN);
}

static void appraise(struct shinrai_appraise_input *in,
		     struct shinrai_appraisal *a)
{
	struct shinrai_evidence ev = { 0 };
	int i;

	for (i = 0; i < SHINRAI_NITEMS; i++) {
		if (!f->absent[i])
			ev.item[i] =
				(struct shinrai_item){ f->item[i], f->len[i] };
	}
	in->ev = &ev;
	in->session = &f->session;
	check(!shinrai_appraise(in, a));
	in->ev = NULL;
}

/* What is packed; for free(). */
struct packed {
	u8 *p;
	size_t n;
};

static struct packed pack_verdict(const struct shinrai_appraisal *a)
{
	struct packed k = { 0 };

	check(!shinrai_verdict_pack(a, &k.p, &k.n));
	return k;
}

static struct packed pack_facts(const struct shinrai_facts *facts)
{
	struct packed k = { 0 };

	check(!shinrai_facts_pack(facts, &k.p, &k.n));
	return k;
}

static struct packed pack_state(const struct shinrai_state *s)
{
	struct packed k = { 0 };

	check(!shinrai_state_pack(s, &k.p, &k.n));
	return k;
}

static void same(struct packed a, struct packed b)
{
	check(a.n == b.n && !memcmp(a.p, b.p, a.n));
	free(a.p);
	free(b.p);
}

static void same_verdict(const struct shinrai_appraisal *a,
			 const struct shinrai_appraisal *b)
{
	same(pack_verdict(a), pack_verdict(b));
	same(pack_facts(&a->facts), pack_facts(&b->facts));
	check(a->have_next == b->have_next);
	if (a->have_next)
		same(pack_state(&a->next), pack_state(&b->next));
}

/* What was remembered, as it comes back from where it is kept. */
static void remember(const struct shinrai_appraisal *a,
		     struct shinrai_state *last, struct shinrai_facts *known)
{
	struct packed s = pack_state(&a->next), k = pack_facts(&a->facts);

	check(!shinrai_state_unpack(s.p, s.n, last));
	same(s, pack_state(last));
	known->seed = 7;
	check(!shinrai_facts_unpack(known, k.p, k.n));
	same(k, pack_facts(known));
}

/* What must be so, whoever made the log.  @f: shows all of it again then */
static void judge(const struct plan *p, const struct shinrai_appraisal *a)
{
	u8 pcr[24][32] = { 0 };
	bool known;

	check(!(p->lies & LIE_IMA) || !a->proven[SHINRAI_STEP_IMA]);
	if (a->verdict != SHINRAI_TRUSTED)
		return;
	check(a->have_quote && a->have_quoted && !a->nwhy);
	show_all(p);
	known = replay(pcr, a->quoted);
	/* That would need a log which leads to another PCR. */
	check(known && !memcmp(pcr[CODE], quoted[CODE], 32) &&
	      !memcmp(pcr[FLOW], quoted[FLOW], 32) &&
	      !memcmp(p->boot, quoted, sizeof(p->boot)));
}

static void expect(struct shinrai_appraise_input *in, const struct plan *p,
		   unsigned int policy)
{
	policy %= POLICIES;
	memset(in, 0, sizeof(*in));
	shinrai_refs_expect(&refs[policy], in);
	in->allow_anon_exec = policy == 2;
	in->keep_facts = !(p->more & NO_FACTS);
	in->violations = p->more & VIOLATIONS;
	if (p->more & PIN_NAME) {
		in->ak_name = ak_name;
		in->ak_name_len = ak_name_len;
		in->kept_key = &kept;
	} else {
		in->ak_key = f->key;
	}
}

/* Twice the same, of which one is left. */
static void appraise_twice(struct shinrai_appraise_input *in,
			   struct shinrai_appraisal *a)
{
	static struct shinrai_appraisal again;

	appraise(in, a);
	appraise(in, &again);
	same_verdict(a, &again);
	shinrai_appraisal_free(&again);
}

/*
 * Who is trusted when the log comes in parts is trusted when it comes whole, but for
 * roots of checkpoints, which need the records before them.
 */
static void compare(const struct plan *p, const struct shinrai_appraisal *part)
{
	static struct shinrai_appraisal whole;
	struct shinrai_appraise_input in;

	if (part->verdict != SHINRAI_TRUSTED)
		return;
	show_all(p);
	expect(&in, p, p->more >> 2);
	in.whole = true;
	appraise(&in, &whole);
	check(whole.verdict == SHINRAI_TRUSTED ||
	      whole.count[SHINRAI_WHY_CHECKPOINT]);
	shinrai_appraisal_free(&whole);
}

static void follow(const struct plan *p, const struct shinrai_appraisal *first)
{
	static struct shinrai_state last;
	static struct shinrai_appraisal a;
	struct shinrai_facts known = { 0 };
	struct shinrai_appraise_input in;

	remember(first, &last, &known);
	quote(p, true);
	show_part(p, &last);
	expect(&in, p, p->more >> 2);
	in.last = &last;
	in.whole = p->how & HOW_WHOLE;
	if (last.facts && first->facts_all && !(p->more & NOT_KNOWN))
		in.known = &known;
	appraise_twice(&in, &a);
	judge(p, &a);
	compare(p, &a);
	shinrai_appraisal_free(&a);
	shinrai_facts_free(&known);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static struct shinrai_appraisal a;
	struct shinrai_appraise_input in;
	static struct plan p;

	if (!make_plan(&p, data, len))
		return 0;
	quote(&p, false);
	f->absent[SHINRAI_ITEM_IMA] = p.how & HOW_IMA_LATER;
	expect(&in, &p, p.more);
	in.whole = true;
	appraise_twice(&in, &a);
	judge(&p, &a);
	if (a.have_next)
		follow(&p, &a);
	shinrai_appraisal_free(&a);
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	/* All of the planned log, in two parts. */
	static const u8 plain[HEAD] = { [3] = PLANNED, [4] = 5, [5] = 2 };
	static struct shinrai_appraisal a;
	struct shinrai_appraise_input in;
	struct plan p;

	(void)argc;
	(void)argv;
	f = malloc(sizeof(*f));
	check(f);
	forge_init(f, EVP_EC_gen("P-256"));
	memcpy(f->session.nonce, f->session_nonce, 32);
	forge_build_ak(f);
	forge_build_boot(f);
	memcpy(planned_pcr, f->pcr, sizeof(planned_pcr));
	planned_boot.len = f->len[SHINRAI_ITEM_FIRMWARE];
	planned_boot.data = memcpy(malloc(planned_boot.len),
				   f->item[SHINRAI_ITEM_FIRMWARE],
				   planned_boot.len);
	make_policies();
	check(make_plan(&p, plain, sizeof(plain)));
	quote(&p, false);
	expect(&in, &p, 0);
	in.whole = true;
	appraise(&in, &a);
	check(a.verdict == SHINRAI_TRUSTED && a.have_next);
	memcpy(ak_name, a.ak_name, a.ak_name_len);
	ak_name_len = a.ak_name_len;
	shinrai_appraisal_free(&a);
	return 0;
}
