// SPDX-License-Identifier: MIT
/* Keys and certificates of "setup", as files that shinraid reads. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include <shinrai/cms.h>
#include <shinrai/session.h>
#include <shinrai/tpm2.h>

#include "setup.h"
#include "userspace/lib/fileio.h"

#define CA_MAX 65536
#define VERIFIER_CA "verifier-ca.pem"
#define VERIFIER_URL "verifier.url"
#define KEY "key.pem"
#define NEW_KEY "key.pem.new" /* until its certificate is there */

static char *text_of(BIO *bio)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);

	return len > 0 ? strndup(data, (size_t)len) : NULL;
}

/**
 * setup_key() - a new key for TLS, and the request for its certificate
 * @ctl: the verb
 * @key: out, for EVP_PKEY_free()
 * @csr: out, PEM, for free()
 *
 * The verifier names the device; the request has no name.
 */
int setup_key(struct ctl *ctl, EVP_PKEY **key, char **csr)
{
	EVP_PKEY *k = EVP_EC_gen("P-256");
	X509_REQ *req = X509_REQ_new();
	BIO *bio = BIO_new(BIO_s_mem());

	*csr = NULL;
	if (k && req && bio && X509_REQ_set_pubkey(req, k) == 1 &&
	    X509_REQ_sign(req, k, EVP_sha256()) > 0 &&
	    PEM_write_bio_X509_REQ(bio, req) == 1)
		*csr = text_of(bio);
	BIO_free(bio);
	X509_REQ_free(req);
	if (*csr) {
		*key = k;
		return 0;
	}
	EVP_PKEY_free(k);
	return ctl_error(ctl, "memory", NULL, "cannot make a key");
}

/* Return: for X509_free(); NULL: it is no certificate. */
static X509 *cert_of(const char *pem)
{
	BIO *bio = pem ? BIO_new_mem_buf(pem, -1) : NULL;
	X509 *x = bio ? PEM_read_bio_X509(bio, NULL, shinrai_no_passphrase,
					  NULL) :
			NULL;

	BIO_free(bio);
	return x;
}

/* Return: whether it is a certificate of exactly this key. */
static bool is_of(const char *pem, EVP_PKEY *key)
{
	X509 *x = cert_of(pem);
	bool fits = x && key && EVP_PKEY_eq(X509_get0_pubkey(x), key) == 1;

	X509_free(x);
	ERR_clear_error();
	return fits;
}

/* Return: whether it is a certificate that this CA issued. */
static bool is_by(const char *pem, const char *ca_pem)
{
	X509 *x = cert_of(pem), *ca = cert_of(ca_pem);
	bool fits = x && ca && X509_verify(x, X509_get0_pubkey(ca)) == 1;

	X509_free(x);
	X509_free(ca);
	ERR_clear_error();
	return fits;
}

static bool is_ours(const char *pem, const struct setup_tpm *t)
{
	struct shinrai_public pub;
	EVP_PKEY *key = NULL;
	bool fits;

	if (shinrai_public_parse(t->tpm.ak_public, t->tpm.ak_len, &pub) ||
	    shinrai_public_key(&pub, &key))
		return false;
	fits = is_of(pem, key);
	EVP_PKEY_free(key);
	return fits;
}

/**
 * setup_file() - one of our files
 * @folder: where it is
 * @name: of it
 *
 * Return: its path, for free().
 */
char *setup_file(const char *folder, const char *name)
{
	char *path = ctl_alloc(strlen(folder) + strlen(name) + 2);

	sprintf(path, "%s/%s", folder, name);
	return path;
}

static int put(struct ctl *ctl, const char *folder, const char *name,
	       mode_t mode, const char *text, size_t len)
{
	const struct iovec iov = { (void *)(uintptr_t)text, len };
	CTL_FREE char *path = setup_file(folder, name);
	int ret = shinrai_file_replace(path, mode, &iov, 1);

	return ret ? ctl_error(ctl, "io", "--out names a folder that is there",
			       "cannot write %s/%s: %s", folder, name,
			       strerror(-ret)) :
		     0;
}

