// SPDX-License-Identifier: MIT
/* Content that can change without anybody who opens it for writing. */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "helper.h"

#define HUGE ((uintptr_t)2 << 20)

static void map_code(int prot, int flags, int fd)
{
	if (mmap(NULL, 4096, prot, flags, fd, 0) == MAP_FAILED)
		fail("mmap");
}

/* Code in a memfd: "open" to writers, "sealed" against them, or "shared". */
int cmd_memfd_map(char **arg)
{
	uint8_t image[TINY_SIZE];
	int fd = memfd_create("code", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		fail("memfd_create");
	tiny(image, strtoull(arg[1], NULL, 0));
	write_or_fail(fd, image, sizeof(image));
	if (!strcmp(arg[0], "sealed") &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK))
		fail("F_ADD_SEALS");
	if (!strcmp(arg[0], "shared"))
		map_code(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED, fd);
	else
		map_code(PROT_READ | PROT_EXEC, MAP_PRIVATE, fd);
	return 0;
}

/*
 * Registers a page of a file on tmpfs as a buffer of io_uring, so that it can
 * be written without a descriptor or a mapping, and maps it executable.
 */
int cmd_pinned(char **arg)
{
	struct io_uring_params params = { 0 };
	int fd = open_or_fail(arg[0], O_RDWR);
	int ring = (int)syscall(SYS_io_uring_setup, 4, &params);
	struct iovec page = { NULL, 4096 };

	if (ring < 0)
		fail("io_uring_setup");
	page.iov_base =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page.iov_base == MAP_FAILED)
		fail("mmap");
	if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &page,
		    1))
		fail("io_uring_register");
	munmap(page.iov_base, 4096);
	close(fd);
	map_code(PROT_READ | PROT_EXEC, MAP_PRIVATE,
		 open_or_fail(arg[0], O_RDONLY));
	return 0;
}

/* Stores behind the end of a file, in its last page; what is mapped there? */
int cmd_tail(char **arg)
{
	int fd = open_or_fail(arg[0], O_RDWR);
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		fail("mmap");
	p[4000] = 1;
	munmap(p, 4096);
	close(fd);
	p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE,
		 open_or_fail(arg[0], O_RDONLY), 0);
	if (p == MAP_FAILED)
		fail("mmap");
	printf("%d\n", p[4000]);
	return 0;
}

/* At a multiple of its size, so that one huge page may be mapped there. */
static char *map_huge(int prot, int flags, int fd)
{
	uintptr_t base = (uintptr_t)mmap(NULL, 2 * HUGE, PROT_NONE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *p;

	if (base == (uintptr_t)MAP_FAILED)
		fail("mmap");
	p = mmap((void *)((base + HUGE - 1) & ~(HUGE - 1)), HUGE, prot,
		 flags | MAP_FIXED, fd, 0);
	if (p == MAP_FAILED)
		fail("mmap");
	return p;
}

/* The same far behind the end, in the huge page that holds the last byte. */
int cmd_tail_huge(char **arg)
{
	size_t at = strtoul(arg[1], NULL, 0);
	int fd = open_or_fail(arg[0], O_RDWR);
	volatile char *p = map_huge(PROT_READ | PROT_WRITE, MAP_SHARED, fd);

	p[0] = p[0]; /* maps all of it */
	p[at] = 1;
	munmap((void *)p, HUGE);
	close(fd);
	p = map_huge(PROT_READ | PROT_EXEC, MAP_PRIVATE,
		     open_or_fail(arg[0], O_RDONLY));
	(void)p[0];
	printf("%d\n", p[at]);
	return 0;
}

/* Files that stay open for writing, each mapped executable; at once. */
int cmd_odd(char **arg)
{
	unsigned long i, count = strtoul(arg[1], NULL, 0);
	char path[256];
	int fd;

	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/odd%lx", arg[0], i);
		fd = open_or_fail(path, O_RDWR | O_CREAT | O_TRUNC);
		write_or_fail(fd, path, strlen(path));
		map_code(PROT_READ | PROT_EXEC, MAP_PRIVATE, fd);
	}
	return 0;
}

/* One file in many mappings, which one call makes executable. */
int cmd_many(char **arg)
{
	unsigned long i, count = strtoul(arg[1], NULL, 0);
	int fd = open_or_fail(arg[0], O_RDONLY);
	char *base = mmap(NULL, count * 4096, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (base == MAP_FAILED)
		fail("mmap");
	for (i = 0; i < count; i++)
		if (mmap(base + i * 4096, 4096, PROT_READ,
			 MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED)
			fail("mmap");
	if (mprotect(base, count * 4096, PROT_READ | PROT_EXEC))
		fail("mprotect");
	return 0;
}
