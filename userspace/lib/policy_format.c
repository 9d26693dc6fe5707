// SPDX-License-Identifier: MIT
/* Parts of a policy as text: names, places, conditions, statements. */
#include <arpa/inet.h>

#include <shinrai/hex.h>
#include <shinrai/utf8.h>

#include "policy_format.h"
#include "policy_parse.h"

typedef struct shinrai_policy_sink sink;

/**
 * shinrai_pf_string() - a text in quotes
 * @f: where to
 * @text: of a checked policy; what a reader could not see is shown as \xNN
 */
void shinrai_pf_string(FILE *f, const char *text)
{
	size_t left = strlen(text), n, i;
	u32 code = 0;

	fputc('"', f);
	for (; left; left -= n, text += n) {
		n = shinrai_utf8_next(text, left, &code);
		if (n && shinrai_utf8_visible(code)) {
			if (*text == '"' || *text == '\\')
				fputc('\\', f);
			fwrite(text, 1, n, f);
			continue;
		}
		n = n ? n : 1;
		for (i = 0; i < n; i++)
			fprintf(f, "\\x%02x", (u8)text[i]);
	}
	fputc('"', f);
}

/**
 * shinrai_pf_name() - a name
 * @f: where to
 * @name: of a checked policy, which may hold what no text can: then in quotes
 */
void shinrai_pf_name(FILE *f, const char *name)
{
	const struct pt_token token = { name, (u32)strlen(name), 0, PT_WORD };

	if (shinrai_pt_is_name(&token))
		fputs(name, f);
	else
		shinrai_pf_string(f, name);
}

/**
 * shinrai_pf_labels() - a list of labels
 * @f: where to
 * @p: a checked policy
 * @labels: bits; none: all labels
 */
void shinrai_pf_labels(FILE *f, const struct shinrai_policy *p, u64 labels)
{
	const char *sep = "";
	u32 i;

	if (!labels)
		fputs("all labels", f);
	for (i = 0; i < p->head->labels; i++) {
		if (!(labels >> i & 1))
			continue;
		fputs(sep, f);
		shinrai_pf_name(f, p->string + p->label[i].name);
		sep = ", ";
	}
}

/**
 * shinrai_pf_program() - a program in a rule or grant
 * @f: where to
 * @p: a checked policy
 * @group: its index
 */
void shinrai_pf_program(FILE *f, const struct shinrai_policy *p, u32 group)
{
	const struct shinrai_policy_group *g = &p->group[group];
	char hex[2 * SHINRAI_DIGEST_SIZE + 1];
	u32 i;

	if (p->string[g->name]) {
		shinrai_pf_name(f, p->string + g->name);
		return;
	}
	for (i = 0; i < g->count; i++) {
		shinrai_hex_encode(p->digest[g->first + i], SHINRAI_DIGEST_SIZE,
				   hex);
		fprintf(f, "%ssha256:%s", i ? ", " : "", hex);
	}
}

/**
 * shinrai_pf_prefix() - an address with its prefix, if that is not all of it
 * @f: where to
 * @s: of kind INET
 */
void shinrai_pf_prefix(FILE *f, const sink *s)
{
	char text[INET6_ADDRSTRLEN];

	if (!s->family) {
		fputs("anywhere", f);
		return;
	}
	inet_ntop(s->family == 4 ? AF_INET : AF_INET6, s->addr, text,
		  sizeof(text));
	fputs(text, f);
	if (s->prefix < (s->family == 4 ? 32 : 128))
		fprintf(f, "/%u", s->prefix);
}

/**
 * shinrai_pf_device() - what a medium has to be
 * @f: where to
 * @p: a checked policy
 * @s: of kind MEDIA
 */
