// SPDX-License-Identifier: MIT
/*
 * Reads a log in pieces of any size.  Invariant: buf[start..end) begins with
 * a record, and a whole record of the largest size always fits behind start.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "logread.h"

#define BUFFER_SIZE (4 * (size_t)SHINRAI_MAX_RECORD)

/* Return: EXIT_ERROR, after telling what is wrong with the device. */
int logread_device_error(struct ctl *ctl, const char *what, int err)
{
	const char *hint = NULL;

	switch (err) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		hint = "is the module loaded? insmod shinrai.ko";
		break;
	case EACCES:
	case EPERM:
		hint = "are you root? see shinrai(7)";
		break;
	case EIO:
	case ETIME:
	case ETIMEDOUT:
		hint = "is it degraded? see shinraictl status";
		break;
	}
	return ctl_error(ctl, err == ENOENT ? "not-loaded" : "device", hint,
			 "cannot %s %s: %s", what, SHINRAI_DEVICE,
			 strerror(err));
}

static int seek_device(struct logread *r)
{
	struct shinrai_seek seek = { .record = r->from };
	struct shinrai_info info;

	if (ioctl(r->fd, SHINRAI_IOC_INFO, &info))
		return logread_device_error(r->ctl, "ask", errno);
	if (info.abi != SHINRAI_ABI_VERSION)
		return ctl_error(r->ctl, "abi", "install matching versions",
				 "%s: ABI is %u, this program knows %u",
				 r->name, info.abi, SHINRAI_ABI_VERSION);
	if (!r->from || !ioctl(r->fd, SHINRAI_IOC_SEEK, &seek))
		return 0;
	return ctl_error(r->ctl, "range", NULL,
			 "%s: cannot seek to record %llu: %s (it holds records"
			 " 0 and %llu to %llu)",
			 r->name, (unsigned long long)r->from, strerror(errno),
			 (unsigned long long)info.first,
			 (unsigned long long)info.records);
}

/*
 * @path: a file, "-" for standard input, NULL for the device
 * @from: the first record wanted
 *
 * Return: 0; EXIT_ERROR when an error was told.  Close it in either case.
 */
int logread_open(struct logread *r, struct ctl *ctl, const char *path, u64 from)
{
	memset(r, 0, sizeof(*r));
	r->ctl = ctl;
	r->from = from;
	r->name = !path		    ? SHINRAI_DEVICE :
		  strcmp(path, "-") ? path :
				      "standard input";
	r->fd = STDIN_FILENO;
	if (!path || strcmp(path, "-")) {
		r->fd = open(r->name,
			     O_RDONLY | O_CLOEXEC | (path ? 0 : O_NONBLOCK));
		if (r->fd < 0 && !path)
			return logread_device_error(ctl, "open", errno);
		if (r->fd < 0)
			return ctl_error(ctl, "io", NULL, "cannot open %s: %s",
					 path, strerror(errno));
	}
	r->buf = ctl_alloc(BUFFER_SIZE);
	r->device = !path;
	return path ? 0 : seek_device(r);
}

/* Closes what logread_open() opened; safe when it failed. */
void logread_close(struct logread *r)
{
	free(r->buf);
	r->buf = NULL;
	if (r->fd > STDIN_FILENO)
		close(r->fd);
	r->fd = -1;
}

/* Return: bytes of the record at buf[start], 0 when more must be read. */
static u64 record_size(const struct logread *r)
{
	struct shinrai_rd rd;
	u64 size = 0, len;
	unsigned int i;

	shinrai_rd_init(&rd, r->buf + r->start, r->end - r->start);
	for (i = 0; i < 4; i++) {
		shinrai_rd_u8(&rd);
		len = shinrai_rd_be32(&rd);
		if (shinrai_rd_err(&rd))
			return 0;
		size += SHINRAI_TLV_SIZE + len;
		if (size > SHINRAI_MAX_RECORD)
			return size;
		/* The last value need not be here to know its size. */
		if (i < 3)
			shinrai_rd_bytes(&rd, len);
	}
	return size;
}

/* Return: whether a whole record is there, or one that never can be. */
static bool have_record(const struct logread *r)
{
	u64 size = record_size(r);

	return size && (size <= r->end - r->start || size > SHINRAI_MAX_RECORD);
}

static int wait_for_more(struct logread *r)
{
	struct pollfd p = { .fd = r->fd, .events = POLLIN };

	while (poll(&p, 1, -1) < 0) {
		if (errno != EINTR)
			return ctl_error(r->ctl, "io", NULL,
					 "cannot wait for %s: %s", r->name,
					 strerror(errno));
	}
	return 0;
}

/* Return: 1 with more bytes; 0 at the end; -1 when an error was told. */
static int fill(struct logread *r)
{
	ssize_t n;

	if (BUFFER_SIZE - r->end < SHINRAI_MAX_RECORD) {
		memmove(r->buf, r->buf + r->start, r->end - r->start);
		r->end -= r->start;
		r->start = 0;
	}
	for (;;) {
		n = read(r->fd, r->buf + r->end, BUFFER_SIZE - r->end);
		if (n > 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN) {
			ctl_error(r->ctl, "io", NULL, "cannot read %s: %s",
				  r->name, strerror(errno));
			return -1;
		}
		if (!r->follow || (!n && !r->device))
			return 0;
		if (wait_for_more(r))
			return -1;
	}
	r->end += (size_t)n;
	return 1;
}

static int malformed(struct logread *r, const char *what)
{
	ctl_error(r->ctl, "format", NULL, "%s: %s at byte %llu", r->name, what,
		  (unsigned long long)r->offset);
	return -1;
}

static int take(struct logread *r, struct shinrai_record *rec)
{
	struct shinrai_rd rd;

	shinrai_rd_init(&rd, r->buf + r->start, r->end - r->start);
	if (record_size(r) > SHINRAI_MAX_RECORD)
		return malformed(r, "no record, or one above 1 MiB,");
	if (shinrai_record_next(&rd, rec) != 1)
		return malformed(r, "malformed record");
	r->start += rec->raw_len;
	r->offset += rec->raw_len;
	return 1;
}

/*
 * @rec: out, valid until the next call
 * Return: 1 with a record; 0 at the end; -1 when an error was told.
 */
int logread_next(struct logread *r, struct shinrai_record *rec)
{
	int ret;

	for (;;) {
		while (!have_record(r)) {
			ret = fill(r);
			if (!ret && r->start != r->end)
				return malformed(r, "cut record");
			if (ret <= 0)
				return ret;
		}
		ret = take(r, rec);
		if (ret < 0 || rec->recnum >= r->from)
			return ret;
	}
}
