/* SPDX-License-Identifier: MIT */
/* What a boot measured, for references to be learned from it: PROTOCOL.md 8.6. */
#ifndef _SHINRAI_LEARN_H
#define _SHINRAI_LEARN_H

#include <jansson.h>

#include "bootlog.h"

#define SHINRAI_MAX_LEARNED 64 /* digests of one sort */

/*
 * What a firmware log says, as JSON: the values of PCRs 0 to 9 that it leads to, the
 * images that the firmware started, and the initramfs and command line that the EFI
 * stub of Linux measured, as SHA-256.
 * @log: was appraised, and leads to a quote: nothing here is checked again
 * @out: out, for json_decref(), only on success
 * Return: 0; -EBADMSG it cannot be read; -ENOTSUP it has no SHA-256; -E2BIG;
 * -ENOMEM.
 */
int shinrai_learn_boot(const void *log, size_t len, json_t **out);

#endif
