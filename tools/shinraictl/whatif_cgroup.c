// SPDX-License-Identifier: MIT
/* Paths of cgroups, of which the log has numbers: those of a folder's inodes. */
#include <errno.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

#include "whatif.h"

struct cgroup {
	u64 id;
	char *path;
};

/* nftw() has no context. */
static struct cgroup *cgroups;
static size_t count, root_len;

static int add(const char *path, const struct stat *st, int type,
	       struct FTW *at)
{
	const char *below = path + root_len;
	struct cgroup *c;

	(void)at;
	if (type != FTW_D)
		return 0;
	cgroups = ctl_grow(cgroups, count, sizeof(*cgroups));
	c = &cgroups[count];
	c->id = st->st_ino;
	c->path = strdup(*below ? below : "/");
	if (!c->path)
		return -1;
	count++;
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct cgroup *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/*
 * Walks a cgroup v2 filesystem.
 * @root: its mount point
 * Return: 0; EXIT_ERROR, told.
 */
int whatif_cgroups_learn(struct ctl *ctl, const char *root)
{
	CTL_FREE char *path = strdup(root);

	if (!path)
		return ctl_error(ctl, "memory", NULL, "out of memory");
	root_len = strlen(path);
	while (root_len > 1 && path[root_len - 1] == '/')
		path[--root_len] = '\0';
	errno = 0;
	if (nftw(path, add, 16, FTW_PHYS))
		return ctl_error(ctl, "io", NULL, "cannot read %s: %s", root,
				 strerror(errno ? errno : ENOMEM));
	if (count)
		qsort(cgroups, count, sizeof(*cgroups), by_id);
	return 0;
}

/* Return: its path, until whatif_cgroups_forget(); NULL when it is not known. */
const char *whatif_cgroup(const struct shinrai_flow *f)
{
	const struct cgroup key = { f->cgroup, NULL }, *found;

	if (!f->have_cgroup || !count)
		return NULL;
	found = bsearch(&key, cgroups, count, sizeof(key), by_id);
	return found ? found->path : NULL;
}

/* Releases what was learned. */
void whatif_cgroups_forget(void)
{
	while (count)
		free(cgroups[--count].path);
	free(cgroups);
	cgroups = NULL;
}
