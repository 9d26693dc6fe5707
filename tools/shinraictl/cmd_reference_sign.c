// SPDX-License-Identifier: MIT
/* reference sign: vouch for reference values, so that verifiers take them. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include <shinrai/cms.h>
#include <shinrai/refs.h>

#include "policy.h"

#define MAX_REFERENCE ((size_t)1 << 30)

/* Nobody signs what a verifier could not read. */
static int check(struct ctl *ctl, const char *path, FILE *f)
{
	struct shinrai_refs refs;
	char why[512];
	int ret;

	shinrai_refs_init(&refs);
	ret = shinrai_refs_read(&refs, f, path, why, sizeof(why));
	shinrai_refs_free(&refs);
	return ret ? ctl_error(ctl, "format", NULL, "%s", why) : 0;
}

/* A signature that verifiers would refuse is not written either. */
static int verify(struct ctl *ctl, const struct policy_signer *s, FILE *f,
		  const u8 *sig, size_t len)
{
	X509 *cert = policy_read_cert(ctl, s->cert);
	u8 sha256[32];
	size_t which;
	int ret;

	if (!cert)
		return EXIT_ERROR;
	ret = shinrai_cms_verify(&cert, 1, sig, len, f, time(NULL), &which,
				 sha256);
	X509_free(cert);
	if (ret == -EKEYEXPIRED)
		return ctl_error(ctl, "key", "renew it",
				 "%s: not valid at this time", s->cert);
	if (ret == -ENOTSUP)
		return ctl_error(ctl, "key",
				 "its keyUsage has to have digitalSignature",
				 "%s is not a certificate for signing",
				 s->cert);
	return ret ? ctl_error(ctl, "sign", NULL,
			       "the signature does not verify: %s",
			       strerror(-ret)) :
		     0;
}

static int sign(struct ctl *ctl, const struct policy_signer *s,
		const char *path)
{
	CTL_FREE char *out = ctl_alloc(strlen(path) + 5);
	CTL_FREE u8 *sig = NULL;
	CTL_BUF file = { 0 };
	size_t len;
	FILE *f;
	int ret = ctl_read_file(path, MAX_REFERENCE, &file);

	if (ret || !file.len)
		return ctl_error(ctl, "io", NULL, "cannot read %s: %s", path,
				 ret ? strerror(-ret) : "it is empty");
	f = fmemopen(file.data, file.len, "r");
	if (!f)
		return ctl_error(ctl, "memory", NULL, "out of memory");
	ret = check(ctl, path, f);
	if (!ret)
		ret = policy_signature(ctl, s, file.data, file.len, &sig, &len);
	if (!ret)
		ret = verify(ctl, s, f, sig, len);
	fclose(f);
	sprintf(out, "%s.sig", path);
	return ret ? ret : policy_write(ctl, out, sig, len);
}

int cmd_reference_sign(struct ctl *ctl, int argc, char **argv)
{
	struct policy_signer s = { 0 };
	struct ctl_opt opts[] = {
		{ "cert", CTL_TEXT, &s.cert, "FILE", "the signer's certificate",
		  0 },
		{ "key", CTL_TEXT, &s.key, "FILE",
		  "its private key, RSA of 2048 bits or more", 0 },
		{ 0 },
	};
	CTL_JSON files = json_array();
	size_t i;
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	if (!ctl->operands.n || !s.cert || !s.key)
		return ctl_usage(ctl, "reference sign: FILE, --cert and --key"
				      " are needed");
	for (i = 0; i < ctl->operands.n; i++) {
		ret = sign(ctl, &s, ctl->operands.v[i]);
		if (ret)
			return ret;
		json_array_append_new(files,
				      policy_text_json(ctl->operands.v[i]));
	}
	if (ctl->json)
		return ctl_json_out(ctl, stdout,
				    json_pack("{s:O}", "signed", files));
	return EXIT_OK;
}
