// SPDX-License-Identifier: MIT
/* Appraisal: firmware log, and what booted against the references. */
#include <stdio.h>

#include <shinrai/hash.h>

#include "appraise_ctx.h"

/* Firmware code, option ROMs, Secure Boot: a reference must name them all. */
#define FIRMWARE_PCRS (1u << 0 | 1u << 2 | 1u << 7)
#define SEPARATORS 0xffu /* PFP 3.3.4: PCRs 0 to 7 */
#define LOADER_PCR 4

/* Kinds of events that no reference names. */
enum { HARMLESS = SHINRAI_BOOT_KINDS, ODD };

struct boot {
	struct appraise *a;
	const struct shinrai_reference *ref; /* NULL: it is read, not judged */
	unsigned int seen[SHINRAI_BOOT_KINDS];
	bool unkept; /* what was read is more than what can be kept */
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

	if (!item->data)
		return;
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

/* PCRs 0 to 9 say all that the log does.  Return: whether they were quoted. */
static bool hash_pcrs(const struct appraise *a, u8 digest[32])
{
	const struct shinrai_pcr_value *v;
	struct shinrai_sha256 c;
	u8 pcr;

	shinrai_sha256_init(&c);
	for (pcr = 0; pcr < APPRAISE_IMA_PCR; pcr++) {
		v = shinrai_pcrs_get(&a->quoted, a->bank, pcr);
		if (!v)
			return false;
		shinrai_sha256_update(&c, v->value, v->size);
	}
	shinrai_sha256_final(&c, digest);
	return true;
}

/* What is worth learning from. */
static void take_boot(struct appraise *a)
{
	if (!a->out->count[SHINRAI_WHY_FIRMWARE_EVENT] &&
	    !a->out->count[SHINRAI_WHY_FIRMWARE_SEPARATOR])
		a->out->have_boot = hash_pcrs(a, a->out->boot);
}

/*
 * Without a log: what it said when it came, in this boot, is true as long as the
 * PCRs that it led to are what they were.
 * Return: that; NULL: nobody knows.
 */
static const struct shinrai_boot_state *recall(const struct appraise *a)
{
	const struct shinrai_state *last = a->in->last;
	u8 pcrs[32];

	if (!last || !last->boot.base || last->boot.base != a->base ||
	    a->in->whole || !a->have_quoted || !a->have_challenge ||
	    memcmp(a->challenge.boot_id, last->boot_id,
		   sizeof(last->boot_id)) ||
	    !hash_pcrs(a, pcrs) || memcmp(pcrs, last->boot.pcrs, sizeof(pcrs)))
		return NULL;
	return &last->boot;
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
static const struct shinrai_ref_file *find(const struct appraise *a,
					   const struct shinrai_ref_file *file,
					   size_t n, const u8 *digest)
{
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

/* Every program that the firmware started, not only the last. */
static void check_loader(struct boot *b, u32 index, const u8 *digest)
{
	const struct shinrai_ref_file *f =
		find(b->a, b->ref->kernel, b->ref->nkernels, digest);

	if (f)
		name_it(b, "kernel", f->name);
	else
		shinrai_appraise_why(b->a, SHINRAI_WHY_KERNEL_UNKNOWN,
				     "event %u", index);
}

static void check_initrd(struct boot *b, u32 index, const u8 *digest)
{
	const struct shinrai_ref_file *f =
		find(b->a, b->ref->initramfs, b->ref->ninitramfs, digest);

	char text[APPRAISE_TEXT];

	if (!f)
		shinrai_appraise_why(b->a, SHINRAI_WHY_INITRAMFS_UNKNOWN,
				     "event %u", index);
	else if (!f->arms)
		shinrai_appraise_why(b->a, SHINRAI_WHY_INITRAMFS_ARMS, "%s",
				     shinrai_appraise_printable(
					     f->name, strlen(f->name), text));
	else
		name_it(b, "initramfs", f->name);
}

static void check_cmdline(struct boot *b, u32 index, const u8 *digest)
{
	size_t size = shinrai_bank_size(b->a->bank), i;
	u8 want[SHINRAI_BANK_MAX];

	for (i = 0; digest && i < b->ref->ncmdlines; i++) {
		if (!shinrai_cmdline_digest(b->a->bank, b->ref->cmdline[i],
					    want) &&
		    !memcmp(want, digest, size)) {
			name_it(b, "command line", b->ref->cmdline[i]);
			return;
		}
	}
	shinrai_appraise_why(b->a, SHINRAI_WHY_CMDLINE_UNKNOWN, "event %u",
			     index);
}

static const struct {
	void (*check)(struct boot *b, u32 index, const u8 *digest);
	enum shinrai_reason_code missing;
} kinds[SHINRAI_BOOT_KINDS] = {
	[SHINRAI_BOOT_LOADER] = { check_loader, SHINRAI_WHY_KERNEL_MISSING },
	[SHINRAI_BOOT_INITRAMFS] = { check_initrd,
				     SHINRAI_WHY_INITRAMFS_MISSING },
	[SHINRAI_BOOT_CMDLINE] = { check_cmdline, SHINRAI_WHY_CMDLINE_MISSING },
};

/* @digest: of the quoted bank; NULL: there is none */
static void check(struct boot *b, unsigned int kind, u32 index,
		  const u8 *digest)
{
	b->seen[kind]++;
	if (b->ref)
		kinds[kind].check(b, index, digest);
}

/* Return: enum shinrai_boot_kind; HARMLESS; ODD. */
static unsigned int kind_of(const struct shinrai_bootlog_event *e)
{
	struct shinrai_bootlog_tag tag;

	if ((e->pcr != LOADER_PCR && e->pcr != 8 && e->pcr != 9) || harmless(e))
		return HARMLESS;
	if (e->pcr == LOADER_PCR &&
	    (e->type == SHINRAI_EV_EFI_BOOT_SERVICES_APPLICATION ||
	     e->type == SHINRAI_EV_EFI_BOOT_SERVICES_DRIVER ||
	     e->type == SHINRAI_EV_EFI_RUNTIME_SERVICES_DRIVER))
		return SHINRAI_BOOT_LOADER;
	if (e->pcr == 9 && !shinrai_bootlog_tag(e, &tag)) {
		if (tag.id == SHINRAI_TAG_LINUX_INITRD)
			return SHINRAI_BOOT_INITRAMFS;
		if (tag.id == SHINRAI_TAG_LINUX_OPTIONS)
			return SHINRAI_BOOT_CMDLINE;
	}
	return ODD;
}

static void not_understood(struct boot *b,
			   const struct shinrai_bootlog_event *e)
{
	b->unkept = true;
	if (b->ref)
		shinrai_appraise_why(b->a, SHINRAI_WHY_BOOT_EVENT,
				     "event %u, PCR %u, %s", e->index, e->pcr,
				     shinrai_bootlog_type_name(e->type));
}

/* For the next appraisal, which does not see the event again. */
static void keep(struct boot *b, unsigned int kind, u32 index, const u8 *digest)
{
	struct shinrai_boot_state *s = &b->a->now.boot;
	struct shinrai_boot_event *e = &s->event[s->nevents];

	if (b->a->bank != SHINRAI_ALG_SHA256 || !digest ||
	    s->nevents == SHINRAI_BOOT_EVENTS) {
		b->unkept = true;
		return;
	}
	e->kind = (u8)kind;
	e->index = index;
	memcpy(e->digest, digest, sizeof(e->digest));
	s->nevents++;
}

/*
 * Who gives no list of PCR values that leads to the quote needs the log for that.
 */
static void keep_boot(const struct boot *b)
{
	struct appraise *a = b->a;

	if (b->unkept || !a->out->have_boot || !a->given_proven) {
		memset(&a->now.boot, 0, sizeof(a->now.boot));
		return;
	}
	a->now.boot.base = a->base;
	memcpy(a->now.boot.pcrs, a->out->boot, sizeof(a->now.boot.pcrs));
}

static void check_log(struct boot *b)
{
	const struct shinrai_item *item =
		appraise_item(b->a, SHINRAI_ITEM_FIRMWARE);
	struct shinrai_bootlog log;
	struct shinrai_bootlog_event e;
	const u8 *digest;
	unsigned int kind;

	if (shinrai_bootlog_init(&log, item->data, item->len))
		return;
	log.again = true;
	while (shinrai_bootlog_next(&log, &e) > 0) {
		kind = kind_of(&e);
		digest = shinrai_bootlog_digest(&e, b->a->bank);
		if (kind == ODD) {
			not_understood(b, &e);
		} else if (kind != HARMLESS) {
			keep(b, kind, e.index, digest);
			check(b, kind, e.index, digest);
		}
	}
	keep_boot(b);
}

static void check_kept(struct boot *b, const struct shinrai_boot_state *kept)
{
	const struct shinrai_boot_event *e;

	b->a->now.boot = *kept;
	for (e = kept->event; e < kept->event + kept->nevents; e++)
		check(b, e->kind, e->index, e->digest);
}

static bool is_good(const struct appraise *a)
{
	unsigned int i;

	for (i = 0; i < SHINRAI_WHYS; i++) {
		enum shinrai_step step = shinrai_reason_info(i)->step;

		if (a->out->count[i] && step >= SHINRAI_STEP_FIRMWARE &&
		    step <= SHINRAI_STEP_CMDLINE)
			return false;
	}
	return true;
}

/* @kept: as recall() says; NULL: the log is there */
static void judge(struct boot *b, const struct shinrai_boot_state *kept)
{
	struct appraise *a = b->a;
	unsigned int i;

	if (b->ref)
		check_firmware(b);
	else
		shinrai_appraise_why(a, SHINRAI_WHY_REFERENCES_MISSING, "%s",
				     "");
	if (kept)
		check_kept(b, kept);
	else
		check_log(b);
	if (!b->ref)
		return;
	for (i = 0; i < SHINRAI_BOOT_KINDS; i++) {
		if (!b->seen[i])
			shinrai_appraise_why(a, kinds[i].missing, "%s", "");
	}
	for (i = SHINRAI_STEP_FIRMWARE; i <= SHINRAI_STEP_CMDLINE; i++)
		a->out->proven[i] = true;
	a->boot_proven = is_good(a);
}

/**
 * shinrai_appraise_boot() - what booted, against the references
 * @a: the appraisal, after the quoted values were established
 */
void shinrai_appraise_boot(struct appraise *a)
{
	struct boot b = { .a = a, .ref = a->in->ref };
	const struct shinrai_boot_state *kept = NULL;

	memset(&a->now.boot, 0, sizeof(a->now.boot));
	if (!appraise_item(a, SHINRAI_ITEM_FIRMWARE)->data) {
		kept = recall(a);
		if (!kept) {
			shinrai_appraise_why(a, SHINRAI_WHY_FIRMWARE_MISSING,
					     "%s", "");
			return;
		}
	} else if (!a->have_firmware || !a->have_quoted) {
		return;
	} else if (!shinrai_replay_get(&a->firmware.replay, a->bank, 0)) {
		/* In the format of TPM 1.2 there are only those of SHA-1. */
		shinrai_appraise_why(a, SHINRAI_WHY_FIRMWARE_BANK, "%s",
				     shinrai_bank_text(a->bank));
		return;
	} else if (!replay_matches(a)) {
		return;
	}
	take_boot(a);
	judge(&b, kept);
}
