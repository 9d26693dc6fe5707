// SPDX-License-Identifier: MIT
/* What the log says of a device: that it changed, that data was to leave it. */
#include <openssl/rand.h>

#include <shinrai/sealed.h>
#include <shinrai/util.h>

#include "entry.h"

/* The list up to ENTRY_LISTED, and how many more there were. */
static u64 cut(json_t *verdict, const char *name)
{
	json_t *list = json_object_get(verdict, name);
	u64 more = 0;

	while (json_array_size(list) > ENTRY_LISTED) {
		json_array_remove(list, json_array_size(list) - 1);
		more++;
	}
	return more;
}

/* Return: a new object, or null; NULL when memory lacks. */
static json_t *short_verdict(const struct entry *e)
{
	json_t *verdict = e->judged ? device_verdict(e->r) : json_null();
	u64 more;

	if (!json_is_object(verdict))
		return verdict;
	more = cut(verdict, "reasons") + cut(verdict, "notes");
	if (more)
		json_object_set_new(verdict, "left_out",
				    json_integer((json_int_t)more));
	return verdict;
}

/* Accesses: violations is what @accesses counts, and left_out. */
static bool add_accesses(json_t *j, const struct entry *e)
{
	const u64 all = shinrai_sum(e->violations, e->owed->lost);
	const u64 left_out = shinrai_sum(e->unlisted, e->owed->lost);

	if (json_object_set_new(j, "violations", json_integer((json_int_t)all)))
		return false;
	if (!all)
		return true;
	return !json_object_set_new(j, "left_out",
				    json_integer((json_int_t)left_out)) &&
	       !json_object_set_new(j, "accesses",
				    e->accesses ? json_incref(e->accesses) :
						  json_array());
}

/* What there was no entry for: as it stands now is what became of that. */
static bool add_owed(json_t *j, const struct entry *e)
{
	const u64 changes = e->owed->changes + e->changed;

	/* Proven, and told whole when they come again. */
	if (e->owed->accesses && !e->violations &&
	    json_object_set_new(j, "held",
				json_integer((json_int_t)e->owed->accesses)))
		return false;
	if (!e->owed->changes)
		return true;
	return !json_object_set_new(j, "coalesced",
				    json_pack("{s:I, s:I}", "changes",
					      (json_int_t)changes, "since_ms",
					      (json_int_t)e->owed->since));
}

static const char *type_of(const struct entry *e)
{
	if (e->changed || e->owed->changes)
		return "change";
	/* What was lost is of violations, too. */
	return e->past && !e->violations && !e->owed->lost ? "past" :
							     "violations";
}

static bool add_past(json_t *j, const struct entry *e)
{
	return !e->past ||
	       !json_object_set_new(j, "past", json_incref(e->past));
}

/* Return: a new object; NULL when memory lacks. */
static json_t *whole_entry(const struct entry *e)
{
	const struct device_record *r = e->r;
	json_t *verdict = short_verdict(e), *j = NULL;

	if (verdict)
		j = json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:o}",
			      "type", type_of(e), "time_ms", (json_int_t)e->at,
			      "device", r->name, "group", r->group, "policy",
			      e->policy, "state",
			      device_state_name(r->standing.state), "code",
			      r->standing.code, "reason", r->standing.reason,
			      "verdict", verdict);
	if (j && add_accesses(j, e) && add_owed(j, e) && add_past(j, e))
		return j;
	json_decref(j);
	return NULL;
}

/**
 * entry_make() - an entry for the log
 * @e: what it is made of
 * @text: out: JSON with sorted members and without spaces, for free()
 * @disclosures: out: of what is sealed in it, as in struct store_entry, for free()
 *
 * Its size is bounded: 64 reasons and notes, JUDGE_ACCESSES_MAX of accesses,
 * JUDGE_PAST_MAX of what earlier boots tell.
 *
 * Return: 0; -ENOMEM; -EIO there is no randomness.
 */
int entry_make(const struct entry *e, char **text, char **disclosures)
{
	u8 salt[SHINRAI_FIELDS_CLASSES][SHINRAI_SEAL_SALT];
	json_t *j, *sealed = NULL;

	*text = *disclosures = NULL;
	if (RAND_bytes(salt[0], sizeof(salt)) != 1)
		return -EIO;
	j = whole_entry(e);
	if (j)
		sealed = shinrai_seal(j, (const u8(*)[SHINRAI_SEAL_SALT])salt);
	if (sealed) {
		*text = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
		*disclosures = json_dumps(sealed, JSON_COMPACT);
	}
	json_decref(sealed);
	json_decref(j);
	if (*text && *disclosures)
		return 0;
	free(*text);
	free(*disclosures);
	*text = *disclosures = NULL;
	return -ENOMEM;
}
