// SPDX-License-Identifier: MIT
/* allow, audit and deny: one statement, and the rules that it stands for. */
#include "policy_parse.h"

typedef struct shinrai_policy_rule rule;

/* Where each action can take data. */
static const u8 sinks_of[SHINRAI_ACTIONS] = {
	[SHINRAI_ACTION_WRITE] = 1 << SHINRAI_SINK_FILESYSTEM,
	[SHINRAI_ACTION_SEND] = 1 << SHINRAI_SINK_INET |
				1 << SHINRAI_SINK_LOCAL |
				1 << SHINRAI_SINK_OTHER,
	[SHINRAI_ACTION_EXPORT] = 1 << SHINRAI_SINK_MEDIA,
};

static const char *const goes_to[SHINRAI_ACTIONS] = {
	[SHINRAI_ACTION_WRITE] = "a filesystem",
	[SHINRAI_ACTION_SEND] = "a network, local or other sockets",
	[SHINRAI_ACTION_EXPORT] = "media",
};

static int add_who(struct pt *t, u8 kind, u32 id)
{
	const struct pt_who who = { kind, id };

	return shinrai_pt_push(&t->who, &who, sizeof(who)) ? 0 : -ENOMEM;
}

static int who_any(struct pt *t)
{
	return add_who(t, SHINRAI_SUBJECT_ANY, 0);
}

static int who_program(struct pt *t)
{
	u32 group;
	int ret = shinrai_pt_program_group(t, &group);

	return ret ? ret : add_who(t, SHINRAI_SUBJECT_PROGRAM, group);
}

static int who_user(struct pt *t)
{
	const struct pt_token *token = pt_peek(t);
	u64 uid;
	int ret;

	if (token->kind == PT_WORD && (token->p[0] < '0' || token->p[0] > '9'))
		return shinrai_pt_expected(
			t, "a user's number",
			"the kernel knows users by number: id -u");
	ret = shinrai_pt_take_number(t, "a user's number", U32_MAX - 1, &uid);
	return ret ? ret : add_who(t, SHINRAI_SUBJECT_USER, (u32)uid);
}

/* Absolute, each part a name. */
static bool is_path(const char *p)
{
	size_t n;

	if (!p[1])
		return *p == '/';
	for (; *p == '/'; p += n) {
		n = strcspn(++p, "/");
		if (!n || (n == 1 && p[0] == '.') ||
		    (n == 2 && p[0] == '.' && p[1] == '.'))
			return false;
	}
	return !*p;
}

static int who_cgroup(struct pt *t)
{
	const struct pt_token *token = pt_peek(t);
	u32 path;
	int ret = shinrai_pt_take_string(t, "the cgroup's path", &path);

	if (!ret && !is_path((const char *)t->string.p + path))
		return shinrai_pt_fail(
			t, token,
			"such as \"/system.slice/cad.service\","
			" as in /proc/PID/cgroup",
			"the cgroup's path is not absolute, or ends in"
			" '/', or has empty or dotted parts");
	return ret ? ret : add_who(t, SHINRAI_SUBJECT_CGROUP, path);
}

static const struct {
	const char *word;
	int (*parse)(struct pt *t);
	bool list;
} subjects[] = {
	{ "any", who_any, false },
	{ "program", who_program, true },
	{ "user", who_user, true },
	{ "cgroup", who_cgroup, true },
};

static int parse_subject(struct pt *t)
{
	static const struct pt_word words[] = {
		{ "any", 0 },	 { "program", 1 }, { "user", 2 },
		{ "cgroup", 3 }, { NULL, 0 },
	};
	u32 kind;
	int ret = shinrai_pt_take_word(t, words, "who", &kind);

	if (ret)
		return ret;
	do {
		ret = subjects[kind].parse(t);
	} while (!ret && subjects[kind].list && shinrai_pt_accept_comma(t));
	return ret;
}

static int parse_actions(struct pt *t, struct pt_rule *r)
{
	u32 action;
	int ret;

	do {
		ret = shinrai_pt_take_word(t, shinrai_pt_actions, "an action",
					   &action);
		if (!ret)
			r->actions |= (u8)(1 << action);
	} while (!ret && shinrai_pt_accept_comma(t));
	return ret;
}

