/* SPDX-License-Identifier: MIT */
/* Configuration of enrolment by TPM, see shinrai-verifier.conf(5). */
#ifndef VERIFIER_CONF_ENROL_H
#define VERIFIER_CONF_ENROL_H

#include <shinrai/assurance.h>

#include "../daemon/conf_file.h"

#define CONF_EK_FILES 256
#define CONF_RESERVED 256

/* A file of certificates, or CRLs. */
struct conf_ek_file {
	char *file;
	char *where; /* of @file: file and line */
	char *level_name;
	enum shinrai_assurance level; /* NONE: no anchors */
};

/* The name of something that another place of the configuration describes. */
struct conf_ref {
	char *name; /* NULL: none */
	char *place; /* of the name, FILE:LINE */
};

int conf_ref_read(const struct conf_file *f, const config_setting_t *s,
		  struct conf_ref *ref);
void conf_ref_free(struct conf_ref *ref);

/* Texts are owned and never NULL after conf_load(). */
struct conf_enrol {
	char *ca_cert; /* "": nobody is enrolled so */
	char *ca_key;
	struct conf_ref policy; /* of devices that no admin enrols, or none */
	struct conf_ref group; /* of devices that are enrolled so, or none */
	int ak_days; /* that AK certificates are valid */
	int tls_days; /* and those for TLS */
	int challenge_s; /* until a challenge must be answered */
	bool allow_software; /* for tests: TPMs that prove nothing */
	struct conf_ek_file *ek;
	size_t nek;
	char **reserved; /* names that no device gets, as device_name_is() has them */
	size_t nreserved;
};

/* Of the group "enrolment"; fields of struct conf. */
extern const struct conf_key conf_enrol_keys[];

void conf_enrol_free(struct conf_enrol *enrol);

#endif
