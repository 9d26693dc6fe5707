// SPDX-License-Identifier: MIT
/* Messages of a daemon; each is one write, so lines never mix. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diag.h"

static void __attribute__((format(printf, 2, 0)))
put(int priority, const char *fmt, va_list ap)
{
	char line[1024];
	int n, m;

	n = snprintf(line, sizeof(line), "<%d>%.32s: ", priority,
		     program_invocation_short_name);
	m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	if (m < 0)
		return;
	n = (int)strlen(line);
	/* What came from outside must not forge a line of its own. */
	for (m = 0; m < n; m++) {
		if ((unsigned char)line[m] < ' ' || line[m] == 0x7f)
			line[m] = '?';
	}
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return; /* nowhere left to say it */
}

/**
 * diag() - say what happened
 * @priority: LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO
 * @fmt: subject, object, reason, next step; no newline, no secrets
 */
void diag(int priority, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(priority, fmt, ap);
	va_end(ap);
}

/**
 * diag_limited() - diag() for whatever a client can trigger
 * @rate: the bucket of this kind of event
 * @priority: as diag()
 * @fmt: as diag()
 */
void diag_limited(struct diag_rate *rate, int priority, const char *fmt, ...)
{
	struct timespec now;
	va_list ap;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec - rate->start >= (time_t)rate->seconds) {
		if (rate->dropped)
			diag(LOG_NOTICE, "%u similar messages were left out",
			     rate->dropped);
		rate->start = now.tv_sec;
		rate->used = 0;
		rate->dropped = 0;
	}
	if (rate->used == rate->burst) {
		rate->dropped++;
		return;
	}
	rate->used++;
	va_start(ap, fmt);
	put(priority, fmt, ap);
	va_end(ap);
}

/**
 * diag_die() - say it as an error and end this process with status 1
 * @fmt: as diag()
 */
void diag_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(LOG_ERR, fmt, ap);
	va_end(ap);
	_exit(EXIT_FAILURE);
}
