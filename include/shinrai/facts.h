/* SPDX-License-Identifier: MIT */
/*
 * What ran on a machine, apart from what was thought of it: what a verifier keeps in
 * order to judge it by another policy without its log.
 */
#ifndef _SHINRAI_FACTS_H
#define _SHINRAI_FACTS_H

#include "platform.h"

#define SHINRAI_FACT_TEXT 160
/* Beside kinds of code, SHINRAI_KIND_*, which have 8 bits: */
#define SHINRAI_FACT_ANON 256 /* anonymous memory was made executable */

/* The first time. */
struct shinrai_fact {
	u16 what;
	u8 digest[32]; /* of the code; ANON: SHA-256 of @text */
	u64 record;
	char text[SHINRAI_FACT_TEXT]; /* path, or who it was; printable */
};

/* Each once, in the order in which they came; all zeros is none. */
struct shinrai_facts {
	struct shinrai_fact *v;
	size_t n, cap;
	u32 *slot; /* hash table of places in @v, + 1; 0: empty */
	size_t nslots; /* power of two */
	u64 seed; /* set before the first; what a machine cannot foresee */
};

/* @what: of a fact.  Return: its kind, in words. */
const char *shinrai_fact_name(u64 what);

/* Return: whether there is one of this kind and digest. */
bool shinrai_facts_have(const struct shinrai_facts *f, u16 what,
			const u8 digest[32]);

/* @fact: is copied, when it is not there yet.  Return: 0; -ENOMEM. */
int shinrai_facts_add(struct shinrai_facts *f, const struct shinrai_fact *fact);

/* @out: for free().  Return: 0; -ENOMEM. */
int shinrai_facts_pack(const struct shinrai_facts *f, u8 **out, size_t *len);

/*
 * Adds those of shinrai_facts_pack() that are not there yet.
 * Return: 0; -EPROTONOSUPPORT they are of another version; -EBADMSG; -ENOMEM.
 */
int shinrai_facts_unpack(struct shinrai_facts *f, const void *data, size_t len);

/* @f: is empty then */
void shinrai_facts_free(struct shinrai_facts *f);

#endif
