/* SPDX-License-Identifier: MIT */
/* Entries of the verifier's log, PROTOCOL.md 13. */
#ifndef VERIFIER_ENTRY_H
#define VERIFIER_ENTRY_H

#include "device.h"

#define ENTRY_LISTED 64 /* reasons of its verdict at most; notes likewise */

/* What an entry is made of. */
struct entry {
	const struct device_record *r; /* as it stands now */
	const char *policy; /* name of what it is held against; "" nothing */
	s64 at; /* when that was found, ms since 1970 */
	bool changed; /* it stands otherwise than before */
	bool judged; /* its verdict says why; otherwise there was none */
	u64 violations; /* accesses that this verdict is the first to prove */
	json_t *accesses; /* those, PROTOCOL.md 9.2; NULL: none */
	u64 unlisted; /* of them, those that @accesses has not */
	json_t *past; /* what earlier boots tell; NULL: nothing */
	const struct device_pace *owed; /* what was held back until now */
};

int entry_make(const struct entry *e, char **text, char **disclosures);

#endif
