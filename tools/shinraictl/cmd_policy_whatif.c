// SPDX-License-Identifier: MIT
/* policy whatif: what other policies would have made of what was recorded. */
#include <errno.h>
#include <string.h>

#include "decode.h"
#include "logread.h"
#include "violations.h"
#include "whatif.h"

/* Of alike accesses, those that are judged one by one; the rest as the last. */
#define ONE_BY_ONE 100000

static enum outcome outcome_of(const struct shinrai_flow *f,
			       const struct whatif_answer *a)
{
	const bool was = f->verdict == SHINRAI_VERDICT_DENY;
	const bool will = a->verdict == SHINRAI_VERDICT_DENY;

	if (a->doubt)
		return IN_DOUBT;
	if (was != will)
		return will ? NEWLY_REFUSED : NEWLY_ALLOWED;
	if (f->verdict == a->verdict)
		return UNCHANGED;
	return a->verdict == SHINRAI_VERDICT_AUDIT ? NEWLY_AUDITED :
						     NOT_AUDITED;
}

static bool same_answer(const struct whatif_answer *a,
			const struct whatif_answer *b)
{
	return a->verdict == b->verdict && a->doubt == b->doubt &&
	       a->by == b->by && a->line == b->line &&
	       a->no_label == b->no_label;
}

/* Accesses that were alike may fare differently: a limit may end among them. */
static int replay(struct whatif *w, const struct shinrai_flow *f, u64 record)
{
	const char *cgroup = whatif_cgroup(f);
	const u64 each = f->bytes / f->count;
	struct whatif_answer now = { 0 }, last = { 0 };
	u64 i, done = 0;
	int ret = 0;

	w->flows++;
	for (i = 0; i < f->count && i < ONE_BY_ONE && !ret; i++) {
		/* The first takes what does not divide. */
		whatif_judge(w->c, w->n, f,
			     i ? each : f->bytes - each * (f->count - 1),
			     cgroup, &now);
		if (i && !same_answer(&now, &last)) {
			ret = whatif_tell(w, f, record, outcome_of(f, &last),
					  &last, i - done, each * (i - done));
			done = i;
		}
		last = now;
		if (now.lasting || now.doubt)
			break;
	}
	if (ret)
		return ret;
	return whatif_tell(w, f, record, outcome_of(f, &last), &last,
			   f->count - done, f->bytes - each * done);
}

/* Of a text, the log says whose it is: who was admitted under its name. */
static void learn_owner(struct whatif *w, const char *name, size_t len,
			const u8 owner[SHINRAI_DIGEST_SIZE])
{
	struct shinrai_policy_head *head;
	struct candidate *c;
	const char *own;

	for (c = w->c; c < w->c + w->n; c++) {
		own = c->file.p.head->name;
		if (!c->file.text || strlen(own) != len ||
		    memcmp(own, name, len))
			continue;
		memcpy(c->owner, owner, sizeof(c->owner));
		c->owned = true;
		/* So that its labels are called by their names. */
		head = (struct shinrai_policy_head *)c->file.compiled;
		memcpy(head->owner, owner, sizeof(head->owner));
		shinrai_names_policy(&w->names, c->file.blob, c->file.len);
	}
}

static void learn(struct whatif *w, const struct shinrai_event *ev)
{
	const struct shinrai_field *name, *owner;

	shinrai_names_owner(&w->names, ev);
	name = shinrai_event_field(ev, SHINRAI_FIELD_NAMESPACE);
	owner = shinrai_event_field(ev, SHINRAI_FIELD_OWNER);
	if (ev->type == SHINRAI_EVENT_OWNER && name && owner &&
	    owner->len == SHINRAI_DIGEST_SIZE)
		learn_owner(w, (const char *)name->data, name->len,
			    owner->data);
}

static int replay_event(struct whatif *w, const struct shinrai_event *ev,
			u64 record)
{
	struct shinrai_flow f;
	u8 id;

	learn(w, ev);
	if (ev->type != SHINRAI_EVENT_FLOW)
		return 0;
	if (shinrai_flow_parse(ev, &f, &id)) {
		w->faults++;
		return 0;
	}
	return replay(w, &f, record);
}

static int replay_record(struct whatif *w, const struct shinrai_record *rec)
{
	struct shinrai_header h;
	struct shinrai_event ev;
	struct shinrai_rd events;
	const u8 *tlv;
	int ret = 0;

	if (shinrai_record_check(rec, &h) || decode_digest_fault(rec)) {
		w->faults++;
		return 0;
	}
	if (shinrai_content_parse(rec, &h, &tlv, &events))
		return 0;
	while (!ret && shinrai_event_next(&events, &ev) > 0)
		ret = replay_event(w, &ev, rec->recnum);
	return ret;
}

