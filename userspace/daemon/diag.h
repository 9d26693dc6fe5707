/* SPDX-License-Identifier: MIT */
/* One line an event on stderr, with the <N> priorities that journald reads. */
#ifndef SHINRAI_DIAG_H
#define SHINRAI_DIAG_H

#include <stdbool.h>
#include <syslog.h>
#include <time.h>

/* Allows @burst lines in @seconds; what is dropped is counted. */
struct diag_rate {
	unsigned int burst;
	unsigned int seconds;
	time_t start;
	unsigned int used;
	unsigned int dropped;
};

#define DIAG_RATE               \
	{                       \
		10, 10, 0, 0, 0 \
	}

void diag(int priority, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void diag_limited(struct diag_rate *rate, int priority, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void diag_die(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));

#endif
