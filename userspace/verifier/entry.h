/* SPDX-License-Identifier: MIT */
/* Entries of the verifier's log, PROTOCOL.md 13. */
#ifndef VERIFIER_ENTRY_H
#define VERIFIER_ENTRY_H

#include "device.h"

char *entry_make(const struct device_record *r, const char *policy, s64 at,
		 bool changed, bool judged, u64 violations);

#endif
