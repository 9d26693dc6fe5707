// SPDX-License-Identifier: MIT
/* Evidence made from nothing, for tests; see forge.h. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/sha.h>

#include <shinrai/challenge.h>

#include "forge.h"

static const u8 kernel_digest[32] = { 0x4b };
static const u8 initrd_digest[32] = { 0x1d };
static const u8 salt[16] = "saltsaltsaltsal";
static const char action[] = "Calling EFI Application from Boot Option";

static void extend(u8 pcr[32], const u8 digest[32])
{
	u8 both[64];

	memcpy(both, pcr, 32);
	memcpy(both + 32, digest, 32);
	SHA256(both, sizeof(both), pcr);
}

static void le(u8 *p, size_t *n, u64 v, unsigned int size)
{
	while (size--) {
		p[(*n)++] = (u8)v;
		v >>= 8;
	}
}

static void raw(u8 *p, size_t *n, const void *data, size_t len)
{
	assert(*n + len <= FORGE_ITEM);
	if (len)
		memcpy(p + *n, data, len);
	*n += len;
}

struct forge_record *forge_record(struct forge *f, u8 type, u32 pcr)
{
	struct forge_record *r = &f->rec[f->nrec];

	assert(f->nrec < FORGE_RECORDS);
	memset(r, 0, sizeof(*r));
	r->type = type;
	r->pcr = pcr;
	r->index = (u8)pcr;
	r->number = r->header_number = f->nrec++;
	memcpy(r->boot_id, f->boot_id, 16);
	shinrai_tree_init(&r->tree);
	return r;
}

void forge_event(struct forge_record *r, const struct shinrai_event *ev)
{
	u8 leaf[32];
	struct shinrai_wr w;

	shinrai_wr_init(&w, r->events + r->len, sizeof(r->events) - r->len);
	assert(!shinrai_event_encode(&w, ev));
	r->len += w.len;
	assert(!shinrai_event_leaf(ev, leaf));
	shinrai_tree_add(&r->tree, leaf);
	r->count++;
}

void forge_code(struct forge_record *r, u16 type, u8 kind, const char *content,
		const char *path)
{
	const u8 zero[8] = { 0 };
	u8 digest[32];
	struct shinrai_event ev = { .type = type, .nfields = 6 };

	SHA256((const u8 *)content, strlen(content), digest);
	ev.field[0] = (struct shinrai_field){ 0x01, false, 1, NULL, &kind };
	ev.field[1] = (struct shinrai_field){ 0x02, false, 32, NULL, digest };
	ev.field[2] = (struct shinrai_field){ 0x03, false, 8, NULL, zero };
	ev.field[3] = (struct shinrai_field){ 0x04, false, 4, NULL, zero };
	ev.field[4] = (struct shinrai_field){ 0x80, false, (u16)strlen(path),
					      salt, (const u8 *)path };
	ev.field[5] = (struct shinrai_field){ 0x81, false, 8, salt, zero };
	forge_event(r, &ev);
}

void forge_simple(struct forge_record *r, u16 type, u32 reason)
{
	const u8 be[4] = { 0, 0, (u8)(reason >> 8), (u8)reason };
	struct shinrai_event ev = { .type = type, .nfields = 1 };

	ev.field[0] = (struct shinrai_field){ 0x05, false, 4, NULL, be };
	forge_event(r, &ev);
}

void forge_drop(struct forge *f, unsigned int n)
{
	memmove(&f->rec[n], &f->rec[n + 1],
		(f->nrec - n - 1) * sizeof(f->rec[0]));
	f->nrec--;
	if (f->quoted > n)
		f->quoted--;
}

static void start_event(struct forge *f)
{
	static const u8 one[4] = { 0, 0, 0, 1 };
	static const u8 pcrs[2] = { 12, 13 };
	static const u8 banks[4] = { 0, 0x0b, 32, 0 };
	struct shinrai_event ev = { .type = SHINRAI_EVENT_START, .nfields = 4 };
	u8 values[2 + 2 * 36];
	struct shinrai_wr w;
	unsigned int i;

	shinrai_wr_init(&w, values, sizeof(values));
	shinrai_wr_be16(&w, 2);
	for (i = 0; i < 2; i++) {
		shinrai_wr_be16(&w, 0x0b);
		shinrai_wr_u8(&w, pcrs[i]);
		shinrai_wr_u8(&w, 32);
		shinrai_wr_bytes(&w, f->start[i], 32);
	}
	ev.field[0] = (struct shinrai_field){ 0x10, false, 4, NULL, one };
	ev.field[1] = (struct shinrai_field){ 0x13, false, 4, NULL, banks };
	ev.field[2] = (struct shinrai_field){ 0x14, false, 2, NULL, pcrs };
	ev.field[3] = (struct shinrai_field){ 0x15, false, sizeof(values), NULL,
					      values };
	forge_event(&f->rec[0], &ev);
}

static void arm_events(struct forge_record *r)
{
	static const u8 programs[] = "\x01"
				     "b0123456789abcdef0123456789abcdef";
	static const u8 three[4] = { 0, 0, 0, 3 };
	static const u8 zero[1] = { 0 };
	struct shinrai_event ev = { .type = SHINRAI_EVENT_ARM, .nfields = 6 };
	struct shinrai_event mod = { .type = SHINRAI_EVENT_MODULE,
				     .nfields = 1 };

	ev.field[0] = (struct shinrai_field){ 0x20, false, 34, NULL, programs };
	ev.field[1] = (struct shinrai_field){ 0x21, false, 4, NULL, three };
	ev.field[2] = (struct shinrai_field){ 0x22, false, 0, NULL, zero };
	ev.field[3] = (struct shinrai_field){ 0x23, false, 4, NULL, three };
	ev.field[4] = (struct shinrai_field){ 0x24, false, 1, NULL, zero };
	ev.field[5] = (struct shinrai_field){ 0x25, false, 1, NULL, zero };
	forge_event(r, &ev);
	forge_code(r, SHINRAI_EVENT_RUNNING, SHINRAI_KIND_EXEC, "init",
		   "/init");
	forge_code(r, SHINRAI_EVENT_RUNNING, SHINRAI_KIND_MMAP, "libc",
		   "/lib/libc.so.6");
	mod.field[0] = (struct shinrai_field){ 0x84, false, 4, salt,
					       (const u8 *)"ext4" };
	forge_event(r, &mod);
}

static void header_of(const struct forge_record *r, struct shinrai_header *h)
{
	memset(h, 0, sizeof(*h));
	h->version = SHINRAI_RECORD_VERSION;
	h->type = r->type;
	h->pcr = r->pcr;
	memcpy(h->boot_id, r->boot_id, 16);
	h->recnum = r->header_number;
	h->time_ns = 1000 * r->number;
	h->event_count = r->count;
	shinrai_tree_root(&r->tree, h->root);
}

static void checkpoint_event(struct forge *f, struct forge_record *r)
{
	struct shinrai_event ev = { .type = SHINRAI_EVENT_CHECKPOINT,
				    .nfields = 2 };
	const u8 records[8] = { 0, 0, 0, 0, 0, 0, 0, (u8)r->number };
	u8 tlv[SHINRAI_HEADER_TLV], leaf[32], root[32];
	struct shinrai_header h;
	struct shinrai_tree tree;
	unsigned int i;

	shinrai_tree_init(&tree);
	for (i = 0; i < r->number; i++) {
		header_of(&f->rec[i], &h);
		shinrai_header_encode(&h, tlv);
		shinrai_tree_leaf(tlv, sizeof(tlv), leaf);
		shinrai_tree_add(&tree, leaf);
	}
	shinrai_tree_root(&tree, root);
	root[0] ^= f->wrong_root;
	r->len = 0;
	r->count = 0;
	shinrai_tree_init(&r->tree);
	ev.field[0] = (struct shinrai_field){ 0x30, false, 8, NULL, records };
	ev.field[1] = (struct shinrai_field){ 0x31, false, 32, NULL, root };
	forge_event(r, &ev);
}

static void plan_log(struct forge *f)
{
	struct forge_record *r;

	forge_record(f, SHINRAI_RECORD_START, 12);
	start_event(f);
	r = forge_record(f, SHINRAI_RECORD_ARM, 12);
	arm_events(r);
	r = forge_record(f, SHINRAI_RECORD_EVENTS, 12);
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, "ls", "/bin/ls");
	r = forge_record(f, SHINRAI_RECORD_EVENTS, 12);
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_MMAP, "lib", "/lib/x");
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_SCRIPT, "sh", "/x.sh");
	r = forge_record(f, SHINRAI_RECORD_EVENTS, 13);
	forge_simple(r, SHINRAI_EVENT_STATE, SHINRAI_REASON_MODE);
	r = forge_record(f, SHINRAI_RECORD_EVENTS, 12);
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_MODULE, "mod", "/m.ko");
	forge_record(f, SHINRAI_RECORD_CHECKPOINT, 12);
	r = forge_record(f, SHINRAI_RECORD_EVENTS, 12);
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, "id", "/bin/id");
	f->quoted = f->nrec;
	r = forge_record(f, SHINRAI_RECORD_EVENTS, 12);
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, "later", "/l");
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

static void plan_boot(struct forge *f)
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

static void build_boot(struct forge *f)
{
	u8 *p = f->item[SHINRAI_ITEM_FIRMWARE];
	const struct forge_boot *b;
	size_t n = 0;

	le(p, &n, 0, 4);
	le(p, &n, 3, 4);
	memset(p + n, 0, 20);
	n += 20;
	le(p, &n, 33, 4);
	raw(p, &n, "Spec ID Event03", 16);
	le(p, &n, 0, 4);
	raw(p, &n, "\0\2\0\2", 4);
	le(p, &n, 1, 4);
	le(p, &n, 0x0b, 2);
	le(p, &n, 32, 2);
	le(p, &n, 0, 1);
	for (b = f->boot; b < f->boot + f->nboot; b++) {
		le(p, &n, b->pcr, 4);
		le(p, &n, b->type, 4);
		le(p, &n, 1, 4);
		le(p, &n, 0x0b, 2);
		raw(p, &n, b->digest, 32);
		le(p, &n, b->len, 4);
		raw(p, &n, b->data, b->len);
		extend(f->pcr[b->pcr], b->digest);
	}
	f->len[SHINRAI_ITEM_FIRMWARE] = n;
}

static void build_ima(struct forge *f)
{
	u8 *p = f->item[SHINRAI_ITEM_IMA], data[128], digest[32];
	size_t n = 0, len;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		len = 0;
		le(data, &len, 40, 4);
		raw(data, &len, "sha256:", 8);
		memset(data + len, (int)i + 1, 32);
		len += 32;
		le(data, &len, 8, 4);
		raw(data, &len, "/bin/ab", 8);
		le(p, &n, 10, 4);
		SHA1(data, len, p + n);
		n += 20;
		le(p, &n, 6, 4);
		raw(p, &n, "ima-ng", 6);
		le(p, &n, len, 4);
		raw(p, &n, data, len);
		SHA256(data, len, digest);
		/* The last entry came after the quote. */
		if (i < 2)
			extend(f->pcr[10], digest);
	}
	f->len[SHINRAI_ITEM_IMA] = n;
}