static int put_text(struct ctl *ctl, const char *folder, const char *name,
		    const char *text)
{
	return put(ctl, folder, name, 0644, text, strlen(text));
}

/* shinraid reads it as a member of the group that the folder belongs to. */
static int share_key(struct ctl *ctl, const char *folder)
{
	CTL_FREE char *path = setup_file(folder, NEW_KEY);
	struct stat key, st;
	int err;

	if (!stat(folder, &st) && !stat(path, &key) &&
	    (st.st_gid == key.st_gid || !chown(path, (uid_t)-1, st.st_gid)) &&
	    (st.st_gid == getegid() || !chmod(path, 0640)))
		return 0;
	err = errno;
	unlink(path);
	return ctl_error(ctl, "io", "are you root?",
			 "cannot give %s to the group of its folder: %s", path,
			 strerror(err));
}

static int put_key(struct ctl *ctl, const char *folder, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *data;
	long len;
	int ret;

	if (!bio || PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL,
					     NULL) != 1) {
		BIO_free(bio);
		return ctl_error(ctl, "memory", NULL, "out of memory");
	}
	len = BIO_get_mem_data(bio, &data);
	ret = put(ctl, folder, NEW_KEY, 0600, data, (size_t)len);
	BIO_free(bio);
	return ret ? ret : share_key(ctl, folder);
}

static int use_key(struct ctl *ctl, const char *folder)
{
	CTL_FREE char *from = setup_file(folder, NEW_KEY);
	CTL_FREE char *to = setup_file(folder, KEY);
	int ret = shinrai_file_rename(from, to);

	return ret ? ctl_error(ctl, "io", NULL, "cannot rename %s to %s: %s",
			       from, to, strerror(-ret)) :
		     0;
}

static EVP_PKEY *read_key(const char *folder, const char *name)
{
	CTL_FREE char *path = setup_file(folder, name);
	BIO *bio = BIO_new_file(path, "r");
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(
				      bio, NULL, shinrai_no_passphrase, NULL) :
			      NULL;

	BIO_free(bio);
	ERR_clear_error();
	return key;
}

/* @text: out, for free(); NULL on error.  Return: 0; -errno. */
static int read_text(const char *folder, const char *name, char **text)
{
	CTL_FREE char *path = setup_file(folder, name);
	CTL_BUF b = { 0 };
	int ret = ctl_read_file(path, CA_MAX, &b);

	*text = NULL;
	if (ret)
		return ret;
	*text = ctl_alloc(b.len + 1);
	memcpy(*text, b.data, b.len);
	(*text)[b.len] = '\0';
	return 0;
}

/**
 * setup_finish() - go on with setup_write(), where that was cut off in the middle
 * @ctl: the verb
 * @folder: where to
 *
 * Return: 0, also when there was nothing to be done; exit status, told already.
 */
int setup_finish(struct ctl *ctl, const char *folder)
{
	EVP_PKEY *key = read_key(folder, NEW_KEY);
	CTL_FREE char *cert = NULL;
	bool fits;

	fits = key && !read_text(folder, "cert.pem", &cert) && is_of(cert, key);
	EVP_PKEY_free(key);
	return fits ? use_key(ctl, folder) : 0;
}

/**
 * setup_same_ak() - is the AK the one that was enrolled?
 * @ctl: the verb
 * @folder: where its certificate is
 * @t: with the AK
 *
 * Return: 0; exit status, told already.
 */
int setup_same_ak(struct ctl *ctl, const char *folder,
		  const struct setup_tpm *t)
{
	CTL_FREE char *ak = NULL;

	if (!read_text(folder, "ak.pem", &ak) && is_ours(ak, t))
		return 0;
	return ctl_error(ctl, "other-ak",
			 "say --ak-generation as in shinraid.conf; or enrol "
			 "anew, without --renew",
			 "%s/ak.pem is not there, or of another key than the "
			 "TPM has now",
			 folder);
}

/*
 * Whom to ask the next time.  Who may ask us is not changed once somebody has said
 * it.
 */
