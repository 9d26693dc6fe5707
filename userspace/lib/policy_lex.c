// SPDX-License-Identifier: MIT
/*
 * Lines to words.  What a reader could not see, or would take for something
 * else, is refused wherever it stands: a policy is signed by whoever read it.
 */
#include <shinrai/utf8.h>

#include "policy_parse.h"

enum class { WORD, BLANK, COMMA, QUOTE, COMMENT, BACKSLASH, OTHER };

static u8 class_of(u8 c)
{
	switch (c) {
	case ' ':
	case '\t':
		return BLANK;
	case ',':
		return COMMA;
	case '"':
		return QUOTE;
	case '#':
		return COMMENT;
	case '\\':
		return BACKSLASH;
	}
	return c > ' ' && c < 0x7f ? WORD : OTHER;
}

/* Where the lexer is: @p to @end is what is left of the line. */
struct line {
	const char *p;
	const char *end;
	bool more; /* the next line belongs to it */
};

static struct pt_token token_at(const struct pt *t, u8 kind, const char *p,
				size_t len)
{
	struct pt_token token = { p, (u32)len, t->line, kind };

	return token;
}

static int push(struct pt *t, u8 kind, const char *p, size_t len)
{
	struct pt_token token = token_at(t, kind, p, len);

	return shinrai_pt_push(&t->token, &token, sizeof(token)) ? 0 : -ENOMEM;
}

/* One character that is not a plain one, in a WORD, QUOTE or COMMENT. */
static int odd_character(struct pt *t, struct line *l, enum class where)
{
	size_t n, left = (size_t)(l->end - l->p);
	struct pt_token at = token_at(t, PT_WORD, l->p, 1);
	u32 code = 0;

	n = shinrai_utf8_next(l->p, left, &code);
	at.len = (u32)n;
	if (!n)
		return shinrai_pt_fail(t, &at, "save the file as UTF-8",
				       "byte 0x%02x is not UTF-8", (u8)*l->p);
	if (!shinrai_utf8_visible(code) && (code != '\t' || where != COMMENT))
		return shinrai_pt_fail(t, &at, "remove it",
				       "an invisible character, U+%04X", code);
	if (where == WORD &&
	    (code == 0x201c || code == 0x201d || code == 0x201e))
		return shinrai_pt_fail(t, &at,
				       "strings are in plain quotes: \"",
				       "a typographic quote, U+%04X", code);
	if (where == WORD)
		return shinrai_pt_fail(t, &at,
				       "such text belongs into \"quotes\"",
				       "a character that no word has, U+%04X",
				       code);
	l->p += n;
	return 0;
}

static int skip_comment(struct pt *t, struct line *l)
{
	int ret = 0;

	while (l->p < l->end && !ret) {
		if (*l->p >= ' ' && *l->p < 0x7f)
			l->p++;
		else
			ret = odd_character(t, l, COMMENT);
	}
	return ret;
}

/* \" and \\ */
static int escape(struct pt *t, struct line *l)
{
	const size_t left = (size_t)(l->end - l->p);
	struct pt_token at = token_at(t, PT_WORD, l->p, left < 2 ? 1 : 2);

	if (left < 2 || (l->p[1] != '"' && l->p[1] != '\\'))
		return shinrai_pt_fail(t, &at,
				       "a backslash itself is written \\\\",
				       "only \\\" and \\\\ are escapes");
	l->p += 2;
	return 0;
}

static int string(struct pt *t, struct line *l)
{
	const char *first = ++l->p;
	struct pt_token at = token_at(t, PT_WORD, first - 1, 1);
	int ret = 0;

	while (l->p < l->end && *l->p != '"' && !ret) {
		if (*l->p == '\\')
			ret = escape(t, l);
		else if (*l->p >= ' ' && *l->p < 0x7f)
			l->p++;
		else
			ret = odd_character(t, l, QUOTE);
	}
	if (ret)
		return ret;
	if (l->p == l->end)
		return shinrai_pt_fail(t, &at, "add \" at its end",
				       "this string has no end in its line");
	ret = push(t, PT_STRING, first, (size_t)(l->p - first));
	l->p++;
	if (!ret && l->p < l->end && class_of((u8)*l->p) == WORD) {
		at = token_at(t, PT_WORD, l->p, 1);
		return shinrai_pt_fail(t, &at, "add a blank",
				       "something follows a string at once");
	}
	return ret;
}

