// SPDX-License-Identifier: MIT
/*
 * Names in the certificates of verifiers are kept in the database: a device could
 * be shown as one of them, where a CA for both is believed, if it got such a name.
 * They stay there when a verifier ends.
 */
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "../daemon/diag.h"
#include "own_names.h"

/* A name of the certificate, as the store has it; others than DNS have no use. */
static int keep_name(struct store *s, const ASN1_STRING *name)
{
	unsigned char *text = NULL;
	const int len = ASN1_STRING_to_UTF8(&text, name);
	int ret = len < 0 ? -ENOMEM : 0;

	if (len > 0 && strlen((char *)text) == (size_t)len)
		ret = store_verifier_name(s, (char *)text);
	OPENSSL_free(text);
	return ret;
}

static int keep_common_names(struct store *s, X509 *cert)
{
	X509_NAME *subject = X509_get_subject_name(cert);
	int at = -1, ret = 0;

	while (!ret) {
		at = X509_NAME_get_index_by_NID(subject, NID_commonName, at);
		if (at < 0)
			return 0;
		ret = keep_name(s, X509_NAME_ENTRY_get_data(
					   X509_NAME_get_entry(subject, at)));
	}
	return ret;
}

static int keep_names(struct store *s, X509 *cert)
{
	GENERAL_NAMES *names =
		X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int i, ret = keep_common_names(s, cert);
	const GENERAL_NAME *name;

	for (i = 0; i < sk_GENERAL_NAME_num(names) && !ret; i++) {
		name = sk_GENERAL_NAME_value(names, i);
		if (name->type == GEN_DNS)
			ret = keep_name(s, name->d.dNSName);
	}
	GENERAL_NAMES_free(names);
	return ret;
}

/**
 * own_names_keep() - at the start
 * @f: with tls and store, which is used
 *
 * Return: 0; -errno of the store; -ENOMEM.
 */
int own_names_keep(struct fleet *f)
{
	return keep_names(f->store, SSL_CTX_get0_certificate(f->tls));
}

struct renewal {
	struct job job;
	X509 *cert;
};

static int keep_renewal(struct job *j, struct store *s)
{
	return keep_names(s, ((struct renewal *)j)->cert);
}

static void renewal_kept(struct job *j, struct fleet *f)
{
	struct renewal *r = (struct renewal *)j;

	(void)f;
	if (j->err)
		diag(LOG_ERR, "the names of the new certificate are not kept: "
			      "devices may be given them; send SIGHUP again");
	X509_free(r->cert);
	free(r);
}

/**
 * own_names_renew() - there is another certificate
 * @f: with tls
 */
void own_names_renew(struct fleet *f)
{
	struct renewal *r = calloc(1, sizeof(*r));

	if (!r)
		diag_die("out of memory");
	r->cert = SSL_CTX_get0_certificate(f->tls);
	X509_up_ref(r->cert);
	r->job.keep = keep_renewal;
	r->job.done = renewal_kept;
	keep_put(f, &r->job);
}
