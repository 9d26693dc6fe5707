// SPDX-License-Identifier: MIT
/* What owners and labels are called: from logs, and from their policies. */
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/policy.h>
#include <shinrai/violation.h>

#include "appraise_ctx.h"

/**
 * shinrai_names_space() - an owner's namespace is known
 * @n: zeroed before the first
 * @owner: digest of the key
 * @name: printable; a later one counts
 */
void shinrai_names_space(struct shinrai_names *n,
			 const u8 owner[SHINRAI_DIGEST_SIZE], const char *name)
{
	unsigned int i;

	for (i = 0; i < n->nspaces; i++) {
		if (!memcmp(n->space[i].owner, owner, SHINRAI_DIGEST_SIZE))
			break;
	}
	if (i == SHINRAI_MAX_OWNERS)
		return;
	memcpy(n->space[i].owner, owner, SHINRAI_DIGEST_SIZE);
	strncpy(n->space[i].name, name, sizeof(n->space[i].name) - 1);
	n->space[i].name[sizeof(n->space[i].name) - 1] = '\0';
	if (i == n->nspaces)
		n->nspaces++;
}

/**
 * shinrai_names_owner() - learn whose namespace it is from an OWNER event
 * @n: zeroed before the first
 * @ev: any event
 */
void shinrai_names_owner(struct shinrai_names *n,
			 const struct shinrai_event *ev)
{
	const struct shinrai_field *owner, *name;
	char text[SHINRAI_MAX_NAMESPACE];
	unsigned int i;

	owner = shinrai_event_field(ev, SHINRAI_FIELD_OWNER);
	name = shinrai_event_field(ev, SHINRAI_FIELD_NAMESPACE);
	if (ev->type != SHINRAI_EVENT_OWNER || !owner || !name ||
	    owner->len != SHINRAI_DIGEST_SIZE || name->len >= sizeof(text))
		return;
	for (i = 0; i < name->len; i++) {
		if (name->data[i] <= ' ' || name->data[i] > '~')
			return;
	}
	memcpy(text, name->data, name->len);
	text[name->len] = '\0';
	shinrai_names_space(n, owner->data, text);
}

/**
 * shinrai_names_policy() - learn the names of labels from a compiled policy
 * @n: zeroed before the first
 * @blob: @len bytes, 8-byte aligned
 * @len: their number
 *
 * Names help the reader and prove nothing: a policy that nobody signed can
 * give any name to any label.
 *
 * Return: 0; what shinrai_policy_check() gives; -ENOMEM.
 */
int shinrai_names_policy(struct shinrai_names *n, const void *blob, size_t len)
{
	struct shinrai_label_name *more;
	char text[APPRAISE_TEXT];
	struct shinrai_policy p;
	const char *name;
	u32 i;
	int ret;

	ret = shinrai_policy_check(&p, blob, len);
	if (ret)
		return ret;
	more = reallocarray(n->label, n->nlabels + p.head->labels + 1,
			    sizeof(*more));
	if (!more)
		return -ENOMEM;
	n->label = more;
	shinrai_names_space(n, p.head->owner, p.head->name);
	for (i = 0; i < p.head->labels; i++) {
		more = &n->label[n->nlabels++];
		memcpy(more->id.owner, p.head->owner, sizeof(more->id.owner));
		memcpy(more->id.uuid, p.label[i].uuid, sizeof(more->id.uuid));
		name = p.string + p.label[i].name;
		shinrai_appraise_printable(name, strlen(name), text);
		snprintf(more->name, sizeof(more->name), "%.63s", text);
	}
	return 0;
}

static const char *space_name(const void *ctx,
			      const u8 owner[SHINRAI_DIGEST_SIZE])
{
	const struct shinrai_names *n = ctx;
	unsigned int i;

	for (i = 0; i < n->nspaces; i++) {
		if (!memcmp(n->space[i].owner, owner, SHINRAI_DIGEST_SIZE))
			return n->space[i].name;
	}
	return NULL;
}

static const char *label_name(const void *ctx,
			      const struct shinrai_label_id *id)
{
	const struct shinrai_names *n = ctx;
	size_t i;

	for (i = 0; i < n->nlabels; i++) {
		if (!memcmp(&n->label[i].id, id, sizeof(*id)))
			return n->label[i].name;
	}
	return NULL;
}

/**
 * shinrai_names_get() - for shinrai_violation_words() and others
 * @n: must outlive what is returned
 *
 * Return: names that look into @n.
 */
struct shinrai_flow_names shinrai_names_get(const struct shinrai_names *n)
{
	return (struct shinrai_flow_names){ n, space_name, label_name };
}

/**
 * shinrai_names_free() - release what was learned
 * @n: may be used again
 */
void shinrai_names_free(struct shinrai_names *n)
{
	free(n->label);
	memset(n, 0, sizeof(*n));
}