static int word(struct pt *t, struct line *l)
{
	const char *first = l->p;

	while (l->p < l->end && class_of((u8)*l->p) == WORD)
		l->p++;
	return push(t, PT_WORD, first, (size_t)(l->p - first));
}

/* Blanks behind it cannot be seen, so they do not count. */
static int backslash(struct pt *t, struct line *l)
{
	struct pt_token at = token_at(t, PT_WORD, l->p++, 1);

	while (l->p < l->end && class_of((u8)*l->p) == BLANK)
		l->p++;
	if (l->p < l->end)
		return shinrai_pt_fail(
			t, &at, "outside of strings it has no other use",
			"a backslash continues a line only as its last"
			" character");
	l->more = true;
	return 0;
}

static int next_token(struct pt *t, struct line *l)
{
	switch (class_of((u8)*l->p)) {
	case WORD:
		return word(t, l);
	case BLANK:
		l->p++;
		return 0;
	case COMMA:
		return push(t, PT_COMMA, l->p++, 1);
	case QUOTE:
		return string(t, l);
	case COMMENT:
		return skip_comment(t, l);
	case BACKSLASH:
		return backslash(t, l);
	}
	return odd_character(t, l, WORD);
}

/* Takes one line, without its LF or CR LF.  Return: false at the end. */
static bool take_line(struct pt *t, struct line *l)
{
	size_t n = shinrai_rd_left(&t->rd);
	const char *p = (const char *)t->rd.p, *lf;

	if (!n)
		return false;
	lf = memchr(p, '\n', n);
	if (lf)
		n = (size_t)(lf - p) + 1;
	shinrai_rd_bytes(&t->rd, n);
	l->p = p;
	l->end = p + n;
	if (lf)
		l->end -= l->end - p > 1 && l->end[-2] == '\r' ? 2 : 1;
	l->more = false;
	t->line++;
	return true;
}

static int lex_line(struct pt *t, struct line *l)
{
	struct pt_token at = token_at(t, PT_WORD, l->p, 1);
	int ret = 0;

	if (l->end - l->p > SHINRAI_POLICY_LINE)
		return shinrai_pt_fail(t, &at, "continue it on the next: \\",
				       "a line of %td bytes; it may have %u",
				       l->end - l->p, SHINRAI_POLICY_LINE);
	while (l->p < l->end && !ret)
		ret = next_token(t, l);
	return ret;
}

/* After a mistake: what a line goes on with belongs to the same statement. */
static void skip_statement(struct pt *t, struct line *l)
{
	const char *p;

	do {
		p = l->end;
		while (p > l->p && class_of((u8)p[-1]) == BLANK)
			p--;
	} while (p > l->p && p[-1] == '\\' && take_line(t, l));
}

/**
 * shinrai_pt_statement() - read the next statement
 * @t: t->token gets its words and a PT_END; t->at is its first
 *
 * Return: 1; 0 at the end of the text; -EINVAL, told, and its lines are passed;
 * -ENOMEM.
 */
int shinrai_pt_statement(struct pt *t)
{
	struct line l = { 0 };
	struct pt_token at;
	int ret;

	t->token.n = 0;
	t->at = 0;
	do {
		if (!take_line(t, &l)) {
			if (!t->token.n)
				return 0;
			at = token_at(t, PT_WORD, l.end, 0);
			return shinrai_pt_fail(
				t, &at, NULL,
				"the text ends in a statement that goes"
				" on");
		}
		ret = lex_line(t, &l);
		if (ret == -EINVAL)
			skip_statement(t, &l);
		if (ret)
			return ret;
	} while (l.more || !t->token.n);
	return push(t, PT_END, l.p, 0) ? -ENOMEM : 1;
}
