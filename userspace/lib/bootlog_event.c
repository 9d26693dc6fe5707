// SPDX-License-Identifier: MIT
/* What a single firmware event says, and whether its digest bears it out. */
#include "bootlog.h"

/* EFI_GLOBAL_VARIABLE, 8be4df61-93ca-11d2-aa0d-00e098032b8c */
static const u8 efi_global[16] = { 0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93,
				   0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0,
				   0x98, 0x03, 0x2b, 0x8c };

/*
 * PFP 10.4.1: of these types the digest must be that of the event data.  Of
 * all others it is of something else (a binary, a command line, a table), or
 * firmware is known to differ.
 */
static bool data_is_hashed(u32 type)
{
	switch (type) {
	case SHINRAI_EV_SEPARATOR:
	case SHINRAI_EV_ACTION:
	case SHINRAI_EV_S_CRTM_VERSION:
	case SHINRAI_EV_EFI_VARIABLE_DRIVER_CONFIG:
	case SHINRAI_EV_EFI_VARIABLE_BOOT:
	case SHINRAI_EV_EFI_VARIABLE_BOOT2:
	case SHINRAI_EV_EFI_VARIABLE_AUTHORITY:
	case SHINRAI_EV_EFI_GPT_EVENT:
	case SHINRAI_EV_EFI_GPT_EVENT2:
	case SHINRAI_EV_EFI_ACTION:
		return true;
	default:
		return false;
	}
}

static bool is_variable(u32 type)
{
	return type == SHINRAI_EV_EFI_VARIABLE_DRIVER_CONFIG ||
	       type == SHINRAI_EV_EFI_VARIABLE_BOOT ||
	       type == SHINRAI_EV_EFI_VARIABLE_BOOT2 ||
	       type == SHINRAI_EV_EFI_VARIABLE_AUTHORITY;
}

int shinrai_bootlog_variable(const struct shinrai_bootlog_event *e,
			     struct shinrai_bootlog_variable *v)
{
	struct shinrai_bootlog_variable t;
	struct shinrai_rd r;
	u64 chars, len;

	if (!is_variable(e->type))
		return -EINVAL;
	shinrai_rd_init(&r, e->data.p, e->data.len);
	shinrai_rd_copy(&r, t.guid, sizeof(t.guid));
	chars = shinrai_rd_le64(&r);
	len = shinrai_rd_le64(&r);
	if (chars > e->data.len / 2 || len > e->data.len)
		return -EBADMSG;
	t.name.len = 2 * (size_t)chars;
	t.name.p = shinrai_rd_bytes(&r, t.name.len);
	t.data.len = (size_t)len;
	t.data.p = shinrai_rd_bytes(&r, t.data.len);
	if (shinrai_rd_end(&r))
		return -EBADMSG;
	*v = t;
	return 0;
}

bool shinrai_bootlog_variable_is(const struct shinrai_bootlog_variable *v,
				 const char *name)
{
	size_t i, n = strlen(name);

	if (memcmp(v->guid, efi_global, sizeof(efi_global)) ||
	    v->name.len != 2 * n)
		return false;
	for (i = 0; i < n; i++) {
		if (v->name.p[2 * i] != (u8)name[i] || v->name.p[2 * i + 1])
			return false;
	}
	return true;
}

int shinrai_bootlog_tag(const struct shinrai_bootlog_event *e,
			struct shinrai_bootlog_tag *t)
{
	struct shinrai_bootlog_tag tmp;
	struct shinrai_rd r;

	if (e->type != SHINRAI_EV_EVENT_TAG)
		return -EINVAL;
	shinrai_rd_init(&r, e->data.p, e->data.len);
	tmp.id = shinrai_rd_le32(&r);
	tmp.data.len = shinrai_rd_le32(&r);
	tmp.data.p = shinrai_rd_bytes(&r, tmp.data.len);
	if (shinrai_rd_end(&r))
		return -EBADMSG;
	*t = tmp;
	return 0;
}

/* Are all digests that can be computed here the hash of @data? */
static bool hashes_to(const struct shinrai_bootlog_event *e,
		      const struct shinrai_bytes *data)
{
	u8 digest[SHINRAI_BANK_MAX];
	unsigned int i, same = 0;

	for (i = 0; i < e->ndigests; i++) {
		if (shinrai_bank_hash(e->digest[i].alg, data->p, data->len,
				      digest))
			continue;
		if (memcmp(digest, e->digest[i].value, e->digest[i].size))
			return false;
		same++;
	}
	return same;
}

static enum shinrai_bootlog_match match(const struct shinrai_bootlog_event *e)
{
	struct shinrai_bootlog_variable v;

	if (hashes_to(e, &e->data))
		return SHINRAI_BOOTLOG_HASHED;
	/* PFP 10.4.1: before EV_EFI_VARIABLE_BOOT2 only the value counted. */
	if (e->type == SHINRAI_EV_EFI_VARIABLE_BOOT &&
	    !shinrai_bootlog_variable(e, &v) && hashes_to(e, &v.data))
		return SHINRAI_BOOTLOG_VALUE;
	return data_is_hashed(e->type) ? SHINRAI_BOOTLOG_MISMATCH :
					 SHINRAI_BOOTLOG_EXTERNAL;
}

/* PFP 3.3.2.2: all zeros or all ones; 1 reports an error. */
static void separator(struct shinrai_bootlog *b,
		      struct shinrai_bootlog_event *e)
{
	static const u8 ones[4] = { 0xff, 0xff, 0xff, 0xff };
	static const u8 zeros[4];

	if (e->pcr < 8 && (e->data.len != 4 || (memcmp(e->data.p, zeros, 4) &&
						memcmp(e->data.p, ones, 4))))
		e->faults |= 1u << SHINRAI_BOOTLOG_SEPARATOR;
	else if (e->match == SHINRAI_BOOTLOG_HASHED)
		b->separators |= 1u << e->pcr;
}

static void secure_boot(struct shinrai_bootlog *b,
			const struct shinrai_bootlog_event *e)
{
	struct shinrai_bootlog_variable v;
	int state;

	if (e->pcr != 7 || !e->before_separator ||
	    e->type != SHINRAI_EV_EFI_VARIABLE_DRIVER_CONFIG ||
	    e->match != SHINRAI_BOOTLOG_HASHED ||
	    shinrai_bootlog_variable(e, &v) ||
	    !shinrai_bootlog_variable_is(&v, "SecureBoot"))
		return;
	state = v.data.len == 1 && v.data.p[0] == 1;
	/* Measured twice with different values: it is on in neither. */
	b->secure_boot = b->secure_boot < 0 ? state : b->secure_boot & state;
}

void shinrai_bootlog_examine(struct shinrai_bootlog *b,
			     struct shinrai_bootlog_event *e)
{
	e->match = match(e);
	if (e->match == SHINRAI_BOOTLOG_MISMATCH)
		e->faults |= 1u << SHINRAI_BOOTLOG_DATA;
	if (e->type == SHINRAI_EV_SEPARATOR)
		separator(b, e);
	secure_boot(b, e);
}
