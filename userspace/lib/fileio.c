// SPDX-License-Identifier: MIT
/* Writing a file so that a reader sees the old one or the new one. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fileio.h"

static int write_all(int fd, const struct iovec *iov, int n)
{
	const u8 *p;
	size_t left;
	ssize_t put;
	int i;

	for (i = 0; i < n; i++) {
		p = iov[i].iov_base;
		left = iov[i].iov_len;
		while (left) {
			put = write(fd, p, left);
			if (put < 0 && errno == EINTR)
				continue;
			if (put < 0)
				return -errno;
			p += put;
			left -= (size_t)put;
		}
	}
	return fsync(fd) ? -errno : 0;
}

static int sync_folder(const char *path)
{
	char *folder = strdup(path), *slash;
	int fd, ret = 0;

	if (!folder)
		return -ENOMEM;
	slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder] = '\0';
	fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (fd < 0)
		return -errno;
	if (fsync(fd) && errno != EINVAL)
		ret = -errno;
	close(fd);
	return ret;
}

/**
 * shinrai_file_rename() - give a file that is on the disk the name of another one
 * @from: its name
 * @to: in the same folder
 *
 * Return: 0 when that is on the disk; -ENOMEM; what the system calls gave.
 */
int shinrai_file_rename(const char *from, const char *to)
{
	return rename(from, to) ? -errno : sync_folder(to);
}

/**
 * shinrai_file_replace() - write a file so that a reader sees the old or the new
 * @path: its name; a temporary file is made beside it
 * @mode: permission bits
 * @iov: what to write
 * @n: entries of @iov
 *
 * Return: 0 when it is on the disk; -ENOMEM; what the system calls gave.
 */
int shinrai_file_replace(const char *path, mode_t mode, const struct iovec *iov,
			 int n)
{
	char *tmp;
	int fd, ret;

	if (asprintf(&tmp, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		free(tmp);
		return ret;
	}
	ret = fchmod(fd, mode) ? -errno : 0;
	if (!ret)
		ret = write_all(fd, iov, n);
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret)
		ret = shinrai_file_rename(tmp, path);
	if (ret)
		unlink(tmp);
	free(tmp);
	return ret;
}