void shinrai_pf_device(FILE *f, const struct shinrai_policy *p, const sink *s)
{
	const char *sep = "";

	if (s->exact & SHINRAI_MEDIA_VENDOR) {
		fprintf(f, "usb %04x", s->vendor);
		if (s->exact & SHINRAI_MEDIA_PRODUCT)
			fprintf(f, ":%04x", s->product);
		sep = " ";
	}
	if (s->exact & SHINRAI_MEDIA_SERIAL) {
		fprintf(f, "%sserial ", sep);
		shinrai_pf_string(f, p->string + s->text);
	}
}

static void protocol(FILE *f, u8 proto)
{
	const char *name = shinrai_pt_word_name(shinrai_pt_protocols, proto);

	if (name)
		fputs(name, f);
	else
		fprintf(f, "%u", proto);
}

/**
 * shinrai_pf_same_ports() - do two sinks ask for the same ports?
 * @a: a sink
 * @b: another
 *
 * Return: whether they do, the protocol included.
 */
bool shinrai_pf_same_ports(const sink *a, const sink *b)
{
	return a->port_first == b->port_first && a->port_last == b->port_last &&
	       a->proto == b->proto;
}

static bool all_ports(const sink *s)
{
	return !s->port_first && s->port_last == 65535;
}

static void ports(FILE *f, const sink *s)
{
	fprintf(f, "%u", s->port_first);
	if (s->port_last != s->port_first)
		fprintf(f, "-%u", s->port_last);
	if (s->proto) {
		fputc('/', f);
		protocol(f, s->proto);
	}
}

static void other(FILE *f, const sink *s)
{
	const char *name = shinrai_pt_word_name(shinrai_pt_families, s->proto);

	fputs("other", f);
	if (name)
		fprintf(f, " %s", name);
	else if (s->proto)
		fprintf(f, " %u", s->proto);
}

/* One sink without its name or ports. */
static void place(FILE *f, const struct shinrai_policy *p, const sink *s)
{
	switch (s->kind) {
	case SHINRAI_SINK_INET:
		shinrai_pf_prefix(f, s);
		break;
	case SHINRAI_SINK_MEDIA:
		shinrai_pf_device(f, p, s);
		break;
	case SHINRAI_SINK_FILESYSTEM:
		fputs("filesystem ", f);
		shinrai_pf_name(f, p->string + s->text);
		break;
	case SHINRAI_SINK_LOCAL:
		fputs("local", f);
		if (p->string[s->text]) {
			fputc(' ', f);
			shinrai_pf_string(f, p->string + s->text);
		}
		break;
	default:
		other(f, s);
	}
}

/* The sinks of a statement are places of one name, once for each port. */
static void destination(FILE *f, const struct shinrai_policy *p,
			const struct pf_statement *st)
{
	const sink *s = &p->sink[st->first->sink], *before = NULL;
	u32 i, n = 0;

	fputs(" to ", f);
	if (!st->plain && p->string[s->name])
		shinrai_pf_name(f, p->string + s->name);
	else
		place(f, p, s);
	if (s->kind != SHINRAI_SINK_INET)
		return;
	if (all_ports(s)) {
		if (s->proto) {
			fputs(" protocol ", f);
			protocol(f, s->proto);
		}
		return;
	}
	for (i = 0; i < st->sinks; i++) {
		s = &p->sink[st->first[i].sink];
		if (before && shinrai_pf_same_ports(s, before))
			continue;
		fputs(before ? "," : " port", f);
		pf_space(f, n++, 16);
		ports(f, s);
		before = s;
	}
}

static void minute(FILE *f, u32 m)
{
	fprintf(f, "%02u:%02u", m / 60, m % 60);
}

/* Runs of days: mon-wed, fri */
static void days(FILE *f, u8 bits)
{
	const char *sep = "";
	u32 i, last;

	if (bits == SHINRAI_POLICY_DAYS) {
		fputs("daily", f);
		return;
	}
	for (i = 0; i < 7; i = last + 1) {
		for (last = i; bits >> last & 1; last++)
			;
		if (last == i)
			continue;
		fprintf(f, "%s%s", sep, shinrai_pt_days[i].name);
		if (last > i + 1)
			fprintf(f, "-%s", shinrai_pt_days[last - 1].name);
		sep = ", ";
	}
}

