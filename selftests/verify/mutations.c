// SPDX-License-Identifier: MIT
/* Ways to lie about a machine; one line of the table each. */
#include <assert.h>
#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/sha.h>

#include "mutations.h"

static const u8 salt[16] = "other salt here";

static void cut(struct forge *f, enum shinrai_item_id id)
{
	f->len[id]--;
}

static void grow(struct forge *f, enum shinrai_item_id id)
{
	f->item[id][f->len[id]++] = 0;
}

/* --- the quote --- */
static void old_nonce(struct forge *f)
{
	memset(f->session_nonce, 9, 32);
}

static void late_nonce(struct forge *f)
{
	f->late_nonce = true;
}

static void other_exporter(struct forge *f)
{
	memset(f->exporter, 9, 32);
}

static void other_verifier(struct forge *f)
{
	memset(f->verifier_key, 9, 32);
}

static void other_key(struct forge *f)
{
	f->signer = EVP_EC_gen("P-256");
}

static void other_key_undo(struct forge *f)
{
	EVP_PKEY_free(f->signer);
	f->signer = f->key;
}

static EVP_PKEY *swapped;

/* A whole evidence by another key: only the pin tells. */
static void unpinned_key(struct forge *f)
{
	swapped = f->key;
	f->key = f->signer = EVP_EC_gen("P-256");
}

static void pin_first(struct forge *f)
{
	EVP_PKEY_free(f->key);
	f->key = f->signer = swapped;
}

static void no_pin(struct forge *f)
{
	f->no_pin = true;
}

static void wrong_magic(struct forge *f)
{
	f->magic = 0xff544348;
}

static void wrong_type(struct forge *f)
{
	f->type = 0x8017;
}

static void attest_cut(struct forge *f)
{
	cut(f, SHINRAI_ITEM_ATTEST);
	forge_sign(f);
}

static void attest_grown(struct forge *f)
{
	grow(f, SHINRAI_ITEM_ATTEST);
	forge_sign(f);
}

static void attest_big_field(struct forge *f)
{
	f->item[SHINRAI_ITEM_ATTEST][6] = 0xff;
	forge_sign(f);
}

static void attest_edited(struct forge *f)
{
	/* Firmware version, unsigned then. */
	f->item[SHINRAI_ITEM_ATTEST][90]++;
}

static void signature_cut(struct forge *f)
{
	cut(f, SHINRAI_ITEM_SIGNATURE);
}

static void signature_grown(struct forge *f)
{
	grow(f, SHINRAI_ITEM_SIGNATURE);
}

static void signature_zero_r(struct forge *f)
{
	memset(f->item[SHINRAI_ITEM_SIGNATURE] + 6, 0, 32);
}

static void signature_zero_s(struct forge *f)
{
	memset(f->item[SHINRAI_ITEM_SIGNATURE] + 40, 0, 32);
}

static void wrong_hash(struct forge *f)
{
	f->sig_hash = 0x12; /* SM3 */
}

static void sha1_hash(struct forge *f)
{
	f->sig_hash = 0x04;
}

static void ak_unrestricted(struct forge *f)
{
	f->attributes &= ~(1u << 16);
}

static void ak_cut(struct forge *f)
{
	cut(f, SHINRAI_ITEM_AK);
}

static void ak_grown(struct forge *f)
{
	grow(f, SHINRAI_ITEM_AK);
}

static void ak_off_curve(struct forge *f)
{
	f->item[SHINRAI_ITEM_AK][f->len[SHINRAI_ITEM_AK] - 1] ^= 1;
}

static void fewer_pcrs(struct forge *f)
{
	f->mask = f->asked_mask = 0x77ff & ~(1u << 4);
}

static void without_own_pcr(struct forge *f)
{
	f->mask = f->asked_mask = 0x77ff & ~(1u << 13);
}

static void other_pcrs(struct forge *f)
{
	f->asked_mask = 0x37ff;
}

static void resettable_pcr(struct forge *f)
{
	f->mask = f->asked_mask = 0x77ff | 1u << 16;
}

static void other_bank(struct forge *f)
{
	f->bank = 0x0c;
}

static void challenge_cut(struct forge *f)
{
	cut(f, SHINRAI_ITEM_CHALLENGE);
}

static void challenge_grown(struct forge *f)
{
	grow(f, SHINRAI_ITEM_CHALLENGE);
}

