// SPDX-License-Identifier: MIT
/* Ways to lie: violation reports. */
#include <assert.h>

#include <openssl/ec.h>

#include <shinrai/abridge.h>

#include "mutations.h"

static struct forge_fields e;

static void honest(struct forge *f)
{
	forge_plan_data(f);
	f->report = f->abridged = true;
}

static void whole_log(struct forge *f)
{
	forge_plan_data(f);
	f->report = true;
}

static void without_session(struct forge *f)
{
	honest(f);
	f->no_session = true;
}

static void nothing_wanted(struct forge *f)
{
	honest(f);
	f->since = 1000;
}

static void data_left(struct forge *f)
{
	honest(f);
	forge_flow(&e, FORGE_BETA, 3, SHINRAI_VERDICT_DENY, false);
	forge_add(forge_more(f, true), &e);
	forge_label(&e, FORGE_BETA, SHINRAI_LABEL_LOST);
	forge_add(forge_more(f, true), &e);
}

/* That code is unknown makes no record of it less true. */
static void rogue_machine(struct forge *f)
{
	honest(f);
	forge_code(forge_more(f, false), SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC,
		   "evil", "/tmp/evil");
	forge_simple(forge_more(f, false), SHINRAI_EVENT_STATE,
		     SHINRAI_REASON_DEGRADED_MEMORY);
	f->digests = NULL;
}

static void taken_for_evidence(struct forge *f)
{
	/* As its collection says; the reader asks for evidence. */
	f->report = false;
}

/* The CEL record of that number in the log item. */
static struct shinrai_record record_of(struct forge *f, u64 number)
{
	struct shinrai_record r;
	struct shinrai_rd log;

	shinrai_rd_init(&log, f->item[SHINRAI_ITEM_LOG],
			f->len[SHINRAI_ITEM_LOG]);
	while (shinrai_record_next(&log, &r) > 0) {
		if (r.recnum == number)
			return r;
	}
	assert(false);
	return r;
}

static void set_be32(u8 *p, size_t v)
{
	p[0] = (u8)(v >> 24);
	p[1] = (u8)(v >> 16);
	p[2] = (u8)(v >> 8);
	p[3] = (u8)v;
}

/* Replaces @old bytes at @at in the content of a record. */
static void splice(struct forge *f, u64 number, size_t at, size_t old,
		   const void *data, size_t len)
{
	struct shinrai_record r = record_of(f, number);
	u8 *p = (u8 *)(uintptr_t)r.content + at;
	u8 *end = f->item[SHINRAI_ITEM_LOG] + f->len[SHINRAI_ITEM_LOG];

	assert(at + old <= r.content_len);
	memmove(p + len, p + old, (size_t)(end - p) - old);
	if (len)
		memcpy(p, data, len);
	f->len[SHINRAI_ITEM_LOG] += len - old;
	set_be32((u8 *)(uintptr_t)r.content - 4, r.content_len + len - old);
}

#define FIRST SHINRAI_HEADER_TLV
#define LEAF (SHINRAI_TLV_SIZE + SHINRAI_TREE_HASH)

static void hide_all(struct forge *f, u64 number)
{
	splice(f, number, FIRST, record_of(f, number).content_len - FIRST, NULL,
	       0);
}

/* Its first event becomes a leaf, as an honest machine might have done it. */
static void hide_first(struct forge *f, u64 number)
{
	struct shinrai_record r = record_of(f, number);
	u8 leaf[LEAF] = { SHINRAI_TLV_LEAF, 0, 0, 0, SHINRAI_TREE_HASH };
	struct shinrai_event ev;
	struct shinrai_rd rd;

	shinrai_rd_init(&rd, r.content + FIRST, r.content_len - FIRST);
	assert(shinrai_event_next(&rd, &ev) == 1);
	assert(!shinrai_event_leaf(&ev, leaf + SHINRAI_TLV_SIZE));
	splice(f, number, FIRST, r.content_len - FIRST - rd.len, leaf, LEAF);
}

/* Two violations in one record, and something else before them. */
static void mixed(struct forge *f)
{
	struct forge_record *r;

	honest(f);
	r = forge_more(f, true);
	forge_flow(&e, FORGE_ACME, 7, SHINRAI_VERDICT_ALLOW, false);
	forge_add(r, &e);
	forge_flow(&e, FORGE_ACME, 7, SHINRAI_VERDICT_DENY, true);
	forge_add(r, &e);
	forge_add(r, &e);
}

static void leaf_altered(struct forge *f)
{
	splice(f, 15, FIRST + LEAF - 1, 1, "x", 1);
}

static void leaf_removed(struct forge *f)
{
	splice(f, 15, FIRST, LEAF, NULL, 0);
}

static void leaf_of_other_size(struct forge *f)
{
	splice(f, 15, FIRST + 4, 1, "\37", 1);
}

static void leaf_cut(struct forge *f)
{
	size_t len = record_of(f, 15).content_len;

	splice(f, 15, FIRST + 12, len - FIRST - 12, NULL, 0);
}

