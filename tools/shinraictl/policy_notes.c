// SPDX-License-Identifier: MIT
/* Errors and warnings of the policy compiler, with the line that they mean. */
#include <string.h>

#include <shinrai/utf8.h>

#include "policy.h"

#define SHOWN 72 /* characters of a line; the middle is where the mistake is */

/* Where line @number of the text begins, and how long it is. */
static const char *find_line(const struct policy_file *f, u32 number,
			     size_t *len)
{
	const char *p = (const char *)f->file.data, *end = p + f->file.len;
	const char *lf;

	/* The mark is in front of the first character that is counted. */
	if (f->file.len >= 3 && !memcmp(p, "\xef\xbb\xbf", 3))
		p += 3;
	for (; number > 1 && p < end; number--) {
		lf = memchr(p, '\n', (size_t)(end - p));
		p = lf ? lf + 1 : end;
	}
	lf = memchr(p, '\n', (size_t)(end - p));
	*len = (size_t)((lf ? lf : end) - p);
	if (lf && *len && p[*len - 1] == '\r')
		(*len)--;
	return p;
}

/* What one character is shown as: itself, or '?' where it cannot be seen. */
static size_t show(FILE *to, const char *p, size_t left)
{
	u32 code = 0;
	size_t n = shinrai_utf8_next(p, left, &code);

	if (n && (shinrai_utf8_visible(code) || code == '\t'))
		fwrite(p, 1, n, to);
	else
		fputc('?', to);
	return n ? n : 1;
}

static void print_line(const struct policy_file *f,
		       const struct shinrai_policy_note *n)
{
	u32 first = n->column > SHOWN / 2 ? n->column - SHOWN / 2 : 1, i;
	char number[16];
	const char *p;
	size_t len, at = 0;
	char pad[SHOWN + 1];
	u32 npad = 0;

	p = find_line(f, n->line, &len);
	snprintf(number, sizeof(number), "%5u", n->line);
	fprintf(stderr, "%s | ", number);
	for (i = 1; at < len && i < first + SHOWN; i++) {
		if (i < first) {
			do
				at++;
			while (at < len && ((u8)p[at] & 0xc0) == 0x80);
			continue;
		}
		if (i < n->column && npad < SHOWN)
			pad[npad++] = p[at] == '\t' ? '\t' : ' ';
		at += show(stderr, p + at, len - at);
	}
	pad[npad] = '\0';
	fprintf(stderr, "\n      | %s^", pad);
	for (i = 1; i < n->width && n->column + i < first + SHOWN; i++)
		fputc('~', stderr);
	fputc('\n', stderr);
}

/* To standard error, as compilers do; nothing with --json. */
void policy_print_notes(const struct policy_file *f)
{
	const struct shinrai_policy_note *n = f->notes.note;
	unsigned int i;

	if (f->ctl->json)
		return;
	for (i = 0; i < f->notes.count; i++, n++) {
		CTL_FREE char *path =
			ctl_escape(f->path, strlen(f->path), false);

		fprintf(stderr, "%s:%u:%u: %s: %s\n", path, n->line, n->column,
			n->warning ? "warning" : "error", n->message);
		print_line(f, n);
		if (n->hint)
			fprintf(stderr, "      = %s\n", n->hint);
	}
	if (f->notes.more)
		fprintf(stderr, "there may be more; these are the first %d\n",
			SHINRAI_POLICY_ERRORS);
}

/* Return: an array, a new reference. */
json_t *policy_notes_json(const struct policy_file *f)
{
	const struct shinrai_policy_note *n = f->notes.note;
	json_t *a = json_array();
	unsigned int i;

	for (i = 0; i < f->notes.count; i++, n++)
		json_array_append_new(
			a, json_pack("{s:s, s:i, s:i, s:i, s:s, s:s?}", "kind",
				     n->warning ? "warning" : "error", "line",
				     n->line, "column", n->column, "width",
				     n->width, "message", n->message, "hint",
				     n->hint));
	return a;
}

/* Tells why a text is no policy.  Return: EXIT_ERROR. */
int policy_refused(struct policy_file *f)
{
	struct ctl *ctl = f->ctl;
	char text[64];
	json_t *e;

	policy_print_notes(f);
	snprintf(text, sizeof(text), "%s%u error%s",
		 f->notes.more ? "at least " : "", f->notes.errors,
		 f->notes.errors == 1 ? "" : "s");
	if (!ctl->json)
		return ctl_error(ctl, "policy", "see shinrai-policy(5)",
				 "%s: %s", f->path, text);
	e = json_pack("{s:{s:s, s:s, s:s}, s:o, s:o, s:b}", "error", "code",
		      "policy", "message", text, "hint",
		      "see shinrai-policy(5)", "file",
		      policy_text_json(f->path), "notes", policy_notes_json(f),
		      "more", f->notes.more);
	ctl_json_out(ctl, stdout, e);
	return EXIT_ERROR;
}
