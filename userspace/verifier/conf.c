// SPDX-License-Identifier: MIT
/* shinrai-verifier's keys: shinrai-verifier.conf(5). */
#include <stdlib.h>

#include <shinrai/record.h>

#include "../daemon/conf_file.h"
#include "../daemon/url.h"
#include "conf.h"
#include "store.h"

#define TEXT(type, n, check, def)                                           \
	{                                                                   \
		.name = #n, .kind = CONF_TEXT, .offset = offsetof(type, n), \
		.fault = (check), .text = (def)                             \
	}
#define NUMBER(type, n, lo, hi, def)                                          \
	{                                                                     \
		.name = #n, .kind = CONF_NUMBER, .offset = offsetof(type, n), \
		.min = (lo), .max = (hi), .number = (def)                     \
	}
#define LIMIT(n, lo, hi, def)                                           \
	{                                                               \
		.name = #n, .kind = CONF_NUMBER,                        \
		.offset = offsetof(struct conf, limits.n), .min = (lo), \
		.max = (hi), .number = (def)                            \
	}

/* One path or an array of them, behind those that @paths has. */
static int read_paths(const struct conf_file *f, const config_setting_t *s,
		      char **paths)
{
	const char *key = config_setting_name(s), *text;
	bool one = config_setting_type(s) == CONFIG_TYPE_STRING;
	int i, n = one ? 1 : config_setting_length(s), have = 0;

	while (paths[have])
		have++;
	if ((!one && !config_setting_is_array(s)) || n + have > CONF_LISTS)
		return conf_bad(f, s, "%s is an array of at most %d paths", key,
				CONF_LISTS);
	for (i = 0; i < n; i++) {
		text = one ? config_setting_get_string(s) :
			     config_setting_get_string_elem(s, i);
		if (!text || conf_absolute(text))
			return conf_bad(f, s, "%s: entry %d %s", key, i + 1,
					conf_absolute(""));
		paths[have + i] = strdup(text);
		if (!paths[have + i])
			return -ENOMEM;
	}
	return 0;
}

/* "digests" too: what sort of file it is, the file says. */
static int read_reference(const struct conf_file *f, const config_setting_t *s)
{
	struct conf_policy *p = f->conf;

	return read_paths(f, s, p->reference);
}

static int read_reference_keys(const struct conf_file *f,
			       const config_setting_t *s)
{
	struct conf_policy *p = f->conf;

	return read_paths(f, s, p->reference_keys);
}

static int read_reference_signers(const struct conf_file *f,
				  const config_setting_t *s)
{
	struct conf_policy *p = f->conf;

	return read_paths(f, s, p->reference_signers);
}

static int read_required(const struct conf_file *f, const config_setting_t *s)
{
	struct conf_policy *p = f->conf;
	int i, n = config_setting_length(s);

	if (!config_setting_is_array(s) || n > CONF_OWNED)
		return conf_bad(f, s, "require is an array of at most %d texts",
				CONF_OWNED);
	for (i = 0; i < n; i++) {
		if (conf_hash(config_setting_get_string_elem(s, i),
			      p->require[i]))
			return conf_bad(f, s,
					"require: entry %d is not a SHA-256 in "
					"64 lower-case hex digits",
					i + 1);
	}
	p->nrequired = (size_t)n;
	return 0;
}

/**
 * conf_name() - for conf_key.fault: what names things in URLs and on command lines
 * @text: the value
 *
 * Return: what is wrong, or NULL.
 */
const char *conf_name(const char *text)
{
	size_t len = strlen(text);

	if (len && len < 64 && *text != '.' &&
	    strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len)
		return NULL;
	return "is 1 to 63 of a-z 0-9 . _ -";
}

static const struct conf_key policy_keys[] = {
	TEXT(struct conf_policy, name, conf_name, ""),
	{ .name = "digests", .kind = CONF_OTHER, .read = read_reference },
	{ .name = "reference", .kind = CONF_OTHER, .read = read_reference },
	{ .name = "reference_keys",
	  .kind = CONF_OTHER,
	  .read = read_reference_keys },
	{ .name = "reference_signers",
	  .kind = CONF_OTHER,
	  .read = read_reference_signers },
	{ .name = "require", .kind = CONF_OTHER, .read = read_required },
	NUMBER(struct conf_policy, pcr_code, 1, 23, SHINRAI_DEFAULT_PCR_CODE),
	NUMBER(struct conf_policy, pcr_flow, 1, 23, SHINRAI_DEFAULT_PCR_FLOW),
	{ .name = "allow_anon_exec",
	  .kind = CONF_FLAG,
	  .offset = offsetof(struct conf_policy, allow_anon_exec) },
	{ 0 },
};

static int check_pcrs(const struct conf_file *f, const config_setting_t *s,
		      const struct conf_policy *p)
{
	const struct {
		const char *key;
		int pcr;
	} of[] = {
		{ "pcr_code", p->pcr_code },
		{ "pcr_flow", p->pcr_flow },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		if (shinrai_own_pcr_refused((u32)of[i].pcr))
			return conf_bad(
				f, s,
				"policy %s: %s: %d is " SHINRAI_NO_PCR_OF_OURS,
				p->name, of[i].key, of[i].pcr);
	}
	if (p->pcr_code == p->pcr_flow)
		return conf_bad(f, s, "policy %s: pcr_code and pcr_flow differ",
				p->name);
	return 0;
}

