/* SPDX-License-Identifier: MIT */
/*
 * One walk over the fields of a structure both writes and reads its bytes, so that
 * the two cannot differ.  Numbers are big-endian.
 */
#ifndef SHINRAI_WALK_H
#define SHINRAI_WALK_H

#include <shinrai/rd.h>
#include <shinrai/state.h>

#define WALK_MAGIC_SIZE 8 /* its last byte is the version */

struct walk {
	struct shinrai_wr *w; /* NULL: read */
	struct shinrai_rd r;
};

u64 shinrai_walk_number(struct walk *k, u64 v, unsigned int n, u64 most);
void shinrai_walk_bytes(struct walk *k, void *p, size_t n);
void shinrai_walk_string(struct walk *k, char *text, size_t size);
void shinrai_walk_text(struct walk *k, char **text);
void shinrai_walk_reason(struct walk *k, u32 *code);
void shinrai_walk_data(struct walk *k, struct shinrai_data_state *d);

/* What is written may be somebody's constant: it is only read. */
#define WALK_FIELD(k, field, size, most)                                  \
	do {                                                              \
		const u64 v_ = shinrai_walk_number(k, field, size, most); \
		if (!(k)->w)                                              \
			field = (__typeof__(field))v_;                    \
	} while (0)
#define WALK_U64(k, field) WALK_FIELD(k, field, 8, UINT64_MAX)
#define WALK_FLAG(k, field) WALK_FIELD(k, field, 1, 1)

int shinrai_walk_pack(const char *magic,
		      void (*walk)(struct walk *k, void *what), void *what,
		      u8 **out, size_t *len);
int shinrai_walk_unpack(const char *magic,
			void (*walk)(struct walk *k, void *what), void *what,
			const void *data, size_t len);

#endif
