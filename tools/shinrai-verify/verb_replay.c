// SPDX-License-Identifier: MIT
/*
 * replay cel|ima|bootlog FILE: the PCR values that a log leads to, and every
 * entry that is wrong.  Exit: 0 consistent; 3 wrong entries or malformed; 4
 * something could not be judged, or there was nothing to judge.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <shinrai/bootlog.h>
#include <shinrai/cel.h>
#include <shinrai/evidence.h>
#include <shinrai/hex.h>
#include <shinrai/ima.h>

#include "verify.h"

/* What the three kinds of log have in common once they were read. */
struct result {
	struct verify *v;
	const char *kind;
	u64 entries;
	u64 wrong; /* entries with a fault that proves something */
	u64 open; /* entries that only could not be judged */
	bool malformed;
	json_t *faults; /* with --json */
	json_t *extra; /* members of this kind of log, with --json */
};

/* One line or object for one fault of one entry. */
static void put_fault(struct result *r, u64 index, size_t offset,
		      const char *verdict, const char *code, const char *text,
		      const char *what)
{
	if (r->v->json) {
		json_array_append_new(
			r->faults,
			json_pack("{s:I, s:I, s:s, s:s, s:s, s:s}", "index",
				  (json_int_t)index, "offset",
				  (json_int_t)offset, "verdict", verdict,
				  "code", code, "text", text, "entry", what));
		return;
	}
	printf("%s: entry %" PRIu64 " at byte %zu%s%s: %s (%s)\n", verdict,
	       index, offset, *what ? ", " : "", what, text, code);
}

static void put_faults(struct result *r, u64 index, size_t offset, u32 faults,
		       u32 cannot_tell, const char *(*code)(unsigned int),
		       const char *(*text)(unsigned int), const char *what)
{
	unsigned int f;

	if (faults & ~cannot_tell)
		r->wrong++;
	else if (faults)
		r->open++;
	for (f = 0; f < 32; f++) {
		if (faults >> f & 1)
			put_fault(r, index, offset,
				  cannot_tell >> f & 1 ? "cannot tell" :
							 "wrong",
				  code(f), text(f), what);
	}
}

static void put_malformed(struct result *r, u64 index, size_t offset,
			  const char *code, const char *text)
{
	r->malformed = true;
	put_fault(r, index, offset, "malformed", code, text, "");
}

static const char *verdict(const struct result *r, int *status)
{
	*status = VERIFY_BAD;
	if (r->malformed)
		return "malformed";
	if (r->wrong)
		return "wrong";
	*status = VERIFY_UNKNOWN;
	if (!r->entries)
		return "empty";
	if (r->open)
		return "cannot tell";
	*status = VERIFY_GOOD;
	return "consistent";
}

/* Banks whose hash cannot be computed here have no values to show. */
static json_t *opaque_banks(const struct result *r,
			    const struct shinrai_replay *replay)
{
	json_t *list = r->v->json ? json_array() : NULL;
	char name[16];
	unsigned int i;

	for (i = 0; i < replay->nbanks; i++) {
		if (!replay->bank[i].opaque)
			continue;
		snprintf(name, sizeof(name), "0x%04x", replay->bank[i].alg);
		if (list)
			json_array_append_new(list, json_string(name));
		else
			printf("%-6s not replayed: hash %s is not"
			       " supported\n",
			       shinrai_bank_text(replay->bank[i].alg), name);
	}
	return list;
}

static int finish(struct result *r, const struct shinrai_replay *replay)
{
	const struct shinrai_pcr_value *p;
	char hex[2 * SHINRAI_MAX_BANK_SIZE + 1];
	struct shinrai_pcrs pcrs;
	json_t *out, *opaque;
	const char *text;
	int status;

	text = verdict(r, &status);
	opaque = opaque_banks(r, replay);
	if (shinrai_replay_values(replay, &pcrs))
		return verify_error(r->v, "internal", NULL, "too many PCRs");
	if (r->v->json) {
		out = json_pack("{s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:o}",
				"log", r->kind, "result", text, "entries",
				(json_int_t)r->entries, "wrong",
				(json_int_t)r->wrong, "cannot_tell",
				(json_int_t)r->open, "pcrs",
				verify_json_pcrs(&pcrs), "not_replayed", opaque,
				"faults", r->faults);
		json_object_update_new(out, r->extra);
		return verify_json(r->v, out, status);
	}
	for (p = pcrs.v; p < pcrs.v + pcrs.count; p++)
		printf("%-6s PCR %2u  %s\n", shinrai_bank_text(p->alg), p->pcr,
		       shinrai_hex_encode(p->value, p->size, hex));
	printf("%s: %" PRIu64 " entries, %" PRIu64 " wrong, %" PRIu64
	       " not judged\n",
	       text, r->entries, r->wrong, r->open);
	return verify_finish(r->v, status);
}

static int replay_cel(struct result *r, const u8 *data, size_t len)
{
	char boot_id[2 * SHINRAI_BOOT_ID_SIZE + 1] = "";
	struct shinrai_cel_record rec;
	struct shinrai_cel cel;
	char what[32];
	int ret;

	shinrai_cel_init(&cel, data, len);
	while ((ret = shinrai_cel_next(&cel, &rec)) > 0) {
		snprintf(what, sizeof(what), "record %" PRIu64, rec.rec.recnum);
		put_faults(r, cel.records - 1, rec.offset, rec.faults,
			   SHINRAI_CEL_CANNOT_TELL, shinrai_cel_fault_code,
			   shinrai_cel_fault_text, what);
	}
	r->entries = cel.records;
	if (ret < 0)
		put_malformed(r, cel.records, shinrai_cel_offset(&cel),
			      "malformed", "no CEL-TLV record can be read");
	if (cel.have_boot_id)
		shinrai_hex_encode(cel.boot_id, sizeof(cel.boot_id), boot_id);
	if (r->v->json)
		r->extra = json_pack("{s:s, s:I}", "boot_id", boot_id,
				     "foreign", (json_int_t)cel.foreign);
	else if (*boot_id)
		printf("boot id %s\n", boot_id);
	if (!r->v->json && cel.foreign)
		printf("%" PRIu64 " foreign records: digests were replayed,"
		       " contents were not checked\n",
		       cel.foreign);
	return finish(r, &cel.replay);
}

