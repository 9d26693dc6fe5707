/* SPDX-License-Identifier: MIT */
/* Where records come from: /dev/shinrai, or a file or FIFO in tests. */
#ifndef SHINRAID_SOURCE_H
#define SHINRAID_SOURCE_H

#include <shinrai/record.h>

enum source_kind { SOURCE_DEVICE, SOURCE_FILE, SOURCE_FIFO };

/* Bytes [start, end) of @buf are read and not yet taken. */
struct source {
	int fd;
	enum source_kind kind;
	bool writable; /* opened for writing: may checkpoint and trim */
	u8 *buf;
	size_t start;
	size_t end;
};

int source_open(struct source *src, const char *path);
void source_close(struct source *src);
int source_peek(struct source *src, u8 boot_id[SHINRAI_BOOT_ID_SIZE]);
int source_seek(struct source *src, u64 record, u64 offset);
int source_next(struct source *src, struct shinrai_record *rec);
void source_put_back(struct source *src, const struct shinrai_record *rec);
int source_checkpoint(struct source *src);
int source_trim(struct source *src, u64 record);
int source_bytes(struct source *src, u64 *bytes);

#endif
