// SPDX-License-Identifier: MIT
/* Keys and sessions: PROTOCOL.md 3.3. */
#include <shinrai/hash.h>
#include <tss2/tss2_mu.h>

#include "tpm.h"

/* PolicySecret(TPM_RH_ENDORSEMENT), TCG EK Credential Profile 2.0, B.3.3. */
static const u8 ek_policy[32] = {
	0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc,
	0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd, 0x52, 0xd7, 0x6e, 0x06, 0x52,
	0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa,
};

static const TPMT_SYM_DEF_OBJECT aes128cfb = {
	.algorithm = TPM2_ALG_AES,
	.keyBits.aes = 128,
	.mode.aes = TPM2_ALG_CFB,
};

static const TPM2B_SENSITIVE_CREATE no_sensitive;
static const TPM2B_DATA no_data;
static const TPML_PCR_SELECTION no_pcrs;

static void ek_common(TPM2B_PUBLIC *pub)
{
	memset(pub, 0, sizeof(*pub));
	pub->publicArea.nameAlg = TPM2_ALG_SHA256;
	pub->publicArea.objectAttributes =
		TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
		TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_ADMINWITHPOLICY |
		TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT;
	pub->publicArea.authPolicy.size = sizeof(ek_policy);
	memcpy(pub->publicArea.authPolicy.buffer, ek_policy, sizeof(ek_policy));
}

/* TCG EK Credential Profile 2.0, B.3.4: template L-2, ECC NIST P-256. */
static void ek_template_l2(TPM2B_PUBLIC *pub)
{
	TPMS_ECC_PARMS *ecc = &pub->publicArea.parameters.eccDetail;

	ek_common(pub);
	pub->publicArea.type = TPM2_ALG_ECC;
	ecc->symmetric = aes128cfb;
	ecc->scheme.scheme = TPM2_ALG_NULL;
	ecc->curveID = TPM2_ECC_NIST_P256;
	ecc->kdf.scheme = TPM2_ALG_NULL;
	pub->publicArea.unique.ecc.x.size = 32;
	pub->publicArea.unique.ecc.y.size = 32;
}

/* The same, B.3.3: template L-1, RSA 2048. */
static void ek_template_l1(TPM2B_PUBLIC *pub)
{
	TPMS_RSA_PARMS *rsa = &pub->publicArea.parameters.rsaDetail;

	ek_common(pub);
	pub->publicArea.type = TPM2_ALG_RSA;
	rsa->symmetric = aes128cfb;
	rsa->scheme.scheme = TPM2_ALG_NULL;
	rsa->keyBits = 2048;
	pub->publicArea.unique.rsa.size = 256;
}

static TSS2_RC primary(ESYS_CONTEXT *esys, ESYS_TR session,
		       const TPM2B_PUBLIC *template, ESYS_TR *handle,
		       TPM2B_PUBLIC **public)
{
	return Esys_CreatePrimary(esys, ESYS_TR_RH_ENDORSEMENT, session,
				  ESYS_TR_NONE, ESYS_TR_NONE, &no_sensitive,
				  template, &no_data, &no_pcrs, handle, public,
				  NULL, NULL, NULL);
}

/**
 * tpm_ek_create() - derive an EK by the default templates
 * @esys: the TPM
 * @session: for the endorsement hierarchy, without a password
 * @type: TPM2_ALG_ECC (L-2) or TPM2_ALG_RSA (L-1)
 * @ek: out, the caller's to flush
 * @public: out, for Esys_Free(); NULL: not asked for
 *
 * Return: TSS2_RC_SUCCESS, or what the TPM or TSS said.
 */
TSS2_RC tpm_ek_create(ESYS_CONTEXT *esys, ESYS_TR session, u16 type,
		      ESYS_TR *ek, TPM2B_PUBLIC **public)
{
	TPM2B_PUBLIC template;

	if (type == TPM2_ALG_ECC)
		ek_template_l2(&template);
	else
		ek_template_l1(&template);
	return primary(esys, session, &template, ek, public);
}

/**
 * tpm_session_start() - HMAC session, salted with the EK, encrypting both ways
 * @esys: the TPM
 * @session: out, the caller's to flush
 *
 * Return: TSS2_RC_SUCCESS, or what the TPM or TSS said; nothing is left in
 * the TPM then.
 */
