/* SPDX-License-Identifier: MIT */
/* From the module's log to the spool: read, check, append, trim. */
#ifndef SHINRAID_LOGGER_H
#define SHINRAID_LOGGER_H

#include "conf.h"
#include "source.h"
#include "spool.h"

/* Invariant: @broken says why the log cannot be proven any more, or is "". */
struct logger {
	const struct conf *conf;
	struct source src;
	struct spool spool;
	u64 checkpoint; /* newest CHECKPOINT record spooled, 0: none */
	bool trims; /* the module lets us */
	u64 kept; /* bytes that the last trim left in kernel memory */
	char broken[160];
	bool full; /* the spool's disk is: it is tried again at each tick */
	bool failed; /* the spool's disk did: only another start helps */
};

int logger_open(struct logger *lg, const struct conf *conf);
int logger_drain(struct logger *lg);
void logger_tick(struct logger *lg);
void logger_close(struct logger *lg);

#endif
