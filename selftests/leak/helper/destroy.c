// SPDX-License-Identifier: MIT
/* Ends of a file: who does them does not read it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "ring.h"

static char nothing[4096];

/* unlink-at DIR NAME */
static int unlink_at(char **arg)
{
	need(unlinkat(open_at(arg[0], O_RDONLY | O_DIRECTORY), arg[1], 0),
	     "unlinkat");
	return DONE;
}

static int ring_unlink(char **arg)
{
	struct ring ring;

	ring_open(&ring, 0);
	ring_sqe(&ring, IORING_OP_UNLINKAT, AT_FDCWD, arg[0], 0);
	ring_do(&ring, "UNLINKAT");
	return DONE;
}

/* ring-rename FROM TO */
static int ring_rename(char **arg)
{
	struct io_uring_sqe *e;
	struct ring ring;

	ring_open(&ring, 0);
	e = ring_sqe(&ring, IORING_OP_RENAMEAT, AT_FDCWD, arg[0], AT_FDCWD);
	e->addr2 = (uintptr_t)arg[1];
	ring_do(&ring, "RENAMEAT");
	return DONE;
}

/* exchange ONE TWO */
static int exchange(char **arg)
{
	need(renameat2(AT_FDCWD, arg[0], AT_FDCWD, arg[1], RENAME_EXCHANGE),
	     "RENAME_EXCHANGE");
	return DONE;
}

/* whiteout FROM TO: what overlays do to what they hide */
static int whiteout(char **arg)
{
	need(renameat2(AT_FDCWD, arg[0], AT_FDCWD, arg[1], RENAME_WHITEOUT),
	     "RENAME_WHITEOUT");
	return DONE;
}

static int cmd_truncate(char **arg)
{
	need(truncate(arg[0], 0), "truncate");
	return DONE;
}

static int cmd_ftruncate(char **arg)
{
	need(ftruncate(open_at(arg[0], O_WRONLY), 0), "ftruncate");
	return DONE;
}

static int open_trunc(char **arg)
{
	open_at(arg[0], O_WRONLY | O_TRUNC);
	return DONE;
}

/* Without the intent to read or to write. */
static int open_trunc_rdonly(char **arg)
{
	open_at(arg[0], O_RDONLY | O_TRUNC);
	return DONE;
}

static int overwrite(char **arg)
{
	put(open_at(arg[0], O_WRONLY), nothing, TOKEN);
	return DONE;
}

static int pwritev2_over(char **arg)
{
	struct iovec v = { nothing, TOKEN };
	int fd = open_at(arg[0], O_WRONLY);

	need(pwritev2(fd, &v, 1, 0, 0), "pwritev2");
	return DONE;
}

static int ring_over(char **arg)
{
	int fd = open_at(arg[0], O_WRONLY);
	struct ring ring;

	ring_open(&ring, 0);
	ring_sqe(&ring, IORING_OP_WRITE, fd, nothing, TOKEN);
	ring_do(&ring, "WRITE");
	return DONE;
}

static int cut(const char *path, int mode, off_t len)
{
	need(fallocate(open_at(path, O_WRONLY), mode, 0, len), "fallocate");
	return DONE;
}

static int punch(char **arg)
{
	return cut(arg[0], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096);
}

static int zero_range(char **arg)
{
	return cut(arg[0], FALLOC_FL_ZERO_RANGE, 4096);
}

static int insert_range(char **arg)
{
	return cut(arg[0], FALLOC_FL_INSERT_RANGE, 4096);
}

/* The first block goes, those behind it move up. */
static int collapse(char **arg)
{
	return cut(arg[0], FALLOC_FL_COLLAPSE_RANGE, 4096);
}

