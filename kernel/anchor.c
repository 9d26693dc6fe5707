// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose signatures count: the administrator's certificate, read once while the
 * module loads, and keyrings of one certificate each.  User space may see them
 * in /proc/keys, and has no permission to do more.
 */
#define pr_fmt(fmt) "shinrai: " fmt

#include <crypto/public_key.h>
#include <crypto/sha2.h>
#include <keys/asymmetric-subtype.h>
#include <keys/asymmetric-type.h>
#include <linux/cred.h>
#include <linux/ctype.h>
#include <linux/kernel_read_file.h>
#include <linux/key.h>
#include <linux/verification.h>
#include <linux/vmalloc.h>

#include "core.h"
#include "policy.h"

/* The least that is safe, as DER of the RSA key: 2048 bits of modulus. */
#define KEY_MIN 256

#define KEYRING_PERM (KEY_POS_SEARCH | KEY_POS_WRITE | KEY_USR_VIEW)
#define KEY_PERM (KEY_POS_SEARCH | KEY_USR_VIEW)

static struct key *anchor;
static u8 anchor_digest[SHINRAI_DIGEST_SIZE];

/* Return: 0 and the owner's name; -ENOPKG unless it is the RSA key of X.509. */
static int key_id(const struct key *key, u8 id[SHINRAI_DIGEST_SIZE])
{
	const struct public_key *pub;

	if (asymmetric_key_subtype(key) != &public_key_subtype)
		return -ENOPKG;
	pub = asymmetric_key_public_key(key);
	if (!pub || pub->key_is_private || pub->keylen < KEY_MIN ||
	    strcmp(pub->pkey_algo, "rsa") || strcmp(pub->id_type, "X509"))
		return -ENOPKG;
	sha256(pub->key, pub->keylen, id);
	return 0;
}

static int add_certificate(struct key *keyring, const void *cert, size_t len,
			   u8 id[SHINRAI_DIGEST_SIZE])
{
	key_ref_t ref;
	int ret;

	ref = key_create_or_update(make_key_ref(keyring, true), "asymmetric",
				   NULL, cert, len, KEY_PERM,
				   KEY_ALLOC_NOT_IN_QUOTA);
	if (IS_ERR(ref))
		return PTR_ERR(ref);
	ret = key_id(key_ref_to_ptr(ref), id);
	key_ref_put(ref);
	return ret;
}

/**
 * shinrai_keyring_new() - a keyring that holds one certificate
 * @name: begins with a dot, so that nobody can join it
 * @cert: DER
 * @len: its bytes
 * @id: out, SHA-256 of the key: the content of its BIT STRING
 *
 * Context: may sleep.
 * Return: the keyring, for key_put(); -EILSEQ for what is no certificate, or is
 * blacklisted; -ENOPKG for another key than RSA of 2048 bits or more; -ENOMEM.
 */
struct key *shinrai_keyring_new(const char *name, const void *cert, size_t len,
				u8 id[SHINRAI_DIGEST_SIZE])
{
	struct key *keyring;
	int ret;

	might_sleep();
	if (shinrai_der_whole(cert, len))
		return ERR_PTR(-EILSEQ);
	keyring = keyring_alloc(name, GLOBAL_ROOT_UID, GLOBAL_ROOT_GID,
				current_cred(), KEYRING_PERM,
				KEY_ALLOC_NOT_IN_QUOTA, NULL, NULL);
	if (IS_ERR(keyring))
		return keyring;
	ret = add_certificate(keyring, cert, len, id);
	if (!ret)
		return keyring;
	key_put(keyring);
	if (ret == -ENOMEM || ret == -ENOPKG)
		return ERR_PTR(ret);
	return ERR_PTR(-EILSEQ);
}

/**
 * shinrai_signature_verify() - did the key of this keyring sign this?
 * @keyring: from shinrai_keyring_new()
 * @data: what is signed
 * @len: its bytes
 * @sig: detached CMS, DER
 * @sig_len: its bytes
 *
 * Context: may sleep.
 * Return: 0; -EKEYREJECTED; -ENOMEM.
 */
int shinrai_signature_verify(struct key *keyring, const void *data, size_t len,
			     const void *sig, size_t sig_len)
{
	int ret;

	might_sleep();
	if (shinrai_signature_plain(sig, sig_len))
		return -EKEYREJECTED;
	ret = verify_pkcs7_signature(data, len, sig, sig_len, keyring,
				     VERIFYING_UNSPECIFIED_SIGNATURE, NULL,
				     NULL);
	if (ret && ret != -ENOMEM)
		return -EKEYREJECTED;
	return ret;
}

/* What PARAMS can tell without a doubt where it ends. */
static bool path_plain(const char *path)
{
	const char *c;

	for (c = path; *c; c++) {
		if (!isascii(*c) || !isgraph(*c))
			return false;
	}
	return c - path < SHINRAI_ANCHOR_PATH;
}

static int read_anchor(const char *path)
{
	u8 id[SHINRAI_DIGEST_SIZE];
	void *cert = NULL;
	ssize_t len;
	int ret = 0;

	len = kernel_read_file_from_path(path, 0, &cert,
					 SHINRAI_MAX_CERTIFICATE, NULL,
					 READING_X509_CERTIFICATE);
	if (len < 0)
		return (int)len;
	anchor = shinrai_keyring_new(".shinrai_anchor", cert, len, id);
	if (IS_ERR(anchor)) {
		ret = PTR_ERR(anchor);
		anchor = NULL;
	} else {
		sha256(cert, len, anchor_digest);
	}
	vfree(cert);
	return ret;
}

/**
 * shinrai_anchor_init() - read the administrator's certificate
 * @path: of a file in DER; NULL or empty: nobody is trusted
 *
 * Context: may sleep; a task that loads the module.
 * Return: 0; -EINVAL for a path with blanks; as shinrai_keyring_new(); what
 * reading says.
 */
int shinrai_anchor_init(const char *path)
{
	int ret;

	if (!path || !*path)
		return 0;
	if (!path_plain(path)) {
		pr_err("anchor: a path without blanks below %d bytes is wanted\n",
		       SHINRAI_ANCHOR_PATH);
		return -EINVAL;
	}
	ret = read_anchor(path);
	if (ret == -EILSEQ)
		pr_err("anchor=%s is no X.509 certificate in DER that this kernel takes\n",
		       path);
	else if (ret == -ENOPKG)
		pr_err("anchor=%s: its key is not RSA of 2048 bits or more\n",
		       path);
	else if (ret)
		pr_err("anchor=%s cannot be read: %d\n", path, ret);
	return ret;
}

/**
 * shinrai_anchor_exit() - forget the certificate
 */
void shinrai_anchor_exit(void)
{
	key_put(anchor);
	anchor = NULL;
}

/**
 * shinrai_anchor() - the administrator's keyring
 *
 * Context: any.
 * Return: NULL when no anchor was given.
 */
struct key *shinrai_anchor(void)
{
	return anchor;
}

/**
 * shinrai_anchor_digest() - SHA-256 of the certificate
 *
 * Context: any.
 * Return: NULL when no anchor was given.
 */
const u8 *shinrai_anchor_digest(void)
{
	return anchor ? anchor_digest : NULL;
}