static int replay_all(struct whatif *w, struct logread *log)
{
	struct shinrai_record rec;
	int ret, err = 0;

	while (!err && (ret = logread_next(log, &rec)) > 0)
		err = replay_record(w, &rec);
	if (err)
		return ctl_error(w->ctl, "memory", NULL, "out of memory");
	return ret < 0 ? EXIT_ERROR : 0;
}

static int read_candidate(struct whatif *w, const char *path)
{
	struct candidate *c = &w->c[w->n];
	size_t i;
	int ret;

	w->n++; /* released whatever comes */
	ret = policy_read(&c->file, w->ctl, path, NULL);
	if (ret)
		return ret;
	c->meters = ctl_alloc((shinrai_policy_meters(&c->file.p) + 1) *
			      sizeof(*c->meters));
	if (!c->file.text) {
		memcpy(c->owner, c->file.p.head->owner, sizeof(c->owner));
		c->owned = true;
		shinrai_names_policy(&w->names, c->file.blob, c->file.len);
	}
	for (i = 0; i + 1 < w->n; i++) {
		if (!strcmp(w->c[i].file.p.head->name, c->file.p.head->name))
			return ctl_error(w->ctl, "policy", NULL,
					 "%s and %s are both of %s",
					 w->c[i].file.path, path, c->file.name);
	}
	return 0;
}

/* Without an owner, no label was a candidate's. */
static int check_owners(const struct whatif *w)
{
	size_t i;

	for (i = 0; i < w->n; i++) {
		if (!w->c[i].owned)
			return ctl_error(w->ctl, "owner",
					 "compile it with --owner",
					 "%s: nobody was admitted as '%s' in"
					 " this log",
					 w->c[i].file.path, w->c[i].file.name);
	}
	return 0;
}

static int finish(const struct whatif *w, const char *log, bool exit_code)
{
	int ret = check_owners(w);

	if (ret)
		return ret;
	if (w->ctl->json)
		ret = ctl_json_out(w->ctl, stdout, whatif_json(w));
	else
		whatif_print(w);
	if (!ret)
		ret = ctl_flush_stdout(w->ctl);
	if (!ret && w->faults && !w->ctl->json)
		return ctl_error(w->ctl, "fault", "see shinraictl log show",
				 "%s: %llu faulty records or events were left"
				 " out",
				 log, (unsigned long long)w->faults);
	if (!ret && (w->faults || (exit_code && w->accesses[NEWLY_REFUSED])))
		ret = EXIT_ERROR;
	return ret;
}

static int run(struct whatif *w, const struct ctl_list *policies,
	       const char *path, bool exit_code)
{
	CTL_LOG log = { .fd = -1 };
	unsigned int s;
	size_t i;
	int ret = 0;

	w->c = ctl_alloc(policies->n * sizeof(*w->c));
	for (i = 0; i < policies->n && !ret; i++)
		ret = read_candidate(w, policies->v[i]);
	if (!ret)
		ret = logread_open(&log, w->ctl, path, 0);
	if (ret)
		return ret;
	if (log.device)
		violations_ask_module(log.fd, &w->names);
	for (s = 0; s < w->names.nspaces; s++)
		learn_owner(w, w->names.space[s].name,
			    strlen(w->names.space[s].name),
			    w->names.space[s].owner);
	ret = replay_all(w, &log);
	return ret ? ret : finish(w, log.name, exit_code);
}

static void release(struct whatif *w)
{
	while (w->n) {
		w->n--;
		policy_free(&w->c[w->n].file);
		free(w->c[w->n].meters);
	}
	free(w->c);
	whatif_free(w);
	shinrai_names_free(&w->names);
	whatif_cgroups_forget();
}

int cmd_policy_whatif(struct ctl *ctl, int argc, char **argv)
{
	const char *log = NULL, *cgroups = NULL;
	struct ctl_list policies = { 0 };
	struct whatif w = { .ctl = ctl };
	bool exit_code = false;
	struct ctl_opt opts[] = {
		{ "policy", CTL_LIST, &policies, "FILE...",
		  "what would be in force, one for each owner", 0 },
		{ "log", CTL_TEXT, &log, "FILE",
		  "a log; default: the running module's", 0 },
		{ "cgroups", CTL_TEXT, &cgroups, "DIR",
		  "where the log's cgroups are mounted", 0 },
		{ "exit-code", CTL_FLAG, &exit_code, NULL,
		  "fail when something would be refused", 0 },
		{ 0 },
	};
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON) {
		free(policies.v);
		return ret;
	}
	if (!policies.n)
		ret = ctl_usage(ctl, "policy whatif: --policy is needed");
	else if (policies.n > SHINRAI_MAX_OWNERS)
		ret = ctl_usage(ctl, "policy whatif: more than %d policies",
				SHINRAI_MAX_OWNERS);
	else
		ret = cgroups ? whatif_cgroups_learn(ctl, cgroups) : 0;
	if (!ret)
		ret = run(&w, &policies, log, exit_code);
	release(&w);
	free(policies.v);
	return ret;
}
