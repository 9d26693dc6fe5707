// SPDX-License-Identifier: MIT
/* Known digests: 33 bytes an entry, sorted, with an index of 16 bits. */
#include <stdlib.h>

#include <shinrai/digests.h>
#include <shinrai/hash.h>
#include <shinrai/hex.h>

#define BUCKETS 65536
#define HEADING "# shinrai-digests v1"
#define SOURCE "# source: "

static const struct {
	const char *name;
	u8 kind;
} kinds[] = {
	{ "exec", SHINRAI_KNOWN_EXEC },	    { "lib", SHINRAI_KNOWN_LIB },
	{ "script", SHINRAI_KNOWN_SCRIPT }, { "module", SHINRAI_KNOWN_MODULE },
	{ "any", SHINRAI_KNOWN_ANY },
};

/**
 * shinrai_digests_init() - no lists yet
 * @d: caller's, for shinrai_digests_free()
 */
void shinrai_digests_init(struct shinrai_digests *d)
{
	memset(d, 0, sizeof(*d));
}

/**
 * shinrai_digests_free() - release everything
 * @d: may be used again after shinrai_digests_init()
 */
void shinrai_digests_free(struct shinrai_digests *d)
{
	unsigned int i;

	for (i = 0; i < d->nsources; i++)
		free(d->source[i]);
	free(d->source);
	free(d->entry);
	free(d->first);
}

static int add(struct shinrai_digests *d, const struct shinrai_known *k)
{
	struct shinrai_known *bigger;
	size_t cap;

	if (d->count == SHINRAI_MAX_DIGESTS)
		return -E2BIG;
	if (d->count == d->cap) {
		/* Large blocks grow by remapping, without a second copy. */
		cap = d->cap + d->cap / 4 + 4096;
		bigger = realloc(d->entry, cap * sizeof(*bigger));
		if (!bigger)
			return -ENOMEM;
		d->entry = bigger;
		d->cap = cap;
	}
	d->entry[d->count++] = *k;
	return 0;
}

static int add_source(struct shinrai_digests *d, const char *text)
{
	char **bigger;

	if (d->nsources == SHINRAI_MAX_SOURCES)
		return -E2BIG;
	bigger = realloc(d->source, (d->nsources + 1) * sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	d->source = bigger;
	d->source[d->nsources] = strdup(text);
	if (!d->source[d->nsources])
		return -ENOMEM;
	d->nsources++;
	if (!strncmp(text, "local", 5) && (text[5] == ' ' || !text[5]))
		d->local = true;
	return 0;
}

static u8 kind_of(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strlen(kinds[i].name) == len &&
		    !memcmp(kinds[i].name, s, len))
			return kinds[i].kind;
	}
	return 0;
}

static bool lower_hex(const char *s, size_t n)
{
	return strspn(s, "0123456789abcdef") >= n;
}

struct reader {
	int (*entry)(void *ctx, const struct shinrai_known *k,
		     const char *path);
	int (*source)(void *ctx, const char *text); /* or NULL */
	void *ctx;
};

/* @s: one line without its LF. */
static int parse_line(const struct reader *r, const char *s)
{
	struct shinrai_known k;
	const char *path;

	if (*s == '#') {
		if (strncmp(s, SOURCE, strlen(SOURCE)) || !s[strlen(SOURCE)])
			return -EBADMSG;
		return r->source ? r->source(r->ctx, s + strlen(SOURCE)) : 0;
	}
	if (!lower_hex(s, 64) || s[64] != ' ' ||
	    shinrai_hex_decode(s, 64, k.sha256))
		return -EBADMSG;
	path = strchr(s + 65, ' ');
	if (!path || !path[1])
		return -EBADMSG;
	k.kinds = kind_of(s + 65, (size_t)(path - s - 65));
	return k.kinds ? r->entry(r->ctx, &k, path + 1) : -EBADMSG;
}

static int read_list(const struct reader *r, FILE *f, unsigned long *line)
{
	char buf[SHINRAI_MAX_DIGEST_LINE];
	size_t n;
	int ret;

	*line = 1;
	if (!fgets(buf, sizeof(buf), f) || strcmp(buf, HEADING "\n"))
		return ferror(f) ? -EIO : -EBADMSG;
	while (fgets(buf, sizeof(buf), f)) {
		(*line)++;
		/* A NUL inside ends it before its LF: refused below. */
		n = strlen(buf);
		if (!n || buf[n - 1] != '\n')
			return -EBADMSG;
		buf[n - 1] = '\0';
		ret = parse_line(r, buf);
		if (ret)
			return ret;
	}
	return ferror(f) ? -EIO : 0;
}

