// SPDX-License-Identifier: MIT
/* policy sign: a detached signature over a blob that the kernel can verify. */
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "policy.h"

#define LEAST_BITS 2048

struct sign {
	struct ctl *ctl;
	const char *cert_path, *key_path, *out;
	X509 *cert;
	EVP_PKEY *key;
	BIO *data, *signature;
	CMS_ContentInfo *cms;
};

/* Linux 6.1 knows no ECDSA, and neither kernel RSA-PSS or Ed25519 here. */
static int check_key(struct sign *s)
{
	if (EVP_PKEY_get_base_id(s->key) != EVP_PKEY_RSA)
		return ctl_error(s->ctl, "key",
				 "Linux 6.1 verifies no other signatures, not"
				 " even ECDSA: make an RSA key of 3072 bits",
				 "%s: not an RSA key", s->key_path);
	if (EVP_PKEY_get_bits(s->key) < LEAST_BITS)
		return ctl_error(s->ctl, "key", "make one of 3072 bits",
				 "%s: an RSA key of %d bits; at least %d are"
				 " needed",
				 s->key_path, EVP_PKEY_get_bits(s->key),
				 LEAST_BITS);
	if (X509_check_private_key(s->cert, s->key) == 1)
		return 0;
	ERR_clear_error();
	return ctl_error(s->ctl, "key", NULL, "%s is not the key of %s",
			 s->key_path, s->cert_path);
}

static int check_owner(struct sign *s, const struct policy_file *f)
{
	char is[2 * SHINRAI_DIGEST_SIZE + 1], wants[sizeof(is)];
	u8 owner[SHINRAI_DIGEST_SIZE];

	policy_owner_of(s->cert, owner);
	if (!memcmp(owner, f->p.head->owner, sizeof(owner)))
		return 0;
	shinrai_hex_encode(owner, sizeof(owner), is);
	shinrai_hex_encode(f->p.head->owner, sizeof(owner), wants);
	return ctl_error(s->ctl, "owner",
			 "compile it with --owner and this certificate",
			 "%s is the policy of %s, but %s is of %s", f->path,
			 wants, s->cert_path, is);
}

/*
 * openssl cms -sign -binary -noattr -md sha256 -outform DER -nocerts, which
 * without -stream is detached, too.
 */
static int make(struct sign *s, const struct policy_file *f)
{
	const unsigned int flags = CMS_BINARY | CMS_NOATTR | CMS_NOCERTS |
				   CMS_DETACHED;
	char *der;
	long len;

	s->data = BIO_new_mem_buf(f->blob, (int)f->len);
	s->signature = BIO_new(BIO_s_mem());
	if (s->data && s->signature)
		s->cms = CMS_sign(NULL, NULL, NULL, s->data,
				  flags | CMS_PARTIAL);
	if (!s->cms ||
	    !CMS_add1_signer(s->cms, s->cert, s->key, EVP_sha256(), flags) ||
	    !CMS_final(s->cms, s->data, NULL, flags) ||
	    !i2d_CMS_bio(s->signature, s->cms))
		return ctl_error(s->ctl, "sign", NULL, "cannot sign %s: %s",
				 f->path, policy_openssl_error());
	len = BIO_get_mem_data(s->signature, &der);
	return policy_write(s->ctl, s->out, der, (size_t)len);
}

static int run(struct sign *s, struct policy_file *f)
{
	int ret = policy_read(f, s->ctl, s->ctl->operands.v[0], NULL);

	if (ret)
		return ret;
	if (f->text)
		return ctl_error(s->ctl, "format",
				 "compile it first: shinraictl policy compile",
				 "%s: a text, which the kernel cannot read",
				 f->path);
	s->cert = policy_read_cert(s->ctl, s->cert_path);
	if (s->cert)
		s->key = policy_read_key(s->ctl, s->key_path);
	if (!s->cert || !s->key)
		return EXIT_ERROR;
	ret = check_key(s);
	if (!ret)
		ret = check_owner(s, f);
	return ret ? ret : make(s, f);
}

int cmd_policy_sign(struct ctl *ctl, int argc, char **argv)
{
	struct sign s = { .ctl = ctl };
	struct ctl_opt opts[] = {
		{ "cert", CTL_TEXT, &s.cert_path, "FILE",
		  "the owner's certificate", 0 },
		{ "key", CTL_TEXT, &s.key_path, "FILE",
		  "its private key, RSA of 2048 bits or more", 0 },
		{ "out", CTL_TEXT, &s.out, "FILE", "where the signature goes",
		  0 },
		{ 0 },
	};
	CTL_POLICY f = { 0 };
	json_t *v;
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	if (!ctl->operands.n)
		return ctl_usage(ctl, "policy sign: which BLOB?");
	if (!s.cert_path || !s.key_path || !s.out)
		return ctl_usage(ctl, "policy sign: --cert, --key and --out"
				      " are needed");
	ret = run(&s, &f);
	CMS_ContentInfo_free(s.cms);
	BIO_free(s.signature);
	BIO_free(s.data);
	EVP_PKEY_free(s.key);
	X509_free(s.cert);
	if (ret || !ctl->json || !strcmp(s.out, "-"))
		return ret ? ret : ctl_flush_stdout(ctl);
	v = policy_summary_json(&f);
	json_object_set_new(v, "signature", policy_text_json(s.out));
	return ctl_json_out(ctl, stdout, v);
}
