// SPDX-License-Identifier: MIT
/* Errors, notes, progress and JSON: the only place that formats them. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"

static bool progress_shown;

static void progress_clear(void)
{
	if (progress_shown)
		fputs("\r\033[K", stderr);
	progress_shown = false;
}

/* One line on a terminal's standard error, replaced by the next one. */
void ctl_progress(const char *fmt, ...)
{
	va_list ap;

	if (!isatty(STDERR_FILENO))
		return;
	progress_clear();
	if (!fmt)
		return;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fflush(stderr);
	progress_shown = true;
}

static int report(struct ctl *ctl, const char *code, const char *hint,
		  const char *message)
{
	CTL_JSON e = NULL;

	progress_clear();
	if (!ctl->json) {
		fprintf(stderr, "shinraictl: %s", message);
		if (hint)
			fprintf(stderr, " (%s)", hint);
		fputc('\n', stderr);
		return EXIT_ERROR;
	}
	e = json_pack("{s:{s:s, s:s, s:s?}}", "error", "code", code, "message",
		      message, "hint", hint);
	if (e)
		json_dumpf(e, stdout, JSON_COMPACT);
	else
		fputs("{\"error\":{\"code\":\"text\",\"message\":"
		      "\"not UTF-8\",\"hint\":null}}",
		      stdout);
	fputc('\n', stdout);
	fflush(stdout);
	return EXIT_ERROR;
}

static int __attribute__((format(printf, 4, 0)))
vreport(struct ctl *ctl, const char *code, const char *hint, const char *fmt,
	va_list ap)
{
	CTL_FREE char *text = NULL;
	CTL_FREE char *safe = NULL;

	if (vasprintf(&text, fmt, ap) < 0)
		return report(ctl, code, hint, "out of memory");
	/* File names and fields are quoted in messages: keep them inert. */
	safe = ctl_escape(text, strlen(text), false);
	return report(ctl, code, hint, safe);
}

/*
 * The one error of a run: text to standard error, or with --json an object on
 * standard output.  @code is for programs, @hint says what to do or is NULL.
 *
 * Return: EXIT_ERROR.
 */
int ctl_error(struct ctl *ctl, const char *code, const char *hint,
	      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vreport(ctl, code, hint, fmt, ap);
	va_end(ap);
	return EXIT_ERROR;
}

/* Return: EXIT_USAGE, after the error was told. */
int ctl_usage(struct ctl *ctl, const char *fmt, ...)
{
	CTL_FREE char *hint = NULL;
	va_list ap;

	if (asprintf(&hint, "see shinraictl %s%s--help",
		     ctl->verb ? ctl->verb->name : "",
		     ctl->verb ? " " : "") < 0)
		hint = NULL;
	va_start(ap, fmt);
	vreport(ctl, "usage", hint, fmt, ap);
	va_end(ap);
	return EXIT_USAGE;
}

/* A remark beside the result, on standard error; silent with --json. */
void ctl_note(struct ctl *ctl, const char *fmt, ...)
{
	CTL_FREE char *text = NULL;
	CTL_FREE char *safe = NULL;
	va_list ap;
	int n;

	if (ctl->json)
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	safe = ctl_escape(text, strlen(text), false);
	progress_clear();
	fprintf(stderr, "shinraictl: %s\n", safe);
}

/* Prints @value, which is released, on a line.  Return: exit status. */
int ctl_json_out(struct ctl *ctl, FILE *to, json_t *value)
{
	CTL_JSON v = value;

	if (!v || json_dumpf(v, to, JSON_COMPACT) || fputc('\n', to) == EOF)
		return ctl_error(ctl, "output", NULL, "cannot write JSON");
	return EXIT_OK;
}

/* Output that did not arrive is a failure.  Return: exit status. */
int ctl_flush_stdout(struct ctl *ctl)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return EXIT_OK;
	if (errno == EPIPE)
		return EXIT_ERROR;
	return ctl_error(ctl, "output", NULL,
			 "cannot write to standard output: %s",
			 strerror(errno));
}
