// SPDX-License-Identifier: MIT
/* Packages: only as InRelease vouches for it; what it says of each .deb. */
#include <errno.h>
#include <string.h>

#include "known.h"

#define MAX_PACKAGES ((size_t)512 << 20)

static const struct release_file *listed(const struct release *r,
					 const struct ctl_buf *b)
{
	uint8_t sha256[32];
	size_t i;

	content_sha256(b->data, b->len, sha256);
	for (i = 0; i < r->n; i++) {
		if (r->file[i].size == b->len &&
		    !memcmp(r->file[i].sha256, sha256, 32))
			return &r->file[i];
	}
	return NULL;
}

/* Length of a name without ".xz" and its like. */
static size_t stem(const char *name)
{
	static const char *const ext[] = { ".xz", ".gz", ".lz4", ".zst",
					   ".bz2" };
	size_t n = strlen(name), m, i;

	for (i = 0; i < sizeof(ext) / sizeof(ext[0]); i++) {
		m = strlen(ext[i]);
		if (n > m && !strcmp(name + n - m, ext[i]))
			return n - m;
	}
	return n;
}

/* Where apt keeps it, the file's name ends like its path in InRelease. */
static bool names_match(const char *file, const char *path)
{
	size_t n = stem(file), m = stem(path);

	if (n < m)
		return false;
	for (file += n - m; m; m--, file++, path++) {
		if (*file != *path && (*path != '/' || *file != '_'))
			return false;
	}
	return true;
}

/* @b: the file, unpacked where it can be */
static int not_listed(struct ctl *ctl, const char *path,
		      const struct ctl_buf *b, const struct release *r)
{
	const struct release_file *one = NULL;
	char found[KNOWN_HEX], expected[KNOWN_HEX];
	uint8_t sha256[32];
	size_t i;

	content_sha256(b->data, b->len, sha256);
	shinrai_hex_encode(sha256, 32, found);
	for (i = 0; i < r->n; i++) {
		if (names_match(path, r->file[i].path) &&
		    !r->file[i].path[stem(r->file[i].path)])
			one = &r->file[i];
	}
	if (!one)
		return ctl_error(ctl, "chain-packages",
				 "apt-get update, or"
				 " take both from one mirror",
				 "%s: expected one of the %zu Packages files of"
				 " %s, found SHA256 %s",
				 path, r->n, r->name, found);
	shinrai_hex_encode(one->sha256, 32, expected);
	return ctl_error(ctl, "chain-packages",
			 "apt-get update, or take both from one mirror",
			 "%s: expected SHA256 %s (%s in %s), found %s", path,
			 expected, one->path, r->name, found);
}

/* Return: value of the field when @line is it, else NULL. */
static const char *value_of(char *line, const char *field)
{
	size_t n = strlen(field);

	if (strncmp(line, field, n))
		return NULL;
	return line + n + strspn(line + n, " ");
}

struct stanza {
	struct package p;
	const char *hex, *size;
};

