// SPDX-License-Identifier: MIT
/* Onto a disk or a stick, past its filesystem, past its driver. */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/fs.h>
#include <linux/usbdevice_fs.h>
#include <scsi/sg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "ring.h"

#define BLOCK 4096
#define SECTOR 512

static char block[BLOCK] __attribute__((aligned(BLOCK)));

/* block-write SECRET DEVICE */
static int block_write(char **arg)
{
	int fd;

	read_secret(arg[0], block);
	fd = open_at(arg[1], O_WRONLY);
	put(fd, block, BLOCK);
	need(fsync(fd), "fsync");
	return DONE;
}

static int block_early(char **arg)
{
	int fd = open_at(arg[1], O_WRONLY);

	read_secret(arg[0], block);
	put(fd, block, BLOCK);
	need(fsync(fd), "fsync");
	return DONE;
}

static int block_direct(char **arg)
{
	int fd;

	read_secret(arg[0], block);
	fd = open_at(arg[1], O_WRONLY | O_DIRECT);
	put(fd, block, BLOCK);
	return DONE;
}

static int block_map(char **arg)
{
	int fd = open_at(arg[1], O_RDWR);
	char *map = need_map(mmap(NULL, BLOCK, PROT_READ | PROT_WRITE,
				  MAP_SHARED, fd, 0),
			     "mmap");

	read_secret(arg[0], block);
	memcpy(map, block, TOKEN);
	need(msync(map, BLOCK, MS_SYNC), "msync");
	return DONE;
}

static int block_ring(char **arg)
{
	int fd = open_at(arg[1], O_WRONLY | O_DIRECT);
	struct ring ring;

	ring_open(&ring, 0);
	read_secret(arg[0], block);
	ring_sqe(&ring, IORING_OP_WRITE, fd, block, BLOCK);
	ring_do(&ring, "WRITE");
	return DONE;
}

static int block_aio(char **arg)
{
	struct iocb cb = { .aio_lio_opcode = IOCB_CMD_PWRITE,
			   .aio_buf = (uintptr_t)block,
			   .aio_nbytes = BLOCK },
		    *list = &cb;
	aio_context_t ctx = 0;
	struct io_event done;

	cb.aio_fildes = open_at(arg[1], O_WRONLY | O_DIRECT);
	need(syscall(SYS_io_setup, 1, &ctx), "io_setup");
	read_secret(arg[0], block);
	need(syscall(SYS_io_submit, ctx, 1, &list), "io_submit");
	need(syscall(SYS_io_getevents, ctx, 1, 1, &done, NULL), "io_getevents");
	errno = done.res < 0 ? -done.res : 0;
	need(done.res < 0 ? -1 : 0, "aio");
	return DONE;
}

/* SCSI WRITE(10) of sector 8, by the driver's ioctl: no write() is called. */
static int block_scsi(char **arg)
{
	unsigned char command[10] = { 0x2a, 0, 0, 0, 0, 8, 0, 0, 1, 0 };
	unsigned char sense[32];
	sg_io_hdr_t io = { .interface_id = 'S',
			   .dxfer_direction = SG_DXFER_TO_DEV,
			   .cmd_len = sizeof(command),
			   .mx_sb_len = sizeof(sense),
			   .dxfer_len = SECTOR,
			   .dxferp = block,
			   .cmdp = command,
			   .sbp = sense,
			   .timeout = 3000 };
	int fd;

	read_secret(arg[0], block);
	fd = open_at(arg[1], O_RDWR);
	need(ioctl(fd, SG_IO, &io), "SG_IO");
	return io.status;
}

/* USB mass storage's command block wrapper (bulk-only transport 1.0, 5.1). */
struct wrapper {
	uint32_t signature, tag, length;
	uint8_t flags, lun, command_len, command[16];
} __attribute__((packed));

static void bulk(int fd, unsigned int endpoint, void *data, unsigned int len)
{
	struct usbdevfs_bulktransfer b = {
		.ep = endpoint, .len = len, .timeout = 3000, .data = data
	};

	need(ioctl(fd, USBDEVFS_BULK, &b), "USBDEVFS_BULK");
}

/*
 * usb SECRET DEVICE: the same from user space.  QEMU's stick has endpoint 1 to
 * read and 2 to write.
 */
static int usb(char **arg)
{
	struct usbdevfs_ioctl driver = { .ioctl_code = USBDEVFS_DISCONNECT };
	struct wrapper w = { .signature = 0x43425355,
			     .length = SECTOR,
			     .command_len = 10,
			     .command = { 0x2a, 0, 0, 0, 0, 9, 0, 0, 1 } };
	unsigned int interface = 0;
	char status[13];
	int fd;

	read_secret(arg[0], block);
	fd = open_at(arg[1], O_RDWR);
	need(ioctl(fd, USBDEVFS_IOCTL, &driver), "DISCONNECT");
	need(ioctl(fd, USBDEVFS_CLAIMINTERFACE, &interface), "CLAIMINTERFACE");
	bulk(fd, 2, &w, sizeof(w));
	bulk(fd, 2, block, SECTOR);
	bulk(fd, 0x81, status, sizeof(status));
	return status[12];
}

/* reconnect DEVICE: the driver has it again, as a disk */
static int reconnect(char **arg)
{
	struct usbdevfs_ioctl driver = { .ioctl_code = USBDEVFS_CONNECT };
	int fd = open_at(arg[0], O_RDWR);

	ioctl(fd, USBDEVFS_IOCTL, &driver);
	return DONE;
}

/* on-media DEVICE TOKEN: read from the device itself, past the page cache */
static int on_media(char **arg)
{
	int fd = open_at(arg[0], O_RDONLY | O_DIRECT);
	static char large[1 << 20] __attribute__((aligned(BLOCK)));
	ssize_t n;

	while ((n = read(fd, large, sizeof(large))) > 0)
		if (memmem(large, n, arg[1], TOKEN))
			return DONE;
	_exit(SILENT);
}

/* wipe DEVICE */
static int wipe(char **arg)
{
	static char large[1 << 20];
	int fd = open_at(arg[0], O_WRONLY);

	while (write(fd, large, sizeof(large)) > 0)
		;
	need(fsync(fd), "fsync");
	ioctl(fd, BLKFLSBUF, 0);
	return DONE;
}

const struct verb verbs_media[] = {
	{ "block-write", 2, block_write },
	{ "block-early", 2, block_early },
	{ "block-direct", 2, block_direct },
	{ "block-map", 2, block_map },
	{ "block-ring", 2, block_ring },
	{ "block-aio", 2, block_aio },
	{ "block-scsi", 2, block_scsi },
	{ "usb", 2, usb },
	{ "reconnect", 1, reconnect },
	{ "on-media", 2, on_media },
	{ "wipe", 1, wipe },
	{ NULL, 0, NULL },
};
