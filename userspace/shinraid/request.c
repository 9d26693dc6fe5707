// SPDX-License-Identifier: MIT
/* Body of a challenge: PROTOCOL.md 5. */
#include <event2/buffer.h>
#include <jansson.h>

#include <shinrai/hex.h>
#include <shinrai/session.h>

#include "items.h"
#include "net.h"

static const char *set_nonce(const json_t *v, struct challenge *c)
{
	size_t len;

	if (!json_is_string(v) ||
	    strlen(json_string_value(v)) != json_string_length(v) ||
	    shinrai_base64url_decode(json_string_value(v), c->c.nonce,
				     sizeof(c->c.nonce), &len) ||
	    len < SHINRAI_NONCE_MIN)
		return "nonce is not base64url of 16 to 64 bytes";
	c->c.nonce_len = (u8)len;
	return NULL;
}

static const char *set_from(const json_t *v, struct challenge *c)
{
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return c->report ? "since is not a record number" :
				   "from is not a record number";
	c->from = (u64)json_integer_value(v);
	return NULL;
}

static const char *set_ima_from(const json_t *v, struct challenge *c)
{
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return "ima_from is not a number of bytes";
	c->ima_from = (u64)json_integer_value(v);
	return NULL;
}

static const char *set_boot_id(const json_t *v, struct challenge *c)
{
	size_t len;

	if (!json_is_string(v) ||
	    strlen(json_string_value(v)) != json_string_length(v) ||
	    shinrai_hex_parse(json_string_value(v), c->boot_id,
			      sizeof(c->boot_id), &len) ||
	    len != sizeof(c->boot_id))
		return "boot_id is not 32 hex digits";
	c->boot_known = true;
	return NULL;
}

static const char *set_items(const json_t *v, struct challenge *c)
{
	if (!json_is_array(v))
		return "items is not an array";
	return items_parse(v, &c->items) ?
		       NULL :
		       "items holds something else than log, ima, "
		       "firmware and machine, each at most once";
}

static const char *set_members(json_t *root, struct challenge *c)
{
	static const struct {
		const char *name;
		const char *(*set)(const json_t *v, struct challenge *c);
		bool evidence, report; /* belongs there */
	} members[] = { { "nonce", set_nonce, true, true },
			{ "boot_id", set_boot_id, true, true },
			{ "from", set_from, true, false },
			{ "ima_from", set_ima_from, true, false },
			{ "items", set_items, true, false },
			{ "since", set_from, false, true } };
	const char *key, *wrong = NULL;
	json_t *v;
	size_t i;

	json_object_foreach(root, key, v) {
		for (i = 0; i < ARRAY_SIZE(members); i++) {
			if (!strcmp(key, members[i].name) &&
			    (c->report ? members[i].report :
					 members[i].evidence))
				break;
		}
		if (i == ARRAY_SIZE(members))
			return c->report ?
				       "unknown member (nonce, since and "
				       "boot_id are known)" :
				       "unknown member (nonce, from, boot_id, "
				       "ima_from and items are known)";
		wrong = members[i].set(v, c);
		if (wrong)
			return wrong;
	}
	return c->c.nonce_len ? NULL : "nonce is missing";
}

/**
 * request_parse() - read a challenge
 * @body: of the request; is not changed
 * @c: zeroed, but for report; out: nonce, from, boot_id, ima_from,
 *     items
 *
 * Return: NULL; or what is wrong with it, a constant text.
 */
const char *request_parse(struct evbuffer *body, struct challenge *c)
{
	size_t len = evbuffer_get_length(body);
	const char *wrong;
	json_t *root;

	c->items = c->report ? ITEMS_REPORT : ITEMS_ALL;
	root = json_loadb((const char *)evbuffer_pullup(body, -1), len,
			  JSON_REJECT_DUPLICATES, NULL);
	if (!root)
		return "body is not JSON, or a member occurs twice";
	wrong = json_is_object(root) ? set_members(root, c) :
				       "body is not a JSON object";
	json_decref(root);
	return wrong;
}
