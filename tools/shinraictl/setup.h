/* SPDX-License-Identifier: MIT */
/* "setup": a device proves its TPM to a verifier.  setup_tpm.c: what the TPM does. */
#ifndef SHINRAICTL_SETUP_H
#define SHINRAICTL_SETUP_H

#include <openssl/x509.h>
#include <signal.h>

#include "ctl.h"
#include "userspace/shinraid/tpm.h"

#define SETUP_CERTS 8 /* of an EK, and of CAs above it */

/*
 * Without a resource manager a TPM has room for three objects, and keeps those of
 * who is no more.  Invariant: while a verifier is waited for none of ours is there;
 * while one is, no signal that ends us is taken.
 */
struct setup_tpm {
	struct tpm tpm; /* its AK is there while @ek is */
	ESYS_TR ek;
	TPMS_CONTEXT *saved_ak, *saved_ek; /* while they are not; Esys_Free() */
	sigset_t mask; /* to be restored when @held */
	bool held;
	u8 ek_public[1024], ak_public[1024]; /* TPM2B_PUBLIC */
	size_t ek_len, ak_len;
	u8 *cert[SETUP_CERTS]; /* the EK's first; for free() */
	size_t cert_len[SETUP_CERTS];
	size_t ncerts;
};

/* setup_tpm.c: they return 0, or the exit status, told already. */
int setup_tpm_open(struct ctl *ctl, struct setup_tpm *t, const char *tcti,
		   u32 generation, const char *type,
		   const struct ctl_list *files);
int setup_tpm_activate(struct ctl *ctl, struct setup_tpm *t,
		       const json_t *challenge, u8 secret[32], size_t *len);
void setup_tpm_close(struct setup_tpm *t);

/* setup_files.c: the same */
int setup_key(struct ctl *ctl, EVP_PKEY **key, char **csr);
int setup_write(struct ctl *ctl, const char *folder, EVP_PKEY *key,
		const struct setup_tpm *t, const json_t *answer,
		const char *verifier, const char *verifier_ca);
int setup_finish(struct ctl *ctl, const char *folder);
int setup_same_ak(struct ctl *ctl, const char *folder,
		  const struct setup_tpm *t);
char *setup_file(const char *folder, const char *name);
int setup_verifier(struct ctl *ctl, const char *folder, char **url);
bool setup_is_due(const char *folder, char name[64], char until[24]);

#endif