/**
 * shinrai_pt_labels() - LABEL[, LABEL]..., or "all labels"
 * @t: cursor
 * @labels: out, a bit of each
 * @all: out, whether it is all of them
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_labels(struct pt *t, u64 *labels, bool *all)
{
	struct pt_name *name;
	int ret;

	*labels = 0;
	*all = shinrai_pt_accept(t, "all");
	if (*all && !shinrai_pt_accept(t, "labels"))
		return shinrai_pt_expected(t, "'labels'", "such as all labels");
	if (*all)
		return 0;
	do {
		ret = shinrai_pt_use(t, 1 << PT_LABEL, "a label", &name);
		if (!ret)
			*labels |= 1ULL << name->index;
	} while (!ret && shinrai_pt_accept_comma(t));
	return ret;
}

static int clause_to(struct pt *t, struct pt_rule *r)
{
	const struct pt_token at = *pt_peek(t);
	int ret = shinrai_pt_destination(t);
	u32 action;
	u8 kind;

	if (ret)
		return ret;
	kind = ((struct shinrai_policy_sink *)t->sink.p)[*(u32 *)t->to.p].kind;
	for (action = 1; action < SHINRAI_ACTIONS; action++) {
		if (!(r->actions >> action & 1) || sinks_of[action] >> kind & 1)
			continue;
		if (!goes_to[action])
			return shinrai_pt_fail(
				t, &at, "leave it out",
				"'%s' takes data nowhere",
				shinrai_pt_word_name(shinrai_pt_actions,
						     action));
		return shinrai_pt_fail(t, &at, "use a rule for each action",
				       "'%s' goes to %s only",
				       shinrai_pt_word_name(shinrai_pt_actions,
							    action),
				       goes_to[action]);
	}
	return 0;
}

static int clause_when(struct pt *t, struct pt_rule *r)
{
	return shinrai_pt_when(t, &r->condition);
}

static int clause_notify(struct pt *t, struct pt_rule *r)
{
	(void)t;
	r->flags |= SHINRAI_RULE_NOTIFY;
	return 0;
}

static const struct {
	const char *word;
	int (*parse)(struct pt *t, struct pt_rule *r);
	u8 is; /* no two of the same */
} clauses[] = {
	{ "to", clause_to, 0 },		  { "when", clause_when, 1 },
	{ "limit", shinrai_pt_limit, 2 }, { "rate", shinrai_pt_rate, 2 },
	{ "notify", clause_notify, 3 },
};

/**
 * shinrai_pt_clause() - does a word begin another part of a rule?
 * @token: the word
 *
 * Return: whether it does.
 */
bool shinrai_pt_clause(const struct pt_token *token)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(clauses); i++) {
		if (shinrai_pt_is(token, clauses[i].word))
			return true;
	}
	return false;
}

static int unknown_clause(struct pt *t)
{
	struct pt_near near;
	char hint[64];
	size_t i;

	shinrai_pt_near_init(&near, pt_peek(t));
	for (i = 0; i < ARRAY_SIZE(clauses); i++)
		shinrai_pt_near_try(&near, clauses[i].word,
				    strlen(clauses[i].word));
	if (near.best)
		snprintf(hint, sizeof(hint), "did you mean '%s'?", near.best);
	return shinrai_pt_expected(
		t,
		"'to', 'when', 'limit', 'rate', 'notify' or the"
		" end of the line",
		near.best ? hint : NULL);
}

static int parse_clauses(struct pt *t, struct pt_rule *r)
{
	const struct pt_token *token;
	u8 seen = 0;
	size_t i;
	int ret;

	while ((token = pt_peek(t))->kind != PT_END) {
		for (i = 0; i < ARRAY_SIZE(clauses); i++) {
			if (shinrai_pt_is(token, clauses[i].word))
				break;
		}
		if (i == ARRAY_SIZE(clauses))
			return unknown_clause(t);
		if (seen >> clauses[i].is & 1)
			return shinrai_pt_fail(t, token, "a rule has one of it",
					       "a second '%s'",
					       clauses[i].word);
		seen |= (u8)(1 << clauses[i].is);
		pt_take(t);
		ret = clauses[i].parse(t, r);
		if (ret)
			return ret;
	}
	return 0;
}

static bool counts(const struct pt_rule *r)
{
	return r->condition.max_bytes || r->condition.max_uses;
}

static int check(struct pt *t, const struct pt_rule *r)
{
	const u8 sized = 1 << SHINRAI_ACTION_WRITE | 1 << SHINRAI_ACTION_SEND |
			 1 << SHINRAI_ACTION_EXPORT;

	if (r->verdict == SHINRAI_VERDICT_DENY && counts(r))
		return shinrai_pt_fail(
			t, &r->verb,
			"allow what is within the limit instead: the"
			" default denies the rest",
			"a deny cannot have a limit");
	if (r->condition.max_bytes && r->actions & ~sized)
		return shinrai_pt_fail(
			t, &r->bytes_at, "such as 100 uses per 1d",
			"bytes are counted of write, send and export"
			" only");
	return 0;
}

