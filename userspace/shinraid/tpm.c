// SPDX-License-Identifier: MIT
/* Quotes and PCR values through ESYS. */
#include <tss2/tss2_mu.h>
#include <tss2/tss2_rc.h>

#include <shinrai/bank.h>

#include "tpm.h"

#define PCRS 24

/**
 * tpm_error() - words for a response code
 * @rc: from any TSS function
 *
 * Return: a string that the next call may overwrite.
 */
const char *tpm_error(TSS2_RC rc)
{
	return Tss2_RC_Decode(rc);
}

/**
 * tpm_connect() - open the way to the TPM; needs the privilege to do so
 * @t: out, to be released with tpm_close()
 * @tcti: as TSS2 writes it, "device:/dev/tpmrm0"
 *
 * Return: TSS2_RC_SUCCESS, or what the TSS said.
 */
TSS2_RC tpm_connect(struct tpm *t, const char *tcti)
{
	TSS2_RC rc;

	memset(t, 0, sizeof(*t));
	t->session = ESYS_TR_NONE;
	t->ak = ESYS_TR_NONE;
	rc = Tss2_TctiLdr_Initialize(tcti, &t->tcti);
	if (rc)
		return rc;
	rc = Esys_Initialize(&t->esys, t->tcti, NULL);
	if (rc)
		Tss2_TctiLdr_Finalize(&t->tcti);
	return rc;
}

/**
 * tpm_forget() - flush what we hold in the TPM
 * @t: connected
 *
 * Works without a TPM that answers: then only our own memory is released.
 */
void tpm_forget(struct tpm *t)
{
	ESYS_TR *held[] = { &t->ak, &t->session };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(held); i++) {
		if (*held[i] == ESYS_TR_NONE)
			continue;
		if (Esys_FlushContext(t->esys, *held[i]))
			Esys_TR_Close(t->esys, held[i]);
		*held[i] = ESYS_TR_NONE;
	}
}

/**
 * tpm_close() - release everything
 * @t: from tpm_connect()
 */
void tpm_close(struct tpm *t)
{
	if (t->esys) {
		tpm_forget(t);
		Esys_Finalize(&t->esys);
	}
	if (t->tcti)
		Tss2_TctiLdr_Finalize(&t->tcti);
}

/**
 * tpm_prepare() - session and AK, instead of those before
 * @t: connected
 * @generation: ak_generation of the configuration
 *
 * Return: TSS2_RC_SUCCESS; else nothing of ours is left in the TPM.
 */
TSS2_RC tpm_prepare(struct tpm *t, u32 generation)
{
	TSS2_RC rc;

	tpm_forget(t);
	t->generation = generation;
	rc = tpm_session_start(t->esys, &t->session);
	if (!rc)
		rc = tpm_ak_create(t->esys, t->session, generation, &t->ak,
				   t->ak_public, &t->ak_len);
	if (rc)
		tpm_forget(t);
	return rc;
}

static void to_tpm(const struct shinrai_selection *sel, TPML_PCR_SELECTION *out)
{
	u32 i;

	memset(out, 0, sizeof(*out));
	out->count = sel->count;
	for (i = 0; i < sel->count; i++) {
		out->pcrSelections[i].hash = sel->bank[i].alg;
		out->pcrSelections[i].sizeofSelect = PCRS / 8;
		out->pcrSelections[i].pcrSelect[0] = sel->bank[i].mask & 0xff;
		out->pcrSelections[i].pcrSelect[1] = sel->bank[i].mask >> 8 &
						     0xff;
		out->pcrSelections[i].pcrSelect[2] = sel->bank[i].mask >> 16 &
						     0xff;
	}
}

/* The PCRs of @want in bank @alg that the TPM has. */
static u32 has(const TPML_PCR_SELECTION *have, u16 alg)
{
	const TPMS_PCR_SELECTION *s;
	u32 i;

	for (i = 0; i < have->count; i++) {
		s = &have->pcrSelections[i];
		if (s->hash == alg && s->sizeofSelect >= 3)
			return s->pcrSelect[0] | (u32)s->pcrSelect[1] << 8 |
			       (u32)s->pcrSelect[2] << 16;
	}
	return 0;
}

/**
 * tpm_missing_bank() - is a selected PCR bank not allocated?
 * @t: connected
 * @sel: what is to be quoted
 * @bank: out, name of the first one that lacks
 *
 * Return: 0 when all are there; 1 with @bank; -EIO.
 */
int tpm_missing_bank(struct tpm *t, const struct shinrai_selection *sel,
		     const char **bank)
{
	TPMS_CAPABILITY_DATA *cap = NULL;
	TPMI_YES_NO more;
	u32 i, have;
	TSS2_RC rc;
	int ret = 0;

	rc = Esys_GetCapability(t->esys, ESYS_TR_NONE, ESYS_TR_NONE,
				ESYS_TR_NONE, TPM2_CAP_PCRS, 0, 1, &more, &cap);
	if (rc)
		return -EIO;
	for (i = 0; i < sel->count && !ret; i++) {
		have = has(&cap->data.assignedPCR, sel->bank[i].alg);
		if (sel->bank[i].mask & ~have) {
			*bank = shinrai_bank_text(sel->bank[i].alg);
			ret = 1;
		}
	}
	Esys_Free(cap);
	return ret;
}

