/* SPDX-License-Identifier: MIT */
/* Bytes shared by many answers, freed with the last of them. */
#ifndef SHINRAID_BLOB_H
#define SHINRAID_BLOB_H

#include <event2/buffer.h>

#include <shinrai/platform.h>

struct blob;

struct blob *blob_map(int fd, size_t len);
struct blob *blob_read_tail(int fd, u64 from, size_t max, u64 *first);
struct blob *blob_get(struct blob *b);
void blob_put(struct blob *b);
const u8 *blob_data(const struct blob *b);
size_t blob_size(const struct blob *b);
int blob_append(struct evbuffer *to, struct blob *b, const void *data,
		size_t len);

#endif