void forge_log(struct forge *f, unsigned int count)
{
	u8 tlv[SHINRAI_HEADER_TLV], digest[32];
	struct shinrai_digest d = { 0x0b, 32, digest };
	struct forge_record *r;
	struct shinrai_header h;
	struct shinrai_wr w;

	shinrai_wr_init(&w, f->item[SHINRAI_ITEM_LOG], FORGE_ITEM);
	memcpy(f->pcr[12], f->start[0], 32);
	memcpy(f->pcr[13], f->start[1], 32);
	for (r = f->rec; r < f->rec + count; r++) {
		header_of(r, &h);
		shinrai_header_encode(&h, tlv);
		SHA256(tlv, sizeof(tlv), digest);
		if (r < f->rec + f->quoted)
			extend(f->pcr[r->pcr], digest);
		digest[0] ^= r->flip;
		/* The library writes the header's numbers: put ours after. */
		d.value = digest;
		size_t at = w.len;

		shinrai_record_encode(&w, &h, &d, 1, r->events, r->len);
		f->item[SHINRAI_ITEM_LOG][at + 12] = (u8)r->number;
		f->item[SHINRAI_ITEM_LOG][at + 18] = r->index;
	}
	assert(!w.err);
	f->len[SHINRAI_ITEM_LOG] = w.len;
}

