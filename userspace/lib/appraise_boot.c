// SPDX-License-Identifier: MIT
/* Appraisal: firmware log, and what booted against the references. */
#include <stdio.h>

#include <shinrai/hash.h>

#include "appraise_ctx.h"

/* Firmware code, option ROMs, Secure Boot: a reference must name them all. */
#define FIRMWARE_PCRS (1u << 0 | 1u << 2 | 1u << 7)
#define SEPARATORS 0xffu /* PFP 3.3.4: PCRs 0 to 7 */
#define LOADER_PCR 4

struct boot {
	struct appraise *a;
	const struct shinrai_reference *ref;
	unsigned int loaders;
	unsigned int initrds;
	unsigned int cmdlines;
};

static void add_faults(struct appraise *a,
		       const struct shinrai_bootlog_event *e)
{
	unsigned int i;

	for (i = 0; i < SHINRAI_BOOTLOG_FAULTS; i++) {
		if (!(e->faults & 1u << i))
			continue;
		shinrai_appraise_why(a,
				     i == SHINRAI_BOOTLOG_SEPARATOR ?
					     SHINRAI_WHY_FIRMWARE_SEPARATOR :
					     SHINRAI_WHY_FIRMWARE_EVENT,
				     "event %u: %s", e->index,
				     shinrai_bootlog_fault_text(i));
	}
}

/**
 * shinrai_appraise_firmware() - read and replay the firmware log
 * @a: the appraisal
 */
void shinrai_appraise_firmware(struct appraise *a)
{
	const struct shinrai_item *item =
		appraise_item(a, SHINRAI_ITEM_FIRMWARE);
	struct shinrai_bootlog *b = &a->firmware;
	struct shinrai_bootlog_event e;
	int ret;

	if (!item->data) {
		shinrai_appraise_why(a, SHINRAI_WHY_FIRMWARE_MISSING, "%s", "");
		return;
	}
	ret = shinrai_bootlog_init(b, item->data, item->len);
	if (!ret)
		while ((ret = shinrai_bootlog_next(b, &e)) > 0)
			add_faults(a, &e);
	if (ret) {
		shinrai_appraise_why(a, SHINRAI_WHY_FIRMWARE_SYNTAX, "%s",
				     shinrai_bootlog_error_text(b->error));
		return;
	}
	/* Without its separator a PCR was left open to whatever came next. */
	if ((b->separators & SEPARATORS) != SEPARATORS)
		shinrai_appraise_why(a, SHINRAI_WHY_FIRMWARE_SEPARATOR,
				     "PCR %d has none",
				     __builtin_ctz(~b->separators));
	a->have_firmware = true;
}

/* Stops an edited log: only what was extended leads to the quoted values. */
static bool replay_matches(struct appraise *a)
{
	size_t size = shinrai_bank_size(a->bank);
	const struct shinrai_pcr_value *v;
	const u8 *value;
	bool same = true;
	u8 pcr;

	for (pcr = 0; pcr < APPRAISE_IMA_PCR; pcr++) {
		v = shinrai_pcrs_get(&a->quoted, a->bank, pcr);
		value = shinrai_replay_get(&a->firmware.replay, a->bank, pcr);
		if (v && value && !memcmp(v->value, value, size))
			continue;
		shinrai_appraise_why(a, SHINRAI_WHY_FIRMWARE_REPLAY, "PCR %u",
				     pcr);
		same = false;
	}
	return same;
}

/* What is worth learning from: PCRs 0 to 9 say all that the log does. */
static void take_boot(struct appraise *a)
{
	const struct shinrai_pcr_value *v;
	struct shinrai_sha256 c;
	u8 pcr;

	if (a->out->count[SHINRAI_WHY_FIRMWARE_EVENT] ||
	    a->out->count[SHINRAI_WHY_FIRMWARE_SEPARATOR])
		return;
	shinrai_sha256_init(&c);
	for (pcr = 0; pcr < APPRAISE_IMA_PCR; pcr++) {
		v = shinrai_pcrs_get(&a->quoted, a->bank, pcr);
		shinrai_sha256_update(&c, v->value, v->size);
	}
	shinrai_sha256_final(&c, a->out->boot);
	a->out->have_boot = true;
}

/* Return: a bit for each PCR that @f names and that is another one. */
static u32 differing(const struct appraise *a,
		     const struct shinrai_ref_firmware *f)
{
	const struct shinrai_pcr_value *v;
	u32 mask = 0;
	u8 pcr;

	for (pcr = 0; pcr < SHINRAI_PCR_COUNT; pcr++) {
		if (!(f->mask >> pcr & 1))
			continue;
		v = shinrai_pcrs_get(&a->quoted, a->bank, pcr);
		if (!v || memcmp(v->value, f->value[pcr], v->size))
			mask |= 1u << pcr;
	}
	return mask;
}

