/* SPDX-License-Identifier: MIT */
/* Known digests of code: lists of PROTOCOL.md 8.1, looked up by the million. */
#ifndef _SHINRAI_DIGESTS_H
#define _SHINRAI_DIGESTS_H

#include <stdio.h>

#include "platform.h"

/* What a digest is known as; a file may be several of them. */
#define SHINRAI_KNOWN_EXEC (1 << 0)
#define SHINRAI_KNOWN_LIB (1 << 1)
#define SHINRAI_KNOWN_SCRIPT (1 << 2)
#define SHINRAI_KNOWN_MODULE (1 << 3)
#define SHINRAI_KNOWN_ANY (1 << 4)
#define SHINRAI_KNOWN_USER                                               \
	(SHINRAI_KNOWN_EXEC | SHINRAI_KNOWN_LIB | SHINRAI_KNOWN_SCRIPT | \
	 SHINRAI_KNOWN_ANY)
#define SHINRAI_KNOWN_KERNEL (SHINRAI_KNOWN_MODULE | SHINRAI_KNOWN_ANY)

#define SHINRAI_MAX_DIGESTS 16000000 /* entries */
#define SHINRAI_MAX_DIGEST_LINE 8192 /* bytes, LF included */
#define SHINRAI_MAX_SOURCES 256

struct shinrai_known {
	u8 sha256[32];
	u8 kinds;
};

/* Any number of lists together; sorted by shinrai_digests_ready(). */
struct shinrai_digests {
	struct shinrai_known *entry;
	size_t count;
	size_t cap;
	u32 *first; /* entries whose first 16 bits are below the index */
	u8 id[32]; /* equal for equal entries, in any order and number */
	char **source; /* text after "# source: " */
	unsigned int nsources;
	bool local; /* a list was made with --trust-local */
};

void shinrai_digests_init(struct shinrai_digests *d);
void shinrai_digests_free(struct shinrai_digests *d);
int shinrai_digests_load(struct shinrai_digests *d, FILE *f,
			 unsigned long *line);
int shinrai_digests_each(FILE *f,
			 int (*entry)(void *ctx, const struct shinrai_known *k,
				      const char *path),
			 void *ctx, unsigned long *line);
int shinrai_digests_ready(struct shinrai_digests *d);
unsigned int shinrai_digests_find(const struct shinrai_digests *d,
				  const u8 sha256[32]);

#endif
