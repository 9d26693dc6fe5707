// SPDX-License-Identifier: MIT
/* The verifier's signing key: made, read, kept in mind, and replaced by another. */
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <shinrai/util.h>

#include "../daemon/diag.h"
#include "fileio.h"
#include "fleet.h"
#include "signer.h"

#define PEM_MAX 8192
#define LOOK_S 1 /* between two looks for keys of others */

static int write_key(const char *path, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	struct iovec iov = { 0 };
	char *text;
	int ret = -ENOMEM;

	if (bio && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL,
						 NULL)) {
		iov.iov_len = (size_t)BIO_get_mem_data(bio, &text);
		iov.iov_base = text;
		ret = shinrai_file_replace(path, 0600, &iov, 1);
	}
	BIO_free(bio);
	return ret;
}

static int add_key(EVP_PKEY *key, struct store *store)
{
	json_t *jwk = shinrai_jws_public(key);
	char *text = jwk ? json_dumps(jwk, JSON_COMPACT) : NULL;
	char kid[SHINRAI_KID_SIZE];
	int ret = -ENOMEM;

	if (text && !shinrai_jws_kid(key, kid))
		ret = store_key_add(store, kid, text, fleet_now());
	json_decref(jwk);
	free(text);
	return ret;
}

/**
 * signer_make() - make a new key
 * @path: of its file, which is replaced; mode 0600
 * @store: that several verifiers share, each of which publishes the key before this
 *         returns, so that any of them may sign with it; NULL is none
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * Return: 0; -errno, and the file is as it was.
 */
int signer_make(const char *path, struct store *store, char *err, size_t errlen)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	int ret = key && store ? add_key(key, store) : 0;

	if (ret) {
		EVP_PKEY_free(key);
		snprintf(err, errlen,
			 "cannot keep the new signing key: %s (the old one "
			 "stays in %s)",
			 store_error(store), path);
		return ret;
	}
	if (store)
		sleep(2 * LOOK_S);
	ret = key ? write_key(path, key) : -ENOMEM;
	EVP_PKEY_free(key);
	if (ret)
		snprintf(err, errlen, "cannot write the signing key %s: %s",
			 path, strerror(-ret));
	return ret;
}

/* Return: 0; -errno, with @err. */
static int read_key(const char *path, EVP_PKEY **key, char *err, size_t errlen)
{
	struct stat st;
	u8 *pem = NULL;
	size_t len = 0;
	int ret = shinrai_file_read(path, PEM_MAX, &pem, &len);

	if (ret) {
		snprintf(err, errlen, "cannot read the signing key %s: %s",
			 path, strerror(-ret));
		return ret;
	}
	ret = shinrai_jws_key(pem, len, key);
	if (ret)
		snprintf(err, errlen,
			 "the signing key %s is no P-256 key in PEM without a "
			 "passphrase",
			 path);
	explicit_bzero(pem, len);
	free(pem);
	if (ret || stat(path, &st) || !(st.st_mode & 077))
		return ret;
	snprintf(err, errlen,
		 "others may read the signing key %s (chmod 600, or take "
		 "another)",
		 path);
	EVP_PKEY_free(*key);
	return -EACCES;
}

/**
 * signer_load() - read the key
 * @path: of its file; made when it is not there
 * @out: out, for signer_free(); its keys are empty yet
 * @err: out on error: what is wrong
 * @errlen: its room
 *
 * Return: 0; -errno.
 */
int signer_load(const char *path, struct signer **out, char *err, size_t errlen)
{
	struct signer *s;
	struct stat st;
	EVP_PKEY *key;
	bool made = true;
	int ret = 0;

	if (stat(path, &st) && errno == ENOENT)
		ret = signer_make(path, NULL, err, errlen);
	else
		made = false;
	if (!ret && made)
		diag(LOG_NOTICE, "made the signing key %s", path);
	if (!ret)
		ret = read_key(path, &key, err, errlen);
	if (ret)
		return ret;
	snprintf(err, errlen, "out of memory");
	s = calloc(1, sizeof(*s));
	if (!s || shinrai_jws_kid(key, s->kid)) {
		EVP_PKEY_free(key);
		free(s);
		return -ENOMEM;
	}
	s->key = key;
	*out = s;
	return 0;
}

/**
 * signer_free() - forget a key
 * @s: the key; NULL is none
 */
void signer_free(struct signer *s)
{
	if (!s)
		return;
	EVP_PKEY_free(s->key);
	json_decref(s->keys);
	free(s);
}

static int take_key(void *arg, const char *text)
{
	json_t *jwk = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	return jwk && !json_array_append_new(arg, jwk) ? 0 : -EBADMSG;
}

