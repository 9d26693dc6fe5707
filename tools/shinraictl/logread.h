/* SPDX-License-Identifier: MIT */
/* A log, record by record, from the device, a file or a pipe. */
#ifndef SHINRAICTL_LOGREAD_H
#define SHINRAICTL_LOGREAD_H

#include <shinrai/record.h>

#include "ctl.h"

struct logread {
	struct ctl *ctl;
	const char *name; /* for messages */
	int fd;
	bool device;
	bool follow; /* wait for more instead of ending */
	u64 from; /* records below are passed over */
	u8 *buf;
	size_t start, end; /* what is in the buffer and not yet given out */
	u64 offset; /* of buf[start] in the input */
};

int logread_open(struct logread *r, struct ctl *ctl, const char *path,
		 u64 from);
int logread_next(struct logread *r, struct shinrai_record *rec);
void logread_close(struct logread *r);
int logread_device_error(struct ctl *ctl, const char *what, int err);

#define CTL_LOG __attribute__((cleanup(logread_close))) struct logread

#endif
