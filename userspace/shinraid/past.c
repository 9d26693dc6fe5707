// SPDX-License-Identifier: MIT
/* Logs of earlier boots, for who judged one of them up to a record. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <shinrai/hex.h>

#include "blob.h"
#include "past.h"
#include "spool.h"

/* Return: whether it is open. */
static bool open_boot(int root, const struct spool_old *old,
		      struct past_boot *b)
{
	char path[sizeof(old->name) + sizeof("/log.cel")];
	struct stat st;
	size_t len;

	if (shinrai_hex_parse(old->name, b->boot_id, sizeof(b->boot_id), &len))
		return false;
	snprintf(path, sizeof(path), "%s/log.cel", old->name);
	b->fd = openat(root, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (b->fd < 0)
		return false;
	if (!fstat(b->fd, &st) && S_ISREG(st.st_mode)) {
		b->size = (u64)st.st_size;
		return true;
	}
	close(b->fd);
	return false;
}

/* Return: 0, also without one; -errno. */
static int open_boots(int root, struct past *p)
{
	int ret, fd = openat(root, "boots", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!fstat(fd, &st)) {
		past_set_boots(p, fd,
			       S_ISREG(st.st_mode) ? (u64)st.st_size : 0);
		return 0;
	}
	ret = -errno;
	close(fd);
	return ret;
}

/**
 * past_open() - open the newest logs of earlier boots
 * @p: out, for past_close(), also on error
 * @root: folder of all spools
 * @current: boot that is none of them
 *
 * Return: 0; -errno of reading @root.  What cannot be opened is left out.
 */
int past_open(struct past *p, const char *root,
	      const u8 current[SHINRAI_BOOT_ID_SIZE])
{
	struct spool_old *list = NULL;
	struct past_boot b = { 0 };
	size_t n = 0;
	int dir, ret;

	memset(p, 0, sizeof(*p));
	dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	ret = spool_olds(root, current, &list, &n);
	if (!ret && n > PAST_BOOTS)
		n = PAST_BOOTS;
	while (!ret && n) { /* the newest one comes first in it */
		if (open_boot(dir, &list[--n], &b))
			past_add(p, b.boot_id, b.fd, b.size);
	}
	if (!ret)
		ret = open_boots(dir, p);
	free(list);
	close(dir);
	return ret;
}

/**
 * past_add() - one more log, of a later boot than those before
 * @p: of earlier boots
 * @boot_id: whose it is
 * @fd: is taken
 * @size: bytes in it
 */
void past_add(struct past *p, const u8 boot_id[SHINRAI_BOOT_ID_SIZE], int fd,
	      u64 size)
{
	struct past_boot *b = &p->boot[p->n];

	if (p->n == PAST_BOOTS) {
		close(fd);
		return;
	}
	*b = (struct past_boot){ .fd = fd, .size = size };
	memcpy(b->boot_id, boot_id, sizeof(b->boot_id));
	p->n++;
}

/**
 * past_set_boots() - which boots there were
 * @p: of earlier boots
 * @fd: is taken
 * @size: bytes in it; none behind the names of SPOOL_BOOTS count
 */
void past_set_boots(struct past *p, int fd, u64 size)
{
	const u64 most = SPOOL_BOOTS * SHINRAI_BOOT_ID_SIZE;

	if (!size || p->boots_size) {
		close(fd);
		return;
	}
	p->boots_fd = fd;
	p->boots_size = size < most ? size : most;
}

/**
 * past_close() - close all of them
 * @p: is none afterwards
 */
void past_close(struct past *p)
{
	while (p->n) {
		free(p->boot[--p->n].mark);
		close(p->boot[p->n].fd);
	}
	if (p->boots_size)
		close(p->boots_fd);
	p->boots_size = 0;
}

static unsigned int find(const struct past *p,
			 const u8 boot_id[SHINRAI_BOOT_ID_SIZE])
{
	unsigned int i = 0;

	while (i < p->n &&
	       memcmp(p->boot[i].boot_id, boot_id, SHINRAI_BOOT_ID_SIZE))
		i++;
	return i;
}

/*
 * The first log of a boot after one that there is no log of.
 * Return: 0, with @i, which is p->n for none; -ENODATA: there never was such a boot;
 * -errno.
 */
static int find_after(const struct past *p, const u8 *boot_id, unsigned int *i)
{
	struct blob *b;
	int named, at;

	if (!p->boots_size)
		return -ENODATA;
	b = blob_map(p->boots_fd, p->boots_size);
	if (!b)
		return -errno;
	named = spool_find_boot(blob_data(b), blob_size(b), boot_id);
	for (*i = 0; named >= 0 && *i < p->n; ++*i) {
		at = spool_find_boot(blob_data(b), blob_size(b),
				     p->boot[*i].boot_id);
		if (at < 0 || at > named)
			break;
	}
	blob_put(b);
	return named < 0 ? -ENODATA : 0;
}

/**
 * past_is_for() - may who names a boot know of the past?
 * @p: of earlier boots
 * @boot_id: the one that is named
 *
 * Who names one that never was has judged none of them.
 *
 * Return: 1: it is one of this machine's, of which the log need not be there any more;
 * 0; -errno.
 */
int past_is_for(const struct past *p, const u8 boot_id[SHINRAI_BOOT_ID_SIZE])
{
	unsigned int i;
	int ret;

	if (find(p, boot_id) < p->n)
		return 1;
	ret = find_after(p, boot_id, &i);
	return ret == -ENODATA ? 0 : ret ? ret : 1;
}

/* Return: 0; -ENOMEM. */
static int add_mark(struct past_boot *b, u64 offset)
{
	u64 *p = reallocarray(b->mark, b->nmarks + 1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	b->mark = p;
	p[b->nmarks++] = offset;
	return 0;
}

/*
 * From the last mark before it, so that nobody reads a log twice; ends at what is torn.
 * Return: 0; -ENOMEM.
 */
static int seek(struct past_boot *b, const u8 *data, u64 from, u64 *offset)
{
	struct shinrai_record r;
	struct shinrai_rd rd;
	u64 record;
	int ret = b->nmarks ? 0 : add_mark(b, 0);

	if (ret)
		return ret;
	record = from / PAST_STEP < b->nmarks ? from / PAST_STEP :
						b->nmarks - 1;
	*offset = b->mark[record];
	record *= PAST_STEP;
	shinrai_rd_init(&rd, data + *offset, b->size - *offset);
	while (!ret && record < from && shinrai_record_next(&rd, &r) > 0) {
		*offset += r.raw_len;
		if (!(++record % PAST_STEP) && record / PAST_STEP == b->nmarks)
			ret = add_mark(b, *offset);
	}
	return ret;
}

/* Return: bytes of whole records, @room at most; @all: out: more do not follow. */
static size_t whole(const struct past_boot *b, const u8 *data, u64 offset,
		    size_t room, bool *all)
{
	struct shinrai_record r;
	struct shinrai_rd rd;
	size_t len = 0;

	shinrai_rd_init(&rd, data + offset, b->size - offset);
	*all = true;
	while (shinrai_record_next(&rd, &r) > 0) {
		if (r.raw_len > room - len) {
			*all = false;
			break;
		}
		len += r.raw_len;
	}
	return len;
}

/* What fits into @room of one log from @from on.  Return: bytes; -errno. */
static ssize_t take(struct past_boot *b, u64 from, u8 *out, size_t room,
		    bool *all)
{
	struct blob *map;
	size_t len = 0;
	u64 offset;
	int ret;

	*all = true;
	if (!b->size)
		return 0;
	map = blob_map(b->fd, b->size);
	if (!map)
		return -errno;
	ret = seek(b, blob_data(map), from, &offset);
	if (!ret) {
		len = whole(b, blob_data(map), offset, room, all);
		memcpy(out, blob_data(map) + offset, len);
	}
	blob_put(map);
	return ret ? ret : (ssize_t)len;
}

/**
 * past_read() - records of earlier boots
 * @p: of earlier boots
 * @boot_id: of one of them, or one that there is no log of any more
 * @from: record of that one; what is before it, and before that boot, is left out
 * @max: bytes at most: cut at a record
 * @out: out, only on success, for free()
 * @len: out, its bytes
 *
 * A log is read up to @from once, whoever asks how often.
 *
 * Return: 0; -ENODATA when there are none, or they are not for who names @boot_id;
 * -ENOMEM; -errno of mapping a file.
 */
int past_read(struct past *p, const u8 boot_id[SHINRAI_BOOT_ID_SIZE], u64 from,
	      size_t max, u8 **out, size_t *len)
{
	unsigned int i = find(p, boot_id);
	bool all = true;
	ssize_t n = 0;
	int ret;

	if (i == p->n) {
		ret = find_after(p, boot_id, &i);
		if (ret)
			return ret;
		from = 0;
	}
	*len = 0;
	*out = malloc(max);
	if (!*out)
		return -ENOMEM;
	for (; i < p->n && all && n >= 0; i++, from = 0) {
		n = take(&p->boot[i], from, *out + *len, max - *len, &all);
		*len += n > 0 ? (size_t)n : 0;
	}
	if (n >= 0 && *len)
		return 0;
	free(*out);
	*out = NULL;
	return n < 0 ? (int)n : -ENODATA;
}
