/* SPDX-License-Identifier: MIT */
/* Names of what a log holds; one table for show, follow and export. */
#ifndef SHINRAICTL_NAMES_H
#define SHINRAICTL_NAMES_H

#include <stddef.h>
#include <stdint.h>

enum name_format {
	NAME_BYTES, /* hex */
	NAME_UINT, /* of the size in the table */
	NAME_TEXT,
	NAME_ENUM, /* a value of a list */
	NAME_BITS, /* flags of a list */
	NAME_ERRNO,
	NAME_VERITY,
	NAME_BANKS,
	NAME_PCRS,
	NAME_PCR_VALUES,
	NAME_DIGESTS,
	NAME_PROGRAMS,
	NAME_WINDOW,
	NAME_UID,
	NAME_BOOL,
	NAME_TIME, /* ns since 1970 */
	NAME_LABELS,
	NAME_SINK,
};

struct name {
	uint32_t value;
	const char *name;
};

struct field_name {
	uint8_t id;
	const char *name;
	enum name_format format;
	uint8_t size; /* bytes, 0: any */
	const struct name *list;
};

extern const struct name names_record[];
extern const struct name names_event[];
extern const struct name names_fault[];

const char *name_find(const struct name *list, uint32_t value);
const struct field_name *field_find(uint8_t id);
const struct field_name *field_by_name(const char *name, size_t len);

#endif