static int put_verifier(struct ctl *ctl, const char *folder, const char *url,
			const char *ca)
{
	CTL_FREE char *path = setup_file(folder, "ca.pem");
	CTL_BUF b = { 0 };
	int ret = ctl_read_file(ca, CA_MAX, &b);

	if (ret)
		return ctl_error(ctl, "io", NULL, "cannot read %s: %s", ca,
				 strerror(-ret));
	ret = put(ctl, folder, VERIFIER_CA, 0644, (char *)b.data, b.len);
	if (!ret)
		ret = put_text(ctl, folder, VERIFIER_URL, url);
	if (!ret && access(path, F_OK))
		ret = put(ctl, folder, "ca.pem", 0644, (char *)b.data, b.len);
	return ret;
}

/**
 * setup_verifier() - whom setup_write() was told
 * @ctl: the verb
 * @folder: where it is
 * @url: out, for free()
 *
 * Return: 0; exit status, told already.
 */
int setup_verifier(struct ctl *ctl, const char *folder, char **url)
{
	int ret = read_text(folder, VERIFIER_URL, url);

	return ret ? ctl_error(ctl, "io", "enrol first, without --renew",
			       "cannot read %s/" VERIFIER_URL ": %s", folder,
			       strerror(-ret)) :
		     0;
}

/**
 * setup_write() - check what the verifier issued, and keep it
 * @ctl: the verb
 * @folder: where to
 * @key: that was asked for
 * @t: with the AK
 * @answer: of the verifier
 * @verifier: its URL
 * @verifier_ca: path of the CA that it was believed by
 *
 * Nothing is written unless all of it is right.  Until the certificate for TLS is
 * replaced, what was there before is used; from then on setup_finish() goes on.
 */
int setup_write(struct ctl *ctl, const char *folder, EVP_PKEY *key,
		const struct setup_tpm *t, const json_t *answer,
		const char *verifier, const char *verifier_ca)
{
	const char *ak =
		json_string_value(json_object_get(answer, "ak_certificate"));
	const char *tls =
		json_string_value(json_object_get(answer, "certificate"));
	const char *ca = json_string_value(json_object_get(answer, "ca"));
	int ret;

	if (!is_ours(ak, t) || !is_of(tls, key) || !is_by(ak, ca) ||
	    !is_by(tls, ca))
		return ctl_error(ctl, "protocol", "is it shinrai-verifier?",
				 "the verifier's certificates are not those of "
				 "our keys, by its CA; nothing was written");
	ret = put_key(ctl, folder, key);
	if (!ret)
		ret = put_text(ctl, folder, "ak.pem", ak);
	if (!ret)
		ret = put_text(ctl, folder, "enrolment-ca.pem", ca);
	if (!ret)
		ret = put_verifier(ctl, folder, verifier, verifier_ca);
	if (!ret)
		ret = put_text(ctl, folder, "cert.pem", tls);
	return ret ? ret : use_key(ctl, folder);
}

static s64 seconds_of(const ASN1_TIME *t)
{
	struct tm tm;

	return ASN1_TIME_to_tm(t, &tm) == 1 ? timegm(&tm) : 0;
}

/**
 * setup_is_due() - is it time to renew the certificate?
 * @folder: where it is
 * @name: out, of the device in it; "": there is no certificate
 * @until: out, RFC 3339
 *
 * Return: whether a third of its time or less is left.
 */
bool setup_is_due(const char *folder, char name[64], char until[24])
{
	CTL_FREE char *path = setup_file(folder, "cert.pem");
	X509 *x = NULL;
	s64 from, to;

	*name = *until = '\0';
	if (shinrai_cms_read_cert(path, &x))
		return true;
	if (X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName,
				      name, 64) <= 0)
		*name = '\0';
	from = seconds_of(X509_get0_notBefore(x));
	to = seconds_of(X509_get0_notAfter(x));
	X509_free(x);
	shinrai_time_format(to, until);
	return to - time(NULL) <= (to - from) / 3;
}
