// SPDX-License-Identifier: MIT
/* Appraisal: what ran, by what is known; as records tell it, or as it was kept. */
#include <stdio.h>

#include <shinrai/hex.h>

#include "appraise_ctx.h"

static bool user_code(u64 kind)
{
	return kind == SHINRAI_KIND_EXEC || kind == SHINRAI_KIND_SCRIPT ||
	       kind == SHINRAI_KIND_MMAP;
}

/**
 * shinrai_appraise_code() - is this code known?
 * @a: the appraisal
 * @kind: SHINRAI_KIND_*
 * @digest: SHA-256
 *
 * Stops what is denied, unknown code, and user code turned into kernel code.
 *
 * Return: what speaks against it; SHINRAI_WHYS: nothing.
 */
enum shinrai_reason_code shinrai_appraise_code(const struct appraise *a,
					       u64 kind, const u8 digest[32])
{
	const struct shinrai_digests *d = a->in->digests;
	bool user = user_code(kind);
	unsigned int known;

	if (!d)
		return SHINRAI_WHYS;
	known = shinrai_digests_find(d, digest);
	if (known & SHINRAI_KNOWN_DENIED)
		return SHINRAI_WHY_CODE_DENIED;
	if (!d->allows ||
	    known & (user ? SHINRAI_KNOWN_USER : SHINRAI_KNOWN_KERNEL))
		return SHINRAI_WHYS;
	if (!known)
		return SHINRAI_WHY_CODE_UNKNOWN;
	return user ? SHINRAI_WHY_CODE_NOT_USER : SHINRAI_WHY_CODE_NOT_KERNEL;
}

/**
 * shinrai_appraise_code_tell() - tell it
 * @a: the appraisal
 * @why: of shinrai_appraise_code()
 * @record: its number
 * @kind: as there
 * @digest: as there
 * @path: printable
 */
void shinrai_appraise_code_tell(struct appraise *a,
				enum shinrai_reason_code why, u64 record,
				u64 kind, const u8 digest[32], const char *path)
{
	bool denied = why == SHINRAI_WHY_CODE_DENIED;
	char hex[65];

	shinrai_appraise_record(
		a, why, record, "%s %s, SHA-256 %s%s%s",
		shinrai_fact_name(kind), path,
		shinrai_hex_encode(digest, 32, hex), denied ? ", list " : "",
		denied ? shinrai_digests_denied(a->in->digests, digest) : "");
}

/**
 * shinrai_appraise_by_policy() - does a finding depend on the policy alone?
 * @code: of a record
 *
 * Return: whether another policy might not have it; then what it is about is kept
 * among the facts.
 */
bool shinrai_appraise_by_policy(enum shinrai_reason_code code)
{
	return code == SHINRAI_WHY_CODE_DENIED ||
	       code == SHINRAI_WHY_CODE_UNKNOWN ||
	       code == SHINRAI_WHY_CODE_NOT_USER ||
	       code == SHINRAI_WHY_CODE_NOT_KERNEL ||
	       code == SHINRAI_WHY_ANON_EXEC;
}

/**
 * shinrai_appraise_anew() - judge by this policy what was judged by another
 * @a: the appraisal; it has the facts of all records that were judged
 */
void shinrai_appraise_anew(struct appraise *a)
{
	const struct shinrai_facts *known = a->in->known;
	const struct shinrai_fact *f;
	enum shinrai_reason_code why;
	size_t i;

	for (i = 0; i < known->n; i++) {
		f = &known->v[i];
		if (f->what == SHINRAI_FACT_ANON) {
			if (!a->in->allow_anon_exec)
				shinrai_appraise_record(a,
							SHINRAI_WHY_ANON_EXEC,
							f->record, "by %s",
							f->text);
			continue;
		}
		why = shinrai_appraise_code(a, f->what, f->digest);
		if (why != SHINRAI_WHYS)
			shinrai_appraise_code_tell(a, why, f->record, f->what,
						   f->digest, f->text);
	}
}

/**
 * shinrai_appraise_facts() - can this be judged by another policy, later?
 * @a: the appraisal, which ends
 *
 * Return: for shinrai_state.facts.
 */
u64 shinrai_appraise_facts(const struct appraise *a)
{
	if (!a->in->keep_facts || a->stays_lost)
		return 0;
	if (a->incremental && a->in->last->facts != a->base)
		return 0;
	return a->base;
}
