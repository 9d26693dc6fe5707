// SPDX-License-Identifier: MIT
/* links: tools/shinraictl/setup_tpm.c tools/shinraictl/setup_files.c tools/shinraictl/report.c tools/shinraictl/text.c tools/shinraictl/file.c userspace/shinraid/tpm_ek.c */
/* shinraictl setup: what a verifier answers is handed to the TPM, or kept in files,
 * when all of it is right, and else nothing of it.
 */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>

#include <shinrai/cms.h>
#include <shinrai/hex.h>

#include "tools/shinraictl/setup.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/* It is the TLS key and, in a TPM that is none, the AK. */
static const char key_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgbcrWGD0kLjSdvq7C\n"
	"osGFDRWc6CcSLezDzocioG4xSUChRANCAAT6w+pHKLB+8wGU/XIzogO7XHkGIDXg\n"
	"c8SyrkUlBr0vupGK5VXsOPA3oJ4rxHuoord42ycFL9EiHhygp27JgpkC\n"
	"-----END PRIVATE KEY-----\n";
static const char ak_public[] =
	"0023000b00050072000000100018000b00030010"
	"0020fac3ea4728b07ef30194fd7233a203bb5c79062035e073c4b2ae452506bd2fba"
	"0020918ae555ec38f037a09e2bc47ba8a2b778db27052fd1221e1ca0a76ec9829902";

static struct {
	struct setup_tpm tpm;
	EVP_PKEY *key;
	char folder[64]; /* to be written to */
	char ca[64]; /* of the verifier */
} is;

/* The TPM: it gives back what it is handed. */
TSS2_RC Esys_ActivateCredential(ESYS_CONTEXT *esys, ESYS_TR ak, ESYS_TR ek,
				ESYS_TR s1, ESYS_TR s2, ESYS_TR s3,
				const TPM2B_ID_OBJECT *blob,
				const TPM2B_ENCRYPTED_SECRET *seed,
				TPM2B_DIGEST **out)
{
	TPM2B_DIGEST *d = calloc(1, sizeof(*d));

	(void)esys, (void)ak, (void)ek, (void)s1, (void)s2, (void)s3;
	if (!d || blob->size > sizeof(blob->credential) ||
	    seed->size > sizeof(seed->secret))
		abort();
	d->size = blob->size < sizeof(d->buffer) ? blob->size :
						   sizeof(d->buffer);
	memcpy(d->buffer, blob->credential, d->size);
	*out = d;
	return 0;
}

TSS2_RC Esys_StartAuthSession(ESYS_CONTEXT *esys, ESYS_TR key, ESYS_TR bind,
			      ESYS_TR s1, ESYS_TR s2, ESYS_TR s3,
			      const TPM2B_NONCE *nonce, TPM2_SE type,
			      const TPMT_SYM_DEF *sym, TPMI_ALG_HASH hash,
			      ESYS_TR *session)
{
	(void)esys, (void)key, (void)bind, (void)s1, (void)s2, (void)s3;
	(void)nonce, (void)type, (void)sym, (void)hash;
	*session = ESYS_TR_NONE;
	return 0;
}

TSS2_RC Esys_ContextLoad(ESYS_CONTEXT *esys, const TPMS_CONTEXT *saved,
			 ESYS_TR *loaded)
{
	(void)esys, (void)saved;
	*loaded = ESYS_TR_NONE;
	return 0;
}

TSS2_RC Esys_TRSess_SetAttributes(ESYS_CONTEXT *esys, ESYS_TR session,
				  TPMA_SESSION flags, TPMA_SESSION mask)
{
	(void)esys, (void)session, (void)flags, (void)mask;
	return 0;
}

TSS2_RC Esys_PolicySecret(ESYS_CONTEXT *esys, ESYS_TR auth, ESYS_TR session,
			  ESYS_TR s1, ESYS_TR s2, ESYS_TR s3,
			  const TPM2B_NONCE *nonce, const TPM2B_DIGEST *cp,
			  const TPM2B_NONCE *ref, INT32 expiry,
			  TPM2B_TIMEOUT **timeout, TPMT_TK_AUTH **ticket)
{
	(void)esys, (void)auth, (void)session, (void)s1, (void)s2, (void)s3;
	(void)nonce, (void)cp, (void)ref, (void)expiry, (void)timeout;
	(void)ticket;
	return 0;
}

/* tpm.c and tpm_keys.c would open one. */
const char *tpm_error(TSS2_RC rc)
{
	return rc ? "no" : "yes";
}

