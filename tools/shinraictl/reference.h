/* SPDX-License-Identifier: MIT */
/* What the verbs that write boot references share. */
#ifndef SHINRAICTL_REFERENCE_H
#define SHINRAICTL_REFERENCE_H

#include <shinrai/platform.h>

#include "ctl.h"

/* Code and keys.  1 moves with the boot order, 4 and 5 with what is booted. */
#define FIRMWARE_PCRS "0,2,3,6,7"

int reference_pcrs(struct ctl *ctl, const char *list, unsigned int n,
		   u32 *mask);
int reference_write(struct ctl *ctl, const char *path, const json_t *json);

#endif
