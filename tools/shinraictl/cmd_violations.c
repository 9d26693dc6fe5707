// SPDX-License-Identifier: MIT
/* violations list, show, follow: what policies denied, from the log. */
#include <errno.h>
#include <string.h>

#include <shinrai/policy.h>
#include <shinrai/violation.h>

#include "decode.h"
#include "logread.h"
#include "violations.h"

struct scan {
	struct ctl *ctl;
	struct logread *log;
	struct shinrai_names names;
	uint64_t from; /* first record wanted */
	uint64_t until; /* and the last */
	bool details;
	uint64_t found;
	uint64_t faults; /* records and events that cannot be believed */
};

static int learn_file(struct scan *s, const char *path)
{
	CTL_BUF blob = { 0 };
	int ret = ctl_read_file(path, SHINRAI_POLICY_MAX, &blob);

	if (ret)
		return ctl_error(s->ctl, "io", NULL, "cannot read %s: %s", path,
				 strerror(-ret));
	ret = shinrai_names_policy(&s->names, blob.data, blob.len);
	return ret ? ctl_error(s->ctl, "policy",
			       "give what shinraictl policy compile wrote",
			       "%s: not a compiled policy", path) :
		     0;
}

static void print_line(const struct shinrai_violation *v,
		       const struct shinrai_flow_names *names)
{
	char text[SHINRAI_FLOW_WORDS], when[SHINRAI_TIME_NS];

	shinrai_flow_words(&v->flow, names, text);
	shinrai_time_ns_format(v->flow.wall_ns, when);
	printf("%.19sZ record %llu: %s\n", when, (unsigned long long)v->record,
	       text);
}

/* What proves it, and whether it could: the record itself, as the log has it. */
static int print_details(struct scan *s, const struct shinrai_record *rec,
			 const struct shinrai_violation *v,
			 const struct shinrai_flow_names *names)
{
	const char *fault;
	CTL_JSON record = decode_record(rec, false, &fault);
	CTL_JSON j = shinrai_violation_json(v, names);

	if (s->ctl->json) {
		json_object_set_new(j, "proof", json_incref(record));
		return ctl_json_out(s->ctl, stdout, json_incref(j));
	}
	print_line(v, names);
	violations_print(stdout, j);
	fputs("  proof:\n    ", stdout);
	decode_print(stdout, record);
	return 0;
}

static int print_one(struct scan *s, const struct shinrai_record *rec,
		     const struct shinrai_violation *v)
{
	struct shinrai_flow_names names = shinrai_names_get(&s->names);

	s->found++;
	if (s->details)
		return print_details(s, rec, v, &names);
	if (s->ctl->json)
		return ctl_json_out(s->ctl, stdout,
				    shinrai_violation_json(v, &names));
	print_line(v, &names);
	return 0;
}

static int scan_events(struct scan *s, const struct shinrai_record *rec,
		       const struct shinrai_header *h,
		       struct shinrai_rd *events)
{
	struct shinrai_event ev;
	unsigned int n = 0;
	int ret = 0, is;

	while (!ret && shinrai_event_next(events, &ev) > 0) {
		struct shinrai_violation v = { .record = rec->recnum,
					       .event = n++,
					       .time_ns = h->time_ns };

		shinrai_names_owner(&s->names, &ev);
		if (rec->recnum < s->from || rec->recnum > s->until)
			continue;
		is = shinrai_violation_parse(&ev, &v);
		if (is > 0)
			ret = print_one(s, rec, &v);
		s->faults += is < 0;
	}
	return ret;
}

/* Nobody can be blamed by a record that is not what was extended. */
static int scan_record(struct scan *s, const struct shinrai_record *rec)
{
	struct shinrai_header h;
	struct shinrai_rd events;
	const u8 *tlv;

	if (shinrai_record_check(rec, &h) || decode_digest_fault(rec)) {
		s->faults++;
		return 0;
	}
	if (shinrai_content_parse(rec, &h, &tlv, &events))
		return 0;
	return scan_events(s, rec, &h, &events);
}

static int scan_all(struct scan *s)
{
	struct shinrai_record rec;
	int ret = 0, bad = 0;

	while (!bad && (ret = logread_next(s->log, &rec)) > 0) {
		bad = scan_record(s, &rec);
		if (!bad && s->log->follow)
			bad = ctl_flush_stdout(s->ctl);
		if (rec.recnum >= s->until || ferror(stdout))
			break;
	}
	if (bad || ctl_flush_stdout(s->ctl) || ret < 0)
		return EXIT_ERROR;
	if (s->faults)
		return ctl_error(s->ctl, "fault", "see shinraictl log show",
				 "%s: %llu faulty records or events were left "
				 "out",
				 s->log->name, (unsigned long long)s->faults);
	return EXIT_OK;
}

/* Owners are admitted before anything is denied: so it is read from record 0. */
static int run(struct scan *s, const char *path, const struct ctl_list *files,
	       bool follow)
{
	CTL_LOG log = { .fd = -1 };
	size_t i;
	int ret = 0;

	s->log = &log;
	for (i = 0; i < files->n && !ret; i++)
		ret = learn_file(s, files->v[i]);
	if (!ret)
		ret = logread_open(&log, s->ctl, path, 0);
	if (!ret && log.device)
		violations_ask_module(log.fd, &s->names);
	log.follow = follow;
	if (!ret)
		ret = scan_all(s);
	if (!ret && s->details && !s->found)
		ret = ctl_error(s->ctl, "none",
				"see shinraictl violations list",
				"%s: no violation in record %llu", log.name,
				(unsigned long long)s->from);
	shinrai_names_free(&s->names);
	free(files->v);
	return ret;
}

static int list(struct ctl *ctl, int argc, char **argv, bool follow)
{
	struct scan s = { .ctl = ctl, .until = UINT64_MAX };
	struct ctl_list files = { 0 };
	struct ctl_opt opts[] = {
		{ "from", CTL_NUMBER, &s.from, "N", "of record N and later",
		  0 },
		{ "policy", CTL_LIST, &files, "FILE...",
		  "compiled policies, for the names of labels", 0 },
		{ 0 },
	};
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON) {
		free(files.v);
		return ret;
	}
	return run(&s, ctl->operands.n ? ctl->operands.v[0] : NULL, &files,
		   follow);
}

int cmd_violations_list(struct ctl *ctl, int argc, char **argv)
{
	return list(ctl, argc, argv, false);
}

int cmd_violations_follow(struct ctl *ctl, int argc, char **argv)
{
	return list(ctl, argc, argv, true);
}

int cmd_violations_show(struct ctl *ctl, int argc, char **argv)
{
	struct scan s = { .ctl = ctl, .details = true };
	struct ctl_list files = { 0 };
	struct ctl_opt opts[] = {
		{ "policy", CTL_LIST, &files, "FILE...",
		  "compiled policies, for the names of labels", 0 },
		{ 0 },
	};
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret == CTL_GO_ON)
		ret = ctl_record_number(ctl, &s.from);
	if (ret != CTL_GO_ON) {
		free(files.v);
		return ret;
	}
	s.until = s.from;
	return run(&s, ctl->operands.n > 1 ? ctl->operands.v[1] : NULL, &files,
		   false);
}
