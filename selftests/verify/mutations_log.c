// SPDX-License-Identifier: MIT
/* Ways to lie: the log, record by record. */
#include <assert.h>
#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/sha.h>

#include "mutations.h"

static const u8 salt[16] = "other salt here";

static void event_edited(struct forge *f)
{
	f->rec[2].events[20] ^= 1;
}

static void header_edited(struct forge *f)
{
	f->rec[2].flip = 1;
}

static void forged_consistently(struct forge *f)
{
	struct forge_record *r = &f->rec[2];

	r->len = 0;
	r->count = 0;
	shinrai_tree_init(&r->tree);
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, "id", "/bin/ls");
	/* The checkpoint's root would give it away first. */
	f->rec[6].type = SHINRAI_RECORD_EVENTS;
	forge_log(f, f->nrec);
}

static void reordered(struct forge *f)
{
	struct forge_record *t = malloc(sizeof(*t));

	*t = f->rec[2];
	f->rec[2] = f->rec[3];
	f->rec[3] = *t;
	free(t);
	forge_log(f, f->nrec);
}

static void renumbered(struct forge *f)
{
	f->rec[2].header_number = 3;
	forge_log(f, f->nrec);
}

static void moved(struct forge *f)
{
	f->rec[2].index = 13;
	forge_log(f, f->nrec);
}

static void moved_to_foreign_pcr(struct forge *f)
{
	f->rec[2].pcr = f->rec[2].index = 14;
}

static void dropped(struct forge *f)
{
	forge_drop(f, 3);
	forge_log(f, f->nrec);
}

static void duplicated(struct forge *f)
{
	memmove(&f->rec[4], &f->rec[3], (f->nrec - 3) * sizeof(f->rec[0]));
	f->nrec++;
	forge_log(f, f->nrec);
}

static void cut_short(struct forge *f)
{
	forge_log(f, f->quoted - 1);
}

static void log_cut(struct forge *f)
{
	forge_cut(f, SHINRAI_ITEM_LOG);
}

static void log_grown(struct forge *f)
{
	forge_grow(f, SHINRAI_ITEM_LOG);
}

static void log_from_middle(struct forge *f)
{
	forge_drop(f, 0);
	forge_log(f, f->nrec);
}

static void other_boot_record(struct forge *f)
{
	f->rec[3].boot_id[0] ^= 1;
}

static void event_added(struct forge *f)
{
	f->rec[3].count++;
}

static void foreign_record(struct forge *f)
{
	/* The content TLV's type, 18 bytes and one digest TLV later. */
	f->item[SHINRAI_ITEM_LOG][19 + 5 + 5 + 32] = 4;
}

static void other_digests(struct forge *f)
{
	/* Algorithm id of record 0's only digest. */
	f->item[SHINRAI_ITEM_LOG][24] = 0x0c;
}

static void redacted_as_other(struct forge *f)
{
	struct forge_record *r = &f->rec[2];
	struct shinrai_tree honest = r->tree;
	u32 count = r->count;

	/* "ls" shown as "id", its header left as it was. */
	r->len = 0;
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, "id", "/bin/ls");
	r->tree = honest;
	r->count = count;
	forge_log(f, f->nrec);
}

static void reencode(struct forge *f, bool honest)
{
	struct forge_record *r = &f->rec[2];
	struct shinrai_rd events;
	struct shinrai_event ev;
	u8 commitment[32], again[FORGE_EVENTS];
	struct shinrai_wr w;

	shinrai_rd_init(&events, r->events, r->len);
	assert(shinrai_event_next(&events, &ev) == 1);
	assert(ev.field[4].id == SHINRAI_FIELD_PATH);
	shinrai_field_commit(0x80, honest ? ev.field[4].salt : salt,
			     ev.field[4].data, ev.field[4].len, commitment);
	ev.field[4].withheld = true;
	ev.field[4].data = commitment;
	ev.field[4].len = 32;
	shinrai_wr_init(&w, again, sizeof(again));
	assert(!shinrai_event_encode(&w, &ev));
	memcpy(r->events, again, w.len);
	r->len = w.len;
	forge_log(f, f->nrec);
}

static void withheld_altered(struct forge *f)
{
	reencode(f, false);
}

static void withheld_honestly(struct forge *f)
{
	reencode(f, true);
}

/* Whatever is in such a log, its digests are the same. */
static void capped(struct forge *f)
{
	f->capped = true;
	forge_plan_log(f);
}

