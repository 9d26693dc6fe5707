// SPDX-License-Identifier: MIT
/* Conditions: windows of time, and how much may go. */
#include "policy_parse.h"

typedef struct shinrai_policy_condition condition;

static const struct pt_word amounts[] = {
	{ "uses", 0 },
	{ "use", 0 },
	{ "B", 1 },
	{ "KiB", 1 << 10 },
	{ "MiB", 1 << 20 },
	{ "GiB", 1 << 30 },
	{ "TiB", 1ULL << 40 },
	{ "kB", 1000 },
	{ "MB", 1000000 },
	{ "GB", 1000000000 },
	{ "TB", 1000000000000 },
	{ NULL, 0 },
};

static const struct pt_word durations[] = {
	{ "s", 1 },	    { "second", 1 },	   { "seconds", 1 },
	{ "min", 60 },	    { "minute", 60 },	   { "minutes", 60 },
	{ "h", 3600 },	    { "hour", 3600 },	   { "hours", 3600 },
	{ "d", 86400 },	    { "day", 86400 },	   { "days", 86400 },
	{ "w", 7 * 86400 }, { "week", 7 * 86400 }, { "weeks", 7 * 86400 },
	{ NULL, 0 },
};

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool begins_with_digit(const struct pt_token *token)
{
	return token->kind == PT_WORD && digit(token->p[0]);
}

/* Digits that begin a word, as a word. */
static struct pt_token digits(const struct pt_token *token)
{
	struct pt_token at = *token;

	for (at.len = 0; at.len < token->len && digit(token->p[at.len]);)
		at.len++;
	return at;
}

/* HH:MM in minutes; 24:00 too. */
static int parse_minute(struct pt *t, const struct pt_token *at, u32 *minute)
{
	const char *p = at->p;
	char quote[PT_QUOTE];
	u32 v;

	if (at->len != 5 || !digit(p[0]) || !digit(p[1]) || p[2] != ':' ||
	    !digit(p[3]) || !digit(p[4]))
		return shinrai_pt_fail(t, at, "such as 08:00-18:00",
				       "%s is not a time of day, HH:MM",
				       shinrai_pt_quote(at, quote));
	v = (u32)((p[0] - '0') * 10 + p[1] - '0') * 60;
	v += (u32)((p[3] - '0') * 10 + p[4] - '0');
	if (p[3] > '5' || v > 1440)
		return shinrai_pt_fail(t, at, NULL, "no day has %s",
				       shinrai_pt_quote(at, quote));
	*minute = v;
	return 0;
}

/* HH:MM-HH:MM */
static int parse_clock(struct pt *t, condition *c)
{
	const struct pt_token *token = pt_take(t);
	const char *dash = memchr(token->p, '-', token->len);
	struct pt_token from = *token, until = *token;
	u32 begin = 0, end = 0;
	int ret;

	if (!dash)
		return shinrai_pt_fail(t, token, "such as 08:00-18:00",
				       "a beginning and an end are expected");
	from.len = (u32)(dash - token->p);
	until.p = dash + 1;
	until.len = token->len - from.len - 1;
	ret = parse_minute(t, &from, &begin);
	if (!ret)
		ret = parse_minute(t, &until, &end);
	if (ret)
		return ret;
	if (begin == end || begin == 1440)
		return shinrai_pt_fail(t, token, "a whole day is 00:00-24:00",
				       "it ends when it begins");
	c->from = (u16)begin;
	c->until = (u16)(end % 1440);
	return 0;
}

static const struct pt_word *find_day(const char *p, size_t len)
{
	return len < 3 ? NULL : shinrai_pt_find_word(shinrai_pt_days, p, 3);
}

static bool begins_with_day(const struct pt_token *token)
{
	return token->kind == PT_WORD && find_day(token->p, token->len) &&
	       (token->len == 3 || token->p[3] == '-');
}

/* DAY or DAY-DAY, which may go over Sunday */
static int parse_days(struct pt *t, condition *c)
{
	const struct pt_token *token = pt_peek(t);
	const struct pt_word *first, *last;
	char quote[PT_QUOTE];
	u64 day;

	if (!begins_with_day(token))
		return shinrai_pt_expected(t, "a day",
					   "mon, tue, wed, thu, fri, sat,"
					   " sun");
	first = last = find_day(token->p, 3);
	if (token->len > 3)
		last = token->len == 7 ? find_day(token->p + 4, 3) : NULL;
	if (!last)
		return shinrai_pt_fail(t, token, "such as mon-fri",
				       "%s is not days",
				       shinrai_pt_quote(token, quote));
	pt_take(t);
	for (day = first->value; day != last->value; day = (day + 1) % 7)
		c->days |= (u8)(1 << day);
	c->days |= (u8)(1 << day);
	return 0;
}

/* [DAYS, DAYS...] [HH:MM-HH:MM], at least one of them */
static int parse_window(struct pt *t, condition *c)
{
	bool clock = begins_with_digit(pt_peek(t));
	int ret = 0;

	c->days = 0;
	if (clock || shinrai_pt_accept(t, "daily")) {
		c->days = SHINRAI_POLICY_DAYS;
	} else {
		do {
			ret = parse_days(t, c);
		} while (!ret && shinrai_pt_accept_comma(t));
	}
	if (!ret && begins_with_digit(pt_peek(t)))
		ret = parse_clock(t, c);
	return ret;
}