static void violation_edited(struct forge *f)
{
	/* The first byte of its COUNT. */
	splice(f, 14, FIRST + 11, 1, "\1", 1);
}

static void violation_hidden(struct forge *f)
{
	hide_all(f, 15);
	hide_first(f, 14);
}

static void violation_dropped(struct forge *f)
{
	forge_drop(f, 14);
	f->rec[14].number = 15;
	forge_log(f, f->nrec);
	forge_abridge(f);
}

static void start_hidden(struct forge *f)
{
	hide_all(f, 0);
}

static void arm_hidden(struct forge *f)
{
	hide_first(f, 1);
}

/* Then nobody can say by which policy it was decided. */
static void policy_hidden(struct forge *f)
{
	hide_all(f, 10);
}

static void header_edited(struct forge *f)
{
	/* The last byte of its time. */
	splice(f, 14, FIRST - 37, 1, "x", 1);
}

static void leaf_in_evidence(struct forge *f)
{
	hide_first(f, 2);
}

static void unquoted(struct forge *f)
{
	honest(f);
	f->quoted = 14;
}

static void other_key(struct forge *f)
{
	honest(f);
	f->signer = EVP_EC_gen("P-256");
}

static void other_key_undo(struct forge *f)
{
	EVP_PKEY_free(f->signer);
	f->signer = f->key;
}

static void not_pinned(struct forge *f)
{
	honest(f);
	f->no_pin = true;
}

static void late_nonce(struct forge *f)
{
	honest(f);
	f->late_nonce = true;
}

static void no_references(struct forge *f)
{
	honest(f);
	f->reference = NULL;
}

static void other_module(struct forge *f)
{
	honest(f);
	f->reference_module = FORGE_MODULE("9123456789ABCDEF0123456", "61");
}

static void test_module(struct forge *f)
{
	f->module_id = "9123456789ABCDEF0123456";
	honest(f);
}

static void forged_flow(struct forge *f)
{
	struct forge_record *r = &f->rec[14];

	r->len = 0;
	r->count = 0;
	shinrai_tree_init(&r->tree);
	forge_flow(&e, FORGE_ACME, 7, SHINRAI_VERDICT_DENY, false);
	forge_add(r, &e);
	forge_log(f, f->nrec);
	forge_abridge(f);
}

#define BAD SHINRAI_UNTRUSTED
#define OPEN SHINRAI_UNKNOWN
#define GOOD SHINRAI_TRUSTED

const struct mutation mutations_report[] = {
	{ "honest report", honest, NULL, NULL, GOOD },
	{ "honest report of the whole log", whole_log, NULL, NULL, GOOD },
	{ "honest report, nothing else in it", mixed, NULL, NULL, GOOD },
	{ "honest report, nobody asked", without_session, NULL, NULL, GOOD },
	{ "honest report of nothing", nothing_wanted, NULL, NULL, GOOD },
	{ "honest report, data left", data_left, NULL, NULL, GOOD },
	{ "honest report, machine untrusted", rogue_machine, NULL, NULL, GOOD },
	{ "honest report, violation hidden", mixed, violation_hidden, NULL,
	  GOOD },
	{ "honest report, violation not covered", unquoted, NULL, NULL, GOOD },
	{ "report taken for evidence", honest, taken_for_evidence,
	  "evidence-syntax", BAD },
	{ "leaf in evidence", whole_log, leaf_in_evidence, "record-syntax",
	  BAD },
	{ "leaf altered", mixed, leaf_altered, "record-root", BAD },
	{ "leaf removed", mixed, leaf_removed, "record-count", BAD },
	{ "leaf of 31 bytes", mixed, leaf_of_other_size, "record-syntax", BAD },
	{ "leaf cut", mixed, leaf_cut, "record-syntax", BAD },
	{ "violation edited", honest, violation_edited, "record-root", BAD },
	{ "violation forged", honest, forged_flow, "quote-not-in-log", BAD },
	{ "violation dropped", data_left, violation_dropped, "log-gap", BAD },
	{ "header edited", honest, header_edited, "record-digest", BAD },
	{ "START hidden", honest, start_hidden, "start-fields", BAD },
	{ "ARM hidden", honest, arm_hidden, "arm-fields", BAD },
	{ "policy hidden", honest, policy_hidden, "flow-policy", BAD },
	{ "report signed by another key", other_key, other_key_undo,
	  "signature", BAD },
	{ "report, key not pinned", not_pinned, NULL, "ak-unpinned", OPEN },
	{ "report, nonce came too late", late_nonce, NULL, "challenge-absent",
	  BAD },
	{ "report, no references", no_references, NULL, "references-missing",
	  OPEN },
	{ "report of another module", test_module, NULL, "module-unknown",
	  OPEN },
	{ "report, another module expected", other_module, NULL,
	  "module-unknown", OPEN },
	{ 0 },
};
