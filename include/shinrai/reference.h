/* SPDX-License-Identifier: MIT */
/*
 * Boot references: what may have booted, PROTOCOL.md 8.2, and how to compute
 * such values from files.
 */
#ifndef _SHINRAI_REFERENCE_H
#define _SHINRAI_REFERENCE_H

#include "pcrs.h"

#define SHINRAI_MAX_REFERENCES 4096 /* of one sort */
#define SHINRAI_MODULE_ID_MAX 64 /* letters of a srcversion; Linux has 23 */

struct shinrai_ref_file {
	u8 sha256[32]; /* Authenticode of a kernel, of the bytes otherwise */
	bool arms; /* initramfs only: arms the module before all else */
	char *name; /* never NULL */
};

struct shinrai_ref_firmware {
	u16 bank;
	u32 mask; /* PCRs that are named */
	u8 value[SHINRAI_PCR_COUNT][SHINRAI_BANK_MAX];
	char *name; /* never NULL */
};

/* What START and ARM must say of the module itself. */
struct shinrai_ref_module {
	char srcversion[SHINRAI_MODULE_ID_MAX + 1];
	u8 programs[32]; /* SHA-256 */
	char *name; /* never NULL in a struct shinrai_reference */
};

struct shinrai_reference {
	struct shinrai_ref_file *kernel;
	size_t nkernels;
	struct shinrai_ref_file *initramfs;
	size_t ninitramfs;
	char **cmdline; /* UTF-8, as the loader hands it over */
	size_t ncmdlines;
	struct shinrai_ref_firmware *firmware;
	size_t nfirmware;
	struct shinrai_ref_module *module;
	size_t nmodules;
	u8 id[32]; /* equal for equal files, in whatever order */
};

int shinrai_reference_parse(const void *json, size_t len,
			    struct shinrai_reference *r, char *why,
			    size_t why_size);
int shinrai_reference_merge(struct shinrai_reference *into,
			    struct shinrai_reference *from);
void shinrai_reference_free(struct shinrai_reference *r);

int shinrai_module_read(const void *ko, size_t len,
			struct shinrai_ref_module *m);
int shinrai_authenticode(u16 alg, const void *pe, size_t len, u8 *out);
int shinrai_cmdline_digest(u16 alg, const char *text, u8 *out);

#endif