static size_t selection(u8 *out, u16 bank, u32 mask)
{
	struct shinrai_wr w;

	shinrai_wr_init(&w, out, 16);
	shinrai_wr_be32(&w, 1);
	shinrai_wr_be16(&w, bank);
	shinrai_wr_u8(&w, 3);
	shinrai_wr_u8(&w, (u8)mask);
	shinrai_wr_u8(&w, (u8)(mask >> 8));
	shinrai_wr_u8(&w, (u8)(mask >> 16));
	return w.len;
}

static void build_challenge(struct forge *f, u8 qualifying[32])
{
	u8 sel[16], leaf[128], hash[32], root[32], both[65], other[32];
	size_t sel_len = selection(sel, f->bank, f->asked_mask);
	struct shinrai_wr w;

	shinrai_wr_init(&w, leaf, sizeof(leaf));
	shinrai_wr_u8(&w, 0);
	shinrai_wr_bytes(&w, "shinrai-nonce-v1", 16);
	shinrai_wr_u8(&w, 32);
	shinrai_wr_bytes(&w, f->nonce, 32);
	shinrai_wr_bytes(&w, f->verifier_key, 32);
	shinrai_wr_be16(&w, (u16)sel_len);
	shinrai_wr_bytes(&w, sel, sel_len);
	shinrai_wr_bytes(&w, f->exporter, 32);
	SHA256(leaf, w.len, hash);
	if (f->late_nonce)
		memset(hash, 0x77, 32);
	memset(other, 0x22, 32); /* somebody else's challenge */
	both[0] = 1;
	memcpy(both + 1, hash, 32);
	memcpy(both + 33, other, 32);
	SHA256(both, sizeof(both), root);

	shinrai_wr_init(&w, leaf, sizeof(leaf));
	shinrai_wr_bytes(&w, "shinrai-quote-v1", 16);
	shinrai_wr_bytes(&w, root, 32);
	shinrai_wr_be64(&w, 2);
	shinrai_wr_bytes(&w, f->boot_id, 16);
	SHA256(leaf, w.len, qualifying);

	shinrai_wr_init(&w, f->item[SHINRAI_ITEM_CHALLENGE], FORGE_ITEM);
	shinrai_wr_u8(&w, 1);
	shinrai_wr_u8(&w, 32);
	shinrai_wr_bytes(&w, f->nonce, 32);
	shinrai_wr_bytes(&w, f->verifier_key, 32);
	shinrai_wr_be16(&w, (u16)sel_len);
	shinrai_wr_bytes(&w, sel, sel_len);
	shinrai_wr_bytes(&w, f->exporter, 32);
	shinrai_wr_bytes(&w, f->boot_id, 16);
	shinrai_wr_be64(&w, 0);
	shinrai_wr_be64(&w, 2);
	shinrai_wr_u8(&w, 1);
	shinrai_wr_bytes(&w, other, 32);
	f->len[SHINRAI_ITEM_CHALLENGE] = w.len;
}

