// SPDX-License-Identifier: MIT
/*
 * Records from a pipe, in pieces of any size, and from a file: both readers find what
 * the parser finds in all of it, and stay inside their buffers.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/shinraictl/logread.h"
#include "userspace/shinraid/source.h"

/* Small enough for a fuzzer to come to the limits. */
#undef SHINRAI_MAX_RECORD
#define SHINRAI_MAX_RECORD 1536u

#define fill source_fill
#include "userspace/shinraid/source.c"
#undef fill
#include "tools/shinraictl/logread.c"

#define MOST 32768 /* a pipe holds more */

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int ctl_error(struct ctl *ctl, const char *code, const char *hint,
	      const char *fmt, ...)
{
	(void)ctl;
	(void)code;
	(void)hint;
	(void)fmt;
	return EXIT_ERROR;
}

void *ctl_alloc(size_t n)
{
	return malloc(n);
}

static void check(bool ok)
{
	if (!ok)
		abort();
}

/* The next one of all of them is the one that was read. */
static void check_next(struct shinrai_rd *all, const struct shinrai_record *rec)
{
	struct shinrai_record want;

	check(shinrai_record_next(all, &want) == 1 &&
	      want.raw_len == rec->raw_len && want.recnum == rec->recnum &&
	      !memcmp(want.raw, rec->raw, rec->raw_len));
}

/* Who comes to the end without an error left no record there. */
static void check_end(struct shinrai_rd *all)
{
	struct shinrai_record rec;

	check(shinrai_record_next(all, &rec) != 1);
}

static void fuzz_pipe(const u8 *data, size_t len, size_t piece)
{
	static int end[2] = { -1, -1 };
	struct source src = { .kind = SOURCE_FIFO };
	struct shinrai_record rec;
	struct shinrai_rd all;
	u8 rest[4096];
	int ret = 0;

	if (end[0] < 0)
		check(!pipe2(end, O_NONBLOCK | O_CLOEXEC));
	while (read(end[0], rest, sizeof(rest)) > 0)
		;
	src.fd = end[0];
	src.buf = malloc(BUFFER);
	check(src.buf);
	shinrai_rd_init(&all, data, len);
	while (len && ret >= 0) {
		if (piece > len)
			piece = len;
		check(write(end[1], data, piece) == (ssize_t)piece);
		data += piece;
		len -= piece;
		while ((ret = source_next(&src, &rec)) == 1) {
			source_put_back(&src, &rec);
			check(source_next(&src, &rec) == 1);
			check_next(&all, &rec);
		}
	}
	check(!ret || ret == -EBADMSG);
	if (!ret)
		check_end(&all);
	free(src.buf);
}

static void fuzz_file(const u8 *data, size_t len, u64 first)
{
	static int fd = -1;
	struct logread r = { .name = "file", .from = first };
	struct shinrai_record rec, want;
	struct shinrai_rd all;
	int ret;

	if (fd < 0)
		fd = memfd_create("log", MFD_CLOEXEC);
	check(fd >= 0 && !ftruncate(fd, 0) &&
	      pwrite(fd, data, len, 0) == (ssize_t)len && !lseek(fd, 0, 0));
	r.fd = fd;
	r.buf = malloc(BUFFER_SIZE);
	check(r.buf);
	shinrai_rd_init(&all, data, len);
	while ((ret = logread_next(&r, &rec)) == 1) {
		/* Those before are passed over. */
		do {
			check(shinrai_record_next(&all, &want) == 1);
		} while (want.recnum < first);
		check(want.raw_len == rec.raw_len &&
		      !memcmp(want.raw, rec.raw, rec.raw_len) &&
		      r.offset == (u64)(want.raw - data) + want.raw_len);
	}
	if (!ret)
		check(r.offset == len);
	free(r.buf);
}

/* @data: bytes that come at once, the first record wanted, a log */
int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	if (len < 2 || len > MOST)
		return 0;
	fuzz_pipe(data + 2, len - 2, data[0] ? 4 * data[0] : 1);
	fuzz_file(data + 2, len - 2, data[1]);
	return 0;
}