TSS2_RC tpm_connect(struct tpm *t, const char *tcti)
{
	(void)t, (void)tcti;
	abort();
}

TSS2_RC tpm_prepare(struct tpm *t, u32 generation)
{
	(void)t, (void)generation;
	abort();
}

TSS2_RC tpm_ek_create(ESYS_CONTEXT *esys, ESYS_TR session, u16 type,
		      ESYS_TR *ek, TPM2B_PUBLIC **public)
{
	(void)esys, (void)session, (void)type, (void)ek, (void)public;
	abort();
}

TSS2_RC tpm_session_start(ESYS_CONTEXT *esys, ESYS_TR *session)
{
	(void)esys;
	*session = ESYS_TR_NONE;
	return 0;
}

void tpm_forget(struct tpm *t)
{
	(void)t;
}

void tpm_close(struct tpm *t)
{
	(void)t;
}

static void remove_all(void)
{
	rmdir(is.folder);
	unlink(is.ca);
	EVP_PKEY_free(is.key);
}

static void set_up(void)
{
	BIO *bio = BIO_new_mem_buf(key_pem, -1);
	size_t len;
	int fd;

	strcpy(is.folder, "/dev/shm/setup-fuzz-XXXXXX");
	strcpy(is.ca, "/dev/shm/setup-ca-XXXXXX");
	fd = mkstemp(is.ca);
	is.key = bio ? PEM_read_bio_PrivateKey(bio, NULL, shinrai_no_passphrase,
					       NULL) :
		       NULL;
	is.tpm.ek = ESYS_TR_NONE;
	if (!is.key || fd < 0 || close(fd) || !mkdtemp(is.folder) ||
	    shinrai_hex_parse(ak_public, is.tpm.tpm.ak_public,
			      sizeof(is.tpm.tpm.ak_public), &len))
		abort();
	is.tpm.tpm.ak_len = (u32)len;
	BIO_free(bio);
	atexit(remove_all);
}

/* Return: how many files there were. */
static unsigned int empty_folder(void)
{
	DIR *dir = opendir(is.folder);
	const struct dirent *e;
	unsigned int n = 0;

	if (!dir)
		abort();
	while ((e = readdir(dir))) {
		if (*e->d_name == '.')
			continue;
		unlinkat(dirfd(dir), e->d_name, 0);
		n++;
	}
	closedir(dir);
	return n;
}

static void check_cert(const char *name)
{
	char *path = setup_file(is.folder, name);
	char *ca_path = setup_file(is.folder, "enrolment-ca.pem");
	X509 *x = NULL, *ca = NULL;

	if (shinrai_cms_read_cert(path, &x) ||
	    shinrai_cms_read_cert(ca_path, &ca) ||
	    EVP_PKEY_eq(X509_get0_pubkey(x), is.key) != 1 ||
	    X509_verify(x, X509_get0_pubkey(ca)) != 1)
		abort();
	X509_free(x);
	X509_free(ca);
	free(path);
	free(ca_path);
}

static void write_files(struct ctl *ctl, const json_t *answer)
{
	int ret = setup_write(ctl, is.folder, is.key, &is.tpm, answer,
			      "https://127.0.0.1:1", is.ca);

	if (!ret) {
		check_cert("cert.pem");
		check_cert("ak.pem");
	}
	if (empty_folder() != (ret ? 0 : 7))
		abort();
}

static void activate(struct ctl *ctl, const json_t *challenge)
{
	u8 secret[32];
	size_t len = 0;

	if (!setup_tpm_activate(ctl, &is.tpm, challenge, secret, &len) &&
	    (!len || len > sizeof(secret)))
		abort();
}

/* @data: 'a' for the answer to a request, else that to a challenge, in JSON */
int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct ctl ctl = { 0 };
	FILE *const err = stderr;
	char *wrong = NULL;
	size_t nwrong;
	json_t *j;

	if (!is.key)
		set_up();
	j = len ? json_loadb((const char *)data + 1, len - 1,
			     JSON_REJECT_DUPLICATES, NULL) :
		  NULL;
	stderr = open_memstream(&wrong, &nwrong);
	if (!stderr)
		abort();
	if (json_is_object(j) && *data == 'a')
		activate(&ctl, j);
	else if (json_is_object(j))
		write_files(&ctl, j);
	fclose(stderr);
	stderr = err;
	free(wrong);
	json_decref(j);
	return 0;
}
