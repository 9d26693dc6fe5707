// SPDX-License-Identifier: MIT
/* What the TPM has to do in "setup": its EK, our AK, and the proof of both. */
#include <errno.h>
#include <string.h>

#include <openssl/err.h>

#include <shinrai/ek.h>
#include <shinrai/session.h>
#include <tss2/tss2_mu.h>

#include "setup.h"

#define CHAIN_MAX (SETUP_CERTS * SHINRAI_EK_CERT_MAX)

static int tpm_failed(struct ctl *ctl, const char *what, TSS2_RC rc)
{
	return ctl_error(ctl, "tpm",
			 "is there a TPM 2.0, is its endorsement hierarchy "
			 "enabled and without a password, and are you root?",
			 "%s: %s", what, tpm_error(rc));
}

static void hold_signals(struct setup_tpm *t)
{
	sigset_t ending;

	sigemptyset(&ending);
	sigaddset(&ending, SIGHUP);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGQUIT);
	sigaddset(&ending, SIGTERM);
	t->held = !sigprocmask(SIG_BLOCK, &ending, &t->mask);
}

/* Those that came meanwhile are taken now. */
static void let_signals(struct setup_tpm *t)
{
	if (t->held)
		sigprocmask(SIG_SETMASK, &t->mask, NULL);
	t->held = false;
}

static void forget(struct setup_tpm *t)
{
	if (t->ek != ESYS_TR_NONE)
		Esys_FlushContext(t->tpm.esys, t->ek);
	t->ek = ESYS_TR_NONE;
	tpm_forget(&t->tpm);
}

/* TPM 2.0, Part 3, 28.2: it encrypts them for itself, and nothing is left in it. */
static TSS2_RC put_away(struct setup_tpm *t)
{
	TSS2_RC rc = Esys_ContextSave(t->tpm.esys, t->tpm.ak, &t->saved_ak);

	if (!rc)
		rc = Esys_ContextSave(t->tpm.esys, t->ek, &t->saved_ek);
	forget(t);
	return rc;
}

static TSS2_RC take_back(struct setup_tpm *t)
{
	ESYS_CONTEXT *esys = t->tpm.esys;
	TSS2_RC rc = tpm_session_start(esys, &t->tpm.session);

	if (!rc)
		rc = Esys_ContextLoad(esys, t->saved_ak, &t->tpm.ak);
	if (!rc)
		rc = Esys_ContextLoad(esys, t->saved_ek, &t->ek);
	return rc;
}

static int add_cert(struct ctl *ctl, struct setup_tpm *t, const void *data,
		    size_t len)
{
	u8 *copy;

	if (t->ncerts == SETUP_CERTS)
		return ctl_usage(ctl, "--ek-cert: at most %d certificates",
				 SETUP_CERTS);
	copy = ctl_alloc(len);
	memcpy(copy, data, len);
	t->cert[t->ncerts] = copy;
	t->cert_len[t->ncerts++] = len;
	return 0;
}

static int read_certs(struct ctl *ctl, struct setup_tpm *t,
		      const struct ctl_list *files)
{
	size_t i;
	int ret;

	for (i = 0; i < files->n; i++) {
		CTL_BUF b = { 0 };

		ret = ctl_read_file(files->v[i], SHINRAI_EK_CERT_MAX, &b);
		if (ret)
			return ctl_error(ctl, "io", NULL, "cannot read %s: %s",
					 files->v[i], strerror(-ret));
		if (!b.len)
			return ctl_error(ctl, "io", NULL, "%s is empty",
					 files->v[i]);
		ret = add_cert(ctl, t, b.data, b.len);
		if (ret)
			return ret;
	}
	return 0;
}

/* CAs that the maker left in the TPM, up to what is no certificate. */
static int add_chain(struct ctl *ctl, struct setup_tpm *t)
{
	CTL_FREE u8 *chain = ctl_alloc(CHAIN_MAX);
	size_t left = tpm_ek_chain(t->tpm.esys, chain, CHAIN_MAX);
	const u8 *at = chain, *p;
	int tag, class, ret = 0;
	long len;
	size_t n;

	while (left && t->ncerts < SETUP_CERTS && !ret) {
		p = at;
		if (ASN1_get_object(&p, &len, &tag, &class, (long)left) &
			    0x80 ||
		    tag != V_ASN1_SEQUENCE)
			break;
		n = (size_t)(p - at) + (size_t)len;
		ret = add_cert(ctl, t, at, n);
		at += n;
		left -= n;
	}
	ERR_clear_error();
	return ret;
}