/* @f is the one that differs least, in the PCRs of @mask; NULL: none is enough. */
static void firmware_unknown(struct appraise *a,
			     const struct shinrai_ref_firmware *f, u32 mask)
{
	char pcrs[96] = "", text[APPRAISE_TEXT];
	size_t n = 0;
	u8 pcr;

	if (!f) {
		shinrai_appraise_why(
			a, SHINRAI_WHY_FIRMWARE_UNKNOWN,
			"a reference names PCRs 0, 2 and 7 at least");
		return;
	}
	for (pcr = 0; pcr < SHINRAI_PCR_COUNT; pcr++) {
		if (mask >> pcr & 1)
			n += (size_t)snprintf(pcrs + n, sizeof(pcrs) - n,
					      "%s%u", n ? ", " : "", pcr);
	}
	shinrai_appraise_why(a, SHINRAI_WHY_FIRMWARE_UNKNOWN,
			     "PCR %s differs from the nearest reference%s%s",
			     pcrs, *f->name ? ", " : "",
			     shinrai_appraise_printable(f->name,
							strlen(f->name), text));
}

/* References may come from elsewhere, their names with them. */
static void name_it(struct boot *b, const char *what, const char *name)
{
	char text[APPRAISE_TEXT];

	shinrai_appraise_note(b->a, "%s: %s", what,
			      shinrai_appraise_printable(name, strlen(name),
							 text));
}

static void check_firmware(struct boot *b)
{
	const struct shinrai_ref_firmware *f, *nearest = NULL;
	u32 mask, least = 0;
	size_t i;

	for (i = 0; i < b->ref->nfirmware; i++) {
		f = &b->ref->firmware[i];
		if (f->bank != b->a->bank ||
		    (f->mask & FIRMWARE_PCRS) != FIRMWARE_PCRS)
			continue;
		mask = differing(b->a, f);
		if (!mask) {
			name_it(b, "firmware", f->name);
			return;
		}
		if (!nearest ||
		    __builtin_popcount(mask) < __builtin_popcount(least)) {
			nearest = f;
			least = mask;
		}
	}
	firmware_unknown(b->a, nearest, least);
}

/*
 * References are SHA-256, and only digests of the quoted bank are proven.
 * Return: the entry, or NULL.
 */
static const struct shinrai_ref_file *
find(const struct appraise *a, const struct shinrai_ref_file *file, size_t n,
     const struct shinrai_bootlog_event *e)
{
	const u8 *digest = shinrai_bootlog_digest(e, SHINRAI_ALG_SHA256);
	size_t i;

	if (a->bank != SHINRAI_ALG_SHA256 || !digest)
		return NULL;
	for (i = 0; i < n; i++) {
		if (!memcmp(file[i].sha256, digest, 32))
			return &file[i];
	}
	return NULL;
}

/*
 * An event's type is not extended, its digest is.  So an action counts only as
 * one of these texts: a kernel's bytes under this name would hash as well.
 */
static bool harmless(const struct shinrai_bootlog_event *e)
{
	static const char *const actions[] = {
		"Calling EFI Application from Boot Option",
		"Returning from EFI Application from Boot Option",
	};
	size_t i;

	if (e->match != SHINRAI_BOOTLOG_HASHED)
		return e->match == SHINRAI_BOOTLOG_NOT_EXTENDED;
	if (e->type == SHINRAI_EV_SEPARATOR)
		return e->data.len == 4;
	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		if (e->type == SHINRAI_EV_EFI_ACTION &&
		    e->data.len == strlen(actions[i]) &&
		    !memcmp(e->data.p, actions[i], e->data.len))
			return true;
	}
	return false;
}

static void not_understood(struct boot *b,
			   const struct shinrai_bootlog_event *e)
{
	shinrai_appraise_why(b->a, SHINRAI_WHY_BOOT_EVENT,
			     "event %u, PCR %u, %s", e->index, e->pcr,
			     shinrai_bootlog_type_name(e->type));
}

/* Every program that the firmware started, not only the last. */
static void check_loader(struct boot *b, const struct shinrai_bootlog_event *e)
{
	const struct shinrai_ref_file *f;

	if (harmless(e))
		return;
	if (e->type != SHINRAI_EV_EFI_BOOT_SERVICES_APPLICATION &&
	    e->type != SHINRAI_EV_EFI_BOOT_SERVICES_DRIVER &&
	    e->type != SHINRAI_EV_EFI_RUNTIME_SERVICES_DRIVER) {
		not_understood(b, e);
		return;
	}
	b->loaders++;
	f = find(b->a, b->ref->kernel, b->ref->nkernels, e);
	if (f)
		name_it(b, "kernel", f->name);
	else
		shinrai_appraise_why(b->a, SHINRAI_WHY_KERNEL_UNKNOWN,
				     "event %u", e->index);
}

