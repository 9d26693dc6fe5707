// SPDX-License-Identifier: MIT
/* Decompression in memory: xz, zstd, gzip, lz4, bzip2, or none. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "known.h"

static int read_all(struct archive *a, size_t limit, struct ctl_buf *out)
{
	static uint8_t block[65536];
	la_ssize_t n;
	int ret;

	while ((n = archive_read_data(a, block, sizeof(block))) > 0) {
		if (out->len + (size_t)n > limit)
			return -EFBIG;
		ret = ctl_buf_add(out, block, (size_t)n);
		if (ret)
			return ret;
	}
	return n ? -EBADMSG : 0;
}

/*
 * Appends to @out; data that is not compressed is copied.
 * Return: 0; -EBADMSG; -EFBIG above @limit; -ENOMEM.
 */
int unpack(const void *data, size_t len, size_t limit, struct ctl_buf *out)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	int ret = -EBADMSG;

	if (!a)
		return -ENOMEM;
	archive_read_support_filter_xz(a);
	archive_read_support_filter_zstd(a);
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_lz4(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_format_raw(a);
	if (!len)
		ret = 0;
	else if (archive_read_open_memory(a, data, len) == ARCHIVE_OK &&
		 archive_read_next_header(a, &entry) == ARCHIVE_OK)
		ret = read_all(a, limit, out);
	archive_read_free(a);
	return ret;
}
