/* SPDX-License-Identifier: MIT */
/* Inside of the firmware log reader. */
#ifndef _SHINRAI_LIB_BOOTLOG_H
#define _SHINRAI_LIB_BOOTLOG_H

#include <shinrai/bootlog.h>

/*
 * Compares an extended event's data with its digests by the rule of its type
 * and takes over what the log remembers: separators, SecureBoot.
 * @e: pcr below SHINRAI_PCR_COUNT; match and faults are set
 */
void shinrai_bootlog_examine(struct shinrai_bootlog *b,
			     struct shinrai_bootlog_event *e);

#endif