static u8 *version_of(struct forge *f, u64 number)
{
	struct shinrai_record r;
	struct shinrai_rd log;

	shinrai_rd_init(&log, f->item[SHINRAI_ITEM_LOG],
			f->len[SHINRAI_ITEM_LOG]);
	while (shinrai_record_next(&log, &r) > 0) {
		if (r.recnum == number)
			return (u8 *)(uintptr_t)r.content + SHINRAI_TLV_SIZE;
	}
	return NULL;
}

/* The rogue program's record, passed off as one of a later version. */
static void rogue_of_later_version(struct forge *f)
{
	*version_of(f, 4) = 2;
}

/* An honest kernel wrote this; a verifier of another time reads it. */
static void unknown_record(struct forge *f)
{
	f->rec[4].type = 9;
}

static void later_version(struct forge *f)
{
	f->rec[4].version = 2;
}

static void skippable_record(struct forge *f)
{
	f->rec[4].type = 0x89;
}

static void unknown_event(struct forge *f)
{
	forge_simple(&f->rec[4], 99, 1);
}

static void skippable_event(struct forge *f)
{
	forge_simple(&f->rec[4], 0x8099, 1);
}

static void unknown_state(struct forge *f)
{
	forge_simple(&f->rec[4], SHINRAI_EVENT_STATE, 77);
}

static void degraded(struct forge *f)
{
	forge_simple(&f->rec[4], SHINRAI_EVENT_STATE,
		     SHINRAI_REASON_DEGRADED_TPM);
}

static void pcr_moved(struct forge *f)
{
	forge_simple(&f->rec[4], SHINRAI_EVENT_STATE, SHINRAI_REASON_PCR_MOVED);
}

static void overflow(struct forge *f)
{
	forge_simple(&f->rec[4], SHINRAI_EVENT_OVERFLOW,
		     SHINRAI_REASON_LOG_FULL);
}

static void violation(struct forge *f)
{
	forge_simple(&f->rec[4], SHINRAI_EVENT_VIOLATION,
		     SHINRAI_REASON_TOMTOU);
}

static void overruler(struct forge *f)
{
	forge_simple(&f->rec[4], SHINRAI_EVENT_VIOLATION,
		     SHINRAI_REASON_BPF_PROGRAM);
}

static void unmeasured(struct forge *f)
{
	forge_simple(&f->rec[4], SHINRAI_EVENT_UNMEASURED, 1);
}

static void flagged(struct forge *f, u16 type, u8 flags)
{
	const u8 be[4] = { 0, 0, 0, flags };
	struct shinrai_event ev = { .type = type, .nfields = 1 };

	ev.field[0] = (struct shinrai_field){ 0x04, false, 4, NULL, be };
	forge_event(&f->rec[4], &ev);
}

static void refused(struct forge *f)
{
	flagged(f, SHINRAI_EVENT_VIOLATION, SHINRAI_CODE_REFUSED);
	flagged(f, SHINRAI_EVENT_UNMEASURED,
		SHINRAI_CODE_REFUSED | SHINRAI_CODE_MPROTECT);
}

static void violation_late(struct forge *f)
{
	flagged(f, SHINRAI_EVENT_VIOLATION, SHINRAI_CODE_LATE);
}

static void unmeasured_late(struct forge *f)
{
	flagged(f, SHINRAI_EVENT_UNMEASURED, SHINRAI_CODE_LATE);
}

static void refused_and_more(struct forge *f)
{
	flagged(f, SHINRAI_EVENT_UNMEASURED, SHINRAI_CODE_REFUSED | 0x80);
}

static void refused_code(struct forge *f)
{
	flagged(f, SHINRAI_EVENT_CODE, SHINRAI_CODE_REFUSED);
}

static void anon_exec(struct forge *f)
{
	forge_simple(&f->rec[4], SHINRAI_EVENT_ANON_EXEC, 1);
}

static void anon_exec_allowed(struct forge *f)
{
	anon_exec(f);
	f->allow_anon_exec = true;
}

static void code_without_digest(struct forge *f)
{
	forge_simple(&f->rec[4], SHINRAI_EVENT_CODE, 1);
}

static void unknown_code(struct forge *f)
{
	forge_code(&f->rec[4], SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, "evil",
		   "/tmp/evil");
}

static void user_code_in_kernel(struct forge *f)
{
	forge_code(&f->rec[4], SHINRAI_EVENT_CODE, SHINRAI_KIND_MODULE, "ls",
		   "/tmp/ls.ko");
}

static void kernel_code_as_user(struct forge *f)
{
	forge_code(&f->rec[4], SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, "mod",
		   "/tmp/mod");
}

