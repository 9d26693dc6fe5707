/* SPDX-License-Identifier: MIT */
/* What is known of the TPM that a machine's key lives in. */
#ifndef _SHINRAI_ASSURANCE_H
#define _SHINRAI_ASSURANCE_H

/* The lower the number, the less it is worth.  Kept in databases. */
enum shinrai_assurance {
	SHINRAI_ASSURANCE_NONE = 0, /* nothing */
	SHINRAI_ASSURANCE_SOFTWARE = 1, /* a simulator: proves nothing */
	SHINRAI_ASSURANCE_VIRTUAL = 2, /* of a hypervisor */
	SHINRAI_ASSURANCE_FIRMWARE = 3, /* of the main processor */
	SHINRAI_ASSURANCE_HARDWARE = 4, /* a chip of its own */
	SHINRAI_ASSURANCES
};

/* Return: static text; "none" for what is no level. */
const char *shinrai_assurance_name(enum shinrai_assurance level);

/* Return: 0; -ENOENT for what is none of software, virtual, ... */
int shinrai_assurance_by_name(const char *name, enum shinrai_assurance *level);

#endif
