// SPDX-License-Identifier: MIT
/* The store in SQL: which TPM a device has, and the certificates it was given. */
#include <time.h>

#include "store_sql.h"

#define REMEMBERED (365 * 86400) /* s that an expired certificate is */
#define PASSED_MAX 86400 /* s from one purge to the next that are believed */

/* Return: 1 with what @r's TPM is called; 0; -errno. */
static int name_of_tpm(struct store *s, const struct device_record *r,
		       bool *same)
{
	struct binding b = sql_bind(s, TPM_NAME);
	const char *name;
	int ret;

	bind_bytes(&b, r->tpm.ek, sizeof(r->tpm.ek));
	ret = sql_step(&b);
	if (ret > 0) {
		name = words_at(&b, 0);
		*same = !strcmp(name, r->name);
	}
	sql_reset(&b);
	return ret;
}

static bool same_key(const struct binding *b, const struct device_record *r)
{
	size_t n;
	const void *name = value_at(b, 1, &n);

	return name && n && n == r->ak_name_len && !memcmp(name, r->ak_name, n);
}

/* @r->id: out, 0 when there is none of its name. */
static int find(struct store *s, struct device_record *r, bool known,
		bool any_key, enum store_conflict *conflict)
{
	struct binding b = sql_bind(s, NAMED);
	size_t len;
	int ret;

	r->id = 0;
	bind_text(&b, r->name);
	ret = sql_step(&b);
	if (ret > 0) {
		r->id = number_at(&b, 0);
		if (!known && value_at(&b, 2, &len))
			*conflict = CONFLICT_NAME;
		else if (!known && !any_key && !same_key(&b, r))
			*conflict = CONFLICT_KEY;
	}
	sql_reset(&b);
	return ret < 0 ? ret : 0;
}

static int renew(struct store *s, struct device_record *r)
{
	struct binding b = sql_bind(s, RENEW);

	bind_number(&b, r->id);
	bind_text(&b, r->url);
	bind_text(&b, r->tls_name);
	bind_bytes(&b, r->ak_name, r->ak_name_len);
	return device_place(&b, r);
}

static int bind_tpm(struct store *s, const struct device_record *r, s64 at)
{
	struct binding b = sql_bind(s, ENROL);

	bind_number(&b, r->id);
	bind_bytes(&b, r->tpm.ek, sizeof(r->tpm.ek));
	bind_bytes(&b, r->tpm.ek_cert, sizeof(r->tpm.ek_cert));
	bind_number(&b, r->tpm.assurance);
	bind_number(&b, at);
	return sql_finish(&b);
}

/**
 * store_verifier_name() - keep a name of a verifier, which no device gets then
 * @s: the store
 * @name: in its certificate; as device_name_is() has them
 *
 * Return: 0; -errno.
 */
int store_verifier_name(struct store *s, const char *name)
{
	struct binding b = sql_bind(s, VERIFIER_NAME_ADD);

	bind_text(&b, name);
	return sql_finish(&b);
}

/* Return: 1: a verifier has it, or had it; 0; -errno. */
static int is_verifier(struct store *s, const char *name)
{
	struct binding b = sql_bind(s, VERIFIER_NAMES);
	int ret;

	while ((ret = sql_step(&b)) > 0) {
		if (device_name_is(words_at(&b, 0), name)) {
			sql_reset(&b);
			return 1;
		}
	}
	return ret;
}

/**
 * store_enrol() - keep that a device has a TPM, and a key in it
 * @s: the store, within store_begin() and store_commit()
 * @r: the device, new or of this name; its id is set; of one that must be there, a
 *     policy or group of NULL stays as it is kept, and is set to that
 * @any_key: it may also be one that has no TPM yet and was pinned by another key
 * @there: it asks by itself, and must be there still: it may have been withdrawn
 * @at: ms since 1970
 * @conflict: out, on -EEXIST; CONFLICT_NONE: it is not there
 *
 * Return: 0; -EEXIST nothing was changed: another TPM or a verifier has the name, or
 * this one has another; -errno.
 */
int store_enrol(struct store *s, struct device_record *r, bool any_key,
		bool there, s64 at, enum store_conflict *conflict)
{
	bool same = false;
	int ret = name_of_tpm(s, r, &same);
	const bool known = ret > 0;

	*conflict = CONFLICT_NONE;
	if (ret < 0)
		return ret;
	if (known && !same)
		*conflict = CONFLICT_TPM;
	ret = find(s, r, known, any_key, conflict);
	if (!ret)
		ret = is_verifier(s, r->name);
	if (ret < 0)
		return ret;
	if (ret)
		*conflict = CONFLICT_VERIFIER;
	if (!r->policy || !r->group)
		there = true;
	if (*conflict != CONFLICT_NONE || (there && !r->id))
		return -EEXIST;
	ret = r->id ? renew(s, r) : store_add(s, r);
	return ret ? ret : bind_tpm(s, r, at);
}

