// SPDX-License-Identifier: MIT
/* digests make --apt: the chain out of apt's own folders. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "known.h"

#define MAX_RELEASES 64

struct lists {
	struct known *known;
	const struct apt *apt;
	struct release release[MAX_RELEASES];
	size_t n;
	struct packages packages;
	char *temp; /* folder for what is downloaded, or NULL */
};

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_release(const char *name)
{
	const char *end = strrchr(name, '_');

	return end && !strcmp(end, "_InRelease");
}

static int is_release_entry(const struct dirent *e)
{
	return is_release(e->d_name);
}

/* "..._main_binary-amd64_Packages", perhaps compressed; not a source list. */
static bool is_packages(const char *name)
{
	const char *end = strrchr(name, '_');

	return end && !strncmp(end, "_Packages", 9) &&
	       (!end[9] || end[9] == '.') && strstr(name, "_binary-");
}

static int is_packages_entry(const struct dirent *e)
{
	return is_packages(e->d_name);
}

static char *join(const char *dir, const char *name)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

/* Loads every Packages file that belongs to one InRelease. */
static int load_packages(struct lists *l, struct release *r,
			 const char *release_name)
{
	size_t prefix = strlen(release_name) - strlen("InRelease");
	struct dirent **e;
	int n = scandir(l->apt->lists, &e, is_packages_entry, by_name), i;
	int ret = 0;

	if (n < 0)
		return ctl_error(l->known->ctl, "io", NULL,
				 "cannot read %s: %s", l->apt->lists,
				 strerror(errno));
	for (i = 0; i < n; i++) {
		CTL_FREE char *path = join(l->apt->lists, e[i]->d_name);

		if (!ret && !strncmp(e[i]->d_name, release_name, prefix)) {
			ctl_progress("%s", e[i]->d_name);
			ret = packages_load(l->known->ctl, &l->packages, path,
					    r);
		}
		free(e[i]);
	}
	free(e);
	return ret;
}

static int load_release(struct lists *l, const char *name)
{
	CTL_FREE char *path = join(l->apt->lists, name);
	struct release *r = &l->release[l->n];
	int ret;

	if (l->n == MAX_RELEASES)
		return ctl_error(l->known->ctl, "limit", NULL,
				 "%s: more than %d InRelease files",
				 l->apt->lists, MAX_RELEASES);
	l->n++;
	ctl_progress("%s", name);
	ret = release_load(l->known->ctl, path, l->apt->keyring, r);
	return ret ? ret : load_packages(l, r, name);
}

static int load_lists(struct lists *l)
{
	struct ctl *ctl = l->known->ctl;
	struct dirent **e;
	int n = scandir(l->apt->lists, &e, is_release_entry, by_name), i;
	int ret = 0;

	if (n < 0)
		return ctl_error(ctl, "apt-lists", "apt-get update",
				 "cannot read %s: %s", l->apt->lists,
				 strerror(errno));
	for (i = 0; i < n; i++) {
		if (!ret)
			ret = load_release(l, e[i]->d_name);
		free(e[i]);
	}
	free(e);
	if (ret)
		return ret;
	if (!l->packages.n)
		return ctl_error(ctl, "apt-lists", "apt-get update",
				 "%s: no InRelease with Packages there",
				 l->apt->lists);
	return 0;
}

/* Return: 1, 0 or -errno: is version @a later than @b?  deb-version(7) */
static int later(const char *a, const char *b)
{
	const char *argv[] = {
		"/usr/bin/dpkg", "--compare-versions", a, "gt", b, NULL
	};
	struct prog p = { .argv = argv, .clean = true };
	int ret = prog_run(&p);

	if (!ret)
		ret = p.status > 1 ? -EINVAL : !p.status;
	prog_free(&p);
	return ret;
}

/* @word: name or name=version; @best: out, the latest that fits */
static int choose(struct lists *l, const char *word,
		  const struct package **best)
{
	size_t name = strcspn(word, "="), i;
	const char *version = word[name] ? word + name + 1 : NULL;
	const struct package *p;
	int ret = 1;

	*best = NULL;
	for (i = 0; i < l->packages.n; i++) {
		p = &l->packages.p[i];
		if (strlen(p->name) != name || strncmp(p->name, word, name) ||
		    (version && strcmp(p->version, version)))
			continue;
		if (*best)
			ret = later(p->version, (*best)->version);
		if (ret < 0)
			return ctl_error(l->known->ctl, "dpkg", NULL,
					 "cannot compare versions %s and %s:"
					 " %s",
					 p->version, (*best)->version,
					 strerror(-ret));
		if (ret)
			*best = p;
	}
	if (*best)
		return 0;
	return ctl_error(l->known->ctl, "chain-deb", "apt-get update",
			 "%s: not in the package lists in %s", word,
			 l->apt->lists);
}

