// SPDX-License-Identifier: MIT
/* Known and denied digests: 34 bytes each, sorted, with an index of 16 bits. */
#include <stdlib.h>

#include <shinrai/bank.h>
#include <shinrai/digests.h>
#include <shinrai/hex.h>

#define BUCKETS 65536
#define HEADING "# shinrai-digests v1"
#define HEADING_DENY "# shinrai-deny v1"
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

static void free_texts(char **text, unsigned int n)
{
	while (n)
		free(text[--n]);
	free(text);
}

/**
 * shinrai_digests_free() - release everything
 * @d: may be used again after shinrai_digests_init()
 */
void shinrai_digests_free(struct shinrai_digests *d)
{
	free_texts(d->source, d->nsources);
	free_texts(d->list, d->nlists);
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
	d->entry[d->count] = *k;
	d->entry[d->count++].list = d->nlists ? (u8)(d->nlists - 1) : 0;
	d->denies |= !!(k->kinds & SHINRAI_KNOWN_DENIED);
	return 0;
}

static int add_text(char ***texts, unsigned int *n, unsigned int max,
		    const char *text)
{
	char **bigger;

	if (*n == max)
		return -E2BIG;
	bigger = realloc(*texts, (*n + 1) * sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	*texts = bigger;
	bigger[*n] = strdup(text);
	if (!bigger[*n])
		return -ENOMEM;
	(*n)++;
	return 0;
}

/**
 * shinrai_digests_begin() - what is added from here on is of another list
 * @d: the lists
 * @name: of the list, for people; copied
 *
 * Return: 0; -E2BIG more than SHINRAI_MAX_LISTS; -ENOMEM.
 */
int shinrai_digests_begin(struct shinrai_digests *d, const char *name)
{
	int ret = add_text(&d->list, &d->nlists, SHINRAI_MAX_LISTS, name);
	char *c = ret ? NULL : d->list[d->nlists - 1];

	/* Reasons name it, are cut, and must stay texts. */
	for (; c && *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
	return ret;
}

/**
 * shinrai_digests_add() - add one digest to the list begun last
 * @d: grows
 * @sha256: of shinrai_digests_key()
 * @kinds: SHINRAI_KNOWN_ bits
 *
 * Return: 0; -E2BIG more than SHINRAI_MAX_DIGESTS; -ENOMEM.
 */
int shinrai_digests_add(struct shinrai_digests *d, const u8 sha256[32],
			u8 kinds)
{
	struct shinrai_known k = { .kinds = kinds };

	memcpy(k.sha256, sha256, sizeof(k.sha256));
	return add(d, &k);
}

/**
 * shinrai_digests_source() - say where digests come from
 * @d: the lists
 * @text: what every verdict then names; copied
 *
 * Return: 0; -E2BIG more than SHINRAI_MAX_SOURCES; -ENOMEM.
 */
int shinrai_digests_source(struct shinrai_digests *d, const char *text)
{
	int ret = add_text(&d->source, &d->nsources, SHINRAI_MAX_SOURCES, text);

	if (!ret && !strncmp(text, "local", 5) && (text[5] == ' ' || !text[5]))
		d->local = true;
	return ret;
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
	bool denies; /* the list that is read; set only where that may be */
};

/* What follows the digest is for people. */
static int parse_denied(const struct reader *r, const char *s,
			struct shinrai_known *k)
{
	if (s[64] && (s[64] != ' ' || !s[65]))
		return -EBADMSG;
	k->kinds = SHINRAI_KNOWN_DENIED;
	return r->entry(r->ctx, k, s + 64);
}

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
	if (!lower_hex(s, 64) || shinrai_hex_decode(s, 64, k.sha256))
		return -EBADMSG;
	if (r->denies)
		return parse_denied(r, s, &k);
	if (s[64] != ' ')
		return -EBADMSG;
	path = strchr(s + 65, ' ');
	if (!path || !path[1])
		return -EBADMSG;
	k.kinds = kind_of(s + 65, (size_t)(path - s - 65));
	return k.kinds ? r->entry(r->ctx, &k, path + 1) : -EBADMSG;
}

/* Only a list that is kept with its source may deny. */
static bool heading(struct reader *r, const char *s)
{
	if (!strcmp(s, HEADING "\n"))
		return true;
	r->denies = r->source && !strcmp(s, HEADING_DENY "\n");
	return r->denies;
}

static int read_list(struct reader *r, FILE *f, unsigned long *line)
{
	char buf[SHINRAI_MAX_DIGEST_LINE];
	size_t n;
	int ret;

	*line = 1;
	if (!fgets(buf, sizeof(buf), f) || !heading(r, buf))
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
	struct reader r = { entry, NULL, ctx, false };

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
	return shinrai_digests_source(ctx, text);
}

/**
 * shinrai_digests_load() - add one list, PROTOCOL.md 8.1, 8.3
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
	struct reader r = { keep_entry, keep_source, d, false };
	int ret = read_list(&r, f, line);

	d->allows |= !r.denies;
	return ret;
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

/* Gives back the room to grow; where that fails, it stays. */
static void shrink(struct shinrai_digests *d)
{
	struct shinrai_known *smaller;

	if (!d->count)
		return;
	smaller = realloc(d->entry, d->count * sizeof(*smaller));
	if (!smaller)
		return;
	d->entry = smaller;
	d->cap = d->count;
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
	shrink(d);
	return 0;
}

/* The first of equal entries. */
static const struct shinrai_known *look_up(const struct shinrai_digests *d,
					   const u8 sha256[32],
					   const struct shinrai_known **end)
{
	unsigned int b = (unsigned int)sha256[0] << 8 | sha256[1];
	size_t lo, hi, mid;

	*end = NULL;
	if (!d->first || !d->count)
		return NULL;
	lo = d->first[b];
	hi = d->first[b + 1];
	*end = d->entry + hi;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (memcmp(d->entry[mid].sha256, sha256, 32) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return d->entry + lo;
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
	const struct shinrai_known *k, *end;
	unsigned int found = 0;

	for (k = look_up(d, sha256, &end); k != end && !by_digest(k, sha256);
	     k++)
		found |= k->kinds;
	return found;
}

/**
 * shinrai_digests_denied() - which list denies a digest?
 * @d: after shinrai_digests_ready()
 * @sha256: the digest
 *
 * Return: name of a list, "a list" where it has none; NULL when no list does.
 */
const char *shinrai_digests_denied(const struct shinrai_digests *d,
				   const u8 sha256[32])
{
	const struct shinrai_known *k, *end;

	for (k = look_up(d, sha256, &end); k != end && !by_digest(k, sha256);
	     k++) {
		if (k->kinds & SHINRAI_KNOWN_DENIED)
			return k->list < d->nlists ? d->list[k->list] :
						     "a list";
	}
	return NULL;
}

/**
 * shinrai_digests_key() - what a digest of a file is kept and looked up as
 * @alg: TPM_ALG_ID
 * @digest: @len bytes
 * @len: their number
 * @key: out: a SHA-256 itself, the SHA-256 of name and digest of others
 *
 * Return: 0; -ENOTSUP for hashes that no longer tell files apart, and those
 * that are not known here; -EINVAL not of that size.
 */
int shinrai_digests_key(u16 alg, const u8 *digest, size_t len, u8 key[32])
{
	struct shinrai_sha256 c;
	const char *name = shinrai_bank_name(alg);

	if (!name || alg == SHINRAI_ALG_SHA1)
		return -ENOTSUP;
	if (len != shinrai_bank_size_any(alg))
		return -EINVAL;
	if (alg == SHINRAI_ALG_SHA256) {
		memcpy(key, digest, 32);
		return 0;
	}
	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, name, strlen(name) + 1);
	shinrai_sha256_update(&c, digest, len);
	shinrai_sha256_final(&c, key);
	return 0;
}
