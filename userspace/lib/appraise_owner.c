// SPDX-License-Identifier: MIT
/* Appraisal: who may own data here, and by which policy, record by record. */
#include <shinrai/flow.h>
#include <shinrai/hex.h>

#include "appraise_ctx.h"

struct subject {
	struct appraise *a;
	struct shinrai_data_state *d;
	const struct shinrai_header *h;
	const struct shinrai_event *ev;
	const u8 *owner;
	const u8 *digest;
	const char *name; /* @name_len bytes, no NUL */
	size_t name_len;
	u64 generation;
};

static const struct shinrai_field_rule owner_rules[] = {
	{ SHINRAI_FIELD_DIGEST, SHINRAI_DIGEST_SIZE, true },
	{ SHINRAI_FIELD_OWNER, SHINRAI_DIGEST_SIZE, true },
	{ SHINRAI_FIELD_GENERATION, 8, true },
	{ SHINRAI_FIELD_NAMESPACE, 0, true },
	{ SHINRAI_FIELD_OPERATION, 1, true },
	{ SHINRAI_FIELD_UID, 8, true },
	{ SHINRAI_FIELD_EXE, 0, false },
};

static const struct shinrai_field_rule policy_rules[] = {
	{ SHINRAI_FIELD_DIGEST, SHINRAI_DIGEST_SIZE, true },
	{ SHINRAI_FIELD_COUNT, 8, true },
	{ SHINRAI_FIELD_OWNER, SHINRAI_DIGEST_SIZE, true },
	{ SHINRAI_FIELD_GENERATION, 8, true },
	{ SHINRAI_FIELD_NAMESPACE, 0, true },
	{ SHINRAI_FIELD_UID, 8, true },
	{ SHINRAI_FIELD_EXE, 0, false },
};

/* As the module takes it, so that it can be printed as it is. */
static bool name_valid(const struct shinrai_field *f)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	unsigned int i;

	if (f->len >= SHINRAI_MAX_NAMESPACE)
		return false;
	for (i = 0; i < f->len; i++) {
		if (!f->data[i] || !strchr(letters, f->data[i]))
			return false;
	}
	return f->len;
}

static bool take(struct subject *s, const struct shinrai_field_rule *rules,
		 size_t n)
{
	const struct shinrai_field *name;
	u8 id;

	if (shinrai_fields_check(s->ev, rules, n, &id)) {
		shinrai_appraise_record(
			s->a, SHINRAI_WHY_EVENT_FIELDS, s->h->recnum,
			"%s: field %#x",
			s->ev->type == SHINRAI_EVENT_OWNER ? "owner" : "policy",
			id);
		return false;
	}
	name = shinrai_event_field(s->ev, SHINRAI_FIELD_NAMESPACE);
	s->owner = shinrai_event_field(s->ev, SHINRAI_FIELD_OWNER)->data;
	s->digest = shinrai_event_field(s->ev, SHINRAI_FIELD_DIGEST)->data;
	s->name = (const char *)name->data;
	s->name_len = name->len;
	shinrai_event_uint(s->ev, SHINRAI_FIELD_GENERATION, 8, &s->generation);
	if (name_valid(name) && s->generation)
		return true;
	shinrai_appraise_record(s->a, SHINRAI_WHY_EVENT_FIELDS, s->h->recnum,
				"namespace or generation");
	return false;
}

/**
 * shinrai_data_owner() - what is known of an owner
 * @d: data handling so far
 * @owner: digest of its key
 *
 * Return: the owner, revoked or not; NULL when it was never admitted.
 */
const struct shinrai_owner_state *
shinrai_data_owner(const struct shinrai_data_state *d,
		   const u8 owner[SHINRAI_DIGEST_SIZE])
{
	unsigned int i;

	for (i = 0; i < d->nowners; i++) {
		if (!memcmp(d->owner[i].owner, owner, SHINRAI_DIGEST_SIZE))
			return &d->owner[i];
	}
	return NULL;
}

static struct shinrai_owner_state *known(const struct subject *s)
{
	const struct shinrai_owner_state *o =
		shinrai_data_owner(s->d, s->owner);

	return o ? &s->d->owner[o - s->d->owner] : NULL;
}

static bool same_name(const struct subject *s,
		      const struct shinrai_owner_state *o)
{
	return strlen(o->name) == s->name_len &&
	       !memcmp(o->name, s->name, s->name_len);
}

/* Stops two owners from being taken for one another by their name. */
static bool name_taken(const struct subject *s)
{
	const struct shinrai_owner_state *o;

	for (o = s->d->owner; o < s->d->owner + s->d->nowners; o++) {
		if (!o->revoked && same_name(s, o) &&
		    memcmp(o->owner, s->owner, sizeof(o->owner)))
			return true;
	}
	return false;
}

static struct shinrai_owner_state *place_for(struct subject *s)
{
	struct shinrai_owner_state *o = known(s);