/* The first kind of EK that its maker certified, unless one is asked for. */
static int find_cert(struct ctl *ctl, struct setup_tpm *t, const char *type,
		     u16 *alg)
{
	u8 cert[TPM_EK_CERT_MAX];
	TSS2_RC rc = 1;
	size_t len;
	int ret;

	*alg = TPM2_ALG_ECC;
	if (!type || !strcmp(type, "ecc"))
		rc = tpm_ek_certificate(t->tpm.esys, *alg, cert, &len);
	if (rc && (!type || !strcmp(type, "rsa"))) {
		*alg = TPM2_ALG_RSA;
		rc = tpm_ek_certificate(t->tpm.esys, *alg, cert, &len);
	}
	if (rc)
		return ctl_error(ctl, "no-ek-certificate",
				 "some makers offer it for download: give it "
				 "with --ek-cert and --ek",
				 "the TPM holds no certificate of its EK");
	ret = add_cert(ctl, t, cert, len);
	return ret ? ret : add_chain(ctl, t);
}

static int take_public(struct setup_tpm *t, u16 alg, TSS2_RC *rc)
{
	TPM2B_PUBLIC *public = NULL;

	*rc = tpm_ek_create(t->tpm.esys, t->tpm.session, alg, &t->ek, &public);
	if (!*rc)
		*rc = Tss2_MU_TPM2B_PUBLIC_Marshal(
			public, t->ek_public, sizeof(t->ek_public), &t->ek_len);
	Esys_Free(public);
	t->ak_public[0] = (u8)(t->tpm.ak_len >> 8);
	t->ak_public[1] = (u8)t->tpm.ak_len;
	memcpy(t->ak_public + 2, t->tpm.ak_public, t->tpm.ak_len);
	t->ak_len = 2 + t->tpm.ak_len;
	return *rc ? -EIO : 0;
}

static int derive(struct ctl *ctl, struct setup_tpm *t, u32 generation,
		  const char *type, const struct ctl_list *files)
{
	u16 alg = TPM2_ALG_RSA;
	TSS2_RC rc = tpm_prepare(&t->tpm, generation);
	int ret;

	if (rc)
		return tpm_failed(ctl, "cannot derive the AK", rc);
	if (type && !strcmp(type, "ecc"))
		alg = TPM2_ALG_ECC;
	ret = files->n ? read_certs(ctl, t, files) :
			 find_cert(ctl, t, type, &alg);
	if (ret)
		return ret;
	if (take_public(t, alg, &rc))
		return tpm_failed(ctl, "cannot derive the EK", rc);
	rc = put_away(t);
	return rc ? tpm_failed(ctl, "cannot save the context of the keys", rc) :
		    0;
}

/**
 * setup_tpm_open() - EK, its certificates, and our AK
 * @ctl: the verb
 * @t: out, for setup_tpm_close() in every case
 * @tcti: as TSS2 writes it
 * @generation: ak_generation of shinraid.conf(5)
 * @type: of the EK, "rsa" or "ecc"; NULL: that has a certificate
 * @files: certificates in DER, the EK's first; none: what the TPM holds
 */
int setup_tpm_open(struct ctl *ctl, struct setup_tpm *t, const char *tcti,
		   u32 generation, const char *type,
		   const struct ctl_list *files)
{
	TSS2_RC rc;
	int ret;

	memset(t, 0, sizeof(*t));
	t->ek = ESYS_TR_NONE;
	setenv("TSS2_LOG", "all+none", 0);
	rc = tpm_connect(&t->tpm, tcti);
	if (rc)
		return tpm_failed(ctl, "cannot open the TPM", rc);
	hold_signals(t);
	ret = derive(ctl, t, generation, type, files);
	forget(t);
	let_signals(t);
	return ret;
}

static u8 *take(const json_t *j, const char *key, size_t most, size_t *len)
{
	const char *text = json_string_value(json_object_get(j, key));
	u8 *out = ctl_alloc(most);

	if (text && !shinrai_base64url_decode(text, out, most, len))
		return out;
	free(out);
	return NULL;
}

/**
 * setup_tpm_activate() - answer a challenge
 * @ctl: the verb
 * @t: from setup_tpm_open()
 * @challenge: what the verifier answered
 * @secret: out
 * @len: out
 */
int setup_tpm_activate(struct ctl *ctl, struct setup_tpm *t,
		       const json_t *challenge, u8 secret[32], size_t *len)
{
	struct tpm_credential c;
	CTL_FREE u8 *blob = take(challenge, "blob", 512, &c.blob_len);
	CTL_FREE u8 *seed = take(challenge, "seed", 512, &c.seed_len);
	TSS2_RC rc;

	if (!blob || !seed)
		return ctl_error(ctl, "protocol", "is it shinrai-verifier?",
				 "the verifier's challenge cannot be read");
	c.blob = blob;
	c.seed = seed;
	hold_signals(t);
	rc = take_back(t);
	if (!rc)
		rc = tpm_activate(&t->tpm, t->ek, &c, secret, len);
	forget(t);
	let_signals(t);
	if (rc)
		return tpm_failed(ctl, "the TPM refuses the challenge", rc);
	return 0;
}

/**
 * setup_tpm_close() - release what it holds
 * @t: from setup_tpm_open()
 */
void setup_tpm_close(struct setup_tpm *t)
{
	tpm_close(&t->tpm);
	Esys_Free(t->saved_ak);
	Esys_Free(t->saved_ek);
	while (t->ncerts)
		free(t->cert[--t->ncerts]);
}