static int replay_ima(struct result *r, const u8 *data, size_t len,
		      unsigned int flags)
{
	static const u16 banks[] = { SHINRAI_ALG_SHA1, SHINRAI_ALG_SHA256,
				     SHINRAI_ALG_SHA384, SHINRAI_ALG_SHA512 };
	struct shinrai_ima_entry e;
	struct shinrai_ima ima;
	char *what;
	int ret;

	if (shinrai_ima_is_ascii(data, len))
		flags |= SHINRAI_IMA_ASCII;
	else
		flags |= shinrai_ima_order(data, len);
	if (shinrai_ima_init(&ima, data, len, flags, banks, ARRAY_SIZE(banks)))
		return verify_error(r->v, "memory", NULL, "out of memory");
	while ((ret = shinrai_ima_next(&ima, &e)) > 0) {
		if (!e.faults)
			continue;
		what = verify_escape(e.path.p, e.path.len);
		put_faults(r, e.index, e.offset, e.faults,
			   SHINRAI_IMA_CANNOT_TELL, shinrai_ima_fault_code,
			   shinrai_ima_fault_text, what);
		free(what);
	}
	r->entries = ima.entries;
	if (ret < 0)
		put_malformed(r, ima.entries, shinrai_ima_offset(&ima),
			      "malformed", "no IMA entry can be read");
	if (r->v->json)
		r->extra = json_pack("{s:I, s:b, s:b}", "violations",
				     (json_int_t)ima.violations, "ascii",
				     !!(flags & SHINRAI_IMA_ASCII),
				     "big_endian",
				     !!(flags & SHINRAI_IMA_BIG_ENDIAN));
	else
		printf("%" PRIu64 " violations\n", ima.violations);
	shinrai_ima_fini(&ima);
	return finish(r, &ima.replay);
}

static void bootlog_extra(struct result *r, const struct shinrai_bootlog *b)
{
	static const char *const state[] = { "not measured", "off", "on" };
	const char *sb = state[b->secure_boot + 1];
	const char *form = b->agile ? "crypto-agile" : "sha1";
	json_t *seps;
	unsigned int p;

	if (!r->v->json) {
		printf("format %s, startup locality %u, Secure Boot %s\n", form,
		       b->locality, sb);
		return;
	}
	seps = json_array();
	for (p = 0; p < SHINRAI_PCR_COUNT; p++) {
		if (b->separators >> p & 1)
			json_array_append_new(seps, json_integer(p));
	}
	r->extra = json_pack("{s:s, s:i, s:s, s:o}", "format", form, "locality",
			     b->locality, "secure_boot", sb, "separators",
			     seps);
}

static int replay_bootlog(struct result *r, const u8 *data, size_t len)
{
	struct shinrai_bootlog_event e;
	struct shinrai_bootlog b;
	char what[64];
	int ret;

	ret = shinrai_bootlog_init(&b, data, len);
	if (!ret) {
		while ((ret = shinrai_bootlog_next(&b, &e)) > 0) {
			snprintf(what, sizeof(what), "PCR %u %s", e.pcr,
				 shinrai_bootlog_type_name(e.type));
			put_faults(r, e.index, e.offset, e.faults, 0,
				   shinrai_bootlog_fault_code,
				   shinrai_bootlog_fault_text, what);
		}
	}
	r->entries = b.events;
	if (ret == -EBADMSG)
		put_malformed(r, b.events, shinrai_bootlog_offset(&b),
			      shinrai_bootlog_error_code(b.error),
			      shinrai_bootlog_error_text(b.error));
	bootlog_extra(r, &b);
	return finish(r, &b.replay);
}

int verb_replay(struct verify *v, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ "big-endian", no_argument, NULL, 'b' },
		{ 0 },
	};
	struct result r = { .v = v };
	SHINRAI_FREE u8 *data = NULL;
	unsigned int flags = 0;
	size_t len;
	int opt;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 'h')
			return verify_help(v);
		if (opt == 'b')
			flags |= SHINRAI_IMA_BIG_ENDIAN;
		else if (opt != 'j')
			return verify_usage(v, "unknown option: %s",
					    argv[optind - 1]);
	}
	if (argc - optind != 2)
		return verify_usage(v, "replay needs a kind of log and a file");
	r.kind = argv[optind];
	if (strcmp(r.kind, "cel") && strcmp(r.kind, "ima") &&
	    strcmp(r.kind, "bootlog"))
		return verify_usage(v, "no such kind of log: %s", r.kind);
	if (flags && strcmp(r.kind, "ima"))
		return verify_usage(v, "--big-endian is for ima only");
	if (verify_read(v, argv[optind + 1], SHINRAI_MAX_LOG, &data, &len))
		return VERIFY_FAILURE;
	if (v->json)
		r.faults = json_array();
	if (*r.kind == 'c')
		return replay_cel(&r, data, len);
	if (*r.kind == 'i')
		return replay_ima(&r, data, len, flags);
	return replay_bootlog(&r, data, len);
}