static int read_policy(const struct conf_file *f, const config_setting_t *s,
		       void *item, size_t index)
{
	const struct conf *conf = f->conf;
	struct conf_policy *p = item;
	size_t i;
	int ret = conf_group(f, s, policy_keys, p);

	if (ret)
		return ret;
	if (conf_name(p->name))
		return conf_bad(f, s, "a policy has a name, which %s",
				conf_name(""));
	ret = check_pcrs(f, s, p);
	if (ret)
		return ret;
	for (i = 0; i < index; i++) {
		if (!strcmp(conf->policy[i].name, p->name))
			return conf_bad(f, s, "policy %s is there twice",
					p->name);
	}
	p->where = conf_where(f, s);
	return p->where ? 0 : -ENOMEM;
}

static int read_policies(const struct conf_file *f, const config_setting_t *s)
{
	struct conf *conf = f->conf;

	return conf_list(f, s, CONF_POLICIES, sizeof(*conf->policy),
			 (void **)&conf->policy, &conf->npolicies, read_policy);
}

static int read_key(const struct conf_file *f, const config_setting_t *s)
{
	struct conf_person *p = f->conf;

	if (conf_hash(config_setting_get_string(s), p->key))
		return conf_bad(f, s,
				"key is the SHA-256 of a public key in 64 "
				"lower-case hex digits");
	return 0;
}

static int read_group(const struct conf_file *f, const config_setting_t *s)
{
	struct conf_person *p = f->conf;

	return conf_ref_read(f, s, &p->group);
}

static const struct conf_key person_keys[] = {
	TEXT(struct conf_person, name, conf_name, ""),
	{ .name = "role",
	  .kind = CONF_TEXT,
	  .offset = offsetof(struct conf_person, role_name),
	  .fault = conf_role_fault,
	  .text = "reader" },
	{ .name = "key", .kind = CONF_OTHER, .read = read_key },
	{ .name = "group", .kind = CONF_OTHER, .read = read_group },
	{ 0 },
};

static int read_person(const struct conf_file *f, const config_setting_t *s,
		       void *item, size_t index)
{
	static const u8 none[32];
	const struct conf *conf = f->conf;
	struct conf_person *p = item;
	size_t i;
	int ret = conf_group(f, s, person_keys, p);

	if (ret)
		return ret;
	if (conf_name(p->name) || !memcmp(p->key, none, sizeof(none)))
		return conf_bad(f, s, "a person has a name and a key");
	if (p->group.name && strcmp(p->role_name, "enroller"))
		return conf_bad(f, s,
				"%s: only an enroller has a group, of the "
				"devices that it enrols",
				p->name);
	for (i = 0; i < index; i++) {
		if (!memcmp(conf->person[i].key, p->key, sizeof(p->key)))
			return conf_bad(f, s, "person %s: its key is %s's",
					p->name, conf->person[i].name);
	}
	p->where = conf_where(f, s);
	return p->where ? 0 : -ENOMEM;
}

static int read_people(const struct conf_file *f, const config_setting_t *s)
{
	struct conf *conf = f->conf;

	return conf_list(f, s, CONF_PEOPLE, sizeof(*conf->person),
			 (void **)&conf->person, &conf->npeople, read_person);
}

static const char *is_url(const char *text)
{
	struct url url;

	return url_parse(text, &url) ?
		       "is https://ADDRESS:PORT/PATH; names are not looked up" :
		       NULL;
}

static const struct conf_key hook_keys[] = {
	TEXT(struct conf_hook, name, conf_name, ""),
	TEXT(struct conf_hook, url, is_url, ""),
	TEXT(struct conf_hook, tls_name, url_name_fault, ""),
	TEXT(struct conf_hook, secret, conf_absolute, ""),
	TEXT(struct conf_hook, role, NULL, ""),
	{ 0 },
};

static int read_hook(const struct conf_file *f, const config_setting_t *s,
		     void *item, size_t index)
{
	const struct conf *conf = f->conf;
	struct conf_hook *h = item;
	size_t i;
	int ret = conf_group(f, s, hook_keys, h);

	if (ret)
		return ret;
	if (conf_name(h->name) || is_url(h->url) || conf_absolute(h->secret))
		return conf_bad(f, s,
				"a webhook has a name, a url and a secret");
	for (i = 0; i < index; i++) {
		if (!strcmp(conf->hook[i].name, h->name))
			return conf_bad(f, s, "webhook %s is there twice",
					h->name);
	}
	h->where = conf_where(f, s);
	return h->where ? 0 : -ENOMEM;
}

static int read_hooks(const struct conf_file *f, const config_setting_t *s)
{
	struct conf *conf = f->conf;

	return conf_list(f, s, CONF_HOOKS, sizeof(*conf->hook),
			 (void **)&conf->hook, &conf->nhooks, read_hook);
}

