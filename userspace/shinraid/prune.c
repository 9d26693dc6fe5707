// SPDX-License-Identifier: MIT
/* Spools of old boots: which there are, how many and how much of them is kept. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <shinrai/hex.h>

#include "spool.h"

static bool is_boot_name(const char *name)
{
	return strlen(name) == 2 * SHINRAI_BOOT_ID_SIZE &&
	       strspn(name, "0123456789abcdef") == strlen(name);
}

/* Clocks are set: it is written down.  Return: 0: nowhere. */
static u64 read_order(int dir)
{
	int fd = openat(dir, "order", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char text[24] = "";
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	return n > 0 ? strtoull(text, NULL, 10) : 0;
}

static u64 order_of(int root, const char *name)
{
	int dir = openat(root, name,
			 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	u64 order;

	if (dir < 0)
		return 0;
	order = read_order(dir);
	close(dir);
	return order;
}

static int newest_first(const void *a, const void *b)
{
	const struct spool_old *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? 1 : -1;
	if (x->mtime.tv_sec != y->mtime.tv_sec)
		return x->mtime.tv_sec < y->mtime.tv_sec ? 1 : -1;
	if (x->mtime.tv_nsec != y->mtime.tv_nsec)
		return x->mtime.tv_nsec < y->mtime.tv_nsec ? 1 : -1;
	return strcmp(x->name, y->name);
}

static int collect(DIR *dir, const char *current, struct spool_old **list,
		   size_t *n)
{
	char path[sizeof((*list)->name) + sizeof("/log.cel")];
	struct dirent *d;
	struct stat st;
	struct spool_old *p;

	while ((d = readdir(dir))) {
		if (!is_boot_name(d->d_name) || !strcmp(d->d_name, current))
			continue;
		p = realloc(*list, (*n + 1) * sizeof(*p));
		if (!p)
			return -ENOMEM;
		*list = p;
		p += (*n)++;
		memset(p, 0, sizeof(*p));
		memcpy(p->name, d->d_name, sizeof(p->name));
		p->order = order_of(dirfd(dir), p->name);
		snprintf(path, sizeof(path), "%s/log.cel", p->name);
		if (!fstatat(dirfd(dir), path, &st, AT_SYMLINK_NOFOLLOW)) {
			p->mtime = st.st_mtim;
			p->size = (u64)st.st_size;
		}
	}
	return 0;
}

static int discard(int root, const char *name)
{
	static const char *const files[] = { "log.cel", "order", "order.new" };
	char path[2 * SHINRAI_BOOT_ID_SIZE + 1 + sizeof("/order.new")];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", name, files[i]);
		if (unlinkat(root, path, 0) && errno != ENOENT)
			return -errno;
	}
	if (unlinkat(root, name, AT_REMOVEDIR))
		return -errno;
	return 0;
}

/**
 * spool_olds() - spools of other boots
 * @root: folder of all spools
 * @current: boot that is none of them
 * @list: out, the newest first; for free(), also on error
 * @n: out, their number
 *
 * Return: 0; -ENOMEM; -errno of opening @root.
 */
int spool_olds(const char *root, const u8 current[SHINRAI_BOOT_ID_SIZE],
	       struct spool_old **list, size_t *n)
{
	char name[2 * SHINRAI_BOOT_ID_SIZE + 1];
	DIR *dir = opendir(root);
	int ret;

	*list = NULL;
	*n = 0;
	if (!dir)
		return -errno;
	shinrai_hex_encode(current, SHINRAI_BOOT_ID_SIZE, name);
	ret = collect(dir, name, list, n);
	closedir(dir);
	if (*n)
		qsort(*list, *n, sizeof(**list), newest_first);
	return ret;
}

static int write_order(int dir, u64 order)
{
	int fd = openat(dir, "order.new",
			O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			0600);
	char text[24];
	int ret = 0, n;

	if (fd < 0)
		return -errno;
	n = snprintf(text, sizeof(text), "%llu\n", (unsigned long long)order);
	errno = EIO; /* of a short write */
	if (write(fd, text, (size_t)n) != n || fdatasync(fd))
		ret = -errno;
	close(fd);
	if (!ret && renameat(dir, "order.new", dir, "order"))
		ret = -errno;
	return ret;
}

/**
 * spool_order() - write down that a boot comes after all others that are there
 * @root: folder of all spools
 * @dir: of this boot's, whose making durable is the caller's
 * @boot_id: of this boot
 *
 * Return: 0, also when it has been written before; -ENOMEM; -errno.
 */
int spool_order(const char *root, int dir,
		const u8 boot_id[SHINRAI_BOOT_ID_SIZE])
{
	struct spool_old *list;
	size_t n;
	int ret;

	if (read_order(dir))
		return 0;
	ret = spool_olds(root, boot_id, &list, &n);
	if (!ret)
		ret = write_order(dir, n ? list[0].order + 1 : 1);
	free(list);
	return ret;
}

/**
 * spool_prune() - remove the oldest spools of other boots
 * @root: folder of all spools
 * @keep: boot that is never removed
 * @boots: others kept at most
 * @bytes: their size at most, in all
 *
 * Return: number removed; -errno.
 */
int spool_prune(const char *root, const u8 keep[SHINRAI_BOOT_ID_SIZE],
		unsigned int boots, u64 bytes)
{
	struct spool_old *list;
	size_t n, i;
	int ret, dir, removed = 0;
	u64 sum = 0;

	dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	ret = spool_olds(root, keep, &list, &n);
	for (i = 0; i < n && !ret; i++) {
		sum += list[i].size;
		if (i < boots && sum <= bytes)
			continue;
		ret = discard(dir, list[i].name);
		removed += !ret;
	}
	free(list);
	close(dir);
	return ret ? ret : removed;
}
