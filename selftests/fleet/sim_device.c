// SPDX-License-Identifier: MIT
/* What a simulated device says: its log, and a quote over where that leads. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <shinrai/hex.h>

#include "../verify/forge_parts.h"
#include "sim.h"

/* START and ARM, a program that nobody knows, then one that is known after another. */
enum { START, ARM, ROGUE, PROGRAM, TEMPLATES = PROGRAM + SIM_PROGRAMS };
#define FIRST 2 /* record that is of a program */

/* What a record has besides its number and boot, which is the same on each device. */
static struct template
{
	struct shinrai_header h;
	size_t len;
	const u8 *events;
}
template[TEMPLATES];
static struct forge forge; /* what is common to all, and room for one quote */
static u8 (*ima_pcr)[32]; /* PCR 10 after so many entries */
static size_t ima_size; /* of each entry */

#define IMA_HEAD 38 /* of an entry, before what is hashed */
#define IMA_BOOT 2 /* entries that there are after a boot */

/* All entries are of one length, and all lists the same as far as they go. */
static void note_ima(void)
{
	const u8 *p = forge.item[SHINRAI_ITEM_IMA];
	u8 digest[32];
	unsigned int i;

	ima_size = forge.len[SHINRAI_ITEM_IMA] / (forge.nima + 1);
	free(ima_pcr);
	ima_pcr = calloc(forge.nima + 1, sizeof(*ima_pcr));
	assert(ima_pcr);
	for (i = 0; i < forge.nima; i++) {
		SHA256(p + i * ima_size + IMA_HEAD, ima_size - IMA_HEAD,
		       digest);
		memcpy(ima_pcr[i + 1], ima_pcr[i], 32);
		forge_extend(ima_pcr[i + 1], digest);
	}
	assert(!memcmp(ima_pcr[forge.nima], forge.pcr[10], 32));
}

#define BOOT_PCRS 10

/* What was measured before the module, the one way or the other. */
static struct {
	u8 pcr[BOOT_PCRS][32];
	u8 log[4096];
	size_t len;
} firmware[2];

static void prepare_firmware(EVP_PKEY *any, unsigned int which)
{
	static const char version[] = "v\0002\0\0";
	struct forge *f = malloc(sizeof(*f));

	assert(f);
	forge_init(f, any);
	if (which) {
		f->boot[0].data = version;
		f->boot[0].len = 6;
		SHA256((const u8 *)version, 6, f->boot[0].digest);
	}
	forge_build_boot(f);
	memcpy(firmware[which].pcr, f->pcr, sizeof(firmware[which].pcr));
	firmware[which].len = f->len[SHINRAI_ITEM_FIRMWARE];
	assert(firmware[which].len <= sizeof(firmware[which].log));
	memcpy(firmware[which].log, f->item[SHINRAI_ITEM_FIRMWARE],
	       firmware[which].len);
	free(f);
}

static void keep_template(unsigned int n, const struct forge_record *r)
{
	struct template *t = &template[n];
	u8 *events = malloc(r->len);

	assert(events);
	memcpy(events, r->events, r->len);
	free((void *)t->events);
	*t = (struct template){ { .version = r->version,
				  .type = r->type,
				  .pcr = r->pcr,
				  .event_count = r->count },
				r->len,
				events };
	shinrai_tree_root(&r->tree, t->h.root);
}

static int content_of(unsigned int n, char *text, size_t size)
{
	return snprintf(text, size, "program %u", n);
}

static int path_of(unsigned int n, char *text, size_t size)
{
	return snprintf(text, size, "/opt/line%u/bin/program-%u", n % 40, n);
}

/* Each has a content of its own, as a log has none twice (PROTOCOL.md 2.4). */
static void prepare_programs(void)
{
	char content[32], path[64];
	struct forge_record *r;
	unsigned int i;

	for (i = 0; i < SIM_PROGRAMS; i++) {
		r = forge_record(&forge, SHINRAI_RECORD_EVENTS, forge.own[0]);
		content_of(i, content, sizeof(content));
		path_of(i, path, sizeof(path));
		forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, content,
			   path);
		keep_template(PROGRAM + i, r);
		forge.nrec--;
	}
}

/**
 * sim_prepare() - make what all devices have in common
 * @any: a key
 * @nima: entries that the kernel's IMA list can have
 */
void sim_prepare(EVP_PKEY *any, unsigned int nima)
{
	struct forge_record *r;

	forge_init(&forge, any);
	forge.nima = nima;
	forge.nrec = FIRST;
	keep_template(START, &forge.rec[0]);
	keep_template(ARM, &forge.rec[1]);
	prepare_programs();
	r = forge_record(&forge, SHINRAI_RECORD_EVENTS, forge.own[0]);
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, "rogue",
		   "/tmp/rogue");
	keep_template(ROGUE, r);
	forge.quoted = forge.nrec;
	forge_build(&forge);
	note_ima();
	prepare_firmware(any, 0);
	prepare_firmware(any, 1);
}

static FILE *create(const char *name)
{
	FILE *f = fopen(name, "w");

	if (!f) {
		perror(name);
		exit(1);
	}
	return f;
}