static int ring_punch(char **arg)
{
	struct io_uring_sqe *e;
	struct ring ring;

	ring_open(&ring, 0);
	e = ring_sqe(&ring, IORING_OP_FALLOCATE, open_at(arg[0], O_WRONLY),
		     (void *)4096, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
	e->off = 0;
	ring_do(&ring, "FALLOCATE");
	return DONE;
}

/* Stores to a mapping of it, no call at all. */
static int map_zero(char **arg)
{
	char *map = need_map(mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				  MAP_SHARED, open_at(arg[0], O_RDWR), 0),
			     "mmap");

	memset(map, 0, TOKEN);
	return DONE;
}

/* Mapped to read first, and made writable afterwards. */
static int map_protect(char **arg)
{
	char *map = need_map(mmap(NULL, 4096, PROT_READ, MAP_SHARED,
				  open_at(arg[0], O_RDWR), 0),
			     "mmap");

	need(mprotect(map, 4096, PROT_READ | PROT_WRITE), "mprotect");
	memset(map, 0, TOKEN);
	return DONE;
}

static int other(char **arg)
{
	int fd = open_at(arg[1], O_RDWR | O_CREAT | O_TRUNC);

	need(ftruncate(fd, 4096), "ftruncate");
	return fd;
}

/* copy-over FILE OTHER: OTHER's zeroes by the kernel alone */
static int copy_over(char **arg)
{
	need(copy_file_range(other(arg), NULL, open_at(arg[0], O_WRONLY), NULL,
			     4096, 0),
	     "copy_file_range");
	return DONE;
}

static int sendfile_over(char **arg)
{
	need(sendfile(open_at(arg[0], O_WRONLY), other(arg), NULL, 4096),
	     "sendfile");
	return DONE;
}

static int splice_over(char **arg)
{
	int p[2];

	need(pipe(p), "pipe");
	need(splice(other(arg), NULL, p[1], NULL, 4096, 0), "splice");
	need(splice(p[0], NULL, open_at(arg[0], O_WRONLY), NULL, 4096, 0),
	     "splice");
	return DONE;
}

static int clone_over(char **arg)
{
	int from = other(arg);

	put(from, nothing, sizeof(nothing));
	need(ioctl(open_at(arg[0], O_WRONLY), FICLONE, from), "FICLONE");
	return DONE;
}

/* held-over FILE: written by somebody who opened it before its label */
static int held_over(char **arg)
{
	int fd = open_at(arg[0], O_WRONLY);

	hold_still();
	put(fd, nothing, TOKEN);
	return DONE;
}

static int held_map_over(char **arg)
{
	char *map = need_map(mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				  MAP_SHARED, open_at(arg[0], O_RDWR), 0),
			     "mmap");

	hold_still();
	memset(map, 0, TOKEN);
	return DONE;
}

const struct verb verbs_destroy[] = {
	{ "unlink-at", 2, unlink_at },
	{ "ring-unlink", 1, ring_unlink },
	{ "ring-rename", 2, ring_rename },
	{ "exchange", 2, exchange },
	{ "whiteout", 2, whiteout },
	{ "truncate", 1, cmd_truncate },
	{ "ftruncate", 1, cmd_ftruncate },
	{ "open-trunc", 1, open_trunc },
	{ "open-trunc-rdonly", 1, open_trunc_rdonly },
	{ "overwrite", 1, overwrite },
	{ "pwritev2-over", 1, pwritev2_over },
	{ "ring-over", 1, ring_over },
	{ "punch", 1, punch },
	{ "zero-range", 1, zero_range },
	{ "insert-range", 1, insert_range },
	{ "collapse", 1, collapse },
	{ "ring-punch", 1, ring_punch },
	{ "map-zero", 1, map_zero },
	{ "map-protect", 1, map_protect },
	{ "copy-over", 2, copy_over },
	{ "sendfile-over", 2, sendfile_over },
	{ "splice-over", 2, splice_over },
	{ "clone-over", 2, clone_over },
	{ "held-over", 1, held_over },
	{ "held-map-over", 1, held_map_over },
	{ NULL, 0, NULL },
};
