// SPDX-License-Identifier: MIT
/* "roles" of shinrai-verifier.conf(5), and whom it gives them to. */
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/sealed.h>

#include "conf.h"

static const struct {
	const char *name;
	enum role role;
} built_in[] = {
	{ "reader", ROLE_READER },
	{ "admin", ROLE_ADMIN },
	{ "enroller", ROLE_ENROLLER },
};

/* Return: ROLE_NONE for a name that is not built in. */
static enum role role_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(built_in); i++) {
		if (!strcmp(name, built_in[i].name))
			return built_in[i].role;
	}
	return ROLE_NONE;
}

/* An enroller reads nothing. */
static const char *like_fault(const char *text)
{
	return !*text || role_by_name(text) >= ROLE_READER ?
		       NULL :
		       "is \"reader\" or \"admin\"";
}

/**
 * conf_role_fault() - for conf_key.fault: what may name a role
 * @name: the value
 *
 * Return: what is wrong, or NULL.
 */
const char *conf_role_fault(const char *name)
{
	const size_t len = strlen(name);

	if (len && len < 64 &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len)
		return NULL;
	return "is 1 to 63 of a-z 0-9 . _ -";
}

static int read_reads(const struct conf_file *f, const config_setting_t *s)
{
	struct conf_role *r = f->conf;
	enum shinrai_field_class c;
	const char *name;
	u32 named = 0;
	int i;

	if (!config_setting_is_array(s) && !config_setting_is_list(s))
		return conf_bad(f, s, "reads is an array of texts");
	for (i = 0; i < config_setting_length(s); i++) {
		name = config_setting_get_string_elem(s, i);
		if (!name || shinrai_fields_by_name(name, &c) ||
		    c == SHINRAI_FIELDS_TEXT)
			return conf_bad(f, s,
					"reads: entry %d is none of paths, "
					"users, destinations, digests, labels",
					i + 1);
		named |= 1u << c;
	}
	r->may = shinrai_fields_readable(named);
	return 0;
}

static const struct conf_key role_keys[] = {
	{ .name = "name",
	  .kind = CONF_TEXT,
	  .offset = offsetof(struct conf_role, name),
	  .fault = conf_role_fault,
	  .text = "" },
	{ .name = "like",
	  .kind = CONF_TEXT,
	  .offset = offsetof(struct conf_role, like),
	  .fault = like_fault,
	  .text = "" },
	{ .name = "reads", .kind = CONF_OTHER, .read = read_reads },
	{ 0 },
};

static int read_role(const struct conf_file *f, const config_setting_t *s,
		     void *item, size_t index)
{
	const struct conf *conf = f->conf;
	struct conf_role *r = item;
	enum role own;
	size_t i;
	int ret;

	r->may = SHINRAI_FIELDS_ALL;
	ret = conf_group(f, s, role_keys, r);
	if (ret)
		return ret;
	if (!*r->name)
		return conf_bad(f, s, "a role has a name");
	own = role_by_name(r->name);
	if (own == ROLE_ENROLLER || (own && *r->like))
		return conf_bad(f, s,
				"role %s is built in: it may do what it may",
				r->name);
	r->role = own ? own : *r->like ? role_by_name(r->like) : ROLE_READER;
	for (i = 0; i < index; i++) {
		if (!strcmp(conf->roles[i].name, r->name))
			return conf_bad(f, s, "role %s is there twice",
					r->name);
	}
	return 0;
}

/**
 * conf_roles_read() - for conf_key.read: the list of roles
 * @f: what is read
 * @s: the list
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int conf_roles_read(const struct conf_file *f, const config_setting_t *s)
{
	struct conf *conf = f->conf;

	return conf_list(f, s, CONF_ROLES, sizeof(*conf->roles),
			 (void **)&conf->roles, &conf->nroles, read_role);
}

/**
 * conf_where() - where a setting is, for conf_roles_settle()
 * @f: what is read
 * @s: the setting
 *
 * Return: for free(); NULL when memory lacks.
 */
char *conf_where(const struct conf_file *f, const config_setting_t *s)
{
	char *where;

	return asprintf(&where, "%s:%d", f->path,
			(int)config_setting_source_line(s)) < 0 ?
		       NULL :
		       where;
}

/**
 * conf_roles_find() - a role by its name
 * @conf: the configuration, all of which was read
 * @name: of the role
 * @role: out: what it may do
 * @may: out: classes of fields that it may read
 *
 * Return: 0; -ENOENT.
 */
int conf_roles_find(const struct conf *conf, const char *name, enum role *role,
		    u32 *may)
{
	size_t i;

	for (i = 0; i < conf->nroles; i++) {
		if (strcmp(conf->roles[i].name, name))
			continue;
		*role = conf->roles[i].role;
		*may = conf->roles[i].may;
		return 0;
	}
	*role = role_by_name(name);
	*may = *role >= ROLE_READER ? SHINRAI_FIELDS_ALL : 0;
	return *role ? 0 : -ENOENT;
}

/**
 * conf_roles_settle() - find the roles that people and webhooks have
 * @conf: all of which was read; roles may be in later files than who has them
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * Return: 0; -EINVAL.
 */
int conf_roles_settle(struct conf *conf, char *err, size_t errlen)
{
	enum role role;
	size_t i;

	for (i = 0; i < conf->npeople; i++) {
		struct conf_person *p = &conf->person[i];

		if (!conf_roles_find(conf, p->role_name, &p->role, &p->may))
			continue;
		snprintf(
			err, errlen,
			"%s: person %s: there is no role \"%s\": it is reader, "
			"enroller, admin, or the name of one of roles",
			p->where, p->name, p->role_name);
		return -EINVAL;
	}
	for (i = 0; i < conf->nhooks; i++) {
		struct conf_hook *h = &conf->hook[i];

		h->may = SHINRAI_FIELDS_ALL;
		if (!*h->role ||
		    !conf_roles_find(conf, h->role, &role, &h->may))
			continue;
		snprintf(
			err, errlen,
			"%s: webhook %s: there is no role \"%s\": it is reader, "
			"admin, or the name of one of roles",
			h->where, h->name, h->role);
		return -EINVAL;
	}
	return 0;
}

/**
 * conf_roles_free() - release the roles
 * @conf: may be partly filled
 */
void conf_roles_free(struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->nroles; i++)
		conf_file_free(&conf->roles[i], role_keys);
	free(conf->roles);
}
