// SPDX-License-Identifier: MIT
/* Firmware event logs: framing, Spec ID event, replay. */
#include <shinrai/bootlog.h>

#include "bootlog.h"

static const char spec_agile[16] = "Spec ID Event03";
static const char spec_efi[16] = "Spec ID Event02";
static const char spec_bios[16] = "Spec ID Event00";
static const char startup_locality[16] = "StartupLocality";

size_t shinrai_bootlog_offset(const struct shinrai_bootlog *b)
{
	return (size_t)(b->rd.p - b->base);
}

const u8 *shinrai_bootlog_digest(const struct shinrai_bootlog_event *e, u16 alg)
{
	unsigned int i;

	for (i = 0; i < e->ndigests; i++) {
		if (e->digest[i].alg == alg)
			return e->digest[i].value;
	}
	return NULL;
}

static int fail(struct shinrai_bootlog *b, enum shinrai_bootlog_error error)
{
	if (!b->error)
		b->error = error;
	return -EBADMSG;
}

static void fault(struct shinrai_bootlog_event *e, enum shinrai_bootlog_fault f)
{
	e->faults |= 1u << f;
}

static bool signed_as(const struct shinrai_bytes *data, const char *text)
{
	return data->len >= 16 && !memcmp(data->p, text, 16);
}

static void read_data(struct shinrai_rd *r, struct shinrai_bootlog_event *e)
{
	e->data.len = shinrai_rd_le32(r);
	e->data.p = shinrai_rd_bytes(r, e->data.len);
	if (!e->data.p)
		e->data.len = 0;
}

/* TCG_PCR_EVENT: the first event of any log, all events of an old one. */
static int read_sha1(struct shinrai_rd *r, struct shinrai_bootlog_event *e)
{
	e->pcr = shinrai_rd_le32(r);
	e->type = shinrai_rd_le32(r);
	e->ndigests = 1;
	e->digest[0].alg = SHINRAI_ALG_SHA1;
	e->digest[0].size = 20;
	e->digest[0].value = shinrai_rd_bytes(r, 20);
	read_data(r, e);
	return shinrai_rd_err(r);
}

static size_t spec_size(const struct shinrai_bootlog *b, u16 alg)
{
	unsigned int i;

	for (i = 0; i < b->nalgs; i++) {
		if (b->algs[i].alg == alg)
			return b->algs[i].size;
	}
	return 0;
}

/* TCG_PCR_EVENT2, PFP 10.2.2: digest sizes are those of the Spec ID event. */
static int read_agile(struct shinrai_bootlog *b, struct shinrai_rd *r,
		      struct shinrai_bootlog_event *e)
{
	struct shinrai_digest *d;
	u32 i, count;

	e->pcr = shinrai_rd_le32(r);
	e->type = shinrai_rd_le32(r);
	count = shinrai_rd_le32(r);
	if (shinrai_rd_err(r))
		return fail(b, SHINRAI_BOOTLOG_TRUNCATED);
	if (count > SHINRAI_MAX_BANKS)
		return fail(b, SHINRAI_BOOTLOG_ALGORITHM);
	for (i = 0; i < count; i++) {
		d = &e->digest[i];
		d->alg = shinrai_rd_le16(r);
		if (shinrai_rd_err(r))
			return fail(b, SHINRAI_BOOTLOG_TRUNCATED);
		if (shinrai_bootlog_digest(e, d->alg))
			fault(e, SHINRAI_BOOTLOG_BANKS);
		d->size = (u8)spec_size(b, d->alg);
		if (!d->size)
			return fail(b, SHINRAI_BOOTLOG_ALGORITHM);
		d->value = shinrai_rd_bytes(r, d->size);
		e->ndigests++;
	}
	if (count != b->nalgs)
		fault(e, SHINRAI_BOOTLOG_BANKS);
	read_data(r, e);
	return shinrai_rd_err(r) ? fail(b, SHINRAI_BOOTLOG_TRUNCATED) : 0;
}

/* TCG_EfiSpecIdEvent, PFP 10.4.5.1. */
static int read_spec_id(struct shinrai_bootlog *b,
			const struct shinrai_bytes *data)
{
	struct shinrai_rd r;
	u32 i, n;

	shinrai_rd_init(&r, data->p, data->len);
	shinrai_rd_bytes(&r, sizeof(spec_agile));
	shinrai_rd_le32(&r); /* platformClass */
	b->spec_minor = shinrai_rd_u8(&r);
	b->spec_major = shinrai_rd_u8(&r);
	b->spec_errata = shinrai_rd_u8(&r);
	shinrai_rd_u8(&r); /* uintnSize */
	n = shinrai_rd_le32(&r);
	if (!n || n > SHINRAI_MAX_BANKS)
		shinrai_rd_fail(&r, -EBADMSG);
	for (i = 0; i < n && !shinrai_rd_err(&r); i++) {
		u16 alg = shinrai_rd_le16(&r);
		u16 size = shinrai_rd_le16(&r);

		if (spec_size(b, alg) ||
		    !shinrai_replay_add(&b->replay, alg, size))
			shinrai_rd_fail(&r, -EBADMSG);
		b->algs[i].alg = alg;
		b->algs[i].size = size;
		b->nalgs++;
	}
	shinrai_rd_bytes(&r, shinrai_rd_u8(&r)); /* vendorInfo */
	return shinrai_rd_end(&r);
}

