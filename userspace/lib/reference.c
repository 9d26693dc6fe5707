// SPDX-License-Identifier: MIT
/* Boot references from JSON: strict, as a typing error would cost trust. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/hash.h>
#include <shinrai/hex.h>
#include <shinrai/reference.h>

#define LEARNED_MAX 256 /* bytes */

/* Each a list; beside them there may be the format, and where they are from. */
static const char *const lists[] = { "kernel", "initramfs", "cmdline",
				     "firmware", "module" };

/* Texts of "learned", for people; nothing depends on them. */
static const char *const learned[] = { "device", "verifier", "policy", "state",
				       "judged", "boot_id",  "since",  "ak",
				       "ek",	 "assurance" };

struct why {
	char *text;
	size_t size;
};

static int bad(const struct why *w, const char *what, size_t i, const char *how)
{
	snprintf(w->text, w->size, "%s[%zu]: %s", what, i, how);
	return -EBADMSG;
}

static bool hex_is(const char *s, u8 *out, size_t n)
{
	return s && strlen(s) == 2 * n && !shinrai_hex_decode(s, 2 * n, out);
}

/* @j may be absent.  Return: an array of @n zeroed entries, or NULL. */
static int table(const struct why *w, const json_t *j, const char *what,
		 size_t size, void **out, size_t *n)
{
	*n = 0;
	*out = NULL;
	if (!j)
		return 0;
	if (!json_is_array(j) || json_array_size(j) > SHINRAI_MAX_REFERENCES)
		return bad(w, what, 0, "must be an array, not too long");
	*out = calloc(json_array_size(j) + 1, size);
	return *out ? 0 : -ENOMEM;
}

static int read_files(const struct why *w, const json_t *all, const char *what,
		      bool arms, struct shinrai_ref_file **files, size_t *n)
{
	const json_t *list = json_object_get(all, what);
	const char *hex, *name;
	void *mem;
	size_t i;
	json_t *j;
	int ret, does;

	ret = table(w, list, what, sizeof(**files), &mem, n);
	*files = mem;
	if (ret)
		return ret;
	json_array_foreach(list, i, j) {
		name = "";
		does = 0;
		if (json_unpack(j, arms ? "{s:s, s?b, s?s !}" : "{s:s, s?s !}",
				"sha256", &hex, arms ? "arms" : "name",
				arms ? (void *)&does : (void *)&name, "name",
				&name) ||
		    !hex_is(hex, (*files)[i].sha256, 32))
			return bad(w, what, i,
				   arms ? "needs sha256, may have arms, name" :
					  "needs sha256, may have name");
		(*files)[i].arms = does;
		(*files)[i].name = strdup(name);
		if (!(*files)[i].name)
			return -ENOMEM;
		*n = i + 1;
	}
	return 0;
}

static int read_cmdlines(const struct why *w, const json_t *all,
			 struct shinrai_reference *r)
{
	const json_t *list = json_object_get(all, "cmdline");
	const char *text;
	void *mem;
	size_t i;
	json_t *j;
	int ret;

	ret = table(w, list, "cmdline", sizeof(*r->cmdline), &mem,
		    &r->ncmdlines);
	r->cmdline = mem;
	if (ret)
		return ret;
	json_array_foreach(list, i, j) {
		if (json_unpack(j, "{s:s !}", "text", &text))
			return bad(w, "cmdline", i, "needs text");
		r->cmdline[i] = strdup(text);
		if (!r->cmdline[i])
			return -ENOMEM;
		r->ncmdlines = i + 1;
	}
	return 0;
}

static int read_pcrs(json_t *pcrs, struct shinrai_ref_firmware *f)
{
	size_t size = shinrai_bank_size(f->bank);
	const char *key;
	unsigned long pcr;
	json_t *value;
	char *end;

	if (!json_is_object(pcrs) || !json_object_size(pcrs))
		return -EBADMSG;
	json_object_foreach(pcrs, key, value) {
		pcr = strtoul(key, &end, 10);
		if (*end || !*key || *key < '0' || *key > '9' ||
		    (*key == '0' && key[1]) || pcr >= SHINRAI_PCR_COUNT ||
		    !hex_is(json_string_value(value), f->value[pcr], size))
			return -EBADMSG;
		f->mask |= 1u << pcr;
	}
	return 0;
}

static int read_firmware(const struct why *w, const json_t *all,
			 struct shinrai_reference *r)
{
	const json_t *list = json_object_get(all, "firmware");
	const char *bank, *name;
	json_t *j, *pcrs;
	void *mem;
	size_t i;
	int ret;

