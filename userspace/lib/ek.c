// SPDX-License-Identifier: MIT
/* Is an endorsement key that of a TPM?  Certificate path, profile, and key. */
#include <stdio.h>

#include <openssl/err.h>

#include <shinrai/hash.h>
#include <shinrai/hex.h>

#include "ek_lib.h"

#define DEPTH_MAX 8
#define SECURITY_LEVEL 2 /* 112 bits: no SHA-1, no RSA below 2048 */
#define NAME_TEXT 256

const char *shinrai_ek_fault(const struct shinrai_public *pub)
{
	const u32 need = SHINRAI_ATTR_FIXED_TPM | SHINRAI_ATTR_FIXED_PARENT |
			 SHINRAI_ATTR_SENSITIVE_ORIGIN |
			 SHINRAI_ATTR_RESTRICTED | SHINRAI_ATTR_DECRYPT;

	if ((pub->attributes & need) != need ||
	    pub->attributes & SHINRAI_ATTR_SIGN)
		return "it is no storage key that was made in a TPM and stays "
		       "there";
	if (pub->name_alg != SHINRAI_ALG_SHA256 ||
	    pub->symmetric != SHINRAI_ALG_AES || pub->symmetric_bits != 128 ||
	    pub->symmetric_mode != SHINRAI_ALG_CFB)
		return "it is not of template L-1 or L-2 (SHA-256, AES-128)";
	if (pub->type == SHINRAI_ALG_RSA ? pub->bits != 2048 :
					   pub->curve != SHINRAI_ECC_P256)
		return "it is neither RSA 2048 nor ECC NIST P-256";
	return NULL;
}

static bool is_lacking_issuer(int error)
{
	return error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
	       error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	       error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

static void key_text(const ASN1_OCTET_STRING *id, char out[2 * 32 + 1])
{
	const int n = id ? ASN1_STRING_length(id) : 0;

	*out = '\0';
	if (n > 0 && n <= 32)
		shinrai_hex_encode(ASN1_STRING_get0_data(id), (size_t)n, out);
}

static void tell_path(X509_STORE_CTX *ctx, char *err, size_t errlen)
{
	const int error = X509_STORE_CTX_get_error(ctx);
	X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	char name[NAME_TEXT] = "", key[2 * 32 + 1] = "";

	if (!x)
		x = X509_STORE_CTX_get0_cert(ctx);
	if (is_lacking_issuer(error)) {
		shinrai_ek_name_text(X509_get_issuer_name(x), name,
				     sizeof(name));
		key_text(X509_get0_authority_key_id(x), key);
		snprintf(err, errlen,
			 "the CA \"%s\"%s%s is missing: add its certificate to "
			 "those that are believed",
			 name, *key ? " with key id " : "", key);
		return;
	}
	shinrai_ek_name_text(X509_get_subject_name(x), name, sizeof(name));
	if (error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN)
		snprintf(err, errlen,
			 "the CA \"%s\" is not among those that are "
			 "believed",
			 name);
	else
		snprintf(err, errlen, "the certificate path, at %s \"%s\": %s",
			 X509_STORE_CTX_get_error_depth(ctx) ? "the CA" :
							       "that of",
			 name, X509_verify_cert_error_string(error));
}

/* Where a CA has no CRL, none is asked for. */
static int on_fault(int ok, X509_STORE_CTX *ctx)
{
	return ok ||
	       X509_STORE_CTX_get_error(ctx) == X509_V_ERR_UNABLE_TO_GET_CRL;
}

static void set_up(X509_STORE_CTX *ctx, const struct shinrai_ek_trust *t,
		   s64 time)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN |
			      X509_V_FLAG_TRUSTED_FIRST;

	if (t->ncrls)
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
	X509_VERIFY_PARAM_set_flags(param, flags);
	X509_VERIFY_PARAM_set_depth(param, DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
	if (time)
		X509_VERIFY_PARAM_set_time(param, time);
	X509_STORE_CTX_set_verify_cb(ctx, on_fault);
}

static enum shinrai_assurance level_of(const struct shinrai_ek_trust *t,
				       const X509 *anchor)
{
	enum shinrai_assurance level = SHINRAI_ASSURANCE_NONE;
	int i;

	for (i = 0; i < sk_X509_num(t->anchors); i++) {
		if (X509_cmp(sk_X509_value(t->anchors, i), anchor))
			continue;
		if (level == SHINRAI_ASSURANCE_NONE || t->level[i] < level)
			level = t->level[i];
	}
	return level;
}

/*
 * From @cert over @others to an anchor.
 * @level: out, what that anchor is worth
 * Return: as shinrai_ek_check().
 */
int shinrai_ek_path(const struct shinrai_ek_trust *t, X509 *cert,
		    STACK_OF(X509) * others, s64 time,
		    enum shinrai_assurance *level, char *err, size_t errlen)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) * chain;
	int ret = -ENOMEM;

	if (!ctx || X509_STORE_CTX_init(ctx, t->store, cert, others) != 1)
		goto out;
	set_up(ctx, t, time);
	ERR_clear_error();
	ret = -EKEYREJECTED;
	if (X509_verify_cert(ctx) == 1) {
		chain = X509_STORE_CTX_get0_chain(ctx);
		*level = level_of(t,
				  sk_X509_value(chain, sk_X509_num(chain) - 1));
		ret = 0;
	} else if (X509_STORE_CTX_get_error(ctx) == X509_V_ERR_OUT_OF_MEM) {
		ret = -ENOMEM;
	} else {
		tell_path(ctx, err, errlen);
	}
