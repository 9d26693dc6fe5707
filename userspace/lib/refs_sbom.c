// SPDX-License-Identifier: MIT
/* Digests of files out of bills of materials: SPDX 2.x and CycloneDX, as JSON. */
#include <stdio.h>

#include "refs.h"

/* Of nested components; a bill of materials has a handful of levels. */
#define MAX_DEPTH 32

static const char *text_of(const json_t *j, const char *name)
{
	return json_string_value(json_object_get(j, name));
}

/*
 * Takes all digests of one file that are held against.
 * @list: array of {@alg: text, @hex: text}, or NULL
 */
static int take_file(struct refs_file *f, const json_t *list, const char *alg,
		     const char *hex)
{
	bool held = false;
	const json_t *j;
	u8 key[32];
	size_t i;
	int ret;

	json_array_foreach(list, i, j) {
		ret = shinrai_refs_digest(f, text_of(j, alg), text_of(j, hex),
					  key);
		if (ret < 0)
			return ret;
		if (!ret)
			continue;
		ret = shinrai_digests_add(&f->refs->digests, key,
					  SHINRAI_KNOWN_ANY);
		if (ret)
			return shinrai_refs_bad(f, ret, "%s", strerror(-ret));
		held = true;
	}
	held ? f->held++ : f->weak++;
	return 0;
}

static int is_array(const struct refs_file *f, const json_t *list,
		    const char *name)
{
	return !list || json_is_array(list) ?
		       0 :
		       shinrai_refs_bad(f, -EBADMSG, "%s is not an array",
					name);
}

/* SPDX 2.3, clause 8. */
static int spdx_files(struct refs_file *f, const json_t *of)
{
	const json_t *files = json_object_get(of, "files"), *file, *sums;
	int ret = is_array(f, files, "files");
	size_t i;

	json_array_foreach(files, i, file) {
		sums = json_object_get(file, "checksums");
		if (!text_of(file, "fileName"))
			ret = shinrai_refs_bad(f, -EBADMSG,
					       "files[%zu] has no name", i);
		if (!ret)
			ret = is_array(f, sums, "checksums");
		if (!ret)
			ret = take_file(f, sums, "algorithm", "checksumValue");
		if (ret)
			return ret;
	}
	return ret;
}

/*
 * shinrai_refs_spdx() - checksums of the files of a document and of its packages
 *
 * A package's own checksum is that of an archive, which nobody runs; the files
 * that it lists by "hasFiles" are among those of the document.
 */
int shinrai_refs_spdx(struct refs_file *f, const json_t *j)
{
	const json_t *packages = json_object_get(j, "packages"), *package;
	const char *name = text_of(j, "name");
	int ret = spdx_files(f, j);
	size_t i;

	if (!ret)
		ret = is_array(f, packages, "packages");
	json_array_foreach(packages, i, package) {
		if (!ret)
			ret = spdx_files(f, package);
	}
	return ret ? ret :
		     shinrai_refs_source(f, "%.16s %.120s",
					 text_of(j, "spdxVersion"),
					 name ? name : "(no name)");
}

/* CycloneDX 1.4, components: nested ones belong to those around them. */
static int cdx_components(struct refs_file *f, const json_t *of,
			  unsigned int depth)
{
	const json_t *list = json_object_get(of, "components"), *c, *hashes;
	int ret = is_array(f, list, "components");
	const char *type;
	size_t i;

	if (depth > MAX_DEPTH)
		return shinrai_refs_bad(f, -EBADMSG,
					"components nested more than %d",
					MAX_DEPTH);
	json_array_foreach(list, i, c) {
		type = text_of(c, "type");
		hashes = json_object_get(c, "hashes");
		if (!type)
			ret = shinrai_refs_bad(
				f, -EBADMSG, "components[%zu] has no type", i);
		if (!ret)
			ret = is_array(f, hashes, "hashes");
		if (!ret && !strcmp(type, "file"))
			ret = take_file(f, hashes, "alg", "content");
		if (!ret)
			ret = cdx_components(f, c, depth + 1);
		if (ret)
			return ret;
	}
	return ret;
}

/*
 * shinrai_refs_cyclonedx() - hashes of the components of type file
 *
 * Those of libraries and the like are of archives, which nobody runs.
 */
int shinrai_refs_cyclonedx(struct refs_file *f, const json_t *j)
{
	const json_t *about =
		json_object_get(json_object_get(j, "metadata"), "component");
	const char *version = text_of(j, "specVersion"),
		   *name = text_of(about, "name");
	int ret;

	if (!version || strncmp(version, "1.", 2))
		return shinrai_refs_bad(f, -EBADMSG,
					"CycloneDX of version %.16s, not 1.x",
					version ? version : "(none)");
	ret = cdx_components(f, j, 0);
	if (!ret)
		ret = cdx_components(f, about, 1);
	return ret ? ret :
		     shinrai_refs_source(f, "CycloneDX %.16s %.120s", version,
					 name ? name : "(no name)");
}