void forge_sign(struct forge *f)
{
	const u8 *attest = f->item[SHINRAI_ITEM_ATTEST];
	size_t attest_len = f->len[SHINRAI_ITEM_ATTEST];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	u8 der[128], part[32];
	const u8 *p = der;
	size_t n = sizeof(der);
	struct shinrai_wr w;
	ECDSA_SIG *sig;

	assert(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, f->signer) ==
	       1);
	assert(EVP_DigestSign(ctx, der, &n, attest, attest_len) == 1);
	EVP_MD_CTX_free(ctx);
	sig = d2i_ECDSA_SIG(NULL, &p, (long)n);
	shinrai_wr_init(&w, f->item[SHINRAI_ITEM_SIGNATURE], FORGE_ITEM);
	shinrai_wr_be16(&w, 0x18);
	shinrai_wr_be16(&w, f->sig_hash);
	shinrai_wr_be16(&w, 32);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), part, 32);
	shinrai_wr_bytes(&w, part, 32);
	shinrai_wr_be16(&w, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), part, 32);
	shinrai_wr_bytes(&w, part, 32);
	f->len[SHINRAI_ITEM_SIGNATURE] = w.len;
	ECDSA_SIG_free(sig);
}

void forge_quote(struct forge *f)
{
	u8 qualifying[32], sel[16], all[24 * 32], digest[32];
	struct shinrai_wr w, p;
	size_t n = 0, len;
	u8 i;

	build_challenge(f, qualifying);
	shinrai_wr_init(&p, f->item[SHINRAI_ITEM_PCRS], FORGE_ITEM);
	shinrai_wr_be16(&p, (u16)__builtin_popcount(f->mask));
	for (i = 0; i < 24; i++) {
		if (!(f->mask >> i & 1))
			continue;
		raw(all, &n, f->pcr[i], 32);
		shinrai_wr_be16(&p, 0x0b);
		shinrai_wr_u8(&p, i);
		shinrai_wr_u8(&p, 32);
		shinrai_wr_bytes(&p, f->pcr[i], 32);
	}
	f->len[SHINRAI_ITEM_PCRS] = p.len;
	SHA256(all, n, digest);
	shinrai_wr_init(&w, f->item[SHINRAI_ITEM_ATTEST], FORGE_ITEM);
	shinrai_wr_be32(&w, f->magic);
	shinrai_wr_be16(&w, f->type);
	shinrai_wr_be16(&w, 34);
	shinrai_wr_be16(&w, 0x0b);
	shinrai_wr_bytes(&w, kernel_digest, 32);
	shinrai_wr_be16(&w, 32);
	shinrai_wr_bytes(&w, qualifying, 32);
	shinrai_wr_be64(&w, f->clock);
	shinrai_wr_be32(&w, f->resets);
	shinrai_wr_be32(&w, f->restarts);
	shinrai_wr_u8(&w, 1);
	shinrai_wr_be64(&w, 0x2023);
	len = selection(sel, f->bank, f->mask);
	shinrai_wr_bytes(&w, sel, len);
	shinrai_wr_be16(&w, 32);
	shinrai_wr_bytes(&w, digest, 32);
	f->len[SHINRAI_ITEM_ATTEST] = w.len;
	forge_sign(f);
}

