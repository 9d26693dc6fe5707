// SPDX-License-Identifier: MIT
/* Preloaded: reading a log of another again from its beginning takes long. */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

off_t lseek(int fd, off_t offset, int whence)
{
	const struct timespec nap = { 2, 0 };

	if (whence == SEEK_SET && !offset)
		nanosleep(&nap, NULL);
	return (off_t)syscall(SYS_lseek, fd, offset, whence);
}
