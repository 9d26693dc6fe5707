// SPDX-License-Identifier: MIT
/* What is done with the content of an open file. */
#include <linux/aio_abi.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#include "hooks.h"

static char page[PAGE];

static long op_read(void)
{
	int fd = fresh("read");

	return COUNT(read(fd, page, sizeof(page)));
}

static long op_readv(void)
{
	struct iovec v = { page, sizeof(page) };
	int fd = fresh("read");

	return COUNT(preadv(fd, &v, 1, 0));
}

static long op_pread(void)
{
	int fd = fresh("read");

	return COUNT(pread(fd, page, 5, 0));
}

static long op_direct(void)
{
	static char block[PAGE] __attribute__((aligned(PAGE)));
	int fd;

	close(fresh("read"));
	fd = opened("read", O_RDONLY | O_DIRECT);
	return COUNT(read(fd, block, sizeof(block)));
}

static long op_write(void)
{
	int fd = fresh("write");

	return COUNT(write(fd, "x", 1));
}

static long op_pwrite(void)
{
	int fd = fresh("write");

	return COUNT(pwrite(fd, "x", 1, 100));
}

static long op_copy_file_range(void)
{
	int in = fresh("in"), out = fresh("out");

	return COUNT(copy_file_range(in, NULL, out, NULL, PAGE, 0));
}

static long op_sendfile(void)
{
	int in = fresh("in"), out = fresh("out");

	return COUNT(sendfile(out, in, NULL, PAGE));
}

static long op_clone(void)
{
	int in = fresh("in"), out = fresh("out");

	return COUNT(ioctl(out, FICLONE, in));
}

/* The folder beside ours is on xfs, which has reflinks. */
static long op_clone_xfs(void)
{
	int in = fresh("../xfs/in"), out = fresh("../xfs/out");

	return COUNT(ioctl(out, FICLONE, in));
}

static long op_copy_file_range_xfs(void)
{
	int in = fresh("../xfs/in"), out = fresh("../xfs/out");

	return COUNT(copy_file_range(in, NULL, out, NULL, PAGE, 0));
}

static long op_dedupe_xfs(void)
{
	int in = fresh("../xfs/in"), out = fresh("../xfs/out");
	union {
		struct file_dedupe_range range;
		char room[sizeof(struct file_dedupe_range) +
			  sizeof(struct file_dedupe_range_info)];
	} u = { .range = { .src_length = PAGE, .dest_count = 1 } };
	long r;

	u.range.info[0].dest_fd = out;
	r = COUNT(ioctl(in, FIDEDUPERANGE, &u));
	return r ? r : u.range.info[0].status;
}

/* Two files of ext4 swap their content (EXT4_IOC_MOVE_EXT). */
static long op_move_extent(void)
{
	struct {
		uint32_t reserved, donor;
		uint64_t from, to, length, moved;
	} move = { .length = 1 };
	int fd = fresh("in"), donor = fresh("out");

	fsync(fd);
	fsync(donor);
	move.donor = (uint32_t)donor;
	return COUNT(ioctl(fd, _IOWR('f', 15, move), &move));
}

static long op_ftruncate(void)
{
	int fd = fresh("write");

	return COUNT(ftruncate(fd, 10));
}

static long op_truncate(void)
{
	close(fresh("write"));
	return COUNT(truncate("write", 10));
}

static long op_fallocate(void)
{
	int fd = fresh("write");

	return COUNT(fallocate(fd, 0, 0, 3 * PAGE));
}

static long op_punch(void)
{
	int fd = fresh("write");

	return COUNT(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			       0, PAGE));
}

static long op_zero(void)
{
	int fd = fresh("write");

	return COUNT(fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, PAGE));
}

static long op_collapse(void)
{
	int fd = fresh("write");

	must(ftruncate(fd, 4 * PAGE), "grow the file");
	return COUNT(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, PAGE));
}