static bool same_condition(const struct pt *t, u32 index, const void *key)
{
	const struct shinrai_policy_condition *c = t->condition.p;

	return !memcmp(c + index, key, sizeof(*c));
}

/* A limit has its own counters; windows can be shared. */
static int add_condition(struct pt *t, struct pt_rule *r, u32 *index)
{
	struct shinrai_policy_condition *c = &r->condition;
	u32 hash;

	*index = SHINRAI_POLICY_NONE;
	if (counts(r)) {
		c->meter = t->meters++;
		*index = t->condition.n;
		return shinrai_pt_push(&t->condition, c, sizeof(*c)) ? 0 :
								       -ENOMEM;
	}
	if (!shinrai_policy_timed(c))
		return 0;
	hash = shinrai_pt_hash_bytes(c, sizeof(*c));
	*index = shinrai_pt_find(t, &t->conditions, hash, same_condition, c);
	if (*index != SHINRAI_POLICY_NONE)
		return 0;
	*index = t->condition.n;
	if (!shinrai_pt_push(&t->condition, c, sizeof(*c)))
		return -ENOMEM;
	return shinrai_pt_insert(&t->conditions, hash, *index);
}

static int add_rule(struct pt *t, const struct pt_rule *s, const rule *r)
{
	bool again = false;
	int ret;

	if (t->rule.n == SHINRAI_POLICY_RULES)
		return shinrai_pt_fail(t, &s->verb, NULL,
				       "more than %u rules, lists multiplied"
				       " out",
				       SHINRAI_POLICY_RULES);
	ret = shinrai_pt_seen(t, s, r, &again);
	if (ret || again)
		return ret;
	return shinrai_pt_push(&t->rule, r, sizeof(*r)) ? 0 : -ENOMEM;
}

/* For one action and label. */
static int spread(struct pt *t, const struct pt_rule *s, rule *r)
{
	const struct pt_who *who = t->who.p;
	const u32 *to = t->to.p;
	u32 i, k;
	int ret = 0;

	for (i = 0; i < t->who.n && !ret; i++) {
		r->subject_kind = who[i].kind;
		r->subject = who[i].id;
		r->sink = SHINRAI_POLICY_NONE;
		if (!t->to.n)
			ret = add_rule(t, s, r);
		for (k = 0; k < t->to.n && !ret; k++) {
			r->sink = to[k];
			ret = add_rule(t, s, r);
		}
	}
	return ret;
}

static int emit(struct pt *t, const struct pt_rule *s, u32 condition)
{
	rule r = { .verdict = s->verdict,
		   .condition = condition,
		   .flags = s->flags,
		   .line = s->verb.line };
	int ret = 0;
	u32 label;

	for (r.action = 1; r.action < SHINRAI_ACTIONS && !ret; r.action++) {
		if (!(s->actions >> r.action & 1))
			continue;
		r.label = SHINRAI_POLICY_ANY_LABEL;
		if (s->all_labels)
			ret = spread(t, s, &r);
		for (label = 0; label < SHINRAI_POLICY_LABELS && !ret;
		     label++) {
			r.label = (u8)label;
			if (s->labels >> label & 1)
				ret = spread(t, s, &r);
		}
	}
	return ret;
}

/**
 * shinrai_pt_rule() - VERDICT SUBJECT ACTIONS LABELS CLAUSE...
 * @t: cursor, at its first word
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_rule(struct pt *t)
{
	struct pt_rule r = {
		.verb = *pt_peek(t),
		.condition = { .meter = SHINRAI_POLICY_NONE,
			       .days = SHINRAI_POLICY_DAYS },
	};
	u32 condition, verdict;
	int ret;

	t->who.n = 0;
	t->to.n = 0;
	ret = shinrai_pt_take_word(t, shinrai_pt_verdicts, "a verdict",
				   &verdict);
	r.verdict = (u8)verdict;
	if (!ret)
		ret = parse_subject(t);
	if (!ret)
		ret = parse_actions(t, &r);
	if (!ret)
		ret = shinrai_pt_labels(t, &r.labels, &r.all_labels);
	if (!ret)
		ret = parse_clauses(t, &r);
	if (!ret)
		ret = check(t, &r);
	if (!ret)
		ret = shinrai_pt_said(t, &r);
	if (!ret)
		ret = add_condition(t, &r, &condition);
	t->all_labels |= r.all_labels;
	return ret ? ret : emit(t, &r, condition);
}