static void end(FILE *f, const char *name)
{
	if (ferror(f) | fclose(f)) {
		perror(name);
		exit(1);
	}
}

static void list_program(FILE *f, unsigned int n)
{
	char content[32], path[64], hex[65];
	u8 digest[32];
	int len = content_of(n, content, sizeof(content));

	path_of(n, path, sizeof(path));
	SHA256((const u8 *)content, (size_t)len, digest);
	fprintf(f, "%s exec %s\n",
		shinrai_hex_encode(digest, sizeof(digest), hex), path);
}

/**
 * sim_write_files() - known.txt and boot.json, what devices are held against
 */
void sim_write_files(void)
{
	FILE *f = create("known.txt");
	unsigned int i;

	fputs(forge.digests, f);
	for (i = 0; i < SIM_PROGRAMS; i++)
		list_program(f, i);
	end(f, "known.txt");
	f = create("boot.json");
	fputs(forge.reference, f);
	end(f, "boot.json");
}

static const struct template *template_of(const struct sim_log *l, u64 n)
{
	if (n < FIRST)
		return &template[n];
	if (n == l->rogue)
		return &template[ROGUE];
	return &template[PROGRAM + (n - FIRST) % SIM_PROGRAMS];
}

static void header_of(const struct sim_log *l, u64 n, struct shinrai_header *h,
		      u8 digest[32])
{
	u8 tlv[SHINRAI_HEADER_TLV];

	*h = template_of(l, n)->h;
	memcpy(h->boot_id, l->boot_id, 16);
	h->recnum = n;
	h->time_ns = 1000 * n;
	shinrai_header_encode(h, tlv);
	SHA256(tlv, sizeof(tlv), digest);
}

/**
 * sim_grow() - more of the known programs run
 * @d: the device
 * @n: records
 */
void sim_grow(struct sim_device *d, u64 n)
{
	struct shinrai_header h;
	u8 digest[32];

	for (; n; n--, d->log.records++) {
		header_of(&d->log, d->log.records, &h, digest);
		forge_extend(d->pcr[h.pcr != forge.own[0]], digest);
	}
}

/**
 * sim_measure() - IMA measures one more file, until its list is full
 * @d: the device
 */
void sim_measure(struct sim_device *d)
{
	d->ima += d->ima < forge.nima;
}

/**
 * sim_boot() - a device begins anew
 * @d: with its key
 */
void sim_boot(struct sim_device *d)
{
	if (d->npast == SIM_PAST)
		memmove(d->past, d->past + 1, --d->npast * sizeof(d->past[0]));
	if (d->log.records)
		d->past[d->npast++] = d->log;
	memset(&d->log, 0, sizeof(d->log));
	RAND_bytes(d->log.boot_id, sizeof(d->log.boot_id));
	memcpy(d->pcr, forge.start, sizeof(d->pcr));
	d->ima = forge.nima < IMA_BOOT ? forge.nima : IMA_BOOT;
	d->resets++;
	d->clock += 1000;
	sim_grow(d, 8);
}

/**
 * sim_crash() - it runs a program that nobody knows, and begins anew before it is asked
 * @d: the device
 */
void sim_crash(struct sim_device *d)
{
	d->log.rogue = d->log.records;
	sim_grow(d, 3);
	sim_boot(d);
}

static size_t room_for(u64 records)
{
	return records * 1024 + 16384;
}

static void write_log(struct shinrai_wr *w, const struct sim_log *l, u64 from,
		      u64 end)
{
	u8 digest[32];
	struct shinrai_digest one = { 0x0b, 32, digest };
	struct shinrai_header h;
	u64 n;

	for (n = from; n < end; n++) {
		const struct template *t = template_of(l, n);

		header_of(l, n, &h, digest);
		shinrai_record_encode(w, &h, &one, 1, t->events, t->len);
	}
	assert(!w->err);
}

/* Return: the log item, for free(). */
static u8 *log_of(const struct sim_device *d, u64 from, size_t *len)
{
	const struct sim_log *l = &d->log;
	size_t room = room_for(l->records - from);
	u8 *buf = malloc(room);
	struct shinrai_wr w;

	assert(buf);
	shinrai_wr_init(&w, buf, room);
	write_log(&w, l, from,
		  l->records - (d->mode == SIM_CUT && l->records > from));
	*len = w.len;
	if (d->mode == SIM_TAMPER && w.len)
		buf[w.len - 1] ^= 1;
	return buf;
}

static bool asks_past(const struct sim_device *d, const struct sim_question *q)
{
	return q->have_boot && memcmp(q->boot_id, d->log.boot_id, 16);
}

/* Return: the item of what came before this boot, for free(); NULL: none. */
static u8 *past_of(const struct sim_device *d, const struct sim_question *q,
		   size_t *len)
{
	const struct sim_log *l = d->past, *end = l + d->npast;
	u64 from = q->from;
	struct shinrai_wr w;
	size_t room = 0;
	u8 *buf;

	if (!asks_past(d, q) || !d->npast)
		return NULL;
	while (l < end && memcmp(l->boot_id, q->boot_id, 16))
		l++;
	if (l == end) { /* it is of a boot before those */
		l = d->past;
		from = 0;
	}
	for (const struct sim_log *k = l; k < end; k++)
		room += room_for(k->records);
	buf = malloc(room);
	assert(buf);
	shinrai_wr_init(&w, buf, room);
	for (; l < end; l++, from = 0)
		write_log(&w, l, from, l->records);
	*len = w.len;
	return buf;
}

