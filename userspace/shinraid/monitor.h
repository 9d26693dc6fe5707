/* SPDX-License-Identifier: MIT */
/* The parent: spool, children, signals. */
#ifndef SHINRAID_MONITOR_H
#define SHINRAID_MONITOR_H

#include <sys/types.h>

#include "logger.h"
#include "msg.h"

struct monitor {
	const struct conf *conf;
	struct logger logger;
	struct shinrai_selection selection; /* without capped banks */
	bool selected; /* START was seen, tpm knows */
	bool passed; /* net has the spool's descriptor */
	u64 alarmed; /* what net was told of violations */
	int lock; /* of the spools, held as long as we live */
	int tpm; /* sockets to the children */
	int net;
	pid_t tpm_pid;
	pid_t net_pid;
	unsigned int ready;
};

int monitor_run(struct monitor *m);

#endif
