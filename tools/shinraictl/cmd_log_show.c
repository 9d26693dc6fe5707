// SPDX-License-Identifier: MIT
/* log show, log follow: records and events for people or as JSON lines. */
#include "decode.h"
#include "logread.h"

struct show {
	struct ctl *ctl;
	struct logread *log;
	uint64_t count; /* UINT64_MAX: all */
	bool records; /* no events */
	uint64_t faults;
};

static int show_record(struct show *s, const struct shinrai_record *rec)
{
	const char *fault;
	CTL_JSON v = decode_record(rec, !s->records, &fault);

	s->faults += fault != NULL;
	if (s->ctl->json)
		return ctl_json_out(s->ctl, stdout, json_incref(v));
	decode_print(stdout, v);
	return EXIT_OK;
}

static int show_all(struct show *s)
{
	struct shinrai_record rec;
	int ret = 0, bad = 0;

	while (s->count && (ret = logread_next(s->log, &rec)) > 0) {
		bad = show_record(s, &rec);
		if (!bad && s->log->follow)
			bad = ctl_flush_stdout(s->ctl);
		if (bad || ferror(stdout))
			break;
		s->count--;
	}
	if (bad || ctl_flush_stdout(s->ctl) || ret < 0)
		return EXIT_ERROR;
	if (s->faults)
		return ctl_error(s->ctl, "fault", "see shinrai-verify(1)",
				 "%s: %llu faulty records", s->log->name,
				 (unsigned long long)s->faults);
	return EXIT_OK;
}

static int show(struct ctl *ctl, int argc, char **argv, bool follow)
{
	struct show s = { .ctl = ctl, .count = UINT64_MAX };
	CTL_LOG log = { .fd = -1 };
	uint64_t from = 0;
	struct ctl_opt opts[] = {
		{ "from", CTL_NUMBER, &from, "N", "begin with record N", 0 },
		{ "count", CTL_NUMBER, &s.count, "N", "at most N records", 0 },
		{ "records", CTL_FLAG, &s.records, NULL, "leave out the events",
		  0 },
		{ 0 },
	};
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	s.log = &log;
	ret = logread_open(&log, ctl,
			   ctl->operands.n ? ctl->operands.v[0] : NULL, from);
	if (ret)
		return ret;
	log.follow = follow;
	return show_all(&s);
}

int cmd_log_show(struct ctl *ctl, int argc, char **argv)
{
	return show(ctl, argc, argv, false);
}

int cmd_log_follow(struct ctl *ctl, int argc, char **argv)
{
	return show(ctl, argc, argv, true);
}
