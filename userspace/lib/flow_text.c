// SPDX-License-Identifier: MIT
/* Names of what happens to data, and where to: for JSON and for people. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <time.h>

#include <shinrai/flow.h>

#include "appraise_ctx.h"

#define NAME(value, name, ...) [value] = name,
static const char *const actions[] = { SHINRAI_ACTION_NAMES(NAME) };
static const char *const answers[] = { SHINRAI_VERDICT_NAMES(NAME) };
static const char *const sinks[] = { SHINRAI_SINK_NAMES(NAME) };
#undef NAME

static const char *name_in(const char *const *names, size_t n, u8 value)
{
	return value < n && names[value] ? names[value] : "unknown";
}

/**
 * shinrai_action_name() - "read", "send", ...
 * @action: enum shinrai_action
 *
 * Return: static text; "unknown" for a value that has no name.
 */
const char *shinrai_action_name(u8 action)
{
	return name_in(actions, ARRAY_SIZE(actions), action);
}

/**
 * shinrai_answer_name() - "allow", "audit" or "deny"
 * @verdict: enum shinrai_verdict_code
 *
 * Return: as shinrai_action_name().
 */
const char *shinrai_answer_name(u8 verdict)
{
	return name_in(answers, ARRAY_SIZE(answers), verdict);
}

/**
 * shinrai_sink_name() - "inet", "media", ...
 * @kind: enum shinrai_sink_kind
 *
 * Return: as shinrai_action_name().
 */
const char *shinrai_sink_name(u8 kind)
{
	return name_in(sinks, ARRAY_SIZE(sinks), kind);
}

/**
 * shinrai_time_ns_format() - RFC 3339, UTC, with all nine digits
 * @ns: since 1970
 * @text: out
 */
void shinrai_time_ns_format(u64 ns, char text[SHINRAI_TIME_NS])
{
	time_t s = (time_t)(ns / 1000000000);
	size_t n = 0;
	struct tm tm;

	/* 2^64 ns end in 2554. */
	if (gmtime_r(&s, &tm))
		n = strftime(text, SHINRAI_TIME_NS, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, SHINRAI_TIME_NS - n, ".%09uZ",
		 (unsigned int)(ns % 1000000000));
}

/**
 * shinrai_uuid_format() - RFC 9562, 4
 * @uuid: the label's
 * @text: out
 */
void shinrai_uuid_format(const u8 uuid[SHINRAI_UUID_SIZE],
			 char text[SHINRAI_UUID_TEXT])
{
	unsigned int i, n = 0;

	for (i = 0; i < SHINRAI_UUID_SIZE; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[n++] = '-';
		n += (unsigned int)sprintf(text + n, "%02x", uuid[i]);
	}
}

static unsigned int be16(const u8 p[2])
{
	return (unsigned int)(p[0] << 8 | p[1]);
}

/* "tcp", or the number where it has no name of its own here. */
static const char *protocol(u8 proto, char text[8])
{
	static const struct {
		u8 proto;
		const char *name;
	} known[] = {
		{ IPPROTO_ICMP, "icmp" }, { IPPROTO_TCP, "tcp" },
		{ IPPROTO_UDP, "udp" },	  { IPPROTO_ICMPV6, "icmpv6" },
		{ IPPROTO_SCTP, "sctp" }, { IPPROTO_UDPLITE, "udplite" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (known[i].proto == proto)
			return known[i].name;
	}
	sprintf(text, "%u", proto);
	return text;
}

static void address(const struct shinrai_sink *s, char text[INET6_ADDRSTRLEN])
{
	inet_ntop(s->family == 4 ? AF_INET : AF_INET6, s->addr, text,
		  INET6_ADDRSTRLEN);
}

/**
 * shinrai_sink_json() - a sink for programs
 * @sink: from shinrai_sink_parse()
 *
 * Return: a new object with "kind" and what belongs to it; printable; NULL for
 * lack of memory.
 */
json_t *shinrai_sink_json(const struct shinrai_sink_view *sink)
{
	char text[APPRAISE_TEXT], addr[INET6_ADDRSTRLEN], v[8], p[8];
	const struct shinrai_sink *s = &sink->s;
	const char *kind = shinrai_sink_name(s->kind);

	shinrai_appraise_printable(sink->text.p, sink->text.len, text);
	switch (s->kind) {
	case SHINRAI_SINK_INET:
		address(s, addr);
		return json_pack("{s:s, s:s, s:i, s:s}", "kind", kind,
				 "address", addr, "port", be16(s->port),
				 "protocol", protocol(s->proto, v));
	case SHINRAI_SINK_MEDIA:
		snprintf(v, sizeof(v), "%04x", be16(s->vendor));
		snprintf(p, sizeof(p), "%04x", be16(s->product));
		return json_pack("{s:s, s:s, s:s, s:s}", "kind", kind, "vendor",
				 v, "product", p, "serial", text);
	case SHINRAI_SINK_FILESYSTEM:
		return json_pack("{s:s, s:s}", "kind", kind, "type", text);
	case SHINRAI_SINK_LOCAL:
		return json_pack("{s:s, s:s}", "kind", kind, "path", text);
	}
	return json_pack("{s:s, s:i, s:s}", "kind", kind, "family", s->proto,
			 "text", text);
}

/**
 * shinrai_sink_words() - a sink for people: "192.0.2.9:443/tcp"
 * @sink: from shinrai_sink_parse()
 * @text: out, printable
 */
void shinrai_sink_words(const struct shinrai_sink_view *sink,
			char text[SHINRAI_SINK_WORDS])
{
	char safe[APPRAISE_TEXT], addr[INET6_ADDRSTRLEN], v[8];
	const struct shinrai_sink *s = &sink->s;
	const size_t n = SHINRAI_SINK_WORDS;

	shinrai_appraise_printable(sink->text.p, sink->text.len, safe);
	switch (s->kind) {
	case SHINRAI_SINK_INET:
		address(s, addr);
		snprintf(text, n, s->family == 6 ? "[%s]:%u/%s" : "%s:%u/%s",
			 addr, be16(s->port), protocol(s->proto, v));
		return;
	case SHINRAI_SINK_MEDIA:
		snprintf(text, n, "device %04x:%04x%s%s", be16(s->vendor),
			 be16(s->product), *safe ? " " : "", safe);
		return;
	case SHINRAI_SINK_FILESYSTEM:
		snprintf(text, n, "a filesystem of type %s", safe);
		return;
	case SHINRAI_SINK_LOCAL:
		snprintf(text, n, "socket %s", safe);
		return;
	}
	snprintf(text, n, "address family %u%s%s", s->proto, *safe ? " " : "",
		 safe);
}