/**
 * shinrai_digests_each() - read one list without keeping it, PROTOCOL.md 8.1
 * @f: open for reading; read to its end
 * @entry: called for each entry; another answer than 0 ends it
 * @ctx: for @entry
 * @line: out, number of the last line read, from 1; the wrong one on error
 *
 * Return: 0; -EBADMSG for a wrong line; -EIO; what @entry returned.
 */
int shinrai_digests_each(FILE *f,
			 int (*entry)(void *ctx, const struct shinrai_known *k,
				      const char *path),
			 void *ctx, unsigned long *line)
{
	const struct reader r = { entry, NULL, ctx };

	return read_list(&r, f, line);
}

static int keep_entry(void *ctx, const struct shinrai_known *k,
		      const char *path)
{
	(void)path;
	return add(ctx, k);
}

static int keep_source(void *ctx, const char *text)
{
	return add_source(ctx, text);
}

/**
 * shinrai_digests_load() - add one list, PROTOCOL.md 8.1
 * @d: grows; on error it holds the lines up to the wrong one
 * @f: open for reading; read to its end
 * @line: out, number of the last line read, from 1; the wrong one on error
 *
 * Paths are checked and not kept: the digest is the identity.
 *
 * Return: 0; -EBADMSG for a wrong line; -E2BIG too many; -ENOMEM; -EIO.
 */
int shinrai_digests_load(struct shinrai_digests *d, FILE *f,
			 unsigned long *line)
{
	const struct reader r = { keep_entry, keep_source, d };

	return read_list(&r, f, line);
}

static unsigned int bucket(const struct shinrai_known *k)
{
	return (unsigned int)k->sha256[0] << 8 | k->sha256[1];
}

static void swap(struct shinrai_known *a, struct shinrai_known *b)
{
	struct shinrai_known t = *a;

	*a = *b;
	*b = t;
}

/* In place (American flag sort): a second array would double the memory. */
static void into_buckets(struct shinrai_digests *d, u32 *next)
{
	unsigned int b, home;

	memcpy(next, d->first, BUCKETS * sizeof(*next));
	for (b = 0; b < BUCKETS; b++) {
		while (next[b] < d->first[b + 1]) {
			home = bucket(&d->entry[next[b]]);
			if (home == b)
				next[b]++;
			else
				swap(&d->entry[next[b]],
				     &d->entry[next[home]++]);
		}
	}
}

static int by_digest(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

/* Sorted entries: what a digest is known as in all, once. */
static void identify(struct shinrai_digests *d)
{
	struct shinrai_sha256 c;
	struct shinrai_known k;
	size_t i = 0;

	shinrai_sha256_init(&c);
	while (i < d->count) {
		k = d->entry[i++];
		for (; i < d->count && !by_digest(&d->entry[i], &k); i++)
			k.kinds |= d->entry[i].kinds;
		shinrai_sha256_update(&c, k.sha256, sizeof(k.sha256));
		shinrai_sha256_update(&c, &k.kinds, sizeof(k.kinds));
	}
	shinrai_sha256_final(&c, d->id);
}

/**
 * shinrai_digests_ready() - sort, after the last list was loaded
 * @d: entries may move
 *
 * Return: 0; -ENOMEM.
 */
int shinrai_digests_ready(struct shinrai_digests *d)
{
	u32 *next = malloc(BUCKETS * sizeof(*next));
	u32 *first = calloc(BUCKETS + 1, sizeof(*first));
	size_t i, b;

	if (!next || !first) {
		free(next);
		free(first);
		return -ENOMEM;
	}
	free(d->first);
	d->first = first;
	for (i = 0; i < d->count; i++)
		first[bucket(&d->entry[i]) + 1]++;
	for (b = 0; b < BUCKETS; b++)
		first[b + 1] += first[b];
	if (d->count)
		into_buckets(d, next);
	free(next);
	for (b = 0; d->count && b < BUCKETS; b++)
		qsort(d->entry + first[b], first[b + 1] - first[b],
		      sizeof(*d->entry), by_digest);
	identify(d);
	return 0;
}

/**
 * shinrai_digests_find() - what is a digest known as?
 * @d: after shinrai_digests_ready()
 * @sha256: the digest
 *
 * Return: SHINRAI_KNOWN_ bits of all entries; 0 when unknown.
 */
unsigned int shinrai_digests_find(const struct shinrai_digests *d,
				  const u8 sha256[32])
{
	unsigned int b = (unsigned int)sha256[0] << 8 | sha256[1], found = 0;
	size_t lo, hi, mid;

	if (!d->first)
		return 0;
	lo = d->first[b];
	hi = d->first[b + 1];
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (memcmp(d->entry[mid].sha256, sha256, 32) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < d->first[b + 1] && !memcmp(d->entry[lo].sha256, sha256, 32);
	     lo++)
		found |= d->entry[lo].kinds;
	return found;
}
