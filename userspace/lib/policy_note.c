// SPDX-License-Identifier: MIT
/* What the policy compiler has to say: where, what, and what to do. */
#include <stdarg.h>
#include <stdlib.h>

#include "policy_parse.h"

#define MESSAGE 512

/* Characters between two places of one line. */
static u32 characters(const char *from, const char *to)
{
	u32 n = 0;

	for (; from < to; from++)
		n += ((u8)*from & 0xc0) != 0x80;
	return n;
}

static const char *line_of(const struct pt *t, const char *p)
{
	while (p > t->text && p[-1] != '\n')
		p--;
	return p;
}

static char *copy(const char *text)
{
	size_t n = strlen(text) + 1;
	char *p = malloc(n);

	if (p)
		memcpy(p, text, n);
	return p;
}

static int add(struct pt *t, const struct shinrai_policy_note *note)
{
	struct shinrai_policy_notes *n = t->notes;
	unsigned int *count = note->warning ? &n->warnings : &n->errors;
	struct shinrai_policy_note *bigger;

	if (*count == SHINRAI_POLICY_ERRORS) {
		n->more = true;
		free(note->message);
		free(note->hint);
		return 0;
	}
	bigger = reallocarray(n->note, n->count + 1, sizeof(*bigger));
	if (!bigger) {
		free(note->message);
		free(note->hint);
		return -ENOMEM;
	}
	n->note = bigger;
	n->note[n->count++] = *note;
	(*count)++;
	return 0;
}

static int __attribute__((format(printf, 5, 0)))
tell(struct pt *t, bool warning, const struct pt_token *at, const char *hint,
     const char *fmt, va_list ap)
{
	struct shinrai_policy_note note = { .warning = warning };
	const char *begin = at->p - (at->kind == PT_STRING);
	const char *end = at->p + at->len + (at->kind == PT_STRING);
	char text[MESSAGE];

	vsnprintf(text, sizeof(text), fmt, ap);
	note.line = at->line;
	note.column = characters(line_of(t, begin), begin) + 1;
	note.width = characters(begin, end);
	if (!note.width)
		note.width = 1;
	note.message = copy(text);
	note.hint = hint ? copy(hint) : NULL;
	if (!note.message || (hint && !note.hint)) {
		free(note.message);
		free(note.hint);
		return -ENOMEM;
	}
	return add(t, &note);
}

/**
 * shinrai_pt_fail() - the policy is wrong
 * @t: t->notes gets one more, up to SHINRAI_POLICY_ERRORS
 * @at: where
 * @hint: what to do, or NULL
 * @fmt: what is wrong
 *
 * Return: -EINVAL; -ENOMEM.
 */
int shinrai_pt_fail(struct pt *t, const struct pt_token *at, const char *hint,
		    const char *fmt, ...)
{
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = tell(t, false, at, hint, fmt, ap);
	va_end(ap);
	return ret ? ret : -EINVAL;
}

/**
 * shinrai_pt_warn() - the policy is odd
 * @t: t->notes gets one more, up to SHINRAI_POLICY_ERRORS
 * @at: where
 * @hint: what to do, or NULL
 * @fmt: what is odd
 *
 * Return: 0; -ENOMEM.
 */
int shinrai_pt_warn(struct pt *t, const struct pt_token *at, const char *hint,
		    const char *fmt, ...)
{
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = tell(t, true, at, hint, fmt, ap);
	va_end(ap);
	return ret;
}

/**
 * shinrai_pt_quote() - a token as messages name it
 * @token: what is there
 * @buf: for the answer; long ones are cut, between characters
 *
 * Return: @buf.
 */
const char *shinrai_pt_quote(const struct pt_token *token, char buf[PT_QUOTE])
{
	const char q = token->kind == PT_STRING ? '"' : '\'';
	u32 n = token->len;

	if (token->kind == PT_END) {
		snprintf(buf, PT_QUOTE, "the end of the line");
		return buf;
	}
	if (n > PT_QUOTE - 8) {
		n = PT_QUOTE - 8;
		while (n && ((u8)token->p[n] & 0xc0) == 0x80)
			n--;
	}
	snprintf(buf, PT_QUOTE, "%c%.*s%s%c", q, (int)n, token->p,
		 n < token->len ? "..." : "", q);
	return buf;
}

/**
 * shinrai_policy_notes_free() - release what a compiler told
 * @notes: empty afterwards
 */
void shinrai_policy_notes_free(struct shinrai_policy_notes *notes)
{
	unsigned int i;

	for (i = 0; i < notes->count; i++) {
		free(notes->note[i].message);
		free(notes->note[i].hint);
	}
	free(notes->note);
	memset(notes, 0, sizeof(*notes));
}
