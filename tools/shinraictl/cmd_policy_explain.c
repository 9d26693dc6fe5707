// SPDX-License-Identifier: MIT
/* policy explain: which rule decides over an access, why, and what almost did. */
#include <string.h>
#include <time.h>

#include "policy.h"

#define NEAR 10 /* rules that almost match, told for each label */

struct explain {
	struct ctl *ctl;
	struct policy_file file;
	struct shinrai_policy_list list;
	struct policy_access x;
	u64 labels;
	struct shinrai_answer answer;
	json_t *json; /* what is told of the labels, or NULL */
};

static const char *const misses[] = {
	[SHINRAI_MISS_SUBJECT] = "who acts",
	[SHINRAI_MISS_PORT] = "the port",
	[SHINRAI_MISS_PROTOCOL] = "the protocol",
	[SHINRAI_MISS_ADDRESS] = "the address",
	[SHINRAI_MISS_PRODUCT] = "the device's vendor and product",
	[SHINRAI_MISS_SERIAL] = "the device's serial number",
	[SHINRAI_MISS_DESTINATION] = "the destination",
	[SHINRAI_MISS_TIME] = "the time",
	[SHINRAI_MISS_LIMIT] = "the limit",
};

static const char *verdict_name(u8 verdict)
{
	return shinrai_policy_word(SHINRAI_WORDS_VERDICTS, verdict);
}

/* A statement matches when one of its rules does. */
static enum shinrai_policy_miss
item_misses(const struct explain *e, const struct shinrai_policy_item *item,
	    u8 label)
{
	enum shinrai_policy_miss least = SHINRAI_MISS_MORE, m;
	const struct shinrai_policy *p = &e->file.p;
	u32 i;

	for (i = item->first; i < item->first + item->count && least; i++) {
		if (p->rule[i].action != e->x.a.action)
			continue;
		m = shinrai_policy_misses(p, i, label, &e->x.a);
		if (m < least)
			least = m;
	}
	return least;
}

static bool decides(const struct shinrai_policy_item *item, u32 rule)
{
	return rule != SHINRAI_POLICY_NONE && rule >= item->first &&
	       rule < item->first + item->count;
}

static json_t *rule_json(const struct shinrai_policy_item *item,
			 const char *miss)
{
	json_t *v = json_pack("{s:i, s:o}", "line", item->line, "text",
			      json_string(item->text));

	if (miss)
		json_object_set_new(v, "but_for", json_string(miss));
	return v;
}

static const char *why(u8 verdict, u32 matching)
{
	if (matching == 1)
		return "the only rule that matches";
	switch (verdict) {
	case SHINRAI_VERDICT_DENY:
		return "a deny wins over every other rule; of several, the"
		       " first";
	case SHINRAI_VERDICT_AUDIT:
		return "no deny matches, and an audit wins over an allow; of"
		       " several, the first";
	}
	return "neither a deny nor an audit matches; of several, the first";
}

struct told {
	u32 matching;
	u32 near;
	json_t *rules, *misses; /* or NULL */
};

static void tell_matching(const struct explain *e, u8 label, u32 rule,
			  struct told *t)
{
	const struct shinrai_policy_item *item = e->list.item;
	u32 i;

	for (i = 0; i < e->list.count; i++, item++) {
		if (item->kind != SHINRAI_ITEM_RULE ||
		    item_misses(e, item, label) != SHINRAI_MISS_NONE)
			continue;
		if (t->rules)
			json_array_append_new(t->rules, rule_json(item, NULL));
		else if (!t->matching)
			puts("  rules that match:");
		t->matching++;
		if (!t->rules)
			printf("   %c line %u: %s\n",
			       decides(item, rule) ? '>' : ' ', item->line,
			       item->text);
	}
}

static void tell_near(const struct explain *e, u8 label, struct told *t)
{
	const struct shinrai_policy_item *item = e->list.item;
	enum shinrai_policy_miss m;
	u32 i;

	for (i = 0; i < e->list.count; i++, item++) {
		if (item->kind != SHINRAI_ITEM_RULE)
			continue;
		m = item_misses(e, item, label);
		if (m == SHINRAI_MISS_NONE || m == SHINRAI_MISS_MORE)
			continue;
		if (t->near++ >= NEAR)
			continue;
		if (t->misses) {
			json_array_append_new(t->misses,
					      rule_json(item, misses[m]));
			continue;
		}
		if (t->near == 1)
			puts("  rules that would match but for one thing:");
		printf("     line %u: %s\n       but for %s\n", item->line,
		       item->text, misses[m]);
	}
	if (t->near > NEAR && !t->misses)
		printf("     and %u more\n", t->near - NEAR);
}

static void tell_label(struct explain *e, u8 label)
{
	const struct shinrai_policy *p = &e->file.p;
	CTL_FREE char *name =
		ctl_escape(p->string + p->label[label].name,
			   strlen(p->string + p->label[label].name), false);
	struct shinrai_answer a;
	struct told t = { 0 };
	const char *reason;
	bool by_rule;

	shinrai_policy_judge(p, 1ULL << label, &e->x.a, NULL, false, &a);
	by_rule = a.rule != SHINRAI_POLICY_NONE;
	if (e->json) {
		t.rules = json_array();
		t.misses = json_array();
	} else {
		printf("label %s/%s: %s", e->file.name, name,
		       verdict_name(a.verdict));
		if (by_rule)
			printf(" by line %u\n", p->rule[a.rule].line);
		else
			puts(" by default");
	}
	tell_matching(e, label, a.rule, &t);
	reason = by_rule ? why(a.verdict, t.matching) :
			   "no rule matches, so the label's default holds";
	if (!e->json)
		printf("  because: %s\n", reason);
	tell_near(e, label, &t);
	if (!e->json)
		return;
	json_array_append_new(
		e->json,
		json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:b}", "label", name,
			  "verdict", verdict_name(a.verdict), "line",
			  by_rule ? json_integer(p->rule[a.rule].line) :
				    json_null(),
			  "because", reason, "matching", t.rules, "near",
			  t.misses, "notify", a.flags & SHINRAI_ANSWER_NOTIFY));
}

