// SPDX-License-Identifier: MIT
/* What stands behind "to" in a rule. */
#include "policy_parse.h"

typedef struct shinrai_policy_sink sink;

static bool same_sink(const struct pt *t, u32 index, const void *key)
{
	return !memcmp((const sink *)t->sink.p + index, key, sizeof(sink));
}

/* One more of this statement's sinks; equal ones are one in the blob. */
static int add_sink(struct pt *t, const sink *s)
{
	u32 hash = shinrai_pt_hash_bytes(s, sizeof(*s));
	u32 index = shinrai_pt_find(t, &t->sinks, hash, same_sink, s);

	if (index == SHINRAI_POLICY_NONE) {
		index = t->sink.n;
		if (!shinrai_pt_push(&t->sink, s, sizeof(*s)) ||
		    shinrai_pt_insert(&t->sinks, hash, index))
			return -ENOMEM;
	}
	return shinrai_pt_push(&t->to, &index, sizeof(index)) ? 0 : -ENOMEM;
}

/* What a destination's ports are, all of which are possible. */
struct ports {
	u16 first, last;
	u8 proto;
};

static int protocol(struct pt *t, const struct pt_token *at, u8 *proto)
{
	const struct pt_word *w;
	char quote[PT_QUOTE];
	u64 number;
	int ret;

	w = shinrai_pt_find_word(shinrai_pt_protocols, at->p, at->len);
	if (w) {
		*proto = (u8)w->value;
		return 0;
	}
	if (!at->len || at->p[0] < '0' || at->p[0] > '9')
		return shinrai_pt_fail(t, at,
				       "tcp, udp, sctp, icmp, icmpv6, or a"
				       " number of IANA's",
				       "%s is not a protocol",
				       shinrai_pt_quote(at, quote));
	ret = shinrai_pt_number(t, at, 255, &number);
	if (!ret && !number)
		ret = shinrai_pt_fail(t, at, NULL,
				      "protocol 0 cannot be told from"
				      " none");
	*proto = (u8)number;
	return ret;
}

static int port_number(struct pt *t, const struct pt_token *at, u16 *port)
{
	u64 number = 0;
	int ret = shinrai_pt_number(t, at, 65535, &number);

	*port = (u16)number;
	return ret;
}

/* PORT, PORT-PORT, PORT/PROTOCOL */
static int parse_ports(struct pt *t, const struct pt_token *token,
		       struct ports *p)
{
	const char *end = token->p + token->len;
	const char *slash = memchr(token->p, '/', token->len), *dash;
	const char *stop = slash ? slash : end;
	struct pt_token at;
	int ret;

	p->proto = 0;
	dash = memchr(token->p, '-', (size_t)(stop - token->p));
	at = shinrai_pt_part(token, token->p,
			     (size_t)((dash ? dash : stop) - token->p));
	ret = port_number(t, &at, &p->first);
	p->last = p->first;
	if (!ret && dash) {
		at = shinrai_pt_part(token, dash + 1,
				     (size_t)(stop - dash - 1));
		ret = port_number(t, &at, &p->last);
	}
	if (!ret && p->last < p->first)
		return shinrai_pt_fail(t, token, "the lower one is first",
				       "no port is from %u to %u", p->first,
				       p->last);
	if (ret || !slash)
		return ret;
	at = shinrai_pt_part(token, slash + 1, (size_t)(end - slash - 1));
	return protocol(t, &at, &p->proto);
}

static int add_network(struct pt *t, const sink *s, u32 n, u32 name,
		       const struct ports *p)
{
	sink one;
	int ret = 0;

	for (; n && !ret; n--) {
		one = *s++;
		one.name = name;
		one.port_first = p->first;
		one.port_last = p->last;
		one.proto = p->proto;
		ret = add_sink(t, &one);
	}
	return ret;
}

/* port PORTS[, PORTS]..., or protocol PROTOCOL, or neither */
static int destinations(struct pt *t, const sink *s, u32 n, u32 name)
{
	struct ports p = { 0, 65535, 0 };
	const struct pt_token *token;
	u8 before = 0;
	int ret = 0, i;

	if (shinrai_pt_accept(t, "protocol")) {
		token = pt_peek(t);
		if (token->kind != PT_WORD)
			return shinrai_pt_expected(t, "a protocol",
						   "such as icmp");
		ret = protocol(t, pt_take(t), &p.proto);
	} else if (shinrai_pt_accept(t, "port")) {
		for (i = 0; !ret; i++) {
			token = pt_peek(t);
			if (token->kind != PT_WORD)
				return shinrai_pt_expected(t, "a port",
							   "such as 443/tcp or"
							   " 8000-8100");
			ret = parse_ports(t, pt_take(t), &p);
			if (!ret && i && !p.proto != !before)
				return shinrai_pt_fail(
					t, token, "such as 80/tcp, 443/tcp",
					"of several ports, all have a"
					" protocol or none");
			before = p.proto;
			if (!ret)
				ret = add_network(t, s, n, name, &p);
			if (!shinrai_pt_accept_comma(t))
				return ret;
		}
	}
	return ret ? ret : add_network(t, s, n, name, &p);
}