/**
 * shinrai_pt_time() - time NAME WINDOW
 * @t: cursor, behind the first word
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_time(struct pt *t)
{
	condition c = { .meter = SHINRAI_POLICY_NONE };
	struct pt_name *n;
	u32 name;
	int ret;

	ret = shinrai_pt_define(t, "the time's name", &name);
	if (!ret)
		ret = parse_window(t, &c);
	if (!ret)
		ret = shinrai_pt_end(t);
	if (ret)
		return ret;
	if (!shinrai_pt_push(&t->window, &c, sizeof(c)))
		return -ENOMEM;
	n = shinrai_pt_name(t, name);
	n->kind = PT_TIME;
	n->index = t->window.n - 1;
	return 0;
}

/**
 * shinrai_pt_when() - what stands behind "when": a time's name, or a window
 * @t: cursor, behind that word
 * @c: its window is set
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_when(struct pt *t, condition *c)
{
	const struct pt_token *token = pt_peek(t);
	struct pt_name *name;
	const condition *w;
	int ret;

	if (begins_with_digit(token) || begins_with_day(token) ||
	    shinrai_pt_is(token, "daily"))
		return parse_window(t, c);
	ret = shinrai_pt_use(t, 1 << PT_TIME, "a time", &name);
	if (ret)
		return ret;
	w = (const condition *)t->window.p + name->index;
	c->from = w->from;
	c->until = w->until;
	c->days = w->days;
	return 0;
}

/* A number, and its unit in the same word or the next. */
static int measure(struct pt *t, const struct pt_word *units, const char *what,
		   const char *hint, const struct pt_word **unit, u64 *number)
{
	const struct pt_token *token = pt_peek(t);
	struct pt_token at = digits(token), rest;
	char quote[PT_QUOTE];
	int ret;

	if (token->kind != PT_WORD || !at.len)
		return shinrai_pt_expected(t, what, hint);
	ret = shinrai_pt_number(t, &at, UINT64_MAX, number);
	if (ret)
		return ret;
	rest = *pt_take(t);
	rest.p += at.len;
	rest.len -= at.len;
	if (!rest.len) {
		rest = *pt_peek(t);
		if (rest.kind != PT_WORD)
			return shinrai_pt_expected(t, "a unit", hint);
		pt_take(t);
	}
	*unit = shinrai_pt_find_word(units, rest.p, rest.len);
	if (!*unit)
		return shinrai_pt_fail(t, &rest, hint, "%s is not a unit",
				       shinrai_pt_quote(&rest, quote));
	if (*number)
		return 0;
	return shinrai_pt_fail(t, token, "deny it instead",
			       "0 would allow nothing");
}

/* NUMBER UNIT, or UNIT for one of it */
static int parse_duration(struct pt *t, u32 *seconds)
{
	const char *what = "a duration";
	const char *hint = "such as 30min, 12h, 1d, 2w, or hour";
	const struct pt_token *token = pt_peek(t);
	const struct pt_word *unit = NULL;
	u64 number = 1;
	int ret = 0;

	if (token->kind == PT_WORD && !begins_with_digit(token))
		unit = shinrai_pt_find_word(durations, token->p, token->len);
	if (unit)
		pt_take(t);
	else
		ret = measure(t, durations, what, hint, &unit, &number);
	if (ret)
		return ret;
	if (number > U32_MAX / unit->value)
		return shinrai_pt_fail(t, token, NULL, "longer than %llu days",
				       (unsigned long long)U32_MAX / 86400);
	*seconds = (u32)(number * unit->value);
	return 0;
}

static int parse_amount(struct pt *t, struct pt_rule *r)
{
	const char *hint = "such as 10MiB or 100 uses";
	const struct pt_token *token = pt_peek(t);
	const struct pt_word *unit;
	u64 number;
	int ret;

	ret = measure(t, amounts, "an amount", hint, &unit, &number);
	if (ret)
		return ret;
	if (unit->value && number > UINT64_MAX / unit->value)
		return shinrai_pt_fail(t, token, NULL, "more than 16 EiB");
	if (unit->value ? r->condition.max_bytes : r->condition.max_uses)
		return shinrai_pt_fail(t, token, NULL,
				       "there are two limits of %s",
				       unit->value ? "bytes" : "uses");
	if (unit->value) {
		r->condition.max_bytes = number * unit->value;
		r->bytes_at = *token;
	} else {
		r->condition.max_uses = number;
	}
	return 0;
}

/**
 * shinrai_pt_limit() - what stands behind "limit": AMOUNT[, AMOUNT] [per DURATION]
 * @t: cursor, behind that word
 * @r: the rule
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_limit(struct pt *t, struct pt_rule *r)
{
	int ret;

	do {
		ret = parse_amount(t, r);
	} while (!ret && shinrai_pt_accept_comma(t));
	if (!ret && shinrai_pt_accept(t, "per"))
		ret = parse_duration(t, &r->condition.per_s);
	return ret;
}

/**
 * shinrai_pt_rate() - what stands behind "rate": NUMBER per DURATION
 * @t: cursor, behind that word
 * @r: the rule
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_rate(struct pt *t, struct pt_rule *r)
{
	const struct pt_token *token = pt_peek(t);
	int ret = shinrai_pt_take_number(t, "a number of uses", UINT64_MAX,
					 &r->condition.max_uses);

	if (!ret && !r->condition.max_uses)
		return shinrai_pt_fail(t, token, "deny it instead",
				       "0 would allow nothing");
	if (!ret && !shinrai_pt_accept(t, "per"))
		return shinrai_pt_expected(t, "'per'",
					   "such as rate 10 per minute");
	return ret ? ret : parse_duration(t, &r->condition.per_s);
}