static void check_initrd(struct boot *b, const struct shinrai_bootlog_event *e)
{
	const struct shinrai_ref_file *f =
		find(b->a, b->ref->initramfs, b->ref->ninitramfs, e);

	char text[APPRAISE_TEXT];

	b->initrds++;
	if (!f)
		shinrai_appraise_why(b->a, SHINRAI_WHY_INITRAMFS_UNKNOWN,
				     "event %u", e->index);
	else if (!f->arms)
		shinrai_appraise_why(b->a, SHINRAI_WHY_INITRAMFS_ARMS, "%s",
				     shinrai_appraise_printable(
					     f->name, strlen(f->name), text));
	else
		name_it(b, "initramfs", f->name);
}

static void check_cmdline(struct boot *b, const struct shinrai_bootlog_event *e)
{
	const u8 *digest = shinrai_bootlog_digest(e, b->a->bank);
	size_t size = shinrai_bank_size(b->a->bank), i;
	u8 want[SHINRAI_BANK_MAX];

	b->cmdlines++;
	for (i = 0; digest && i < b->ref->ncmdlines; i++) {
		if (!shinrai_cmdline_digest(b->a->bank, b->ref->cmdline[i],
					    want) &&
		    !memcmp(want, digest, size)) {
			name_it(b, "command line", b->ref->cmdline[i]);
			return;
		}
	}
	shinrai_appraise_why(b->a, SHINRAI_WHY_CMDLINE_UNKNOWN, "event %u",
			     e->index);
}

static void check_event(struct boot *b, const struct shinrai_bootlog_event *e)
{
	struct shinrai_bootlog_tag tag;

	if (e->pcr == LOADER_PCR) {
		check_loader(b, e);
		return;
	}
	if ((e->pcr != 8 && e->pcr != 9) || harmless(e))
		return;
	if (e->pcr == 9 && !shinrai_bootlog_tag(e, &tag)) {
		if (tag.id == SHINRAI_TAG_LINUX_INITRD) {
			check_initrd(b, e);
			return;
		}
		if (tag.id == SHINRAI_TAG_LINUX_OPTIONS) {
			check_cmdline(b, e);
			return;
		}
	}
	not_understood(b, e);
}

static void check_events(struct boot *b)
{
	const struct shinrai_item *item =
		appraise_item(b->a, SHINRAI_ITEM_FIRMWARE);
	struct shinrai_bootlog log;
	struct shinrai_bootlog_event e;

	if (shinrai_bootlog_init(&log, item->data, item->len))
		return;
	log.again = true;
	while (shinrai_bootlog_next(&log, &e) > 0)
		check_event(b, &e);
	if (!b->loaders)
		shinrai_appraise_why(b->a, SHINRAI_WHY_KERNEL_MISSING, "%s",
				     "");
	if (!b->initrds)
		shinrai_appraise_why(b->a, SHINRAI_WHY_INITRAMFS_MISSING, "%s",
				     "");
	if (!b->cmdlines)
		shinrai_appraise_why(b->a, SHINRAI_WHY_CMDLINE_MISSING, "%s",
				     "");
}

/**
 * shinrai_appraise_boot() - what booted, against the references
 * @a: the appraisal, after the quoted values were established
 */
void shinrai_appraise_boot(struct appraise *a)
{
	struct boot b = { .a = a, .ref = a->in->ref };
	unsigned int i;

	if (!a->have_firmware || !a->have_quoted || !replay_matches(a))
		return;
	take_boot(a);
	if (!b.ref) {
		shinrai_appraise_why(a, SHINRAI_WHY_REFERENCES_MISSING, "%s",
				     "");
		return;
	}
	check_firmware(&b);
	check_events(&b);
	for (i = SHINRAI_STEP_FIRMWARE; i <= SHINRAI_STEP_CMDLINE; i++)
		a->out->proven[i] = true;
	a->boot_proven = true;
	for (i = 0; i < SHINRAI_WHYS; i++) {
		enum shinrai_step step = shinrai_reason_info(i)->step;

		if (a->out->count[i] && step >= SHINRAI_STEP_FIRMWARE &&
		    step <= SHINRAI_STEP_CMDLINE)
			a->boot_proven = false;
	}
}
