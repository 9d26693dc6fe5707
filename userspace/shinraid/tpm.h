/* SPDX-License-Identifier: MIT */
/*
 * The TPM side: an AK that lives in the TPM while we run, and quotes over a
 * salted, encrypted session.  Nothing of it is ever stored.
 */
#ifndef SHINRAID_TPM_H
#define SHINRAID_TPM_H

#include <tss2/tss2_esys.h>
#include <tss2/tss2_tctildr.h>

#include "msg.h"

/* Invariant: @ak and @session are both valid or both ESYS_TR_NONE. */
struct tpm {
	TSS2_TCTI_CONTEXT *tcti;
	ESYS_CONTEXT *esys;
	ESYS_TR session;
	ESYS_TR ak;
	u32 generation;
	u32 ak_len;
	u8 ak_public[MSG_KEY_MAX]; /* TPMT_PUBLIC */
	struct shinrai_selection selection;
};

/* What comes from a verifier, as the TPM marshals it. */
struct tpm_credential {
	const u8 *blob; /* TPM2B_ID_OBJECT */
	size_t blob_len;
	const u8 *seed; /* TPM2B_ENCRYPTED_SECRET */
	size_t seed_len;
};

const char *tpm_error(TSS2_RC rc);
TSS2_RC tpm_connect(struct tpm *t, const char *tcti);
TSS2_RC tpm_prepare(struct tpm *t, u32 generation);
int tpm_missing_bank(struct tpm *t, const struct shinrai_selection *sel,
		     const char **bank);
TSS2_RC tpm_quote(struct tpm *t, const u8 qualifying[32],
		  struct msg_quoted *out);
void tpm_forget(struct tpm *t);
void tpm_close(struct tpm *t);

/* tpm_keys.c */
TSS2_RC tpm_session_start(ESYS_CONTEXT *esys, ESYS_TR *session);
TSS2_RC tpm_ak_create(ESYS_CONTEXT *esys, ESYS_TR session, u32 generation,
		      ESYS_TR *ak, u8 public[MSG_KEY_MAX], u32 *len);
TSS2_RC tpm_ek_create(ESYS_CONTEXT *esys, ESYS_TR session, u16 type,
		      ESYS_TR *ek, TPM2B_PUBLIC **public);

/* tpm_ek.c */
#define TPM_EK_CERT_MAX 4096

TSS2_RC tpm_ek_certificate(ESYS_CONTEXT *esys, u16 type,
			   u8 cert[TPM_EK_CERT_MAX], size_t *len);
size_t tpm_ek_chain(ESYS_CONTEXT *esys, u8 *chain, size_t cap);
TSS2_RC tpm_activate(struct tpm *t, ESYS_TR ek, const struct tpm_credential *c,
		     u8 secret[32], size_t *len);

/* tpm_proc.c */
struct conf;
void tpm_process(const struct conf *conf, int parent, int net)
	__attribute__((noreturn));

#endif
