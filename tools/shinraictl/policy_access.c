// SPDX-License-Identifier: MIT
/* An access from the command line, and one as text. */
#include <arpa/inet.h>
#include <string.h>
#include <time.h>

#include "policy.h"

static int parse_program(struct policy_access *x)
{
	const char *hex = x->program;

	if (!hex)
		return 0;
	if (!strncmp(hex, "sha256:", 7))
		hex += 7;
	if (strlen(hex) != 2 * SHINRAI_DIGEST_SIZE ||
	    shinrai_hex_decode(hex, strlen(hex), x->sha256))
		return ctl_usage(x->ctl,
				 "--program: '%s' is not a SHA-256 digest",
				 x->program);
	x->a.program = x->sha256;
	return 0;
}

/* Seconds since 1970, as @1700000000, or a time in UTC. */
static int parse_at(struct policy_access *x)
{
	static const char *const formats[] = { "%Y-%m-%dT%H:%M:%SZ",
					       "%Y-%m-%dT%H:%MZ", "%Y-%m-%dZ",
					       "@%s" };
	struct tm tm;
	const char *end;
	time_t t = time(NULL);
	size_t i;

	for (i = 0; x->at && i < ARRAY_SIZE(formats); i++) {
		memset(&tm, 0, sizeof(tm));
		end = strptime(x->at, formats[i], &tm);
		if (end && !*end)
			break;
	}
	if (x->at && i == ARRAY_SIZE(formats))
		return ctl_usage(x->ctl,
				 "--at: '%s' is not a time in UTC, as"
				 " in 2026-11-24T09:30Z",
				 x->at);
	if (x->at)
		t = x->at[0] == '@' ? mktime(&tm) : timegm(&tm);
	if (t < 0)
		return ctl_usage(x->ctl, "--at: '%s' is before 1970", x->at);
	x->a.wall_s = (u64)t;
	return 0;
}

static bool parse_port(const char *text, u16 *port)
{
	unsigned long n;
	char *end;

	n = strtoul(text, &end, 10);
	*port = (u16)n;
	return *text >= '0' && *text <= '9' && !*end && n <= 65535;
}

/* A word of the language, or a number up to 255. */
static bool parse_value(enum shinrai_policy_words words, const char *text,
			u8 *value)
{
	unsigned long n;
	char *end;
	u32 v;

	if (!shinrai_policy_word_value(words, text, &v)) {
		*value = (u8)v;
		return true;
	}
	n = strtoul(text, &end, 10);
	*value = (u8)n;
	return *text >= '0' && *text <= '9' && !*end && n && n <= 255;
}

/* Cuts the port off.  Return: where it is, NULL without; false: malformed. */
static bool split_port(char **address, char **port)
{
	char *colon = strchr(*address, ':'), *close;

	*port = NULL;
	if (**address == '[') {
		close = strchr(*address, ']');
		if (!close || (close[1] && close[1] != ':'))
			return false;
		if (close[1])
			*port = close + 2;
		*close = '\0';
		++*address;
		return true;
	}
	/* More than one colon, and no brackets: IPv6 alone. */
	if (colon && colon == strrchr(*address, ':')) {
		*colon = '\0';
		*port = colon + 1;
	}
	return true;
}

/* ADDRESS[:PORT][/PROTOCOL], IPv6 with a port in brackets. */
static bool parse_inet(const char *value, struct shinrai_access *a)
{
	CTL_FREE char *copy = strdup(value);
	char *address = copy, *port, *slash;

	slash = copy ? strchr(copy, '/') : NULL;
	if (slash) {
		*slash = '\0';
		if (!parse_value(SHINRAI_WORDS_PROTOCOLS, slash + 1, &a->proto))
			return false;
	}
	if (!copy || !split_port(&address, &port) ||
	    (port && !parse_port(port, &a->port)))
		return false;
	if (inet_pton(AF_INET, address, a->addr) == 1)
		a->family = 4;
	else if (inet_pton(AF_INET6, address, a->addr) == 1)
		a->family = 6;
	return a->family;
}

static bool parse_hex4(const char *text, char end, u16 *id)
{
	u8 raw[2];

	if (strnlen(text, 4) < 4 || (text[4] != end && text[4]) ||
	    shinrai_hex_decode(text, 4, raw))
		return false;
	*id = (u16)(raw[0] << 8 | raw[1]);
	return true;
}

/* VENDOR:PRODUCT[:SERIAL] */
static bool parse_media(const char *value, struct shinrai_access *a)
{
	if (!parse_hex4(value, ':', &a->vendor) || !value[4] ||
	    !parse_hex4(value + 5, ':', &a->product))
		return false;
	a->text = value[9] ? value + 10 : "";
	a->text_len = (u32)strlen(a->text);
	return true;
}

static bool parse_text(const char *value, struct shinrai_access *a)
{
	a->text = value;
	a->text_len = (u32)strlen(value);
	return true;
}

static bool parse_family(const char *value, struct shinrai_access *a)
{
	return parse_value(SHINRAI_WORDS_FAMILIES, value, &a->proto);
}

