// SPDX-License-Identifier: MIT
/* Preloaded: while there is a file $FAILING_SYNC nothing reaches the disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int fdatasync(int fd)
{
	const char *path = getenv("FAILING_SYNC");
	int there = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (there < 0)
		return (int)syscall(SYS_fdatasync, fd);
	close(there);
	errno = EIO;
	return -1;
}
