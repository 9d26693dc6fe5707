// SPDX-License-Identifier: MIT
/* Places that data may go to: addresses and media, and their definitions. */
#include <arpa/inet.h>

#include "policy_parse.h"

typedef struct shinrai_policy_sink sink;

/**
 * shinrai_pt_part() - a part of a word
 * @token: the word
 * @p: where the part begins
 * @len: its bytes
 *
 * Return: the part, as a word.
 */
struct pt_token shinrai_pt_part(const struct pt_token *token, const char *p,
				size_t len)
{
	struct pt_token t = { p, (u32)len, token->line, PT_WORD };

	return t;
}

/**
 * shinrai_pt_is_address() - does a word look like an address?
 * @token: any token
 *
 * Return: whether it does; no name does.
 */
bool shinrai_pt_is_address(const struct pt_token *token)
{
	return token->kind == PT_WORD &&
	       ((token->p[0] >= '0' && token->p[0] <= '9') ||
		memchr(token->p, ':', token->len));
}

/* Clears what the prefix does not cover.  Return: whether something was. */
static bool mask(u8 *addr, u8 prefix)
{
	bool had = false;
	u8 keep;
	u32 i;

	for (i = 0; i < 16; i++) {
		keep = prefix >= 8 * (i + 1) ? 0xff :
		       prefix <= 8 * i	     ? 0 :
					       (u8)(0xff00 >> (prefix - 8 * i));
		had |= (addr[i] & ~keep) != 0;
		addr[i] &= keep;
	}
	return had;
}

static int parse_address(struct pt *t, const struct pt_token *at, sink *s)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN], quote[PT_QUOTE];

	memset(s, 0, sizeof(*s));
	s->kind = SHINRAI_SINK_INET;
	s->port_last = 65535;
	if (at->len < sizeof(text)) {
		memcpy(text, at->p, at->len);
		text[at->len] = '\0';
		if (inet_pton(AF_INET, text, s->addr) == 1)
			s->family = 4;
		else if (inet_pton(AF_INET6, text, s->addr) == 1)
			s->family = 6;
	}
	if (!s->family)
		return shinrai_pt_fail(t, at,
				       "such as 192.0.2.7, 10.1.0.0/16 or"
				       " 2001:db8::/32",
				       "%s is not an address",
				       shinrai_pt_quote(at, quote));
	if (s->family == 6 && !memcmp(s->addr, mapped, sizeof(mapped)))
		return shinrai_pt_fail(t, at, "write it as an IPv4 address",
				       "%s is an IPv4 address inside IPv6",
				       shinrai_pt_quote(at, quote));
	return 0;
}

