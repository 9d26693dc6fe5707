// SPDX-License-Identifier: MIT
/*
 * The boots that this machine had: <root>/boots, their names one behind the other, the
 * oldest first.  It outlives their logs, so that who names a boot whose log was removed
 * is known to have judged this machine, and gets what there is of later ones.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <shinrai/hex.h>

#include "spool.h"

#define ID SHINRAI_BOOT_ID_SIZE
#define SIZE (SPOOL_BOOTS * ID)

/* Return: bytes of whole names, 0 without a file; -errno. */
static ssize_t read_names(int dir, u8 *ids)
{
	int fd = openat(dir, "boots", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	n = read(fd, ids, SIZE);
	if (n < 0)
		n = -errno;
	close(fd);
	return n < 0 ? n : n - n % ID;
}

/* Of an earlier version: as the spools are.  Return: bytes; -ENOMEM; -errno. */
static ssize_t begin(const char *root, const u8 boot_id[ID], u8 *ids)
{
	struct spool_old *list;
	ssize_t len = 0;
	size_t n, one;
	int ret = spool_olds(root, boot_id, &list, &n);

	if (n > SPOOL_BOOTS)
		n = SPOOL_BOOTS;
	while (!ret && n--) {
		if (!shinrai_hex_parse(list[n].name, ids + len, ID, &one))
			len += ID;
	}
	free(list);
	return ret ? ret : len;
}

static int write_names(int fd, const u8 *p, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		p += n;
		len -= (size_t)n;
	}
	return fdatasync(fd) ? -errno : 0;
}

/* All of them or none, whenever the power fails. */
static int replace(int dir, const u8 *ids, size_t len)
{
	int ret, fd = openat(dir, "boots.new",
			     O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
				     O_CLOEXEC,
			     0600);

	if (fd < 0)
		return -errno;
	ret = write_names(fd, ids, len);
	close(fd);
	if (!ret && renameat(dir, "boots.new", dir, "boots"))
		ret = -errno;
	return ret;
}

/**
 * spool_add_boot() - write down that there is a boot
 * @root: folder of all spools
 * @dir: the same, open; making it durable is the caller's
 * @boot_id: of this boot
 *
 * The last SPOOL_BOOTS are remembered.
 *
 * Return: 0, also when it has been written before; -ENOMEM; -errno.
 */
int spool_add_boot(const char *root, int dir, const u8 boot_id[ID])
{
	u8 *ids = malloc(SIZE + ID);
	ssize_t len;
	int ret = 0;

	if (!ids)
		return -ENOMEM;
	len = read_names(dir, ids);
	if (!len)
		len = begin(root, boot_id, ids);
	if (len < 0) {
		ret = (int)len;
	} else if (spool_find_boot(ids, (size_t)len, boot_id) < 0) {
		memcpy(ids + len, boot_id, ID);
		ret = len < SIZE ? replace(dir, ids, (size_t)len + ID) :
				   replace(dir, ids + ID, SIZE);
	}
	free(ids);
	return ret;
}

/**
 * spool_find_boot() - was there a boot?
 * @ids: what was read of "boots"
 * @len: its bytes
 * @boot_id: of that boot
 *
 * Return: its place among them, from 0 on; -1: it is none of them.
 */
int spool_find_boot(const u8 *ids, size_t len, const u8 boot_id[ID])
{
	size_t i;

	for (i = 0; i < len / ID; i++) {
		if (!memcmp(ids + i * ID, boot_id, ID))
			return (int)i;
	}
	return -1;
}
