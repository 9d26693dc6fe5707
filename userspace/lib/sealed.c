// SPDX-License-Identifier: MIT
/* Fields that are not for everybody: taken out of JSON, and put back (PROTOCOL.md 13). */
#include <openssl/sha.h>

#include <shinrai/hex.h>
#include <shinrai/sealed.h>

#define DEPTH_MAX 8 /* members on the way to a field */
#define DIGEST_TEXT (2 * SHA256_DIGEST_LENGTH + 1)

static const char *const names[SHINRAI_FIELDS_CLASSES] = {
	[SHINRAI_FIELDS_PATHS] = "paths",
	[SHINRAI_FIELDS_USERS] = "users",
	[SHINRAI_FIELDS_DESTINATIONS] = "destinations",
	[SHINRAI_FIELDS_DIGESTS] = "digests",
	[SHINRAI_FIELDS_LABELS] = "labels",
	[SHINRAI_FIELDS_TEXT] = "text",
};

/* Of an access that is proven, and of one that an earlier boot told. */
#define ACCESS(path, class)                      \
	{ "accesses/*/" path, class },           \
	{                                        \
		"past/*/accesses/*/" path, class \
	}

/*
 * Where they are, in an entry of the log and in what the API says of a device;
 * "*" is each element of an array.
 */
static const struct {
	const char *path;
	enum shinrai_field_class class;
} fields[] = {
	{ "reason", SHINRAI_FIELDS_TEXT },
	{ "failure", SHINRAI_FIELDS_TEXT },
	{ "verdict/reasons/*/detail", SHINRAI_FIELDS_TEXT },
	{ "verdict/notes/*", SHINRAI_FIELDS_TEXT },
	{ "verdict/data/owners/*/namespace", SHINRAI_FIELDS_LABELS },
	{ "verdict/data/owners/*/owner", SHINRAI_FIELDS_LABELS },
	{ "verdict/data/owners/*/policy/sha256", SHINRAI_FIELDS_DIGESTS },
	{ "facts/*/path", SHINRAI_FIELDS_PATHS },
	{ "facts/*/sha256", SHINRAI_FIELDS_DIGESTS },
	{ "past/*/reasons/*/detail", SHINRAI_FIELDS_TEXT },
	ACCESS("text", SHINRAI_FIELDS_TEXT),
	ACCESS("path", SHINRAI_FIELDS_PATHS),
	ACCESS("who/exe", SHINRAI_FIELDS_PATHS),
	ACCESS("who/sha256", SHINRAI_FIELDS_DIGESTS),
	ACCESS("who/uid", SHINRAI_FIELDS_USERS),
	ACCESS("who/login_uid", SHINRAI_FIELDS_USERS),
	ACCESS("who/cgroup", SHINRAI_FIELDS_USERS),
	ACCESS("labels/*/owner", SHINRAI_FIELDS_LABELS),
	ACCESS("labels/*/namespace", SHINRAI_FIELDS_LABELS),
	ACCESS("labels/*/uuid", SHINRAI_FIELDS_LABELS),
	ACCESS("labels/*/name", SHINRAI_FIELDS_LABELS),
	ACCESS("policy/owner", SHINRAI_FIELDS_LABELS),
	ACCESS("policy/namespace", SHINRAI_FIELDS_LABELS),
	ACCESS("sink/address", SHINRAI_FIELDS_DESTINATIONS),
	ACCESS("sink/port", SHINRAI_FIELDS_DESTINATIONS),
	ACCESS("sink/protocol", SHINRAI_FIELDS_DESTINATIONS),
	ACCESS("sink/vendor", SHINRAI_FIELDS_DESTINATIONS),
	ACCESS("sink/product", SHINRAI_FIELDS_DESTINATIONS),
	ACCESS("sink/serial", SHINRAI_FIELDS_DESTINATIONS),
	ACCESS("sink/type", SHINRAI_FIELDS_DESTINATIONS),
	ACCESS("sink/path", SHINRAI_FIELDS_DESTINATIONS),
	ACCESS("sink/family", SHINRAI_FIELDS_DESTINATIONS),
	ACCESS("sink/text", SHINRAI_FIELDS_DESTINATIONS),
};

/* On the way to the fields of one line of the table. */
struct taking {
	enum shinrai_field_class class;
	json_t *taken; /* [[path, value]]; NULL: they go nowhere */
	json_t *at[DEPTH_MAX]; /* path up to here: names and numbers */
	unsigned int depth;
};

/**
 * shinrai_fields_name() - of a class of fields
 * @c: the class
 *
 * Return: one word.
 */
const char *shinrai_fields_name(enum shinrai_field_class c)
{
	return names[c];
}

/**
 * shinrai_fields_by_name() - the other way round
 * @name: one word
 * @c: out
 *
 * Return: 0; -ENOENT.
 */
int shinrai_fields_by_name(const char *name, enum shinrai_field_class *c)
{
	unsigned int i;

	for (i = 0; i < SHINRAI_FIELDS_CLASSES; i++) {
		if (!strcmp(name, names[i])) {
			*c = i;
			return 0;
		}
	}
	return -ENOENT;
}

