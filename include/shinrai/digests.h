/* SPDX-License-Identifier: MIT */
/* Known and denied digests: lists of PROTOCOL.md 8, looked up by the million. */
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
#define SHINRAI_KNOWN_DENIED (1 << 5) /* whatever else it is */
#define SHINRAI_KNOWN_AT (1 << 6) /* any code; to IMA at its paths only */
#define SHINRAI_KNOWN_USER                                               \
	(SHINRAI_KNOWN_EXEC | SHINRAI_KNOWN_LIB | SHINRAI_KNOWN_SCRIPT | \
	 SHINRAI_KNOWN_ANY | SHINRAI_KNOWN_AT)
#define SHINRAI_KNOWN_KERNEL \
	(SHINRAI_KNOWN_MODULE | SHINRAI_KNOWN_ANY | SHINRAI_KNOWN_AT)

#define SHINRAI_MAX_DIGESTS 16000000 /* entries */
#define SHINRAI_MAX_DIGEST_LINE 8192 /* bytes, LF included */
#define SHINRAI_MAX_SOURCES 256
#define SHINRAI_MAX_LISTS 256

struct shinrai_known {
	u8 sha256[32];
	u8 kinds;
	u8 list; /* index into the lists */
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
	char **list; /* names, of which the last one is being loaded */
	unsigned int nlists;
	bool local; /* a list was made with --trust-local */
	bool allows; /* there is a list of what is known ... */
	bool denies; /* ... of what is denied, and an entry in it */
};

void shinrai_digests_init(struct shinrai_digests *d);
void shinrai_digests_free(struct shinrai_digests *d);
int shinrai_digests_begin(struct shinrai_digests *d, const char *name);
int shinrai_digests_add(struct shinrai_digests *d, const u8 sha256[32],
			u8 kinds);
int shinrai_digests_source(struct shinrai_digests *d, const char *text);
int shinrai_digests_load(struct shinrai_digests *d, FILE *f,
			 unsigned long *line);
int shinrai_digests_each(FILE *f,
			 int (*entry)(void *ctx, const struct shinrai_known *k,
				      const char *path),
			 void *ctx, unsigned long *line);
int shinrai_digests_ready(struct shinrai_digests *d);
unsigned int shinrai_digests_find(const struct shinrai_digests *d,
				  const u8 sha256[32]);
const char *shinrai_digests_denied(const struct shinrai_digests *d,
				   const u8 sha256[32]);
int shinrai_digests_key(u16 alg, const u8 *digest, size_t len, u8 key[32]);

#endif
