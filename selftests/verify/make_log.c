// SPDX-License-Identifier: MIT
/*
 * Stands in for a machine's boot and module in the folder it is given: log,
 * firmware, known.txt, boot.json, extends, for tpm2_pcrextend, and acme.pol, a
 * policy that calls a label.
 * usage: make_log FOLDER good|rogue|data|left|hostile [RECORDS [BOOT]]
 * RECORDS more of nearly a MiB each follow those that are given.  "data" has
 * owners, policies and flows; in "left" one more flow happened that was denied;
 * in "hostile" a program's path is what a web page must not take for its own, too.
 * BOOT is the first byte of the boot's id, which is b0b0... otherwise.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/sha.h>

#include <shinrai/policy_build.h>

#include "forge.h"

static void put(const char *name, const void *data, size_t len)
{
	FILE *f = fopen(name, "w");

	if (!f || fwrite(data, 1, len, f) != len || fclose(f))
		exit(1);
}

static void put_extend(FILE *f, u32 pcr, const u8 digest[32])
{
	unsigned int i;

	fprintf(f, "%u:sha256=", pcr);
	for (i = 0; i < 32; i++)
		fprintf(f, "%02x", digest[i]);
	fputc('\n', f);
}

/* The same known program again and again, by a path as long as they get. */
static void fill_record(struct forge_record *r, struct shinrai_wr *events)
{
	char path[881];
	struct shinrai_event ev;
	struct shinrai_rd rd;
	u8 leaf[32];

	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	forge_code(r, SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC, "ls", path);
	shinrai_rd_init(&rd, r->events, r->len);
	if (shinrai_event_next(&rd, &ev) != 1 || shinrai_event_leaf(&ev, leaf))
		exit(1);
	for (r->count = 0; r->count < SHINRAI_MAX_EVENTS; r->count++) {
		shinrai_wr_bytes(events, r->events, r->len);
		if (r->count)
			shinrai_tree_add(&r->tree, leaf);
	}
}

/* Goes on after the log of @f: @n records, the same but for their numbers. */
static void add_records(const struct forge *f, struct shinrai_wr *log, u64 n)
{
	static u8 buf[SHINRAI_MAX_RECORD];
	struct forge *one = calloc(1, sizeof(*one));
	u8 tlv[SHINRAI_HEADER_TLV], digest[32];
	struct shinrai_digest d = { 0x0b, 32, digest };
	struct shinrai_header h = { .version = SHINRAI_RECORD_VERSION,
				    .type = SHINRAI_RECORD_EVENTS,
				    .pcr = f->own[0],
				    .recnum = f->nrec };
	struct shinrai_wr events;
	struct forge_record *r;

	if (!one)
		exit(1);
	r = forge_record(one, SHINRAI_RECORD_EVENTS, h.pcr);
	shinrai_wr_init(&events, buf, sizeof(buf));
	fill_record(r, &events);
	memcpy(h.boot_id, f->boot_id, sizeof(h.boot_id));
	h.event_count = r->count;
	shinrai_tree_root(&r->tree, h.root);
	for (; n; n--, h.recnum++) {
		h.time_ns = 1000 * h.recnum;
		shinrai_header_encode(&h, tlv);
		SHA256(tlv, sizeof(tlv), digest);
		shinrai_record_encode(log, &h, &d, 1, buf, events.len);
	}
	free(one);
}

static void put_extends(const struct forge *f, const struct shinrai_wr *all)
{
	struct shinrai_rd log;
	struct shinrai_record r;
	FILE *out = fopen("extends", "w");
	unsigned int i;
	u8 digest[32];

	if (!out)
		exit(1);
	for (i = 0; i < f->nboot; i++)
		put_extend(out, f->boot[i].pcr, f->boot[i].digest);
	shinrai_rd_init(&log, all->buf, all->len);
	while (shinrai_record_next(&log, &r) > 0) {
		SHA256(r.content, SHINRAI_HEADER_TLV, digest);
		put_extend(out, r.index, digest);
	}
	if (fclose(out))
		exit(1);
}

static void plan_data(struct forge *f, bool left)
{
	struct forge_fields e;

	forge_plan_data(f);
	forge_flow(&e, FORGE_BETA, 3, SHINRAI_VERDICT_DENY, false);
	if (left)
		forge_add(forge_more(f, true), &e);
}

static void plan_hostile(struct forge *f)
{
	plan_data(f, true);
	forge_code(forge_more(f, false), SHINRAI_EVENT_CODE, SHINRAI_KIND_EXEC,
		   "evil",
		   "/</bdi><script src=//evil.example></script>"
		   "<img src=x onerror='document.title=1'>\"&amp;\xe2\x80\xae");
}

static void put_policy(void)
{
	static const char string[] = "\0drawings";
	struct shinrai_policy_label label = { .name = 1, .line = 1 };
	struct shinrai_policy_tables t = { .generation = 7,
					   .name = "acme",
					   .label = &label,
					   .labels = 1,
					   .string = string,
					   .strings = sizeof(string) };
	u8 owner[32], source[32] = { 1 }, *blob;
	unsigned int i;
	size_t len;

	memset(label.uuid, 0xa0, sizeof(label.uuid));
	for (i = 1; i < SHINRAI_ACTIONS; i++)
		label.otherwise[i] = SHINRAI_VERDICT_DENY;
	forge_owner_id(FORGE_ACME, owner);
	t.owner = owner;
	t.source = source;
	if (shinrai_policy_build(&t, &blob, &len))
		exit(1);
	put("acme.pol", blob, len);
	free(blob);
}

static void set_boot(struct forge *f, u8 first)
{
	unsigned int i;

	f->boot_id[0] = first;
	for (i = 0; i < f->nrec; i++)
		f->rec[i].boot_id[0] = first;
}

int main(int argc, char **argv)
{
	struct forge *f = malloc(sizeof(*f));
	EVP_PKEY *key = EVP_EC_gen("P-256");
	u64 more = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	struct shinrai_wr log;
	u8 *buf = malloc(FORGE_ITEM + more * SHINRAI_MAX_RECORD);

	if (argc < 3 || !f || !key || !buf || chdir(argv[1]))
		return 2;
	forge_init(f, key);
	/* The last record is the rogue one. */
	if (!strcmp(argv[2], "good"))
		f->nrec--;
	else if (!strcmp(argv[2], "hostile"))
		plan_hostile(f);
	else if (strcmp(argv[2], "rogue"))
		plan_data(f, !strcmp(argv[2], "left"));
	if (argc > 4)
		set_boot(f, (u8)strtoul(argv[4], NULL, 16));
	f->quoted = f->nrec;
	forge_build(f);
	shinrai_wr_init(&log, buf, FORGE_ITEM + more * SHINRAI_MAX_RECORD);
	shinrai_wr_bytes(&log, f->item[SHINRAI_ITEM_LOG],
			 f->len[SHINRAI_ITEM_LOG]);
	add_records(f, &log, more);
	if (log.err)
		return 1;
	put("log", log.buf, log.len);
	put("firmware", f->item[SHINRAI_ITEM_FIRMWARE],
	    f->len[SHINRAI_ITEM_FIRMWARE]);
	put("known.txt", f->digests, strlen(f->digests));
	put("boot.json", f->reference, strlen(f->reference));
	put_extends(f, &log);
	put_policy();
	EVP_PKEY_free(key);
	free(buf);
	free(f);
	return 0;
}