/* apt names files NAME_VERSION_ARCH.deb and writes a colon as %3a. */
static char *cache_name(const struct package *p)
{
	const char *colon = strchr(p->version, ':');
	int epoch = colon ? (int)(colon - p->version) : 0;
	char *name = NULL;

	if (asprintf(&name, "%s_%.*s%s%s_%s.deb", p->name, epoch, p->version,
		     colon ? "%3a" : "", colon ? colon + 1 : p->version,
		     p->arch) < 0)
		return NULL;
	return name;
}

static char *last_line(struct ctl_buf *b)
{
	char *text, *nl;

	if (ctl_buf_add(b, "", 1))
		return NULL;
	text = (char *)b->data;
	while ((nl = strrchr(text, '\n')) && !nl[1])
		*nl = '\0';
	return nl ? nl + 1 : text;
}

static int download(struct lists *l, const struct package *p)
{
	CTL_FREE char *what = NULL;
	const char *argv[] = { "/usr/bin/apt-get", "-qq", "download", NULL,
			       NULL };
	struct prog prog = { .argv = argv };
	int ret = 0;

	if (!l->temp) {
		l->temp = strdup("/tmp/shinraictl.XXXXXX");
		if (!l->temp || !mkdtemp(l->temp)) {
			free(l->temp);
			l->temp = NULL;
			return ctl_error(l->known->ctl, "io", NULL,
					 "cannot"
					 " make a folder in /tmp: %s",
					 strerror(errno));
		}
	}
	if (asprintf(&what, "%s:%s=%s", p->name, p->arch, p->version) < 0)
		return ctl_error(l->known->ctl, "memory", NULL,
				 "out of memory");
	argv[3] = what;
	prog.dir = l->temp;
	ret = prog_run(&prog);
	if (ret || prog.status)
		ret = ctl_error(l->known->ctl, "apt", "apt-get update",
				"apt-get download %s: %s", what,
				ret ? strerror(-ret) : last_line(&prog.err));
	prog_free(&prog);
	return ret;
}

static int add_package(struct lists *l, const char *word, size_t i)
{
	const struct package *p;
	CTL_FREE char *name = NULL;
	CTL_FREE char *path = NULL;
	int ret = choose(l, word, &p);

	if (ret)
		return ret;
	ctl_progress("%zu/%zu %s %s", i + 1, l->apt->packages.n, p->name,
		     p->version);
	name = cache_name(p);
	path = join(l->apt->archives, name);
	if (!access(path, F_OK))
		return deb_add(l->known, &l->packages, path);
	ret = download(l, p);
	if (ret)
		return ret;
	free(path);
	path = join(l->temp, name);
	ret = deb_add(l->known, &l->packages, path);
	unlink(path);
	return ret;
}

static int remove_entry(const char *dir, const char *name)
{
	CTL_FREE char *path = join(dir, name);

	return unlink(path);
}

static void clean(struct lists *l)
{
	struct dirent **e;
	size_t i;
	int n;

	for (i = 0; i < l->n; i++)
		release_free(&l->release[i]);
	packages_free(&l->packages);
	if (!l->temp)
		return;
	n = scandir(l->temp, &e, NULL, NULL);
	while (n-- > 0) {
		remove_entry(l->temp, e[n]->d_name);
		free(e[n]);
		if (!n)
			free(e);
	}
	rmdir(l->temp);
	free(l->temp);
}

/*
 * Adds the code of each named package, in its latest version that apt's lists
 * hold.  Return: 0; EXIT_ERROR, told.
 */
int apt_add(struct known *k, const struct apt *apt)
{
	CTL_FREE struct lists *l = ctl_alloc(sizeof(*l));
	size_t i;
	int ret;

	l->known = k;
	l->apt = apt;
	ret = load_lists(l);
	for (i = 0; i < apt->packages.n && !ret; i++)
		ret = add_package(l, apt->packages.v[i], i);
	for (i = 0; i < l->n && !ret; i++) {
		if (l->release[i].used)
			release_source(k, &l->release[i]);
	}
	clean(l);
	return ret;
}
