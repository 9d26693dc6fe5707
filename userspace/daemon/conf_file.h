/* SPDX-License-Identifier: MIT */
/*
 * Configuration files of the daemons: a table of keys, filled by libconfig from a
 * file and its drop-ins.
 */
#ifndef SHINRAI_CONF_FILE_H
#define SHINRAI_CONF_FILE_H

#include <libconfig.h>

#include <shinrai/platform.h>

struct conf_file;

struct conf_key {
	const char *name;
	enum {
		CONF_TEXT, /* char *, owned, never NULL */
		CONF_NUMBER, /* int */
		CONF_FLAG, /* bool */
		CONF_GROUP, /* its keys are fields of the same structure */
		CONF_OTHER, /* whatever @read makes of it */
	} kind;
	size_t offset; /* of the field */
	int min, max; /* NUMBER */
	int number; /* NUMBER, FLAG: without the key */
	const char *text; /* TEXT: without the key */
	/* TEXT: what is wrong, as in "is not empty", or NULL; no check */
	const char *(*fault)(const char *text);
	const struct conf_key *group; /* GROUP; the last one has no name */
	const char *shape; /* GROUP: how one looks */
	/* OTHER: 0; what conf_bad() returns; -ENOMEM */
	int (*read)(const struct conf_file *f, const config_setting_t *s);
};

/* What is read, and where to. */
struct conf_file {
	void *conf; /* the structure that offsets are in */
	const struct conf_key *keys; /* the last one has no name */
	const char *page; /* of the manual */
	const char *path; /* of the file that is being read */
	char *err;
	size_t errlen;
};

int conf_file_load(struct conf_file *f, const char *path);
void conf_file_free(void *conf, const struct conf_key *keys);
int conf_group(const struct conf_file *f, const config_setting_t *s,
	       const struct conf_key *keys, void *item);
int conf_list(const struct conf_file *f, const config_setting_t *s, size_t most,
	      size_t size, void **items, size_t *count,
	      int (*read)(const struct conf_file *f, const config_setting_t *s,
			  void *item, size_t index));
int conf_bad(const struct conf_file *f, const config_setting_t *s,
	     const char *fmt, ...) __attribute__((format(printf, 3, 4)));

int conf_hash(const char *text, u8 out[32]);

/* For @fault. */
const char *conf_some(const char *text);
const char *conf_address(const char *text);
const char *conf_absolute(const char *text);

#endif