static const struct conf_key limit_keys[] = {
	LIMIT(connections, 1, 65536, 2048),
	LIMIT(connections_per_client, 1, 65536, 64),
	LIMIT(handshake_s, 1, 3600, 5),
	LIMIT(idle_s, 1, 3600, 30),
	LIMIT(request_s, 1, 3600, 10),
	LIMIT(write_s, 1, 3600, 30),
	{ 0 },
};

static const struct conf_key keys[] = {
	TEXT(struct conf, listen, conf_address, "0.0.0.0"),
	NUMBER(struct conf, port, 0, 65535, 8418),
	TEXT(struct conf, tls_cert, conf_some,
	     "/etc/shinrai/verifier/cert.pem"),
	TEXT(struct conf, tls_key, conf_some, "/etc/shinrai/verifier/key.pem"),
	TEXT(struct conf, tls_ca, conf_some, "/etc/shinrai/verifier/ca.pem"),
	TEXT(struct conf, database, store_fault,
	     "/var/lib/shinrai-verifier/fleet.db"),
	TEXT(struct conf, signing_key, conf_absolute,
	     "/var/lib/shinrai-verifier/signing.pem"),
	NUMBER(struct conf, workers, 0, 256, 0),
	NUMBER(struct conf, period_s, 1, 86400, 30),
	NUMBER(struct conf, timeout_s, 1, 600, 10),
	NUMBER(struct conf, missed, 1, 100, 3),
	NUMBER(struct conf, log_burst, 1, 10000, 32),
	NUMBER(struct conf, log_interval_s, 1, 86400, 300),
	NUMBER(struct conf, questions, 1, 65536, 256),
	NUMBER(struct conf, idle_connections, 0, 65536, 1024),
	{ .name = "limits",
	  .kind = CONF_GROUP,
	  .group = limit_keys,
	  .shape = "connections = 100;" },
	{ .name = "policies", .kind = CONF_OTHER, .read = read_policies },
	{ .name = "groups", .kind = CONF_OTHER, .read = conf_groups_read },
	{ .name = "webhooks", .kind = CONF_OTHER, .read = read_hooks },
	{ .name = "roles", .kind = CONF_OTHER, .read = conf_roles_read },
	{ .name = "people", .kind = CONF_OTHER, .read = read_people },
	{ .name = "enrolment",
	  .kind = CONF_GROUP,
	  .group = conf_enrol_keys,
	  .shape = "ca_cert = \"/path\";" },
	{ 0 },
};

/**
 * conf_load() - read a file and its drop-ins, @path.d/\*.conf in their order
 * @conf: out; to be released with conf_free() in every case
 * @path: the main file
 * @err: out on error: what is wrong, with file and line
 * @errlen: its room
 *
 * Return: 0; -EINVAL for wrong content; -EIO; -ENOMEM.
 */
int conf_load(struct conf *conf, const char *path, char *err, size_t errlen)
{
	struct conf_file f = { .conf = conf,
			       .keys = keys,
			       .page = "shinrai-verifier.conf(5)",
			       .err = err,
			       .errlen = errlen };
	int ret;

	memset(conf, 0, sizeof(*conf));
	ret = conf_file_load(&f, path);
	if (!ret)
		ret = conf_groups_done(conf, err, errlen);
	return ret ? ret : conf_roles_settle(conf, err, errlen);
}

static void free_paths(char **paths)
{
	while (*paths)
		free(*paths++);
}

static void free_policies(struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->npolicies; i++) {
		conf_file_free(&conf->policy[i], policy_keys);
		free_paths(conf->policy[i].reference);
		free_paths(conf->policy[i].reference_keys);
		free_paths(conf->policy[i].reference_signers);
		free(conf->policy[i].where);
	}
	free(conf->policy);
}

/**
 * conf_free() - release what conf_load() allocated
 * @conf: may be partly filled
 */
void conf_free(struct conf *conf)
{
	size_t i;

	conf_file_free(conf, keys);
	free_policies(conf);
	conf_enrol_free(&conf->enrol);
	conf_groups_free(conf);
	conf_roles_free(conf);
	for (i = 0; i < conf->npeople; i++) {
		free(conf->person[i].where);
		conf_file_free(&conf->person[i], person_keys);
		conf_ref_free(&conf->person[i].group);
	}
	free(conf->person);
	for (i = 0; i < conf->nhooks; i++) {
		free(conf->hook[i].where);
		conf_file_free(&conf->hook[i], hook_keys);
	}
	free(conf->hook);
	memset(conf, 0, sizeof(*conf));
}

/**
 * conf_person() - somebody of the configuration
 * @conf: the configuration
 * @key: SHA-256 of the SubjectPublicKeyInfo
 *
 * Return: who; NULL: whom it does not name.
 */
const struct conf_person *conf_person(const struct conf *conf, const u8 key[32])
{
	size_t i;

	for (i = 0; i < conf->npeople; i++) {
		if (!memcmp(conf->person[i].key, key, 32))
			return &conf->person[i];
	}
	return NULL;
}