static TSS2_RC quote(struct tpm *t, const u8 qualifying[32],
		     struct msg_quoted *out)
{
	const TPMT_SIG_SCHEME scheme = { .scheme = TPM2_ALG_NULL };
	TPM2B_DATA data = { .size = 32 };
	TPMT_SIGNATURE *sig = NULL;
	TPM2B_ATTEST *attest = NULL;
	TPML_PCR_SELECTION pcrs;
	size_t n = 0;
	TSS2_RC rc;

	memcpy(data.buffer, qualifying, 32);
	to_tpm(&t->selection, &pcrs);
	rc = Esys_Quote(t->esys, t->ak, t->session, ESYS_TR_NONE, ESYS_TR_NONE,
			&data, &scheme, &pcrs, &attest, &sig);
	if (rc)
		return rc;
	if (attest->size <= sizeof(out->attest)) {
		memcpy(out->attest, attest->attestationData, attest->size);
		out->attest_len = attest->size;
		rc = Tss2_MU_TPMT_SIGNATURE_Marshal(sig, out->signature,
						    sizeof(out->signature), &n);
		out->signature_len = (u32)n;
	} else {
		rc = TSS2_BASE_RC_INSUFFICIENT_BUFFER;
	}
	Esys_Free(attest);
	Esys_Free(sig);
	return rc;
}

/* One TPM2_PCR_Read of one bank; takes what it returned out of @left. */
static TSS2_RC read_some(struct tpm *t, u16 alg, u32 *left,
			 u8 (*value)[SHINRAI_MAX_BANK_SIZE], u8 *size)
{
	struct shinrai_selection sel = {
		.count = 1, .bank = { { .alg = alg, .mask = *left } }
	};
	TPML_PCR_SELECTION want, *got = NULL;
	TPML_DIGEST *values = NULL;
	u32 mask, pcr, i = 0;
	TSS2_RC rc;

	to_tpm(&sel, &want);
	rc = Esys_PCR_Read(t->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
			   &want, NULL, &got, &values);
	if (rc)
		return rc;
	mask = has(got, alg) & *left;
	for (pcr = 0; pcr < PCRS; pcr++) {
		if (!(mask >> pcr & 1) || i == values->count ||
		    values->digests[i].size > SHINRAI_MAX_BANK_SIZE)
			continue;
		*size = (u8)values->digests[i].size;
		memcpy(value[pcr], values->digests[i++].buffer, *size);
		*left &= ~(1u << pcr);
	}
	Esys_Free(got);
	Esys_Free(values);
	return i ? TSS2_RC_SUCCESS : TSS2_BASE_RC_GENERAL_FAILURE;
}

static TSS2_RC read_bank(struct tpm *t, u16 alg, u32 mask, struct shinrai_wr *w)
{
	u8 value[PCRS][SHINRAI_MAX_BANK_SIZE];
	u32 left = mask, pcr;
	TSS2_RC rc;
	u8 size = 0;

	while (left) {
		rc = read_some(t, alg, &left, value, &size);
		if (rc)
			return rc;
	}
	for (pcr = 0; pcr < PCRS; pcr++) {
		if (!(mask >> pcr & 1))
			continue;
		shinrai_wr_be16(w, alg);
		shinrai_wr_u8(w, (u8)pcr);
		shinrai_wr_u8(w, size);
		shinrai_wr_bytes(w, value[pcr], size);
	}
	return TSS2_RC_SUCCESS;
}

/* PCR value list, PROTOCOL.md 2.5: banks in the order of their ids. */
static TSS2_RC read_pcrs(struct tpm *t, struct msg_quoted *out)
{
	const struct shinrai_selection *sel = &t->selection;
	struct shinrai_wr w;
	u32 alg, i, count = 0;
	TSS2_RC rc = TSS2_RC_SUCCESS;

	for (i = 0; i < sel->count; i++)
		count += (u32)__builtin_popcount(sel->bank[i].mask);
	shinrai_wr_init(&w, out->pcrs, sizeof(out->pcrs));
	shinrai_wr_be16(&w, (u16)count);
	for (alg = 0; alg < 256 && !rc; alg++) {
		for (i = 0; i < sel->count && !rc; i++) {
			if (sel->bank[i].alg == alg)
				rc = read_bank(t, (u16)alg, sel->bank[i].mask,
					       &w);
		}
	}
	if (!rc && w.err)
		rc = TSS2_BASE_RC_INSUFFICIENT_BUFFER;
	out->pcrs_len = (u32)w.len;
	return rc;
}

/**
 * tpm_quote() - quote the configured PCRs and read their values right after
 * @t: prepared; when it is not, or the TPM lost our objects, they are made
 *     again once
 * @qualifying: qualifyingData
 * @out: out, on success
 *
 * May take as long as the TPM takes.
 *
 * Return: TSS2_RC_SUCCESS, or what the TPM or TSS said at the second try.
 */
TSS2_RC tpm_quote(struct tpm *t, const u8 qualifying[32],
		  struct msg_quoted *out)
{
	TSS2_RC rc = TSS2_BASE_RC_BAD_SEQUENCE;

	memset(out, 0, sizeof(*out));
	if (t->session != ESYS_TR_NONE)
		rc = quote(t, qualifying, out);
	if (rc) {
		rc = tpm_prepare(t, t->generation);
		if (!rc)
			rc = quote(t, qualifying, out);
	}
	if (!rc)
		rc = read_pcrs(t, out);
	if (rc) {
		tpm_forget(t);
		return rc;
	}
	out->selection = t->selection;
	out->ak_len = t->ak_len;
	memcpy(out->ak, t->ak_public, t->ak_len);
	return TSS2_RC_SUCCESS;
}
