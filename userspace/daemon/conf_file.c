// SPDX-License-Identifier: MIT
/* Configuration files: a table of keys, filled by libconfig. */
#include <arpa/inet.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/hex.h>

#include "conf_file.h"

/**
 * conf_bad() - say what is wrong with a setting, with file and line
 * @f: what is read
 * @s: the setting
 * @fmt: what it is or should be
 *
 * Return: -EINVAL.
 */
int conf_bad(const struct conf_file *f, const config_setting_t *s,
	     const char *fmt, ...)
{
	va_list ap;
	int n;

	n = snprintf(f->err, f->errlen, "%s:%d: ", f->path,
		     (int)config_setting_source_line(s));
	if (n < 0 || (size_t)n >= f->errlen)
		return -EINVAL;
	va_start(ap, fmt);
	vsnprintf(f->err + n, f->errlen - (size_t)n, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/**
 * conf_some() - for conf_key.fault: not the empty text
 * @text: the value
 *
 * Return: what is wrong, or NULL.
 */
const char *conf_some(const char *text)
{
	return *text ? NULL : "is not empty";
}

/**
 * conf_address() - for conf_key.fault: an address of this machine
 * @text: the value
 *
 * Return: what is wrong, or NULL.
 */
const char *conf_address(const char *text)
{
	u8 a[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, text, a) == 1 ||
	    inet_pton(AF_INET6, text, a) == 1)
		return NULL;
	return "is neither an IPv4 nor an IPv6 address";
}

/**
 * conf_absolute() - for conf_key.fault: a path from the root
 * @text: the value
 *
 * Return: what is wrong, or NULL.
 */
const char *conf_absolute(const char *text)
{
	return *text == '/' ? NULL : "is a path that begins with /";
}

/**
 * conf_hash() - a SHA-256 as configurations have it
 * @text: 64 lower-case hex digits; NULL is none
 * @out: out, only on success
 *
 * Return: 0; -EINVAL.
 */
int conf_hash(const char *text, u8 out[32])
{
	if (!text || strlen(text) != 64 ||
	    strspn(text, "0123456789abcdef") != 64)
		return -EINVAL;
	return shinrai_hex_decode(text, 64, out);
}

static int set_text(char **dst, const char *value)
{
	char *s = strdup(value);

	if (!s)
		return -ENOMEM;
	free(*dst);
	*dst = s;
	return 0;
}

static int read_text(const struct conf_file *f, const config_setting_t *s,
		     const struct conf_key *k)
{
	const char *text = config_setting_get_string(s), *why = NULL;

	if (config_setting_type(s) != CONFIG_TYPE_STRING)
		return conf_bad(f, s, "%s is a text in quotes", k->name);
	if (k->fault)
		why = k->fault(text);
	if (why)
		return conf_bad(f, s, "%s %s", k->name, why);
	return set_text((char **)((char *)f->conf + k->offset), text);
}

static int read_number(const struct conf_file *f, const config_setting_t *s,
		       const struct conf_key *k)
{
	int v = config_setting_get_int(s);

	if (config_setting_type(s) != CONFIG_TYPE_INT || v < k->min ||
	    v > k->max)
		return conf_bad(f, s, "%s is a number from %d to %d", k->name,
				k->min, k->max);
	memcpy((char *)f->conf + k->offset, &v, sizeof(v));
	return 0;
}

static int read_flag(const struct conf_file *f, const config_setting_t *s,
		     const struct conf_key *k)
{
	if (config_setting_type(s) != CONFIG_TYPE_BOOL)
		return conf_bad(f, s, "%s is true or false", k->name);
	*(bool *)((char *)f->conf + k->offset) = config_setting_get_bool(s);
	return 0;
}

static int read_group(const struct conf_file *f, const config_setting_t *group,
		      const struct conf_key *keys);

static int read_key(const struct conf_file *f, const config_setting_t *s,
		    const struct conf_key *k)
{
	switch (k->kind) {
	case CONF_TEXT:
		return read_text(f, s, k);
	case CONF_NUMBER:
		return read_number(f, s, k);
	case CONF_FLAG:
		return read_flag(f, s, k);
	case CONF_GROUP:
		if (!config_setting_is_group(s))
			return conf_bad(f, s, "%s is a group: %s = { %s }",
					k->name, k->name, k->shape);
		return read_group(f, s, k->group);
	case CONF_OTHER:
		return k->read(f, s);
	}
	return -EINVAL;
}

static int read_group(const struct conf_file *f, const config_setting_t *group,
		      const struct conf_key *keys)
{
	const struct conf_key *k;
	int i, ret;

	for (i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s =
			config_setting_get_elem(group, (unsigned int)i);

		for (k = keys; k->name; k++) {
			if (!strcmp(k->name, config_setting_name(s)))
				break;
		}
		if (!k->name)
			return conf_bad(f, s, "unknown key %s (see %s)",
					config_setting_name(s), f->page);
		ret = read_key(f, s, k);
		if (ret)
			return ret;
	}
	return 0;
}

static int set_defaults(void *conf, const struct conf_key *k)
{
	int ret = 0;

	for (; k->name && !ret; k++) {
		void *dst = (char *)conf + k->offset;

		if (k->kind == CONF_NUMBER)
			memcpy(dst, &k->number, sizeof(int));
		else if (k->kind == CONF_FLAG)
			*(bool *)dst = k->number;
		else if (k->kind == CONF_TEXT)
			ret = set_text(dst, k->text);
		else if (k->kind == CONF_GROUP)
			ret = set_defaults(conf, k->group);
	}
	return ret;
}

/**
 * conf_group() - for conf_key.read: a group that is a structure of its own
 * @f: what is read
 * @s: the setting
 * @keys: of the structure
 * @item: the structure, zeroed
 *
 * Return: 0; -EINVAL, told; -ENOMEM.
 */
int conf_group(const struct conf_file *f, const config_setting_t *s,
	       const struct conf_key *keys, void *item)
{
	struct conf_file of_item = *f;
	int ret = set_defaults(item, keys);

	if (ret)
		return ret;
	if (!config_setting_is_group(s))
		return conf_bad(f, s, "here is a group: { %s = ...; }",
				keys->name);
	of_item.conf = item;
	return read_group(&of_item, s, keys);
}

/**
 * conf_list() - for conf_key.read: ( a, b, ... ), added to what is there
 * @f: what is read
 * @s: the setting
 * @most: items there may be
 * @size: of an item
 * @items: their array; those that were not read whole are there, too
 * @count: of them
 * @read: fills one, which is zeroed, and the @index-th
 *
 * Return: 0; -EINVAL, told; -ENOMEM; what @read gave.
 */
int conf_list(const struct conf_file *f, const config_setting_t *s, size_t most,
	      size_t size, void **items, size_t *count,
	      int (*read)(const struct conf_file *f, const config_setting_t *s,
			  void *item, size_t index))
{
	size_t i, n = (size_t)config_setting_length(s);
	char *all;
	int ret = 0;

	if (!config_setting_is_list(s) || *count + n > most)
		return conf_bad(f, s, "%s is a list of at most %zu: ( ... )",
				config_setting_name(s), most);
	all = reallocarray(*items, *count + n + 1, size);
	if (!all)
		return -ENOMEM;
	*items = all;
	memset(all + *count * size, 0, (n + 1) * size);
	for (i = 0; i < n && !ret; i++) {
		ret = read(f, config_setting_get_elem(s, (unsigned int)i),
			   all + *count * size, *count);
		++*count;
	}
	return ret;
}

static int load_file(struct conf_file *f, const char *path)
{
	config_t cfg;
	int ret = 0;

	f->path = path;
	config_init(&cfg);
	errno = 0; /* and stays so when libconfig refuses a folder */
	if (config_read_file(&cfg, path) == CONFIG_TRUE) {
		ret = read_group(f, config_root_setting(&cfg), f->keys);
	} else if (config_error_type(&cfg) == CONFIG_ERR_FILE_IO) {
		snprintf(f->err, f->errlen,
			 "cannot read %s: %s (see %s for what belongs there)",
			 path, errno ? strerror(errno) : "not a regular file",
			 f->page);
		ret = -EIO;
	} else {
		snprintf(f->err, f->errlen, "%s:%d: %s", path,
			 config_error_line(&cfg), config_error_text(&cfg));
		ret = -EINVAL;
	}
	config_destroy(&cfg);
	return ret;
}

static int is_drop_in(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');

	return *entry->d_name != '.' && end && !strcmp(end, ".conf");
}

static int load_drop_in(struct conf_file *f, const char *folder,
			const char *name)
{
	char *path;
	int ret;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return -ENOMEM;
	ret = load_file(f, path);
	free(path);
	return ret;
}

/*
 * Drop-ins may restrict who is let in: only a folder that is not there has none, one
 * that cannot be read is an error.
 */
static int load_folder(struct conf_file *f, const char *folder)
{
	struct dirent **found;
	int i, n = scandir(folder, &found, is_drop_in, alphasort), ret = 0;

	if (n < 0 && errno == ENOENT)
		return 0;
	if (n < 0) {
		snprintf(f->err, f->errlen,
			 "cannot list %s: %s (make it a folder that this user "
			 "may read, or remove it)",
			 folder, strerror(errno));
		return -EIO;
	}
	for (i = 0; i < n; i++) {
		if (!ret)
			ret = load_drop_in(f, folder, found[i]->d_name);
		free(found[i]);
	}
	free(found);
	return ret;
}

static int load_drop_ins(struct conf_file *f, const char *path)
{
	char *folder;
	int ret;

	if (asprintf(&folder, "%s.d", path) < 0)
		return -ENOMEM;
	ret = load_folder(f, folder);
	free(folder);
	return ret;
}

/**
 * conf_file_load() - read a file and its drop-ins, @path.d/\*.conf in their order
 * @f: conf (zeroed but for what CONF_OTHER keys default to), keys, page; err is
 *     out on error: what is wrong, with file and line
 * @path: the main file
 *
 * The structure is for conf_file_free() in every case.
 *
 * Return: 0; -EINVAL for wrong content; -EIO; -ENOMEM.
 */
int conf_file_load(struct conf_file *f, const char *path)
{
	int ret;

	snprintf(f->err, f->errlen, "out of memory");
	ret = set_defaults(f->conf, f->keys);
	if (!ret)
		ret = load_file(f, path);
	if (!ret)
		ret = load_drop_ins(f, path);
	return ret;
}

/**
 * conf_file_free() - release the texts that conf_file_load() allocated
 * @conf: the structure; may be partly filled
 * @keys: as it was read
 */
void conf_file_free(void *conf, const struct conf_key *keys)
{
	for (; keys->name; keys++) {
		if (keys->kind == CONF_TEXT)
			free(*(char **)((char *)conf + keys->offset));
		else if (keys->kind == CONF_GROUP)
			conf_file_free(conf, keys->group);
	}
}