/**
 * shinrai_fields_readable() - what somebody may read
 * @named: classes that were allowed, 1 << class each
 *
 * Words may say anything: they are for who may read all the rest, and nobody else.
 *
 * Return: classes.
 */
u32 shinrai_fields_readable(u32 named)
{
	const u32 rest = SHINRAI_FIELDS_ALL & ~(1u << SHINRAI_FIELDS_TEXT);

	return (named & rest) == rest ? SHINRAI_FIELDS_ALL : named & rest;
}

static json_t *path_json(const struct taking *t)
{
	json_t *path = json_array();
	unsigned int i;

	for (i = 0; i < t->depth; i++)
		json_array_append(path, t->at[i]);
	return path;
}

/* Nothing is said of what there is not. */
static bool is_empty(const json_t *j)
{
	return !j || json_is_null(j) ||
	       (json_is_string(j) && !json_string_length(j));
}

/* Return: what stands for @value from now on; NULL when memory lacks. */
static json_t *take(struct taking *t, json_t *value)
{
	json_t *one;

	if (t->taken) {
		one = json_pack("[o, O]", path_json(t), value);
		if (json_array_append_new(t->taken, one))
			return NULL;
	}
	return json_pack("{s:s}", "redacted", names[t->class]);
}

static int walk(struct taking *t, json_t *j, const char *path);

/* @rest: of the path below @value; NULL: it is the field */
static int step(struct taking *t, json_t *value, const char *rest,
		json_t **mark)
{
	*mark = NULL;
	if (rest)
		return walk(t, value, rest);
	if (is_empty(value))
		return 0;
	*mark = take(t, value);
	return *mark ? 0 : -ENOMEM;
}

static int walk_array(struct taking *t, json_t *j, const char *rest)
{
	json_t *value, *mark;
	size_t i;
	int ret;

	json_array_foreach(j, i, value) {
		t->at[t->depth++] = json_integer((json_int_t)i);
		ret = step(t, value, rest, &mark);
		json_decref(t->at[--t->depth]);
		if (!ret && mark && json_array_set_new(j, i, mark))
			ret = -ENOMEM;
		if (ret)
			return ret;
	}
	return 0;
}

static int walk_member(struct taking *t, json_t *j, const char *name,
		       const char *rest)
{
	json_t *value = json_object_get(j, name), *mark;
	int ret;

	if (!value)
		return 0;
	t->at[t->depth++] = json_string(name);
	ret = step(t, value, rest, &mark);
	json_decref(t->at[--t->depth]);
	if (!ret && mark && json_object_set_new(j, name, mark))
		ret = -ENOMEM;
	return ret;
}

/* Paths are those of the table: as deep, and as long, as there is room for. */
static int walk(struct taking *t, json_t *j, const char *path)
{
	const size_t len = strcspn(path, "/");
	const char *rest = path[len] ? path + len + 1 : NULL;
	char name[32];

	if (*path == '*')
		return walk_array(t, j, rest);
	memcpy(name, path, len);
	name[len] = '\0';
	return walk_member(t, j, name, rest);
}

/* @taken: NULL, or as taking.taken */
static int take_class(json_t *j, enum shinrai_field_class class, json_t *taken)
{
	struct taking t = { .class = class, .taken = taken };
	size_t i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(fields) && !ret; i++) {
		if (fields[i].class == class)
			ret = walk(&t, j, fields[i].path);
	}
	return ret;
}

/**
 * shinrai_redact() - take out what somebody may not read
 * @j: an entry, or what is said of a device; in place of each such field there is
 *     {"redacted": class} afterwards
 * @may: classes that may be read, from shinrai_fields_readable()
 *
 * Return: 0; -ENOMEM: nobody may read it, then.
 */
int shinrai_redact(json_t *j, u32 may)
{
	unsigned int c;
	int ret = 0;

	for (c = 0; c < SHINRAI_FIELDS_CLASSES && !ret; c++) {
		if (!(may >> c & 1))
			ret = take_class(j, c, NULL);
	}
	return ret;
}

static char *digest_of(const char *text, size_t len, char hex[DIGEST_TEXT])
{
	u8 digest[SHA256_DIGEST_LENGTH];

	SHA256((const u8 *)text, len, digest);
	return shinrai_hex_encode(digest, sizeof(digest), hex);
}

/* Return: 0, with nothing where the entry has none of the class; -ENOMEM. */
static int seal_class(json_t *entry, enum shinrai_field_class class,
		      const u8 salt[SHINRAI_SEAL_SALT], json_t *sealed,
		      json_t *disclosures)
{
	char hex[DIGEST_TEXT], salt_hex[2 * SHINRAI_SEAL_SALT + 1];
	json_t *taken = json_array(), *all;
	char *text = NULL;
	int ret;

	ret = taken ? take_class(entry, class, taken) : -ENOMEM;
	if (ret || !json_array_size(taken)) {
		json_decref(taken);
		return ret;
	}
	shinrai_hex_encode(salt, SHINRAI_SEAL_SALT, salt_hex);
	all = json_pack("[s, s, o]", salt_hex, names[class], taken);
	text = all ? json_dumps(all, JSON_COMPACT) : NULL;
	json_decref(all);
	if (!text)
		return -ENOMEM;
	digest_of(text, strlen(text), hex);
	if (json_object_set_new(sealed, names[class], json_string(hex)) ||
	    json_object_set_new(disclosures, names[class], json_string(text)))
		ret = -ENOMEM;
	free(text);
	return ret;
}

