// SPDX-License-Identifier: MIT
/* Reads what a verifier offers.  Pure. */
#include <openssl/evp.h>

#include <shinrai/hex.h>

#include "offer.h"

/* Return: whether it is there and a number, or not there and not @needed. */
static bool number(const json_t *j, const char *key, bool needed, u64 *out)
{
	const json_t *v = json_object_get(j, key);

	*out = 0;
	if (!v)
		return !needed;
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return false;
	*out = (u64)json_integer_value(v);
	return true;
}

/* Base64 with padding, RFC 4648 4. */
static bool nonce(const json_t *j, struct offer *o)
{
	const char *text = json_string_value(json_object_get(j, "nonce"));
	u8 raw[2 * SHINRAI_NONCE_MAX];
	size_t n = text ? strlen(text) : 0;
	int got;

	if (n < 4 || n % 4 || n > sizeof(raw))
		return false;
	got = EVP_DecodeBlock(raw, (const u8 *)text, (int)n);
	got -= (text[n - 1] == '=') + (text[n - 2] == '=');
	if (got < SHINRAI_NONCE_MIN || got > SHINRAI_NONCE_MAX)
		return false;
	o->nonce_len = (size_t)got;
	memcpy(o->nonce, raw, o->nonce_len);
	return true;
}

/* Who names none wants all of them; what a later verifier names is ignored. */
static bool read_items(const json_t *j, u32 *items)
{
	const json_t *list = json_object_get(j, "items");

	*items = ITEMS_ALL;
	if (list && json_is_array(list))
		items_parse(list, items);
	return !list || json_is_array(list);
}

/**
 * offer_parse() - read an offer
 * @j: a session that is waiting, or anything else, or NULL
 * @o: out, undefined on error
 *
 * Members that are not known here are of a later verifier, and ignored.
 *
 * Return: whether it is one.
 */
bool offer_parse(const json_t *j, struct offer *o)
{
	const json_t *boot = json_object_get(j, "boot_id");
	size_t len;

	memset(o, 0, sizeof(*o));
	if (!nonce(j, o) || !number(j, "from", true, &o->from) ||
	    !number(j, "ima_from", false, &o->ima_from) ||
	    !read_items(j, &o->items))
		return false;
	if (!json_is_string(boot))
		return !boot || json_is_null(boot);
	o->boot_known = true;
	return !shinrai_hex_parse(json_string_value(boot), o->boot_id,
				  sizeof(o->boot_id), &len) &&
	       len == sizeof(o->boot_id);
}
