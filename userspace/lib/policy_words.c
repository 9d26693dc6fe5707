// SPDX-License-Identifier: MIT
/* The words of the policy language, taking them, and what is near a wrong one. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "policy_parse.h"

const struct pt_word shinrai_pt_actions[] = {
	{ "read", SHINRAI_ACTION_READ },
	{ "write", SHINRAI_ACTION_WRITE },
	{ "send", SHINRAI_ACTION_SEND },
	{ "export", SHINRAI_ACTION_EXPORT },
	{ "derive", SHINRAI_ACTION_DERIVE },
	{ "delete", SHINRAI_ACTION_DELETE },
	{ "trace", SHINRAI_ACTION_TRACE },
	{ NULL, 0 },
};

const struct pt_word shinrai_pt_verdicts[] = {
	{ "allow", SHINRAI_VERDICT_ALLOW },
	{ "audit", SHINRAI_VERDICT_AUDIT },
	{ "deny", SHINRAI_VERDICT_DENY },
	{ NULL, 0 },
};

const struct pt_word shinrai_pt_protocols[] = {
	{ "tcp", IPPROTO_TCP },		{ "udp", IPPROTO_UDP },
	{ "sctp", IPPROTO_SCTP },	{ "dccp", IPPROTO_DCCP },
	{ "udplite", IPPROTO_UDPLITE }, { "icmp", IPPROTO_ICMP },
	{ "icmpv6", IPPROTO_ICMPV6 },	{ NULL, 0 },
};

const struct pt_word shinrai_pt_families[] = {
	{ "netlink", AF_NETLINK },
	{ "packet", AF_PACKET },
	{ "vsock", AF_VSOCK },
	{ "bluetooth", AF_BLUETOOTH },
	{ "can", AF_CAN },
	{ "alg", AF_ALG },
	{ "xdp", AF_XDP },
	{ "tipc", AF_TIPC },
	{ "rds", AF_RDS },
	{ "smc", AF_SMC },
	{ "key", AF_KEY },
	{ "nfc", AF_NFC },
	{ "qipcrtr", AF_QIPCRTR },
	{ "pppox", AF_PPPOX },
	{ "x25", AF_X25 },
	{ "ax25", AF_AX25 },
	{ "appletalk", AF_APPLETALK },
	{ "ipx", AF_IPX },
	{ "llc", AF_LLC },
	{ "kcm", AF_KCM },
	{ "rxrpc", AF_RXRPC },
	{ "phonet", AF_PHONET },
	{ "ieee802154", AF_IEEE802154 },
	{ NULL, 0 },
};

const struct pt_word shinrai_pt_days[] = {
	{ "mon", 0 }, { "tue", 1 }, { "wed", 2 }, { "thu", 3 },
	{ "fri", 4 }, { "sat", 5 }, { "sun", 6 }, { NULL, 0 },
};

/**
 * shinrai_pt_is() - is this the word?
 * @token: any token
 * @word: the word
 *
 * Return: whether it is.
 */
bool shinrai_pt_is(const struct pt_token *token, const char *word)
{
	size_t n = strlen(word);

	return token->kind == PT_WORD && token->len == n &&
	       !memcmp(token->p, word, n);
}

/**
 * shinrai_pt_accept() - take a word if it is the next one
 * @t: cursor
 * @word: the word
 *
 * Return: whether it was there.
 */
bool shinrai_pt_accept(struct pt *t, const char *word)
{
	if (!shinrai_pt_is(pt_peek(t), word))
		return false;
	t->at++;
	return true;
}

/**
 * shinrai_pt_accept_comma() - does a list go on?
 * @t: cursor
 *
 * Return: whether a comma was there, which is taken.
 */
bool shinrai_pt_accept_comma(struct pt *t)
{
	if (pt_peek(t)->kind != PT_COMMA)
		return false;
	t->at++;
	return true;
}

