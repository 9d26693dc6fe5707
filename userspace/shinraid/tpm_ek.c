// SPDX-License-Identifier: MIT
/* The EK's certificate, and the proof that an AK lives beside an EK. */
#include <tss2/tss2_mu.h>

#include "tpm.h"

/* TCG EK Credential Profile 2.5, 2.2.1.4: certificates of L-1 and L-2. */
#define NV_RSA_CERT 0x01c00002
#define NV_ECC_CERT 0x01c0000a
#define NV_CHAIN 0x01c00100
#define NV_CHAIN_COUNT 0x100
#define NV_CHUNK 512 /* TPM2_PT_NV_BUFFER_MAX is at least that */

static TSS2_RC nv_size(ESYS_CONTEXT *esys, ESYS_TR nv, u16 *size)
{
	TPM2B_NV_PUBLIC *public = NULL;
	TSS2_RC rc;

	rc = Esys_NV_ReadPublic(esys, nv, ESYS_TR_NONE, ESYS_TR_NONE,
				ESYS_TR_NONE, &public, NULL);
	if (rc)
		return rc;
	*size = public->nvPublic.dataSize;
	Esys_Free(public);
	return TSS2_RC_SUCCESS;
}

static TSS2_RC nv_read(ESYS_CONTEXT *esys, ESYS_TR nv, u8 *out, u16 size)
{
	TPM2B_MAX_NV_BUFFER *data = NULL;
	u16 at, n;
	TSS2_RC rc;

	for (at = 0; at < size; at += n) {
		n = size - at < NV_CHUNK ? size - at : NV_CHUNK;
		rc = Esys_NV_Read(esys, nv, nv, ESYS_TR_PASSWORD, ESYS_TR_NONE,
				  ESYS_TR_NONE, n, at, &data);
		if (rc)
			return rc;
		if (data->size == n)
			memcpy(out + at, data->buffer, n);
		else
			rc = TSS2_BASE_RC_GENERAL_FAILURE;
		Esys_Free(data);
		if (rc)
			return rc;
	}
	return TSS2_RC_SUCCESS;
}

static TSS2_RC nv_get(ESYS_CONTEXT *esys, u32 index, u8 *out, size_t cap,
		      size_t *len)
{
	ESYS_TR nv = ESYS_TR_NONE;
	u16 size = 0;
	TSS2_RC rc;

	rc = Esys_TR_FromTPMPublic(esys, index, ESYS_TR_NONE, ESYS_TR_NONE,
				   ESYS_TR_NONE, &nv);
	if (rc)
		return rc;
	rc = nv_size(esys, nv, &size);
	if (!rc && size > cap)
		rc = TSS2_BASE_RC_INSUFFICIENT_BUFFER;
	if (!rc)
		rc = nv_read(esys, nv, out, size);
	Esys_TR_Close(esys, &nv);
	if (!rc)
		*len = size;
	return rc;
}

/**
 * tpm_ek_certificate() - what the maker of the TPM left in it
 * @esys: the TPM
 * @type: TPM2_ALG_ECC or TPM2_ALG_RSA
 * @cert: out, DER, maybe with padding
 * @len: out
 *
 * Return: TSS2_RC_SUCCESS, or what the TPM or TSS said: there may be none.
 */
TSS2_RC tpm_ek_certificate(ESYS_CONTEXT *esys, u16 type,
			   u8 cert[TPM_EK_CERT_MAX], size_t *len)
{
	return nv_get(esys, type == TPM2_ALG_ECC ? NV_ECC_CERT : NV_RSA_CERT,
		      cert, TPM_EK_CERT_MAX, len);
}

/**
 * tpm_ek_chain() - the CAs that the maker of the TPM left beside its certificate
 * @esys: the TPM
 * @chain: out, DER certificates one after the other
 * @cap: room for them
 *
 * The same profile, 2.2.1.5.2: they begin anywhere in a row of NV indices.
 *
 * Return: bytes; 0: there are none, or more than there is room for.
 */
