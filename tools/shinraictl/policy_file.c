// SPDX-License-Identifier: MIT
/* A policy from a file: a text, which is compiled, or a blob, which is checked. */
#include <errno.h>
#include <string.h>

#include <shinrai/hash.h>

#include "policy.h"

/* Lists are looked for where the policy is. */
static FILE *open_list(void *ctx, const char *name)
{
	const struct policy_file *f = ctx;
	const char *slash = strrchr(f->path, '/');
	CTL_FREE char *path = NULL;

	if (*name == '/' || !slash || !strcmp(f->path, "-"))
		return fopen(name, "re");
	if (asprintf(&path, "%.*s%s", (int)(slash + 1 - f->path), f->path,
		     name) < 0) {
		path = NULL;
		errno = ENOMEM;
		return NULL;
	}
	return fopen(path, "re");
}

/* Return: 0; -errno of a blob that is none. */
static int check(struct policy_file *f)
{
	const char *name;
	int ret = shinrai_policy_check(&f->p, f->blob, f->len);

	if (ret)
		return ret;
	name = f->p.head->name;
	f->name = ctl_escape(name, strlen(name), false);
	return 0;
}

static int compile(struct policy_file *f, const u8 *owner)
{
	const struct shinrai_policy_source source = {
		.text = (const char *)f->file.data,
		.len = f->file.len,
		.owner = owner,
		.list = open_list,
		.ctx = f,
	};
	int ret = shinrai_policy_compile(&source, &f->notes, &f->compiled,
					 &f->len);

	f->text = true;
	f->blob = f->compiled;
	if (!ret)
		ret = check(f);
	if (ret == -EINVAL && f->notes.errors)
		return policy_refused(f);
	if (ret)
		return ctl_error(f->ctl, "policy", NULL,
				 "cannot compile %s: %s", f->path,
				 strerror(-ret));
	return 0;
}

static const char *why_not(int err)
{
	switch (err) {
	case -EPROTONOSUPPORT:
		return "it is of another version of the format";
	case -E2BIG:
		return "it is beyond the limits of a policy";
	}
	return "it is damaged, or was never a policy";
}

/*
 * f->file holds a compiled policy; its memory is that of malloc().
 * @name: for messages
 * Return: 0; EXIT_ERROR, told.
 */
int policy_take_blob(struct policy_file *f, struct ctl *ctl, const char *name)
{
	int ret;

	f->ctl = ctl;
	f->path = name;
	f->blob = f->file.data;
	f->len = f->file.len;
	ret = check(f);
	if (!ret)
		return 0;
	return ctl_error(ctl, "format", NULL, "%s: not a compiled policy: %s",
			 name, why_not(ret));
}

/*
 * Reads a text or a blob; which of them it is the first bytes say.
 * @owner: of a text; NULL: nobody's yet
 * Return: 0; EXIT_ERROR, told.
 */
int policy_read(struct policy_file *f, struct ctl *ctl, const char *path,
		const u8 *owner)
{
	const char magic[8] = SHINRAI_POLICY_MAGIC;
	int ret;

	memset(f, 0, sizeof(*f));
	f->ctl = ctl;
	f->path = path;
	ret = ctl_read_file(path, SHINRAI_POLICY_MAX, &f->file);
	if (ret == -EFBIG)
		return ctl_error(ctl, "io", NULL,
				 "cannot read %s: more than %u MiB", path,
				 SHINRAI_POLICY_MAX >> 20);
	if (ret)
		return ctl_error(ctl, "io", NULL, "cannot read %s: %s", path,
				 strerror(-ret));
	if (f->file.len >= sizeof(magic) &&
	    !memcmp(f->file.data, magic, sizeof(magic)))
		return policy_take_blob(f, ctl, path);
	return compile(f, owner);
}

/* Releases everything; safe on what was only zeroed. */
void policy_free(struct policy_file *f)
{
	ctl_buf_free(&f->file);
	free(f->compiled);
	free(f->name);
	shinrai_policy_notes_free(&f->notes);
}

/* Text from outside.  Return: a new reference. */
json_t *policy_text_json(const char *text)
{
	CTL_FREE char *safe = ctl_escape(text, strlen(text), false);

	return json_string(safe);
}

static json_t *digest_json(const u8 *digest)
{
	char hex[2 * SHINRAI_DIGEST_SIZE + 1];

	return json_string(
		shinrai_hex_encode(digest, SHINRAI_DIGEST_SIZE, hex));
}

/* JSON readers take integers up to 2^63 - 1; greater ones are texts. */
static json_t *generation_json(u64 generation)
{
	char text[24];

	if (generation <= INT64_MAX)
		return json_integer((json_int_t)generation);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)generation);
	return json_string(text);
}

/* What a policy is, in numbers.  Return: a new reference. */
json_t *policy_summary_json(const struct policy_file *f)
{
	const struct shinrai_policy_head *h = f->p.head;
	struct shinrai_sha256 c;
	u8 sha256[SHINRAI_DIGEST_SIZE];

	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, f->blob, f->len);
	shinrai_sha256_final(&c, sha256);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:i, s:i, s:i,"
			 " s:i, s:I}",
			 "file", policy_text_json(f->path), "policy",
			 json_string(f->name), "generation",
			 generation_json(h->generation), "owner",
			 digest_json(h->owner), "source",
			 digest_json(h->source), "sha256", digest_json(sha256),
			 "labels", h->labels, "programs", h->groups, "rules",
			 h->rules, "grants", h->grants, "limits",
			 shinrai_policy_meters(&f->p), "bytes",
			 (json_int_t)f->len);
}
