// SPDX-License-Identifier: MIT
/*
 * Our two halves of credential activation, for tpm2-tools to be the other half of
 * each: files are those of tpm2_makecredential and tpm2_createek.
 *
 * usage: credential make EK.PUB NAME-HEX SECRET-HEX OUT
 *        credential activate TCTI rsa|ecc FILE: prints the secret
 *        credential ak TCTI: prints the AK's name
 */
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/credential.h>
#include <shinrai/hex.h>
#include <shinrai/util.h>

#include "userspace/shinraid/tpm.h"

#define HEAD 8 /* magic and version of tpm2-tools */

static int fail(const char *what, int ret)
{
	fprintf(stderr, "credential: %s: %d\n", what, ret);
	return EXIT_FAILURE;
}

static int make(char **argv)
{
	static const u8 head[HEAD] = { 0xba, 0xdc, 0xc0, 0xde, 0, 0, 0, 1 };
	SHINRAI_FREE u8 *ek = NULL;
	u8 name[SHINRAI_NAME_MAX], secret[64];
	struct shinrai_credential c;
	struct shinrai_public pub;
	size_t len, name_len, secret_len;
	FILE *f;
	int ret;

	if (shinrai_file_read(argv[0], 4096, &ek, &len) ||
	    shinrai_public2b_parse(ek, len, &pub))
		return fail("EK", 0);
	if (shinrai_hex_parse(argv[1], name, sizeof(name), &name_len) ||
	    shinrai_hex_parse(argv[2], secret, sizeof(secret), &secret_len))
		return fail("hex", 0);
	ret = shinrai_credential_make(&pub, name, name_len, secret, secret_len,
				      &c);
	if (ret)
		return fail("make", ret);
	f = fopen(argv[3], "w");
	if (!f || fwrite(head, HEAD, 1, f) != 1 ||
	    fwrite(c.blob, c.blob_len, 1, f) != 1 ||
	    fwrite(c.seed, c.seed_len, 1, f) != 1 || fclose(f))
		return fail("write", 0);
	return EXIT_SUCCESS;
}

static int ak_name(struct tpm *t)
{
	u8 name[SHINRAI_NAME_MAX];
	char hex[2 * sizeof(name) + 1];
	struct shinrai_public pub;
	size_t len;

	if (shinrai_public_parse(t->ak_public, t->ak_len, &pub) ||
	    shinrai_public_name(&pub, name, &len))
		return fail("name", 0);
	puts(shinrai_hex_encode(name, len, hex));
	return EXIT_SUCCESS;
}

static int activate(struct tpm *t, const char *type, const char *path)
{
	SHINRAI_FREE u8 *file = NULL;
	struct tpm_credential c;
	ESYS_TR ek;
	u8 secret[32];
	char hex[65];
	size_t len;
	TSS2_RC rc;

	if (shinrai_file_read(path, 4096, &file, &len) || len < HEAD + 2)
		return fail("read", 0);
	c.blob = file + HEAD;
	c.blob_len = 2 + (size_t)(c.blob[0] << 8 | c.blob[1]);
	c.seed = c.blob + c.blob_len;
	c.seed_len = len - HEAD - c.blob_len;
	rc = tpm_ek_create(t->esys, ESYS_TR_PASSWORD,
			   strcmp(type, "rsa") ? TPM2_ALG_ECC : TPM2_ALG_RSA,
			   &ek, NULL);
	if (rc)
		return fail(tpm_error(rc), 0);
	rc = tpm_activate(t, ek, &c, secret, &len);
	Esys_FlushContext(t->esys, ek);
	if (rc)
		return fail(tpm_error(rc), 0);
	puts(shinrai_hex_encode(secret, len, hex));
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct tpm t;
	TSS2_RC rc;
	int ret;

	if (argc == 6 && !strcmp(argv[1], "make"))
		return make(argv + 2);
	if (argc != 3 && argc != 5)
		return 2;
	rc = tpm_connect(&t, argv[2]);
	if (rc)
		return fail(tpm_error(rc), 0);
	rc = tpm_prepare(&t, 1);
	if (rc)
		ret = fail(tpm_error(rc), 0);
	else
		ret = argc == 3 ? ak_name(&t) : activate(&t, argv[3], argv[4]);
	tpm_close(&t);
	return ret;
}
