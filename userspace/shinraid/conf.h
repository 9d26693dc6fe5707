/* SPDX-License-Identifier: MIT */
/* Configuration of shinraid, see shinraid.conf(5). */
#ifndef SHINRAID_CONF_H
#define SHINRAID_CONF_H

#include <shinrai/tpm2.h>

#include "../daemon/server.h"

#define CONF_DEFAULT "/etc/shinrai/shinraid.conf"
#define CONF_BANKS 4 /* in pcrs at most */
#define CONF_PCRS 24
#define CONF_FILES 64 /* open at most, without connections */
#define CONF_CONNECTIONS (65536 - CONF_FILES)
#define CONF_CLIENTS 4096 /* entries of the allow-list at most */

/* SHA-256 of an allowed SubjectPublicKeyInfo. */
struct conf_client {
	u8 key[32];
};

struct conf_limits {
	struct server_limits server;
	int challenges; /* waiting for a quote */
	int quote_s; /* TPM given up for this challenge */
	int quote_interval_ms; /* between two quotes at least */
	int spool_boots; /* spools of old boots kept */
	int spool_mib; /* their size in all */
	int checkpoint_kib; /* of kernel memory; 0: never trim */
};

/* Strings are owned and never NULL after conf_load(). */
struct conf {
	char *listen;
	int port; /* 0: any free one */
	char *tls_cert;
	char *tls_key;
	char *tls_ca;
	struct conf_client *clients;
	size_t nclients; /* 0: whoever the CA vouches for */
	char *tcti;
	int ak_generation;
	struct shinrai_selection pcrs;
	char *log_device;
	char *ima_log; /* "": none */
	char *firmware_log; /* "": none */
	char *spool;
	char *user; /* "": stay who we are */
	char *report_url; /* "": reports are not pushed */
	char *verifier_url; /* "": evidence is fetched */
	char *verifier_name; /* in its certificate; "": its address */
	char *report_name; /* in the receiver's certificate; "": its address */
	struct conf_limits limits;
};

int conf_load(struct conf *conf, const char *path, char *err, size_t errlen);
void conf_free(struct conf *conf);

#endif