out:
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return ret;
}

/* What came with the EK and what is configured, together. */
static int gather(const struct shinrai_ek_trust *t,
		  const struct shinrai_ek_input *in, STACK_OF(X509) * *all,
		  char *err, size_t errlen)
{
	size_t i;
	X509 *x;

	*all = X509_chain_up_ref(t->others);
	if (!*all)
		return -ENOMEM;
	for (i = 1; i < in->ncerts; i++) {
		x = shinrai_ek_cert_parse(in->cert[i].p, in->cert[i].len, NULL);
		if (!x) {
			snprintf(err, errlen,
				 "certificate %zu of those that came with the "
				 "EK is none",
				 i + 1);
			return -EKEYREJECTED;
		}
		if (!sk_X509_push(*all, x)) {
			X509_free(x);
			return -ENOMEM;
		}
	}
	return 0;
}

static void sha256(const u8 *data, size_t len, u8 out[32])
{
	struct shinrai_sha256 c;

	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, data, len);
	shinrai_sha256_final(&c, out);
}

/* Is the key of the certificate that of the TPM's public area? */
static int check_key(X509 *cert, const struct shinrai_public *pub, u8 id[32],
		     char *err, size_t errlen)
{
	EVP_PKEY *certified = X509_get0_pubkey(cert), *key = NULL;
	int n, ret = shinrai_public_key(pub, &key);
	u8 *der = NULL;

	if (!ret && (!certified || EVP_PKEY_eq(certified, key) != 1))
		ret = -EKEYREJECTED;
	if (ret && ret != -ENOMEM) {
		snprintf(err, errlen, "the EK certificate is %s",
			 certified ? "that of another key than the EK that "
				     "came" :
				     "of a key that OpenSSL cannot read");
		ret = -EKEYREJECTED;
	}
	n = ret ? 0 : i2d_PUBKEY(key, &der);
	if (n > 0)
		sha256(der, (size_t)n, id);
	else if (!ret)
		ret = -ENOMEM;
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ret;
}

static int weigh(struct shinrai_ek *ek, const struct shinrai_ek_input *in,
		 char *err, size_t errlen)
{
	const enum shinrai_assurance most =
		shinrai_ek_maker_level(ek->manufacturer);

	if (most < ek->assurance)
		ek->assurance = most;
	if (ek->assurance > SHINRAI_ASSURANCE_SOFTWARE || in->allow_software)
		return 0;
	snprintf(err, errlen,
		 "the EK is that of a simulator (manufacturer %s), which "
		 "proves nothing; only tests allow that",
		 ek->manufacturer);
	return -EKEYREJECTED;
}

static int check(const struct shinrai_ek_trust *t,
		 const struct shinrai_ek_input *in, X509 *cert,
		 struct shinrai_ek *ek, char *err, size_t errlen)
{
	STACK_OF(X509) *others = NULL;
	int ret = check_key(cert, in->pub, ek->id, err, errlen);

	/* Before the path, which fails for the same without a reason. */
	if (!ret)
		ret = shinrai_ek_cert_profile(cert, ek, err, errlen);
	if (!ret)
		ret = gather(t, in, &others, err, errlen);
	if (!ret)
		ret = shinrai_ek_path(t, cert, others, in->time, &ek->assurance,
				      err, errlen);
	sk_X509_pop_free(others, X509_free);
	return ret ? ret : weigh(ek, in, err, errlen);
}

int shinrai_ek_check(const struct shinrai_ek_trust *t,
		     const struct shinrai_ek_input *in, struct shinrai_ek *out,
		     char *err, size_t errlen)
{
	const char *fault = shinrai_ek_fault(in->pub);
	struct shinrai_ek ek = { 0 };
	size_t used = 0;
	X509 *cert;
	int ret;

	if (fault) {
		snprintf(err, errlen, "the EK: %s", fault);
		return -EKEYREJECTED;
	}
	if (!in->ncerts || in->ncerts > SHINRAI_EK_CHAIN_MAX) {
		snprintf(err, errlen, "1 to %d certificates come with an EK",
			 SHINRAI_EK_CHAIN_MAX);
		return -EKEYREJECTED;
	}
	cert = shinrai_ek_cert_parse(in->cert->p, in->cert->len, &used);
	if (!cert) {
		snprintf(err, errlen,
			 "the EK certificate is none: a DER certificate of at "
			 "most %d bytes, padded with 00 or ff",
			 SHINRAI_EK_CERT_MAX);
		return -EKEYREJECTED;
	}
	ret = check(t, in, cert, &ek, err, errlen);
	X509_free(cert);
	if (ret)
		return ret;
	sha256(in->cert->p, used, ek.cert_digest);
	*out = ek;
	return 0;
}