static long op_flags(void)
{
	int fd = fresh("write"), flags = FS_NODUMP_FL;

	return COUNT(ioctl(fd, FS_IOC_SETFLAGS, &flags));
}

static long op_flock(void)
{
	int fd = fresh("read");

	return COUNT(flock(fd, LOCK_EX));
}

static long op_lock(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_len = 1 };
	int fd = fresh("read");

	return COUNT(fcntl(fd, F_SETLK, &lock));
}

static long op_dup(void)
{
	int fd = fresh("read");

	return COUNT(dup(fd));
}

static long op_getdents(void)
{
	int fd = opened(".", O_RDONLY | O_DIRECTORY);

	return COUNT(syscall(SYS_getdents64, fd, page, sizeof(page)));
}

static long op_fsync(void)
{
	int fd = fresh("write");

	return COUNT(fsync(fd));
}

/* Submitted and waited for: another task may do the work. */
static long aio(int opcode, int fd)
{
	struct iocb cb = {
		.aio_fildes = (uint32_t)fd,
		.aio_lio_opcode = (uint16_t)opcode,
		.aio_buf = (uint64_t)(uintptr_t)page,
		.aio_nbytes = 5,
	};
	struct iocb *list[1] = { &cb };
	struct io_event event;
	aio_context_t context = 0;

	must(syscall(SYS_io_setup, 1, &context), "io_setup");
	return COUNT(
		syscall(SYS_io_submit, context, 1, list) < 0 ?
			-1 :
			syscall(SYS_io_getevents, context, 1, 1, &event, NULL));
}

static long op_aio_read(void)
{
	return aio(IOCB_CMD_PREAD, fresh("read"));
}

static long op_aio_write(void)
{
	return aio(IOCB_CMD_PWRITE, fresh("write"));
}

/* The script has made a loop device of its own for this. */
static long op_disk_open(void)
{
	return COUNT(open("/dev/loop7", O_RDWR | O_CLOEXEC));
}

static long op_disk_write(void)
{
	int fd = opened("/dev/loop7", O_RDWR);

	return COUNT(pwrite(fd, page, sizeof(page), 0));
}

static long op_disk_discard(void)
{
	uint64_t range[2] = { 0, PAGE };
	int fd = opened("/dev/loop7", O_RDWR);

	return COUNT(ioctl(fd, BLKDISCARD, range));
}

static const struct operation list[] = {
	{ "read", op_read },
	{ "preadv", op_readv },
	{ "pread", op_pread },
	{ "read O_DIRECT", op_direct },
	{ "write", op_write },
	{ "pwrite", op_pwrite },
	{ "copy_file_range", op_copy_file_range },
	{ "copy_file_range on xfs", op_copy_file_range_xfs },
	{ "sendfile file->file", op_sendfile },
	{ "FICLONE", op_clone },
	{ "FICLONE on xfs", op_clone_xfs },
	{ "FIDEDUPERANGE on xfs", op_dedupe_xfs },
	{ "EXT4_IOC_MOVE_EXT", op_move_extent },
	{ "ftruncate", op_ftruncate },
	{ "truncate", op_truncate },
	{ "fallocate", op_fallocate },
	{ "fallocate PUNCH_HOLE", op_punch },
	{ "fallocate ZERO_RANGE", op_zero },
	{ "fallocate COLLAPSE_RANGE", op_collapse },
	{ "FS_IOC_SETFLAGS", op_flags },
	{ "flock", op_flock },
	{ "fcntl F_SETLK", op_lock },
	{ "dup", op_dup },
	{ "getdents", op_getdents },
	{ "fsync", op_fsync },
	{ "io_submit PREAD", op_aio_read },
	{ "io_submit PWRITE", op_aio_write },
	{ "open a disk", op_disk_open },
	{ "pwrite to a disk", op_disk_write },
	{ "BLKDISCARD", op_disk_discard },
};

const struct group file_group = { list, ARRAY_SIZE(list), false };