	if (o)
		return o;
	if (s->d->nowners == SHINRAI_MAX_OWNERS)
		return NULL;
	o = &s->d->owner[s->d->nowners++];
	memset(o, 0, sizeof(*o));
	memcpy(o->owner, s->owner, sizeof(o->owner));
	o->revoked = true; /* until it is admitted */
	return o;
}

static const char *admit(struct subject *s)
{
	struct shinrai_owner_state *o;

	if (name_taken(s))
		return "namespace is another owner's";
	o = place_for(s);
	if (!o)
		return "too many owners";
	if (!o->revoked)
		return "owner is admitted already";
	memset(o->name, 0, sizeof(o->name));
	memcpy(o->name, s->name, s->name_len);
	o->revoked = false;
	o->admitted = s->generation;
	return NULL;
}

static const char *revoke(struct subject *s)
{
	struct shinrai_owner_state *o = known(s);

	if (!o || o->revoked)
		return "revoked owner was not admitted";
	if (!same_name(s, o))
		return "revoked owner has another namespace";
	o->revoked = true;
	o->admitted = s->generation;
	if (o->in_force)
		o->change_ns = s->h->time_ns;
	o->in_force = false;
	return NULL;
}

/**
 * shinrai_appraise_owner() - judge an OWNER event
 * @a: the appraisal
 * @h: header of its record
 * @ev: the event
 */
void shinrai_appraise_owner(struct appraise *a, const struct shinrai_header *h,
			    const struct shinrai_event *ev)
{
	struct subject s = { .a = a, .d = &a->now.data, .h = h, .ev = ev };
	const char *wrong = NULL;
	u64 operation = 0;

	if (!take(&s, owner_rules, ARRAY_SIZE(owner_rules)))
		return;
	shinrai_event_uint(ev, SHINRAI_FIELD_OPERATION, 1, &operation);
	/* Stops an old admission from bringing back who was revoked. */
	if (s.generation <= s.d->generation)
		shinrai_appraise_record(a, SHINRAI_WHY_OWNER_GENERATION,
					h->recnum, "generation %llu after %llu",
					(unsigned long long)s.generation,
					(unsigned long long)s.d->generation);
	else
		s.d->generation = s.generation;
	if (operation == SHINRAI_OWNER_ADMIT)
		wrong = admit(&s);
	else if (operation == SHINRAI_OWNER_REVOKE)
		wrong = revoke(&s);
	else
		shinrai_appraise_record(a, SHINRAI_WHY_EVENT_VALUES, h->recnum,
					"owner operation %llu",
					(unsigned long long)operation);
	if (wrong)
		shinrai_appraise_record(a, SHINRAI_WHY_OWNER_ORDER, h->recnum,
					"%.*s: %s", (int)s.name_len, s.name,
					wrong);
}

static void put_in_force(const struct subject *s, struct shinrai_owner_state *o)
{
	if (!o->generation)
		o->first = s->generation;
	o->before = o->generation;
	o->before_ns = o->since_ns;
	o->generation = s->generation;
	o->since_ns = s->h->time_ns;
	if (!o->in_force)
		o->change_ns = s->h->time_ns;
	o->in_force = true;
	memcpy(o->policy, s->digest, sizeof(o->policy));
	shinrai_event_uint(s->ev, SHINRAI_FIELD_COUNT, 8, &o->rules);
}

/**
 * shinrai_appraise_policy_event() - judge a POLICY event
 * @a: the appraisal
 * @h: header of its record
 * @ev: the event
 */
void shinrai_appraise_policy_event(struct appraise *a,
				   const struct shinrai_header *h,
				   const struct shinrai_event *ev)
{
	struct subject s = { .a = a, .d = &a->now.data, .h = h, .ev = ev };
	struct shinrai_owner_state *o;
	char hex[65];

	if (!take(&s, policy_rules, ARRAY_SIZE(policy_rules)))
		return;
	o = known(&s);
	if (!o || o->revoked) {
		shinrai_appraise_record(
			a, SHINRAI_WHY_POLICY_OWNER, h->recnum, "%.*s, key %s",
			(int)s.name_len, s.name,
			shinrai_hex_encode(s.owner, SHINRAI_DIGEST_SIZE, hex));
		return;
	}
	if (!same_name(&s, o))
		shinrai_appraise_record(a, SHINRAI_WHY_POLICY_NAMESPACE,
					h->recnum, "%.*s, owner of %s",
					(int)s.name_len, s.name, o->name);
	if (s.generation <= o->generation) {
		shinrai_appraise_record(a, SHINRAI_WHY_POLICY_GENERATION,
					h->recnum, "%s: %llu after %llu",
					o->name,
					(unsigned long long)s.generation,
					(unsigned long long)o->generation);
		return;
	}
	put_in_force(&s, o);
}