TSS2_RC tpm_session_start(ESYS_CONTEXT *esys, ESYS_TR *session)
{
	const TPMT_SYM_DEF sym = { .algorithm = TPM2_ALG_AES,
				   .keyBits.aes = 128,
				   .mode.aes = TPM2_ALG_CFB };
	const TPMA_SESSION attrs = TPMA_SESSION_CONTINUESESSION |
				   TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT;
	ESYS_TR ek = ESYS_TR_NONE, s = ESYS_TR_NONE;
	TSS2_RC rc;

	rc = tpm_ek_create(esys, ESYS_TR_PASSWORD, TPM2_ALG_ECC, &ek, NULL);
	if (rc)
		rc = tpm_ek_create(esys, ESYS_TR_PASSWORD, TPM2_ALG_RSA, &ek,
				   NULL);
	if (rc)
		return rc;
	rc = Esys_StartAuthSession(esys, ek, ESYS_TR_NONE, ESYS_TR_NONE,
				   ESYS_TR_NONE, ESYS_TR_NONE, NULL,
				   TPM2_SE_HMAC, &sym, TPM2_ALG_SHA256, &s);
	if (!rc)
		rc = Esys_TRSess_SetAttributes(esys, s, attrs, 0xff);
	/* Its slot is needed no longer: the salt is in the session. */
	if (Esys_FlushContext(esys, ek) && !rc)
		rc = TSS2_BASE_RC_GENERAL_FAILURE;
	if (rc && s != ESYS_TR_NONE)
		Esys_FlushContext(esys, s);
	if (!rc)
		*session = s;
	return rc;
}

static void ak_template(u32 generation, TPM2B_PUBLIC *pub)
{
	static const char label[] = "shinrai-ak-v1";
	TPMS_ECC_PARMS *ecc = &pub->publicArea.parameters.eccDetail;
	u8 be[4] = { (u8)(generation >> 24), (u8)(generation >> 16),
		     (u8)(generation >> 8), (u8)generation };
	struct shinrai_sha256 c;

	memset(pub, 0, sizeof(*pub));
	pub->publicArea.type = TPM2_ALG_ECC;
	pub->publicArea.nameAlg = TPM2_ALG_SHA256;
	pub->publicArea.objectAttributes =
		TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
		TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
		TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_SIGN_ENCRYPT;
	ecc->symmetric.algorithm = TPM2_ALG_NULL;
	ecc->scheme.scheme = TPM2_ALG_ECDSA;
	ecc->scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
	ecc->curveID = TPM2_ECC_NIST_P256;
	ecc->kdf.scheme = TPM2_ALG_NULL;
	pub->publicArea.unique.ecc.x.size = SHINRAI_DIGEST_SIZE;
	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, label, sizeof(label) - 1);
	shinrai_sha256_update(&c, be, sizeof(be));
	shinrai_sha256_final(&c, pub->publicArea.unique.ecc.x.buffer);
}

/**
 * tpm_ak_create() - derive the AK
 * @esys: the TPM
 * @session: from tpm_session_start()
 * @generation: ak_generation of the configuration
 * @ak: out, the caller's to flush
 * @public: out, TPMT_PUBLIC
 * @len: out, its bytes
 *
 * Return: TSS2_RC_SUCCESS, or what the TPM or TSS said.
 */
TSS2_RC tpm_ak_create(ESYS_CONTEXT *esys, ESYS_TR session, u32 generation,
		      ESYS_TR *ak, u8 public[MSG_KEY_MAX], u32 *len)
{
	TPM2B_PUBLIC template, *out = NULL;
	ESYS_TR handle = ESYS_TR_NONE;
	size_t n = 0;
	TSS2_RC rc;

	ak_template(generation, &template);
	rc = primary(esys, session, &template, &handle, &out);
	if (rc)
		return rc;
	rc = Tss2_MU_TPMT_PUBLIC_Marshal(&out->publicArea, public, MSG_KEY_MAX,
					 &n);
	Esys_Free(out);
	if (rc) {
		Esys_FlushContext(esys, handle);
		return rc;
	}
	*ak = handle;
	*len = (u32)n;
	return TSS2_RC_SUCCESS;
}