/* Where to: at most one of the options, and one that the action has. */
static int parse_sink(struct policy_access *x)
{
	const struct {
		const char *option, *value, *wanted;
		u8 kind, action;
		bool (*parse)(const char *value, struct shinrai_access *a);
	} sinks[] = {
		{ "to", x->to, "192.0.2.7:443/tcp", SHINRAI_SINK_INET,
		  SHINRAI_ACTION_SEND, parse_inet },
		{ "local", x->local, "a path", SHINRAI_SINK_LOCAL,
		  SHINRAI_ACTION_SEND, parse_text },
		{ "family", x->family, "netlink", SHINRAI_SINK_OTHER,
		  SHINRAI_ACTION_SEND, parse_family },
		{ "media", x->media, "0781:5567:4C53", SHINRAI_SINK_MEDIA,
		  SHINRAI_ACTION_EXPORT, parse_media },
		{ "filesystem", x->filesystem, "vfat", SHINRAI_SINK_FILESYSTEM,
		  SHINRAI_ACTION_WRITE, parse_text },
	};
	bool needed = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sinks); i++) {
		needed |= x->a.action == sinks[i].action;
		if (!sinks[i].value)
			continue;
		if (x->a.sink_kind)
			return ctl_usage(x->ctl,
					 "--%s: data goes to one place"
					 " at a time",
					 sinks[i].option);
		if (x->a.action != sinks[i].action)
			return ctl_usage(x->ctl, "--%s is not where '%s' goes",
					 sinks[i].option, x->action);
		x->a.sink_kind = sinks[i].kind;
		if (!sinks[i].parse(sinks[i].value, &x->a))
			return ctl_usage(x->ctl, "--%s: '%s' is not such as %s",
					 sinks[i].option, sinks[i].value,
					 sinks[i].wanted);
	}
	if (needed && !x->a.sink_kind)
		return ctl_usage(x->ctl, "--action %s: where to? %s", x->action,
				 x->a.action == SHINRAI_ACTION_SEND ?
					 "--to, --local or --family" :
				 x->a.action == SHINRAI_ACTION_EXPORT ?
					 "--media" :
					 "--filesystem");
	return 0;
}

/* The options' values to x->a.  Return: 0; an exit status, told. */
int policy_access_parse(struct policy_access *x, struct ctl *ctl)
{
	u32 action;
	int ret;

	x->ctl = ctl;
	if (!x->labels || !x->action)
		return ctl_usage(ctl, "%s: --label and --action are needed",
				 ctl->verb->name);
	if (shinrai_policy_word_value(SHINRAI_WORDS_ACTIONS, x->action,
				      &action))
		return ctl_usage(ctl,
				 "--action: '%s' is none; there are read,"
				 " write, send, export, derive, delete and"
				 " trace",
				 x->action);
	x->a.action = (u8)action;
	if (x->user >= UINT32_MAX)
		return ctl_usage(ctl, "--user: no user has this number");
	x->a.uid = (u32)x->user;
	x->a.bytes = x->bytes;
	x->a.cgroup = x->cgroup ? x->cgroup : "/";
	x->a.cgroup_len = (u32)strlen(x->a.cgroup);
	ret = parse_program(x);
	if (!ret)
		ret = parse_at(x);
	return ret ? ret : parse_sink(x);
}

/* Return: the index of a label, or how many there are. */
static u32 find_label(const struct shinrai_policy *p, const char *name,
		      size_t len)
{
	const size_t n = strlen(p->head->name);
	const char *text;
	u32 i;

	if (len > n && !memcmp(name, p->head->name, n) && name[n] == '/') {
		name += n + 1;
		len -= n + 1;
	}
	for (i = 0; i < p->head->labels; i++) {
		text = p->string + p->label[i].name;
		if (strlen(text) == len && !memcmp(text, name, len))
			break;
	}
	return i;
}

/*
 * @names: joined by commas, as the policy has them, perhaps behind its name and
 * '/'
 * Return: 0; EXIT_ERROR, told.
 */
int policy_labels(struct ctl *ctl, const struct shinrai_policy *p,
		  const char *names, u64 *labels)
{
	size_t n;
	u32 i;

	*labels = 0;
	for (;; names += n + 1) {
		n = strcspn(names, ",");
		i = find_label(p, names, n);
		if (i == p->head->labels)
			return ctl_error(ctl, "label",
					 "see shinraictl policy show",
					 "policy %s has no label '%.*s'",
					 p->head->name, (int)n, names);
		*labels |= 1ULL << i;
		if (!names[n])
			return 0;
	}
}

static void print_value(FILE *f, enum shinrai_policy_words words, u8 value)
{
	const char *name = shinrai_policy_word(words, value);

	if (name)
		fputs(name, f);
	else
		fprintf(f, "%u", value);
}

static void print_inet(FILE *f, const struct shinrai_access *a)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(a->family == 6 ? AF_INET6 : AF_INET, a->addr, text,
		  sizeof(text));
	fputs(text, f);
	if (a->port)
		fprintf(f, " port %u", a->port);
	if (a->proto) {
		fputs(a->port ? "/" : " protocol ", f);
		print_value(f, SHINRAI_WORDS_PROTOCOLS, a->proto);
	}
}

static void print_text(FILE *f, const struct shinrai_access *a)
{
	CTL_FREE char *safe = ctl_escape(a->text, a->text_len, false);

	fprintf(f, "\"%s\"", safe);
}

/* The action and where it goes, in the words of the language. */
void policy_access_print(FILE *f, const struct shinrai_access *a)
{
	print_value(f, SHINRAI_WORDS_ACTIONS, a->action);
	switch (a->sink_kind) {
	case SHINRAI_SINK_NONE:
		return;
	case SHINRAI_SINK_INET:
		fputs(" to ", f);
		print_inet(f, a);
		return;
	case SHINRAI_SINK_MEDIA:
		fprintf(f, " to usb %04x:%04x", a->vendor, a->product);
		if (a->text_len)
			fputs(" serial ", f);
		break;
	case SHINRAI_SINK_FILESYSTEM:
		fputs(" to filesystem ", f);
		break;
	case SHINRAI_SINK_LOCAL:
		fputs(" to local ", f);
		break;
	default:
		fputs(" to other ", f);
		print_value(f, SHINRAI_WORDS_FAMILIES, a->proto);
		return;
	}
	if (a->text_len)
		print_text(f, a);
}