static int to_address(struct pt *t)
{
	sink s;
	int ret = shinrai_pt_prefix(t, pt_take(t), &s);

	return ret ? ret : destinations(t, &s, 1, 0);
}

static int to_anywhere(struct pt *t)
{
	const sink s = { .kind = SHINRAI_SINK_INET };

	return destinations(t, &s, 1, 0);
}

static int to_device(struct pt *t)
{
	sink s;
	int ret;

	t->at--; /* "usb" or "serial" */
	ret = shinrai_pt_device(t, &s);
	return ret ? ret : add_sink(t, &s);
}

static int to_filesystem(struct pt *t)
{
	const struct pt_token *token = pt_peek(t);
	sink s = { .kind = SHINRAI_SINK_FILESYSTEM };
	int ret;

	if ((token->kind != PT_WORD && token->kind != PT_STRING) || !token->len)
		return shinrai_pt_expected(t, "a type of filesystem",
					   "such as vfat; see"
					   " /proc/filesystems");
	ret = shinrai_pt_text(t, pt_take(t), &s.text);
	return ret ? ret : add_sink(t, &s);
}

static int to_local(struct pt *t)
{
	const struct pt_token *token = pt_peek(t);
	sink s = { .kind = SHINRAI_SINK_LOCAL };
	int ret = 0;

	if (token->kind == PT_STRING) {
		ret = shinrai_pt_take_string(t, "the socket's path", &s.text);
		if (!ret && token->p[0] != '/' && token->p[0] != '@')
			return shinrai_pt_fail(
				t, token,
				"such as \"/run/print.sock\","
				" or \"@name\" in the abstract"
				" namespace",
				"the socket's path is not absolute");
	}
	return ret ? ret : add_sink(t, &s);
}

static int to_other(struct pt *t)
{
	const struct pt_token *token = pt_peek(t);
	sink s = { .kind = SHINRAI_SINK_OTHER };
	u32 family = 0;
	u64 number;
	int ret = 0;

	if (token->kind == PT_WORD && token->p[0] >= '0' &&
	    token->p[0] <= '9') {
		ret = shinrai_pt_take_number(t, "an address family", 255,
					     &number);
		family = ret ? 0 : (u32)number;
		if (!ret && !family)
			return shinrai_pt_fail(t, token,
					       "leave it out: any family",
					       "family 0 is none");
	} else if (token->kind == PT_WORD && !shinrai_pt_clause(token)) {
		ret = shinrai_pt_take_word(t, shinrai_pt_families,
					   "an address family", &family);
	}
	s.proto = (u8)family;
	return ret ? ret : add_sink(t, &s);
}

static int to_name(struct pt *t)
{
	struct pt_name *name;
	const sink *s;
	u32 text, i;
	int ret;

	ret = shinrai_pt_use(t, 1 << PT_NETWORK | 1 << PT_MEDIA,
			     "a network or a medium", &name);
	if (!ret)
		ret = shinrai_pt_text(t, &name->at, &text);
	if (ret)
		return ret;
	if (name->kind == PT_NETWORK)
		return destinations(t, (sink *)t->prefix.p + name->index,
				    name->count, text);
	s = (sink *)t->device.p + name->index;
	for (i = 0; i < name->count && !ret; i++) {
		sink one = s[i];

		one.name = text;
		ret = add_sink(t, &one);
	}
	return ret;
}

static const struct {
	const char *word;
	int (*parse)(struct pt *t);
} kinds[] = {
	{ "anywhere", to_anywhere }, { "usb", to_device },
	{ "serial", to_device },     { "filesystem", to_filesystem },
	{ "local", to_local },	     { "other", to_other },
};

/**
 * shinrai_pt_destination() - what stands behind "to"
 * @t: cursor, behind that word; t->to gets the sinks
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_destination(struct pt *t)
{
	const char *hint = "an address, a network, a medium, anywhere, usb,"
			   " serial, filesystem, local or other";
	const struct pt_token *token = pt_peek(t);
	size_t i;

	if (token->kind != PT_WORD)
		return shinrai_pt_expected(t, "a destination", hint);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (shinrai_pt_accept(t, kinds[i].word))
			return kinds[i].parse(t);
	}
	if (shinrai_pt_is_address(token))
		return to_address(t);
	if (shinrai_pt_clause(token))
		return shinrai_pt_expected(t, "a destination", hint);
	return to_name(t);
}