static void challenge_version(struct forge *f)
{
	f->item[SHINRAI_ITEM_CHALLENGE][0] = 2;
}

/* Two hashes in the path of a tree of two leaves. */
static void long_path(struct forge *f)
{
	u8 *c = f->item[SHINRAI_ITEM_CHALLENGE];
	size_t n = f->len[SHINRAI_ITEM_CHALLENGE];

	c[n - 33] = 2;
	memset(c + n, 5, 32);
	f->len[SHINRAI_ITEM_CHALLENGE] += 32;
}

static void other_boot_quoted(struct forge *f)
{
	memset(f->boot_id, 0xb1, 16);
}

static void pcrs_cut(struct forge *f)
{
	cut(f, SHINRAI_ITEM_PCRS);
}

static void pcrs_grown(struct forge *f)
{
	grow(f, SHINRAI_ITEM_PCRS);
}

/* The value of PCR 0; the logs still lead to the quote. */
static void pcrs_lie(struct forge *f)
{
	f->item[SHINRAI_ITEM_PCRS][6] ^= 1;
}

static void pcrs_moved_on(struct forge *f)
{
	f->item[SHINRAI_ITEM_PCRS][2 + 11 * 36 + 4] ^= 1;
}

static void no_pcrs(struct forge *f)
{
	f->absent[SHINRAI_ITEM_PCRS] = true;
}

static void pcrs_and_firmware_lie(struct forge *f)
{
	f->item[SHINRAI_ITEM_PCRS][6] ^= 1;
	f->absent[SHINRAI_ITEM_FIRMWARE] = true;
}

static void no_attest(struct forge *f)
{
	f->absent[SHINRAI_ITEM_ATTEST] = true;
}

static void no_session(struct forge *f)
{
	f->no_session = true;
}

/* --- against what was seen last --- */
static void seen(struct forge *f)
{
	struct shinrai_appraisal a;

	assert(!forge_appraise(f, &a) && a.have_next);
	f->last = a.next;
	f->have_last = true;
	shinrai_appraisal_free(&a);
}

static void seen_before(struct forge *f)
{
	seen(f);
}

static void clock_back(struct forge *f)
{
	seen(f);
	f->last.clock.clock++;
}

static void resets_back(struct forge *f)
{
	seen(f);
	f->last.clock.reset_count++;
}

static void restarts_back(struct forge *f)
{
	seen(f);
	f->last.clock.restart_count++;
}

static void reset_same_boot(struct forge *f)
{
	seen(f);
	f->last.clock.reset_count--;
}

static void no_reset_other_boot(struct forge *f)
{
	seen(f);
	f->last.boot_id[3] ^= 1;
}

static void fewer_than_seen(struct forge *f)
{
	seen(f);
	f->last.records++;
}

static void ak_changed(struct forge *f)
{
	seen(f);
	f->last.ak_name[9] ^= 1;
}

static void sticky(struct forge *f)
{
	seen(f);
	f->last.sticky[0].code = SHINRAI_WHY_OVERFLOW;
	f->last.nsticky = 1;
	/* Only what is new, as a daemon sends it. */
	f->len[SHINRAI_ITEM_LOG] = 0;
}

static void nothing_new(struct forge *f)
{
	seen(f);
	f->len[SHINRAI_ITEM_LOG] = 0;
}

/* --- the log --- */
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
	cut(f, SHINRAI_ITEM_LOG);
}

