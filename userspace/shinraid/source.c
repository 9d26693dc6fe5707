// SPDX-License-Identifier: MIT
/* Reading records from the module, never blocking. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source.h"

/* A whole record always fits, however little of the one before is left. */
#define BUFFER ((size_t)2 * SHINRAI_MAX_RECORD)

/**
 * source_open() - open the log of the module
 * @src: out, to be released with source_close()
 * @path: the device, a file or a FIFO
 *
 * Return: 0; -ENODEV when @path is something else; -ENOMEM; -errno.
 */
int source_open(struct source *src, const char *path)
{
	struct stat st;
	int ret;

	memset(src, 0, sizeof(*src));
	/* A FIFO that is open for writing here never ends. */
	src->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	src->writable = src->fd >= 0;
	if (src->fd < 0)
		src->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (src->fd < 0)
		return -errno;
	if (fstat(src->fd, &st)) {
		ret = -errno;
		goto fail;
	}
	ret = -ENODEV;
	if (S_ISCHR(st.st_mode))
		src->kind = SOURCE_DEVICE;
	else if (S_ISREG(st.st_mode))
		src->kind = SOURCE_FILE;
	else if (S_ISFIFO(st.st_mode))
		src->kind = SOURCE_FIFO;
	else
		goto fail;
	src->buf = malloc(BUFFER);
	if (src->buf)
		return 0;
	ret = -ENOMEM;
fail:
	close(src->fd);
	src->fd = -1;
	return ret;
}

/**
 * source_close() - release
 * @src: from source_open()
 */
void source_close(struct source *src)
{
	if (src->fd >= 0)
		close(src->fd);
	free(src->buf);
	memset(src, 0, sizeof(*src));
	src->fd = -1;
}

/*
 * Bytes of the record at the start of @p.  Return: 0 when that cannot be told
 * yet; -EBADMSG when it can only be wrong.
 */
static ssize_t whole(const u8 *p, size_t len)
{
	static const u32 most[4] = { 8, 8, SHINRAI_MAX_RECORD,
				     SHINRAI_MAX_RECORD };
	static const u8 type[4] = { SHINRAI_CEL_RECNUM, SHINRAI_CEL_PCR,
				    SHINRAI_CEL_DIGESTS, SHINRAI_CEL_CONTENT };
	struct shinrai_rd r;
	size_t at = 0;
	unsigned int i;
	u32 n;

	for (i = 0; i < 4; i++) {
		if (len - at < SHINRAI_TLV_SIZE)
			return 0;
		shinrai_rd_init(&r, p + at, SHINRAI_TLV_SIZE);
		if (shinrai_rd_u8(&r) != type[i])
			return -EBADMSG;
		n = shinrai_rd_be32(&r);
		if (n > most[i])
			return -EBADMSG;
		at += SHINRAI_TLV_SIZE + n;
		if (at > SHINRAI_MAX_RECORD)
			return -EBADMSG;
		if (at > len)
			return 0;
	}
	return (ssize_t)at;
}

