// SPDX-License-Identifier: MIT
/* log export: the log as CEL-TLV, chosen fields replaced by commitments. */
#include <errno.h>
#include <string.h>

#include "decode.h"
#include "logread.h"
#include "names.h"

struct export
{
	struct ctl *ctl;
	struct logread *log;
	FILE *to;
	bool redact[256]; /* by field id */
	u8 *events, *content; /* SHINRAI_MAX_RECORD bytes each */
	u64 records, first, last, withheld;
	u64 trimmed; /* records that the module freed */
	u8 boot_id[SHINRAI_BOOT_ID_SIZE];
};

/* Return: 0; EXIT_USAGE, told. */
static int parse_redact(struct export *e, const char *list)
{
	const struct field_name *f;
	size_t len;

	if (!list)
		return 0;
	for (;; list += len + 1) {
		len = strcspn(list, ",");
		f = field_by_name(list, len);
		if (!f || !(f->id & SHINRAI_FIELD_REDACTABLE))
			return ctl_usage(e->ctl,
					 "--redact: '%.*s' cannot be"
					 " withheld: path, uid, exe, cgroup,"
					 " name, sink can",
					 (int)len, list);
		if (e->redact[f->id])
			return ctl_usage(e->ctl,
					 "--redact: '%.*s' was given"
					 " twice",
					 (int)len, list);
		e->redact[f->id] = true;
		if (!list[len])
			return 0;
	}
}

static int fault(struct export *e, const struct shinrai_record *rec,
		 const char *what)
{
	return ctl_error(e->ctl, "fault", "see shinrai-verify(1), replay",
			 "%s: record %llu: %s", e->log->name,
			 (unsigned long long)rec->recnum, what);
}

/* Exported records follow each other and are of one boot. */
static int check_order(struct export *e, const struct shinrai_record *rec,
		       const struct shinrai_header *h)
{
	if (!e->records) {
		e->first = rec->recnum;
		memcpy(e->boot_id, h->boot_id, sizeof(e->boot_id));
	} else if (memcmp(e->boot_id, h->boot_id, sizeof(e->boot_id))) {
		return fault(e, rec, "another boot id than the records before");
	} else if (rec->recnum != e->last + 1) {
		/* The module frees what is behind a checkpoint, but record 0. */
		if (!e->log->device || e->last || rec->recnum <= e->last)
			return fault(e, rec, "not the next record number");
		e->trimmed = rec->recnum - 1;
		ctl_note(e->ctl,
			 "%s: records 1 to %llu were trimmed, so this copy does"
			 " not replay (shinraid keeps them: --log"
			 " /var/lib/shinrai/BOOT_ID/log.cel)",
			 e->log->name, (unsigned long long)e->trimmed);
	}
	e->last = rec->recnum;
	e->records++;
	return 0;
}

/* Copies one event to @w, with the chosen fields withheld. */
static int copy_event(struct export *e, struct shinrai_event *ev,
		      struct shinrai_wr *w)
{
	u8 commitment[SHINRAI_MAX_FIELDS][SHINRAI_DIGEST_SIZE];
	struct shinrai_field *f;
	unsigned int i;

	for (i = 0; i < ev->nfields; i++) {
		f = &ev->field[i];
		if (!e->redact[f->id] || f->withheld)
			continue;
		shinrai_field_commit(f->id, f->salt, f->data, f->len,
				     commitment[i]);
		f->withheld = true;
		f->salt = NULL;
		f->data = commitment[i];
		f->len = SHINRAI_DIGEST_SIZE;
		e->withheld++;
	}
	return shinrai_event_encode(w, ev);
}

/* @out: the record with fields withheld; everything else byte for byte. */
static int redact_record(struct export *e, const struct shinrai_record *rec,
			 struct shinrai_wr *out)
{
	size_t prefix = (size_t)(rec->content - rec->raw) - SHINRAI_TLV_SIZE;
	struct shinrai_event ev;
	struct shinrai_header h;
	struct shinrai_rd in;
	struct shinrai_wr w;
	const u8 *header;
	int ret;

	ret = shinrai_content_parse(rec, &h, &header, &in);
	if (ret)
		return ret;
	shinrai_wr_init(&w, e->events, SHINRAI_MAX_RECORD);
	while ((ret = shinrai_event_next(&in, &ev)) > 0) {
		ret = copy_event(e, &ev, &w);
		if (ret)
			return ret;
	}
	shinrai_wr_bytes(out, rec->raw, prefix);
	shinrai_wr_u8(out, SHINRAI_CEL_CONTENT);
	shinrai_wr_be32(out, (u32)(SHINRAI_HEADER_TLV + w.len));
	shinrai_wr_bytes(out, header, SHINRAI_HEADER_TLV);
	shinrai_wr_bytes(out, w.buf, w.len);
	return ret ? ret : out->err;
}

