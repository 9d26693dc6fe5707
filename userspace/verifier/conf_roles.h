/* SPDX-License-Identifier: MIT */
/* Roles: what people may do, and which fields they may read. */
#ifndef VERIFIER_CONF_ROLES_H
#define VERIFIER_CONF_ROLES_H

#include "../daemon/conf_file.h"

#define CONF_ROLES 64

struct conf;

/* What somebody may do, in ascending order; ROLE_DEVICE has a certificate of ours. */
enum role { ROLE_NONE, ROLE_DEVICE, ROLE_ENROLLER, ROLE_READER, ROLE_ADMIN };

/* A role of the configuration; or a built-in one that reads less. */
struct conf_role {
	char *name;
	char *like; /* name of the built-in one that may do the same */
	enum role role; /* that one */
	u32 may; /* classes of fields, shinrai_fields_readable() */
};

int conf_roles_read(const struct conf_file *f, const config_setting_t *s);
const char *conf_role_fault(const char *name);
int conf_roles_find(const struct conf *conf, const char *name, enum role *role,
		    u32 *may);
char *conf_where(const struct conf_file *f, const config_setting_t *s);
int conf_roles_settle(struct conf *conf, char *err, size_t errlen);
void conf_roles_free(struct conf *conf);

#endif
