// SPDX-License-Identifier: MIT
/* The group "enrolment" of shinrai-verifier.conf(5). */
#include <stdlib.h>

#include "conf.h"

#define TEXT(n, check, def)                                                 \
	{                                                                   \
		.name = #n, .kind = CONF_TEXT,                              \
		.offset = offsetof(struct conf, enrol.n), .fault = (check), \
		.text = (def)                                               \
	}
#define NUMBER(n, lo, hi, def)                                         \
	{                                                              \
		.name = #n, .kind = CONF_NUMBER,                       \
		.offset = offsetof(struct conf, enrol.n), .min = (lo), \
		.max = (hi), .number = (def)                           \
	}

static const char *is_level(const char *text)
{
	enum shinrai_assurance level;

	return *text && shinrai_assurance_by_name(text, &level) ?
		       "is \"hardware\", \"firmware\", \"virtual\" or "
		       "\"software\"" :
		       NULL;
}

static const struct conf_key ek_keys[] = {
	{ .name = "file",
	  .kind = CONF_TEXT,
	  .offset = offsetof(struct conf_ek_file, file),
	  .fault = conf_absolute,
	  .text = "" },
	{ .name = "level",
	  .kind = CONF_TEXT,
	  .offset = offsetof(struct conf_ek_file, level_name),
	  .fault = is_level,
	  .text = "" },
	{ 0 },
};

static int read_ek(const struct conf_file *f, const config_setting_t *s,
		   void *item, size_t index)
{
	struct conf_ek_file *ek = item;
	int ret = conf_group(f, s, ek_keys, ek);

	(void)index;
	if (ret)
		return ret;
	if (!*ek->file)
		return conf_bad(f, s, "ek: each one has a file");
	if (*ek->level_name)
		shinrai_assurance_by_name(ek->level_name, &ek->level);
	ek->where = conf_where(f, config_setting_get_member(s, "file"));
	return ek->where ? 0 : -ENOMEM;
}

static int read_eks(const struct conf_file *f, const config_setting_t *s)
{
	struct conf *conf = f->conf;

	return conf_list(f, s, CONF_EK_FILES, sizeof(*conf->enrol.ek),
			 (void **)&conf->enrol.ek, &conf->enrol.nek, read_ek);
}

/* "": none, as when it is left out. */
static int read_policy(const struct conf_file *f, const config_setting_t *s)
{
	const char *text = config_setting_get_string(s);
	struct conf *conf = f->conf;

	if (text && !*text) {
		conf_ref_free(&conf->enrol.policy);
		return 0;
	}
	return conf_ref_read(f, s, &conf->enrol.policy);
}

static int read_group(const struct conf_file *f, const config_setting_t *s)
{
	struct conf *conf = f->conf;

	return conf_ref_read(f, s, &conf->enrol.group);
}

static int read_name(const struct conf_file *f, const config_setting_t *s,
		     void *item, size_t index)
{
	const char *text = config_setting_get_string(s);

	(void)index;
	if (!text || !*text)
		return conf_bad(f, s,
				"reserved: each one is a name, or \"*.\" and "
				"the rest of one");
	*(char **)item = strdup(text);
	return *(char **)item ? 0 : -ENOMEM;
}

static int read_reserved(const struct conf_file *f, const config_setting_t *s)
{
	struct conf *conf = f->conf;

	return conf_list(f, s, CONF_RESERVED, sizeof(*conf->enrol.reserved),
			 (void **)&conf->enrol.reserved, &conf->enrol.nreserved,
			 read_name);
}

static const char *absolute_or_none(const char *text)
{
	return *text ? conf_absolute(text) : NULL;
}

const struct conf_key conf_enrol_keys[] = {
	TEXT(ca_cert, absolute_or_none, ""),
	TEXT(ca_key, absolute_or_none, ""),
	NUMBER(ak_days, 1, 3650, 365),
	NUMBER(tls_days, 1, 825, 30),
	NUMBER(challenge_s, 1, 600, 60),
	{ .name = "allow_software",
	  .kind = CONF_FLAG,
	  .offset = offsetof(struct conf, enrol.allow_software) },
	{ .name = "ek", .kind = CONF_OTHER, .read = read_eks },
	{ .name = "policy", .kind = CONF_OTHER, .read = read_policy },
	{ .name = "group", .kind = CONF_OTHER, .read = read_group },
	{ .name = "reserved", .kind = CONF_OTHER, .read = read_reserved },
	{ 0 },
};

/**
 * conf_enrol_free() - release what the group's lists allocated
 * @enrol: may be partly filled
 */
void conf_enrol_free(struct conf_enrol *enrol)
{
	size_t i;

	for (i = 0; i < enrol->nek; i++) {
		free(enrol->ek[i].where);
		conf_file_free(&enrol->ek[i], ek_keys);
	}
	free(enrol->ek);
	conf_ref_free(&enrol->policy);
	conf_ref_free(&enrol->group);
	for (i = 0; i < enrol->nreserved; i++)
		free(enrol->reserved[i]);
	free(enrol->reserved);
}