/**
 * shinrai_pt_prefix() - ADDRESS or ADDRESS/BITS
 * @t: for errors
 * @token: the word
 * @s: out, with every port
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_prefix(struct pt *t, const struct pt_token *token, sink *s)
{
	const char *slash = memchr(token->p, '/', token->len);
	size_t n = slash ? (size_t)(slash - token->p) : token->len;
	char hint[96], net[INET6_ADDRSTRLEN], quote[PT_QUOTE];
	struct pt_token at = shinrai_pt_part(token, token->p, n);
	int ret = parse_address(t, &at, s);
	u64 bits;

	if (ret)
		return ret;
	bits = s->family == 4 ? 32 : 128;
	if (slash) {
		at = shinrai_pt_part(token, slash + 1, token->len - n - 1);
		ret = shinrai_pt_number(t, &at, bits, &bits);
	}
	if (ret)
		return ret;
	s->prefix = (u8)bits;
	if (!mask(s->addr, s->prefix))
		return 0;
	inet_ntop(s->family == 4 ? AF_INET : AF_INET6, s->addr, net,
		  sizeof(net));
	snprintf(hint, sizeof(hint), "the network is %s/%u", net, s->prefix);
	return shinrai_pt_fail(t, token, hint, "%s has bits behind its prefix",
			       shinrai_pt_quote(token, quote));
}

/**
 * shinrai_pt_network() - network NAME PREFIX...
 * @t: cursor, behind the first word
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_network(struct pt *t)
{
	u32 first = t->prefix.n, name;
	sink s;
	int ret = shinrai_pt_define(t, "the network's name", &name);

	while (!ret) {
		if (!shinrai_pt_is_address(pt_peek(t)))
			return shinrai_pt_expected(
				t, "an address",
				"such as"
				" 10.1.0.0/16; names of hosts are"
				" not looked up");
		ret = shinrai_pt_prefix(t, pt_take(t), &s);
		if (!ret && !shinrai_pt_push(&t->prefix, &s, sizeof(s)))
			ret = -ENOMEM;
		if (pt_peek(t)->kind == PT_END)
			break;
	}
	if (ret)
		return ret;
	*shinrai_pt_name(t, name) = (struct pt_name){
		.at = shinrai_pt_name(t, name)->at,
		.kind = PT_NETWORK,
		.defined = true,
		.index = first,
		.count = t->prefix.n - first,
	};
	return 0;
}

/* Four hexadecimal digits, as lsusb(8) prints them. */
static int usb_id(struct pt *t, const struct pt_token *at, u16 *id)
{
	char quote[PT_QUOTE];
	u32 i, v = 0;

	for (i = 0; i < at->len && i < 5; i++) {
		if (at->p[i] >= '0' && at->p[i] <= '9')
			v = v << 4 | (u32)(at->p[i] - '0');
		else if (at->p[i] >= 'a' && at->p[i] <= 'f')
			v = v << 4 | (u32)(at->p[i] - 'a' + 10);
		else if (at->p[i] >= 'A' && at->p[i] <= 'F')
			v = v << 4 | (u32)(at->p[i] - 'A' + 10);
		else
			break;
	}
	if (at->len != 4 || i != 4)
		return shinrai_pt_fail(
			t, at, "as lsusb prints them: 0781:5567",
			"%s is not a USB id of four hexadecimal digits",
			shinrai_pt_quote(at, quote));
	*id = (u16)v;
	return 0;
}

static int usb(struct pt *t, sink *s)
{
	const struct pt_token *token = pt_peek(t);
	const char *colon;
	struct pt_token at;
	size_t n;
	int ret;

	if (token->kind != PT_WORD)
		return shinrai_pt_expected(t, "VENDOR:PRODUCT",
					   "as lsusb prints them: 0781:5567");
	pt_take(t);
	colon = memchr(token->p, ':', token->len);
	n = colon ? (size_t)(colon - token->p) : token->len;
	at = shinrai_pt_part(token, token->p, n);
	ret = usb_id(t, &at, &s->vendor);
	s->exact |= SHINRAI_MEDIA_VENDOR;
	if (ret || !colon)
		return ret;
	at = shinrai_pt_part(token, colon + 1, token->len - n - 1);
	s->exact |= SHINRAI_MEDIA_PRODUCT;
	return usb_id(t, &at, &s->product);
}

/**
 * shinrai_pt_device() - usb VENDOR[:PRODUCT] [serial "TEXT"], or serial "TEXT"
 * @t: cursor
 * @s: out
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_device(struct pt *t, sink *s)
{
	int ret = 0;

	memset(s, 0, sizeof(*s));
	s->kind = SHINRAI_SINK_MEDIA;
	if (shinrai_pt_accept(t, "usb"))
		ret = usb(t, s);
	else if (!shinrai_pt_is(pt_peek(t), "serial"))
		return shinrai_pt_expected(
			t, "'usb' or 'serial'",
			"such as usb 0781:5567 serial \"4C53\"");
	if (!ret && shinrai_pt_accept(t, "serial")) {
		s->exact |= SHINRAI_MEDIA_SERIAL;
		ret = shinrai_pt_take_string(t, "the serial number", &s->text);
	}
	return ret;
}

/**
 * shinrai_pt_media() - media NAME DEVICE...
 * @t: cursor, behind the first word
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_media(struct pt *t)
{
	u32 first = t->device.n, name;
	sink s;
	int ret = shinrai_pt_define(t, "the medium's name", &name);

	while (!ret) {
		ret = shinrai_pt_device(t, &s);
		if (!ret && !shinrai_pt_push(&t->device, &s, sizeof(s)))
			ret = -ENOMEM;
		if (pt_peek(t)->kind == PT_END)
			break;
	}
	if (ret)
		return ret;
	*shinrai_pt_name(t, name) = (struct pt_name){
		.at = shinrai_pt_name(t, name)->at,
		.kind = PT_MEDIA,
		.defined = true,
		.index = first,
		.count = t->device.n - first,
	};
	return 0;
}
