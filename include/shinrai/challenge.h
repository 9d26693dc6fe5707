/* SPDX-License-Identifier: MIT */
/* Challenge item, nonce tree and qualifying data: PROTOCOL.md 3.1, 3.2, 4.1. */
#ifndef _SHINRAI_CHALLENGE_H
#define _SHINRAI_CHALLENGE_H

#include "tpm2.h"
#include "tree.h"

#include "../uapi/shinrai.h"

#define SHINRAI_NONCE_MIN 16
#define SHINRAI_NONCE_MAX 64
#define SHINRAI_EXPORTER_SIZE 32
#define SHINRAI_KEY_ID_SIZE 32
#define SHINRAI_QUALIFYING_SIZE 32
#define SHINRAI_CHALLENGE_MAX                                                 \
	(2 + SHINRAI_NONCE_MAX + 2 + SHINRAI_SELECTION_BYTES + 32 + 32 + 16 + \
	 8 + 8 + 1 + SHINRAI_TREE_DEPTH * SHINRAI_TREE_HASH)

struct shinrai_challenge {
	u8 nonce_len;
	u8 nonce[SHINRAI_NONCE_MAX];
	u8 verifier_key[SHINRAI_KEY_ID_SIZE];
	u16 selection_len;
	u8 selection[SHINRAI_SELECTION_BYTES]; /* TPML_PCR_SELECTION */
	u8 exporter[SHINRAI_EXPORTER_SIZE];
	u8 boot_id[SHINRAI_BOOT_ID_SIZE];
	u64 index; /* of the leaf */
	u64 size; /* of the tree */
	u8 path_len;
	u8 path[SHINRAI_TREE_DEPTH][SHINRAI_TREE_HASH];
};

/*
 * The selection must be well-formed, the index inside the tree.
 * Return: 0; -EPROTONOSUPPORT another version; -EBADMSG.
 */
int shinrai_challenge_parse(const void *data, size_t len,
			    struct shinrai_challenge *c);

/* Return: 0; -EINVAL for lengths outside the limits; -ENOSPC. */
int shinrai_challenge_encode(struct shinrai_wr *w,
			     const struct shinrai_challenge *c);

/*
 * Leaf hash of the challenge: nonce, verifier key, selection, exporter count.
 * Return: 0; -EINVAL for lengths outside the limits.
 */
int shinrai_challenge_leaf(const struct shinrai_challenge *c,
			   u8 leaf[SHINRAI_TREE_HASH]);

/* Qualifying data of a quote: root and size of the tree, boot id. */
void shinrai_qualifying_data(const u8 root[SHINRAI_TREE_HASH], u64 size,
			     const u8 boot_id[SHINRAI_BOOT_ID_SIZE],
			     u8 out[SHINRAI_QUALIFYING_SIZE]);

/*
 * What the quote's extraData must be for this challenge to be in it: leaf, then
 * path, then qualifying data.
 * Return: 0; -EBADMSG when the path does not fit index and size; -EINVAL.
 */
int shinrai_challenge_qualifying(const struct shinrai_challenge *c,
				 u8 out[SHINRAI_QUALIFYING_SIZE]);

#endif
