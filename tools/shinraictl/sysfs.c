// SPDX-License-Identifier: MIT
/* Reads and writes one value of one file below a sysfs root. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sysfs.h"

static int open_at(const char *root, const char *file, int flags)
{
	CTL_FREE char *path = NULL;
	int fd;

	if (asprintf(&path, "%s/%s", root, file) < 0)
		return -ENOMEM;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * @value: out, without the line's end; empty on error
 * Return: 0; -errno of open() or read().
 */
int sysfs_read(const char *root, const char *file, char value[SYSFS_VALUE])
{
	int fd = open_at(root, file, O_RDONLY);
	ssize_t n;

	*value = '\0';
	if (fd < 0)
		return fd;
	n = read(fd, value, SYSFS_VALUE - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return (int)n;
	while (n && value[n - 1] == '\n')
		n--;
	value[n] = '\0';
	return 0;
}

/* Return: 0; -errno of open() or write(). */
int sysfs_write(const char *root, const char *file, const char *value)
{
	int fd = open_at(root, file, O_WRONLY), ret = 0;

	if (fd < 0)
		return fd;
	if (write(fd, value, strlen(value)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* @err: positive.  Return: EXIT_ERROR, told. */
int sysfs_error(struct ctl *ctl, const char *what, const char *root,
		const char *file, int err)
{
	const char *hint = "dmesg | grep shinrai says why";
	const char *code = "sysfs";

	if (err == ENOENT) {
		code = "not-loaded";
		hint = "is the module loaded? insmod shinrai.ko";
	} else if (err == EACCES || err == EPERM) {
		code = "permission";
		hint = "are you root?";
	}
	return ctl_error(ctl, code, hint, "cannot %s %s/%s: %s", what, root,
			 file, strerror(err));
}
