// SPDX-License-Identifier: MIT
/* The digest list: collected, sorted, written (PROTOCOL.md 8.1). */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "known.h"

#define MAX_PATH_TEXT 8000 /* bytes; a line has at most 8192 */

/* @path is a hint for people and is escaped here. */
void known_add(struct known *k, const uint8_t sha256[32], const char *kind,
	       const char *path)
{
	struct known_entry *e;

	k->entry = ctl_grow(k->entry, k->n, sizeof(*k->entry));
	e = &k->entry[k->n++];
	memcpy(e->sha256, sha256, 32);
	e->kind = kind;
	e->path = ctl_escape(path, strlen(path), false);
	if (strlen(e->path) > MAX_PATH_TEXT)
		e->path[MAX_PATH_TEXT] = '\0';
}

/* Every list says where it comes from; an equal line is kept once. */
void known_source(struct known *k, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	size_t i;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = ctl_alloc(1);
	va_end(ap);
	for (i = 0; i < k->nsources; i++) {
		if (!strcmp(k->source[i], text)) {
			free(text);
			return;
		}
	}
	k->source = ctl_grow(k->source, k->nsources, sizeof(*k->source));
	k->source[k->nsources++] = text;
}

static int compare(const void *va, const void *vb)
{
	const struct known_entry *a = va, *b = vb;
	int c = memcmp(a->sha256, b->sha256, 32);

	if (!c)
		c = strcmp(a->kind, b->kind);
	return c ? c : strcmp(a->path, b->path);
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct known *k)
{
	size_t i, n = 0;

	if (k->nsources)
		qsort(k->source, k->nsources, sizeof(*k->source), compare_text);
	if (k->n)
		qsort(k->entry, k->n, sizeof(*k->entry), compare);
	for (i = 0; i < k->n; i++) {
		if (n && !compare(&k->entry[n - 1], &k->entry[i]))
			free(k->entry[i].path);
		else
			k->entry[n++] = k->entry[i];
	}
	k->n = n;
}

static void write_text(const struct known *k, FILE *f)
{
	char hex[KNOWN_HEX];
	size_t i;

	fputs("# shinrai-digests v1\n", f);
	for (i = 0; i < k->nsources; i++)
		fprintf(f, "# source: %s\n", k->source[i]);
	for (i = 0; i < k->n; i++) {
		shinrai_hex_encode(k->entry[i].sha256, 32, hex);
		fprintf(f, "%s %s %s\n", hex, k->entry[i].kind,
			k->entry[i].path);
	}
}

static json_t *sources_json(const struct known *k)
{
	json_t *a = json_array();
	size_t i;

	for (i = 0; i < k->nsources; i++)
		json_array_append_new(a, json_string(k->source[i]));
	return a;
}

static json_t *list_json(const struct known *k)
{
	json_t *a = json_array();
	char hex[KNOWN_HEX];
	size_t i;

	for (i = 0; i < k->n; i++) {
		shinrai_hex_encode(k->entry[i].sha256, 32, hex);
		json_array_append_new(a,
				      json_pack("{s:s, s:s, s:s}", "sha256",
						hex, "kind", k->entry[i].kind,
						"path", k->entry[i].path));
	}
	return json_pack("{s:s, s:o, s:o}", "format", "shinrai-digests-v1",
			 "sources", sources_json(k), "digests", a);
}

static int summary(const struct known *k, const char *path)
{
	if (k->ctl->json)
		return ctl_json_out(k->ctl, stdout,
				    json_pack("{s:s, s:o, s:I}", "file", path,
					      "sources", sources_json(k),
					      "digests", (json_int_t)k->n));
	ctl_note(k->ctl, "%s: %zu digests", path, k->n);
	return EXIT_OK;
}

/*
 * Sorts and writes: to the file @path, which is replaced at once, or to
 * standard output, there as JSON when that was asked for.
 * Return: exit status.
 */
int known_write(struct known *k, const char *path)
{
	CTL_OUT out = { 0 };
	int ret;

	ctl_progress(NULL);
	sort(k);
	if (!k->n)
		return ctl_error(k->ctl, "empty", NULL,
				 "no code was found: no list is written");
	if (k->ctl->json && !strcmp(path, "-"))
		return ctl_json_out(k->ctl, stdout, list_json(k));
	ret = ctl_out_open(&out, path);
	if (ret)
		return ctl_error(k->ctl, "output", NULL, "cannot create %s: %s",
				 path, strerror(-ret));
	write_text(k, out.f);
	ret = ctl_out_commit(&out, true);
	if (ret)
		return ctl_error(k->ctl, "output", NULL, "cannot write %s: %s",
				 path, strerror(-ret));
	return strcmp(path, "-") ? summary(k, path) : EXIT_OK;
}

/* Releases everything; @k is not usable any more. */
void known_free(struct known *k)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		free(k->entry[i].path);
	for (i = 0; i < k->nsources; i++)
		free(k->source[i]);
	free(k->entry);
	free(k->source);
}
