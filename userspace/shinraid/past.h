/* SPDX-License-Identifier: MIT */
/*
 * Logs of earlier boots, for who judged one of them up to a record: what follows there,
 * and all of the boots after it.
 */
#ifndef SHINRAID_PAST_H
#define SHINRAID_PAST_H

#include <shinrai/record.h>

#define PAST_STEP 1024
#define PAST_BOOTS 16 /* the newest of those that the spool keeps */

struct past_boot {
	u8 boot_id[SHINRAI_BOOT_ID_SIZE];
	int fd; /* open for reading */
	u64 size; /* bytes; the last record may be torn */
	/* Byte of each PAST_STEPth record, as far as somebody looked. */
	u64 *mark;
	size_t nmarks;
};

/* All zeros is none. */
struct past {
	/* Names of boots, also of those whose logs are not there any more. */
	int boots_fd; /* open for reading, when @boots_size is not 0 */
	u64 boots_size; /* bytes */
	unsigned int n;
	struct past_boot boot[PAST_BOOTS]; /* the oldest first */
};

int past_open(struct past *p, const char *root,
	      const u8 current[SHINRAI_BOOT_ID_SIZE]);
void past_add(struct past *p, const u8 boot_id[SHINRAI_BOOT_ID_SIZE], int fd,
	      u64 size);
void past_set_boots(struct past *p, int fd, u64 size);
void past_close(struct past *p);
int past_is_for(const struct past *p, const u8 boot_id[SHINRAI_BOOT_ID_SIZE]);
int past_read(struct past *p, const u8 boot_id[SHINRAI_BOOT_ID_SIZE], u64 from,
	      size_t max, u8 **out, size_t *len);

#endif