/* Whether what is about to be written still replays to the same digests. */
static const char *check_result(const struct shinrai_record *before,
				const struct shinrai_wr *out)
{
	struct shinrai_record after;
	struct shinrai_header h;
	enum shinrai_fault bad;
	struct shinrai_rd rd;

	shinrai_rd_init(&rd, out->buf, out->len);
	if (shinrai_record_next(&rd, &after) != 1 || shinrai_rd_end(&rd))
		return "malformed after redaction";
	bad = shinrai_record_check(&after, &h);
	if (bad)
		return name_find(names_fault, bad);
	if (memcmp(before->content, after.content, SHINRAI_HEADER_TLV))
		return "another header after redaction";
	return decode_digest_fault(&after);
}

static int export_record(struct export *e, const struct shinrai_record *rec)
{
	struct shinrai_header h;
	enum shinrai_fault bad = shinrai_record_check(rec, &h);
	struct shinrai_wr out;
	const char *what;
	int ret;

	if (bad)
		return fault(e, rec, name_find(names_fault, bad));
	what = decode_digest_fault(rec);
	if (what)
		return fault(e, rec, what);
	ret = check_order(e, rec, &h);
	if (ret)
		return ret;
	shinrai_wr_init(&out, e->content, SHINRAI_MAX_RECORD);
	ret = redact_record(e, rec, &out);
	if (ret == -ENOSPC || ret == -EMSGSIZE)
		return fault(e, rec, "too large once its fields are withheld");
	what = ret ? "cannot be encoded" : check_result(rec, &out);
	if (what)
		return fault(e, rec, what);
	if (fwrite(out.buf, 1, out.len, e->to) != out.len)
		return ctl_error(e->ctl, "output", NULL, "cannot write: %s",
				 strerror(errno));
	return 0;
}

static int export_all(struct export *e)
{
	struct shinrai_record rec;
	int ret;

	while ((ret = logread_next(e->log, &rec)) > 0) {
		ret = export_record(e, &rec);
		if (ret)
			return ret;
	}
	if (ret < 0)
		return EXIT_ERROR;
	if (!e->records)
		return ctl_error(e->ctl, "empty", NULL,
				 "%s: no records to export", e->log->name);
	return 0;
}

static int finish(struct export *e, struct ctl_out *out, bool force)
{
	bool to_stdout = !strcmp(out->path, "-");
	int ret = ctl_out_commit(out, force);

	if (ret == -EEXIST)
		return ctl_error(e->ctl, "exists", "--force replaces it",
				 "%s exists", out->path);
	if (ret)
		return ctl_error(e->ctl, "output", NULL, "cannot write %s: %s",
				 out->path, strerror(-ret));
	if (e->ctl->json)
		return ctl_json_out(
			e->ctl, to_stdout ? stderr : stdout,
			json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "file",
				  out->path, "first", (json_int_t)e->first,
				  "last", (json_int_t)e->last, "records",
				  (json_int_t)e->records, "trimmed",
				  (json_int_t)e->trimmed, "withheld",
				  (json_int_t)e->withheld));
	ctl_note(e->ctl, "%s: %llu records, %llu fields withheld", out->path,
		 (unsigned long long)e->records,
		 (unsigned long long)e->withheld);
	return EXIT_OK;
}

static int run(struct export *e, const char *in, const char *path, u64 from,
	       bool force)
{
	CTL_LOG log = { .fd = -1 };
	CTL_OUT out = { 0 };
	int ret;

	e->log = &log;
	ret = logread_open(&log, e->ctl, in, from);
	if (ret)
		return ret;
	ret = ctl_out_open(&out, path);
	if (ret)
		return ctl_error(e->ctl, "output", NULL, "cannot create %s: %s",
				 path, strerror(-ret));
	e->to = out.f;
	ret = export_all(e);
	return ret ? ret : finish(e, &out, force);
}

int cmd_log_export(struct ctl *ctl, int argc, char **argv)
{
	struct export e = { .ctl = ctl };
	const char *redact = NULL, *in = NULL;
	uint64_t from = 0;
	bool force = false;
	struct ctl_opt opts[] = {
		{ "redact", CTL_TEXT, &redact, "FIELDS",
		  "withhold path,uid,exe,cgroup,name,sink", 0 },
		{ "from", CTL_NUMBER, &from, "N", "begin with record N", 0 },
		{ "log", CTL_TEXT, &in, "FILE",
		  "read this log, not " SHINRAI_DEVICE, 0 },
		{ "force", CTL_FLAG, &force, NULL, "replace FILE", 0 },
		{ 0 },
	};
	CTL_FREE u8 *events = NULL;
	CTL_FREE u8 *content = NULL;
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	if (!ctl->operands.n)
		return ctl_usage(ctl, "log export: which FILE?");
	ret = parse_redact(&e, redact);
	if (ret)
		return ret;
	e.events = events = ctl_alloc(SHINRAI_MAX_RECORD);
	e.content = content = ctl_alloc(SHINRAI_MAX_RECORD);
	return run(&e, in, ctl->operands.v[0], from, force);
}