/**
 * store_certificate() - keep that a device was given a certificate
 * @s: the store
 * @name: of the device
 * @serial: of the certificate
 * @len: its bytes
 * @not_after: s since 1970
 *
 * Return: 0; -errno.
 */
int store_certificate(struct store *s, const char *name, const u8 *serial,
		      size_t len, s64 not_after)
{
	struct binding b = sql_bind(s, CERTIFY);

	bind_text(&b, name);
	bind_bytes(&b, serial, len);
	bind_number(&b, not_after);
	return sql_finish(&b);
}

/**
 * store_worth() - what a certificate is worth, whoever signed it
 * @s: the store
 * @serial: of the certificate
 * @len: its bytes
 * @worth: out
 *
 * Return: 0; -errno.
 */
int store_worth(struct store *s, const u8 *serial, size_t len,
		enum store_worth *worth)
{
	struct binding b = sql_bind(s, CERTIFICATE);
	int ret;

	*worth = WORTH_UNKNOWN;
	bind_bytes(&b, serial, len);
	ret = sql_step(&b);
	if (ret > 0)
		*worth = number_at(&b, 0) ? WORTH_REVOKED : WORTH_VALID;
	sql_reset(&b);
	return ret < 0 ? ret : 0;
}

/**
 * store_revoke() - the certificates of a device are revoked
 * @s: the store
 * @id: of the device, which is there still
 * @at: s since 1970
 *
 * Return: 0; -errno.
 */
int store_revoke(struct store *s, s64 id, s64 at)
{
	struct binding b = sql_bind(s, REVOKE);

	bind_number(&b, id);
	bind_number(&b, at);
	return sql_finish(&b);
}

/* Return: 0 with what the time was believed to be, s since 1970; -errno. */
static int believed(struct store *s, s64 now, s64 *at)
{
	struct binding b = sql_bind(s, CLOCK);
	int ret = sql_step(&b);
	s64 first;

	if (ret <= 0)
		return ret ?: -EBADMSG;
	*at = number_at(&b, 0);
	first = number_at(&b, 1);
	sql_reset(&b);
	/* At first no later than when the first certificate ends. */
	if (!*at)
		*at = first && first < now ? first : now;
	return 0;
}

static s64 towards(s64 from, s64 to, s64 most)
{
	if (to > from)
		return to - from > most ? from + most : to;
	return from - to > most ? from - most : to;
}

/**
 * store_purge() - certificates that ended a year ago are forgotten
 * @s: the store
 * @now: s since 1970, by the clock
 *
 * A clock that is set ahead, for however short, must not end certificates: what is
 * deleted does not come back with the right time, and who was revoked would not be
 * any more.  So time is believed to have passed only as it did from one call to the
 * next; twice as fast, so that it catches up with what was missed, and so by one of
 * those that share the store.
 *
 * Return: 0; -errno.
 */
int store_purge(struct store *s, s64 now)
{
	struct timespec t;
	struct binding b;
	s64 at, passed;
	int ret;

	clock_gettime(CLOCK_BOOTTIME, &t);
	passed = s->purged ? t.tv_sec - s->purged : 0;
	if (passed > PASSED_MAX)
		passed = PASSED_MAX;
	ret = believed(s, now, &at);
	if (ret)
		return ret;
	at = towards(at, now, 2 * passed);
	b = sql_bind(s, CLOCK_SET);
	bind_number(&b, at);
	ret = sql_finish(&b);
	if (ret)
		return ret;
	b = sql_bind(s, PURGE);
	bind_number(&b, (at < now ? at : now) - REMEMBERED);
	ret = sql_finish(&b);
	if (!ret)
		s->purged = t.tv_sec;
	return ret;
}

/**
 * store_revoked() - the certificates that are revoked, and not forgotten
 * @s: the store
 * @each: called with each, and when it was revoked; not 0: no more
 * @arg: for @each
 *
 * Return: 0; -errno; what @each gave.
 */
int store_revoked(struct store *s,
		  int (*each)(void *arg, const u8 *serial, size_t len, s64 at),
		  void *arg)
{
	struct binding b = sql_bind(s, REVOKED);
	const u8 *serial;
	size_t len;
	int ret;

	while ((ret = sql_step(&b)) > 0) {
		serial = value_at(&b, 0, &len);
		ret = each(arg, serial, len, number_at(&b, 1));
		if (ret) {
			sql_reset(&b);
			return ret;
		}
	}
	return ret;
}