/**
 * shinrai_seal() - take out of an entry what is not for everybody
 * @entry: changed: in place of each such field is {"redacted": class}, and "sealed"
 *         has the SHA-256 of the disclosure of each class, in hex
 * @salt: random, for this entry only: nobody can try what a field may be
 *
 * Return: disclosures, {class: text}, to be released; NULL when memory lacks.
 */
json_t *shinrai_seal(json_t *entry,
		     const u8 salt[SHINRAI_FIELDS_CLASSES][SHINRAI_SEAL_SALT])
{
	json_t *sealed = json_object(), *disclosures = json_object();
	int ret = sealed && disclosures ? 0 : -ENOMEM;
	unsigned int c;

	for (c = 0; c < SHINRAI_FIELDS_CLASSES && !ret; c++)
		ret = seal_class(entry, c, salt[c], sealed, disclosures);
	if (!ret)
		ret = json_object_set(entry, "sealed", sealed);
	json_decref(sealed);
	if (!ret)
		return disclosures;
	json_decref(disclosures);
	return NULL;
}

/* Return: what holds the last step of @path, which is in @last; NULL: nothing. */
static json_t *holder(json_t *entry, const json_t *path, const json_t **last)
{
	const size_t n = json_array_size(path);
	const json_t *at;
	size_t i;

	*last = n ? json_array_get(path, n - 1) : NULL;
	if (!n || n > DEPTH_MAX)
		return NULL;
	json_array_foreach(path, i, at) {
		if (i == n - 1)
			break;
		if (json_is_string(at))
			entry = json_object_get(entry, json_string_value(at));
		else
			entry = json_is_integer(at) ?
					json_array_get(
						entry,
						(size_t)json_integer_value(
							at)) :
					NULL;
	}
	return entry;
}

static bool is_mark(const json_t *j, const char *class)
{
	const char *text = json_string_value(json_object_get(j, "redacted"));

	return text && !strcmp(text, class);
}

/* Only where something was taken from does it go back. */
static int put_back(json_t *entry, const char *class, const json_t *one)
{
	json_t *value = json_array_get(one, 1), *in;
	const json_t *last;
	size_t i;

	in = holder(entry, json_array_get(one, 0), &last);
	if (!in || !value || json_array_size(one) != 2)
		return -EBADMSG;
	if (json_is_object(in) && json_is_string(last) &&
	    is_mark(json_object_get(in, json_string_value(last)), class))
		return json_object_set(in, json_string_value(last), value) ?
			       -ENOMEM :
			       0;
	i = (size_t)json_integer_value(last);
	if (json_is_array(in) && json_is_integer(last) &&
	    is_mark(json_array_get(in, i), class))
		return json_array_set(in, i, value) ? -ENOMEM : 0;
	return -EBADMSG;
}

static int open_one(json_t *entry, const json_t *text)
{
	const char *s = json_string_value(text), *class, *want;
	const size_t len = json_string_length(text);
	char hex[DIGEST_TEXT];
	const json_t *list, *one;
	json_t *all;
	size_t i;
	int ret = 0;

	all = s ? json_loadb(s, len, JSON_REJECT_DUPLICATES, NULL) : NULL;
	class = json_string_value(json_array_get(all, 1));
	list = json_array_get(all, 2);
	if (!class || !json_is_array(list) || json_array_size(all) != 3) {
		json_decref(all);
		return -EBADMSG;
	}
	want = json_string_value(
		json_object_get(json_object_get(entry, "sealed"), class));
	if (!want || strcmp(want, digest_of(s, len, hex)))
		ret = -EKEYREJECTED;
	json_array_foreach(list, i, one) {
		if (!ret)
			ret = put_back(entry, class, one);
	}
	json_decref(all);
	return ret;
}

/**
 * shinrai_unseal() - put back into an entry what somebody was given of it
 * @entry: as it is in the log; changed, also on error
 * @disclosures: array of texts, or object with them as members; NULL is none
 *
 * Return: 0; -EBADMSG one is none, or of another entry; -EKEYREJECTED the entry
 * has another hash for it: it was changed; -ENOMEM.
 */
int shinrai_unseal(json_t *entry, const json_t *disclosures)
{
	const char *name;
	json_t *text;
	size_t i;
	int ret = 0;

	if (json_is_object(disclosures)) {
		json_object_foreach((json_t *)(uintptr_t)disclosures, name,
				    text) {
			if (!ret)
				ret = open_one(entry, text);
		}
		return ret;
	}
	if (disclosures && !json_is_array(disclosures))
		return -EBADMSG;
	json_array_foreach(disclosures, i, text) {
		if (!ret)
			ret = open_one(entry, text);
	}
	return ret;
}