static void build_ak(struct forge *f)
{
	BIGNUM *x = NULL, *y = NULL;
	struct shinrai_wr w;
	u8 part[32];

	EVP_PKEY_get_bn_param(f->key, OSSL_PKEY_PARAM_EC_PUB_X, &x);
	EVP_PKEY_get_bn_param(f->key, OSSL_PKEY_PARAM_EC_PUB_Y, &y);
	shinrai_wr_init(&w, f->item[SHINRAI_ITEM_AK], FORGE_ITEM);
	shinrai_wr_be16(&w, 0x23);
	shinrai_wr_be16(&w, 0x0b);
	shinrai_wr_be32(&w, f->attributes);
	shinrai_wr_be16(&w, 0);
	shinrai_wr_be16(&w, 0x10);
	shinrai_wr_be16(&w, 0x18);
	shinrai_wr_be16(&w, f->public_scheme_hash);
	shinrai_wr_be16(&w, 3);
	shinrai_wr_be16(&w, 0x10);
	shinrai_wr_be16(&w, 32);
	BN_bn2binpad(x, part, 32);
	shinrai_wr_bytes(&w, part, 32);
	shinrai_wr_be16(&w, 32);
	BN_bn2binpad(y, part, 32);
	shinrai_wr_bytes(&w, part, 32);
	f->len[SHINRAI_ITEM_AK] = w.len;
	BN_free(x);
	BN_free(y);
}

static char *make_digests(void)
{
	static const char *const known[][2] = {
		{ "init", "exec" }, { "libc", "lib" },	{ "ls", "exec" },
		{ "lib", "lib" },   { "sh", "script" }, { "mod", "module" },
		{ "id", "exec" },   { "both", "any" },
	};
	static char text[2048];
	size_t i, k, n;
	u8 d[32];

	n = (size_t)sprintf(text, "# shinrai-digests v1\n"
				  "# source: forged for a test\n");
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		SHA256((const u8 *)known[i][0], strlen(known[i][0]), d);
		for (k = 0; k < 32; k++)
			n += (size_t)sprintf(text + n, "%02x", d[k]);
		n += (size_t)sprintf(text + n, " %s /%s\n", known[i][1],
				     known[i][0]);
	}
	return text;
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

