/* SPDX-License-Identifier: MIT */
/*
 * Which fields of verdicts, violations and entries of the verifier's log may be
 * read by whom, and entries whose fields are sealed: salted hashes stand for them,
 * as in SD-JWT (RFC 9901), so that proofs hold whatever of them is shown.
 * PROTOCOL.md 13.
 */
#ifndef _SHINRAI_SEALED_H
#define _SHINRAI_SEALED_H

#include <jansson.h>

#include "platform.h"

/* Classes of fields.  TEXT may have all others in it, in words. */
enum shinrai_field_class {
	SHINRAI_FIELDS_PATHS,
	SHINRAI_FIELDS_USERS,
	SHINRAI_FIELDS_DESTINATIONS,
	SHINRAI_FIELDS_DIGESTS,
	SHINRAI_FIELDS_LABELS,
	SHINRAI_FIELDS_TEXT,
	SHINRAI_FIELDS_CLASSES
};

#define SHINRAI_FIELDS_ALL ((1u << SHINRAI_FIELDS_CLASSES) - 1)
#define SHINRAI_SEAL_SALT 16 /* random bytes of each class of an entry */

const char *shinrai_fields_name(enum shinrai_field_class c);
int shinrai_fields_by_name(const char *name, enum shinrai_field_class *c);
u32 shinrai_fields_readable(u32 named);
int shinrai_redact(json_t *j, u32 may);

json_t *shinrai_seal(json_t *entry,
		     const u8 salt[SHINRAI_FIELDS_CLASSES][SHINRAI_SEAL_SALT]);
int shinrai_unseal(json_t *entry, const json_t *disclosures);

#endif
