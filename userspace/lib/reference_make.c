// SPDX-License-Identifier: MIT
/* Reference values from files: what UEFI and the Linux EFI stub measure. */
#include <stdlib.h>

#include <shinrai/reference.h>
#include <shinrai/utf8.h>

#define PE_SIGNATURE 0x00004550
#define PE32 0x10b
#define PE32_PLUS 0x20b
#define CERTIFICATE_ENTRY 4 /* in the data directories */

/* Where the parts of a PE image lie that its digest leaves out. */
struct pe {
	size_t checksum;
	size_t directory; /* entry of the certificate table */
	size_t headers;
	size_t cert_size;
	size_t sections;
	unsigned int nsections;
};

static u32 le32(const u8 *p)
{
	return (u32)p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

static int read_pe(const u8 *p, size_t len, struct pe *pe)
{
	struct shinrai_rd r;
	size_t at, optional;
	u32 directories;
	u16 magic, size;

	if (len < 64 || p[0] != 'M' || p[1] != 'Z')
		return -EBADMSG;
	at = le32(p + 60);
	if (at > len || len - at < 24)
		return -EBADMSG;
	shinrai_rd_init(&r, p + at, len - at);
	if (shinrai_rd_le32(&r) != PE_SIGNATURE)
		return -EBADMSG;
	shinrai_rd_le16(&r); /* machine */
	pe->nsections = shinrai_rd_le16(&r);
	shinrai_rd_bytes(&r, 12);
	size = shinrai_rd_le16(&r);
	shinrai_rd_le16(&r); /* characteristics */
	optional = at + 24;
	magic = shinrai_rd_le16(&r);
	if (magic != PE32 && magic != PE32_PLUS)
		return -EBADMSG;
	pe->checksum = optional + 64;
	pe->directory =
		optional + (magic == PE32 ? 96 : 112) + 8 * CERTIFICATE_ENTRY;
	pe->sections = optional + size;
	if (pe->directory + 8 > pe->sections || pe->sections > len)
		return -EBADMSG;
	pe->headers = le32(p + optional + 60);
	directories = le32(p + optional + (magic == PE32 ? 92 : 108));
	if (directories <= CERTIFICATE_ENTRY)
		return -EBADMSG;
	pe->cert_size = le32(p + pe->directory + 4);
	if (pe->headers > len || pe->headers < pe->sections ||
	    pe->nsections > 96 ||
	    pe->sections + 40ul * pe->nsections > pe->headers ||
	    pe->cert_size > len)
		return -EBADMSG;
	return 0;
}

static int by_offset(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return (x[0] > y[0]) - (x[0] < y[0]);
}

/* Sections in the order of their data, then what follows the last one. */
static int hash_sections(struct shinrai_bank_ctx *c, const u8 *p, size_t len,
			 const struct pe *pe)
{
	size_t part[96][2], hashed = pe->headers;
	unsigned int i;

	for (i = 0; i < pe->nsections; i++) {
		part[i][1] = le32(p + pe->sections + 40ul * i + 16);
		part[i][0] = le32(p + pe->sections + 40ul * i + 20);
	}
	qsort(part, pe->nsections, sizeof(part[0]), by_offset);
	for (i = 0; i < pe->nsections; i++) {
		if (!part[i][1])
			continue;
		if (part[i][0] > len || part[i][1] > len - part[i][0])
			return -EBADMSG;
		shinrai_bank_update(c, p + part[i][0], part[i][1]);
		hashed += part[i][1];
	}
	if (hashed > len)
		return -EBADMSG;
	if (len - hashed > pe->cert_size)
		shinrai_bank_update(c, p + hashed,
				    len - hashed - pe->cert_size);
	return 0;
}

/**
 * shinrai_authenticode() - PE image digest, as UEFI measures it into PCR 4
 * @alg: TPM_ALG_ID
 * @pe: the whole image, such as a Linux bzImage with EFI stub
 * @len: its bytes
 * @out: out, shinrai_bank_size(@alg) bytes
 *
 * Windows Authenticode Portable Executable Signature Format, "Calculating the
 * PE Image Hash"; checksum, certificate entry and certificates are left out.
 *
 * Return: 0; -EBADMSG not a PE image; -ENOTSUP.
 */
int shinrai_authenticode(u16 alg, const void *pe, size_t len, u8 *out)
{
	struct shinrai_bank_ctx c;
	const u8 *p = pe;
	struct pe h;
	int ret;

	ret = read_pe(p, len, &h);
	if (ret)
		return ret;
	ret = shinrai_bank_init(&c, alg);
	if (ret)
		return ret;
	shinrai_bank_update(&c, p, h.checksum);
	shinrai_bank_update(&c, p + h.checksum + 4,
			    h.directory - h.checksum - 4);
	shinrai_bank_update(&c, p + h.directory + 8,
			    h.headers - h.directory - 8);
	ret = hash_sections(&c, p, len, &h);
	if (!ret)
		shinrai_bank_final(&c, out);
	return ret;
}

static void put16(struct shinrai_bank_ctx *c, u32 unit)
{
	const u8 b[2] = { (u8)unit, (u8)(unit >> 8) };

	shinrai_bank_update(c, b, 2);
}

/**
 * shinrai_cmdline_digest() - command line as the Linux EFI stub measures it
 * @alg: TPM_ALG_ID
 * @text: UTF-8; what the loader put into the load options, QEMU's addition
 *        " initrd=initrd" among it
 * @out: out, shinrai_bank_size(@alg) bytes
 *
 * PCR 9, event tag LOADED_IMAGE::LoadOptions: the digest is of the options as
 * UTF-16LE with the final NUL (drivers/firmware/efi/libstub,
 * efi_convert_cmdline(); Linux 6.1 and 6.12 alike).
 *
 * Return: 0; -EINVAL not UTF-8; -ENOTSUP.
 */
int shinrai_cmdline_digest(u16 alg, const char *text, u8 *out)
{
	const char *s = text, *end = text + strlen(text);
	struct shinrai_bank_ctx c;
	size_t n;
	u32 cp;
	int ret;

	ret = shinrai_bank_init(&c, alg);
	if (ret)
		return ret;
	for (; s < end; s += n) {
		n = shinrai_utf8_next(s, (size_t)(end - s), &cp);
		if (!n)
			return -EINVAL;
		if (cp >= 0x10000) {
			put16(&c, 0xd800 + ((cp - 0x10000) >> 10));
			cp = 0xdc00 + (cp & 0x3ff);
		}
		put16(&c, cp);
	}
	put16(&c, 0);
	shinrai_bank_final(&c, out);
	return 0;
}