static void any_code(struct forge *f)
{
	forge_code(&f->rec[4], SHINRAI_EVENT_CODE, SHINRAI_KIND_MODULE, "both",
		   "/b");
}

static void no_digests(struct forge *f)
{
	f->digests = NULL;
}

static void wrong_checkpoint(struct forge *f)
{
	f->wrong_root = true;
}

#define BAD SHINRAI_UNTRUSTED
#define OPEN SHINRAI_UNKNOWN
#define GOOD SHINRAI_TRUSTED

const struct mutation mutations_log[] = {
	{ "honest, path withheld", NULL, withheld_honestly, NULL, GOOD },
	{ "honest, JIT allowed", anon_exec_allowed, NULL, NULL, GOOD },
	{ "honest, known as any", any_code, NULL, NULL, GOOD },
	{ "honest, enforced", refused, NULL, NULL, GOOD },
	{ "skippable record", skippable_record, NULL, NULL, GOOD },
	{ "skippable event", skippable_event, NULL, NULL, GOOD },
	{ "event edited", event_edited, NULL, "record-root", BAD },
	{ "digest edited", header_edited, NULL, "record-digest", BAD },
	{ "record forged throughout", NULL, forged_consistently,
	  "quote-not-in-log", BAD },
	{ "records reordered", NULL, reordered, "log-gap", BAD },
	{ "record renumbered", NULL, renumbered, "record-number", BAD },
	{ "record moved to the other PCR", NULL, moved, "record-pcr", BAD },
	{ "record in a PCR not ours", moved_to_foreign_pcr, NULL, "pcr-other",
	  BAD },
	{ "record dropped", NULL, dropped, "log-gap", BAD },
	{ "record duplicated", NULL, duplicated, "log-repeat", BAD },
	{ "log shorter than the quote", NULL, cut_short, "quote-not-in-log",
	  BAD },
	{ "log cut", NULL, log_cut, "log-syntax", BAD },
	{ "log trailing byte", NULL, log_grown, "log-syntax", BAD },
	{ "log from the middle", NULL, log_from_middle, "log-first", BAD },
	{ "record of another boot", other_boot_record, NULL, "log-boot-id",
	  BAD },
	{ "event count wrong", event_added, NULL, "record-count", BAD },
	{ "content of another type", NULL, foreign_record, "log-foreign", BAD },
	{ "digest of another bank", NULL, other_digests, "record-banks", BAD },
	{ "redacted event passed off", NULL, redacted_as_other, "record-root",
	  BAD },
	{ "withheld commitment altered", NULL, withheld_altered, "record-root",
	  BAD },
	{ "bank is capped", capped, NULL, "bank-capped", BAD },
	{ "rogue record as of a later version", unknown_code,
	  rogue_of_later_version, "record-digest", BAD },
	{ "record of a later version", later_version, NULL, "record-version",
	  OPEN },
	{ "unknown critical record", unknown_record, NULL, "record-type",
	  OPEN },
	{ "unknown critical event", unknown_event, NULL, "event-type", OPEN },
	{ "unknown change of state", unknown_state, NULL, "state-unknown",
	  OPEN },
	{ "anonymous code", anon_exec, NULL, "anon-exec", OPEN },
	{ "checkpoint of other records", wrong_checkpoint, NULL, "checkpoint",
	  BAD },
	{ "degraded", degraded, NULL, "degraded", BAD },
	{ "PCR extended by others", pcr_moved, NULL, "pcr-moved", BAD },
	{ "overflow", overflow, NULL, "overflow", BAD },
	{ "violation", violation, NULL, "violation", BAD },
	{ "program that overrules hooks", overruler, NULL, "bpf-program", BAD },
	{ "violation, not refused", violation_late, NULL, "violation", BAD },
	{ "unmeasured code", unmeasured, NULL, "unmeasured", BAD },
	{ "unmeasured code, late", unmeasured_late, NULL, "unmeasured", BAD },
	{ "refused, with an unknown flag", refused_and_more, NULL, "unmeasured",
	  BAD },
	{ "code told as refused", refused_code, NULL, "event-fields", BAD },
	{ "code without digest", code_without_digest, NULL, "event-fields",
	  BAD },
	{ "unknown code", unknown_code, NULL, "code-unknown", BAD },
	{ "user code in the kernel", user_code_in_kernel, NULL,
	  "code-not-kernel", BAD },
	{ "kernel code as user code", kernel_code_as_user, NULL,
	  "code-not-user", BAD },
	{ "no digest list", no_digests, NULL, "digests-missing", OPEN },
	{ 0 },
};