static char *make_reference(const struct forge *f)
{
	static char text[2048];

	snprintf(text, sizeof(text),
		 "{\"format\":\"shinrai-boot-v1\","
		 "\"kernel\":[{\"sha256\":\"%s\",\"name\":\"k\"}],"
		 "\"initramfs\":[{\"sha256\":\"%s\",\"arms\":%s}],"
		 "\"cmdline\":[{\"text\":\"quiet\"}],"
		 "\"firmware\":[{\"pcrs\":{\"0\":\"%s\",\"2\":\"%s\","
		 "\"7\":\"%s\"},\"bank\":\"sha256\"}]}",
		 hex32(kernel_digest), hex32(initrd_digest),
		 f->no_arms ? "false" : "true", hex32(f->pcr[0]),
		 hex32(f->pcr[2]), hex32(f->pcr[7]));
	return text;
}

void forge_init(struct forge *f, EVP_PKEY *key)
{
	memset(f, 0, sizeof(*f));
	f->key = f->signer = key;
	f->attributes = 0x00050072;
	f->public_scheme_hash = 0x0b;
	f->magic = 0xff544347;
	f->type = 0x8018;
	f->clock = 100000;
	f->resets = 7;
	f->restarts = 1;
	f->mask = f->asked_mask = 0x77ff;
	f->bank = 0x0b;
	f->sig_hash = 0x0b;
	memset(f->boot_id, 0xb0, 16);
	memset(f->nonce, 1, 32);
	memset(f->session_nonce, 1, 32);
	memset(f->exporter, 2, 32);
	memset(f->verifier_key, 3, 32);
	f->session.nonce_len = 32;
	memset(f->session.exporter, 2, 32);
	memset(f->session.verifier_key, 3, 32);
	f->session.time = 1700000000;
	plan_log(f);
	plan_boot(f);
	f->digests = make_digests();
	f->reference = "";
}

void forge_build(struct forge *f)
{
	struct forge *reference = malloc(sizeof(*reference));
	unsigned int i;

	/* References are of the boot as planned, not as bent. */
	forge_init(reference, f->key);
	reference->no_arms = f->no_arms;
	build_boot(reference);
	if (f->reference && !*f->reference)
		f->reference = make_reference(reference);
	free(reference);
	memset(f->pcr, 0, sizeof(f->pcr));
	build_boot(f);
	build_ima(f);
	for (i = 0; i < f->nrec; i++) {
		if (f->rec[i].type == SHINRAI_RECORD_CHECKPOINT)
			checkpoint_event(f, &f->rec[i]);
	}
	forge_log(f, f->nrec);
	build_ak(f);
	forge_quote(f);
	f->len[SHINRAI_ITEM_MACHINE] = (size_t)sprintf(
		(char *)f->item[SHINRAI_ITEM_MACHINE], "{\"name\":\"plc-7\"}");
	f->absent[SHINRAI_ITEM_SESSION] = true;
}

int forge_appraise(struct forge *f, struct shinrai_appraisal *out)
{
	struct shinrai_appraise_input in = { 0 };
	struct shinrai_reference ref;
	struct shinrai_digests known;
	struct shinrai_evidence ev;
	unsigned long line;
	char why[200];
	FILE *list;
	int i, ret;

	for (i = 0; i < SHINRAI_NITEMS; i++) {
		ev.item[i].data = f->absent[i] ? NULL : f->item[i];
		ev.item[i].len = f->absent[i] ? 0 : f->len[i];
	}
	in.ev = &ev;
	memcpy(f->session.nonce, f->session_nonce, 32);
	in.session = f->no_session ? NULL : &f->session;
	in.last = f->have_last ? &f->last : NULL;
	in.ak_key = f->no_pin ? NULL : f->key;
	in.allow_anon_exec = f->allow_anon_exec;
	shinrai_digests_init(&known);
	if (f->digests) {
		list = fmemopen((void *)(uintptr_t)f->digests,
				strlen(f->digests), "r");
		assert(!shinrai_digests_load(&known, list, &line));
		fclose(list);
		assert(!shinrai_digests_ready(&known));
		in.digests = &known;
	}
	if (f->reference) {
		assert(!shinrai_reference_parse(f->reference,
						strlen(f->reference), &ref, why,
						sizeof(why)));
		in.ref = &ref;
	}
	ret = shinrai_appraise(&in, out);
	if (f->reference)
		shinrai_reference_free(&ref);
	shinrai_digests_free(&known);
	return ret;
}
