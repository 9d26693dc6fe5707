/* SPDX-License-Identifier: MIT */
/* What the binary and the ASCII reader of IMA lists share. */
#ifndef _SHINRAI_LIB_IMA_H
#define _SHINRAI_LIB_IMA_H

#include <shinrai/ima.h>

#define IMA_NAME_MAX 255 /* IMA_EVENT_NAME_LEN_MAX */
#define IMA_DIGEST_LEN 20 /* of template "ima" */

struct ima_template {
	const char *name;
	u8 nfields;
	u8 field[SHINRAI_IMA_MAX_FIELDS]; /* enum shinrai_ima_field */
};

/*
 * Fields of a template by its name, or by its format ("d-ng|n-ng|sig").
 * @t: out, only on success
 * Return: 0; -ENOENT.
 */
int shinrai_ima_template_find(const struct shinrai_bytes *name,
			      struct ima_template *t);

/*
 * Reads one line: fills pcr, template_hash, name, and data in the reader's
 * scratch as the kernel would have hashed it.
 * Return: 1; 0 at the end; -EBADMSG.
 */
int shinrai_ima_ascii_next(struct shinrai_ima *i, struct shinrai_ima_entry *e);

#endif
