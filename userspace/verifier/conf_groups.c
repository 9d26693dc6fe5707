// SPDX-License-Identifier: MIT
/* The list "groups" of shinrai-verifier.conf(5), and names that refer to others. */
#include <stdio.h>
#include <stdlib.h>

#include "conf.h"
#include "device.h"

/**
 * conf_ref_read() - for conf_key.read: a name
 * @f: what is read
 * @s: the setting
 * @ref: out, for conf_ref_free(); what it was is released
 *
 * Return: 0; -EINVAL, told; -ENOMEM.
 */
int conf_ref_read(const struct conf_file *f, const config_setting_t *s,
		  struct conf_ref *ref)
{
	const char *text = config_setting_get_string(s);

	if (!text || conf_name(text))
		return conf_bad(f, s, "%s %s", config_setting_name(s),
				conf_name(""));
	conf_ref_free(ref);
	ref->name = strdup(text);
	if (asprintf(&ref->place, "%s:%d", f->path,
		     (int)config_setting_source_line(s)) < 0)
		ref->place = NULL;
	return ref->name && ref->place ? 0 : -ENOMEM;
}

/**
 * conf_ref_free() - release its texts
 * @ref: may be none, and is none then
 */
void conf_ref_free(struct conf_ref *ref)
{
	free(ref->name);
	free(ref->place);
	memset(ref, 0, sizeof(*ref));
}

static int read_policy(const struct conf_file *f, const config_setting_t *s)
{
	struct conf_devices *g = f->conf;

	return conf_ref_read(f, s, &g->policy);
}

static const struct conf_key group_keys[] = {
	{ .name = "name",
	  .kind = CONF_TEXT,
	  .offset = offsetof(struct conf_devices, name),
	  .fault = conf_name,
	  .text = "" },
	{ .name = "policy", .kind = CONF_OTHER, .read = read_policy },
	{ 0 },
};

static int read_one(const struct conf_file *f, const config_setting_t *s,
		    void *item, size_t index)
{
	const struct conf *conf = f->conf;
	struct conf_devices *g = item;
	size_t i;
	int ret = conf_group(f, s, group_keys, g);

	if (ret)
		return ret;
	if (conf_name(g->name))
		return conf_bad(f, s, "a group has a name, which %s",
				conf_name(""));
	for (i = 0; i < index; i++) {
		if (!strcmp(conf->group[i].name, g->name))
			return conf_bad(f, s, "group %s is there twice",
					g->name);
	}
	return 0;
}

/**
 * conf_groups_read() - for conf_key.read: "groups"
 * @f: what is read
 * @s: the setting
 *
 * Return: 0; -EINVAL, told; -ENOMEM.
 */
int conf_groups_read(const struct conf_file *f, const config_setting_t *s)
{
	struct conf *conf = f->conf;

	return conf_list(f, s, CONF_GROUPS, sizeof(*conf->group),
			 (void **)&conf->group, &conf->ngroups, read_one);
}

static int by_name(const void *a, const void *b)
{
	const struct conf_devices *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/**
 * conf_group_of() - the group of a name
 * @conf: the configuration
 * @name: of the group
 *
 * Return: the group; NULL: it is not in "groups".
 */
const struct conf_devices *conf_group_of(const struct conf *conf,
					 const char *name)
{
	const struct conf_devices key = { .name = (char *)(uintptr_t)name };

	return conf->ngroups ? bsearch(&key, conf->group, conf->ngroups,
				       sizeof(key), by_name) :
			       NULL;
}

/**
 * conf_has_group() - is there a group of a name?
 * @conf: the configuration
 * @name: of the group
 *
 * Return: whether there is; DEVICE_GROUP is always there.
 */
bool conf_has_group(const struct conf *conf, const char *name)
{
	return !strcmp(name, DEVICE_GROUP) || conf_group_of(conf, name);
}

/**
 * conf_group_count() - how many groups there are
 * @conf: the configuration
 *
 * Return: their number, with DEVICE_GROUP.
 */
size_t conf_group_count(const struct conf *conf)
{
	return conf->ngroups + !conf_group_of(conf, DEVICE_GROUP);
}

/**
 * conf_group_index() - the place of a group among them
 * @conf: the configuration
 * @name: of the group
 *
 * Return: as conf_group_name() takes it; conf_group_count() where there is none.
 */
size_t conf_group_index(const struct conf *conf, const char *name)
{
	const struct conf_devices *g = conf_group_of(conf, name);

	if (g)
		return (size_t)(g - conf->group);
	return strcmp(name, DEVICE_GROUP) ? conf_group_count(conf) :
					    conf->ngroups;
}

/**
 * conf_group_name() - one of the groups, by their names but for DEVICE_GROUP
 * @conf: the configuration
 * @index: below conf_group_count()
 *
 * Return: its name.
 */
const char *conf_group_name(const struct conf *conf, size_t index)
{
	return index < conf->ngroups ? conf->group[index].name : DEVICE_GROUP;
}

static bool has_policy(const struct conf *conf, const char *name)
{
	size_t i;

	for (i = 0; i < conf->npolicies; i++) {
		if (!strcmp(conf->policy[i].name, name))
			return true;
	}
	return false;
}

static int check_policy(const struct conf *conf, const struct conf_ref *ref,
			const char *who, char *err, size_t errlen)
{
	if (!ref->name || has_policy(conf, ref->name))
		return 0;
	snprintf(err, errlen, "%s: %s: there is no policy %s in policies",
		 ref->place, who, ref->name);
	return -EINVAL;
}

static int check_group(const struct conf *conf, const struct conf_ref *ref,
		       const char *who, char *err, size_t errlen)
{
	if (!ref->name || conf_has_group(conf, ref->name))
		return 0;
	snprintf(err, errlen, "%s: %s: there is no group %s in groups",
		 ref->place, who, ref->name);
	return -EINVAL;
}

/**
 * conf_groups_done() - does all that groups, and names of groups, refer to exist?
 * @conf: the configuration, read whole; its groups can be looked for then
 * @err: out on error: what does not, with file and line
 * @errlen: its room
 *
 * Return: 0; -EINVAL.
 */
int conf_groups_done(struct conf *conf, char *err, size_t errlen)
{
	char who[80];
	size_t i;
	int ret;

	if (conf->ngroups)
		qsort(conf->group, conf->ngroups, sizeof(*conf->group),
		      by_name);
	ret = check_policy(conf, &conf->enrol.policy, "enrolment", err, errlen);
	for (i = 0; i < conf->ngroups && !ret; i++) {
		snprintf(who, sizeof(who), "group %s", conf->group[i].name);
		ret = check_policy(conf, &conf->group[i].policy, who, err,
				   errlen);
	}
	if (!ret)
		ret = check_group(conf, &conf->enrol.group, "enrolment", err,
				  errlen);
	for (i = 0; i < conf->npeople && !ret; i++)
		ret = check_group(conf, &conf->person[i].group,
				  conf->person[i].name, err, errlen);
	return ret;
}

/**
 * conf_groups_free() - release the list
 * @conf: may be partly filled
 */
void conf_groups_free(struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->ngroups; i++) {
		conf_file_free(&conf->group[i], group_keys);
		conf_ref_free(&conf->group[i].policy);
	}
	free(conf->group);
}