/* Return: 1 when there is more; 0 at the end for now; -errno. */
static int fill(struct source *src)
{
	ssize_t n;

	if (BUFFER - src->end < SHINRAI_MAX_RECORD) {
		memmove(src->buf, src->buf + src->start, src->end - src->start);
		src->end -= src->start;
		src->start = 0;
	}
	do {
		n = read(src->fd, src->buf + src->end, BUFFER - src->end);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	src->end += (size_t)n;
	return n > 0;
}

static int look(struct source *src, struct shinrai_record *rec)
{
	struct shinrai_rd r;
	ssize_t n;
	int ret;

	for (;;) {
		n = whole(src->buf + src->start, src->end - src->start);
		if (n < 0)
			return -EBADMSG;
		if (n)
			break;
		ret = fill(src);
		if (ret <= 0)
			return ret;
	}
	shinrai_rd_init(&r, src->buf + src->start, (size_t)n);
	ret = shinrai_record_next(&r, rec);
	return ret == 1 && !shinrai_rd_end(&r) ? 1 : -EBADMSG;
}

/**
 * source_next() - take the next record
 * @src: from source_open()
 * @rec: out; points into the buffer until the next call
 *
 * Return: 1 with a record; 0 when there is none for now; -EBADMSG; -errno.
 */
int source_next(struct source *src, struct shinrai_record *rec)
{
	int ret = look(src, rec);

	if (ret == 1)
		src->start += rec->raw_len;
	return ret;
}

/**
 * source_put_back() - take a record another time
 * @src: from source_open()
 * @rec: that source_next() gave last
 */
void source_put_back(struct source *src, const struct shinrai_record *rec)
{
	src->start -= rec->raw_len;
}

/**
 * source_peek() - which boot the log belongs to
 * @src: from source_open(), before the first source_next()
 * @boot_id: out
 *
 * Return: 1 when known; 0 when there is no record for now; -EPROTO when the
 * module speaks another ABI version; -EBADMSG; -errno.
 */
int source_peek(struct source *src, u8 boot_id[SHINRAI_BOOT_ID_SIZE])
{
	struct shinrai_record rec;
	struct shinrai_header h;
	struct shinrai_info info;
	int ret;

	if (src->kind == SOURCE_DEVICE) {
		memset(&info, 0, sizeof(info));
		if (ioctl(src->fd, SHINRAI_IOC_INFO, &info))
			return -errno;
		if (info.abi != SHINRAI_ABI_VERSION)
			return -EPROTO;
		if (!info.records)
			return 0;
		memcpy(boot_id, info.boot_id, SHINRAI_BOOT_ID_SIZE);
		return 1;
	}
	ret = look(src, &rec);
	if (ret <= 0)
		return ret;
	if (shinrai_record_check(&rec, &h) != SHINRAI_FAULT_NONE)
		return -EBADMSG;
	memcpy(boot_id, h.boot_id, SHINRAI_BOOT_ID_SIZE);
	return 1;
}

/**
 * source_seek() - go on after what is already spooled
 * @src: from source_open()
 * @record: first record wanted
 * @offset: where it lies in a file that holds the whole log
 *
 * Return: 0; -errno.
 */
int source_seek(struct source *src, u64 record, u64 offset)
{
	struct shinrai_seek seek = { .record = record };

	if (src->kind == SOURCE_FIFO)
		return 0;
	src->start = 0;
	src->end = 0;
	if (src->kind == SOURCE_DEVICE)
		return ioctl(src->fd, SHINRAI_IOC_SEEK, &seek) ? -errno : 0;
	return lseek(src->fd, (off_t)offset, SEEK_SET) < 0 ? -errno : 0;
}

/**
 * source_bytes() - kernel memory that the log takes
 * @src: from source_open()
 * @bytes: out
 *
 * Return: 0; -ENOTTY when there is no module behind it; -errno.
 */
int source_bytes(struct source *src, u64 *bytes)
{
	struct shinrai_info info;

	if (src->kind != SOURCE_DEVICE)
		return -ENOTTY;
	if (ioctl(src->fd, SHINRAI_IOC_INFO, &info))
		return -errno;
	*bytes = info.bytes;
	return 0;
}

/**
 * source_checkpoint() - have the module write a CHECKPOINT record
 * @src: a device
 *
 * Return: 0; -errno.
 */
int source_checkpoint(struct source *src)
{
	return ioctl(src->fd, SHINRAI_IOC_CHECKPOINT) ? -errno : 0;
}

/**
 * source_trim() - have the module free records that are durable here
 * @src: a device
 * @record: the newest CHECKPOINT that was read back
 *
 * Return: 0; -errno.
 */
int source_trim(struct source *src, u64 record)
{
	struct shinrai_trim trim = { .record = record };

	return ioctl(src->fd, SHINRAI_IOC_TRIM, &trim) ? -errno : 0;
}