static void quote(struct sim_device *d, const struct sim_question *q)
{
	const unsigned int log = d->firmware ^ (d->mode == SIM_BOOTLOG);

	forge.key = forge.signer = d->key;
	memcpy(forge.boot_id, d->log.boot_id, 16);
	memcpy(forge.nonce, q->nonce, 32);
	memcpy(forge.exporter, q->exporter, 32);
	memcpy(forge.verifier_key, q->verifier_key, 32);
	memcpy(forge.pcr, firmware[d->firmware].pcr, sizeof(firmware[0].pcr));
	memcpy(forge.item[SHINRAI_ITEM_FIRMWARE], firmware[log].log,
	       firmware[log].len);
	forge.len[SHINRAI_ITEM_FIRMWARE] = firmware[log].len;
	memcpy(forge.pcr[forge.own[0]], d->pcr[0], 32);
	memcpy(forge.pcr[forge.own[1]], d->pcr[1], 32);
	memcpy(forge.pcr[10], ima_pcr[d->ima], 32);
	if (d->mode == SIM_REWIND)
		d->clock -= 5;
	else
		d->clock += 100;
	forge.clock = d->clock;
	forge.resets = d->resets;
	forge_build_ak(&forge);
	forge_quote(&forge);
}

static u64 begin_of(const struct sim_device *d, const struct sim_question *q)
{
	if (!q->have_boot || memcmp(q->boot_id, d->log.boot_id, 16) ||
	    q->from > d->log.records)
		return 0;
	return q->from;
}

/* The earlier boots of which it has the log, as JSON. */
static const char *list_boots(const struct sim_device *d)
{
	static char text[SIM_PAST * 40 + 8];
	char name[33];
	unsigned int i;
	int n = sprintf(text, "[");

	for (i = 0; i < d->npast; i++) {
		shinrai_hex_encode(d->past[i].boot_id, 16, name);
		n += sprintf(text + n, "%s\"%s\"", i ? "," : "", name);
	}
	sprintf(text + n, "]");
	return text;
}

static void list_ima(const struct sim_device *d, const struct sim_question *q,
		     struct shinrai_item *item)
{
	const size_t size = (d->ima + 1) * ima_size;
	const bool known = q->have_boot &&
			   !memcmp(q->boot_id, d->log.boot_id, 16);
	u64 from = known && q->ima_from <= size ? q->ima_from : 0;

	forge.ima_whole = d->mode == SIM_AGED;
	forge.ima_from = from;
	forge.boots = asks_past(d, q) ? list_boots(d) : NULL;
	forge_build_machine(&forge);
	/* Another entry, or part of one. */
	if (d->mode == SIM_APART && from)
		from -= d->ima & 1 ? 1 : ima_size;
	item->data = forge.item[SHINRAI_ITEM_IMA] + from;
	item->len = size - from;
}

/**
 * sim_answer() - evidence
 * @d: the device
 * @other: another one, with whose key SIM_ALIEN signs
 * @q: what is asked
 * @out: out, for free()
 * @len: out, bytes
 *
 * Return: 0; -ENOMEM.
 */
int sim_answer(struct sim_device *d, const struct sim_device *other,
	       const struct sim_question *q, u8 **out, size_t *len)
{
	struct shinrai_evidence ev = { 0 };
	struct shinrai_item *log = &ev.item[SHINRAI_ITEM_LOG];
	struct shinrai_item *past = &ev.item[SHINRAI_ITEM_PAST];
	EVP_PKEY *own = d->key;
	int i, ret;
	u8 *data, *before;

	if (d->mode == SIM_STALE && d->said) {
		*len = d->said_len;
		*out = malloc(*len);
		assert(*out);
		memcpy(*out, d->said, *len);
		return 0;
	}
	if (d->mode == SIM_ALIEN)
		d->key = other->key;
	quote(d, q);
	d->key = own;
	list_ima(d, q, &ev.item[SHINRAI_ITEM_IMA]);
	for (i = 0; i < SHINRAI_NITEMS; i++) {
		if (forge.len[i] && i != SHINRAI_ITEM_LOG &&
		    i != SHINRAI_ITEM_IMA &&
		    !(i == SHINRAI_ITEM_FIRMWARE && q->no_firmware))
			ev.item[i] = (struct shinrai_item){ forge.item[i],
							    forge.len[i] };
	}
	log->data = data = log_of(d, begin_of(d, q), &log->len);
	past->data = before = past_of(d, q, &past->len);
	ret = shinrai_evidence_pack(&ev, out, len);
	free(data);
	free(before);
	if (!ret && d->mode == SIM_STALE) {
		d->said = malloc(*len);
		assert(d->said);
		memcpy(d->said, *out, *len);
		d->said_len = *len;
	}
	return ret;
}