static const char *base(const char *path)
{
	return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

static void stanza_line(struct stanza *s, char *line)
{
	const char *v;

	if ((v = value_of(line, "Package:")))
		s->p.name = v;
	else if ((v = value_of(line, "Version:")))
		s->p.version = v;
	else if ((v = value_of(line, "Architecture:")))
		s->p.arch = v;
	else if ((v = value_of(line, "Filename:")))
		s->p.file = base(v);
	else if ((v = value_of(line, "SHA256:")))
		s->hex = v;
	else if ((v = value_of(line, "Size:")))
		s->size = v;
}

/* Return: 0, also for an empty stanza; -EBADMSG. */
static int stanza_end(struct packages *list, struct stanza *s,
		      struct release *r)
{
	struct package *p = &s->p;
	char *end;

	if (!p->name && !s->hex)
		return 0;
	if (!p->name || !p->version || !p->arch || !p->file || !s->hex ||
	    !s->size || strlen(s->hex) != 64 ||
	    shinrai_hex_decode(s->hex, 64, p->sha256))
		return -EBADMSG;
	p->size = strtoull(s->size, &end, 10);
	if (*end || *s->size < '0' || *s->size > '9')
		return -EBADMSG;
	p->release = r;
	list->p = ctl_grow(list->p, list->n, sizeof(*list->p));
	list->p[list->n++] = *p;
	memset(s, 0, sizeof(*s));
	return 0;
}

static int parse(struct packages *list, char *text, struct release *r)
{
	struct stanza s = { 0 };
	char *line, *next;
	int ret = 0;

	for (line = text; line && !ret; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (*line)
			stanza_line(&s, line);
		else
			ret = stanza_end(list, &s, r);
	}
	return ret ? ret : stanza_end(list, &s, r);
}

static int add_text(struct ctl *ctl, struct packages *list, const char *path,
		    struct ctl_buf *text, struct release *r)
{
	if (ctl_buf_add(text, "", 1))
		return ctl_error(ctl, "memory", NULL, "out of memory");
	list->text = ctl_grow(list->text, list->ntexts, sizeof(*list->text));
	list->text[list->ntexts++] = *text;
	if (strlen((char *)text->data) != text->len - 1 ||
	    parse(list, (char *)text->data, r))
		return ctl_error(ctl, "format", NULL, "%s: malformed stanza",
				 path);
	return 0;
}

/*
 * Appends what the file says, once InRelease vouches for it, as it is or
 * unpacked.  @r must outlive @list.
 * Return: 0; EXIT_ERROR, told.
 */
int packages_load(struct ctl *ctl, struct packages *list, const char *path,
		  struct release *r)
{
	CTL_BUF file = { 0 };
	struct ctl_buf text = { 0 };
	bool vouched;
	int ret;

	ret = ctl_read_file(path, MAX_PACKAGES, &file);
	if (ret)
		return ctl_error(ctl, "io", NULL, "cannot read %s: %s", path,
				 strerror(-ret));
	vouched = listed(r, &file);
	ret = unpack(file.data, file.len, MAX_PACKAGES, &text);
	if (!ret && (vouched || listed(r, &text)))
		return add_text(ctl, list, path, &text, r);
	if (!vouched)
		ret = not_listed(ctl, path, ret ? &file : &text, r);
	else
		ret = ctl_error(ctl, "format", NULL, "%s: cannot be unpacked",
				path);
	ctl_buf_free(&text);
	return ret;
}

/* Return: the package whose .deb has this digest, or NULL. */
const struct package *packages_digest(const struct packages *list,
				      const uint8_t sha256[32])
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (!memcmp(list->p[i].sha256, sha256, 32))
			return &list->p[i];
	}
	return NULL;
}

/* Names in apt's cache carry the epoch, those on the mirror do not. */
static size_t without_epoch(const char *deb, char *out, size_t cap)
{
	const char *version = strchr(deb, '_');
	const char *colon = version ? strstr(version, "%3a") : NULL;
	int n;

	if (!colon)
		n = snprintf(out, cap, "%s", deb);
	else
		n = snprintf(out, cap, "%.*s%s", (int)(version + 1 - deb), deb,
			     colon + 3);
	return (size_t)n;
}

/* Return: the package whose .deb is called like @deb, or NULL. */
const struct package *packages_file(const struct packages *list,
				    const char *deb)
{
	char name[512];
	size_t i;

	if (without_epoch(base(deb), name, sizeof(name)) >= sizeof(name))
		return NULL;
	for (i = 0; i < list->n; i++) {
		if (!strcmp(list->p[i].file, name))
			return &list->p[i];
	}
	return NULL;
}

/* Releases everything; packages that were found in it are gone. */
void packages_free(struct packages *list)
{
	size_t i;

	for (i = 0; i < list->ntexts; i++)
		ctl_buf_free(&list->text[i]);
	free(list->text);
	free(list->p);
	memset(list, 0, sizeof(*list));
}
