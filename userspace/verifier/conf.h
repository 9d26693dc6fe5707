/* SPDX-License-Identifier: MIT */
/* Configuration of shinrai-verifier, see shinrai-verifier.conf(5). */
#ifndef VERIFIER_CONF_H
#define VERIFIER_CONF_H

#include "../daemon/server.h"
#include "conf_enrol.h"
#include "conf_roles.h"

#define CONF_DEFAULT "/etc/shinrai/verifier.conf"
#define CONF_POLICIES 256
#define CONF_LISTS 64 /* files of reference values of one policy */
#define CONF_OWNED 64 /* owners' policies that one policy asks for */
#define CONF_GROUPS 256
#define CONF_PEOPLE 4096
#define CONF_HOOKS 16

/* What devices are held against; paths, which policy.c reads. */
struct conf_policy {
	char *name;
	char *where; /* file and line */
	char *reference[CONF_LISTS + 1]; /* NULL-terminated */
	char *reference_keys[CONF_LISTS + 1]; /* likewise */
	char *reference_signers[CONF_LISTS + 1]; /* likewise */
	u8 require[CONF_OWNED][32]; /* SHA-256 of owners' policies */
	size_t nrequired;
	int pcr_code;
	int pcr_flow;
	bool allow_anon_exec;
};

/* Devices that are held against the same policy. */
struct conf_devices {
	char *name;
	struct conf_ref policy; /* none: that of the group DEVICE_GROUP */
};

/* Who is told what the log says. */
struct conf_hook {
	char *name;
	char *url;
	char *tls_name; /* in its certificate; "": the URL's address */
	char *secret; /* path */
	char *where; /* file and line */
	char *role; /* that it reads as; "": it reads all */
	u32 may; /* of that: classes of fields */
};

struct conf_person {
	char *name;
	char *role_name;
	char *where; /* file and line */
	enum role role; /* of that name, ... */
	u32 may; /* ... and the classes of fields that it may read */
	u8 key[32]; /* SHA-256 of the SubjectPublicKeyInfo */
	struct conf_ref group; /* ENROLLER: of what it enrols, or none */
};

/* Texts are owned and never NULL after conf_load(). */
struct conf {
	char *listen;
	int port; /* 0: any free one */
	char *tls_cert;
	char *tls_key;
	char *tls_ca;
	char *database;
	char *signing_key;
	int workers; /* 0: one for each processor */
	int period_s; /* between two appraisals of a device */
	int timeout_s; /* of one question and its answer */
	int missed; /* periods after which a verdict is stale */
	int log_burst; /* entries of one device in the log at once */
	int log_interval_s; /* until there is one more */
	int questions; /* under way at once */
	int idle_connections; /* to devices, kept between two questions */
	struct server_limits limits;
	struct conf_policy *policy;
	size_t npolicies;
	struct conf_devices *group; /* by their names */
	size_t ngroups;
	struct conf_enrol enrol;
	struct conf_person *person;
	size_t npeople;
	struct conf_hook *hook;
	size_t nhooks;
	struct conf_role *roles; /* that are not just built in */
	size_t nroles;
};

int conf_load(struct conf *conf, const char *path, char *err, size_t errlen);
void conf_free(struct conf *conf);
const char *conf_name(const char *text);
const struct conf_person *conf_person(const struct conf *conf,
				      const u8 key[32]);

/* conf_groups.c */
int conf_groups_read(const struct conf_file *f, const config_setting_t *s);
int conf_groups_done(struct conf *conf, char *err, size_t errlen);
void conf_groups_free(struct conf *conf);
const struct conf_devices *conf_group_of(const struct conf *conf,
					 const char *name);
bool conf_has_group(const struct conf *conf, const char *name);
size_t conf_group_count(const struct conf *conf);
size_t conf_group_index(const struct conf *conf, const char *name);
const char *conf_group_name(const struct conf *conf, size_t index);

#endif
