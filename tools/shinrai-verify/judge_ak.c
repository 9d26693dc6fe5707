// SPDX-License-Identifier: MIT
/* The key that is pinned by its certificate, and what its TPM is worth. */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include <shinrai/ak_cert.h>
#include <shinrai/cms.h>
#include <shinrai/util.h>

#include "judge.h"

static int add(struct verify *v, struct shinrai_ek_trust *t, const char *path,
	       enum shinrai_assurance level)
{
	SHINRAI_FREE u8 *data = NULL;
	size_t len;
	int ret = verify_read(v, path, VERIFY_MAX_ITEM, &data, &len);

	if (ret)
		return ret;
	ret = shinrai_ek_trust_add(t, data, len, level);
	return ret ? verify_error(v, "ak",
				  "give PEM or DER, as the verifier that "
				  "enrolled the device does",
				  "%s: no %s", path,
				  level ? "certificates" : "revocation list") :
		     0;
}

static int check(struct verify *v, struct judge *j,
		 const struct shinrai_ek_trust *t, X509 *cert)
{
	char why[512] = "out of memory";

	if (shinrai_ak_cert_check(t, cert, 0, &j->assurance, why, sizeof(why)))
		return verify_error(v, "ak",
				    "ask the verifier that enrolled the device",
				    "%s: %s", j->ak, why);
	j->ak_key = X509_get_pubkey(cert);
	return j->ak_key ? 0 : verify_error(v, "memory", NULL, "out of memory");
}

/**
 * judge_certified() - believe the certificate that --ak names, by --ak-ca
 * @v: the verb
 * @j: out: ak_key, assurance
 *
 * Return: 0; exit status, told already.
 */
int judge_certified(struct verify *v, struct judge *j)
{
	struct shinrai_ek_trust *t = shinrai_ek_trust_new();
	X509 *cert = NULL;
	int ret;

	if (!t)
		return verify_error(v, "memory", NULL, "out of memory");
	ret = add(v, t, j->ak_ca, SHINRAI_ASSURANCE_HARDWARE);
	if (!ret && j->ak_crl)
		ret = add(v, t, j->ak_crl, SHINRAI_ASSURANCE_NONE);
	if (!ret && shinrai_cms_read_cert(j->ak, &cert))
		ret = verify_error(v, "ak", "with --ak-ca, give a certificate",
				   "%s: not a certificate", j->ak);
	if (!ret)
		ret = check(v, j, t, cert);
	X509_free(cert);
	shinrai_ek_trust_free(t);
	return ret;
}
