// SPDX-License-Identifier: MIT
/* Ways to lie: START and ARM, the boot, the IMA list. */
#include <assert.h>
#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/sha.h>

#include "mutations.h"

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

/* The verifier chooses where our log is, not the evidence. */
static void swapped_own_pcrs(struct forge *f)
{
	restart(f, SHINRAI_FIELD_PCRS, "\x0d\x0c", 2);
}

static void other_own_pcrs(struct forge *f)
{
	forge_own_pcrs(f, 11, 15);
}

static void other_own_pcrs_expected(struct forge *f)
{
	forge_own_pcrs(f, 11, 15);
	f->expect[0] = 11;
	f->expect[1] = 15;
}

static void other_own_pcrs_swapped(struct forge *f)
{
	forge_own_pcrs(f, 11, 15);
	f->expect[0] = 15;
	f->expect[1] = 11;
}

static void other_pcrs_expected(struct forge *f)
{
	f->expect[0] = 12;
	f->expect[1] = 15;
}

/* Those that are expected must be quoted, too. */
static void expected_not_quoted(struct forge *f)
{
	other_own_pcrs_expected(f);
	f->mask = f->asked_mask = 0x77ff | 1u << 11;
}

static void other_module(struct forge *f)
{
	f->module_id = "1123456789ABCDEF0123456";
	forge_plan_log(f);
}

static void module_without_id(struct forge *f)
{
	f->module_id = "";
	forge_plan_log(f);
}

static void other_programs(struct forge *f)
{
	f->programs[12] ^= 1;
	forge_plan_log(f);
}

static void nothing_of_modules(struct forge *f)
{
	f->reference_module = NULL;
}

/* Each is known, but not of the same module. */
static void programs_of_another(struct forge *f)
{
	f->reference_module =
		FORGE_MODULE("0123456789ABCDEF0123456", "62") "," FORGE_MODULE(
			"1123456789ABCDEF0123456", "61");
}

static void two_modules(struct forge *f)
{
	f->reference_module =
		FORGE_MODULE("0123456789ABCDEF0123456", "62") "," FORGE_MODULE(
			"0123456789ABCDEF0123456", "61");
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

static void no_firmware(struct forge *f)
{
	f->absent[SHINRAI_ITEM_FIRMWARE] = true;
}

static void firmware_cut(struct forge *f)
{
	forge_cut(f, SHINRAI_ITEM_FIRMWARE);
}

static void firmware_grown(struct forge *f)
{
	forge_grow(f, SHINRAI_ITEM_FIRMWARE);
}

/* Digest of the kernel in the log; the TPM knows better. */
static void put_le32(u8 **p, u32 v)
{
	const u8 le[4] = { (u8)v, (u8)(v >> 8), (u8)(v >> 16), (u8)(v >> 24) };

	memcpy(*p, le, sizeof(le));
	*p += sizeof(le);
}

/* As firmware gives it that knows the format of TPM 1.2 only. */
static void firmware_of_tpm12(struct forge *f)
{
	u8 *p = f->item[SHINRAI_ITEM_FIRMWARE];
	const struct forge_boot *b;

	for (b = f->boot; b < f->boot + f->nboot; b++) {
		put_le32(&p, b->pcr);
		put_le32(&p, b->type);
		SHA1(b->data, b->len, p);
		p += SHA_DIGEST_LENGTH;
		put_le32(&p, (u32)b->len);
		memcpy(p, b->data, b->len);
		p += b->len;
	}
	f->len[SHINRAI_ITEM_FIRMWARE] =
		(size_t)(p - f->item[SHINRAI_ITEM_FIRMWARE]);
}

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

/* Nothing ever extended it. */
static const char pcr14[] = "00000000000000000000000000000000"
			    "00000000000000000000000000000000";

static void pcr14_referenced(struct forge *f)
{
	f->reference_pcr14 = pcr14;
}

static void pcr14_not_quoted(struct forge *f)
{
	f->reference_pcr14 = pcr14;
	f->mask = f->asked_mask = 0x77ff & ~(1u << 14);
}

/* A value beside those that the digest is of. */
static void pcr14_stated(struct forge *f)
{
	static const u8 value[4 + 32] = { 0, 0x0b, 14, 32 };
	u8 *list = f->item[SHINRAI_ITEM_PCRS];

	list[1]++;
	memcpy(list + f->len[SHINRAI_ITEM_PCRS], value, sizeof(value));
	f->len[SHINRAI_ITEM_PCRS] += sizeof(value);
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

static void ima_cut(struct forge *f)
{
	forge_cut(f, SHINRAI_ITEM_IMA);
}

static void ima_grown(struct forge *f)
{
	forge_grow(f, SHINRAI_ITEM_IMA);
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

const struct mutation mutations_boot[] = {
	{ "honest, no IMA", NULL, no_ima, NULL, GOOD },
	{ "honest, in PCRs 11 and 15", other_own_pcrs_expected, NULL, NULL,
	  GOOD },
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
	{ "own PCRs are not those asked for", swapped_own_pcrs, NULL,
	  "start-pcrs", BAD },
	{ "in PCRs 11 and 15", other_own_pcrs, NULL, "start-pcrs", BAD },
	{ "in PCRs 11 and 15, the other way round", other_own_pcrs_swapped,
	  NULL, "start-pcrs", BAD },
	{ "PCRs 12 and 15 are expected", other_pcrs_expected, NULL,
	  "start-pcrs", BAD },
	{ "in PCRs 11 and 15, the latter not quoted", expected_not_quoted, NULL,
	  "pcr-required", BAD },
	{ "honest, module not in question", nothing_of_modules, NULL, NULL,
	  GOOD },
	{ "honest, two modules are known", two_modules, NULL, NULL, GOOD },
	{ "other module", other_module, NULL, "module-unknown", OPEN },
	{ "module without an id", module_without_id, NULL, "module-unknown",
	  OPEN },
	{ "other programs", other_programs, NULL, "programs-unknown", OPEN },
	{ "programs of another module", programs_of_another, NULL,
	  "programs-unknown", OPEN },
	{ "PCR used before START", started_late, NULL, "start-nonzero", OPEN },
	{ "no firmware log", NULL, no_firmware, "firmware-missing", OPEN },
	{ "firmware log of SHA-1 alone", NULL, firmware_of_tpm12,
	  "firmware-bank", OPEN },
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
	{ "honest, PCR 14 is in the references", pcr14_referenced, NULL, NULL,
	  GOOD },
	{ "PCR 14 is stated, not quoted", pcr14_not_quoted, pcr14_stated,
	  "firmware-unknown", OPEN },
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
	{ "IMA log cut", NULL, ima_cut, "ima-syntax", BAD },
	{ "IMA log trailing byte", NULL, ima_grown, "ima-syntax", BAD },
	{ "IMA path edited", NULL, ima_path_edited, "ima-entry", BAD },
	{ "IMA entry dropped", NULL, ima_dropped, "ima-replay", BAD },
	{ 0 },
};