static void window(FILE *f, const struct shinrai_policy_condition *c)
{
	if (!shinrai_policy_timed(c))
		return;
	fputs(" when ", f);
	days(f, c->days);
	if (c->from == c->until)
		return;
	fputc(' ', f);
	minute(f, c->from);
	fputc('-', f);
	minute(f, c->until ? c->until : 1440);
}

struct unit {
	u64 size;
	const char *name;
};

/* The largest unit that leaves no rest. */
static void measure(FILE *f, const struct unit *unit, u64 n)
{
	while (n % unit->size)
		unit++;
	fprintf(f, "%llu%s", (unsigned long long)(n / unit->size), unit->name);
}

static void limit(FILE *f, const struct shinrai_policy_condition *c)
{
	static const struct unit sizes[] = {
		{ 1ULL << 40, "TiB" }, { 1 << 30, "GiB" }, { 1 << 20, "MiB" },
		{ 1 << 10, "KiB" },    { 1, "B" },
	};
	static const struct unit times[] = {
		{ 86400, "d" },
		{ 3600, "h" },
		{ 60, "min" },
		{ 1, "s" },
	};

	if (!c->max_bytes && !c->max_uses)
		return;
	fputs(" limit ", f);
	if (c->max_bytes)
		measure(f, sizes, c->max_bytes);
	if (c->max_uses)
		fprintf(f, "%s%llu uses", c->max_bytes ? ", " : "",
			(unsigned long long)c->max_uses);
	if (c->per_s) {
		fputs(" per ", f);
		measure(f, times, c->per_s);
	}
}

static void subjects(FILE *f, const struct shinrai_policy *p,
		     const struct pf_statement *s)
{
	static const char *const kinds[] = { "any", "program", "user",
					     "cgroup" };
	const struct shinrai_policy_rule *r = s->first;
	u32 i;

	/* Each subject has all the sinks. */
	for (i = 0; i < s->subjects; i++, r += s->sinks) {
		fputs(i ? "," : kinds[r->subject_kind], f);
		if (r->subject_kind != SHINRAI_SUBJECT_ANY)
			pf_space(f, i, 16);
		if (r->subject_kind == SHINRAI_SUBJECT_PROGRAM)
			shinrai_pf_program(f, p, r->subject);
		else if (r->subject_kind == SHINRAI_SUBJECT_USER)
			fprintf(f, "%u", r->subject);
		else if (r->subject_kind == SHINRAI_SUBJECT_CGROUP)
			shinrai_pf_string(f, p->string + r->subject);
	}
}

static void actions(FILE *f, u8 bits)
{
	const char *sep = "";
	u32 i;

	for (i = 1; i < SHINRAI_ACTIONS; i++) {
		if (!(bits >> i & 1))
			continue;
		fprintf(f, "%s%s", sep,
			shinrai_pt_word_name(shinrai_pt_actions, i));
		sep = ", ";
	}
}

/**
 * shinrai_pf_statement() - a rule's statement, without an end of line
 * @f: where to
 * @p: a checked policy
 * @s: the statement
 */
void shinrai_pf_statement(FILE *f, const struct shinrai_policy *p,
			  const struct pf_statement *s)
{
	const struct shinrai_policy_rule *r = s->first;

	fprintf(f, "%s ",
		shinrai_pt_word_name(shinrai_pt_verdicts, r->verdict));
	subjects(f, p, s);
	fputc(' ', f);
	actions(f, s->actions);
	fputc(' ', f);
	shinrai_pf_labels(f, p, s->labels);
	if (r->sink != SHINRAI_POLICY_NONE)
		destination(f, p, s);
	if (r->condition != SHINRAI_POLICY_NONE) {
		window(f, &p->condition[r->condition]);
		limit(f, &p->condition[r->condition]);
	}
	if (r->flags & SHINRAI_RULE_NOTIFY)
		fputs(" notify", f);
}
