// SPDX-License-Identifier: MIT
/* What somebody gets to see of devices, verdicts and entries of the log. */
#include "view.h"

/**
 * view() - what somebody may read of something
 * @j: changed: of a device, or an entry; NULL: memory lacked
 * @may: classes of fields that may be read
 *
 * Return: @j; NULL when memory lacks, and then @j is released.
 */
json_t *view(json_t *j, u32 may)
{
	if (j && !shinrai_redact(j, may))
		return j;
	json_decref(j);
	return NULL;
}

/**
 * view_verdict() - what somebody may read of a device's verdict
 * @r: of the device
 * @may: classes of fields that may be read
 *
 * Return: as device_verdict().
 */
json_t *view_verdict(const struct device_record *r, u32 may)
{
	json_t *j = json_pack("{s:o}", "verdict", device_verdict(r));
	json_t *verdict;

	j = view(j, may);
	verdict = json_incref(json_object_get(j, "verdict"));
	json_decref(j);
	return verdict;
}

/* From before fields were sealed: all of it is in its text. */
static bool is_open(const struct store_entry *e)
{
	return !*e->disclosures;
}

/**
 * view_entry() - what somebody may read of an entry of the log, filled in
 * @e: the entry
 * @may: classes of fields that may be read
 *
 * Return: to be released; NULL when memory lacks, or the entry is damaged.
 */
json_t *view_entry(const struct store_entry *e, u32 may)
{
	json_t *j = json_loads(e->text, JSON_REJECT_DUPLICATES, NULL);
	json_t *all;

	if (is_open(e))
		return view(j, may);
	all = view_disclosures(e, may);
	if (j && all && !shinrai_unseal(j, all)) {
		json_decref(all);
		return j;
	}
	json_decref(all);
	json_decref(j);
	return NULL;
}

/**
 * view_leaf() - an entry as the log has it, for who checks proofs
 * @e: the entry
 * @may: classes of fields that may be read
 *
 * Return: to be released; null: its fields are not sealed, and it is not for who
 * may not read all of them; NULL when memory lacks.
 */
json_t *view_leaf(const struct store_entry *e, u32 may)
{
	if (is_open(e) && may != SHINRAI_FIELDS_ALL)
		return json_null();
	return json_string(e->text);
}

/**
 * view_disclosures() - what somebody may put back into the leaf
 * @e: the entry
 * @may: classes of fields that may be read
 *
 * Return: array of texts, to be released; NULL when memory lacks.
 */
json_t *view_disclosures(const struct store_entry *e, u32 may)
{
	json_t *all = json_loads(e->disclosures, 0, NULL), *some = json_array();
	unsigned int c;
	json_t *text;

	for (c = 0; c < SHINRAI_FIELDS_CLASSES; c++) {
		text = json_object_get(all, shinrai_fields_name(c));
		if (text && may >> c & 1)
			json_array_append(some, text);
	}
	json_decref(all);
	return some;
}