	ret = table(w, list, "firmware", sizeof(*r->firmware), &mem,
		    &r->nfirmware);
	r->firmware = mem;
	if (ret)
		return ret;
	json_array_foreach(list, i, j) {
		name = "";
		if (json_unpack(j, "{s:o, s:s, s?s !}", "pcrs", &pcrs, "bank",
				&bank, "name", &name))
			return bad(w, "firmware", i,
				   "needs pcrs, bank, may have name");
		r->firmware[i].bank = shinrai_bank_by_name(bank, strlen(bank));
		if (!shinrai_bank_size(r->firmware[i].bank))
			return bad(w, "firmware", i, "unknown bank");
		if (read_pcrs(pcrs, &r->firmware[i]))
			return bad(w, "firmware", i,
				   "pcrs must be {\"0\": hex, ...}");
		r->firmware[i].name = strdup(name);
		if (!r->firmware[i].name)
			return -ENOMEM;
		r->nfirmware = i + 1;
	}
	return 0;
}

static int read_modules(const struct why *w, const json_t *all,
			struct shinrai_reference *r)
{
	const json_t *list = json_object_get(all, "module");
	const char *id, *programs, *name;
	void *mem;
	size_t i;
	json_t *j;
	int ret;

	ret = table(w, list, "module", sizeof(*r->module), &mem, &r->nmodules);
	r->module = mem;
	if (ret)
		return ret;
	json_array_foreach(list, i, j) {
		name = "";
		if (json_unpack(j, "{s:s, s:s, s?s !}", "srcversion", &id,
				"programs", &programs, "name", &name) ||
		    !*id || strlen(id) > SHINRAI_MODULE_ID_MAX ||
		    !hex_is(programs, r->module[i].programs, 32))
			return bad(w, "module", i,
				   "needs srcversion, programs, may have name");
		strcpy(r->module[i].srcversion, id);
		r->module[i].name = strdup(name);
		if (!r->module[i].name)
			return -ENOMEM;
		r->nmodules = i + 1;
	}
	return 0;
}

static int check_learned(const struct why *w, const json_t *all)
{
	json_t *j = json_object_get(all, "learned");
	size_t i, n = 0;
	const char *text;

	if (!j)
		return 0;
	for (i = 0; i < ARRAY_SIZE(learned); i++) {
		text = json_string_value(json_object_get(j, learned[i]));
		n += text && strlen(text) <= LEARNED_MAX;
	}
	if (json_is_object(j) && n == json_object_size(j))
		return 0;
	snprintf(w->text, w->size, "learned: unknown member, or not a text");
	return -EBADMSG;
}

static int check_members(const struct why *w, const json_t *all)
{
	const char *format = json_string_value(json_object_get(all, "format"));
	size_t i, n = 1 + !!json_object_get(all, "learned");

	if (!format || strcmp(format, "shinrai-boot-v1")) {
		snprintf(w->text, w->size, "format is not shinrai-boot-v1");
		return -EBADMSG;
	}
	for (i = 0; i < ARRAY_SIZE(lists); i++)
		n += !!json_object_get(all, lists[i]);
	if (n != json_object_size(all)) {
		snprintf(w->text, w->size, "unknown member");
		return -EBADMSG;
	}
	return check_learned(w, all);
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

/* Of one list: the digests of its entries, sorted. */
static int identify_list(struct shinrai_sha256 *c, const json_t *list)
{
	u8(*entry)[32] = calloc(json_array_size(list) + 1, 32);
	struct shinrai_sha256 one;
	size_t i;
	json_t *j;
	char *text;

	json_array_foreach(list, i, j) {
		text = entry ? json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS) :
			       NULL;
		if (!text) {
			free(entry);
			return -ENOMEM;
		}
		shinrai_sha256_init(&one);
		shinrai_sha256_update(&one, text, strlen(text));
		shinrai_sha256_final(&one, entry[i]);
		free(text);
	}
	if (!entry)
		return -ENOMEM;
	qsort(entry, json_array_size(list), 32, by_bytes);
	shinrai_sha256_update(c, entry, 32 * json_array_size(list));
	free(entry);
	return 0;
}

static int identify(const json_t *all, struct shinrai_reference *r)
{
	struct shinrai_sha256 c;
	int ret = 0;
	size_t i;

	shinrai_sha256_init(&c);
	for (i = 0; i < ARRAY_SIZE(lists) && !ret; i++) {
		shinrai_sha256_update(&c, lists[i], strlen(lists[i]));
		ret = identify_list(&c, json_object_get(all, lists[i]));
	}
	shinrai_sha256_final(&c, r->id);
	return ret;
}