static void print_access(FILE *f, const struct explain *e)
{
	const struct shinrai_access *a = &e->x.a;
	char hex[2 * SHINRAI_DIGEST_SIZE + 1], when[32];
	time_t t = (time_t)a->wall_s;
	struct tm tm;

	policy_access_print(f, a);
	fprintf(f, ", user %u, ", a->uid);
	if (a->program)
		fprintf(f, "program sha256:%s, ",
			shinrai_hex_encode(a->program, SHINRAI_DIGEST_SIZE,
					   hex));
	fprintf(f, "cgroup \"%s\", ", a->cgroup);
	gmtime_r(&t, &tm);
	strftime(when, sizeof(when), "%a %Y-%m-%dT%H:%M:%SZ", &tm);
	fprintf(f, "%s", when);
	if (a->bytes)
		fprintf(f, ", %llu bytes", (unsigned long long)a->bytes);
}

/* Of several labels, the severest answer counts. */
static void print_whole(const struct explain *e)
{
	const struct shinrai_policy *p = &e->file.p;
	CTL_FREE char *name = NULL;
	const char *label;

	if (!(e->labels & (e->labels - 1)))
		return;
	label = p->string + p->label[e->answer.label].name;
	name = ctl_escape(label, strlen(label), false);
	printf("all together: %s, because of label %s: of several labels the"
	       " severest answer counts\n",
	       verdict_name(e->answer.verdict), name);
}

static int tell(struct explain *e)
{
	CTL_FREE char *access = NULL;
	size_t len;
	FILE *f = open_memstream(&access, &len);
	json_t *v;
	u8 i;

	if (f)
		print_access(f, e);
	if (!f || fclose(f))
		return ctl_error(e->ctl, "memory", NULL, "out of memory");
	if (e->ctl->json)
		e->json = json_array();
	else
		printf("policy %s generation %llu\naccess: %s\n", e->file.name,
		       (unsigned long long)e->file.p.head->generation, access);
	for (i = 0; i < e->file.p.head->labels; i++) {
		if (e->labels >> i & 1)
			tell_label(e, i);
	}
	if (!e->json) {
		print_whole(e);
		return ctl_flush_stdout(e->ctl);
	}
	v = policy_summary_json(&e->file);
	json_object_set_new(v, "access", policy_text_json(access));
	json_object_set_new(v, "verdict",
			    json_string(verdict_name(e->answer.verdict)));
	json_object_set_new(v, "answers", e->json);
	return ctl_json_out(e->ctl, stdout, v);
}

static int run(struct explain *e)
{
	int ret = policy_access_parse(&e->x, e->ctl);

	if (!ret)
		ret = policy_read(&e->file, e->ctl, e->ctl->operands.v[0],
				  NULL);
	if (!ret)
		ret = policy_labels(e->ctl, &e->file.p, e->x.labels,
				    &e->labels);
	if (ret)
		return ret;
	if (shinrai_policy_list(&e->file.p, &e->list))
		return ctl_error(e->ctl, "memory", NULL, "out of memory");
	shinrai_policy_judge(&e->file.p, e->labels, &e->x.a, NULL, false,
			     &e->answer);
	ret = tell(e);
	shinrai_policy_list_free(&e->list);
	return ret;
}

int cmd_policy_explain(struct ctl *ctl, int argc, char **argv)
{
	struct explain e = { .ctl = ctl };
	struct policy_access *x = &e.x;
	struct ctl_opt opts[] = {
		{ "label", CTL_TEXT, &x->labels, "NAMES",
		  "what the data carries, joined by commas", 0 },
		{ "action", CTL_TEXT, &x->action, "ACTION",
		  "read, write, send, export, derive, delete or trace", 0 },
		{ "program", CTL_TEXT, &x->program, "SHA256",
		  "digest of the acting program", 0 },
		{ "user", CTL_NUMBER, &x->user, "UID", "default: 0", 0 },
		{ "cgroup", CTL_TEXT, &x->cgroup, "PATH",
		  "of the acting process; default: /", 0 },
		{ "to", CTL_TEXT, &x->to, "ADDRESS",
		  "192.0.2.7:443/tcp, [2001:db8::1]:53/udp", 0 },
		{ "media", CTL_TEXT, &x->media, "DEVICE",
		  "0781:5567, or 0781:5567:SERIAL", 0 },
		{ "filesystem", CTL_TEXT, &x->filesystem, "TYPE",
		  "one that holds no labels", 0 },
		{ "local", CTL_TEXT, &x->local, "PATH", "a local socket", 0 },
		{ "family", CTL_TEXT, &x->family, "FAMILY",
		  "another address family", 0 },
		{ "at", CTL_TEXT, &x->at, "TIME",
		  "2026-11-24T09:30Z; default: now", 0 },
		{ "bytes", CTL_NUMBER, &x->bytes, "N", "that it moves", 0 },
		{ 0 },
	};
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret == CTL_GO_ON && !ctl->operands.n)
		ret = ctl_usage(ctl, "policy explain: which FILE?");
	if (ret == CTL_GO_ON)
		ret = run(&e);
	policy_free(&e.file);
	return ret;
}
