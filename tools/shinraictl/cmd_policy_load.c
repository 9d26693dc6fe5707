// SPDX-License-Identifier: MIT
/* policy load: one, or all owners and policies of a folder, as at boot. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "load.h"

/* A name that ends so, below a folder. */
static const struct {
	u32 kind;
	const char *folder;
	const char *end;
} places[] = {
	/* In this order: who is not admitted has no policy. */
	{ SHINRAI_LOAD_ADMISSION, "owners.d", ".admission" },
	{ SHINRAI_LOAD_POLICY, "policies.d", ".policy" },
};

struct all {
	struct ctl *ctl;
	int fd;
	const char *dir;
	struct load_item *items;
	size_t n;
	json_t *done, *failed;
	bool folders; /* one of them is there */
};

static void note_failure(struct all *all, const char *path,
			 const struct load_why *why)
{
	CTL_FREE char *safe = ctl_escape(path, strlen(path), false);

	json_array_append_new(all->failed,
			      json_pack("{s:s, s:s, s:s, s:s?}", "file", safe,
					"code", why->code, "message", why->text,
					"hint", why->hint));
	if (!all->ctl->json)
		load_failed(all->ctl, path, why);
}

static void add(struct all *all, u32 kind, const char *path)
{
	struct load_item *item;
	struct load_why why;

	all->items = ctl_grow(all->items, all->n, sizeof(*all->items));
	item = &all->items[all->n];
	if (load_read(kind, path, NULL, item, &why)) {
		note_failure(all, path, &why);
		load_free(item);
		return;
	}
	all->n++;
}

static bool ends_in(const char *name, const char *end)
{
	const size_t len = strlen(name), tail = strlen(end);

	return len > tail && *name != '.' && !strcmp(name + len - tail, end);
}

static int add_folder(struct all *all, size_t place)
{
	CTL_FREE char *folder = NULL;
	struct dirent *entry;
	char *path;
	DIR *d;

	if (asprintf(&folder, "%s/%s", all->dir, places[place].folder) < 0)
		return ctl_error(all->ctl, "memory", NULL, "out of memory");
	d = opendir(folder);
	if (!d && errno == ENOENT)
		return 0;
	if (!d)
		return ctl_error(all->ctl, "io", NULL, "cannot read %s: %s",
				 folder, strerror(errno));
	all->folders = true;
	while ((entry = readdir(d))) {
		if (!ends_in(entry->d_name, places[place].end))
			continue;
		if (asprintf(&path, "%s/%s", folder, entry->d_name) < 0)
			continue;
		add(all, places[place].kind, path);
		free(path);
	}
	closedir(d);
	return 0;
}

/* Admissions first, each kind in the order of its generations. */
static int by_age(const void *a, const void *b)
{
	const struct load_item *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->generation != y->generation)
		return x->generation < y->generation ? -1 : 1;
	return strcmp(x->path, y->path);
}

static int send_all(struct all *all)
{
	struct load_why why;
	size_t i;

	if (all->n)
		qsort(all->items, all->n, sizeof(*all->items), by_age);
	for (i = 0; i < all->n; i++) {
		if (load_send(all->fd, &all->items[i], &why)) {
			note_failure(all, all->items[i].path, &why);
			continue;
		}
		json_array_append_new(all->done, load_json(&all->items[i]));
		if (!all->ctl->json)
			load_print(&all->items[i]);
	}
	if (all->ctl->json &&
	    ctl_json_out(all->ctl, stdout,
			 json_pack("{s:O, s:O}", "loaded", all->done, "failed",
				   all->failed)))
		return EXIT_ERROR;
	return json_array_size(all->failed) ? EXIT_ERROR : EXIT_OK;
}

static int load_all(struct all *all)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < sizeof(places) / sizeof(places[0]); i++)
		ret = add_folder(all, i);
	if (!ret && !all->folders)
		ret = ctl_error(all->ctl, "io", NULL,
				"%s has neither owners.d nor policies.d",
				all->dir);
	if (!ret)
		ret = send_all(all);
	for (i = 0; i < all->n; i++)
		load_free(&all->items[i]);
	free(all->items);
	json_decref(all->done);
	json_decref(all->failed);
	return ret;
}

static int load_one(struct ctl *ctl, int fd, const char *path,
		    const char *signature)
{
	CTL_LOAD item = { 0 };
	struct load_why why;

	if (load_read(SHINRAI_LOAD_POLICY, path, signature, &item, &why) ||
	    load_send(fd, &item, &why))
		return load_failed(ctl, path, &why);
	if (ctl->json)
		return ctl_json_out(ctl, stdout, load_json(&item));
	load_print(&item);
	return 0;
}

int cmd_policy_load(struct ctl *ctl, int argc, char **argv)
{
	const char *signature = NULL, *dir = NULL;
	struct ctl_opt opts[] = {
		{ "signature", CTL_TEXT, &signature, "FILE",
		  "its signature; default: BLOB.sig", 0 },
		{ "all", CTL_TEXT, &dir, "DIR",
		  "all of DIR/owners.d and DIR/policies.d, oldest first", 0 },
		{ 0 },
	};
	int ret = ctl_options(ctl, opts, argc, argv), fd;

	if (ret != CTL_GO_ON)
		return ret;
	if (!dir == !ctl->operands.n || (dir && signature))
		return ctl_usage(ctl, "policy load: either BLOB or --all DIR");
	fd = load_open(ctl, true);
	if (fd < 0)
		return EXIT_ERROR;
	if (dir) {
		struct all all = { .ctl = ctl, .fd = fd, .dir = dir };

		all.done = json_array();
		all.failed = json_array();
		ret = load_all(&all);
	} else {
		ret = load_one(ctl, fd, ctl->operands.v[0], signature);
	}
	close(fd);
	return ret ? ret : ctl_flush_stdout(ctl);
}