/**
 * shinrai_reference_parse() - boot references, PROTOCOL.md 8.2
 * @json: @len bytes
 * @len: their number
 * @r: out, for shinrai_reference_free(); empty on error
 * @why: out on error, what is wrong and where; printable when the input is
 * @why_size: its room
 *
 * Return: 0; -EBADMSG; -ENOMEM.
 */
int shinrai_reference_parse(const void *json, size_t len,
			    struct shinrai_reference *r, char *why,
			    size_t why_size)
{
	const struct why w = { why, why_size };
	json_error_t e = { 0 };
	json_t *all;
	int ret;

	memset(r, 0, sizeof(*r));
	snprintf(why, why_size, "out of memory");
	all = json_loadb(json, len, JSON_REJECT_DUPLICATES, &e);
	if (!all && json_error_code(&e) == json_error_out_of_memory)
		return -ENOMEM;
	if (!json_is_object(all)) {
		snprintf(why, why_size, "line %d: %s", all ? 1 : e.line,
			 all ? "not an object" : "not JSON");
		json_decref(all);
		return -EBADMSG;
	}
	ret = check_members(&w, all);
	if (!ret)
		ret = read_files(&w, all, "kernel", false, &r->kernel,
				 &r->nkernels);
	if (!ret)
		ret = read_files(&w, all, "initramfs", true, &r->initramfs,
				 &r->ninitramfs);
	if (!ret)
		ret = read_cmdlines(&w, all, r);
	if (!ret)
		ret = read_firmware(&w, all, r);
	if (!ret)
		ret = read_modules(&w, all, r);
	if (!ret)
		ret = identify(all, r);
	json_decref(all);
	if (ret)
		shinrai_reference_free(r);
	return ret;
}

static void free_files(struct shinrai_ref_file *f, size_t n)
{
	while (n)
		free(f[--n].name);
	free(f);
}

/* Moves what @from has behind what @into has. */
static int append(void **into, size_t *n, void **from, size_t *more,
		  size_t size)
{
	u8 *bigger;

	if (*n + *more > SHINRAI_MAX_REFERENCES)
		return -E2BIG;
	bigger = realloc(*into, (*n + *more + 1) * size);
	if (!bigger)
		return -ENOMEM;
	if (*more)
		memcpy(bigger + *n * size, *from, *more * size);
	*into = bigger;
	*n += *more;
	free(*from);
	*from = NULL;
	*more = 0;
	return 0;
}

/* The sum of the ids, modulo 2^256: the same in whatever order. */
static void add_id(u8 id[32], const u8 more[32])
{
	unsigned int i, carry = 0;

	for (i = 32; i; i--) {
		carry += id[i - 1] + more[i - 1];
		id[i - 1] = (u8)carry;
		carry >>= 8;
	}
}

#define APPEND(list, n)                                                        \
	append((void **)&into->list, &into->n, (void **)&from->list, &from->n, \
	       sizeof(*into->list))

/**
 * shinrai_reference_merge() - hold against either of two sets of references
 * @into: from shinrai_reference_parse(), or zeroed; grows
 * @from: becomes empty
 *
 * Return: 0; -E2BIG more than SHINRAI_MAX_REFERENCES of one sort; -ENOMEM.  On
 * error @into is only good for shinrai_reference_free().
 */
int shinrai_reference_merge(struct shinrai_reference *into,
			    struct shinrai_reference *from)
{
	int ret = APPEND(kernel, nkernels);

	if (!ret)
		ret = APPEND(initramfs, ninitramfs);
	if (!ret)
		ret = APPEND(cmdline, ncmdlines);
	if (!ret)
		ret = APPEND(firmware, nfirmware);
	if (!ret)
		ret = APPEND(module, nmodules);
	add_id(into->id, from->id);
	shinrai_reference_free(from);
	return ret;
}

/**
 * shinrai_reference_free() - release
 * @r: becomes empty
 */
void shinrai_reference_free(struct shinrai_reference *r)
{
	size_t i;

	free_files(r->kernel, r->nkernels);
	free_files(r->initramfs, r->ninitramfs);
	for (i = 0; i < r->ncmdlines; i++)
		free(r->cmdline[i]);
	free(r->cmdline);
	for (i = 0; i < r->nfirmware; i++)
		free(r->firmware[i].name);
	free(r->firmware);
	for (i = 0; i < r->nmodules; i++)
		free(r->module[i].name);
	free(r->module);
	memset(r, 0, sizeof(*r));
}