static void log_grown(struct forge *f)
{
	grow(f, SHINRAI_ITEM_LOG);
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

/* An honest kernel wrote this; a verifier of another time reads it. */
static void unknown_record(struct forge *f)
{
	f->rec[4].type = 9;
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

static void unmeasured(struct forge *f)
{
	forge_simple(&f->rec[4], SHINRAI_EVENT_UNMEASURED, 1);
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

/* --- START and ARM --- */
static void renumber(struct forge *f)
{
	unsigned int i;

	for (i = 0; i < f->nrec; i++)
		f->rec[i].number = f->rec[i].header_number = i;
}

static void start_not_first(struct forge *f)
{
	struct forge_record *t = malloc(sizeof(*t));

	*t = f->rec[0];
	f->rec[0] = f->rec[1];
	f->rec[1] = *t;
	free(t);
	renumber(f);
}

static void second_start(struct forge *f)
{
	f->rec[f->nrec] = f->rec[0];
	f->nrec++;
	renumber(f);
	f->quoted = f->nrec;
}

static void start_without_fields(struct forge *f)
{
	struct forge_record *r = &f->rec[0];

	r->len = 0;
	r->count = 0;
	shinrai_tree_init(&r->tree);
	forge_simple(r, SHINRAI_EVENT_START, 1);
	renumber(f);
}

static void start_event_elsewhere(struct forge *f)
{
	forge_simple(&f->rec[4], SHINRAI_EVENT_START, 1);
}

static void no_arm(struct forge *f)
{
	forge_drop(f, 1);
	renumber(f);
}

static void arm_late(struct forge *f)
{
	struct forge_record *t = malloc(sizeof(*t));

	*t = f->rec[1];
	f->rec[1] = f->rec[2];
	f->rec[2] = *t;
	free(t);
	renumber(f);
}

static void second_arm(struct forge *f)
{
	f->rec[2] = f->rec[1];
	renumber(f);
}

static void arm_without_fields(struct forge *f)
{
	struct forge_record *r = &f->rec[1];

	r->len = 0;
	r->count = 0;
	shinrai_tree_init(&r->tree);
	forge_simple(r, SHINRAI_EVENT_ARM, 1);
	renumber(f);
}

/* ARM promises three. */
static void running_missing(struct forge *f)
{
	struct forge_record *r = &f->rec[1];
	u8 copy[FORGE_EVENTS];
	struct shinrai_rd events;
	struct shinrai_event ev;

	memcpy(copy, r->events, sizeof(copy));
	shinrai_rd_init(&events, copy, r->len);
	assert(shinrai_event_next(&events, &ev) == 1);
	r->len = 0;
	r->count = 0;
	shinrai_tree_init(&r->tree);
	forge_event(r, &ev);
}

/* START's event, with one field more or another one. */
static void restart(struct forge *f, u8 id, const void *data, u16 len)
{
	struct forge_record *r = &f->rec[0];
	u8 copy[FORGE_EVENTS];
	struct shinrai_rd events;
	struct shinrai_event ev;
	unsigned int i;

	memcpy(copy, r->events, sizeof(copy));
	shinrai_rd_init(&events, copy, r->len);
	assert(shinrai_event_next(&events, &ev) == 1);
	for (i = 0; i < ev.nfields && ev.field[i].id != id; i++)
		;
	ev.field[i] = (struct shinrai_field){ id, false, len, NULL, data };
	if (i == ev.nfields)
		ev.nfields++;
	r->len = 0;
	r->count = 0;
	shinrai_tree_init(&r->tree);
	forge_event(r, &ev);
	renumber(f);
}

static void test_flags(struct forge *f)
{
	restart(f, SHINRAI_FIELD_TEST, "\0\0\0\1", 4);
}

static void newer_abi(struct forge *f)
{
	restart(f, SHINRAI_FIELD_ABI, "\0\0\0\2", 4);
}

/* PCR 14 is shim's. */
static void foreign_own_pcr(struct forge *f)
{
	static u8 values[2 + 2 * 36] = { 0, 2, 0, 0x0b, 12, 32 };

	values[38] = 0;
	values[39] = 0x0b;
	values[40] = 14;
	values[41] = 32;
	restart(f, SHINRAI_FIELD_PCR_VALUES, values, sizeof(values));
	restart(f, SHINRAI_FIELD_PCRS, "\x0c\x0e", 2);
	f->rec[4].pcr = f->rec[4].index = 12;
}

static void started_late(struct forge *f)
{
	static u8 values[2 + 2 * 36] = { 0, 2, 0, 0x0b, 12, 32, 1 };

	values[38] = 0;
	values[39] = 0x0b;
	values[40] = 13;
	values[41] = 32;
	f->start[0][0] = 1;
	restart(f, SHINRAI_FIELD_PCR_VALUES, values, sizeof(values));
}

/* --- the boot --- */
static void no_firmware(struct forge *f)
{
	f->absent[SHINRAI_ITEM_FIRMWARE] = true;
}

static void firmware_cut(struct forge *f)
{
	cut(f, SHINRAI_ITEM_FIRMWARE);
}

static void firmware_grown(struct forge *f)
{
	grow(f, SHINRAI_ITEM_FIRMWARE);
}

/* Digest of the kernel in the log; the TPM knows better. */
static void firmware_edited(struct forge *f)
{
	u8 *p = memmem(f->item[SHINRAI_ITEM_FIRMWARE],
		       f->len[SHINRAI_ITEM_FIRMWARE],
		       f->boot[f->nboot - 3].digest, 32);

	p[5] ^= 1;
}

static void firmware_data(struct forge *f)
{
	u8 *p = memmem(f->item[SHINRAI_ITEM_FIRMWARE],
		       f->len[SHINRAI_ITEM_FIRMWARE], "Calling", 7);

	p[0] ^= 1;
}

static void no_separator(struct forge *f)
{
	/* That of PCR 6. */
	memmove(&f->boot[8], &f->boot[9], (f->nboot - 9) * sizeof(f->boot[0]));
	f->nboot--;
}

static void other_firmware(struct forge *f)
{
	f->boot[0].data = "v\0002\0\0\0";
	SHA256(f->boot[0].data, 6, f->boot[0].digest);
}

static void other_kernel(struct forge *f)
{
	f->boot[f->nboot - 3].digest[0] ^= 1;
}

static void no_kernel(struct forge *f)
{
	memmove(&f->boot[f->nboot - 3], &f->boot[f->nboot - 2],
		2 * sizeof(f->boot[0]));
	f->nboot--;
}

/* A second program that ran before the kernel. */
static void unknown_loader(struct forge *f)
{
	f->boot[f->nboot] = f->boot[f->nboot - 3];
	memset(f->boot[f->nboot].digest, 0xee, 32);
	f->nboot++;
}

/* A program named an action, its own bytes as the text: they do hash. */
static void kernel_as_action(struct forge *f)
{
	static const char text[] = "MZ the bytes of another kernel";
	struct forge_boot *b = &f->boot[f->nboot++];

	*b = (struct forge_boot){
		.pcr = 4, .type = 0x80000007, .data = text, .len = strlen(text)
	};
	SHA256((const u8 *)text, strlen(text), b->digest);
}

static void other_cmdline(struct forge *f)
{
	f->boot[f->nboot - 2].digest[0] ^= 1;
}

static void no_cmdline(struct forge *f)
{
	f->boot[f->nboot - 2] = f->boot[f->nboot - 1];
	f->nboot--;
}

static void other_initramfs(struct forge *f)
{
	f->boot[f->nboot - 1].digest[0] ^= 1;
}

static void no_initramfs(struct forge *f)
{
	f->nboot--;
}

static void initramfs_without_arms(struct forge *f)
{
	f->no_arms = true;
}

static void no_references(struct forge *f)
{
	f->reference = NULL;
}

/*
 * Root extends PCRs 12 and 13 by hand on a machine without the module: the log
 * is perfect, but no initramfs that arms the module ever ran.
 */
static void plain_extends(struct forge *f)
{
	memset(f->boot[f->nboot - 1].digest, 0x99, 32);
}

/* --- IMA --- */
static void ima_cut(struct forge *f)
{
	cut(f, SHINRAI_ITEM_IMA);
}

static void ima_grown(struct forge *f)
{
	grow(f, SHINRAI_ITEM_IMA);
}

static void ima_path_edited(struct forge *f)
{
	u8 *p = f->item[SHINRAI_ITEM_IMA];
	size_t n = f->len[SHINRAI_ITEM_IMA] / 3;

	p[n - 2] ^= 1;
}

/* Entry 1 dropped: each entry is right, their sum is not. */
static void ima_dropped(struct forge *f)
{
	size_t n = f->len[SHINRAI_ITEM_IMA] / 3;

	memmove(f->item[SHINRAI_ITEM_IMA], f->item[SHINRAI_ITEM_IMA] + n,
		2 * n);
	f->len[SHINRAI_ITEM_IMA] = 2 * n;
}

static void no_ima(struct forge *f)
{
	f->absent[SHINRAI_ITEM_IMA] = true;
}

#define BAD SHINRAI_UNTRUSTED
#define OPEN SHINRAI_UNKNOWN
#define GOOD SHINRAI_TRUSTED

const struct mutation mutations[] = {
	{ "honest", NULL, NULL, NULL, GOOD },
	{ "honest, seen before", NULL, seen_before, NULL, GOOD },
	{ "honest, nothing new", NULL, nothing_new, NULL, GOOD },
	{ "honest, path withheld", NULL, withheld_honestly, NULL, GOOD },
	{ "honest, no PCR list", NULL, no_pcrs, NULL, GOOD },
	{ "honest, PCR 12 moved on", NULL, pcrs_moved_on, NULL, GOOD },
	{ "honest, no IMA", NULL, no_ima, NULL, GOOD },
	{ "honest, JIT allowed", anon_exec_allowed, NULL, NULL, GOOD },
	{ "honest, known as any", any_code, NULL, NULL, GOOD },
	{ "skippable record", skippable_record, NULL, NULL, GOOD },
	{ "skippable event", skippable_event, NULL, NULL, GOOD },
	/* quote */
	{ "old nonce", old_nonce, NULL, "nonce", BAD },
	{ "nonce came too late", late_nonce, NULL, "challenge-absent", BAD },
	{ "another session", other_exporter, NULL, "exporter", BAD },
	{ "another verifier", other_verifier, NULL, "verifier-key", BAD },
	{ "another key signed", other_key, other_key_undo, "signature", BAD },
	{ "key not the pinned one", unpinned_key, pin_first, "ak-other", BAD },
	{ "key not pinned", NULL, no_pin, "ak-unpinned", OPEN },
	{ "wrong magic", wrong_magic, NULL, "attest-magic", BAD },
	{ "wrong type", wrong_type, NULL, "attest-type", BAD },
	{ "attest cut", NULL, attest_cut, "attest-syntax", BAD },
	{ "attest trailing byte", NULL, attest_grown, "attest-syntax", BAD },
	{ "attest oversized field", NULL, attest_big_field, "attest-syntax",
	  BAD },
	{ "attest edited", NULL, attest_edited, "signature", BAD },
	{ "signature cut", NULL, signature_cut, "signature-syntax", BAD },
	{ "signature trailing byte", NULL, signature_grown, "signature-syntax",
	  BAD },
	{ "signature r = 0", NULL, signature_zero_r, "signature", BAD },
	{ "signature s = 0", NULL, signature_zero_s, "signature", BAD },
	{ "hash not known", wrong_hash, NULL, "signature-scheme", BAD },
	{ "hash SHA-1", sha1_hash, NULL, "signature-hash", BAD },
	{ "key not restricted", ak_unrestricted, NULL, "key-unfit", BAD },
	{ "key cut", NULL, ak_cut, "ak-syntax", BAD },
	{ "key trailing byte", NULL, ak_grown, "ak-syntax", BAD },
	{ "key off the curve", no_pin, ak_off_curve, "key-invalid", BAD },
	{ "PCR 4 not quoted", fewer_pcrs, NULL, "pcr-required", BAD },
	{ "PCR 13 not quoted", without_own_pcr, NULL, "pcr-required", BAD },
	{ "other PCRs than asked", other_pcrs, NULL, "selection", BAD },
	{ "resettable PCR", resettable_pcr, NULL, "pcr-resettable", BAD },
	{ "other bank", other_bank, NULL, "bank", BAD },
	{ "challenge cut", NULL, challenge_cut, "challenge-syntax", BAD },
	{ "challenge trailing byte", NULL, challenge_grown, "challenge-syntax",
	  BAD },
	{ "challenge of a later version", NULL, challenge_version,
	  "challenge-version", OPEN },
	{ "path too long", NULL, long_path, "challenge-path", BAD },
	{ "quote of another boot", other_boot_quoted, NULL, "quote-boot-id",
	  BAD },
	{ "PCR list cut", NULL, pcrs_cut, "pcrs-syntax", BAD },
	{ "PCR list trailing byte", NULL, pcrs_grown, "pcrs-syntax", BAD },
	{ "PCR list lies", NULL, pcrs_lie, "pcrs-contradict", BAD },
	{ "PCR list lies, no firmware log", NULL, pcrs_and_firmware_lie,
	  "pcr-digest", BAD },
	{ "no attest item", NULL, no_attest, "item-missing", BAD },
	{ "no session", NULL, no_session, "session-missing", OPEN },
	/* last seen */
	{ "clock stepped back", NULL, clock_back, "clock-back", BAD },
	{ "fewer resets", NULL, resets_back, "reset-back", BAD },
	{ "fewer restarts", NULL, restarts_back, "reset-back", BAD },
	{ "reset, same boot id", NULL, reset_same_boot, "boot-id-reused", BAD },
	{ "no reset, other boot id", NULL, no_reset_other_boot,
	  "boot-id-changed", BAD },
	{ "fewer records than seen", NULL, fewer_than_seen, "log-rollback",
	  BAD },
	{ "another key than seen", NULL, ak_changed, "ak-other", BAD },
	{ "overflow seen earlier", NULL, sticky, "overflow", BAD },
	/* log */
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
	{ "unmeasured code", unmeasured, NULL, "unmeasured", BAD },
	{ "code without digest", code_without_digest, NULL, "event-fields",
	  BAD },
	{ "unknown code", unknown_code, NULL, "code-unknown", BAD },
	{ "user code in the kernel", user_code_in_kernel, NULL,
	  "code-not-kernel", BAD },
	{ "kernel code as user code", kernel_code_as_user, NULL,
	  "code-not-user", BAD },
	{ "no digest list", no_digests, NULL, "digests-missing", OPEN },
	/* START, ARM */
	{ "START not first", start_not_first, NULL, "start-missing", BAD },
	{ "second START", second_start, NULL, "start-again", BAD },
	{ "START without fields", start_without_fields, NULL, "start-fields",
	  BAD },
	{ "START event elsewhere", start_event_elsewhere, NULL, "event-place",
	  BAD },
	{ "ARM missing", no_arm, NULL, "arm-missing", BAD },
	{ "ARM late", arm_late, NULL, "arm-place", BAD },
	{ "second ARM", second_arm, NULL, "arm-again", BAD },
	{ "ARM without fields", arm_without_fields, NULL, "arm-fields", BAD },
	{ "RUNNING events missing", running_missing, NULL, "running-count",
	  OPEN },
	{ "test flags", test_flags, NULL, "test-flags", BAD },
	{ "newer interface", newer_abi, NULL, "start-abi", OPEN },
	{ "own PCR belongs to others", foreign_own_pcr, NULL, "start-pcrs",
	  BAD },
	{ "PCR used before START", started_late, NULL, "start-nonzero", OPEN },
	/* boot */
	{ "no firmware log", NULL, no_firmware, "firmware-missing", OPEN },
	{ "firmware log cut", NULL, firmware_cut, "firmware-syntax", BAD },
	{ "firmware log trailing byte", NULL, firmware_grown, "firmware-syntax",
	  BAD },
	{ "firmware log edited", NULL, firmware_edited, "firmware-replay",
	  BAD },
	{ "firmware event text edited", NULL, firmware_data, "firmware-event",
	  OPEN },
	{ "no separator in PCR 6", no_separator, NULL, "firmware-separator",
	  BAD },
	{ "other firmware", other_firmware, NULL, "firmware-unknown", OPEN },
	{ "other kernel", other_kernel, NULL, "kernel-unknown", OPEN },
	{ "another loader as well", unknown_loader, NULL, "kernel-unknown",
	  OPEN },
	{ "no kernel measured", no_kernel, NULL, "kernel-missing", OPEN },
	{ "kernel passed off as action", kernel_as_action, NULL, "boot-event",
	  OPEN },
	{ "other command line", other_cmdline, NULL, "cmdline-unknown", OPEN },
	{ "no command line", no_cmdline, NULL, "cmdline-missing", OPEN },
	{ "other initramfs", other_initramfs, NULL, "initramfs-unknown", OPEN },
	{ "no initramfs", no_initramfs, NULL, "initramfs-missing", OPEN },
	{ "initramfs without arms", initramfs_without_arms, NULL,
	  "initramfs-arms", OPEN },
	{ "no references", NULL, no_references, "references-missing", OPEN },
	{ "plain extends by root", plain_extends, NULL, "initramfs-unknown",
	  OPEN },
	/* IMA */
	{ "IMA log cut", NULL, ima_cut, "ima-syntax", BAD },
	{ "IMA log trailing byte", NULL, ima_grown, "ima-syntax", BAD },
	{ "IMA path edited", NULL, ima_path_edited, "ima-entry", BAD },
	{ "IMA entry dropped", NULL, ima_dropped, "ima-replay", BAD },
};

const size_t nmutations = ARRAY_SIZE(mutations);