/* The first event says which of the two formats follows. */
static int read_first(struct shinrai_bootlog *b)
{
	struct shinrai_bootlog_event e = { 0 };
	struct shinrai_rd r = b->rd;

	if (!shinrai_rd_left(&r)) {
		b->error = SHINRAI_BOOTLOG_EMPTY;
		return -ENODATA;
	}
	if (read_sha1(&r, &e) || e.pcr >= SHINRAI_PCR_COUNT)
		return fail(b, SHINRAI_BOOTLOG_HEADER);
	if (e.type == SHINRAI_EV_NO_ACTION && signed_as(&e.data, spec_agile)) {
		b->agile = true;
		b->have_spec = true;
		if (read_spec_id(b, &e.data))
			return fail(b, SHINRAI_BOOTLOG_SPEC_ID);
		return 0;
	}
	b->have_spec =
		e.type == SHINRAI_EV_NO_ACTION &&
		(signed_as(&e.data, spec_efi) || signed_as(&e.data, spec_bios));
	b->algs[0].alg = SHINRAI_ALG_SHA1;
	b->algs[0].size = 20;
	b->nalgs = 1;
	shinrai_replay_add(&b->replay, SHINRAI_ALG_SHA1, 20);
	return 0;
}

int shinrai_bootlog_init(struct shinrai_bootlog *b, const void *log, size_t len)
{
	memset(b, 0, offsetof(struct shinrai_bootlog, replay));
	shinrai_rd_init(&b->rd, log, len);
	b->base = log;
	b->secure_boot = -1;
	shinrai_replay_init(&b->replay);
	return read_first(b);
}

/* PCR 0 begins with the locality of TPM2_Startup or H-CRTM: PTP 4.6.2. */
static int start_pcr0(struct shinrai_bootlog *b, u8 locality)
{
	struct shinrai_replay_bank *bank;

	for (bank = b->replay.bank; bank < b->replay.bank + b->replay.nbanks;
	     bank++) {
		if (bank->extended & 1)
			return -EBUSY;
		bank->pcr[0][bank->size - 1] = locality;
	}
	b->locality = locality;
	return 0;
}

static void no_action(struct shinrai_bootlog *b,
		      struct shinrai_bootlog_event *e)
{
	unsigned int i, j;

	e->match = SHINRAI_BOOTLOG_NOT_EXTENDED;
	for (i = 0; i < e->ndigests; i++) {
		for (j = 0; j < e->digest[i].size; j++) {
			if (e->digest[i].value[j])
				fault(e, SHINRAI_BOOTLOG_NO_ACTION);
		}
	}
	if (e->index &&
	    (signed_as(&e->data, spec_agile) || signed_as(&e->data, spec_efi) ||
	     signed_as(&e->data, spec_bios)))
		fault(e, SHINRAI_BOOTLOG_NO_ACTION);
	if (!signed_as(&e->data, startup_locality))
		return;
	if (e->pcr || e->data.len != 17 ||
	    (e->data.p[16] != 0 && e->data.p[16] != 3 && e->data.p[16] != 4) ||
	    b->have_locality || b->hcrtm || start_pcr0(b, e->data.p[16])) {
		fault(e, SHINRAI_BOOTLOG_LOCALITY);
		return;
	}
	b->have_locality = true;
}

static void extend(struct shinrai_bootlog *b, struct shinrai_bootlog_event *e)
{
	struct shinrai_replay_bank *bank;
	unsigned int i;

	if (e->pcr >= SHINRAI_PCR_COUNT) {
		fault(e, SHINRAI_BOOTLOG_PCR_RANGE);
		return;
	}
	if (e->type == SHINRAI_EV_EFI_HCRTM_EVENT && !e->pcr && !b->hcrtm &&
	    !b->have_locality) {
		if (start_pcr0(b, 4))
			fault(e, SHINRAI_BOOTLOG_LOCALITY);
		else
			b->hcrtm = true;
	}
	for (i = 0; i < e->ndigests && !b->again; i++) {
		bank = shinrai_replay_bank(&b->replay, e->digest[i].alg);
		if (bank)
			shinrai_replay_extend(bank, e->pcr, e->digest[i].value);
	}
	e->before_separator = !(b->separators >> e->pcr & 1);
	shinrai_bootlog_examine(b, e);
}

int shinrai_bootlog_next(struct shinrai_bootlog *b,
			 struct shinrai_bootlog_event *e)
{
	struct shinrai_rd r = b->rd;
	int ret;

	if (b->error)
		return -EBADMSG;
	if (!shinrai_rd_left(&r))
		return 0;
	memset(e, 0, sizeof(*e));
	e->index = b->events;
	e->offset = shinrai_bootlog_offset(b);
	if (b->agile && b->events)
		ret = read_agile(b, &r, e);
	else
		ret = read_sha1(&r, e) ? fail(b, SHINRAI_BOOTLOG_TRUNCATED) : 0;
	if (ret)
		return ret;
	b->rd = r;
	b->events++;
	if (e->type == SHINRAI_EV_NO_ACTION)
		no_action(b, e);
	else
		extend(b, e);
	b->faults |= e->faults;
	return 1;
}