/* The current one is the first, whatever is kept for later.  Return: NULL: no memory. */
static json_t *key_set(json_t *all, const char *kid)
{
	json_t *jwk;
	size_t i;

	json_array_foreach(all, i, jwk) {
		if (strcmp(json_string_value(json_object_get(jwk, "kid")) ?: "",
			   kid))
			continue;
		if (json_array_insert(all, 0, jwk) ||
		    json_array_remove(all, i + 1))
			return NULL;
		break;
	}
	return json_pack("{s:O}", "keys", all);
}

static int read_keys(struct store *store, const char *kid, json_t **keys)
{
	json_t *all = json_array();
	int ret = all ? store_keys(store, take_key, all) : -ENOMEM;

	*keys = ret ? NULL : key_set(all, kid);
	json_decref(all);
	return ret || *keys ? ret : -ENOMEM;
}

/**
 * signer_keep() - keep a key, and learn of its predecessors
 * @s: the key; its keys are set
 * @store: is used
 *
 * Return: 0; -EBADMSG the store is damaged; -errno.
 */
int signer_keep(struct signer *s, struct store *store)
{
	json_t *keys;
	int ret = add_key(s->key, store);

	if (!ret)
		ret = read_keys(store, s->kid, &keys);
	if (ret)
		return ret;
	json_decref(s->keys);
	s->keys = keys;
	return 0;
}

/* Keys of the other verifiers on one database. */
struct look {
	struct job job;
	struct fleet *fleet;
	struct event *timer;
	const struct signer *of;
	char kid[SHINRAI_KID_SIZE];
	json_t *keys; /* out */
};

static int look_for_keys(struct job *j, struct store *store)
{
	struct look *l = (struct look *)j;

	return read_keys(store, l->kid, &l->keys);
}

static void look_later(struct look *l)
{
	const struct timeval tv = { LOOK_S, 0 };

	if (evtimer_add(l->timer, &tv))
		diag_die("out of memory");
}

static void looked(struct job *j, struct fleet *f)
{
	struct look *l = (struct look *)j;

	/* One that was replaced meanwhile has read its own. */
	if (!j->err && l->of == f->signer) {
		json_decref(f->signer->keys);
		f->signer->keys = json_incref(l->keys);
	}
	json_decref(l->keys);
	l->keys = NULL;
	look_later(l);
}

static void on_look(evutil_socket_t fd, short what, void *look)
{
	struct look *l = look;

	(void)fd;
	(void)what;
	l->of = l->fleet->signer;
	memcpy(l->kid, l->of->kid, sizeof(l->kid));
	keep_put(l->fleet, &l->job);
}

/**
 * signer_watch() - publish what others sign with, where the database is shared
 * @f: the fleet, which is started
 *
 * It goes on until the process ends.
 */
void signer_watch(struct fleet *f)
{
	static struct look l;

	if (store_is_file(f->conf->database))
		return;
	l.fleet = f;
	l.job.keep = look_for_keys;
	l.job.done = looked;
	l.job.reads = true;
	l.timer = evtimer_new(f->base, on_look, &l);
	if (!l.timer)
		diag_die("out of memory");
	look_later(&l);
}

struct succession {
	struct job job;
	struct signer *next;
};

static struct succession *succession_of(struct job *j)
{
	return (struct succession *)((char *)j -
				     offsetof(struct succession, job));
}

static int keep_signer(struct job *j, struct store *store)
{
	return signer_keep(succession_of(j)->next, store);
}

static void signer_kept(struct job *j, struct fleet *f)
{
	struct succession *s = succession_of(j);
	struct signer *old = s->next;

	if (j->err) {
		diag(LOG_ERR, "the new signing key cannot be kept; the old one "
			      "stays in use");
	} else {
		old = f->signer;
		f->signer = s->next;
		if (strcmp(old->kid, f->signer->kid))
			diag(LOG_INFO, "signing with key %s now",
			     f->signer->kid);
	}
	signer_free(old);
	free(s);
}

/**
 * signer_replace() - sign with another key from now on
 * @f: the fleet
 * @s: the key, which becomes the fleet's once it is kept
 */
void signer_replace(struct fleet *f, struct signer *s)
{
	struct succession *n = calloc(1, sizeof(*n));

	if (!n) {
		diag(LOG_ERR, "out of memory; the old signing key stays in "
			      "use");
		signer_free(s);
		return;
	}
	n->next = s;
	n->job.keep = keep_signer;
	n->job.done = signer_kept;
	keep_put(f, &n->job);
}
