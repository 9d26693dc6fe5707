// SPDX-License-Identifier: MIT
/*
 * The boots that this machine had: <root>/boots, their names one behind the other, the
 * oldest first.  It outlives their logs, so that who names a boot whose log was removed
 * is known to have judged this machine, and gets what there is of later ones.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <shinrai/hex.h>

#include "spool.h"

#define ID SHINRAI_BOOT_ID_SIZE

static int append(int fd, const u8 *ids, size_t len)
{
	const ssize_t n = write(fd, ids, len);

	if (n == (ssize_t)len)
		return fdatasync(fd) ? -errno : 0;
	return n < 0 ? -errno : -EIO;
}

/* Of an earlier version: as the spools are.  Return: 0; -ENOMEM; -errno. */
static int begin(const char *root, int fd, const u8 boot_id[ID])
{
	struct spool_old *list;
	size_t n, len;
	u8 id[ID];
	int ret = spool_olds(root, boot_id, &list, &n);

	while (!ret && n--) {
		if (!shinrai_hex_parse(list[n].name, id, ID, &len))
			ret = append(fd, id, ID);
	}
	free(list);
	return ret;
}

/* The newest of them stay.  Return: a descriptor of those; -errno. */
static int shorten(int dir, const u8 *ids, size_t len)
{
	const size_t keep = SPOOL_BOOTS * ID;
	int ret, fd = openat(dir, "boots.new",
			     O_RDWR | O_CREAT | O_TRUNC | O_APPEND |
				     O_NOFOLLOW | O_CLOEXEC,
			     0600);

	if (fd < 0)
		return -errno;
	ret = append(fd, ids + len - keep, keep);
	if (!ret && renameat(dir, "boots.new", dir, "boots"))
		ret = -errno;
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

/* Return: bytes of whole names, what is torn is cut off; -errno. */
static ssize_t read_all(int fd, u8 *ids)
{
	ssize_t n = pread(fd, ids, SPOOL_BOOTS_MAX * ID, 0);

	if (n < 0 || (n % ID && ftruncate(fd, n - n % ID)))
		return -errno;
	return n - n % ID;
}

/* Return: 0, with more room in @fd when it had none; -errno. */
static int add(int dir, int *fd, u8 *ids, const u8 boot_id[ID])
{
	ssize_t len = read_all(*fd, ids);
	int ret;

	if (len < 0)
		return (int)len;
	if (spool_has_boot(ids, (size_t)len, boot_id))
		return 0;
	if (len == SPOOL_BOOTS_MAX * ID) {
		ret = shorten(dir, ids, (size_t)len);
		if (ret < 0)
			return ret;
		close(*fd);
		*fd = ret;
	}
	return append(*fd, boot_id, ID);
}

/**
 * spool_add_boot() - write down that there is a boot
 * @root: folder of all spools
 * @dir: the same, open; making it durable is the caller's
 * @boot_id: of this boot
 *
 * Return: 0, also when it has been written before; -ENOMEM; -errno.
 */
int spool_add_boot(const char *root, int dir, const u8 boot_id[ID])
{
	u8 *ids = malloc(SPOOL_BOOTS_MAX * ID);
	struct stat st;
	int fd, ret = 0;

	if (!ids)
		return -ENOMEM;
	fd = openat(dir, "boots",
		    O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || fstat(fd, &st))
		ret = -errno;
	if (!ret && !st.st_size)
		ret = begin(root, fd, boot_id);
	if (!ret)
		ret = add(dir, &fd, ids, boot_id);
	if (fd >= 0)
		close(fd);
	free(ids);
	return ret;
}

/**
 * spool_has_boot() - was there a boot?
 * @ids: what was read of "boots"
 * @len: its bytes
 * @boot_id: of that boot
 *
 * Return: whether it is among them.
 */
bool spool_has_boot(const u8 *ids, size_t len, const u8 boot_id[ID])
{
	for (; len >= ID; ids += ID, len -= ID) {
		if (!memcmp(ids, boot_id, ID))
			return true;
	}
	return false;
}
