// SPDX-License-Identifier: MIT
/* One .deb: vouched for by Packages, then read in memory (deb(5)). */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "known.h"

#define MAX_DEB ((size_t)2 << 30)

struct deb {
	struct known *known;
	const char *name;
	struct archive *outer;
	uint8_t block[65536];
	char error[256]; /* what is wrong with it */
};

static int bad(struct deb *d, const char *what, const char *detail)
{
	if (!*d->error)
		snprintf(d->error, sizeof(d->error), "%s%s%s", what,
			 detail ? ": " : "", detail ? detail : "");
	return -EBADMSG;
}

/* Feeds data.tar.* from the ar archive, which is in memory. */
static la_ssize_t read_outer(struct archive *a, void *ctx, const void **data)
{
	struct deb *d = ctx;
	la_ssize_t n = archive_read_data(d->outer, d->block, sizeof(d->block));

	(void)a;
	*data = d->block;
	return n < 0 ? -1 : n;
}

static int hash_file(struct deb *d, struct archive *tar, struct content *c)
{
	static uint8_t block[65536];
	la_ssize_t n;
	int ret;

	while ((n = archive_read_data(tar, block, sizeof(block))) > 0) {
		ret = content_add(c, block, (size_t)n);
		if (ret)
			return bad(d, c->path, strerror(-ret));
	}
	if (n)
		return bad(d, "data.tar", archive_error_string(tar));
	ret = content_end(c);
	return ret ? bad(d, c->path, "cannot be unpacked") : 0;
}

static int one_file(struct deb *d, struct archive *tar,
		    struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	CTL_FREE char *path = NULL;
	struct content c;
	int ret;

	if (!name)
		return bad(d, "data.tar", "file without a name");
	/* A hard link has no content of its own. */
	if (archive_entry_filetype(entry) != AE_IFREG ||
	    archive_entry_hardlink(entry))
		return 0;
	name += *name == '.';
	if (asprintf(&path, "%s%s", *name == '/' ? "" : "/", name) < 0)
		return -ENOMEM;
	ret = content_begin(&c, d->known, path, archive_entry_perm(entry));
	if (!ret)
		ret = hash_file(d, tar, &c);
	content_free(&c);
	return ret;
}

static int read_tar(struct deb *d)
{
	struct archive *tar = archive_read_new();
	struct archive_entry *entry;
	int ret = 0, got = ARCHIVE_FATAL;

	if (!tar)
		return -ENOMEM;
	archive_read_support_filter_xz(tar);
	archive_read_support_filter_zstd(tar);
	archive_read_support_filter_gzip(tar);
	archive_read_support_format_tar(tar);
	if (archive_read_open(tar, d, NULL, read_outer, NULL) == ARCHIVE_OK) {
		while (!ret && (got = archive_read_next_header(tar, &entry)) ==
				       ARCHIVE_OK)
			ret = one_file(d, tar, entry);
	}
	if (!ret && got != ARCHIVE_EOF)
		ret = bad(d, "data.tar", archive_error_string(tar));
	archive_read_free(tar);
	return ret;
}

static int check_version(struct deb *d, struct archive_entry *entry)
{
	char text[5] = "";
	la_ssize_t n = archive_read_data(d->outer, text, sizeof(text));

	if (strcmp(archive_entry_pathname(entry), "debian-binary") || n < 4 ||
	    memcmp(text, "2.", 2))
		return bad(d, "not a Debian package of format 2", NULL);
	return 0;
}

static int read_members(struct deb *d)
{
	struct archive_entry *entry;
	unsigned int n = 0, data = 0;
	const char *name;
	int ret = 0, got = ARCHIVE_FATAL;

	while (!ret && (got = archive_read_next_header(d->outer, &entry)) ==
			       ARCHIVE_OK) {
		name = archive_entry_pathname(entry);
		if (!name)
			return bad(d, "ar member without a name", NULL);
		if (!n++)
			ret = check_version(d, entry);
		else if (!strcmp(name, "data.tar") ||
			 !strncmp(name, "data.tar.", 9))
			ret = data++ ? bad(d, "two data.tar", NULL) :
				       read_tar(d);
	}
	if (!ret && got != ARCHIVE_EOF)
		return bad(d, "ar", archive_error_string(d->outer));
	if (!ret && !data)
		return bad(d, "no data.tar", NULL);
	return ret;
}

static int read_deb(struct deb *d, const struct ctl_buf *file)
{
	int ret = -EBADMSG;

	d->outer = archive_read_new();
	if (!d->outer)
		return -ENOMEM;
	archive_read_support_format_ar(d->outer);
	if (archive_read_open_memory(d->outer, file->data, file->len) ==
	    ARCHIVE_OK)
		ret = read_members(d);
	else
		bad(d, "not an ar archive", NULL);
	archive_read_free(d->outer);
	return ret;
}

static int not_listed(struct ctl *ctl, const struct packages *list,
		      const char *path, const uint8_t sha256[32])
{
	const struct package *p = packages_file(list, path);
	char found[KNOWN_HEX], expected[KNOWN_HEX];

	shinrai_hex_encode(sha256, 32, found);
	if (!p)
		return ctl_error(
			ctl, "chain-deb",
			"is it of this release and"
			" architecture?",
			"%s: expected a package that"
			" Packages names, found SHA256 %s under no such"
			" name",
			path, found);
	shinrai_hex_encode(p->sha256, 32, expected);
	return ctl_error(ctl, "chain-deb", "fetch it again",
			 "%s: expected"
			 " SHA256 %s (%s %s in Packages), found %s",
			 path, expected, p->name, p->version, found);
}

/*
 * Adds the code in one package.  The bytes that are hashed are the bytes that
 * are read: the file is held in memory.
 * Return: 0; EXIT_ERROR, told.
 */
int deb_add(struct known *k, const struct packages *list, const char *path)
{
	CTL_FREE struct deb *d = ctl_alloc(sizeof(*d));
	CTL_BUF file = { 0 };
	const struct package *p;
	uint8_t sha256[32];
	int ret = ctl_read_file(path, MAX_DEB, &file);

	if (ret)
		return ctl_error(k->ctl, "io", NULL, "cannot read %s: %s", path,
				 strerror(-ret));
	content_sha256(file.data, file.len, sha256);
	p = packages_digest(list, sha256);
	if (!p || p->size != file.len)
		return not_listed(k->ctl, list, path, sha256);
	d->known = k;
	d->name = path;
	ret = read_deb(d, &file);
	if (ret)
		return ctl_error(k->ctl, "format", NULL, "%s: %s", path,
				 *d->error ? d->error : strerror(-ret));
	p->release->used = true;
	return 0;
}