/**
 * shinrai_pt_find_word() - look a word up
 * @list: words
 * @p: text
 * @len: its bytes
 *
 * Return: its entry; NULL.
 */
const struct pt_word *shinrai_pt_find_word(const struct pt_word *list,
					   const char *p, size_t len)
{
	for (; list->name; list++) {
		if (!strncmp(list->name, p, len) && !list->name[len])
			return list;
	}
	return NULL;
}

/**
 * shinrai_pt_word_name() - the word of a value
 * @list: words
 * @value: the value
 *
 * Return: static text; NULL when there is none.
 */
const char *shinrai_pt_word_name(const struct pt_word *list, u32 value)
{
	for (; list->name; list++) {
		if (list->value == value)
			return list->name;
	}
	return NULL;
}

#define NEAR 24 /* longer words are compared up to here */

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Letters to change, insert, remove or swap (optimal string alignment). */
static unsigned int distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned int row[3][NEAR + 1], *before = row[0], *last = row[1];
	unsigned int *now = row[2], *swap;
	size_t i, j;

	for (j = 0; j <= nb; j++)
		last[j] = (unsigned int)j;
	for (i = 1; i <= na; i++) {
		now[0] = (unsigned int)i;
		for (j = 1; j <= nb; j++) {
			now[j] = least(least(last[j], now[j - 1]) + 1,
				       last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		swap = before;
		before = last;
		last = now;
		now = swap;
	}
	return last[nb];
}

/**
 * shinrai_pt_near_init() - look for what was meant
 * @n: caller's
 * @token: the wrong word
 */
void shinrai_pt_near_init(struct pt_near *n, const struct pt_token *token)
{
	n->token = token;
	n->best = NULL;
	n->len = 0;
	/* More than a third of it changed is another word. */
	n->distance = least(token->len, NEAR) / 3 + 1;
	if (token->kind != PT_WORD || token->len < 2)
		n->distance = 0;
}

/**
 * shinrai_pt_near_try() - is this what was meant?
 * @n: the search; n->best is the nearest so far
 * @p: a word
 * @len: its bytes
 */
void shinrai_pt_near_try(struct pt_near *n, const char *p, size_t len)
{
	size_t have = n->token->len;
	unsigned int d;

	if (len > NEAR || have > NEAR ||
	    (len > have ? len - have : have - len) >= n->distance)
		return;
	d = distance(n->token->p, have, p, len);
	if (d >= n->distance)
		return;
	n->best = p;
	n->len = len;
	n->distance = d;
}

/* "read, write or send", as much of it as fits. */
static void enumerate(const struct pt_word *list, char *buf, size_t size)
{
	size_t n = 0;

	for (; list->name && n < size; list++)
		n += (size_t)snprintf(buf + n, size - n, "%s%s", list->name,
				      !list[1].name ? "" :
				      !list[2].name ? " or " :
						      ", ");
}

/**
 * shinrai_pt_expected() - something else should be here
 * @t: cursor, at what is wrong
 * @what: with its article, such as "an action"
 * @hint: or NULL
 *
 * Return: as shinrai_pt_fail().
 */
int shinrai_pt_expected(struct pt *t, const char *what, const char *hint)
{
	const struct pt_token *token = pt_peek(t);
	char quote[PT_QUOTE];

	if (token->kind == PT_END)
		return shinrai_pt_fail(t, token, hint, "%s is missing", what);
	return shinrai_pt_fail(t, token, hint, "%s is expected, not %s", what,
			       shinrai_pt_quote(token, quote));
}

/**
 * shinrai_pt_take_word() - one of several words
 * @t: cursor
 * @list: words that can be here
 * @what: what they are, with its article
 * @value: out
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_take_word(struct pt *t, const struct pt_word *list,
			 const char *what, u32 *value)
{
	const struct pt_token *token = pt_peek(t);
	const struct pt_word *w = NULL;
	struct pt_near near;
	char hint[256];

	if (token->kind == PT_WORD)
		w = shinrai_pt_find_word(list, token->p, token->len);
	if (w) {
		t->at++;
		*value = w->value;
		return 0;
	}
	shinrai_pt_near_init(&near, token);
	enumerate(list, hint, sizeof(hint));
	for (; list->name; list++)
		shinrai_pt_near_try(&near, list->name, strlen(list->name));
	if (near.best)
		snprintf(hint, sizeof(hint), "did you mean '%s'?", near.best);
	return shinrai_pt_expected(t, what, hint);
}

/**
 * shinrai_pt_end() - nothing more should be in this statement
 * @t: cursor
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_end(struct pt *t)
{
	char quote[PT_QUOTE];

	if (pt_peek(t)->kind == PT_END)
		return 0;
	return shinrai_pt_fail(t, pt_peek(t), "one statement a line",
			       "nothing more is expected here, but %s follows",
			       shinrai_pt_quote(pt_peek(t), quote));
}

/**
 * shinrai_pt_number() - a token as a decimal number
 * @t: for errors
 * @at: the token, or a part of one
 * @max: the greatest that is possible
 * @value: out
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_number(struct pt *t, const struct pt_token *at, u64 max,
		      u64 *value)
{
	char quote[PT_QUOTE];
	u64 v = 0;
	u32 i;

	for (i = 0; at->kind == PT_WORD && i < at->len; i++) {
		if (at->p[i] < '0' || at->p[i] > '9')
			break;
		if (v > max / 10 || v * 10 > max - (u64)(at->p[i] - '0'))
			return shinrai_pt_fail(t, at, NULL,
					       "%s is more than %llu",
					       shinrai_pt_quote(at, quote),
					       (unsigned long long)max);
		v = v * 10 + (u64)(at->p[i] - '0');
	}
	if (!i || i < at->len)
		return shinrai_pt_fail(t, at, NULL,
				       "%s is not a decimal number",
				       shinrai_pt_quote(at, quote));
	*value = v;
	return 0;
}

/**
 * shinrai_pt_take_number() - a decimal number
 * @t: cursor
 * @what: what it is, with its article
 * @max: the greatest that is possible
 * @value: out
 *
 * Return: 0; as shinrai_pt_fail().
 */
int shinrai_pt_take_number(struct pt *t, const char *what, u64 max, u64 *value)
{
	const struct pt_token *token = pt_peek(t);
	int ret;

	if (token->kind != PT_WORD)
		return shinrai_pt_expected(t, what, NULL);
	ret = shinrai_pt_number(t, token, max, value);
	if (!ret)
		t->at++;
	return ret;
}

static const struct pt_word *words_of(enum shinrai_policy_words words)
{
	switch (words) {
	case SHINRAI_WORDS_ACTIONS:
		return shinrai_pt_actions;
	case SHINRAI_WORDS_VERDICTS:
		return shinrai_pt_verdicts;
	case SHINRAI_WORDS_PROTOCOLS:
		return shinrai_pt_protocols;
	default:
		return shinrai_pt_families;
	}
}

/**
 * shinrai_policy_word() - the language's word for a value
 * @words: which of its words
 * @value: the value
 *
 * Return: static text; NULL when it has none.
 */
const char *shinrai_policy_word(enum shinrai_policy_words words, u32 value)
{
	return shinrai_pt_word_name(words_of(words), value);
}

/**
 * shinrai_policy_word_value() - what a word of the language stands for
 * @words: which of its words
 * @word: the word
 * @value: out, only on success
 *
 * Return: 0; -EINVAL.
 */
int shinrai_policy_word_value(enum shinrai_policy_words words, const char *word,
			      u32 *value)
{
	const struct pt_word *w =
		shinrai_pt_find_word(words_of(words), word, strlen(word));

	if (!w)
		return -EINVAL;
	*value = (u32)w->value;
	return 0;
}
