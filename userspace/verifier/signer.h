/* SPDX-License-Identifier: MIT */
/*
 * The key that verdicts and tree heads are signed with, and the former ones, by
 * which what was signed before is still checked.  It belongs to the loop's thread;
 * a key is in the store before anything is signed with it.
 */
#ifndef VERIFIER_SIGNER_H
#define VERIFIER_SIGNER_H

#include <shinrai/jws.h>

#include "store.h"

struct fleet;

struct signer {
	EVP_PKEY *key;
	char kid[SHINRAI_KID_SIZE];
	json_t *keys; /* JWK set, public; the one in use first */
};

int signer_make(const char *path, struct store *store, char *err,
		size_t errlen);
int signer_load(const char *path, struct signer **out, char *err,
		size_t errlen);
void signer_free(struct signer *s);
int signer_keep(struct signer *s, struct store *store);
void signer_watch(struct fleet *f);
void signer_replace(struct fleet *f, struct signer *s);

#endif
