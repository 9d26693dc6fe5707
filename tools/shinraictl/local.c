// SPDX-License-Identifier: MIT
/* A folder's code, on the word of whoever runs this. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "known.h"

static int hash_fd(struct content *c, int fd)
{
	static uint8_t block[65536];
	ssize_t n;
	int ret;

	while ((n = read(fd, block, sizeof(block))) > 0) {
		ret = content_add(c, block, (size_t)n);
		if (ret)
			return ret;
	}
	return n ? -errno : content_end(c);
}

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size &&
	       !memcmp(&a->st_mtim, &b->st_mtim, sizeof(a->st_mtim)) &&
	       !memcmp(&a->st_ctim, &b->st_ctim, sizeof(a->st_ctim));
}

static int add_fd(struct known *k, const char *path, int fd)
{
	struct stat before, after;
	struct content c;
	int ret;

	if (fstat(fd, &before))
		return -errno;
	if (!S_ISREG(before.st_mode))
		return -ESTALE;
	ret = content_begin(&c, k, path, before.st_mode);
	if (!ret)
		ret = hash_fd(&c, fd);
	content_free(&c);
	if (!ret && (fstat(fd, &after) || !same(&before, &after)))
		ret = -ESTALE;
	return ret;
}

static int add_file(struct known *k, const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int ret = fd < 0 ? -errno : add_fd(k, path, fd);

	if (fd >= 0)
		close(fd);
	if (ret == -ESTALE)
		return ctl_error(k->ctl, "changed", "run it again",
				 "%s: changed while it was read", path);
	if (ret)
		return ctl_error(k->ctl, "io",
				 "no list is written while a"
				 " file is missing from it",
				 "cannot read %s: %s", path, strerror(-ret));
	return 0;
}

static int walk(struct known *k, FTS *fts)
{
	FTSENT *e;
	int ret;

	while ((errno = 0, e = fts_read(fts))) {
		switch (e->fts_info) {
		case FTS_F:
			ctl_progress("%zu digests, %s", k->n, e->fts_path);
			ret = add_file(k, e->fts_path);
			if (ret)
				return ret;
			break;
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS:
			return ctl_error(k->ctl, "io", NULL,
					 "cannot read %s: %s", e->fts_path,
					 strerror(e->fts_errno));
		}
	}
	if (errno)
		return ctl_error(k->ctl, "io", NULL, "cannot walk: %s",
				 strerror(errno));
	return 0;
}

/*
 * Everything below @dir on its filesystem; links are not followed.
 * Return: 0; EXIT_ERROR, told.
 */
int local_add(struct known *k, const char *dir)
{
	CTL_FREE char *real = realpath(dir, NULL);
	CTL_FREE char *safe = NULL;
	char *roots[] = { real, NULL };
	struct stat st;
	FTS *fts;
	int ret;

	if (!real || stat(real, &st))
		return ctl_error(k->ctl, "io", NULL, "cannot open %s: %s", dir,
				 strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return ctl_error(k->ctl, "io", NULL, "%s: not a folder", dir);
	fts = fts_open(roots, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
	if (!fts)
		return ctl_error(k->ctl, "io", NULL, "cannot open %s: %s", dir,
				 strerror(errno));
	ret = walk(k, fts);
	fts_close(fts);
	safe = ctl_escape(real, strlen(real), false);
	known_source(k, "local %s", safe);
	return ret;
}