size_t tpm_ek_chain(ESYS_CONTEXT *esys, u8 *chain, size_t cap)
{
	size_t len = 0, n;
	u32 i;

	for (i = 0; i < NV_CHAIN_COUNT; i++) {
		if (nv_get(esys, NV_CHAIN + i, chain + len, cap - len, &n))
			break;
		len += n;
	}
	return len;
}

/* What an EK of the default templates asks for: Part 1, 19.7; B.3.3. */
static TSS2_RC endorsement_policy(ESYS_CONTEXT *esys, ESYS_TR *session)
{
	const TPMT_SYM_DEF sym = { .algorithm = TPM2_ALG_NULL };
	TSS2_RC rc;

	rc = Esys_StartAuthSession(esys, ESYS_TR_NONE, ESYS_TR_NONE,
				   ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
				   NULL, TPM2_SE_POLICY, &sym, TPM2_ALG_SHA256,
				   session);
	if (rc)
		return rc;
	rc = Esys_TRSess_SetAttributes(esys, *session,
				       TPMA_SESSION_CONTINUESESSION, 0xff);
	if (!rc)
		rc = Esys_PolicySecret(esys, ESYS_TR_RH_ENDORSEMENT, *session,
				       ESYS_TR_PASSWORD, ESYS_TR_NONE,
				       ESYS_TR_NONE, NULL, NULL, NULL, 0, NULL,
				       NULL);
	return rc;
}

static TSS2_RC unmarshal(const struct tpm_credential *c, TPM2B_ID_OBJECT *blob,
			 TPM2B_ENCRYPTED_SECRET *seed)
{
	size_t at = 0;
	TSS2_RC rc;

	rc = Tss2_MU_TPM2B_ID_OBJECT_Unmarshal(c->blob, c->blob_len, &at, blob);
	if (!rc && at != c->blob_len)
		rc = TSS2_MU_RC_BAD_SIZE;
	at = 0;
	if (!rc)
		rc = Tss2_MU_TPM2B_ENCRYPTED_SECRET_Unmarshal(
			c->seed, c->seed_len, &at, seed);
	if (!rc && at != c->seed_len)
		rc = TSS2_MU_RC_BAD_SIZE;
	return rc;
}

/**
 * tpm_activate() - TPM2_ActivateCredential for our AK, Part 3, 12.5
 * @t: prepared
 * @ek: from tpm_ek_create()
 * @c: what a verifier made for @ek and the name of our AK
 * @secret: out
 * @len: out, 1 to 32
 *
 * What comes back is encrypted on its way from the TPM; nothing is left there.
 *
 * Return: TSS2_RC_SUCCESS, or what the TPM or TSS said.
 */
TSS2_RC tpm_activate(struct tpm *t, ESYS_TR ek, const struct tpm_credential *c,
		     u8 secret[32], size_t *len)
{
	ESYS_TR policy = ESYS_TR_NONE;
	TPM2B_ENCRYPTED_SECRET seed = { 0 };
	TPM2B_ID_OBJECT blob = { 0 };
	TPM2B_DIGEST *out = NULL;
	TSS2_RC rc = unmarshal(c, &blob, &seed);

	if (!rc)
		rc = endorsement_policy(t->esys, &policy);
	if (!rc)
		rc = Esys_ActivateCredential(t->esys, t->ak, ek, t->session,
					     policy, ESYS_TR_NONE, &blob, &seed,
					     &out);
	if (policy != ESYS_TR_NONE && Esys_FlushContext(t->esys, policy) && !rc)
		rc = TSS2_BASE_RC_GENERAL_FAILURE;
	if (!rc && (!out->size || out->size > 32))
		rc = TSS2_BASE_RC_GENERAL_FAILURE;
	if (!rc) {
		memcpy(secret, out->buffer, out->size);
		*len = out->size;
	}
	Esys_Free(out);
	return rc;
}
