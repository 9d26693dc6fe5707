// SPDX-License-Identifier: MIT
/* Evidence made from nothing: the boot and its references. */
#include <assert.h>
#include <stdio.h>

#include <openssl/sha.h>

#include "forge_parts.h"

static const u8 kernel_digest[32] = { 0x4b };
static const u8 initrd_digest[32] = { 0x1d };
static const char action[] = "Calling EFI Application from Boot Option";

static void le(u8 *p, size_t *n, u64 v, unsigned int size)
{
	while (size--) {
		p[(*n)++] = (u8)v;
		v >>= 8;
	}
}

static void boot_event(struct forge *f, u32 pcr, u32 type, const u8 *digest,
		       const void *data, size_t len)
{
	struct forge_boot *b = &f->boot[f->nboot++];

	b->pcr = pcr;
	b->type = type;
	b->data = data;
	b->len = len;
	if (digest)
		memcpy(b->digest, digest, 32);
	else
		SHA256(data, len, b->digest);
}

void forge_plan_boot(struct forge *f)
{
	static const u8 zero[4], image[32];
	static const u8 initrd[] = "\xec\x22\x3b\x8f\x0d\0\0\0Linux initrd";
	static const u8 options[] =
		"\xed\x22\x3b\x8f\x1a\0\0\0LOADED_IMAGE::LoadOptions";
	/* "quiet" with its NUL, UTF-16LE */
	static const u8 cmdline[] = "q\0u\0i\0e\0t\0\0";
	u8 digest[32];
	u32 pcr;

	boot_event(f, 0, 8, NULL, "v\0001\0\0\0", 6);
	boot_event(f, 4, 0x80000007, NULL, action, strlen(action));
	for (pcr = 0; pcr < 8; pcr++)
		boot_event(f, pcr, 4, NULL, zero, sizeof(zero));
	boot_event(f, 4, 0x80000003, kernel_digest, image, sizeof(image));
	SHA256(cmdline, 12, digest);
	boot_event(f, 9, 6, digest, options, sizeof(options));
	boot_event(f, 9, 6, initrd_digest, initrd, sizeof(initrd));
}

void forge_build_boot(struct forge *f)
{
	u8 *p = f->item[SHINRAI_ITEM_FIRMWARE];
	const struct forge_boot *b;
	size_t n = 0;

	le(p, &n, 0, 4);
	le(p, &n, 3, 4);
	memset(p + n, 0, 20);
	n += 20;
	le(p, &n, 33, 4);
	forge_raw(p, &n, "Spec ID Event03", 16);
	le(p, &n, 0, 4);
	forge_raw(p, &n, "\0\2\0\2", 4);
	le(p, &n, 1, 4);
	le(p, &n, 0x0b, 2);
	le(p, &n, 32, 2);
	le(p, &n, 0, 1);
	for (b = f->boot; b < f->boot + f->nboot; b++) {
		le(p, &n, b->pcr, 4);
		le(p, &n, b->type, 4);
		le(p, &n, 1, 4);
		le(p, &n, 0x0b, 2);
		forge_raw(p, &n, b->digest, 32);
		le(p, &n, b->len, 4);
		forge_raw(p, &n, b->data, b->len);
		forge_extend(f->pcr[b->pcr], b->digest);
	}
	f->len[SHINRAI_ITEM_FIRMWARE] = n;
}

static char *hex32(const u8 *p)
{
	static char text[8][65];
	static unsigned int turn;
	char *out = text[turn++ % 8];
	unsigned int i;

	for (i = 0; i < 32; i++)
		sprintf(out + 2 * i, "%02x", p[i]);
	return out;
}

char *forge_make_reference(const struct forge *f)
{
	static char text[2048];

	snprintf(text, sizeof(text),
		 "{\"format\":\"shinrai-boot-v1\","
		 "\"kernel\":[{\"sha256\":\"%s\",\"name\":\"k\"}],"
		 "\"initramfs\":[{\"sha256\":\"%s\",\"arms\":%s}],"
		 "\"cmdline\":[%s{\"text\":\"quiet\"}%s],"
		 "\"firmware\":[{\"pcrs\":{\"0\":\"%s\",\"2\":\"%s\","
		 "\"7\":\"%s\"%s%s%s},\"bank\":\"sha256\"}]%s%s%s}",
		 hex32(kernel_digest), hex32(initrd_digest),
		 f->no_arms ? "false" : "true",
		 f->reference_head ? f->reference_head : "",
		 f->reference_tail ? f->reference_tail : "", hex32(f->pcr[0]),
		 hex32(f->pcr[2]), hex32(f->pcr[7]),
		 f->reference_pcr14 ? ",\"14\":\"" : "",
		 f->reference_pcr14 ? f->reference_pcr14 : "",
		 f->reference_pcr14 ? "\"" : "",
		 f->reference_module ? ",\"module\":[" : "",
		 f->reference_module ? f->reference_module : "",
		 f->reference_module ? "]" : "");
	return text;
}
