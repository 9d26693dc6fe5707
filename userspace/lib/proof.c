// SPDX-License-Identifier: MIT
/* Checking what a verifier's log proves, without the verifier: PROTOCOL.md 13. */
#include <stdio.h>

#include <shinrai/hex.h>
#include <shinrai/jws.h>
#include <shinrai/proof.h>

/* Return: whether member @name of @j is a number that is not negative. */
static bool number(const json_t *j, const char *name, u64 *out)
{
	const json_t *v = json_object_get(j, name);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return false;
	*out = (u64)json_integer_value(v);
	return true;
}

static bool hash_of(const json_t *v, u8 out[SHINRAI_TREE_HASH])
{
	const char *text = json_string_value(v);

	return text && strlen(text) == 2 * SHINRAI_TREE_HASH &&
	       !shinrai_hex_decode(text, 2 * SHINRAI_TREE_HASH, out);
}

/**
 * shinrai_log_head_check() - a signed head
 * @jws: compact JWS
 * @keys: JWK set, of which one signed it
 * @head: out on success
 *
 * Return: 0; as shinrai_jws_check(), -EBADMSG also for what is no head.
 */
int shinrai_log_head_check(const char *jws, const json_t *keys,
			   struct shinrai_log_head *head)
{
	struct shinrai_log_head h = { 0 };
	const char *log;
	json_t *j;
	u64 time;
	int ret = shinrai_jws_check(jws, keys, SHINRAI_LOG_HEAD_TYPE, &j);

	if (ret)
		return ret;
	log = json_string_value(json_object_get(j, "log"));
	if (log && strlen(log) == sizeof(h.log) - 1 &&
	    strspn(log, "0123456789abcdef") == sizeof(h.log) - 1 &&
	    number(j, "size", &h.size) && number(j, "iat", &time) &&
	    hash_of(json_object_get(j, "root"), h.root)) {
		snprintf(h.log, sizeof(h.log), "%s", log);
		h.time = (s64)time;
		*head = h;
	} else {
		ret = -EBADMSG;
	}
	json_decref(j);
	return ret;
}

static int path_of(const json_t *j, struct shinrai_proof *p)
{
	const json_t *list = json_object_get(j, "path");
	size_t i;

	p->len = json_array_size(list);
	if (!json_is_array(list) || p->len > SHINRAI_MERKLE_DEPTH)
		return -EBADMSG;
	for (i = 0; i < p->len; i++) {
		if (!hash_of(json_array_get(list, i), p->hash[i]))
			return -EBADMSG;
	}
	return 0;
}

/**
 * shinrai_log_includes() - is an entry in the log?
 * @head: of the log
 * @proof: {"index","size","entry","path"}
 *
 * Return: 0; -EBADMSG @proof is none; -ESTALE it is for another size of the log;
 * -EKEYREJECTED the log does not have this entry there.
 */
int shinrai_log_includes(const struct shinrai_log_head *head,
			 const json_t *proof)
{
	const json_t *entry = json_object_get(proof, "entry");
	u8 leaf[SHINRAI_TREE_HASH];
	struct shinrai_proof p;
	u64 index, size;

	if (!number(proof, "index", &index) || !number(proof, "size", &size) ||
	    !json_is_string(entry) || path_of(proof, &p))
		return -EBADMSG;
	if (size != head->size)
		return -ESTALE;
	shinrai_tree_leaf(json_string_value(entry), json_string_length(entry),
			  leaf);
	return shinrai_tree_check(leaf, index, size,
				  (const u8(*)[SHINRAI_TREE_HASH])p.hash, p.len,
				  head->root) ?
		       -EKEYREJECTED :
		       0;
}

/**
 * shinrai_log_grew() - has the log only grown?
 * @old: its head then
 * @head: and later
 * @proof: {"old","size","path"}; NULL where both have the same size
 *
 * Return: 0; -EBADMSG @proof is none; -EXDEV heads of two logs; -ERANGE it has
 * shrunk; -ENODATA they differ in size and there is no @proof; -ESTALE it is for
 * other sizes; -EKEYREJECTED it was rewritten, or @proof is wrong.
 */
int shinrai_log_grew(const struct shinrai_log_head *old,
		     const struct shinrai_log_head *head, const json_t *proof)
{
	struct shinrai_proof p = { 0 };
	u64 from = old->size, size = head->size;

	if (proof && (!number(proof, "old", &from) ||
		      !number(proof, "size", &size) || path_of(proof, &p)))
		return -EBADMSG;
	if (strcmp(old->log, head->log))
		return -EXDEV;
	if (old->size > head->size)
		return -ERANGE;
	if (!proof && old->size != head->size)
		return -ENODATA;
	if (from != old->size || size != head->size)
		return -ESTALE;
	return shinrai_tree_consistent(old->size, old->root, head->size,
				       head->root,
				       (const u8(*)[SHINRAI_TREE_HASH])p.hash,
				       p.len) ?
		       -EKEYREJECTED :
		       0;
}
